"""Which product has most of a measure ("the lightest tent", "best rated"), and which have more of it than another ("anything warmer?").

Owns the choice of the products that are ranked, and what is said of them; refuses to know which adjective asks for which field (that is
`measures`) and to guess what a product does not state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from assistant.config import Settings
from assistant.shopper import cues, products
from assistant.shopper.limits import without_limits
from assistant.shopper.measures import Asked, Ranking, Stated, Way, asked, ranked
from assistant.shopper.naming import Naming
from assistant.shopper.plan import Plan, Sight
from assistant.shopper.references import Reference
from assistant.shopper.reply import Outcome, about, joined
from assistant.shopper.search import Finder, fits
from assistant.shopper.shelf import Shelf
from assistant.shopper.state import DialogueState
from assistant.shopper.wish import Wish
from assistant.store.records import Product
from assistant.types import Status
from retrieval.types import Retriever

Stars: TypeAlias = Callable[[Sequence[str]], Mapping[str, tuple[float, int]]]
"""Mean of the stars and number of the reviews by product id, of those that have any."""

_ADJECTIVE = re.compile(r"(?:[a-z]+est|(?:most|least) [a-z]+)", re.IGNORECASE)
_OF_ALL = re.compile(r"\b(?:things?|products?|items?|articles?) (?:that )?(?:you|u) (?:sell|have|stock|carry|offer)\b", re.IGNORECASE)
_RATED = Asked("superlative", (Way("rating", 1, "best rated"), Way("stars", 1, "best rated")), 0, 0, 0)
"""Where no reviews are known, but the shop states a mean of its own."""
_TIED, _NEXT = 3, 2
"""Of those that share the first place as many are named, and as many runners-up beside them."""
_PRIOR = 5.0
"""Reviews of average stars that every product is given before it is ranked, so that one happy buyer does not beat forty."""


class Gauge:
    """Ranks products of one shelf by what they state of a measure."""

    def __init__(self, shelf: Shelf, retriever: Retriever, settings: Settings, stars: Stars) -> None:
        self._shelf, self._stars, self._currency = shelf, stars, settings.currency
        self._finder = Finder(shelf, retriever)
        self._results = settings.shopper.results

    def ranking(self, text: str, wish: Wish, naming: Naming, reference: Reference, state: DialogueState) -> Ranking | None:
        """The products that a message asks to rank by a measure; None where it asks for none, or they do not state it. Made before anything
        is decided, since only then is it known whether the shop can answer; `most` and `more` say it."""
        rated, measure = cues.BEST_RATED.search(text), asked(without_limits(text))
        if rated is None and (measure is None or measure.degree == "positive"):
            return None
        if rated is not None or (measure is not None and measure.degree == "superlative"):
            pool = () if naming.ids else self._pool(wish, reference, state)
            if rated is not None:
                return self._by_stars(pool) or ranked(pool, _RATED)
            return ranked(pool if pool or not _OF_ALL.search(text) else self._all(), measure) if measure is not None else None
        base = self._base(naming, reference, state)
        return ranked((*base, *self._like(base, wish, state)), measure) if base and measure is not None else None

    def most(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """The first by the measure, with what it states and who comes next."""
        ranking = _ranked(sight)
        first = ranking.first[:_TIED]
        ids = tuple(s.product.id for s in first)
        pieces = (
            about(first[0].product, f"{_winners(ranking)}{_runners_up(ranking)}{_silent(ranking)}"),
            *(about(s.product, "") for s in first[1:]),
        )
        listed = (
            state.speaking_of(ids)
            if set(ids) <= set(state.shown)
            else replace(state.showing(ids, _remembered(sight, state)), focus=ids[:1])
        )
        return Outcome(Status.ANSWERED, pieces, listed, "compare_products", None, ids)

    def more(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """Those of the same kind that have more of the measure than what is spoken of; that nothing has, where so."""
        ranking = _ranked(sight)
        base = {p.id for p in self._base(sight.naming, sight.reference, state)}
        than = max((s for s in ranking.stated if s.product.id in base), key=lambda s: s.amount, default=None)
        beyond = [s for s in ranking.stated if than is not None and s.amount > than.amount and s.product.id not in base][: self._results]
        if than is None:
            silent = next(p for p in ranking.silent if p.id in base)
            return Outcome(
                Status.ANSWERED,
                (about(silent, f"I'm sorry, the {silent.name} does not state its {ranking.field}, so I can't compare."),),
                state,
                "product_search",
                known=False,
            )
        told = f"the {than.product.name} has a {ranking.field} of {than.value}"
        if not beyond:
            sorry = about(than.product, f"I'm sorry, nothing else of that kind is {ranking.word.casefold()}: {told}.")
            return Outcome(Status.ANSWERED, (sorry,), state, "product_search")
        lines = [
            about(s.product, f"{n}. {products.summary(s.product, self._currency)}; {ranking.field} {s.value}")
            for n, s in enumerate(beyond, start=1)
        ]
        lines[0] = replace(lines[0], text=f"These are {ranking.word.casefold()}; {told}:\n{lines[0].text}")
        ids = tuple(s.product.id for s in beyond)
        return Outcome(Status.ANSWERED, tuple(lines), state.showing(ids), "product_search", None, ids)

    def _pool(self, wish: Wish, reference: Reference, state: DialogueState) -> tuple[Product, ...]:
        """Those pointed at together; else the kind that is named; else the kind last searched for, or what was shown."""
        if len(reference.ids) > 1:
            return self._shelf.many(reference.ids)
        if wish.core:
            return self._finder.told_as(self._finder.headed(self._finder.kind(wish), wish), wish)
        before = Wish.from_memory(state.wish)
        return (self._finder.kind(before) if before.core else ()) or self._shelf.many(state.shown)

    def _all(self) -> tuple[Product, ...]:
        return tuple(self._shelf.products.values())

    def _base(self, naming: Naming, reference: Reference, state: DialogueState) -> tuple[Product, ...]:
        """What more is wanted than."""
        return self._shelf.many(naming.ids or reference.ids or state.focus or state.shown)

    def _like(self, base: Sequence[Product], wish: Wish, state: DialogueState) -> tuple[Product, ...]:
        """Other products of the first one's style that keep what was asked for before, and what is asked for now."""
        asked_for = replace(Wish.from_memory(state.wish).refined(wish), core=(), context=())
        kind = (base[0].category, base[0].style)
        own = {p.id for p in base}
        same = (p for p in self._shelf.products.values() if (p.category, p.style) == kind and p.id not in own)
        return tuple(p for p in same if fits(p, self._shelf.labels[p.id], asked_for))

    def _by_stars(self, pool: Sequence[Product]) -> Ranking | None:
        """The products by the mean of their stars, drawn to that of all of them where reviews are few (a Bayesian average)."""
        stars = self._stars([p.id for p in pool])
        count = sum(number for _, number in stars.values())
        if not count:
            return None
        usual = sum(mean * number for mean, number in stars.values()) / count
        weighed = {id: (mean * n + usual * _PRIOR) / (n + _PRIOR) for id, (mean, n) in stars.items()}
        stated = [Stated(p, _starred(*stars[p.id]), weighed[p.id]) for p in pool if p.id in stars]
        stated.sort(key=lambda s: (-s.amount, s.product.name))
        return Ranking("reviews", "best rated", tuple(stated), tuple(p for p in pool if p.id not in stars))


def _ranked(sight: Sight) -> Ranking:
    if sight.ranking is None:
        raise ValueError("The plan asks for a ranking, and the message for none.")
    return sight.ranking


def _starred(mean: float, count: int) -> str:
    return f"{mean:.1f} of 5 stars in {count} {'review' if count == 1 else 'reviews'}"


def _winners(ranking: Ranking) -> str:
    first, rest = ranking.first[:_TIED], ranking.first[_TIED:]
    names = [f"the {s.product.name}" for s in first]
    said = joined([*names, f"{len(rest)} more"] if rest else names)
    if ranking.word == "best rated":
        return f"Best rated is {said}: {first[0].value}."
    if _ADJECTIVE.fullmatch(ranking.word):
        return f"The {ranking.word.casefold()} {'is' if len(first) == 1 else 'are'} {said}: {ranking.field} {first[0].value}."
    return f"By {ranking.field}, {said} {'comes' if len(first) == 1 else 'come'} first: {first[0].value}."


def _runners_up(ranking: Ranking) -> str:
    after = ranking.stated[len(ranking.first) :][:_NEXT]
    if not after:
        return ""
    return f" Next {'comes' if len(after) == 1 else 'come'} {joined([f'the {s.product.name} ({s.value})' for s in after])}."


def _silent(ranking: Ranking) -> str:
    count = len(ranking.silent)
    if not count:
        return ""
    if ranking.word == "best rated":
        return f" {count} more {'has' if count == 1 else 'have'} no reviews yet."
    return f" Of {count} more the {ranking.field} is not stated."


def _remembered(sight: Sight, state: DialogueState) -> Mapping[str, object]:
    return sight.wish.to_memory() if sight.wish.core else state.wish
