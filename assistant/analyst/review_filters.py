"""Filters on reviews: ratings, ages, departments, items, words in the text."""

from __future__ import annotations

import re

from assistant.analyst.calendar_words import NUMBERS
from assistant.analyst.filter_base import FilterBase
from assistant.analyst.outcome import Refuse, Stop
from assistant.analyst.question import FilterClause, FilterOp
from assistant.analyst.reading import Mark, Reading

_DECADES = {
    "teens": 10,
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}
_COUNTED = re.compile(r" ?(?:or (?:more|fewer|less) )?(?:\w+ )?(?:reviews?|ratings?|reviewers?|comments?|votes?|opinions?)\b")
""" "At least 3 reviews": a number of them, no stars."""
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
_MENTION_STOP = frozenset(
    [
        "in",
        "from",
        "by",
        "of",
        "for",
        "are",
        "is",
        "have",
        "has",
        "among",
        "within",
        "and",
        "or",
        "with",
        "under",
        "over",
        "on",
        "at",
        "to",
        "do",
        "does",
        "who",
        "that",
        "which",
        "were",
        "was?",
        "about",
        "across",
        "per",
        "given",
    ]
)


class ReviewFilters(FilterBase):
    """Reads ratings, ages, departments, items and words to look for."""

    def _reviews(self) -> None:
        self._mentions()
        self._ages()
        self._ratings()
        self._items()
        self._recommending()
        for mark in self.reading.ops("no_text"):
            self._use(mark)
            self.found.add(mark.start, FilterClause("body", "empty", (), "without text"))
        for mark in self.reading.marks:
            if mark.all("review_value") and mark.start not in self.found.used:
                self._department(mark)
        for mark in (*self.reading.of("product"), *self.reading.of("unknown")):
            self._partly_named(mark)
        for mark in self.reading.of("product"):
            if mark.start not in self.found.used and mark.value == '"':
                self._use(mark)
                word = " ".join(t.fixed or t.text for t in self.reading.tokens[mark.start : mark.end])
                self.found.add(mark.start, FilterClause("words", "word", (word,), f"mentions “{word}”"))
            elif mark.start not in self.found.used and self.values.reviews_linked:
                self._reviewed_product(mark)
            elif mark.start not in self.found.used:
                raise Stop(
                    Refuse(
                        "Reviews carry item numbers, departments, divisions and classes, but no product names.",
                        "value",
                        ("reviews by department",),
                    )
                )
        for mark in (*self.reading.of("customer"),):
            raise Stop(
                Refuse(f"Reviews are not linked to customers, so none can be found for {mark.value}.", "value", ("reviews by department",))
            )

    def _reviewed_product(self, mark: Mark) -> None:
        """A product by its name, where reviews are of products that are sold.

        Raises:
            Stop: the name fits several or none, or nobody has reviewed the product.
        """
        self._use(mark)
        product = self._one_product(mark)
        if product.id not in self.values.review_items:
            raise Stop(Refuse(f"There are no reviews of {product.name} ({product.id}) in the data.", "value", ()))
        op: FilterOp = "ne" if self._negated(mark) else "eq"
        self.found.add(mark.start, FilterClause("reviewed_item", op, (product.id,), product.name))

    def _partly_named(self, mark: Mark) -> None:
        """ "The petite division": a value by one of its words, where only one value has it."""
        if mark.start in self.found.used or mark.value:
            return
        words = set(mark.text.split())
        fits = [(d, v) for d, values in self.values.review_values.items() for v in values if words <= set(v.lower().split())]
        if len({d for d, _ in fits}) == 1 and len(fits) == 1:
            self._use(mark)
            self.found.add(mark.start, FilterClause(fits[0][0], "eq", (fits[0][1],), fits[0][1]))

    def _department(self, mark: Mark) -> None:
        options = {s.extra: s.value for s in mark.senses if s.kind == "review_value"}
        around = [m for m in (self.reading.before(mark), self.reading.after(mark)) if m is not None]
        said = [d for d in options if any(d in m.all("dimension") for m in around)]
        others = any(s.kind not in ("review_value", "category_value") for s in mark.senses)
        if (
            (others or len({s.value for s in mark.senses}) > len(options))
            and not said
            and mark.text not in (v.lower() for v in options.values())
        ):
            return
        dimension = said[0] if said else next(d for d in ("department", "class", "division") if d in options)
        self._use(mark)
        self.found.implied_product |= self.values.reviews_linked and any(m.is_op("top", "bottom") for m in around)
        for neighbour in around:
            if dimension in neighbour.all("dimension"):
                self._use(neighbour)
        self.found.add(
            mark.start, FilterClause(dimension, "ne" if self._negated(mark) else "eq", (options[dimension],), options[dimension])
        )

    def _mentions(self) -> None:
        for op in self.reading.ops("mention"):
            if op.start in self.found.used or (op.is_op("comes_from") and op.text in ("have", "has")):
                continue
            at = op.end
            tokens = self.reading.tokens
            while at < len(tokens) and tokens[at].text in (
                "the",
                "word",
                "words",
                "term",
                "of",
                "phrase",
                "a",
                "about",
                "that",
                "contain",
                "say",
                "any",
            ):
                at += 1
            run = _mentioned(self.reading, at)
            if not run or (tokens[run[0]].lead and len(self.reading.ops("mention")) > 1 and op is self.reading.ops("mention")[0]):
                continue
            marks = [m for m in self.reading.marks if m.start < run[-1] + 1 and m.end > op.start]
            self._use(*marks)
            word = " ".join(tokens[n].fixed or tokens[n].text for n in run)
            self.found.add(op.start, FilterClause("words", "word", (word,), f"mentions “{word}”"))
            return

    def _ages(self) -> None:
        age = rf"(?P<n>\d\d|{'|'.join(_TENS)})"
        over = r"(?:older than|aged over|over|above|aged above|past|older then)"
        under = r"(?:younger than|aged under|under|below|aged below)"
        tail = (
            r"(?: years?(?: old| of age)?| year olds?| yrs?(?: old)?|s)?"
            r"(?! (?:reviews?|ratings?|votes?|orders?|units?|pieces?|stars?|items?)\b)"
        )
        cases: tuple[tuple[str, FilterOp], ...] = (
            (rf"(?:the )?{over} (?:the age of )?{age}(?:s|'s)?{tail}", "gt"),
            (rf"(?:the )?{under} (?:the age of )?{age}(?:s|'s)?{tail}", "lt"),
            (rf"(?:aged? )?{age} ?(?:\+|plus|(?:years )?(?:and|or) (?:over|older|above|up|more)|years or older){tail}", "ge"),
            (rf"(?:at least|from) (?:aged? )?{age}{tail}", "ge"),
            (rf"(?:aged? )?{age} (?:and|or) (?:under|younger|below|less){tail}", "le"),
            (rf"(?:at most|up to) (?:aged? )?{age}{tail}", "le"),
        )
        pair = (
            r"(?:(?:aged|ages|age|between|from|between the ages of|aged between|aged from) )*(?P<n>\d\d) (?:to|-|–|and|through) (?P<m>\d\d)"
        )
        for match, marks in self._spans(pair + tail):
            self._use(*marks)
            self.found.add(
                marks[0].start, FilterClause("age", "between", (int(match["n"]), int(match["m"])), f"aged {match['n']} to {match['m']}")
            )
        for match, marks in self._spans(
            rf"(?:in )?(?:their|the|her|his|ones|of) (?:(?:early|mid|late) )?(?P<decade>{'|'.join(_DECADES)}|\d0'?s)"
        ):
            low = _DECADES.get(match["decade"]) or int(match["decade"][:2])
            self._use(*marks)
            self.found.add(marks[0].start, FilterClause("age", "between", (low, low + 9), f"aged {low} to {low + 9}"))
        for match, marks in self._spans(r"(?P<n>[1-9]0|twenty|thirty|forty|fifty|sixty)(?: - | )?somethings?"):
            low = (
                int(match["n"]) if match["n"].isdigit() else _DECADES.get({"forty": "forties"}.get(match["n"], match["n"][:-1] + "ies"), 30)
            )
            self._use(*marks)
            self.found.add(marks[0].start, FilterClause("age", "between", (low, low + 9), f"aged {low} to {low + 9}"))
        for pattern, op in cases:
            for match, marks in self._spans(pattern):
                self._use(*marks)
                words = {"gt": "over", "lt": "under", "ge": "from", "le": "up to"}
                years = _TENS.get(match["n"]) or int(match["n"])
                self.found.add(marks[0].start, FilterClause("age", op, (years,), f"{words[op]} {years}"))
        for match, marks in self._spans(r"(?:(?:aged|age|age of|exactly) (?P<n>\d\d)|(?P<m>\d\d) (?:- )?(?:year|yr) (?:- )?olds?)"):
            years = int(match["n"] or match["m"])
            self._use(*marks)
            self.found.add(marks[0].start, FilterClause("age", "eq", (years,), f"aged {years}"))

    def _ratings(self) -> None:
        one = r"(?P<n>[1-5]|one|two|three|four|five)"
        star = r"(?: - | )?stars?"
        cases: tuple[tuple[str, FilterOp], ...] = (
            (
                (
                    rf"{one}(?: - | )?(?:\+|plus)(?: - | )?stars?|"
                    rf"{one.replace('<n>', '<o>')} (?:or|and) (?:more|higher|above|better|up)(?: "
                    rf"stars?)?"
                ),
                "ge",
            ),
            (
                (
                    rf"(?:at least|minimum of|no less than) {one}(?: - | )?(?:stars?)?|"
                    rf"{one.replace('<n>', '<o>')}{star} (?:or|and) (?:more|"
                    rf"higher|above|better|up)"
                ),
                "ge",
            ),
            (
                (
                    rf"(?:at most|no more than|up to) {one}(?: - | )?(?:stars?)?|"
                    rf"{one.replace('<n>', '<o>')}{star} (?:or|and) (?:less|lower|"
                    rf"below|fewer|worse|under)"
                ),
                "le",
            ),
            (rf"{one} (?:or|and) (?:less|lower|below|fewer|worse)(?: stars?)?", "le"),
            (rf"(?:more than|over|above|better than|higher than|greater than) {one}(?:{star})?", "gt"),
            (rf"(?:less than|under|below|worse than|lower than|fewer than) {one}(?:{star})?", "lt"),
        )
        for match, marks in self._spans(rf"(?:between )?(?P<n>[1-5]) (?:to|and|or|-) (?P<m>[1-5]){star}"):
            low, high = sorted((int(match["n"]), int(match["m"])))
            self._use(*marks)
            self.found.add(marks[0].start, FilterClause("review_stars", "between", (low, high), f"{low} to {high} stars"))
        for pattern, op in cases:
            for match, marks in self._spans(pattern):
                if "star" not in match[0] and _COUNTED.match(match.string, match.end()):
                    continue
                number = _small(match.group("n") or match.groupdict().get("o") or "0")
                self._use(*marks)
                self.found.add(marks[0].start, FilterClause("review_stars", op, (number,), match.group(0)))
        exact = (
            rf"{one}{star}|(?:rated|rating of|rating|a rating of|score of|scored|with a|gave(?: it| us)?|given|rate|rating is|"
            rf"rating =|stars =) (?:a |only |just |as )?{one.replace('<n>', '<o>')}(?: out of (?:5|five))?(?:{star})?|"
            rf"{one.replace('<n>', '<p>')} out of (?:5|five)"
        )
        for match, marks in self._spans(exact):
            number = _small(match.group("n") or match.group("o") or match.group("p"))
            self._use(*marks)
            self.found.add(marks[0].start, FilterClause("review_stars", "eq", (number,), f"{number} star{'s' if number != 1 else ''}"))

    def _recommending(self) -> None:
        """ "The average age of those who recommend the item", "how many would not recommend it": who did, beside another figure."""
        others = any(
            m.all("metric") and "recommendation_rate" not in m.all("metric") and "reviews" not in m.all("metric")
            for m in self.reading.marks
        )
        if self.reading.has("share", "versus", "difference", "than") or not (others or self.reading.has("how_many")):
            return
        what = r"(?: (?:(?:the|it|their|this|that|what) ?)?(?:items?|products?|purchases?|garments?|they bought|they purchased)?)?"
        verb = (
            rf"(?:(?:who|that|and|which) )?(?:(?:would|did|do|does|didn't|don't|doesn't|wouldn't) )?(?P<no>not )?recommend(?:s|ed)?{what}"
        )
        for match, marks in self._spans(verb):
            self._use(*marks)
            no = bool(match["no"]) or "n't" in match.group(0)
            self.found.add(marks[0].start, FilterClause("recommended", "eq", (0 if no else 1,), "not recommended" if no else "recommended"))
            return

    def _items(self) -> None:
        for match, marks in self._spans(
            r"(?:clothing|item|items|garment|product|article)(?: item)?(?: id| number| no| code| #)*(?: #)? (?P<n>\d{1,5})"
        ):
            self._use(*marks)
            if match["n"] not in self.values.review_items:
                raise Stop(Refuse(f"There are no reviews of item {match['n']} in the data.", "value", ()))
            self.found.add(marks[0].start, FilterClause("reviewed_item", "eq", (match["n"],), f"item {match['n']}"))
        for mark in self.reading.of("number"):
            alone = all(m is mark or m.kind == "word" or m.is_op("and_what", "same") for m in self.reading.marks)
            lead = self.reading.tokens[mark.start - 1].text if mark.start else ""
            named = lead in ("of", "for", "about") and mark.number >= _NO_AGE
            if (alone or named) and mark.start not in self.found.used and mark.text in self.values.review_items:
                self._use(mark)
                self.found.add(mark.start, FilterClause("reviewed_item", "eq", (mark.text,), f"item {mark.text}"))


_NO_AGE = 120
"""From here on a number after "of" is no age, and so may be an item's."""


def _mentioned(reading: Reading, at: int) -> list[int]:
    tokens = reading.tokens
    if at < len(tokens) and tokens[at].quoted:
        return [n for n in range(at, len(tokens)) if tokens[n].quoted == tokens[at].quoted]
    run: list[int] = []
    for n in range(at, min(at + 3, len(tokens))):
        if (
            not tokens[n].text[0].isalnum()
            or (run and (tokens[n].text in _MENTION_STOP or tokens[n].lead))
            or (not run and tokens[n].text in ("in", "of", "by"))
        ):
            break
        run.append(n)
        nearby = next((m for m in reading.marks if m.start <= n + 1 < m.end), None)
        if nearby is not None and (nearby.sense("review_value") or nearby.all("dimension") or nearby.kind == "period"):
            break
    return run


def _small(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text]
