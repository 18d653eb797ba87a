"""What the models behind the tools read from the warehouse: purchases by customer and day, sales by product and day, orders.

Owns those queries, and keeps what was made from one state of the data, so that a second question does not compute it again. Decides
nothing: every tool says itself what it makes of the rows.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.analyst.receipts import filters_of
from assistant.types import Receipt

if TYPE_CHECKING:
    from assistant.analyst.context import Context
    from assistant.analyst.question import FilterClause, Question
    from assistant.models.lifetime import History, Lifetime

Made = TypeVar("Made")

KEPT = 32
_made: OrderedDict[tuple[Hashable, ...], Any] = OrderedDict()
_lock = threading.Lock()


def remembered(context: Context, key: tuple[Hashable, ...], make: Callable[[], Made]) -> Made:
    """What `make` gives, made once for `key` and a state of the data."""
    whole = (str(context.warehouse.path), context.warehouse.view, context.warehouse.info.token, context.as_of, *key)
    with _lock:
        if whole in _made:
            _made.move_to_end(whole)
            found: Made = _made[whole]
            return found
    made = make()
    with _lock:
        _made[whole] = made
        while len(_made) > KEPT:
            _made.popitem(last=False)
    return made


def store_folder(context: Context) -> Path | None:
    """The store that the warehouse belongs to, where its models lie; None for a warehouse elsewhere."""
    path = context.warehouse.path
    return path.parent.parent if path.name else None


def categories_of(context: Context) -> Mapping[str, str]:
    """The category of each product of the catalogue that has one."""
    table = context.warehouse.table("products")
    rows = context.warehouse.run(table.select("product_id", "category")).to_pylist()
    return {str(row["product_id"]): str(row["category"]) for row in rows if row["category"]}


def accounted(question: Question, context: Context, metric: str, definition: str, sql: str, rows_read: int) -> Receipt:
    """The receipt of a figure that is no metric of the semantic layer."""
    first, last = context.first_day, context.today
    if question.period is not None and first and last:
        inside = question.period.clipped(first, last)
        first, last = (inside.first, inside.last) if inside else (question.period.first, question.period.last)
    return Receipt(metric, definition, filters_of(question), (first, last), rows_read, context.as_of, sql)


@dataclass(frozen=True, slots=True)
class Purchases:
    """One row for each customer and day of buying, by customer and day: parallel arrays. `money` is gross, `orders` counts orders."""

    customers: NDArray[np.str_]
    days: NDArray[np.datetime64]
    money: NDArray[np.float64]
    orders: NDArray[np.int64]
    sql: str
    rows_read: int


def purchases(context: Context, filters: tuple[FilterClause, ...] = ()) -> Purchases:
    """What known customers bought, under the filters; sales without a date are left out."""

    def make() -> Purchases:
        from assistant.analyst.compile import narrowed

        lines = narrowed(context.warehouse.table("lines"), filters, None, context)
        lines = lines.filter(lines["sale"], lines["customer_id"].notnull(), lines["day"].notnull())
        grouped = lines.group_by("customer_id", "day").aggregate(
            money=lines["amount"].sum(), orders=lines["order_id"].nunique(), read=lines.count()
        )
        expression = grouped.order_by(["customer_id", "day"])
        found = context.warehouse.run(expression)
        return Purchases(
            np.array(found["customer_id"].to_pylist(), dtype=str),
            np.array(found["day"].to_pylist(), dtype="datetime64[D]"),
            found["money"].to_numpy().astype(np.float64),
            found["orders"].to_numpy().astype(np.int64),
            context.warehouse.sql(expression),
            int(sum(found["read"].to_pylist())),
        )

    return remembered(context, ("purchases", filters), make)


def history(context: Context, filters: tuple[FilterClause, ...] = ()) -> History:
    """The purchases as the models of customers read them, up to the as-of day."""
    from assistant.models.lifetime import summarise

    bought = purchases(context, filters)
    return remembered(
        context, ("history", filters), lambda: summarise(list(bought.customers), bought.days, bought.money, context.today or date.min)
    )


def lifetime(context: Context) -> Lifetime:
    """The models of how customers come back, fitted to this state of the data.

    Raises:
        TooFewCustomers: the shop is too small or too young.
    """
    from assistant.models.lifetime import fit

    return remembered(context, ("lifetime",), lambda: fit(history(context)))


@dataclass(frozen=True, slots=True)
class DailySales:
    """Pieces of each product on each day: (products, days) from the first day to the as-of day; services left out."""

    products: tuple[str, ...]
    names: tuple[str, ...]
    first_day: date
    units: NDArray[np.float32]
    sql: str
    rows_read: int


def daily_units(context: Context) -> DailySales:
    """Sold pieces by product and day; sales without a date are left out."""

    def make() -> DailySales:
        lines = context.warehouse.table("lines")
        lines = lines.filter(lines["sale"], ~lines["service"], lines["day"].notnull())
        grouped = lines.group_by("product_id", "day").aggregate(
            name=lines["product"].max(), units=lines["quantity"].sum(), read=lines.count()
        )
        expression = grouped.order_by(["product_id", "day"])
        found = context.warehouse.run(expression)
        first, last = context.first_day or date.min, context.today or date.min  # one empty day where no sale has a date
        codes, place = np.unique(np.array(found["product_id"].to_pylist(), dtype=str), return_inverse=True)
        days = np.array(found["day"].to_pylist(), dtype="datetime64[D]")
        units = np.zeros((len(codes), (last - first).days + 1), dtype=np.float32)
        if len(codes):
            np.add.at(units, (place, (days - np.datetime64(first)).astype(int)), found["units"].to_numpy())
        names = dict(zip(found["product_id"].to_pylist(), found["name"].to_pylist(), strict=True))
        return DailySales(
            tuple(codes.tolist()),
            tuple(str(names[code]) for code in codes.tolist()),
            first,
            units,
            context.warehouse.sql(expression),
            int(sum(found["read"].to_pylist())),
        )

    return remembered(context, ("daily units",), make)
