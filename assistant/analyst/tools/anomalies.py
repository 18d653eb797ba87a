"""What is odd in the shop's trade, with the reason: days, orders, customers, products that come back, countries that move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.analyst import wording
from assistant.analyst.question import Period, Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted, remembered
from assistant.analyst.tradedays import promotion_runs
from assistant.models.anomaly import FEWEST_ORDERS, SHORTEST, high_rates, odd_days, odd_orders, shifted
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

SHOWN = 5
FEWEST_RETURNS = 8
KINDS = ("day", "product", "country", "customer", "order")
PACE = "orders by the customer that day"
FEATURES = ("amount", "pieces of one product", "pieces", "products", PACE, "times the customer's usual amount")
DEFINITION = (
    "days by robust residuals from the level of four weeks and the weekday (promotions and yearly closures left out); orders by an "
    "isolation forest over amount, pieces, products, pace and the customer's habit; customers and products by a beta-binomial test of "
    "their returns; countries by a test of their part of orders against a year before"
)


@dataclass(frozen=True, slots=True)
class _Odd:
    """One finding: what, how surprising, and why in words."""

    kind: str
    label: str
    surprise: float
    why: str


@tool(
    examples=(
        "Anything unusual lately?",
        "Were there any odd days in the last year?",
        "Show me suspicious orders",
        "Customers with odd returns",
    ),
    reads=("by", "period", "ranking"),
)
def anomalies(question: Question, context: Context) -> ToolResult:
    """Finds odd days, orders, customers (returns), products (returns) and countries (growth), each with its reason.

    `by` picks one kind; without it all are looked at. With a period only days and orders inside it are told. The figure of a row says
    how far from usual it is, in robust standard deviations or as a factor.
    """
    if context.today is None or context.first_day is None:
        return ToolResult(Status.DECLINED, text="No sale has a date, so nothing can be told from what is usual.")
    if (context.today - context.first_day).days < SHORTEST and context.warehouse.info.lines < FEWEST_ORDERS:
        text = (
            f"What is odd can be told once there are {SHORTEST // 7} weeks of sales, or {FEWEST_ORDERS} lines of orders; there are fewer."
        )
        return ToolResult(Status.DECLINED, text=text)
    kinds = [kind for kind in question.by if kind in KINDS] or [kind for kind in KINDS if kind not in context.denied]
    sql: list[str] = []
    found: list[_Odd] = []
    read = 0
    for kind in kinds:
        some, query, rows = remembered(context, ("anomalies", kind), lambda kind=kind: _LOOK[kind](context))  # type: ignore[misc]
        found += [one for one in some if _inside(one, question.period)]
        sql.append(query)
        read = max(read, rows)
    n = question.ranking.n if question.ranking else 20
    rows_shown = tuple(Row(one.label, round(one.surprise, 1), one.why) for one in found[:n])
    return ToolResult(
        rows=rows_shown,
        row_unit="number",
        text=_sentence(found, kinds, question, context),
        receipt=accounted(question, context, "anomalies", DEFINITION, ";\n\n".join(sql), read),
    )


def _inside(one: _Odd, period: Period | None) -> bool:
    if period is None or one.kind not in ("day", "order"):
        return period is None or one.kind not in ("customer", "product", "country")
    day = date.fromisoformat(one.label if one.kind == "day" else one.why[-10:])
    return period.first <= day <= period.last


def _sentence(found: list[_Odd], kinds: list[str], question: Question, context: Context) -> str:
    looked = wording.plain_list([{"country": "countries"}.get(kind, f"{kind}s") for kind in kinds])
    scope = wording.period_words(question.period, context)
    if not found:
        return f"Nothing odd in {looked}, {scope}: all is within what is usual here."
    told = "; ".join(f"{one.why}" for one in found[:SHOWN])
    more = f"; and {len(found) - SHOWN} more in the table" if len(found) > SHOWN else ""
    return f"Odd in {looked}, {scope}: {told}{more}."


def _days(context: Context) -> tuple[list[_Odd], str, int]:
    lines = context.warehouse.table("lines")
    sold = lines.filter(lines["sale"])
    expression = sold.group_by("day").aggregate(orders=sold["order_id"].nunique(), read=sold.count()).order_by("day")
    table = context.warehouse.run(expression).to_pylist()
    first, last = _span(context)
    figures = np.zeros((last - first).days + 1)
    for row in table:
        figures[(row["day"] - first).days] = row["orders"]
    runs = promotion_runs(context).copy()
    runs[-1] = -1  # the as-of day may not be over
    found = []
    for one in odd_days(figures, first.weekday(), runs):
        day = first + timedelta(days=one.day)
        usual = wording.number(round(one.expected))
        found.append(
            _Odd(
                "day",
                day.isoformat(),
                one.surprise,
                f"{wording.day(day)} had {wording.number(one.seen)} orders where about {usual} are usual",
            )
        )
    return found, context.warehouse.sql(expression), int(sum(row["read"] for row in table))


def _orders(context: Context) -> tuple[list[_Odd], str, int]:
    lines = context.warehouse.table("lines")
    sold = lines.filter(lines["sale"], ~lines["service"])
    per_line = sold.group_by("order_id", "product_id").aggregate(
        pieces=sold["quantity"].sum(),
        money=sold["amount"].sum(),
        day=sold["day"].min(),
        customer=sold["customer_id"].max(),
        read=sold.count(),
    )
    per_order = per_line.group_by("order_id").aggregate(
        amount=per_line["money"].sum(), most=per_line["pieces"].max(), pieces=per_line["pieces"].sum(), products=per_line.count(),
        day=per_line["day"].min(), customer=per_line["customer"].max(), read=per_line["read"].sum(),
    ).order_by("order_id")  # fmt: skip
    table = context.warehouse.run(per_order)
    rows = {name: table[name].to_pylist() for name in table.column_names}
    amount = np.array(rows["amount"], dtype=float)
    who = np.array([c or "" for c in rows["customer"]], dtype=str)
    days = np.array(rows["day"], dtype="datetime64[D]")
    features = np.stack(
        [amount, *(np.array(rows[name], dtype=float) for name in ("most", "pieces", "products")), *_habits(who, days, amount)], axis=1
    )
    found: list[_Odd] = []
    told: set[tuple[str, str]] = set()
    for one in odd_orders(features, FEATURES, (True,) * len(FEATURES)):
        day = str(rows["day"][one.order])
        if one.feature == PACE and (str(who[one.order]), day) in told:
            continue
        told.add((str(who[one.order]), day))
        value, usual = (
            wording.money(v, context.currency) if one.feature == "amount" else wording.number(round(v, 1), 1)
            for v in (one.value, one.usual)
        )
        label = str(rows["order_id"][one.order])
        found.append(
            _Odd(
                "order",
                label,
                one.surprise,
                f"order {label} stands out by {one.feature}: {value} where {usual} is usual, on {day}",
            )
        )
    return found, context.warehouse.sql(per_order), int(sum(rows["read"]))


def _habits(who: Any, days: Any, amount: Any) -> tuple[Any, Any]:
    """Orders of the same customer on the same day, and the amount over the customer's own median, (orders,) each; 1 for unknown ones."""
    known = who != ""
    pace, beside = np.ones(len(who)), np.ones(len(who))
    if known.any():
        _, place, counts = np.unique(np.char.add(np.char.add(who, "|"), days.astype(str)), return_inverse=True, return_counts=True)
        pace = np.where(known, counts[place], 1).astype(float)
        order = np.lexsort((amount, who))
        _, starts, sizes = np.unique(who[order], return_index=True, return_counts=True)
        middles = amount[order][starts + sizes // 2]
        usual = np.repeat(middles, sizes)
        beside[order] = np.where(np.repeat(sizes, sizes) >= 4, amount[order] / np.maximum(usual, 0.01), 1.0)
        beside[~known] = 1.0
    return pace, beside


def _returns(context: Context, key: str, since: date | None) -> tuple[list[tuple[str, str, float, float]], float, str, int]:
    """(id, name, pieces sold, pieces returned) of each group, the rate of all, the query, rows read."""
    lines = context.warehouse.table("lines")
    goods = lines.filter(~lines["service"], lines[key].notnull())
    goods = goods.filter(goods["day"] >= since) if since else goods
    name = goods["product"].max() if key == "product_id" else goods[key].max()
    grouped = goods.group_by(key=goods[key]).aggregate(
        name=name, sold=goods["quantity"].sum(where=goods["sale"]), back=goods["quantity"].abs().sum(where=~goods["sale"]),
        orders=goods["order_id"].nunique(where=goods["sale"]), notes=goods["order_id"].nunique(where=~goods["sale"]), read=goods.count(),
    ).order_by("key")  # fmt: skip
    rows = context.warehouse.run(grouped).to_pylist()
    groups = [(str(r["key"]), str(r["name"]), float(r["orders"] or 0), float(r["notes"] or 0)) for r in rows]
    whole = sum(g[3] for g in groups) / max(sum(g[2] for g in groups), 1.0)
    return groups, whole, context.warehouse.sql(grouped), int(sum(r["read"] for r in rows))


def _customers(context: Context) -> tuple[list[_Odd], str, int]:
    groups, base, sql, read = _returns(context, "customer_id", None)
    return _told_returns("customer", groups, base, least=3.0), sql, read


def _products(context: Context) -> tuple[list[_Odd], str, int]:
    """Over the last half year, so that a wave stands out from a product's long history."""
    since = (context.today or date.max) - timedelta(days=182)
    groups, base, sql, read = _returns(context, "product_id", since)
    return _told_returns("product", groups, base, least=3.0), sql, read


def _told_returns(kind: str, groups: list[tuple[str, str, float, float]], base: float, least: float) -> list[_Odd]:
    events, tries = np.array([g[3] for g in groups]), np.array([max(g[2], g[3]) for g in groups])
    if not len(groups) or not base:
        return []
    found = []
    for place in high_rates(events, tries, least).tolist():
        id, name, orders, notes = groups[place]
        if notes < FEWEST_RETURNS:
            continue
        rate = notes / max(orders, notes)
        who = f"{kind} {id}" if kind == "customer" else f"{name} ({id})"
        times = f"{wording.number(notes)} times in {wording.number(orders)} orders"
        beside = f"{wording.percent(rate)} where {wording.percent(base)} is usual"
        why = f"{who} {'sent goods back' if kind == 'customer' else 'was sent back'} {times} ({beside})"
        found.append(_Odd(kind, id, rate / base, why))
    return found


def _countries(context: Context) -> tuple[list[_Odd], str, int]:
    first, last = _span(context)
    now, before = Period(last - timedelta(days=89), last), Period(last - timedelta(days=454), last - timedelta(days=365))
    lines = context.warehouse.table("lines")
    sold = lines.filter(lines["sale"])
    counts = [sold["order_id"].nunique(where=sold["day"].between(p.first, p.last)) for p in (now, before)]
    grouped = sold.group_by("country").aggregate(now=counts[0], before=counts[1], read=sold.count()).order_by("country")
    if before.first < first:
        return [], context.warehouse.sql(grouped), 0
    rows = [r for r in context.warehouse.run(grouped).to_pylist() if r["country"]]
    a, b = (np.array([float(r[name]) for r in rows]) for name in ("now", "before"))
    found = []
    for place in shifted(a, b).tolist():
        ratio = (a[place] + 0.5) / (b[place] + 0.5)
        year_before = f"{wording.number(b[place])} in the same days a year before"
        moved = f"{rows[place]['country']} had {wording.number(a[place])} orders in the last 90 days, {year_before}"
        found.append(_Odd("country", str(rows[place]["country"]), float(ratio), moved))
    return found, context.warehouse.sql(grouped), int(sum(r["read"] for r in rows))


def _span(context: Context) -> tuple[date, date]:
    assert context.first_day is not None
    assert context.today is not None
    return context.first_day, context.today


_LOOK: Mapping[str, Callable[[Any], tuple[list[_Odd], str, int]]] = {
    "day": _days,
    "order": _orders,
    "customer": _customers,
    "product": _products,
    "country": _countries,
}
