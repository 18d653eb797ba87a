"""Products beside one another, field by field. Owns which fields are compared; refuses to fill in what a product does not state."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.shopper.amounts import LONGEST
from assistant.shopper.measures import Asked, asked, fields_of, ranked
from assistant.shopper.reply import price_of
from assistant.shopper.variants import options_of, to_be_had
from assistant.store.records import Product
from assistant.types import Table

_MOST = 14
_COMPARED = re.compile(r"[a-z]+(?:er|est)|(?:more|most|less|least) [a-z]+", re.IGNORECASE)
_BRIEF, _TOLD = 30, 4
"""Letters of an attribute that is told in a line, and how many are."""


def beside_one_another(products: Sequence[Product], currency: str) -> Table:
    """The table of these products: price, stock, kind, maker, then every short attribute and option that any of them states."""
    fields = [_fields(product, currency) for product in products]
    names = list(dict.fromkeys(name for stated in fields for name in stated))[:_MOST]
    rows = tuple((name, tuple(stated.get(name, "") for stated in fields)) for name in names)
    return Table(tuple(p.name for p in products), rows, tuple(name for name, values in rows if len({v for v in values if v}) > 1))


def differences(products: Sequence[Product]) -> tuple[str, ...]:
    """For each product what tells it from the others, as the end of a line: its kind where they are of several, else a few attributes."""
    kinds = [f"{p.category} / {p.style}" if p.category and p.style else "" for p in products]
    names = dict.fromkeys(n for p in products for n, value in p.attributes.items() if len(str(value)) <= _BRIEF)
    apart = [n for n in names if len({str(p.attributes.get(n, "")) for p in products}) > 1 and all(n in p.attributes for p in products)]
    if len(set(kinds)) > 1 or not apart:
        return tuple(f"; {kind}" if kind else "" for kind in kinds)
    return tuple("; " + ", ".join(f"{name.replace('_', ' ')} {p.attributes[name]}" for name in apart[:_TOLD]) for p in products)


def _fields(product: Product, currency: str) -> dict[str, str]:
    kind = " / ".join(part for part in (product.category, product.style) if part)
    fields = {"Price": price_of(product, currency) if product.price is not None or product.variants else "", "In stock": _stock(product)}
    fields |= {"Kind": kind, "Maker": product.brand}
    for name, value in product.attributes.items():
        if len(str(value)) <= LONGEST:
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


def by_aspect(products: Sequence[Product], currency: str, text: str) -> tuple[Product | None, str]:
    """The field that a comparative asks for ("which is lighter?"), as a sentence, with the product that has most of it where one has;
    an empty sentence where none is asked for or stated."""
    table = beside_one_another(products, currency)
    for part in fields_of(text):
        for name, values in table.rows:
            if part in name.lower():
                told = "; ".join(f"{product} {value or 'not stated'}" for product, value in zip(table.columns, values, strict=True))
                best, word = _first(products, asked(text), part)
                return best, f"{f'The {best.name} is the {word}. ' if best is not None else ''}{name}: {told}."
    return None, ""


def asks_aspect(text: str) -> bool:
    """Whether a text asks for a measure of products, such as which is the lightest."""
    return bool(fields_of(text))


def aspect_of(product: Product, text: str) -> tuple[str, str] | None:
    """The field that a question of degree is about ("how heavy is it?") with what the product states; None where it asks or states none."""
    stated = {name: str(value) for name, value in product.attributes.items() if len(str(value)) <= LONGEST}
    found = ((name, value) for part in fields_of(text) for name, value in stated.items() if part in name.lower())
    return next(((name.replace("_", " "), value) for name, value in found), None)


def _first(products: Sequence[Product], measure: Asked | None, field: str) -> tuple[Product | None, str]:
    """Which of the products has most of what is asked for, in which word, where all state it in one unit and one has most."""
    ranking = ranked(products, measure) if measure is not None and measure.degree != "positive" else None
    if ranking is None or field not in ranking.field.casefold() or ranking.silent or len(ranking.first) > 1:
        return None, ""
    alone = _COMPARED.fullmatch(ranking.word) is not None
    return ranking.first[0].product, f"{ranking.word.casefold()} one" if alone else "first by that"
