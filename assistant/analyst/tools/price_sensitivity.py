"""How sales answer to price, product by product, with intervals; "cannot tell" where a price never moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.analyst import wording
from assistant.analyst.question import FilterClause, Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted, categories_of, remembered
from assistant.models.elasticity import Elasticities, Z, fit
from assistant.types import Receipt, Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DEFAULT_N = 10
SMOOTH = 9
LEAST_WEEKS = 12
LEAST_PRODUCTS = 3
"""Products that can be told which a category must have."""
DEFINITION = (
    "price elasticity of the number of orders: weekly orders of a product against its median price of the week and the shop's demand "
    "(median of nine weeks), by conditional Poisson regression, drawn to the mean of all products (empirical Bayes); 95 % intervals"
)


@dataclass(frozen=True, slots=True)
class _Fitted:
    ids: tuple[str, ...]
    names: tuple[str, ...]
    found: Elasticities
    sql: str
    rows_read: int

    def within(self, categories: Mapping[str, str], clause: FilterClause) -> _Fitted:
        """Only the products of the categories that a filter leaves, the shop's mean as it was."""
        values = {str(v) for v in clause.values}
        hit = [n for n, id in enumerate(self.ids) if (categories.get(id, "") in values) != (clause.op in ("ne", "not_in"))]
        f = self.found
        part = Elasticities(f.value[hit], f.low[hit], f.high[hit], f.tellable[hit], _pooled(f, hit)[0], f.spread)
        return _Fitted(tuple(self.ids[n] for n in hit), tuple(self.names[n] for n in hit), part, self.sql, self.rows_read)


@tool(
    examples=("How price sensitive is 22423?", "Which products are most sensitive to price?", "What would a 10% lower price do?"),
    reads=("by", "filters", "ranking"),
)
def price_sensitivity(question: Question, context: Context) -> ToolResult:
    """Estimates the price elasticity of a product (`value`, with `low` and `high`), or ranks products by it.

    Says that it cannot tell where a price never moved enough or orders are few: what was seen once is no evidence. It is what went
    together in the past, no promise: a price may have moved for reasons that moved sales as well.
    """
    if context.today is None or context.first_day is None:
        return ToolResult(Status.DECLINED, text="No sale has a date, so prices cannot be followed over time.")
    fitted = remembered(context, ("elasticity",), lambda: _fitted(context))
    receipt = accounted(question, context, "price elasticity", DEFINITION, fitted.sql, fitted.rows_read)
    if question.by == ("category",):
        return _by_category(fitted, question, receipt, context)
    kind = question.filter_on("category")
    if kind is not None:
        fitted = fitted.within(categories_of(context), kind)
    clause = question.filter_on("product")
    if clause is not None and clause.op == "eq":
        return _one(str(clause.values[0]), clause.label, fitted, question, context)
    found = fitted.found
    told = np.flatnonzero(found.tellable & (found.high < 0))
    if not found.tellable.any():
        return ToolResult(Status.DECLINED, text="I cannot tell: no product with enough orders was ever sold at clearly different prices.")
    order = told[np.argsort(found.value[told], kind="stable")]
    kept = order[: question.ranking.n if question.ranking else DEFAULT_N].tolist()
    head = (
        f"Over the {int(found.tellable.sum())} of {len(fitted.ids)} products whose price moved enough to tell, a price 10% lower went with "
        f"{_effect(found.mean)}. "
    )
    named = [f"{fitted.names[n]} ({fitted.ids[n]}), {_effect(found.value[n])} ({_reach(found, n)})" for n in kept[:5]]
    rows = tuple(Row(fitted.ids[n], round(float(found.value[n]), 2), fitted.names[n]) for n in kept)
    tail = f"Most sensitive: {'; '.join(named)}." if named else "For no single product is that beyond doubt."
    return ToolResult(rows=rows, row_unit="number", text=head + tail, receipt=receipt, products=tuple(row.label for row in rows))


def _by_category(fitted: _Fitted, question: Question, receipt: Receipt | None, context: Context) -> ToolResult:
    """The mean over the products of each category that can be told, the most sensitive first; thin ones are named as such."""
    categories, found = categories_of(context), fitted.found
    places: dict[str, list[int]] = {}
    for n, id in enumerate(fitted.ids):
        if found.tellable[n] and categories.get(id):
            places.setdefault(categories[id], []).append(n)
    rich = {name: _pooled(found, of) for name, of in places.items() if len(of) >= LEAST_PRODUCTS}
    if not rich:
        text = f"I cannot tell by category: none has {LEAST_PRODUCTS} products that were sold often enough at clearly different prices."
        return ToolResult(Status.DECLINED, text=text)
    order = sorted(rich, key=lambda name: rich[name][0])
    kept = order[: question.ranking.n] if question.ranking else order
    told = [f"{name} {wording.number(rich[name][0], 2)} ({_effect(rich[name][0])}; {len(places[name])} products)" for name in kept[:8]]
    thin = sorted({categories[id] for id in fitted.ids if id in categories} - set(rich))
    note = f"Too few products to tell: {wording.plain_list(thin)}." if thin else ""
    return ToolResult(
        rows=tuple(Row(name, round(rich[name][0], 2)) for name in kept),
        row_unit="number",
        text=f"Price elasticity by category, a price 10% lower and what went with it, most sensitive first: {'; '.join(told)}.",
        notes=(note,) if note else (),
        receipt=receipt,
    )


def _pooled(found: Elasticities, places: Sequence[int]) -> tuple[float, float]:
    """The mean of several products' elasticities, each weighed by how surely it is known, and its standard error; NaN of none."""
    known = [n for n in places if found.tellable[n]]
    if not known:
        return float("nan"), float("nan")
    error = (found.high[known] - found.low[known]) / (2 * Z)
    weight = 1.0 / error**2
    return float((weight * found.value[known]).sum() / weight.sum()), float(1.0 / np.sqrt(weight.sum()))


def _one(id: str, label: str, fitted: _Fitted, question: Question, context: Context) -> ToolResult:
    found, name = fitted.found, label or id
    place = fitted.ids.index(id) if id in fitted.ids else -1
    if place < 0 or not found.tellable[place]:
        text = f"I cannot tell how {name} answers to price: it was not sold often enough at clearly different prices."
        return ToolResult(Status.DECLINED, text=text)
    value, low, high = (float(part[place]) for part in (found.value, found.low, found.high))
    sure = "" if high < 0 else " The interval reaches over nothing at all, so there may be no effect."
    text = (
        f"{fitted.names[place]} ({id}): elasticity {wording.number(value, 2)} "
        f"(95%: {wording.number(low, 2)} to {wording.number(high, 2)}); "
        f"a price 10% lower went with {_effect(value)} ({_reach(found, place)}).{sure} That is what went together so far, no promise."
    )
    return ToolResult(
        value=round(value, 3), rows=(Row("low", round(low, 3)), Row("high", round(high, 3))), unit="number", text=text, products=(id,),
        receipt=accounted(question, context, "price elasticity", DEFINITION, fitted.sql, fitted.rows_read),
    )  # fmt: skip


def _effect(elasticity: float) -> str:
    change = 0.9**elasticity - 1.0
    return f"{wording.percent(abs(change))} {'more' if change >= 0 else 'fewer'} orders"


def _reach(found: Elasticities, place: int) -> str:
    most, least = (0.9 ** float(side[place]) - 1.0 for side in (found.low, found.high))
    return f"{wording.percent(least)} to {wording.percent(most)}"


def _fitted(context: Context) -> _Fitted:
    lines = context.warehouse.table("lines")
    sold = lines.filter(lines["sale"], ~lines["service"], lines["unit_price"] > 0)
    grouped = sold.group_by("product_id", "week").aggregate(
        name=sold["product"].max(), price=sold["unit_price"].median(), orders=sold["order_id"].nunique(), read=sold.count()
    )
    expression = grouped.order_by(["product_id", "week"])
    table = context.warehouse.run(expression)
    codes, place = np.unique(np.array(table["product_id"].to_pylist(), dtype=str), return_inverse=True)
    weeks = np.array(table["week"].to_pylist(), dtype="datetime64[D]")
    number = ((weeks - weeks.min()).astype(int) // 7) if len(weeks) else np.zeros(0, dtype=int)
    shape = (len(codes), int(number.max(initial=-1)) + 1)
    orders, prices = np.zeros(shape), np.full(shape, np.nan)
    orders[place, number], prices[place, number] = table["orders"].to_numpy(), table["price"].to_numpy()
    names = dict(zip(table["product_id"].to_pylist(), table["name"].to_pylist(), strict=True))
    whole = shape[1] >= LEAST_WEEKS
    season = _smooth(orders[:, :].sum(axis=0)) if whole else np.zeros(shape[1])
    # the first and the last week may be cut short
    if whole:
        season[[0, -1]] = 0.0
    return _Fitted(
        tuple(codes.tolist()), tuple(str(names[c]) for c in codes.tolist()), fit(orders, _filled(prices), season),
        context.warehouse.sql(expression), int(sum(table["read"].to_pylist())),
    )  # fmt: skip


def _smooth(demand: NDArray[np.float64]) -> NDArray[np.float64]:
    half = SMOOTH // 2
    return np.array([np.median(demand[max(0, n - half) : n + half + 1]) for n in range(len(demand))])


def _filled(prices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weeks without a sale have the price of the week with one before, from the first sale to the last."""
    known = ~np.isnan(prices)
    if not prices.shape[1]:
        return prices
    latest = np.maximum.accumulate(np.where(known, np.arange(prices.shape[1])[None, :], -1), axis=1)
    after = np.cumsum(known[:, ::-1], axis=1)[:, ::-1] > 0
    filled = np.take_along_axis(prices, np.maximum(latest, 0), axis=1)
    return np.where((latest >= 0) & after, filled, np.nan)
