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

from assistant.shopper import spelling
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
        self._book = _Book(())

    def best(self, text: str, vector: Vector | None = None, intent: str = "") -> FaqMatch | None:
        """The entry that fits best, or None where the shop has no entries. `intent` is given where the classifier is sure of it."""
        book = self._read()
        if not book.entries:
            return None
        hits = self._retriever.search(text, _LOOKED_AT, (Condition("kind", "in", _KINDS),), vector)
        dense = {_PREFIX.sub("", hit.passage.id): hit.dense if hit.dense is not None else min(1.0, hit.score) for hit in hits}
        asked = frozenset((*_content(text), *_meant(intent)))
        weight = book.weight(asked)
        matters = frozenset(word for word in asked if word.removeprefix("@") in word_list("shop_matters"))
        needed = matters if any(matters & titled for titled, _ in book.told.values()) else _needed(intent)
        scored = sorted(
            (
                (book.score(asked, weight, id, dense.get(id, 0.0)) * book.weakening(id, needed), id)
                for id in {*dense, *book.sharing(asked)}
                if id in book.entries
            ),
            key=lambda pair: (-pair[0], book.entries[pair[1]].position),
        )
        if not scored:
            return None
        score, id = scored[0]
        rival = next((s for s, other in scored[1:] if book.entries[other].answer != book.entries[id].answer), 0.0)
        shared = {word.removeprefix("@") for word in book.told[id][0] & asked if word.startswith("@")}
        return FaqMatch(book.entries[id], score, score - rival, frozenset(shared))

    def _read(self) -> _Book:
        """The entries as they are now."""
        token = self._store.changed_at("faq")
        if token != self._token:
            self._book, self._token = _Book(self._store.faq.all()), token
        return self._book


class _Book:
    """The entries with their words, and what each word weighs: how telling it is."""

    def __init__(self, entries: Iterable[FaqEntry]) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self.told = {entry.id: (frozenset(_content(entry.question)), frozenset(_content(entry.answer))) for entry in self.entries.values()}
        """By id the words of the title and of the answer."""
        counts = Counter(word for titled, _ in self.told.values() for word in titled)
        self._weights = {word: math.log(1 + len(self.entries) / count) for word, count in counts.items()}
        self._titles = {id: self.weight(titled) for id, (titled, _) in self.told.items()}
        self._holding: dict[str, list[str]] = {}
        for id, (titled, told) in self.told.items():
            for word in titled | told:
                self._holding.setdefault(word, []).append(id)

    def sharing(self, asked: Set[str]) -> list[str]:
        """The ten entries whose words in common with the message weigh most, those without any last."""
        shared = dict.fromkeys(self.entries, 0.0)
        for word in asked & self._weights.keys():
            for id in self._holding[word]:
                shared[id] += self._weights[word]
        return sorted(shared, key=shared.__getitem__, reverse=True)[:10]

    def score(self, asked: Set[str], weight: float, id: str, dense: float) -> float:
        """Half the cosine, half the shared words: how much of the question the entry's title says, and the other way round.

        `weight`: of all that is asked.
        """
        titled, told = self.told[id]
        shared = self.weight(asked & titled)
        only_told = (asked & told) - titled
        things = {word for word in only_told if word.startswith("@")}
        recall = (shared + 0.8 * self.weight(things) + 0.4 * self.weight(only_told - things)) / weight if asked else 0.0
        precision = shared / self._titles[id] if titled else 0.0
        overlap = 0.6 * recall + 0.4 * precision
        return 0.55 * max(dense, 0.0) + 0.45 * overlap

    def weakening(self, id: str, needed: Set[str]) -> float:
        """Below 1 for an entry that has none of the things which a message of a sure intent must be about."""
        titled, told = self.told[id]
        return 1.0 if not needed or needed & titled or needed & told else _OFF_TOPIC

    def weight(self, words: Iterable[str]) -> float:
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
    plain = spelling.mended(spelling.plain(text))
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
