"""From logits to honest probabilities: temperature, calibration error, and what is out of scope.

Plain NumPy; knows neither torch nor files. Shapes: n examples, k labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.models.intent import Scope, scope_features, softmax
from retrieval.types import Vector

ENERGY, NEARNESS = 2, 4
"""Columns of `scope_features` where there is no out-of-scope label."""
STEEPNESS = 3.0
"""How fast the chance of being outside rises about the threshold: nearly nothing for what is well inside."""

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def fit_temperature(logits: Vector, truth: Integers, least: float = 0.05) -> float:
    """The divisor of `logits` (n, k) that makes their softmax likeliest for `truth` (n,); by golden section on its logarithm.

    `least`: it is never smaller. Texts that are all read rightly would have it at nothing, and every other text read with certainty.
    """

    def loss(log_temperature: float) -> float:
        probabilities = softmax(logits / np.float32(np.exp(log_temperature)))
        return float(-np.log(probabilities[np.arange(len(truth)), truth] + 1e-12).mean())

    low, high, golden = np.log(least), np.log(10.0), (np.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return float(np.exp((low + high) / 2))


def expected_calibration_error(confidence: Vector, correct: Flags, bins: int = 15) -> float:
    """Mean distance between confidence and accuracy over equal-width bins, weighted by their size."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[which == b].mean() - correct[which == b].mean()) * (which == b).mean() for b in range(bins) if (which == b).any()
    ]
    return float(sum(gaps))


def error_of_chance(confidence: Vector, draws: int = 500, seed: int = 13) -> float:
    """The calibration error that a perfectly calibrated model of these confidences (n,) would show on average: what n texts cannot tell."""
    chooser = np.random.default_rng(seed)
    return float(np.mean([expected_calibration_error(confidence, chooser.random(len(confidence)) < confidence) for _ in range(draws)]))


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """One bin of a reliability picture."""

    confidence: float
    accuracy: float
    count: int


def reliability(confidence: Vector, correct: Flags, bins: int = 10) -> list[ReliabilityBin]:
    """Accuracy by confidence; empty bins are left out."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    chosen = [which == b for b in range(bins) if (which == b).any()]
    return [ReliabilityBin(float(confidence[c].mean()), float(correct[c].mean()), int(c.sum())) for c in chosen]


def macro_f1(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """The mean F1 over all labels that occur in truth or prediction."""
    scores = []
    for label in sorted(set(truth) | set(predicted)):
        hits = sum(t == p == label for t, p in zip(truth, predicted, strict=True))
        said, meant = sum(p == label for p in predicted), sum(t == label for t in truth)
        scores.append(2 * hits / (said + meant))
    return float(np.mean(scores)) if scores else 0.0


def fit_scope(logits: Vector, nearness: Vector | None, outside: Flags, oos: int | None, temperature: float) -> Scope:
    """How likely a text is out of scope, from its logits (n, k) and nearness (n,) to the training data.

    A logistic regression on a few scores that each tell the two apart: their weights are fitted on validation data with both
    kinds, balanced. `oos` is the column of a trained out-of-scope label. The threshold is chosen by `choose_threshold` afterwards.
    """
    features = scope_features(logits, nearness, oos, temperature)
    centre, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    weights, bias = _logistic((features - centre) / spread, outside.astype(np.float64))
    return Scope(tuple(map(float, weights / spread)), float(bias - (weights * centre / spread).sum()))


def fit_scope_alone(logits: Vector, nearness: Vector | None, temperature: float, retention: float) -> Scope:
    """How likely a text is out of scope, from texts in scope alone: `logits` (n, k) and `nearness` (n,) of validation data.

    The sum of energy and nearness, each in its own standard deviations: of what was compared in `finetune/LOG.md` it finds most, near and
    far. The threshold keeps the share `retention` of these texts in scope.
    """
    features = scope_features(logits, nearness, None, temperature)
    weights = np.zeros(features.shape[1])
    for column in (ENERGY,) if nearness is None else (ENERGY, NEARNESS):
        weights[column] = -STEEPNESS / (features[:, column].std() + 1e-6)
    limit = float(np.quantile(features @ weights, retention))
    return Scope(tuple(map(float, weights)), -limit, 0.5)


def _logistic(
    features: NDArray[np.float64], truth: NDArray[np.float64], strength: float = 0.02, steps: int = 50
) -> tuple[NDArray[np.float64], float]:
    """Newton's method; classes weigh the same, weights (not the bias) are held small."""
    inputs = np.concatenate([features, np.ones((len(features), 1))], axis=1)
    balance = np.where(truth > 0, 0.5 / max(truth.sum(), 1), 0.5 / max((1 - truth).sum(), 1))
    penalty = np.diag([strength] * features.shape[1] + [1e-6])
    weights = np.zeros(inputs.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        gradient = inputs.T @ (balance * (chance - truth)) + penalty @ weights
        curvature = (inputs * (balance * chance * (1 - chance))[:, None]).T @ inputs + penalty
        weights = weights - np.linalg.solve(curvature, gradient)
    return weights[:-1], float(weights[-1])


def choose_threshold(outside_chance: NDArray[np.float64], right_inside: Flags, outside: Flags, recall: float = 0.85) -> float:
    """The threshold that keeps most in-scope messages right among those that find at least `recall` of what is outside.

    `right_inside`: whether the best in-scope label is the true one. Among thresholds of equal worth the middle one is taken.
    """
    candidates = np.unique(np.quantile(outside_chance, np.linspace(0, 1, 400)))
    inside = ~outside
    best, worth = [float(candidates[-1])], -1.0
    for threshold in candidates:
        judged = outside_chance >= threshold
        if judged[outside].mean() < recall:
            continue
        kept = float((right_inside & ~judged)[inside].mean())
        if kept > worth + 1e-9:
            best, worth = [float(threshold)], kept
        elif kept > worth - 1e-9:
            best.append(float(threshold))
    return float(np.median(best))
