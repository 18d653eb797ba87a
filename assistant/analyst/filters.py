"""From marks to filter clauses: countries, products, customers, days and hours, and what reviews can be filtered by.

Owns negation ("excluding", "outside") and the readings of numbers as ratings, ages and hours. Raises `Stop` where a value
is not in the data or could be several.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.analyst.outcome import Clarify, Refuse, Stop
from assistant.analyst.periods import NUMBERS, WEEKDAY_NAMES
from assistant.analyst.question import FilterClause, FilterOp
from assistant.analyst.reading import Mark, Reading
from assistant.analyst.values import KnownProduct, Values

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
_N = rf"(?P<n>\d+|{'|'.join(w for w in NUMBERS if w not in ('a', 'an', 'couple', 'dozen'))})"
_DAY_RUN = rf"(?:{'|'.join(WEEKDAY_NAMES)})s?"
_PLURAL_GOODS = frozenset(
    [
        "products",
        "items",
        "articles",
        "skus",
        "lines",
        "goods",
        "range",
        "ranges",
        "things",
        "gifts",
        "stuff",
        "merchandise",
        "designs",
        "variants",
        "versions",
    ]
)
_EXCLUDED_AFTER = ("excluded", "left out", "not counted", "not included", "aside", "apart", "excepted", "omitted")
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


@dataclass(slots=True)
class Filters:
    """The clauses found, which marks they used, and the sides where two values of one dimension stand against each other."""

    clauses: list[FilterClause] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    at: dict[str, list[tuple[int, FilterClause]]] = field(default_factory=dict)
    implied_product: bool = False

    def add(self, position: int, clause: FilterClause) -> None:
        self.at.setdefault(clause.dimension, []).append((position, clause))


class FilterReader:
    """Reads the filters of one message."""

    def __init__(self, reading: Reading, values: Values, *, reviews: bool) -> None:
        self.reading, self.values, self.reviews = reading, values, reviews
        self.found = Filters()

    def read(self) -> Filters:
        """All filters; values of one dimension become one clause (`in`), kept apart in `at` for comparisons.

        Raises:
            Stop: a value is not in the data, or a product's name fits several.
        """
        if self.reviews:
            self._reviews()
        else:
            self._products()
            self._customers()
            self._days_and_hours()
        self._countries()
        self._categories()
        for placed in self.found.at.values():
            self.found.clauses.append(merged([c for _, c in sorted(placed, key=lambda p: p[0])]))
        return self.found

    # ------------------------------------------------------------------ shared

    def _use(self, *marks: Mark) -> None:
        self.found.used.update(m.start for m in marks)

    def _negated(self, mark: Mark) -> bool:
        """Whether "excluding", "outside", ... stands before, with nothing but small words (or a list of values) between."""
        after = self.reading.after(mark)
        if after is not None and after.text in _EXCLUDED_AFTER:
            self._use(after)
            return True
        before = self.reading.before(mark)
        while before is not None:
            if before.is_op("exclude"):
                self._use(before)
                return True
            if before.sense("country") or before.kind == "word" or before.text in ("and", "&", "or", "the", "-", "from"):
                before = self.reading.before(before)
                continue
            return False
        return False

    def _spans(self, pattern: str) -> Iterator[tuple[re.Match[str], list[Mark]]]:
        """Matches of a pattern in the text, with the marks they cover."""
        starts = self._starts()
        for match in re.finditer(rf"(?<!\S){pattern}(?!\S)", self.reading.text):
            covered = [m for m in self.reading.marks if starts[m.start] < match.end() and starts[m.end] > match.start()]
            if any(m.kind == "period" or (m.kind == "number" and m.start in self.found.used) for m in covered):
                continue
            if all(m.start in self.found.used for m in covered):
                continue
            yield match, covered

    def _starts(self) -> list[int]:
        starts, position = [], 0
        for token in self.reading.tokens:
            starts.append(position)
            position += len(token.text) + 1
        return [*starts, position]

    # ------------------------------------------------------------------ sales

    def _countries(self) -> None:
        for mark in self.reading.marks:
            keys = mark.all("country")
            if mark.sense("abroad"):
                if not self._negated_group(mark):
                    self._use(mark)
                    home = self.values.country("united kingdom") or self.values.home
                    self.found.add(mark.start, FilterClause("country", "ne", (home,), f"outside {home}"))
            elif keys:
                self._use(mark)
                name = next((n for n in (self.values.country(k) for k in keys) if n), None)
                if name is None:
                    raise Stop(
                        Refuse(
                            f"There are no sales to {mark.text.removeprefix('the ').title()} in the data.", "value", self._some_countries()
                        )
                    )
                op: FilterOp = "ne" if self._negated(mark) else "eq"
                self.found.add(mark.start, FilterClause("country", op, (name,), f"outside {name}" if op == "ne" else name))

    def _negated_group(self, mark: Mark) -> bool:
        """ "Excluding exports" is the home country."""
        if not self._negated(mark) or mark.text.startswith(("outside", "other than", "non", "rest")):
            return False
        self._use(mark)
        home = self.values.country("united kingdom") or self.values.home
        self.found.add(mark.start, FilterClause("country", "eq", (home,), home))
        return True

    def _some_countries(self) -> tuple[str, ...]:
        return ("top 10 countries by sales",)

    def _categories(self) -> None:
        if self.reviews:
            return
        for mark in self.reading.marks:
            sense = mark.sense("category_value")
            if sense and len(mark.senses) == 1:
                self._use(mark)
                self.found.add(mark.start, FilterClause(sense.extra, "ne" if self._negated(mark) else "eq", (sense.value,), sense.value))

    def _customers(self) -> None:
        for mark in self.reading.of("customer"):
            self._use(mark)
            if mark.value not in self.values.customers:
                raise Stop(
                    Refuse(f"There is no customer {mark.value} with a purchase in the data.", "value", ("top 10 customers by sales",))
                )
            op: FilterOp = "ne" if self._negated(mark) else "eq"
            self.found.add(mark.start, FilterClause("customer", op, (mark.value,), f"customer {mark.value}"))
        for mark in self.reading.of("order"):
            self._use(mark)
            self.found.add(mark.start, FilterClause("order", "eq", (mark.value,), f"order {mark.value}"))

    def _products(self) -> None:
        marks = self.reading.of("product")
        sure = {m.products[0].id for m in marks if len(m.products) == 1}
        for mark in marks:
            if len(mark.products) > 1 and any(p.id in sure for p in mark.products):
                self._use(mark)
                continue
            self._product(mark)

    def _product(self, mark: Mark) -> None:
        self._use(mark)
        phrase = self._contained(mark)
        if phrase:
            if not any(phrase.upper() in p.name.upper() for p in self.values.products):
                raise Stop(Refuse(f"No product in the data has “{phrase}” in its name.", "value", ()))
            self.found.add(mark.start, FilterClause("product", "contains", (phrase,), f"all products with “{phrase.upper()}” in the name"))
            return
        if not mark.products:
            raise Stop(self._no_product(mark))
        if len(mark.products) > 1:
            raise Stop(self._which_product(mark))
        product = mark.products[0]
        op: FilterOp = "ne" if self._negated(mark) else "eq"
        self.found.add(mark.start, FilterClause("product", op, (product.id,), product.name))

    def _contained(self, mark: Mark) -> str:
        """What the names must contain, where a group of products is meant: "all ... products", "... in the name", "best-selling ..."."""
        before, after = self.reading.before(mark), self.reading.after(mark)
        words = " ".join(mark.words)
        quoted = mark.value == '"'
        if quoted:
            words = " ".join(t.text for t in self.reading.tokens[mark.start : mark.end])
        named = self.reading.ops("contains_name")
        if named and (
            quoted or (before is not None and before in named) or (after is not None and after in named) or self._near(mark, named)
        ):
            self._use(*named)
            return words
        if mark.value and not quoted:
            return ""
        if after is not None and after.text in _PLURAL_GOODS and len(mark.products) != 1:
            self._use(after)
            return words
        if before is not None and before.is_op("all") and len(mark.products) != 1:
            return words
        ranked = before is not None and (
            before.is_op("top", "bottom", "most_sold", "least_sold") or (before.kind == "number" and self.reading.has("top", "bottom"))
        )
        if len(mark.products) > 1 and (ranked or (before is not None and before.text in ("which", "what"))):
            self.found.implied_product = True
            return words
        return ""

    def _near(self, mark: Mark, named: tuple[Mark, ...]) -> bool:
        return any(0 <= mark.start - m.end <= 3 or 0 <= m.start - mark.end <= 2 for m in named)

    def _no_product(self, mark: Mark) -> Refuse:
        said = " ".join(t.fixed or t.text for t in self.reading.tokens[mark.start : mark.end])
        near = self.values.nearest_names(mark.words)
        text = (
            f"No product in the data is called “{said}”."
            if not mark.value or mark.value == '"'
            else f"There is no product {mark.value} in the data."
        )
        if near:
            text += f" Near it: {'; '.join(_title(p) for p in near)}."
        return Refuse(text, "value", tuple(_title(p) for p in near))

    def _which_product(self, mark: Mark) -> Clarify:
        shown = mark.products[:6]
        more = f" and {len(mark.products) - len(shown)} more" if len(mark.products) > len(shown) else ""
        said = " ".join(mark.words)
        text = f"Several products fit “{said}”{more and f' ({len(mark.products)})'}. Which one do you mean: {'; '.join(_title(p) for p in shown)}{more}?"
        return Clarify(text, (*(_title(p) for p in shown), f"all products with {said} in the name"), slot="product")

    def _days_and_hours(self) -> None:
        for match, marks in self._spans(
            rf"(?:on |during |only )?(?:the )?(?P<kind>weekends?|(?:on )?weekdays|{_DAY_RUN}(?: (?:and|or|,) {_DAY_RUN})*)"
        ):
            days = _weekdays(match.group("kind"))
            plural = match.group("kind").endswith("s") or match.group(0).startswith(("on ", "during ", "only ")) or len(days) == 1
            if match.group("kind").endswith("weekdays") and not match.group(0).startswith(("on ", "during ", "only ")):
                continue
            if days and plural:
                self._use(*marks)
                for day in days:
                    self.found.add(marks[0].start, FilterClause("weekday", "eq", (day,), _day_name(day)))
        self._hours()

    def _hours(self) -> None:
        clock = r"(?:\d{1,2}(?: ?(?:am|pm)| o'?clock|:00|h)|noon|midday|midnight)"
        either = r"(?:\d{1,2}(?: ?(?:am|pm)| o'?clock|:00|h)?|noon|midday)"
        for match, marks in self._spans(
            rf"(?:between|from) (?P<one>{either}) (?:and|to|until|-) (?P<two>{clock}|{either} in the (?:morning|afternoon|evening))"
        ):
            one, two = _hour(match["one"], match["two"]), _hour(match["two"])
            self._use(*marks)
            self.found.add(marks[0].start, FilterClause("hour", "between", (one, max(one, two - 1)), f"{one}:00 to {two}:00"))
        for match, marks in self._spans(rf"(?P<how>at|before|after|around|until|from|since) (?P<one>{clock})(?: onwards| in the morning)?"):
            one, how = _hour(match["one"]), match["how"]
            op: FilterOp = "eq" if how in ("at", "around") else "lt" if how in ("before", "until") else "ge"
            self._use(*marks)
            self.found.add(marks[0].start, FilterClause("hour", op, (one,), f"{how} {one}:00"))

    # ------------------------------------------------------------------ reviews

    def _reviews(self) -> None:
        self._mentions()
        self._ages()
        self._ratings()
        self._items()
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
        if len(mark.senses) > len(options) and not said and mark.text not in (v.lower() for v in options.values()):
            return
        dimension = said[0] if said else next(d for d in ("department", "class", "division") if d in options)
        self._use(mark)
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
            if not run:
                continue
            marks = [m for m in self.reading.marks if m.start < run[-1] + 1 and m.end > op.start]
            self._use(*marks)
            word = " ".join(tokens[n].fixed or tokens[n].text for n in run)
            self.found.add(op.start, FilterClause("words", "word", (word,), f"mentions “{word}”"))
            return

    def _ages(self) -> None:
        over = r"(?:older than|aged over|over|above|aged above|past|older then)"
        under = r"(?:younger than|aged under|under|below|aged below)"
        tail = r"(?: years?(?: old| of age)?| year olds?| yrs?(?: old)?|s)?"
        cases: tuple[tuple[str, FilterOp], ...] = (
            (rf"(?:the )?{over} (?:the age of )?(?P<n>\d\d)(?:s|'s)?{tail}", "gt"),
            (rf"(?:the )?{under} (?:the age of )?(?P<n>\d\d)(?:s|'s)?{tail}", "lt"),
            (rf"(?:aged? )?(?P<n>\d\d) ?(?:\+|plus|(?:years )?(?:and|or) (?:over|older|above|up|more)|years or older){tail}", "ge"),
            (rf"(?:at least|from) (?:aged? )?(?P<n>\d\d){tail}", "ge"),
            (rf"(?:aged? )?(?P<n>\d\d) (?:and|or) (?:under|younger|below|less){tail}", "le"),
            (rf"(?:at most|up to) (?:aged? )?(?P<n>\d\d){tail}", "le"),
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
                self.found.add(marks[0].start, FilterClause("age", op, (int(match["n"]),), f"{words[op]} {match['n']}"))
        for match, marks in self._spans(r"(?:(?:aged|age|age of|exactly) (?P<n>\d\d)|(?P<m>\d\d) (?:- )?(?:year|yr) (?:- )?olds?)"):
            age = int(match["n"] or match["m"])
            self._use(*marks)
            self.found.add(marks[0].start, FilterClause("age", "eq", (age,), f"aged {age}"))

    def _ratings(self) -> None:
        one = r"(?P<n>[1-5]|one|two|three|four|five)"
        star = r"(?: - | )?stars?"
        cases: tuple[tuple[str, FilterOp], ...] = (
            (
                rf"{one}(?: - | )?(?:\+|plus)(?: - | )?stars?|{one.replace('<n>', '<o>')} (?:or|and) (?:more|higher|above|better|up)(?: stars?)?",
                "ge",
            ),
            (
                rf"(?:at least|minimum of|no less than) {one}(?: - | )?(?:stars?)?|{one.replace('<n>', '<o>')}{star} (?:or|and) (?:more|higher|above|better|up)",
                "ge",
            ),
            (
                rf"(?:at most|no more than|up to) {one}(?: - | )?(?:stars?)?|{one.replace('<n>', '<o>')}{star} (?:or|and) (?:less|lower|below|fewer|worse|under)",
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
                number = _small(match.group("n") or match.groupdict().get("o") or "0")
                self._use(*marks)
                self.found.add(marks[0].start, FilterClause("review_stars", op, (number,), match.group(0)))
        exact = rf"{one}{star}|(?:rated|rating of|rating|a rating of|score of|scored|with a|gave(?: it| us)?|given|rate|rating is|rating =|stars =) (?:a |only |just |as )?{one.replace('<n>', '<o>')}(?: out of (?:5|five))?(?:{star})?|{one.replace('<n>', '<p>')} out of (?:5|five)"
        for match, marks in self._spans(exact):
            number = _small(match.group("n") or match.group("o") or match.group("p"))
            self._use(*marks)
            self.found.add(marks[0].start, FilterClause("review_stars", "eq", (number,), f"{number} star{'s' if number != 1 else ''}"))

    def _items(self) -> None:
        for match, marks in self._spans(
            r"(?:clothing|item|items|garment|product|article)(?: item)?(?: id| number| no| code| #)*(?: #)? (?P<n>\d{1,5})"
        ):
            self._use(*marks)
            if match["n"] not in self.values.review_items:
                raise Stop(Refuse(f"There are no reviews of item {match['n']} in the data.", "value", ()))
            self.found.add(marks[0].start, FilterClause("reviewed_item", "eq", (match["n"],), f"item {match['n']}"))


def merged(clauses: list[FilterClause]) -> FilterClause:
    """One clause for several values of a dimension; bounds from both ends become `between` where they can."""
    first = clauses[0]
    distinct = list(dict.fromkeys(clauses))
    if len(distinct) == 1:
        return first
    if all(c.op in ("eq", "in") for c in distinct):
        return FilterClause(first.dimension, "in", tuple(v for c in distinct for v in c.values), " and ".join(c.label for c in distinct))
    if all(c.op in ("ne", "not_in") for c in distinct):
        values = tuple(v for c in distinct for v in c.values)
        return FilterClause(first.dimension, "not_in", values, "outside " + " and ".join(str(v) for v in values))
    kept = [c for c in distinct if c.op in ("eq", "in")]
    return merged(kept) if kept else first


def _title(product: KnownProduct) -> str:
    return f"{product.name} ({product.id})"


def _mentioned(reading: Reading, at: int) -> list[int]:
    tokens = reading.tokens
    if at < len(tokens) and tokens[at].quoted:
        return [n for n in range(at, len(tokens)) if tokens[n].quoted == tokens[at].quoted]
    run: list[int] = []
    for n in range(at, min(at + 3, len(tokens))):
        if (
            not tokens[n].text[0].isalnum()
            or (run and tokens[n].text in _MENTION_STOP)
            or (not run and tokens[n].text in ("in", "of", "by"))
        ):
            break
        run.append(n)
        nearby = next((m for m in reading.marks if m.start <= n + 1 < m.end), None)
        if nearby is not None and (nearby.sense("review_value") or nearby.all("dimension") or nearby.kind == "period"):
            break
    return run


def _weekdays(text: str) -> list[int]:
    if "weekend" in text:
        return [6, 7]
    if "weekdays" in text:
        return [1, 2, 3, 4, 5]
    return [
        WEEKDAY_NAMES[w.rstrip("s") if w not in WEEKDAY_NAMES else w]
        for w in text.split()
        if w in WEEKDAY_NAMES or w.rstrip("s") in WEEKDAY_NAMES
    ]


def _day_name(number: int) -> str:
    return next(name for name, n in WEEKDAY_NAMES.items() if n == number).title()


def _hour(text: str, other: str = "") -> int:
    if text in ("noon", "midday"):
        return 12
    if text == "midnight":
        return 0
    number = int(re.match(r"\d+", text).group(0))  # type: ignore[union-attr]
    half = (
        "pm"
        if "pm" in text or "afternoon" in text or "evening" in text
        else "am"
        if "am" in text
        else "pm"
        if "pm" in other and number < 12 and number >= 12 - 4
        else ""
    )
    return number + 12 if half == "pm" and number < 12 else 0 if half == "am" and number == 12 else number


def _small(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text]
