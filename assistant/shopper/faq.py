"""The shop's own texts, found for a question: FAQ entries and policies, cited word for word.

Owns how sure a match is; refuses to rephrase.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from assistant.shopper import cues
from assistant.shopper.shelf import stems
from assistant.shopper.words import word_list
from assistant.store.records import FaqEntry
from assistant.types import Evidence, Source
from retrieval.types import Condition, Retriever, Vector

if TYPE_CHECKING:
    from assistant.store import Store

_PREFIX = re.compile(r"^(?:faq|policy):")
_KINDS = ("faq", "policy")
_OFF_TOPIC = 0.6
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class FaqMatch:
    """An entry with how well it fits the question, in [0, 1], and by how much it beats the next one of another answer."""

    entry: FaqEntry
    score: float
    margin: float
    shared: frozenset[str] = frozenset()
    """The things that both the question and the entry's title are about."""


class FaqReader:
    """Finds entries. Cheap to make; the entries are read at the first question and again when the store has changed."""

    def __init__(self, store: Store, retriever: Retriever) -> None:
        self._store = store
        self._retriever = retriever
        self._token: str | None = None
        self._entries: dict[str, FaqEntry] = {}
        self._weights: dict[str, float] = {}
        self._told: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    def best(self, text: str, vector: Vector | None = None, intent: str = "") -> FaqMatch | None:
        """The entry that fits best, or None where the shop has no entries. `intent` is given where the classifier is sure of it."""
        self._refresh()
        if not self._entries:
            return None
        hits = self._retriever.search(text, _LOOKED_AT, (Condition("kind", "in", _KINDS),), vector)
        dense = {_PREFIX.sub("", hit.passage.id): hit.dense if hit.dense is not None else min(1.0, hit.score) for hit in hits}
        words = (*_content(text), *_meant(intent))
        ids = set(dense) | set(self._sharing(words))
        matters = frozenset(word for word in words if word.removeprefix("@") in word_list("shop_matters"))
        needed = matters if any(matters & titled for titled, _ in self._told.values()) else _needed(intent)
        scored = sorted(
            (
                (self._score(words, self._entries[id], dense.get(id, 0.0)) * self._weakening(id, needed), id)
                for id in ids
                if id in self._entries
            ),
            key=lambda pair: (-pair[0], self._entries[pair[1]].position),
        )
        if not scored:
            return None
        score, id = scored[0]
        rival = next((s for s, other in scored[1:] if self._entries[other].answer != self._entries[id].answer), 0.0)
        shared = {word.removeprefix("@") for word in self._told[id][0] & set(words) if word.startswith("@")}
        return FaqMatch(self._entries[id], score, score - rival, frozenset(shared))

    def _refresh(self) -> None:
        token = self._store.changed_at("faq")
        if token != self._token:
            self._entries = {entry.id: entry for entry in self._store.faq.all()}
            self._told = {
                entry.id: (frozenset(_content(entry.question)), frozenset(_content(entry.answer))) for entry in self._entries.values()
            }
            counts = Counter(word for titled, _ in self._told.values() for word in titled)
            self._weights = {word: math.log(1 + len(self._entries) / count) for word, count in counts.items()}
            self._token = token

    def _sharing(self, words: Iterable[str]) -> Iterable[str]:
        wanted = set(words)
        ranked = sorted(
            self._entries.values(),
            key=lambda e: -sum(self._weights.get(w, 0.0) for w in wanted & (self._told[e.id][0] | self._told[e.id][1])),
        )
        return [entry.id for entry in ranked[:10]]

    def _score(self, words: tuple[str, ...], entry: FaqEntry, dense: float) -> float:
        """Half the cosine, half the shared words: how much of the question the entry's title says, and the other way round."""
        asked, (titled, told) = set(words), self._told[entry.id]
        shared = self._weight(asked & titled)
        only_told = (asked & told) - titled
        things = {word for word in only_told if word.startswith("@")}
        recall = (shared + 0.8 * self._weight(things) + 0.4 * self._weight(only_told - things)) / self._weight(asked) if asked else 0.0
        precision = shared / self._weight(titled) if titled else 0.0
        overlap = 0.6 * recall + 0.4 * precision
        return 0.55 * max(dense, 0.0) + 0.45 * overlap

    def _weakening(self, id: str, needed: frozenset[str]) -> float:
        """Below 1 for an entry that has none of the things which a message of a sure intent must be about."""
        return 1.0 if not needed or needed & (self._told[id][0] | self._told[id][1]) else _OFF_TOPIC

    def _weight(self, words: Set[str]) -> float:
        """How telling the words are: rare ones and things more than common ones; a word that no entry has weighs little."""
        return sum(self._weights.get(word, 1.0) * (1.5 if word.startswith("@") else 1.0) for word in words)


@cache
def _content_file() -> dict[str, Any]:
    return tomllib.loads(files("assistant.shopper").joinpath("concepts.toml").read_text(encoding="utf-8"))


def _meant(intent: str) -> tuple[str, ...]:
    """The things that a message of this intent is about, whatever its words."""
    return tuple(f"@{name}" for name in _content_file()["by_intent"].get(intent, "").split())


@cache
def _needed(intent: str) -> frozenset[str]:
    return frozenset(f"@{name}" for name in _content_file()["needed_by_intent"].get(intent, "").split())


@cache
def _concepts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    content = _content_file()
    things = ((name, pattern) for name, pattern in content.items() if isinstance(pattern, str))
    return tuple((f"@{name}", re.compile(rf"(?<![a-z])(?:{pattern})", re.IGNORECASE)) for name, pattern in things)


def _content(text: str) -> tuple[str, ...]:
    """The telling words of a text and the things it is about, those with a leading "@"."""
    plain = cues.mended(cues.plain(text))
    words = [word for word in stems(plain) if word not in word_list("faq_filler")]
    return (*words, *(name for name, pattern in _concepts() if pattern.search(plain)))


def said_entry(entry: FaqEntry) -> Evidence:
    """An entry's answer, word for word; blanks that the shop never filled in are named as such.

    A yes or no is shown with the entry's own question, so that it is never taken for the answer to another one.
    """
    text = re.sub(r"\[([a-z][a-z ]{3,30})\]", r"(\1 not given)", entry.answer)
    if entry.question and re.match(r"(?:yes|no)\b", text, re.IGNORECASE):
        text = f"Our answer to “{entry.question}”: {text}"
    return Evidence(Source("policy" if entry.kind == "policy" else "faq", entry.id), text)
