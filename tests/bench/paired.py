"""Two ways of doing one thing, timed in turns, and what is said of them: ratios with their spread, the machine, the versions.

A round times both, now one first and now the other, so that a machine that slows down slows both. The ratio of a round is theirs over ours:
greater is better for us. Knows nothing of what is measured.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

PACKAGES = (
    "shopclerk", "numpy", "faiss-cpu", "hnswlib", "usearch", "onnxruntime", "ctranslate2", "torch", "transformers", "sentence-transformers",
    "duckdb", "pandas", "sqlite-utils", "gradio",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ours` and `theirs` are seconds a round, in step; `work` says what one round does, `aim` is the ratio that is wanted."""

    name: str
    against: str
    work: str
    aim: float
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    units: int = 1
    """How many turns, questions, searches or lines one round has."""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratios(self) -> tuple[float, ...]:
        return tuple(their / our for our, their in zip(self.ours, self.theirs, strict=True))

    @property
    def spread(self) -> dict[str, float]:
        """Median, least and greatest ratio of the rounds."""
        return {"median": round(statistics.median(self.ratios), 2), "min": round(min(self.ratios), 2), "max": round(max(self.ratios), 2)}

    def row(self) -> tuple[str, ...]:
        """For the table: name, ours and theirs a unit, ratio with spread, aim."""
        ours, theirs = (statistics.median(times) / self.units for times in (self.ours, self.theirs))
        spread = self.spread
        reached = f"{spread['median']:.1f} ({spread['min']:.1f} to {spread['max']:.1f})"
        return self.name, self.against, seconds(ours), seconds(theirs), reached, f"{self.aim:g}"

    def to_json(self) -> dict[str, Any]:
        return {
            "against": self.against, "work": self.work, "aim": self.aim, "units": self.units, "ours_s": self.ours, "theirs_s": self.theirs,
            **self.spread, "details": dict(self.details),
        }  # fmt: skip


def in_turns(ours: Callable[[int], object], theirs: Callable[[int], object], rounds: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Seconds of each round, called with its number; round 0 of each warms up and is not counted."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        order = (0, 1) if number % 2 else (1, 0)
        for which in order:
            began = time.perf_counter()
            (ours, theirs)[which](number)
            if number:
                taken[which].append(time.perf_counter() - began)
    return tuple(taken[0]), tuple(taken[1])


def seconds(value: float) -> str:
    """A time with its unit."""
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if value * factor >= 1:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def machine() -> dict[str, Any]:
    """What the figures were taken on, and how busy it was."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_1m": round(os.getloadavg()[0], 1),
        "read_gb_s": round(bandwidth() / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def versions() -> dict[str, str]:
    """Those of the packages that are compared, as far as they are installed."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def bandwidth() -> float:
    """Bytes a second that one thread reads from memory, the best of five sums over 256 MB."""
    block = np.ones(2**25, np.float64)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        block.sum()
        times.append(time.perf_counter() - began)
    return block.nbytes / min(times)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
