"""How good a sentiment or aspect model is on labelled opinions, as it is served, beside a baseline of word counts.

Owns the figures; needs no torch. The baseline is TF-IDF with a linear model, cross-validated on the very data that is judged, so it
knows that data's words and has an advantage over a model that was trained elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.models.sentiment import Sentiment, TrainedSentiment
from assistant.types import Progress
from finetune.calibration import expected_calibration_error, macro_f1
from finetune.opinions import Opinions, stars_of

CHUNK = 256
FOLDS = 5
LEAST_FOR_BASELINE = 100
RATED = 4
"""Data with this many levels or more are ratings, whose mean absolute error is told."""


@dataclass(frozen=True, slots=True)
class SentimentReport:
    """What an evaluation found.

    `numbers`: accuracy, macro_f1 (over negative, neutral, positive as far as they occur), ece, examples, `baseline_accuracy`; for
    ratings `mae` and `baseline_mae`, in stars. `confusions`: (truth, predicted, count), the most frequent first.
    """

    numbers: Mapping[str, float]
    confusions: tuple[tuple[str, str, int], ...] = ()
    notes: tuple[str, ...] = ()


def evaluate_sentiment(
    folder: Path, data: Opinions, *, threads: int = 1, baseline: bool = False, progress: Progress | None = None
) -> SentimentReport:
    """Reads every text with the model in `folder`, about its target where it has one, and compares.

    Labels are compared as what they mean: data without neutral texts are judged between negative and positive alone.

    Raises:
        ModelMissing, ModelCorrupt: no sound sentiment model there.
        ImportRefused: the data's labels are no feelings.
    """
    reader = TrainedSentiment(folder, threads=threads)
    read = _read(reader, data, progress)
    stars = stars_of(data.labels)
    rated = np.array([stars[label] for label in data.labels])
    truth = [polarity_of(star) for star in rated]
    predicted, confidence = _predictions(read, neutral="neutral" in truth)
    correct = np.array([p == t for p, t in zip(predicted, truth, strict=True)])
    numbers = {
        "accuracy": float(correct.mean()),
        "macro_f1": macro_f1(truth, predicted),
        "ece": expected_calibration_error(confidence.astype(np.float32), correct),
        "examples": float(len(data)),
    }
    if len(set(rated)) >= RATED:
        numbers["mae"] = float(np.abs(rated - np.array([one.rating for one in read])).mean())
    if baseline and len(data) >= LEAST_FOR_BASELINE:
        numbers |= _baseline(data, rated, truth)
    return SentimentReport({name: round(value, 4) for name, value in numbers.items()}, _confusions(truth, predicted), data.notes)


def polarity_of(stars: float) -> str:
    """What a number of stars is in words."""
    return "negative" if stars < 2.5 else "positive" if stars > 3.5 else "neutral"


def about_target(reader: TrainedSentiment, text: str, target: str) -> Sentiment:
    """How the text feels about the target: read together by a model of aspects, else the clause around it as the model reads that."""
    if reader.reads_targets:
        return reader.read_closely(text, target).whole
    from assistant.models.aspects import clause_around

    start = max(text.casefold().find(target.casefold()), 0)
    return reader.read_closely(text).part(*clause_around(text, start, start + len(target)))


def _read(reader: TrainedSentiment, data: Opinions, progress: Progress | None) -> list[Sentiment]:
    read: list[Sentiment] = []
    for start in range(0, len(data), CHUNK):
        chunk = range(start, min(start + CHUNK, len(data)))
        if any(data.targets):
            read += [about_target(reader, data.texts[i], data.targets[i]) for i in chunk]
        else:
            read += reader.read([data.texts[i] for i in chunk])
        if progress:
            progress("reading", len(read), len(data))
    return read


def _predictions(read: Sequence[Sentiment], *, neutral: bool) -> tuple[list[str], NDArray[np.float64]]:
    chances = np.array([(one.negative, one.neutral if neutral else 0.0, one.positive) for one in read])
    chances = chances / np.maximum(chances.sum(axis=1, keepdims=True), 1e-12)
    names = ("negative", "neutral", "positive")
    return [names[i] for i in chances.argmax(axis=1)], chances.max(axis=1)


def _confusions(truth: Sequence[str], predicted: Sequence[str]) -> tuple[tuple[str, str, int], ...]:
    pairs = [(t, p) for t, p in zip(truth, predicted, strict=True) if t != p]
    counted = {pair: pairs.count(pair) for pair in set(pairs)}
    return tuple((t, p, count) for (t, p), count in sorted(counted.items(), key=lambda item: -item[1]))


def word_count_figures(train: Opinions, test: Opinions) -> dict[str, float]:
    """Accuracy of a linear SVM and, for ratings, mean absolute error of a ridge regression on TF-IDF, learnt from `train`."""
    stars = stars_of({*train.labels, *test.labels})
    learnt, judged = (np.array([stars[label] for label in data.labels]) for data in (train, test))
    classifier, regression = _word_count_models()
    classifier.fit(_with_targets(train), [polarity_of(star) for star in learnt])
    said = classifier.predict(_with_targets(test))
    found = {"accuracy": float(np.mean([s == polarity_of(star) for s, star in zip(said, judged, strict=True)]))}
    if len(set(judged)) >= RATED:
        regression.fit(_with_targets(train), learnt)
        found["mae"] = float(np.abs(np.clip(regression.predict(_with_targets(test)), 1, 5) - judged).mean())
    return {name: round(value, 4) for name, value in found.items()}


def _baseline(data: Opinions, rated: NDArray[np.float64], truth: Sequence[str]) -> dict[str, float]:
    """The same, cross-validated on one set."""
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict

    texts, (classifier, regression) = _with_targets(data), _word_count_models()
    counts = np.unique(truth, return_counts=True)[1]
    found: dict[str, float] = {}
    if len(counts) > 1 and counts.min() >= FOLDS:
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=13)
        found["baseline_accuracy"] = float((cross_val_predict(classifier, texts, np.array(truth), cv=folds) == np.array(truth)).mean())
    if len(set(rated)) >= RATED:
        said = np.clip(cross_val_predict(regression, texts, rated, cv=KFold(FOLDS, shuffle=True, random_state=13)), 1, 5)
        found["baseline_mae"] = float(np.abs(said - rated).mean())
    return found


def _word_count_models() -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    def counts() -> Any:
        return TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)

    return make_pipeline(counts(), LinearSVC(C=0.5)), make_pipeline(counts(), Ridge(1.0))


def _with_targets(data: Opinions) -> list[str]:
    return [f"{text} {target}".strip() for text, target in zip(data.texts, data.targets, strict=True)]
