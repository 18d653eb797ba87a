"""When stock runs out and when to order more: the demand of the days ahead as a distribution, and what follows from it.

Owns the arithmetic on daily pieces. Knows no warehouse and no money. Demand over the days ahead is negative binomial: its mean is the
level of late times what the season does, its spread is measured on the product's own past forecasts.

Source: Silver, Pyke and Thomas 2017, Inventory and production management in supply chains, chapter 6 (order point for a service level).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pieces: TypeAlias = NDArray[np.float64]

LEVEL_DAYS = 56
"""Days that the level is taken from."""
YEAR = 364
LEAST_SEASON, MOST_SEASON = 0.25, 4.0
HORIZON = 365
PAST_TRIES = 12


@dataclass(frozen=True, slots=True)
class Demand:
    """Pieces over some days ahead for each product, (products,): the mean, and the variance over the mean (one or more)."""

    mean: Pieces
    dispersion: Pieces

    def quantile(self, level: float) -> Pieces:
        """So many pieces suffice in `level` of all cases, (products,)."""
        from scipy.stats import nbinom, poisson

        mean = np.maximum(self.mean, 1e-9)
        size = mean / np.maximum(self.dispersion - 1.0, 1e-9)
        wide = self.dispersion > 1.0 + 1e-6
        return np.asarray(np.where(wide, nbinom.ppf(level, size, size / (size + mean)), poisson.ppf(level, mean)), dtype=np.float64)


def season(pieces: Pieces, days: int) -> float:
    """What `days` ahead should be to the level of late, by what they were a year before; 1 where there is no year to look at.

    `pieces` (days,) is a series large enough to show a season: a category's or the whole shop's.
    """
    end = len(pieces)
    ahead, late = pieces[end - YEAR : end - YEAR + days], pieces[max(end - YEAR - LEVEL_DAYS, 0) : end - YEAR]
    if end < YEAR + LEVEL_DAYS or late.sum() < 30 or ahead.sum() < 1:
        return 1.0
    ratio = float(ahead.mean() / late.mean())
    return min(max(ratio, LEAST_SEASON), MOST_SEASON)


def demand(units: Pieces, seasons: Pieces, days: int) -> Demand:
    """The demand over the next `days` of products, (products, days so far); `seasons` (products,) as `season` gives.

    The level is that of the days since a product was first sold, where those are fewer than eight weeks.
    """
    mean = _level(units) * seasons * days
    return Demand(mean, _dispersion(units, days))


def _level(units: Pieces) -> Pieces:
    window = units[:, -LEVEL_DAYS:]
    selling = np.cumsum(units, axis=1)[:, -LEVEL_DAYS:] > 0
    return np.asarray(window.sum(axis=1) / np.maximum(selling.sum(axis=1), 14), dtype=np.float64)


def _dispersion(units: Pieces, days: int) -> Pieces:
    """How much sums over `days` differed from the level before them, over the mean of them, drawn to that of all products."""
    total, squares = np.zeros(len(units)), np.zeros(len(units))
    for back in range(1, PAST_TRIES + 1):
        start = units.shape[1] - back * days
        if start < LEVEL_DAYS:
            break
        expected = _level(units[:, :start]) * days
        came = units[:, start : start + days].sum(axis=1)
        total += expected
        squares += (came - expected) ** 2
    whole = squares.sum() / max(total.sum(), 1.0)
    prior = 10.0
    return np.asarray(np.clip((squares + prior * whole) / (total + prior), 1.0, 30.0), dtype=np.float64)


def days_left(stock: Pieces, units: Pieces, seasons: Pieces) -> Pieces:
    """Days until the expected demand has used the stock up, (products,); infinite where nothing sells, or it lasts a year."""
    daily = _level(units) * seasons
    left = np.divide(stock, daily, out=np.full(len(stock), np.inf), where=daily > 1e-6)
    return np.where(left > HORIZON, np.inf, left)
