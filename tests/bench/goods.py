"""A million products to search, as vectors and columns, and shoppers' queries with filters over them.

Real texts of the demo catalogue are encoded, a few thousand of them, since encoding a million takes hours; the others are made of those:
a product's vector, moved by a part of what two others of its kind differ in. So kinds, styles and spread are those of real texts. Made once
for each size and kept under `build/`. Owns no index.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.demo.content import load_content
from assistant.demo.products import Catalogue
from assistant.indexing import product_passage
from assistant.models.encoder import load_encoder
from retrieval.building import passage_vectors
from retrieval.types import Condition, Filter, Vector

SEED = 7
ENCODED = 4000
MOVED = 0.6
CACHE = Path("build/bench")
_WISHES = ("{}", "do you have {} for every day?", "a good {} as a present", "{} that lasts", "something light, perhaps {}")


@dataclass(frozen=True, slots=True)
class Query:
    """What a shopper asks: its vector (dimension,), its filter, and the group of filters that it belongs to."""

    vector: Vector
    where: Filter
    group: str


@dataclass(frozen=True, slots=True)
class Goods:
    """`vectors` (n, dimension), float32, of length 1; the columns have shape (n,)."""

    vectors: Vector
    price: NDArray[np.float64]
    kind: NDArray[np.int64]
    available: NDArray[np.bool_]
    rating: NDArray[np.float64]
    kinds: tuple[str, ...]
    categories: tuple[str, ...]
    """The category of each kind."""


def goods(size: int) -> Goods:
    """`size` products, the same for the same size."""
    content = load_content()
    catalogue = Catalogue(content, size, SEED, 730)
    rng = np.random.default_rng(SEED)
    return Goods(
        _vectors(size, catalogue),
        catalogue.cents / 100,
        catalogue.kind,
        rng.random(size) > 0.1,
        np.round(catalogue.quality, 2),
        tuple(kind.style for kind in content.kinds),
        tuple(kind.category for kind in content.kinds),
    )


def queries(goods: Goods, count: int, seed: int = 1) -> list[Query]:
    """Shoppers' wishes, each under a filter of one of four widths."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, len(goods.kinds), count)
    texts = [_WISHES[rng.integers(0, len(_WISHES))].format(goods.kinds[kind].lower()) for kind in kinds]
    vectors = load_encoder("shipped").encode(texts)
    makers = (_wide, _medium, _narrow, _rare)
    return [makers[n % 4](goods, vectors[n], int(kind), rng) for n, kind in enumerate(kinds)]


def _wide(goods: Goods, vector: Vector, kind: int, rng: np.random.Generator) -> Query:
    ceiling = float(np.quantile(goods.price[:10_000], rng.uniform(0.4, 0.8)))
    return Query(vector, (Condition("available", "eq", True), Condition("price", "le", ceiling)), "in stock, under a price")


def _medium(goods: Goods, vector: Vector, kind: int, rng: np.random.Generator) -> Query:
    return Query(
        vector, (Condition("category", "eq", goods.categories[kind]), Condition("available", "eq", True)), "one category, in stock"
    )


def _narrow(goods: Goods, vector: Vector, kind: int, rng: np.random.Generator) -> Query:
    own = goods.price[goods.kind == kind]
    low, high = np.quantile(own, sorted(rng.uniform(0, 1, 2)))
    where = (Condition("style", "eq", goods.kinds[kind]), Condition("price", "ge", float(low)), Condition("price", "le", float(high)))
    return Query(vector, where, "one style, a range of prices")


def _rare(goods: Goods, vector: Vector, kind: int, rng: np.random.Generator) -> Query:
    rating = float(np.quantile(goods.rating[goods.kind == kind], 0.95))
    where = (Condition("style", "eq", goods.kinds[kind]), Condition("rating", "ge", rating), Condition("available", "eq", True))
    return Query(vector, where, "one style, the best rated")


def _vectors(size: int, catalogue: Catalogue) -> Vector:
    path = CACHE / f"goods-{size}.npy"
    if path.exists():
        found: Vector = np.load(path, mmap_mode="r")
        return found
    rng = np.random.default_rng(SEED)
    picked = np.sort(rng.choice(size, min(size, ENCODED), replace=False))
    passages = [product_passage(catalogue.product(int(number))) for number in picked]
    encoded = passage_vectors([passage.text for passage in passages], load_encoder("shipped"))
    made = np.empty((size, encoded.shape[1]), np.float32)
    for kind in np.unique(catalogue.kind):
        rows = np.flatnonzero(catalogue.kind == kind)
        real = encoded[catalogue.kind[picked] == kind] if (catalogue.kind[picked] == kind).any() else encoded
        for some in np.array_split(rows, max(1, len(rows) // 50_000)):
            base, one, other = (real[rng.integers(0, len(real), len(some))] for _ in range(3))
            moved = base + MOVED * (one - other)
            made[some] = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    np.save(path, made)
    return made
