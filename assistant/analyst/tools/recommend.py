"""Products to offer: to a customer, with a product, for a basket, to a newcomer; each with the reason."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.analyst import wording
from assistant.analyst.question import FilterClause, Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted, remembered, store_folder
from assistant.errors import ModelMissing
from assistant.models.recommender import SLOT, ItemRecommender, Reason, Recommended, load_recommender
from assistant.models.registry import find_model
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DEFAULT_N = 5
BASIS = 12
"""Products of a customer's history that are looked at, the newest."""
RECENT_DAYS = 60
DEFINITION = (
    "links between products: what is bought next (ridge regression), what lies in the same histories (EASE), and texts for products "
    "without a history; products that are inactive, out of stock or bought before are left out"
)
TOWERS = "; beside the links, what whole histories lead to (two towers, softmax over all products)"
COUNTED = "number of orders that hold both, over the root of the orders of either; no recommender is trained for this shop yet"

_loaded: dict[tuple[str, str], ItemRecommender] = {}
_lock = threading.Lock()


@tool(
    examples=(
        "What should we recommend to customer 12345?",
        "Recommend something to customer 12345",
        "What should we show a new customer?",
    ),
    reads=("filters", "ranking"),
)
def recommend(question: Question, context: Context) -> ToolResult:
    """Recommends products for a customer, a product or a basket (the filters), or for a newcomer (none), each with its reason.

    The trained recommender of the shop where there is one (`shopclerk train`), else counts of shared orders. Nothing that is out of
    stock or inactive, and to a customer nothing bought before. The figure of a row is the orders, or customers, behind its reason.
    """
    customer, product = question.filter_on("customer"), question.filter_on("product")
    basis, bought = _basis(customer, product, context)
    if customer is not None and not basis:
        return ToolResult(Status.DECLINED, text=f"Customer {customer.values[0]} bought nothing yet; ask what to show a new customer.")
    n = question.ranking.n if question.ranking else DEFAULT_N
    model, sellable, names = _model(context), _sellable(context), _names(context)
    found: tuple[Recommended, ...]
    if model is not None and (not basis or any(id in model for id in basis)):
        found = model.recommend(basis, n, exclude=bought, allowed=sellable)
        definition = f"{DEFINITION}{TOWERS if model.towers else ''}"
    elif basis:
        found, definition = _counted(basis, bought, n, sellable, context), COUNTED
    else:
        found, definition = _popular(n, sellable, context), f"orders of the last {RECENT_DAYS} days"
    if not found:
        return ToolResult(Status.DECLINED, text="Nothing that is on sale was ever bought with that, so I would only be guessing.")
    told = "; ".join(f"{names.get(one.product_id, one.product_id)} ({one.product_id}), {_words(one.reason, names)}" for one in found[:5])
    return ToolResult(
        rows=tuple(Row(one.product_id, one.reason.count, names.get(one.product_id, "")) for one in found),
        row_unit="count",
        text=f"{_head(customer, product)}: {told}.",
        products=tuple(one.product_id for one in found),
        receipt=accounted(question, context, "recommendations", definition, _lines_sql(context), context.warehouse.info.lines),
    )


def _head(customer: FilterClause | None, product: FilterClause | None) -> str:
    if customer is not None:
        return f"For customer {customer.values[0]}"
    if product is not None:
        return f"With {product.label or ' and '.join(str(v) for v in product.values)}"
    return "For a new customer"


def _words(reason: Reason, names: dict[str, str]) -> str:
    source = f"{names.get(reason.product_id, '')} ({reason.product_id})".strip()
    count = wording.number(reason.count)
    return {
        "together": f"bought together with {source} in {count} orders",
        "after": f"bought later by {count} customers of {source}",
        "similar": f"like {source} by its text",
        "popular": f"in {count} order{'s' if reason.count > 1 else ''} lately",
        "pattern": f"fits what else is bought beside {source}" if reason.product_id else "fits the pattern of all orders",
    }[reason.kind]


def _basis(customer: FilterClause | None, product: FilterClause | None, context: Context) -> tuple[list[str], set[str]]:
    """The products to go by, the newest last, and those that the customer has already."""
    if product is not None:
        return [str(v) for v in product.values], set()
    if customer is None:
        return [], set()
    lines = context.warehouse.table("lines")
    mine = lines.filter(lines["sale"], ~lines["service"], lines["customer_id"] == str(customer.values[0]))
    grouped = mine.group_by("product_id").aggregate(last=mine["sold_at"].max()).order_by(["last", "product_id"])
    codes = [str(code) for code in context.warehouse.run(grouped)["product_id"].to_pylist()]
    return codes[-BASIS:], set(codes)


def _model(context: Context) -> ItemRecommender | None:
    """The shop's recommender, loaded once; None where none was trained."""
    folder = store_folder(context)
    if folder is None:
        return None
    try:
        path = find_model(SLOT, folder)
    except ModelMissing:
        return None
    key = str(folder), str(path)
    with _lock:
        if key not in _loaded:
            _loaded.clear()
            _loaded[key] = load_recommender(Path(path))
        return _loaded[key]


def _products(context: Context) -> list[dict[str, Any]]:
    table = context.warehouse.table("products")
    return remembered(context, ("products",), lambda: context.warehouse.run(table).to_pylist())


def _names(context: Context) -> dict[str, str]:
    return {str(r["product_id"]): str(r["product"]) for r in _products(context)}


def _sellable(context: Context) -> Callable[[str], bool]:
    shut = {
        str(r["product_id"])
        for r in _products(context)
        if r["service"] or r["active"] is False or (r["stock"] is not None and r["stock"] <= 0)
    }
    return lambda product_id: product_id not in shut


def _counted(basis: list[str], bought: set[str], n: int, sellable: Callable[[str], bool], context: Context) -> tuple[Recommended, ...]:
    """By orders shared with any of the basis over the root of a product's own orders, so that what everybody buys is not everywhere."""
    lines = context.warehouse.table("lines")
    goods = lines.filter(lines["sale"], ~lines["service"])
    found: dict[str, Recommended] = {}
    popular = goods.group_by("product_id").aggregate(orders=goods["order_id"].nunique())
    for source in basis:
        orders = goods.filter(goods["product_id"] == source).select("order_id").distinct()
        others = goods.semi_join(orders, "order_id")
        shared = others.group_by("product_id").aggregate(shared=others["order_id"].nunique())
        for r in context.warehouse.run(shared.join(popular, "product_id")).to_pylist():
            id, together = str(r["product_id"]), int(r["shared"])
            score = together / float(r["orders"]) ** 0.5
            if id not in bought and id not in basis and together >= 2 and sellable(id) and (id not in found or score > found[id].score):
                found[id] = Recommended(id, score, Reason("together", source, together))
    return tuple(sorted(found.values(), key=lambda one: (-one.score, one.product_id))[:n])


def _popular(n: int, sellable: Callable[[str], bool], context: Context) -> tuple[Recommended, ...]:
    from datetime import timedelta

    import ibis

    if context.today is None:
        return ()
    lines = context.warehouse.table("lines")
    late = lines.filter(lines["sale"], ~lines["service"], lines["day"] > context.today - timedelta(days=RECENT_DAYS))
    counted = late.group_by("product_id").aggregate(orders=late["order_id"].nunique()).order_by([ibis.desc("orders"), "product_id"])
    rows = [r for r in context.warehouse.run(counted).to_pylist() if sellable(str(r["product_id"]))][:n]
    return tuple(Recommended(str(r["product_id"]), float(r["orders"]), Reason("popular", count=int(r["orders"]))) for r in rows)


def _lines_sql(context: Context) -> str:
    lines = context.warehouse.table("lines")
    return context.warehouse.sql(lines.filter(lines["sale"], ~lines["service"]).select("order_id", "customer_id", "sold_at", "product_id"))
