"""Warehouses of a few rows each, written down as plain dicts, through the export that a store gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from assistant.analyst.context import Context
from assistant.analyst.semantics import load_semantics
from assistant.config import Settings
from assistant.warehouse import Warehouse

Row = dict[str, Any]


@dataclass(frozen=True)
class LittleShop:
    """What a warehouse needs of a store, from rows in memory."""

    folder: Path
    lines: Sequence[Row] = ()
    goods: Sequence[Row] = ()
    opinions: Sequence[Row] = ()
    people: Sequence[Row] = ()

    @property
    def export(self) -> LittleShop:
        return self

    def changed_at(self) -> str:
        return "little"

    def order_lines(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        yield from _batches(self.lines)

    def products(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        yield from _batches(self.goods)

    def reviews(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        yield from _batches(self.opinions)

    def customers(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        yield from _batches(self.people)

    def context(self, settings: Settings | None = None) -> Context:
        """The warehouse, built, as a tool is given it."""
        Warehouse.refresh(self)
        warehouse = Warehouse.open(self.folder)
        info = warehouse.info
        return Context(warehouse, load_semantics(), settings or Settings(currency="EUR"), info.first_day, info.as_of)


def product(id: str, name: str = "", **more: Any) -> Row:
    """A product on offer."""
    return {"id": id, "name": name or f"Thing {id}", "kind": "goods", "price": 10.0, "stock": 5, "active": True, **more}


def line(order: str, product: str, day: datetime | None, customer: str | None = "c1", **more: Any) -> Row:
    """A line of an order that was a sale."""
    return {
        "order_id": order, "order_kind": "sale", "customer_id": customer, "country": "Austria", "placed_at": day, "product_id": product,
        "quantity": 1, "unit_price": 10.0, **more,
    }  # fmt: skip


def review(id: str, product: str, text: str, rating: float | None = 5.0, day: datetime | None = None) -> Row:
    """A review with words."""
    return {"id": id, "product_id": product, "rating": rating, "title": "", "text": text, "created_at": day, "attributes": "{}"}


def _batches(rows: Sequence[Row]) -> Iterator[pa.RecordBatch]:
    if rows:
        yield from pa.Table.from_pylist(list(rows)).to_batches()
