"""The store as Arrow record batches, for the warehouse and for training data.

Columns are flat and typed; times are the shop's wall clock (an offset is cut off); free attributes are one JSON column. Left out on
purpose: e-mail addresses, streets, payment methods, what was said in conversations, accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from assistant.store.database import Database, Row

_TIME = pa.timestamp("us")
_OFFSET = r"[+-]\d\d:\d\d(:\d\d)?$"


@dataclass(frozen=True)
class _Extract:
    """A query and the schema of its columns; a timestamp column is selected as ISO text."""

    sql: str
    schema: pa.Schema


class Export:
    """Everything that figures are made of, streamed. Each stream reads one snapshot."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def order_lines(self, batch_size: int = 50_000) -> Iterator[pa.RecordBatch]:
        """order_id, order_kind, status, customer_id, country, placed_at, product_id, quantity, unit_price, line_no, variant_id."""
        for lines in self._stream(_LINES, batch_size):
            yield self._with_heads(lines)

    def products(self, batch_size: int = 10_000) -> Iterator[pa.RecordBatch]:
        """id, name, category, style, brand, description, price, stock, kind, active, attributes."""
        return self._stream(_PRODUCTS, batch_size)

    def reviews(self, batch_size: int = 10_000) -> Iterator[pa.RecordBatch]:
        """id, product_id, customer_id, rating, title, text, created_at, attributes."""
        return self._stream(_REVIEWS, batch_size)

    def customers(self, batch_size: int = 10_000) -> Iterator[pa.RecordBatch]:
        """id, first_name, last_name, city, state, country, zip, created_at, attributes."""
        return self._stream(_CUSTOMERS, batch_size)

    def orders(self, batch_size: int = 50_000) -> Iterator[pa.RecordBatch]:
        """id, kind, status, customer_id, country, placed_at, paid, refunded, attributes."""
        return self._stream(_ORDERS, batch_size)

    def conversations(self, batch_size: int = 10_000) -> Iterator[pa.RecordBatch]:
        """id, channel, mode, assignee, customer_id, started_at, updated_at, turns, thumbs_up, thumbs_down."""
        return self._stream(_CONVERSATIONS, batch_size)

    def _stream(self, extract: _Extract, batch_size: int, parameters: tuple[Any, ...] = ()) -> Iterator[pa.RecordBatch]:
        for rows in self._db.batches(extract.sql, parameters, batch_size):
            yield _batch(rows, extract.schema)

    def _with_heads(self, lines: pa.RecordBatch) -> pa.RecordBatch:
        """Lines, which come by order id, with the columns of their orders; joined here because it takes SQLite three times as long."""
        ids = lines["order_id"]
        heads = pa.Table.from_batches(self._stream(_HEADS, lines.num_rows + 1, (ids[0].as_py(), ids[-1].as_py())), _HEADS.schema)
        place = pc.index_in(ids, heads["id"].combine_chunks())
        columns = {name: heads[name].combine_chunks().take(place) for name in heads.column_names}
        columns |= {name: lines[name] for name in lines.schema.names}
        columns["placed_at"] = pc.coalesce(lines["booked_at"], columns["placed_at"])
        return pa.RecordBatch.from_arrays([columns[name] for name in _ORDER_LINES.names], schema=_ORDER_LINES)


def _batch(rows: list[Row], schema: pa.Schema) -> pa.RecordBatch:
    arrays = [_array(column, field) for column, field in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: tuple[Any, ...], field: pa.Field) -> pa.Array:
    if field.type == _TIME:
        return pc.replace_substring_regex(pa.array(values, pa.string()), _OFFSET, "").cast(_TIME)
    if field.type == pa.bool_():
        return pa.array(values, pa.int64()).cast(pa.bool_())
    return pa.array(values, field.type)


def _columns(names: str, **others: pa.DataType) -> pa.Schema:
    """A schema: columns `names` in this order, text but where `others` gives another type."""
    return pa.schema([(name, others.get(name, pa.string())) for name in names.split()])


_LINES = _Extract(
    """
    SELECT order_id, position, product_id, variant_id, quantity, unit_price, booked_at FROM order_lines
    ORDER BY order_id, position
    """,
    _columns(
        "order_id line_no product_id variant_id quantity unit_price booked_at",
        line_no=pa.int64(),
        quantity=pa.int64(),
        unit_price=pa.float64(),
        booked_at=_TIME,
    ),
)

_HEADS = _Extract(
    "SELECT id, kind, status, customer_id, country, placed_at FROM orders WHERE id BETWEEN ? AND ?",
    _columns("id order_kind status customer_id country placed_at", placed_at=_TIME),
)

_ORDER_LINES = _columns(
    "order_id order_kind status customer_id country placed_at product_id quantity unit_price line_no variant_id",
    placed_at=_TIME,
    quantity=pa.int64(),
    unit_price=pa.float64(),
    line_no=pa.int64(),
)

_PRODUCTS = _Extract(
    "SELECT id, name, category, style, brand, description, price, stock, kind, active, attributes FROM products ORDER BY rowid",
    _columns(
        "id name category style brand description price stock kind active attributes",
        price=pa.float64(),
        stock=pa.int64(),
        active=pa.bool_(),
    ),
)

_REVIEWS = _Extract(
    "SELECT id, product_id, customer_id, rating, title, text, created_at, attributes FROM reviews ORDER BY rowid",
    _columns("id product_id customer_id rating title text created_at attributes", rating=pa.float64(), created_at=_TIME),
)

_CUSTOMERS = _Extract(
    """
    SELECT id, first_name, last_name, coalesce(address ->> 'city', ''), coalesce(address ->> 'state', ''),
           coalesce(address ->> 'country', ''), coalesce(address ->> 'zip', ''), created_at, attributes
    FROM customers ORDER BY rowid
    """,
    _columns("id first_name last_name city state country zip created_at attributes", created_at=_TIME),
)

_ORDERS = _Extract(
    """
    SELECT id, kind, status, customer_id, country, placed_at,
           (SELECT coalesce(sum(amount), 0.0) FROM payments p WHERE p.order_id = o.id AND p.kind = 'payment'),
           (SELECT coalesce(sum(amount), 0.0) FROM payments p WHERE p.order_id = o.id AND p.kind = 'refund'),
           attributes
    FROM orders o ORDER BY rowid
    """,
    _columns(
        "id kind status customer_id country placed_at paid refunded attributes",
        placed_at=_TIME,
        paid=pa.float64(),
        refunded=pa.float64(),
    ),
)

_CONVERSATIONS = _Extract(
    """
    SELECT id, channel, mode, assignee, customer_id, started_at, updated_at,
           (SELECT count(*) FROM turns t WHERE t.conversation_id = c.id),
           (SELECT count(*) FROM feedback f WHERE f.conversation_id = c.id AND f.rating > 0),
           (SELECT count(*) FROM feedback f WHERE f.conversation_id = c.id AND f.rating < 0)
    FROM conversations c ORDER BY rowid
    """,
    _columns(
        "id channel mode assignee customer_id started_at updated_at turns thumbs_up thumbs_down",
        **dict.fromkeys(("started_at", "updated_at"), _TIME),
        **dict.fromkeys(("turns", "thumbs_up", "thumbs_down"), pa.int64()),
    ),
)
