"""What the texts of a catalogue's products mean for their categories: a linear model over embeddings, judged as the blend that is served.

Owns the fit and the measure. The blend, and the words beside it, are `assistant.models.categories`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.models.categories import FOLDS, Categories, Meaning

PULL = 30.0
"""The inverse strength of the pull to nothing, of a logistic regression over unit vectors."""
STEPS = 300


def fit_meaning(texts: Sequence[str], categories: Sequence[str], vectors: NDArray[np.float32], encoder: str) -> Meaning:
    """The model of these texts and their categories, side by side with the texts' embeddings, (texts, dimension).

    Raises:
        TooFewProducts: see `Categories`.
    """
    words = Categories(texts, categories)
    kept, truth = vectors[list(words.kept)], words.truth
    blend = np.empty_like(words.held_out)
    for fold in range(FOLDS):
        mine = words.folds == fold
        part = _fitted(kept[~mine], truth[~mine], words.names, encoder)
        blend[mine] = words.held_out[mine] + part.log_chances(kept[mine])
    whole = _fitted(kept, truth, words.names, encoder)
    accuracy = float((blend.argmax(axis=1) == truth).mean())
    return Meaning(whole.names, whole.weights, whole.bias, encoder, round(accuracy, 4), round(words.accuracy, 4))


def _fitted(vectors: NDArray[np.float32], truth: NDArray[np.int64], names: tuple[str, ...], encoder: str) -> Meaning:
    """A logistic regression; a category that is not among `truth` is held for all but impossible."""
    from sklearn.linear_model import LogisticRegression

    found = LogisticRegression(C=PULL, max_iter=STEPS).fit(vectors, truth)
    weights = np.zeros((vectors.shape[1], len(names)), dtype=np.float32)
    bias = np.full(len(names), -20.0, dtype=np.float32)
    if len(found.classes_) == 2:  # then there is one row, for the second against the first
        weights[:, found.classes_] = np.stack([-found.coef_[0], found.coef_[0]], axis=1) / 2
        bias[found.classes_] = np.array([-found.intercept_[0], found.intercept_[0]]) / 2
    else:
        weights[:, found.classes_], bias[found.classes_] = found.coef_.T, found.intercept_
    return Meaning(names, weights, bias, encoder, 0.0, 0.0)
