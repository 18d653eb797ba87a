"""Shopify's own exports, as its admin writes them: products (one row a variant or image) and orders (one row a line)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import TypeVar

from assistant.errors import BadRecord, ImportRefused
from assistant.importers.columns import Field, fields, plain
from assistant.importers.currencies import OneCurrency, one_currency
from assistant.importers.formats.products import slug
from assistant.importers.job import Job, Row
from assistant.importers.registry import importer
from assistant.store.records import Address, Customer, Order, OrderLine, Payment, Product, Shipment, StatusChange, Variant

Record = TypeVar("Record")
Part = TypeVar("Part")

PRODUCT_FIELDS = fields(
    required="handle title",
    handle="url handle",
    title="",
    body="body html, description",
    vendor="",
    category="product category",
    type="product type",
    tags="",
    published="published on online store",
    status="",
    **{f"option{n}_name": "" for n in (1, 2, 3)},
    **{f"option{n}_value": "" for n in (1, 2, 3)},
    sku="variant sku",
    price="variant price",
    stock="variant inventory qty, inventory quantity",
    stock_policy="variant inventory policy, continue selling when out of stock",
    image="image src, product image url",
)

ORDER_FIELDS = fields(
    required="name lineitem_name",
    **dict.fromkeys(("name", "email", "financial_status", "fulfillment_status", "fulfilled_at", "currency", "total"), ""),
    placed_at="created at",
    **dict.fromkeys(("cancelled_at", "payment_method", "payment_id", "refunded_amount"), ""),
    **dict.fromkeys(("lineitem_quantity", "lineitem_name", "lineitem_price", "lineitem_sku"), ""),
    full_name="shipping name, billing name",
    address1="shipping address1, billing address1",
    address2="shipping address2, billing address2",
    city="shipping city, billing city",
    zip="shipping zip, billing zip",
    state="shipping province, billing province",
    country="shipping country, billing country",
)

_NO_OPTION = "Default Title"


@importer("shopify", ".csv")
def shopify(job: Job) -> None:
    """Shopify's product export or order export, told apart by their columns."""
    seen = {plain(column) for column in job.source.columns}
    if {"lineitemname", "name"} <= seen:
        customers: dict[str, Customer] = {}
        currency = one_currency(job, ORDER_FIELDS, "total", though_priced=True)
        job.upsert("orders", _grouped(job, ORDER_FIELDS, "name", lambda rows: _order(job, rows, customers, currency)))
        job.upsert("customers", customers.values())
    elif "title" in seen and seen & {"handle", "urlhandle"}:
        job.upsert("products", _grouped(job, PRODUCT_FIELDS, "handle", lambda rows: _product(job, rows)))
    else:
        raise ImportRefused(
            f"{job.path.name} is neither Shopify's product export nor its order export. Columns seen: {', '.join(job.source.columns)}.",
            hint="Export from Shopify's admin (Products or Orders, Export, plain CSV), or use the format `products` or `orders`.",
        )


def _grouped(job: Job, wanted: Iterable[Field], key: str, build: Callable[[list[Row]], Record]) -> Iterator[Record]:
    """A record from the rows that follow one another under one key; a key that comes back later is rejected, row by row."""
    seen: set[str] = set()
    for name, group in groupby(job.rows(wanted), key=lambda row: row.text(key)):
        rows = list(group)
        try:
            if not name or name in seen:
                raise BadRecord(f"{key} comes again further down" if name else f"no {key}", column=key, value=name)
            yield build(rows)
        except BadRecord as error:
            for row in rows:
                job.reject(row.number, error)
        seen.add(name)


def _kept(job: Job, rows: list[Row], build: Callable[[Row], Part | None]) -> list[Part]:
    """What each row adds to its record; a bad row is rejected alone."""
    parts: list[Part] = []
    for row in rows:
        try:
            part = build(row)
        except BadRecord as error:
            job.reject(row.number, error)
            continue
        parts += [] if part is None else [part]
    return parts


def _product(job: Job, rows: list[Row]) -> Product:
    first = rows[0]
    names = [first.text(f"option{n}_name") for n in (1, 2, 3)]
    variants = _kept(job, rows, lambda row: _variant(row, names, row.number - first.number + 1))
    if not variants:
        raise BadRecord("no variant with a price", column="price")
    only = variants[0] if len(variants) == 1 and not variants[0].options else None
    prices = [v.price for v in variants if v.available and v.price is not None] or [v.price for v in variants if v.price is not None]
    kind, category = first.text("type"), first.text("category").split(" > ")[-1]
    attributes = {"tags": first.text("tags")} if first.text("tags") else {}
    return Product(
        first.must("handle"),
        first.must("title"),
        category=category or kind,
        style=kind if category else "",
        brand=first.text("vendor"),
        description=first.prose("body"),
        price=min(prices),
        stock=only.stock if only else None,
        image=next(filter(None, (row.text("image") for row in rows)), ""),
        active=first.text("status").casefold() in ("", "active") and first.flag("published") is not False,
        attributes={**attributes, **({"sku": only.id} if only else {})},
        variants=() if only else tuple(variants),
    )


def _variant(row: Row, names: list[str], place: int) -> Variant | None:
    """The variant of a row; None where the row only adds an image."""
    price, stock = row.money("price"), row.whole("stock", negative=True)
    if price is None:
        return None
    chosen = {name: row.text(f"option{n}_value") for n, name in enumerate(names, start=1) if name and row.text(f"option{n}_value")}
    options = {} if list(chosen.values()) == [_NO_OPTION] else chosen
    sold_out = stock is not None and stock <= 0 and row.text("stock_policy").casefold() not in ("continue", "true")
    # Shopify counts below zero what was sold on order.
    in_stock = None if stock is None else max(stock, 0)
    return Variant(row.text("sku") or f"{row.text('handle')}-{place}", options, price, in_stock, not sold_out)


def _order(job: Job, rows: list[Row], customers: dict[str, Customer], currency: OneCurrency) -> Order:
    first = rows[0]
    currency.check(first)
    placed_at, fulfilled_at, cancelled_at = (first.time(name) for name in ("placed_at", "fulfilled_at", "cancelled_at"))
    status = _status(first)
    where = Address(*(first.text(part) for part in ("address1", "address2", "city", "state", "country", "zip")))
    moments = (("pending", placed_at), ("shipped", fulfilled_at), ("cancelled", cancelled_at))
    return Order(
        first.must("name"),
        customer_id=_customer(job, first, where, customers),
        placed_at=placed_at,
        status=status,
        country=where.country,
        address=where,
        lines=tuple(_kept(job, rows, lambda row: _line(job, row))),
        payments=_payments(first),
        shipments=(Shipment(shipped_at=fulfilled_at),) if status == "shipped" else (),
        history=tuple(StatusChange(name, at) for name, at in moments if at),
    )


def _status(row: Row) -> str:
    if row.text("cancelled_at"):
        return "cancelled"
    return {"fulfilled": "shipped", "partial": "processed"}.get(row.text("fulfillment_status").casefold(), "pending")


def _payments(row: Row) -> tuple[Payment, ...]:
    total, refunded, method = row.money("total"), row.money("refunded_amount"), row.text("payment_method")
    owed = row.text("financial_status").casefold() in ("pending", "authorized", "voided", "expired")
    paid = () if total is None or owed else (Payment("payment", total, method, row.time("placed_at")),)
    return (*paid, Payment("refund", refunded, method)) if refunded else paid


def _customer(job: Job, row: Row, where: Address, customers: dict[str, Customer]) -> str | None:
    """The customer's id: a known one's by e-mail address, else that address. Exports begin with the latest order: the first counts."""
    email = row.text("email")
    if not email:
        return None
    known, key = job.store.customers.by_email(email), email.casefold()
    if known is not None and known.id != key:
        return known.id
    first, _, last = row.text("full_name").rpartition(" ")
    customers.setdefault(key, Customer(key, first or last, last if first else "", email, address=where))
    return key


def _line(job: Job, row: Row) -> OrderLine:
    name, sku = row.must("lineitem_name"), row.text("lineitem_sku")
    quantity, price = row.whole("lineitem_quantity"), row.money("lineitem_price")
    product = job.store.catalogue.of_variant(sku) if sku else None
    variant = next((v for v in product.variants if v.id == sku), None) if product else None
    handles = [slug(name), slug(name.rpartition(" - ")[0] or name)]
    product = product or next(iter(job.store.catalogue.many(handles).values()), None)
    return OrderLine(
        product.id if product else sku or handles[0],
        name,
        1 if quantity is None else quantity,
        price or 0.0,
        variant_id=variant.id if variant else None,
        options=variant.options if variant else {},
    )
