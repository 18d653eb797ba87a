"""Calibration on data whose answer is known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.models.intent import scope_features, softmax
from finetune.calibration import (
    choose_threshold,
    error_of_chance,
    expected_calibration_error,
    fit_scope,
    fit_scope_alone,
    fit_temperature,
    macro_f1,
    reliability,
)


def sampled(temperature: float, rows: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from their softmax at `temperature`."""
    chooser = np.random.default_rng(1)
    logits = chooser.normal(0, 2, (rows, 5)).astype(np.float32)
    chances = softmax(logits / temperature)
    truth = np.array([chooser.choice(5, p=row / row.sum()) for row in chances.astype(np.float64)])
    return logits, truth


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_made_the_labels_is_found(temperature: float) -> None:
    logits, truth = sampled(temperature)
    assert fit_temperature(logits, truth) == pytest.approx(temperature, rel=0.12)


def test_calibration_error_is_nought_for_honest_and_large_for_boastful_confidence() -> None:
    logits, truth = sampled(2.0)
    honest, boastful = softmax(logits / 2), softmax(logits * 2)
    errors = [expected_calibration_error(p.max(axis=1), p.argmax(axis=1) == truth) for p in (honest, boastful)]
    assert errors[0] < 0.03
    assert errors[1] > 0.2


def test_texts_that_are_all_right_do_not_make_a_model_certain() -> None:
    logits = np.eye(3, dtype=np.float32)[[0, 1, 2, 0]] * 0.5
    truth = np.array([0, 1, 2, 0])
    assert fit_temperature(logits, truth) == pytest.approx(0.05, rel=0.1)
    assert fit_temperature(logits, truth, 0.8) == pytest.approx(0.8, rel=0.01)


def test_few_texts_show_an_error_that_many_do_not() -> None:
    few, many = (error_of_chance(np.linspace(0.3, 1.0, count, dtype=np.float32)) for count in (100, 10_000))
    assert few > 0.05
    assert many < 0.015
    assert error_of_chance(np.ones(50, np.float32)) == 0.0


def test_reliability_bins_hold_every_text_once() -> None:
    logits, truth = sampled(1.0)
    p = softmax(logits)
    bins = reliability(p.max(axis=1), p.argmax(axis=1) == truth)
    assert sum(b.count for b in bins) == len(truth)
    assert all(0 <= b.accuracy <= 1 for b in bins)


def test_macro_f1_by_hand() -> None:
    assert macro_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert macro_f1([], []) == 0.0


def test_scope_is_learnt_and_the_threshold_keeps_the_recall() -> None:
    chooser = np.random.default_rng(2)
    inside = chooser.normal(0, 1, (600, 8)) + 7 * np.eye(8)[chooser.integers(0, 8, 600)]
    outside = chooser.normal(0, 1, (150, 8))
    logits = np.concatenate([inside, outside]).astype(np.float32)
    is_outside = np.arange(750) >= 600
    scope = fit_scope(logits, None, is_outside, None, 1.0)
    chance = scope.chance(scope_features(logits, None, None, 1.0))
    threshold = choose_threshold(chance, np.ones(750, bool), is_outside, recall=0.9)
    assert (chance[is_outside] >= threshold).mean() >= 0.9
    assert (chance[~is_outside] < threshold).mean() > 0.97


@pytest.mark.parametrize("retention", [0.9, 0.97])
@pytest.mark.parametrize("near", [True, False])
def test_scope_without_a_single_text_outside_keeps_what_it_should_and_finds_the_rest(retention: float, near: bool) -> None:
    chooser = np.random.default_rng(4)
    logits = (chooser.normal(0, 1, (3000, 8)) + 9 * np.eye(8)[chooser.integers(0, 8, 3000)]).astype(np.float32)
    nearness = chooser.normal(-1, 0.2, 3000).astype(np.float32) if near else None
    scope = fit_scope_alone(logits[:2000], None if nearness is None else nearness[:2000], 1.0, retention)

    def judged(rows: np.ndarray, nearness: np.ndarray | None) -> float:
        return float((scope.chance(scope_features(rows, nearness, None, 1.0)) >= scope.threshold).mean())

    assert judged(logits[2000:], None if nearness is None else nearness[2000:]) == pytest.approx(1 - retention, abs=0.025)
    strange = chooser.normal(0, 1, (500, 8)).astype(np.float32)
    assert judged(strange, chooser.normal(-3, 0.2, 500).astype(np.float32) if near else None) > 0.95
    inside = scope.chance(scope_features(logits, nearness, None, 1.0))
    assert np.median(inside) < 0.05
