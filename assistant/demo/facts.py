"""What is true of a demo shop, counted from the generator's own arrays and never from the store or the warehouse.

The measures are those of the shop's semantic layer (gross, returns, net, orders, units); money is summed in whole cents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from assistant.demo.baskets import Batch, Times, Trade
from assistant.demo.content import Content
from assistant.demo.people import People
from assistant.demo.products import Catalogue
from assistant.demo.season import Calendar

FACTS_FILE = "demo.json"

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """`month` as 2026-03. `gross` and `returns` include services, `units` do not."""

    month: str
    gross: float
    returns: float
    net: float
    orders: int
    units: int


@dataclass(frozen=True, slots=True)
class CountryFacts:
    country: str
    gross: float
    returns: float
    net: float
    orders: int


@dataclass(frozen=True, slots=True)
class ProductFacts:
    id: str
    name: str
    net: float
    units: int


@dataclass(frozen=True, slots=True)
class PairFacts:
    """`together`: orders that hold both."""

    first: str
    second: str
    together: int


@dataclass(frozen=True, slots=True)
class DayFacts:
    day: date
    orders: int


@dataclass(frozen=True, slots=True)
class ReturnWave:
    """Of what was ordered from `first_day` to `last_day`: units sold, and units sent back since."""

    product_id: str
    first_day: date
    last_day: date
    sold: int
    sent_back: int


@dataclass(frozen=True, slots=True)
class GrowingCountry:
    """Orders in the last `days` days of the period, and in the same days 365 days before."""

    country: str
    days: int
    year_before: int
    latest: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """`reviews` of the product, of which `faulted` fault the aspect."""

    product_id: str
    aspect: str
    reviews: int
    faulted: int


@dataclass(frozen=True, slots=True)
class Guide:
    """A customer to try the chat with: their latest order of this status."""

    status: str
    order_id: str
    customer_id: str
    name: str
    email: str
    zip: str


@dataclass(frozen=True, slots=True)
class DemoFacts:
    """Everything planted and counted. Planted stories are None where the shop is too young or too small for them."""

    seed: int
    today: date
    first_day: date
    products: int
    customers: int
    faq: int
    orders: int
    cancelled_orders: int
    credit_orders: int
    lines: int
    reviews: int
    stars: dict[int, int]
    months: tuple[MonthFacts, ...]
    countries: tuple[CountryFacts, ...]
    top_products: tuple[ProductFacts, ...]
    pairs: tuple[PairFacts, ...]
    spike: DayFacts | None
    dead_day: DayFacts | None
    return_wave: ReturnWave | None
    growing_country: GrowingCountry | None
    complaint: Complaint | None
    guides: tuple[Guide, ...]

    def save(self, folder: Path) -> None:
        """Write them into a store's folder."""
        (folder / FACTS_FILE).write_bytes(_ADAPTER.dump_json(self, indent=1))

    @classmethod
    def load(cls, folder: Path) -> DemoFacts | None:
        """The facts of the store in `folder`, or None if it is no demo."""
        path = folder / FACTS_FILE
        return _ADAPTER.validate_json(path.read_bytes()) if path.exists() else None


_ADAPTER = TypeAdapter(DemoFacts)


class FactBook:
    """Counts batch after batch. Sums are cents. A cancelled order counts as sold, and as returned when it was cancelled."""

    def __init__(self, content: Content, catalogue: Catalogue, people: People, calendar: Calendar, trade: Trade) -> None:
        self._content, self._catalogue, self._people, self._calendar, self._plan = content, catalogue, people, calendar, trade.plan
        self._first_month = np.datetime64(calendar.first, "M")
        months = int((np.datetime64(calendar.today, "M") - self._first_month).astype(int)) + 1
        self._by_month = {name: np.zeros(months, dtype=np.int64) for name in ("gross", "returns", "orders", "units")}
        self._by_country = {name: np.zeros(len(content.countries), dtype=np.int64) for name in ("gross", "returns", "orders")}
        self._net = np.zeros(catalogue.count, dtype=np.int64)
        self._units = np.zeros(catalogue.count, dtype=np.int64)
        self._by_day = np.zeros(calendar.days, dtype=np.int64)
        self._growing = np.zeros(calendar.days, dtype=np.int64)
        self._together = [0] * len(trade.plan.pairs)
        self._wave = [0, 0]
        self.orders = self.cancelled = self.credits = self.lines = 0

    def add(self, batch: Batch) -> None:
        """Count one batch."""
        orders, lines = batch.orders, batch.lines
        self.orders += len(orders.number)
        self.cancelled += int((~np.isnat(orders.cancelled)).sum())
        self.credits += int((~np.isnat(orders.returned)).sum())
        self.lines += len(lines.order) + int((orders.fees > 0).sum())
        self._add_orders(batch)
        self._add_goods(batch)
        self._add_returns(batch)
        self._add_stories(batch)

    def _month(self, times: Times) -> Ints:
        return (times.astype("datetime64[M]") - self._first_month).astype(np.int64)

    def _add_orders(self, batch: Batch) -> None:
        orders, fees = batch.orders, batch.orders.fees.sum(axis=1)
        for table, keys in ((self._by_month, self._month(orders.placed)), (self._by_country, orders.country)):
            np.add.at(table["orders"], keys, 1)
            np.add.at(table["gross"], keys, fees)
        np.add.at(self._by_day, orders.day, 1)
        np.add.at(self._growing, orders.day[orders.country == self._people.growing], 1)

    def _add_goods(self, batch: Batch) -> None:
        orders, lines = batch.orders, batch.lines
        amount, month = lines.quantity * lines.cents, self._month(orders.placed)[lines.order]
        np.add.at(self._by_month["gross"], month, amount)
        np.add.at(self._by_month["units"], month, lines.quantity)
        np.add.at(self._by_country["gross"], orders.country[lines.order], amount)
        np.add.at(self._net, lines.product, amount)
        np.add.at(self._units, lines.product, lines.quantity)

    def _add_returns(self, batch: Batch) -> None:
        orders, lines, back = batch.orders, batch.lines, batch.lines.sent_back
        goods = (lines.quantity * lines.cents)[back]
        np.add.at(self._net, lines.product[back], -goods)
        undone = np.flatnonzero(~np.isnat(orders.cancelled))
        for order, amount in ((lines.order[back], goods), (undone, orders.fees[undone].sum(axis=1))):
            np.add.at(self._by_month["returns"], self._month(orders.returned[order]), amount)
            np.add.at(self._by_country["returns"], orders.country[order], amount)

    def _add_stories(self, batch: Batch) -> None:
        lines, plan = batch.lines, self._plan
        holders = {p: set(lines.order[lines.product == p].tolist()) for pair in plan.pairs for p in pair[:2]}
        for position, (first, second, _) in enumerate(plan.pairs):
            self._together[position] += len(holders[first] & holders[second])
        day = batch.orders.day[lines.order]
        wave = (lines.product == plan.wave_product) & (plan.wave_days[0] <= day) & (day <= plan.wave_days[1])
        self._wave[0] += int(lines.quantity[wave].sum())
        self._wave[1] += int(lines.quantity[wave & lines.sent_back].sum())

    def months(self) -> tuple[MonthFacts, ...]:
        """Month by month, the first and last perhaps in part."""
        names = np.datetime_as_string(self._first_month + np.arange(len(self._by_month["gross"])))
        columns = (self._by_month[name].tolist() for name in ("gross", "returns", "orders", "units"))
        rows = zip(names.tolist(), *columns, strict=True)
        return tuple(MonthFacts(name, g / 100, r / 100, (g - r) / 100, orders, units) for name, g, r, orders, units in rows)

    def countries(self) -> tuple[CountryFacts, ...]:
        """Country by country, the best first."""
        columns = (self._by_country[name].tolist() for name in ("gross", "returns", "orders"))
        rows = zip((country.name for country in self._content.countries), *columns, strict=True)
        facts = (CountryFacts(name, g / 100, r / 100, (g - r) / 100, orders) for name, g, r, orders in rows)
        return tuple(sorted(facts, key=lambda fact: -fact.net))

    def top_products(self, count: int = 10) -> tuple[ProductFacts, ...]:
        """The products with the highest net sales."""
        best = np.argsort(-self._net, kind="stable")[:count].tolist()
        return tuple(
            ProductFacts(self._catalogue.id(p), self._catalogue.name(p), int(self._net[p]) / 100, int(self._units[p])) for p in best
        )

    def pairs(self) -> tuple[PairFacts, ...]:
        """The planted pairs."""
        planned = zip(self._plan.pairs, self._together, strict=True)
        return tuple(PairFacts(self._catalogue.id(first), self._catalogue.id(second), n) for (first, second, _), n in planned)

    def day(self, number: int | None) -> DayFacts | None:
        """Orders of one day."""
        return None if number is None else DayFacts(self._calendar.date(number), int(self._by_day[number]))

    def return_wave(self) -> ReturnWave | None:
        """The planted wave."""
        if self._plan.wave_product < 0:
            return None
        first, last = (self._calendar.date(day) for day in self._plan.wave_days)
        return ReturnWave(self._catalogue.id(self._plan.wave_product), first, last, *self._wave)

    def growing_country(self, days: int = 90) -> GrowingCountry | None:
        """The planted growth."""
        if self._calendar.days < 365 + days:
            return None
        name = self._content.countries[self._people.growing].name
        year_before = self._growing[-365 - days : -365]
        return GrowingCountry(name, days, int(year_before.sum()), int(self._growing[-days:].sum()))
