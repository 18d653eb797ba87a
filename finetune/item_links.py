"""From histories of baskets to links between products: two ridge regressions over products, solved in closed form and cut short.

Owns the arithmetic. Knows no files, no shop and no serving: it hands out `Links`. What is bought next is a ridge regression of the
next basket on the baskets before it; what lies in the same histories is EASE.

Memory is one dense matrix of products by products in float32 and what a block of its rows needs: 0.6 GB for 12,000 products.

Sources: Steck 2019, Embarrassingly shallow autoencoders for sparse data (EASE); Hoerl and Kennard 1970, Ridge regression.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.models.recommender import Links, Mix
from assistant.types import Progress

Numbers: TypeAlias = NDArray[np.int64]
Basket: TypeAlias = Numbers
History: TypeAlias = tuple[Basket, ...]
"""The baskets of one customer, the newest last; a basket is product numbers without repeats."""
Dense: TypeAlias = NDArray[np.float32]

BLOCK = 1024
STEPS = "what is bought next", "what lies together", "counting orders"


@dataclass(frozen=True, slots=True)
class Recipe:
    """`next_ridge` and `near_ridge` are the two λ; `kept` links stay for each product; `rarity` is the power of a product's baskets that
    links to it are divided by, so that what everybody buys does not come first everywhere; the rest is how a basis is weighed."""

    mix: Mix = field(default_factory=Mix)
    next_ridge: float = 100.0
    near_ridge: float = 100.0
    kept: int = 200
    rarity: float = 0.1


def fit_links(histories: Sequence[History], loose: Sequence[Basket], items: int, recipe: Recipe, progress: Progress | None = None) -> Links:
    """The links of `items` products. `loose` are baskets of nobody known: they say what lies together, and nothing of what comes next."""
    report = progress or (lambda stage, done, total: None)
    report(STEPS[0], 0, len(STEPS))
    rare = _rarity(histories, loose, items, recipe.rarity)
    forward = _next(histories, rare, recipe)
    report(STEPS[1], 1, len(STEPS))
    near = _near(histories, loose, rare, recipe)
    links = _joined(forward, near, items, recipe)
    report(STEPS[2], 2, len(STEPS))
    counted = Links(
        links.starts,
        links.items,
        links.next,
        links.near,
        links.similar,
        _together(histories, loose, links, items),
        _after(histories, links, items),
    )
    report(STEPS[2], len(STEPS), len(STEPS))
    return counted


def input_weights(history: History, window: int, decay: float) -> tuple[Numbers, Dense]:
    """Products of the last `window` baskets and the weight of each; a product bought twice has the sum."""
    last = history[max(0, len(history) - window) :]
    if not last:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    weights = [np.full(len(basket), decay**age, dtype=np.float32) for age, basket in enumerate(reversed(last))][::-1]
    return np.concatenate(last), np.concatenate(weights)


def sparse_rows(rows: Sequence[tuple[Numbers, Dense]], items: int) -> Any:
    """Rows of (products, weights) as a SciPy CSR matrix (rows, items)."""
    import scipy.sparse as sp

    counts = np.fromiter((len(products) for products, _ in rows), dtype=np.int64, count=len(rows))
    starts = np.concatenate([[0], np.cumsum(counts)])
    columns = np.concatenate([products for products, _ in rows]) if len(rows) else np.zeros(0, dtype=np.int64)
    values = np.concatenate([weights for _, weights in rows]) if len(rows) else np.zeros(0, dtype=np.float32)
    matrix = sp.csr_matrix((values.astype(np.float32), columns, starts), shape=(len(rows), items))
    matrix.sum_duplicates()
    return matrix


def _rarity(histories: Sequence[History], loose: Sequence[Basket], items: int, power: float) -> Dense:
    """What links to each product are multiplied by, (items,)."""
    baskets = [*(basket for history in histories for basket in history), *loose]
    counts = np.bincount(np.concatenate(baskets), minlength=items) if baskets else np.zeros(items)
    return np.asarray((counts + 1.0) ** -power, dtype=np.float32)


def _next(histories: Sequence[History], rare: Dense, recipe: Recipe) -> Any:
    """Ridge regression of each basket on those before it, (items, items) sparse: row = what was bought, column = what comes."""
    mix, items = recipe.mix, len(rare)
    before: list[tuple[Numbers, Dense]] = []
    after: list[tuple[Numbers, Dense]] = []
    for history in histories:
        for place in range(1, len(history)):
            before.append(input_weights(history[:place], mix.window, mix.next_decay))
            after.append((history[place], np.ones(len(history[place]), dtype=np.float32)))
    inputs, targets = sparse_rows(before, items), sparse_rows(after, items)
    inverse = _inverse(inputs, items, recipe.next_ridge)
    moves = (targets.T @ inputs).tocsr()
    blocks = (np.asarray(moves @ inverse[:, start : start + BLOCK]).T * rare for start in range(0, items, BLOCK))
    return _cut(blocks, items, recipe.kept)


def _near(histories: Sequence[History], loose: Sequence[Basket], rare: Dense, recipe: Recipe) -> Any:
    """EASE over whole histories, (items, items) sparse, nothing on the diagonal."""
    items = len(rare)
    whole = [np.unique(np.concatenate(history)) for history in histories if history]
    rows = [(products, np.ones(len(products), dtype=np.float32)) for products in (*whole, *loose)]
    inverse = _inverse(sparse_rows(rows, items), items, recipe.near_ridge)
    scale = -rare / np.diag(inverse)

    def block(start: int) -> Dense:
        part = inverse[start : start + BLOCK] * scale[None, :]
        part[np.arange(len(part)), np.arange(start, start + len(part))] = 0.0
        return np.asarray(part, dtype=np.float32)

    return _cut((block(start) for start in range(0, items, BLOCK)), items, recipe.kept)


def _inverse(rows: Any, items: int, ridge: float) -> Dense:
    """(rowsᵀ rows + ridge I)⁻¹, (items, items), symmetric; by Cholesky, in place."""
    from scipy.linalg.lapack import spotrf, spotri

    gram = (rows.T @ rows).toarray(order="F")
    gram[np.diag_indices(items)] += ridge
    lower, failed = spotrf(gram, lower=1, clean=0, overwrite_a=1)
    if not failed:
        lower, failed = spotri(lower, lower=1, overwrite_c=1)
    if failed:
        raise ArithmeticError(f"The matrix of {items} products could not be inverted (LAPACK says {failed}); ridge {ridge} is too small.")
    for start in range(0, items, BLOCK):
        stop = min(start + BLOCK, items)
        square = lower[start:stop, start:stop]
        square[...] = np.tril(square) + np.tril(square, -1).T
        lower[start:stop, stop:] = lower[stop:, start:stop].T
    return np.asarray(lower, dtype=np.float32)


def _cut(blocks: Iterable[Dense], items: int, kept: int) -> Any:
    """Of each row of the blocks, in order, the `kept` entries of greatest size, (items, items) sparse."""
    import scipy.sparse as sp

    columns, values, counts = [], [], []
    for block in blocks:
        places = np.argsort(-np.abs(block), axis=1) if items <= kept else np.argpartition(-np.abs(block), kept, axis=1)[:, :kept]
        picked = np.take_along_axis(block, places, axis=1)
        for row, value in zip(places, picked, strict=True):
            solid = np.abs(value) > 1e-6
            columns.append(row[solid])
            values.append(value[solid])
            counts.append(int(solid.sum()))
    starts = np.concatenate([[0], np.cumsum(counts)])
    return sp.csr_matrix((np.concatenate(values), np.concatenate(columns), starts), shape=(items, items))


def _joined(forward: Any, near: Any, items: int, recipe: Recipe) -> Links:
    """Both parts on the links of either; counts and texts are empty yet."""
    import scipy.sparse as sp

    pattern = (abs(forward) + abs(near)).tocsr()
    pattern.sort_indices()
    rows = np.repeat(np.arange(items), np.diff(pattern.indptr))
    values = [np.asarray(sp.csr_matrix(part)[rows, pattern.indices], dtype=np.float32).ravel() for part in (forward, near)]
    nothing = np.zeros(len(pattern.indices), dtype=np.int32)
    return Links(
        starts=pattern.indptr.astype(np.int64),
        items=pattern.indices.astype(np.int32),
        next=values[0],
        near=values[1],
        similar=nothing.astype(np.float32),
        together=nothing,
        after=nothing,
    )


def _together(histories: Sequence[History], loose: Sequence[Basket], links: Links, items: int) -> NDArray[np.int32]:
    """Orders that hold both ends of each link."""
    baskets = [basket for history in histories for basket in history if len(basket) > 1] + [basket for basket in loose if len(basket) > 1]
    made = np.zeros(len(links.items), dtype=np.int32)
    if not baskets:
        return made
    held = sparse_rows([(basket, np.ones(len(basket), dtype=np.float32)) for basket in baskets], items)
    across = held.T.tocsr()
    for start in range(0, items, BLOCK):
        stop = min(start + BLOCK, items)
        shared = np.asarray((across[start:stop] @ held).todense())
        entries = slice(int(links.starts[start]), int(links.starts[stop]))
        rows = np.repeat(np.arange(stop - start), np.diff(links.starts[start : stop + 1]))
        made[entries] = np.rint(shared[rows, links.items[entries]]).astype(np.int32)
    return made


def _after(histories: Sequence[History], links: Links, items: int) -> NDArray[np.int32]:
    """Customers who bought the second end of each link in a later basket than their first with the first end."""
    made = np.zeros(len(links.items), dtype=np.int32)
    latest = np.full(items, -1, dtype=np.int64)
    for history in histories:
        if len(history) < 2:
            continue
        first: dict[int, int] = {}
        for place, basket in enumerate(history):
            latest[basket] = place
            for item in basket.tolist():
                first.setdefault(item, place)
        for item, place in first.items():
            entries = links.of(item)
            made[entries] += latest[links.items[entries]] > place
        for basket in history:
            latest[basket] = -1
    return made
