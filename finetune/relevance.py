"""Fits and measures the chance that stands beside a suggested reply, on public pairs that people judged.

Owns the pairs and the fit; the curves are `assistant.models.relevance`'s. Passages: ePQA's candidates, graded by people as to whether
they settle the question, less those of hetPQA's development split. Messages: Bitext's utterances; of a pool in which the right intent is
about as often missing as not, as with a desk's macros, the nearest is right where its intent is the message's. A fifth of the questions,
and of the messages, is held out to measure by.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from assistant.models.relevance import LIKELY, MAYBE, Curve, Way, shared
from finetune.calibration import expected_calibration_error
from finetune.responder_corpus import EPQA, passage_of, without_development
from retrieval.types import Encoder

UTTERANCES = "support/bitext_utterances_20k.csv"
QUESTIONS, MESSAGES = 300, 1_500
EACH = 25
"""So many messages of an intent are read."""
POOL_INTENTS, POOL_EACH = 12, 3
HELD_OUT = 0.2
Figures: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """`features` (n, 2): cosine and share of words; `right` (n,): whether it answers; `of` (n,): which message it belongs to."""

    features: Figures
    right: NDArray[np.bool_]
    of: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A curve with its measures on held-out pairs: how many, the calibration error, and for each band (share of all, share right)."""

    curve: Curve
    pairs: int
    calibration_error: float
    bands: Mapping[str, tuple[float, float]]


def fit_relevance(data: Path, encoder: Encoder, seed: int = 13) -> dict[Way, Fitted]:
    """Both curves from the public data in the folder `data`."""
    return {
        "says": fitted(passages(data, encoder, random.Random(f"says-{seed}")), seed),
        "meant": fitted(messages(data, encoder, random.Random(f"meant-{seed}")), seed),
    }


def passages(data: Path, encoder: Encoder, chooser: random.Random, count: int = QUESTIONS) -> Pairs:
    """Questions with all their graded candidates; right is what settles the question."""
    with (data / EPQA).open(newline="", encoding="utf-8") as stream:
        rows = list(without_development(csv.DictReader(stream), data))
    asked = sorted({row["question"] for row in rows})
    place = {question: number for number, question in enumerate(chooser.sample(asked, min(count, len(asked))))}
    kept = [(row["question"], passage_of(row["candidate"]), row["label"] == "2") for row in rows if row["question"] in place]
    return _pairs([(question, passage) for question, passage, _ in kept], [r for *_, r in kept], [place[q] for q, *_ in kept], encoder)


def messages(data: Path, encoder: Encoder, chooser: random.Random, count: int = MESSAGES) -> Pairs:
    """Messages with the nearest of a pool of others; right is one of the same intent."""
    with (data / UTTERANCES).open(newline="", encoding="utf-8-sig") as stream:
        rows = [(row["utterance"], row["intent"]) for row in csv.DictReader(stream)]
    by_intent: dict[str, list[str]] = {}
    for text, intent in dict.fromkeys(rows):
        by_intent.setdefault(intent, []).append(text)
    drawn = {intent: chooser.sample(texts, min(len(texts), EACH)) for intent, texts in by_intent.items()}
    everything = [text for texts in drawn.values() for text in texts]
    vectors = dict(zip(everything, encoder.encode(everything), strict=True))
    pairs: list[tuple[str, str]] = []
    right: list[bool] = []
    for _ in range(count):
        intent = chooser.choice(sorted(drawn))
        text = chooser.choice(drawn[intent])
        pool = [(o, i) for i in chooser.sample(sorted(drawn), POOL_INTENTS) for o in chooser.sample(drawn[i], POOL_EACH) if o != text]
        nearest, its = max(pool, key=lambda other: float(vectors[text] @ vectors[other[0]]))
        pairs.append((text, nearest))
        right.append(its == intent)
    return _pairs(pairs, right, list(range(count)), encoder)


def fitted(pairs: Pairs, seed: int = 13) -> Fitted:
    """The likeliest curve of four fifths of the messages, measured on the rest."""
    groups = sorted(set(pairs.of.tolist()))
    held = np.isin(pairs.of, random.Random(seed).sample(groups, round(HELD_OUT * len(groups))))
    curve = logistic(pairs.features[~held], pairs.right[~held])
    chances = np.array([curve.at(*map(float, row)) for row in pairs.features[held]], dtype=np.float32)
    right = pairs.right[held]
    bounds = {"likely": chances >= LIKELY, "maybe": (chances >= MAYBE) & (chances < LIKELY), "a guess": chances < MAYBE}
    bands = {name: (float(inside.mean()), float(right[inside].mean()) if inside.any() else 0.0) for name, inside in bounds.items()}
    return Fitted(curve, int(held.sum()), expected_calibration_error(chances, right, 10), bands)


def logistic(features: Figures, right: NDArray[np.bool_], ridge: float = 1e-3) -> Curve:
    """The likeliest curve for `features` (n, 2); the slight `ridge` keeps it finite where all is told apart.

    What is nearest of all answers no more surely than what is near: hence the ceiling.
    """
    from scipy.optimize import minimize

    rows = np.column_stack([np.ones(len(features)), features])

    def loss(weights: Figures) -> float:
        chances = expit(weights[3]) * expit(rows @ weights[:3])
        likely = np.where(right, np.log(chances + 1e-12), np.log1p(-chances + 1e-12))
        return float(-likely.sum() + ridge * (weights @ weights))

    weights = minimize(loss, np.array([-2.0, 2.0, 1.0, 3.0]), method="BFGS").x
    start, meaning, words = (round(float(weight), 3) for weight in weights[:3])
    return Curve(start, meaning, words, round(float(expit(weights[3])), 3))


def as_toml(found: Mapping[Way, Fitted]) -> str:
    """The curves as `relevance.toml` keeps them."""
    head = "# Made by `shopclerk finetune relevance`: see assistant/models/relevance.py and docs/desk.md.\n"
    blocks = [
        "\n".join([f"\n[{way}]", *(f"{name} = {value}" for name, value in asdict(fit.curve).items()), ""]) for way, fit in found.items()
    ]
    return head + "".join(blocks)


def _pairs(texts: Sequence[tuple[str, str]], right: Sequence[bool], of: Sequence[int], encoder: Encoder) -> Pairs:
    distinct = list(dict.fromkeys(text for pair in texts for text in pair))
    vectors = dict(zip(distinct, encoder.encode(distinct), strict=True))
    rows = [(float(vectors[one] @ vectors[other]), shared(one, other)) for one, other in texts]
    return Pairs(np.array(rows, dtype=np.float64), np.array(right, dtype=bool), np.array(of, dtype=np.int64))
