"""The shop's own texts, found for a question: FAQ entries and policies, cited word for word.

Owns how sure a match is; refuses to rephrase.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.shopper.shelf import stems
from assistant.shopper.words import word_list
from assistant.store.records import FaqEntry
from assistant.types import Evidence, Source
from retrieval.types import Condition, Retriever, Vector

if TYPE_CHECKING:
    from assistant.store import Store

_PREFIX = re.compile(r"^(?:faq|policy):")
_KINDS = ("faq", "policy")
_ALIKE = {
    "deliver": "shipping", "delivery": "shipping", "ship": "shipping", "shipment": "shipping", "send": "shipping", "sent": "shipping", "postage": "shipping", "dispatch": "shipping", "shipped": "shipping",
    "refund": "return", "returned": "return", "returning": "return", "pay": "payment", "paying": "payment", "paid": "payment", "coupon": "code", "voucher": "code", "promo": "code", "promotion": "code",
    "wrapping": "wrap", "wrapped": "wrap", "giftwrap": "wrap", "abroad": "international", "overseas": "international", "foreign": "international", "country": "international", "worldwide": "international",
    "broken": "damaged", "damage": "damaged", "faulty": "damaged", "defective": "damaged", "cancelled": "cancel", "cancellation": "cancel", "canceled": "cancel", "canceling": "cancel", "cancelling": "cancel",
    "box": "packaging", "boxe": "packaging", "wrapper": "packaging", "parcel": "package", "lost": "lost", "fast": "expedited", "express": "expedited", "faster": "expedited", "quicker": "expedited", "signup": "account", "register": "account", "registration": "account",
    "reward": "loyalty", "point": "loyalty", "colour": "color", "beat": "match", "competitor": "match", "reviewing": "review", "rate": "review", "rating": "review", "feedback": "review",
    "secure": "secure", "safe": "secure", "security": "secure", "safety": "secure", "receipt": "receipt", "customise": "custom", "customize": "custom", "personalise": "personalized", "personalised": "personalized", "engraving": "personalized",
    "subscribe": "newsletter", "mailing": "newsletter", "install": "installation", "assembly": "installation", "bulk": "wholesale", "guest": "guest", "telephone": "phone", "call": "phone", "hotline": "phone",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FaqMatch:
    """An entry with how well it fits the question, in [0, 1], and by how much it beats the next one of another answer."""

    entry: FaqEntry
    score: float
    margin: float


class FaqReader:
    """Finds entries. Cheap to make; the entries are read at the first question and again when the store has changed."""

    def __init__(self, store: Store, retriever: Retriever) -> None:
        self._store = store
        self._retriever = retriever
        self._token: str | None = None
        self._entries: dict[str, FaqEntry] = {}
        self._weights: dict[str, float] = {}

    def best(self, text: str, vector: Vector | None = None) -> FaqMatch | None:
        """The entry that fits best, or None where the shop has no entries."""
        self._refresh()
        if not self._entries:
            return None
        hits = self._retriever.search(text, 10, (Condition("kind", "in", _KINDS),), vector)
        dense = {_PREFIX.sub("", hit.passage.id): hit.dense if hit.dense is not None else min(1.0, hit.score) for hit in hits}
        words = _content(text)
        ids = set(dense) | set(self._sharing(words))
        scored = sorted(
            ((self._score(words, self._entries[id], dense.get(id, 0.0)), id) for id in ids if id in self._entries),
            key=lambda pair: (-pair[0], self._entries[pair[1]].position),
        )
        if not scored:
            return None
        score, id = scored[0]
        rival = next((s for s, other in scored[1:] if self._entries[other].answer != self._entries[id].answer), 0.0)
        return FaqMatch(self._entries[id], score, score - rival)

    def _refresh(self) -> None:
        token = self._store.changed_at()
        if token != self._token:
            self._entries = {entry.id: entry for entry in self._store.faq.all()}
            counts = Counter(word for entry in self._entries.values() for word in set(_content(entry.question)))
            self._weights = {word: math.log(1 + len(self._entries) / count) for word, count in counts.items()}
            self._token = token

    def _sharing(self, words: Iterable[str]) -> Iterable[str]:
        wanted = set(words)
        ranked = sorted(self._entries.values(), key=lambda e: -sum(self._weights.get(w, 0.0) for w in wanted & set(_content(e.question))))
        return [entry.id for entry in ranked[:10]]

    def _score(self, words: tuple[str, ...], entry: FaqEntry, dense: float) -> float:
        """Half the cosine, half the shared words: how much of the question the entry's title says, and the other way round."""
        asked, titled, told = set(words), set(_content(entry.question)), set(_content(entry.answer))
        shared = self._weight(asked & titled)
        recall = (shared + 0.4 * self._weight((asked & told) - titled)) / self._weight(asked) if asked else 0.0
        precision = shared / self._weight(titled) if titled else 0.0
        overlap = 0.6 * recall + 0.4 * precision
        return 0.55 * max(dense, 0.0) + 0.45 * overlap

    def _weight(self, words: set[str]) -> float:
        unknown = math.log(1 + len(self._entries))
        return sum(self._weights.get(word, unknown) for word in words)


def _content(text: str) -> tuple[str, ...]:
    return tuple(_ALIKE.get(word, word) for word in stems(text) if word not in word_list("faq_filler"))


def said_entry(entry: FaqEntry) -> Evidence:
    """An entry's answer, word for word; blanks that the shop never filled in are named as such."""
    text = re.sub(r"\[([a-z][a-z ]{3,30})\]", r"(\1 not given)", entry.answer)
    return Evidence(Source("policy" if entry.kind == "policy" else "faq", entry.id), text)
