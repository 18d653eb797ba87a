"""One customer in words: since when, how often, how much, what, and what is to be expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.tools.segments import FEWEST, scored_customers
from assistant.analyst.trade import accounted, history, lifetime, purchases
from assistant.models.lifetime import TooFewCustomers
from assistant.models.segments import MEANING
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

FAVOURITES = 5


@tool(examples=("Describe customer 12345", "Profile of customer 12345", "Tell me about customer 12345"), reads=("filters",))
def profile(question: Question, context: Context) -> ToolResult:
    """Describes one customer from their orders: span, rhythm, money, returns, favourites, segment, and whether they will be back.

    `rows` are the products bought most. Declines for a customer without orders.
    """
    import ibis

    clause = question.filter_on("customer")
    customer = str(clause.values[0]) if clause else ""
    if not customer:
        return ToolResult(Status.DECLINED, text="Which customer? Please give the id, or the name as the shop has it.")
    lines = context.warehouse.table("lines")
    mine = lines.filter(lines["customer_id"] == customer)
    sums = mine.aggregate(
        orders=mine["order_id"].nunique(where=mine["sale"]),
        gross=mine["amount"].sum(where=mine["sale"]),
        returned=-mine["amount"].sum(where=~mine["sale"]),
        first=mine["day"].min(where=mine["sale"]),
        last=mine["day"].max(where=mine["sale"]),
        country=mine["customer_country"].max(),
        read=mine.count(),
    )
    (found,) = context.warehouse.run(sums).to_pylist()
    if not found["orders"]:
        return ToolResult(Status.DECLINED, text=f"Customer {customer} has no order in the data.")
    goods = mine.filter(mine["sale"], ~mine["service"])
    counted = goods.group_by("product_id").aggregate(name=goods["product"].max(), orders=goods["order_id"].nunique())
    favourites = context.warehouse.run(counted.order_by([ibis.desc("orders"), "product_id"]).limit(FAVOURITES)).to_pylist()
    told = _trade(customer, found, context), _rhythm(customer, context), _likes(favourites), _outlook(customer, context)
    return ToolResult(
        value=round(float(found["gross"] or 0) - float(found["returned"] or 0), 2),
        rows=tuple(Row(f["product_id"], f["orders"], f["name"]) for f in favourites),
        unit="money",
        row_unit="count",
        text=" ".join(part for part in told if part),
        products=tuple(f["product_id"] for f in favourites),
        receipt=accounted(
            question, context, "customer profile", "net sales; orders, returns and products of one customer", context.warehouse.sql(sums),
            int(found["read"]),
        ),
    )  # fmt: skip


def _trade(customer: str, found: dict[str, Any], context: Context) -> str:
    gross, back = float(found["gross"] or 0), float(found["returned"] or 0)
    orders = int(found["orders"])
    returned = (
        f", of which {wording.money(back, context.currency)} ({wording.percent(back / gross)}) came back" if back > 0 and gross else ""
    )
    first = found["first"] and wording.day(found["first"])
    since = "without a date" if not first else f"since {first}" if orders > 1 else f"on {first}"
    country = f" from {found['country']}" if found["country"] else ""
    return (
        f"Customer {customer}{country} placed {orders} order{'s' if orders > 1 else ''} {since} for "
        f"{wording.money(gross, context.currency)}{returned}, {wording.money(gross / orders, context.currency)} an order"
        f"{', the last on ' + wording.day(found['last']) if orders > 1 and first else ''}."
    )


def _rhythm(customer: str, context: Context) -> str:
    bought = purchases(context)
    days = bought.days[bought.customers == customer]
    if len(days) < 3 or context.today is None:
        return ""
    gap = float(np.median(np.diff(days).astype(int)))
    silent = int((np.datetime64(context.today) - days[-1]).astype(int))
    return f"They usually buy every {wording.number(round(gap))} days; it has been {wording.number(silent)}."


def _likes(favourites: list[dict[str, Any]]) -> str:
    named = [f"{f['name']} ({f['orders']} order{'s' if f['orders'] > 1 else ''})" for f in favourites[:3]]
    return f"Most often: {wording.plain_list(named)}." if named else ""


def _outlook(customer: str, context: Context) -> str:
    """Segment and expectation, where the shop is large enough for either."""
    bought = purchases(context)
    names = np.unique(bought.customers)
    if len(names) < FEWEST or customer not in names:
        return ""
    scored, _ = scored_customers(Question("segments"), context)
    segment = str(scored.segment[int(np.searchsorted(names, customer))])
    said = f"Segment: {segment} ({MEANING[segment]})."
    try:
        models = lifetime(context)
    except TooFewCustomers:
        return said
    known = history(context)
    alive = float(models.buying.alive(known)[known.customers.index(customer)])
    return f"{said} {wording.percent(alive)} likely to still be a customer."
