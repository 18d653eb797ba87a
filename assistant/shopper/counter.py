"""Finding products for a shopper: by a wish, cheapest, cheaper, similar, what goes with them. One method a move.

Reads the shelf and the retriever; refuses to say more of a product than its line in a list (that is the teller), and to know
orders and customers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.config import Settings
from assistant.models.numbers import parse_number
from assistant.models.recommender import Recommender
from assistant.shopper import assurances, cues, freedom, origin, products, spelling
from assistant.shopper.companions import backed, best_companion
from assistant.shopper.lines import line
from assistant.shopper.plan import Plan, Sight
from assistant.shopper.reply import Outcome, about, highest_price, joined, lowest_price, money, price_of, said
from assistant.shopper.search import Finder, Found, fitting
from assistant.shopper.shelf import Shelf, stems
from assistant.shopper.state import DialogueState
from assistant.shopper.teller import Teller
from assistant.shopper.variants import to_be_had
from assistant.shopper.wish import Wish
from assistant.store.records import Product
from assistant.types import Evidence, Source, Status
from retrieval.types import Retriever

_NAMED_BACK = 4
"""Words of a thing sought that are said back."""
_ASKED_BACK = 2
"""Products of a kind up to which a yes or no about the kind is one about each."""
_SEVERAL = re.compile(r"\b(?P<count>two|three|four|[234]) (?:cheapest|dearest|most expensive|priciest|least expensive)\b", re.IGNORECASE)
_DIFFERS = {
    "price": "in price",
    "colour": "in colour",
    "material": "in material",
    "size": "in size",
    "measure": "in what they measure",
    "availability": "in being out of stock",
    "units": "in how many there are",
}


class Counter:
    """Finds products on one shelf."""

    def __init__(self, shelf: Shelf, retriever: Retriever, settings: Settings, companions: Recommender, teller: Teller) -> None:
        self._teller = teller
        self._shelf = shelf
        self._companions = companions
        self._finder = Finder(shelf, retriever)
        self._settings = settings
        self._currency = settings.currency
        self._results = settings.shopper.results

    def search(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """Products for a wish; after a search, for that wish made narrower."""
        wish = Wish.from_memory(state.wish).refined(sight.wish) if plan.detail == "refine" else sight.wish
        wish = wish.in_terms_of(Wish.from_memory(state.wish)) if plan.detail == "same terms" else wish
        if plan.detail.startswith("stated "):
            return self._stating(plan.detail.removeprefix("stated "), sight, state)
        for extreme, pattern in (("cheapest", cues.CHEAPEST), ("dearest", cues.DEAREST)):
            if plan.detail == "refine" and pattern.search(spelling.plain(sight.understanding.text)) and self._finder.kind(wish):
                return self.extreme(replace(sight, wish=wish), Plan(plan.move, extreme, plan.why), state)
        return self._listed(wish, sight, state)

    def _stating(self, pair: str, sight: Sight, state: DialogueState) -> Outcome:
        """The products that state this value ("assembly=No assembly"), of the kind that is named where one is."""
        name, _, value = pair.partition("=")
        kind = self._finder.kind(replace(sight.wish, excluded=())) if sight.kind_known else tuple(self._shelf.products.values())
        found = [p for p in kind if value.casefold() in str(p.attributes.get(name, "")).casefold()]
        found = found or [p for p in self._shelf.products.values() if value.casefold() in str(p.attributes.get(name, "")).casefold()]
        ranked = sorted(found, key=lambda p: (p.stock == 0, p.name))[: self._results]
        if not ranked:
            return self._listed(sight.wish, sight, state)
        more = f"{len(found)} products state that" if len(found) > 1 else "One product states that"
        head = f"{more} ({name.replace('_', ' ')}: {value})" + ("; the first of them:" if len(found) > len(ranked) else ":")
        return self._list(head, ranked, state, sight.wish)

    def more(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """The next products for the last wish."""
        wish = Wish.from_memory(state.wish)
        listed = self._finder.find(wish, len(self._shelf)).products
        seen = max((place for place, p in enumerate(listed, start=1) if p.id in state.shown), default=0)
        further = listed[seen : seen + self._results]
        if not further:
            return Outcome(
                Status.ANSWERED, (said("That is all I have for that, I'm sorry: there is nothing more."),), state, "product_search"
            )
        return self._list("Here are some more:", further, state, wish)

    def goes_with(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """What is bought together with a product; where too little is, what is similar to it."""
        base = self._shelf.many(sight.naming.ids or sight.reference.ids or state.focus or state.shown)[:1]
        if not base:
            return Outcome(Status.CLARIFY, (said("With which product?"),), state, "recommend")
        product = base[0]
        told = {r.product_id: r.reason.count for r in backed(self._companions.recommend((product.id,), self._results, allowed=self.sells))}
        found = self._shelf.many(told)
        if not found:
            sorry = about(product, line("nothing_together", self._settings, name=product.name))
            similar = self.similar(sight, plan, state) if product.category else Outcome(Status.ANSWERED, (), state, "recommend")
            return replace(similar, evidence=(sorry, *(similar.evidence if similar.products else ())))
        pieces = [
            about(p, f"{n}. {products.summary(p, self._currency)} (bought together in {told[p.id]} orders)", orders=told[p.id])
            for n, p in enumerate(found, start=1)
        ]
        pieces[0] = replace(pieces[0], text=f"Bought together with the {product.name}:\n{pieces[0].text}")
        ids = tuple(p.id for p in found)
        shown = replace(state.showing(ids), told_at=state.turns)
        return Outcome(Status.ANSWERED, tuple(pieces), shown, "recommend", None, ids, silent=(Source("product", product.id),))

    def mention(self, product_id: str, state: DialogueState) -> tuple[Evidence, str] | None:
        """A sentence that recommends one product to go with another, and its id; None where nothing is bought together often."""
        best = best_companion(self._companions, product_id, state, self.sells)
        found = self._shelf.many((best.product_id,)) if best else ()
        if best is None or not found:
            return None
        count = best.reason.count
        words = line("together", self._settings, name=found[0].name, price=price_of(found[0], self._currency), count=str(count))
        return about(found[0], words, orders=count), best.product_id

    def sells(self, product_id: str) -> bool:
        """Whether a product is on the shelf and not sold out."""
        product = self._shelf.products.get(product_id)
        return product is not None and (any(map(to_be_had, product.variants)) if product.variants else product.stock != 0)

    def extreme(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """The cheapest or dearest of a kind, or of what was named or shown."""
        dearest = plan.detail == "dearest"
        one_price = all(lowest_price(p) == highest_price(p) for p in self._teller.spoken(sight, state)[:3])
        if plan.why == "of its variants" and not (one_price and len(state.shown) > 1):
            answers = [
                products.extreme_answer(p, sight.understanding.text, self._currency, dearest=dearest)
                for p in self._teller.spoken(sight, state)[:3]
            ]
            kept = tuple(p.id for p in self._teller.spoken(sight, state)[:3])
            return Outcome(
                Status.ANSWERED, tuple(a.evidence for a in answers), state.speaking_of(kept), "compare_products", answers[0].value, kept
            )
        wish = sight.wish if sight.wish.core else Wish()
        if plan.why == "of those shown":
            pool = self._shelf.many(sight.naming.ids if len(sight.naming.mentions) > 1 else sight.reference.ids)
        elif plan.why == "of everything":
            pool = tuple(self._shelf.products.values())
        elif sight.wish.core:
            pool = self._finder.told_as(self._finder.headed(self._finder.kind(sight.wish), sight.wish), sight.wish)
        else:
            before = Wish.from_memory(state.wish)
            kind = self._finder.kind(before) if before.core else ()
            wish, pool = before, kind if set(state.shown) <= {p.id for p in kind} else self._shelf.many(state.shown)

        def amount(product: Product) -> float | None:
            """What the product costs, of its variants those that fit what was asked for."""
            prices = [v.price for v in fitting(product, self._shelf.labels[product.id], wish) if v.price is not None and to_be_had(v)]
            whole = highest_price(product) if dearest else lowest_price(product)
            return (max(prices) if dearest else min(prices)) if prices and wish.constrained else whole

        priced = [p for p in pool if amount(p) is not None]
        if not priced:
            return self._nothing(sight.wish, Found(known=sight.kind_known), state, sight.understanding.text)
        ranked = sorted(priced, key=lambda p: ((amount(p) or 0.0) * (-1 if dearest else 1), p.name))
        if (several := _SEVERAL.search(sight.understanding.text)) is not None and plan.why == "of a kind":
            first = tuple(p.id for p in ranked[: int(parse_number(several["count"]) or 2)])
            beside = self._teller.compare(sight, Plan(plan.move, "focus", plan.why), state.speaking_of(first))
            return replace(beside, state=replace(beside.state, shown=first, wish=sight.wish.to_memory()))
        best, price = ranked[0], amount(ranked[0]) or 0.0
        word = "most expensive" if dearest else "cheapest"
        ties = [p for p in ranked[1:] if amount(p) == price][:3]
        text = f"The {word} is the {best.name}, at {money(price, self._currency)}{_stock_tail(best)}."
        if ties:
            text += f" At the same price: {joined([p.name for p in ties])}."
        kept = tuple(p.id for p in [best, *ties])
        pieces = (about(best, text), *(about(p, "") for p in ties))
        state = (
            state.speaking_of(kept[:1])
            if set(kept) <= set(state.shown)
            else replace(state.showing(kept, sight.wish.to_memory()), focus=kept[:1])
        )
        caution = assurances.caution(wish, self._settings)
        return Outcome(Status.ANSWERED, (*pieces, *caution), state, "compare_products", price, kept)

    def cheaper(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """Something cheaper (or dearer) than what is named, spoken of or shown."""
        dearer = plan.detail == "dearer"
        ids = (
            sight.naming.ids
            or (sight.reference.ids if sight.reference.way in {"ordinal", "description"} else ())
            or state.focus
            or state.shown
        )
        than = self._shelf.many(ids)
        prices = [price for p in than if (price := lowest_price(p)) is not None]
        if not prices:
            return Outcome(Status.CLARIFY, (said("Cheaper than which product?"),), state, "product_search")
        before = Wish.from_memory(state.wish)
        wish = before if before.core and not sight.naming.ids else _kind_wish(than[0])
        if sight.wish.constrained:
            wish = wish.refined(replace(sight.wish, core=(), context=()))
        wish = replace(wish, above=max(prices)) if dearer else replace(wish, below=min(prices), most=None)
        found = self._finder.find(wish, self._results)
        if not found.products:
            word = "more expensive" if dearer else "cheaper"
            than_text = f"the {than[0].name}" if len(than) == 1 else "those"
            return Outcome(
                Status.ANSWERED,
                (about(than[0], f"I'm sorry, I have nothing {word} than {than_text} that fits what you asked for."),),
                state,
                "product_search",
            )
        ranked = sorted(found.products, key=lambda p: lowest_price(p) or 0.0)
        return self._list("These cost more:" if dearer else "These are cheaper:", ranked, state, wish)

    def similar(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """Products of the same kind that are closest to the one spoken of."""
        ids = sight.naming.ids or sight.reference.ids or state.focus or state.shown
        base = self._shelf.many(ids)[:1]
        if not base:
            return Outcome(Status.CLARIFY, (said("Similar to which product?"),), state, "similar_products")
        product = base[0]
        same = frozenset(
            id
            for id, p in self._shelf.products.items()
            if (p.style or p.category) == (product.style or product.category) and p.category == product.category
        )
        query = f"{product.name} {product.style} {product.description}"[:500]
        wish = replace(sight.wish if sight.wish.constrained else Wish(), core=(), context=stems(product.name), query=query)
        if plan.detail == "cheaper" and (price := lowest_price(product)) is not None:
            wish = replace(wish, below=price)
        others = frozenset(self._shelf.products) - same | {product.id}
        found = self._finder.find(wish, self._results, without=others if len(same) > 1 else frozenset({product.id}))
        if not found.products:
            return Outcome(
                Status.ANSWERED, (about(product, f"I'm sorry, I have nothing similar to the {product.name}."),), state, "similar_products"
            )
        return self._list(
            f"Similar to the {product.name}:", found.products, state, wish, "similar_products", (Source("product", product.id),)
        )

    def count(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """How many products of a kind there are."""
        kind = self._finder.kind(sight.wish)
        pieces = (
            Evidence(
                Source("product", kind[0].id) if kind else Source("policy", "line"),
                f"There are {len(kind)} different products of that kind.",
                {"count": len(kind)},
            ),
        )
        return Outcome(Status.ANSWERED, pieces, replace(state, wish=sight.wish.to_memory()), "product_search", len(kind))

    def range(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """The departments of the shop."""
        kinds = list(dict.fromkeys(p.category or p.name for p in self._shelf.products.values()))
        tail = " and more" if len(kinds) > 30 else ""
        return Outcome(
            Status.ANSWERED,
            (said(f"We have {joined(kinds[:30], ',' if tail else 'and')}{tail}. What are you looking for?"),),
            state,
            "product_search",
        )

    def missing(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """A product was named that the shop does not have."""
        near = self._shelf.many(sight.naming.nearest)
        tail = (
            f" Did you mean the {joined([p.name for p in near], 'or the')}?"
            if near
            else " I can look for something like it if you tell me what it should be."
        )
        pieces = (said(f"I'm sorry, I can't find a product called “{plan.detail}” in our shop.{tail}"),)
        return Outcome(
            Status.ANSWERED, pieces, replace(state, misses=0), "product_search", silent=tuple(Source("product", p.id) for p in near)
        )

    def _listed(self, wish: Wish, sight: Sight, state: DialogueState) -> Outcome:
        vector = sight.understanding.embedding if wish.query == spelling.plain(sight.understanding.text) else None
        found = self._finder.find(wish, self._results, vector, widen=True)
        if not (found.products or found.nearest or wish.core):
            whole = replace(wish, query=sight.understanding.text)
            found = self._finder.find(whole, self._results, sight.understanding.embedding)
        text = sight.understanding.text
        asks, placed = bool(freedom.asked_of(text)), origin.asks(text)
        insists = wish.free or wish.origins or wish.barred or wish.months is not None
        of_kind = self._finder.kind(replace(wish, free=(), months=None, origins=(), barred=())) if insists or asks or placed else ()
        kind = sorted(of_kind, key=lambda product: product.name)
        several = placed or (asks and not wish.free)  # "where are they from?", "does any of your pasta contain egg?"
        if (asks or placed or wish.origins) and len(kind) <= (self._results if several else _ASKED_BACK):
            told = [told for p in kind if (told := assurances.answer(p, text) or origin.answer(p, text)) is not None]
            if told:
                return self._assured(kind, [piece for piece, _ in told], state)
        if not (found.products or found.nearest) and wish.free:
            bare = replace(wish, free=())
            near = kind or self._finder.find(bare, self._results).products
            if wish.core and not near:
                return self._nothing(bare, Found(known=sight.kind_known), state, text)
            return self._none_states(near, wish, state)
        if not (found.products or found.nearest) and (wish.origins or wish.barred):
            return self._none_from(kind, wish, state)
        if not found.products and (barred := assurances.for_older(kind, wish)):
            return Outcome(Status.ANSWERED, barred, state.speaking_of(tuple(p.id for p in kind[:1])), "product_search", known=True)
        if not found.products:
            return self._nothing(wish, found, state, sight.understanding.text)
        one = len(found.products) == 1
        sought = "" if self._finder.named(wish) else self._sought(wish, sight.understanding.text)
        if wish.free:
            return self._list(assurances.head(wish, len(found.products), sought), found.products, state, wish)
        if sought:
            return self._list(line("only_mentioned", self._settings, what=sought), found.products, state, wish)
        if wish.origins:
            return self._list(origin.head(wish.origins, len(found.products)), found.products, state, wish)
        head = (
            f"I found {found.total} that fit; the best of them:"
            if found.total > len(found.products)
            else ("This fits:" if one else "These fit:")
            if found.total
            else ("This comes closest:" if one else "These come closest:")
            if wish.core
            else ("This might suit:" if one else "These might suit:")
        )
        return self._list(head, found.products, state, wish)

    def _assured(self, kind: Sequence[Product], told: Sequence[Evidence], state: DialogueState) -> Outcome:
        """A yes or no on the one or two products of a kind: "is the rioja vegan?"."""
        ids = tuple(p.id for p in kind)
        check = (said(line("pack", self._settings)),) if any(piece.facts.get(assurances.PACK) for piece in told) else ()
        return Outcome(Status.ANSWERED, (*told, *check), state.showing(ids).speaking_of(ids[:1]), "product_question", products=ids)

    def _none_from(self, kind: Sequence[Product], wish: Wish, state: DialogueState) -> Outcome:
        """That nothing of a kind states the origin wished for, and where what there is comes from."""
        told = [(p, place.words) for p in kind if (place := origin.stated(p)) is not None][: self._results]
        lines = "".join(f"\n- {products.summary(p, self._currency)}; from {place}" for p, place in told)
        where = f"from {joined(wish.origins, 'or')}" if wish.origins else f"not from {joined(wish.barred, 'or')}"
        kind_of = "of that kind " if wish.core else ""
        sorry = f"I'm sorry, I have nothing {kind_of}that is stated to be {where}.{' What there is:' if lines else ''}"
        shown = tuple(p.id for p, _ in told)
        state = replace(state, wish=wish.to_memory(), shown=shown or state.shown, focus=() if shown else state.focus)
        return Outcome(
            Status.ANSWERED, (said(f"{sorry}{lines}"),), state, "product_search", silent=tuple(Source("product", id) for id in shown)
        )

    def _none_states(self, kind: Sequence[Product], wish: Wish, state: DialogueState) -> Outcome:
        """That nothing states what the wish insists on, with those of the kind that do not say."""
        told = assurances.none_states(kind, wish, self._settings)
        return Outcome(Status.ANSWERED, told, replace(state, wish=wish.to_memory()), "product_search", known=False)

    def _nothing(self, wish: Wish, found: Found, state: DialogueState, text: str) -> Outcome:
        """That nothing fits, with what comes nearest; what is not found at all is named, since it may only be called otherwise here."""
        state = replace(state, wish=wish.to_memory())
        if not found.nearest and found.known and wish.core:
            return Outcome(Status.ANSWERED, (said("I'm sorry, I have nothing that fits that."),), state, "product_search")
        if not found.nearest:
            sought = self._sought(wish, text)
            if not sought:
                return Outcome(Status.CLARIFY, (said(line("which_kind", self._settings)),), state, "product_search")
            return Outcome(Status.ANSWERED, (said(line("not_found", self._settings, what=sought)),), state, "product_search")
        what = joined([_DIFFERS[name] for name in found.differs])
        lines = "\n".join(f"- {products.summary(p, self._currency)}" for p in found.nearest)
        pieces = (said(f"I'm sorry, nothing fits all of that. The nearest, which differ {what}:\n{lines}"),)
        return Outcome(
            Status.ANSWERED,
            pieces,
            replace(state, shown=tuple(p.id for p in found.nearest), focus=()),
            "product_search",
            silent=tuple(Source("product", p.id) for p in found.nearest),
        )

    def _sought(self, wish: Wish, text: str) -> str:
        """The thing sought in the shopper's own words; empty where the message names none."""
        words = [word for word in spelling.plain(text).split() if set(map(self._shelf.corrected, stems(word))) & set(wish.core)]
        return " ".join(word.strip(".,;:!?\"'()") for word in words[-_NAMED_BACK:])

    def _list(
        self,
        head: str,
        listed: Sequence[Product],
        state: DialogueState,
        wish: Wish,
        intent: str = "product_search",
        silent: tuple[Source, ...] = (),
    ) -> Outcome:
        pieces = [about(p, f"{number}. {products.summary(p, self._currency)}") for number, p in enumerate(listed, start=1)]
        pieces[0] = replace(pieces[0], text=f"{head}\n{pieces[0].text}")
        ids = tuple(p.id for p in listed)
        value = lowest_price(listed[0]) if len(listed) == 1 else None
        if assurances.matters_to_health(wish) and (unsaid := assurances.unsaid(self._finder.kind(replace(wish, free=())), wish)):
            pieces.append(said(unsaid))
        if wish.months is not None:
            pieces.extend(assurances.for_older(self._finder.kind(replace(wish, free=(), months=None)), wish))
        pieces.extend(assurances.caution(wish, self._settings))
        return Outcome(Status.ANSWERED, tuple(pieces), state.showing(ids, wish.to_memory()), intent, value, ids, silent=silent)


def _kind_wish(product: Product) -> Wish:
    kind = product.style or product.category or product.name
    return Wish(core=stems(kind)[-1:], query=f"{kind} {product.name}")


def _stock_tail(product: Product) -> str:
    if product.variants or product.stock is None:
        return ""
    return f" ({product.stock} in stock)" if product.stock > 0 else " (out of stock)"
