"""Recommenders from sequences: reading them, making the served model, and measuring it by leaving the last purchase out.

Owns the histories and the measure. The arithmetic is `item_links` and `two_tower`, serving is `assistant.models.recommender`, which the
measure goes through with the same short lists of links and the same rounded vectors that are stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ImportRefused
from assistant.models.recommender import TOP, ItemRecommender, Links, Mix, blended
from assistant.models.two_tower import TwoTower
from assistant.types import Progress
from finetune.item_links import Basket, Dense, History, Recipe, fit_links, input_weights, sparse_rows
from finetune.two_tower import TowerRecipe, fit_two_tower

BATCH = 500
FEWEST_EXAMPLES = 20_000
"""Baskets that follow others, from which on two towers are learnt; from fewer they do worse than links alone."""
ALIKE = 20
"""Texts kept as alike for each product."""


@dataclass(frozen=True, slots=True)
class Histories:
    """What each customer bought, by product number: `customers` in any order, `loose` baskets of nobody known, `items` their ids."""

    items: tuple[str, ...]
    customers: tuple[History, ...]
    loose: tuple[Basket, ...] = ()

    def before_last(self) -> tuple[Histories, tuple[History, ...]]:
        """Without the last basket of each customer who has three or more, and those last baskets (none for the others)."""
        short = tuple(history[:-1] if len(history) > 2 else history for history in self.customers)
        return replace(self, customers=short), tuple(history[-1:] if len(history) > 2 else () for history in self.customers)


@dataclass(frozen=True, slots=True)
class Measured:
    """How good recommendations are for baskets left out, all products ranked, those bought before shut out.

    `ndcg` and `hit_rate` are at ten; `coverage` is the share of products that were shown to anybody; `novelty` the mean surprise of what
    was shown, in bits; `diversity` one less the mean similarity of two products of one list (Jaccard of their buyers); `popular_ndcg`
    is what showing everybody the most bought gets. `towers` says whether two towers stood beside the links.
    """

    ndcg: float
    hit_rate: float
    coverage: float
    novelty: float
    diversity: float
    popular_ndcg: float
    customers: int
    towers: bool = False

    def to_json(self) -> dict[str, float | int]:
        """By the names that `evaluate recommend` prints."""
        return {
            "ndcg@10": round(self.ndcg, 5),
            "hr@10": round(self.hit_rate, 5),
            "coverage": round(self.coverage, 5),
            "novelty": round(self.novelty, 3),
            "diversity": round(self.diversity, 4),
            "popular_ndcg@10": round(self.popular_ndcg, 5),
            "customers": self.customers,
        }


def read_sequences(path: Path) -> Histories:
    """A line a customer: an id, then ids of products in time order, with blanks or commas between.

    Raises:
        ImportRefused: the file is absent, no text, or no line has a customer and two products.
    """
    numbers: dict[str, int] = {}
    customers: list[History] = []
    for line in _lines(path):
        fields = line.replace(",", " ").split()
        if len(fields) > 1:
            customers.append(tuple(np.array([numbers.setdefault(id, len(numbers))]) for id in fields[1:]))
    if not any(len(history) > 1 for history in customers):
        raise ImportRefused(
            f"{path} holds no sequence of two products or more.", hint="A line is a customer's id, then product ids in time order."
        )
    return Histories(tuple(numbers), tuple(customers))


def _lines(path: Path) -> Iterable[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise ImportRefused(f"There is no file {path}.", hint="Check the path.") from error
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise ImportRefused(f"{path} is no text file.", hint="Give a text file with a line a customer.") from error


def make_recommender(
    histories: Histories,
    recipe: Recipe,
    recent: NDArray[np.int32] | None = None,
    vectors: Dense | None = None,
    progress: Progress | None = None,
) -> ItemRecommender:
    """The served model. `recent` are each product's orders of late (else all count), `vectors` (items, width) its text, of length one."""
    items = len(histories.items)
    links = fit_links(histories.customers, histories.loose, items, recipe, progress)
    towers = make_towers(histories, progress=progress) if recipe.mix.chance_share else None
    bought = popularity(histories)
    known = bought > 0
    if vectors is not None:
        links = with_texts(links, vectors, known)
    mix = recipe.mix if towers else replace(recipe.mix, chance_share=0.0)
    return ItemRecommender(histories.items, links, bought.astype(np.int32) if recent is None else recent, mix, known, towers)


def make_towers(histories: Histories, recipe: TowerRecipe | None = None, progress: Progress | None = None) -> TwoTower | None:
    """What histories lead to; None where too few baskets follow others to learn it from."""
    examples = sum(max(len(history) - 1, 0) for history in histories.customers)
    if examples < FEWEST_EXAMPLES:
        return None
    return fit_two_tower(histories.customers, histories.loose, len(histories.items), recipe or TowerRecipe(), progress)


def popularity(histories: Histories) -> NDArray[np.int64]:
    """Baskets of each product, (items,)."""
    baskets = [basket for history in histories.customers for basket in history]
    every = [*baskets, *histories.loose]
    flat = np.concatenate(every) if every else np.zeros(0, dtype=np.int64)
    return np.bincount(flat, minlength=len(histories.items)).astype(np.int64)


def with_texts(links: Links, vectors: Dense, known: NDArray[np.bool_]) -> Links:
    """The links with the nearest texts added: of products without a history to all, and of all to those."""
    items = len(known)
    pairs: list[tuple[NDArray[np.int64], NDArray[np.int64], Dense]] = []
    for start in range(0, items, BATCH):
        near = vectors[start : start + BATCH] @ vectors.T
        rows = np.arange(len(near))
        near[rows, start + rows] = -1.0
        for row in rows.tolist():
            open_to = near[row] if not known[start + row] else np.where(known, -1.0, near[row])
            best = np.argsort(-open_to)[:ALIKE]
            best = best[open_to[best] > 0.3]
            pairs.append((np.full(len(best), start + row), best, np.asarray(open_to[best], dtype=np.float32)))
    sources, targets, cosines = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return _merged(links, sources, targets, cosines, items)


def _merged(links: Links, sources: NDArray[np.int64], targets: NDArray[np.int64], cosines: Dense, items: int) -> Links:
    """The union of the old links and of those by text."""
    old = np.repeat(np.arange(items), np.diff(links.starts)) * items + links.items
    new = sources * items + targets
    keys = np.union1d(old, new)
    place, place_new = np.searchsorted(keys, old), np.searchsorted(keys, new)

    def spread(values: NDArray[Any], at: NDArray[np.int64]) -> NDArray[Any]:
        made = np.zeros(len(keys), dtype=values.dtype)
        made[at] = values
        return made

    starts = np.searchsorted(keys, np.arange(items + 1) * items)
    return Links(
        starts=starts.astype(np.int64),
        items=(keys % items).astype(np.int32),
        next=spread(links.next, place),
        near=spread(links.near, place),
        similar=spread(cosines, place_new),
        together=spread(links.together, place),
        after=spread(links.after, place),
    )


def measure(model: ItemRecommender, histories: Histories, wanted: Sequence[History]) -> Measured:
    """How well the model foretells `wanted` (for each customer the baskets left out; none: not asked) from the histories before them."""
    asked = [number for number, baskets in enumerate(wanted) if len(baskets) and len(histories.customers[number])]
    if not asked:
        raise ImportRefused("No customer has a basket to leave out.", hint="It takes customers with three purchases or more.")
    bought = popularity(histories)
    chosen: list[NDArray[np.int64]] = []
    gains, hits, plain = [], [], []
    for scores, number in _scored(model, [histories.customers[n] for n in asked], asked):
        seen = np.unique(np.concatenate(histories.customers[number]))
        target = np.setdiff1d(np.concatenate(wanted[number]), seen)
        if not len(target):
            continue
        top = _top(scores, seen)
        chosen.append(top)
        gains.append(_ndcg(top, target))
        hits.append(float(np.isin(top, target).any()))
        plain.append(_ndcg(_top(bought.astype(np.float32), seen), target))
    if not gains:
        raise ImportRefused("Nothing was bought last that had not been bought before.", hint="There is nothing to foretell.")
    shown = np.concatenate(chosen)
    share = bought / max(int(bought.sum()), 1)
    return Measured(
        ndcg=float(np.mean(gains)),
        hit_rate=float(np.mean(hits)),
        coverage=len(np.unique(shown)) / len(histories.items),
        novelty=float(-np.log2(np.maximum(share[shown], 1e-9)).mean()),
        diversity=_diversity(chosen, histories),
        popular_ndcg=float(np.mean(plain)),
        customers=len(gains),
        towers=model.towers is not None,
    )


def _scored(model: ItemRecommender, histories: Sequence[History], numbers: Sequence[int]) -> Iterator[tuple[Dense, int]]:
    """The scores of all products for each history; what `ItemRecommender.scores` gives, many at a time."""
    import scipy.sparse as sp

    items, mix, links = len(model.ids), model.mix, model.links
    forward, beside = (
        sp.csr_matrix((values.astype(np.float32), links.items, links.starts), shape=(items, items))
        for values in (mix.next_share * links.next, (1.0 - mix.next_share) * links.near)
    )
    for start in range(0, len(histories), BATCH):
        some = histories[start : start + BATCH]
        last = sparse_rows([input_weights(history, mix.window, mix.next_decay) for history in some], items)
        whole = sparse_rows([input_weights(history, len(history), mix.near_decay) for history in some], items)
        scores = np.asarray((last @ forward + whole @ beside).todense(), dtype=np.float32)
        if model.towers is not None:
            chances = model.towers.chances([[basket.tolist() for basket in history] for history in some])
            scores = blended(scores, chances, [np.concatenate(history) for history in some], mix.chance_share)
        yield from zip(scores, numbers[start : start + BATCH], strict=True)


def _top(scores: Dense, seen: NDArray[np.int64]) -> NDArray[np.int64]:
    open_to = scores.copy()
    open_to[seen] = -np.inf
    best = np.argpartition(-open_to, min(TOP, len(open_to) - 1))[:TOP]
    return np.asarray(best[np.argsort(-open_to[best], kind="stable")], dtype=np.int64)


def _ndcg(top: NDArray[np.int64], target: NDArray[np.int64]) -> float:
    discounts = 1.0 / np.log2(np.arange(2, len(top) + 2))
    ideal = discounts[: min(len(target), len(top))].sum()
    return float(discounts[np.isin(top, target)].sum() / ideal)


def _diversity(chosen: Sequence[NDArray[np.int64]], histories: Histories, lists: int = 500) -> float:
    """Over an even sample of lists: one less the mean Jaccard similarity, by buyers, of the pairs of a list."""
    buyers: dict[int, set[int]] = {}
    some = chosen[:: max(1, len(chosen) // lists)]
    needed = {int(item) for top in some for item in top}
    for number, history in enumerate(histories.customers):
        for item in {int(item) for basket in history for item in basket} & needed:
            buyers.setdefault(item, set()).add(number)
    alike = []
    for top in some:
        sets = [buyers.get(int(item), set()) for item in top]
        alike += [len(a & b) / max(len(a | b), 1) for n, a in enumerate(sets) for b in sets[n + 1 :]]
    return 1.0 - float(np.mean(alike)) if alike else 1.0


def evaluate_sequences(path: Path, recipe: Recipe | None = None, progress: Progress | None = None) -> Measured:
    """Leave the last product of each line out, train on the rest, rank all products.

    Raises:
        ImportRefused: see `read_sequences`; or nobody has three products.
    """
    known, wanted = read_sequences(path).before_last()
    return measure(make_recommender(known, recipe or Recipe(), progress=progress), known, wanted)


def choose_mix(
    model: ItemRecommender,
    histories: Histories,
    wanted: Sequence[History],
    shares: Sequence[float] = (0.2, 0.35, 0.5, 0.7, 0.85),
    chance_shares: Sequence[float] = (0.0, 0.2, 0.4, 0.6),
) -> Mix:
    """The shares that foretell `wanted` best: of "next" among the links, then of the chances beside them (0: better without towers)."""

    def best(mixes: Sequence[Mix]) -> Mix:
        return max(mixes, key=lambda mix: measure(model.remixed(mix), histories, wanted).ndcg)

    linked = best([replace(model.mix, next_share=share, chance_share=0.0) for share in shares])
    return best([replace(linked, chance_share=share) for share in chance_shares]) if model.towers else linked
