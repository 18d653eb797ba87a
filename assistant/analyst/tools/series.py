"""A figure over time, or by weekday or hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from assistant.analyst.compile import Query, label
from assistant.analyst.question import Question, add_months
from assistant.analyst.receipts import receipt
from assistant.analyst.scoping import outside, rows_of
from assistant.analyst.tools import ToolResult, tool
from assistant.types import Row

if TYPE_CHECKING:
    from assistant.analyst.context import Context

MONTHS = {"month": 1, "quarter": 3, "year": 12}


@tool(
    examples=("Sales by month in 2011", "Orders per weekday", "Units by week since September"),
    reads=("metrics", "by", "filters", "period", "per"),
)
def series(question: Question, context: Context) -> ToolResult:
    """A figure for every unit of time in its order. Weeks, months, quarters and years in which nothing was booked show as 0
    where the figure adds up or counts; days and hours without any sale are left out.
    """
    if refusal := outside(question, context):
        return refusal
    found = context.query(Query.of(question, context.settings.staff.max_rows))
    cut = found.groups_found > len(found.groups)
    return ToolResult(
        rows=rows_of(found.groups) if cut else _filled(question, rows_of(found.groups), context),
        unit=context.semantics.metric(question.metric).unit,
        receipt=receipt(question, found.sql, found.rows_read, context),
        groups=found.groups_found if cut else 0,
    )


def _filled(question: Question, rows: tuple[Row, ...], context: Context) -> tuple[Row, ...]:
    """The rows with the units of time that have none, each 0."""
    definition = context.semantics.metric(question.metric)
    if not rows or question.by[0] not in (*MONTHS, "week") or question.per or not (definition.additive or definition.unit == "count"):
        return rows
    known = {row.label: row for row in rows}
    return tuple(known.get(name, Row(name, 0)) for name in _labels(question, context))


def _labels(question: Question, context: Context) -> Iterator[str]:
    """Labels of all units of time in the part of the period that the data reaches."""
    first, last = context.first_day, context.today
    assert first is not None
    assert last is not None
    inside = question.period.clipped(first, last) if question.period else None
    first, last = (inside.first, inside.last) if inside else (first, last)
    unit, dimension = question.by[0], context.semantics.dimension(question.by[0])
    step = first - timedelta(days=first.weekday()) if unit == "week" else date(first.year, _first_month(first, unit), 1)
    while step <= last:
        yield label(dimension, step)
        step = step + timedelta(days=7) if unit == "week" else add_months(step, MONTHS[unit])


def _first_month(day: date, unit: str) -> int:
    return day.month - (day.month - 1) % MONTHS[unit]
