"""Vectors for `assistant.models.two_tower`, learnt by softmax: from what a customer bought to what comes next, against all products.

Owns the examples, where the vectors start, the loss and the schedule. Knows no files, no shop and no serving. The same histories and
seed give the same vectors.

An epoch costs about 6 · examples · items · width operations, and a step one matrix of items by its examples in memory.

Both towers start from who bought what (truncated SVD), so that three epochs of many examples suffice; from chance they do worse by a tenth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.models.two_tower import TwoTower, stored_two_tower
from assistant.types import Progress
from finetune.item_links import Basket, Dense, History, Numbers, sparse_rows

STEP = "what a history leads to"


@dataclass(frozen=True, slots=True)
class TowerRecipe:
    """`width` numbers a product and tower; the last `window` baskets are looked at; `batch` examples a step; `hidden_items` and
    `hidden_state` are the shares hidden (dropout) of the products of a history and of its vector; `rate` is the peak of one cycle;
    epochs become more where they make less than `fewest_steps`; `most` bounds examples times items of an epoch, which sees a part of
    the examples where they are more."""

    width: int = 48
    window: int = 12
    epochs: int = 3
    fewest_steps: int = 1000
    batch: int = 256
    hidden_items: float = 0.2
    hidden_state: float = 0.3
    rate: float = 4e-3
    decay: float = 0.01
    most: int = 5_000_000_000
    seed: int = 13


@dataclass(frozen=True, slots=True)
class Batch:
    """Histories and what came next, laid end to end: `items` and `ages` of what was bought, `starts` (examples,) where each begins;
    `targets` and `target_starts` likewise of the baskets that came."""

    items: Numbers
    ages: Numbers
    starts: Numbers
    targets: Numbers
    target_starts: Numbers


class Examples:
    """Every basket but a customer's first, with the baskets before it.

    Args:
        histories: baskets of product numbers by customer, the newest last.
        window: how many baskets before it are looked at.
    """

    def __init__(self, histories: Sequence[History], window: int) -> None:
        baskets = [basket for history in histories for basket in history]
        lengths = np.array([len(history) for history in histories], dtype=np.int64)
        place = np.arange(len(baskets)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        self._items = np.concatenate(baskets) if baskets else np.zeros(0, dtype=np.int64)
        self._starts = np.concatenate([[0], np.cumsum([len(basket) for basket in baskets], dtype=np.int64)])
        self._basket = np.repeat(np.arange(len(baskets)), np.diff(self._starts))
        self._target = np.flatnonzero(place > 0)
        self._first = self._target - np.minimum(place[self._target], window)

    def __len__(self) -> int:
        return len(self._target)

    def batch(self, chosen: Numbers) -> Batch:
        """The examples of these numbers, in their order."""
        target, first = self._target[chosen], self._first[chosen]
        places, starts = _ranges(self._starts[first], self._starts[target])
        owner = np.repeat(target, self._starts[target] - self._starts[first])
        targets, target_starts = _ranges(self._starts[target], self._starts[target + 1])
        return Batch(self._items[places], owner - 1 - self._basket[places], starts, self._items[targets], target_starts)


def _ranges(starts: Numbers, stops: Numbers) -> tuple[Numbers, Numbers]:
    """The numbers from each start to before its stop, end to end, and where each range begins among them."""
    counts = stops - starts
    begins = np.cumsum(counts) - counts
    return np.arange(int(counts.sum())) + np.repeat(starts - begins, counts), begins


class LogPartition(torch.autograd.Function):
    """log Σ exp(state · row) over the rows of a table, (examples,); autograd alone would walk through the odds three times as often."""

    @staticmethod
    def forward(ctx: Any, state: Tensor, table: Tensor) -> Tensor:
        """(examples, width), (items, width) -> (examples,)."""
        odds = torch.mm(table, state.T).exp_()  # (items, examples)
        total = odds.sum(dim=0)
        ctx.save_for_backward(state, table, odds, total)
        return total.log()

    @staticmethod
    def backward(ctx: Any, *above: Tensor) -> tuple[Tensor, Tensor]:
        """(examples,) -> (examples, width), (items, width)."""
        state, table, odds, total = ctx.saved_tensors
        share = (above[0] / total)[:, None]
        return (odds.T @ table) * share, odds @ (state * share)


class Towers(nn.Module):
    """The vectors as they are learnt, and what each batch of examples costs; draws from `chance` alone."""

    def __init__(self, start: Tensor, recipe: TowerRecipe, chance: torch.Generator) -> None:
        super().__init__()
        self._recipe, self._chance = recipe, chance
        self.inputs, self.outputs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
        self.ages = nn.Parameter(torch.tensor([0.8**age for age in range(recipe.window)]))
        self.log_scale = nn.Parameter(torch.tensor(2.5))

    def forward(self, batch: Batch) -> Tensor:
        """The mean cross entropy of what came, ()."""
        shown = self._kept((len(batch.items),), self._recipe.hidden_items)
        state = functional.embedding_bag(
            torch.from_numpy(batch.items), self.inputs, torch.from_numpy(batch.starts), mode="sum",
            per_sample_weights=self.ages[torch.from_numpy(batch.ages)] * shown,
        )  # (examples, width)  # fmt: skip
        state = functional.normalize(state * self._kept(state.shape, self._recipe.hidden_state), dim=-1) * self.log_scale.exp()
        table = functional.normalize(self.outputs, dim=-1)
        came = functional.embedding_bag(torch.from_numpy(batch.targets), table, torch.from_numpy(batch.target_starts), mode="mean")
        loss: Tensor = LogPartition.apply(state, table) - (state * came).sum(dim=-1)
        return loss.mean()

    def _kept(self, shape: Sequence[int], hidden: float) -> Tensor:
        return (torch.rand(shape, generator=self._chance) >= hidden).float()


def fit_two_tower(
    histories: Sequence[History], loose: Sequence[Basket], items: int, recipe: TowerRecipe, progress: Progress | None = None
) -> TwoTower:
    """Vectors of `items` products, rounded as they are stored; `loose` baskets of nobody known count for where they start.

    Raises:
        ValueError: fewer than three products or baskets.
    """
    report = progress or (lambda stage, done, total: None)
    report(STEP, 0, None)
    examples = Examples(histories, recipe.window)
    chance = torch.Generator().manual_seed(recipe.seed)
    towers = Towers(torch.from_numpy(start_vectors(histories, loose, items, recipe)), recipe, chance)
    a_round = min(len(examples), max(recipe.most // items, recipe.batch))
    steps = -(-a_round // recipe.batch)
    epochs = max(recipe.epochs, -(-recipe.fewest_steps // steps))
    optimizer = torch.optim.AdamW(towers.parameters(), lr=recipe.rate, weight_decay=recipe.decay, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=epochs * steps, pct_start=0.1)
    for epoch in range(epochs):
        order = torch.randperm(len(examples), generator=chance).numpy()[:a_round]
        for step in range(steps):
            report(STEP, epoch * steps + step, epochs * steps)
            loss = towers(examples.batch(order[step * recipe.batch : (step + 1) * recipe.batch]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    report(STEP, epochs * steps, epochs * steps)
    return _served(towers.eval(), examples)


def start_vectors(histories: Sequence[History], loose: Sequence[Basket], items: int, recipe: TowerRecipe) -> Dense:
    """Products by who bought them, (items, width or one less than there are products or customers), of length one: truncated SVD."""
    import scipy.sparse as sp
    from scipy.sparse.linalg import svds

    whole = [np.unique(np.concatenate(history)) for history in histories if history]
    rows = [(products, np.ones(len(products), dtype=np.float32)) for products in (*whole, *loose)]
    bought = sparse_rows(rows, items)
    sizes, counts = np.asarray(bought.sum(axis=1)).ravel(), np.asarray(bought.sum(axis=0)).ravel()
    weighed = sp.diags(np.maximum(sizes, 1.0) ** -0.5) @ bought @ sp.diags((counts + 1.0) ** -0.5)
    first = np.random.default_rng(recipe.seed).standard_normal(min(weighed.shape)).astype(np.float32)
    _, strengths, directions = svds(weighed.astype(np.float32), k=min(recipe.width, min(weighed.shape) - 1), v0=first)
    made = directions.T * strengths
    return np.asarray(made / (np.linalg.norm(made, axis=1, keepdims=True) + 1e-6), dtype=np.float32)


def _served(towers: Towers, examples: Examples) -> TwoTower:
    """As it will be read from a file; products that no example held, or that never came next, have zeros there."""
    every = examples.batch(np.arange(len(examples)))
    with torch.no_grad():
        inputs, outputs = towers.inputs.numpy(), functional.normalize(towers.outputs, dim=-1).numpy()
        ages, scale = towers.ages.numpy().copy(), float(towers.log_scale.exp())
    heard = [np.isin(np.arange(len(inputs)), seen)[:, None] for seen in (every.items, every.targets)]
    return stored_two_tower(TwoTower(inputs * heard[0], outputs * heard[1], ages, scale).arrays())
