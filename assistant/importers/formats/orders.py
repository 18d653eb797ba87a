"""A shop's own orders: a row a line, or an object an order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from assistant.errors import BadRecord
from assistant.importers.columns import Columns, fields, match
from assistant.importers.currencies import OneCurrency, one_currency
from assistant.importers.formats.customers import address
from assistant.importers.job import Job, Row
from assistant.importers.registry import importer
from assistant.store.records import Address, Order, OrderKind, OrderLine, Payment, Shipment

FIELDS = fields(
    required="id",
    id="order id, order number, order no, order, invoice, invoice no, invoice number, order name, transaction id",
    customer_id="user id, customer, customer number, client id, buyer id, account id",
    email="e-mail, customer email, email address, buyer email",
    placed_at="order date, date, created at, invoice date, order time, ordered at, purchase date, order created at, timestamp",
    status="order status, state of order, fulfillment status, order state",
    kind="order kind, document type",
    address1="address, street, shipping address, shipping address 1, ship to street, shipping street",
    address2="shipping address 2, address line 2",
    city="shipping city, town",
    state="shipping province, shipping state, province, region",
    country="shipping country, ship country, country code",
    zip="shipping zip, postcode, postal code, zip code",
    lines="items, line items, order lines, order items, products",
    tracking_id="tracking number, tracking, tracking code, tracking no",
    carrier="shipping company, courier, shipping carrier",
    payment_method="payment, payment type, paid with, payment method name, gateway",
    total="order total, grand total, amount paid, total price",
    currency="currency code, order currency, iso currency, waehrung, währung, devise, moneda, valuta",
    product_id="sku, stockcode, stock code, item id, product, product code, lineitem sku, item, article number",
    variant_id="variant, variant sku",
    product_name="description, product title, item name, lineitem name, title, name, line item name",
    quantity="qty, units, lineitem quantity, count, pieces, amount of items",
    unit_price="price, item price, lineitem price, price each, unit cost, sale price",
)

LINE_FIELDS = fields(
    product_id="sku, stockcode, product, id, product code",
    variant_id="variant, item id, variant sku",
    product_name="name, title, description",
    quantity="qty, units, count",
    unit_price="price, item price, price each",
    options="option, variant options",
)

_CREDIT_WORDS = ("credit", "return", "refund", "credit note", "cancellation")


@importer("orders", ".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet")
def orders(job: Job) -> None:
    """Your orders, one row for each line (rows of one order need not be together) or one object for each order."""
    seen = match(job.source.columns, FIELDS, job.mapping, job.path.name)
    currency = one_currency(job, FIELDS, "total", "unit_price")
    if "lines" in seen.by_field:
        job.upsert("orders", job.records(job.rows(FIELDS), lambda row: _whole_order(job, row, currency)))
    else:
        job.upsert("orders", _grouped(job, currency))


def _grouped(job: Job, currency: OneCurrency) -> Iterator[Order]:
    """Orders from rows that are one line each; an order is given out with its last row, so that few are held at a time."""
    waiting = Counter(row.text("id") for row in job.rows(FIELDS, quietly=True))
    held: dict[str, Order] = {}
    for row in job.rows(FIELDS):
        key = row.text("id")
        try:
            currency.check(row)
            order = held.get(key) or _head(job, row)
            held[key] = replace(order, lines=(*order.lines, _line(row)))
        except BadRecord as error:
            job.reject(row.number, error)
        waiting[key] -= 1
        if not waiting[key] and key in held:
            yield _with_kind(held.pop(key), row)


def _whole_order(job: Job, row: Row, currency: OneCurrency) -> Order:
    currency.check(row)
    cell = row.raw("lines")
    items = json.loads(cell) if isinstance(cell, str) and cell.strip().startswith("[") else cell
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise BadRecord("its lines are no list of objects", column=row.columns.by_field["lines"], value=cell)
    return _with_kind(replace(_head(job, row), lines=tuple(_item(row, item) for item in items)), row)


def _item(row: Row, item: Mapping[str, Any]) -> OrderLine:
    columns: Columns = match(list(item), LINE_FIELDS, {}, "a line")
    part = Row(row.number, item, columns)
    options = part.raw("options")
    texts = {str(name): str(value) for name, value in options.items()} if isinstance(options, Mapping) else {}
    return replace(_line(part), options=texts)


def _head(job: Job, row: Row) -> Order:
    where = address(row)
    customer_id = row.key("customer_id") or None
    if customer_id is None and row.text("email"):
        customer = job.store.customers.by_email(row.text("email"))
        customer_id = customer.id if customer else row.text("email").casefold()
    total, placed_at = row.money("total", negative=True), row.time("placed_at")
    tracking = tuple(filter(None, (part.strip() for part in row.text("tracking_id").split(","))))
    return Order(
        id=row.must("id"),
        customer_id=customer_id,
        placed_at=placed_at,
        status=row.text("status").casefold(),
        country=where.country,
        address=None if where == Address(country=where.country) else where,
        payments=()
        if total is None
        else (Payment("refund" if total < 0 else "payment", abs(total), row.text("payment_method"), placed_at),),
        shipments=(Shipment(tracking, carrier=row.text("carrier")),) if tracking else (),
    )


def _line(row: Row) -> OrderLine:
    quantity = row.whole("quantity", negative=True)
    price = row.money("unit_price", negative=True)
    return OrderLine(
        product_id=row.text("product_id") or row.must("product_name"),
        name=row.text("product_name"),
        quantity=1 if quantity is None else quantity,
        unit_price=0.0 if price is None else price,
        variant_id=row.text("variant_id") or None,
    )


def _with_kind(order: Order, row: Row) -> Order:
    """A credit note says so, or takes everything back."""
    told = row.text("kind").casefold()
    if told in _CREDIT_WORDS or (order.lines and all(line.quantity < 0 for line in order.lines)):
        return replace(order, kind=OrderKind.CREDIT)
    return replace(order, kind=OrderKind.ADJUSTMENT) if told == OrderKind.ADJUSTMENT else order
