"""Orders with their lines, payments, shipments and history."""

from __future__ import annotations

import json
from datetime import datetime

from assistant.store.codec import from_json, from_time, to_json, to_time
from assistant.store.database import Row
from assistant.store.people import address_to_json
from assistant.store.records import Address, Order, OrderKind, OrderLine, Payment, Shipment, StatusChange
from assistant.store.repository import Child, Children, Repository, Table


class Orders(Repository[Order]):
    """The shop's orders and credit notes."""

    table = Table(
        "orders",
        ("id", "customer_id", "placed_at", "status", "kind", "country", "address", "attributes", "lookup"),
        (
            Child("order_lines", "order_id", ("product_id", "name", "quantity", "unit_price", "variant_id", "options", "booked_at")),
            Child("payments", "order_id", ("kind", "amount", "method_id", "at")),
            Child("shipments", "order_id", ("tracking_ids", "items", "carrier", "shipped_at", "delivered_at")),
            Child("status_changes", "order_id", ("status", "at", "note")),
        ),
    )

    def get(self, id: str) -> Order | None:
        """The order with this id, as people type it: with or without `#`, in any case. An exact match comes first."""
        found = self._read("lookup = ?", (_lookup(id),))
        return found.get(id) or next(iter(found.values()), None)

    def of_customer(self, customer_id: str) -> list[Order]:
        """A customer's orders and credit notes, the latest first; those without a date come last, as first added."""
        rows = self._db.rows("SELECT id FROM orders WHERE customer_id = ? ORDER BY placed_at DESC, rowid", (customer_id,))
        return list(self.many(str(row[0]) for row in rows).values())

    def bought_with(self, product_id: str, limit: int) -> list[tuple[str, int]]:
        """The products most often in one sale with this one, as (id, number of sales)."""
        rows = self._db.rows(
            "SELECT other.product_id, count(DISTINCT other.order_id) AS together FROM order_lines AS this "
            "JOIN orders ON orders.id = this.order_id AND orders.kind = ? "
            "JOIN order_lines AS other ON other.order_id = this.order_id AND other.product_id <> this.product_id "
            "WHERE this.product_id = ? GROUP BY other.product_id ORDER BY together DESC, other.product_id LIMIT ?",
            (OrderKind.SALE.value, product_id, limit),
        )
        return [(str(id), int(together)) for id, together in rows]

    def last_placed_at(self) -> datetime | None:
        """When the latest order or credit note was booked."""
        row = self._db.row("SELECT max(placed_at) FROM orders")
        return from_time(row[0]) if row else None

    def _encode(self, record: Order) -> tuple[Row, Children]:
        o = record
        address = None if o.address is None else address_to_json(o.address)
        row = (o.id, o.customer_id, to_time(o.placed_at), o.status, o.kind.value, o.country, address, to_json(o.attributes), _lookup(o.id))
        return row, (
            tuple(_line_row(line) for line in o.lines),
            tuple((p.kind, float(p.amount), p.method_id, to_time(p.at)) for p in o.payments),
            tuple(_shipment_row(shipment) for shipment in o.shipments),
            tuple((change.status, to_time(change.at), change.note) for change in o.history),
        )

    def _decode(self, row: Row, children: Children) -> Order:
        key, customer_id, placed_at, status, kind, country, address, attributes, _ = row
        lines, payments, shipments, history = children
        return Order(
            key,
            customer_id=customer_id,
            placed_at=from_time(placed_at),
            status=status,
            kind=OrderKind(kind),
            country=country,
            address=None if address is None else Address(**from_json(address)),
            lines=tuple(_line(line) for line in lines),
            payments=tuple(Payment(kind, amount, method, from_time(at)) for kind, amount, method, at in payments),
            shipments=tuple(_shipment(shipment) for shipment in shipments),
            history=tuple(StatusChange(status, from_time(at), note) for status, at, note in history),
            attributes=from_json(attributes),
        )


def _lookup(id: str) -> str:
    return id.strip().lstrip("#").upper()


def _line(row: Row) -> OrderLine:
    product_id, name, quantity, unit_price, variant_id, options, booked_at = row
    return OrderLine(product_id, name, quantity, unit_price, variant_id, from_json(options), from_time(booked_at))


def _line_row(line: OrderLine) -> Row:
    booked_at = None if line.booked_at is None else to_time(line.booked_at)
    options = to_json(line.options) if line.options else "{}"
    return (line.product_id, line.name, line.quantity, float(line.unit_price), line.variant_id, options, booked_at)


def _shipment_row(shipment: Shipment) -> Row:
    times = (to_time(shipment.shipped_at), to_time(shipment.delivered_at))
    return (to_json(shipment.tracking_ids), to_json(shipment.items), shipment.carrier, *times)


def _shipment(row: Row) -> Shipment:
    tracking, items, carrier, shipped_at, delivered_at = row
    return Shipment(tuple(json.loads(tracking)), tuple(json.loads(items)), carrier, from_time(shipped_at), from_time(delivered_at))
