"""The recipe of a sentiment model: texts with labels or stars in, a calibrated model folder out.

Owns the order of the steps and the defaults for whole networks trained on anybody's labels, with or without targets (aspects); the loop is
`training`'s. Heavy: import it only where torch may be loaded.

A text and its target are read together, `text [SEP] target`, by all layers (BERT-SPC, Song et al. 2019), and the verdict is weighed by how
near the target each token stands (`targets`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from assistant.errors import ImportRefused
from assistant.models.folder import Card, read_card, write_card
from assistant.models.sentiment import HEAD, TARGET_TASK, TASK
from assistant.types import Progress
from finetune.calibration import fit_temperature
from finetune.export import EncoderGraph, Head, export_graph, tokenizer_of
from finetune.intent import Work, backbone_of, source_of, trainable_backbone
from finetune.network import IntentNetwork, Tuning
from finetune.opinions import Opinions, stars_of
from finetune.run import CHECKPOINT_FILE
from finetune.sentiment_evaluation import evaluate_sentiment
from finetune.targets import TargetNetwork, inputs_about_targets
from finetune.training import Examples, Outcome, Schedule, Trainer, logits_of

ROUNDING_LOSS = 0.003
"""More accuracy than this lost by rounding to 8 bits, on validation data, and the model is kept in full precision."""


@dataclass(frozen=True, slots=True)
class SentimentRecipe:
    """Everything that decides a model but the data."""

    base: str = "base"
    tuning: Tuning = "full"
    schedule: Schedule = field(
        default_factory=lambda: Schedule(epochs=4, batch_size=32, rate=1e-4, head_rate=5e-4, smoothing=0.05, patience=2)
    )
    max_tokens: int = 128
    tune_words: bool = True
    int8: bool = True
    valid_share: float = 0.1
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained network with what it learnt from, before export."""

    network: IntentNetwork
    tokenizer: Any
    labels: tuple[str, ...]
    valid: Opinions
    held_out: Examples
    outcome: Outcome


def finetune_sentiment(
    train: Opinions, valid: Opinions | None, work: Work, recipe: SentimentRecipe, progress: Progress | None = None
) -> Card:
    """Trains, calibrates, exports, and returns the card. A run that was killed goes on where it was; see `Trainer`.

    Texts with targets make a model of aspects. Without `valid`, a stratified part of `train` is held out.

    Raises:
        ImportRefused: fewer than two labels, labels that are no feelings, or nothing to validate on.
    """
    trained = train_network(train, valid, work, recipe, progress)
    card = _exported(trained, work, recipe, int8=recipe.int8)
    served = card.metrics["valid_accuracy"]
    if recipe.int8 and served < trained.outcome.accuracy - ROUNDING_LOSS:
        card = _exported(trained, work, recipe, int8=False)
    (checkpoints(work) / CHECKPOINT_FILE).unlink(missing_ok=True)
    return card


def train_network(
    train: Opinions, valid: Opinions | None, work: Work, recipe: SentimentRecipe, progress: Progress | None = None
) -> Trained:
    """The first half of `finetune_sentiment`: the network, trained."""
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.schedule.seed)
    train, valid = _validated(train, valid, recipe)
    labels = train.names
    tokenizer = tokenizer_of(source_of(recipe.base))
    kind = TargetNetwork if any(train.targets) else IntentNetwork
    network = kind(trainable_backbone(recipe.base), len(labels), recipe.tuning, tune_words=recipe.tune_words)
    examples, held_out = (_examples(network, tokenizer, data, labels, recipe.max_tokens) for data in (train, valid))
    outcome = Trainer(network, examples, held_out, recipe.schedule, checkpoints(work)).run(progress)
    return Trained(network, tokenizer, labels, valid, held_out, outcome)


def checkpoints(work: Work) -> Path:
    """Where a run in progress keeps its state and its TensorBoard journal."""
    return work.out.parent / f"{work.out.name}.work"


def base_of_card(trained: Trained, work: Work, recipe: SentimentRecipe) -> Card:
    """The card but for sizes and metrics, calibrated on the validation data."""
    logits = logits_of(trained.network, trained.held_out.inputs)[1].numpy()
    stars = stars_of(trained.labels)
    settings = {
        "stars": [stars[label] for label in trained.labels],
        "temperature": round(fit_temperature(logits, np.array(trained.held_out.labels)), 4),
        "recipe": {name: value for name, value in asdict(recipe).items() if name != "threads"},
        "best_epoch": trained.outcome.best_epoch,
        "train_seconds": round(trained.outcome.seconds),
    }
    if isinstance(trained.network, TargetNetwork):
        settings["near"] = trained.network.weights
    return Card(
        task=TARGET_TASK if isinstance(trained.network, TargetNetwork) else TASK,
        name=work.name,
        base="sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)" if recipe.base == "base" else recipe.base,
        labels={HEAD: trained.labels},
        data=work.data,
        settings=settings,
        licence=work.licence,
        notes=work.notes,
    )


def with_valid_metrics(folder: Path, trained: Trained) -> Card:
    """Measures the folder as it is served, on the validation data, and writes that on its card."""
    report = evaluate_sentiment(folder, trained.valid)
    card = read_card(folder)
    found = {f"valid_{name}": value for name, value in report.numbers.items()}
    return write_card(folder, replace(card, metrics={**card.metrics, **found, "valid_accuracy_torch": round(trained.outcome.accuracy, 4)}))


def _exported(trained: Trained, work: Work, recipe: SentimentRecipe, *, int8: bool) -> Card:
    network = trained.network
    backbone = network.backbone.merge_and_unload() if recipe.tuning == "lora" else network.backbone
    graph = EncoderGraph(backbone_of(recipe.base, "eager"), {HEAD: Head(network.head, "tokens")})
    graph.backbone.load_state_dict(backbone.state_dict())
    card = base_of_card(trained, work, recipe)
    export_graph(graph, trained.tokenizer, work.out, card, int8=int8, max_tokens=max(recipe.max_tokens, 256))
    return with_valid_metrics(work.out, trained)


def _validated(train: Opinions, valid: Opinions | None, recipe: SentimentRecipe) -> tuple[Opinions, Opinions]:
    if len(train.names) < 2:
        raise ImportRefused(
            f"The training data has {len(train.names)} label(s): {', '.join(train.names)}.",
            hint="A sentiment model needs texts of two feelings or more.",
        )
    if any(train.targets) and not all(train.targets):
        raise ImportRefused(
            f"{sum(not target for target in train.targets)} of {len(train)} texts have no target, the others have one.",
            hint="Train texts with targets and texts without apart.",
        )
    if valid is None:
        train, valid = train.split(recipe.valid_share, recipe.schedule.seed)
    known = set(train.names)
    valid = valid.take(row for row, label in enumerate(valid.labels) if label in known)
    if not len(valid):
        raise ImportRefused("There is nothing to validate on.", hint="Give each label two examples or more, or a --valid file.")
    return train, valid


def _examples(network: IntentNetwork, tokenizer: Any, data: Opinions, labels: Sequence[str], max_tokens: int) -> Examples:
    number = {label: i for i, label in enumerate(labels)}
    if isinstance(network, TargetNetwork):
        inputs = inputs_about_targets(tokenizer, data.texts, data.targets, max_tokens)
    else:
        inputs = network.inputs(tokenizer(list(data.texts), truncation=True, max_length=max_tokens)["input_ids"])
    return Examples(inputs, [number[label] for label in data.labels])


def shuffled(data: Opinions, seed: int) -> Opinions:
    """The same rows in another order."""
    rows = list(range(len(data)))
    random.Random(seed).shuffle(rows)
    return data.take(rows)
