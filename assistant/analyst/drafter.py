"""From marks to a draft: filters, nouns and periods of one message, periods that say each other again, lists, deadlines.

The draft says what the message says and nothing more.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from assistant.analyst.calendar_words import WEEKDAY_NAMES
from assistant.analyst.draft import REVIEW_SUPERLATIVES, Draft
from assistant.analyst.filters import FilterReader
from assistant.analyst.nouns import Nouns
from assistant.analyst.outcome import Clarify, Refuse, Stop
from assistant.analyst.periods import Found
from assistant.analyst.question import Period, Question, add_months
from assistant.analyst.reading import Mark, Reading
from assistant.analyst.semantics import Semantics
from assistant.analyst.values import Values

_SAME_SPAN = frozenset(["day", "days", "date", "dates", "period", "time", "span", "stretch", "week", "weeks"])


_COMPARING = ("versus", "difference", "than", "growth", "fall", "more", "less", "yoy", "mom", "share", "which")
_THEY = frozenset(("he", "she", "they", "it"))
_WHAT_BOUGHT = re.compile(
    r"\b(?:what|which (?:products?|items?|things?|goods)) (?:all |else )?(?:did|do|does|has|have) "
    r"(?P<who>he|she|they|it|this|that|these|those|the|our|customers?|clients?)\b"
    r".{0,40}?\b(?:buy|bought|purchased?|order|ordered)\b(?! (?:again|come|came|cost|total|worth|value|amount|go|went))"
)
"""Asks for the products, whoever bought them."""


class Drafter:
    """Makes drafts with one shop's semantics and values."""

    def __init__(self, semantics: Semantics, values: Values) -> None:
        self.semantics, self.values = semantics, values

    def draft(self, reading: Reading, previous: Question | None) -> Draft:
        """The draft of a reading.

        Raises:
            Stop: a filter's value is not in the data, or could be several.
        """
        cube = self.cube_of(reading, previous)
        if cube == "reviews":
            self._only_sales(reading)
        found = FilterReader(reading, self.values, reviews=cube == "reviews").read()
        reading = reading.without_senses(found.used | _replaced(reading))
        explained, named = _explained(reading), None
        draft = Draft(reading, cube, found, used=set(found.used))
        Nouns(draft, self.semantics, previous).resolve()
        for mark in reading.of("period"):
            assert mark.period is not None
            if mark.start in explained:
                named = mark.period.period
                continue
            before = reading.before(mark)
            if _deadline(reading, mark):
                continue
            while before is not None and before.text in ("the", "for", "in", "month", "of"):
                before = reading.before(before)
            if (
                before is not None
                and before.is_op("exclude")
                and (before.text not in ("without", "not", "out") or (before.text == "without" and before.end == mark.start))
                and mark.period.period
                and draft.periods
            ):
                draft.left_out.append(_in_same_year(draft.periods[0].period, mark.period))
                draft.used.add(before.start)
            elif mark.period.shift:
                draft.shifts.append(mark.period)
            elif mark.period.period is None:
                draft.whole = True
            else:
                said = _in_year_of(named, mark.period) if mark.start in explained.values() else mark.period
                self._each_of(draft, mark, before)
                said = self._same_days(draft, mark, said, previous)
                if all(said.period != other.period for other in draft.periods):
                    draft.periods.append(said)
        self._join_periods(draft)
        if found.implied_product and not draft.ranked:
            draft.ranked.append("product" if cube == "sales" else "reviewed_item")
        bought = _WHAT_BOUGHT.search(reading.text) if cube == "sales" else None
        if bought is not None and (previous is not None or bought["who"] not in _THEY):
            self._bought(draft)
        return draft

    @staticmethod
    def _bought(draft: Draft) -> None:
        """ "What did they order (most)": products, and "order" is the verb."""
        if draft.ranks and set(draft.ranked) <= {"order"}:
            draft.ranked[:] = ["product"]
        elif not (draft.ranked or draft.by):
            draft.by.append("product")
            draft.metrics = draft.metrics or ["net_sales"]

    def _each_of(self, draft: Draft, mark: Mark, before: Mark | None) -> None:
        """ "For each of the last three months": a span of units, one by one."""
        unit = next((d for d in self.semantics.dimensions if mark.text.endswith(f" {d}s")), "")
        if before is not None and before.is_op("by") and unit and unit not in draft.by:
            draft.by.append(unit)

    @staticmethod
    def _same_days(draft: Draft, mark: Mark, said: Found, previous: Question | None) -> Found:
        """ "The same days last December": the days of the period before, in the month or year that is named."""
        words = [t.text for t in draft.reading.tokens[max(0, mark.start - 4) : mark.start]]
        base = draft.periods[0].period if draft.periods else previous.period if previous else None
        if base is None or said.period is None or "same" not in words or not _SAME_SPAN & set(words[words.index("same") :]):
            return said
        if base.days > 31 or base.first.month != base.last.month or said.period.grain not in ("month", "year"):
            return said
        into = said.period.first
        moved = add_months(base.first, 12 * (into.year - base.first.year))
        if said.period.grain == "month":
            moved = add_months(moved, into.month - moved.month)
        return replace(said, period=Period(moved, moved + timedelta(days=base.days - 1)))

    def _join_periods(self, draft: Draft) -> None:
        """ "Jan, Feb and March together", "by quarter, 2010 and 2011": periods in a row that are listed, not compared, are one span.

        Raises:
            Stop: three periods or more are listed that do not follow each other.
        """
        self._of_that_year(draft)
        said = [p for f in draft.periods if (p := f.period) is not None]
        if self._dated_again(draft):
            return
        compared = draft.reading.has(*_COMPARING)
        summed = (
            len(said) > 2
            or bool({"+", "plus"} & {t.text for t in draft.reading.tokens})
            or draft.reading.has("total", "together_with")
            or (draft.whole and any(m.text in ("in total", "altogether") for m in draft.reading.of("period")))
            or bool(draft.by)
            or self._in_a_row(draft)
        )
        if len(said) < 2 or compared or not summed or " or " in draft.reading.text:
            return
        row = sorted(said, key=lambda p: p.first)
        if all(one.last + timedelta(days=1) == two.first for one, two in pairwise(row)):
            draft.periods = [replace(draft.periods[0], period=Period(row[0].first, row[-1].last), ends=None)]
        elif len(said) > 2:
            raise Stop(Clarify("Those periods do not follow each other; ask for one, two to compare, or a range.", slot="period"))

    @staticmethod
    def _of_that_year(draft: Draft) -> None:
        """ "December sales 2024", "Black Friday sales last year": a part of the year named apart from it, and no two periods to compare."""
        parts = [f for f in draft.periods if f.bare and f.period is not None]
        years = [f for f in draft.periods if not f.bare and f.period is not None and f.period.grain == "year" and f.ends is None]
        if len(draft.periods) != 2 or len(parts) != 1 or len(years) != 1 or draft.reading.has(*_COMPARING):
            return
        marks = draft.reading.of("period")
        between = draft.reading.tokens[marks[0].end : marks[-1].end]
        if any(set(token.lead) & set("?.!;") for token in between):  # two sentences
            return
        part, year = parts[0].period, years[0].period
        assert part is not None
        assert year is not None
        draft.periods = [replace(parts[0], period=part.year_before(part.first.year - year.first.year), bare=False)]

    @staticmethod
    def _in_a_row(draft: Draft) -> bool:
        """ "Sales in November and December": two months with nothing but "and" between them are one span."""
        marks = draft.reading.of("period")
        if len(marks) != 2 or any(f.period is None or f.period.grain not in ("month", "quarter", "week", "day") for f in draft.periods):
            return False
        each = {"each", "both", "respectively", "every"} & {t.text for t in draft.reading.tokens}
        return not each and [t.text for t in draft.reading.tokens[marks[0].end : marks[1].start]] in (["and"], ["&"], ["and", "in"])

    def _dated_again(self, draft: Draft) -> bool:
        """ "Valentine's week, 7 to 14 Feb": of two spans that overlap without a word of comparing, the dates are meant."""
        said = [f for f in draft.periods if f.period is not None]
        if len(said) != 2 or draft.reading.has("versus", "difference", "than", "growth", "fall", "share"):
            return False
        if draft.nested and not said[1].bounded:
            return False
        one, two = said[0].period, said[1].period
        assert one is not None
        assert two is not None
        if one.clipped(two.first, two.last) is None or one == two:
            return False
        draft.periods = [said[1]]
        return True

    def _only_sales(self, reading: Reading) -> None:
        """What is sold cannot be told by what reviewers are like: the two are not linked.

        Raises:
            Stop: the message asks for a figure of the sales by something of the reviews.
        """
        for mark in reading.marks:
            figures = [self.semantics.metrics[ident] for ident in mark.all("metric")]
            if len(mark.senses) == len(figures) == 1 and figures[0].cube == "sales" and figures[0].unit == "money":
                text = f"{figures[0].name.capitalize()} cannot be told by what the reviews say of their writers: the two are not linked."
                raise Stop(Refuse(text, "absent", (f"{figures[0].name} by country", "reviews by age")))

    def cube_of(self, reading: Reading, previous: Question | None) -> str:
        """Which kind of rows the message is about: its own words decide, then the message before."""
        if reading.has(*REVIEW_SUPERLATIVES):
            return "reviews"
        review = sales = 0
        for mark in reading.marks:
            if mark.is_op("stars") and mark.text.startswith(("rating", "a rating", "score")) and not mark.all("metric"):
                review += 1
            cubes = {self.semantics.metrics[ident].cube for ident in mark.all("metric")} | {
                self.semantics.dimensions[ident].cube for ident in mark.all("dimension")
            }
            if mark.is_op("together_with") and reading.of("product"):
                continue
            if cubes == {"reviews"}:
                review += 1
            elif cubes == {"sales"} and not self._calendar(mark) and not mark.all("dimension"):
                sales += 1
        if review:
            return "reviews"
        before = self.semantics.metrics[previous.metric].cube if previous and previous.metric in self.semantics.metrics else "sales"
        if before == "reviews" and not sales and not self._names_product(reading) and not any(m.sense("country") for m in reading.marks):
            return "reviews"
        if not sales and any(_surely_review(m) for m in reading.marks) and not reading.of("product"):
            return "reviews" if previous is None or before == "reviews" else "sales"
        return "sales"

    @staticmethod
    def _names_product(reading: Reading) -> bool:
        return any(m.value != '"' for m in reading.of("product"))

    def _calendar(self, mark: Mark) -> bool:
        return any(self.semantics.dimensions[ident].kind in ("time", "ordinal") for ident in mark.all("dimension"))


def _explained(reading: Reading) -> dict[int, int]:
    """Where periods begin that are said again in full right after, and where that is: "Easter week (18 to 23 April)"."""
    marks = [m for m in reading.of("period") if m.period is not None and m.period.period is not None]
    found = {}
    for one, two in pairwise(marks):
        between = " ".join(t.text for t in reading.tokens[one.end : two.start])
        if (between == "" and "(" in reading.tokens[two.start].lead) or between in ("i e", "ie", "that is", "meaning"):
            found[one.start] = two.start
    return found


def _replaced(reading: Reading) -> set[int]:
    """Where what is given up begins: "by sales instead of customers"."""
    words = [t.text for t in reading.tokens]
    return {m.start for m in reading.marks if words[max(0, m.start - 2) : m.start] in (["instead", "of"], ["rather", "than"])}


def _deadline(reading: Reading, mark: Mark) -> bool:
    """ "By tomorrow", "before Friday", "for next week" beside another time: when an answer is wanted, not what it is about."""
    before = reading.tokens[mark.start - 1].text if mark.start else ""
    coming = mark.text.startswith(("tomorrow", "next ")) or mark.text in WEEKDAY_NAMES
    if not coming or reading.has("forecast"):
        return False
    return before in ("by", "before", "until") or (before == "for" and len(reading.of("period")) > 1)


def _in_year_of(named: Period | None, said: Found) -> Found:
    """A period whose year was guessed, in the year of the one that it explains."""
    if named is None or said.period is None or not said.bare:
        return said
    return replace(said, period=said.period.year_before(said.period.first.year - named.first.year), ends=None)


def _in_same_year(whole: Period | None, said: Found) -> Found:
    """What is left out of a year lies in it: "2010 excluding December"."""
    return _in_year_of(whole, said) if whole is not None and whole.grain == "year" else said


def _surely_review(mark: Mark) -> bool:
    """Whether a department or class is named, by a word that means nothing else."""
    return any(s.kind == "review_value" for s in mark.senses) and all(s.kind == "review_value" for s in mark.senses)
