"""What the tools about the catalogue read from the warehouse: the products, with what is known of each. Computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.analyst.trade import remembered

if TYPE_CHECKING:
    from assistant.analyst.context import Context

ATTRIBUTES = ("category", "style", "brand", "price", "stock")
"""What a catalogue may say of a product, as far as the warehouse holds it."""


@dataclass(frozen=True, slots=True)
class Good:
    """A product of the catalogue; what is not known is empty or None."""

    id: str
    name: str
    category: str
    style: str
    brand: str
    price: float | None
    stock: float | None

    @property
    def missing(self) -> tuple[str, ...]:
        """The attributes that it lacks."""
        return tuple(name for name in ATTRIBUTES if getattr(self, name) in ("", None))


@dataclass(frozen=True, slots=True)
class Goods:
    """All products that are on offer and no services, by their ids, and the query behind."""

    rows: tuple[Good, ...]
    sql: str


def goods_of(context: Context) -> Goods:
    """The catalogue, read once a state of the data."""

    def make() -> Goods:
        table = context.warehouse.table("products")
        table = table.filter(~table["service"], table["active"].fill_null(True))
        expression = table.select("product_id", "product", "category", "style", "brand", "list_price", "stock").order_by("product_id")
        rows = context.warehouse.run(expression).to_pylist()
        goods = tuple(
            Good(
                str(row["product_id"]),
                str(row["product"] or ""),
                str(row["category"] or ""),
                str(row["style"] or ""),
                str(row["brand"] or ""),
                None if row["list_price"] is None else float(row["list_price"]),
                None if row["stock"] is None else float(row["stock"]),
            )
            for row in rows
        )
        return Goods(goods, context.warehouse.sql(expression))

    return remembered(context, ("goods",), make)
