"""The verdict model that ships: whether evidence says yes or no to a question; its recipe, its export, its measures.

Owns the training. A tuned copy of the encoder's last two layers goes on from its frozen lower ones, over evidence and question together:
minutes of one thread, a few megabytes. The encoder stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from assistant.models.entailment import Verdict
from assistant.models.folder import Card, write_card
from assistant.models.verdicts import HEAD, LABELS, TASK, TrainedVerdicts
from assistant.types import Progress
from finetune.calibration import fit_temperature
from finetune.export import tokenizer_of
from finetune.intent import backbone_of, source_of
from finetune.network import IntentNetwork
from finetune.run import CHECKPOINT_FILE
from finetune.shipped_sentiment import export_branch
from finetune.training import Examples, Schedule, Trainer, logits_of
from finetune.verdict_data import SOURCES, Judged, held_out, verdict_pairs

BAR = 0.9
"""The chance from which a verdict is measured as said."""


@dataclass(frozen=True, slots=True)
class VerdictRecipe:
    """Everything that decides the model but the data. `held_out` is a share of the questions."""

    schedule: Schedule = field(
        default_factory=lambda: Schedule(epochs=5, batch_size=32, rate=3e-4, head_rate=2e-3, smoothing=0.05, patience=3)
    )
    layers: int = 2
    max_tokens: int = 128
    held_out: float = 0.08


def train_shipped_verdicts(data: Path, out: Path, recipe: VerdictRecipe | None = None, progress: Progress | None = None) -> Card:
    """Trains on the public data in the folder `data` and writes the model folder `out`. A run that was killed goes on where it was."""
    return finetune_verdicts(verdict_pairs(data), out, recipe or VerdictRecipe(), progress)


def finetune_verdicts(pairs: Sequence[Judged], out: Path, recipe: VerdictRecipe, progress: Progress | None = None) -> Card:
    """The same from any pairs; a part of their questions is held out to choose the epoch, to calibrate and to measure by."""
    train, valid = held_out(pairs, recipe.held_out, recipe.schedule.seed)
    tokenizer = tokenizer_of(source_of("base"))
    network = IntentNetwork(backbone_of("base", "sdpa"), len(LABELS), "branch", branch_layers=recipe.layers)
    examples, judged = (_examples(network, tokenizer, part, recipe.max_tokens) for part in (train, valid))
    scratch = out.with_name(f"{out.name}.work")
    outcome = Trainer(network, examples, judged, recipe.schedule, scratch).run(progress)
    card = export_verdicts(network, judged, out)
    card = replace(card, metrics=measured(TrainedVerdicts(out), valid), settings={**card.settings, "best_epoch": outcome.best_epoch})
    (scratch / CHECKPOINT_FILE).unlink(missing_ok=True)
    return write_card(out, card)


def export_verdicts(network: IntentNetwork, judged: Examples, out: Path) -> Card:
    """Writes the trained branch as the model folder `out`, calibrated on `judged`."""
    logits = logits_of(network, judged.inputs)[1].numpy()
    settings = {"temperature": round(fit_temperature(logits, np.array(judged.labels)), 4), "branch": len(network.branch)}
    card = Card(
        TASK, "shopclerk-verdict", "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)", labels={HEAD: tuple(map(str, LABELS))},
        data=SOURCES, settings=settings, licence="Apache-2.0 for the code and own data; see `data` for the rest",
        notes="A tuned copy of the encoder's last two layers over its frozen lower ones: yes, no or neither, by evidence and question "
        "together. Measured on questions held out from training. The public sets are used as data; no row of them is in this folder.",
    )  # fmt: skip
    return export_branch(network, out, card)


def measured(reader: TrainedVerdicts, pairs: Sequence[Judged]) -> dict[str, float]:
    """Accuracy of the likeliest verdict, and of what is said at `BAR`: how many, how many of those are right, how many the contrary."""
    found = [(pair.verdict, reader.of_piece(pair.question, pair.evidence)) for pair in pairs]
    likeliest = [max(LABELS, key=chances.of) for _, chances in found]
    said = [(true, verdict) for true, chances in found for verdict in (Verdict.YES, Verdict.NO) if chances.of(verdict) >= BAR]
    count = max(1, len(found))
    return {
        "valid_pairs": float(len(found)),
        "valid_accuracy": round(sum(verdict is true for (true, _), verdict in zip(found, likeliest, strict=True)) / count, 4),
        "valid_said": round(len(said) / count, 4),
        "valid_said_rightly": round(sum(true is verdict for true, verdict in said) / max(1, len(said)), 4),
        "valid_contrary": float(sum(true is not Verdict.SILENT and true is not verdict for true, verdict in said)),
    }


@torch.no_grad()
def _examples(network: IntentNetwork, tokenizer: Any, pairs: Sequence[Judged], max_tokens: int) -> Examples:
    evidence, questions = [pair.evidence for pair in pairs], [pair.question for pair in pairs]
    ids = tokenizer(evidence, questions, truncation="longest_first", max_length=max_tokens)["input_ids"]
    return Examples(network.inputs(ids), [LABELS.index(pair.verdict) for pair in pairs])
