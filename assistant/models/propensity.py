"""Who will buy again soon: a small network over a customer's history, with a probability that means what it says.

Owns the features, the served network and its calibration. Knows no warehouse; reads purchases as parallel arrays, and only those up to
the day it is asked for, so that nothing of the future can get in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.models.folder import open_model

TASK = "propensity"
SLOT = "propensity"
WEIGHTS_FILE = "model.safetensors"
FEATURES = (
    "days since the last purchase",
    "days since the first",
    "purchases",
    "purchases in 30 days",
    "purchases in 90 days",
    "purchases in 365 days",
    "money",
    "money of a purchase",
    "usual gap in days",
    "silence over the usual gap",
    "purchases in the coming days of the year before",
)

Numbers: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The features of everybody who had bought by a day: `features` (customers, features), all logarithms."""

    customers: NDArray[np.str_]
    features: Numbers


def snapshot(customers: NDArray[np.str_], days: NDArray[np.datetime64], money: Numbers, at: date, horizon: int) -> Snapshot:
    """The features as of the end of day `at`; later purchases are not looked at. `horizon` are the days that are foretold."""
    kept = days <= np.datetime64(at)
    names, whose = np.unique(customers[kept], return_inverse=True)
    ago = (np.datetime64(at) - days[kept]).astype(np.int64).astype(np.float64)
    spent = money[kept]
    count = np.bincount(whose, minlength=len(names)).astype(np.float64)
    last, first = np.full(len(names), np.inf), np.zeros(len(names))
    np.minimum.at(last, whose, ago)
    np.maximum.at(first, whose, ago)

    def within(least: float, most: float) -> Numbers:
        inside = (ago >= least) & (ago < most)
        return np.bincount(whose[inside], minlength=len(names)).astype(np.float64)

    total = np.maximum(np.bincount(whose, weights=spent, minlength=len(names)), 0.0)
    gap = np.where(count > 1, (first - last) / np.maximum(count - 1, 1), 180.0)
    raw = (
        last, first, count, within(0, 30), within(0, 90), within(0, 365), total, total / np.maximum(count, 1), gap,
        last / np.maximum(gap, 7.0), within(364 - horizon, 364),
    )  # fmt: skip
    return Snapshot(names, np.log1p(np.stack(raw, axis=1)) if len(names) else np.zeros((0, len(FEATURES))))


@dataclass(frozen=True, slots=True)
class Propensity:
    """The served network: (features) -> scaled -> hidden, ReLU -> one logit -> calibrated probability.

    `knots` and `levels` are the calibration: the probability at each knot of the logit, linear between.
    """

    middle: Numbers
    scale: Numbers
    hidden: Numbers
    hidden_bias: Numbers
    out: Numbers
    out_bias: Numbers
    knots: Numbers
    levels: Numbers
    horizon: int

    def logits(self, features: Numbers) -> Numbers:
        """(customers, features) -> (customers,)."""
        scaled = (features - self.middle) / self.scale
        return np.asarray(np.maximum(scaled @ self.hidden + self.hidden_bias, 0.0) @ self.out + self.out_bias, dtype=np.float64).ravel()

    def probabilities(self, features: Numbers) -> Numbers:
        """The probability of a purchase within the horizon, (customers,)."""
        return np.interp(self.logits(features), self.knots, self.levels)


_ARRAYS = ("middle", "scale", "hidden", "hidden_bias", "out", "out_bias", "knots", "levels")


def save_propensity(folder: Path, model: Propensity) -> Mapping[str, Any]:
    """Write the weights into `folder`; returns the settings that the card must carry."""
    from safetensors.numpy import save_file

    save_file({name: np.ascontiguousarray(getattr(model, name)) for name in _ARRAYS}, str(folder / WEIGHTS_FILE))
    return {"horizon": model.horizon, "features": list(FEATURES)}


def load_propensity(folder: Path) -> Propensity:
    """The model in the model folder.

    Raises:
        ModelMissing, ModelCorrupt: see `open_model`.
    """
    from safetensors.numpy import load_file

    model = open_model(folder, TASK)
    tensors = load_file(str(model.file(WEIGHTS_FILE)))
    return Propensity(**{name: tensors[name] for name in _ARRAYS}, horizon=int(model.card.settings["horizon"]))
