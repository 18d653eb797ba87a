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
    (r"how much (?:weight )?(?:can|will|does|do) [^.?!]{2,60}? (?:take|hold|carry|bear|support)", "weight limit",
     "max(?:imum)? (?:load|weight)"): ("load", "capacity", "limit"),
    ("light(?:er|est)", r"heav(?:y|ier|iest)(?! (?:rain|snow|wind|use|duty|loads?|traffic))", "weigh(?:s|t)?"): ("weight",),
    ("warm(?:er|est)?", "cosi(?:er|est)"): ("temperature", "warmth", "filling", "r-value"),
    ("bigg(?:er|est)", "larg(?:er|est)", "small(?:er|est)", "room(?:y|ier|iest)", "how (?:big|large|small)"): (
        "capacity", "volume", "size", "dimensions",
    ),
    ("thick(?:er|est)?", "thinn(?:er|est)"): ("thickness",),
    ("how long (?:does|do|will)", "lasts"): ("run time", "burn time", "battery"),
    ("long(?:er|est)", "short(?:er|est)", "how long (?:is|are)"): ("length", "run time", "burn time", "battery"),
    ("wid(?:e|er|est)", "narrow(?:er|est)?"): ("width",),
    ("tall(?:er|est)?", "high(?:er|est)", "how high"): ("height",),
    ("dri(?:er|est)", "(?:more |most )?(?:water|rain)proof", "keeps? (?:out )?(?:the |heavy )?(?:rain|water)"): ("waterproof",),
    ("bright(?:er|est)?",): ("brightness",),
}  # fmt: skip
_LEAST = re.compile(r"\bweighs? (?:the )?least\b|\b(?:lightest|thinnest|smallest|shortest|narrowest)\b", re.IGNORECASE)
_MOST_OF = re.compile(r"\b(?:heaviest|thickest|biggest|largest|longest|widest|tallest|highest|brightest|warmest|most)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>[^\s\d,.;]*)$")


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
    asked = _aspect(text)
    for name, values in table.rows:
        if any(part in name.lower() for part in asked):
            told = "; ".join(f"{product}: {value or 'not stated'}" for product, value in zip(table.columns, values, strict=True))
            return f"{_first(table.columns, values, text)}{name}: {told}."
    return ""


def asks_aspect(text: str) -> bool:
    """Whether a text asks for a measure of products, such as which is the lightest."""
    return bool(_aspect(text))


def aspect_of(product: Product, text: str) -> tuple[str, str] | None:
    """The field that a question of degree is about ("how heavy is it?") with what the product states; None where it asks or states none."""
    asked = _aspect(text)
    stated = {name: str(value) for name, value in product.attributes.items() if len(str(value)) <= _LONGEST}
    return next(((name.replace("_", " "), value) for name, value in stated.items() if any(part in name.lower() for part in asked)), None)


def _aspect(text: str) -> tuple[str, ...]:
    return next((names for words, names in _ASPECTS.items() if any(re.search(rf"\b{word}\b", text, re.IGNORECASE) for word in words)), ())


def _first(products: Sequence[str], values: Sequence[str], text: str) -> str:
    """Which of the products has most or least of something, where all state it in one unit; empty otherwise."""
    least, found = _LEAST.search(text), [_AMOUNT.search(value) for value in values]
    amounts = [match for match in found if match is not None]
    if not (least or _MOST_OF.search(text)) or len(amounts) < len(values) or len({match["unit"] for match in amounts}) > 1:
        return ""
    numbers = [float(match["number"].replace(",", "")) for match in amounts]
    best = min(numbers) if least else max(numbers)
    return f"The {products[numbers.index(best)]}. " if numbers.count(best) == 1 else ""
