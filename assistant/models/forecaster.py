"""Forecasts of one daily series over a span of days: an ensemble chosen by backtest on the series itself, with an interval.

Owns the arithmetic: candidates, rolling-origin backtest, weights, conformal interval. Knows no warehouse, metric or wording.

A shop's year has its own shape (a Christmas peak, a quiet January) and often no more than two turns of it are on record, too few for
a seasonal model to find by itself. So most candidates start from the same days a year before and model only how this year stands
to the last; where there is no year before, they start from the recent level.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import ShopclerkError

YEAR = 364
"""Days back to the same weekday of the year before."""
SHORTEST = 56
MOST_ORIGINS = 24
KEPT = 3
REACH = 400
"""Days: how far ahead a span may end."""
FAR_BETTER = 1.5

Days: TypeAlias = NDArray[np.float64]
"""One figure a day, without gaps; days without any sale are zero. Shape (days,)."""
Model: TypeAlias = Callable[["Task"], float | None]


class TooShort(ShopclerkError):
    """The history does not hold what a forecast needs."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast of the sum over the span. `level` of the time the figure should lie in `low`..`high`.

    `naive` is the same days a year before, None where the history does not reach; `error` is the geometric mean error of the
    ensemble in the backtest (0.1: a factor of 1.1 either way), `naive_error` that of repeating the year before; `models` are the
    members with their weights; `origins` how many backtests there were.
    """

    value: float
    low: float
    high: float
    naive: float | None
    error: float
    naive_error: float | None
    models: Mapping[str, float]
    origins: int
    level: float


@dataclass(frozen=True, slots=True)
class Task:
    """Forecast the sum over days [start, stop) from `history`, whose last day has index len(history) - 1; `lag` leads to the year before.

    `begin` is the first day with a figure. `season` is a longer or steadier series over the same days (the whole shop's, for one
    product's) whose year has the shape that this one's should have.
    """

    history: Days
    start: int
    stop: int
    begin: int = 0
    lag: int = YEAR
    season: Days | None = None

    @property
    def days(self) -> int:
        return self.stop - self.start

    @property
    def known(self) -> int:
        """Days since the first with a figure."""
        return len(self.history) - self.begin

    def at(self, origin: int, gap: int, days: int) -> Task:
        """The same kind of task as it stood when only `origin` days were known."""
        season = None if self.season is None else self.season[:origin]
        return Task(self.history[:origin], origin + gap, origin + gap + days, self.begin, YEAR, season)

    def year_before(self) -> float | None:
        """The sum over the same days a year earlier; days later than the history are themselves taken from a year earlier."""
        first, last = self.start - self.lag, self.stop - self.lag
        if first < self.begin:
            return None
        known = self.history[first : min(last, len(self.history))].sum()
        if last <= len(self.history):
            return float(known)
        beyond = replace(self, start=max(first, len(self.history)), stop=last, lag=YEAR).year_before()
        return None if beyond is None else float(known) + beyond


def forecast(history: Days, start: int, stop: int, *, lag: int = YEAR, season: Days | None = None, level: float = 0.9) -> Outlook:
    """The sum over days [start, stop), counted from the first day of `history`; `lag` is the distance to the same days a year before.

    `season`, over the same days as `history`, lends its yearly shape (see `Task`).

    Raises:
        TooShort: fewer than eight weeks of history, or hardly any days with a figure, or a span that is too far ahead.
    """
    history = np.asarray(history, dtype=np.float64)
    selling = np.flatnonzero(history)
    begin = int(selling[0]) if len(selling) else len(history)
    if len(history) - begin < SHORTEST or len(selling) < 20:
        raise TooShort(
            f"{len(selling)} days with a figure within {len(history) - begin} days are too few for a forecast.", hint=_SHORT_HINT
        )
    if stop - len(history) > REACH or stop <= start:
        raise TooShort("That is too far ahead.", hint=f"Ask for at most {REACH} days.")
    return _ensemble(Task(history, start, stop, begin, lag, season), level)


_SHORT_HINT = f"A forecast needs at least {SHORTEST // 7} weeks with sales."


def _ensemble(task: Task, level: float) -> Outlook:
    origins = _origins(task)
    floor = 0.02 * abs(float(task.history.mean())) * task.days + 1e-9
    actual = np.array([o.history_after for o in origins])
    ahead = {name: figure for name, model in MODELS.items() if (figure := model(task)) is not None}
    tried = {name: [MODELS[name](o.task) for o in origins] for name in ahead}
    made = {name: [f for f in fs if f is not None] for name, fs in tried.items() if all(f is not None for f in fs)}
    misses = {name: np.array([_miss(a, f, floor) for a, f in zip(actual, fs, strict=True)]) for name, fs in made.items()}
    errors = {name: float(np.abs(miss).mean()) for name, miss in misses.items()}
    weights = _weights(_preferred(errors))
    value = _blend(ahead, weights, floor)
    blended = np.array([_miss(a, _blend({n: made[n][i] for n in weights}, weights, floor), floor) for i, a in enumerate(actual)])
    reach = _quantile(np.abs(blended), level)
    return Outlook(
        value=value,
        low=max(0.0, (value + floor) * math.exp(-reach) - floor),
        high=(value + floor) * math.exp(reach) - floor,
        naive=task.year_before(),
        error=_typical(blended),
        naive_error=_typical(misses["year before"]) if "year before" in misses else None,
        models=weights,
        origins=len(origins),
        level=level,
    )


@dataclass(frozen=True, slots=True)
class _Origin:
    """A moment of the past from which the same task is tried, with what then came."""

    task: Task
    history_after: float


def _origins(task: Task) -> list[_Origin]:
    """Moments of the past, a week apart or more, from which the task can be tried; those with a year behind them where there are such."""
    length = len(task.history)
    gap, days = min(max(task.start - length, 0), task.known // 4), min(task.days, task.known // 4)
    last = length - gap - days
    first = task.begin + next(
        known for known in (YEAR + SHORTEST, SHORTEST, SHORTEST // 2) if last >= task.begin + known + 28 or known < SHORTEST
    )
    step = max(7, (last - first) // MOST_ORIGINS)
    origins = range(last, first - 1, -step)
    return [_Origin(task.at(o, gap, days), float(task.history[o + gap : o + gap + days].sum())) for o in origins]


def _miss(actual: float, made: float, floor: float) -> float:
    """The log of actual over forecast; `floor` keeps sums at or under zero harmless."""
    return math.log((max(actual, 0.0) + floor) / (max(made, 0.0) + floor))


def _preferred(errors: Mapping[str, float]) -> Mapping[str, float]:
    """Without the models that know no year, unless they did clearly better: most backtests do not cross a Christmas, the task may."""
    seasonal = {name: error for name, error in errors.items() if name not in LEVELS}
    if not seasonal or min(seasonal.values()) > FAR_BETTER * min(errors.values()):
        return errors
    return seasonal


def _weights(errors: Mapping[str, float]) -> dict[str, float]:
    """The best few, each by the inverse square of its error."""
    best = sorted(errors, key=lambda name: errors[name])[:KEPT]
    raw = {name: 1.0 / max(errors[name], 0.01) ** 2 for name in best}
    return {name: weight / sum(raw.values()) for name, weight in raw.items()}


def _blend(made: Mapping[str, float], weights: Mapping[str, float], floor: float) -> float:
    """The weighted geometric mean: a ratio of two and a ratio of one half cancel."""
    blended = math.exp(sum(weights[name] * math.log(max(made[name], 0.0) + floor) for name in weights)) - floor
    return max(blended, 0.0) if blended > 1e-6 * floor else 0.0


def _typical(misses: Days) -> float:
    return float(np.expm1(np.abs(misses).mean()))


def _quantile(misses: Days, level: float) -> float:
    """The conformal quantile: the ceil((n + 1) level)-th smallest; widened where there are too few to hold that rank. At least 3 %."""
    n = len(misses)
    rank = math.ceil((n + 1) * level)
    ordered = np.sort(misses)
    reach = float(ordered[rank - 1]) if rank <= n else float(ordered[-1]) * math.sqrt(rank / n)
    return max(reach, 0.03)


def _year_before(task: Task) -> float | None:
    return task.year_before()


def _grown(weeks: int, power: float = 1.0) -> Model:
    """The year before, times how the last `weeks` stand to the same weeks a year before; `power` under one damps that."""

    def model(task: Task) -> float | None:
        base, ratio = task.year_before(), _ratio(task, 7 * weeks)
        return None if base is None or ratio is None else base * ratio**power

    return model


def _ratio(task: Task, window: int) -> float | None:
    window = min(window, task.known - YEAR)
    if window < 14:
        return None
    end = len(task.history)
    before = task.history[end - window - YEAR : end - YEAR].sum()
    return float(np.clip(task.history[-window:].sum() / before, 0.1, 10.0)) if before > 0 else None


def _level_in_season(weeks: int) -> Model:
    """The level of the last `weeks`, moved as the season's series moved a year before from those weeks to the span."""

    def model(task: Task) -> float | None:
        if task.season is None or task.known < 7 * weeks // 2:
            return None
        end = len(task.history)
        window = min(7 * weeks, end - YEAR)
        shape = replace(task, history=task.season, begin=0, season=None)
        ahead, recent = shape.year_before(), float(task.season[max(end - window - YEAR, 0) : max(end - YEAR, 0)].sum())
        if ahead is None or window < 28 or recent <= 0:
            return None
        return float(task.history[max(end - window, task.begin) :].mean()) * window * ahead / recent

    return model


def _theta_of_ratios(task: Task) -> float | None:
    """The year before, times a Theta forecast of the weekly ratios to the year before.

    Source: Assimakopoulos and Nikolopoulos 2000, as implemented in statsforecast.
    """
    base, weeks = task.year_before(), (task.known - YEAR) // 7
    if base is None or weeks < 4:
        return None
    used = 7 * weeks
    now = task.history[-used:].reshape(weeks, 7).sum(axis=1)
    then = task.history[-used - YEAR : len(task.history) - YEAR].reshape(weeks, 7).sum(axis=1)
    floor = 0.1 * max(float(then.mean()), 1e-9)
    logs = np.log((np.maximum(now, 0) + floor) / (np.maximum(then, 0) + floor))
    ahead = _theta(logs, _weeks_ahead(task))
    return base * float(np.exp(np.clip(ahead.mean(), -2.3, 2.3)))


def _level(days: int) -> Model:
    """The mean of the last `days`, every day."""

    def model(task: Task) -> float | None:
        return float(task.history[max(len(task.history) - days, task.begin) :].mean()) * task.days if task.known >= days // 2 else None

    return model


def _theta_of_weeks(task: Task) -> float | None:
    """A Theta forecast of the weekly sums."""
    weeks = task.known // 7
    if weeks < 4:
        return None
    sums = task.history[-7 * weeks :].reshape(weeks, 7).sum(axis=1)
    return max(float(_theta(sums, _weeks_ahead(task)).mean()), 0.0) / 7 * task.days


def _weeks_ahead(task: Task) -> slice:
    first = max(task.start - len(task.history), 0) // 7
    return slice(first, max(first + 1, math.ceil((task.stop - len(task.history)) / 7)))


def _theta(series: Days, ahead: slice) -> Days:
    from statsforecast.theta import auto_theta, forecast_theta

    fitted = auto_theta(series, 1, model="STM" if len(series) < 12 else "OTM")
    return np.asarray(forecast_theta(fitted, ahead.stop)["mean"], dtype=np.float64)[ahead]


LEVELS: Mapping[str, Model] = {"mean of 4 weeks": _level(28), "mean of 8 weeks": _level(56), "Theta of the weeks": _theta_of_weeks}
"""Models that know nothing of the year."""

MODELS: Mapping[str, Model] = {
    "year before": _year_before,
    "year before, growth of 4 weeks": _grown(4),
    "year before, growth of 13 weeks": _grown(13),
    "year before, growth of 26 weeks": _grown(26),
    "year before, half the growth of 13 weeks": _grown(13, 0.5),
    "year before, Theta of the weekly growth": _theta_of_ratios,
    "level of 8 weeks in the shop's season": _level_in_season(8),
    "level of 26 weeks in the shop's season": _level_in_season(26),
    **LEVELS,
}
"""Every candidate, by the name that a receipt shows."""
