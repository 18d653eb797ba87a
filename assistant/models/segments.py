"""Customers by recency, frequency and money (RFM): scores of one to five, and the segments that they make.

Owns the scoring and the table of segments. Knows no warehouse and no wording beyond the segments' names.

Source: Hughes 1994, Strategic database marketing (quintiles); the segments are the usual reading of the recency-frequency grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
Scores: TypeAlias = NDArray[np.int64]

SEGMENTS: tuple[tuple[str, str, int, int, int, int], ...] = (
    ("champions", "bought of late and buy most often", 4, 5, 4, 5),
    ("loyal", "buy often and were here not long ago", 3, 5, 3, 5),
    ("promising", "bought of late, but seldom so far", 4, 5, 1, 2),
    ("fading", "bought seldom and not of late", 3, 3, 1, 2),
    ("at risk", "used to buy often and have stayed away", 1, 2, 3, 5),
    ("lost", "bought seldom and long ago", 1, 2, 1, 2),
)
"""Name, meaning, and the least and greatest score of recency and of frequency; the first that fits holds."""
MEANING = {name: meaning for name, meaning, *_ in SEGMENTS}


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores and segment of each customer, (customers,); five is best."""

    recency: Scores
    frequency: Scores
    money: Scores
    segment: NDArray[np.str_]


def score(days_since: Numbers, purchases: Numbers, money: Numbers) -> Scored:
    """Scores by quintile; equal values score alike, so that customers of one purchase are never spread over several scores."""
    recency, frequency, spent = _quintile(-days_since), _quintile(purchases), _quintile(money)
    names = np.full(len(recency), "", dtype="U16")
    for name, _, r_low, r_high, f_low, f_high in SEGMENTS:
        fits = (names == "") & (recency >= r_low) & (recency <= r_high) & (frequency >= f_low) & (frequency <= f_high)
        names[fits] = name
    return Scored(recency, frequency, spent, names)


def _quintile(values: Numbers) -> Scores:
    """One plus five times the share of smaller values, (customers,), at most five."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left") / max(len(values), 1)
    return np.asarray(np.minimum(1 + np.floor(5 * below + 1e-9), 5), dtype=np.int64)
