"""A figure over time, or broken down by a dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.analyst.compile import Query
from assistant.analyst.question import Question
from assistant.analyst.receipts import receipt
from assistant.analyst.scoping import outside, products_of, rows_of
from assistant.analyst.tools import ToolResult, tool

if TYPE_CHECKING:
    from assistant.analyst.context import Context

IN_ORDER = ("time", "ordinal")


@tool(
    examples=("Sales by month in 2011", "Orders per weekday", "Average rating by department", "Net sales by country in Q3"),
    reads=("metrics", "by", "filters", "period", "per"),
)
def series(question: Question, context: Context) -> ToolResult:
    """All groups of a breakdown: calendar units, weekdays and hours in their order, everything else largest first."""
    if refusal := outside(question, context):
        return refusal
    ordered = all(context.semantics.dimension(d).kind in IN_ORDER or context.semantics.dimension(d).band for d in question.by)
    found = context.query(
        Query(
            question.metrics,
            by=question.by,
            filters=question.filters,
            period=question.period,
            per=question.per,
            order="label" if ordered else "top",
            limit=context.settings.staff.max_rows,
            having=question.having,
            drop_empty=True,
        )
    )
    return ToolResult(
        rows=rows_of(found.groups),
        unit=context.semantics.metric(question.metric).unit,
        receipt=receipt(question, found.sql, found.rows_read, context),
        products=products_of(question, found.groups),
        notes=(f"The first {len(found.groups)} of {found.groups_found}.",) if found.groups_found > len(found.groups) else (),
    )
