"""Candidates for a panel's forecast: each takes series and says their next steps.

Owns the models alone; knows no backtest, no choice and no interval. The local ones see one series at a time and come from statsforecast;
the pooled regression learns from all series at once.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Steps: TypeAlias = NDArray[np.float64]
"""One figure a step, oldest first; shape (steps,)."""
Local: TypeAlias = Callable[[Steps, int, int], Steps]
"""(series, horizon, period) to the next `horizon` steps; `period` is 1 where the series has no season."""

RECENT = 600
"""Steps of the past that a local model reads: what is older says little, and costs."""
LAGS = (26, 54, 106, 212, 320)
"""Steps back that the pooled regression looks, the most that a series allows; the longer, the more a season shows."""
WINDOWS = 100
"""Training windows taken from each series, the newest."""
RIDGE = 1e-4


def last(series: Steps, horizon: int, period: int) -> Steps:
    """The last figure, or the last season, again."""
    turn = period if 1 < period <= len(series) else 1
    return np.resize(series[-turn:], horizon)


def smoothing(series: Steps, horizon: int, period: int) -> Steps:
    """Exponential smoothing without a season; the kind is chosen by AICc (Hyndman and Khandakar 2008)."""
    from statsforecast.models import AutoETS

    return _told(AutoETS(season_length=1), series, horizon)


def smoothing_of_seasons(series: Steps, horizon: int, period: int) -> Steps:
    """Exponential smoothing of what is left without the season, which is added again (Bandara et al. 2021)."""
    from statsforecast.models import MSTL, AutoETS

    if not _turns(series, period):
        return smoothing(series, horizon, period)
    return _told(MSTL(season_length=period, trend_forecaster=AutoETS(model="ZZN")), series, horizon)


def complex_smoothing(series: Steps, horizon: int, period: int) -> Steps:
    """Complex exponential smoothing, with a season where there is one (Svetunkov et al. 2022)."""
    from statsforecast.models import AutoCES

    return _told(AutoCES(season_length=period if _turns(series, period) else 1), series, horizon)


def plain_complex_smoothing(series: Steps, horizon: int, period: int) -> Steps:
    """Complex exponential smoothing without a season."""
    from statsforecast.models import AutoCES

    return _told(AutoCES(season_length=1, model="N"), series, horizon)


def theta(series: Steps, horizon: int, period: int) -> Steps:
    """The dynamically optimised Theta model (Fiorucci et al. 2016)."""
    from statsforecast.models import DynamicOptimizedTheta

    return _told(DynamicOptimizedTheta(season_length=period if _turns(series, period) else 1), series, horizon)


def pooled_regression(panel: Sequence[Steps], horizon: int, period: int) -> list[Steps]:
    """One ridge regression for all series, from the last steps of each to its next ones; longer series get longer memories.

    Every window is written as distances from its last figure, in units of its own mean step, on a logarithmic scale where all
    figures are positive; a series too short for any memory repeats its last figure. Source: Montero-Manso and Hyndman 2021.
    """
    logs = all(float(series.min()) > 0 for series in panel)
    scaled = [np.log(series) if logs else series for series in panel]
    made: list[Steps] = [np.repeat(series[-1], horizon) for series in scaled]
    for lags in LAGS:
        able = [i for i, series in enumerate(scaled) if len(series) >= lags]
        weights = _regression([scaled[i] for i in able], lags, horizon)
        if weights is not None:
            for i in able:
                start, unit, origin = _written(scaled[i][None, -lags:])
                made[i] = origin[0] + unit[0] * (start[0] @ weights)
    return [np.exp(steps) if logs else steps for steps in made]


def _regression(panel: Sequence[Steps], lags: int, horizon: int) -> NDArray[np.float64] | None:
    """(lags - 1, horizon) weights; None where the windows are fewer than the weights."""
    inputs, targets = [], []
    for series in panel:
        if len(series) >= lags + horizon:
            windows = np.lib.stride_tricks.sliding_window_view(series, lags + horizon)[-WINDOWS:]
            start, unit, origin = _written(windows[:, :lags])
            inputs.append(start)
            targets.append(np.clip((windows[:, lags:] - origin) / unit, -30.0, 30.0))
    if sum(map(len, inputs)) < 2 * lags:
        return None
    x, y = np.concatenate(inputs), np.concatenate(targets)
    penalty = RIDGE * len(x) * float((x * x).mean()) + 1e-9
    return np.asarray(np.linalg.solve(x.T @ x + penalty * np.eye(lags - 1), x.T @ y), dtype=np.float64)


def _written(windows: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """(n, lags) windows -> distances of all but the last figure from it (n, lags - 1), in units (n, 1), and the last figure (n, 1)."""
    origin = windows[:, -1:]
    unit = np.abs(np.diff(windows, axis=1)).mean(axis=1, keepdims=True) + 1e-9
    return np.clip((windows[:, :-1] - origin) / unit, -50.0, 50.0), unit, origin


def _told(model: Any, series: Steps, horizon: int) -> Steps:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(model.forecast(y=series[-RECENT:], h=horizon)["mean"], dtype=np.float64)


def _turns(series: Steps, period: int) -> bool:
    """Whether the series holds enough turns of a season to learn one."""
    return period > 1 and len(series) >= 2 * period + period // 4


REPEAT = "repeating the last figure"
POOLED = "regression over all series"
PLAIN: Mapping[str, Local] = {"exponential smoothing": smoothing, "complex smoothing": complex_smoothing, "dynamic Theta": theta}
SEASONAL: Mapping[str, Local] = {
    "exponential smoothing without the season": smoothing_of_seasons,
    "complex smoothing, no season": plain_complex_smoothing,
    "repeating the last season": last,
}
"""Candidates that see one series at a time, by the name that a card or receipt shows; the latter only where there is a season."""
