"""A training run under way: the network, its optimiser, averaged and best weights, and the folder that keeps them.

Owns what every run does alike: a step on a loss, weights averaged over steps, a checkpoint that is whole or not there, a journal for
TensorBoard. Refuses to know data, losses, schedules and when to stop: those are the trainers'.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

_T = TypeVar("_T")

CHECKPOINT_FILE = "checkpoint.pt"
CHECKPOINT_FORM = 3
"""Rises with what a checkpoint holds: one of another form is another run's."""
LONGEST_STEP = 1.0
"""Gradients of a greater norm are shortened to it."""


class Run:
    """One network on its way, in one process or several."""

    def __init__(self, network: Any, optimiser: torch.optim.Optimizer, folder: Path, *, average: float, precision: str) -> None:
        """`average`: the share of the averaged weights that a step keeps; `precision`: see `precision_of`."""
        from accelerate import Accelerator

        self._accelerator = Accelerator(mixed_precision=precision_of(precision), cpu=not torch.cuda.is_available())
        self.network, self._optimiser = self._accelerator.prepare(network, optimiser)
        self.bare: Any = self._accelerator.unwrap_model(self.network)
        """The network as it was given; `network` is the one to call in training, wrapped where several processes train it."""
        self.step = 0
        self._folder, self._average = folder, average
        self._peaks = [group["lr"] for group in self._optimiser.param_groups]
        self._averaged = {name: p.clone() for name, p in _trained(self.bare).items()}
        self._best: dict[str, Tensor] = {}

    @property
    def device(self) -> torch.device:
        """Where the inputs belong."""
        device: torch.device = self._accelerator.device
        return device

    @property
    def is_main(self) -> bool:
        """Whether this is the process, of those that train together, that writes files."""
        return bool(self._accelerator.is_main_process)

    @property
    def processes(self) -> int:
        """How many processes train together."""
        return int(self._accelerator.num_processes)

    def wait(self) -> None:
        """Until all processes that train together have come here."""
        self._accelerator.wait_for_everyone()

    def share_of(self, batches: Sequence[_T]) -> list[_T]:
        """The batches of this process; every process gets as many, so some come twice."""
        filled = [*batches, *batches[: -len(batches) % self.processes]]
        return filled[self._accelerator.process_index :: self.processes]

    def autocast(self) -> AbstractContextManager[Any]:
        """The run's precision, for what is computed within."""
        context: AbstractContextManager[Any] = self._accelerator.autocast()
        return context

    def learn(self, loss: Tensor, rate: float) -> float:
        """One step on `loss`, at this share of each parameter group's peak rate; returns the loss as a number."""
        for group, peak in zip(self._optimiser.param_groups, self._peaks, strict=True):
            group["lr"] = peak * rate
        self._accelerator.backward(loss)
        self._accelerator.clip_grad_norm_(self.network.parameters(), LONGEST_STEP)
        self._optimiser.step()
        self._optimiser.zero_grad()
        self.step += 1
        with torch.no_grad():
            now, kept = _trained(self.bare), min(self._average, self.step / (self.step + 10))
            torch._foreach_lerp_(list(self._averaged.values()), [now[name] for name in self._averaged], 1.0 - kept)
        return float(loss.detach())

    @contextlib.contextmanager
    def averaged(self) -> Iterator[Any]:
        """The bare network with its averaged weights; with its own again afterwards."""
        own = {name: p.clone() for name, p in _trained(self.bare).items()}
        self.bare.load_state_dict(self._averaged, strict=False)
        yield self.bare
        self.bare.load_state_dict(own, strict=False)

    def keep(self) -> None:
        """Takes the averaged weights as they are now for the best ones."""
        self._best = {name: value.clone().cpu() for name, value in self._averaged.items()}

    def finish(self) -> None:
        """Puts the best weights into the network; the last averaged ones where none were taken for the best."""
        self.bare.load_state_dict(self._best or self._averaged, strict=False)

    def save(self, fingerprint: str, **told: Any) -> None:
        """Writes the checkpoint, beside and swapped by rename; `told`: plain values that `resume` gives back."""
        if not self.is_main:
            return
        state = {
            "fingerprint": f"{CHECKPOINT_FORM}-{fingerprint}", "step": self.step, "told": told,
            "weights": _trained(self.bare), "averaged": self._averaged, "best_weights": self._best,
            "optimiser": self._optimiser.state_dict(), "random": torch.get_rng_state(),
        }  # fmt: skip
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{CHECKPOINT_FILE}.new"
        torch.save(state, fresh)
        fresh.replace(self._folder / CHECKPOINT_FILE)

    def resume(self, fingerprint: str) -> dict[str, Any] | None:
        """Goes on from the checkpoint and gives what `save` was told; None where there is none, or it is another run's."""
        path = self._folder / CHECKPOINT_FILE
        if not path.exists():
            return None
        state = torch.load(path, weights_only=True, map_location=self.device)
        if state["fingerprint"] != f"{CHECKPOINT_FORM}-{fingerprint}":
            return None
        self.bare.load_state_dict(state["weights"], strict=False)
        self._averaged, self._best = state["averaged"], state["best_weights"]
        self._optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["random"].cpu())
        self.step = int(state["step"])
        told: dict[str, Any] = state["told"]
        return told

    @contextlib.contextmanager
    def journal(self) -> Iterator[Callable[[str, float], None]]:
        """Notes (name, value) at the step reached, for TensorBoard; nothing in processes that write no files."""
        if not self.is_main:
            yield lambda name, value: None
            return
        from torch.utils.tensorboard import SummaryWriter

        writer = SummaryWriter(str(self._folder / "tensorboard"))
        yield lambda name, value: writer.add_scalar(name, value, self.step)
        writer.close()


def precision_of(wanted: str) -> str:
    """bf16 where the hardware multiplies it (any GPU that can, AMX on the CPU), else plain float32."""
    if wanted != "auto":
        return wanted
    able = torch.cuda.is_bf16_supported() if torch.cuda.is_available() else torch.cpu._is_amx_tile_supported()
    return "bf16" if able else "no"


def _trained(network: Any) -> dict[str, Tensor]:
    """The parameters that training changes, by name, cut off from the graph; not copied."""
    return {name: p.detach() for name, p in network.named_parameters() if p.requires_grad}
