"""The warehouse: what is counted, what is left out, and that a rebuild never disturbs readers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from assistant.errors import WarehouseMissing
from assistant.warehouse import Warehouse, refresh

LINES: list[dict[str, Any]] = [
    {"order_id": "1", "order_kind": "sale", "customer_id": "a", "country": "X", "product_id": "P", "quantity": 3, "unit_price": 2.0},
    {"order_id": "2", "order_kind": "sale", "customer_id": "a", "country": "X", "product_id": "POST", "quantity": 1, "unit_price": 5.0},
    {"order_id": "C3", "order_kind": "credit", "customer_id": "a", "country": "X", "product_id": "P", "quantity": -1, "unit_price": 2.0},
    {"order_id": "4", "order_kind": "sale", "customer_id": None, "country": "Y", "product_id": "P", "quantity": -9, "unit_price": 2.0},
    {"order_id": "5", "order_kind": "sale", "customer_id": "b", "country": "Y", "product_id": "P", "quantity": 4, "unit_price": 0.0},
    {"order_id": "A6", "order_kind": "adjustment", "customer_id": "b", "country": "Y", "product_id": "B", "quantity": 1, "unit_price": 9.0},
]


class FakeExport:
    """Rows in place of a store's."""

    def __init__(self, dated: bool) -> None:
        self.dated = dated

    def order_lines(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        days = [datetime.fromisoformat(f"2024-03-{4 + n:02d}T{10 + n}:00") if self.dated else None for n in range(len(LINES))]
        rows = [{**line, "status": "", "placed_at": at} for line, at in zip(LINES, days, strict=True)]
        yield pa.RecordBatch.from_pylist(rows, schema=_lines_schema())

    def products(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pylist(
            [{"id": "P", "name": "PEN", "kind": "goods"}, {"id": "POST", "name": "POSTAGE", "kind": "service"}]
        )

    def customers(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        return iter(())

    def reviews(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        row = {"id": "r1", "product_id": "P", "rating": 5.0, "title": "Nice", "text": "", "attributes": '{"age": "41", "recommended": 1}'}
        yield pa.RecordBatch.from_pylist([row])


def _lines_schema() -> pa.Schema:
    text = {name: pa.string() for name in ("order_id", "order_kind", "status", "customer_id", "country", "product_id")}
    return pa.schema({**text, "placed_at": pa.timestamp("us"), "quantity": pa.int64(), "unit_price": pa.float64()})


class FakeStore:
    """A store of six lines; `token` is its state."""

    def __init__(self, folder: Path, *, dated: bool = True) -> None:
        self.folder, self.token = folder, "one"
        self.export = FakeExport(dated)

    def changed_at(self) -> str:
        return self.token


def _value(warehouse: Warehouse, expression: Any) -> Any:
    return warehouse.run(expression).column(0)[0].as_py()


def test_only_sale_and_return_lines_are_kept(tmp_path: Path) -> None:
    report = refresh(FakeStore(tmp_path))
    assert (report.rebuilt, report.lines, report.customers, report.reviews) == (True, 3, 1, 1)
    warehouse = Warehouse.open(tmp_path)
    lines = warehouse.table("lines")
    assert _value(warehouse, lines.amount.sum()) == pytest.approx(3 * 2 + 5 - 2)
    assert _value(warehouse, lines.filter(lines.service).product.max()) == "POSTAGE"
    assert warehouse.as_of == datetime.fromisoformat("2024-03-06T12:00")


def test_calendar_keys_and_review_attributes_are_worked_out(tmp_path: Path) -> None:
    refresh(FakeStore(tmp_path))
    warehouse = Warehouse.open(tmp_path)
    first = warehouse.run(warehouse.table("lines").order_by("sold_at").limit(1)).to_pylist()[0]
    assert (first["weekday"], first["hour"], str(first["week"]), str(first["quarter"])) == (1, 10, "2024-03-04", "2024-01-01")
    review = warehouse.run(warehouse.table("reviews")).to_pylist()[0]
    assert (review["age"], review["recommended"], review["words"]) == (41, 1.0, "Nice")


def test_a_fresh_warehouse_is_left_alone_and_a_stale_one_is_swapped_under_its_readers(tmp_path: Path) -> None:
    store = FakeStore(tmp_path)
    refresh(store)
    reader = Warehouse.open(tmp_path)
    assert reader.info.lines == 3
    assert not refresh(store).rebuilt
    assert not reader.stale()
    store.token = "two"
    assert refresh(store).rebuilt
    assert reader.stale()
    assert _value(reader, reader.table("lines").count()) == 3
    assert [p.name for p in (tmp_path / "warehouse").iterdir()] == ["shop.duckdb"]


def test_a_shop_without_dates_has_no_as_of(tmp_path: Path) -> None:
    refresh(FakeStore(tmp_path, dated=False))
    assert Warehouse.open(tmp_path).as_of is None


def test_a_missing_warehouse_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WarehouseMissing, match="shopclerk import"):
        Warehouse.open(tmp_path)


def test_the_warehouse_cannot_be_written_through_a_reader(tmp_path: Path) -> None:
    refresh(FakeStore(tmp_path))
    reader = Warehouse.open(tmp_path)
    assert reader.info.lines == 3
    with pytest.raises(Exception, match="read-only"):
        reader._connection.raw_sql("delete from lines")
