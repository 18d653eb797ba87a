"""Sentences of the order desk about changes: what may be chosen, what it costs, what is done. Refuses to decide any of it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.shopper.reply import money
from assistant.shopper.variants import described
from assistant.store.records import Variant

_LISTED = 12
NOUNS = {
    "cancel": "cancellation",
    "address": "other address",
    "payment": "other payment method",
    "modify": "change of items",
    "return": "return",
    "exchange": "exchange",
}
"""What each kind of write is called."""


def variant_list(variants: Sequence[Variant], currency: str) -> str:
    """The variants to choose from, one a line."""
    return "\n".join(f"- {described(v.options)}: {money(v.price or 0.0, currency)}" for v in variants[:_LISTED])


def difference(amount: float, method: str, currency: str) -> str:
    """What is paid or given back for other items."""
    if not amount:
        return f"There is no price difference (payment method: {method})."
    return f"The price difference of {money(abs(amount), currency)} is {'charged' if amount > 0 else 'refunded'} to {method}."


def still_open(kind: str, order_id: str) -> str:
    """The question whether to go on with what was repeated back before a question aside."""
    what = {
        "cancel": f"cancel order {order_id}",
        "address": f"change the shipping address of order {order_id}",
        "payment": f"change the payment method of order {order_id}",
        "modify": f"change the items of order {order_id}",
        "return": f"request the return for order {order_id}",
        "exchange": f"request the exchange for order {order_id}",
    }[kind]
    return f"Shall I {what} as I repeated it back? Please answer yes or no."


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
