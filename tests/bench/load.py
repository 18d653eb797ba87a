"""Shoppers by the dozen against a real server, by Locust: a closed loop of 50, then an open loop that rises until it breaks.

    python tests/bench/load.py [--store STORE] [--shoppers 50] [--seconds 60] [--out build/load.json]
    python tests/bench/load.py --soak 60 --shoppers 5

Starts `shopclerk serve` over the store (a copy is not made: conversations are added). Closed: each shopper thinks for a second or so
between messages. Open: messages arrive at a rate that rises by steps, whether answered or not; it ends where half are told that the
shop is busy, or the wait at p95 passes ten seconds. Prints and writes, for each step: messages a second, p50, p95, p99, how many were
told to come back (503), how many failed otherwise, and the server's memory. `--soak` is the closed loop alone for so many minutes, a line a
minute: whether memory and times stay. Needs the extra `bench`.
"""

# Gevent must patch before anything else is imported.
from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import json  # noqa: E402
import random  # noqa: E402
import statistics  # noqa: E402
import time  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from dataclasses import asdict, dataclass  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
from locust import FastHttpUser, between, constant_pacing, task  # noqa: E402
from locust.env import Environment  # noqa: E402
from paired import machine  # noqa: E402
from server import Server, serving  # noqa: E402

MESSAGES = (
    "do you have something for cold feet?", "what is it made of?", "anything cheaper?", "how long does delivery take?",
    "can I send it back?", "is it waterproof?", "what goes with it?", "where is my order?", "thanks",
)  # fmt: skip
BUSY = 503
BROKEN_P95_S = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """What one stretch of load came to; times in milliseconds, of answered messages."""

    name: str
    seconds: float
    answered: int
    busy: int
    failed: int
    p50: float
    p95: float
    p99: float
    memory_mb: float

    def __str__(self) -> str:
        rate = self.answered / self.seconds
        return (
            f"{self.name:24} {rate:6.1f}/s   p50 {self.p50:6.0f}  p95 {self.p95:6.0f}  p99 {self.p99:6.0f} ms   "
            f"busy {self.busy:5}  failed {self.failed:3}   {self.memory_mb:4.0f} MB"
        )


class Shopper(FastHttpUser):
    """Writes one message after the other into one conversation."""

    wait_time = between(0.5, 1.5)
    network_timeout = 60.0
    connection_timeout = 60.0

    def on_start(self) -> None:
        self.conversation: str | None = None

    @task
    def write(self) -> None:
        body: dict[str, Any] = {"text": random.choice(MESSAGES)}
        if self.conversation:
            body["conversation"] = self.conversation
        with self.client.post("/api/v1/chat", json=body, catch_response=True) as answer:
            if answer.status_code == BUSY:
                answer.failure("busy")
            elif answer.status_code == 200:
                self.conversation = answer.json()["conversation"]


def main() -> None:
    """Run both loops and print the steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--shoppers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--soak", type=int, default=0, metavar="MINUTES")
    parser.add_argument("--out", type=Path, default=Path("build/load.json"))
    options = parser.parse_args()
    with serving(options.store or _demo()) as server:
        print(f"serving after {server.started_s:.1f} s, {server.memory_mb():.0f} MB")
        if options.soak:
            soak(server, options.shoppers, options.soak)
            return
        steps = [stretch(server, f"closed, {options.shoppers} shoppers", options.shoppers, options.seconds)]
        print(steps[-1])
        rate = max(4, int(steps[0].answered / steps[0].seconds / 2))
        while not broken(steps):
            steps.append(stretch(server, f"open, {rate} a second", rate * 10, max(10, options.seconds / 4), pace=10.0))
            print(steps[-1])
            rate *= 2
        time.sleep(5)
        after = {"memory_mb_at_rest": round(server.memory_mb())}
        print(f"at rest again: {after['memory_mb_at_rest']} MB; a message takes {alone(server):.0f} ms")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"machine": machine(), "steps": [asdict(step) for step in steps], **after}, indent=1) + "\n")


def stretch(server: Server, name: str, shoppers: int, seconds: float, pace: float | None = None) -> Step:
    """So many shoppers for so long; with `pace` each begins a message every so many seconds, whether it was slow or not.

    They come one after the other over `pace`, so that their messages are spread evenly; only then the clock starts.
    """
    user = type("Paced", (Shopper,), {"wait_time": constant_pacing(pace)}) if pace else Shopper
    environment = Environment(user_classes=[user], host=server.url)
    runner = environment.create_local_runner()
    ramp = pace or 2.0
    runner.start(shoppers, spawn_rate=shoppers / ramp)
    gevent.sleep(ramp)
    environment.stats.reset_all()
    began = time.perf_counter()
    gevent.sleep(seconds)
    memory = server.memory_mb()
    runner.quit()
    taken = time.perf_counter() - began
    total = environment.stats.total
    busy = sum(error.occurrences for error in environment.stats.errors.values() if "busy" in str(error.error))
    points = [total.get_response_time_percentile(share) or 0 for share in (0.5, 0.95, 0.99)]
    return Step(name, taken, total.num_requests - total.num_failures, busy, total.num_failures - busy, *points, memory)


def soak(server: Server, shoppers: int, minutes: int) -> None:
    """A closed loop for so many minutes; a line for each, each with conversations of its own."""
    for minute in range(1, minutes + 1):
        print(stretch(server, f"minute {minute}", shoppers, 58.0), flush=True)


def broken(steps: Sequence[Step]) -> bool:
    """Whether the last step was beyond what the server can do."""
    last = steps[-1]
    return len(steps) > 1 and (last.busy > last.answered or last.p95 > 1000 * BROKEN_P95_S or last.failed > last.answered or len(steps) > 8)


def alone(server: Server) -> float:
    """Milliseconds of a message when nobody else asks."""
    times = []
    for text in MESSAGES:
        began = time.perf_counter()
        server.ask(text)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def _demo() -> Path:
    from demo import demo_store

    return demo_store()


if __name__ == "__main__":
    main()
