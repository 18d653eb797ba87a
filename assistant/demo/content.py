"""What the demo shop is made of, read from the TOML files in `content/`: kinds, brands, people, phrases, plans.

Owns the shape of those files. Draws nothing and makes no record.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from assistant.store.records import FaqEntry


@dataclass(frozen=True, slots=True)
class Sizes:
    """The second option of a kind's variants; `factors` multiply the price."""

    name: str
    values: tuple[str, ...]
    factors: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of product: how many there are, what they cost, how they sell, and the words for them.

    `share` is of the catalogue, `demand` of the orders, `returns` the usual share of lines sent back, `quantity` the mean
    number of pieces a line, `thing` what a customer would call one. `attributes` lists the values that a product
    may have; `said` the sentences that say them.
    """

    code: str
    nouns: tuple[str, ...]
    thing: str
    style: str
    category: str
    price: tuple[float, float]
    share: float
    demand: float
    returns: float
    season: str
    palette: tuple[str, ...]
    sizes: Sizes
    quantity: float
    aspects: tuple[str, ...]
    openings: tuple[str, ...]
    closings: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]]
    said: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Brand:
    name: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class City:
    """`zip` is a pattern: `#` a digit, `@` a letter."""

    name: str
    state: str
    zip: str


@dataclass(frozen=True, slots=True)
class Country:
    """`days` are the fewest and most days on the way."""

    name: str
    share: float
    days: tuple[int, int]
    carrier: str
    street: str
    ways: tuple[str, ...]
    cities: tuple[City, ...]


@dataclass(frozen=True, slots=True)
class Promotion:
    """Days are (month, day), both included; without categories it is on everything."""

    name: str
    first: tuple[int, int]
    last: tuple[int, int]
    discount: float
    lift: float
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedPair:
    """Of the most popular products of two kinds: who buys the first also buys the second, with this chance."""

    first: str
    second: str
    chance: float


@dataclass(frozen=True, slots=True)
class Service:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Stars:
    """The words around a review of so many stars."""

    titles: tuple[str, ...]
    openers: tuple[str, ...]
    closers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aspect:
    praise: tuple[str, ...]
    fault: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """All of it. `shop`, `shipping`, `rhythm` and `planted` are plain tables of `shop.toml`."""

    shop: Mapping[str, Any]
    shipping: Mapping[str, Any]
    rhythm: Mapping[str, Any]
    planted: Mapping[str, Any]
    seasons: Mapping[str, tuple[float, ...]]
    promotions: tuple[Promotion, ...]
    pairs: tuple[PlannedPair, ...]
    services: tuple[Service, ...]
    kinds: tuple[Kind, ...]
    brands: tuple[Brand, ...]
    models: tuple[str, ...]
    countries: tuple[Country, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    domains: tuple[str, ...]
    stars: Mapping[int, Stars]
    aspects: Mapping[str, Aspect]
    faq: tuple[FaqEntry, ...]

    def kind_number(self, code: str) -> int:
        """The position of a kind in `kinds`."""
        return next(number for number, kind in enumerate(self.kinds) if kind.code == code)


@cache
def load_content() -> Content:
    """The content that ships with the program."""
    folder = files("assistant.demo") / "content"
    shop, products, people, reviews = (_read(folder / f"{name}.toml") for name in ("shop", "products", "people", "reviews"))
    return Content(
        shop=shop["shop"],
        shipping=shop["shipping"],
        rhythm=shop["rhythm"],
        planted=shop["planted"],
        seasons={name: tuple(values) for name, values in shop["seasons"].items()},
        promotions=tuple(_promotion(block) for block in shop["promotions"]),
        pairs=tuple(PlannedPair(**block) for block in shop["pairs"]),
        services=tuple(Service(**block) for block in shop["services"]),
        kinds=_kinds(folder / "kinds", products),
        brands=tuple(Brand(block["name"], tuple(block["categories"])) for block in products["brands"]),
        models=tuple(products["models"]),
        countries=tuple(_country(block) for block in people["countries"]),
        first_names=tuple(people["first_names"]),
        last_names=tuple(people["last_names"]),
        streets=tuple(people["streets"]),
        domains=tuple(people["domains"]),
        stars={int(stars): Stars(**_tuples(block)) for stars, block in reviews["stars"].items()},
        aspects={name: Aspect(**_tuples(block)) for name, block in reviews["aspects"].items()},
        faq=tuple(FaqEntry(position=number, **block) for number, block in enumerate(_read(folder / "faq.toml")["entry"], start=1)),
    )


def _read(path: Traversable) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _kinds(folder: Traversable, products: Mapping[str, Any]) -> tuple[Kind, ...]:
    tables = sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)
    return tuple(_kind(block, products) for path in tables for block in _read(path)["kind"])


def _kind(block: Mapping[str, Any], products: Mapping[str, Any]) -> Kind:
    sizes = products["sizes"][block["size"]] if "size" in block else {"name": "", "values": [""], "factors": [1.0]}
    plain: dict[str, Any] = {name: block[name] for name in ("code", "style", "category", "share", "demand", "returns", "season")}
    listed: dict[str, Any] = _tuples({name: block[name] for name in ("nouns", "price", "aspects", "openings", "closings")})
    return Kind(
        **plain,
        **listed,
        thing=block.get("thing", block["nouns"][0].lower()),
        palette=tuple(products["palettes"][block["palette"]]),
        sizes=Sizes(**_tuples(sizes)),
        quantity=block.get("quantity", 1.0),
        attributes={name: _values(values) for name, values in block["attributes"].items()},
        said=_tuples(block["said"]),
    )


def _values(values: list[str] | Mapping[str, Any]) -> tuple[str, ...]:
    if isinstance(values, list):
        return tuple(values)
    return tuple(f"{number:,} {values['unit']}" for number in range(values["low"], values["high"] + 1, values["step"]))


def _promotion(block: Mapping[str, Any]) -> Promotion:
    first, last = (tuple(int(part) for part in block[end].split("-")) for end in ("first", "last"))
    return Promotion(block["name"], (first[0], first[1]), (last[0], last[1]), block["discount"], block["lift"], tuple(block["categories"]))


def _country(block: Mapping[str, Any]) -> Country:
    cities = tuple(City(**city) for city in block["cities"])
    return Country(**{**_tuples(block), "cities": cities})


def _tuples(block: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in block.items()}
