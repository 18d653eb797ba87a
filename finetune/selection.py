"""Which epoch's weights are kept, and when to stop: epochs compared text by text on validation data.

Plain NumPy; knows neither networks nor files. A few hundred texts cannot tell epochs apart that differ by a text or two, and a schedule's
last epochs, at a small rate, are worth most. So a run goes on, and the later weights are kept, unless they are really worse than the best:
by more than one standard error of the difference, which is the root of the number of texts that changed sides (McNemar).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from finetune.calibration import Flags


@dataclass(slots=True)
class Selection:
    """The epoch whose weights are kept, 0 before the first one, and its accuracy.

    `patience`: that many epochs in a row that are really worse than the best are harm, and the run is `over`.
    """

    patience: int
    epoch: int = 0
    accuracy: float = 0.0
    _worse: int = 0
    _best: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))

    def keeps(self, right: Flags, epoch: int) -> bool:
        """Whether the weights of `epoch`, which read `right` (n,) of the validation texts rightly, replace those kept so far."""
        if self.epoch and really_worse(right, self._best):
            self._worse += 1
            return False
        self._worse = 0
        self.epoch, self.accuracy = epoch, float(right.mean())
        if not len(self._best) or right.sum() > self._best.sum():
            self._best = right.copy()
        return True

    @property
    def over(self) -> bool:
        """Whether going on does harm."""
        return self._worse >= self.patience

    def state(self) -> Mapping[str, Any]:
        """What a checkpoint keeps of it, in plain values."""
        return {"epoch": self.epoch, "accuracy": self.accuracy, "worse": self._worse, "best": self._best.tolist()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from `state()`."""
        self.epoch, self.accuracy, self._worse = int(state["epoch"]), float(state["accuracy"]), int(state["worse"])
        self._best = np.array(state["best"], np.bool_)


def really_worse(right: Flags, best: Flags) -> bool:
    """Whether what is read rightly (n,) falls behind `best` (n,) by more than one standard error of the difference."""
    lost, won = int((best & ~right).sum()), int((right & ~best).sum())
    return lost - won > math.sqrt(lost + won)
