"""A shop's intent model from its own corrections: gathered, fitted, judged against the one in use, and installed only if not worse.

Owns what is learnt from and how it is judged. Every run starts from the shipped model with all corrections that the store has. Both
models are compared on the examples that neither ever saw and on the corrections that the one in use was not trained on; the new one
reads each correction as a model would that was fitted without it (five-fold cross-validation).
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.config import Settings
from assistant.errors import BadSettings, ImportRefused, ModelWorse
from assistant.intents import Catalogue, load_catalogue
from assistant.models.encoder import SHIPPED, SHIPPED_FOLDER, OnnxEncoder
from assistant.models.folder import Card, Dataset, open_model, read_card, write_card
from assistant.models.intent import INTENT_HEAD
from assistant.models.registry import Installed, draft_folder, find_model, install
from assistant.store import Store
from assistant.types import Progress
from assistant.understand import reader_over
from finetune.calibration import expected_calibration_error
from finetune.data import Labelled
from finetune.refit import PULL, add_layer, fit, see
from finetune.shipped_data import Amounts, own_examples
from finetune.shop_talk import ShopTalk
from retrieval.types import Vector

TASK = "intent"
FOLDS = 5
PATTERNS = 20
"""Messages from patterns, an intent, that remind the new model of what the old one knows."""
CORRECTION_WEIGHT = 4.0
"""How much a corrected message counts against an example; from `finetune/LOG.md`."""
LEARNT = "learnt"
"""The card's setting that lists the digests of the corrections a model was fitted to."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn: `told` by people, `own` examples and patterns, and `guard`, examples that no model was trained on.

    `notes` says what was left out.
    """

    told: Labelled
    own: Labelled
    guard: Labelled
    notes: tuple[str, ...] = ()

    def without(self, fold: int) -> tuple[Labelled, list[float]]:
        """Texts to fit to and their weights; of what was told, those of `fold` are left out. A fold of -1 leaves out none."""
        told = self.told.take(row for row, text in enumerate(self.told.texts) if _fold(text) != fold)
        return told + self.own, [CORRECTION_WEIGHT] * len(told) + [1.0] * len(self.own)


@dataclass(frozen=True, slots=True)
class Score:
    """Accuracy over `texts` messages, over the `corrections` among them (0 without any), and the calibration error."""

    accuracy: float
    on_corrections: float
    ece: float
    texts: int
    corrections: int


@dataclass(frozen=True, slots=True)
class Learnt:
    """A run that ended well: the model, now in use, and both scores on the same texts."""

    model: Installed
    before: Score
    after: Score
    lesson: Lesson


def learn_from_store(
    store: Store, settings: Settings, extra: Labelled | None = None, pull: float = PULL, progress: Progress | None = None
) -> Learnt:
    """Trains the shop's intent model from what was corrected, and puts it to use.

    Args:
        extra: more labelled texts of the shop's own, treated like corrections.

    Raises:
        BadSettings: the store uses an encoder of its own, which has no head to correct.
        ImportRefused: nothing was corrected yet.
        ModelWorse: the new model is right on fewer of the held-out texts than the one in use, which stays.
    """
    if settings.encoder != SHIPPED:
        raise BadSettings(
            f"This store's encoder is {settings.encoder!r}; corrections refine the shipped model.",
            hint='Set encoder = "shipped", or train your own with `shopclerk finetune intent --train FILE --out DIR`.',
        )
    catalogue = load_catalogue(store.folder)
    lesson = gather(store, catalogue, extra)
    base, former = find_model(SHIPPED_FOLDER), find_model(SHIPPED_FOLDER, store.folder)
    known = set(read_card(former).settings.get(LEARNT, ()))
    fresh = lesson.told.take(row for row, text in enumerate(lesson.told.texts) if _digest(text) not in known)
    with draft_folder(store.folder, SHIPPED_FOLDER) as draft:
        right, confidence = _fitted(base, draft, lesson, fresh, catalogue, pull, progress)
        after = _score(right, confidence, len(fresh))
        before = _score(*_read(former, fresh + lesson.guard, catalogue), len(fresh))
        if after.accuracy < before.accuracy:
            raise ModelWorse(_worse(before, after), hint=f"Nothing was changed; {former.name} stays in use. More corrections may help.")
        _described(draft, read_card(base), lesson, after)
        model = install(store.folder, SHIPPED_FOLDER, draft, f"{len(lesson.told)} corrections")
    store.audit.append("finetune", "model_installed", model.name, accuracy=after.accuracy, before=before.accuracy)
    return Learnt(model, before, after, lesson)


def gather(store: Store, catalogue: Catalogue, extra: Labelled | None = None) -> Lesson:
    """What a store gives to learn from.

    Raises:
        ImportRefused: there is no correction, and no `extra`.
    """
    latest = {c.text.casefold(): (c.text, c.label) for c in store.corrections.all(TASK)}
    latest |= {text.casefold(): (text, label) for text, label in _pairs(extra or Labelled())}
    told = [(text, label) for text, label in latest.values() if label in catalogue.names]
    if not told:
        raise ImportRefused(
            f"Nothing to learn from in {store.folder}: {len(latest)} corrections, none with an intent of the catalogue.",
            hint="Correct what was misunderstood at the desk (`shopclerk serve`), or give labelled texts with --train.",
        )
    unknown = sorted({label for _, label in latest.values()} - set(catalogue.names))
    notes = [f"{len(latest) - len(told)} corrections to unknown intents left out: {', '.join(unknown[:5])}."] if unknown else []
    guard = own_examples(Amounts(), random.Random(Amounts().seed))[1]
    apart = {text.casefold() for text in guard.texts} | set(latest)
    examples = [(text, intent.name) for intent in catalogue for text in intent.examples]
    own = [pair for pair in examples + _pairs(ShopTalk(Amounts().seed + 2).messages(PATTERNS)) if pair[0].casefold() not in apart]
    return Lesson(_labelled(told), _labelled(own), guard.take(_rows_but(guard, set(latest))), tuple(notes))


def _fitted(
    base: Path, draft: Path, lesson: Lesson, fresh: Labelled, catalogue: Catalogue, pull: float, progress: Progress | None
) -> tuple[NDArray[np.bool_], Vector]:
    """Writes the model fitted to everything as `draft`. What it is worth: right or not and how sure, of `fresh`, then of the guard."""
    old = open_model(base).card.labels[INTENT_HEAD]
    say = progress or (lambda stage, done, total: None)
    say("reading the examples", 0, None)
    texts = lesson.without(-1)[0].texts
    seen = dict(zip(texts, see(base, texts), strict=True))
    right = np.zeros(len(fresh), dtype=bool)
    confidence = np.zeros(len(fresh), dtype=np.float32)
    folds = sorted({_fold(text) for text in fresh.texts})
    for step, fold in enumerate([*folds, -1]):
        say("learning", step, len(folds) + 1)
        train, weights = lesson.without(fold)
        out = draft if fold < 0 else draft.with_name(f"fold-{fold}")
        add_layer(base, fit([seen[text] for text in train.texts], old, train.labels, weights, pull), out)
        if fold >= 0:
            rows = [row for row, text in enumerate(fresh.texts) if _fold(text) == fold]
            right[rows], confidence[rows] = _read(out, fresh.take(rows), catalogue)
            shutil.rmtree(out)
    guard_right, guard_confidence = _read(draft, lesson.guard, catalogue)
    return np.concatenate([right, guard_right]), np.concatenate([confidence, guard_confidence])


def _read(folder: Path, data: Labelled, catalogue: Catalogue) -> tuple[NDArray[np.bool_], Vector]:
    """Whether the model in `folder` reads each text rightly as the shop would use it, and how sure it is; unknown labels are wrong."""
    reader = reader_over(OnnxEncoder(folder), catalogue)
    probabilities = reader.read(data.texts).probabilities
    best = probabilities.argmax(axis=1)
    return np.array([reader.labels[i] == label for i, label in zip(best, data.labels, strict=True)]), probabilities.max(axis=1)


def _score(right: NDArray[np.bool_], confidence: Vector, corrections: int) -> Score:
    told = right[:corrections]
    return Score(
        round(float(right.mean()), 4),
        round(float(told.mean()), 4) if corrections else 0.0,
        round(expected_calibration_error(confidence, right), 4),
        len(right),
        corrections,
    )


def _described(draft: Path, base: Card, lesson: Lesson, after: Score) -> None:
    card = read_card(draft)
    metrics = {"valid_accuracy": after.accuracy, "valid_ece": after.ece, "valid_examples": float(after.texts)}
    if after.corrections:
        metrics["valid_accuracy_on_corrections"] = after.on_corrections
    write_card(
        draft,
        replace(
            card,
            name=f"{base.name}-corrected",
            base=base.id,
            data=(*base.data, Dataset("corrections made in this shop", "the shop's own", len(lesson.told))),
            metrics=metrics,
            settings={**card.settings, LEARNT: sorted(map(_digest, lesson.told.texts))},
            licence=f"{base.licence}; the corrections are the shop's own",
            notes=f"{base.notes} A layer behind the head was fitted to this shop's corrections and the catalogue's examples.",
        ),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()[:12]


def _fold(text: str) -> int:
    return int(_digest(text), 16) % FOLDS


def _rows_but(data: Labelled, texts: set[str]) -> list[int]:
    return [row for row, text in enumerate(data.texts) if text.casefold() not in texts]


def _pairs(data: Labelled) -> list[tuple[str, str]]:
    return list(zip(data.texts, data.labels, strict=True))


def _labelled(pairs: Iterable[tuple[str, str]]) -> Labelled:
    rows = list(pairs)
    return Labelled(tuple(text for text, _ in rows), tuple(label for _, label in rows))


def _worse(before: Score, after: Score) -> str:
    return (
        f"The new model is right on {after.accuracy:.1%} of {after.texts} messages that it was not trained on, the one in use on"
        f" {before.accuracy:.1%}; on the {after.corrections} new corrections among them {after.on_corrections:.1%}"
        f" against {before.on_corrections:.1%}."
    )
