"""Ours against what one would use instead, side by side in one run: `make bench`.

    python tests/bench/bench.py [--quick] [--only shopper search staff import] [--out build/bench.json]

Writes the JSON with machine, versions and ratios (greater is better for us), a table to standard output and `bench.svg` beside the JSON.
Ratios are of rounds taken in turns, so that a busy machine moves their spread more than their median. The whole takes a quarter of an
hour and 8 GB, after what it needs was made, once, under `build/bench`: a million vectors, their indexes, and stores. Needs the extras
`train` and `bench`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
# two threads that spin for each other on a busy machine are slower than one
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from paired import Comparison, machine, versions


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is done."""

    rounds: int
    turns: int
    products: int
    searches: int
    lines: int
    imported: int
    import_rounds: int


FULL = Sizes(rounds=5, turns=16, products=1_000_000, searches=40, lines=1_000_000, imported=5_000, import_rounds=3)
QUICK = Sizes(rounds=2, turns=4, products=20_000, searches=8, lines=20_000, imported=1_000, import_rounds=1)


def main() -> int:
    """Run the parts and write what they found; a part that fails is named, and the status is 1."""
    options = _options()
    sizes = QUICK if options.quick else FULL
    found: list[Comparison] = []
    failed: dict[str, str] = {}
    for name, part in _parts().items():
        if options.only and name not in options.only:
            continue
        began = time.perf_counter()
        try:
            found.extend(part(sizes))
        except Exception as error:  # noqa: BLE001 - a part that fails must not cost the figures of the others; it is named in the result
            failed[name] = f"{type(error).__name__}: {error}"
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
        _write(options.out, options.quick, found, failed)  # after each, so that a run that is cut short leaves what it has
    print(table(found))
    for name, error in failed.items():
        print(f"{name} failed: {error}", file=sys.stderr)
    return 1 if failed else 0


def table(found: Iterable[Comparison]) -> str:
    """The comparisons as Markdown."""
    head = ("what", "against", "ours", "theirs", "ratio (least to greatest)", "aim")
    rows = [head, ("---",) * len(head), *(comparison.row() for comparison in found)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that everything runs, not how fast")
    parser.add_argument("--only", nargs="+", choices=_parts())
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    return parser.parse_args()


def _parts() -> dict[str, Callable[[Sizes], Iterable[Comparison]]]:
    return {"search": _search, "shopper": _shopper, "staff": _staff, "import": _imports}


def _imports(sizes: Sizes) -> Iterable[Comparison]:
    import imports

    return [imports.compare(sizes.imported, sizes.import_rounds)]


def _staff(sizes: Sizes) -> Iterable[Comparison]:
    import staff

    return staff.compare(sizes.lines, sizes.rounds)


def _search(sizes: Sizes) -> Iterable[Comparison]:
    import search

    return search.compare(sizes.products, sizes.rounds, sizes.searches)


def _shopper(sizes: Sizes) -> Iterable[Comparison]:
    import shopper

    return shopper.compare(sizes.rounds, sizes.turns)


def _write(path: Path, quick: bool, found: list[Comparison], failed: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "quick": quick,
        "machine": machine(),
        "versions": versions(),
        "ratios": {comparison.name: comparison.spread for comparison in found},
        "comparisons": {comparison.name: comparison.to_json() for comparison in found},
        "failed": failed,
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    if found:
        _plot(path.with_suffix(".svg"), found)


def _plot(path: Path, found: list[Comparison]) -> None:
    """A bar a ratio on a logarithmic axis, with its spread and the aim."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 0.6 + 0.5 * len(found)), layout="constrained")
    for place, comparison in enumerate(reversed(found)):
        spread = comparison.spread
        axes.barh(place, spread["median"], color="#2c5f52" if spread["median"] >= comparison.aim else "#b5651d", height=0.6)
        axes.plot([spread["min"], spread["max"]], [place, place], color="black", linewidth=1.5)
        axes.plot([comparison.aim] * 2, [place - 0.4, place + 0.4], color="black", linestyle=":", linewidth=2)
    axes.set_yticks(range(len(found)), [comparison.name for comparison in reversed(found)])
    axes.set_xscale("log")
    axes.axvline(1, color="grey", linewidth=1)
    axes.set_xlabel("times as fast as the other way; line: least to greatest; dots: the aim")
    figure.savefig(path)
    pyplot.close(figure)


if __name__ == "__main__":
    sys.exit(main())
