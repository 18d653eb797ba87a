"""Dropout that costs little on a CPU.

Torch draws a random double for each number, one after the other: a sixth of a training step. Here NumPy draws a byte for each. Seeds come
from torch's generator, so a run that goes on from its checkpoint drops what an unbroken one would have dropped. Knows no network.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional


class QuickDropout(nn.Module):
    """As `nn.Dropout`, with a share of dropped numbers that is rounded to 256ths; on a GPU, where torch's own is quick, exactly that."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p
        self._limit = round(256 * p)

    def forward(self, states: Tensor) -> Tensor:
        """Any shape -> the same shape."""
        if not self.training or not self._limit:
            return states
        if states.device.type != "cpu":
            return functional.dropout(states, self.p)
        seed = int(torch.randint(2**62, (1,)))
        drawn = np.random.Generator(np.random.SFC64(seed)).bytes(states.numel())
        kept = torch.frombuffer(bytearray(drawn), dtype=torch.uint8).reshape(states.shape) >= self._limit
        return states * kept.to(states.dtype).mul_(256 / (256 - self._limit))


def quicken(module: nn.Module) -> None:
    """Replaces every `nn.Dropout` within `module`; those of attention, whose share alone is read and given to torch, drop nothing."""
    for name, child in module.named_children():
        if type(child) is nn.Dropout and hasattr(module, "query"):
            child.p = 0.0
        elif type(child) is nn.Dropout:
            setattr(module, name, QuickDropout(child.p))
        else:
            quicken(child)
