"""What a history of purchases leads to, as one vector against a table of products: the served half of a two-tower model.

Owns the arithmetic of serving: a history is the sum of its products' vectors by age, a chance the softmax of its cosines with all
products. Knows neither the links that it stands beside nor how the vectors came about (`finetune.two_tower`).

Source: Covington, Adams and Sargin 2016, Deep neural networks for YouTube recommendations (a history as a sum, softmax over all items).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PREFIX = "tower_"
"""How the names of the arrays begin in a model file that holds others too."""


@dataclass(frozen=True, slots=True)
class TwoTower:
    """`inputs` (items, width) are products as they are bought, `outputs` (items, width) as they come next, of length one; what was
    never learnt has zeros. `ages` (window,) are the weights of baskets, the newest first; `scale` multiplies the cosine."""

    inputs: NDArray[np.float32]
    outputs: NDArray[np.float32]
    ages: NDArray[np.float32]
    scale: float

    def chances(self, histories: Sequence[Sequence[Sequence[int]]]) -> NDArray[np.float32]:
        """The chance of each product to come next, (histories, items), for histories of baskets of product numbers, the newest last.

        Chances below those of a blind draw are none: the model says there that a product does not fit. A history of which nothing was
        learnt has no chances at all.
        """
        learnt = self.outputs.any(axis=1)
        vectors = np.stack([self._vector(baskets) for baskets in histories])
        heard = vectors.any(axis=1, keepdims=True)
        made = np.exp(self.scale * (vectors @ self.outputs.T - 1.0)) * (learnt & heard)
        made /= np.maximum(made.sum(axis=1, keepdims=True), np.float32(1e-30))
        made[made < 1.0 / max(int(learnt.sum()), 1)] = 0.0
        return np.asarray(made, dtype=np.float32)

    def _vector(self, baskets: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """(width,), of length one; zeros for a history of which nothing was learnt."""
        made = np.zeros(self.inputs.shape[1], dtype=np.float32)
        for weight, basket in zip(self.ages, reversed(baskets), strict=False):
            made += weight * self.inputs[np.asarray(basket, dtype=np.int64)].sum(axis=0)
        length = float(np.linalg.norm(made))
        return made / np.float32(length) if length else made

    def contributions(self, baskets: Sequence[Sequence[int]], item: int) -> dict[int, float]:
        """What each product of a history adds to the cosine with `item`, up to a factor that all share."""
        made: dict[int, float] = {}
        for weight, basket in zip(self.ages, reversed(baskets), strict=False):
            for source in basket:
                made[source] = made.get(source, 0.0) + float(weight * (self.inputs[source] @ self.outputs[item]))
        return made

    def moved(self, target: NDArray[np.int64], items: int) -> TwoTower:
        """The same model over `items` products, of which those here become number `target`, (here,), or none (-1)."""
        kept = target >= 0
        towers = [np.zeros((items, tower.shape[1]), dtype=np.float32) for tower in (self.inputs, self.outputs)]
        towers[0][target[kept]], towers[1][target[kept]] = self.inputs[kept], self.outputs[kept]
        return TwoTower(towers[0], towers[1], self.ages, self.scale)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By name, as they are stored: the vectors in half precision."""
        return {
            PREFIX + "inputs": self.inputs.astype(np.float16),
            PREFIX + "outputs": self.outputs.astype(np.float16),
            PREFIX + "ages": self.ages,
            PREFIX + "scale": np.array([self.scale], dtype=np.float32),
        }


def stored_two_tower(arrays: Mapping[str, NDArray[Any]]) -> TwoTower:
    """The model whose `arrays` these are; others beside them are passed over."""
    inputs, outputs = (arrays[PREFIX + name].astype(np.float32) for name in ("inputs", "outputs"))
    return TwoTower(inputs, outputs, arrays[PREFIX + "ages"], float(arrays[PREFIX + "scale"][0]))
