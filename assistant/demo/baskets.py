"""What was ordered, by whom, when, and what became of it: batches of parallel arrays, days in order.

All chance about orders happens here, vector by vector; `orders` turns a batch into records and `facts` counts it, each on
its own, so that one checks the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.demo.content import Content
from assistant.demo.dice import generator
from assistant.demo.people import People
from assistant.demo.products import Catalogue
from assistant.demo.season import Calendar

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Times = NDArray[np.datetime64]

BATCH = 5_000
"""Orders in a batch, about; bounds memory."""

_HOUR = 3600
_DAY = 24 * _HOUR
_NEVER = np.datetime64("NaT", "s")
CLOSING_HOUR = 17
"""Today is told up to this hour; orders of the last hours before it are fresh."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Arrays of shape (orders,). Times are NaT for what has not happened.

    `number` counts from 0 over all batches; `fees` (orders, services) are cents charged for each service. What is cancelled
    counts as returned at that moment, with its fees. `tracking` has ten digits; `paid_with`, modulo the number of a customer's
    payment methods, is the one used.
    """

    number: Ints
    day: Ints
    person: Ints
    guest: Bools
    country: Ints
    placed: Times
    processed: Times
    shipped: Times
    delivered: Times
    cancelled: Times
    returned: Times
    fees: Ints
    tracking: Ints
    paid_with: Ints


@dataclass(frozen=True, slots=True)
class Lines:
    """Arrays of shape (lines,), in the order of `order`, the line's order as a position in the batch."""

    order: Ints
    product: Ints
    variant: Ints
    quantity: Ints
    cents: Ints
    sent_back: Bools
    reviewed: Times


@dataclass(frozen=True, slots=True)
class Batch:
    orders: Orders
    lines: Lines


@dataclass(frozen=True, slots=True)
class Plan:
    """Which products the planted stories are about, by number; -1 where the catalogue is too small or the period too short."""

    pairs: tuple[tuple[int, int, float], ...]
    wave_product: int
    wave_days: tuple[int, int]
    complaint_product: int


def plan(content: Content, catalogue: Catalogue, calendar: Calendar) -> Plan:
    """Settle the planted stories on the stars of their kinds."""
    star = {kind.code: int(catalogue.stars[number]) for number, kind in enumerate(content.kinds)}
    wave = content.planted["return_wave"]
    days = calendar.number(wave["first_days_ago"]), calendar.number(wave["last_days_ago"])
    return Plan(
        pairs=tuple((star[p.first], star[p.second], p.chance) for p in content.pairs if min(star[p.first], star[p.second]) >= 0),
        wave_product=star[wave["kind"]] if days[0] >= 0 else -1,
        wave_days=days,
        complaint_product=star[content.planted["complaint"]["kind"]],
    )


class Trade:
    """All orders of the period, as batches."""

    def __init__(self, content: Content, catalogue: Catalogue, people: People, calendar: Calendar, seed: int) -> None:
        self._content = content
        self._catalogue = catalogue
        self._people = people
        self._calendar = calendar
        self._seed = seed
        self.plan = plan(content, catalogue, calendar)
        self.now = np.datetime64(calendar.today, "s") + np.timedelta64(CLOSING_HOUR * _HOUR, "s")

    def batches(self) -> Iterator[Batch]:
        """Batch after batch, by day; each is drawn from a generator of its own."""
        edges = _day_groups(self._calendar.orders, BATCH)
        number = 0
        for position, (first, last) in enumerate(edges):
            days = np.repeat(np.arange(first, last), self._calendar.orders[first:last])
            if len(days):
                yield self._batch(days, number, generator(self._seed, "orders", position))
            number += len(days)

    def _batch(self, day: Ints, first_number: int, rng: np.random.Generator) -> Batch:
        placed = self._times(day, rng)
        person = self._people.choose(day, self._growing(day, rng), rng)
        lines = self._basket(day, rng)
        steps = self._progress(placed, self._people.country[person], rng)
        sent_back = self._sent_back(day, lines, steps[2], rng)
        returned = self._returned(steps[2], lines[0], sent_back, rng)
        cancelled = steps[3]
        returned = np.where(np.isnat(cancelled), returned, cancelled)
        sent_back = (sent_back | ~np.isnat(cancelled)[lines[0]]) & ~np.isnat(returned[lines[0]])
        guest = rng.random(len(day)) < 0.06
        orders = Orders(
            np.arange(first_number, first_number + len(day)), day, person, guest, self._people.country[person], placed, *steps, returned,
            self._fees(lines, self._people.country[person], rng), rng.integers(0, 10**10, len(day)), rng.integers(0, 60, len(day)),
        )  # fmt: skip
        return Batch(orders, Lines(*lines, sent_back, self._reviewed(orders, lines, rng)))

    def _times(self, day: Ints, rng: np.random.Generator) -> Times:
        weights = np.array(self._content.rhythm["hours"], dtype=float)
        hour = rng.choice(24, len(day), p=weights / weights.sum())
        hour = np.where(day == self._calendar.days - 1, hour * CLOSING_HOUR // 24, hour)
        second = hour * _HOUR + rng.integers(0, _HOUR, len(day))
        # days come in order, so sorting all times keeps each with its day
        return np.datetime64(self._calendar.first, "s") + np.sort(day * _DAY + second).astype("timedelta64[s]")

    def _growing(self, day: Ints, rng: np.random.Generator) -> Bools:
        planted = self._content.planted
        before = self._content.countries[self._people.growing].share
        begin = self._calendar.number(planted["growing_from_days_ago"])
        done = np.clip((day - begin) / max(1, planted["growing_from_days_ago"] * 0.6), 0, 1)
        grows: Bools = rng.random(len(day)) < before + (planted["growing_share"] - before) * done
        return grows

    def _basket(self, day: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """order, product, variant, quantity, cents of the lines, each product once an order."""
        order = np.repeat(np.arange(len(day)), np.minimum(1 + rng.poisson(0.9, len(day)), 9))
        order, product = self._with_planted(day, order, self._choose(day[order], order, rng), rng)
        catalogue = self._catalogue
        kinds = catalogue.kind[product]
        variant = (rng.random(len(product)) * catalogue.variants[product]).astype(np.int64)
        quantity = 1 + rng.poisson(np.array([kind.quantity for kind in self._content.kinds])[kinds] - 1)
        discount = self._calendar.discount[day[order], kinds]
        cents = np.round(catalogue.prices(product, variant) * (1 - discount)).astype(np.int64)
        return order, product, variant, quantity, cents

    def _choose(self, day: Ints, order: Ints, rng: np.random.Generator) -> Ints:
        """A product on sale that day: first the kind, by season, then the product, by popularity."""
        catalogue, kind = self._catalogue, self._kinds(day, order, rng)
        reach = np.concatenate([[0.0], catalogue.popularity])
        low, high = reach[catalogue.starts[kind]], reach[catalogue.starts[kind + 1]]
        product = np.searchsorted(catalogue.popularity, low + rng.random(len(day)) * (high - low), side="right")
        product = np.clip(product, catalogue.starts[kind], catalogue.starts[kind + 1] - 1)
        on_sale = (catalogue.launched[product] <= day) & (day < catalogue.retired[product])
        chosen: Ints = np.where(on_sale, product, catalogue.stars[kind])
        return chosen

    def _kinds(self, day: Ints, order: Ints, rng: np.random.Generator) -> Ints:
        """The kind of each line; further lines of an order often stay in the category of its first."""
        kind = _drawn(self._calendar.demand[day], rng)
        places = {name: place for place, name in enumerate(dict.fromkeys(k.category for k in self._content.kinds))}
        category = np.array([places[k.category] for k in self._content.kinds])
        first = np.searchsorted(order, order)
        stays = (first != np.arange(len(order))) & (rng.random(len(order)) < self._content.rhythm["same_category"])
        chance = np.diff(self._calendar.demand[day], axis=1, prepend=0.0) * (category == category[kind[first]][:, None])
        related = _drawn(np.cumsum(chance, axis=1) / chance.sum(axis=1, keepdims=True), rng)
        kind = np.where(stays, related, kind)
        made: Ints = np.where(self._catalogue.stars[kind] < 0, self._catalogue.kind[0], kind)
        return made

    def _with_planted(self, day: Ints, order: Ints, product: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Add the planted partners and what the newsletter pushed, drop what comes twice in an order, sort by order."""
        pushed = np.flatnonzero(self._in_wave(day) & (rng.random(len(day)) < self._content.planted["return_wave"]["pushed"]))
        added = [(order, product), (pushed, np.full(len(pushed), self.plan.wave_product))]
        for first, second, chance in self.plan.pairs:
            takers = order[(product == first) & (rng.random(len(order)) < chance)]
            added.append((takers, np.full(len(takers), second)))
        keys = np.unique(np.concatenate([o * self._catalogue.count + p for o, p in added]))
        return keys // self._catalogue.count, keys % self._catalogue.count

    def _progress(self, placed: Times, country: Ints, rng: np.random.Generator) -> tuple[Times, Times, Times, Times]:
        """When each was processed, shipped, delivered and cancelled, as far as that has happened by now."""
        low, high = (np.array([c.days[end] for c in self._content.countries])[country] for end in (0, 1))
        waits = rng.random((4, len(placed)))
        processed = placed + _seconds((5 + 25 * waits[0]) * _HOUR)
        shipped = processed + _seconds((6 + 34 * waits[1]) * _HOUR)
        delivered = shipped + _seconds((low + (high - low) * waits[2]) * _DAY)
        cancels = rng.random(len(placed)) < 0.02
        cancelled = np.where(cancels, placed + _seconds((0.2 + 4 * waits[3]) * _HOUR), _NEVER)
        cancelled = np.where(cancelled < self.now, cancelled, _NEVER)
        done = [np.where((time < self.now) & np.isnat(cancelled), time, _NEVER) for time in (processed, shipped, delivered)]
        return done[0], done[1], done[2], cancelled

    def _sent_back(self, day: Ints, lines: tuple[Ints, ...], delivered: Times, rng: np.random.Generator) -> Bools:
        order, product = lines[0], lines[1]
        rates = np.array([kind.returns for kind in self._content.kinds])[self._catalogue.kind[product]]
        in_wave = (product == self.plan.wave_product) & self._in_wave(day[order])
        rates = np.where(in_wave, self._content.planted["return_wave"]["rate"], rates)
        sent_back: Bools = (rng.random(len(order)) < rates) & ~np.isnat(delivered[order])
        return sent_back

    def _in_wave(self, day: Ints) -> Bools:
        first, last = self.plan.wave_days
        inside: Bools = (first <= day) & (day <= last) & (self.plan.wave_product >= 0)
        return inside

    def _returned(self, delivered: Times, order: Ints, sent_back: Bools, rng: np.random.Generator) -> Times:
        """When the order's return was booked: within 30 days of delivery, all its lines at once."""
        time = delivered + _seconds((2 + 26 * rng.random(len(delivered))) * _DAY)
        any_back = np.bincount(order, weights=sent_back, minlength=len(delivered)) > 0
        return np.where(any_back & (time < self.now), time, _NEVER)

    def _fees(self, lines: tuple[Ints, ...], country: Ints, rng: np.random.Generator) -> Ints:
        """Cents for standard, express and international shipping and gift wrapping. (orders, 4)"""
        rules, count = self._content.shipping, len(country)
        goods = np.bincount(lines[0], weights=lines[3] * lines[4], minlength=count)
        home = np.isin(country, [n for n, c in enumerate(self._content.countries) if c.name in rules["home"]])
        express = home & (rng.random(count) < rules["express_share"])
        standard = home & ~express & (goods < 100 * rules["free_from"])
        wrapped = rng.random(count) < rules["gift_wrap_share"]
        charged = zip((standard, express, ~home, wrapped), ("standard", "express", "abroad", "gift_wrap"), strict=True)
        return np.stack([np.where(mask, round(100 * rules[name]), 0) for mask, name in charged], axis=1)

    def _reviewed(self, orders: Orders, lines: tuple[Ints, ...], rng: np.random.Generator) -> Times:
        order, product = lines[0], lines[1]
        eager = np.isin(product, [self.plan.wave_product, self.plan.complaint_product])
        writes = (rng.random(len(order)) < np.where(eager, 0.5, 0.22)) & ~orders.guest[order]
        time = orders.delivered[order] + _seconds((3 + 22 * rng.random(len(order))) * _DAY)
        return np.where(writes & (time < self.now), time, _NEVER)


def _drawn(reach: NDArray[np.float64], rng: np.random.Generator) -> Ints:
    """A column for each row of running sums (rows, columns) that end at 1."""
    drawn: Ints = np.minimum((rng.random(len(reach))[:, None] > reach).sum(axis=1), reach.shape[1] - 1)
    return drawn


def _seconds(amount: NDArray[np.float64]) -> NDArray[np.timedelta64]:
    return amount.astype(np.int64).astype("timedelta64[s]")


def _day_groups(orders: Ints, size: int) -> list[tuple[int, int]]:
    """Consecutive ranges of days [first, last) with about `size` orders each, at least one day."""
    groups, first, total = [], 0, 0
    for day, count in enumerate(orders.tolist()):
        total += count
        if total >= size:
            groups.append((first, day + 1))
            first, total = day + 1, 0
    return [*groups, (first, len(orders))]
