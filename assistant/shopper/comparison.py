"""Products beside one another, field by field. Owns which fields are compared; refuses to fill in what a product does not state."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.shopper.reply import price_of
from assistant.shopper.variants import options_of, to_be_had
from assistant.store.records import Product
from assistant.types import Table

_LONGEST = 80
"""Longer attributes are prose, which no table holds."""
_MOST = 14
_ASPECTS = {
    ("lighter", "heavier"): ("weight",),
    ("warmer", "cosier"): ("temperature", "warmth", "filling", "r-value"),
    ("bigger", "larger", "smaller", "roomier"): ("capacity", "volume", "size", "dimensions"),
    ("thicker", "thinner"): ("thickness",),
    ("longer", "shorter"): ("length", "burn time", "battery"),
    ("wider", "narrower"): ("width",),
    ("drier", "more waterproof"): ("waterproof",),
}


def beside_one_another(products: Sequence[Product], currency: str) -> Table:
    """The table of these products: price, stock, kind, maker, then every short attribute and option that any of them states."""
    fields = [_fields(product, currency) for product in products]
    names = list(dict.fromkeys(name for stated in fields for name in stated))[:_MOST]
    rows = tuple((name, tuple(stated.get(name, "") for stated in fields)) for name in names)
    return Table(tuple(p.name for p in products), rows, tuple(name for name, values in rows if len({v for v in values if v}) > 1))


def _fields(product: Product, currency: str) -> dict[str, str]:
    kind = " / ".join(part for part in (product.category, product.style) if part)
    fields = {"Price": price_of(product, currency) if product.price is not None or product.variants else "", "In stock": _stock(product)}
    fields |= {"Kind": kind, "Maker": product.brand}
    for name, value in product.attributes.items():
        if len(str(value)) <= _LONGEST:
            fields[_title(name)] = str(value)
    for name, values in options_of(product).items():
        fields[_title(name)] = ", ".join(values)
    return {name: value for name, value in fields.items() if value}


def _stock(product: Product) -> str:
    if product.variants:
        had = sum(map(to_be_had, product.variants))
        return f"{had} of {len(product.variants)} variants" if had else "no"
    return "" if product.stock is None else str(product.stock) if product.stock > 0 else "no"


def _title(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()


def by_aspect(table: Table, text: str) -> str:
    """The row that a comparative asks for ("which is lighter?"), as a sentence; empty where none is asked for or stated."""
    asked = next((names for words, names in _ASPECTS.items() if any(re.search(rf"\b{word}\b", text, re.IGNORECASE) for word in words)), ())
    for name, values in table.rows:
        if any(part in name.lower() for part in asked):
            told = "; ".join(f"{product}: {value or 'not stated'}" for product, value in zip(table.columns, values, strict=True))
            return f"{name}: {told}."
    return ""
