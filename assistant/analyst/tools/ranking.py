"""The greatest or the least of something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.analyst.compile import Query
from assistant.analyst.question import Question, Ranking
from assistant.analyst.receipts import receipt
from assistant.analyst.scoping import outside, products_of, rows_of
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.wording import subject
from assistant.types import Scalar, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DEFAULT = Ranking(10)


@tool(
    examples=("Top 5 products by units in 2011", "Which country bought the least last quarter?", "Our second best month by orders"),
    reads=("metrics", "by", "filters", "period", "ranking", "having", "per", "ask"),
)
def ranking(question: Question, context: Context) -> ToolResult:
    """The first `n` groups from the top or the bottom; units of time without any sale and groups without a figure are left out.

    `value` is the first label where a name is asked for (the last dimension's: whose the biggest order was), its figure where that is.
    """
    if refusal := outside(question, context):
        return refusal
    wanted, most = question.ranking or DEFAULT, context.settings.staff.max_rows
    found = context.query(
        Query(
            question.metrics,
            by=question.by,
            filters=question.filters,
            period=question.period,
            per=question.per,
            order=wanted.direction,
            limit=min(wanted.n, most),
            skip=wanted.skip,
            having=question.having,
            drop_empty=True,
        )
    )
    made = receipt(question, found.sql, found.rows_read, context)
    rows = rows_of(found.groups)
    if not rows:
        return ToolResult(status=Status.DECLINED, text=f"{subject(question, context)}: there is nothing to rank.", receipt=made)
    value: Scalar = None
    if question.ask == "label":
        value = found.groups[0].labels[-1]
    elif question.ask == "number" or len(rows) == 1:
        value = rows[0].value
    unit = context.semantics.metric(question.metric).unit
    wished = min(wanted.n, found.groups_found - wanted.skip)
    return ToolResult(
        value=value,
        rows=rows,
        unit=unit,
        receipt=made,
        products=products_of(question, found.groups),
        groups=wished if wished > len(rows) else 0,
    )
