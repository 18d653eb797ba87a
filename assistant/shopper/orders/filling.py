"""Takes the details of a message into the draft of a write: reason, address, payment method, items and what is wanted instead.

Owns what a detail does to those given before it; refuses to ask for what is missing, and to decide what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.shopper.orders import methods, postal, slots, steps, wants
from assistant.shopper.orders.choosing import compared
from assistant.shopper.orders.swaps import SWAPS, candidates, exact, line_of, settles, sold_out
from assistant.shopper.state import Draft, ItemDraft
from assistant.store.records import Customer, Order, OrderLine, PaymentMethod, Product
from assistant.types import Understanding

if TYPE_CHECKING:
    from assistant.store import Store

_INSTEAD = re.compile(r"\b(?:only|just|instead|not the)\b", re.IGNORECASE)
_SAME_AGAIN = re.compile(
    r"\b(?:the|an?|exact(?:ly)?|very) (?:exact(?:ly)? |very )?(?:same|identical) (?:one|item|thing|product|model|again|kind)\b"
    r"(?!\s*(?:,\s*)?but)|"
    r"\bsame (?:one )?again\b|\blike for like\b|\bfor (?:the|a) same\W*$|\b(?:a )?(?:new|working|undamaged) (?:one|copy)\b",
    re.IGNORECASE,
)
_REST_STAYS = re.compile(
    r"\b(?:rest|everything else|all else|other(?:s| parts)?) (?:is|are|stays?|remains?|of it|as|the same)\b|"
    r"\bonly the (?:house|street|flat|apartment|suite)\b",
    re.IGNORECASE,
)
_AS_WELL = re.compile(
    r"\b(?:also|too|as well|both|additionally|plus|along with|while (?:you(?:'re| are)?|we(?:'re| are)?) at it)\b|^\W*and\b", re.IGNORECASE
)
_AS_PAID = re.compile(r"\b(?:original|as (?:i )?paid|as before|(?:the )?same (?:one|as before|again))\b", re.IGNORECASE)
_KEEPS_ONLY = re.compile(r"\b(?:only|just)\b(?! (?:one|once)\b)", re.IGNORECASE)
WHICH_OF = "which "
"""What a draft was asked for, before the name that several of its lines have."""


class Filler:
    """Fills drafts from messages, with what the store knows of the customer's orders and the catalogue."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def filled(self, draft: Draft, order: Order, customer: Customer, understanding: Understanding) -> Draft:
        """The draft with what a message says of it."""
        text = slots.acted_on(understanding.text, order)
        if draft.asked.startswith(WHICH_OF) and not slots.read_items(text, order):  # "the black one"
            text = f"{draft.asked.removeprefix(WHICH_OF)}: {text}"
        if draft.action == "cancel":
            reasons = [str(e.value) for e in understanding.of_kind("reason")]
            return replace(draft, reason=reasons[-1] if reasons else draft.reason)
        if draft.action == "address":
            return replace(draft, address=self._address(text, draft.address, order, customer))
        named = methods.read_method(understanding, customer, order)
        if draft.action == "payment":  # "it was charged to my visa, I'd prefer PayPal"
            named = tuple(method for method in named if method in other_methods(order, customer)) or named
        if named:
            draft = replace(draft, payment_method_id=named[0].id if len(named) == 1 else "", asked="method" if len(named) > 1 else "")
        elif draft.asked == "method" and _AS_PAID.search(text) and (paid := [p.method_id for p in order.payments if p.kind == "payment"]):
            draft = replace(draft, payment_method_id=paid[0], asked="")
        elif draft.action == "payment" and not draft.payment_method_id and not understanding.of_kind("payment_method"):
            others = other_methods(order, customer)
            draft = replace(draft, payment_method_id=others[0].id if len(others) == 1 else "")
        elif draft.action != "payment" and not draft.payment_method_id and methods.wants_other_method(understanding):
            draft = replace(draft, asked="method" if len(customer.payment_methods) > 1 else "")
        gone = slots.let_go(understanding.text, order) if draft.action in ("return", *SWAPS) else frozenset()
        draft = replace(draft, items=tuple(item for item in draft.items if item.item_id not in gone))
        text = slots.without_those_told(text) if draft.items else text
        if draft.action in SWAPS:
            items = self._swapped_items(draft, order, text)
            return replace(draft, items=self._compared(items, draft.items, order, understanding))
        if draft.action == "return":
            return replace(draft, items=self._returned_items(draft, order, text))
        return draft

    def _address(self, text: str, before: Mapping[str, str], order: Order, customer: Customer) -> Mapping[str, str]:
        found = postal.read_address(text, before)
        lowered = text.lower()
        said = postal.read_address(text, {})
        if not (said.get("address1") or said.get("zip")):
            known = (o.address for o in self._store.orders.of_customer(customer.id) if o.address is not None)
            if len(meant := postal.in_city(text, (customer.address, *known))) == 1:
                return postal.address_of(meant[0])
            if not meant and postal.on_file(text) and not postal.names_a_city(text):
                return postal.address_of(customer.address)
            others = [o for o in self._store.orders.of_customer(customer.id) if o.id != order.id and o.address is not None]
            told = {o.address for words in postal.as_another(text) for o in others if o.address and slots.names_item(words, o)}
            if len(told) == 1:
                return postal.address_of(told.pop())
        other = next(
            (o for o in self._store.orders.of_customer(customer.id) if o.id != order.id and o.id.lstrip("#").lower() in lowered), None
        )
        if not found and other is not None and other.address is not None:
            return postal.address_of(other.address)
        current = postal.address_of(order.address) if order.address else {}
        if current and not before and postal.corrects_part(text):
            return {**current, **postal.read_address(text, current)}
        if found.get("address1") and current and (_REST_STAYS.search(text) or _same_street(found["address1"], current["address1"])):
            return {**current, **{part: value for part, value in found.items() if value}}
        return found

    def _returned_items(self, draft: Draft, order: Order, text: str) -> tuple[ItemDraft, ...]:
        """The items to send back: those named, on top of those named before unless they are to take their place."""
        single = not draft.items and len(order.lines) == 1 and not slots.let_go(text, order)
        named = slots.read_items(text, order) or (((order.lines[0], 0),) if single else ())
        fresh = tuple(ItemDraft(item.variant_id or item.product_id) for item, _ in named)
        return fresh if fresh and _INSTEAD.search(text) else tuple({item.item_id: item for item in (*draft.items, *fresh)}.values())

    def _swapped_items(self, draft: Draft, order: Order, text: str) -> tuple[ItemDraft, ...]:
        products = self._store.catalogue.many(item.product_id for item in order.lines)
        items = slots.read_items(text, order)
        if not items and not draft.items and not slots.let_go(text, order):
            items = self._by_option(order, products, text)
        fresh = wants.read_new_items(text, items, products)
        if draft.action == "exchange" and _SAME_AGAIN.search(text):
            fresh = tuple(item if item.wanted or item.new_item_id else replace(item, new_item_id=item.item_id) for item in fresh)
        if not draft.items:
            places = {item.variant_id or item.product_id: place for item, place in items}
            meant = tuple(item for item in fresh if settles(item) or not slots.only_mentioned(text, places.get(item.item_id, 0)))
            return meant if any(map(settles, meant)) else fresh
        if not items:
            target = line_of(order, self._unsettled(draft.items, order, products).item_id)
            fresh = wants.read_new_items(text, ((target, 0),), products) if target else ()
            if target and not any(map(settles, fresh)) and (value := wants.bare_value(text, products.get(target.product_id))):
                fresh = (ItemDraft(target.variant_id or target.product_id, value),)
        if len(draft.items) == 1 and not settles(draft.items[0]) and fresh and draft.items[0].item_id not in {i.item_id for i in fresh}:
            return fresh if all(settles(item) for item in fresh) and not _AS_WELL.search(text) else (*draft.items, *fresh)
        if items and not any(item.wanted or item.new_item_id for item in fresh) and _KEEPS_ONLY.search(text):
            named = {item.item_id for item in fresh}
            return tuple(item for item in draft.items if item.item_id in named) or draft.items
        merged, dropped = {item.item_id: item for item in draft.items}, set[str]()
        for item in fresh:
            old, target = merged.get(item.item_id, item), line_of(order, item.item_id)
            back = (
                wants.taken_back(text, target, products[target.product_id], old.wanted) if target and target.product_id in products else {}
            )
            both = ItemDraft(
                item.item_id, {**old.wanted, **back, **item.wanted}, item.new_item_id or ("" if item.wanted else old.new_item_id)
            )
            product = products.get(target.product_id) if target else None
            if target and product and sold_out(both, target.options, product) and exact(item, target.options, product):
                both = item  # "then in red", after the large one was sold out: the large one is given up
            merged[item.item_id] = both
            if target and back and all(target.options.get(option) == value for option, value in both.wanted.items()):
                dropped.add(item.item_id)  # "leave that black": it stays as it was ordered
        return tuple(item for id, item in merged.items() if id not in dropped) or tuple(merged.values())

    def _compared(
        self, items: tuple[ItemDraft, ...], before: tuple[ItemDraft, ...], order: Order, understanding: Understanding
    ) -> tuple[ItemDraft, ...]:
        """The items with what the message wants by comparison ("a bigger one"), by price, or by its place in a list ("the second")."""
        text = understanding.text
        places = [int(e.value) for e in understanding.of_kind("ordinal") if before and isinstance(e.value, int)]
        said = {item.variant_id or item.product_id: part for item, part in wants.parts(text, slots.read_items(text, order))}
        products = self._store.catalogue.many(item.product_id for item in order.lines)
        if not said and items:
            said = {self._unsettled(items, order, products).item_id: text}
        earlier = {item.item_id: item for item in before}
        found = []
        for item in items:
            target = line_of(order, item.item_id)
            product = products.get(target.product_id) if target else None
            if target is None or product is None or item.item_id not in said:
                found.append(item)
                continue
            part = said[item.item_id]
            alike = wants.as_other(part, target, product, self._bought(order.customer_id or "", product.id))
            if alike is None:  # as another one has it, and it is not told what that is
                found.append(ItemDraft(item.item_id))
                continue
            wished = {**item.wanted, **alike}
            kept = wants.stays(part, target, product) if wished or steps.limits(part, product, target.options) else {}
            item = replace(item, wanted={**kept, **wished})
            found.append(compared(item, earlier.get(item.item_id), target, product, part, places))
        return tuple(found)

    def _bought(self, customer_id: str, product_id: str) -> tuple[OrderLine, ...]:
        """Every line of a customer's orders that holds a product."""
        orders = self._store.orders.of_customer(customer_id)
        return tuple(line for order in orders for line in order.lines if line.product_id == product_id)

    def _unsettled(self, items: tuple[ItemDraft, ...], order: Order, products: Mapping[str, Product]) -> ItemDraft:
        """The item that the clerk asked about last: the first without exactly one new variant."""
        for item in items:
            target = line_of(order, item.item_id)
            if target and target.product_id in products and len(candidates(item, target.options, products[target.product_id])) != 1:
                return item
        return items[0]

    def _by_option(self, order: Order, products: Mapping[str, Product], text: str) -> tuple[tuple[OrderLine, int], ...]:
        """The only line of an order, or the only one whose product knows the options that are named."""
        if len(order.lines) == 1:
            return ((order.lines[0], 0),)
        knowing = [
            item for item in order.lines if item.product_id in products and wants.wanted_options(text, item, products[item.product_id])
        ]
        return ((knowing[0], 0),) if len(knowing) == 1 else ()


def other_methods(order: Order, customer: Customer) -> list[PaymentMethod]:
    """The customer's payment methods that the order was not paid with."""
    paid = {p.method_id for p in order.payments}
    return [method for method in customer.payment_methods if method.id not in paid]


def _same_street(new: str, old: str) -> bool:
    """Whether two street lines differ in the house number alone."""
    return new.split()[1:] == old.split()[1:] != []
