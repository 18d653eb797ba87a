"""The next steps of many series at once: an ensemble chosen by backtest over the whole panel, with conformal intervals.

Owns the choice and the interval; the candidates are in `members`. Knows no file, no calendar and no shop: a step may be a week or a month.

The members' forecasts are combined by their median, which no single model gone astray can move. Which members, is decided on the last
steps that are known; what comes after is never looked at.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from assistant.models.members import PLAIN, POOLED, REPEAT, SEASONAL, Local, Steps, last, pooled_regression
from assistant.types import Progress
from retrieval.errors import ShopclerkError

PERIODS = (4, 7, 12, 24, 52)
"""Lengths of a season that are looked for: quarters, days of a week, months, hours, weeks."""
LEAST_RHYTHM = 0.1
MOST_MEMBERS = 4
LEAST_HISTORY = 8
SCALED_OVER = 104
"""Steps of the recent past whose movements give a series' interval its width."""
CHUNK = 8


class PanelTooShort(ShopclerkError):
    """A series does not reach back far enough to be forecast."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Forecasts of n series over a horizon: `value`, `low`, `high` are (n, horizon); `level` of the figures should lie in between.

    `members` are those whose median is given, `errors` what each candidate came to in the backtest, relative to repeating the last
    figure (under 1 is better); `error` is the ensemble's own. `period` is the season's length, 1 where none was found.
    """

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    members: tuple[str, ...]
    errors: Mapping[str, float]
    error: float
    period: int
    level: float


@dataclass(frozen=True, slots=True)
class _Backtest:
    """All candidates from one moment of the past: what each said, (n, horizon), what came, and what was known."""

    made: Mapping[str, NDArray[np.float64]]
    actual: NDArray[np.float64]
    known: Sequence[Steps]


def forecast_panel(
    panel: Sequence[Steps],
    horizon: int,
    *,
    period: int = 0,
    level: float = 0.95,
    origins: int = 2,
    workers: int = 1,
    progress: Progress | None = None,
) -> Paths:
    """The next `horizon` steps of every series.

    `period`: the length of a season in steps; 0 looks for one that the panel shares, 1 says that there is none. `origins`: how many
    moments of the past, a horizon apart, the choice of members and the interval rest on; one is enough where there are many series.

    Raises:
        PanelTooShort: no series, or one with hardly more steps than the backtests take.
    """
    series = [np.asarray(one, dtype=np.float64) for one in panel]
    _enough(series, horizon, origins)
    period = period or common_period(series)
    moments = [[one[: len(one) - back * horizon] for one in series] for back in range(origins + 1)]
    stages = [
        _candidates(known, horizon, period, workers, progress, f"backtest {i}" if i else "forecast") for i, known in enumerate(moments)
    ]
    ahead = stages[0]
    past = [
        _Backtest(made, np.stack([one[len(before) : len(before) + horizon] for one, before in zip(series, known, strict=True)]), known)
        for made, known in zip(stages[1:], moments[1:], strict=True)
    ]
    members, error = _chosen(past)
    value = _blend(ahead, members)
    reach = _reach(past, members, level) * np.stack([_movement(one, horizon) for one in series])
    floor = np.array([0.0 if one.min() >= 0 else -np.inf for one in series])[:, None]
    errors = {name: _relative_error(past, (name,)) for name in ahead}
    return Paths(value, np.maximum(value - reach, floor), value + reach, members, errors, error, period, level)


def common_period(panel: Sequence[Steps]) -> int:
    """The length of the season that most of the panel moves in; 1 where there is none.

    Judged by the autocorrelation of the steps from one figure to the next, averaged over the series that hold two turns.
    """
    best, strength = 1, LEAST_RHYTHM
    for period in PERIODS:
        found = [_rhythm(series, period) for series in panel if len(series) >= 2 * period + 10]
        if len(found) * 2 >= len(panel) and (mean := float(np.mean(found))) > strength:
            best, strength = period, mean
    return best


def _rhythm(series: Steps, period: int) -> float:
    steps = np.diff(series[-max(600, 4 * period) :])
    steps = np.clip(steps - np.median(steps), *np.quantile(steps - np.median(steps), [0.01, 0.99]))
    power = float((steps * steps).sum())
    return float((steps[period:] * steps[:-period]).sum()) / power if power > 0 else 0.0


def _enough(panel: Sequence[Steps], horizon: int, origins: int) -> None:
    needed = origins * horizon + max(LEAST_HISTORY, horizon)
    shortest = min(map(len, panel), default=0)
    if shortest < needed:
        raise PanelTooShort(
            f"{'The shortest series has ' + str(shortest) if panel else 'There are no series: 0'} steps, {needed} are needed to forecast "
            f"{horizon} and to try that on the past.",
            hint="Leave out short series, or forecast fewer steps.",
        )
    if any(not np.isfinite(one).all() for one in panel):
        raise PanelTooShort("A series has a gap (a figure that is no number).", hint="Fill the gaps first.")


def _candidates(
    panel: Sequence[Steps], horizon: int, period: int, workers: int, progress: Progress | None, stage: str
) -> dict[str, NDArray[np.float64]]:
    """What every candidate says, (n, horizon) each."""
    models = _models(period)
    made: dict[str, list[Steps]] = {name: [] for name in models}
    work = partial(_locally, horizon=horizon, period=period)
    chunks = [list(panel[start : start + CHUNK]) for start in range(0, len(panel), CHUNK)]
    pool = ProcessPoolExecutor(workers, get_context("spawn")) if workers > 1 and len(chunks) > 1 else None
    for number, told in enumerate(pool.map(work, chunks) if pool else map(work, chunks)):
        for name, paths in told.items():
            made[name] += paths
        if progress:
            progress(stage, min(CHUNK * (number + 1), len(panel)), len(panel))
    if pool:
        pool.shutdown()
    repeated = [last(series, horizon, 1) for series in panel]
    return {name: np.stack(paths) for name, paths in {**made, POOLED: pooled_regression(panel, horizon, period), REPEAT: repeated}.items()}


def _models(period: int) -> Mapping[str, Local]:
    return {**PLAIN, **SEASONAL} if period > 1 else PLAIN


def _locally(panel: Sequence[Steps], horizon: int, period: int) -> dict[str, list[Steps]]:
    """Every local candidate on these series."""
    return {name: [_sound(model(one, horizon, period), one, horizon) for one in panel] for name, model in _models(period).items()}


def _sound(path: Steps, series: Steps, horizon: int) -> Steps:
    """`path`, or the last figure again where a model has run away to no number."""
    return path if np.isfinite(path).all() else last(series, horizon, 1)


def _chosen(past: Sequence[_Backtest]) -> tuple[tuple[str, ...], float]:
    """The members whose median did best in the backtests, and their relative error."""
    names = tuple(past[0].made)
    sets = [chosen for size in range(1, MOST_MEMBERS + 1) for chosen in itertools.combinations(names, size)]
    errors = {chosen: _relative_error(past, chosen) for chosen in sets}
    best = min(errors, key=lambda chosen: (errors[chosen], len(chosen)))
    return best, errors[best]


def _relative_error(past: Sequence[_Backtest], members: Sequence[str]) -> float:
    """The mean of sMAPE and of scaled absolute error, each against repeating the last figure: the M4 competition's measure."""
    ratios = []
    for one in past:
        scale = np.array([np.abs(np.diff(known)).mean() + 1e-9 for known in one.known])[:, None]
        blended, repeated = _blend(one.made, members), one.made[REPEAT]
        pairs = [(_smape(one.actual, path), float((np.abs(one.actual - path) / scale).mean())) for path in (blended, repeated)]
        ratios += [mine / max(theirs, 1e-9) for mine, theirs in zip(*pairs, strict=True)]
    return float(np.mean(ratios))


def _smape(actual: NDArray[np.float64], path: NDArray[np.float64]) -> float:
    return float((2 * np.abs(actual - path) / (np.abs(actual) + np.abs(path) + 1e-9)).mean())


def _blend(made: Mapping[str, NDArray[np.float64]], members: Sequence[str]) -> NDArray[np.float64]:
    return np.asarray(np.median([made[name] for name in members], axis=0))


def _reach(past: Sequence[_Backtest], members: Sequence[str], level: float) -> NDArray[np.float64]:
    """(horizon,): how many of its own movements a series misses by, at most, `level` of the time: a conformal quantile over the panel."""
    misses = np.concatenate(
        [
            np.abs(one.actual - _blend(one.made, members)) / np.stack([_movement(known, one.actual.shape[1]) for known in one.known])
            for one in past
        ]
    )
    rank = min(math.ceil((len(misses) + 1) * level), len(misses)) - 1
    widened = max(1.0, math.sqrt((len(misses) + 1) * level / len(misses)))
    return np.asarray(np.maximum.accumulate(np.sort(misses, axis=0)[rank])) * widened


def _movement(series: Steps, horizon: int) -> Steps:
    """(horizon,): how far the series moved over 1..horizon steps of late, in the mean."""
    recent = series[-(SCALED_OVER + horizon) :]
    floor = 1e-6 * float(np.abs(series).mean()) + 1e-9
    far = [float(np.abs(recent[step:] - recent[:-step]).mean()) if len(recent) > step else floor for step in range(1, horizon + 1)]
    return np.maximum.accumulate(np.maximum(far, floor))
