"""The recipe of an intent model: labelled texts in, a calibrated model folder out.

Owns the order of the steps and the defaults; the network, the loop and the calibration are in their own modules. Heavy: import it
only where torch may be loaded.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import torch

from assistant.errors import ImportRefused, ModelMissing
from assistant.models.encoder import SHIPPED_FOLDER, TASK, OnnxEncoder
from assistant.models.folder import Card, Dataset, read_card, write_card
from assistant.models.intent import INTENT_HEAD, NEARNESS_HEAD, Scope, scope_features
from assistant.models.registry import find_model
from assistant.types import Progress
from finetune.augment import augmented
from finetune.calibration import choose_threshold, fit_scope, fit_scope_alone, fit_temperature
from finetune.data import OOS_LABELS, Labelled, split_off
from finetune.evaluation import evaluate_model
from finetune.export import base_folder, export_graph, tokenizer_of
from finetune.network import IntentNetwork, Tuning, fit_nearness
from finetune.refine import Refining, knows, refined
from finetune.run import CHECKPOINT_FILE
from finetune.training import Examples, Outcome, Schedule, Trainer, logits_of
from retrieval.types import Vector

SERVED_TOKENS = 256
"""A model reads at least so much of a text, however short those that it was trained on."""
LEAST_TEMPERATURE = 0.05
LEAST_REFINED_TEMPERATURE = 1.0
"""A refined model's logits are never sharpened: texts held out from its data are read too well to tell how it reads others' words."""
IMBALANCE = 10
"""From this ratio of the most to the least frequent label on, rare labels are drawn more often."""


Way: TypeAlias = Literal["auto", "refine"] | Tuning
"""A way of tuning: those of the network; "refine", a layer behind the shipped model's head; "auto", which refines where that is enough."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides a model but the data.

    `base`: "base" for the shipped encoder's source, or a folder or name. `oos_recall`: where the data labels what is out of scope, the
    share of it to be found; elsewhere `retention` is the share of texts in scope to be kept in scope.
    """

    base: str = "base"
    tuning: Way = "auto"
    schedule: Schedule = field(default_factory=Schedule)
    max_tokens: int = 64
    augment: int = 0
    branch_layers: int = 2
    tune_words: bool = False
    nearness: bool = True
    int8: bool = True
    valid_share: float = 0.1
    most_valid: int = 500
    oos_recall: float = 0.82
    retention: float = 0.97
    refining: Refining = field(default_factory=Refining)
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """What a model is to be: its name, where it goes, and what its card says of the data."""

    out: Path
    name: str = "intent"
    data: tuple[Dataset, ...] = ()
    licence: str = ""
    encoder_id: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class _Calibration:
    temperature: float
    oos_label: str
    scope: Scope | None


def finetune_intent(train: Labelled, valid: Labelled | None, work: Work, recipe: Recipe, progress: Progress | None = None) -> Card:
    """Trains, calibrates, exports, and returns the card. A run that was killed goes on where it was; see `Trainer`.

    Without `valid`, a stratified part of `train` is held out.

    Raises:
        ImportRefused: fewer than two labels, or nothing to validate on.
        ModelMissing: the shipped model is to be refined and is not there.
    """
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    train, valid = _validated(train, valid, recipe)
    if _to_be_refined(train, recipe):
        card = _refined(train, valid, work, recipe, progress)
        if recipe.tuning == "refine" or card.metrics["valid_accuracy"] >= recipe.refining.enough:
            _into_place(work)
            return read_card(work.out)
    return _trained(train, valid, work, recipe, _of_the_network(recipe.tuning), progress)


def _to_be_refined(train: Labelled, recipe: Recipe) -> bool:
    """Whether the shipped model is to be refined, at least as a try: asked for, or it knows most of the labels already."""
    alone = int(os.environ.get("WORLD_SIZE", "1")) == 1
    if recipe.tuning == "refine" and not alone:
        raise ImportRefused("Refining is asked for in several processes; it takes one, and a minute.", hint="Start it without torchrun.")
    if recipe.tuning != "auto":
        return recipe.tuning == "refine"
    if recipe.base != "base" or not alone:
        return False
    try:
        known = knows(train.names, find_model(SHIPPED_FOLDER))
    except ModelMissing:
        return False
    return len(known) >= recipe.refining.least_known * len(train.names)


def _refined(train: Labelled, valid: Labelled, work: Work, recipe: Recipe, progress: Progress | None) -> Card:
    """The shipped model refined, calibrated and described, as the run's draft."""
    draft = _draft(work)
    source = find_model(SHIPPED_FOLDER)
    card = refined(train, draft, recipe.refining, source, recipe.schedule.seed, recipe.threads or None, progress)
    told = {"recipe": {"tuning": "refine", "seed": recipe.schedule.seed, **asdict(recipe.refining)}}
    write_card(draft, replace(card, name=work.name, data=(*card.data, *work.data), notes=work.notes, settings={**card.settings, **told}))
    own = float(read_card(source).settings.get("temperature", LEAST_TEMPERATURE))
    return calibrate(draft, valid, recipe, max(own, LEAST_REFINED_TEMPERATURE))


def _of_the_network(way: Way) -> Tuning:
    match way:
        case "lora" | "branch":
            return way
        case _:
            return "full"


def _trained(train: Labelled, valid: Labelled, work: Work, recipe: Recipe, tuning: Tuning, progress: Progress | None) -> Card:
    torch.manual_seed(recipe.schedule.seed)
    labels = train.names
    recipe = replace(recipe, tuning=tuning, schedule=_balanced(recipe.schedule, train))
    tokenizer = tokenizer_of(source_of(recipe.base))
    network = IntentNetwork(
        trainable_backbone(recipe.base), len(labels), tuning, branch_layers=recipe.branch_layers, tune_words=recipe.tune_words
    )
    seen = augmented(train, recipe.augment, recipe.schedule.seed) if recipe.augment else train
    examples, held_out = (_examples(network, tokenizer, data, labels, recipe.max_tokens) for data in (seen, valid))
    trainer = Trainer(network, examples, held_out, recipe.schedule, _checkpoints(work.out))
    outcome = trainer.run(progress)
    if trainer.is_main:
        _exported(network, tokenizer, (train, examples), valid, outcome, work, recipe)
        (_checkpoints(work.out) / CHECKPOINT_FILE).unlink(missing_ok=True)
    trainer.wait()
    return read_card(work.out)


def _validated(train: Labelled, valid: Labelled | None, recipe: Recipe) -> tuple[Labelled, Labelled]:
    if len(train.names) < 2:
        raise ImportRefused(f"The training data has {len(train.names)} label(s).", hint="A classifier needs two labels or more.")
    if valid is None:
        train, valid = split_off(train, min(recipe.valid_share, recipe.most_valid / len(train)), recipe.schedule.seed)
    known = set(train.names)
    valid = valid.take(row for row, label in enumerate(valid.labels) if label in known)
    if not len(valid):
        raise ImportRefused(
            "There is nothing to validate on.", hint="Give each label two examples or more, or a --valid file with the same labels."
        )
    return train, valid


def _balanced(schedule: Schedule, train: Labelled) -> Schedule:
    counts = np.unique(np.array(train.labels), return_counts=True)[1]
    return replace(schedule, balance=0.7) if not schedule.balance and counts.max() >= IMBALANCE * counts.min() else schedule


def _examples(network: IntentNetwork, tokenizer: Any, data: Labelled, labels: Sequence[str], max_tokens: int) -> Examples:
    ids = tokenizer(list(data.texts), truncation=True, max_length=max_tokens)["input_ids"]
    number = {label: i for i, label in enumerate(labels)}
    return Examples(network.inputs(ids), [number[label] for label in data.labels])


def _exported(
    network: IntentNetwork,
    tokenizer: Any,
    train: tuple[Labelled, Examples],
    valid: Labelled,
    outcome: Outcome,
    work: Work,
    recipe: Recipe,
) -> None:
    """Exports beside, calibrates on what the exported model itself makes of the validation data, and only then replaces `work.out`."""
    labels = train[0].names
    if recipe.nearness:
        pooled = logits_of(network, train[1].inputs)[0]
        network.nearness = fit_nearness(pooled, torch.tensor(train[1].labels), len(labels))
    draft = _draft(work)
    served = network.served(backbone_of(recipe.base, "eager"))
    card = export_graph(
        served, tokenizer, draft, _card(work, labels, recipe), int8=recipe.int8, max_tokens=max(recipe.max_tokens, SERVED_TOKENS)
    )
    settings = {**card.settings, **_told(work, recipe, outcome)}
    write_card(draft, replace(card, settings=settings, metrics={**card.metrics, "valid_accuracy_torch": round(outcome.accuracy, 4)}))
    calibrate(draft, valid, recipe)
    _into_place(work)


def _draft(work: Work) -> Path:
    return _checkpoints(work.out) / "draft" / work.out.name


def _into_place(work: Work) -> None:
    shutil.rmtree(work.out, ignore_errors=True)
    _draft(work).rename(work.out)


def calibrate(folder: Path, valid: Labelled, recipe: Recipe, least_temperature: float = LEAST_TEMPERATURE) -> Card:
    """Chooses temperature and threshold of the model in `folder` on what it makes of `valid` as served; writes them and the figures there.

    Rounding to 8 bits moves the logits, and with them the best temperature and threshold: hence not those of training. `least_temperature`
    keeps a refined model from being surer than the one that it began with.

    Raises:
        ImportRefused: none of the labels is the model's.
    """
    card = read_card(folder)
    labels = card.labels[INTENT_HEAD]
    readings = OnnxEncoder(folder).read_all(valid.texts)
    near = [reading.heads[NEARNESS_HEAD] for reading in readings if NEARNESS_HEAD in reading.heads]
    logits = np.stack([reading.heads[INTENT_HEAD] for reading in readings])
    found = _calibrated(
        logits, np.concatenate(near) if near else None, [labels.index(label) for label in valid.labels], labels, recipe, least_temperature
    )
    write_card(folder, replace(card, settings={**card.settings, **_settings(found)}))
    numbers = evaluate_model(folder, valid).numbers
    metrics = {name: value for name, value in card.metrics.items() if not name.startswith("valid_") or name == "valid_accuracy_torch"}
    return write_card(
        folder, replace(read_card(folder), metrics={**metrics, **{f"valid_{name}": value for name, value in numbers.items()}})
    )


def _calibrated(
    logits: Vector, near: Vector | None, truth: Sequence[int], labels: Sequence[str], recipe: Recipe, least: float = LEAST_TEMPERATURE
) -> _Calibration:
    numbers = np.array(truth)
    oos = next((i for i, label in enumerate(labels) if label.casefold() in OOS_LABELS), None)
    if oos is None:
        temperature = fit_temperature(logits, numbers, least)
        return _Calibration(temperature, "", fit_scope_alone(logits, near, temperature, recipe.retention))
    outside = numbers == oos
    inner = np.delete(logits[~outside], oos, axis=1)
    temperature = fit_temperature(inner, numbers[~outside] - (numbers[~outside] > oos), least)
    if not outside.any():
        return _Calibration(fit_temperature(logits, numbers, least), labels[oos], None)
    scope = fit_scope(logits, near, outside, oos, temperature)
    chance = scope.chance(scope_features(logits, near, oos, temperature))
    masked = logits.copy()
    masked[:, oos] = -np.inf
    threshold = choose_threshold(chance, masked.argmax(axis=1) == numbers, outside, recipe.oos_recall)
    return _Calibration(temperature, labels[oos], replace(scope, threshold=threshold))


def _settings(calibration: _Calibration) -> Mapping[str, Any]:
    settings: dict[str, Any] = {"temperature": round(calibration.temperature, 4)}
    if calibration.oos_label:
        settings["oos_label"] = calibration.oos_label
    if calibration.scope is not None:
        settings["scope"] = asdict(calibration.scope)
    return settings


def _told(work: Work, recipe: Recipe, outcome: Outcome) -> Mapping[str, Any]:
    """How the model came about, for its card."""
    told: dict[str, Any] = {"recipe": _plain(asdict(recipe)), "best_epoch": outcome.best_epoch, "train_seconds": round(outcome.seconds)}
    if recipe.tuning == "branch" and work.encoder_id:
        told["encoder_id"] = work.encoder_id
    return told


def _card(work: Work, labels: Sequence[str], recipe: Recipe) -> Card:
    base = "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)" if recipe.base == "base" else recipe.base
    return Card(
        task=TASK, name=work.name, base=base, labels={INTENT_HEAD: tuple(labels)}, data=work.data, licence=work.licence, notes=work.notes
    )


def _plain(recipe: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in recipe.items() if name != "threads"}


def source_of(base: str) -> str | Path:
    return base_folder() if base == "base" else base


def backbone_of(base: str, attention: str) -> torch.nn.Module:
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    backbone: torch.nn.Module = AutoModel.from_pretrained(source_of(base), attn_implementation=attention, add_pooling_layer=False)
    return backbone


def trainable_backbone(base: str) -> torch.nn.Module:
    """With fused attention on a GPU; on a CPU short texts are trained faster without."""
    return backbone_of(base, "sdpa" if torch.cuda.is_available() else "eager")


def discard_checkpoint(out: Path) -> None:
    """Forget a run that was broken off, so that the next one starts anew."""
    shutil.rmtree(_checkpoints(out), ignore_errors=True)


def _checkpoints(out: Path) -> Path:
    return out.parent / f"{out.name}.work"
