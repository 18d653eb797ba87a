"""Suggested replies for the agent: from the FAQ, from past replies and macros, from the shopper's clerk, and from the responder.

Owns which suggestions are shown and in which order, and the ready replies with their slots filled. Suggests only: nothing here speaks to
a customer, and what the clerk would have written to the store while drafting is undone. Where the clerk finds that a product's own texts
do not say what was asked, nothing else is drafted of them.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from assistant.config import Settings
from assistant.desk import handoff
from assistant.desk.learning import keep_refused, keep_sent
from assistant.desk.replies import Nearest, Replies, filled_in, load_macros, open_slots, past_replies, telling
from assistant.desk.summary import about, summary
from assistant.errors import BadQuestion
from assistant.models.relevance import Relevance, band, shared
from assistant.store import Store
from assistant.store.records import Conversation, Mode, Turn
from assistant.types import Answer, Source, Status
from retrieval.types import Condition, Encoder, Retriever

SourceName: TypeAlias = Literal["FAQ", "earlier reply", "macro", "assistant", "responder"]
Draft: TypeAlias = Callable[[Conversation, str], tuple[Answer, float]]
"""What the clerk would answer to a text in a conversation, and how sure it is, in [0, 1]."""

MOST = 3
LEAST_CONFIDENCE = 0.35
ALIKE = 0.9
"""Likeness from which a macro is made for a case."""
AGREES = 0.6
"""Share of a draft's telling words that the clerk's answer has, from which the two say the same."""
KEPT = 256
"""Of so many conversations what was last suggested is kept."""
_FAQ = (Condition("kind", "in", ("faq", "policy")),)
_CALLS_FOR_A_PERSON = re.compile(r"(?i)\b(human|person|agent|representative|operator|somebody|someone|robot)\b")
_ORDER = re.compile(r"#?\b[A-Za-z]{0,2}\d{5,}\b")


class Worded(Protocol):
    """One of several ways in which the responder says what a source says."""

    @property
    def text(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def source(self) -> Source: ...


Phrase: TypeAlias = Callable[[str, Sequence[Source]], Sequence[Worded]]
"""The responder's ways to answer a text from sources, the surest first."""
SILENT = "the shop's data do not say"
"""What a suggestion is about that owns up to it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reply to insert. `confidence` in [0, 1] is the chance that it answers, `band` the same in a word; the assistant's is that of its
    understanding. `source_id` is the FAQ entry's, the macro's, or `conversation:turn`; `title` says what it is about; `sources` are what
    its words rest on."""

    text: str
    source: SourceName
    confidence: float
    source_id: str = ""
    title: str = ""
    sources: tuple[Source, ...] = ()

    @property
    def band(self) -> str:
        """`likely`, `maybe` or `a guess`."""
        return band(self.confidence)


@dataclass(frozen=True, slots=True)
class Ready:
    """A macro as the agent may send it here: `text` has its slots filled as far as they are known, `template` is how it was written."""

    id: str
    title: str
    text: str
    template: str
    uses: int


class Desk:
    """The agents' helper over one store. Cheap to make; macros and past replies are read when first needed.

    Args:
        draft: the shopper room's own answer; without it that source is left out.
        encoder: compares with past replies, macros and the FAQ by meaning; without it, by words.
        phrase: the responder's n best; without it that source is left out.
    """

    def __init__(
        self,
        store: Store,
        retriever: Retriever,
        settings: Settings,
        draft: Draft | None = None,
        encoder: Encoder | None = None,
        phrase: Phrase | None = None,
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._settings = settings
        self._draft = draft
        self._encoder = encoder
        self._relevance = Relevance(encoder) if encoder else None
        self._phrase = phrase
        self._past: tuple[object, Replies] = (None, Replies(()))
        self._macros: tuple[object, Replies] = (None, Replies(()))
        self._suggested: OrderedDict[str, tuple[object, tuple[Suggestion, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def macros(self) -> Replies:
        """The ready replies: shipped, the store's own, and those made on the desk; read again when one changes."""
        own = self._store.macros.all()
        if self._macros[0] != own:
            self._macros = (own, load_macros(self._store.folder, self._encoder, own))
        return self._macros[1]

    def suggest(self, conversation: Conversation, turns: Sequence[Turn]) -> tuple[Suggestion, ...]:
        """Up to three replies to what the customer said last, from as many sources as there are, the surest first.

        Kept until somebody says something, so that what an agent sends can be told from what was shown. Not to be called inside a
        transaction: what the draft writes could not be undone by itself.
        """
        asked = to_answer(turns)
        if not asked:
            return ()
        key = (turns[-1].number, conversation.customer_id, conversation.assignee)
        with self._lock:
            kept = self._suggested.get(conversation.id)
        if kept and kept[0] == key:
            return kept[1]
        found = _varied(self._all(conversation, turns, asked))
        with self._lock:
            self._suggested[conversation.id] = (key, found)
            self._suggested.move_to_end(conversation.id)
            while len(self._suggested) > KEPT:
                self._suggested.popitem(last=False)
        return found

    def shown(self, conversation: str) -> tuple[Suggestion, ...]:
        """What was last suggested in a conversation."""
        with self._lock:
            return self._suggested.get(conversation, (None, ()))[1]

    def say(self, conversation: Conversation, agent: str, text: str, shown: Sequence[Suggestion], inserted: int | None = None) -> Turn:
        """The agent's words to the customer, with what became of the suggestions shown, in one transaction.

        Args:
            inserted: the place in `shown` of the suggestion that was put into the box.

        Raises:
            BadQuestion: a macro's slot is still open.
            NotAllowed: the conversation is not this agent's.
        """
        if left := open_slots(text):
            raise BadQuestion(f"{left[0]} is not filled in yet.", hint="Write what belongs there, then send.")
        with self._store.transaction():
            turns = self._store.conversations.turns(conversation.id)
            turn = handoff.say(self._store, conversation.id, agent, text)
            keep_sent(self._store, conversation.id, (to_answer(turns), about(turns)), shown, (turn.number, text), agent, inserted)
        return turn

    def refuse(self, conversation: Conversation, agent: str, suggestion: Suggestion) -> None:
        """The agent waves a suggestion away."""
        turns = self._store.conversations.turns(conversation.id)
        keep_refused(self._store, conversation.id, (to_answer(turns), about(turns)), suggestion, agent)

    def ready(self, conversation: Conversation, turns: Sequence[Turn]) -> tuple[Ready, ...]:
        """All macros for this conversation, the most used first."""
        slots, uses = self._slots(conversation, turns), self._store.macros.uses()
        made = [Ready(m.id, m.title, filled_in(m.text, slots), m.text, uses.get(m.id, 0)) for m in self.macros.all]
        return tuple(sorted(made, key=lambda macro: (-macro.uses, macro.title)))

    def summary(self, turns: Sequence[Turn]) -> str:
        """The conversation in up to four lines of its own words."""
        return summary(turns)

    def _all(self, conversation: Conversation, turns: Sequence[Turn], asked: str) -> list[Suggestion]:
        slots = self._slots(conversation, turns)
        ready = (self._from(kind, asked, found, slots) for kind, found in self._near(asked))
        sure = [s for s in (*self._faq(asked), *ready) if s and s.confidence >= LEAST_CONFIDENCE]
        drafted = list(self._drafted(conversation, asked))
        worded = [way for suggestion in drafted for way in self._worded(asked, suggestion)]
        owned_up = [more for suggestion in drafted if suggestion.title == SILENT for more in self._finding_out(suggestion, slots)]
        return [*sure, *drafted, *worded, *owned_up]

    def _finding_out(self, answered: Suggestion, slots: dict[str, str]) -> Iterator[Suggestion]:
        """The macro for what the shop does not know, which is as likely to be in place as the clerk's owning up to it."""
        for near in self.macros.nearest(SILENT, 1):
            if near.likeness > ALIKE and (text := near.reply.fill(slots)):
                yield Suggestion(text, "macro", answered.confidence, near.reply.id, near.reply.title)

    def _worded(self, asked: str, answered: Suggestion) -> Iterator[Suggestion]:
        """The responder's own ways to say what the clerk found; what says the same as the clerk is as likely as it."""
        if self._phrase is None or not answered.sources:
            return
        for way in self._phrase(asked, answered.sources):
            agrees = shared(way.text, answered.text) >= AGREES
            sure = max(way.confidence, answered.confidence) if agrees else way.confidence
            if sure >= LEAST_CONFIDENCE:
                yield Suggestion(way.text, "responder", sure, way.source.id, way.source.kind, (way.source,))

    def _faq(self, asked: str) -> Iterator[Suggestion]:
        for hit in self._retriever.search(asked, 2, _FAQ):
            entry = self._store.faq.get(hit.passage.id.partition(":")[2])
            if entry:
                source = Source("policy" if entry.kind == "policy" else "faq", entry.id)
                answers = self._meant(asked, entry.question, min(1.0, hit.score))
                yield Suggestion(entry.answer, "FAQ", answers, entry.id, entry.question, (source,))

    def _near(self, asked: str) -> Iterable[tuple[SourceName, list[Nearest]]]:
        return ("macro", self.macros.nearest(asked, MOST)), ("earlier reply", self._settled().nearest(asked, MOST))

    def _from(self, source: SourceName, asked: str, found: list[Nearest], slots: dict[str, str]) -> Suggestion | None:
        for near in found:
            text = near.reply.text if source == "earlier reply" else near.reply.fill(slots)
            if text:
                return Suggestion(text, source, self._meant(asked, near.when, near.likeness), near.reply.id, near.reply.title)
        return None

    def _meant(self, asked: str, other: str, likeness: float) -> float:
        """The chance that what answers the other message answers this one; without an encoder, how alike they are."""
        return self._relevance.of("meant", asked, [other])[0] if self._relevance else likeness

    def _settled(self) -> Replies:
        """Past replies, read again when another conversation was closed."""
        latest = [(c.id, c.updated_at) for c in self._store.conversations.recent(Mode.CLOSED, 1)]
        if self._past[0] != latest:
            self._past = (latest, past_replies(self._store, self._encoder))
        return self._past[1]

    def _drafted(self, conversation: Conversation, asked: str) -> Iterator[Suggestion]:
        """The clerk's answer, unless it asks for a person or rests on a write that will not have happened.

        The clerk has its own threshold for answering; only when it asks back or declines must it be sure as well.
        """
        if self._draft is None:
            return
        answer, confidence = self._undone(self._draft, conversation, asked)
        certain = answer.status is Status.ANSWERED or (answer.status is not Status.HANDOFF and confidence >= LEAST_CONFIDENCE)
        if answer.text and not answer.actions and certain:
            # what the clerk recommends besides is no source for other ways of saying the answer, and a product that does not say is none
            products = set(answer.products) or {s.id for s in answer.sources} if answer.known else set()
            asked_about = tuple(s for s in answer.sources if s.kind != "product" or s.id in products)
            title = answer.intent.replace("_", " ") if answer.known else SILENT
            yield Suggestion(answer.text, "assistant", confidence, answer.intent, title, asked_about)

    def _undone(self, draft: Draft, conversation: Conversation, asked: str) -> tuple[Answer, float]:
        try:
            with self._store.transaction():
                raise _Drafted(*draft(conversation, asked))
        except _Drafted as drafted:
            return drafted.answer, drafted.confidence

    def _slots(self, conversation: Conversation, turns: Sequence[Turn]) -> dict[str, str]:
        customer = self._store.customers.get(conversation.customer_id) if conversation.customer_id else None
        order = self._order_spoken_of(conversation, turns)
        return {
            "greeting": f"Hello {customer.first_name}," if customer and customer.first_name else "Hello,",
            "customer name": f"{customer.first_name} {customer.last_name}".strip() if customer else "",
            "first name": customer.first_name if customer else "",
            "agent": self._store.accounts.shown(conversation.assignee) if conversation.assignee else "",
            "shop": self._settings.shop_name,
            "email": self._settings.support_email,
            "order": order,
            "order id": order,
        }

    def _order_spoken_of(self, conversation: Conversation, turns: Sequence[Turn]) -> str:
        """The last order named that is the verified customer's own."""
        named = [match for turn in turns if turn.author == "customer" for match in _ORDER.findall(turn.text)]
        for name in reversed(named):
            order = self._store.orders.get(name)
            if order and conversation.customer_id and order.customer_id == conversation.customer_id:
                return order.id
        return ""


def _varied(found: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """The surest of each source, then what is left, none twice; the surest first."""
    distinct = {" ".join(s.text.split()): s for s in sorted(found, key=lambda s: s.confidence)}
    ranked = sorted(distinct.values(), key=lambda s: -s.confidence)
    first = {s.source: s for s in reversed(ranked)}
    picked = [s for s in ranked if first[s.source] is s]
    picked += [s for s in ranked if first[s.source] is not s]
    return tuple(sorted(picked[:MOST], key=lambda s: -s.confidence))


class _Drafted(Exception):
    """Carries a draft out of the transaction that it must undo."""

    def __init__(self, answer: Answer, confidence: float) -> None:
        super().__init__()
        self.answer = answer
        self.confidence = confidence


def to_answer(turns: Sequence[Turn]) -> str:
    """What the customer last said that can be answered: not the mere call for a person, which brought the agent here."""
    said = [turn.text for turn in turns if turn.author == "customer"]
    for text in reversed(said[-4:]):
        if len(telling(_CALLS_FOR_A_PERSON.sub("", text))) >= 2:
            return text
    return said[-1] if said else ""
