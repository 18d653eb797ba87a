"""How long a staff question takes on a shop many times the size of one at hand.

python tests/bench/scale.py --store STORE --out FOLDER [--times 10] [--rounds 3]

Builds a warehouse in FOLDER that holds the sales of STORE's so many times over, each copy with orders and customers of its own,
then asks one question of each kind in words, parsing to rendered answer, and prints the median of each kind and of all.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import duckdb

from assistant.analyst.analyst import Analyst
from assistant.config import Settings
from assistant.types import Message, Role
from assistant.warehouse import warehouse_file
from assistant.warehouse.engine import ENGINE

KINDS = {
    "metric": "net sales in 2011",
    "distinct count": "how many customers in November 2011",
    "ratio": "return rate in 2011",
    "repeat": "repeat rate in 2011",
    "filter": "orders from Germany in October 2011",
    "series": "net sales by month",
    "distinct series": "customers by week in 2011",
    "weekdays": "average order value by weekday",
    "ranking": "top 10 products by net sales in 2011",
    "ranking of customers": "top 10 customers by net sales",
    "breakdown": "orders by country",
    "growth": "net sales in November 2011 vs November 2010",
    "share": "share of net sales from the United Kingdom in 2011",
    "condition": "how many customers placed more than 5 orders in 2011",
    "new customers": "new customers by month in 2011",
    "why": "why did net sales rise in November 2011?",
    "forecast": "what will gross sales come to in February 2012?",
}


def multiply(source: Path, target: Path, times: int) -> int:
    """Write the warehouse; returns its number of lines."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    with duckdb.connect(str(target), config=ENGINE) as made:
        made.execute(f"attach '{source}' as source (read_only)")
        copies = f"source.{{}}, range({times}) as copies(n)"
        own = "{0} || case when n = 0 then '' else '-' || n end as {0}"
        for name in ("products", "reviews"):
            made.execute(f"create table {name} as from source.{name}")
        made.execute(
            f"create table customers as select * exclude (n) replace ({own.format('customer_id')}) from {copies.format('customers')}"
        )
        ids = f"{own.format('order_id')}, {own.format('customer_id')}"
        made.execute(f"create table lines as select * exclude (n) replace ({ids}) from {copies.format('lines')} order by sold_at")
        made.execute("create table about as select * replace ((select count(*) from lines) as lines) from source.about")
        found = made.execute("select lines from about").fetchone()
    return int(found[0]) if found else 0


def measure(folder: Path, rounds: int) -> dict[str, float]:
    """Median seconds of each kind, after one round to warm up."""
    analyst = Analyst(folder, Settings(currency="GBP"))
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(rounds + 1):
        for kind, text in KINDS.items():
            began = time.perf_counter()
            answer, _ = analyst.reply(Message("1", "s", text, Role.STAFF), None, {})
            if number:
                taken[kind].append(time.perf_counter() - began)
            elif answer.status != "answered":
                print(f"{kind}: {answer.status}: {answer.text}")
    return {kind: statistics.median(seconds) for kind, seconds in taken.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--store", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--times", type=int, default=10)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    began = time.perf_counter()
    lines = multiply(warehouse_file(given.store), warehouse_file(given.out), given.times)
    print(f"{lines:,} lines in {time.perf_counter() - began:.0f} s")
    found = measure(given.out, given.rounds)
    for kind, seconds in sorted(found.items(), key=lambda item: item[1]):
        print(f"{kind:22} {seconds * 1000:7.0f} ms")
    print(f"{'median over kinds':22} {statistics.median(found.values()) * 1000:7.0f} ms")


if __name__ == "__main__":
    main()
