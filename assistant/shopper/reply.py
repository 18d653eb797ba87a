"""What a stage of the dialogue hands back, and the small forms that all stages share: money, lists, evidence of a product.

Refuses to decide anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.shopper.state import DialogueState
from assistant.shopper.variants import to_be_had
from assistant.store.records import Product
from assistant.types import Action, Evidence, Handoff, Scalar, Source, Status, Table

_AFTER_NOUN = re.compile(r"\s+(?:with|for|of|in|by|from|to|-|–)\s+|\s*[,(]|\s+(?=\d)", re.IGNORECASE)
_AMOUNT_BEHIND = re.compile(r"\s+\d[\d.,]*\s*[a-z]*$", re.IGNORECASE)
_SIGNS = {"USD": "$", "GBP": "£", "EUR": "€", "CAD": "$", "AUD": "$", "JPY": "¥"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a turn before it is put into words. The text is said from `evidence`, in order."""

    status: Status
    evidence: tuple[Evidence, ...]
    state: DialogueState
    intent: str = ""
    value: Scalar = None
    products: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    choices: tuple[str, ...] = ()
    table: Table | None = None
    handoff: Handoff | None = None
    trace: tuple[tuple[str, str], ...] = ()
    silent: tuple[Source, ...] = field(default=())
    """Sources that the text rests on without a sentence of their own."""
    known: bool = True
    """Whether the shop's data told all that was asked."""


LINE = Source("policy", "line")
"""Where fixed lines come from; not shown as a source."""


def said(text: str) -> Evidence:
    """A fixed line or a question, as evidence."""
    return Evidence(LINE, text)


def money(amount: float, currency: str) -> str:
    """An amount as the shop writes it: "$1,299.50"."""
    sign = _SIGNS.get(currency)
    return f"{sign}{amount:,.2f}" if sign else f"{amount:,.2f} {currency}"


def price_of(product: Product, currency: str) -> str:
    """A product's price, or its range over the variants that can be had; "price not given" where there is none."""
    prices = sorted({v.price for v in product.variants if v.price is not None and to_be_had(v)}) or sorted(
        {v.price for v in product.variants if v.price is not None}
    )
    if len(prices) > 1:
        return f"{money(prices[0], currency)} to {money(prices[-1], currency)}"
    if prices or product.price is not None:
        return money(prices[0] if prices else product.price or 0.0, currency)
    return "price not given"


def lowest_price(product: Product) -> float | None:
    """The least that the product can be had for."""
    prices = [v.price for v in product.variants if v.price is not None and to_be_had(v)]
    return min(prices) if prices else product.price


def highest_price(product: Product) -> float | None:
    """The most that the product can cost."""
    prices = [v.price for v in product.variants if v.price is not None and to_be_had(v)]
    return max(prices) if prices else product.price


@dataclass(frozen=True, slots=True)
class FieldAnswer:
    """An answer from fields. `known` is False where they do not say."""

    evidence: Evidence
    value: Scalar = None
    known: bool = True


def about(product: Product, text: str, **facts: Scalar) -> Evidence:
    """A sentence about a product, with its price and stock as facts."""
    return Evidence(Source("product", product.id), text, {"name": product.name, "price": product.price, "stock": product.stock, **facts})


def cited(product: Product, sentence: str) -> str:
    """A sentence of a product's description, word for word, as the description's."""
    return f"About the {product.name}, the description says: “{sentence}”"


def is_plural(name: str) -> bool:
    """Whether a product's name is that of several things in grammar: "the Hiking Boots cost", "the Set of Boots costs"."""
    last = next(iter(_AMOUNT_BEHIND.sub("", _AFTER_NOUN.split(name, maxsplit=1)[0]).rsplit(maxsplit=1)[-1:]), "").casefold()
    return (
        last.endswith("s")
        and not last.endswith(("ss", "us", "is", "as", "'s", "’s"))
        and last not in {"series", "lens", "species", "chess"}
    )


def agreeing(name: str, singular: str, plural: str) -> str:
    """The form of a verb that goes with a product's name."""
    return plural if is_plural(name) else singular


def joined(words: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""
