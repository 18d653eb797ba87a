"""What many texts are about: groups of like embeddings, named by the words that set each apart.

Owns the grouping and the naming, in NumPy. The same texts give the same topics in the same order, whichever order they come in. Knows no
store, no dates and no question.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.tokens import singular
from retrieval.types import Vector

LEAST = 30
"""Texts under which groups would be chance."""
FEWEST_TOPICS, MOST_TOPICS = 3, 8
PER_TOPIC = 40
STARTS = 4
STEPS = 30
SEED = 13
NAMED_BY = 3

_WORD = re.compile(r"[a-z]{3,}(?:'[a-z]+)?")
STOP_FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class Topic:
    """A group of texts. `words` set it apart, the most telling first; `members` are places in the given texts, the most typical first."""

    words: tuple[str, ...]
    members: tuple[int, ...]

    @property
    def name(self) -> str:
        return ", ".join(self.words)


def topics_of(texts: Sequence[str], embeddings: Vector, count: int = 0) -> list[Topic]:
    """Topics of `texts` by their embeddings (n, dimension), the largest first; none where the texts are fewer than `LEAST`.

    `count`: how many; 0 lets the number of texts decide.
    """
    if len(texts) < LEAST:
        return []
    order = sorted(range(len(texts)), key=lambda i: (texts[i], i))
    points = _centred(embeddings[order])
    wanted = count or min(MOST_TOPICS, max(FEWEST_TOPICS, round(math.sqrt(len(texts) / PER_TOPIC))))
    groups = _grouped(points, min(wanted, len(texts) // 5))
    names = _named([_words(texts[i]) for i in order], groups)
    topics = []
    for group, words in names.items():
        inside = np.flatnonzero(groups == group)
        centre = points[inside].mean(axis=0)
        typical = inside[np.argsort(-(points[inside] @ centre), kind="stable")]
        topics.append(Topic(words, tuple(order[place] for place in typical.tolist())))
    return sorted(topics, key=lambda topic: (-len(topic.members), topic.name))


def _centred(embeddings: Vector) -> NDArray[np.float64]:
    """What sets the texts apart: the mean of all taken off, to length 1."""
    points = embeddings.astype(np.float64)
    points = points - points.mean(axis=0)
    return np.asarray(points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9))


def _grouped(points: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """(n,) the group of each point: the best of some seeded starts of spherical k-means (Dhillon and Modha 2001)."""
    best: NDArray[np.int64] | None = None
    closeness = -math.inf
    for start in range(STARTS):
        centres = _spread(points, count, np.random.default_rng(SEED + start))
        groups = np.zeros(len(points), np.int64)
        for step in range(STEPS):
            fresh = (points @ centres.T).argmax(axis=1)
            if step and (fresh == groups).all():
                break
            groups = fresh
            sums = np.stack([points[groups == g].sum(axis=0) if (groups == g).any() else centres[g] for g in range(count)])
            centres = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        total = float((points * centres[groups]).sum())
        if total > closeness + 1e-9:
            best, closeness = groups, total
    assert best is not None  # STARTS is not zero
    return best


def _spread(points: NDArray[np.float64], count: int, chooser: np.random.Generator) -> NDArray[np.float64]:
    """Starting centres far from each other (k-means++, Arthur and Vassilvitskii 2007)."""
    centres = [points[int(chooser.integers(len(points)))]]
    for _ in range(count - 1):
        far = np.clip(1.0 - (points @ np.stack(centres).T).max(axis=1), 1e-9, None)
        centres.append(points[int(chooser.choice(len(points), p=far / far.sum()))])
    return np.stack(centres)


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(tomllib.loads(STOP_FILE.read_text(encoding="utf-8"))["stop"].split())


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower().replace("’", "'")) if word not in _stop_words()]


def _named(words: Sequence[Sequence[str]], groups: NDArray[np.int64]) -> dict[int, tuple[str, ...]]:
    """The words that are more frequent in a group than elsewhere (class TF-IDF, Grootendorst 2022), one form of each; groups without a
    member have no name."""
    held = {g: Counter(word for i in np.flatnonzero(groups == g).tolist() for word in set(words[i])) for g in sorted(set(groups.tolist()))}
    everywhere = sum(held.values(), Counter())
    average = sum(everywhere.values()) / max(len(held), 1)
    names = {}
    for group, counts in held.items():
        size = max(sum(counts.values()), 1)
        telling = sorted(counts, key=lambda word: (-counts[word] / size * math.log(1 + average / everywhere[word]), word))
        chosen: dict[str, str] = {}
        for word in telling:
            if counts[word] > 1 or len(counts) < NAMED_BY:
                chosen.setdefault(singular(word), word)
            if len(chosen) == NAMED_BY:
                break
        names[group] = tuple(chosen.values())
    return names
