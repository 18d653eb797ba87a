"""The training loop of what is classified: batches by length, losses, which epoch is kept, and when to stop.

Owns the schedule; knows neither what the labels mean nor what is exported, and leaves weights and files to `run`. The order of batches
depends on seed and epoch alone, so that a resumed run sees what an unbroken one would have seen.
"""

from __future__ import annotations

import hashlib
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.types import Progress
from finetune.network import IntentNetwork, padded
from finetune.run import Run
from finetune.selection import Selection

STEPS = 1000
EPOCHS = (5, 30)
"""A run is to make about so many steps where nobody says how many epochs, but no fewer and no more epochs than these."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How to train. Rates are those at the peak; `patience` counts epochs in a row that validate really worse, see `Selection`.

    `agreement`: weight of the loss that makes two passes of a text under different dropout agree (R-Drop, Liang et al. 2021); a step
    then takes twice as long.
    """

    epochs: int = 10
    batch_size: int = 64
    rate: float = 1e-4
    head_rate: float = 1e-3
    layer_decay: float = 0.9
    weight_decay: float = 0.01
    warmup: float = 0.1
    smoothing: float = 0.1
    contrastive: float = 0.0
    contrastive_temperature: float = 0.1
    agreement: float = 0.0
    balance: float = 0.0
    average: float = 0.99
    patience: int = 3
    seed: int = 13
    checkpoint_seconds: float = 120.0
    precision: str = "auto"


@dataclass(frozen=True, slots=True)
class Examples:
    """Training inputs: unpadded (tokens,) ids or (tokens, hidden) states, and the number of each one's label."""

    inputs: Sequence[Tensor]
    labels: Sequence[int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: the epoch whose weights are kept, its validation accuracy, and how many epochs were run."""

    accuracy: float
    best_epoch: int
    epochs: int
    seconds: float


class Trainer:
    """Trains an `IntentNetwork`; the averaged weights of the chosen epoch are in the network when `run` returns."""

    def __init__(self, network: IntentNetwork, train: Examples, valid: Examples, schedule: Schedule, folder: Path) -> None:
        self._schedule, self._train, self._valid = schedule, train, valid
        torch.manual_seed(schedule.seed)
        groups = network.groups(schedule.rate, schedule.head_rate, schedule.layer_decay, schedule.weight_decay)
        optimiser = torch.optim.AdamW(groups, fused=True)
        self._run = Run(network, optimiser, folder, average=schedule.average, precision=schedule.precision)
        self._memory = _Memory(size=2048)
        self._steps_an_epoch = math.ceil(len(train.labels) / schedule.batch_size / self._run.processes)
        self._total = schedule.epochs * self._steps_an_epoch
        self._selection = Selection(schedule.patience)

    @property
    def is_main(self) -> bool:
        """Whether this is the process, of those that train together, that writes files."""
        return self._run.is_main

    def wait(self) -> None:
        """Until all processes that train together have come here."""
        self._run.wait()

    def run(self, progress: Progress | None = None) -> Outcome:
        """Trains to the last epoch, or until going on does harm, from a checkpoint where there is one of the same run."""
        began, saved_at = time.monotonic(), time.monotonic()
        if (told := self._run.resume(self._fingerprint)) is not None:
            self._selection.restore(told["selection"])
        with self._run.journal() as note:
            while self._run.step < self._total:
                epoch, done = divmod(self._run.step, self._steps_an_epoch)
                if done == 0 and self._selection.over:
                    break
                for batch in self._batches(epoch)[done:]:
                    loss = self._run.learn(self._loss(batch), self._rate())
                    note("loss", loss)
                    if progress:
                        stage = f"epoch {epoch + 1} of {self._schedule.epochs}, loss {loss:.3f}, right {self._selection.accuracy:.4f}"
                        progress(stage, self._run.step, self._total)
                    if time.monotonic() - saved_at > self._schedule.checkpoint_seconds:
                        self._save()
                        saved_at = time.monotonic()
                self._judge(epoch + 1, note)
                self._save()
        self._run.finish()
        epochs = math.ceil(self._run.step / self._steps_an_epoch)
        return Outcome(self._selection.accuracy, self._selection.epoch, epochs, time.monotonic() - began)

    def _batches(self, epoch: int) -> list[list[int]]:
        schedule = self._schedule
        chooser = random.Random(f"{schedule.seed}-{epoch}")
        rows = _drawn(self._train.labels, schedule.balance, chooser)
        size = schedule.batch_size
        pool = size * 50
        ordered: list[int] = []
        for start in range(0, len(rows), pool):
            ordered += sorted(rows[start : start + pool], key=lambda i: (len(self._train.inputs[i]), chooser.random()))
        batches = [ordered[start : start + size] for start in range(0, len(ordered), size)]
        chooser.shuffle(batches)
        return self._run.share_of(batches)

    def _loss(self, rows: Sequence[int]) -> Tensor:
        self._run.network.train()
        rows = [*rows, *rows] if self._schedule.agreement else rows
        inputs, mask = padded([self._train.inputs[i] for i in rows])
        labels = torch.tensor([self._train.labels[i] for i in rows], device=self._run.device)
        with self._run.autocast():
            pooled, logits = self._run.network(inputs.to(self._run.device), mask.to(self._run.device))
        loss = functional.cross_entropy(logits.float(), labels, label_smoothing=self._schedule.smoothing)
        if self._schedule.agreement:
            loss = loss + self._schedule.agreement * disagreement(logits.float())
        if self._schedule.contrastive:
            vectors = functional.normalize(pooled.float(), dim=1)
            loss = loss + self._schedule.contrastive * self._memory.loss(vectors, labels, self._schedule.contrastive_temperature)
        return loss

    def _rate(self) -> float:
        """The share of the peak rates for the next step: up to 1, then down in a line."""
        step, warm = self._run.step, max(1, int(self._schedule.warmup * self._total))
        return (step + 1) / warm if step < warm else max(0.02, (self._total - step) / max(1, self._total - warm))

    def _judge(self, epoch: int, note: Callable[[str, float], None]) -> None:
        with self._run.averaged() as network:
            logits = logits_of(network, self._valid.inputs, device=self._run.device)[1]
        right = logits.argmax(1).numpy() == np.array(self._valid.labels)
        note("valid accuracy", float(right.mean()))
        note("valid loss", float(functional.cross_entropy(logits, torch.tensor(self._valid.labels))))
        if self._selection.keeps(right, epoch):
            self._run.keep()

    def _save(self) -> None:
        self._run.save(self._fingerprint, selection=dict(self._selection.state()))

    @cached_property
    def _fingerprint(self) -> str:
        lengths = [len(row) for row in self._train.inputs]
        tuned = sorted(name for name, p in self._run.bare.named_parameters() if p.requires_grad)
        told = repr((asdict(self._schedule), lengths, list(self._train.labels), tuned))
        return hashlib.sha256(told.encode()).hexdigest()


class _Memory:
    """The latest embeddings with their labels, so that a small batch is contrasted with many texts (cross-batch memory)."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._vectors: Tensor | None = None
        self._labels: Tensor | None = None

    def loss(self, vectors: Tensor, labels: Tensor, temperature: float) -> Tensor:
        """The supervised contrastive loss of unit vectors (batch, hidden) against themselves and the memory."""
        others = vectors if self._vectors is None else torch.cat([vectors, self._vectors])
        named = labels if self._labels is None else torch.cat([labels, self._labels])
        scores = vectors @ others.T / temperature  # (batch, batch + memory)
        itself = torch.zeros_like(scores, dtype=torch.bool)
        itself[:, : len(vectors)].fill_diagonal_(True)
        same = (labels[:, None] == named[None, :]) & ~itself
        log_share = scores - torch.logsumexp(scores.masked_fill(itself, -1e9), dim=1, keepdim=True)
        counts = same.sum(1)
        self._vectors, self._labels = others.detach()[: self._size], named[: self._size]
        if not counts.any():
            return scores.sum() * 0.0
        return -((log_share * same).sum(1)[counts > 0] / counts[counts > 0]).mean()


def disagreement(logits: Tensor) -> Tensor:
    """Logits (2 n, labels), whose second half are the same texts again -> the mean symmetric Kullback-Leibler divergence of the halves."""
    one, other = functional.log_softmax(logits, dim=1).chunk(2)
    return ((one.exp() - other.exp()) * (one - other)).sum(1).mean() / 2


@torch.no_grad()
def logits_of(
    network: nn.Module, inputs: Sequence[Tensor], batch_size: int = 128, device: torch.device | None = None
) -> tuple[Tensor, Tensor]:
    """Unpadded inputs to pooled states (n, hidden) and logits (n, labels), in their order, on the CPU."""
    network.eval()
    order = sorted(range(len(inputs)), key=lambda i: len(inputs[i]))
    pooled: list[Tensor] = []
    logits: list[Tensor] = []
    for start in range(0, len(order), batch_size):
        batch, mask = padded([inputs[i] for i in order[start : start + batch_size]])
        states, scores = network(batch.to(device or "cpu"), mask.to(device or "cpu"))
        pooled.append(states.float().cpu())
        logits.append(scores.float().cpu())
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order, dtype=torch.long)] = torch.arange(len(order))
    return torch.cat(pooled)[back], torch.cat(logits)[back]


def _drawn(labels: Sequence[int], balance: float, chooser: random.Random) -> list[int]:
    """As many rows as there are, shuffled; with `balance` b drawn so that a label of n examples has a share of n ** (1 - b)."""
    rows = list(range(len(labels)))
    if balance <= 0:
        chooser.shuffle(rows)
        return rows
    counts = np.bincount(labels)
    return chooser.choices(rows, weights=[float(counts[label]) ** -balance for label in labels], k=len(rows))


def epochs_for(texts: int, batch_size: int) -> int:
    """How many epochs over so many texts make about `STEPS` steps."""
    least, most = EPOCHS
    return max(least, min(most, round(STEPS * batch_size / max(texts, 1))))
