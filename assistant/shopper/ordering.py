"""The order desk within a conversation: several requests of one message, who is asking, details that come later.

Owns how a request reaches the desk and what is taken up after it; refuses to decide what a message is about (that is `policy`), and to
read or write an order (that is the desk).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.config import Settings
from assistant.shopper import policy, spelling
from assistant.shopper.lines import line
from assistant.shopper.orders import postal, slots, wording
from assistant.shopper.orders.asks import OrderAsk, read_ask
from assistant.shopper.orders.desk import OrderDesk, nth
from assistant.shopper.orders.errands import errands, for_each
from assistant.shopper.orders.identify import Identification, identify, missing
from assistant.shopper.orders.questions import parted
from assistant.shopper.orders.requests import says_write
from assistant.shopper.plan import ABOUT_PRODUCTS, Move, Plan, Sight
from assistant.shopper.reply import Outcome, joined, said
from assistant.shopper.shelf import Shelf
from assistant.shopper.state import DialogueState, Held, Identity
from assistant.types import Entity, Evidence, Source, Status, Understanding

if TYPE_CHECKING:
    from assistant.store import Store

_IDENTITY = ("email", "zip", "first_last_name", "phone")
_WITH_ITEMS = frozenset({"return", "exchange", "modify"})
_COUNTS = {"both": 2, "two": 2, "three": 3, "four": 4, "five": 5}
_COUNTED = re.compile(r"\b(?:these|those|all|the)?\s*(?P<count>both|two|three|four|five)\b", re.IGNORECASE)
_TO_ALL = re.compile(
    r"\W*[a-z ,!.]{2,30}?\b(?:to |for |with )?(?:both|all|all of (?:it|them)|everything)\b(?:\W+(?:please|thanks?))?\W*", re.IGNORECASE
)
"""A yes to all the requests of a message, of which the first waits: the others are each repeated back in their turn."""
_ONLY_THIS = re.compile(
    r"\b(?:only|just) (?:for |do |with )?(?:the )?(?:first|this|that)(?: (?:one|order|of them))?\b|"
    r"\b(?:not|skip|forget|leave(?: out)?|keep|except) the (?:second|other|others|rest|last)\b",
    re.IGNORECASE,
)
"""Of several requests of a message only the one that was repeated back."""
_ONES = re.compile(r"\bones?\b", re.IGNORECASE)
_ASKS = re.compile(
    r"^\W*(?:and |also |plus |but |please )*(?:how|what|when|where|which|who|why|do|does|did|is|are|was|were|has|have|can|could|will|would|"
    r"tell|show)\b",
    re.IGNORECASE,
)

_BEGINS = re.compile(
    r"^\W*(?:(?:hi|hello|hey|my e-?mail(?: address)?(?: is|:)?|e-?mail:?|i am|i'm|this is)\W+){0,3}[\w.+-]+@[\w-]+\.\w", re.IGNORECASE
)

Look = Callable[[Understanding, DialogueState, Shelf], Sight]
Do = Callable[[Plan, Sight, DialogueState, Shelf], Outcome]
Understand = Callable[[str], Understanding]


class OrderTalk:
    """Leads requests to the order desk.

    Args:
        store: the open store.
        settings: the shop's settings.
        desk: reads and writes orders.
        look: what a request brings into sight, for those that come up later than their message.
        do: what answers a message that turns out to be none for the desk.
        understand: reads a part of a message; without it a message is one request.
    """

    def __init__(self, store: Store, settings: Settings, desk: OrderDesk, look: Look, do: Do, understand: Understand | None) -> None:
        self._store = store
        self._settings = settings
        self._desk = desk
        self._look = look
        self._do = do
        self._understand = understand

    def requested(self, sight: Sight, state: DialogueState, shelf: Shelf) -> Outcome:
        """What a message asks of the order desk; of several requests the first, with the others kept for later."""
        state = replace(state, held=None, either=())
        first, *rest = self._errands(sight, state)
        if rest:
            state = replace(state, later=tuple(Held.of(request) for request in rest))
            sight = self._look(first, state, shelf)
        if sight.ask is None:
            return self._do(Plan(Move.LOST), sight, state, shelf)
        state = replace(state, asked=Held.of(sight.understanding)) if sight.ask.write else state
        served = self._desk.serve(sight.ask, sight.understanding, state, _also(sight))
        return self.then(self._one_of(served, sight.understanding, shelf), shelf)

    def _one_of(self, outcome: Outcome, request: Understanding, shelf: Shelf) -> Outcome:
        """The outcome, or the question which of several requests is meant where the order that it is about allows only one of them."""
        state = outcome.state
        looked = [(held, self._look(held.understanding(), state, shelf)) for held in state.later] if state.draft else []
        barred = [
            held
            for held, sight in looked
            if sight.ask is not None and not sight.ask.general and self._desk.barred(sight.ask, sight.understanding, state)
        ]
        if not barred or state.draft is None:
            return outcome
        either = (Held.of(request), *barred)
        topics = [ask.topic for held in either if (ask := read_ask(held.understanding(), in_order=True)) is not None]
        ways = [wording.NOUNS[topic] for topic in dict.fromkeys(topics)]
        order = state.draft.order_id
        text = line("one_of", self._settings, order=order, choice=joined([f"the {way}" for way in ways], "or"))
        rest = tuple(held for held in state.later if held not in barred)
        state = replace(state, draft=None, pending=None, aside=None, either=either, later=rest)
        asked, choices = Evidence(Source("order", order), text, {"order_id": order}), tuple(f"The {way}" for way in ways)
        return Outcome(Status.CLARIFY, (asked,), state, outcome.intent, choices=choices)

    def then(self, outcome: Outcome, shelf: Shelf) -> Outcome:
        """The outcome of a request, and where that is settled, the next one of the same message."""
        state = outcome.state
        if not state.later or not state.customer_id or state.pending or state.draft or outcome.status is Status.CLARIFY:
            return outcome
        request, state = state.later[0].understanding(), replace(state, later=state.later[1:])
        sight = self._look(request, state, shelf)
        if sight.ask is None:
            return self.then(replace(outcome, state=state), shelf)
        following = self._one_of(self._desk.serve(sight.ask, sight.understanding, state, _also(sight)), sight.understanding, shelf)
        return self.then(
            replace(
                following,
                evidence=(*outcome.evidence, *following.evidence),
                actions=(*outcome.actions, *following.actions),
                silent=(*outcome.silent, *following.silent),
            ),
            shelf,
        )

    def identified(self, sight: Sight, state: DialogueState, shelf: Shelf) -> Outcome:
        """What comes of a message that says who its writer is."""
        found = identify(sight.understanding, state, self._store, self._settings)
        if found.result in ("found", "known"):
            return self._resumed(sight, found, shelf)
        held = sight.understanding if sight.ask is not None else None
        asking = self._desk.serve(sight.ask, held, found.state).state if sight.ask and held else replace(found.state, identifying=True)
        lines = {"failed": "identify_failed", "stopped": "identify_stopped", "other": "one_customer"}
        if found.result == "other":
            return Outcome(Status.DECLINED, (said(line("one_customer", self._settings)),), replace(state, pending=None), "private_data")
        status = Status.DECLINED if found.result in ("stopped", "failed") else Status.CLARIFY
        rest = missing(found.state.identity, self._settings) if found.result == "partial" else ""
        text = line("identify_rest", self._settings, rest=rest) if rest else line(lines.get(found.result, "identify"), self._settings)
        return Outcome(status, (said(text),), asking, "give_details")

    def introduced(self, sight: Sight, state: DialogueState) -> DialogueState:
        """The state after a message that is refused but begins with who its writer is, so that this need not be said again."""
        if state.customer_id or not sight.desk or not _BEGINS.match(sight.understanding.text):
            return state
        found = identify(sight.understanding, state, self._store, self._settings).state
        named = [order for e in sight.understanding.of_kind("order_id") if (order := self._store.orders.get(str(e.value)))]
        own = [order.id for order in named if found.customer_id and order.customer_id == found.customer_id]
        return replace(found, order_id=own[0] if len(own) == 1 else found.order_id)

    def continued(self, plan: Plan, sight: Sight, state: DialogueState, shelf: Shelf) -> Outcome:
        """A detail for the draft under way, or the order number that a held request lacked."""
        state = _only_this(sight, state)
        if plan.detail == "held" and state.held is not None:
            again = state.held.understanding()
            asked = read_ask(again, in_order=True)
            if asked is not None:
                return self.then(self._desk.serve(asked, self._merged(asked, again, sight, state), replace(state, held=None)), shelf)
        if plan.detail == "either":
            meant = self._either(sight, state)
            again = meant.understanding() if meant is not None else sight.understanding
            asked = read_ask(again, in_order=True) if meant is not None else None
            if asked is None:
                return self._do(Plan(Move.LOST), sight, state, shelf)
            return self.then(self._desk.serve(asked, again, replace(state, either=(), asked=Held.of(again))), shelf)
        if plan.detail == "again" and state.asked is not None:
            again = state.asked.understanding()
            asked = read_ask(again, in_order=True)
            if asked is not None:
                fresh = replace(state, held=None, draft=None)
                return self.then(self._desk.serve(asked, _with_order(again, sight.understanding.of_kind("order_id")), fresh), shelf)
        order, customer = (
            self._store.orders.get(state.draft.order_id) if state.draft else None,
            self._store.customers.get(state.customer_id),
        )
        if state.draft is None or order is None or customer is None or order.customer_id != customer.id:
            return self._do(Plan(Move.LOST), sight, replace(state, draft=None, pending=None), shelf)
        return self.then(self._desk.writes.propose(state.draft.action, order, customer, sight.understanding, state), shelf)

    def _either(self, sight: Sight, state: DialogueState) -> Held | None:
        """Which of the requests of which an order allows only one a message picks, by its kind or by an item of it."""
        alike = [held for held in state.either if sight.ask and _asks_alike(held, sight.ask)]
        order = self._store.orders.get(state.order_id)
        if order is None or (alike and says_write(sight.understanding.text)):
            return next(iter(alike), None)
        named = {id(item) for item, _ in slots.read_items(sight.understanding.text, order)}
        holding = [held for held in state.either if named <= {id(item) for item, _ in slots.read_items(held.text, order)}]
        return holding[0] if named and len(holding) == 1 else next(iter(alike), None)

    def confirmed(self, sight: Sight, state: DialogueState, shelf: Shelf) -> Outcome:
        """Carry out what the customer said yes to; where the same message says something else of it, repeat that back first."""
        state = _only_this(sight, state)
        waiting = state.pending or state.aside
        order = self._store.orders.get(str(waiting.arguments["order_id"])) if waiting else None
        customer = self._store.customers.get(state.customer_id) if state.customer_id else None
        to_all = bool(state.later) and _TO_ALL.fullmatch(sight.understanding.text) is not None
        says_more = state.draft is not None and not to_all and _says_more(sight, state.draft.action)
        if waiting and order and customer and order.customer_id == customer.id and state.draft and says_more:
            anew = self._desk.writes.propose(state.draft.action, order, customer, sight.understanding, state)
            if anew.state.pending is None or anew.state.pending.token != waiting.token or _counts_others(sight, waiting.arguments):
                return anew
        return self.then(self._desk.writes.confirm(state), shelf)

    def broken(self, sight: Sight, state: DialogueState) -> Outcome | None:
        """What can be done about something broken that one order of the customer's holds; None where it is in none or several."""
        order = self._desk.told(sight.understanding.text, "", state)
        items = slots.read_items(sight.understanding.text, order) if order else ()
        ways = [kind for kind in ("return", "exchange") if order and order in self._desk.open_to(kind, state.customer_id)]
        if order is None or len(items) != 1 or not ways:
            return None
        item = items[0][0]
        text = line("broken_item", self._settings, item=f"The {item.name}", order=order.id, doing=joined(ways, "or"))
        known = replace(state, order_id=order.id, item_id=item.variant_id or item.product_id, subject="order")
        return Outcome(Status.ANSWERED, (Evidence(Source("order", order.id), text, {"order_id": order.id}),), known, "complaint")

    def _errands(self, sight: Sight, state: DialogueState) -> tuple[Understanding, ...]:
        """The requests of a message, one for each order where it speaks of all of them."""
        found = errands(sight.understanding, self._understand)
        if len(found) > 1 or sight.ask is None or not sight.ask.write:
            return found
        open_orders = [order.id for order in self._desk.open_to(sight.ask.topic, state.customer_id)]
        return for_each(found[0], open_orders)

    def _merged(self, asked: OrderAsk, again: Understanding, sight: Sight, state: DialogueState) -> Understanding:
        """The request that was held, with the order that the message names, and what else it says of it."""
        named = sight.understanding.of_kind("order_id")
        orders = named or self._nth_order(sight, state) or self._told_order(sight, state)
        if not orders:
            return again
        text = sight.understanding.text
        if named and asked.topic in _WITH_ITEMS and not _ONES.search(text):
            further = tuple(e for e in sight.understanding.entities if e.kind not in ("order_id", *_IDENTITY))
            again = replace(again, text=f"{again.text} {text}", entities=(*again.entities, *further))
        return _with_order(again, orders)

    def _resumed(self, sight: Sight, found: Identification, shelf: Shelf) -> Outcome:
        """Once it is known who writes: what this message asks, else what was asked before."""
        state, held = found.state, found.state.held
        rest = self._look(_nameless(sight.understanding), state, shelf)
        if sight.ask is None:
            sight = rest
        elif sight.ask.write and sight.ask.topic == "address":  # the name and the post code of an account are no place to send to
            sight = replace(sight, understanding=_nameless(sight.understanding, of=state.identity))
        if sight.ask is not None and not (rest.ask and rest.ask.general) and (sight.ask.topic != "profile" or held is None):
            return self.requested(sight, state, shelf)
        if held is not None:
            again = self._look(held.understanding(), state, shelf)
            if again.ask is not None:
                return self.requested(again, state, shelf)
        return self._rest_of(rest, state, shelf) or Outcome(
            Status.ANSWERED, (said(line("identified", self._settings)),), state, "give_details"
        )

    def _rest_of(self, rest: Sight, state: DialogueState, shelf: Shelf) -> Outcome | None:
        """What else a message asks that also said who its writer is, or None where it asks nothing."""
        plan = policy.decide(rest, state)
        asks_goods = plan.move in ABOUT_PRODUCTS and plan.move is not Move.MISSING and (rest.naming.ids or rest.kind_known)
        asks_rules = plan.move is Move.EXPLAIN or (plan.move is Move.LINE and plan.detail == "defect") or _asks_text(rest, plan)
        return self._do(plan, rest, state, shelf) if asks_goods or asks_rules else None

    def _told_order(self, sight: Sight, state: DialogueState) -> tuple[Entity, ...]:
        order = self._desk.told(sight.understanding.text, state.held.text if state.held else "", state)
        return (Entity("order_id", order.id, order.id, 0, 0),) if order else ()

    def _nth_order(self, sight: Sight, state: DialogueState) -> tuple[Entity, ...]:
        orders = self._desk.orders_of(state.customer_id) if state.customer_id else []
        places = [
            e for e in sight.understanding.of_kind("ordinal") if isinstance(e.value, int) and -1 <= e.value <= len(orders) and e.value
        ]
        return tuple(replace(e, kind="order_id", value=nth(orders, int(e.value)).id) for e in places[:1] if isinstance(e.value, int))


def _only_this(sight: Sight, state: DialogueState) -> DialogueState:
    """The state without the requests that were to come, where a message wants only the one that waits for its yes."""
    drops = state.pending is not None and state.later and _ONLY_THIS.search(spelling.plain(sight.understanding.text))
    return replace(state, later=()) if drops else state


def _asks_alike(held: Held, ask: OrderAsk) -> bool:
    before = read_ask(held.understanding(), in_order=True)
    return before is not None and wording.NOUNS[before.topic] == wording.NOUNS.get(ask.topic, "")


def _with_order(request: Understanding, orders: tuple[Entity, ...]) -> Understanding:
    return replace(request, entities=(*(e for e in request.entities if e.kind != "order_id"), *orders))


def _nameless(understanding: Understanding, of: Identity | None = None) -> Understanding:
    """A message without what it says of its writer, or only without what they were found by; places in the text stay as they are."""
    said = understanding.of_kind(*_IDENTITY)
    if of is not None:
        codes = [e for e in said if e.kind == "zip" and str(e.value) == of.zip and not of.email][:1]
        said = (*(e for e in said if e.kind != "zip"), *codes)
    text = understanding.text
    for entity in said:
        text = f"{text[: entity.start]}{' ' * (entity.end - entity.start)}{text[entity.end :]}"
    return replace(understanding, text=text, entities=tuple(e for e in understanding.entities if e not in said))


def _asks_text(rest: Sight, plan: Plan) -> bool:
    return (
        plan.move is Move.FAQ and rest.faq is not None and ("?" in rest.understanding.text or bool(_ASKS.search(rest.understanding.text)))
    )


def _says_more(sight: Sight, kind: str) -> bool:
    """Whether a yes may come with a detail; in an address every word may be a part, so that only figures and addresses of
    one's own count there."""
    text = sight.understanding.text
    return kind != "address" or any(character.isdigit() for character in text) or postal.names_a_city(text) or postal.on_file(text)


def _counts_others(sight: Sight, arguments: Mapping[str, Any]) -> bool:
    """Whether a yes speaks of another number of items than what was repeated back: "yes, return all three"."""
    said = _COUNTED.search(sight.understanding.text)
    return said is not None and "item_ids" in arguments and _COUNTS[said["count"].lower()] != len(arguments["item_ids"])


def _also(sight: Sight) -> tuple[tuple[OrderAsk, str], ...]:
    """What else is asked about the same order, each with the words that ask it: "where is it, and what did it cost?" """
    if sight.ask is None:
        return ()
    asked = []
    for part in parted(_nameless(sight.understanding).text):
        if sight.ask.write and not _ASKS.search(part):
            continue
        # of a part its own words decide: the classifier read the whole, and an order's number alone asks for nothing
        named = tuple(
            e for e in sight.understanding.entities if e.kind != "order_id" and e.surface.casefold() in spelling.plain(part).casefold()
        )
        ask = read_ask(replace(sight.understanding, text=part, intent="", confidence=0.0, entities=named), in_order=True)
        if ask is not None and not ask.write and ask.topic != sight.ask.topic:
            asked.append((ask, part))
    return tuple({ask.topic: (ask, part) for ask, part in asked}.values())
