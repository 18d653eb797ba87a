"""What to show next to whom: products for a basket, a page or a customer's history, each with the reason for it.

Owns the served model: for every product a short list of others, with what speaks for each (what is bought next, what lies in the same
histories, what the texts say), beside them the chances of a two-tower model where the shop has one, and the scoring of a basis by both.
Knows no store, no stock and no wording: who may be shown is for the caller to say (`allowed`), and a reason is a value, not a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.models.folder import open_model
from assistant.models.two_tower import PREFIX, TwoTower, stored_two_tower

TASK = "recommend"
SLOT = "recommender"
WEIGHTS_FILE = "model.safetensors"
ITEMS_FILE = "items.json"
TOP = 10
"""The best scores, whose mean makes those by links and by chances comparable."""
WORTH_SAYING = 2
"""Orders, or customers, from which on "bought together" is said at all."""

Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int32]
ReasonKind: TypeAlias = Literal["together", "after", "pattern", "similar", "popular"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a product is recommended: `product_id` is what of the basis speaks for it (empty for `popular`).

    `together`: both were in `count` orders; `after`: `count` customers bought it in a later order; `pattern`: the model alone says so,
    of that product most; `similar`: its text is like that product's; `popular`: it was in `count` recent orders.
    """

    kind: ReasonKind
    product_id: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Recommended:
    """One recommendation; scores order a list and compare only within it."""

    product_id: str
    score: float
    reason: Reason


class Recommender(Protocol):
    """Whatever recommends products."""

    def recommend(
        self, basis: Sequence[str], n: int, *, exclude: Collection[str] = (), allowed: Callable[[str], bool] | None = None
    ) -> tuple[Recommended, ...]:
        """The best `n` products for `basis` (ids, the newest last; empty: a newcomer), none of the basis or of `exclude` among them."""
        ...


@dataclass(frozen=True, slots=True)
class Mix:
    """How a basis is weighed: the share and the decay of each part.

    What is bought next is told from the last `window` baskets, each `next_decay` times the one after it; what lies in the same
    histories from all, each `near_decay` times the next. `similar` is the weight of texts that are alike, which counts for products
    that have no history. `chance_share` is the share of the chances of the two towers, where there are any, beside all links.
    """

    window: int = 6
    next_decay: float = 0.7
    near_decay: float = 0.8
    next_share: float = 0.85
    similar: float = 0.05
    chance_share: float = 0.6


@dataclass(frozen=True, slots=True)
class Links:
    """For product `i`, the entries `starts[i]`..`starts[i + 1]`: `items` (links,) and what speaks for each, side by side.

    `next` and `near` are the two parts of the score; `together` counts orders that hold both, `after` customers who bought the
    second in a later order, `similar` is the cosine of the texts (0: not among the nearest).
    """

    starts: NDArray[np.int64]
    items: Ints
    next: Floats
    near: Floats
    similar: Floats
    together: Ints
    after: Ints

    def of(self, item: int) -> slice:
        """The entries of one product."""
        return slice(int(self.starts[item]), int(self.starts[item + 1]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By name, as they are stored."""
        return {name: getattr(self, name) for name in Links.__slots__}


def blended(links: Floats, chances: Floats, bought: Sequence[Ints | NDArray[np.int64]], share: float) -> Floats:
    """The scores by links and by chances in one, (histories, items): each over the mean of its ten best that were not bought before.

    The fourth root of the chances is taken: how sure the towers are of a product says less than that they name it among the first.
    """
    made = np.zeros_like(links)
    for row, shut in enumerate(bought):
        for scores, part in ((links[row], 1.0 - share), (np.sqrt(np.sqrt(chances[row])), share)):
            made[row] += np.float32(part / _best_mean(scores, shut)) * scores
    return made


def _best_mean(scores: Floats, shut: Ints | NDArray[np.int64]) -> float:
    """The mean of the ten best that are not shut out; one where nothing speaks for anything."""
    lowest_first = -scores
    lowest_first[shut] = 0.0
    # NumPy finds the first few of many a dozen times as fast as the last few
    mean = -float(np.partition(lowest_first, min(TOP, len(scores)) - 1)[:TOP].mean())
    return mean if mean > 0 else 1.0


class ItemRecommender:
    """The recommender of item-to-item links, and of the two towers beside them.

    Args:
        ids: the products, in the order of the links.
        links: see `Links`.
        recent: orders of each product in the last weeks, (products,); what a newcomer is shown by.
        mix: how a basis is weighed.
        known: whether a product had a history when the model was made, (products,).
        towers: what histories lead to, over the same products; None where the shop has too few for it or does better without.
    """

    def __init__(
        self, ids: Sequence[str], links: Links, recent: Ints, mix: Mix, known: NDArray[np.bool_], towers: TwoTower | None = None
    ) -> None:
        self.ids, self.links, self.recent, self.mix, self.known, self.towers = tuple(ids), links, recent, mix, known, towers
        self._number = {id: number for number, id in enumerate(self.ids)}
        self._popular = np.argsort(-recent, kind="stable")

    def remixed(self, mix: Mix) -> ItemRecommender:
        """The same model, a basis weighed otherwise; without the towers where they have no share."""
        return ItemRecommender(self.ids, self.links, self.recent, mix, self.known, self.towers if mix.chance_share else None)

    def __contains__(self, product_id: str) -> bool:
        return product_id in self._number

    def recommend(
        self, basis: Sequence[str], n: int, *, exclude: Collection[str] = (), allowed: Callable[[str], bool] | None = None
    ) -> tuple[Recommended, ...]:
        """See `Recommender`. A basis counts product by product; those the model does not know say nothing. Popular ones fill up."""
        numbers = [self._number[id] for id in basis if id in self._number]
        scores = self.scores([[number] for number in numbers])
        shut = {*basis, *exclude}
        found = [self._told(item, float(scores[item]), numbers) for item in self._best(scores, n, shut, allowed)]
        if len(found) < n:
            shut |= {one.product_id for one in found}
            found += self._most_popular(n - len(found), shut, allowed)
        return tuple(found)

    def scores(self, baskets: Sequence[Sequence[int]]) -> Floats:
        """The score of every product, (products,), for a history of baskets of product numbers, the newest last."""
        made = self._linked(baskets)
        if self.towers is None or not baskets:
            return made
        bought = np.concatenate([np.asarray(basket, dtype=np.int64) for basket in baskets])
        scores: Floats = blended(made[None], self.towers.chances([baskets]), [bought], self.mix.chance_share)[0]
        return scores

    def _linked(self, baskets: Sequence[Sequence[int]]) -> Floats:
        """The score by links, (products,)."""
        made = np.zeros(len(self.ids), dtype=np.float32)
        mix = self.mix
        for age, basket in enumerate(reversed(baskets)):
            forward = mix.next_share * mix.next_decay**age if age < mix.window else 0.0
            beside = (1.0 - mix.next_share) * mix.near_decay**age
            for item in basket:
                entries = self.links.of(item)
                part = forward * self.links.next[entries] + beside * self.links.near[entries]
                texts = mix.similar * mix.near_decay**age * self.links.similar[entries]
                made[self.links.items[entries]] += part + texts * self._new(item, entries)
        return made

    def _new(self, source: int, entries: slice) -> NDArray[np.bool_] | bool:
        """Which of the entries have an end without a history, (entries,): only there do texts count."""
        return ~self.known[self.links.items[entries]] if self.known[source] else True

    def _best(self, scores: Floats, n: int, shut: Collection[str], allowed: Callable[[str], bool] | None) -> list[int]:
        order = np.argsort(-scores, kind="stable")
        found: list[int] = []
        for item in order[: int((scores > 0).sum())].tolist():
            if len(found) == n:
                break
            if self._open(item, shut, allowed):
                found.append(item)
        return found

    def _open(self, item: int, shut: Collection[str], allowed: Callable[[str], bool] | None) -> bool:
        return self.ids[item] not in shut and (allowed is None or allowed(self.ids[item]))

    def _most_popular(self, n: int, shut: Collection[str], allowed: Callable[[str], bool] | None) -> list[Recommended]:
        found: list[Recommended] = []
        for item in self._popular.tolist():
            if len(found) == n or self.recent[item] == 0:
                break
            if self._open(item, shut, allowed):
                found.append(Recommended(self.ids[item], 0.0, Reason("popular", count=int(self.recent[item]))))
        return found

    def _told(self, item: int, score: float, basis: Sequence[int]) -> Recommended:
        """With the reason that counts most: shared orders first, then later purchases, then texts."""
        best: tuple[int, float, Reason] | None = None
        for source in basis:
            entries = self.links.of(source)
            place = np.flatnonzero(self.links.items[entries] == item)
            if not len(place):
                continue
            reason, rank = self._reason(source, entries.start + int(place[0]))
            weight = (rank, float(reason.count), reason)
            if best is None or weight[:2] > best[:2]:
                best = weight
        if best is None or best[0] == 0:
            return Recommended(self.ids[item], score, self._pattern(item, basis, best[2] if best else Reason("pattern")))
        return Recommended(self.ids[item], score, best[2])

    def _pattern(self, item: int, basis: Sequence[int], otherwise: Reason) -> Reason:
        """Names what of the basis brings the towers to the item most, where anything does."""
        if self.towers is None:
            return otherwise
        parts = self.towers.contributions([[source] for source in basis], item)
        source = max(parts, key=lambda one: parts[one])
        return Reason("pattern", self.ids[source]) if parts[source] > 0 else otherwise

    def _reason(self, source: int, entry: int) -> tuple[Reason, int]:
        id, together, after = self.ids[source], int(self.links.together[entry]), int(self.links.after[entry])
        if together >= WORTH_SAYING and together >= after:
            return Reason("together", id, together), 3
        if after >= WORTH_SAYING:
            return Reason("after", id, after), 2
        if self.links.similar[entry] > 0 and not (self.known[source] and self.known[self.links.items[entry]]):
            return Reason("similar", id), 1
        return Reason("pattern", id), 0


def save_recommender(folder: Path, model: ItemRecommender) -> Mapping[str, Any]:
    """Write weights and ids into `folder`; returns the settings that the card must carry."""
    from safetensors.numpy import save_file

    towers = model.towers.arrays() if model.towers else {}
    tensors = {**model.links.arrays(), **towers, "recent": model.recent, "known": model.known.astype(np.uint8)}
    save_file({name: np.ascontiguousarray(array) for name, array in tensors.items()}, str(folder / WEIGHTS_FILE))
    (folder / ITEMS_FILE).write_text(json.dumps(list(model.ids), ensure_ascii=False), encoding="utf-8")
    return asdict(model.mix)


def load_recommender(folder: Path) -> ItemRecommender:
    """The recommender in the model folder.

    Raises:
        ModelMissing, ModelCorrupt: see `open_model`.
    """
    from safetensors.numpy import load_file

    model = open_model(folder, TASK)
    tensors = load_file(str(model.file(WEIGHTS_FILE)))
    ids = json.loads(model.file(ITEMS_FILE).read_text(encoding="utf-8"))
    links = Links(**{name: tensors[name] for name in Links.__slots__})
    # a model made before there were towers has no share of theirs
    mix = Mix(**{name: model.card.settings[name] for name in Mix.__slots__ if name in model.card.settings})
    towers = stored_two_tower(tensors) if PREFIX + "inputs" in tensors else None
    return ItemRecommender(ids, links, tensors["recent"], mix, tensors["known"].astype(bool), towers)
