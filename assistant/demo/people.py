"""The customers: arrays that say who they are, and the full record of any one of them on demand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.demo.content import Content
from assistant.demo.dice import Dice, generator
from assistant.store.records import Address, Customer, PaymentMethod

Ints = NDArray[np.int64]

_LETTERS = "ABCEGHJKLMNPRSTVWXYZ"
KEPT = 20_000
"""Addresses and payment methods kept at hand: customers come back, and orders repeat both."""

_CARDS = ("visa", "mastercard", "amex")


class People:
    """`count` customers in the order in which they joined; all arrays have shape (count,).

    Attributes:
        joined: day number on which they joined; negative before the period begins.
        country: position in `content.countries`.
        age: in years.
        address, methods: of a customer by number; see `_address` and `_methods`.
    """

    def __init__(self, content: Content, count: int, seed: int, days: int, begins: np.datetime64) -> None:
        self.content = content
        self.count = count
        self._seed = seed
        self._begins = begins
        rng = generator(seed, "people")
        self.joined: Ints = np.sort(np.where(rng.random(count) < 0.3, -rng.integers(1, 500, count), rng.integers(0, days, count)))
        self.country: Ints = self._countries(rng, days)
        self.age: Ints = np.clip(rng.normal(43, 14, count), 18, 88).astype(np.int64)
        self._reach = self._reaches(rng.gamma(0.7, 1.0, count) + 0.05)
        self.address = lru_cache(KEPT)(self._address)
        self.methods = lru_cache(KEPT)(self._methods)

    def _countries(self, rng: np.random.Generator, days: int) -> Ints:
        shares = np.array([country.share for country in self.content.countries])
        drawn = rng.choice(len(shares), self.count, p=shares / shares.sum())
        late = self.joined >= days - self.content.planted["growing_from_days_ago"]
        moved = late & (rng.random(self.count) < self.content.planted["growing_share"])
        return np.where(moved, self.growing, drawn)

    @property
    def growing(self) -> int:
        """The position of the country whose share grows."""
        name = self.content.planted["growing_country"]
        return next(number for number, country in enumerate(self.content.countries) if country.name == name)

    def _reaches(self, activity: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Running sums of how readily each customer buys: of all but the growing country, and of that country."""
        grows = self.country == self.growing
        return np.cumsum(np.where(grows, 0.0, activity)), np.cumsum(np.where(grows, activity, 0.0))

    def choose(self, day: Ints, growing: NDArray[np.bool_], rng: np.random.Generator) -> Ints:
        """Who orders on each of these days, from those who had joined by then; from the growing country where told so."""
        known = np.maximum(np.searchsorted(self.joined, day, side="right"), 1) - 1
        chosen = np.zeros(len(day), dtype=np.int64)
        draws = rng.random(len(day))
        for reach, mask in zip(self._reach, (~growing, growing), strict=True):
            last = np.minimum(np.searchsorted(reach, draws[mask] * reach[known[mask]], side="right"), self.count - 1)
            chosen[mask] = np.minimum(last, known[mask])
        return chosen

    def id(self, number: int) -> str:
        """The customer's id."""
        return f"cust-{number + 1:05d}"

    def _address(self, number: int) -> Address:
        """Where the customer lives."""
        country = self.content.countries[self.country[number]]
        dice = Dice(self._seed, "address", number)
        city = dice.pick(country.cities)
        street = country.street.format(number=1 + dice.below(980), street=dice.pick(self.content.streets), way=dice.pick(country.ways))
        flat = f"Apt {1 + dice.below(60)}" if dice.chance(0.2) else ""
        return Address(street.strip(), flat, city.name, city.state, country.name, _postcode(city.zip, dice))

    def _methods(self, number: int) -> tuple[PaymentMethod, ...]:
        """What the customer pays with; one to three ways."""
        dice, tail = Dice(self._seed, "payment", number), f"{number + 1:05d}"
        card = PaymentMethod(f"card_{tail}", "credit_card", brand=dice.pick(_CARDS), last_four=f"{dice.below(10_000):04d}")
        methods = [card] if dice.chance(0.75) else []
        if not methods or dice.chance(0.3):
            methods.append(PaymentMethod(f"paypal_{tail}", "paypal"))
        if dice.chance(0.18):
            methods.append(PaymentMethod(f"gift_{tail}", "gift_card", balance=float(10 + 5 * dice.below(40))))
        return tuple(methods)

    def customer(self, number: int) -> Customer:
        """The full record."""
        dice = Dice(self._seed, "customer", number)
        first, last = dice.pick(self.content.first_names), dice.pick(self.content.last_names)
        joined = self._begins + np.timedelta64(int(self.joined[number]), "D") + np.timedelta64(dice.below(4 * 3600), "s")
        return Customer(
            id=self.id(number),
            first_name=first,
            last_name=last,
            email=f"{first}.{last}{number + 1}@{dice.pick(self.content.domains)}".lower(),
            address=self.address(number),
            created_at=joined.astype("datetime64[s]").item(),
            payment_methods=self.methods(number),
        )

    def all(self) -> Iterator[Customer]:
        """Every customer, one at a time."""
        return (self.customer(number) for number in range(self.count))


def _postcode(pattern: str, dice: Dice) -> str:
    return "".join(str(dice.below(10)) if c == "#" else dice.pick(_LETTERS) if c == "@" else c for c in pattern)
