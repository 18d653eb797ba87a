"""The shop's year: how much of what is ordered on each day, and at which discount.

Seasons, weekdays, growth, promotions, and the planted spike and dead day; nothing about who or which product.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from assistant.demo.content import Content, Promotion
from assistant.demo.dice import generator

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Calendar:
    """The `days` days that end with `today`, numbered from 0.

    Attributes:
        demand: running sums over kinds of the chance that a line is of the kind, shape (days, kinds).
        discount: share taken off each kind, shape (days, kinds).
        orders: orders placed, shape (days,); sums to what was asked for, except for the spike, which comes on top.
        promotions: the promotion running on each day, or None.
    """

    def __init__(self, content: Content, days: int, today: date, orders: int, seed: int) -> None:
        self.days = days
        self.first = today - timedelta(days=days - 1)
        self.today = today
        self.spike = self._planted_day(content.planted["spike_days_ago"])
        self.dead = self._planted_day(content.planted["dead_days_ago"])
        dates = [self.first + timedelta(days=number) for number in range(days)]
        months = np.array([day.month - 1 + (day.day - 15) / 30 for day in dates])
        demand = np.array([kind.demand for kind in content.kinds]) * _curves(content, months)
        self.promotions = [_running(content.promotions, day) for day in dates]
        self.discount = np.zeros_like(demand)
        for number, promotion in enumerate(self.promotions):
            if promotion:
                on = np.array([not promotion.categories or kind.category in promotion.categories for kind in content.kinds])
                self.discount[number] = promotion.discount * on
                demand[number] *= np.where(on, promotion.lift, 1.0)
        weekdays = np.array([content.rhythm["weekdays"][day.weekday()] for day in dates])
        growth = (1 + content.rhythm["growth_a_year"]) ** (np.arange(days) / 365)
        self.orders = self._orders(demand.sum(axis=1) * weekdays * growth, orders, content.planted["spike_factor"], seed)
        self.demand: Floats = np.cumsum(demand, axis=1) / demand.sum(axis=1, keepdims=True)

    def number(self, days_ago: int) -> int:
        """The number of the day so many days before today; may be negative."""
        return self.days - 1 - days_ago

    def date(self, number: int) -> date:
        """The date of a day number."""
        return self.first + timedelta(days=number)

    def _planted_day(self, days_ago: int) -> int | None:
        return self.number(days_ago) if days_ago < self.days else None

    def _orders(self, weight: Floats, total: int, spike_factor: float, seed: int) -> Ints:
        if self.dead is not None:
            weight[self.dead] = 0.0
        counts = generator(seed, "calendar").multinomial(total, weight / weight.sum())
        if self.spike is not None:
            counts[self.spike] = int(max(spike_factor * counts[self.spike], 1.5 * counts.max()))
        return counts


def _curves(content: Content, months: Floats) -> Floats:
    """Season's multiplier by day and kind, drawn as a line between the middles of the months. (days, kinds)"""
    columns = []
    for kind in content.kinds:
        year = np.array(content.seasons[kind.season])
        columns.append(np.interp(months, np.arange(-1, 13), np.concatenate([year[-1:], year, year[:1]])))
    return np.stack(columns, axis=1)


def _running(promotions: tuple[Promotion, ...], day: date) -> Promotion | None:
    return next((p for p in promotions if p.first <= (day.month, day.day) <= p.last), None)
