"""A small encoder for tests: no weights, the same vectors on every machine, near for texts that share words."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from retrieval.tokens import words
from retrieval.types import Vector


class HashEncoder:
    """Each word has a random direction of its own, drawn from a seed made of its letters; a text is the mean of its words.

    `encoded` counts the texts that went through, so that a test can see what was encoded anew.
    """

    def __init__(self, dimension: int = 48, name: str = "hash") -> None:
        self._dimension = dimension
        self._name = name
        self.encoded = 0

    @property
    def id(self) -> str:
        return f"{self._name}:{self._dimension}"

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Vector:
        """(n texts) -> (n, dimension), float32, of length 1."""
        self.encoded += len(texts)
        vectors = np.stack([self._one(text) for text in texts]) if texts else np.empty((0, self._dimension))
        return vectors.astype(np.float32)

    def _one(self, text: str) -> Vector:
        total = np.sum([self._direction(word) for word in words(text) or [""]], axis=0)
        return np.asarray(total / np.linalg.norm(total), np.float32)

    def _direction(self, word: str) -> Vector:
        return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(self._dimension).astype(np.float32)
