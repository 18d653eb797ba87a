"""Ways to pay, read off a message: which of the customer's own it names, and whether it names one that is not theirs.

Pure functions over the message and the customer's account; refuses to decide whether a method is allowed.
"""

from __future__ import annotations

import re

from assistant.store.records import Customer, Order, PaymentMethod
from assistant.types import Understanding

_THE_SAME = re.compile(r"(?:the |my )?(?:very )?(?:same|original|previous)\b", re.IGNORECASE)
_OTHER = re.compile(r"(?:the |my |an? )?(?:other|another|different|opposite)\b", re.IGNORECASE)
_OTHER_METHOD = re.compile(
    r"\b(?:other|another|different|opposite)\b[^.?!,;]{0,20}"
    r"\b(?:payment(?: method)?|method of payment|card|account|way to pay)\b(?! number)",
    re.IGNORECASE,
)
_KINDS = frozenset({"paypal", "gift_card"})
"""Ways to pay that are told by their kind alone; of cards there are several."""
FROM = re.compile(
    r"\b(?:from|instead of|rather than|(?:not|n't)(?: (?:with|on|to|onto|via|by|from|use|using|want))?)\s+(?:the |a |an |my )?$",
    re.IGNORECASE,
)
"""What stands before something that is given up for something else."""


def read_method(understanding: Understanding, customer: Customer, order: Order | None) -> tuple[PaymentMethod, ...]:
    """The customer's payment methods that a message names; several where it does not tell them apart."""
    found: list[PaymentMethod] = []
    entities = understanding.of_kind("payment_method")
    numbered = [e for e in entities if ":" in str(e.value)]
    for entity in numbered or entities:  # "the card, the one ending 2231" is one card
        kind, _, digits = str(entity.value).partition(":")
        kind = "original" if _THE_SAME.match(entity.surface) else kind
        paid = {payment.method_id for payment in order.payments} if order else set()
        if FROM.search(understanding.text[: entity.start]):
            continue
        for method in customer.payment_methods:
            if _OTHER.match(entity.surface) and method.id in paid:
                continue
            exact = method.id == kind or (kind == "original" and method.id in paid)
            alike = method.source == kind and (not digits or method.last_four == digits) and _brand_fits(entity.surface, method)
            if (exact or alike) and method not in found:
                found.append(method)
    return tuple(found)


def foreign_method(understanding: Understanding, customer: Customer) -> bool:
    """Whether a message names a payment method by its id, digits or kind that is not on the customer's account."""
    own = {method.id for method in customer.payment_methods}
    digits = {method.last_four for method in customer.payment_methods}
    sources = {method.source for method in customer.payment_methods}
    for entity in understanding.of_kind("payment_method"):
        kind, _, said = str(entity.value).partition(":")
        if kind in _KINDS and kind not in sources and not FROM.search(understanding.text[: entity.start]):
            return True
        if (said and said not in digits) or (not said and re.search(r"_\d", kind) and kind not in own):
            return True
    return False


def wants_other_method(understanding: Understanding) -> bool:
    """Whether a message names a way to pay, or wishes for another one, so that the one used before must not be taken silently."""
    named = [e for e in understanding.of_kind("payment_method") if not FROM.search(understanding.text[: e.start])]
    return bool(named) or bool(_OTHER_METHOD.search(understanding.text))


def _brand_fits(surface: str, method: PaymentMethod) -> bool:
    brand = next((b for b in ("visa", "mastercard", "amex") if b in surface.lower().replace(" ", "")), "")
    return not brand or not method.brand or brand in method.brand.lower().replace(" ", "")
