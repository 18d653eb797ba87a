"""Why a figure changed: the change taken apart into parts that add up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.analyst import wording
from assistant.analyst.question import Period, Question
from assistant.analyst.receipts import receipt
from assistant.analyst.tools import ToolResult, tool
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.compile import QueryResult
    from assistant.analyst.context import Context

MOVERS = 10
OTHERS = "others"
MONEY_OF_SALES = ("net_sales", "gross_sales")
VIEWS = ("product", "country", "customer")
"""The dimensions that a change is looked at by when none is asked for."""
DOCUMENTS = ("orders", "cancellations")
"""Counts of documents: they add up by what a document has one of (country, customer, day), so not by product."""

AGGREGATES = {"sum": "sum", "count": "count", "distinct": "nunique"}


@dataclass(frozen=True, slots=True)
class _Change:
    """A figure before and after, and the rows and query behind it."""

    old: float
    new: float
    rows_read: int
    sql: str

    @property
    def difference(self) -> float:
        return self.new - self.old

    @property
    def growth(self) -> float | None:
        return self.difference / self.old if self.old else None


@tool(
    examples=(
        "Why did sales fall in January 2011?",
        "What drove the rise in orders in Q3, by country?",
        "Why are returns up on last year?",
    ),
    reads=("metrics", "by", "filters", "period", "comparison"),
)
def why(question: Question, context: Context) -> ToolResult:
    """Takes a change apart: growth as `value`, contributions in `rows` that add up to the difference.

    Net and gross sales come apart into volume, price, mix, services and returns; with `by`, any figure that adds up comes apart
    by that dimension. Without a comparison a month is held against the month before. A wrong premise meets the real figure.
    """
    sides = _sides(question, context)
    if sides is None:
        return ToolResult(status=Status.DECLINED, text=_no_comparison(question, context))
    new, old = sides
    change = _change(question, new, old, context)
    unit = context.semantics.metric(question.metric).unit
    rows = _contributions(question, new, old, change, context)
    return ToolResult(
        value=change.growth if change.growth is not None else change.difference,
        rows=rows,
        receipt=receipt(question, change.sql, change.rows_read, context, period=new),
        unit="share" if change.growth is not None else unit,
        row_unit=unit,
        facts={"new": change.new, "old": change.old, "difference": change.difference, "growth": change.growth},
        text=_sentence(question, new, old, change, rows, context),
    )


def _sides(question: Question, context: Context) -> tuple[Period, Period] | None:
    """The newer and the older period, both inside the data; what is not named is the last complete month, and the step before.

    A running period is held against as many days of the one before.
    """
    today, first_day = context.today, context.first_day
    if today is None or first_day is None:
        return None
    named = [s.period for s in question.comparison.sides if s.period] if question.comparison else []
    if len(named) == 2:
        new, old = max(named, key=lambda p: p.first), min(named, key=lambda p: p.first)
    else:
        month = today.replace(day=1)
        new = named[0] if named else question.period or Period(month, month, "month").step(-1)
        old = new.step(-1)
        if new.first <= today < new.last:
            reached = old.first + (today - new.first)
            new = replace(new, last=today, grain="span", label="")
            old = replace(old, last=min(old.last, reached), grain="span", label="")
    return (new, old) if old.first >= first_day.replace(day=1) and new.first <= today else None


def _change(question: Question, new: Period, old: Period, context: Context) -> _Change:
    after, before = (_query(question, (question.metric,), p, context) for p in (new, old))
    return _Change(float(before.value or 0), float(after.value or 0), after.rows_read + before.rows_read, f"{after.sql};\n\n{before.sql}")


def _query(question: Question, metrics: tuple[str, ...], period: Period, context: Context, by: tuple[str, ...] = ()) -> QueryResult:
    from assistant.analyst.compile import Query

    return context.query(Query(metrics, by=by, filters=question.filters, period=period))


def _contributions(question: Question, new: Period, old: Period, change: _Change, context: Context) -> tuple[Row, ...]:
    """The parts of the difference, or no rows for a figure that has none (a rate, an average)."""
    if question.by and question.by[0] in _adds_up_by(question, context, question.by):
        return _by_dimension(question, new, old, question.by[0], change, context)
    if question.metric in MONEY_OF_SALES:
        return _price_volume_mix(question, new, old, context)
    views = _adds_up_by(question, context, ("country", "customer"))
    return _by_dimension(question, new, old, views[0], change, context) if views else ()


def _adds_up_by(question: Question, context: Context, dimensions: tuple[str, ...]) -> list[str]:
    """Those of `dimensions` by which the parts make up the whole, leaving out what is filtered to one value already, or denied."""
    metric = context.semantics.metric(question.metric)
    if metric.cube != "sales" or not (metric.additive or metric.id in DOCUMENTS):
        return []
    fixed = {f.dimension for f in question.filters if f.op == "eq"} | context.denied
    return [d for d in dimensions if d not in fixed and not (metric.id in DOCUMENTS and d == "product")]


def _by_dimension(question: Question, new: Period, old: Period, dimension: str, change: _Change, context: Context) -> tuple[Row, ...]:
    """Each group's part of the difference, the largest movers first, the rest (and lines without such a value) as one row."""
    from assistant.analyst.compile import label

    definition = context.semantics.dimension(dimension)
    lines, figure = _both(question, new, old, context)
    lines = lines.filter(lines[definition.column].notnull(), *[lines[column] == value for column, _, value in definition.conditions])
    name = lines[definition.name_column].max() if definition.name_column else lines[definition.column].max().cast("string")
    grouped = lines.group_by(key=lines[definition.column]).aggregate(name=name, new=figure(lines, new), old=figure(lines, old))
    found = context.warehouse.run(grouped).to_pylist()
    moves = [Row(label(definition, r["key"]), float(r["new"] or 0) - float(r["old"] or 0), str(r["name"] or "")) for r in found]
    movers = sorted((row for row in moves if row.value), key=lambda row: (-abs(row.value), row.label))[:MOVERS]
    rest = change.difference - sum(row.value for row in movers)
    return tuple([*movers, Row(OTHERS, rest)] if abs(rest) > 1e-6 * max(1.0, abs(change.difference)) else movers)


def _both(question: Question, new: Period, old: Period, context: Context) -> tuple[Any, Callable[[Any, Period], Any]]:
    """The lines of both periods under the filters, and the metric of one of them as an aggregate: one query instead of two."""
    from assistant.analyst.compile import narrowed

    metric = context.semantics.metric(question.metric)
    lines = narrowed(context.warehouse.table("lines"), question.filters, None, context)
    lines = lines.filter(lines["day"].between(new.first, new.last) | lines["day"].between(old.first, old.last))
    lines = lines.filter(*[lines[column] == value for column, _, value in metric.conditions]) if metric.conditions else lines

    def figure(table: Any, period: Period) -> Any:
        inside = table["day"].between(period.first, period.last)
        value = getattr(table[metric.column], AGGREGATES[metric.aggregate])(where=inside)
        return -value if metric.negate else value

    return lines, figure


def _price_volume_mix(question: Question, new: Period, old: Period, context: Context) -> tuple[Row, ...]:
    """Volume (pieces at the old average price), price (same products, other prices), mix (which products), services, returns.

    Source: the usual price-volume-mix split of controllers; new and dropped products count as mix.
    """
    after, before = (_goods(question, p, context) for p in (new, old))
    units, units_before = (sum(q for q, _ in side.values()) for side in (after, before))
    goods, goods_before = (sum(m for _, m in side.values()) for side in (after, before))
    volume = (units - units_before) * (goods_before / units_before) if units_before else goods
    price = sum(m - q * before[code][1] / before[code][0] for code, (q, m) in after.items() if code in before)
    gross, returns = (
        float(new_value or 0) - float(old_value or 0)
        for new_value, old_value in zip(
            *(_query(question, ("gross_sales", "returns"), p, context).groups[0].values for p in (new, old)), strict=True
        )
    )
    rows = [
        Row("volume", volume, "volume (pieces)"),
        Row("price", price, "prices of the same products"),
        Row("mix", goods - goods_before - volume - price, "mix of products"),
        Row("services", gross - (goods - goods_before), "postage and other services"),
    ]
    return tuple([*rows, Row("returns", -returns, "returns")] if question.metric == "net_sales" else rows)


def _goods(question: Question, period: Period, context: Context) -> dict[str, tuple[float, float]]:
    """Pieces and money of each product on sale lines."""
    groups = _query(question, ("units", "goods_sales"), period, context, ("product",)).groups
    return {str(g.keys[0]): (float(g.values[0]), float(g.values[1])) for g in groups if g.values[0]}


def _sentence(question: Question, new: Period, old: Period, change: _Change, rows: tuple[Row, ...], context: Context) -> str:
    metric = context.semantics.metric(question.metric)
    scope = ", ".join(wording.clause_words(f, context) for f in question.filters)
    name = metric.name[:1].upper() + metric.name[1:] + (f" ({scope})" if scope else "")
    before, after = (wording.figure(v, metric.unit, context.currency) for v in (change.old, change.new))
    moved = "did not change" if not change.difference else "rose" if change.difference > 0 else "fell"
    by = f" by {wording.percent(abs(change.growth))}" if change.growth else ""
    text = f"{_premise(question, change)}{name} {moved}{by}, from {before} ({old.title}) to {after} ({new.title})."
    if rows:
        parts = [f"{_row_name(row)} {_signed(row.value, metric.unit, context)}" for row in rows[:6]]
        mainly = ", mainly" if len(rows) > len(parts) else ""
        text += f" Of the {_signed(change.difference, metric.unit, context)}{mainly}: {wording.plain_list(parts)}."
    if not question.by:
        text += _views(question, new, old, change, context) + _ratio_parts(question, new, old, context)
    return text


def _row_name(row: Row) -> str:
    return (
        row.name if row.name and row.label.islower() else f"{row.name} ({row.label})" if row.name and row.name != row.label else row.label
    )


def _signed(value: float, unit: str, context: Context) -> str:
    return wording.signed(value, unit, context.currency)


def _premise(question: Question, change: _Change) -> str:
    """A claim of a fall that was a rise is said to be wrong first; `direction` bottom is how the claim arrives."""
    claimed_fall = question.comparison is not None and question.comparison.direction == "bottom"
    return "It was the other way round. " if claimed_fall and change.difference > 0 else ""


def _views(question: Question, new: Period, old: Period, change: _Change, context: Context) -> str:
    """The largest mover by product, country and customer, and the split between first-time and returning customers."""
    unit, said = context.semantics.metric(question.metric).unit, []
    for dimension in _adds_up_by(question, context, VIEWS):
        movers = [r for r in _by_dimension(question, new, old, dimension, change, context) if r.label != OTHERS]
        if movers:
            said.append(
                f"{context.semantics.dimension(dimension).singular} {_row_name(movers[0])} {_signed(movers[0].value, unit, context)}"
            )
    text = f" Largest movers: {'; '.join(said)}." if said else ""
    if context.semantics.metric(question.metric).additive and said:
        first, back = _newcomers(question, new, old, context)
        rest = change.difference - first - back
        parts = [f"first-time customers {_signed(first, unit, context)}", f"returning ones {_signed(back, unit, context)}"]
        text += f" {wording.plain_list([*parts, f'those not known {_signed(rest, unit, context)}'])}.".replace(" first", " First", 1)
    return text


def _newcomers(question: Question, new: Period, old: Period, context: Context) -> tuple[float, float]:
    """The change among customers whose first day lies in the period, and among those with an earlier one."""
    lines, _ = _both(question, new, old, context)
    lines = lines.filter(lines["customer_id"].notnull())
    metric, since = context.semantics.metric(question.metric), lines["customer_since"]
    sums = {}
    for side, period in (("new", new), ("old", old)):
        inside = lines["day"].between(period.first, period.last)
        sums[f"{side}_first"] = lines[metric.column].sum(where=inside & (since >= period.first))
        sums[f"{side}_back"] = lines[metric.column].sum(where=inside & (since < period.first))
    (found,) = context.warehouse.run(lines.aggregate(**sums)).to_pylist()
    sign = -1 if metric.negate else 1
    first, back = (sign * (float(found[f"new_{kind}"] or 0) - float(found[f"old_{kind}"] or 0)) for kind in ("first", "back"))
    return first, back


def _ratio_parts(question: Question, new: Period, old: Period, context: Context) -> str:
    """For a rate or an average: how each of the two figures that it is made of moved."""
    said = []
    for part in context.semantics.metric(question.metric).ratio:
        after, before = (_query(question, (part,), p, context).value for p in (new, old))
        if before:
            said.append(f"{context.semantics.metric(part).name} {wording.change(float(after or 0) / float(before) - 1)}")
    return f" Behind it: {wording.plain_list(said)}." if said else ""


def _no_comparison(question: Question, context: Context) -> str:
    span = wording.period_words(None, context)
    asked = f"{question.period.title} and the period before it do" if question.period else "Two periods to compare do"
    return f"{asked} not both lie in the data ({span}), so there is no change to explain."
