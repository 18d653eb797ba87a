"""The shopper's room: one message in, one answer out, and the memory of the conversation.

Owns the order of a turn: look, decide, do, say. Refuses to decide anything itself (that is `policy`), and to say a figure that is
in no evidence (that is `respond`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.config import Settings
from assistant.models.recommender import Recommender
from assistant.shopper import cues, known, policy, spelling, weighing
from assistant.shopper.companions import BoughtTogether, may_mention
from assistant.shopper.counter import Counter
from assistant.shopper.faq import FaqReader, said_entry
from assistant.shopper.gauge import Gauge
from assistant.shopper.handing import ASK_FOR_PERSON, handed
from assistant.shopper.hours import check_hours
from assistant.shopper.lines import check_lines, line
from assistant.shopper.naming import read_names
from assistant.shopper.ordering import OrderTalk
from assistant.shopper.orders.asks import OrderAsk, read_ask, read_on
from assistant.shopper.orders.desk import OrderDesk
from assistant.shopper.orders.policy import load_policy
from assistant.shopper.orders.requests import says_write
from assistant.shopper.plan import ABOUT_PRODUCTS, Move, Plan, Sight
from assistant.shopper.ratings import asks_opinion, rated
from assistant.shopper.readings import two_readings
from assistant.shopper.references import refer
from assistant.shopper.reply import Outcome, joined, said
from assistant.shopper.respond import PlainResponder, Responder
from assistant.shopper.search import Finder
from assistant.shopper.shelf import Shelf, ShelfKeeper
from assistant.shopper.state import DialogueState, Held
from assistant.shopper.teller import Teller
from assistant.shopper.testimony import SILENT, with_reviews
from assistant.shopper.wish import read_wish
from assistant.shopper.words import word_list
from assistant.types import Answer, Evidence, Message, Source, Status, Understanding
from retrieval.types import Condition, Retriever

if TYPE_CHECKING:
    from assistant.store import Store

_DECLINED = frozenset({"prompt_attack", "discount", "private_data", "out_of_scope", "advice", "no_orders", "no_text"})
_UNSEEN = frozenset({"line", "account", ""})
_ABOUT_ORDERS = (Move.ORDER, Move.CONTINUE, Move.ASK_AGAIN, Move.CONFIRM, Move.IDENTIFY)
_SUBJECTS = dict.fromkeys(ABOUT_PRODUCTS, "product") | dict.fromkeys(_ABOUT_ORDERS, "order")
_SURE, _CURT = 0.5, 3
_BAD_MOODS = frozenset({"complaint", "abuse"})
ANGRY_FROM = 0.8
"""Chance of being negative from which a complaint counts as angry."""
_COMPLAINTS = frozenset({"sorry", "defect", "abuse"})
_HANDOFFS = {"handoff": "asked"}
"""The kind of a handoff where it is not called as its line is."""
_HALF = re.compile(
    r"[?.!;]\s+|,?\s+(?:and|also|plus)\s+(?=(?:also |then )?(?:if|how|what|when|where|who|which|why|do|does|can|"
    r"could|is|are|will|would|tell|show|find|got|have you|any|i need|i want|i'm looking)\b)",
    re.IGNORECASE,
)
_NEVER_MIND = re.compile(
    r"\W*(?:(?:ok|no|well|actually)\W+)*(?:forget (?:about )?(?:it|that|this|those|them)|never ?mind(?: that)?|"
    r"scratch that)\W+(?=\w+\W+\w)",
    re.IGNORECASE,
)
_THINKS_BETTER = re.compile(
    r"\b(?:or no|actually,? no|no,? actually|no,? wait|scratch that|or rather|on second thoughts?|h+m+,? no|"
    r"no,? rather)\b[\s,:.!-]*(?:actually\b[\s,]*)?",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(
    r"(?:and |so )?(?:(?:for )?how (?:long|big|heavy|old|far|fast|so)|since when|what (?:kind|for|about it)|why not)", re.IGNORECASE
)
"""A question that hangs on the one before it."""
_SORRY = re.compile(r"^\W*(?:we|i)(?:'re| are|'m| am)? (?:very |so )?sorry\b|^\W*our mistake\b|\bsorry\b", re.IGNORECASE)
_WHO_AND_WHICH = ("email", "zip", "first_last_name", "phone", "order_id")
MOST_MISSES = 3
"""Messages in a row that were not understood, after which a person is fetched."""

Handler = Callable[[Sight, Plan, DialogueState], Outcome]
Understand = Callable[[str], Understanding]
Mood = Callable[[str], float]


class ShopperClerk:
    """Serves shoppers of one shop. Cheap to make; the catalogue is read at the first message. Safe to share between threads.

    Args:
        store: the open store.
        retriever: searches the shop's products, FAQ and policies.
        settings: the shop's settings.
        responder: puts evidence into words; the plain one by default.
        understand: reads a part of a message, so that two questions in one are both answered; without it the message is taken whole.
        companions: what goes with what; by default what the shop's orders hold together.
        mood: the chance that a text is meant badly; asked of complaints and insults only, since a scary mask is no anger.

    Raises:
        BadSettings: the order policy that the settings name, the shop's own lines or its hours cannot be read.
    """

    def __init__(
        self,
        store: Store,
        retriever: Retriever,
        settings: Settings,
        responder: Responder | None = None,
        understand: Understand | None = None,
        companions: Recommender | None = None,
        mood: Mood | None = None,
    ) -> None:
        check_lines(settings)
        check_hours(settings.people)
        self._store = store
        self._retriever = retriever
        self._settings = settings
        self._responder = responder or PlainResponder()
        self._understand = understand
        self._companions = companions or BoughtTogether(store)
        self._mood = mood
        self._keeper = ShelfKeeper(store)
        self._faq = FaqReader(store, retriever)
        self._desk = OrderDesk(store, settings, load_policy(settings.shopper.policy, store.folder))
        self._orders = OrderTalk(store, settings, self._desk, self._look, self._do, understand)

    def reply(self, message: Message, understanding: Understanding, memory: Mapping[str, Any]) -> tuple[Answer, Mapping[str, Any]]:
        """The answer to a message, and the memory to hand in with the next one. `memory` is empty at the start of a session."""
        state = self._signed_in(DialogueState.from_memory(memory), message.customer_id)
        shelf = self._keeper.shelf()
        understanding = understanding if state.pending or state.draft else _afresh(understanding)
        understanding = self._corrected(understanding)
        sight = self._look(understanding, state, shelf)
        plan = policy.decide(sight, state)
        state = replace(state, turns=state.turns + 1)
        outcome = self._both(sight, plan, state, shelf) or self._do(plan, sight, state, shelf)
        outcome = self._counted(plan, self._mentioned(plan, sight, outcome, shelf), sight)
        return self._said(plan, sight, message, outcome), outcome.state.to_memory()

    def _signed_in(self, state: DialogueState, customer_id: str | None) -> DialogueState:
        """The state for whom the site vouches for; another customer than before starts afresh."""
        if not customer_id or customer_id == state.customer_id:
            return state
        return DialogueState(customer_id=customer_id) if state.customer_id else replace(state, customer_id=customer_id, identifying=False)

    def _corrected(self, understanding: Understanding) -> Understanding:
        """The message from where its writer thinks better of it: "exchange it, or no, actually cancel the order"; who and which stay."""
        turn = _THINKS_BETTER.search(understanding.text)
        if turn is None or self._understand is None:
            return understanding
        if not says_write(understanding.text[turn.end() :]):
            return self._sought_instead(understanding, turn)
        kept = [e for e in understanding.of_kind(*_WHO_AND_WHICH) if e.end <= turn.end()]
        names = " ".join(dict.fromkeys(e.surface for e in kept))
        fresh = self._understand(understanding.text[turn.end() :])
        shifted = tuple(replace(e, start=0, end=0) for e in kept)
        return replace(fresh, text=f"{fresh.text} {names}".strip(), entities=(*fresh.entities, *shifted), embedding=understanding.embedding)

    def _sought_instead(self, understanding: Understanding, turn: re.Match[str]) -> Understanding:
        """The message from where something else is looked for: "a ring, no wait, a bracelet"; whole where no goods follow."""
        if (
            self._understand is None
            or says_write(understanding.text[: turn.start()])
            or len(understanding.text[turn.end() :].split()) < _CURT
        ):
            return understanding
        fresh = self._understand(understanding.text[turn.end() :])
        return fresh if fresh.of_kind("category") else understanding

    def _look(self, understanding: Understanding, state: DialogueState, shelf: Shelf) -> Sight:
        naming = read_names(understanding, shelf)
        wish = read_wish(understanding, shelf, tuple((mention.start, mention.end) for mention in naming.mentions))
        familiar = [word for word in wish.words if shelf.worded(word)]
        reference = refer(understanding, state, shelf)
        of_order = state.subject == "order" and self._desk.holds_named(state, understanding.text)
        spoken = shelf.many((*naming.ids, *reference.ids, *(() if wish.core or len(state.shown) > 1 else state.focus))[:1])
        only_asks = all(word in word_list("measured") for word in wish.core)  # "how long can i test the mattress"
        asked_of = replace(wish, core=wish.context, context=()) if only_asks else wish
        return Sight(
            understanding=understanding,
            naming=naming,
            reference=reference,
            variants=bool(spoken and spoken[0].variants),
            wish=wish,
            faq=self._faq.best(
                understanding.text, understanding.embedding, understanding.intent if understanding.confidence >= _SURE else ""
            ),
            ask=_asked(understanding, state, of_order=of_order),
            of_order=of_order,
            kind_known=bool(Finder(shelf, self._retriever).kind(wish.bare)),
            goods=self._goods(understanding),
            readable=known.readable(understanding.text, shelf),
            words_known=bool(familiar) and len(familiar) * 2 >= len(wish.words),
            desk=self._store.orders.count() > 0,
            angry=self._angry(understanding),
            of_spoken=known.of_those(understanding.text, state.focus or state.shown, shelf),
            of_kind=known.few(Finder(shelf, self._retriever).kind(asked_of), asked_of, shelf),
            ranking=self._gauge(shelf).ranking(spelling.plain(understanding.text), wish, naming, reference, state),
        )

    def _angry(self, understanding: Understanding) -> bool:
        if cues.ANGER.search(understanding.text) or cues.ABUSE.search(understanding.text):
            return True
        complains = understanding.intent in _BAD_MOODS and understanding.confidence >= _SURE
        return complains and self._mood is not None and self._mood(understanding.text) >= ANGRY_FROM

    def _goods(self, understanding: Understanding) -> float:
        hits = self._retriever.search(understanding.text, 1, (Condition("kind", "eq", "product"),), understanding.embedding)
        return (hits[0].dense or 0.0) if hits else 0.0

    def _do(self, plan: Plan, sight: Sight, state: DialogueState, shelf: Shelf) -> Outcome:
        teller = Teller(shelf, self._settings)
        counter, gauge = self._counter(shelf), self._gauge(shelf)
        handlers: dict[Move, Handler] = {
            Move.LINE: self._line,
            Move.CONFIRM: lambda sight, plan, state: self._orders.confirmed(sight, state, shelf),
            Move.DENY: lambda sight, plan, state: self._orders.then(self._denied(sight, plan, state), shelf),
            Move.HANDOFF: self._hand_off,
            Move.IDENTIFY: lambda sight, plan, state: self._orders.identified(sight, state, shelf),
            Move.ORDER: lambda sight, plan, state: self._orders.requested(sight, state, shelf),
            Move.CONTINUE: lambda sight, plan, state: self._orders.continued(plan, sight, state, shelf),
            Move.ASK_AGAIN: lambda sight, plan, state: self._asked_again(sight, plan, state, shelf),
            Move.EXPLAIN: self._explained,
            Move.FAQ: self._cited,
            Move.MISSING: counter.missing,
            Move.FACTS: lambda sight, plan, state: (
                self._rated(teller, sight, state) or self._vouched(teller.facts(sight, plan, state), sight)
            ),
            Move.COMPARE: teller.compare,
            Move.EXTREME: counter.extreme,
            Move.MOST: gauge.most,
            Move.BEYOND: gauge.more,
            Move.CHEAPER: counter.cheaper,
            Move.SIMILAR: counter.similar,
            Move.GOES_WITH: counter.goes_with,
            Move.COUNT: counter.count,
            Move.SEARCH: counter.search,
            Move.MORE: counter.more,
            Move.RANGE: counter.range,
            Move.LOST: self._lost,
        }
        return handlers[plan.move](sight, plan, state)

    def _counter(self, shelf: Shelf) -> Counter:
        return Counter(shelf, self._retriever, self._settings, self._companions, Teller(shelf, self._settings))

    def _gauge(self, shelf: Shelf) -> Gauge:
        return Gauge(shelf, self._retriever, self._settings, self._store.reviews.stars)

    def _mentioned(self, plan: Plan, sight: Sight, outcome: Outcome, shelf: Shelf) -> Outcome:
        """The outcome with one recommendation and its reason, where the shop likes that and the moment is right."""
        state = outcome.state
        helped = outcome.status is Status.ANSWERED and outcome.known
        if not self._settings.shopper.recommend or not helped or not may_mention(plan, sight, state):
            return outcome
        found = self._counter(shelf).mention(state.focus[0], state)
        if found is None:
            return outcome
        piece, id = found
        told = replace(state, told=(*state.told, id), told_at=state.turns)
        return replace(outcome, evidence=(*outcome.evidence, piece), state=told, trace=(*outcome.trace, ("recommend", id)))

    def _both(self, sight: Sight, plan: Plan, state: DialogueState, shelf: Shelf) -> Outcome | None:
        """Both answers where one half of a message asks for goods and the other for a text of the shop's, else None."""
        halves = _halves(sight.understanding.text)
        if self._understand is None or len(halves) != 2 or plan.move not in (Move.FAQ, *ABOUT_PRODUCTS) or state.draft:
            return None
        sights = [self._look(self._understand(half), state, shelf) for half in halves]
        plans = [policy.decide(part, state) for part in sights]
        texts = [
            part.faq is not None
            and part.faq.score >= weighing.FAQ_LIKELY
            and p.move is Move.FAQ
            and not (part.reference.way == "ordinal" and part.reference.ids)
            and part.wish.allows_price(None)  # a half that sets a bound to the price is part of the wish
            and not (sight.naming.ids and _asks_price(part.understanding.text))
            for part, p in zip(sights, plans, strict=True)
        ]
        goods = [p.move in ABOUT_PRODUCTS and p.move is not Move.MISSING and _of_goods(part) for part, p in zip(sights, plans, strict=True)]
        if not (texts[0] and goods[1]) and not (texts[1] and goods[0]):
            return None
        first = self._do(plans[0], sights[0], state, shelf)
        second = self._do(plans[1], sights[1], first.state, shelf)
        if Status.CLARIFY in (first.status, second.status):
            return None
        listed = first if goods[0] else second
        return replace(listed, evidence=(*first.evidence, *second.evidence), state=second.state, silent=(*first.silent, *second.silent))

    def _rated(self, teller: Teller, sight: Sight, state: DialogueState) -> Outcome | None:
        """What customers think of the products spoken of, where that is asked."""
        spoken = teller.spoken(sight, state)[:2] if asks_opinion(spelling.plain(sight.understanding.text)) else ()
        if not spoken:
            return None
        told = [rated(product, self._store.reviews.of_product(product.id)) for product in spoken]
        kept = tuple(product.id for product in spoken)
        stars = all("rating" in pieces[0].facts for pieces in told)
        evidence = tuple(piece for pieces in told for piece in pieces)
        return Outcome(Status.ANSWERED, evidence, state.speaking_of(kept), "product_question", products=kept, known=stars)

    def _vouched(self, outcome: Outcome, sight: Sight) -> Outcome:
        """The outcome with what customers write, where a product's own fields do not answer."""
        if not any(piece.facts.get(SILENT) for piece in outcome.evidence):
            return outcome
        pieces = [
            found
            for piece in outcome.evidence
            for found in (
                with_reviews(piece, sight.understanding.text, str(piece.facts["name"]), self._store.reviews.of_product(piece.source.id))
                if piece.facts.get(SILENT)
                else (piece,)
            )
        ]
        return replace(outcome, evidence=_silent_together(pieces))

    def _asked_again(self, sight: Sight, plan: Plan, state: DialogueState, shelf: Shelf) -> Outcome:
        """The question that is open, once more; like any message not understood it counts towards fetching a person."""
        if state.misses + 1 >= MOST_MISSES:
            return self._lost(sight, plan, state)
        again = self._orders.continued(plan, _blank(sight), state, shelf)
        return replace(
            again, evidence=(said(line("not_yet" if plan.detail == "thanks" else "unsure_which", self._settings)), *again.evidence)
        )

    def _line(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        broken = self._orders.broken(sight, state) if plan.detail == "defect" else None
        if broken is not None:
            return broken
        asks = Status.CLARIFY if plan.detail == "nothing_pending" else Status.ANSWERED
        status = Status.DECLINED if plan.detail in _DECLINED else asks
        state = self._orders.introduced(sight, replace(state, pending=None)) if plan.detail in _DECLINED else state
        return Outcome(status, (said(line(plan.detail, self._settings)),), state, plan.detail)

    def _denied(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        return Outcome(
            Status.ANSWERED,
            (said(line("denied", self._settings)),),
            replace(state, pending=None, draft=None, held=None, either=(), identifying=False),
            "deny",
        )

    def _hand_off(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        return Outcome(
            Status.HANDOFF,
            (said(line(plan.detail, self._settings)),),
            replace(state, pending=None, draft=None, later=(), either=()),
            "contact_human_agent",
            handoff=handed(_HANDOFFS.get(plan.detail, plan.detail), plan.why, sight, state, self._store),
            trace=(("handoff", plan.why),),
        )

    def _explained(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        told = self._desk.explain(plan.detail, _asked_how(sight, state))
        return self._desk.reminded(told) if told is not None else self._lost(sight, plan, state)

    def _cited(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        match = sight.faq
        if match is None:
            return self._lost(sight, plan, state)
        sorry = plan.detail == "sorry" and not _SORRY.search(match.entry.answer)
        first = (said(line("sorry", self._settings)),) if sorry else ()
        return Outcome(Status.ANSWERED, (*first, said_entry(match.entry)), _asked_how(sight, state), sight.understanding.intent)

    def _lost(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        if state.misses + 1 >= MOST_MISSES:
            return self._hand_off(sight, Plan(Move.HANDOFF, "stuck", "not understood again and again"), state)
        ways = two_readings(sight.understanding)
        if ways:
            return Outcome(Status.CLARIFY, (said(line("which_of_two", self._settings)),), state, "unsure", choices=ways)
        again = state.misses > 0 or state.upset
        words = line("unsure_again" if again else "unsure", self._settings)
        return Outcome(Status.CLARIFY, (said(words),), state, "unsure", choices=(ASK_FOR_PERSON,) if again else ())

    def _counted(self, plan: Plan, outcome: Outcome, sight: Sight) -> Outcome:
        """The outcome with what every turn keeps count of.

        A yes after talk of other things confirms nothing: the write is repeated back first.
        """
        misses = outcome.state.misses + 1 if plan.move in (Move.LOST, Move.ASK_AGAIN) else 0
        subject = _SUBJECTS.get(plan.move, outcome.state.subject)
        if plan.move is Move.IDENTIFY and outcome.products:  # who they are, and then a question about goods
            subject = "product"
        asked = outcome.state.pending if plan.move in (*_ABOUT_ORDERS, Move.EXPLAIN, Move.DENY) else None
        served = plan.move not in (Move.LOST, Move.ASK_AGAIN, Move.LINE)
        angry = outcome.state.angry + 1 if sight.angry else 0 if served else outcome.state.angry
        upset = outcome.state.upset or sight.angry or plan.detail in _COMPLAINTS or plan.move is Move.HANDOFF
        kept = replace(outcome.state, misses=misses, subject=subject, pending=asked, angry=angry, upset=upset)
        return replace(outcome, state=kept)

    def _said(self, plan: Plan, sight: Sight, message: Message, outcome: Outcome) -> Answer:
        reply = self._responder.reply(outcome.intent, message.text, outcome.evidence)
        sources = dict.fromkeys(source for source in (*_sources(outcome.evidence), *outcome.silent) if source.id not in _UNSEEN)
        looked = f"{sight.faq.entry.id} {sight.faq.score:.2f}" if sight.faq else "none"
        trace = (("faq", looked), ("policy", f"{plan.move.value} {plan.detail}: {plan.why}"), *outcome.trace, *reply.trace)
        return Answer(
            outcome.status,
            reply.text,
            outcome.value,
            intent=outcome.intent,
            products=outcome.products,
            sources=tuple(sources),
            actions=outcome.actions,
            choices=outcome.choices,
            table=outcome.table,
            handoff=outcome.handoff,
            known=outcome.known,
            trace=trace,
        )


def _asked(understanding: Understanding, state: DialogueState, *, of_order: bool) -> OrderAsk | None:
    """What is asked of the order desk: by this message, or by the one before it where this only names another item or way to pay."""
    ask = read_ask(understanding, in_order=state.subject == "order")
    if ask is not None and not ask.of_item:
        return ask
    again = of_order or (state.subject == "order" and bool(understanding.of_kind("payment_method")) and state.draft is None)
    return (read_on(understanding, state.asked) if again else None) or ask


def _silent_together(pieces: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The evidence with one sentence for all products whose descriptions do not answer."""
    silent = [piece for piece in pieces if piece.facts.get(SILENT) and piece.text]
    if len(silent) < 2:
        return tuple(pieces)
    names = joined([f"the {piece.facts['name']}" for piece in silent])
    first = replace(silent[0], text=f"I'm sorry, the descriptions of {names} do not say.")
    return tuple(first if piece is silent[0] else replace(piece, text="") if piece in silent else piece for piece in pieces)


def _of_goods(sight: Sight) -> bool:
    """Whether a half of a message clearly speaks of goods: names a product or a category, or is near to one."""
    return bool(sight.naming.ids or sight.reference.ids or sight.understanding.of_kind("category")) or sight.goods >= weighing.GOODS_SURE


def _asks_price(text: str) -> bool:
    """Whether a few words ask what something costs or whether it is there: of a product that the other half names."""
    return len(text.split()) <= _CURT and bool(cues.PRICE.search(text) or cues.STOCK.search(text))


def _asked_how(sight: Sight, state: DialogueState) -> DialogueState:
    """The state after the rule for a change was told: who names an order then wants it done there."""
    return replace(state, held=Held.of(sight.understanding)) if sight.ask is not None and sight.ask.write and state.customer_id else state


def _blank(sight: Sight) -> Sight:
    """A message in which nothing was understood."""
    return replace(sight, understanding=replace(sight.understanding, text="", entities=()), ask=None)


def _halves(text: str) -> list[str]:
    """The two questions of a message, where it has two of three words or more each."""
    parts = [part.strip(" ,.;!") for part in _HALF.split(text) if part and part.strip(" ,.;!")]
    whole = all(len(part.split()) >= 2 and not _HOW_LONG.fullmatch(part.rstrip("?")) for part in parts)
    return parts if len(parts) == 2 and whole else []


def _afresh(understanding: Understanding) -> Understanding:
    """The message without a leading "forget that", which is about nothing to come; places in the text stay as they are."""
    match = _NEVER_MIND.match(understanding.text)
    blank = " " * match.end() if match else ""
    return replace(understanding, text=blank + understanding.text[len(blank) :]) if blank else understanding


def _sources(evidence: tuple[Evidence, ...]) -> tuple[Source, ...]:
    return tuple(piece.source for piece in evidence)
