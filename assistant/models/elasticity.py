"""How sales answer to price: an elasticity for each product with an interval, each drawn to that of all by how little it says itself.

Owns the arithmetic on weekly counts and prices. Knows no warehouse. For one product the orders of the weeks, given their sum, are
multinomial with weights season × price ** elasticity; that likelihood is concave and needs no level. Over products the elasticities
are normal around a common mean (empirical Bayes).

Sources: Hausman, Hall and Griliches 1984 (conditional Poisson); DerSimonian and Laird 1986 (the spread between products).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]

LEAST_ORDERS = 40
LEAST_WEEKS = 3
"""Weeks with orders that each of two price levels must have."""
LEAST_MOVE = 0.05
STEPS = 25
Z = 1.96
BOUND = 12.0


@dataclass(frozen=True, slots=True)
class Elasticities:
    """For each product, (products,): the pooled estimate with its 95 % interval, and whether its price moved enough to tell at all.

    `mean` and `spread` are those over products; NaN where no product can be told.
    """

    value: Numbers
    low: Numbers
    high: Numbers
    tellable: NDArray[np.bool_]
    mean: float
    spread: float


def fit(orders: Numbers, prices: Numbers, season: Numbers) -> Elasticities:
    """From orders and prices, (products, weeks) each, a price NaN where unknown, and the demand of the whole shop, (weeks,)."""
    logs = np.log(np.where(prices > 0, prices, np.nan))
    seen = ~np.isnan(logs) & (season > 0)[None, :]
    tellable = np.array([_moved(o, p, s) for o, p, s in zip(orders, logs, seen, strict=True)], dtype=bool)
    raw, error = np.full(len(orders), np.nan), np.full(len(orders), np.nan)
    for n in np.flatnonzero(tellable).tolist():
        raw[n], error[n] = _one(orders[n, seen[n]], logs[n, seen[n]], np.log(season[seen[n]]))
    tellable &= np.isfinite(raw) & np.isfinite(error)
    mean, spread = _between(raw[tellable], error[tellable]) if tellable.any() else (float("nan"), float("nan"))
    value, low, high = np.full(len(orders), np.nan), np.full(len(orders), np.nan), np.full(len(orders), np.nan)
    if tellable.any():
        own = 1.0 / error[tellable] ** 2
        prior = 1.0 / max(spread, 0.05) ** 2
        value[tellable] = (own * raw[tellable] + prior * mean) / (own + prior)
        reach = Z / np.sqrt(own + prior)
        low[tellable], high[tellable] = value[tellable] - reach, value[tellable] + reach
    return Elasticities(value, low, high, tellable, mean, spread)


def _moved(orders: Numbers, logs: Numbers, seen: NDArray[np.bool_]) -> bool:
    """Whether there are orders enough at two prices that differ enough."""
    if not seen.any() or orders[seen].sum() < LEAST_ORDERS:
        return False
    known = logs[seen]
    middle = float(np.median(known))
    away = np.abs(known - middle) >= np.log1p(LEAST_MOVE)
    return int(away.sum()) >= LEAST_WEEKS and int((~away).sum()) >= LEAST_WEEKS


def _one(orders: Numbers, logs: Numbers, offset: Numbers) -> tuple[float, float]:
    """The elasticity that makes the weeks most likely, and its standard error, widened by how much more than chance they scatter."""
    x = logs - logs.mean()
    total, beta, information = orders.sum(), 0.0, 0.0
    share = np.full(len(orders), 1.0 / len(orders))
    for _ in range(STEPS):
        weight = offset + beta * x
        share = np.exp(weight - weight.max())
        share /= share.sum()
        mean = float(share @ x)
        information = float(total * (share @ (x - mean) ** 2))
        if information < 1e-9:
            return float("nan"), float("nan")
        step = float(orders @ x - total * mean) / information
        beta = float(np.clip(beta + np.clip(step, -2.0, 2.0), -BOUND, BOUND))
        if abs(step) < 1e-6:
            break
    expected = total * share
    scatter = float(((orders - expected) ** 2 / np.maximum(expected, 1e-9)).sum() / max(len(orders) - 2, 1))
    return beta, float(np.sqrt(max(scatter, 1.0) / information))


def _between(raw: Numbers, error: Numbers) -> tuple[float, float]:
    """Mean and spread of the elasticities of products, by moments."""
    weight = 1.0 / error**2
    mean = float((weight * raw).sum() / weight.sum())
    if len(raw) < 3:
        return mean, max(float(np.std(raw)), 0.5)
    excess = float((weight * (raw - mean) ** 2).sum()) - (len(raw) - 1)
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    spread = float(np.sqrt(max(excess / max(scale, 1e-9), 0.0)))
    drawn = 1.0 / (error**2 + spread**2)
    return float((drawn * raw).sum() / drawn.sum()), spread
