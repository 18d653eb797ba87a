"""Finding products for a wish: hard constraints first, then relevance. Says what was in the way when nothing fits.

Owns the order in which products are offered; refuses to know the conversation. Nothing that breaks a constraint is ever in
`Found.products`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace

from assistant.shopper import ages, freedom, origin
from assistant.shopper.limits import kept, kept_by
from assistant.shopper.shelf import Label, Shelf, stems, synonyms
from assistant.shopper.variants import SIZES
from assistant.shopper.wish import SEATS, Wish
from assistant.shopper.words import word_list
from assistant.store.records import Product, Variant
from retrieval.types import Condition, Filter, Hit, Retriever, Vector

DENSE_SURE = 0.5
"""Cosine from which a passage is offered although the thing asked for is a word that the shelf does not know."""

_PREFIX = "product:"
_POOL = 60
_FEW, _SHARE = 5, 0.2
_LONG = 5
_NEARLY_ALL = 0.92
OF_THE_THING = 2.5
"""What a product loses whose name only mentions the thing asked for: tent pegs, where a tent is wanted."""

_ALL_NAMED = 2.0
"""What a product gains whose name has every word of the wish."""
DENSE_FLOOR, DENSE_STRANGE = 0.28, 0.4
"""Cosine under which a passage that shares no word with the wish is not offered; the second where no product at all holds a word of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """`products` keep every constraint, best first. Where there are none, `nearest` differ in what `differs` names.

    `known` is False where the shelf has nothing of the kind at all; `total` counts those in which every word of the wish was found,
    0 where that is not so of all that are shown.
    """

    products: tuple[Product, ...] = ()
    nearest: tuple[Product, ...] = ()
    differs: tuple[str, ...] = ()
    known: bool = True
    total: int = 0


@dataclass(frozen=True, slots=True)
class Finder:
    """Searches one shelf, with the retriever's help for what words alone do not say."""

    shelf: Shelf
    retriever: Retriever

    def find(
        self, wish: Wish, k: int, vector: Vector | None = None, without: frozenset[str] = frozenset(), *, widen: bool = False
    ) -> Found:
        """The `k` best products for a wish, leaving out the ids in `without`. With `widen`, where none of the very kind keeps the
        constraints, those of a wider one that do."""
        pool, hits = self._pool(wish, vector)
        for candidates in (pool, *((self._wider(wish), self._headed(wish)) if widen else ())):
            fitting = self._fitting((p for p in candidates if p.id not in without), wish)
            if fitting:
                return self._offered(fitting, k, wish, hits)
        return self._nearest(wish, [product for product in pool if product.id not in without], hits)

    def _fitting(self, products: Iterable[Product], wish: Wish) -> tuple[Product, ...]:
        """Those that keep every constraint; of variants one must keep the limits and the rest together."""
        kept_else = [p for p in products if fits(p, self.shelf.labels[p.id], wish)]
        if not wish.limits:
            return tuple(kept_else)
        narrowed = [replace(p, variants=fitting(p, self.shelf.labels[p.id], wish)) if p.variants else p for p in kept_else]
        return self.shelf.many(p.id for p in kept_by(narrowed, wish.limits))

    def _offered(self, fitting: Sequence[Product], k: int, wish: Wish, hits: dict[str, Hit]) -> Found:
        ranked = self._ranked(fitting, wish, hits)
        if wish.context and (holding := [p for p in ranked if self._holds(p, wish)]):
            ranked = holding if wish.featured else [*holding, *(p for p in ranked if p not in holding)]
        others = self._named(wish.other) if wish.other else frozenset()
        rest = [p for p in ranked if (p.id in others) != (ranked[0].id in others)][: k // 2] if others else []
        best = tuple([p for p in ranked if p not in rest][: k - len(rest)] + rest)
        return Found(best, total=sum(self._holds(p, wish) for p in fitting) if all(self._holds(p, wish) for p in best) else 0)

    def _holds(self, product: Product, wish: Wish) -> bool:
        """Whether a product's words hold all that the wish says of it, so that it may be said to fit."""
        words = self.shelf.labels[product.id].everything
        if wish.featured:
            words = words.union(*(stems(name) for name in product.attributes))
        if not wish.core or not all(kept(product, limit) for limit in wish.limits):
            return False
        own = wish.other if wish.other and not self.shelf.synonyms(wish.core[-1]) & words else wish.core
        said = (*own, *(word for word in wish.context if word not in wish.other and word not in word_list("persons")))
        return all(self.shelf.synonyms(word) & words for word in said) and not any(freedom.lacks(product, word) for word in wish.context)

    def _headed(self, wish: Wish) -> tuple[Product, ...]:
        """What the last word that names goods names, whatever stands before it: a watch, where no "wrist watch" fits."""
        naming = [word for word in wish.core if self.shelf.named(word)]
        if not naming or wish.core[-1] != naming[-1]:
            return ()
        return self.headed(
            self.shelf.many(sorted(self._of_main_categories(self.shelf.named(naming[-1])))), replace(wish, core=(naming[-1],))
        )

    def _wider(self, wish: Wish) -> tuple[Product, ...]:
        """Where all core words are departments ("halloween decorations"), what stands in the smallest of them."""
        if len(wish.core) < 2 or not all(self.shelf.is_department(word) for word in wish.core):
            return ()
        departments = sorted((self.shelf.named(word) for word in wish.core), key=len)
        return self.shelf.many(sorted(departments[0]))

    def kind(self, wish: Wish) -> tuple[Product, ...]:
        """All products of the kind that the wish names and that keep its constraints; empty where it names no kind."""
        ids = self._of_kind(wish)
        return self._fitting(self.shelf.many(ids), wish)

    def _pool(self, wish: Wish, vector: Vector | None) -> tuple[list[Product], dict[str, Hit]]:
        """Candidates: all of the kind that is named, else what the retriever finds; and the retriever's hits by product id."""
        hits = {hit.passage.id.removeprefix(_PREFIX): hit for hit in self.retriever.search(wish.query, _POOL, _filter(wish), vector)}
        ids = self._of_kind(wish)
        if ids and len(ids) < _FEW and wish.context:
            ids = ids.union(p.id for p in self.shelf.many(hits) if wish.core and self._resembles(p, hits[p.id], wish))
        if ids and wish.context:
            ids = ids.union(self._elsewhere(wish))
        if not ids and wish.core:
            return [p for p in self.shelf.many(hits) if self._resembles(p, hits[p.id], wish)], hits
        if not ids:
            near = frozenset(id for id, hit in hits.items() if self._near(id, hit, wish))
            kinds = (self.shelf.named(word) for word in wish.context if self.shelf.is_kind(word))
            denying = {id for word in wish.excluded for id in self.shelf.worded(word) if freedom.lacks(self.shelf.products[id], word)}
            ids = near.union(denying, *kinds) if wish.context and not wish.origins else self._of_traits(wish)
        return list(self.shelf.many(sorted(ids))), hits

    def _elsewhere(self, wish: Wish) -> frozenset[str]:
        """The very thing in a department of its own, where its name says what it is for: a pocket watch among the jewels."""
        meant = self.shelf.synonyms(wish.core[-1])
        labels = ((id, self.shelf.labels[id]) for id in self.shelf.named(wish.core[-1]))
        return frozenset(id for id, label in labels if meant & label.head and any(word in label.name for word in wish.context))

    def _resembles(self, product: Product, hit: Hit, wish: Wish) -> bool:
        if not self.shelf.worded(wish.core[-1]):
            return hit.dense is not None and hit.dense >= DENSE_SURE
        return bool(set(wish.core) & self.shelf.labels[product.id].everything) and (hit.dense is None or hit.dense >= DENSE_FLOOR)

    def _near(self, id: str, hit: Hit, wish: Wish) -> bool:
        """Whether a hit is near by what it means; one found by its words alone only where they are words of the wish."""
        if hit.dense is not None:
            return hit.dense >= (DENSE_FLOOR if wish.free or any(map(self.shelf.worded, wish.words)) or not wish.words else DENSE_STRANGE)
        return id in self.shelf.labels and any(self.shelf.synonyms(word) & self.shelf.labels[id].everything for word in wish.words)

    def _of_traits(self, wish: Wish) -> frozenset[str]:
        return frozenset(self.shelf.products) if wish.constrained else frozenset()

    def _of_kind(self, wish: Wish) -> frozenset[str]:
        """What the core words name, and what would do as well."""
        return self._named(wish.core) | (self._named(wish.other) if wish.other else frozenset())

    def named(self, wish: Wish) -> bool:
        """Whether any product bears a word of the thing that is wished for; else products can only mention it."""
        return any(self.shelf.named(word) for word in (*wish.core, *wish.other))

    def _named(self, core: tuple[str, ...]) -> frozenset[str]:
        """Products named by these words: all of them where some product has all, else the last word that names any."""
        known = [word for word in core if self.shelf.worded(word)]
        naming = [word for word in known if self.shelf.named(word)]
        if not naming:
            return frozenset()
        head = self.shelf.named(naming[-1])
        for words in (known, [w for w in known if w != naming[-1]][-1:]):
            both = head.intersection(*(self.shelf.worded(word) for word in words))
            if both:
                head = both
                break
        if len(known) > 1 and len(head) < _FEW:
            head |= self._of_all(known)
        unknown = [word for word in core if word not in known]
        head = self._of_main_categories(head)
        return head if not unknown or core[-1] == naming[-1] or len(naming) > 1 else frozenset()

    def _of_all(self, words: Sequence[str]) -> frozenset[str]:
        """Products that hold all the words and bear one of them: a sourdough loaf is a bread, whatever its name leaves out."""
        bearing = frozenset().union(*(self.shelf.named(word) for word in words))
        return bearing.intersection(*(self.shelf.worded(word) for word in words))

    def headed(self, products: Iterable[Product], wish: Wish) -> tuple[Product, ...]:
        """Those products that are the thing itself, where any is: no kayak paddle among the kayaks."""
        pool = tuple(products)
        meant = self.shelf.synonyms(wish.core[-1]) if wish.core else frozenset()
        if not any(meant & self.shelf.labels[p.id].head for p in pool):
            return pool
        return tuple(p for p in pool if not _beside(meant, self.shelf.labels[p.id]))

    def told_as(self, products: Iterable[Product], wish: Wish) -> tuple[Product, ...]:
        """Those products whose name or description says the thing, where nearly all do: no trousers that lie among the belts."""
        pool = tuple(products)
        meant = self.shelf.synonyms(wish.core[-1]) if wish.core else frozenset()
        saying = tuple(p for p in pool if meant & (self.shelf.labels[p.id].name | self.shelf.labels[p.id].text))
        return saying if len(saying) >= _NEARLY_ALL * len(pool) else pool

    def _of_main_categories(self, ids: frozenset[str]) -> frozenset[str]:
        """Without the few of other departments, which only mention the thing: a picture of a guitar is no guitar."""
        if len(ids) < _FEW:
            return ids
        counts = Counter(self.shelf.products[id].category for id in ids)
        return frozenset(id for id in ids if counts[self.shelf.products[id].category] >= _SHARE * len(ids))

    def _ranked(self, products: Iterable[Product], wish: Wish, hits: dict[str, Hit]) -> list[Product]:
        places = {id: place for place, id in enumerate(hits)}
        return sorted(products, key=lambda p: (-self._score(p, wish, places), p.name, p.id))

    def _score(self, product: Product, wish: Wish, places: dict[str, int]) -> float:
        label = self.shelf.labels[product.id]
        score = sum(self._worth(word, label, 1.0) for word in wish.core) + sum(self._worth(word, label, 0.5) for word in wish.context)
        if len(wish.words) > 1 and all(self.shelf.synonyms(word) & label.name for word in wish.words):
            score += _ALL_NAMED
        things = [words for words in (wish.core, wish.other) if words]
        if things and all(
            _beside(self.shelf.synonyms(words[-1]), label) for words in things if self.shelf.synonyms(words[-1]) & label.name
        ):
            score -= OF_THE_THING if any(self.shelf.synonyms(words[-1]) & label.name for words in things) else 0.0
        score += sum(OF_THE_THING for word in wish.excluded if word in label.everything and freedom.lacks(product, word))
        score += sum(0.8 for trait in (*wish.colours, *wish.materials) if set(stems(trait)) <= label.name | label.traits)
        if product.id in places:
            score += 3.0 * (1 - places[product.id] / _POOL)
        return score - (1.5 if product.stock == 0 else 0.0)

    def _worth(self, word: str, label: Label, weight: float) -> float:
        rarity = min(self.shelf.rarity(word), 6.0) * weight
        near = self.shelf.synonyms(word)
        if word in label.name:
            return rarity
        if near & (label.kind | label.name):
            return 0.8 * rarity
        return 0.4 * rarity if near & label.everything else 0.0

    def _nearest(self, wish: Wish, pool: list[Product], hits: dict[str, Hit]) -> Found:
        if not pool:
            return Found(known=bool(self._of_kind(wish)) or not wish.core)
        for looser, differs in _relaxations(wish):
            near = self._fitting(pool, looser)
            if near:
                bound = next((b for b in (wish.below, wish.most, wish.above, wish.least) if b is not None), None)
                ranked = self._ranked(near, wish, hits)
                if "price" in differs and bound is not None:
                    ranked.sort(key=lambda p: abs((p.price if p.price is not None else float("inf")) - bound))
                return Found(nearest=tuple(ranked[:2]), differs=differs)
        return Found()


def _beside(meant: Set[str], label: Label) -> bool:
    """Whether a name holds the thing meant without being it: the tent of tent pegs."""
    return bool(meant & label.name) and not meant & label.head


def fits(product: Product, label: Label, wish: Wish) -> bool:
    """Whether a product keeps every hard constraint; for variants, whether one of them keeps all together."""
    if any((synonyms(word) | _alike(word)) & label.everything and not freedom.lacks(product, word) for word in wish.excluded):
        return False
    if not all(freedom.states(product, key) for key in wish.free):
        return False
    if not origin.keeps(product, wish.origins, wish.barred):
        return False
    if wish.months is not None and ages.too_young(product, wish.months):
        return False
    if wish.brands and product.brand.casefold() not in wish.brands and not any(set(stems(b)) <= label.name for b in wish.brands):
        return False
    if product.variants:
        return any(_variant_fits(product, label, wish, number) for number in range(len(product.variants)))
    if (wish.in_stock and product.stock == 0) or (wish.units is not None and (product.stock or 0) < wish.units):
        return False
    words = label.everything
    return wish.allows_price(product.price) and _bears(words, wish)


def fitting(product: Product, label: Label, wish: Wish) -> tuple[Variant, ...]:
    """The variants of a product that keep every hard constraint, to be had or not."""
    return tuple(v for n, v in enumerate(product.variants) if _variant_fits(product, label, wish, n))


def _alike(word: str) -> frozenset[str]:
    """The forms in which a description may say what is left out: "distressed" as "distressing"."""
    base = word.removesuffix("ed") if len(word) > _LONG and word.endswith("ed") else ""
    return frozenset((base, f"{base}e", f"{base}ing")) if base else frozenset()


def _variant_fits(product: Product, label: Label, wish: Wish, number: int) -> bool:
    variant = product.variants[number]
    if wish.in_stock and (not variant.available or variant.stock == 0):
        return False
    if wish.units is not None and (variant.stock or 0) < wish.units:
        return False
    if not wish.allows_price(variant.price if variant.price is not None else product.price):
        return False
    values = [stems(str(value)) for value in (*variant.options.values(), *product.attributes.values())]
    words = label.name.union(*values)
    seats = tuple(size for size in wish.sizes if size.endswith(SEATS))
    seated = all(any(value[:2] == stems(size) for value in values) for size in seats)
    return seated and _bears(words, replace(wish, sizes=tuple(size for size in wish.sizes if size not in seats)))


def _bears(words: frozenset[str], wish: Wish) -> bool:
    """Whether the words hold all traits wished for; of colours any one where that will do."""
    coloured = any if wish.either else all
    return (
        coloured(_says(words, colour) for colour in wish.colours)
        and all(_says(words, material) for material in wish.materials)
        and all(_says(words, size) or SIZES.get(size) in words for size in wish.sizes)
    )


def _says(words: frozenset[str], trait: str) -> bool:
    return all(synonyms(word) & words for word in stems(trait)[:2])


def _filter(wish: Wish) -> Filter:
    conditions = [Condition("kind", "eq", "product")]
    for bound, op in ((wish.below, "lt"), (wish.most, "le")):
        if bound is not None:
            conditions.append(Condition("price", op, bound))  # type: ignore[arg-type]
    return tuple(conditions)


def _relaxations(wish: Wish) -> Iterable[tuple[Wish, tuple[str, ...]]]:
    """The wish with one constraint after the other given up, and the names of what was given up."""
    free = replace(wish, below=None, most=None, above=None, least=None)
    if wish.limits:
        yield replace(wish, limits=()), ("measure",)
    if wish.sizes:
        yield replace(wish, sizes=()), ("size",)
    if wish.in_stock or wish.units is not None:
        yield replace(wish, in_stock=False, units=None), ("availability" if wish.units is None else "units",)
    if free != wish:
        yield free, ("price",)
    if wish.colours:
        yield replace(wish, colours=()), ("colour",)
    if wish.materials:
        yield replace(wish, materials=()), ("material",)
    if wish.colours and free != wish:
        yield replace(free, colours=()), ("price", "colour")
    if wish.materials and free != wish:
        yield replace(free, materials=()), ("price", "material")
