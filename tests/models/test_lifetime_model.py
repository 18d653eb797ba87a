"""BG/NBD and Gamma-Gamma: published figures, parameters known by construction, and what too little data gives."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from assistant.models.lifetime import BgNbd, GammaGamma, History, TooFewCustomers, fit, summarise

CDNOW = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
"""Fader, Hardie and Lee 2005, table 2."""


def one(frequency: float, recency: float, age: float, spend: float = 0.0) -> History:
    return History(("1",), *(np.array([v]) for v in (frequency, recency, age, spend)))


def drawn(customers: int, rng: np.random.Generator, weeks: float = 78.0) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Purchases drawn from the models themselves: r 0.6, alpha 6, a 0.7, b 3; money p 6, q 4, gamma 15."""
    who: list[str] = []
    when: list[float] = []
    money: list[float] = []
    for number in range(customers):
        rate, leaves = rng.gamma(0.6, 1 / 6.0), rng.beta(0.7, 3.0)
        mean_scale = rng.gamma(4.0, 1 / 15.0)
        at = rng.uniform(0, 13)
        while at < weeks:
            who.append(f"c{number}")
            when.append(at)
            money.append(rng.gamma(6.0, 1 / mean_scale))
            if len(who) > 1 and who[-2] == who[-1] and rng.random() < leaves:
                break
            at += max(rng.exponential(1 / rate), 1 / 7)
    days = np.datetime64("2024-01-01") + (np.array(when) * 7).astype(int).astype("timedelta64[D]")
    return who, days, np.array(money)


def test_the_published_example_of_a_conditional_expectation() -> None:
    # Hardie's note 004: x = 2, t_x = 30.43, T = 38.86, t = 39 gives 1.226
    assert CDNOW.expected(one(2, 30.43, 38.86), 39.0)[0] == pytest.approx(1.226, abs=0.002)


def test_who_never_came_back_is_alive_by_definition_and_long_silence_is_not() -> None:
    assert CDNOW.alive(one(0, 0, 50))[0] == 1.0
    assert CDNOW.alive(one(20, 10, 60))[0] < 0.01 < 0.9 < CDNOW.alive(one(20, 59, 60))[0]


def test_a_drawn_population_gives_its_parameters_back() -> None:
    made = fit(summarise(*drawn(6000, np.random.default_rng(5)), date(2025, 6, 30)))
    assert made.buying.r == pytest.approx(0.6, rel=0.12)
    assert made.buying.r / made.buying.alpha == pytest.approx(0.1, rel=0.12)
    assert made.buying.a / (made.buying.a + made.buying.b) == pytest.approx(0.7 / 3.7, rel=0.25)
    assert made.spending is not None
    assert made.spending.mean == pytest.approx(6 * 15 / 3, rel=0.08)


def test_the_sum_expected_is_the_sum_that_came() -> None:
    who, days, money = drawn(3000, np.random.default_rng(11))
    split, end = date(2024, 9, 30), date(2025, 6, 29)
    history = summarise(who, days, money, split)
    expected = fit(history).buying.expected(history, (end - split).days / 7).sum()
    came = len({(w, d) for w, d in zip(who, days, strict=True) if d > np.datetime64(split) and w in set(history.customers)})
    assert expected == pytest.approx(came, rel=0.12)


def test_what_comes_after_the_day_is_not_seen() -> None:
    who, days, money = drawn(300, np.random.default_rng(3))
    until = date(2024, 9, 30)
    honest = summarise(who, days, money, until)
    later = days > np.datetime64(until)
    poisoned = summarise(
        [*who, "new"],
        np.append(np.where(later, days + 40, days), np.datetime64(until) + 9),
        np.append(np.where(later, money * 1000, money), 9.0),
        until,
    )
    for one_side, other in zip(
        (honest.frequency, honest.recency, honest.age, honest.spend),
        (poisoned.frequency, poisoned.recency, poisoned.age, poisoned.spend),
        strict=True,
    ):
        np.testing.assert_array_equal(one_side, other)


def test_two_orders_of_one_day_are_one_purchase() -> None:
    days = np.array(["2024-01-01", "2024-01-01", "2024-01-15", "2024-01-15"], dtype="datetime64[D]")
    history = summarise(["a"] * 4, days, np.array([5.0, 5.0, 10.0, 20.0]), date(2024, 1, 29))
    assert (history.frequency[0], history.recency[0], history.age[0], history.spend[0]) == (1.0, 2.0, 4.0, 30.0)


def test_the_mean_purchase_is_drawn_to_that_of_all() -> None:
    spending = GammaGamma(6.25, 3.74, 15.44)
    few, many = spending.expected(one(1, 1, 2, 100.0))[0], spending.expected(one(50, 1, 2, 100.0))[0]
    assert spending.mean < few < many < 100.0


@pytest.mark.parametrize("customers", [0, 1, 60])
def test_too_little_is_said_to_be_too_little(customers: int) -> None:
    days = np.full(customers, np.datetime64("2024-01-01"))
    with pytest.raises(TooFewCustomers, match=r"too few"):
        fit(summarise([str(n) for n in range(customers)], days, np.ones(customers), date(2024, 2, 1)))
