"""Where the time of a shopper's turn and of a staff question goes, by stage.

    python tests/bench/stages.py [--turns 24] [--lines 1000000] [--rounds 5]

Wraps the doors between the rooms and counts each one's own time: what passes inside another wrapped door counts there, and what passes
between them is "the rest". Wall times of a warmed-up process, one message at a time; verdicts are read in a thread of their own beside the
decoder, so that only the waiting for them counts. Prints a table of each, milliseconds at the mean.
"""

from __future__ import annotations

import argparse
import functools
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from demo import demo_store
from sales import lines_file
from shopper import generated
from staff import MONTHS, QUESTIONS

from assistant.analyst import charts, narrate
from assistant.analyst.analyst import Analyst
from assistant.analyst.parse import Parser
from assistant.build import Shop, open_shop
from assistant.config import Settings
from assistant.importers import run_import
from assistant.models.responder import Seq2SeqResponder
from assistant.shopper import policy, respond
from assistant.shopper.clerk import ShopperClerk
from assistant.shopper.respond import GuardedResponder
from assistant.store import Store
from assistant.types import Message, Role
from assistant.understand import Understander
from assistant.warehouse import Warehouse
from retrieval.live import LiveRetriever

Door = tuple[object, str, str]
"""Who has it, its name, and the stage that it opens."""

SHOPPER: tuple[Door, ...] = (
    (Shop, "_turn", "the rest"),
    (Understander, "understand", "understand: the encoder, intent, entities"),
    (ShopperClerk, "_look", "look: products named, wish, references"),
    (LiveRetriever, "search", "search"),
    (policy, "decide", "decide"),
    (Seq2SeqResponder, "phrase", "write: the beam of the network"),
    (GuardedResponder, "word_all", "wait for the verdict"),
    (respond, "checked", "guard"),
    (Shop, "_keep", "keep: both turns into the store"),
)
STAFF: tuple[Door, ...] = (
    (Analyst, "reply", "the rest"),
    (Parser, "parse", "read the words"),
    (Warehouse, "rows", "query"),
    (Warehouse, "run", "query"),
    (narrate, "sentence", "the sentence"),
    (charts, "figure", "the chart"),
)


class Stopwatch:
    """The own time of each stage, in this thread. A context: the doors are wrapped inside it."""

    def __init__(self, doors: tuple[Door, ...]) -> None:
        self._doors = doors
        self._whole: list[Any] = []
        self._open: list[float] = []
        self._thread = threading.get_ident()
        self.spent: dict[str, float] = defaultdict(float, {stage: 0.0 for _, _, stage in doors})

    def __enter__(self) -> Stopwatch:
        for owner, name, stage in self._doors:
            self._whole.append(getattr(owner, name))
            setattr(owner, name, self._wrapped(self._whole[-1], stage))
        return self

    def __exit__(self, *error: object) -> None:
        for (owner, name, _), whole in zip(self._doors, self._whole, strict=True):
            setattr(owner, name, whole)

    def _wrapped(self, work: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @functools.wraps(work)
        def timed(*args: Any, **options: Any) -> Any:
            if threading.get_ident() != self._thread:
                return work(*args, **options)
            self._open.append(0.0)
            began = time.perf_counter()
            try:
                return work(*args, **options)
            finally:
                took = time.perf_counter() - began
                self.spent[stage] += took - self._open.pop()
                if self._open:
                    self._open[-1] += took

        return timed

    def table(self, title: str, count: int) -> str:
        """Markdown: a row a stage, the dearest first."""
        whole = sum(self.spent.values())
        rows = [
            f"| {stage} | {1000 * spent / count:.1f} | {spent / whole:.0%} |"
            for stage, spent in sorted(self.spent.items(), key=lambda pair: -pair[1])
        ]
        return "\n".join([f"| {title} | ms | share |", "|---|---|---|", *rows, f"| whole | {1000 * whole / count:.1f} | |"])


def shoppers(turns: int, rounds: int) -> str:
    """Turns with a generated reply in the demo shop."""
    shop = open_shop(demo_store())
    shop.warm_up()
    asked, _ = generated(shop, turns)
    with Stopwatch(SHOPPER) as watch:
        for _ in range(rounds):
            for text in asked:
                shop.answer(Message(uuid4().hex, uuid4().hex, text))
    shop.close()
    return watch.table("a shopper's turn with a generated reply", rounds * len(asked))


def staff(lines: int, rounds: int) -> str:
    """The bench's questions over so many lines."""
    with tempfile.TemporaryDirectory() as scratch, Store.create(Path(scratch) / "store") as store:
        run_import(store, "online-retail", lines_file(lines))
        Warehouse.refresh(store)
        analyst = Analyst(store.folder, Settings(currency="GBP"))

        def ask(words: str, month: str) -> None:
            analyst.reply(Message("1", "s", words.format(month=month), Role.STAFF), None, {})

        for question in QUESTIONS:
            ask(question.words, MONTHS[0])
        with Stopwatch(STAFF) as watch:
            for number in range(rounds):
                for question in QUESTIONS:
                    ask(question.words, MONTHS[1 + number % 11])
    return watch.table(f"a staff question over {lines:,} lines", rounds * len(QUESTIONS))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=24)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(shoppers(options.turns, options.rounds), end="\n\n", flush=True)
    print(staff(options.lines, options.rounds))


if __name__ == "__main__":
    main()
