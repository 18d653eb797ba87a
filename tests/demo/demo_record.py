"""What the tests of this room read: a demo shop, and its records read back once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.demo import DemoFacts
from assistant.store import Store
from assistant.store.records import Order, Product, Review

TODAY = date(2026, 3, 31)


@dataclass(frozen=True)
class Demo:
    """The store, what the generator says of it, and its records read back once."""

    store: Store
    facts: DemoFacts
    products: dict[str, Product]
    sales: dict[str, Order]
    credits: dict[str, Order]
    reviews: tuple[Review, ...]
