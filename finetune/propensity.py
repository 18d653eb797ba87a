"""The model of who buys again soon: fitted on months of the past, calibrated on a later one, judged on the last against recency alone.

Owns the cutting of the past into months and the fit. The features and the served network are `assistant.models.propensity`. Every
month is seen as it stood on its first day: what came later is its answer and never its feature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ImportRefused
from assistant.models.propensity import Propensity, snapshot
from finetune.lifetime import Ledger

HORIZON = 30
MONTHS = 6
"""Months that are fitted on."""
FEWEST = 200
FEWEST_BUYERS = 30
HIDDEN = 16
STEP = 30

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model with its figures on the last month, which it never saw; `recency_*` are those of recency alone, fitted alike.

    `month` are the features and answers of that month, which begins after the day `cut`.
    """

    model: Propensity
    month: tuple[Numbers, Numbers]
    cut: date
    customers: int
    bought: float
    auc: float
    log_loss: float
    calibration_error: float
    recency_auc: float
    recency_log_loss: float

    @property
    def metrics(self) -> dict[str, float]:
        """By the names of the card."""
        return {
            "test_auc": self.auc,
            "test_log_loss": self.log_loss,
            "test_calibration_error": self.calibration_error,
            "recency_auc": self.recency_auc,
            "recency_log_loss": self.recency_log_loss,
        }


def fit_propensity(ledger: Ledger, today: date, seed: int = 13) -> Fitted:
    """The model as of `today`, from the purchases up to then; later ones are not looked at.

    Raises:
        ImportRefused: the purchases span too little time, or too few customers come back.
    """
    known = ledger.days <= np.datetime64(today)
    ledger = Ledger(ledger.customers[known], ledger.days[known], ledger.money[known])
    cuts = [today - timedelta(days=HORIZON + STEP * back) for back in range(MONTHS + 2)]
    first = ledger.days.min().item() if len(ledger.days) else today
    cuts = [cut for cut in cuts if (cut - first).days >= 3 * HORIZON]
    if len(cuts) < 4:
        raise ImportRefused(f"{(today - first).days} days of purchases are too few to learn who comes back from.", hint="It takes 240.")
    test, held, *past = [_month(ledger, cut) for cut in cuts]
    features, bought = (np.concatenate(part) for part in zip(*past, strict=True))
    if len(test[0]) < FEWEST or bought.sum() < FEWEST_BUYERS or test[1].sum() < FEWEST_BUYERS:
        raise ImportRefused(
            f"{len(test[0])} customers, {int(test[1].sum())} of them back within {HORIZON} days, are too few to learn from.",
            hint=f"It takes {FEWEST} and {FEWEST_BUYERS}.",
        )
    model = _network(features, bought, held, seed)
    recency = _recency(features[:, 0], bought)
    chances, alone = model.probabilities(test[0]), recency(test[0][:, 0])
    return Fitted(
        model=model,
        month=test,
        cut=cuts[0],
        customers=len(test[0]),
        bought=float(test[1].mean()),
        auc=_auc(chances, test[1]),
        log_loss=log_loss(chances, test[1]),
        calibration_error=_calibration(chances, test[1]),
        recency_auc=_auc(alone, test[1]),
        recency_log_loss=log_loss(alone, test[1]),
    )


def _month(ledger: Ledger, cut: date) -> tuple[Numbers, Numbers]:
    """Features as of `cut`, and who bought within the horizon after it."""
    seen = snapshot(ledger.customers, ledger.days, ledger.money, cut, HORIZON)
    after = (ledger.days > np.datetime64(cut)) & (ledger.days <= np.datetime64(cut + timedelta(days=HORIZON)))
    return seen.features, np.isin(seen.customers, ledger.customers[after]).astype(np.float64)


def _network(features: Numbers, bought: Numbers, held: tuple[Numbers, Numbers], seed: int) -> Propensity:
    from sklearn.isotonic import IsotonicRegression
    from sklearn.neural_network import MLPClassifier

    middle, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    net = MLPClassifier((HIDDEN,), alpha=1e-2, batch_size=256, learning_rate_init=3e-3, max_iter=60, early_stopping=True, random_state=seed)
    net.fit((features - middle) / scale, bought)
    weights, biases = net.coefs_, net.intercepts_
    plain = Propensity(
        middle, scale, np.asarray(weights[0]), np.asarray(biases[0]), np.asarray(weights[1]), np.asarray(biases[1]),
        np.array([-30.0, 30.0]), np.array([0.0, 1.0]), HORIZON,
    )  # fmt: skip
    logits = plain.logits(held[0])
    steps = IsotonicRegression(y_min=0.002, y_max=0.998, out_of_bounds="clip").fit(logits, held[1])
    knots = np.unique(np.quantile(logits, np.linspace(0, 1, 41)))
    if len(knots) < 3:
        raise ImportRefused(
            "All customers look alike to the model, so it can tell nothing of who comes back.", hint="It takes a longer past."
        )
    inside = [(logits >= low) & (logits <= high) for low, high in pairwise(knots)]
    levels = np.maximum.accumulate([float(steps.predict(logits[part]).mean()) for part in inside])
    centres = (knots[:-1] + knots[1:]) / 2
    return replace(plain, knots=centres, levels=np.asarray(levels))


def _recency(days: Numbers, bought: Numbers) -> Callable[[Numbers], Numbers]:
    """A logistic regression on the logarithm of the days since the last purchase, and nothing else."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(days[:, None], bought)
    return lambda other: np.asarray(model.predict_proba(other[:, None])[:, 1], dtype=np.float64)


def _auc(chances: Numbers, bought: Numbers) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(bought, chances))


def log_loss(chances: Numbers, bought: Numbers) -> float:
    """The mean surprise, in nats, at what was bought."""
    kept = np.clip(chances, 1e-6, 1 - 1e-6)
    return float(-(bought * np.log(kept) + (1 - bought) * np.log(1 - kept)).mean())


def _calibration(chances: Numbers, bought: Numbers, bins: int = 10) -> float:
    """Mean distance of chance and share over bins of equally many customers."""
    order = np.array_split(np.argsort(chances, kind="stable"), bins)
    return float(sum(len(part) * abs(chances[part].mean() - bought[part].mean()) for part in order if len(part)) / len(chances))
