"""The sentence of a staff answer: what was understood, the figure, and the comparison that a manager would want beside it.

Owns the wording. States no figure that is not in the tool's result, save the one comparison that it asks of the same
semantic layer (the same days a year before, or the period before). Draws nothing and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeAlias

from assistant.analyst import wording
from assistant.analyst.question import add_months
from assistant.analyst.reckoning import Reckoning
from assistant.types import Row, Scalar, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context
    from assistant.analyst.question import Period, Question
    from assistant.analyst.tools import ToolResult

SHOWN = 5
SMALL = 20
"""Fewer rows than this behind an average or a share, and the reader is told so."""

Teller: TypeAlias = "Callable[[Question, ToolResult, Context], str]"


def sentence(question: Question, result: ToolResult, context: Context) -> str:
    """What the person reads: the tool's own text where it has one, else a sentence by the tool's kind; warnings follow."""
    body = result.text or _TELLERS.get(question.tool, _plain)(question, result, context)
    return " ".join([body, *result.notes, *_warnings(question, result, context)]).strip()


def _warnings(question: Question, result: ToolResult, context: Context) -> list[str]:
    """Rows that were cut, partial periods and small numbers, unless the tool has said so itself."""
    if result.status is not Status.ANSWERED or question.tool in ("forecast", "why", "together"):
        return []
    cut = f"Only the first {len(result.rows):,} of {result.groups:,} rows are shown." if result.groups else ""
    return [note for note in (cut, _partial(question.period, context, result.notes), _small(result)) if note]


def _partial(period: Period | None, context: Context, said: tuple[str, ...]) -> str:
    today = context.today
    if period is None or today is None or not period.first <= today < ends(period) or any("so far" in n or "until" in n for n in said):
        return ""
    return f"The period is not over: the data ends on {wording.day(today)}."


def _small(result: ToolResult) -> str:
    rows = result.receipt.rows_read if result.receipt else SMALL
    if result.unit in ("share", "rating", "number") and 0 < rows < SMALL:
        return f"It rests on {rows} row{'s' if rows > 1 else ''} only: take it with care."
    return ""


def _plain(question: Question, result: ToolResult, context: Context) -> str:
    if result.value is None and result.rows:
        return _listing(question, result, context)
    return f"{wording.subject(question, context)}: {_figure(result.value, result, context)}."


def _metric(question: Question, result: ToolResult, context: Context) -> str:
    if result.value is None and result.rows:
        return _several(question, result, context)
    per = f" per {question.per}" if question.per else ""
    head = f"{wording.subject(question, context)}: {_figure(result.value, result, context)}{per}"
    beside = "" if question.per else _beside(question, result, context)
    return f"{head}{beside}."


def _several(question: Question, result: ToolResult, context: Context) -> str:
    """Several figures of one scope, each in its own unit."""
    units = [context.semantics.metric(name).unit for name in question.metrics]
    said = [f"{row.label} {wording.figure(row.value, unit, context.currency)}" for row, unit in zip(result.rows, units, strict=True)]
    return f"{', '.join(wording.scope(question, context)).strip() or 'In all'}: {wording.plain_list(said)}."


def _beside(question: Question, result: ToolResult, context: Context) -> str:
    """`, up 2.7% on Nov 2010 (£1,422,654.80)`: against the same days of the year before; nothing where the data does not reach."""
    span = comparable(question.period, context)
    cohort = any(clause.dimension == "customer_since" and clause.op == "between" for clause in question.filters)
    if span is None or cohort or result.unit not in ("money", "count") or not isinstance(result.value, int | float):
        return ""
    from assistant.analyst.compile import Query

    before = context.query(Query(metrics=question.metrics, filters=question.filters, period=span))
    old = before.value
    if not old:
        return ""
    return f", {wording.change(result.value / old - 1)} on {span.title} ({_figure(old, result, context)})"


def comparable(period: Period | None, context: Context) -> Period | None:
    """The same days a year earlier, cut at the as-of day; None where the data does not hold them all or `period` is long or yet to come."""
    today, first = context.today, context.first_day
    if period is None or today is None or first is None or period.days > 366 or period.first > today:
        return None
    running = ends(period) > today
    kept = replace(period, last=today, grain="span", label="") if running else period
    before = kept.year_before()
    return None if before.first < first else before


def ends(period: Period) -> date:
    """The last day of what a period is called: "this month" ends on the month's last day, however far the data reaches."""
    if period.grain not in ("week", "month", "quarter", "year"):
        return period.last
    return max(period.last, Reckoning(period.first, period.first).unit(period.grain, period.first).last)


def _series(question: Question, result: ToolResult, context: Context) -> str:
    """The total where it adds up, the highest and the lowest; of rows that were cut nothing can be said as a whole."""
    if not result.rows:
        return _nothing(question, context)
    by = wording.plain_list([context.semantics.dimension(d).singular for d in question.by])
    per = f" per {question.per}" if question.per else ""
    head = f"{wording.subject(question, context)},{per} by {by}"
    if len(result.rows) == 1:
        return f"{head}: {_row(result.rows[0], result, context)}."
    if result.groups:
        return f"{head}."
    whole = [r for r in result.rows if not partial(r.label, question.by[0], question.period, context)] or result.rows
    high, low = max(whole, key=lambda r: r.value), min(whole, key=lambda r: r.value)
    total = ""
    if question.metric and context.semantics.metric(question.metric).additive and not question.per:
        total = f" {_figure(sum(r.value for r in result.rows), result, context)} in all;"
    return f"{head}:{total} highest {_row(high, result, context)}, lowest {_row(low, result, context)}."


def partial(label: str, grain: str, period: Period | None, context: Context) -> bool:
    """Whether a labelled unit of time (`2011-12`) reaches over the end of the data, or over an end of the period."""
    span = _span(label, grain)
    if span is None or context.today is None or context.first_day is None:
        return False
    first, last = context.first_day, context.today
    if period is not None:
        first, last = max(first, period.first), min(last, period.last)
    return span[0] < first or span[1] > last


def _span(label: str, grain: str) -> tuple[date, date] | None:
    """First and last day of a labelled unit of time; None for what is none."""
    if grain not in ("day", "week", "month", "quarter", "year"):
        return None
    try:
        parts = [int(part) for part in label.replace("Q", "").split("-")]
        month = 3 * parts[1] - 2 if grain == "quarter" else parts[1] if len(parts) > 1 else 1
        first = date(parts[0], month, parts[2] if len(parts) > 2 else 1)
    except (ValueError, IndexError):
        return None
    if grain in ("day", "week"):
        return first, first + timedelta(days=6 if grain == "week" else 0)
    return first, add_months(first, {"month": 1, "quarter": 3, "year": 12}[grain]) - timedelta(days=1)


def _ranking(question: Question, result: ToolResult, context: Context) -> str:
    if not result.rows:
        return _nothing(question, context)
    ranked = question.ranking
    dimension = context.semantics.dimension(question.by[0]) if question.by else None
    if len(result.rows) == 1 and dimension is not None:
        place = "lowest" if ranked and ranked.direction == "bottom" else "highest"
        nth = f"number {ranked.skip + 1} from the {'bottom' if place == 'lowest' else 'top'}" if ranked and ranked.skip else place
        return f"{wording.subject(question, context)}, by {dimension.singular}: {nth} is {_row(result.rows[0], result, context)}."
    return _listing(question, result, context)


def _listing(question: Question, result: ToolResult, context: Context) -> str:
    head = _changed(question, context) or wording.subject(question, context)
    if question.by:
        order = "lowest first" if question.ranking and question.ranking.direction == "bottom" else "highest first"
        head += f", by {context.semantics.dimension(question.by[0]).singular}{f', {order}' if question.ranking else ''}"
    shown = "; ".join(_row(row, result, context) for row in result.rows[:SHOWN])
    more = len(result.rows) - SHOWN
    return f"{head}: {shown}{f'; and {more} more in the table' if more > 0 else ''}."


def _compare(question: Question, result: ToolResult, context: Context) -> str:
    facts, comparison = result.facts or {}, question.comparison
    new, old = facts.get("new"), facts.get("old")
    if comparison is None or not isinstance(new, int | float) or not isinstance(old, int | float):
        return _listing(question, result, context) if result.rows else _plain(question, result, context)
    names = [str(facts.get(key) or "") for key in ("new_label", "old_label")]
    unit = _metric_unit(question, context)
    what = ", ".join(part for part in (_name(question, context), *_common_scope(question, context)) if part)
    difference = wording.signed(new - old, unit, context.currency)
    growth = f"{wording.change(new / old - 1)}, {difference}" if old else difference
    left, right = (wording.figure(value, unit, context.currency) for value in (new, old))
    return f"{what}: {left} ({names[0]}) against {right} ({names[1]}): {growth}."


def _changed(question: Question, context: Context) -> str:
    """Of groups compared over two periods, what the figures are; empty for anything else."""
    comparison = question.comparison
    if comparison is None or len(comparison.sides) != 2 or not all(side.period for side in comparison.sides):
        return ""
    new, old = sorted(comparison.sides, key=lambda side: side.period.first if side.period else date.min, reverse=True)
    kind = "Growth of" if comparison.kind == "growth" else "Change in"
    return ", ".join([f"{kind} {_name(question, context).lower()}", *_common_scope(question, context), f"{new.label} against {old.label}"])


def _common_scope(question: Question, context: Context) -> list[str]:
    sides = question.comparison.sides if question.comparison else ()
    words = [wording.clause_words(clause, context) for clause in question.filters]
    return words if any(side.period for side in sides) else wording.scope(question, context)


def _share(question: Question, result: ToolResult, context: Context) -> str:
    if result.value is None and result.rows:
        return _listing(question, result, context)
    facts = result.facts or {}
    part, whole = facts.get("part"), facts.get("whole")
    share_part = question.share.part if question.share else ()
    bare = replace(question, filters=(*(clause for clause in question.filters if clause not in share_part), *share_part))
    head = ", ".join([f"Share of {_name(question, context).lower()}", *wording.scope(bare, context)])
    if not isinstance(part, int | float) or not isinstance(whole, int | float):
        return f"{head}: {_figure(result.value, result, context)}."
    unit = _metric_unit(question, context)
    of = f"{wording.figure(part, unit, context.currency)} of {wording.figure(whole, unit, context.currency)}"
    return f"{head}: {_figure(result.value, result, context)} ({of})."


def _record(question: Question, result: ToolResult, context: Context) -> str:
    return f"{wording.subject(question, context)}: {_figure(result.value, result, context)}."


def _count(question: Question, result: ToolResult, context: Context) -> str:
    having = question.having
    if having is None or not question.by:
        return _plain(question, result, context)
    dimension = context.semantics.dimension(question.by[0])
    noun = dimension.singular if result.value == 1 and question.share is None else dimension.plural
    counted = f"of {noun} have" if question.share else f"{noun} with"
    limit, scope = wording.limit(having, context), ", ".join(wording.scope(question, context))
    return f"{_figure(result.value, result, context)} {counted} {limit}, {scope}."


def _nothing(question: Question, context: Context) -> str:
    return f"{wording.subject(question, context)}: nothing was booked."


def _name(question: Question, context: Context) -> str:
    name = context.semantics.metric(question.metric).name if question.metric else question.tool
    return name[:1].upper() + name[1:]


def _metric_unit(question: Question, context: Context) -> str:
    return context.semantics.metric(question.metric).unit if question.metric else "number"


def _figure(value: Scalar, result: ToolResult, context: Context) -> str:
    return wording.figure(value, result.unit, context.currency)


def _row(row: Row, result: ToolResult, context: Context) -> str:
    name = f"{row.name} ({row.label})" if row.name and row.name != row.label else label_words(row.label)
    return f"{name} {wording.figure(row.value, result.rows_unit, context.currency)}"


def label_words(label: str) -> str:
    """A row's label for people: `2011-11` is `Nov 2011`, `2011-Q3` `Q3 2011`; others as they are."""
    parts = label.split("-")
    if len(parts) == 2 and parts[0].isdigit() and len(parts[0]) == 4:
        if parts[1].startswith("Q"):
            return f"{parts[1]} {parts[0]}"
        if parts[1].isdigit() and 1 <= int(parts[1]) <= 12:
            return f"{date(int(parts[0]), int(parts[1]), 1):%b %Y}"
    return label


_TELLERS: Mapping[str, Teller] = {
    "metric": _metric,
    "series": _series,
    "ranking": _ranking,
    "compare": _compare,
    "share": _share,
    "record": _record,
    "count": _count,
}
