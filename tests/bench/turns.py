"""How long a shopper's turn takes: understanding, decision, retrieval, words and storing.

    python tests/bench/turns.py --store STORE [--rounds 3] ["a message" ...]

Works on the store as it is (conversations of the bench are added to it), one turn at a time, after warming up.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from uuid import uuid4

from assistant.build import open_shop
from assistant.types import Message

MESSAGES = (
    "do you have something for cold feet?",
    "the second one, what is it made of?",
    "anything cheaper than that",
    "compare the first two",
    "how long does delivery take?",
    "can I send it back if I don't like it?",
    "where is my order?",
    "thanks, bye",
)


def main() -> None:
    """Print the median and the 95th percentile of whole turns, and each message's median."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("messages", nargs="*")
    args = parser.parse_args()
    messages = tuple(args.messages) or MESSAGES
    shop = open_shop(args.store)
    shop.warm_up()
    shop.answer(Message("warm", uuid4().hex, "hello"))
    took: dict[str, list[float]] = {message: [] for message in messages}
    for _ in range(args.rounds):
        session = uuid4().hex
        for message in messages:
            began = time.perf_counter()
            shop.answer(Message(uuid4().hex, session, message))
            took[message].append((time.perf_counter() - began) * 1000)
    shop.close()
    every = sorted(ms for times in took.values() for ms in times)
    print(f"{len(every)} turns: median {statistics.median(every):.0f} ms, 95th percentile {every[int(len(every) * 0.95) - 1]:.0f} ms")
    for message, times in took.items():
        print(f"  {statistics.median(times):6.0f} ms  {message}")


if __name__ == "__main__":
    main()
