"""Two figures held against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.analyst import wording
from assistant.analyst.compile import Query
from assistant.analyst.narrate import ends
from assistant.analyst.question import Comparison, Question, Side
from assistant.analyst.receipts import receipt
from assistant.analyst.scoping import outside
from assistant.analyst.tools import ToolResult, tool
from assistant.types import Receipt, Row, Scalar, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context


SHOWN = 5
"""Groups whose figures are said in the text."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """One side with its figure, and its figures by group where the question groups."""

    side: Side
    value: float
    groups: Mapping[str, tuple[float, str]]
    sql: str
    rows_read: int


@tool(
    examples=("Sales growth of November on last year", "France against Germany in 2011", "Which countries grew most from 2010 to 2011?"),
    reads=("metrics", "by", "filters", "period", "comparison", "ranking", "ask"),
)
def compare(question: Question, context: Context) -> ToolResult:
    """Growth, difference, winner, or both figures of two sides that differ in period, filters or metric.

    Growth is (new - old) / old, new being the later period or the first-named side; a difference is new - old. With `by`, every group's.
    Declines growth from nothing, saying both figures.
    """
    comparison = question.comparison
    if comparison is None or len(comparison.sides) < 2:
        return ToolResult(status=Status.CLARIFY, text="What should be compared with what?")
    if refusal := outside(question, context, *(side.period for side in comparison.sides)):
        return refusal
    measured = [_measure(question, side, context) for side in comparison.sides]
    if comparison.kind in ("winner", "both") or len(measured) > 2:
        return _beside(question, comparison, measured, context)
    new, old = _newer_first(measured)
    if question.by:
        return _groups(question, comparison, new, old, context)
    return _pair(question, comparison, new, old, context)


def _measure(question: Question, side: Side, context: Context) -> _Measured:
    asked = _asked(question, side)
    found = context.query(Query((asked.metric,), filters=asked.filters, period=asked.period, per=question.per))
    groups: dict[str, tuple[float, str]] = {}
    if question.by:
        by = context.query(Query((asked.metric,), by=question.by, filters=asked.filters, period=asked.period, drop_empty=True))
        groups = {group.labels[0]: (float(group.values[0] or 0), group.name) for group in by.groups}
    return _Measured(side, float(found.value or 0), groups, found.sql, found.rows_read)


def _asked(question: Question, side: Side) -> Question:
    asked = replace(question, metrics=(side.metric,) if side.metric else question.metrics, period=side.period or question.period)
    for clause in side.filters:
        asked = asked.with_filter(clause)
    return asked


def _newer_first(measured: list[_Measured]) -> tuple[_Measured, _Measured]:
    """The later period first; sides that do not differ in period stay as they were named."""
    first, second = measured
    if first.side.period and second.side.period and first.side.period.first < second.side.period.first:
        return second, first
    return first, second


def _pair(question: Question, comparison: Comparison, new: _Measured, old: _Measured, context: Context) -> ToolResult:
    difference = new.value - old.value
    growth = difference / old.value if old.value else None
    facts: dict[str, Scalar] = {"new": new.value, "old": old.value, "difference": difference, "growth": growth}
    facts |= {"new_label": _name(new.side), "old_label": _name(old.side)}
    made = _receipt(question, new, old, context)
    unit = context.semantics.metric(new.side.metric or question.metric).unit
    if comparison.kind == "growth" and growth is None:
        text = f"There is nothing in {_name(old.side)} to grow from, so no growth can be given."
        return ToolResult(status=Status.DECLINED, text=text, facts=facts, receipt=made)
    return ToolResult(
        value=growth if comparison.kind == "growth" else difference,
        rows=tuple(_row(m) for m in (new, old)),
        notes=_unfinished(new, old, context),
        unit="share" if comparison.kind == "growth" else unit,
        row_unit=unit,
        facts=facts,
        receipt=made,
    )


def _row(measured: _Measured) -> Row:
    return Row(_label(measured.side), measured.value, _name(measured.side))


def _beside(question: Question, comparison: Comparison, measured: list[_Measured], context: Context) -> ToolResult:
    """All sides as rows in the order named; where a winner is asked for, its label is the value and its row the first.

    Of two periods held beside each other the growth is the value, since that is what one looks for.
    """
    rows = [_row(m) for m in measured]
    if comparison.kind == "winner":
        rows.sort(key=lambda row: row.value, reverse=comparison.direction == "top")
    unit = context.semantics.metric(measured[0].side.metric or question.metric).unit
    value: Scalar = rows[0].label if comparison.kind == "winner" else None
    facts: dict[str, Scalar] = {}
    if len(measured) == 2:
        new, old = _newer_first(measured)
        facts = {"new": new.value, "old": old.value, "new_label": _name(new.side), "old_label": _name(old.side)}
        if comparison.kind == "both" and new.side.period and old.side.period and old.value:
            value = (new.value - old.value) / old.value
    return ToolResult(
        value=value,
        rows=tuple(rows),
        unit="share" if isinstance(value, float) else unit,
        row_unit=unit,
        notes=_unfinished(*_newer_first(measured), context) if len(measured) == 2 else (),
        facts=facts,
        receipt=_receipt(question, measured[0], measured[1], context),
    )


def _unfinished(new: _Measured, old: _Measured, context: Context) -> tuple[str, ...]:
    """Said where a period that is not over is set against a longer one that is: "this year against last year"."""
    one, two, today = new.side.period, old.side.period, context.today
    if one is None or two is None or today is None or two.last >= today:
        return ()
    if ends(one) <= today or two.days <= (today - one.first).days + 1:
        return ()
    return (f"{_name(new.side)} is not over: its data ends on {wording.day(today)}, while {_name(old.side)} is whole.",)


def _groups(question: Question, comparison: Comparison, new: _Measured, old: _Measured, context: Context) -> ToolResult:
    """Each group's growth or difference; a group that had nothing on one side has no growth and is left out of it.

    Without a ranking they stand in their own order where they have one, else the greatest figure of the newer side first.
    """
    rows, odd = [], 0
    for label in {**new.groups, **old.groups}:
        (now, name), (before, name_before) = new.groups.get(label, (0.0, "")), old.groups.get(label, (0.0, ""))
        if comparison.kind == "difference":
            rows.append(Row(label, now - before, name or name_before))
        elif before > 0 and now > 0:
            rows.append(Row(label, (now - before) / before, name or name_before))
        else:
            odd += 1
    if question.ranking is None:
        return _all_groups(question, rows, odd, new, old, context)
    ranked = question.ranking
    rows.sort(key=lambda row: (-row.value if ranked.direction == "top" else row.value, row.label))
    kept = tuple(rows[ranked.skip : ranked.skip + ranked.n])
    unit = "share" if comparison.kind == "growth" else context.semantics.metric(question.metric).unit
    return ToolResult(
        value=kept[0].label if kept and question.ask == "label" else None,
        rows=kept,
        unit=unit,
        receipt=_receipt(question, new, old, context),
        products=tuple(row.label for row in kept) if question.by[0] == "product" else (),
    )


def _all_groups(question: Question, rows: list[Row], odd: int, new: _Measured, old: _Measured, context: Context) -> ToolResult:
    """Every group with both figures in the text; `odd` groups lack a figure to grow from or to."""
    dimension, metric = context.semantics.dimension(question.by[0]), context.semantics.metric(question.metric)
    if dimension.kind != "ordinal":
        rows = sorted(rows, key=lambda row: -new.groups.get(row.label, (0.0, ""))[0])
    growth = question.comparison is not None and question.comparison.kind == "growth"
    unit = "share" if growth else metric.unit
    told = []
    for row in rows[:SHOWN]:
        now, before = (wording.figure(side.groups.get(row.label, (0.0, ""))[0], metric.unit, context.currency) for side in (new, old))
        said = wording.change(row.value) if growth else wording.signed(row.value, unit, context.currency)
        told.append(f"{row.name or row.label} {now} against {before} ({said})")
    more = f"; and {len(rows) - SHOWN} more in the table" if len(rows) > SHOWN else ""
    filters = "".join(f", {wording.clause_words(clause, context)}" for clause in question.filters)
    head = f"{metric.title}{filters}, {_name(new.side)} against {_name(old.side)}, by {dimension.singular}"
    left_out = f"{odd} with nothing to grow from or to {'is' if odd == 1 else 'are'} left out." if odd else ""
    return ToolResult(
        rows=tuple(rows),
        unit=unit,
        text=f"{head}: {'; '.join(told)}{more}." if told else f"{head}: there is nothing to compare.",
        notes=(*_unfinished(new, old, context), *([left_out] if left_out else [])),
        receipt=_receipt(question, new, old, context),
        products=tuple(row.label for row in rows) if question.by[0] == "product" else (),
    )


def _label(side: Side) -> str:
    """The value that a side stands for, as the data spells it."""
    if side.period is not None and not side.filters:
        return _period_label(side)
    clause = side.filters[0] if side.filters else None
    return str(clause.values[0]) if clause and clause.op == "eq" and clause.dimension != "weekday" else side.label


def _period_label(side: Side) -> str:
    period = side.period
    assert period is not None
    forms = {
        "month": f"{period.first:%Y-%m}",
        "quarter": f"{period.first.year}-Q{(period.first.month + 2) // 3}",
        "year": str(period.first.year),
    }
    return forms.get(period.grain, period.first.isoformat() if period.first == period.last or period.grain == "week" else period.title)


def _name(side: Side) -> str:
    return side.label or (side.period.title if side.period else "")


def _receipt(question: Question, new: _Measured, old: _Measured, context: Context) -> Receipt:
    asked = _asked(question, new.side)
    return receipt(asked, f"{new.sql};\n\n{old.sql}", new.rows_read + old.rows_read, context)
