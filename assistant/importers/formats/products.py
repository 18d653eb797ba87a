"""A shop's own product list, in whatever columns it comes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from assistant.errors import BadRecord
from assistant.importers import values
from assistant.importers.columns import fields
from assistant.importers.currencies import one_currency
from assistant.importers.job import Job, Row, text_attributes
from assistant.importers.registry import importer
from assistant.store.records import Product, Variant

FIELDS = fields(
    required="name",
    id="product id, sku, stockcode, stock code, item id, item number, article number, product code, code, uniq id, asin, handle",
    name="product name, title, product title, item name, product, item, article",
    category="department, product type, product category, category name, main category, type, group, section",
    style="subcategory, sub category, kind of product, class, subtype",
    brand="brand name, vendor, manufacturer, maker, label, supplier",
    description="product description, long description, short description, body, body html, details, about product, about, text",
    price="unit price, selling price, sale price, retail price, current price, list price, amount, rrp, msrp",
    currency="currency code, price currency, iso currency, waehrung, währung, devise, moneda, valuta",
    stock="current stock, stock quantity, quantity in stock, quantity, qty, inventory, inventory quantity, units, on hand",
    image="image url, image src, picture, photo, image link, img, main image, thumbnail",
    active="published, enabled, is active, visible, listed, status",
    attributes="properties, features, specifications, specs",
    variants="variations",
)

_OPTION_FIELDS = ("id", "variant_id", "item_id", "sku", "options", "price", "stock", "available")


@importer("products", ".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".yaml", ".yml", ".parquet")
def products(job: Job) -> None:
    """Your own product list; columns that are no known field become attributes."""
    currency = one_currency(job, FIELDS, "price")

    def checked(row: Row) -> Product:
        currency.check(row)
        return product(row)

    job.upsert("products", job.records(job.rows(FIELDS), checked))


def product(row: Row) -> Product:
    """A product from a row; without an id column its id is made from its name.

    Raises:
        BadRecord: no name, a price or stock that is none or below zero, a malformed list of variants.
    """
    name = row.must("name")
    variants = _variants(row)
    prices = [v.price for v in variants if v.price is not None and v.available] or [v.price for v in variants if v.price is not None]
    return Product(
        id=row.must("id") if "id" in row.columns.by_field else slug(name),
        name=name,
        category=row.text("category"),
        style=row.text("style"),
        brand=row.text("brand"),
        description=row.prose("description"),
        price=row.money("price") if row.money("price") is not None else min(prices, default=None),
        stock=row.whole("stock"),
        image=row.text("image"),
        active=_active(row),
        attributes={**text_attributes(row), **_object(row, "attributes")},
        variants=variants,
    )


def slug(name: str) -> str:
    """A name as an id: `Blue Mug, large` becomes `blue-mug-large`."""
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-") or name


def _active(row: Row) -> bool:
    """A `status` column may hold the shop's own words; only a clear no hides a product."""
    try:
        return row.flag("active") is not False
    except BadRecord:
        return True


def _object(row: Row, name: str) -> dict[str, str]:
    """A cell that is an object, or JSON of one; other text is kept under the field's name."""
    cell = _json(row.raw(name))
    if isinstance(cell, Mapping):
        return {str(key): values.text(value) for key, value in cell.items() if values.text(value)}
    return {name: values.prose(cell)} if values.text(cell) else {}


def _variants(row: Row) -> tuple[Variant, ...]:
    cell = _json(row.raw("variants"))
    if not cell:
        return ()
    items = list(cell.values()) if isinstance(cell, Mapping) else cell
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise BadRecord("variants is no list of objects", column="variants", value=row.raw("variants"))
    return tuple(_variant(item, number) for number, item in enumerate(items, start=1))


def _variant(item: Mapping[str, Any], number: int) -> Variant:
    key = next((values.text(item[name]) for name in ("id", "variant_id", "item_id", "sku") if values.text(item.get(name))), str(number))
    options = item.get("options")
    if not isinstance(options, Mapping):
        options = {name: value for name, value in item.items() if name not in _OPTION_FIELDS}
    price, stock = values.money(item.get("price")), values.whole(item.get("stock"))
    if (price or 0) < 0 or (stock or 0) < 0:
        raise BadRecord(f"variant {key} has a price or stock below zero", column="variants", value=dict(item))
    texts = {str(name): values.text(value) for name, value in options.items() if values.text(value)}
    return Variant(key, texts, price, stock, values.flag(item.get("available")) is not False)


def _json(cell: Any) -> Any:
    """The cell, read as JSON where it is text that looks like it."""
    if isinstance(cell, str) and cell.strip()[:1] in ("{", "["):
        try:
            return json.loads(cell)
        except ValueError:
            return cell
    return cell
