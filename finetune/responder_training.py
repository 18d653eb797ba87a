"""The responder's training loop: batches by tokens, bf16, averaged weights, early stopping, a checkpoint to go on from after a kill.

Owns the schedule and the files of a run in progress; refuses to know texts: examples come as token numbers. What an epoch trains on
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
from finetune.checkpoint import average_into, averaged_weights, journal, read_checkpoint, trained, write_checkpoint
from finetune.training import precision_of

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
        from accelerate import Accelerator

        self._schedule, self._epoch, self._judge, self._folder = schedule, epoch, judge, folder
        torch.manual_seed(schedule.seed)
        self._accelerator = Accelerator(mixed_precision=precision_of(schedule.precision), cpu=not torch.cuda.is_available())
        optimiser = torch.optim.AdamW(_groups(network, schedule), lr=schedule.rate, betas=(0.9, 0.98), fused=True)
        self._network, self._optimiser = self._accelerator.prepare(network, optimiser)
        self._bare = self._accelerator.unwrap_model(self._network)
        self._averaged = {name: p.clone() for name, p in trained(self._bare).items()}
        self._start = (0, 0)
        self._step, self._spent = 0, 0.0
        self._best = (-1.0, 0)
        self._best_weights: dict[str, Tensor] = {}

    def run(self, progress: Progress | None = None) -> ResponderOutcome:
        """Trains to the last epoch, until the score no longer improves, or until the minutes are spent; from a checkpoint where one is."""
        self._resume()
        began, saved_at = time.monotonic() - self._spent, time.monotonic()
        first, done = self._start
        with journal(self._folder, writes=self._accelerator.is_main_process) as note:
            for epoch in range(first, self._schedule.epochs):
                if self._judge and self._best[1] and epoch - self._best[1] >= self._schedule.patience:
                    break
                batches = self._batches(epoch)
                for number in range(done, len(batches)):
                    loss = self._learn(batches[number], self._share(epoch + number / len(batches)))
                    self._spent = time.monotonic() - began
                    note("loss", loss, self._step)
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
        self._bare.load_state_dict(self._best_weights or self._averaged, strict=False)
        return ResponderOutcome(max(self._best[0], 0.0), self._best[1], self._step, self._spent)

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
        world, rank = self._accelerator.num_processes, self._accelerator.process_index
        batches += batches[: -len(batches) % world]
        return batches[rank::world]

    def _learn(self, batch: Sequence[Example], share: float) -> float:
        self._network.train()
        for group in self._optimiser.param_groups:
            group["lr"] = self._schedule.rate * self._rate_at(share)
        loss = self._loss(batch)
        self._accelerator.backward(loss)
        self._accelerator.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimiser.step()
        self._optimiser.zero_grad()
        self._step += 1
        average_into(self._averaged, self._bare, self._schedule.average, self._step)
        return float(loss.detach())

    def _loss(self, batch: Sequence[Example]) -> Tensor:
        config, device = self._bare.config, self._accelerator.device
        source = padded([e.source for e in batch], config.pad_token_id).to(device)  # (batch, tokens)
        labels = padded([e.target for e in batch], IGNORED).to(device)  # (batch, words)
        with self._accelerator.autocast():
            shifted = self._bare.prepare_decoder_input_ids_from_labels(labels)
            output = self._network(input_ids=source, attention_mask=(source != config.pad_token_id).long(), decoder_input_ids=shifted)
        logits = output.logits.flatten(0, 1)  # (batch * words, vocabulary)
        said = labels.flatten() != IGNORED
        return functional.cross_entropy(logits[said].float(), labels.flatten()[said], label_smoothing=self._schedule.smoothing)

    def _rate_at(self, share: float) -> float:
        schedule = self._schedule
        if share < schedule.warmup:
            return max(share / schedule.warmup, 0.01)
        return min(1.0, max(0.02, (1.0 - share) / schedule.decay)) if schedule.decay else 1.0

    def _score(self, epoch: int, note: Callable[[str, float, int], None]) -> None:
        if self._judge is None:
            return
        with averaged_weights(self._bare, self._averaged):
            self._bare.eval()
            score = self._judge(self._bare)
        note("valid score", score, self._step)
        if score > self._best[0]:
            self._best = (score, epoch)
            self._best_weights = {name: value.clone().cpu() for name, value in self._averaged.items()}

    @cached_property
    def _fingerprint(self) -> str:
        told = repr((asdict(self._schedule), [(len(e.source), e.target) for e in self._epoch(0)[:2000]], sorted(self._averaged)))
        return hashlib.sha256(told.encode()).hexdigest()

    def _save(self, place: tuple[int, int]) -> None:
        if not self._accelerator.is_main_process:
            return
        state = {
            "fingerprint": self._fingerprint, "place": list(place), "step": self._step, "spent": self._spent, "best": list(self._best),
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
        self._start, self._step, self._spent = (state["place"][0], state["place"][1]), int(state["step"]), float(state["spent"])
        self._best = (float(state["best"][0]), int(state["best"][1]))


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
    trained = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    plain = [p for name, p in trained if p.ndim < 2]
    return [
        {"params": [p for _, p in trained if p.ndim >= 2], "weight_decay": schedule.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
