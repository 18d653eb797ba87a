"""What a draft still lacks before it can be repeated back, and the question for it.

Owns the order in which details are asked for; refuses to read them off a message, and to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.config import Settings
from assistant.errors import PolicyRefused
from assistant.shopper.orders import read, slots, wording
from assistant.shopper.orders.filling import other_methods
from assistant.shopper.orders.policy import OrderPolicy
from assistant.shopper.orders.swaps import SWAPS, candidates, line_of, offered, sold_out
from assistant.shopper.reply import joined
from assistant.shopper.state import Draft, ItemDraft
from assistant.shopper.variants import described
from assistant.store.records import Customer, Order, PaymentMethod
from assistant.types import Evidence, Source, Understanding

if TYPE_CHECKING:
    from assistant.store import Store

_ADDRESS_PARTS = ("address1", "city", "state", "zip", "country")
_WITH_STATES = frozenset({"", "USA", "Canada", "Australia"})
_PART_NAMES = {"address1": "street and number", "city": "city", "state": "state", "zip": "post code", "country": "country"}


class Gaps:
    """Asks for what drafts lack."""

    def __init__(self, store: Store, settings: Settings, policy: OrderPolicy) -> None:
        self._store = store
        self._settings = settings
        self._policy = policy

    def question(self, draft: Draft, order: Order, customer: Customer, understanding: Understanding) -> Evidence | None:
        """The question for the first detail that is missing, or None.

        Raises:
            PolicyRefused: there is nothing to choose from.
        """
        rule = self._policy.rule(draft.action)
        if draft.action == "cancel" and rule.reasons and draft.reason not in rule.reasons:
            choices = joined([f"“{reason}”" for reason in rule.reasons], "or")
            start = "I'm sorry, I can't cancel an order for that reason." if draft.reason else f"I can cancel order {order.id} for you."
            return Evidence(Source("order", order.id), f"{start} What is the reason: {choices}?")
        if draft.action == "address":
            without = {"state"} if draft.address.get("country", "") not in _WITH_STATES else set()
            gaps = [_PART_NAMES[part] for part in _ADDRESS_PARTS if part not in without and not draft.address.get(part)]
            return (
                Evidence(
                    Source("order", order.id), f"What is the new shipping address for order {order.id}? I still need the {joined(gaps)}."
                )
                if gaps
                else None
            )
        if draft.action in ("return", *SWAPS):
            question = self._missing_items(draft, order, understanding)
            if question is not None:
                return question
        if draft.action in ("payment", *SWAPS, "return") and not draft.payment_method_id and not default_method(draft, order, customer):
            return self._which_method(draft, order, customer)
        return None

    def _missing_items(self, draft: Draft, order: Order, understanding: Understanding) -> Evidence | None:
        source, currency = Source("order", order.id), self._settings.currency
        if not draft.items:
            twins = slots.ambiguous_items(understanding.text, order)
            items = "\n".join(f"- {read.line_text(item, currency)}" for item in (twins or order.lines))
            doing = {"return": "return", "exchange": "exchange", "modify": "change"}[draft.action]
            return Evidence(source, f"Which items of order {order.id} would you like to {doing}?\n{items}")
        twins = slots.ambiguous_items(understanding.text, order)
        if twins and not {item.item_id for item in draft.items} & {twin.variant_id or twin.product_id for twin in twins}:
            items = "\n".join(f"- {read.line_text(item, currency)}" for item in twins)
            return Evidence(source, f"Order {order.id} holds several of these. Which of them do you mean?\n{items}")
        if draft.action == "return":
            return None
        for item in draft.items:
            question = self._missing_variant(item, order)
            if question:
                return Evidence(source, question)
        return None

    def _missing_variant(self, item: ItemDraft, order: Order) -> str:
        """The question that settles which variant is wanted; empty where it is settled."""
        target = line_of(order, item.item_id)
        product = self._store.catalogue.get(target.product_id) if target else None
        if target is None or product is None or not product.variants:
            raise PolicyRefused("I'm sorry, that item can't be changed to another one.")
        found = candidates(item, target.options, product)
        if len(found) == 1:
            return ""
        own = f"{target.name} ({described(target.options)})"
        near = offered(item, target, product)
        if not item.wanted and not item.new_item_id:
            return f"What would you like instead of the {own}? These are available:\n{wording.variant_list(near, self._settings.currency)}"
        if not near:
            raise PolicyRefused(f"I'm sorry, there is no {target.name} with {described(item.wanted)} available at the moment.")
        lines = wording.variant_list(near, self._settings.currency)
        if sold_out(item, target.options, product):
            exact = described({**target.options, **item.wanted})
            return f"The {target.name} with {exact} is not available at the moment. Would one of these do instead?\n{lines}"
        return (
            f"There is no {target.name} that differs from yours in just that. With {described(item.wanted)} these are "
            f"available; which one would you like?\n{lines}"
        )

    def _which_method(self, draft: Draft, order: Order, customer: Customer) -> Evidence:
        choices = other_methods(order, customer) if draft.action == "payment" else list(customer.payment_methods)
        if draft.action == "payment" and not choices:
            raise PolicyRefused(f"I'm sorry, there is no other payment method on your account for order {order.id}.")
        names = joined([f"{read.method_text(m)} ({m.id})" for m in choices], "or")
        return Evidence(Source("order", order.id), f"Which payment method should I use for order {order.id}: {names}?")


def default_method(draft: Draft, order: Order, customer: Customer) -> PaymentMethod | None:
    """The method that the order was paid with: proposed in the summary, for the customer to confirm or to change."""
    if draft.action == "payment" or draft.asked == "method":
        return None
    paid = [p.method_id for p in order.payments if p.kind == "payment"]
    return next((m for m in customer.payment_methods if paid and m.id == paid[0]), None)
