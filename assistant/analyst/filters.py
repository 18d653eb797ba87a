"""From marks to filter clauses: countries, products, customers, days and hours, and what reviews can be filtered by.

Owns negation ("excluding", "outside") and the readings of numbers as ratings, ages and hours. Raises `Stop` where a value
is not in the data or could be several.
"""

from __future__ import annotations

import re

from assistant.analyst.calendar_words import WEEKDAY_NAMES
from assistant.analyst.filter_base import Filters
from assistant.analyst.outcome import Clarify, Refuse, Stop
from assistant.analyst.question import FilterClause, FilterOp
from assistant.analyst.reading import Mark
from assistant.analyst.review_filters import ReviewFilters

__all__ = ["FilterReader", "Filters", "merged"]

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


class FilterReader(ReviewFilters):
    """Reads the filters of one message."""

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
            clauses = [c for _, c in sorted(placed, key=lambda p: p[0])]
            if self.reading.has("share") and {c.op for c in clauses} == {"eq", "ne"} and len(clauses) == 2:
                self.found.whole = next(c for c in clauses if c.op == "ne")
                self.found.clauses += [c for c in clauses if c.op == "eq"]
                continue
            opposed = self.reading.has("versus", "difference", "than", "more", "less") or " or " in self.reading.text
            self.found.clauses.append(clauses[0] if opposed and len({c.op for c in clauses}) > 1 else merged(clauses))
        return self.found

    def _countries(self) -> None:
        for mark in self.reading.marks:
            keys = mark.all("country")
            if mark.text == "rows":
                self._use(mark)
            elif mark.sense("abroad"):
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
            senses = [s for s in mark.senses if s.kind == "category_value"]
            beside = [m for m in (self.reading.before(mark), self.reading.after(mark)) if m is not None]
            sense = next((s for s in senses if any(s.extra in m.all("dimension") for m in beside)), next(iter(senses), None))
            if sense is not None and all(s.kind in ("category_value", "review_value") for s in mark.senses):
                before = self.reading.before(mark)
                ranked = before is not None and (before.is_op("top", "bottom", "most_sold", "least_sold") or before.kind == "number")
                self.found.implied_product |= (
                    ranked and not self.reading.has("who") and self.reading.has("top", "bottom", "most_sold", "least_sold")
                )
                self._use(mark, *(m for m in beside if sense.extra in m.all("dimension") or m.text in _PLURAL_GOODS))
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
            if len(mark.products) > 1 and any(p.id in sure for p in mark.products) and not self._contained(mark):
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
        product = self._one_product(mark)
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
        if any(c.isdigit() for c in words) and len(mark.words) == 1 and len(mark.products) == 1:
            return ""
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
        if any(m is not None and m.is_op("all") for m in (before, after)) and len(mark.products) != 1:
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

    def _days_and_hours(self) -> None:
        for match, marks in self._spans(
            rf"(?:on |during |only )?(?:the )?(?P<kind>weekends?|(?:on )?weekdays?|{_DAY_RUN}(?: (?:and|or|,) {_DAY_RUN})*)"
        ):
            kind, led = match.group("kind"), match.group(0).startswith(("on ", "during ", "only "))
            days, beside = _weekdays(kind), "weekend" in self.reading.text
            if (kind == "weekday" and not beside) or (kind.endswith("weekdays") and not beside and not led):
                continue
            if days:
                self._use(*marks)
                negated = self._negated(marks[0])
                for clause in _day_clauses(kind, days):
                    self.found.add(marks[0].start, _but(clause) if negated else clause)
        self._hours()

    def _hours(self) -> None:
        clock = r"(?:\d{1,2}(?: ?(?:am|pm)| o'?clock|:00|h)|noon|midday|midnight)"
        said = r"\d{1,2}(?: o'?clock|:00)? (?:in the (?:morning|afternoon|evening)|at night)"
        either = r"(?:\d{1,2}(?: ?(?:am|pm)| o'?clock|:00|h)?|noon|midday)"
        for match, marks in self._spans(
            rf"(?:between|from) (?P<one>{either}) (?:and|to|until|-) (?P<two>{clock}|{either} in the (?:morning|afternoon|evening))"
        ):
            one, two = _hour(match["one"], match["two"]), _hour(match["two"])
            self._use(*marks)
            self.found.add(marks[0].start, FilterClause("hour", "between", (one, max(one, two - 1)), f"{one}:00 to {two}:00"))
        for match, marks in self._spans(rf"(?P<how>at|before|after|around|until|from|since) (?P<one>{said}|{clock})(?: onwards)?"):
            one, how = _hour(match["one"]), match["how"]
            op: FilterOp = "eq" if how in ("at", "around") else "lt" if how in ("before", "until") else "ge"
            self._use(*marks)
            self.found.add(marks[0].start, FilterClause("hour", op, (one,), f"{how} {one}:00"))


def merged(clauses: list[FilterClause]) -> FilterClause:
    """One clause for several values of a dimension; bounds from both ends become `between` where they can."""
    first = clauses[0]
    distinct = list({(c.op, c.values): c for c in clauses}.values())
    if len(distinct) == 1:
        return first
    if all(c.op in ("eq", "in") for c in distinct):
        return FilterClause(first.dimension, "in", tuple(v for c in distinct for v in c.values), " and ".join(c.label for c in distinct))
    if all(c.op in ("ne", "not_in") for c in distinct):
        values = tuple(v for c in distinct for v in c.values)
        said = first.label if len(distinct) == 1 else "outside " + " and ".join(c.label.removeprefix("outside ") for c in distinct)
        return FilterClause(first.dimension, "not_in", values, said)
    bounds = _between(distinct)
    if bounds is not None:
        return bounds
    said = " and ".join(c.label for c in distinct)
    raise Stop(
        Clarify(f"I cannot hold these together: {said}. Which of them do you mean?", tuple(c.label for c in distinct), slot="subject")
    )


def _between(clauses: list[FilterClause]) -> FilterClause | None:
    """Whole numbers bounded from both ends, None where the clauses are anything else."""
    low = {"ge": 0, "gt": 1}
    high = {"le": 0, "lt": -1}
    if len(clauses) != 2 or not all(isinstance(c.values[0], int) for c in clauses):
        return None
    lows = [int(c.values[0]) + low[c.op] for c in clauses if c.op in low]
    highs = [int(c.values[0]) + high[c.op] for c in clauses if c.op in high]
    if len(lows) != 1 or len(highs) != 1 or (lows[0] > highs[0] and clauses[0].dimension == "hour"):
        return None
    return FilterClause(clauses[0].dimension, "between", (lows[0], highs[0]), " and ".join(c.label for c in clauses))


def _weekdays(text: str) -> list[int]:
    if "weekend" in text:
        return [6, 7]
    if "weekday" in text:
        return [1, 2, 3, 4, 5]
    return [
        WEEKDAY_NAMES[w.rstrip("s") if w not in WEEKDAY_NAMES else w]
        for w in text.split()
        if w in WEEKDAY_NAMES or w.rstrip("s") in WEEKDAY_NAMES
    ]


def _day_clauses(said: str, days: list[int]) -> list[FilterClause]:
    """Weekends and weekdays are one thing each; days named one by one stay apart, so that they can be compared."""
    if "week" in said:
        return [FilterClause("weekday", "in", tuple(days), "weekends" if "end" in said else "weekdays")]
    return [FilterClause("weekday", "eq", (day,), _day_name(day)) for day in days]


def _but(clause: FilterClause) -> FilterClause:
    """All but what the clause keeps."""
    return FilterClause(clause.dimension, "ne" if clause.op == "eq" else "not_in", clause.values, f"not {clause.label}")


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
        if "pm" in text or "afternoon" in text or "evening" in text or "night" in text
        else "am"
        if "am" in text or "morning" in text
        else "pm"
        if "pm" in other and number < 12 and number >= 12 - 4
        else ""
    )
    return number + 12 if half == "pm" and number < 12 else 0 if half == "am" and number == 12 else number
