"""From a message to the probabilities of intents, with the embedding out of the same pass.

Owns the two readers, nearest examples and the trained model, and how they are combined; refuses to know roles, stores and
entities. A reader gives probabilities over its own `labels`; who may mean what is for `assistant.understand` to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelMissing
from assistant.intents import OUT_OF_SCOPE, Intent
from assistant.models.encoder import OnnxEncoder
from retrieval.types import Encoder, Vector

INTENT_HEAD = "intent"
NEARNESS_HEAD = "nearness"
"""A head that says how near a text is to the training data of its best label: minus a squared Mahalanobis distance."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one pass over n texts gave: `embeddings` (n, dimension), unit rows; `probabilities` (n, labels), rows sum to one."""

    embeddings: Vector
    probabilities: Vector


class IntentReader(Protocol):
    """Texts to probabilities of intents."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def encoder(self) -> Encoder:
        """The encoder of the same pass, for whoever needs embeddings alone."""
        ...

    def read(self, texts: Sequence[str]) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Chance of being out of scope: a logistic function of `scope_features`; at `threshold` or above a text is judged outside."""

    weights: tuple[float, ...]
    bias: float
    threshold: float = 0.5

    def chance(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, features) -> (n,), in [0, 1]."""
        scores = np.clip(features @ np.array(self.weights) + self.bias, -30, 30)
        result: NDArray[np.float64] = 1 / (1 + np.exp(-scores))
        return result


def scope_features(logits: Vector, nearness: Vector | None, oos: int | None, temperature: float) -> NDArray[np.float64]:
    """What tells texts in and out of scope apart, from logits (n, labels) and nearness (n,) -> (n, features).

    The best in-scope logit, the margin to the second, their log-sum-exp (the energy), the confidence; then the logit of the
    trained out-of-scope label against the best one, and the nearness, where there are such.
    """
    scaled = logits.astype(np.float64) / temperature
    inside = scaled if oos is None else np.delete(scaled, oos, axis=1)
    ranked = np.sort(inside, axis=1)
    top, second = ranked[:, -1], ranked[:, -2] if ranked.shape[1] > 1 else ranked[:, -1]
    energy = top + np.log(np.exp(inside - top[:, None]).sum(axis=1))
    columns = [top, top - second, energy, np.exp(top - energy)]
    if oos is not None:
        columns.append(scaled[:, oos] - top)
    if nearness is not None:
        columns.append(np.sign(nearness) * np.log1p(np.abs(nearness.astype(np.float64))))
    return np.stack(columns, axis=1)


class TrainedIntents:
    """A trained head over the encoder's own pass, calibrated; out of scope is a label like others.

    Where the card has a `scope`, the chance of being outside comes from it and is placed so that a text is judged outside
    exactly where the chosen threshold says so; the in-scope labels share the rest by their tempered softmax.

    Raises:
        ModelMissing: the model in the encoder's folder has no head for intents.
    """

    def __init__(self, encoder: OnnxEncoder) -> None:
        labels = encoder.card.labels.get(INTENT_HEAD)
        if not labels:
            raise ModelMissing(f"{encoder.folder} has no head for intents.", hint="Train one with `shopclerk finetune intent`.")
        self._encoder = encoder
        settings = encoder.card.settings
        self._temperature = float(settings.get("temperature", 1.0))
        oos = settings.get("oos_label")
        self._oos = labels.index(oos) if oos in labels else None
        scope = settings.get("scope")
        self._scope = Scope(tuple(scope["weights"]), float(scope["bias"]), float(scope["threshold"])) if scope else None
        self._labels = labels if self._oos is not None or self._scope is None else (*labels, OUT_OF_SCOPE)

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    @property
    def encoder(self) -> Encoder:
        return self._encoder

    def read(self, texts: Sequence[str]) -> Reading:
        readings = self._encoder.read_all(texts)
        logits = np.stack([reading.heads[INTENT_HEAD] for reading in readings])
        near = [reading.heads[NEARNESS_HEAD] for reading in readings if NEARNESS_HEAD in reading.heads]
        nearness = np.concatenate(near) if near else None  # (n,)
        return Reading(np.stack([reading.embedding for reading in readings]), self.probabilities(logits, nearness))

    def probabilities(self, logits: Vector, nearness: Vector | None = None) -> Vector:
        """(n, trained labels), (n,) -> (n, labels)."""
        return calibrated(logits, nearness, self._oos, self._temperature, self._scope)


def calibrated(logits: Vector, nearness: Vector | None, oos: int | None, temperature: float, scope: Scope | None) -> Vector:
    """Logits (n, trained labels) to probabilities (n, labels); with a `scope` but no trained label for it, a last column is added."""
    if scope is None:
        return softmax(logits / np.float32(temperature))
    chance = scope.chance(scope_features(logits, nearness, oos, temperature))
    inside = logits.astype(np.float32) / np.float32(temperature)
    if oos is not None:
        inside = np.delete(inside, oos, axis=1)
    shares = softmax(inside)
    outside = _placed(chance, scope.threshold, shares.max(axis=1))
    rest = shares * (1 - outside)[:, None]
    result: Vector = np.insert(rest, rest.shape[1] if oos is None else oos, outside, axis=1).astype(np.float32)
    return result


def _placed(chance: NDArray[np.float64], threshold: float, best: Vector) -> NDArray[np.float64]:
    """The probability of being outside that exceeds the best label's exactly where `chance` reaches `threshold`.

    Piecewise linear in the chance: 0 at 0, the point of balance with the best share b, b / (1 + b), at the threshold, 1 at 1.
    """
    balance = best / (1 + best)
    below = chance / max(threshold, 1e-9) * balance
    above = balance + (chance - threshold) / max(1 - threshold, 1e-9) * (1 - balance)
    result: NDArray[np.float64] = np.where(chance >= threshold, np.maximum(above, balance + 1e-6), below)
    return result


class NearestExamples:
    """The intent of the nearest hand-written examples. Needs no training; its confidence is a rough one.

    A label's score is the mean of its best and second-best cosine with the text; a softmax at `sharpness` makes it a probability.
    """

    def __init__(self, encoder: Encoder, intents: Sequence[Intent], *, sharpness: float = 22.0) -> None:
        self._encoder = encoder
        self._intents = tuple(intents)
        self._sharpness = sharpness
        self._examples: tuple[Vector, ...] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(intent.name for intent in self._intents)

    @property
    def encoder(self) -> Encoder:
        return self._encoder

    def warm_up(self) -> None:
        """Encode the examples, once."""
        if self._examples is None:
            texts = [text for intent in self._intents for text in intent.examples]
            ends = np.cumsum([len(intent.examples) for intent in self._intents])
            self._examples = tuple(np.split(self._encoder.encode(texts), ends[:-1]))

    def read(self, texts: Sequence[str]) -> Reading:
        embeddings = self._encoder.encode(texts)
        return Reading(embeddings, self.probabilities(embeddings))

    def probabilities(self, embeddings: Vector) -> Vector:
        """(n, dimension) -> (n, labels)."""
        return softmax(self._sharpness * self.similarities(embeddings))

    def similarities(self, embeddings: Vector) -> Vector:
        """(n, dimension) -> (n, labels): how near each label's examples are, as cosines."""
        self.warm_up()
        assert self._examples is not None
        columns = []
        for examples in self._examples:
            cosines = np.sort(embeddings @ examples.T, axis=1)  # (n, examples of the label)
            columns.append(cosines[:, -2:].mean(axis=1))
        return np.stack(columns, axis=1).astype(np.float32)


class WithNewIntents:
    """A trained reader, and nearest examples for intents that it was not trained on: they work at once.

    A new intent's share of the probability grows from nothing at a cosine of `floor` to all at `ceiling`.
    """

    def __init__(self, trained: IntentReader, new: NearestExamples, *, floor: float = 0.55, ceiling: float = 0.85) -> None:
        self._trained, self._new = trained, new
        self._floor, self._ceiling = floor, ceiling

    @property
    def labels(self) -> tuple[str, ...]:
        return self._trained.labels + self._new.labels

    @property
    def encoder(self) -> Encoder:
        return self._trained.encoder

    def read(self, texts: Sequence[str]) -> Reading:
        reading = self._trained.read(texts)
        near = self._new.similarities(reading.embeddings)  # (n, new labels)
        share = np.clip((near.max(axis=1, keepdims=True) - self._floor) / (self._ceiling - self._floor), 0.0, 1.0)
        both = np.concatenate([reading.probabilities * (1.0 - share), softmax(22.0 * near) * share], axis=1)
        return Reading(reading.embeddings, both.astype(np.float32))


def softmax(scores: Vector) -> Vector:
    """Rows of scores to rows of probabilities."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Vector = (shifted / shifted.sum(axis=-1, keepdims=True)).astype(np.float32)
    return result
