"""The passages of an index, in the order of their ids, with their filterable columns.

Row numbers are what the searches of this package exchange; equal scores are ordered by row, which makes ties the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retrieval.columns import Columns
from retrieval.types import Passage, Vector


class Corpus:
    """Passages sorted by id.

    Raises:
        ValueError: two passages have one id.
    """

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages = tuple(sorted(passages, key=lambda passage: passage.id))
        for one, other in pairwise(self.passages):
            if one.id == other.id:
                raise ValueError(f"Two passages have the id {one.id!r}.")

    def __len__(self) -> int:
        return len(self.passages)

    @cached_property
    def columns(self) -> Columns:
        return Columns(self.passages)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row by id."""
        return {passage.id: row for row, passage in enumerate(self.passages)}


def best_rows(rows: NDArray[np.int64], scores: Vector, k: int) -> tuple[NDArray[np.int64], Vector]:
    """The `k` best of `rows` by `scores` (same shape), best first; equal scores by row."""
    if k < len(rows):
        kth = np.partition(scores, len(scores) - k)[len(scores) - k]
        keep = scores >= kth
        rows, scores = rows[keep], scores[keep]
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]
