"""From a message to the probabilities of intents, with the embedding out of the same pass.

Owns the two readers, nearest examples and the trained model, and how they are combined; refuses to know roles, stores and
entities. A reader gives probabilities over its own `labels`; who may mean what is for `assistant.understand` to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assistant.intents import Intent
from retrieval.types import Encoder, Vector


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
