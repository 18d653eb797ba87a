"""The order desk in front: who is asking, which order, and then the reading or the write.

Owns the choice of the order that a message means; refuses to speak of any order that is not the verified customer's, in the same
words whether it exists or not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.config import Settings
from assistant.shopper import cues
from assistant.shopper.lines import line
from assistant.shopper.orders import postal, read, slots, wording
from assistant.shopper.orders.actions import KIND_OF
from assistant.shopper.orders.asks import OrderAsk
from assistant.shopper.orders.policy import OrderPolicy
from assistant.shopper.orders.writes import Writes
from assistant.shopper.reply import Outcome, joined, said
from assistant.shopper.state import DialogueState, Held
from assistant.store.records import Customer, Order, OrderKind, OrderLine
from assistant.types import Evidence, Scalar, Source, Status, Understanding

if TYPE_CHECKING:
    from assistant.store import Store

_STATUS_WORDS = {
    "open": r"\b(?:open|outstanding|undelivered|under ?way|on (?:the|its|their) way|to come|"
    r"(?:not|hasn't|haven't|isn't|aren't) (?:yet |been |\w+ )?(?:here|arrived|received|delivered|come|there|got))\b",
    "pending": r"\b(?:pending|unshipped|(?:not|hasn't|haven't|isn't) (?:yet )?(?:been )?(?:shipped|sent|dispatched|gone out|left))\b",
    "processed": r"\bprocess(?:ed|ing)\b",
    "delivered": r"\b(?:delivered|received|arrived)\b",
    "cancelled": r"\bcancel(?:l)?ed\b",
}
_BY_ITEM = re.compile(r"\b(?:ones?|orders?|parcel|package) (?:with|containing|that (?:has|had|holds)|of) (?:the|my|a)\b", re.IGNORECASE)
_ITS_NAME = re.compile(r"[,.:;!?\n]| (?:and|please|to|for|in|because|since)\b", re.IGNORECASE)
_LATEST = re.compile(r"\b(?:last|latest|most recent|newest|recent)\b", re.IGNORECASE)
_ALL_ORDERS = re.compile(
    r"\b(?:all|every one) (?:of )?(?:my|the|these|those) (?:\w+ )?(?:orders|purchases)\b|\bin total on\b", re.IGNORECASE
)
_ON_THE_WAY = frozenset({"tracking", "status"})
_OWN = re.compile(r"\b(?:my|order|parcel|package|delivery|shipment|stuff)\b", re.IGNORECASE)
_THE_OTHER = re.compile(r"\bthe other (?:\w+ )?(?:one|order|ones|orders)\b", re.IGNORECASE)
_SAME_OF_OTHER = re.compile(r"^\W*(?:and|what about|how about|same for|ditto)\b", re.IGNORECASE)
_WHOLE = re.compile(r"\btotal\b|\baltogether\b|\bwhole order\b", re.IGNORECASE)
_OF_ORDER = re.compile(r"\b(?:in|inside) (?:it|that|there)\b|\border\b|\bwhat(?:'s| is) (?:it|that)\b", re.IGNORECASE)
_WHERE_TO = re.compile(r"\W*(?:and |ok |but )?(?:to )?where(?: to)?(?: did it go)?\W*", re.IGNORECASE)
_SENT = re.compile(r"\b(?:where|whither|which (?:card|account|one|method))\b", re.IGNORECASE)
_GOODS_OF_ORDER = re.compile(r"\b(?:orders?|parcels?|packages?|shipments?|items?|deliver\w*|shipp\w*|address)\b", re.IGNORECASE)
_LISTED = 6
"""Orders that the question which one is meant lists."""
_OPEN = frozenset({"pending", "processed", "shipped"})
_PRODUCTLESS = frozenset({"profile", "balance", "methods", "list", "count"})


class OrderDesk:
    """Answers about orders and leads writes, for one verified customer."""

    def __init__(self, store: Store, settings: Settings, policy: OrderPolicy) -> None:
        self._store = store
        self._settings = settings
        self.policy = policy
        self.writes = Writes(store, settings, policy)

    def serve(
        self, ask: OrderAsk, understanding: Understanding, state: DialogueState, also: Sequence[tuple[OrderAsk, str]] = ()
    ) -> Outcome:
        """Answer an ask of the order desk, and the readings in `also` of the same order after it."""
        outcome = self._served(ask, understanding, state)
        order = self._store.orders.get(outcome.state.order_id) if outcome.state.order_id else None
        customer = self._store.customers.get(outcome.state.customer_id)
        if not also or order is None or customer is None or order.customer_id != customer.id:
            return outcome
        pieces = {piece.text: piece for piece in outcome.evidence}
        value = outcome.value
        for other, words in also:
            items = self._spoken_of(other.topic, order, words, outcome.state)
            piece, fact = self._reading(other.topic, order, customer, items)
            pieces = {piece.text: piece, **pieces} if outcome.state.pending else {**pieces, piece.text: piece}
            value = value if value is not None or ask.write else fact
        return replace(outcome, evidence=tuple(pieces.values()), value=value)

    def _served(self, ask: OrderAsk, understanding: Understanding, state: DialogueState) -> Outcome:
        customer = self._store.customers.get(state.customer_id) if state.customer_id else None
        if customer is None:
            held = replace(state, identifying=True, held=Held.of(understanding), customer_id="")
            return Outcome(Status.CLARIFY, (said(line("identify", self._settings)),), held, ask.topic)
        if ask.topic == "total" and _ALL_ORDERS.search(understanding.text):
            return self._said(ask, read.totals(self.orders_of(customer.id), self._settings.currency), state)
        if (not ask.write and ask.topic in _PRODUCTLESS) or (ask.own and not understanding.of_kind("order_id")):
            return self._of_account(ask, customer, understanding, state)
        return self._of_order(ask, customer, understanding, state)

    def orders_of(self, customer_id: str) -> list[Order]:
        """A customer's orders, the latest first; credit notes are the shop's own papers and not among them."""
        return [order for order in self._store.orders.of_customer(customer_id) if order.kind is OrderKind.SALE]

    def holds_named(self, state: DialogueState, text: str) -> bool:
        """Whether a text names an item of the customer's order that is talked about."""
        order = self._store.orders.get(state.order_id) if state.order_id and state.customer_id else None
        return order is not None and order.customer_id == state.customer_id and bool(_named_in(order, text) or slots.let_go(text, order))

    def told(self, text: str, before: str, state: DialogueState) -> Order | None:
        """The one order of the customer's that a text picks out: by an item, by a trait of the item named before, or by its status."""
        orders = self.orders_of(state.customer_id) if state.customer_id else []
        status = next((name for name, words in _STATUS_WORDS.items() if re.search(words, text, re.IGNORECASE)), "")
        holding = [o for o in orders if _holds(o, text)] or [o for o in orders if _holds(o, before, trait=text)]
        fitting = [o for o in (holding or (orders if status else [])) if not status or _has(o, status)]
        return fitting[0] if len(fitting) == 1 else None

    def open_to(self, kind: str, customer_id: str) -> list[Order]:
        """A customer's orders whose status allows a kind of write; none for a kind that the shop does not offer."""
        rule = self.policy.rules.get(kind)
        return [order for order in self.orders_of(customer_id) if rule is not None and order.status in rule.statuses] if customer_id else []

    def explain(self, topic: str, state: DialogueState) -> Outcome | None:
        """The shop's rule for a kind of write, in its own words."""
        if topic == "refund" and self.policy.refund_text:
            return Outcome(Status.ANSWERED, (Evidence(Source("policy", topic), self.policy.refund_text),), state, topic)
        rule = self.policy.rules.get(topic)
        return Outcome(Status.ANSWERED, (Evidence(Source("policy", topic), rule.text),), state, topic) if rule and rule.text else None

    def _of_account(self, ask: OrderAsk, customer: Customer, understanding: Understanding, state: DialogueState) -> Outcome:
        orders = self.orders_of(customer.id)
        what = next((status for status, words in _STATUS_WORDS.items() if re.search(words, understanding.text, re.IGNORECASE)), "")
        if ask.topic in ("list", "count"):
            listed = [o for o in orders if not what or _has(o, what)]
            if ask.topic == "list" and not slots.speaks_of_all(understanding.text):  # "which one has the tablet?"
                holding = [o for o in listed if slots.names_item(understanding.text, o)]
                listed = holding if len(holding) == 1 else listed
            state = replace(state, order_id=listed[0].id, item_id="") if len(listed) == 1 else state
            return self._said(ask, read.overview(listed, what), state)
        if ask.topic == "balance":
            return self._said(ask, read.balance(customer, self._settings.currency), state)
        if ask.topic == "methods":
            return self._said(ask, read.methods(customer), state)
        return self._said(ask, read.own_address(customer) if ask.topic == "address" else read.profile(customer), state)

    def _of_order(self, ask: OrderAsk, customer: Customer, understanding: Understanding, state: DialogueState) -> Outcome:
        orders = self.orders_of(customer.id)
        named = [str(e.value) for e in understanding.of_kind("order_id")]
        if named:
            own = {o.id.lstrip("#").upper(): o for o in orders}
            order = own.get(named[0].lstrip("#").upper()) or _by_digits(own, named[0])
            if order is None:
                gone = replace(state, pending=None, draft=None, held=Held.of(understanding))
                return Outcome(
                    Status.DECLINED,
                    (
                        said(
                            line(
                                "no_such_order",
                                self._settings,
                                order=f"#{named[0].lstrip('#')}" if orders and orders[0].id.startswith("#") else named[0],
                            )
                        ),
                    ),
                    gone,
                    ask.topic,
                )
            return self._with(ask, order, customer, understanding, state)
        chosen = self._meant(ask, orders, understanding, state)
        if len(chosen) == 1:
            return self._with(ask, chosen[0], customer, understanding, state)
        return self._which(ask, chosen or orders, understanding, state)

    def barred(self, ask: OrderAsk, understanding: Understanding, state: DialogueState) -> bool:
        """Whether a further request is for the order of the draft under way and can no longer be met once that is done."""
        order = self._store.orders.get(state.draft.order_id) if state.draft else None
        if order is None or state.draft is None or not ask.write:
            return False
        named = [str(e.value).lstrip("#").upper() for e in understanding.of_kind("order_id")][:1]
        meant = self._meant(ask, self.orders_of(state.customer_id), understanding, state) if not named else []
        same = order.id.lstrip("#").upper() in named or [o.id for o in meant] == [order.id]
        return same and self.policy.bars(state.draft.action, settled(ask.topic, order), order)

    def _meant(self, ask: OrderAsk, orders: Sequence[Order], understanding: Understanding, state: DialogueState) -> list[Order]:
        """The orders that a message without a number may mean, as few as it allows."""
        text = understanding.text
        places = [
            int(e.value) for e in understanding.of_kind("ordinal") if isinstance(e.value, int) and -1 <= e.value <= len(orders) and e.value
        ]
        if places and re.search(r"\border|\bone\b", text, re.IGNORECASE):
            return [nth(orders, places[0])]
        status = next(
            (
                name
                for name, words in _STATUS_WORDS.items()
                if re.search(rf"{words}\W+(?:\w+\W+)?(?:order|purchase|parcel|package|one)", text, re.IGNORECASE)
            ),
            "",
        )
        pool = [o for o in orders if not status or _has(o, status)]
        if state.order_id and _THE_OTHER.search(text):
            return [o for o in pool if o.id != state.order_id]
        if (by_item := _BY_ITEM.search(text)) and (held := [o for o in pool if _holds(o, _ITS_NAME.split(text[by_item.end() :])[0])]):
            return held
        if ask.topic == "address" and ask.write and (elsewhere := postal.as_another(text)):
            pool = [o for o in pool if not any(slots.names_item(words, o) for words in elsewhere)] or pool
            for words in elsewhere:
                text = text.replace(words, " ")
        holding = [o for o in pool if slots.names_item(text, o)] if not slots.speaks_of_all(text) else []
        if holding and (not state.order_id or state.order_id not in {o.id for o in holding}):
            fitting = [o for o in holding if not ask.write or o.status in self.policy.rule(ask.topic).statuses] if ask.write else holding
            return fitting or holding
        if state.order_id and not status:
            return [o for o in orders if o.id == state.order_id]
        if (
            not ask.write
            and not status
            and ask.topic in _ON_THE_WAY
            and _OWN.search(text)
            and len(under_way := [o for o in pool if o.status in _OPEN]) == 1
        ):
            return under_way
        if _LATEST.search(text) and pool and all(o.placed_at for o in pool):
            return [max(pool, key=lambda o: o.placed_at or 0)]
        return pool

    def _which(self, ask: OrderAsk, orders: Sequence[Order], understanding: Understanding, state: DialogueState) -> Outcome:
        if not orders:
            return Outcome(Status.DECLINED, (said("There are no orders on your account."),), state, ask.topic)
        fitting = [order for order in orders if order in self.open_to(ask.topic, state.customer_id)] if ask.write else []
        shown = (fitting or list(orders))[:_LISTED]
        lines = "\n".join(f"- {order.id}: {order.status} ({joined([item.name for item in order.lines])})" for order in shown)
        more = f"\nYou can also give me the number of another one; you have {len(orders)} in all." if len(shown) < len(orders) else ""
        text = f"Which order do you mean?\n{lines}{more}"
        held = replace(state, held=Held.of(understanding), pending=None)
        return Outcome(Status.CLARIFY, (Evidence(Source("order", shown[0].id), text, {"count": len(orders)}),), held, ask.topic)

    def _with(self, ask: OrderAsk, order: Order, customer: Customer, understanding: Understanding, state: DialogueState) -> Outcome:
        before = state.order_id
        state = replace(state, order_id=order.id, held=None, item_id=state.item_id if order.id == before else "")
        if ask.write or self._wants_back(ask, order):
            return self.writes.propose(settled(ask.topic, order), order, customer, understanding, state)
        if ask.topic == "status" and order.id != before and state.read and _SAME_OF_OTHER.match(understanding.text):
            ask = replace(ask, topic=state.read)  # "and the other one?"
        refunded = any(p.kind == "refund" for p in order.payments)
        if ask.topic == "address" and refunded and (_WHERE_TO.fullmatch(understanding.text) or _of_the_money(understanding.text, state)):
            ask = replace(ask, topic="refund")
        items = self._spoken_of(ask.topic, order, understanding.text, state)
        item_id = (items[0].variant_id or items[0].product_id) if len(items) == 1 else state.item_id
        state = replace(state, item_id=item_id, read=ask.topic)
        return self.reminded(self._said(ask, self._reading(ask.topic, order, customer, items), _aside(state, order)))

    def reminded(self, outcome: Outcome) -> Outcome:
        """The answer to a question aside, with the question whether to go on that is still open."""
        waiting = outcome.state.pending
        if waiting is None:
            return outcome
        order = str(waiting.arguments["order_id"])
        asked = Evidence(Source("order", order), wording.still_open(KIND_OF[waiting.action], order))
        return replace(outcome, evidence=(*outcome.evidence, asked), choices=("Yes", "No"))

    def _wants_back(self, ask: OrderAsk, order: Order) -> bool:
        """Whether somebody who wants their money back must send something back for it."""
        rule = self.policy.rules.get("return")
        return ask.topic == "refund" and ask.wanted and rule is not None and order.status in rule.statuses

    def _spoken_of(self, topic: str, order: Order, text: str, state: DialogueState) -> tuple[OrderLine, ...]:
        """The items of an order that a question is about; none where it is about the order."""
        if topic not in ("contents", "total") or _WHOLE.search(text) or _BY_ITEM.search(text):
            return ()
        if order.lines and (cues.DEAREST.search(text) or cues.CHEAPEST.search(text)):
            pick = max if cues.DEAREST.search(text) else min
            return (pick(order.lines, key=lambda item: item.unit_price),)
        named = tuple(item for item, _ in slots.read_items(text, order)) or slots.ambiguous_items(text, order)
        before = tuple(item for item in order.lines if state.item_id and state.item_id in (item.variant_id, item.product_id))
        if not named and len(before) == 1 and cues.PRONOUN.search(text) and not _OF_ORDER.search(text):
            return before
        return named if len(named) < len(order.lines) or len(named) == 1 else ()

    def _reading(self, topic: str, order: Order, customer: Customer, items: tuple[OrderLine, ...] = ()) -> tuple[Evidence, Scalar]:
        currency = self._settings.currency
        if items:
            return read.line(order, items[0], currency) if len(items) == 1 else read.some(order, items, currency)
        readings = {
            "tracking": lambda: read.tracking(order),
            "arrival": lambda: read.arrival(order),
            "contents": lambda: read.contents(order, currency),
            "address": lambda: read.address(order),
            "paid_with": lambda: read.paid_with(order, customer, currency),
            "total": lambda: read.total(order, currency),
            "refund": lambda: read.refund(order, customer, currency, self.policy),
        }
        return readings.get(topic, lambda: read.status(order))()

    def _said(self, ask: OrderAsk, reading: tuple[Evidence, Scalar], state: DialogueState) -> Outcome:
        evidence, value = reading
        return Outcome(Status.ANSWERED, (evidence,), state, ask.topic, value)


def _named_in(order: Order, text: str) -> Sequence[OrderLine]:
    named = slots.read_items(text, order) if not slots.speaks_of_all(text) else ()
    return [line for line, _ in named] or slots.ambiguous_items(text, order)


def _by_digits(own: Mapping[str, Order], number: str) -> Order | None:
    """The customer's own order whose number without its letters this is."""
    found = [order for id, order in own.items() if number.isdigit() and re.sub(r"^[A-Z]+-?", "", id) == number]
    return found[0] if len(found) == 1 else None


def _has(order: Order, status: str) -> bool:
    return order.status in _OPEN or order.status.startswith("pending") if status == "open" else order.status.startswith(status)


def nth(orders: Sequence[Order], place: int) -> Order:
    """The order at a place in the list; the last one is the latest where orders have dates, as the list begins with that."""
    if place > 0:
        return orders[place - 1]
    return orders[0] if all(order.placed_at for order in orders) else orders[-1]


def _holds(order: Order, text: str, trait: str = "") -> bool:
    """Whether the text names an item of the order, one with an option value that `trait` says where that is given."""
    for item in order.lines:
        said = {word.lower() for word in re.findall(r"[\w-]+", trait)}
        if slots.read_items(text, replace(order, lines=(item,))) and (not trait or said & {v.lower() for v in item.options.values()}):
            return True
    return False


def _of_the_money(text: str, state: DialogueState) -> bool:
    """Whether it is asked where "it" was sent after the refund was told: the money is meant, and not the parcel."""
    return state.read == "refund" and bool(_SENT.search(text)) and not _GOODS_OF_ORDER.search(text)


def _aside(state: DialogueState, order: Order) -> DialogueState:
    """The state after a question aside: what was about to be done to the same order stays, to be asked about once more."""
    kept = state.draft if state.draft is not None and state.draft.order_id == order.id else None
    waiting = state.pending or state.aside
    aside = waiting if waiting is not None and waiting.arguments["order_id"] == order.id else None
    return replace(state, pending=aside, draft=kept, aside=aside)


def settled(kind: str, order: Order) -> str:
    """Changing items is a modification while an order is pending and an exchange once it is delivered, whatever it is called; money
    back for what was delivered means a return."""
    if kind in ("modify", "exchange"):
        return "modify" if order.status.startswith("pending") else "exchange"
    return "return" if kind == "refund" else kind
