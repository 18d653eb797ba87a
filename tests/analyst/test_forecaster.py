"""The forecaster on series whose future is known by construction, and its refusals."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.models.forecaster import Days, TooShort, forecast

WEEK = np.array([5.0, 4.0, 4.0, 5.0, 6.0, 0.0, 3.0])


def _years(weeks: int, *, growth: float = 1.0, noise: float = 0.0, seed: int = 0) -> Days:
    """A week's shape under a yearly swing, each year `growth` times the one before."""
    days = np.arange(7 * weeks)
    swing = 2.0 + np.sin(2 * np.pi * days / 364)
    series = np.tile(WEEK, weeks) * swing * growth ** (days / 364)
    return series * np.exp(np.random.default_rng(seed).normal(0, noise, len(days)))


def test_a_repeating_year_is_repeated() -> None:
    series = _years(130)
    made = forecast(series[:728], 728, 756)
    assert made.value == pytest.approx(series[728:756].sum(), rel=0.02)
    assert made.naive == pytest.approx(series[728:756].sum())
    assert made.low < made.value < made.high


def test_growth_is_carried_on() -> None:
    series = _years(130, growth=1.3)
    made = forecast(series[:728], 740, 770)
    assert made.value == pytest.approx(series[740:770].sum(), rel=0.04)
    assert made.naive is not None
    assert made.naive < 0.85 * made.value
    assert made.naive_error is not None
    assert made.error < made.naive_error


def test_the_interval_holds_about_nine_in_ten() -> None:
    held = 0
    for seed in range(30):
        series = _years(112, noise=0.5, seed=seed)
        made = forecast(series[:728], 728, 742)
        held += made.low <= series[728:742].sum() <= made.high
    assert 22 <= held <= 30


def test_the_future_is_not_seen() -> None:
    series = _years(120, noise=0.2)
    poisoned = series.copy()
    poisoned[728:] = 1e9
    assert forecast(series[:728], 735, 750) == forecast(poisoned[:728], 735, 750)


def test_a_young_series_takes_the_season_of_the_shop() -> None:
    shop = _years(130) * 100
    young = np.where(np.arange(728) < 728 - 120, 0.0, shop[:728] / 50)
    made = forecast(young, 728 + 60, 728 + 90, season=shop[:728])
    truth = shop[788:818].sum() / 50
    assert made.naive is None
    assert made.value == pytest.approx(truth, rel=0.1)


def test_days_before_the_first_sale_do_not_count() -> None:
    series = _years(104)
    padded = np.concatenate([np.zeros(100), series])
    assert forecast(padded, 828, 842).value == pytest.approx(forecast(series, 728, 742).value)


def test_a_span_longer_than_what_is_left_of_the_year_is_filled() -> None:
    series = _years(160)
    made = forecast(series[:728], 728, 728 + 364)
    assert made.value == pytest.approx(series[728 : 728 + 364].sum(), rel=0.03)


@pytest.mark.parametrize("series", [np.zeros(400), _years(4), np.where(np.arange(300) % 40 == 0, 5.0, 0.0)])
def test_too_little_is_refused(series: Days) -> None:
    with pytest.raises(TooShort, match="too few"):
        forecast(series, len(series), len(series) + 7)


def test_too_far_is_refused() -> None:
    with pytest.raises(TooShort, match="too far"):
        forecast(_years(104), 728 + 500, 728 + 530)
