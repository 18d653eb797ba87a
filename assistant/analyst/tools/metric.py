"""One figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.analyst.compile import Query
from assistant.analyst.question import Question
from assistant.analyst.receipts import receipt
from assistant.analyst.scoping import nothing_note, outside
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.wording import subject
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context


@tool(
    examples=("How much did we sell in November?", "Average order value in Germany last quarter", "Average units per day in 2010"),
    reads=("metrics", "filters", "period", "per"),
)
def metric(question: Question, context: Context) -> ToolResult:
    """The value of a metric under filters in a period; with `per`, divided by the distinct days, weeks, orders, ... in it.

    Several metrics come as rows, the first as the value. Sums and counts of nothing are 0; an average of nothing is declined.
    """
    if refusal := outside(question, context):
        return refusal
    found = context.query(Query(question.metrics, filters=question.filters, period=question.period, per=question.per))
    definition = context.semantics.metric(question.metric)
    value = found.value
    if value is None and (definition.additive or definition.aggregate in ("count", "distinct", "sum")) and not question.per:
        value = 0
    made = receipt(question, found.sql, found.rows_read, context)
    if value is None:
        return ToolResult(status=Status.DECLINED, text=f"{subject(question, context)}: there is nothing to take it over.", receipt=made)
    rows: tuple[Row, ...] = ()
    if len(question.metrics) > 1:
        figures = zip(question.metrics, found.groups[0].values, strict=True)
        named = ((context.semantics.metric(name), figure) for name, figure in figures)
        rows = tuple(Row(metric.name, figure or 0, unit=metric.unit) for metric, figure in named)
    return ToolResult(
        value=None if rows and question.ask == "rows" else value,
        rows=rows,
        unit=definition.unit,
        receipt=made,
        notes=nothing_note(question, found.rows_read, context),
    )
