"""A sentiment reader for tests that goes by two lists of words: what it says is known by construction."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from assistant.models.sentiment import CloseReading

GOOD = frozenset(["good", "great", "lovely", "soft", "love", "perfect"])
BAD = frozenset(["bad", "awful", "broke", "itchy", "tight", "late"])


class WordSentiment:
    """Each good word pulls its token up, each bad one down; `read_texts` counts what it was given to read."""

    def __init__(self, id: str = "words-1", dimension: int = 48) -> None:
        self._id, self._dimension = id, dimension
        self.texts_read: list[str] = []

    @property
    def id(self) -> str:
        return self._id

    def card_metric(self, name: str) -> float:
        return 0.9

    def read_all(self, texts: Sequence[str]) -> list[CloseReading]:
        self.texts_read += texts
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> CloseReading:
        tokens = list(re.finditer(r"\w+", text))
        scores = np.zeros((len(tokens) + 1, 3), np.float32)
        vector = np.full(self._dimension, 1e-3, np.float32)
        for row, token in enumerate(tokens):
            word = token.group().lower()
            scores[row] = (40, 0, -40) if word in BAD else (-40, 0, 40) if word in GOOD else (0, 2, 0)
            vector[zlib.crc32(word.encode()) % self._dimension] += 1
        offsets = (*(token.span() for token in tokens), (0, 0))
        return CloseReading(text, scores, offsets, (1.0, 3.0, 5.0), vector / np.linalg.norm(vector))
