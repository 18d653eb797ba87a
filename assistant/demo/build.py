"""Builds the demo shop into a store: one transaction, streaming, the same for the same arguments.

Owns the order of the work and its bounds. What is in the shop is the content's and the generators' business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import numpy as np

from assistant.demo.baskets import CLOSING_HOUR, Trade
from assistant.demo.content import Content, load_content
from assistant.demo.facts import Complaint, DemoFacts, FactBook, Guide
from assistant.demo.people import People
from assistant.demo.products import Catalogue
from assistant.demo.records import Clerk
from assistant.demo.reviews import FAULT, Reviewers
from assistant.demo.season import Calendar
from assistant.errors import BadSettings
from assistant.store import Store
from assistant.store.records import Order, OrderKind, Review
from assistant.types import Progress

SEED = 1871
_LEAST = {"products": 40, "days": 30, "customers": 20, "orders": 1}
_ORDERS_A_CUSTOMER = 4
_REPORT_EVERY = 1000

Record = TypeVar("Record")


def build_demo(
    store: Store,
    *,
    products: int = 400,
    days: int = 730,
    customers: int = 3000,
    orders: int | None = None,
    seed: int = SEED,
    today: date | None = None,
    progress: Progress | None = None,
) -> DemoFacts:
    """Fill an empty store with the demo shop, and say what is true of it; the facts are saved in the store's folder too.

    The same arguments give the same shop, byte for byte; `today`, the last day told, is the actual one, or the day
    before until its shop closes, unless given. Memory stays bounded
    whatever the size: about 100 bytes a product and 60 bytes a customer, and a batch of orders.

    Args:
        orders: about how many orders to place; four a customer unless given. An order has two lines on average.

    Raises:
        BadSettings: a number is too small for a shop, or the store is not empty.
    """
    orders = customers * _ORDERS_A_CUSTOMER if orders is None else orders
    _check(store, {"products": products, "days": days, "customers": customers, "orders": orders})
    builder = _Builder(store, load_content(), (products, days, customers, orders), seed, today or _last_day(), progress)
    with store.transaction():
        facts = builder.build()
    facts.save(store.folder)
    return facts


def shop_settings() -> dict[str, Any]:
    """What `settings.toml` of a demo store says."""
    shop = load_content().shop
    return {
        "shop_name": shop["name"],
        "currency": shop["currency"],
        "support_email": shop["support_email"],
        "shopper": {"greeting": shop["greeting"]},
    }


def _last_day() -> date:
    """The latest day whose story is over, so that no order lies in the future."""
    return (datetime.now(UTC) - timedelta(hours=CLOSING_HOUR)).date()


def _check(store: Store, sizes: dict[str, int]) -> None:
    for name, size in sizes.items():
        if size < _LEAST[name]:
            raise BadSettings(f"A demo shop of {size} {name} is too small.", hint=f"Give at least {_LEAST[name]} {name}.")
    if store.catalogue.count() or store.orders.count():
        raise BadSettings(f"The store in {store.folder} is not empty.", hint="Build the demo into a new folder.")


class _Builder:
    """One run."""

    def __init__(
        self, store: Store, content: Content, sizes: tuple[int, int, int, int], seed: int, today: date, progress: Progress | None
    ) -> None:
        products, days, customers, orders = sizes
        self._store = store
        self._content = content
        self._seed = seed
        self._progress = progress or (lambda stage, done, total: None)
        self._calendar = Calendar(content, days, today, orders, seed)
        self._catalogue = Catalogue(content, products, seed, days)
        self._people = People(content, customers, seed, days, np.datetime64(self._calendar.first, "s"))
        self._trade = Trade(content, self._catalogue, self._people, self._calendar, seed)
        self._book = FactBook(content, self._catalogue, self._people, self._calendar, self._trade)
        self._stars: Counter[int] = Counter()
        self._complaints = [0, 0]
        self._latest: dict[str, Order] = {}

    def build(self) -> DemoFacts:
        store, content = self._store, self._content
        store.faq.upsert(content.faq)
        store.catalogue.upsert(self._counted("products", self._catalogue.all(), self._catalogue.count))
        store.customers.upsert(self._counted("customers", self._people.all(), self._people.count))
        self._trade_days()
        return self._facts()

    def _trade_days(self) -> None:
        clerk = Clerk(self._content, self._catalogue, self._people, self._calendar)
        reviewers = Reviewers(self._content, self._catalogue, self._people, self._trade.plan, self._seed)
        total = int(self._calendar.orders.sum())
        for batch in self._trade.batches():
            self._store.orders.upsert(self._noted(clerk.orders(batch)))
            self._store.reviews.upsert(self._read(reviewers.reviews(batch)))
            self._book.add(batch)
            self._progress("orders", self._book.orders, total)

    def _counted(self, stage: str, records: Iterable[Record], total: int) -> Iterator[Record]:
        for number, record in enumerate(records, start=1):
            if number % _REPORT_EVERY == 0:
                self._progress(stage, number, total)
            yield record
        self._progress(stage, total, total)

    def _noted(self, orders: Iterable[Order]) -> Iterator[Order]:
        for order in orders:
            if order.kind is OrderKind.SALE and order.customer_id and order.status != "returned":
                self._latest[order.status] = order
            yield order

    def _read(self, reviews: Iterable[Review]) -> Iterator[Review]:
        complained_of = self._catalogue.id(self._trade.plan.complaint_product)
        fault = f"{self._content.planted['complaint']['aspect']}:{FAULT}"
        for review in reviews:
            self._stars[int(review.rating or 0)] += 1
            if review.product_id == complained_of:
                self._complaints[0] += 1
                self._complaints[1] += fault in str(review.attributes["aspects"])
            yield review

    def _facts(self) -> DemoFacts:
        book = self._book
        return DemoFacts(
            seed=self._seed,
            today=self._calendar.today,
            first_day=self._calendar.first,
            products=self._catalogue.count,
            customers=self._people.count,
            faq=len(self._content.faq),
            orders=book.orders,
            cancelled_orders=book.cancelled,
            credit_orders=book.credits,
            lines=book.lines,
            reviews=self._stars.total(),
            stars=dict(sorted(self._stars.items())),
            months=book.months(),
            countries=book.countries(),
            top_products=book.top_products(),
            pairs=book.pairs(),
            spike=book.day(self._calendar.spike),
            dead_day=book.day(self._calendar.dead),
            return_wave=book.return_wave(),
            growing_country=book.growing_country(),
            complaint=self._complaint(),
            guides=tuple(self._guides()),
        )

    def _complaint(self) -> Complaint:
        product = self._catalogue.id(self._trade.plan.complaint_product)
        return Complaint(product, self._content.planted["complaint"]["aspect"], *self._complaints)

    def _guides(self) -> Iterator[Guide]:
        for status in ("pending", "processed", "shipped", "delivered"):
            order = self._latest.get(status)
            customer = order and order.customer_id and self._store.customers.get(order.customer_id)
            if order and customer:
                name = f"{customer.first_name} {customer.last_name}"
                yield Guide(status, order.id, customer.id, name, customer.email, customer.address.zip)
