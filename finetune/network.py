"""The network that learns intents: an encoder tuned as a whole, by LoRA, or a branch of its last layers beside a frozen trunk.

Owns the modules and their training inputs; knows no files and no schedule. After training, `served()` is what gets exported.

The branch keeps the encoder's sentence embedding exactly as it was, so that an index built with it stays valid: texts run once
through the shared lower layers, then through the original upper layers for the embedding and through their tuned copies for the intent.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor, nn

from assistant.models.encoder import TRUNK
from assistant.models.intent import INTENT_HEAD, NEARNESS_HEAD
from finetune.dropout import quicken
from finetune.export import EncoderGraph, Head

Tuning: TypeAlias = Literal["full", "lora", "branch"]


class IntentHead(nn.Module):
    """(batch, hidden) -> (batch, labels): dropout and a linear layer."""

    def __init__(self, hidden: int, labels: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(hidden, labels)
        nn.init.normal_(self.linear.weight, std=0.02)
        nn.init.zeros_(self.linear.bias)

    def forward(self, pooled: Tensor) -> Tensor:
        """(batch, hidden) -> (batch, labels)."""
        logits: Tensor = self.linear(self.dropout(pooled))
        return logits


class Nearness(nn.Module):
    """(batch, hidden) -> (batch, 1): minus the squared Mahalanobis distance to the nearest class mean, per hidden unit.

    `whitening` (hidden, hidden) makes the shared covariance of the classes the identity; `means` (labels, hidden) are the class
    means, not whitened.
    """

    def __init__(self, whitening: Tensor, means: Tensor) -> None:
        super().__init__()
        white = means @ whitening  # (labels, hidden)
        self.register_buffer("whitening", whitening.contiguous())
        self.register_buffer("directions", (whitening @ (-2 * white).T).contiguous())  # (hidden, labels)
        self.register_buffer("offsets", (white * white).sum(1).contiguous())

    def forward(self, pooled: Tensor) -> Tensor:
        """(batch, hidden) -> (batch, 1)."""
        white = torch.matmul(pooled, self.whitening)  # (batch, hidden)
        squares = (white * white).sum(1, keepdim=True) + torch.matmul(pooled, self.directions) + self.offsets  # (batch, labels)
        return -torch.amin(squares, dim=1, keepdim=True) / white.shape[1]


class IntentNetwork(nn.Module):
    """Trains an intent head on a BERT-like `backbone`; see the module for the ways of `tuning`.

    The word embeddings stay as they are unless `tune_words`: half of the parameters, and as good without.
    `forward` takes what `inputs` made of the texts, padded: (batch, tokens) ids, or (batch, tokens, hidden) states for a branch.
    """

    def __init__(self, backbone: nn.Module, labels: int, tuning: Tuning, *, branch_layers: int = 2, tune_words: bool = False) -> None:
        super().__init__()
        self.tuning = tuning
        hidden = int(backbone.config.hidden_size)
        self.backbone = _with_lora(backbone) if tuning == "lora" else backbone
        self.head = IntentHead(hidden, labels)
        self.branch = nn.ModuleList()
        self.nearness: Nearness | None = None
        if tuning == "full" and not tune_words:
            backbone.embeddings.requires_grad_(False)
        if tuning == "branch":
            self.branch = copy.deepcopy(backbone.encoder.layer[-branch_layers:])
            backbone.requires_grad_(False)
        quicken(self)

    def forward(self, inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """-> pooled (batch, hidden) and logits (batch, labels)."""
        pooled = mean_of(self.states(inputs, mask), mask)
        return pooled, self.head(pooled)

    def states(self, inputs: Tensor, mask: Tensor) -> Tensor:
        """Inputs through the layers that are tuned -> (batch, tokens, hidden)."""
        if self.tuning == "branch":
            return through(self.branch, inputs, mask)
        states: Tensor = self.backbone(input_ids=inputs, attention_mask=mask).last_hidden_state
        return states

    @torch.no_grad()
    def inputs(self, ids: Sequence[Sequence[int]], batch_size: int = 64) -> list[Tensor]:
        """Token ids of each text to its unpadded input: the ids, or the states of the frozen trunk in half precision."""
        if self.tuning != "branch":
            return [torch.tensor(row) for row in ids]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        result: list[Tensor] = [torch.empty(0)] * len(ids)
        device = next(self.backbone.parameters()).device
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            padded = nn.utils.rnn.pad_sequence([torch.tensor(ids[i]) for i in rows], batch_first=True).to(device)
            mask = _mask([len(ids[i]) for i in rows]).to(device)
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda" or torch.cpu._is_amx_tile_supported()):
                states = trunk(self.backbone, padded, mask, len(self.branch)).half().cpu()
            for state, i in zip(states, rows, strict=True):
                result[i] = state[: len(ids[i])].clone()
        return result

    def served(self, base: nn.Module) -> EncoderGraph:
        """The graph to export. `base`: a fresh copy of the untuned backbone with eager attention."""
        heads = {INTENT_HEAD: Head(self.head)} | ({NEARNESS_HEAD: Head(self.nearness)} if self.nearness is not None else {})
        if self.tuning == "branch":
            return BranchGraph(base, self.branch, heads)
        backbone = self.backbone.merge_and_unload() if self.tuning == "lora" else self.backbone
        base.load_state_dict(backbone.state_dict())
        return EncoderGraph(base, heads)

    def groups(self, rate: float, head_rate: float, layer_decay: float, weight_decay: float) -> list[dict[str, Any]]:
        """Parameter groups for the optimiser: the head fastest, lower layers slower by `layer_decay` each."""
        depth = 1 + max((number for number in map(_layer, dict(self.named_parameters())) if number is not None), default=0)
        groups: dict[tuple[float, float], list[nn.Parameter]] = {}
        for name, parameter in self.named_parameters():
            if parameter.requires_grad:
                number = _layer(name)
                below = depth if "embeddings" in name else 0 if number is None else depth - 1 - number
                speed = head_rate if name.startswith("head") else rate * (1.0 if self.tuning == "lora" else layer_decay**below)
                groups.setdefault((speed, 0.0 if parameter.ndim == 1 else weight_decay), []).append(parameter)
        return [{"params": members, "lr": speed, "weight_decay": decay} for (speed, decay), members in groups.items()]


class BranchGraph(EncoderGraph):
    """The untouched encoder and, from the same lower layers, a tuned branch that the heads read.

    Its last output is the shared layers' states, from which other branches, kept in folders of their own, go on.
    """

    def __init__(self, backbone: nn.Module, branch: nn.ModuleList, heads: dict[str, Head]) -> None:
        super().__init__(backbone, heads)
        self.branch = branch

    @property
    def outputs(self) -> tuple[str, ...]:
        return (*super().outputs, TRUNK)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        """(batch, tokens) twice -> (batch, hidden) of length 1, the heads' outputs, and the trunk's states (batch, tokens, hidden)."""
        shared = trunk(self.backbone, input_ids, attention_mask, len(self.branch))
        upper = self.backbone.encoder.layer[-len(self.branch) :]
        own = mean_of(through(upper, shared, attention_mask), attention_mask)
        tuned = mean_of(through(self.branch, shared, attention_mask), attention_mask)
        length = torch.sqrt((own * own).sum(1, keepdim=True)).clamp(min=1e-12)
        return (own / length, *(self.heads[name](tuned) for name in self.reads), shared)


def trunk(backbone: nn.Module, ids: Tensor, mask: Tensor, upper: int) -> Tensor:
    """Ids (batch, tokens) through the embeddings and all but the last `upper` layers -> (batch, tokens, hidden)."""
    states = backbone.embeddings(input_ids=ids)
    return through(backbone.encoder.layer[:-upper], states, mask)


def through(layers: nn.ModuleList, states: Tensor, mask: Tensor) -> Tensor:
    """States (batch, tokens, hidden) through these layers; `mask` (batch, tokens) is 1 for tokens and 0 for padding."""
    states = states.to(next(layers.parameters()).dtype)
    shut = (1.0 - mask[:, None, None, :].to(states.dtype)) * -1e4  # (batch, 1, 1, tokens)
    for layer in layers:
        states = layer(states, shut)
    return states


def mean_of(states: Tensor, mask: Tensor) -> Tensor:
    """The mean over real tokens: (batch, tokens, hidden), (batch, tokens) -> (batch, hidden)."""
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1)


def padded(inputs: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Unpadded inputs to (batch, tokens, ...) and its mask (batch, tokens)."""
    batch = nn.utils.rnn.pad_sequence(list(inputs), batch_first=True)
    return (batch.float() if batch.is_floating_point() else batch), _mask([len(row) for row in inputs])


def fit_nearness(pooled: Tensor, labels: Tensor, count: int, shrink: float = 0.1) -> Nearness:
    """A `Nearness` from the pooled states (n, hidden) of training texts and their labels (n,) among `count`."""
    pooled = pooled.double()
    means = torch.stack([pooled[labels == k].mean(0) if (labels == k).any() else pooled.mean(0) for k in range(count)])
    centred = pooled - means[labels]
    covariance = centred.T @ centred / len(pooled)
    covariance = (1 - shrink) * covariance + shrink * torch.eye(len(covariance)) * covariance.diagonal().mean()
    values, vectors = torch.linalg.eigh(covariance)
    whitening = vectors @ torch.diag(values.clamp(min=1e-8).rsqrt()) @ vectors.T
    return Nearness(whitening.float(), means.float())


def _mask(lengths: Sequence[int]) -> Tensor:
    return (torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None]).long()


def _layer(name: str) -> int | None:
    """The number of the layer that a parameter belongs to, if any."""
    parts = name.split(".")
    numbers = [int(part) for before, part in pairwise(parts) if part.isdigit() and before in {"layer", "branch"}]
    return numbers[0] if numbers else None


def _with_lora(backbone: nn.Module, rank: int = 16) -> nn.Module:
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.05, target_modules=["query", "key", "value", "dense"])
    tuned: nn.Module = get_peft_model(backbone, config)
    return tuned
