"""How long the command takes to start and how much memory it holds.

    python tests/bench/start.py [--store STORE] [--rounds 3]

Prints the median over the rounds: `--help`; `serve` from the command to the first answer; both also as multiples of an import of Gradio
in turns with it, so that figures of a busy machine compare; and resident memory when ready, and after a conversation of each kind.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from paired import machine
from server import SHOPCLERK, serving

MESSAGES = (
    "do you have something for cold feet?", "the second one, what is it made of?", "is it waterproof?", "how long does delivery take?",
    "where is my order?", "I am really angry, this is broken",
)  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, help="a store with index and warehouse; the demo shop is built without one")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    store = options.store or _demo()
    taken: dict[str, list[float]] = {"import gradio": [], "shopclerk --help": [], "serve, to the first answer": []}
    memory: dict[str, list[float]] = {"ready": [], "after a conversation": []}
    for _ in range(options.rounds):
        taken["import gradio"].append(timed([sys.executable, "-c", "import gradio"]))
        taken["shopclerk --help"].append(timed([str(SHOPCLERK), "--help"]))
        with serving(store) as server:
            taken["serve, to the first answer"].append(server.started_s)
            memory["ready"].append(server.memory_mb())
            conversation = None
            for message in MESSAGES:
                conversation = server.ask(message, conversation)["conversation"]
            memory["after a conversation"].append(server.memory_mb())
    for name, seconds in taken.items():
        relative = statistics.median(one / other for one, other in zip(seconds, taken["import gradio"], strict=True))
        print(f"{name:28} {statistics.median(seconds):6.2f} s, {relative:.2f} of importing Gradio")
    for name, megabytes in memory.items():
        print(f"memory, {name:20} {statistics.median(megabytes):6.0f} MB")
    print(machine())


def timed(command: list[str]) -> float:
    """Seconds that a command takes."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def _demo() -> Path:
    from demo import demo_store

    return demo_store()


if __name__ == "__main__":
    main()
