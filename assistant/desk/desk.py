"""Suggested replies for the agent: from the FAQ, from past replies and macros, and from the shopper's clerk.

Owns which suggestions are shown and in which order. Suggests only: nothing here speaks to a customer, and what the clerk
would have written to the store while drafting is undone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from assistant.config import Settings
from assistant.desk.replies import Nearest, Replies, load_macros, past_replies, telling
from assistant.desk.summary import summary
from assistant.store import Store
from assistant.store.records import Conversation, Mode, Turn
from assistant.types import Answer, Status
from retrieval.types import Condition, Encoder, Retriever

SourceName: TypeAlias = Literal["FAQ", "earlier reply", "macro", "assistant"]
Draft: TypeAlias = Callable[[Conversation, str], tuple[Answer, float]]
"""What the clerk would answer to a text in a conversation, and how sure it is, in [0, 1]."""

MOST = 3
LEAST_CONFIDENCE = 0.35
_FAQ = (Condition("kind", "in", ("faq", "policy")),)
_CALLS_FOR_A_PERSON = re.compile(r"(?i)\b(human|person|agent|representative|operator|somebody|someone|robot)\b")
_ORDER = re.compile(r"#?\b[A-Za-z]{0,2}\d{5,}\b")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reply to insert. `source_id` is the FAQ entry's, the macro's, or `conversation:turn`; `title` says what it is about."""

    text: str
    source: SourceName
    confidence: float
    source_id: str = ""
    title: str = ""


class Desk:
    """The agents' helper over one store. Cheap to make; macros and past replies are read when first needed.

    Args:
        draft: the shopper room's own answer; without it that source is left out.
        encoder: compares with past replies and macros by meaning; without it, by words.
    """

    def __init__(
        self, store: Store, retriever: Retriever, settings: Settings, draft: Draft | None = None, encoder: Encoder | None = None
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._settings = settings
        self._draft = draft
        self._encoder = encoder
        self._past: tuple[object, Replies] = (None, Replies(()))

    @cached_property
    def macros(self) -> Replies:
        """The ready replies, shipped and the store's own."""
        return load_macros(self._store.folder, self._encoder)

    def suggest(self, conversation: Conversation, turns: Sequence[Turn]) -> tuple[Suggestion, ...]:
        """Up to three replies to what the customer said last, each from another source, the surest first.

        Not to be called inside a transaction: what the draft writes could not be undone by itself.
        """
        asked = to_answer(turns)
        if not asked:
            return ()
        slots = self._slots(conversation, turns)
        ready = (self._from(kind, found, slots) for kind, found in self._near(asked))
        sure = [s for s in (*self._faq(asked), *ready) if s and s.confidence >= LEAST_CONFIDENCE]
        found = [*sure, *self._drafted(conversation, asked)]
        distinct = {suggestion.text: suggestion for suggestion in sorted(found, key=lambda s: s.confidence)}
        return tuple(sorted(distinct.values(), key=lambda s: -s.confidence)[:MOST])

    def summary(self, turns: Sequence[Turn]) -> str:
        """The conversation in up to four lines of its own words."""
        return summary(turns)

    def _faq(self, asked: str) -> Iterator[Suggestion]:
        for hit in self._retriever.search(asked, 1, _FAQ):
            entry = self._store.faq.get(hit.passage.id.partition(":")[2])
            if entry:
                yield Suggestion(entry.answer, "FAQ", min(1.0, hit.score), entry.id, entry.question)

    def _near(self, asked: str) -> Iterable[tuple[SourceName, list[Nearest]]]:
        return ("macro", self.macros.nearest(asked, MOST)), ("earlier reply", self._settled().nearest(asked, MOST))

    def _from(self, source: SourceName, found: list[Nearest], slots: dict[str, str]) -> Suggestion | None:
        for near in found:
            text = near.reply.text if source == "earlier reply" else near.reply.fill(slots)
            if text:
                return Suggestion(text, source, near.likeness, near.reply.id, near.reply.title)
        return None

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
            yield Suggestion(answer.text, "assistant", confidence, answer.intent, answer.intent.replace("_", " "))

    def _undone(self, draft: Draft, conversation: Conversation, asked: str) -> tuple[Answer, float]:
        try:
            with self._store.transaction():
                raise _Drafted(*draft(conversation, asked))
        except _Drafted as drafted:
            return drafted.answer, drafted.confidence

    def _slots(self, conversation: Conversation, turns: Sequence[Turn]) -> dict[str, str]:
        customer = self._store.customers.get(conversation.customer_id) if conversation.customer_id else None
        return {
            "greeting": f"Hello {customer.first_name}," if customer and customer.first_name else "Hello,",
            "agent": conversation.assignee or "",
            "shop": self._settings.shop_name,
            "email": self._settings.support_email,
            "order": self._order_spoken_of(conversation, turns),
        }

    def _order_spoken_of(self, conversation: Conversation, turns: Sequence[Turn]) -> str:
        """The last order named that is the verified customer's own."""
        named = [match for turn in turns if turn.author == "customer" for match in _ORDER.findall(turn.text)]
        for name in reversed(named):
            order = self._store.orders.get(name)
            if order and conversation.customer_id and order.customer_id == conversation.customer_id:
                return order.id
        return ""


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
