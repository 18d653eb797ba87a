"""What a turn stands in: what "it" points to, and what the data reaches. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

FIRST_ONES = ("the top one", "top one")
"""What means the first row of a ranking before."""


@dataclass(frozen=True, slots=True)
class Focus:
    """What "it" and "they" refer to: the first row of the answer before, or the one value its question was about."""

    dimension: str
    value: str | int
    label: str


@dataclass(frozen=True, slots=True)
class Reach:
    """What the data reaches: first and last day of the sales, and whether reviews are dated."""

    first_day: date
    today: date
    reviews_dated: bool
