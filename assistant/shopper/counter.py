"""Everything about products that a shopper may want: finding, facts, comparing, cheapest, similar. One method a move.

Reads the shelf and the retriever; refuses to know orders and customers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.config import Settings
from assistant.models.numbers import parse_number
from assistant.models.recommender import Recommender
from assistant.shopper import cues, products
from assistant.shopper.companions import backed, best_companion
from assistant.shopper.comparison import asks_aspect, beside_one_another, by_aspect
from assistant.shopper.lines import line
from assistant.shopper.plan import Plan, Sight
from assistant.shopper.reply import Outcome, about, highest_price, joined, lowest_price, money, price_of, said
from assistant.shopper.search import Finder, Found
from assistant.shopper.shelf import Shelf, stems
from assistant.shopper.state import DialogueState
from assistant.shopper.testimony import SILENT
from assistant.shopper.variants import read_options, to_be_had
from assistant.shopper.wish import Wish
from assistant.store.records import Product
from assistant.types import Evidence, Scalar, Source, Status
from retrieval.types import Retriever

_HAVING = re.compile(r"\b(?:have|got|available|enough|left|get|buy|order|need|want)\b", re.IGNORECASE)
_ASIDE = re.compile(r"[?.!;:,]+\s+(?:and |also )?|\s+and\s+(?=(?:is|are|does|do|can|has|have|how|what)\b)", re.IGNORECASE)
_NAMED_BACK = 4
"""Words of a thing sought that are said back."""
_BASKET = re.compile(
    r"\b(?:in|to|into) (?:my |the |your )?(?:shopping )?(?:cart|basket|bag)\b|\bcheck ?out\b|\b(?:buy|order|"
    r"purchase) (?:it|them|this|that|one|two|both)\b|"
    r"\btake (?:it|them|this|that|one|two|both)\b(?=\W*$|\W*[,.!;]|\s+(?:please|then|thanks))",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(
    r"\b(?P<number>\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\s*(?:x|pieces of|of|"
    r"units of|pairs of)?\s*(?:the|your|those|these)?\s*$",
    re.IGNORECASE,
)
_PRICE_SAID = re.compile(r"(?<![\w.])\d{1,5}\.\d{2}(?!\d)")
_SEVERAL = re.compile(r"\b(?P<count>two|three|four|[234]) (?:cheapest|dearest|most expensive|priciest|least expensive)\b", re.IGNORECASE)
_TOTAL = re.compile(r"\b(?:both|together|altogether|totals?|in all|combined|sum)\b", re.IGNORECASE)
_WHICH = re.compile(r"\b(?:which|what|who)\b|\b(?:cheaper|less|lower|inexpensive|affordable|better)\b", re.IGNORECASE)
_MORE_STOCK = re.compile(
    r"\b(?:more|most|fewer|less|fewest|least)\b[^.?!]{0,20}\b(?:stock|left|available|units|pieces)\b|\b(?:have|got) (?:more|most) of\b",
    re.IGNORECASE,
)
_DIFFERS = {
    "price": "in price",
    "colour": "in colour",
    "material": "in material",
    "size": "in size",
    "availability": "in being out of stock",
    "units": "in how many there are",
}


class Counter:
    """Answers about the products of one shelf."""

    def __init__(self, shelf: Shelf, retriever: Retriever, settings: Settings, companions: Recommender) -> None:
        self._shelf = shelf
        self._companions = companions
        self._finder = Finder(shelf, retriever)
        self._settings = settings
        self._currency = settings.currency
        self._results = settings.shopper.results

    def search(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """Products for a wish; after a search, for that wish made narrower."""
        wish = Wish.from_memory(state.wish).refined(sight.wish) if plan.detail == "refine" else sight.wish
        for extreme, pattern in (("cheapest", cues.CHEAPEST), ("dearest", cues.DEAREST)):
            if plan.detail == "refine" and pattern.search(cues.plain(sight.understanding.text)) and self._finder.kind(wish):
                return self.extreme(replace(sight, wish=wish), Plan(plan.move, extreme, plan.why), state)
        return self._listed(wish, sight, state)

    def more(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """The next products for the last wish."""
        wish = Wish.from_memory(state.wish)
        found = self._finder.find(wish, self._results, without=frozenset(state.shown))
        if not found.products:
            return Outcome(
                Status.ANSWERED, (said("That is all I have for that, I'm sorry: there is nothing more."),), state, "product_search"
            )
        return self._list("Here are some more:", found.products, state, wish)

    def facts(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """Price, stock, options or a question, about what is named or pointed at."""
        if plan.detail == "which one" and len(state.shown) > 1:
            names = joined([f"the {p.name}" for p in self._shelf.many(state.shown)], "or")
            return Outcome(Status.CLARIFY, (said(f"Which one do you mean: {names}?"),), state, self._intent(sight))
        spoken = self._shelf.many(state.focus or state.shown) if plan.detail == "those shown" else self.spoken(sight, state)
        if not spoken:
            beyond = sight.reference.beyond or sight.reference.way == "ordinal"
            text = (
                "I'm not sure which one you mean: I haven't shown that many. Which product is it?"
                if beyond
                else "Which product do you mean?"
            )
            return Outcome(Status.CLARIFY, (said(text),), state, "product_question")
        twins = sight.naming.mentions[0].ids if sight.naming.mentions else ()
        if len(twins) > 1 and len(sight.naming.mentions) == 1:
            alike = self._told_apart(twins, sight)
            if len(alike) > 1 and not self._none_says(alike, sight):
                return self._twins(alike, state)
            spoken = alike
        chosen = spoken if len(spoken) <= 3 or sight.reference.way == "group" or plan.detail == "those shown" else spoken[:1]
        pieces: list[Evidence] = []
        values: list[Scalar] = []
        known = True
        for product in chosen:
            for answer in self._facets(product, sight):
                if len(chosen) > 1 and answer.evidence.facts.get("aside"):
                    continue
                pieces.append(answer.evidence)
                values.append(answer.value)
                known = known and answer.known
        if len(chosen) > 1 and (total := self._together(chosen, sight)) is not None:
            pieces.append(total[0])
            values = [total[1]]
        if _BASKET.search(sight.understanding.text):
            pieces = [piece for piece in pieces if not piece.facts.get(SILENT)]
            pieces.append(said(line("no_basket", self._settings)))
        kept = tuple(p.id for p in chosen)
        filled = [v for v in values if v is not None]
        return Outcome(
            Status.ANSWERED,
            tuple(pieces),
            state.speaking_of(kept),
            self._intent(sight),
            filled[0] if len(filled) == 1 or (filled and len(chosen) == 1) else None,
            kept,
            known=known,
        )

    def compare(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """Two or more products beside one another, with the difference in price."""
        ids = (
            state.focus
            if plan.detail == "focus"
            else (*state.focus[:1], *sight.naming.ids)
            if plan.detail == "with focus"
            else self._first_of_each(sight) or sight.reference.ids
        )
        chosen = self._shelf.many(dict.fromkeys(ids))[:4]
        priced = sorted((p for p in chosen if lowest_price(p) is not None), key=lambda p: lowest_price(p) or 0.0)
        kinds = [f"; {p.category} / {p.style}" if p.category and p.style else "" for p in chosen]
        lines = [f"- {products.summary(p, self._currency)}{kind}" for p, kind in zip(chosen, kinds, strict=True)]
        pieces = [about(p, text) for p, text in zip(chosen, lines, strict=True)]
        value: Scalar = None
        if len(priced) >= 2:
            low, high = priced[0], priced[-1]
            difference = round((lowest_price(high) or 0.0) - (lowest_price(low) or 0.0), 2)
            value = (
                difference
                if cues.DIFFERENCE.search(cues.plain(sight.understanding.text)) or cues.HOW_MANY.search(sight.understanding.text)
                else None
            )
            dearer = bool(
                cues.DEARER.search(cues.plain(sight.understanding.text)) or cues.DEAREST.search(cues.plain(sight.understanding.text))
            )
            best, word = (high, "more expensive one") if dearer else (low, "cheaper one")
            apart = money(difference, self._currency)
            verdict = f"The {best.name} is the {word}, by {apart}." if difference else "They cost the same."
            if difference and len(priced) > 2:
                verdict = f"The {low.name} is the cheapest and the {high.name} the most expensive, {apart} apart."
            if _MORE_STOCK.search(sight.understanding.text) and len({p.stock for p in chosen if p.stock is not None}) > 1:
                best = max((p for p in chosen if p.stock is not None), key=lambda p: p.stock or 0)
                verdict = f"There are more of the {best.name}: {best.stock} in stock."
            priced_apart = bool(cues.DIFFERENCE.search(cues.plain(sight.understanding.text)))
            aspect = "" if priced_apart else by_aspect(beside_one_another(chosen, self._currency), sight.understanding.text)
            best = next((p for p in chosen if aspect.startswith(f"The {p.name}. ")), best)
            if not (aspect or priced_apart) and asks_aspect(sight.understanding.text):
                pieces.insert(0, said(line("not_stated", self._settings)))
            else:
                pieces.insert(0, about(best, aspect or verdict, difference=difference))
            if dearer or _WHICH.search(cues.plain(sight.understanding.text)):
                chosen = tuple(sorted(chosen, key=lambda p: p.id != best.id))
        kept = tuple(p.id for p in chosen)
        return Outcome(
            Status.ANSWERED,
            tuple(pieces),
            state.speaking_of(kept),
            "compare_products",
            value,
            kept,
            table=beside_one_another(chosen, self._currency) if len(chosen) > 1 else None,
        )

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
        one_price = all(lowest_price(p) == highest_price(p) for p in self.spoken(sight, state)[:3])
        if plan.why == "of its variants" and not (one_price and len(state.shown) > 1):
            answers = [
                products.extreme_answer(p, sight.understanding.text, self._currency, dearest=dearest) for p in self.spoken(sight, state)[:3]
            ]
            kept = tuple(p.id for p in self.spoken(sight, state)[:3])
            return Outcome(
                Status.ANSWERED, tuple(a.evidence for a in answers), state.speaking_of(kept), "compare_products", answers[0].value, kept
            )
        if plan.why == "of those shown":
            pool = self._shelf.many(sight.naming.ids if len(sight.naming.mentions) > 1 else sight.reference.ids)
        elif sight.wish.core:
            pool = self._finder.told_as(self._finder.headed(self._finder.kind(sight.wish), sight.wish), sight.wish)
        else:
            pool = self._shelf.many(state.shown) or self._finder.kind(Wish.from_memory(state.wish))
        amount = highest_price if dearest else lowest_price
        priced = [p for p in pool if amount(p) is not None]
        if not priced:
            return self._nothing(sight.wish, Found(known=sight.kind_known), state, sight.understanding.text)
        ranked = sorted(priced, key=lambda p: ((amount(p) or 0.0) * (-1 if dearest else 1), p.name))
        if (several := _SEVERAL.search(sight.understanding.text)) is not None and plan.why == "of a kind":
            first = tuple(p.id for p in ranked[: int(parse_number(several["count"]) or 2)])
            beside = self.compare(sight, Plan(plan.move, "focus", plan.why), state.speaking_of(first))
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
        return Outcome(Status.ANSWERED, pieces, state, "compare_products", price, kept)

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
        vector = sight.understanding.embedding if wish.query == cues.plain(sight.understanding.text) else None
        found = self._finder.find(wish, self._results, vector, widen=True)
        if not (found.products or found.nearest or wish.core):
            whole = replace(wish, query=sight.understanding.text)
            found = self._finder.find(whole, self._results, sight.understanding.embedding)
        if not found.products:
            return self._nothing(wish, found, state, sight.understanding.text)
        one = len(found.products) == 1
        sought = "" if self._finder.named(wish) else self._sought(wish, sight.understanding.text)
        if sought:
            return self._list(line("only_mentioned", self._settings, what=sought), found.products, state, wish)
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
        words = [word for word in cues.plain(text).split() if set(map(self._shelf.corrected, stems(word))) & set(wish.core)]
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
        return Outcome(Status.ANSWERED, tuple(pieces), state.showing(ids, wish.to_memory()), intent, value, ids, silent=silent)

    def spoken(self, sight: Sight, state: DialogueState) -> tuple[Product, ...]:
        """The products that a message names or points at, else those spoken of before."""
        ids = self._first_of_each(sight) if len(sight.naming.mentions) > 1 else sight.naming.ids
        if not ids:
            ids = sight.reference.ids or (() if sight.reference.way == "ordinal" else state.focus or state.shown[:1])
        return self._shelf.many(ids)

    def _first_of_each(self, sight: Sight) -> tuple[str, ...]:
        return tuple(mention.ids[0] for mention in sight.naming.mentions)

    def _told_apart(self, twins: Sequence[str], sight: Sight) -> tuple[Product, ...]:
        """Of several products of one name those at the price that the message says, else all."""
        said = {e.value for e in sight.understanding.of_kind("money")} | {float(n) for n in _PRICE_SAID.findall(sight.understanding.text)}
        alike = self._shelf.many(twins)
        return tuple(p for p in alike if p.price in said) or alike

    def _none_says(self, alike: Sequence[Product], sight: Sight) -> bool:
        """Whether a question is asked that no product of the name answers, so that it does not matter which is meant."""
        asked = products.facets(sight.understanding.text, has_variants=True)
        if asked.price or asked.stock or asked.options or not asked.question:
            return False
        return all(
            products.asks_something(p, sight.understanding) and products.question_answer(p, sight.understanding).evidence.facts.get(SILENT)
            for p in alike
        )

    def _twins(self, twins: Sequence[Product], state: DialogueState) -> Outcome:
        """Several products of one name: all of them are told, since the name does not say which is meant."""
        lines = [about(p, f"{n}. {products.summary(p, self._currency)}") for n, p in enumerate(twins, start=1)]
        lines[0] = replace(
            lines[0], text=f"There are {len(twins)} products called {twins[0].name}; which one do you mean?\n{lines[0].text}"
        )
        ids = tuple(p.id for p in twins)
        return Outcome(Status.CLARIFY, tuple(lines), state.showing(ids), "product_question", None, ids)

    def _facets(self, product: Product, sight: Sight) -> list[products.FieldAnswer]:
        text = sight.understanding.text
        quantity = self._counted(product, sight) or (products.quantity_of(sight.understanding) if len(sight.naming.mentions) < 2 else None)
        asked = products.facets(text, bool(product.variants))
        if quantity and not asked.price and _HAVING.search(text):
            return [products.stock_answer(product, text, quantity), products.price_answer(product, text, self._currency, quantity)]
        if quantity and not (asked.price or asked.stock or asked.options):
            return [products.price_answer(product, text, self._currency, quantity)]
        if asked.stock and not asked.price and (missing := products.option_lacking(product, sight.understanding)) is not None:
            return [missing]
        if asked.question and not (asked.price or asked.stock):
            if _HAVING.search(text) and read_options(product, text):
                return [products.stock_answer(product, text, quantity)]
            if (missing := products.option_lacking(product, sight.understanding)) is not None:
                return [missing]
            if not products.asks_something(product, sight.understanding):
                return [self._presented(product, text)]
        answers = []
        if asked.price or (len(sight.naming.mentions) > 1 and _TOTAL.search(text)):
            answers.append(products.price_answer(product, text, self._currency, quantity))
        if asked.stock:
            answers.append(products.stock_answer(product, text, quantity))
        if asked.options:
            answers.append(products.options_answer(product, text))
        if asked.question:
            answers.append(products.question_answer(product, sight.understanding))
        if (asked.price or asked.stock) and not asked.question and (other := _other_half(text)):
            aside = replace(sight.understanding, text=other)
            if products.asks_something(product, aside):
                answers.append(products.question_answer(product, aside))
        silent = len(answers) == 1 and answers[0].evidence.facts.get(SILENT)
        return [*answers, products.known_of(product, self._currency)] if silent and not products.yes_or_no(text) else answers

    def _presented(self, product: Product, text: str) -> products.FieldAnswer:
        """A product that was picked or asked for by name: what it costs and whether it can be had."""
        price, stock = products.price_answer(product, text, self._currency), products.stock_answer(product, text)
        return products.FieldAnswer(
            replace(price.evidence, text=f"{stock.evidence.text} {price.evidence.text}" if price.known else price.evidence.text),
            price.value,
        )

    def _counted(self, product: Product, sight: Sight) -> int | None:
        """How many of a product are spoken of, by the number right before its name, where that is more than one."""
        start = next((m.start for m in sight.naming.mentions if product.id in m.ids), 0)
        number = _BEFORE_NAME.search(cues.plain(sight.understanding.text)[:start])
        value = parse_number(number["number"]) if number else None
        return int(value) if value is not None and 1 < value < 10_000 else None

    def _together(self, chosen: Sequence[Product], sight: Sight) -> tuple[Evidence, float] | None:
        counts = [self._counted(product, sight) or 1 for product in chosen]
        if (max(counts) == 1 and not _TOTAL.search(sight.understanding.text)) or not (
            cues.PRICE.search(sight.understanding.text) or _TOTAL.search(sight.understanding.text)
        ):
            return None
        total = round(sum((lowest_price(p) or 0.0) * count for p, count in zip(chosen, counts, strict=True)), 2)
        return about(chosen[0], f"Together they cost {money(total, self._currency)}.", total=total), total

    def _intent(self, sight: Sight) -> str:
        asked = products.facets(sight.understanding.text, has_variants=True)
        return "price_question" if asked.price else "check_stock" if asked.stock else "product_question"


def _other_half(text: str) -> str:
    """The half of a message that asks a yes or no beside a price or a stock: "is it oven proof, and how many are left?"."""
    parts = [part.strip() for part in _ASIDE.split(cues.plain(text)) if len(part.split()) > 2]
    return (
        next((p for p in parts if products.yes_or_no(p) and not (cues.PRICE.search(p) or cues.STOCK.search(p))), "")
        if len(parts) > 1
        else ""
    )


def _kind_wish(product: Product) -> Wish:
    kind = product.style or product.category or product.name
    return Wish(core=stems(kind)[-1:], query=f"{kind} {product.name}")


def _stock_tail(product: Product) -> str:
    if product.variants or product.stock is None:
        return ""
    return f" ({product.stock} in stock)" if product.stock > 0 else " (out of stock)"
