"""A figure broken down by something that is no unit of time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.analyst.compile import Query
from assistant.analyst.question import Question
from assistant.analyst.receipts import receipt
from assistant.analyst.scoping import outside, products_of, rows_of
from assistant.analyst.tools import ToolResult, tool
from assistant.types import Scalar

if TYPE_CHECKING:
    from assistant.analyst.context import Context


@tool(
    examples=("Net sales by country in Q3", "Average rating by department", "Units of the cushion and the lantern"),
    reads=("metrics", "by", "filters", "period", "per", "having"),
)
def breakdown(question: Question, context: Context) -> ToolResult:
    """A figure for every country, product, department, ..., the largest first; bands of age in their order.

    Where certain values were named and the figure adds up, `value` is their sum. Groups without a figure are left out.
    """
    if refusal := outside(question, context):
        return refusal
    definition = context.semantics.metric(question.metric)
    banded = any(context.semantics.dimension(d).band for d in question.by)
    query = Query.of(question, context.settings.staff.max_rows)
    found = context.query(replace(query, order="label" if banded else "top", drop_empty=True))
    rows = rows_of(found.groups)
    named = question.filter_on(question.by[0])
    value: Scalar = None
    if named is not None and named.op == "in" and definition.additive and len(question.by) == 1:
        value = sum(row.value for row in rows)
    cut = found.groups_found > len(rows)
    return ToolResult(
        value=value,
        rows=rows,
        unit=definition.unit,
        receipt=receipt(question, found.sql, found.rows_read, context),
        products=products_of(question, found.groups),
        groups=found.groups_found if cut else 0,
    )
