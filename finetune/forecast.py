"""How good the forecaster is on a panel of series, by the rules of the M4 competition.

Owns the competition's file layout, its reference method (Naive2) and its measures; the forecaster itself is `assistant.models.panel`,
which never sees the test file. Source: Makridakis, Spiliotis and Assimakopoulos 2020, and the competition's published code.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ImportRefused
from assistant.models.members import Steps
from assistant.models.panel import Paths, forecast_panel
from assistant.types import Progress

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class ForecastReport:
    """What an evaluation found.

    `numbers`: smape (in percent), mase and owa as the competition reckons them, `smape_naive2`, `mase_naive2` and those of the seasonal
    naive beside them, `coverage_95` (the share of figures within the intervals meant to hold 95 %), `series`, `horizon`.
    """

    numbers: Mapping[str, float]
    members: tuple[str, ...]
    errors: Mapping[str, float]
    period: int


def evaluate_forecast(train: Path, test: Path, season: int, *, workers: int = 1, progress: Progress | None = None) -> ForecastReport:
    """Forecasts every series of `train` over the steps that `test` holds, and compares. `season` is the competition's frequency.

    Raises:
        ImportRefused: a file is absent or not in the layout, or the two do not name the same series.
        PanelTooShort: a series is too short for a forecast that was tried on the past.
    """
    past, future = read_series(train), read_series(test)
    missing = sorted(set(future) - set(past))
    if missing or not future:
        raise ImportRefused(
            f"{len(missing)} series of {test.name} are not in {train.name}: {', '.join(missing[:5])}."
            if missing
            else f"{test.name} holds no series.",
            hint="Give the two files of one set, such as Weekly-train.csv and Weekly-test.csv.",
        )
    horizons = {len(series) for series in future.values()}
    if len(horizons) > 1:
        raise ImportRefused(f"The series of {test.name} differ in length: {min(horizons)} to {max(horizons)}.", hint="Give one horizon.")
    known, actual = [past[name] for name in future], np.stack(list(future.values()))
    paths = forecast_panel(known, horizons.pop(), period=season if season > 1 else 0, level=LEVEL, workers=workers, progress=progress)
    return ForecastReport(_numbers(known, actual, paths, season), paths.members, paths.errors, paths.period)


def read_series(path: Path) -> dict[str, Steps]:
    """Series by name from a file in the competition's layout: a header, then a name and the figures of one series a line.

    Raises:
        ImportRefused: there is no such file, or a cell is no number.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            csv.field_size_limit(10_000_000)
            rows = list(csv.reader(stream))
    except FileNotFoundError as error:
        raise ImportRefused(f"There is no file {path}.", hint="Check the path.") from error
    except IsADirectoryError as error:
        raise ImportRefused(f"{path} is a folder.", hint="Name the file of series.") from error
    return {row[0]: _figures(path, row) for row in rows[1:] if row and row[0]}


def _figures(path: Path, row: Sequence[str]) -> Steps:
    cells = [cell.strip() for cell in row[1:]]
    while cells and cells[-1] in ("", "NA"):
        cells.pop()
    try:
        figures = np.array([float(cell) for cell in cells])
    except ValueError as error:
        raise ImportRefused(f"{path}, series {row[0]}: {error}.", hint="Each cell after the name is a number.") from error
    if not len(figures):
        raise ImportRefused(f"{path}, series {row[0]}: no figures.", hint="Delete the line.")
    return figures


def naive2(series: Steps, horizon: int, season: int) -> Steps:
    """The competition's reference: the last figure, seasonally adjusted where a test finds a season."""
    if season < 2 or not is_seasonal(series, season):
        return np.repeat(series[-1], horizon)
    indices = _seasonal_indices(series, season)  # (season,), of the steps counted from the first
    adjusted = series / indices[np.arange(len(series)) % season]
    ahead = np.arange(len(series), len(series) + horizon) % season
    return np.asarray(adjusted[-1] * indices[ahead])


def is_seasonal(series: Steps, season: int) -> bool:
    """The competition's test: whether the autocorrelation at the season's lag is beyond 90 % limits."""
    if len(series) < 3 * season:
        return False
    centred = series - series.mean()
    power = float((centred * centred).sum())
    if power == 0:
        return False
    autocorrelations = [float((centred[lag:] * centred[:-lag]).sum()) / power for lag in range(1, season + 1)]
    limit = 1.645 * np.sqrt((1 + 2 * sum(r * r for r in autocorrelations[:-1])) / len(series))
    return bool(abs(autocorrelations[-1]) > limit)


def _seasonal_indices(series: Steps, season: int) -> NDArray[np.float64]:
    """Multiplicative indices of a classical decomposition, of mean one."""
    weights = np.ones(season) / season if season % 2 else np.r_[0.5, np.ones(season - 1), 0.5] / season
    half = len(weights) // 2
    trend = np.convolve(series, weights, mode="valid")
    ratios = series[half : half + len(trend)] / trend
    phases = np.arange(half, half + len(trend)) % season
    indices = np.array([ratios[phases == phase].mean() for phase in range(season)])
    return np.asarray(indices / indices.mean())


def smape(actual: NDArray[np.float64], made: NDArray[np.float64]) -> float:
    """The symmetric mean absolute percentage error of (n, horizon) figures, in percent: 0 to 200."""
    return float((200 * np.abs(actual - made) / (np.abs(actual) + np.abs(made) + 1e-12)).mean())


def mase(actual: NDArray[np.float64], made: NDArray[np.float64], known: Sequence[Steps], season: int) -> float:
    """The mean absolute error in units of the in-sample error of the seasonal naive, averaged over the series."""
    scales = np.array([_scale(series, season) for series in known])
    return float((np.abs(actual - made).mean(axis=1) / scales).mean())


def _scale(series: Steps, season: int) -> float:
    lag = season if len(series) > season else 1
    return max(float(np.abs(series[lag:] - series[:-lag]).mean()), 1e-12)


def _numbers(known: Sequence[Steps], actual: NDArray[np.float64], paths: Paths, season: int) -> dict[str, float]:
    horizon = actual.shape[1]
    reference = np.stack([naive2(series, horizon, season) for series in known])
    seasonal = np.stack([np.resize(series[-paths.period :] if len(series) >= paths.period else series[-1:], horizon) for series in known])
    errors = {
        suffix: (smape(actual, made), mase(actual, made, known, season))
        for suffix, made in (("", paths.value), ("_naive2", reference), ("_seasonal_naive", seasonal))
    }
    mine, theirs = errors[""], errors["_naive2"]
    numbers = {
        "smape": mine[0],
        "mase": mine[1],
        "owa": (mine[0] / theirs[0] + mine[1] / theirs[1]) / 2,
        "coverage_95": float(((actual >= paths.low) & (actual <= paths.high)).mean()),
        **{f"{name}{suffix}": error[i] for suffix, error in errors.items() if suffix for i, name in enumerate(("smape", "mase"))},
        "series": float(len(known)),
        "horizon": float(horizon),
    }
    return {name: round(value, 4) for name, value in numbers.items()}
