"""Sentences of the order desk about changes: what may be chosen, what it costs, what is done. Refuses to decide any of it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.shopper.reply import money
from assistant.shopper.variants import described
from assistant.store.records import Variant

_LISTED = 12


def variant_list(variants: Sequence[Variant], currency: str) -> str:
    """The variants to choose from, one a line."""
    return "\n".join(f"- {described(v.options)}: {money(v.price or 0.0, currency)}" for v in variants[:_LISTED])


def difference(amount: float, method: str, currency: str) -> str:
    """What is paid or given back for other items."""
    if not amount:
        return f"There is no price difference (payment method: {method})."
    return f"The price difference of {money(abs(amount), currency)} is {'charged' if amount > 0 else 'refunded'} to {method}."


def done_text(kind: str, order_id: str, status: str, note: str) -> str:
    """That a write is carried out."""
    done = {
        "cancel": f"Done: order {order_id} is cancelled.",
        "address": f"Done: the shipping address of order {order_id} is changed.",
        "payment": f"Done: the payment method of order {order_id} is changed.",
        "modify": f"Done: the items of order {order_id} are changed.",
        "return": f"Done: the return is requested for order {order_id}.",
        "exchange": f"Done: the exchange is requested for order {order_id}.",
    }[kind]
    return f"{done} {note}".strip()
