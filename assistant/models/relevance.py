"""How likely words answer what was asked: the chance that stands beside a suggested reply.

Owns two logistic curves over two figures, how near the meanings are and how many of the asked words are there: one for what a product's
own texts say to a question, one for a reply that was made for another message. `shopclerk finetune relevance` fits them on public data
that people judged, `relevance.toml` keeps them. Refuses to know what is suggested and to whom.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp
from typing import Literal, TypeAlias

from assistant.models.entailment import telling
from retrieval.types import Encoder

Way: TypeAlias = Literal["says", "meant"]
"""`says`: a passage answers the question. `meant`: what was answered to the one message answers the other."""
CURVES_FILE = "relevance.toml"
LIKELY, MAYBE = 0.7, 0.4
"""Chances from which a reply is called likely, or maybe."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve: the weights of a cosine and of a share of words, both in [0, 1], where it begins, and what it never passes."""

    start: float
    meaning: float
    words: float
    ceiling: float = 1.0

    def at(self, cosine: float, shared: float) -> float:
        """The chance in (0, `ceiling`)."""
        return self.ceiling / (1.0 + exp(-(self.start + self.meaning * cosine + self.words * shared)))


class Relevance:
    """Reads how likely texts answer a message. Cheap to make; safe to share between threads.

    Args:
        encoder: for the meanings.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def of(self, way: Way, message: str, texts: Sequence[str]) -> list[float]:
        """The chance of each text, in their order."""
        if not texts:
            return []
        asked, *others = self._encoder.encode([message, *texts])
        curve = curves()[way]
        return [curve.at(float(asked @ other), shared(message, text)) for other, text in zip(others, texts, strict=True)]


def band(chance: float) -> str:
    """A chance in a word: `likely`, `maybe`, or `a guess`."""
    return "likely" if chance >= LIKELY else "maybe" if chance >= MAYBE else "a guess"


def shared(message: str, text: str) -> float:
    """Share of the message's telling words that the text has; 0 where it has none."""
    asked = telling(message)
    return len(asked & telling(text)) / len(asked) if asked else 0.0


@cache
def curves() -> Mapping[Way, Curve]:
    """The curves that ship."""
    kept = tomllib.loads((files("assistant.models") / CURVES_FILE).read_text(encoding="utf-8"))
    ways: tuple[Way, ...] = ("says", "meant")
    return {way: Curve(**kept[way]) for way in ways}
