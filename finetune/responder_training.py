"""The responder's training loop: batches by tokens, the loss of a reply, the best epoch by a judge, an end by the clock.

Owns the schedule; refuses to know texts (examples come as token numbers), and leaves weights and files to `run`. What an epoch trains on
depends on seed and epoch alone, so that a resumed run sees what an unbroken one would have seen.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from assistant.types import Progress
from finetune.run import Run

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Example:
    """Token numbers: what the encoder reads, and the reply with its end token."""

    source: tuple[int, ...]
    target: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ResponderSchedule:
    """How to train. `batch_tokens` counts padded source and target tokens; `decay` is the last share of the run in which the rate falls.

    `minutes` ends a run early, 0 never, and then the rate falls by the clock; `patience` counts epochs without a better score.
    """

    epochs: int = 8
    batch_tokens: int = 3_000
    rate: float = 5e-4
    warmup: float = 0.06
    decay: float = 0.94
    weight_decay: float = 0.01
    smoothing: float = 0.1
    average: float = 0.998
    patience: int = 3
    minutes: float = 0.0
    seed: int = 13
    checkpoint_seconds: float = 120.0
    precision: str = "auto"


@dataclass(frozen=True, slots=True)
class ResponderOutcome:
    """What a run came to. Without a judge `score` is 0 and the last averaged weights stand."""

    score: float
    best_epoch: int
    steps: int
    seconds: float


Epoch = Callable[[int], Sequence[Example]]
Judge = Callable[[Any], float]


class ResponderTrainer:
    """Trains a sequence-to-sequence network of transformers; the best averaged weights are in it when `run` returns.

    Args:
        network: any `AutoModelForSeq2SeqLM`, or one wrapped by peft.
        epoch: the examples of epoch 0, 1, ...; the same for the same number.
        judge: scores the averaged weights after an epoch, higher is better; None: no early stopping, the last weights stand.
        folder: for the checkpoint and the journal.
    """

    def __init__(self, network: Any, epoch: Epoch, judge: Judge | None, schedule: ResponderSchedule, folder: Path) -> None:
        self._schedule, self._epoch, self._judge = schedule, epoch, judge
        torch.manual_seed(schedule.seed)
        optimiser = torch.optim.AdamW(_groups(network, schedule), lr=schedule.rate, betas=(0.9, 0.98), fused=True)
        self._run = Run(network, optimiser, folder, average=schedule.average, precision=schedule.precision)
        self._spent = 0.0
        self._best = (-1.0, 0)

    def run(self, progress: Progress | None = None) -> ResponderOutcome:
        """Trains to the last epoch, until the score no longer improves, or until the minutes are spent; from a checkpoint where one is."""
        first, done = self._resume()
        began, saved_at = time.monotonic() - self._spent, time.monotonic()
        with self._run.journal() as note:
            for epoch in range(first, self._schedule.epochs):
                if self._judge and self._best[1] and epoch - self._best[1] >= self._schedule.patience:
                    break
                batches = self._batches(epoch)
                for number in range(done, len(batches)):
                    loss = self._run.learn(self._loss(batches[number]), self._rate_at(self._share(epoch + number / len(batches))))
                    self._spent = time.monotonic() - began
                    note("loss", loss)
                    if progress:
                        progress(f"epoch {epoch + 1} of {self._schedule.epochs}, loss {loss:.3f}, best {max(self._best[0], 0):.4f}",
                                 epoch * len(batches) + number, self._schedule.epochs * len(batches))  # fmt: skip
                    if time.monotonic() - saved_at > self._schedule.checkpoint_seconds:
                        self._save((epoch, number + 1))
                        saved_at = time.monotonic()
                    if self._schedule.minutes and self._spent > self._schedule.minutes * 60:
                        self._score(epoch + 1, note)
                        return self._finish((epoch, number + 1))
                done = 0
                self._score(epoch + 1, note)
                self._save((epoch + 1, 0))
        return self._finish(None)

    def _share(self, epochs: float) -> float:
        """How much of the run is over, by its epochs or by the clock."""
        limit = self._schedule.minutes * 60
        return min(1.0, max(epochs / self._schedule.epochs, self._spent / limit if limit else 0.0))

    def _finish(self, place: tuple[int, int] | None) -> ResponderOutcome:
        if place is not None:
            self._save(place)
        self._run.finish()
        return ResponderOutcome(max(self._best[0], 0.0), self._best[1], self._run.step, self._spent)

    def _batches(self, epoch: int) -> list[list[Example]]:
        chooser = random.Random(f"{self._schedule.seed}-{epoch}")
        examples = list(self._epoch(epoch))
        chooser.shuffle(examples)
        batches: list[list[Example]] = []
        pool = 4_000
        for start in range(0, len(examples), pool):
            ordered = sorted(examples[start : start + pool], key=lambda e: (len(e.source) + 2 * len(e.target), chooser.random()))
            batches += _packed(ordered, self._schedule.batch_tokens)
        chooser.shuffle(batches)
        return self._run.share_of(batches)

    def _loss(self, batch: Sequence[Example]) -> Tensor:
        self._run.network.train()
        config, device = self._run.bare.config, self._run.device
        source = padded([e.source for e in batch], config.pad_token_id).to(device)  # (batch, tokens)
        labels = padded([e.target for e in batch], IGNORED).to(device)  # (batch, words)
        with self._run.autocast():
            shifted = self._run.bare.prepare_decoder_input_ids_from_labels(labels)
            output = self._run.network(input_ids=source, attention_mask=(source != config.pad_token_id).long(), decoder_input_ids=shifted)
        logits = output.logits.flatten(0, 1)  # (batch * words, vocabulary)
        said = labels.flatten() != IGNORED
        return functional.cross_entropy(logits[said].float(), labels.flatten()[said], label_smoothing=self._schedule.smoothing)

    def _rate_at(self, share: float) -> float:
        schedule = self._schedule
        if share < schedule.warmup:
            return max(share / schedule.warmup, 0.01)
        return min(1.0, max(0.02, (1.0 - share) / schedule.decay)) if schedule.decay else 1.0

    def _score(self, epoch: int, note: Callable[[str, float], None]) -> None:
        if self._judge is None:
            return
        with self._run.averaged() as network:
            score = self._judge(network.eval())
        note("valid score", score)
        if score > self._best[0]:
            self._best = (score, epoch)
            self._run.keep()

    @cached_property
    def _fingerprint(self) -> str:
        tuned = sorted(name for name, p in self._run.bare.named_parameters() if p.requires_grad)
        told = repr((asdict(self._schedule), [(len(e.source), e.target) for e in self._epoch(0)[:2000]], tuned))
        return hashlib.sha256(told.encode()).hexdigest()

    def _save(self, place: tuple[int, int]) -> None:
        self._run.save(self._fingerprint, place=place, spent=self._spent, best=self._best)

    def _resume(self) -> tuple[int, int]:
        """The epoch and the batch to go on with."""
        told = self._run.resume(self._fingerprint)
        if told is None:
            return 0, 0
        self._spent, self._best = told["spent"], told["best"]
        epoch, batch = told["place"]
        return epoch, batch


def padded(rows: Sequence[Sequence[int]], filler: int) -> Tensor:
    """(rows, longest), the shorter ones filled up at their end."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[filler] * (longest - len(row))] for row in rows])


def _packed(ordered: Sequence[Example], tokens: int) -> Iterator[list[Example]]:
    """Batches of neighbours whose padded size is at most `tokens`; an example longer than that is a batch of its own."""
    batch: list[Example] = []
    source = target = 0
    for example in ordered:
        wider, longer = max(source, len(example.source)), max(target, len(example.target))
        if batch and (len(batch) + 1) * (wider + longer) > tokens:
            yield batch
            batch, wider, longer = [], len(example.source), len(example.target)
        batch.append(example)
        source, target = wider, longer
    if batch:
        yield batch


def _groups(network: Any, schedule: ResponderSchedule) -> list[dict[str, Any]]:
    tuned = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    plain = [p for _, p in tuned if p.ndim < 2]
    return [
        {"params": [p for _, p in tuned if p.ndim >= 2], "weight_decay": schedule.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
