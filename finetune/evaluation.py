"""How good an intent model is on labelled texts: the figures, and two pictures.

Judges the model as it is served, from its folder, without torch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.errors import ImportRefused
from assistant.models.encoder import OnnxEncoder
from assistant.models.folder import open_model
from assistant.models.intent import TrainedIntents
from assistant.types import Progress
from finetune.calibration import ReliabilityBin, expected_calibration_error, macro_f1, reliability
from finetune.data import OOS_LABELS, Labelled, match_labels

CHUNK = 256


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often `truth` was taken for `predicted`."""

    truth: str
    predicted: str
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """What an evaluation found.

    `numbers`: accuracy, macro_f1, ece, examples; where the data has out-of-scope texts also in_scope_accuracy (a text in scope that
    is judged outside counts as wrong) and oos_recall. `confusions`: the most frequent first. `notes`: what a reader must know.
    """

    numbers: Mapping[str, float]
    confusions: tuple[Confusion, ...]
    reliability: tuple[ReliabilityBin, ...]
    notes: tuple[str, ...] = ()


def evaluate_model(folder: Path, data: Labelled, progress: Progress | None = None) -> Report:
    """Reads every text with the model in `folder` and compares.

    Without out-of-scope texts in the data, the best label in scope is the prediction, and `judged_outside` tells how many
    would have been turned away.

    Raises:
        ModelMissing, ModelCorrupt: no sound intent model there.
        ImportRefused: the data and the model share no label.
    """
    open_model(folder)
    reader = TrainedIntents(OnnxEncoder(folder))
    matched = match_labels(data.names, reader.labels)
    if not matched.to_model:
        raise ImportRefused(
            f"The data's labels ({', '.join(data.names[:5])}, ...) are none of the model's ({', '.join(reader.labels[:5])}, ...).",
            hint="Evaluate on data with the labels that the model was trained on.",
        )
    kept = [row for row, label in enumerate(data.labels) if label in matched.to_model]
    texts, truth = [data.texts[row] for row in kept], [matched.to_model[data.labels[row]] for row in kept]
    probabilities = _probabilities(reader, texts, progress)
    notes = [*data.notes, *matched.notes]
    if matched.unknown:
        notes.append(f"{len(data) - len(kept)} texts with labels that the model does not know left out: {', '.join(matched.unknown[:5])}.")
    return _report(probabilities, truth, reader.labels, notes)


def _probabilities(reader: TrainedIntents, texts: Sequence[str], progress: Progress | None) -> np.ndarray:
    parts = []
    for start in range(0, len(texts), CHUNK):
        parts.append(reader.read(texts[start : start + CHUNK]).probabilities)
        if progress:
            progress("reading", min(start + CHUNK, len(texts)), len(texts))
    return np.concatenate(parts)


def _report(probabilities: np.ndarray, truth: Sequence[str], labels: Sequence[str], notes: Sequence[str]) -> Report:
    outside = np.array([label.casefold() in OOS_LABELS for label in labels])
    is_outside = np.array([label.casefold() in OOS_LABELS for label in truth])
    judged_outside = outside[probabilities.argmax(axis=1)]
    if not is_outside.any() and outside.any():
        probabilities = np.where(outside[None, :], 0.0, probabilities)
        probabilities = probabilities / np.maximum(probabilities.sum(axis=1, keepdims=True), 1e-12)
    best = probabilities.argmax(axis=1)
    predicted = [labels[i] for i in best]
    correct = np.array([p == t for p, t in zip(predicted, truth, strict=True)])
    confidence = probabilities.max(axis=1)
    numbers = {
        "accuracy": float(correct.mean()), "macro_f1": macro_f1(truth, predicted),
        "ece": expected_calibration_error(confidence, correct), "examples": float(len(truth)),
    }  # fmt: skip
    if is_outside.any():
        numbers["in_scope_accuracy"] = float(correct[~is_outside].mean()) if (~is_outside).any() else 0.0
        numbers["oos_recall"] = float(judged_outside[is_outside].mean())
    elif outside.any():
        numbers["judged_outside"] = float(judged_outside.mean())
    wrong = Counter((t, p) for t, p in zip(truth, predicted, strict=True) if t != p)
    confusions = tuple(Confusion(t, p, count) for (t, p), count in wrong.most_common())
    rounded = {name: round(value, 4) for name, value in numbers.items()}
    return Report(rounded, confusions, tuple(reliability(confidence, correct)), tuple(notes))
