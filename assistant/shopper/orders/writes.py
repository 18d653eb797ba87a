"""The dialogue of a write: gather the details, repeat them back, wait for an explicit yes, carry it out once.

Owns drafts and confirmations; refuses to write without a `Pending` that the customer has seen and agreed to.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.config import Settings
from assistant.errors import PolicyRefused, StoreError
from assistant.shopper.lines import line
from assistant.shopper.orders import postal, read, slots, steps, wording
from assistant.shopper.orders.actions import KIND_OF, NAMES, Actions, Change
from assistant.shopper.orders.policy import OrderPolicy
from assistant.shopper.reply import Outcome, joined, money, said
from assistant.shopper.state import DialogueState, Draft, ItemDraft, Pending
from assistant.shopper.variants import described, matching, to_be_had
from assistant.store.records import Customer, Order, OrderLine, PaymentMethod, Product, Variant
from assistant.types import Evidence, Source, Status, Understanding

if TYPE_CHECKING:
    from assistant.store import Store

_ADDRESS_PARTS = ("address1", "city", "state", "zip", "country")
_WITH_STATES = frozenset({"", "USA", "Canada", "Australia"})
_PART_NAMES = {"address1": "street and number", "city": "city", "state": "state", "zip": "post code", "country": "country"}
_INSTEAD = re.compile(r"\b(?:only|just|instead|not the)\b", re.IGNORECASE)
_ADD_OR_REMOVE = re.compile(
    r"\b(?:remov(?:e[sd]?|ing)|delet(?:e[sd]?|ing)|take\b[^.?!]{0,50}\b(?:out|off)|leave (?:out|off)|drop|add(?:ing)?)\b", re.IGNORECASE
)
_CANCEL_ITEM = re.compile(
    r"\bcancel\w*\s+(?:(?:just|only|the|my|this|that|one|of)\s+)*(?!(?:whole|entire|order|it|everything|all|"
    r"purchase|pending)\b)[a-z][\w-]*(?!(?:\s+\w+){0,2}\s+order\b(?<!from order)(?<!in order)(?<!of order))",
    re.IGNORECASE,
)
_SAME_AGAIN = re.compile(
    r"\b(?:the|an?|exact(?:ly)?|very) (?:exact(?:ly)? |very )?(?:same|identical) (?:one|item|thing|product|model|again|kind)\b"
    r"(?!\s*(?:,\s*)?but)|"
    r"\bsame (?:one )?again\b|\blike for like\b|\bfor (?:the|a) same\W*$|\b(?:a )?(?:new|working|undamaged) (?:one|copy)\b",
    re.IGNORECASE,
)
_ON_FILE = re.compile(
    r"\b(?:default|home|saved|account) address\b|\bprofile\b|\bon file\b|\b(?:in|on|from|of) (?:my|the) account\b|\bmy address on\b",
    re.IGNORECASE,
)
_REST_STAYS = re.compile(
    r"\b(?:rest|everything else|all else|other(?:s| parts)?) (?:is|are|stays?|remains?|of it|as|the same)\b|"
    r"\bonly the (?:house|street|flat|apartment|suite)\b",
    re.IGNORECASE,
)
_BY_ITEM = re.compile(r"\b(?:order|purchase|one) (?:with|containing|that (?:has|had|holds)|of) (?:the|my|a)\b", re.IGNORECASE)
_AS_WELL = re.compile(
    r"\b(?:also|too|as well|both|additionally|plus|along with|while (?:you(?:'re| are)?|we(?:'re| are)?) at it)\b|^\W*and\b", re.IGNORECASE
)
_KEEPS_ONLY = re.compile(r"\b(?:only|just)\b(?! (?:one|once)\b)", re.IGNORECASE)
_SURE = 0.95
_WHICH_OF = "which "
"""What a draft was asked for, before the name that several of its lines have."""
_SWAPS = ("modify", "exchange")


class Writes:
    """Leads one write from the first request to its confirmation."""

    def __init__(self, store: Store, settings: Settings, policy: OrderPolicy) -> None:
        self._store = store
        self._settings = settings
        self._policy = policy
        self._actions = Actions(store, policy, settings.currency)

    def propose(self, kind: str, order: Order, customer: Customer, understanding: Understanding, state: DialogueState) -> Outcome:
        """Take the message's details into the draft; ask for what is missing, or repeat the whole back."""
        state = replace(state, order_id=order.id, pending=None, aside=None)
        draft = state.draft if state.draft and (state.draft.action, state.draft.order_id) == (kind, order.id) else Draft(kind, order.id)
        open_again: Draft | None = None
        try:
            self._policy.check(kind, order, _now())
            open_again = Draft(kind, order.id, asked="method") if kind == "payment" else None
            _refuse_parts(kind, order, understanding.text)
            before, draft = draft, self._filled(draft, order, customer, understanding)
            open_again = _open_again(before, draft) or open_again
            question = self._missing(draft, order, customer, understanding)
            absent = self._absent(draft, order, understanding)
            if question is not None:
                status = Status.DECLINED if draft.action == "cancel" and draft.reason else Status.CLARIFY
                gap = _gap(draft, slots.ambiguous_items(understanding.text, order))
                return Outcome(status, (*absent, question), replace(state, draft=replace(draft, asked=gap)), NAMES[kind])
            arguments = self._arguments(draft, order)
            change = self._actions.check(kind, customer.id, arguments)
        except PolicyRefused as refused:
            return self.refused(str(refused), kind, order, replace(state, draft=open_again))
        pending = Pending(NAMES[kind], arguments, _token(customer.id, NAMES[kind], arguments))
        text = self._repeated(kind, order, arguments, change)
        return Outcome(Status.CLARIFY, (*absent, text), replace(state, draft=draft, pending=pending), NAMES[kind], choices=("Yes", "No"))

    def confirm(self, state: DialogueState) -> Outcome:
        """Carry out what is pending; the customer has just said yes to it."""
        pending = state.pending or state.aside
        if pending is None or not state.customer_id:
            return Outcome(Status.CLARIFY, (said(line("nothing_pending", self._settings)),), state, "affirm")
        state = replace(state, pending=None, draft=None, aside=None)
        if pending.token in state.done and KIND_OF[pending.action] not in {"address", "payment"}:
            return Outcome(Status.ANSWERED, (said(line("already_done", self._settings)),), state, pending.action)
        kind, order_id = KIND_OF[pending.action], str(pending.arguments["order_id"])
        try:
            action = self._actions.perform(kind, state.customer_id, pending.arguments)
        except PolicyRefused as refused:
            return Outcome(Status.DECLINED, (said(str(refused)),), state, pending.action)
        except StoreError:
            return Outcome(Status.HANDOFF, (said(line("failed_write", self._settings)),), state, pending.action)
        order = self._store.orders.get(order_id)
        text = wording.done_text(kind, order_id, order.status if order else "", self._refund_note(kind, state.customer_id, order))
        source = Source("order", order_id)
        return Outcome(
            Status.ANSWERED, (Evidence(source, text),), replace(state, done=(*state.done, pending.token)), pending.action, actions=(action,)
        )

    def refused(self, reason: str, kind: str, order: Order, state: DialogueState) -> Outcome:
        """The policy's no, with the order as its source."""
        evidence = Evidence(Source("order", order.id), reason, {"order_id": order.id, "status": order.status})
        return Outcome(Status.DECLINED, (evidence,), replace(state, pending=None), NAMES[kind], silent=(Source("policy", kind),))

    def _absent(self, draft: Draft, order: Order, understanding: Understanding) -> tuple[Evidence, ...]:
        """That the order does not hold a product which the message names."""
        if draft.action not in ("return", *_SWAPS):
            return ()
        held = {item.product_id for item in order.lines}
        places = {e.start for e in understanding.of_kind("product") if e.value in held}
        named = {
            str(e.value) for e in understanding.of_kind("product") if e.value not in held and e.score >= _SURE and e.start not in places
        }
        products = self._store.catalogue.many(named)
        return tuple(
            Evidence(Source("order", order.id), f"Order {order.id} does not hold a {product.name}.") for product in products.values()
        )

    def _filled(self, draft: Draft, order: Order, customer: Customer, understanding: Understanding) -> Draft:
        text = slots.acted_on(understanding.text, order)
        if draft.asked.startswith(_WHICH_OF) and not slots.read_items(text, order):  # "the black one"
            text = f"{draft.asked.removeprefix(_WHICH_OF)}: {text}"
        if draft.action == "cancel":
            reasons = [str(e.value) for e in understanding.of_kind("reason")]
            return replace(draft, reason=reasons[-1] if reasons else draft.reason)
        if draft.action == "address":
            return replace(draft, address=self._address(text, draft.address, order, customer))
        methods = slots.read_method(understanding, customer, order)
        if draft.action == "payment":  # "it was charged to my visa, I'd prefer PayPal"
            methods = tuple(method for method in methods if method in _others(order, customer)) or methods
        if methods:
            draft = replace(draft, payment_method_id=methods[0].id if len(methods) == 1 else "", asked="method" if len(methods) > 1 else "")
        elif draft.action == "payment" and not draft.payment_method_id and not understanding.of_kind("payment_method"):
            others = _others(order, customer)
            draft = replace(draft, payment_method_id=others[0].id if len(others) == 1 else "")
        gone = slots.let_go(understanding.text, order) if draft.action in ("return", *_SWAPS) else frozenset()
        draft = replace(draft, items=tuple(item for item in draft.items if item.item_id not in gone))
        if draft.action in _SWAPS:
            return replace(
                draft, items=self._picked(self._swapped_items(draft, order, text), order, understanding, listed=bool(draft.items))
            )
        if draft.action == "return":
            return replace(draft, items=self._returned_items(draft, order, text))
        return draft

    def _address(self, text: str, before: Mapping[str, str], order: Order, customer: Customer) -> Mapping[str, str]:
        found = postal.read_address(text, before)
        lowered = text.lower()
        if not (found.get("address1") or found.get("zip")):
            known = (o.address for o in self._store.orders.of_customer(customer.id) if o.address is not None)
            if len(meant := postal.in_city(text, (customer.address, *known))) == 1:
                return postal.address_of(meant[0])
            if not meant and _ON_FILE.search(text) and not postal.names_a_city(text):
                return postal.address_of(customer.address)
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
        fresh = slots.read_new_items(text, items, products)
        if draft.action == "exchange" and _SAME_AGAIN.search(text):
            fresh = tuple(item if item.wanted or item.new_item_id else replace(item, new_item_id=item.item_id) for item in fresh)
        if not draft.items:
            places = {item.variant_id or item.product_id: place for item, place in items}
            meant = tuple(item for item in fresh if _settles(item) or not slots.only_mentioned(text, places.get(item.item_id, 0)))
            return meant if any(map(_settles, meant)) else fresh
        if not items:
            target = self._line(order, self._unsettled(draft, order, products).item_id)
            fresh = slots.read_new_items(text, ((target, 0),), products) if target else ()
            if target and not any(map(_settles, fresh)) and (value := slots.bare_value(text, products.get(target.product_id))):
                fresh = (ItemDraft(target.variant_id or target.product_id, value),)
        if len(draft.items) == 1 and not _settles(draft.items[0]) and fresh and draft.items[0].item_id not in {i.item_id for i in fresh}:
            return fresh if all(_settles(item) for item in fresh) and not _AS_WELL.search(text) else (*draft.items, *fresh)
        if items and not any(item.wanted or item.new_item_id for item in fresh) and _KEEPS_ONLY.search(text):
            named = {item.item_id for item in fresh}
            return tuple(item for item in draft.items if item.item_id in named) or draft.items
        merged = {item.item_id: item for item in draft.items}
        for item in fresh:
            old, target = merged.get(item.item_id, item), self._line(order, item.item_id)
            back = (
                slots.taken_back(text, target, products[target.product_id], old.wanted) if target and target.product_id in products else {}
            )
            both = ItemDraft(
                item.item_id, {**old.wanted, **back, **item.wanted}, item.new_item_id or ("" if item.wanted else old.new_item_id)
            )
            product = products.get(target.product_id) if target else None
            if product is not None and _sold_out(both, target.options, product) and _exact(item, target.options, product):
                both = item  # "then in red", after the large one was sold out: the large one is given up
            merged[item.item_id] = both
        return tuple(merged.values())

    def _picked(self, items: tuple[ItemDraft, ...], order: Order, understanding: Understanding, *, listed: bool) -> tuple[ItemDraft, ...]:
        """The items, those not settled with what is wanted by comparison ("a bigger one") or picked from a list ("the second one")."""
        places = [int(e.value) for e in understanding.of_kind("ordinal") if listed and isinstance(e.value, int)]
        found = []
        for item in items:
            target = self._line(order, item.item_id)
            product = self._store.catalogue.get(target.product_id) if target else None
            if product is None or len(self._candidates(item, target.options, product)) == 1:
                found.append(item)
                continue
            step = None if item.new_item_id else steps.further(understanding.text, product, target.options)
            for value in step[1] if step else ():
                stepped = replace(item, wanted={**item.wanted, step[0]: value}) if step else item
                if len(self._candidates(stepped, target.options, product)) == 1:
                    item = stepped
                    break
            else:
                chosen = steps.picked(understanding.text, places, self._offered(item, target, product))
                item = replace(item, new_item_id=chosen.id) if chosen else item
            found.append(item)
        return tuple(found)

    def _offered(self, item: ItemDraft, target: Any, product: Product) -> list[Variant]:
        """The variants to choose from in place of an item, in the order in which they are listed."""
        fitting = matching(product, item.wanted, available=True) if item.wanted else _available(product).variants
        return [v for v in fitting if v.id != target.variant_id]

    def _unsettled(self, draft: Draft, order: Order, products: Mapping[str, Product]) -> ItemDraft:
        """The item of a draft that the clerk asked about last: the first without exactly one new variant."""
        for item in draft.items:
            target = self._line(order, item.item_id)
            if target and target.product_id in products and len(self._candidates(item, target.options, products[target.product_id])) != 1:
                return item
        return draft.items[0]

    def _by_option(self, order: Order, products: Mapping[str, Product], text: str) -> tuple[tuple[Any, int], ...]:
        """The only line of an order, or the only one whose product knows the options that are named."""
        if len(order.lines) == 1:
            return ((order.lines[0], 0),)
        knowing = [
            item for item in order.lines if item.product_id in products and slots.wanted_options(text, item, products[item.product_id])
        ]
        return ((knowing[0], 0),) if len(knowing) == 1 else ()

    def _missing(self, draft: Draft, order: Order, customer: Customer, understanding: Understanding) -> Evidence | None:
        """The question for the first detail that is missing, or None."""
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
        if draft.action in ("return", *_SWAPS):
            question = self._missing_items(draft, order, understanding)
            if question is not None:
                return question
        if (
            draft.action in ("payment", *_SWAPS, "return")
            and not draft.payment_method_id
            and not self._default_method(draft, order, customer)
        ):
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
        target = self._line(order, item.item_id)
        product = self._store.catalogue.get(target.product_id) if target else None
        if target is None or product is None or not product.variants:
            raise PolicyRefused("I'm sorry, that item can't be changed to another one.")
        found = self._candidates(item, target.options, product)
        if len(found) == 1:
            return ""
        own = f"{target.name} ({described(target.options)})"
        near = self._offered(item, target, product)
        if not item.wanted and not item.new_item_id:
            return f"What would you like instead of the {own}? These are available:\n{wording.variant_list(near, self._settings.currency)}"
        if not near:
            raise PolicyRefused(f"I'm sorry, there is no {target.name} with {described(item.wanted)} available at the moment.")
        lines = wording.variant_list(near, self._settings.currency)
        if _sold_out(item, target.options, product):
            exact = described({**target.options, **item.wanted})
            return f"The {target.name} with {exact} is not available at the moment. Would one of these do instead?\n{lines}"
        return (
            f"There is no {target.name} that differs from yours in just that. With {described(item.wanted)} these are "
            f"available; which one would you like?\n{lines}"
        )

    def _candidates(self, item: ItemDraft, options: Mapping[str, str], product: Product) -> tuple[Variant, ...]:
        if item.new_item_id:
            return tuple(v for v in product.variants if v.id == item.new_item_id)
        if not item.wanted:
            return ()
        near = [v for v in matching(product, item.wanted, available=True) if v.id != item.item_id]
        return tuple(_exact(item, options, product)) or (tuple(near) if len(near) == 1 and not _sold_out(item, options, product) else ())

    def _line(self, order: Order, item_id: str) -> Any:
        return next((item for item in order.lines if item_id in (item.variant_id, item.product_id)), None)

    def _default_method(self, draft: Draft, order: Order, customer: Customer) -> PaymentMethod | None:
        """The method that the order was paid with: proposed in the summary, for the customer to confirm or to change."""
        if draft.action == "payment" or draft.asked == "method":
            return None
        paid = [p.method_id for p in order.payments if p.kind == "payment"]
        return next((m for m in customer.payment_methods if paid and m.id == paid[0]), None)

    def _which_method(self, draft: Draft, order: Order, customer: Customer) -> Evidence:
        offered = _others(order, customer) if draft.action == "payment" else list(customer.payment_methods)
        if draft.action == "payment" and not offered:
            raise PolicyRefused(f"I'm sorry, there is no other payment method on your account for order {order.id}.")
        names = joined([f"{read.method_text(m)} ({m.id})" for m in offered], "or")
        return Evidence(Source("order", order.id), f"Which payment method should I use for order {order.id}: {names}?")

    def _arguments(self, draft: Draft, order: Order) -> dict[str, Any]:
        base: dict[str, Any] = {"order_id": order.id}
        if draft.action == "cancel":
            return {**base, "reason": draft.reason}
        if draft.action == "address":
            return {**base, **{part: draft.address.get(part, "") for part in ("address1", "address2", "city", "state", "country", "zip")}}
        method = draft.payment_method_id or next(p.method_id for p in order.payments if p.kind == "payment")
        if draft.action == "payment":
            return {**base, "payment_method_id": method}
        items = [item.item_id for item in draft.items]
        if draft.action == "return":
            return {**base, "item_ids": items, "payment_method_id": method}
        return {**base, "item_ids": items, "new_item_ids": [self._new_id(item, order) for item in draft.items], "payment_method_id": method}

    def _new_id(self, item: ItemDraft, order: Order) -> str:
        target = self._line(order, item.item_id)
        product = self._store.catalogue.get(target.product_id)
        return self._candidates(item, target.options, product)[0].id if product else ""

    def _repeated(self, kind: str, order: Order, arguments: Mapping[str, Any], change: Change) -> Evidence:
        """The whole write in words, with the question whether to go ahead."""
        currency, source = self._settings.currency, Source("order", order.id)
        method, ask = read.method_text(change.method), "Shall I go ahead? Please answer yes or no."
        if kind == "cancel":
            when = f" {self._policy.refund_time(change.method)}" if change.method else ""
            back = money(change.refund or 0.0, currency)
            what = f"Cancel order {order.id} (reason: {arguments['reason']}). {back} goes back to {method}{when}."
        elif kind == "address":
            what = f"Send order {order.id} to {read.address_text(change.order.address)}." if change.order.address else ""
        elif kind == "payment":
            what = f"Pay order {order.id}, {money(change.refund or 0.0, currency)}, with {method} instead; the former payment is refunded."
        elif kind == "return":
            items = "\n".join(f"- {read.line_text(item, currency)}" for item in change.lines)
            when = f" ({self._policy.refund_time(change.method)})" if change.method and self._policy.refund_time(change.method) else ""
            what = f"Return from order {order.id}:\n{items}\nThe refund of {money(change.refund or 0.0, currency)} goes to {method}{when}."
        else:
            items = "\n".join(
                f"- {s.line.name}: {described(s.line.options)} becomes {described(s.variant.options)} "
                f"({money(s.variant.price or 0.0, currency)})"
                for s in change.swaps
            )
            verb = "Exchange in" if kind == "exchange" else "Change in"
            difference = wording.difference(change.refund or 0.0, method, currency)
            once = "This can be done only once for an order, so please make sure that every item is listed."
            what = f"{verb} order {order.id}:\n{items}\n{difference} {once}"
        return Evidence(source, f"{what}\n{ask}", {"order_id": order.id, "amount": change.refund})

    def _refund_note(self, kind: str, customer_id: str, order: Order | None) -> str:
        if kind == "cancel" and order is not None:
            customer = self._store.customers.get(customer_id)
            refunds = [p for p in order.payments if p.kind == "refund"]
            if refunds and customer:
                return read.refund(order, customer, self._settings.currency, self._policy)[0].text
        return "You will get an e-mail that tells you how to send the items back." if kind in ("return", "exchange") else ""


def _others(order: Order, customer: Customer) -> list[PaymentMethod]:
    """The customer's payment methods that the order was not paid with."""
    paid = {p.method_id for p in order.payments}
    return [method for method in customer.payment_methods if method.id not in paid]


def _sold_out(item: ItemDraft, options: Mapping[str, str], product: Product) -> bool:
    """Whether just what is wanted is made, and is not to be had."""
    made = matching(product, {**options, **item.wanted}) if item.wanted and not item.new_item_id else ()
    return any(variant.id != item.item_id for variant in made) and not _exact(item, options, product)


def _exact(item: ItemDraft, options: Mapping[str, str], product: Product) -> list[Variant]:
    """What can be had that differs from one's own in just what is wanted."""
    return [v for v in matching(product, {**options, **item.wanted}, available=True) if v.id != item.item_id] if item.wanted else []


def _settles(item: ItemDraft) -> bool:
    """Whether it is said what is wanted in place of an item."""
    return bool(item.wanted or item.new_item_id)


def _same_street(new: str, old: str) -> bool:
    """Whether two street lines differ in the house number alone."""
    return new.split()[1:] == old.split()[1:] != []


def _open_again(before: Draft, draft: Draft) -> Draft | None:
    """What stays of a draft whose last detail is refused: another payment method or another variant may do."""
    if draft.action in ("return", *_SWAPS) and draft.payment_method_id and draft.payment_method_id != before.payment_method_id:
        return replace(draft, payment_method_id="", asked="method")
    if draft.action in _SWAPS and draft.items:
        kept = {item.item_id: item for item in before.items}
        return replace(draft, items=tuple(kept.get(item.item_id, ItemDraft(item.item_id)) for item in draft.items))
    return None


def _refuse_parts(kind: str, order: Order, text: str) -> None:
    """Refuse to cancel, add or remove single items of an order.

    Raises:
        PolicyRefused: the message asks for that.
    """
    if kind == "modify" and _ADD_OR_REMOVE.search(text):
        raise PolicyRefused(
            "I'm sorry, items can't be added to or removed from an order; they can only be changed to another variant of the same product."
        )
    named = slots.read_items(text, order)
    if (
        kind == "cancel"
        and not _BY_ITEM.search(text)
        and len(order.lines) > 1
        and 0 < len(named) < len(order.lines)
        and _CANCEL_ITEM.search(text)
    ):
        raise PolicyRefused(f"I'm sorry, single items of order {order.id} can't be cancelled, only the whole order.")


def _gap(draft: Draft, twins: Sequence[OrderLine]) -> str:
    if draft.action in ("return", *_SWAPS) and not draft.items:
        return f"{_WHICH_OF}{twins[0].name}" if twins else draft.asked if draft.asked.startswith(_WHICH_OF) else "items"
    return "" if draft.asked.startswith(_WHICH_OF) else draft.asked


def _token(customer_id: str, action: str, arguments: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps([customer_id, action, arguments], sort_keys=True).encode()).hexdigest()[:16]


def _available(product: Product) -> Product:
    return replace(product, variants=tuple(v for v in product.variants if to_be_had(v)))


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)
