"""The shop's own values: products by name and code, countries, customers, departments, classes.

Loaded once from the warehouse; answers "which products can these words mean?" Knows nothing of grammar.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.analyst.lexicon import Lexicon, Sense, closest
from assistant.analyst.text import plain, stem, tokenize

if TYPE_CHECKING:
    from assistant.warehouse import Warehouse

_REVIEWED_AS = {"category": "department", "style": "class"}
"""Dimensions of sales, with those of reviews that are the same where their values are."""
NAME_STOP = frozenset(["of", "the", "and", "with", "for", "in", "a", "an", "to", "on", "at", "by"])


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """A product that was sold; `lines` is how often. `words` are the stems of its name."""

    id: str
    name: str
    words: tuple[str, ...]
    lines: int
    service: bool


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that a filter can be set to."""

    products: tuple[KnownProduct, ...]
    by_code: Mapping[str, KnownProduct]
    by_name: Mapping[tuple[str, ...], tuple[KnownProduct, ...]]
    by_word: Mapping[str, frozenset[int]]
    name_words: frozenset[str]
    customers: frozenset[str]
    customer_names: Mapping[tuple[str, ...], str]
    countries: Mapping[str, str]
    home: str
    review_values: Mapping[str, tuple[str, ...]]
    review_items: frozenset[str]
    sales_values: Mapping[str, tuple[str, ...]]
    reviews_linked: bool
    """Whether reviews are of products that are sold, and no other goods."""
    has_stock: bool
    reviews_dated: bool

    def country(self, key: str) -> str | None:
        """The data's own name for a country key of the vocabulary, None where the data has no such country."""
        return self.countries.get(key)

    def products_with(self, words: Sequence[str]) -> tuple[KnownProduct, ...]:
        """The products whose name holds all of these stems, the most sold first; misspelt words count as the nearest name word."""
        found: set[int] | None = None
        for word in words:
            hits = self._having(word)
            found = set(hits) if found is None else found & hits
            if not found:
                return ()
        picked = [self.products[n] for n in found or ()]
        return tuple(sorted(picked, key=lambda p: (-p.lines, p.id)))

    def named_exactly(self, words: Sequence[str]) -> tuple[KnownProduct, ...]:
        """The products whose whole name is these stems."""
        return self.by_name.get(tuple(words), ())

    def _having(self, word: str) -> frozenset[int]:
        if word in self.by_word:
            return self.by_word[word]
        if len(word) < 4:
            return frozenset()
        near = closest(word, frozenset(), self.name_words)
        return self.by_word.get(stem(near), frozenset()) if near else frozenset()

    def nearest_names(self, words: Sequence[str], count: int = 3) -> tuple[KnownProduct, ...]:
        """Products to suggest where nothing fits: those that share the most words."""
        scores: dict[int, int] = defaultdict(int)
        for word in words:
            for n in self._having(word):
                scores[n] += 1
        best = sorted(scores, key=lambda n: (-scores[n], -self.products[n].lines))[:count]
        return tuple(self.products[n] for n in best)


def name_stems(name: str) -> tuple[str, ...]:
    """The stems of a product name, signs left out."""
    return tuple(t.stem for t in tokenize(plain(name)) if any(c.isalnum() for c in t.text))


def load_values(warehouse: Warehouse) -> Values:
    """Read the values of a warehouse; takes a second or so for a million lines."""
    lines, reviews, customers = (warehouse.table(name) for name in ("lines", "reviews", "customers"))
    sold = lines.filter(lines.sale)
    counted = sold.group_by(sold.product_id).aggregate(name=sold["product"].max(), service=sold.service.max(), lines=sold.count())
    products = tuple(_product(row) for row in warehouse.run(counted).to_pylist())
    by_name: dict[tuple[str, ...], list[KnownProduct]] = defaultdict(list)
    by_word: dict[str, set[int]] = defaultdict(set)
    for n, product in enumerate(products):
        by_name[product.words].append(product)
        for word in product.words:
            by_word[word].add(n)
    reviewed = frozenset(_distinct(warehouse, reviews, "product_id"))
    named = warehouse.run(customers.select("customer_id", "name")).to_pylist()
    listed = _distinct(warehouse, lines, "country")
    return Values(
        products=products,
        by_code={p.id.upper(): p for p in products},
        by_name={words: tuple(ps) for words, ps in by_name.items()},
        by_word={word: frozenset(ns) for word, ns in by_word.items()},
        name_words=frozenset(t.text for p in products for t in tokenize(p.name)) | frozenset(by_word),
        customers=frozenset(row["customer_id"] for row in named),
        customer_names={name_stems(row["name"]): row["customer_id"] for row in named if row["name"].strip()},
        countries={plain(name): name for name in listed},
        home=_home(warehouse, lines),
        review_values={name: _distinct(warehouse, reviews, name) for name in ("department", "division", "class")},
        review_items=reviewed,
        sales_values={name: _distinct(warehouse, lines, name) for name in ("category", "style", "brand")},
        reviews_linked=any(p.id in reviewed for p in products),
        has_stock=_any(warehouse, warehouse.table("products").stock),
        reviews_dated=_any(warehouse, reviews.day),
    )


def _product(row: Mapping[str, Any]) -> KnownProduct:
    return KnownProduct(row["product_id"], row["name"], name_stems(row["name"]), row["lines"], bool(row["service"]))


def _distinct(warehouse: Warehouse, table: Any, column: str) -> tuple[str, ...]:
    found = warehouse.run(table.select(column).distinct())[column].to_pylist()
    return tuple(sorted(str(v) for v in found if v not in (None, "")))


def _any(warehouse: Warehouse, column: Any) -> bool:
    """Whether a column holds anything."""
    return bool(warehouse.run(column.count()).column(0)[0].as_py())


def _home(warehouse: Warehouse, lines: Any) -> str:
    """The country with the most lines; empty where there is none."""
    counted = lines.group_by(lines.country).aggregate(lines=lines.count())
    found = warehouse.run(counted.order_by(counted.lines.desc()).limit(1))["country"].to_pylist()
    return str(found[0] or "") if found else ""


def lexicon_with(lexicon: Lexicon, values: Values) -> Lexicon:
    """The lexicon with the shop's countries, departments, classes and categories as phrases."""
    return lexicon.extended(_phrases(lexicon, values), frozenset(("reviewed_item",)))


def _phrases(lexicon: Lexicon, values: Values) -> Iterable[tuple[str, Sense]]:
    known = set(lexicon.countries)
    for key in values.countries:
        if key not in known:
            yield key, Sense("country", key)
    for dimension, names in values.review_values.items():
        for name in names:
            yield name, Sense("review_value", name, dimension)
    for dimension, names in values.sales_values.items():
        for name in names:
            yield name, Sense("category_value", name, dimension)
    for dimension, reviewed in _REVIEWED_AS.items():
        if set(values.sales_values[dimension]) & set(values.review_values[reviewed]):
            yield dimension, Sense("dimension", reviewed)
