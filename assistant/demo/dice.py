"""Chance that comes out the same for the same seed, on any machine and in any order of asking.

Vectors come from numpy generators, one a purpose; what is drawn for a single record comes from a `Dice` of its own, so that
record 900,000 can be made without making those before it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


def generator(seed: int, purpose: str, number: int = 0) -> np.random.Generator:
    """A numpy generator for one purpose (and one batch of it)."""
    return np.random.Generator(np.random.PCG64([seed, *purpose.encode(), number]))


class Dice:
    """Draws for one record. Uses only `random()`, the one method whose sequence Python promises to keep."""

    def __init__(self, seed: int, purpose: str, number: int) -> None:
        self._random = random.Random(f"{seed}/{purpose}/{number}").random

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random() < probability

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        return int(self._random() * limit)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of them."""
        return items[self.below(len(items))]

    def sample(self, items: Sequence[Item], count: int) -> list[Item]:
        """So many different ones, or all there are, in random order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]
