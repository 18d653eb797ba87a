"""Fakes that go through the real interfaces, for our tests and for those of whoever builds on Shopclerk.

They are deterministic, need no model and no network, and know nothing of stores.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from assistant.intents import load_catalogue
from assistant.types import Answer, Message, Role, Status, Understanding
from retrieval.types import Condition, Filter, Hit, Passage, Vector

_WORD = re.compile(r"\w+")


class FakeEncoder:
    """Texts that share words get close vectors: each word is hashed to one axis.

    Args:
        dimension: length of the vectors.
    """

    def __init__(self, dimension: int = 64) -> None:
        self._dimension = dimension

    @property
    def id(self) -> str:
        return f"fake-{self._dimension}"

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Vector:
        """(n texts) -> (n, dimension), float32, L2-normalised; a text without words lies on the first axis."""
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.lower()):
                vectors[row, zlib.crc32(word.encode()) % self._dimension] += 1
            if not vectors[row].any():
                vectors[row, 0] = 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


class FakeRetriever:
    """Ranks passages by the share of the query's words that they hold; filters before the cut.

    Args:
        passages: all there is to find.
    """

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._passages = tuple(passages)

    def search(self, query: str, k: int = 10, where: Filter = (), vector: Vector | None = None) -> list[Hit]:
        """The best `k` passages that hold a word of the query and satisfy `where`."""
        words = set(_WORD.findall(query.lower()))
        hits = []
        for passage in self._passages:
            shared = words & set(_WORD.findall(passage.text.lower()))
            if shared and all(_holds(passage, condition) for condition in where):
                hits.append(Hit(passage, len(shared) / len(words)))
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))[:k]


class FakeUnderstander:
    """Says the same intent of everything."""

    def __init__(self, intent: str = "product_search") -> None:
        self.intent = intent
        self.encoder = FakeEncoder()
        self.catalogue = load_catalogue()

    def understand(self, text: str, role: Role) -> Understanding:
        """The fixed intent at full confidence, with an embedding."""
        return Understanding(text, self.intent, 1.0, ((self.intent, 1.0),), embedding=self.encoder.encode([text])[0])

    def warm_up(self) -> None:
        """Nothing to load."""


class ScriptedRoom:
    """A room that answers by script: the first key found in the message, upper and lower case alike, decides.

    The memory counts the turns, so that a test can see that it is kept.

    Args:
        script: answers, or functions of the message that make one.
        otherwise: what it says to everything else.
    """

    def __init__(self, script: Mapping[str, Answer | Callable[[Message], Answer]], otherwise: Answer | None = None) -> None:
        self._script = dict(script)
        self._otherwise = otherwise or Answer(Status.CLARIFY, "Could you say that in other words?")

    def reply(self, message: Message, understanding: Understanding, memory: Mapping[str, Any]) -> tuple[Answer, Mapping[str, Any]]:
        """The scripted answer, and the memory with one more turn counted."""
        text = message.text.lower()
        found = next((answer for key, answer in self._script.items() if key in text), self._otherwise)
        answer = found(message) if callable(found) else found
        return answer, {**memory, "turns": memory.get("turns", 0) + 1}


def _holds(passage: Passage, condition: Condition) -> bool:
    seen = {"id": passage.id, "kind": passage.kind}.get(condition.field, passage.fields.get(condition.field))
    wanted = condition.value
    if condition.op == "in":
        return isinstance(wanted, tuple) and seen in wanted
    if condition.op == "not_in":
        return not (isinstance(wanted, tuple) and seen in wanted)
    if condition.op in ("eq", "ne"):
        return (seen == wanted) == (condition.op == "eq")
    if not isinstance(seen, int | float) or not isinstance(wanted, int | float):
        return False
    return {"lt": seen < wanted, "le": seen <= wanted, "gt": seen > wanted, "ge": seen >= wanted}[condition.op]
