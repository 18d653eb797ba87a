"""Anomalies, elasticity and restocking on data whose answer is known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.models.anomaly import high_rates, odd_days, odd_orders, shifted
from assistant.models.elasticity import fit
from assistant.models.restock import days_left, demand, season
from assistant.models.segments import score

RNG = np.random.default_rng


def trade(days: int = 420, level: float = 40.0, seed: int = 1) -> np.ndarray:
    rhythm = np.array([1.1, 0.9, 0.9, 1.0, 1.2, 1.3, 0.6])
    swell = 1 + 0.5 * np.sin(np.arange(days) / 60)
    return RNG(seed).poisson(level * rhythm[np.arange(days) % 7] * swell).astype(float)


def test_planted_days_are_found_and_hardly_any_others() -> None:
    found = planted = right = 0
    for seed in range(8):
        figures = trade(seed=seed)
        figures[120], figures[301] = 5 * figures[120], 0
        odd = {one.day for one in odd_days(figures, 0)}
        planted, found, right = planted + 2, found + len(odd), right + len(odd & {120, 301})
    assert right / planted >= 0.9
    assert right / found >= 0.8


def test_a_day_off_every_week_and_a_holiday_of_every_year_are_not_odd() -> None:
    figures = trade(800)
    figures[np.arange(800) % 7 == 5] = 0
    figures[[200, 565]] = 0
    assert not odd_days(figures, 0)


def test_a_promotion_is_held_against_itself() -> None:
    figures = trade()
    runs = np.zeros(420, dtype=np.int64)
    runs[200:210] = 1
    figures[200:210] *= 2.5
    assert not odd_days(figures, 0, runs)
    figures[204] *= 4
    assert [one.day for one in odd_days(figures, 0, runs)] == [204]


@pytest.mark.parametrize("figures", [np.zeros(0), np.zeros(300), np.ones(20)])
def test_too_few_days_give_nothing(figures: np.ndarray) -> None:
    assert odd_days(figures, 0) == ()


def test_planted_orders_are_found_by_the_feature_that_is_odd() -> None:
    rng = RNG(2)
    features = np.stack([rng.lognormal(4, 0.5, 3000), rng.poisson(3, 3000) + 1.0, rng.poisson(2, 3000) + 1.0], axis=1)
    planted = set(range(0, 200, 10))
    for order in planted:
        features[order, order % 3] *= 150
    odd = odd_orders(features, ("amount", "pieces", "products"), (True, True, True))
    hits = {one.order for one in odd}
    assert len(hits & planted) / len(planted) >= 0.9
    assert len(hits & planted) / len(hits) >= 0.8
    assert all(one.feature == ("amount", "pieces", "products")[one.order % 3] for one in odd if one.order in planted)
    assert odd_orders(features[:50], ("a", "b", "c"), (True, True, True)) == ()


def test_one_bad_product_among_products_that_differ_by_themselves() -> None:
    rng = RNG(3)
    tries = rng.integers(20, 300, 300).astype(float)
    events = rng.binomial(tries.astype(int), rng.beta(3, 60, 300)).astype(float)
    tries[7], events[7] = 80, 40
    assert high_rates(events, tries, 3.0).tolist() == [7]
    assert not len(high_rates(np.zeros(5), np.ones(5)))


def test_only_the_group_that_moved_is_told() -> None:
    before = np.array([500.0, 300.0, 40.0, 12.0])
    assert shifted(before * 1.3, before).tolist() == []
    now = before.copy()
    now[2] = 200.0
    assert shifted(now, before).tolist() == [2]


def test_elasticities_come_back_and_a_price_that_never_moved_tells_nothing() -> None:
    rng = RNG(4)
    weeks, products = 104, 40
    season_of = 100 * (1 + 0.3 * np.sin(np.arange(weeks) / 8))
    prices = np.full((products, weeks), 10.0)
    true = rng.normal(-2.0, 0.5, products)
    for n in range(products - 1):
        prices[n, rng.choice(weeks, 20, replace=False)] = 8.0
    orders = rng.poisson(0.15 * season_of * (prices / 10.0) ** true[:, None]).astype(float)
    found = fit(orders, prices, season_of)
    assert not found.tellable[-1]
    assert found.tellable[:-1].all()
    assert found.mean == pytest.approx(-2.0, abs=0.25)
    inside = (found.low[:-1] <= true[:-1]) & (true[:-1] <= found.high[:-1])
    assert inside.mean() >= 0.85
    assert np.abs(found.value[:-1] - true[:-1]).mean() < 0.5


def test_the_reorder_point_suffices_as_often_as_it_says() -> None:
    rng = RNG(5)
    rate = rng.gamma(1.0, 1.0, 400)
    units = rng.poisson(rate[:, None] * rng.gamma(2.0, 0.5, (400, 260))).astype(float)
    point = demand(units[:, :-14], np.ones(400), 14).quantile(0.95)
    assert (units[:, -14:].sum(axis=1) <= point).mean() == pytest.approx(0.95, abs=0.04)


def test_days_left_and_the_season_of_a_year_before() -> None:
    units = np.full((3, 100), 2.0)
    units[2] = 0.0
    left = days_left(np.array([20.0, 0.0, 5.0]), units, np.ones(3))
    assert (left[0], left[1], left[2]) == (10.0, 0.0, np.inf)
    year = np.full(500, 10.0)
    year[500 - 364 : 500 - 350] = 30.0
    assert season(year, 14) == pytest.approx(3.0)
    assert season(year[-100:], 14) == 1.0


def test_customers_of_one_purchase_all_score_alike() -> None:
    scored = score(np.arange(100.0), np.r_[np.ones(60), np.arange(2.0, 42.0)], np.arange(100.0))
    assert set(scored.frequency[:60]) == {1}
    assert scored.segment[0] == "promising"
    assert set(scored.segment[80:]) <= {"at risk"}
