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
from assistant.shopper import cues
from assistant.shopper.lines import line
from assistant.shopper.orders import methods, read, slots, wording
from assistant.shopper.orders.actions import KIND_OF, NAMES, Actions, Change
from assistant.shopper.orders.filling import WHICH_OF, Filler
from assistant.shopper.orders.gaps import Gaps
from assistant.shopper.orders.policy import OrderPolicy
from assistant.shopper.orders.swaps import SWAPS, candidates, line_of
from assistant.shopper.reply import Outcome, money, said
from assistant.shopper.state import DialogueState, Draft, ItemDraft, Pending
from assistant.shopper.variants import described
from assistant.store.records import Customer, Order, OrderLine
from assistant.types import Evidence, Source, Status, Understanding

if TYPE_CHECKING:
    from assistant.store import Store

_ADD_OR_REMOVE = re.compile(
    r"\b(?:remov(?:e[sd]?|ing)|delet(?:e[sd]?|ing)|take\b[^.?!]{0,50}\b(?:out|off)|leave (?:out|off)|drop|add(?:ing)?)\b", re.IGNORECASE
)
_CANCEL_ITEM = re.compile(
    r"\bcancel\w*\s+(?:(?:just|only|the|my|this|that|one|of)\s+)*(?!(?:whole|entire|order|it|everything|all|"
    r"purchase|pending)\b)[a-z][\w-]*(?!(?:\s+\w+){0,2}\s+order\b(?<!from order)(?<!in order)(?<!of order))",
    re.IGNORECASE,
)
_BY_ITEM = re.compile(r"\b(?:order|purchase|one) (?:with|containing|that (?:has|had|holds)|of) (?:the|my|a)\b", re.IGNORECASE)
_SURE = 0.95
_IT = re.compile(r"\b(?:it|that one|this one)\b", re.IGNORECASE)
_IN_PLACE = re.compile(r"\b(?:for|to|into|become)\s+(?:(?:an?|the|some|your|one of (?:the|your))\s+)?$", re.IGNORECASE)


class Writes:
    """Leads one write from the first request to its confirmation."""

    def __init__(self, store: Store, settings: Settings, policy: OrderPolicy) -> None:
        self._store = store
        self._settings = settings
        self._policy = policy
        self._filler = Filler(store)
        self._gaps = Gaps(store, settings, policy)
        self._actions = Actions(store, policy, settings.currency)

    def propose(self, kind: str, order: Order, customer: Customer, understanding: Understanding, state: DialogueState) -> Outcome:
        """Take the message's details into the draft; ask for what is missing, or repeat the whole back."""
        state = replace(state, order_id=order.id, pending=None, aside=None)
        draft = _of_it(_begun(kind, order, understanding.text, state.draft), order, understanding.text, state)
        open_again: Draft | None = None
        try:
            self._policy.check(kind, order, _now())
            _refuse_parts(kind, order, understanding.text)
            open_again = draft
            self._refuse_other_goods(kind, order, understanding)
            open_again = Draft(kind, order.id, asked="method") if kind == "payment" else None
            before, draft = draft, self._filler.filled(draft, order, customer, understanding)
            open_again = _open_again(before, draft) or open_again
            question = self._gaps.question(draft, order, customer, understanding)
            absent = (*self._absent(draft, order, understanding), *_not_yours(draft, order, customer, understanding))
            if question is not None:
                status = Status.DECLINED if draft.action == "cancel" and draft.reason else Status.CLARIFY
                gap = _gap(draft, slots.ambiguous_items(understanding.text, order))
                return Outcome(status, (*absent, question), replace(state, draft=replace(draft, asked=gap)), NAMES[kind])
            arguments = self._arguments(draft, order)
            if kind in SWAPS and draft.payment_method_id == before.payment_method_id:
                open_again = draft  # what is wanted can be had, but not be paid like that
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
        state = replace(state, pending=None, draft=None, aside=None, read="refund" if KIND_OF[pending.action] == "cancel" else "")
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

    def _refuse_other_goods(self, kind: str, order: Order, understanding: Understanding) -> None:
        """Refuse to put another product in the place of one.

        Raises:
            PolicyRefused: the message asks for that.
        """
        held = {item.product_id for item in order.lines}
        for entity in understanding.of_kind("product") if kind in SWAPS else ():
            other = entity.value not in held and entity.score >= _SURE and _IN_PLACE.search(understanding.text[: entity.start])
            product = self._store.catalogue.get(str(entity.value)) if other else None
            if product is not None and not slots.names_item(entity.surface, order) and not self._is_option(entity.surface, held):
                raise PolicyRefused(
                    "I'm sorry, an item can only be changed to another variant of the same product, not to a different product like the "
                    f"{product.name}."
                )

    def _is_option(self, words: str, held: set[str]) -> bool:
        """Whether words stand in an option value of a product that the order holds: the "laptop" of a backpack's compartment."""
        values = (value for product in self._store.catalogue.many(held).values() for v in product.variants for value in v.options.values())
        return any(words.casefold() in value.casefold() for value in values)

    def _absent(self, draft: Draft, order: Order, understanding: Understanding) -> tuple[Evidence, ...]:
        """That the order does not hold a product which the message names."""
        if draft.action not in ("return", *SWAPS):
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
        target = line_of(order, item.item_id)
        product = self._store.catalogue.get(target.product_id) if target else None
        return candidates(item, target.options, product)[0].id if target and product else ""

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


def _begun(kind: str, order: Order, text: str, before: Draft | None) -> Draft:
    """The draft under way; after another for the same order, a new one for the items that "it" then means."""
    if before is not None and kind == before.action == "cancel":
        return replace(before, order_id=order.id)
    if before is None or before.order_id != order.id:
        return Draft(kind, order.id)
    if before.action == kind:
        return before
    same = {kind, before.action} <= {"return", *SWAPS} and cues.POINTS.search(text) and not slots.read_items(text, order)
    return Draft(kind, order.id, items=tuple(ItemDraft(item.item_id) for item in before.items) if same else ())


def _of_it(draft: Draft, order: Order, text: str, state: DialogueState) -> Draft:
    """A new draft for the item last spoken of by itself, where "it" can only mean that."""
    known = line_of(order, state.item_id) if state.item_id else None
    takes = draft.action in ("return", *SWAPS) and not draft.items and known is not None
    if not takes or not _IT.search(text) or slots.speaks_of_all(text) or slots.names_item(text, order):
        return draft
    return replace(draft, items=(ItemDraft(state.item_id),))


def _open_again(before: Draft, draft: Draft) -> Draft | None:
    """What stays of a draft whose last detail is refused: another payment method or another variant may do."""
    if draft.action in ("return", *SWAPS) and draft.payment_method_id and draft.payment_method_id != before.payment_method_id:
        return replace(draft, payment_method_id="", asked="method")
    if draft.action in SWAPS and draft.items:
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
        and (_CANCEL_ITEM.search(text) or slots.leaves_out(text))
    ):
        raise PolicyRefused(f"I'm sorry, single items of order {order.id} can't be cancelled, only the whole order.")


def _gap(draft: Draft, twins: Sequence[OrderLine]) -> str:
    if draft.action in ("return", *SWAPS) and not draft.items:
        return f"{WHICH_OF}{twins[0].name}" if twins else draft.asked if draft.asked.startswith(WHICH_OF) else "items"
    return "" if draft.asked.startswith(WHICH_OF) else draft.asked


def _not_yours(draft: Draft, order: Order, customer: Customer, understanding: Understanding) -> tuple[Evidence, ...]:
    """That a payment method which the message names is not the customer's."""
    if draft.action not in ("payment", "return", *SWAPS) or not methods.foreign_method(understanding, customer):
        return ()
    return (Evidence(Source("order", order.id), "That payment method is not on your account, so I can't use it."),)


def _token(customer_id: str, action: str, arguments: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps([customer_id, action, arguments], sort_keys=True).encode()).hexdigest()[:16]


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)
