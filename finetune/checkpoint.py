"""What every training run keeps: averaged weights, a checkpoint that is whole or not there, and a journal for TensorBoard.

Knows neither data nor losses; the trainers say what goes into a checkpoint and when.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

CHECKPOINT_FILE = "checkpoint.pt"


def trained(network: Any) -> dict[str, Tensor]:
    """The parameters that training changes, by name, cut off from the graph; not copied."""
    return {name: p.detach() for name, p in network.named_parameters() if p.requires_grad}


@torch.no_grad()
def average_into(averaged: Mapping[str, Tensor], network: Any, keep: float, step: int) -> None:
    """Moves `averaged` towards the network's weights: keeps a share of `keep`, less in the first steps."""
    now = trained(network)
    torch._foreach_lerp_(list(averaged.values()), [now[name] for name in averaged], 1.0 - min(keep, step / (step + 10)))


@contextlib.contextmanager
def averaged_weights(network: Any, averaged: Mapping[str, Tensor]) -> Iterator[None]:
    """The network with its averaged weights; with its own again afterwards."""
    own = {name: p.detach().clone() for name, p in network.named_parameters() if name in averaged}
    network.load_state_dict(averaged, strict=False)
    yield
    network.load_state_dict(own, strict=False)


def write_checkpoint(folder: Path, state: Mapping[str, Any]) -> None:
    """Written beside and swapped by rename."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{CHECKPOINT_FILE}.new"
    torch.save(dict(state), fresh)
    fresh.replace(folder / CHECKPOINT_FILE)


def read_checkpoint(folder: Path, fingerprint: str, device: torch.device) -> dict[str, Any] | None:
    """The state of a run that was broken off; None where there is none, or it is another run's."""
    path = folder / CHECKPOINT_FILE
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True, map_location=device)
    return state if state["fingerprint"] == fingerprint else None


@contextlib.contextmanager
def journal(folder: Path, *, writes: bool) -> Iterator[Callable[[str, float, int], None]]:
    """Notes (name, value, step) for TensorBoard; nothing where another process `writes`."""
    if not writes:
        yield lambda name, value, step: None
        return
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(folder / "tensorboard"))
    yield writer.add_scalar
    writer.close()
