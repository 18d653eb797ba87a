"""The catalogue: arrays that say what every product is, and the full record of any one of them on demand.

The arrays (about 40 bytes a product) are all that orders need; prose, attributes and stock are made record by record, so
that a million products stream through without being held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from assistant.demo.content import Content, Kind
from assistant.demo.dice import Dice, generator
from assistant.store.records import Product, ProductKind, Variant

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_FIRST_ID = 10001


class Catalogue:
    """`count` products in the order of their kinds; all arrays have shape (count,) unless they say otherwise.

    Attributes:
        kind: position in `content.kinds`. `starts` (kinds + 1,) gives where each kind begins.
        cents: the price of the smallest size.
        popularity: running sum of the weights with which products are chosen; `weight` the weights.
        launched, retired: first day on sale, and first day no longer, as day numbers of the period.
        quality: the mean of the stars that customers tend to give.
        colours: how many colours it comes in; `variants`: colours times sizes.
    """

    def __init__(self, content: Content, count: int, seed: int, days: int) -> None:
        self.content = content
        self.count = count
        self._seed = seed
        rng = generator(seed, "products")
        shares = np.array([kind.share for kind in content.kinds])
        self.starts = np.concatenate([[0], np.round(np.cumsum(shares) / shares.sum() * count).astype(np.int64)])
        self.kind: Ints = np.repeat(np.arange(len(content.kinds)), np.diff(self.starts))
        self._place: Ints = np.arange(count) - self.starts[self.kind]
        self.cents = self._prices(rng)
        self.weight = self._weights(rng)
        self.popularity: Floats = np.cumsum(self.weight)
        self.stars: Ints = np.array(
            [a + self.weight[a:b].argmax() if b > a else -1 for a, b in zip(self.starts, self.starts[1:], strict=False)]
        )
        self.launched, self.retired = self._lives(rng, days)
        self.quality: Floats = 2.9 + 2.0 * rng.beta(4, 2.2, count)
        palettes = np.array([len(kind.palette) for kind in content.kinds])
        self.colours: Ints = np.minimum(palettes[self.kind], rng.integers(2, 6, count))
        self._first_colour: Ints = rng.integers(0, palettes[self.kind])
        self._sizes = np.array([len(kind.sizes.values) for kind in content.kinds])
        self._factors = self._size_factors()
        self.variants: Ints = self.colours * self._sizes[self.kind]
        self._models = rng.permutation(len(content.models))

    def _prices(self, rng: np.random.Generator) -> Ints:
        low, high = (np.array([kind.price[end] for kind in self.content.kinds])[self.kind] for end in (0, 1))
        return charm(100 * low * (high / low) ** rng.beta(1.6, 2.0, self.count))

    def _weights(self, rng: np.random.Generator) -> Floats:
        rank = np.empty(self.count)
        for start, end in zip(self.starts, self.starts[1:], strict=False):
            rank[start:end] = rng.permutation(end - start)
        return (rank + 2.0) ** -0.8

    def _lives(self, rng: np.random.Generator, days: int) -> tuple[Ints, Ints]:
        newcomer = rng.random(self.count) < 0.15
        leaver = ~newcomer & (rng.random(self.count) < 0.02)
        launched = np.where(newcomer, (days * rng.uniform(0.1, 0.9, self.count)).astype(np.int64), 0)
        retired = np.where(leaver, (days * rng.uniform(0.3, 0.9, self.count)).astype(np.int64), days)
        lasting = self.stars[self.stars >= 0]
        launched[lasting], retired[lasting] = 0, days
        return launched, retired

    def _size_factors(self) -> Floats:
        factors = np.ones((len(self.content.kinds), int(self._sizes.max())))
        for number, kind in enumerate(self.content.kinds):
            factors[number, : len(kind.sizes.factors)] = kind.sizes.factors
        return factors

    def prices(self, products: Ints, variants: Ints) -> Ints:
        """Cents of each variant (by its number within the product); shapes as given."""
        kinds = self.kind[products]
        return charm(self.cents[products] * self._factors[kinds, variants % self._sizes[kinds]])

    def id(self, product: int) -> str:
        """The product's id."""
        return f"FH-{_FIRST_ID + product}"

    def variant_id(self, product: int, variant: int) -> str:
        """The id of the variant with this number within the product."""
        return f"{self.id(product)}-{variant + 1:02d}"

    def kind_of(self, product: int) -> Kind:
        """The product's kind."""
        return self.content.kinds[int(self.kind[product])]

    def name(self, product: int) -> str:
        """The product's name; no two are equal."""
        kind, place = self.kind_of(product), int(self._place[product])
        series, model = divmod(place, len(self.content.models))
        word = self.content.models[self._models[(model + 7 * int(self.kind[product])) % len(self.content.models)]]
        noun = kind.nouns[place % len(kind.nouns)]
        return f"{word} {noun}" if series == 0 else f"{word} {series + 1} {noun}"

    def options(self, product: int, variant: int) -> dict[str, str]:
        """Colour, and size where the kind has sizes."""
        kind = self.kind_of(product)
        colour, size = divmod(variant, len(kind.sizes.values))
        options = {"colour": kind.palette[(int(self._first_colour[product]) + colour) % len(kind.palette)]}
        return options | ({kind.sizes.name: kind.sizes.values[size]} if kind.sizes.name else {})

    def product(self, number: int) -> Product:
        """The full record."""
        kind, dice = self.kind_of(number), Dice(self._seed, "product", number)
        brand = dice.pick([brand.name for brand in self.content.brands if kind.category in brand.categories])
        attributes = {name: dice.pick(values) for name, values in kind.attributes.items()}
        variants = self._variants(number, dice)
        return Product(
            id=self.id(number),
            name=self.name(number),
            category=kind.category,
            style=kind.style,
            brand=brand,
            description=_describe(kind, dice, {"name": self.name(number), "brand": brand, **attributes}, variants),
            price=int(self.cents[number]) / 100,
            stock=sum(variant.stock or 0 for variant in variants),
            active=bool(self.retired[number] >= self.retired.max()),
            attributes=attributes,
            variants=variants,
        )

    def all(self) -> Iterator[Product]:
        """Every product, one at a time, then the services."""
        for number in range(self.count):
            yield self.product(number)
        for service in self.content.services:
            yield Product(id=service.id, name=service.name, category="Services", kind=ProductKind.SERVICE)

    def _variants(self, number: int, dice: Dice) -> tuple[Variant, ...]:
        count = int(self.variants[number])
        prices = self.prices(np.full(count, number), np.arange(count)).tolist()
        sold_out = dice.chance(0.03)
        fullest = max(8, 120 // count)
        stocks = [0 if sold_out or dice.chance(0.07) else 1 + dice.below(fullest) for _ in range(count)]
        return tuple(
            Variant(self.variant_id(number, v), self.options(number, v), price=prices[v] / 100, stock=stocks[v], available=stocks[v] > 0)
            for v in range(count)
        )


def charm(cents: Floats) -> Ints:
    """Prices as shops write them: 12.95, 39.95, 64.00. Whole cents."""
    whole = np.maximum(1, np.round(cents / 100)).astype(np.int64) * 100
    return np.where(whole < 4000, whole - 5, whole)


def _describe(kind: Kind, dice: Dice, facts: Mapping[str, str], variants: tuple[Variant, ...]) -> str:
    said = dice.sample(list(kind.said), 2 + dice.below(3))
    templates = [dice.pick(kind.openings), *(dice.pick(kind.said[name]) for name in said), dice.pick(kind.closings)]
    sentences = [_capital(_fill(template, facts)) for template in templates]
    return " ".join([*sentences, _choice(variants)])


def _fill(template: str, facts: Mapping[str, str]) -> str:
    for name, value in facts.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _choice(variants: tuple[Variant, ...]) -> str:
    colours = list(dict.fromkeys(variant.options["colour"] for variant in variants))
    sizes = list(dict.fromkeys(value for variant in variants for name, value in variant.options.items() if name != "colour"))
    text = f"Comes in {_listed(colours)}"
    return f"{text}, in {len(sizes)} sizes from {sizes[0]} to {sizes[-1]}." if sizes else f"{text}."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
