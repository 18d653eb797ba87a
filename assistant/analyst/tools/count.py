"""How many of something are so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.analyst.compile import Query
from assistant.analyst.question import Question
from assistant.analyst.receipts import receipt
from assistant.analyst.scoping import outside, rows_of
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.wording import subject
from assistant.types import Scalar, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context


@tool(
    examples=("How many customers spent over £5,000 in 2010?", "How many products sold fewer than 10 pieces?"),
    reads=("metrics", "by", "filters", "period", "having", "share", "ask"),
)
def count(question: Question, context: Context) -> ToolResult:
    """The number of groups whose metric passes the condition in `having`; groups without any figure are not counted.

    With `ask` rows, the groups and their figures as well; with a share, the number over the metric that `share.of` names."""
    if refusal := outside(question, context):
        return refusal
    measured = (question.having.metric,) if question.having else question.metrics
    found = context.query(
        Query(
            measured,
            by=question.by,
            filters=question.filters,
            period=question.period,
            order="top",
            limit=context.settings.staff.max_rows if question.ask == "rows" else 1,
            having=question.having,
            drop_empty=True,
        )
    )
    made = receipt(question, found.sql, found.rows_read, context, metric=measured[0])
    if question.share is not None:
        whole = context.query(Query((question.share.of,), filters=question.filters, period=question.period)).value or 0
        if not whole:
            return ToolResult(
                status=Status.DECLINED, text=f"{subject(question, context)}: the whole is nothing, so there is no share of it."
            )
        facts: dict[str, Scalar] = {"part": found.groups_found, "whole": whole}
        return ToolResult(value=found.groups_found / whole, unit="share", facts=facts, receipt=made)
    rows = rows_of(found.groups) if question.ask == "rows" else ()
    return ToolResult(
        value=found.groups_found,
        rows=rows,
        unit="count",
        row_unit=context.semantics.metric(measured[0]).unit,
        receipt=made,
        groups=found.groups_found if 0 < len(rows) < found.groups_found else 0,
    )
