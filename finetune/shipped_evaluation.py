"""How good the shipped model is, as it is served: the figures of `finetune/LOG.md` and of its card, by one command.

Owns the choice of what it is judged on: the examples that it never saw, another set of support utterances, the out-of-scope lines of
CLINC150's validation split, and the time of one message on one thread. The public sets are left out where their folder is absent.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.intents import OUT_OF_SCOPE, Catalogue, load_catalogue
from assistant.models.encoder import OnnxEncoder
from assistant.models.folder import open_model
from assistant.models.intent import IntentReader
from assistant.types import Progress, Role
from assistant.understand import Understander, reader_over
from finetune.calibration import error_of_chance, expected_calibration_error
from finetune.data import Labelled, read_labelled
from finetune.evaluation import Confusion
from finetune.shipped_data import CLINC, RENAMED, SUPPORT, Amounts, own_examples
from retrieval.types import Vector

OTHER_SUPPORT = Path("support/bitext_responses_4514.csv")
DRAWN = 1_500
WARM, TIMED = 20, 400


@dataclass(frozen=True, slots=True)
class ShippedReport:
    """`numbers` by name, shares in [0, 1] and times in milliseconds of CPU; `confusions` of the own examples and the support set."""

    numbers: dict[str, float]
    confusions: tuple[Confusion, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    truth: tuple[str, ...]
    predicted: tuple[str, ...]
    confidence: Vector

    @property
    def right(self) -> NDArray[np.bool_]:
        return np.array([p == t for p, t in zip(self.predicted, self.truth, strict=True)])


def evaluate_shipped(model: Path, data: Path, progress: Progress | None = None) -> ShippedReport:
    """Measures the model in `model`; `data` is the folder of public data sets.

    Raises:
        ModelMissing, ModelCorrupt: no sound model there.
    """
    card = open_model(model).card
    catalogue = load_catalogue()
    reader = reader_over(OnnxEncoder(model), catalogue)
    own = own_examples(Amounts(), random.Random(Amounts().seed))[1]
    say = progress or (lambda stage, done, total: None)
    say("own examples", 0, None)
    judged = [_judge(reader, catalogue, own)]
    numbers = _named("own", judged[0])
    notes = []
    if (data / OTHER_SUPPORT).is_file():
        say("support utterances", 0, None)
        judged.append(_judge(reader, catalogue, other_support(data), Role.SHOPPER))
        numbers |= _named("support", judged[1])
        say("out of scope", 0, None)
        valid = read_labelled([data / CLINC], split="valid")
        outside = valid.take(row for row, label in enumerate(valid.labels) if label == "oos")
        found = _judge(reader, catalogue, outside, Role.SHOPPER)
        numbers["oos_recall"] = float(np.mean([label == OUT_OF_SCOPE for label in found.predicted]))
    else:
        notes.append(f"{data} has no public sets: the own examples only.")
    all_of = _Judged(
        sum((j.truth for j in judged), ()), sum((j.predicted for j in judged), ()), np.concatenate([j.confidence for j in judged])
    )
    numbers["ece"] = expected_calibration_error(all_of.confidence, all_of.right)
    numbers["judged_outside"] = float(np.mean([p == OUT_OF_SCOPE != t for p, t in zip(all_of.predicted, all_of.truth, strict=True)]))
    say("time of one message", 0, None)
    numbers |= _times(OnnxEncoder(model, threads=1), catalogue, own.texts)
    numbers["megabytes"] = sum(entry.bytes for entry in card.files.values()) / 1e6
    wrong = Counter((t, p) for t, p in zip(all_of.truth, all_of.predicted, strict=True) if t != p)
    return ShippedReport(
        {name: round(value, 4) for name, value in numbers.items()},
        tuple(Confusion(t, p, n) for (t, p), n in wrong.most_common()),
        tuple(notes),
    )


def other_support(data: Path) -> Labelled:
    """Utterances of another support set under the catalogue's labels, a seeded draw; those of the training set are left out."""
    seen = {text.casefold() for text in read_labelled([data / SUPPORT]).texts}
    rows = read_labelled([data / OTHER_SUPPORT])
    drawn = random.Random(1).sample([row for row, text in enumerate(rows.texts) if text.casefold() not in seen], DRAWN)
    chosen = rows.take(drawn)
    return Labelled(chosen.texts, tuple(RENAMED.get(label, label) for label in chosen.labels))


def _judge(reader: IntentReader, catalogue: Catalogue, data: Labelled, role: Role | None = None) -> _Judged:
    """Each text as somebody in `role` says it, or where that is None in the first role that may mean its label."""
    spoken = {intent.name: intent.roles for intent in catalogue}
    probabilities = reader.read(data.texts).probabilities
    predicted, confidence = [], []
    for row, label in zip(probabilities, data.labels, strict=True):
        speaker = role or (Role.SHOPPER if Role.SHOPPER in spoken[label] else Role.STAFF)
        masked = np.where([speaker in spoken[name] for name in reader.labels], row, 0.0)
        masked /= masked.sum()
        predicted.append(reader.labels[int(masked.argmax())])
        confidence.append(masked.max())
    return _Judged(data.labels, tuple(predicted), np.array(confidence))


def _named(name: str, judged: _Judged) -> dict[str, float]:
    return {
        f"{name}_examples": float(len(judged.truth)),
        f"{name}_accuracy": float(judged.right.mean()),
        f"{name}_ece": expected_calibration_error(judged.confidence, judged.right),
        f"{name}_ece_of_chance": error_of_chance(judged.confidence),
    }


def _times(encoder: OnnxEncoder, catalogue: Catalogue, texts: Sequence[str]) -> dict[str, float]:
    """CPU time of one message on one thread, so that a busy machine does not count; with and without the entity rules."""
    understander = Understander(reader_over(encoder, catalogue), catalogue)
    passes, whole = [], []
    for number in range(WARM + TIMED):
        text = texts[number % len(texts)]
        began = time.thread_time()
        encoder.read(text)
        between = time.thread_time()
        understander.understand(text)
        if number >= WARM:
            passes.append((between - began) * 1000)
            whole.append((time.thread_time() - between) * 1000)
    named = (("pass", passes), ("understand", whole))
    return {f"{name}_ms_{at}": float(np.percentile(of, q)) for name, of in named for at, q in (("median", 50), ("p99", 99))}
