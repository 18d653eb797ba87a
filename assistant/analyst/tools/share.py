"""A part of a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.analyst.compile import Query
from assistant.analyst.question import FilterClause, Question
from assistant.analyst.receipts import receipt
from assistant.analyst.scoping import outside, products_of, rows_of
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.wording import subject
from assistant.types import Row, Scalar, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context


@tool(
    examples=(
        "What share of sales comes from abroad?",
        "Share of each country in 2011",
        "How much of our turnover do the ten largest customers make?",
    ),
    reads=("metrics", "by", "filters", "period", "share", "ranking", "ask"),
)
def share(question: Question, context: Context) -> ToolResult:
    """A part divided by the whole of the same metric, as a fraction; the whole keeps services and lines without a customer.

    `share.part` are the filters that make the part, whether or not the question's filters repeat them; `share.of` names another
    metric to divide by. With `by`, a row a group; with a ranking and a number asked for, the first groups together.
    """
    if refusal := outside(question, context):
        return refusal
    asked = question.share
    of = asked.of if asked and asked.of else question.metric
    whole = context.query(Query((of,), filters=_without_part(question), period=question.period))
    total = float(whole.value or 0)
    if not total:
        return ToolResult(status=Status.DECLINED, text=f"{subject(question, context)}: the whole is nothing, so there is no share of it.")
    return _by_group(question, total, context) if question.by else _single(question, total, context)


def _without_part(question: Question) -> tuple[FilterClause, ...]:
    part = question.share.part if question.share else ()
    return tuple(clause for clause in question.filters if clause not in part)


def _with_part(question: Question) -> tuple[FilterClause, ...]:
    return (*_without_part(question), *(question.share.part if question.share else ()))


def _single(question: Question, total: float, context: Context) -> ToolResult:
    found = context.query(Query((question.metric,), filters=_with_part(question), period=question.period))
    part = float(found.value or 0)
    made = receipt(question, found.sql, found.rows_read, context)
    return ToolResult(value=part / total, unit="share", facts={"part": part, "whole": total}, receipt=made)


def _by_group(question: Question, total: float, context: Context) -> ToolResult:
    ranked = question.ranking
    ordered = ranked is None and all(context.semantics.dimension(d).kind in ("time", "ordinal") for d in question.by)
    found = context.query(
        Query(
            (question.metric,),
            by=question.by,
            filters=_with_part(question),
            period=question.period,
            order="label" if ordered else ranked.direction if ranked else "top",
            limit=ranked.n if ranked else context.settings.staff.max_rows,
            skip=ranked.skip if ranked else 0,
            drop_empty=True,
        )
    )
    rows = tuple(Row(row.label, row.value / total, row.name) for row in rows_of(found.groups))
    part = sum(row.value for row in rows)
    value: Scalar = None
    if ranked and rows:
        value = rows[0].label if question.ask == "label" else part if question.ask == "number" else None
    return ToolResult(
        value=value,
        rows=rows,
        unit="share",
        facts={"part": part * total, "whole": total},
        receipt=receipt(question, found.sql, found.rows_read, context),
        products=products_of(question, found.groups),
        groups=found.groups_found if not ranked and found.groups_found > len(rows) else 0,
    )
