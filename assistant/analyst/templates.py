"""Compiled queries by their shape: building and compiling an expression costs more than running it, and most questions differ from one
before only in their days and values.

Owns what stands in for those in a compiled text, and how they are written in their places: as literals that the engine's own dialect
writes, each checked to stand where it belongs. Knows no metric. A cache lives as long as the state of the warehouse that it was made for.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from assistant.analyst.question import FilterClause, Period

if TYPE_CHECKING:
    from assistant.analyst.compile import Query
    from assistant.warehouse import Warehouse

SHAPES = 512
"""Compiled shapes kept."""
_FIRST = date(1701, 1, 1)
"""Days that stand in for others; no shop sold anything then."""
_DAY = re.compile(r"MAKE_DATE\(\s*1701,\s*(\d+),\s*(\d+)\s*\)")
_VALUE = re.compile(r"'zqxj(\d+)zqxj'")
_BOUND = frozenset(["eq", "ne", "lt", "le", "gt", "ge", "between", "in", "not_in"])
"""Operators whose values go into the query as they are."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query's text, and an expression whose rows have its form."""

    text: str
    expression: Any


class Templates:
    """The compiled shapes of one state of a warehouse. Safe to use from several threads."""

    def __init__(self) -> None:
        self._shapes: dict[Query, Compiled | None] = {}
        self._lock = threading.Lock()

    def compiled(self, query: Query, warehouse: Warehouse, build: Callable[[Query], Any]) -> Compiled:
        """The text of `query`; `build` makes the expression of a query, and is called once for each shape."""
        if not warehouse.runs_texts:
            return _directly(query, warehouse, build)
        shape, days, values = _shape(query)
        with self._lock:
            known = self._shapes.get(shape) if shape in self._shapes else self._learn(shape, warehouse, build, len(days), len(values))
        if known is None:
            return _directly(query, warehouse, build)
        text = _DAY.sub(lambda m: _day(days[_place(m)]), known.text)
        return Compiled(_VALUE.sub(lambda m: _text(values[int(m[1])]), text), known.expression)

    def _learn(self, shape: Query, warehouse: Warehouse, build: Callable[[Query], Any], days: int, values: int) -> Compiled | None:
        """The compiled shape; None where not all that stands in it can be found again, so that nothing could be put in its place."""
        made = _directly(shape, warehouse, build)
        whole = {_place(m) for m in _DAY.finditer(made.text)} == set(range(days))
        whole = whole and {int(m[1]) for m in _VALUE.finditer(made.text)} == set(range(values))
        if len(self._shapes) >= SHAPES:
            self._shapes.clear()
        self._shapes[shape] = made if whole else None
        return self._shapes[shape]


def _directly(query: Query, warehouse: Warehouse, build: Callable[[Query], Any]) -> Compiled:
    expression = build(query)
    return Compiled(warehouse.sql(expression), expression)


def _shape(query: Query) -> tuple[Query, list[date], list[str]]:
    """The query with stand-ins for its days and texts, and these in the order of their stand-ins."""
    days: list[date] = []
    values: list[str] = []
    period = query.period
    if period is not None:
        period = Period(_stand_in(days, period.first), _stand_in(days, period.last))
    filters = tuple(_clause(clause, days, values) for clause in query.filters)
    return replace(query, period=period, filters=filters), days, values


def _clause(clause: FilterClause, days: list[date], values: list[str]) -> FilterClause:
    if clause.op not in _BOUND:
        return replace(clause, label="")
    made = tuple(_stood_for(value, days, values) for value in clause.values)
    return replace(clause, values=made, label="")


def _stood_for(value: str | int | float, days: list[date], values: list[str]) -> str | int | float:
    if not isinstance(value, str):
        return value
    try:
        day = date.fromisoformat(value)
    except ValueError:
        values.append(value)
        return f"zqxj{len(values) - 1}zqxj"
    return _stand_in(days, day).isoformat()


def _stand_in(days: list[date], day: date) -> date:
    days.append(day)
    return _FIRST + timedelta(days=len(days) - 1)


def _place(match: re.Match[str]) -> int:
    return (date(_FIRST.year, int(match[1]), int(match[2])) - _FIRST).days


def _day(day: date) -> str:
    return f"MAKE_DATE({day.year}, {day.month}, {day.day})"


def _text(value: str) -> str:
    from sqlglot import exp

    return exp.Literal.string(value).sql(dialect="duckdb")
