"""What is told of products that are named or pointed at: price, stock, options, what the description says, and two beside one another.

Reads the shelf; refuses to look for anything that is not spoken of (that is the counter), and to know orders and customers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.config import Settings
from assistant.models.numbers import parse_number
from assistant.shopper import answering, cues, products, spelling
from assistant.shopper.assurances import PACK
from assistant.shopper.comparison import asks_aspect, beside_one_another, by_aspect, differences
from assistant.shopper.lines import line
from assistant.shopper.plan import Plan, Sight
from assistant.shopper.reply import FieldAnswer, Outcome, about, cited, joined, lowest_price, money, said
from assistant.shopper.sentences import beside
from assistant.shopper.shelf import Shelf
from assistant.shopper.state import DialogueState
from assistant.shopper.testimony import SILENT
from assistant.shopper.variants import read_options
from assistant.store.records import Product
from assistant.types import Evidence, Scalar, Status, Understanding

_HAVING = re.compile(r"\b(?:have|got|available|enough|left|get|buy|order|need|want)\b", re.IGNORECASE)
_ASIDE = re.compile(r"[?.!;:,]+\s+(?:and |also )?|\s+and\s+(?=(?:is|are|does|do|can|has|have|how|what)\b)", re.IGNORECASE)
_BASKET = re.compile(
    r"\b(?:in|to|into) (?:my |the |your )?(?:shopping )?(?:cart|basket|bag)\b|\bcheck ?out\b|\b(?:buy|order|"
    r"purchase) (?:it|them|this|that|one|two|both)\b|"
    r"\btake (?:it|them|this|that|one|two|both)\b(?=\W*$|\W*[,.!;]|\s+(?:please|then|thanks))",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(
    r"\b(?P<number>\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\s*(?:x|(?:(?:pieces|units|pairs|jars|"
    r"bottles|packs?|packets|boxes|bags|cans|tins|tubes|bars|blocks|rolls|sets|cases|copies|pots|glasses) )?of)?\s*"
    r"(?:the|your|those|these)?\s*$",
    re.IGNORECASE,
)
_PRICE_SAID = re.compile(r"(?<![\w.])\d{1,5}\.\d{2}(?!\d)")
_TOTAL = re.compile(r"\b(?:both|together|altogether|totals?|in all|combined|sum)\b", re.IGNORECASE)
_ALL_THAT = re.compile(r"\b(?:that|it|this|it all|all that|everything)\b(?: all)? (?:cost|be|come to|make)\b|\bcome to\b", re.IGNORECASE)
_OFFERED = re.compile(
    r"\b(?:part of|in|among) your (?:range|assortment|catalogu?e?|offer\w*|programme|selection)\b|\bin your (?:shop|store)\b", re.IGNORECASE
)
_WHICH = re.compile(r"\b(?:which|what|who)\b|\b(?:cheaper|less|lower|inexpensive|affordable|better)\b", re.IGNORECASE)
_MORE_STOCK = re.compile(
    r"\b(?:more|most|fewer|less|fewest|least)\b[^.?!]{0,20}\b(?:stock|left|available|units|pieces)\b|\b(?:have|got) (?:more|most) of\b",
    re.IGNORECASE,
)


class Teller:
    """Answers about the products of one shelf that a message speaks of."""

    def __init__(self, shelf: Shelf, settings: Settings) -> None:
        self._shelf = shelf
        self._settings = settings
        self._currency = settings.currency

    def facts(self, sight: Sight, plan: Plan, state: DialogueState) -> Outcome:
        """Price, stock, options or a question, about what is named or pointed at."""
        if plan.detail == "which one" and len(state.shown) > 1:
            names = joined([f"the {p.name}" for p in self._shelf.many(state.shown)], "or")
            return Outcome(Status.CLARIFY, (said(f"Which one do you mean: {names}?"),), state, self._intent(sight))
        pools = {"those shown": state.focus or state.shown, "of the kind": sight.of_kind}
        spoken = self._shelf.many(pools[plan.detail]) if plan.detail in pools else self.spoken(sight, state)
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
            alike = self._told_apart([id for id in twins if id in state.shown] or twins, sight)
            if len(alike) > 1 and not self._none_says(alike, sight):
                return self._twins(alike, state)
            spoken = alike
        chosen = spoken if len(spoken) <= 3 or sight.reference.way == "group" or plan.detail in pools else spoken[:1]
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
        if any(piece.facts.get(PACK) for piece in pieces):
            pieces.append(said(line("pack", self._settings)))
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
        lines = [f"- {products.summary(p, self._currency)}{tail}" for p, tail in zip(chosen, differences(chosen), strict=True)]
        pieces = [about(p, text) for p, text in zip(chosen, lines, strict=True)]
        value: Scalar = None
        if len(priced) >= 2:
            low, high = priced[0], priced[-1]
            difference = round((lowest_price(high) or 0.0) - (lowest_price(low) or 0.0), 2)
            value = (
                difference
                if cues.DIFFERENCE.search(spelling.plain(sight.understanding.text)) or cues.HOW_MANY.search(sight.understanding.text)
                else None
            )
            dearer = bool(
                cues.DEARER.search(spelling.plain(sight.understanding.text))
                or cues.DEAREST.search(spelling.plain(sight.understanding.text))
            )
            best, word = (high, "more expensive one") if dearer else (low, "cheaper one")
            apart = money(difference, self._currency)
            verdict = f"The {best.name} is the {word}, by {apart}." if difference else "They cost the same."
            if difference and len(priced) > 2:
                verdict = f"The {low.name} is the cheapest and the {high.name} the most expensive, {apart} apart."
            if _MORE_STOCK.search(sight.understanding.text) and len({p.stock for p in chosen if p.stock is not None}) > 1:
                best = max((p for p in chosen if p.stock is not None), key=lambda p: p.stock or 0)
                verdict = f"There are more of the {best.name}: {best.stock} in stock."
            priced_apart = bool(cues.DIFFERENCE.search(spelling.plain(sight.understanding.text)))
            first, aspect = (None, "") if priced_apart else by_aspect(chosen, self._currency, sight.understanding.text)
            best = first or best
            quoted = () if aspect or priced_apart else beside(chosen, spelling.plain(sight.understanding.text))
            if quoted:
                pieces[:0] = [about(p, cited(p, said_of)) for p, said_of in zip(chosen, quoted, strict=True) if said_of]
            elif not (aspect or priced_apart) and asks_aspect(sight.understanding.text):
                pieces.insert(0, said(line("not_stated", self._settings)))
            else:
                pieces.insert(0, about(best, aspect or verdict, difference=difference))
            if dearer or _WHICH.search(spelling.plain(sight.understanding.text)):
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
            answering.asks_something(p, sight.understanding) and self._answer(p, sight.understanding).evidence.facts.get(SILENT)
            for p in alike
        )

    def _twins(self, twins: Sequence[Product], state: DialogueState) -> Outcome:
        """Several products of one name: all of them are told, since the name does not say which is meant."""
        lines = [about(p, f"{n}. {products.summary(p, self._currency)}") for n, p in enumerate(twins, start=1)]
        alike = len({p.name for p in twins}) == 1
        head = f"There are {len(twins)} products called {twins[0].name}; which one do you mean?" if alike else "Which one do you mean?"
        lines[0] = replace(lines[0], text=f"{head}\n{lines[0].text}")
        ids = tuple(p.id for p in twins)
        return Outcome(Status.CLARIFY, tuple(lines), state.showing(ids), "product_question", None, ids)

    def _facets(self, product: Product, sight: Sight) -> list[FieldAnswer]:
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
            if _OFFERED.search(text) or not answering.asks_something(product, sight.understanding):
                return [self._presented(product, text)]
        if not (asked.price or asked.stock or asked.options) and len(both := self._both(product, sight)) > 1:
            return both
        answers = []
        if asked.price or (len(sight.naming.mentions) > 1 and _TOTAL.search(text)):
            answers.append(products.price_answer(product, text, self._currency, quantity))
        if asked.stock:
            answers.append(products.stock_answer(product, text, quantity))
        if asked.options:
            answers.append(products.options_answer(product, text))
        if asked.question:
            answers.append(self._answer(product, sight.understanding))
        if (asked.price or asked.stock) and not asked.question and (other := _other_half(text)):
            aside = replace(sight.understanding, text=other)
            if answering.asks_something(product, aside):
                answers.append(self._answer(product, aside))
        silent = len(answers) == 1 and answers[0].evidence.facts.get(SILENT)
        return [*answers, products.known_of(product, self._currency)] if silent and not answering.yes_or_no(text) else answers

    def _answer(self, product: Product, understanding: Understanding) -> FieldAnswer:
        return answering.question_answer(product, understanding, self._shelf.told)

    def _both(self, product: Product, sight: Sight) -> list[FieldAnswer]:
        """The answers to the questions of one message that a product's fields answer: "how heavy is it, and what is it made of?"."""
        parts = [part.strip() for part in _ASIDE.split(spelling.plain(sight.understanding.text)) if len(part.split()) > 1]
        told = [self._answer(product, replace(sight.understanding, text=part)) for part in parts] if len(parts) > 1 else []
        known = {answer.evidence.text: answer for answer in told if answer.known and not answer.evidence.passages}
        return list(known.values())

    def _presented(self, product: Product, text: str) -> FieldAnswer:
        """A product that was picked or asked for by name: what it costs and whether it can be had."""
        price, stock = products.price_answer(product, text, self._currency), products.stock_answer(product, text)
        return FieldAnswer(
            replace(price.evidence, text=f"{stock.evidence.text} {price.evidence.text}" if price.known else price.evidence.text),
            price.value,
        )

    def _counted(self, product: Product, sight: Sight) -> int | None:
        """How many of a product are spoken of, by the number right before its name, where that is more than one."""
        start = next((m.start for m in sight.naming.mentions if product.id in m.ids), 0)
        number = _BEFORE_NAME.search(spelling.plain(sight.understanding.text)[:start])
        value = parse_number(number["number"]) if number else None
        return int(value) if value is not None and 1 < value < 10_000 else None

    def _together(self, chosen: Sequence[Product], sight: Sight) -> tuple[Evidence, float] | None:
        counts = [self._counted(product, sight) or 1 for product in chosen]
        text = sight.understanding.text
        summed = max(counts) > 1 or _TOTAL.search(text) or (len(sight.naming.mentions) > 1 and _ALL_THAT.search(text))
        if not summed or not (cues.PRICE.search(text) or _TOTAL.search(text)):
            return None
        total = round(sum((lowest_price(p) or 0.0) * count for p, count in zip(chosen, counts, strict=True)), 2)
        return about(chosen[0], f"Together they cost {money(total, self._currency)}.", total=total), total

    def _intent(self, sight: Sight) -> str:
        asked = products.facets(sight.understanding.text, has_variants=True)
        return "price_question" if asked.price else "check_stock" if asked.stock else "product_question"


def _other_half(text: str) -> str:
    """The half of a message that asks a yes or no beside a price or a stock: "is it oven proof, and how many are left?"."""
    parts = [part.strip() for part in _ASIDE.split(spelling.plain(text)) if len(part.split()) > 2]
    return (
        next((p for p in parts if answering.yes_or_no(p) and not (cues.PRICE.search(p) or cues.STOCK.search(p))), "")
        if len(parts) > 1
        else ""
    )
