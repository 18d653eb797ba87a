"""What is odd: days, orders, and groups whose rate or growth is not like the others', each with the reason.

Owns the arithmetic on plain arrays: robust seasonal residuals for days, an isolation forest for orders, tests with a bound on
false alarms for rates. Knows no warehouse and no wording beyond the names of features.

Sources: Hampel 1974 (median and MAD as location and scale); Liu, Ting and Zhou 2008, Isolation forest; Benjamini and Hochberg 1995.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
Marks: TypeAlias = NDArray[np.bool_]

WINDOW = 29
"""Days around a day, four weeks, whose median is the level it is held against."""
SHORTEST = 56
LIMIT = 5.0
"""Robust standard deviations from which on a day is odd."""
ORDER_LIMIT = 6.0
"""The same for the strongest feature of an order, beside the forest's verdict."""
FACTOR = 1.8
"""A day must also be so many times more, or less, than was to be expected."""
FEWEST_ORDERS = 200
LEAST_SPREAD = 0.3
"""Of a feature, as a logarithm: most orders have one product, and two are not odd for that."""
FALSE_ALARMS = 0.01


@dataclass(frozen=True, slots=True)
class OddDay:
    """Day number `day` had `seen` where `expected` was usual; `surprise` in robust standard deviations, negative for too little."""

    day: int
    seen: float
    expected: float
    surprise: float


def odd_days(figures: Numbers, first_weekday: int, runs: NDArray[np.int64] | None = None) -> tuple[OddDay, ...]:
    """The odd ones of daily figures, (days,) without gaps, the most surprising first; none where there are under eight weeks.

    `first_weekday` is that of day 0, Monday 0. `runs` (days,) numbers promotions, 0 for days of none: such days are no part of what is
    usual and are held against the rest of their own run; those numbered -1 are not judged at all. A day on which the shop is closed
    every week, or was closed on the same date a year before or after, is not odd.
    """
    days = len(figures)
    if days < SHORTEST or not figures.any():
        return ()
    run = np.zeros(days, dtype=np.int64) if runs is None else runs
    hidden = run != 0
    expected = usual_level(figures, first_weekday, hidden)
    for number in range(1, int(run.max(initial=0)) + 1):
        mine = (run == number) & (expected > 0)
        if mine.any():
            expected[mine] *= max(float(np.median(figures[mine] / expected[mine])), 1.0)
    floor = max(0.15 * float(np.median(expected[expected > 0])), 1.0) if (expected > 0).any() else 1.0
    logs = np.log((figures + floor) / (expected + floor))
    # counts scatter by their own root, so that small shops and quiet days must not be told from noise
    noise = 1.0 / np.sqrt(np.maximum(expected + floor, 1.0))
    steady = logs[~hidden & (expected > 0)]
    scale = np.sqrt(max(1.4826 * float(np.median(np.abs(steady - np.median(steady)))), 0.02) ** 2 + 0.25 * noise**2)
    surprise = logs / scale
    ratio = (figures + floor) / (expected + floor)
    odd = (np.abs(surprise) >= LIMIT) & ((ratio >= FACTOR) | (ratio <= 1 / FACTOR)) & (run >= 0) & (expected > 0) & ~_closed(figures)
    found = [OddDay(int(d), float(figures[d]), float(expected[d]), float(surprise[d])) for d in np.flatnonzero(odd)]
    return tuple(sorted(found, key=lambda one: -abs(one.surprise)))


def usual_level(figures: Numbers, first_weekday: int, hidden: Marks) -> Numbers:
    """The median of the weeks around, times what this weekday usually is to that, (days,)."""
    days, half = len(figures), WINDOW // 2
    weekday = (np.arange(days) + first_weekday) % 7
    share = np.ones(7)
    level = np.zeros(days)
    for _ in range(2):
        plain = np.where(share[weekday] > 0.05, figures / np.maximum(share[weekday], 0.05), np.nan)
        plain[hidden] = np.nan
        for d in range(days):
            window = plain[max(0, d - half) : d + half + 1]
            seen = window[~np.isnan(window)]
            level[d] = float(np.median(seen)) if len(seen) else 0.0
        for number in range(7):
            mine = (weekday == number) & ~hidden & (level > 0)
            share[number] = float(np.median(figures[mine] / level[mine])) if mine.any() else 1.0
    return level * share[weekday]


def _closed(figures: Numbers) -> Marks:
    """Days without anything that were so on the same date a year before or after as well: holidays."""
    empty, days = figures == 0, len(figures)
    same = np.zeros(days, dtype=bool)
    for shift in (364, 365, 366):
        if days > shift:
            same[shift:] |= empty[:-shift]
            same[:-shift] |= empty[shift:]
    return np.asarray(empty & same, dtype=bool)


@dataclass(frozen=True, slots=True)
class OddOrder:
    """Order number `order` is odd by `feature`, whose value is `value` where `usual` is the median; `surprise` as for a day."""

    order: int
    feature: str
    value: float
    usual: float
    surprise: float


def odd_orders(features: Numbers, names: Sequence[str], logged: Sequence[bool], seed: int = 13) -> tuple[OddOrder, ...]:
    """The odd ones of orders by their features, (orders, features); the oddest first, none under two hundred orders.

    An order is odd where an isolation forest sets it apart and one feature lies far outside by itself, which is then the reason.
    `logged` features are compared as logarithms (amounts, counts).
    """
    if len(features) < FEWEST_ORDERS:
        return ()
    from sklearn.ensemble import IsolationForest

    scaled = np.where(np.asarray(logged), np.log1p(np.maximum(features, 0.0)), features)
    middle = np.median(scaled, axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(scaled - middle), axis=0), LEAST_SPREAD)
    surprise = (scaled - middle) / spread
    forest = IsolationForest(n_estimators=100, max_samples=min(512, len(features)), random_state=seed).fit(scaled)
    apart = -forest.score_samples(scaled)
    best = np.argmax(np.abs(surprise), axis=1)
    most = surprise[np.arange(len(features)), best]
    odd = (apart > np.quantile(apart, 0.98)) & (np.abs(most) >= ORDER_LIMIT)
    places = np.flatnonzero(odd)
    usual = np.median(features, axis=0)
    found = [
        OddOrder(int(n), names[best[n]], float(features[n, best[n]]), float(usual[best[n]]), float(most[n]))
        for n in places[np.argsort(-apart[places] * np.abs(most[places]), kind="stable")].tolist()
    ]
    return tuple(found)


def high_rates(events: Numbers, tries: Numbers, least: float = 2.0) -> NDArray[np.int64]:
    """Which groups have more `events` of `tries` than the groups of this shop otherwise do, the surest first, (found,).

    A beta-binomial test of each, so that groups may well differ by themselves (glass breaks, books do not), bounded to one false alarm
    in a hundred found; and at least `least` times the rate of all.
    """
    from scipy.stats import betabinom

    whole = float(events.sum() / max(tries.sum(), 1.0))
    if not 0.0 < whole < 1.0:
        return np.zeros(0, dtype=np.int64)
    a, b = _spread_of_rates(events, tries, whole)
    chance = np.where(tries > 0, betabinom.sf(events - 1, np.maximum(tries, 1), a, b), 1.0)
    return np.array([n for n in _beyond_chance(chance) if events[n] / tries[n] >= least * whole], dtype=np.int64)


def _beyond_chance(chance: Numbers) -> list[int]:
    """Which of many tests, by the chance of each to come out so by itself, (tests,), to believe: at most `FALSE_ALARMS` of them are wrong.
    The surest first. Source: Benjamini and Hochberg 1995."""
    order = np.argsort(chance, kind="stable")
    limits = FALSE_ALARMS * np.arange(1, len(order) + 1) / max(len(order), 1)
    passed = np.flatnonzero(chance[order] <= limits)
    believed: list[int] = order[: passed[-1] + 1].tolist() if len(passed) else []
    return believed


def _spread_of_rates(events: Numbers, tries: Numbers, whole: float) -> tuple[float, float]:
    """The beta by which rates differ between groups, by moments over all but the two per cent with the highest surplus."""
    surplus = (events - tries * whole) / np.sqrt(np.maximum(tries * whole * (1 - whole), 1e-9))
    kept = (tries > 0) & (surplus <= np.quantile(surplus, 0.98))
    e, n = events[kept], tries[kept]
    mean = float(e.sum() / max(n.sum(), 1.0))
    mean = min(max(mean, 1e-4), 1 - 1e-4)
    excess = float(((e - n * mean) ** 2 - n * mean * (1 - mean)).sum() / max(float((n * (n - 1)).sum()), 1.0))
    correlation = min(max(excess / (mean * (1 - mean)), 1e-4), 0.5)
    size = (1 - correlation) / correlation
    return mean * size, (1 - mean) * size


def shifted(now: Numbers, before: Numbers, least: float = 1.8, fewest: float = 30.0) -> NDArray[np.int64]:
    """Which groups changed their part of the whole between two spans, beyond chance and by `least` times, the surest first, (found,)."""
    from scipy.stats import chi2

    whole_now, whole_before = now.sum(), before.sum()
    if not whole_now or not whole_before:
        return np.zeros(0, dtype=np.int64)
    pooled = (now + before) / (whole_now + whole_before)
    heard = now + before >= fewest
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [
            np.where(seen > 0, seen * np.log(seen / (whole * pooled)), 0.0) for seen, whole in ((now, whole_now), (before, whole_before))
        ]
    chance = np.where(heard, chi2.sf(2.0 * np.maximum(parts[0] + parts[1], 0.0), 1), 1.0)
    ratio = ((now + 0.5) / whole_now) / ((before + 0.5) / whole_before)
    return np.array([n for n in _beyond_chance(chance) if ratio[n] >= least or ratio[n] <= 1 / least], dtype=np.int64)
