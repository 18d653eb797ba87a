"""The training loop: batches by length, bf16, averaged weights, early stopping, and a checkpoint to go on from after a kill.

Owns the schedule and the files of a run in progress; knows neither what the labels mean nor what is exported. The order of
batches depends on seed and epoch alone, so that a resumed run sees what an unbroken one would have seen.
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
from finetune.checkpoint import average_into, averaged_weights, journal, read_checkpoint, trained, write_checkpoint
from finetune.network import IntentNetwork, padded
from finetune.selection import Selection

CHECKPOINT_FORM = 2
"""Rises with what a checkpoint holds: one of another form is another run's."""
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
        from accelerate import Accelerator

        self._schedule, self._train, self._valid, self._folder = schedule, train, valid, folder
        torch.manual_seed(schedule.seed)
        self._accelerator = Accelerator(mixed_precision=precision_of(schedule.precision), cpu=not torch.cuda.is_available())
        optimiser = torch.optim.AdamW(
            network.groups(schedule.rate, schedule.head_rate, schedule.layer_decay, schedule.weight_decay), fused=True
        )
        self._network, self._optimiser = self._accelerator.prepare(network, optimiser)
        self._peaks = [group["lr"] for group in self._optimiser.param_groups]
        self._bare: IntentNetwork = self._accelerator.unwrap_model(self._network)
        self._averaged = {name: p.clone() for name, p in trained(self._bare).items()}
        self._memory = _Memory(size=2048)
        self._steps_an_epoch = math.ceil(len(train.labels) / schedule.batch_size / self._accelerator.num_processes)
        self._step = 0
        self._selection = Selection(schedule.patience)
        self._best_weights: dict[str, Tensor] = {}

    @property
    def is_main(self) -> bool:
        """Whether this is the process, of those that train together, that writes files."""
        return bool(self._accelerator.is_main_process)

    def wait(self) -> None:
        """Until all processes that train together have come here."""
        self._accelerator.wait_for_everyone()

    def run(self, progress: Progress | None = None) -> Outcome:
        """Trains to the last epoch, or until going on does harm, from a checkpoint where there is one of the same run."""
        began, saved_at = time.monotonic(), time.monotonic()
        self._resume()
        total = self._schedule.epochs * self._steps_an_epoch
        with journal(self._folder, writes=self._accelerator.is_main_process) as note:
            while self._step < total:
                epoch, done = divmod(self._step, self._steps_an_epoch)
                if done == 0 and self._selection.over:
                    break
                for batch in self._batches(epoch)[done:]:
                    loss = self._learn(batch, total)
                    note("loss", loss, self._step)
                    if progress:
                        progress(
                            f"epoch {epoch + 1} of {self._schedule.epochs}, loss {loss:.3f}, right {self._selection.accuracy:.4f}",
                            self._step,
                            total,
                        )
                    if time.monotonic() - saved_at > self._schedule.checkpoint_seconds:
                        self._save()
                        saved_at = time.monotonic()
                self._judge(epoch + 1, note)
                self._save()
        epochs = math.ceil(self._step / self._steps_an_epoch)
        self._bare.load_state_dict(self._best_weights or self._averaged, strict=False)
        return Outcome(self._selection.accuracy, self._selection.epoch, epochs, time.monotonic() - began)

    def _batches(self, epoch: int) -> list[list[int]]:
        schedule = self._schedule
        chooser = random.Random(f"{schedule.seed}-{epoch}")
        rows = _drawn(self._train.labels, schedule.balance, chooser)
        size = schedule.batch_size
        world, rank = self._accelerator.num_processes, self._accelerator.process_index
        pool = size * 50
        ordered: list[int] = []
        for start in range(0, len(rows), pool):
            ordered += sorted(rows[start : start + pool], key=lambda i: (len(self._train.inputs[i]), chooser.random()))
        batches = [ordered[start : start + size] for start in range(0, len(ordered), size)]
        chooser.shuffle(batches)
        batches += batches[: -len(batches) % world]
        return batches[rank::world]

    def _learn(self, rows: Sequence[int], total: int) -> float:
        self._network.train()
        self._set_rate(total)
        rows = [*rows, *rows] if self._schedule.agreement else rows
        inputs, mask = padded([self._train.inputs[i] for i in rows])
        labels = torch.tensor([self._train.labels[i] for i in rows], device=self._accelerator.device)
        with self._accelerator.autocast():
            pooled, logits = self._network(inputs.to(self._accelerator.device), mask.to(self._accelerator.device))
        loss = functional.cross_entropy(logits.float(), labels, label_smoothing=self._schedule.smoothing)
        if self._schedule.agreement:
            loss = loss + self._schedule.agreement * disagreement(logits.float())
        if self._schedule.contrastive:
            vectors = functional.normalize(pooled.float(), dim=1)
            loss = loss + self._schedule.contrastive * self._memory.loss(vectors, labels, self._schedule.contrastive_temperature)
        self._accelerator.backward(loss)
        self._accelerator.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimiser.step()
        self._optimiser.zero_grad()
        self._step += 1
        average_into(self._averaged, self._bare, self._schedule.average, self._step)
        return float(loss.detach())

    def _set_rate(self, total: int) -> None:
        warm = max(1, int(self._schedule.warmup * total))
        share = (self._step + 1) / warm if self._step < warm else max(0.02, (total - self._step) / max(1, total - warm))
        for group, peak in zip(self._optimiser.param_groups, self._peaks, strict=True):
            group["lr"] = peak * share

    def _judge(self, epoch: int, note: Callable[[str, float, int], None]) -> None:
        with averaged_weights(self._bare, self._averaged):
            logits = logits_of(self._bare, self._valid.inputs, device=self._accelerator.device)[1]
        right = logits.argmax(1).numpy() == np.array(self._valid.labels)
        note("valid accuracy", float(right.mean()), self._step)
        note("valid loss", float(functional.cross_entropy(logits, torch.tensor(self._valid.labels))), self._step)
        if self._selection.keeps(right, epoch):
            self._best_weights = {name: value.clone().cpu() for name, value in self._averaged.items()}

    @cached_property
    def _fingerprint(self) -> str:
        lengths = [len(row) for row in self._train.inputs]
        told = repr((CHECKPOINT_FORM, asdict(self._schedule), lengths, list(self._train.labels), sorted(self._averaged)))
        return hashlib.sha256(told.encode()).hexdigest()

    def _save(self) -> None:
        if not self._accelerator.is_main_process:
            return
        state = {
            "fingerprint": self._fingerprint, "step": self._step, "selection": dict(self._selection.state()),
            "weights": trained(self._bare), "averaged": self._averaged, "best_weights": self._best_weights,
            "optimiser": self._optimiser.state_dict(), "random": torch.get_rng_state(),
        }  # fmt: skip
        write_checkpoint(self._folder, state)

    def _resume(self) -> None:
        state = read_checkpoint(self._folder, self._fingerprint, self._accelerator.device)
        if state is None:
            return
        self._bare.load_state_dict(state["weights"], strict=False)
        self._averaged, self._best_weights = state["averaged"], state["best_weights"]
        self._optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["random"].cpu())
        self._step = int(state["step"])
        self._selection.restore(state["selection"])


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


def precision_of(wanted: str) -> str:
    """bf16 where the hardware multiplies it (any GPU that can, AMX on the CPU), else plain float32."""
    if wanted != "auto":
        return wanted
    able = torch.cuda.is_bf16_supported() if torch.cuda.is_available() else torch.cpu._is_amx_tile_supported()
    return "bf16" if able else "no"
