"""The network that learns how a text feels about a target: all layers read both together, and what stands near the target weighs more.

Owns the learning of those weights, one for each class of distance (`assistant.models.target`); the rest is `network`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from assistant.models.target import distance_classes
from finetune.network import IntentNetwork, Tuning

FIRST = (1.2, 2.0, 1.4, 0.6, 0.2, -0.2, -0.7, -1.0, -1.2, -0.5, 0.3, 0.0)
"""The logarithms of the weights to begin with: about what a first run on SemEval's training halves came to (`finetune/LOG.md`)."""
SPEED = 20.0
"""The weights' learning rate, in rates of the head: a dozen numbers, which have far to go."""


class TargetNetwork(IntentNetwork):
    """An `IntentNetwork` whose inputs are rows of token id and class of distance, and whose head reads a weighted mean."""

    def __init__(self, backbone: nn.Module, labels: int, tuning: Tuning, *, tune_words: bool = False) -> None:
        super().__init__(backbone, labels, tuning, tune_words=tune_words)
        self.near = nn.Parameter(torch.tensor(FIRST))

    @property
    def weights(self) -> list[float]:
        """How much a token of each class weighs."""
        return [round(float(weight), 4) for weight in self.near.detach().exp()]

    def forward(self, inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, tokens, 2) -> pooled (batch, hidden) and logits (batch, labels)."""
        ids, classes = inputs.unbind(-1)
        states = self.states(ids, mask)
        weights = (self.near.exp()[classes] * mask).unsqueeze(-1).to(states.dtype)  # (batch, tokens, 1)
        pooled = (states * weights).sum(1) / weights.sum(1)
        return pooled, self.head(pooled)

    def groups(self, rate: float, head_rate: float, layer_decay: float, weight_decay: float) -> list[dict[str, Any]]:
        """As the other network's, and the weights of the distances by themselves."""
        others = super().groups(rate, head_rate, layer_decay, weight_decay)
        for group in others:
            group["params"] = [parameter for parameter in group["params"] if parameter is not self.near]
        own = {"params": [self.near], "lr": SPEED * head_rate, "weight_decay": 0.0}
        return [*(group for group in others if group["params"]), own]


def inputs_about_targets(tokenizer: Any, texts: Sequence[str], targets: Sequence[str], max_tokens: int) -> list[Tensor]:
    """Each text, cut to `max_tokens` with its target behind a separator: (tokens, 2) of token id and class of distance."""
    read = tokenizer(list(texts), list(targets), truncation="only_first", max_length=max_tokens)
    rows = ((ids, distance_classes(ids, read.sequence_ids(row))) for row, ids in enumerate(read["input_ids"]))
    return [torch.tensor(list(zip(ids, classes, strict=True))) for ids, classes in rows]
