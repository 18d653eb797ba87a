"""From marks to a draft: which metrics, groups, ranking, periods and filters a message names, with ambiguous nouns resolved.

"Orders" is a figure in "how many orders", a thing to rank in "top 5 orders"; what stands around the noun decides here.
The draft says what the message says and nothing more: defaults and the conversation come in later.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise

from assistant.analyst.calendar_words import WEEKDAY_NAMES
from assistant.analyst.filters import FilterReader, Filters
from assistant.analyst.outcome import Clarify, Refuse, Stop
from assistant.analyst.periods import Found
from assistant.analyst.question import Period, Question, add_months
from assistant.analyst.reading import Mark, Reading
from assistant.analyst.semantics import Semantics
from assistant.analyst.values import Values

_SUPERLATIVES = ("top", "bottom", "busiest", "quietest", "most_sold", "least_sold", "most_returned", "most_expensive", "cheapest")
_REVIEW_SUPERLATIVES = ("most_recommended", "least_recommended", "most_reviewed", "least_reviewed")
RANKING_OPS = (*_SUPERLATIVES, *_REVIEW_SUPERLATIVES)
DOWNWARD = ("bottom", "quietest", "least_sold", "cheapest", "least_recommended", "least_reviewed")
_QUANTIFIERS = frozenset(
    ["most", "fewest", "least", "the most", "the fewest", "the least", "highest", "lowest", "maximum", "max", "minimum", "min", "greatest"]
)
_ADJECTIVES = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
    "hourly": "hour",
}
_ITEM_WORDS = frozenset(
    ["item", "items", "article", "articles", "thing", "things", "gift", "gifts", "goods", "good", "merchandise", "stuff"]
)
_SAME_SPAN = frozenset(["day", "days", "date", "dates", "period", "time", "span", "stretch", "week", "weeks"])
_AFTER_NOUN = frozenset(["breakdown", "split", "ranking", "wise", "mix", "level", "table", "distribution", "chart"])


@dataclass(slots=True)
class Draft:
    """What one message says. `named` are the dimensions it groups or ranks by, in order; `pending` nouns fell to no role."""

    reading: Reading
    cube: str
    filters: Filters
    metrics: list[str] = field(default_factory=list)
    metric_marks: list[Mark] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    ranked: list[str] = field(default_factory=list)
    counted: str = ""
    per: str = ""
    plural: bool = False
    pending: list[Mark] = field(default_factory=list)
    periods: list[Found] = field(default_factory=list)
    shifts: list[Found] = field(default_factory=list)
    left_out: list[Found] = field(default_factory=list)
    whole: bool = False
    unknown: list[Mark] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    @property
    def ranks(self) -> bool:
        """Whether the message ranks."""
        return self.reading.has(*RANKING_OPS, "rank")

    @property
    def nested(self) -> tuple[Period, Period] | None:
        """Of two periods named the one inside and the one around it, None where none holds the other."""
        if len(self.periods) != 2:
            return None
        one, two = (found.period for found in self.periods)
        if one is None or two is None or one == two:
            return None
        inner, outer = sorted((one, two), key=lambda p: p.last - p.first)
        return (inner, outer) if outer.first <= inner.first and inner.last <= outer.last else None

    @property
    def says_metric(self) -> bool:
        return bool(self.metrics)


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
        _Nouns(draft, self.semantics, previous).resolve()
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
                and before.text not in ("without", "not", "out")
                and mark.period.period
                and draft.periods
            ):
                draft.left_out.append(mark.period)
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
            draft.ranked.append("product")
        return draft

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
        said = [p for f in draft.periods if (p := f.period) is not None]
        if self._dated_again(draft):
            return
        compared = draft.reading.has("versus", "difference", "than", "growth", "fall", "more", "less", "yoy", "mom", "share", "which")
        summed = (
            len(said) > 2
            or bool({"+", "plus"} & {t.text for t in draft.reading.tokens})
            or draft.reading.has("total", "together_with")
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
        if len(said) != 2 or draft.nested or draft.reading.has("versus", "difference", "than", "growth", "fall", "share"):
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
        if reading.has(*_REVIEW_SUPERLATIVES):
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


def _surely_review(mark: Mark) -> bool:
    """Whether a department or class is named, by a word that means nothing else."""
    return any(s.kind == "review_value" for s in mark.senses) and all(s.kind == "review_value" for s in mark.senses)


class _Nouns:
    """Resolves the nouns of one draft."""

    def __init__(self, draft: Draft, semantics: Semantics, previous: Question | None) -> None:
        self.draft, self.reading, self.semantics, self.previous = draft, draft.reading, semantics, previous

    def resolve(self) -> None:
        for mark in self.reading.marks:
            if mark.kind != "phrase" or mark.start in self.draft.used:
                continue
            metrics = [ident for ident in mark.all("metric") if self._in_cube(self.semantics.metrics[ident].cube)]
            dimensions = [
                ident for ident in mark.all("dimension") if self._in_cube(self.semantics.dimensions[ident].cube) or self._time(ident)
            ]
            if self._acts(mark):
                self.draft.used.add(mark.start)
                continue
            if self._labels_id(mark) or self._refers_back(mark):
                continue
            if dimensions:
                self._noun(mark, dimensions[0], metrics[0] if metrics else "")
            elif metrics:
                self._metric(mark, metrics[0])
        self._settle()

    def _in_cube(self, cube: str) -> bool:
        return cube == self.draft.cube

    def _time(self, ident: str) -> bool:
        return self.semantics.dimensions[ident].kind == "time"

    def _acts(self, mark: Mark) -> bool:
        """ "How much have customers sent back", "in which country do customers spend most": whoever buys is no figure here."""
        before, after = self.reading.before(mark), self.reading.after(mark)
        if "customer" not in mark.all("dimension") or before is None or after is None:
            return False
        asked = any(m.start < mark.start for m in self.reading.ops("how_much", "how_many", "which", "when", "why"))
        verb = after.is_op("spent", "sold", "bought", "came_back") or bool(set(after.all("metric")) & {"net_sales", "returns"})
        return (
            asked and verb and self.reading.tokens[mark.start - 1].text in ("do", "did", "have", "had", "our", "all", "the", "does", "has")
        )

    def _labels_id(self, mark: Mark) -> bool:
        """ "customer 14911": the noun only says what the id is."""
        after = self.reading.after(mark)
        while after is not None and after.text in ("#", "no", "number", "nr", "id", "code", "no.", "called", "named", "with", "ref"):
            after = self.reading.after(after)
        if after is None or not mark.all("dimension"):
            return False
        return (
            (after.kind == "customer" and "customer" in mark.all("dimension"))
            or (after.kind == "order" and "order" in mark.all("dimension"))
            or (
                after.kind == "product"
                and "product" in mark.all("dimension")
                and len(after.words) == 1
                and any(c.isdigit() for c in after.words[0])
                and self._bare_lead(mark)
            )
        )

    def _bare_lead(self, mark: Mark) -> bool:
        before = self.reading.before(mark)
        return before is None or not before.is_op(*RANKING_OPS, "which", "how_many")

    def _refers_back(self, mark: Mark) -> bool:
        """ "that customer", "this product": a pronoun, not a group."""
        before = self.reading.before(mark)
        if before is None or not mark.all("dimension") or mark.end - mark.start > 1:
            return False
        return (before.is_op("that") and before.text in ("that", "those", "these")) or before.text == "this"

    def _lead(self, mark: Mark) -> Mark | None:
        """The operator right before a noun, over numbers and small words."""
        before = self.reading.before(mark)
        while before is not None and (
            before.kind == "number"
            or before.text
            in (
                "the",
                "our",
                "all",
                "total",
                "different",
                "distinct",
                "unique",
                "individual",
                "single",
                "of",
                "a",
                "an",
                "one",
                "ever",
                "active",
            )
            or (before.kind == "phrase" and not before.senses)
            or (before.is_op("total", "average", "all") and not before.is_op("by"))
        ):
            before = self.reading.before(before)
        return before

    def _metric(self, mark: Mark, ident: str) -> None:
        before = self.reading.before(mark)
        if ident == "returns" and before is not None and before.is_op("how_many"):
            ident = "cancellations"
        self.draft.used.add(mark.start)
        if ident == "trading_days" and before is not None and (before.is_op("by", "average", "a_unit") or before.text in ("a", "an")):
            self.draft.per = "day"
            return
        if ident == "products_sold" and before is not None and before.is_op("how_many"):
            self.draft.counted = "product"
        if ident not in self.draft.metrics:
            self.draft.metrics.append(ident)
            self.draft.metric_marks.append(mark)

    def _noun(self, mark: Mark, dimension: str, metric: str) -> None:
        lead, before, draft = self._lead(mark), self.reading.before(mark), self.draft
        if dimension == "country" and not (lead is not None and lead.is_op("how_many")):
            metric = ""
        kind = self.semantics.dimensions[dimension].kind
        if dimension == "order" and before is not None and before.is_op("average") and not mark.text.endswith("s"):
            self._metric(mark, "aov")
        elif mark.is_op(*RANKING_OPS):
            self._rank(mark, dimension)
        elif (lead is not None and lead.is_op("how_many")) or self._counted_after(mark):
            self._count(mark, dimension, metric)
        elif (before is not None and before.is_op("average") and mark.text in _ADJECTIVES) or (
            mark.text in _ADJECTIVES and self._average_follows(mark)
        ):
            self._per(mark, _ADJECTIVES[mark.text])
        elif mark.text in _ADJECTIVES:
            (self._rank if draft.ranks and not draft.ranked and kind == "time" else self._group)(mark, _ADJECTIVES[mark.text])
        elif lead is not None and lead.is_op("by"):
            self._after_by(mark, lead, dimension, metric)
        elif before is not None and before.is_op("a_unit") and kind == "time" and not draft.ranks:
            self._per(mark, dimension)
        elif lead is not None and lead.is_op(*RANKING_OPS):
            self._after_superlative(mark, lead, dimension, metric)
        elif (lead is not None and lead.is_op("which", "who", "rank")) or (
            before is not None and before.kind == "number" and (draft.ranks or kind != "time")
        ):
            self._rank(mark, dimension)
        elif self.reading.has("average") and before is not None and before.is_op("average") and kind == "time":
            self._per(mark, dimension)
        elif (after := self.reading.after(mark)) is not None and after.text in _AFTER_NOUN | {"breakdown"}:
            draft.used.add(after.start)
            self._group(mark, dimension)
        elif draft.ranks and not draft.ranked and (not metric or self._with_superlative(mark)):
            self._rank(mark, dimension)
        elif metric or self.previous is not None:
            draft.pending.append(mark)
        else:
            draft.used.add(mark.start)
            draft.pending.append(mark)

    def _counted_after(self, mark: Mark) -> bool:
        """ "Invoice count": the noun is counted."""
        after = self.reading.after(mark)
        return after is not None and after.text in ("count", "counts", "tally", "headcount")

    def _average_follows(self, mark: Mark) -> bool:
        after = self.reading.after(mark)
        return after is not None and after.is_op("average")

    def _with_superlative(self, mark: Mark) -> bool:
        """ "customers with the most orders", "the customer who spent most"."""
        after = self.reading.after(mark)
        linked = ("with", "who", "that", "which", "having", "whose", "spending", "buying", "ordering")
        return after is not None and (after.text in linked or after.is_op(*RANKING_OPS))

    def _after_by(self, mark: Mark, lead: Mark, dimension: str, metric: str) -> None:
        draft, time = self.draft, self._time(dimension)
        if metric and draft.ranked:
            self._metric(mark, metric)
        elif time and (self.reading.has("average") or (lead.text == "per" and dimension == "day")) and not draft.ranks:
            self._per(mark, dimension)
        elif (
            (draft.ranks or (self.previous is not None and self.previous.tool == "ranking"))
            and not draft.ranked
            and lead.text == "by"
            and not draft.metrics
            and metric
            and dimension in ("customer", "order")
            and mark.text.endswith("s")
        ):
            self._metric(mark, metric)
        else:
            self._group(mark, dimension)

    def _after_superlative(self, mark: Mark, lead: Mark, dimension: str, metric: str) -> None:
        others = self.draft.ranked or any(
            m is not mark and m.all("dimension") and not m.all("metric") for m in self.reading.marks if m.kind == "phrase"
        )
        if metric and (
            lead.text in ("most", "fewest", "least", "the most", "the fewest", "the least")
            or (lead.text in _QUANTIFIERS and (others or self.reading.has("who")))
        ):
            self._metric(mark, metric)
        else:
            self._rank(mark, dimension)

    def _count(self, mark: Mark, dimension: str, metric: str) -> None:
        """ "how many X": the count of X, whatever the metric is called."""
        counts = {
            "country": "countries",
            "day": "trading_days",
            "product": "products_sold",
            "reviewed_item": "reviewed_items",
            "customer": "customers",
            "order": "orders",
        }
        words = " ".join(t.text for t in self.reading.tokens[max(0, mark.start - 2) : mark.start])
        if (
            dimension == "product"
            and set(mark.text.split()) & _ITEM_WORDS
            and not any(w in words for w in ("different", "distinct", "unique"))
        ):
            self.draft.counted = "item"
            self._metric(mark, "units")
            return
        if dimension == "customer" and self.draft.cube == "reviews":
            self._metric(mark, "reviews")
            return
        self.draft.counted = dimension
        ident = counts.get(dimension) or metric
        if ident and self.semantics.metrics[ident].cube == self.draft.cube:
            self._metric(mark, ident)
        else:
            self.draft.used.add(mark.start)

    def _rank(self, mark: Mark, dimension: str) -> None:
        self.draft.used.add(mark.start)
        if dimension not in self.draft.ranked:
            self.draft.ranked.append(dimension)
            self.draft.plural = self.draft.plural or any(t.text != t.stem for t in self.reading.tokens[mark.start : mark.end])

    def _group(self, mark: Mark, dimension: str) -> None:
        self.draft.used.add(mark.start)
        if dimension not in self.draft.by:
            self.draft.by.append(dimension)

    def _per(self, mark: Mark, dimension: str) -> None:
        self.draft.used.add(mark.start)
        self.draft.per = dimension

    def _settle(self) -> None:
        """Nouns without a role: a figure where none is named yet, else left to the conversation."""
        draft = self.draft
        self._new_customers()
        rest: list[Mark] = []
        for mark in draft.pending:
            metrics = [ident for ident in mark.all("metric") if self._in_cube(self.semantics.metrics[ident].cube) and ident != "countries"]
            joined = self._joined(mark)
            segments = bool(draft.metrics) and set(draft.metrics) <= {"new_customers", "returning_customers"} and metrics == ["orders"]
            if metrics and (not draft.metrics or joined or segments) and not self._swaps(mark):
                self._metric(mark, metrics[0])
            else:
                rest.append(mark)
        draft.pending = rest

    def _new_customers(self) -> None:
        """ "How many of them were new": of customers; new anything else is nothing that the data knows."""
        before = self.previous.metric if self.previous else ""
        for mark in self.reading.ops("first"):
            counts = self.reading.has("how_many") and not self.reading.of("product")
            if self.draft.cube == "sales" and counts and mark.text.endswith("first time"):
                self._metric(mark, "new_customers")
        for mark in self.reading.ops("new"):
            named = any("customer" in m.all("dimension") for m in self.reading.marks)
            named = named or "returning_customers" in self.draft.metrics
            if self.draft.cube == "sales" and (named or before in ("customers", "new_customers", "returning_customers")):
                self._metric(mark, "new_customers")
            else:
                self.draft.unknown.append(mark)

    def _joined(self, mark: Mark) -> bool:
        before = self.reading.before(mark)
        if before is not None and before.text == "the":
            before = self.reading.before(before)
        last = self.draft.metric_marks[-1] if self.draft.metric_marks else None
        return before is not None and before.text in ("and", "&", "+") and last is not None and self.reading.before(before) is last

    def _swaps(self, mark: Mark) -> bool:
        """After a ranking of products, "and customers?" asks for a ranking of customers."""
        before = self.previous
        if before is None or before.tool not in ("ranking", "breakdown") or not before.by:
            return False
        kinds = {self.semantics.dimensions[ident].kind for ident in before.by}
        if "order" in mark.all("dimension"):
            return False
        return (
            kinds <= {"product", "customer", "value", "order"}
            and bool(mark.all("dimension"))
            and len(self.reading.tokens) <= 5
            and not self.reading.has("how_many", "instead")
        )
