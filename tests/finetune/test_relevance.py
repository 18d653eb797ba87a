"""The chance beside a suggested reply: its fit finds the curve that made the data, and its bands say what they promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.models.relevance import Curve, Relevance, band, curves
from assistant.testing import FakeEncoder
from finetune.relevance import Pairs, as_toml, fit_relevance, fitted, logistic


def made(true: Curve, count: int) -> Pairs:
    """Pairs that are right by chance as the curve says."""
    dice = np.random.default_rng(5)
    features = dice.random((count, 2))
    chances = np.array([true.at(*row) for row in features])
    return Pairs(features, dice.random(count) < chances, np.arange(count))


def test_the_fit_finds_the_curve_that_made_the_pairs() -> None:
    true = Curve(-4.0, 5.0, 2.0)
    pairs = made(true, 20_000)
    found = logistic(pairs.features, pairs.right)
    assert (found.start, found.meaning, found.words) == pytest.approx((true.start, true.meaning, true.words), abs=0.3)


def test_it_is_measured_on_pairs_held_out_and_calibrated() -> None:
    found = fitted(made(Curve(-4.0, 5.0, 2.0), 10_000))
    assert found.pairs == 2_000
    assert found.calibration_error < 0.04
    assert found.bands["likely"][1] > 0.7 > found.bands["maybe"][1] > 0.4 > found.bands["a guess"][1]
    assert sum(share for share, _ in found.bands.values()) == pytest.approx(1.0)


def test_what_is_told_apart_perfectly_still_has_finite_weights() -> None:
    features = np.array([[0.1, 0.0], [0.2, 0.1], [0.8, 0.9], [0.9, 1.0]])
    found = logistic(features, np.array([False, False, True, True]))
    assert abs(found.meaning) < 100
    assert found.at(0.9, 1.0) > 0.9 > 0.1 > found.at(0.1, 0.0)


def test_what_ships_rises_with_meaning_and_with_words() -> None:
    for curve in curves().values():
        assert curve.at(0.9, 1.0) > curve.at(0.5, 0.5) > curve.at(0.0, 0.0)
        assert curve.at(0.0, 0.0) < 0.2
    assert [band(chance) for chance in (0.9, 0.5, 0.1)] == ["likely", "maybe", "a guess"]
    same, other = Relevance(FakeEncoder(256)).of("meant", "do you ship to Norway?", ["do you ship to Norway?", "I lost my password"])
    assert same > 0.7 > 0.4 > other


@pytest.mark.shared
def test_the_public_pairs_fit(shared: Path) -> None:
    found = fit_relevance(shared / "data", FakeEncoder(384))
    assert set(found) == {"says", "meant"}
    assert found["meant"].bands["likely"][1] > found["meant"].bands["a guess"][1]
    assert as_toml(found).count("start =") == 2
