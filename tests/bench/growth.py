"""How time and memory grow with the shop: products, order lines and conversations by the power of ten, with the exponent of each stage.

    python tests/bench/growth.py [--products 1000 10000 100000] [--lines ...] [--conversations ...] [--out build/growth.json]

Each size is measured in a process of its own, so that its peak memory is its own. Products get made-up vectors instead of encoded ones:
encoding is one text after the other, so many a second, and its pace is printed by itself. Times are of the processor, all threads
together, so that other work on the machine hardly counts. The exponent is the slope of a straight line
through the logarithms of size and time: 1 is proportional, 0 is the same at any size. Writes the JSON, and a plot beside it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import multiprocessing
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from paired import machine

from retrieval.types import Vector

ROUNDS = 15
MODELS = 10_000
DIMENSION = 384
Stages = dict[str, float]
"""Processor seconds of each stage; `memory` is the peak of the process in megabytes."""


class Growth:
    """What was measured of one kind of thing: `found[size][stage]`."""

    def __init__(self, name: str, found: dict[int, Stages]) -> None:
        self.name = name
        self.found = found

    @property
    def stages(self) -> list[str]:
        return list(next(iter(self.found.values())))

    def exponent(self, stage: str) -> float:
        """The slope of log time over log size, by least squares; nan for one size."""
        if len(self.found) < 2:
            return float("nan")
        sizes, values = np.log(list(self.found)), np.log([max(stages[stage], 1e-9) for stages in self.found.values()])
        return float(np.polyfit(sizes, values, 1)[0])

    def table(self) -> str:
        """Markdown: a row a stage, a column a size, the exponent last."""
        head = [self.name, *(f"{size:,}" for size in self.found), "exponent"]
        rows = [
            [stage, *(_shown(stage, stages[stage]) for stages in self.found.values()), f"{self.exponent(stage):.2f}"]
            for stage in self.stages
        ]
        return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def of_products(size: int) -> Stages:
    """Import of a CSV, index, index after one change, opening it, a search with a filter."""
    from assistant.importers import run_import
    from assistant.indexing import open_index, update_index
    from assistant.store import Store
    from retrieval.types import Condition

    stages: Stages = {}
    encoder = _MadeUp()
    with _scratch() as folder, Store.create(folder / "store") as store:
        path = _catalogue(size, folder / "products.csv")
        with _timed(stages, "import"):
            run_import(store, "products", path)
        with _timed(stages, "index"):
            update_index(store, encoder)
        _catalogue(size, path, changed=True)
        run_import(store, "products", path)
        with _timed(stages, "index after a change"):
            update_index(store, encoder)
        with _timed(stages, "open"):
            retriever = open_index(store.folder, encoder)
            retriever.search("lamp", 1)
        where = (Condition("price", "le", 60.0), Condition("available", "eq", True))
        stages["search"] = _median(lambda number: retriever.search(f"a good lamp number {number}", 10, where))
    return stages


def of_lines(size: int) -> Stages:
    """Import of a Parquet file, the warehouse, opening the shop's figures, a question of each kind of the bench."""
    from sales import lines_file
    from staff import MONTHS, QUESTIONS

    from assistant.analyst.analyst import Analyst
    from assistant.config import Settings
    from assistant.importers import run_import
    from assistant.store import Store
    from assistant.types import Message, Role
    from assistant.warehouse import Warehouse

    stages: Stages = {}
    with _scratch() as folder, Store.create(folder / "store") as store:
        path = lines_file(size)
        with _timed(stages, "import"):
            run_import(store, "online-retail", path)
        with _timed(stages, "warehouse"):
            Warehouse.refresh(store)

        def ask(number: int) -> None:
            text = QUESTIONS[number % len(QUESTIONS)].words.format(month=MONTHS[number % 12])
            analyst.reply(Message("1", "s", text, Role.STAFF), None, {})

        with _timed(stages, "first question"):
            analyst = Analyst(store.folder, Settings(currency="GBP"))
            ask(0)
        stages["question"] = _median(ask, 3 * len(QUESTIONS))
    return stages


def of_conversations(size: int) -> Stages:
    """In the demo shop with so many conversations of four turns: opening, a shopper's turn, the desk's queue and counts."""
    from demo import demo_store

    from assistant.build import open_shop
    from assistant.store import Store
    from assistant.store.records import Mode
    from assistant.types import Message
    from ui.worklist import Worklist

    stages: Stages = {}
    with _scratch() as folder:
        shutil.copytree(demo_store(), folder / "store")
        with Store.open(folder / "store") as store, _timed(stages, "written"), store.transaction():
            for number in range(size):
                talk = store.conversations.start(uuid4().hex, "shopper")
                for turn in range(2):
                    store.conversations.append(talk.id, "customer", f"do you have a lamp for {number} and {turn}?")
                    store.conversations.append(talk.id, "bot", "There are several.", {"status": "answered"})
                if number % 100 == 0:
                    store.conversations.switch(talk.id, Mode.WAITING)
        with _timed(stages, "open"):
            shop = open_shop(folder / "store")
            shop.warm_up()
        stages["turn"] = _median(lambda number: shop.answer(Message(uuid4().hex, uuid4().hex, "do you have a lamp?")))
        worklist = Worklist(shop.store)
        stages["queue"] = _median(lambda number: worklist.queue("anna", "waiting", ""))
        stages["counts"] = _median(lambda number: shop.store.conversations.count_by_mode())
        shop.close()
    return stages


KINDS: dict[str, tuple[Callable[[int], Stages], tuple[int, ...]]] = {
    "products": (of_products, (1_000, 10_000, 100_000, 1_000_000)),
    "lines": (of_lines, (100_000, 1_000_000, 10_000_000)),
    "conversations": (of_conversations, (1_000, 10_000, 100_000)),
}


def main() -> None:
    """Measure every size of every kind, and write after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind, (_, sizes) in KINDS.items():
        parser.add_argument(f"--{kind}", type=int, nargs="*", default=list(sizes))
    parser.add_argument("--out", type=Path, default=Path("build/growth.json"))
    options = parser.parse_args()
    grown: list[Growth] = []
    for kind in KINDS:
        sizes: Sequence[int] = sorted(getattr(options, kind))
        if not sizes:
            continue
        grown.append(Growth(kind, {size: _alone(kind, size) for size in sizes}))
        print(grown[-1].table(), end="\n\n", flush=True)
        _write(options.out, grown)
    print(f"encoding: {_pace():.0f} passages a second of the processor")


def _alone(kind: str, size: int) -> Stages:
    """The stages of one size, measured in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (kind, size))


def _measured(kind: str, size: int) -> Stages:
    stages = KINDS[kind][0](size)
    stages["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return stages


class _MadeUp:
    """Vectors by chance, the same for the same text."""

    id = "made-up"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str]) -> Vector:
        """See `Encoder.encode`."""
        made = np.empty((len(texts), DIMENSION), np.float32)
        for row, text in enumerate(texts):
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
            made[row] = np.random.default_rng(seed).standard_normal(DIMENSION, np.float32)
        return made / np.linalg.norm(made, axis=1, keepdims=True)


def _catalogue(size: int, path: Path, *, changed: bool = False) -> Path:
    """A CSV of the demo catalogue's goods without their variants, beyond `MODELS` the same again under numbers.

    `changed` gives the first another description.
    """
    from assistant.demo.content import load_content
    from assistant.demo.products import Catalogue

    count = min(size, MODELS)
    catalogue = Catalogue(load_content(), count, 1, 730)
    models = [catalogue.product(number) for number in range(count)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "category", "style", "brand", "description", "price", "stock"])
        for number in range(size):
            again, product = number // MODELS, models[number % MODELS]
            mark = f" {again}" if again else ""
            told = f"{product.description} {'New.' if changed and not number else mark}"
            named = (f"{product.id}{mark.replace(' ', '-')}", product.name + mark, product.category, product.style, product.brand)
            writer.writerow([*named, told, product.price, product.stock])
    return path


def _pace() -> float:
    """Passages of the demo catalogue that the shipped encoder reads in a second of the processor."""
    from assistant.demo.content import load_content
    from assistant.demo.products import Catalogue
    from assistant.indexing import product_passage
    from assistant.models.encoder import load_encoder

    catalogue = Catalogue(load_content(), 400, 1, 730)
    texts = [product_passage(catalogue.product(number)).text for number in range(400)]
    encoder = load_encoder("shipped")
    encoder.encode(texts[:8])
    began = time.process_time()
    encoder.encode(texts)
    return len(texts) / (time.process_time() - began)


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@contextmanager
def _timed(stages: Stages, name: str) -> Iterator[None]:
    began = time.process_time()
    yield
    stages[name] = time.process_time() - began


def _median(work: Callable[[int], object], rounds: int = ROUNDS) -> float:
    times = []
    for number in range(rounds + 1):
        began = time.process_time()
        work(number)
        times.append(time.process_time() - began)
    return statistics.median(times[1:])


def _shown(stage: str, value: float) -> str:
    if stage == "memory":
        return f"{value:,.0f} MB"
    return f"{value:,.1f} s" if value >= 1 else f"{value * 1000:,.1f} ms"


def _write(path: Path, grown: Sequence[Growth]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {"machine": machine()}
    for growth in grown:
        exponents = {stage: round(growth.exponent(stage), 3) for stage in growth.stages}
        content[growth.name] = {"found": growth.found, "exponents": exponents}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    _plot(path.with_suffix(".svg"), grown)


def _plot(path: Path, grown: Sequence[Growth]) -> None:
    """A panel a kind, a line a stage, both axes logarithmic; the dotted line is what is proportional."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(grown), figsize=(4.5 * len(grown), 4), layout="constrained", squeeze=False)
    for axes, growth in zip(panels[0], grown, strict=True):
        sizes = list(growth.found)
        for stage in growth.stages:
            if stage != "memory":
                times = [stages[stage] for stages in growth.found.values()]
                axes.plot(sizes, times, marker="o", label=f"{stage} ({growth.exponent(stage):.2f})")
        axes.plot(sizes, [1e-3 * size / sizes[0] for size in sizes], color="grey", linestyle=":", linewidth=1)
        axes.set(xscale="log", yscale="log", xlabel=growth.name, ylabel="processor seconds")
        axes.legend(fontsize="small", title="stage (exponent)", title_fontsize="small")
    figure.savefig(path)
    pyplot.close(figure)


if __name__ == "__main__":
    main()
