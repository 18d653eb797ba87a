"""What a product costs per kilogram, litre or hundred grams, by its price and the net amount that it states.

Owns which field is the net amount; refuses to guess one.
"""

from __future__ import annotations

import re

from assistant.shopper.amounts import amount_of
from assistant.store.records import Product

_PER = re.compile(
    r"\b(?:per|by the|for (?:a|one|each)|(?:price|cost) of (?:a|one)|how much (?:is|does|for) (?:a|one)|each)\s+"
    r"(?P<unit>kilos?|kgs?|kilograms?|lit(?:er|re)s?|l|100 ?g(?:rams?)?|100 ?ml|hundred grams?)\b",
    re.IGNORECASE,
)
_NET = ("net", "content", "weight", "volume", "quantity", "capacity")
"""Parts of the names of fields that tell how much is in it, the likeliest first."""
_OF_G, _OF_ML = ("g", 1000.0, "kg"), ("ml", 1000.0, "litre")


def asks_unit_price(text: str) -> bool:
    """Whether a text asks for the price of a kilogram, a litre or the like."""
    return _PER.search(text) is not None


def per_unit(product: Product, text: str, price: float) -> tuple[float, str, str] | None:
    """Price per unit that a text asks for, the unit, and the amount as stated; None where none is asked for, or no amount is stated.

    A product of 250 g at 9.80 costs 39.20 per kg.
    """
    match = _PER.search(text)
    if match is None:
        return None
    base, size, shown = _asked(match["unit"].casefold())
    for part in _NET:
        for name, value in product.attributes.items():
            read = amount_of(str(value)) if part in name.casefold() else None
            if read is not None and read[1] == base and read[0] > 0:
                return round(price / read[0] * size, 2), shown, str(value)
    return None


def _asked(unit: str) -> tuple[str, float, str]:
    if unit.startswith(("100", "hundred")):
        return ("ml", 100.0, "100 ml") if unit.endswith("ml") else ("g", 100.0, "100 g")
    return _OF_G if unit.startswith("k") else _OF_ML
