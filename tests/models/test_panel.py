"""Forecasts of panels whose next steps are known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.models.members import REPEAT, Steps, pooled_regression
from assistant.models.panel import PanelTooShort, common_period, forecast_panel


def _seasonal(count: int = 4, length: int = 96, noise: float = 0.5) -> list[Steps]:
    chooser = np.random.default_rng(5)
    steps = np.arange(length)
    return [100 + 10 * i + 0.1 * steps + 12 * np.sin(2 * np.pi * steps / 12) + chooser.normal(0, noise, length) for i in range(count)]


@pytest.fixture(scope="module")
def seasonal() -> list[Steps]:
    return _seasonal()


def test_a_season_is_found_and_carried_on(seasonal: list[Steps]) -> None:
    known, after = [one[:-12] for one in seasonal], np.stack([one[-12:] for one in seasonal])
    made = forecast_panel(known, 12)
    assert made.period == 12
    assert np.abs(made.value - after).mean() < 1.5
    assert made.error < 0.3
    assert made.errors[REPEAT] == pytest.approx(1.0)
    assert REPEAT not in made.members


def test_the_interval_holds_what_comes_and_not_everything(seasonal: list[Steps]) -> None:
    known, after = [one[:-12] for one in seasonal], np.stack([one[-12:] for one in seasonal])
    made = forecast_panel(known, 12)
    assert ((after >= made.low) & (after <= made.high)).mean() >= 0.85
    assert (made.high - made.low).mean() < 20


def test_the_future_is_not_seen(seasonal: list[Steps]) -> None:
    known = [one[:60] for one in seasonal]
    poisoned = [one.copy() for one in seasonal]
    for one in poisoned:
        one[60:] = 1e9
    assert np.array_equal(forecast_panel(known, 6).value, forecast_panel([one[:60] for one in poisoned], 6).value)


def test_no_season_is_found_where_there_is_none() -> None:
    chooser = np.random.default_rng(1)
    assert common_period([np.cumsum(chooser.normal(0, 1, 150)) for _ in range(12)]) == 1


def test_figures_that_are_never_negative_have_no_negative_interval() -> None:
    chooser = np.random.default_rng(2)
    made = forecast_panel([chooser.poisson(1.0, 60).astype(float) for _ in range(3)], 4, period=1)
    assert made.low.min() >= 0
    assert (made.low <= made.value).all()
    assert (made.value <= made.high).all()


def test_the_pooled_regression_learns_from_the_others() -> None:
    """A series too short to show its own rule is forecast by the rule that the others share."""
    turns = np.tile([10.0, 20.0, 30.0, 20.0], 40)
    panel = [turns + i for i in range(8)] + [turns[:30] + 50]
    ahead = pooled_regression(panel, 4, 1)
    assert ahead[-1] == pytest.approx(np.array([80.0, 70.0, 60.0, 70.0]), rel=0.05)


@pytest.mark.parametrize("panel", [[], [np.arange(10.0)], [np.arange(100.0), np.arange(12.0)]])
def test_too_little_is_refused(panel: list[Steps]) -> None:
    with pytest.raises(PanelTooShort, match="needed"):
        forecast_panel(panel, 6)


def test_gaps_are_refused() -> None:
    series = np.arange(100.0)
    series[3] = np.nan
    with pytest.raises(PanelTooShort, match="gap"):
        forecast_panel([series], 6)
