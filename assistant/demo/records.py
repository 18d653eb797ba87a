"""Batches of arrays become the store's records: orders with lines, payments, shipments and history, and credit orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from assistant.demo.baskets import Batch
from assistant.demo.content import Content
from assistant.demo.people import People
from assistant.demo.products import Catalogue
from assistant.demo.season import Calendar
from assistant.store.records import Order, OrderKind, OrderLine, Payment, Shipment, StatusChange

_FIRST_ORDER = 1_000_001

_Lines: TypeAlias = tuple[OrderLine, ...]


def order_id(number: int) -> str:
    """The id of the order with this number."""
    return f"#F{_FIRST_ORDER + number}"


def credit_id(number: int) -> str:
    """The id of the credit note to the order with this number."""
    return f"#C{_FIRST_ORDER + number}"


@dataclass(frozen=True, slots=True)
class _Row:
    """One order of a batch as plain values; times None for what has not happened."""

    number: int
    person: int
    guest: bool
    placed: datetime
    processed: datetime | None
    shipped: datetime | None
    delivered: datetime | None
    cancelled: datetime | None
    returned: datetime | None
    promotion: str
    fees: list[int]
    tracking: int
    paid_with: int

    @property
    def status(self) -> str:
        if self.cancelled:
            return "cancelled"
        return "delivered" if self.delivered else "shipped" if self.shipped else "processed" if self.processed else "pending"


class Clerk:
    """Writes out batches."""

    def __init__(self, content: Content, catalogue: Catalogue, people: People, calendar: Calendar) -> None:
        self._content = content
        self._catalogue = catalogue
        self._people = people
        self._calendar = calendar

    def orders(self, batch: Batch) -> Iterator[Order]:
        """Every order of the batch, each followed by its credit order if something came back."""
        ends = batch.lines.order.searchsorted(range(len(batch.orders.number) + 1)).tolist()
        lines = self._lines(batch)
        back = batch.lines.sent_back.tolist()
        for position, row in enumerate(self._rows(batch)):
            first, last = ends[position], ends[position + 1]
            goods = lines[first:last]
            sold = (*goods, *self._fees(row))
            returned = sold if row.cancelled else tuple(line for line, is_back in zip(goods, back[first:last], strict=True) if is_back)
            order = self._order(row, sold, returned)
            yield order
            if returned:
                yield self._credit(row, order, returned)

    def _rows(self, batch: Batch) -> Iterator[_Row]:
        o = batch.orders
        columns = (o.number, o.person, o.guest, o.placed, o.processed, o.shipped, o.delivered, o.cancelled, o.returned)
        promotions = [promotion.name if promotion else "" for promotion in self._calendar.promotions]
        named = [promotions[day] for day in o.day.tolist()]
        rest = (named, *(column.tolist() for column in (o.fees, o.tracking, o.paid_with)))
        return (_Row(*values) for values in zip(*(column.tolist() for column in columns), *rest, strict=True))

    def _lines(self, batch: Batch) -> list[OrderLine]:
        c, n = self._catalogue, batch.lines
        columns = zip(n.product.tolist(), n.variant.tolist(), n.quantity.tolist(), n.cents.tolist(), strict=True)
        return [OrderLine(c.id(p), c.name(p), q, cents / 100, c.variant_id(p, v), c.options(p, v)) for p, v, q, cents in columns]

    def _fees(self, row: _Row) -> Iterator[OrderLine]:
        services = zip(self._content.services, row.fees, strict=True)
        return (OrderLine(service.id, service.name, 1, cents / 100) for service, cents in services if cents)

    def _order(self, row: _Row, lines: _Lines, returned: _Lines) -> Order:
        goods = [line for line in lines if line.variant_id]
        address = self._people.address(row.person)
        return Order(
            id=order_id(row.number),
            customer_id=None if row.guest else self._people.id(row.person),
            placed_at=row.placed,
            status="returned" if row.delivered and len(returned) == len(goods) else row.status,
            country=address.country,
            address=address,
            lines=lines,
            payments=self._payments(row, lines, returned),
            shipments=self._shipments(row, goods),
            history=_history(row),
            attributes=_attributes(row, returned),
        )

    def _credit(self, row: _Row, order: Order, returned: _Lines) -> Order:
        return Order(
            id=credit_id(row.number),
            customer_id=order.customer_id,
            placed_at=row.returned,
            status="refunded",
            kind=OrderKind.CREDIT,
            country=order.country,
            lines=tuple(OrderLine(n.product_id, n.name, -n.quantity, n.unit_price, n.variant_id, n.options) for n in returned),
            payments=(order.payments[-1],),
            attributes={"return_of": order.id},
        )

    def _payments(self, row: _Row, lines: _Lines, returned: _Lines) -> tuple[Payment, ...]:
        methods = [method for method in self._people.methods(row.person) if method.source != "gift_card"]
        method = methods[row.paid_with % len(methods)].id
        paid = Payment("payment", _total(lines), method, row.placed)
        return (paid, Payment("refund", _total(returned), method, row.returned)) if returned else (paid,)

    def _shipments(self, row: _Row, goods: list[OrderLine]) -> tuple[Shipment, ...]:
        if not row.shipped:
            return ()
        carrier = self._content.countries[self._people.country[row.person]].carrier
        tracking = f"{carrier[:2].upper()}{row.tracking:010d}"
        items = tuple(line.variant_id or line.product_id for line in goods)
        return (Shipment((tracking,), items, carrier, row.shipped, row.delivered),)


def _total(lines: _Lines) -> float:
    return round(sum(line.quantity * line.unit_price for line in lines), 2)


def _history(row: _Row) -> tuple[StatusChange, ...]:
    steps = (("processed", row.processed), ("shipped", row.shipped), ("delivered", row.delivered), ("cancelled", row.cancelled))
    return (StatusChange("pending", row.placed), *(StatusChange(status, at) for status, at in steps if at))


def _attributes(row: _Row, returned: _Lines) -> dict[str, Any]:
    attributes: dict[str, Any] = {"promotion": row.promotion} if row.promotion else {}
    if row.cancelled:
        attributes["cancel_reason"] = "no longer needed" if row.number % 3 else "ordered by mistake"
    elif returned:
        attributes["return_items"] = [line.variant_id for line in returned]
    return attributes
