"""One draft on its way to a question: what the message says over what the conversation had.

Owns inheritance (filters, period, metrics) and what pronouns point to; which tool answers is decided above.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from assistant.analyst.draft import RANKING_OPS, Draft
from assistant.analyst.outcome import Clarify, Stop
from assistant.analyst.periods import Found
from assistant.analyst.question import FilterClause, Period, Question
from assistant.analyst.reading import Mark
from assistant.analyst.semantics import Semantics
from assistant.analyst.surroundings import FIRST_ONES, Focus, Reach
from assistant.analyst.turns_of_phrase import BOTH, HOW_IT_WENT, MORE_OFTEN, OF_THEM, SUMMED

ALL = 1000
_PRONOUNS = frozenset(["they", "them", "their", "theirs", "he", "she", "him", "his", "her", "it", "its", "those", "these"])
_WRITERS = frozenset(["people", "women", "customers", "reviewers", "shoppers", "buyers", "ladies", "persons"])
_METRIC_OF_OP = {
    "busiest": "orders",
    "quietest": "orders",
    "most_sold": "units",
    "least_sold": "units",
    "most_returned": "returns",
    "most_expensive": "price_per_unit",
    "cheapest": "price_per_unit",
    "most_recommended": "recommendation_rate",
    "least_recommended": "recommendation_rate",
    "most_reviewed": "reviews",
    "least_reviewed": "reviews",
}
_SEGMENTS = ("new_customers", "returning_customers")
_EXCLUSIVE = (frozenset(("department", "division", "class", "reviewed_item")), frozenset(("product", "category", "style", "brand")))
"""Dimensions of one hierarchy: a value of one, named in a follow-up, takes the place of the others'."""
_SELF_CONTAINED = ("record", "lookup", "together", "forecast", "why", "count")


class Turn:
    """The draft, its context (the question before, where this one builds on it), and what follows from both."""

    def __init__(
        self, semantics: Semantics, reach: Reach, draft: Draft, context: Question | None, focus: Focus | None, earlier: Question | None
    ) -> None:
        self.home, self.semantics = reach, semantics
        self.draft, self.reading, self.context = draft, draft.reading, context
        self.earlier = earlier if context is not None else None
        self.focus = focus if context is not None else None
        self.used = draft.used

    @property
    def keeps(self) -> Question:
        return self.context or Question("metric")

    def filters(self) -> tuple[FilterClause, ...]:
        """The filters of the message over those of the conversation, by dimension; pronouns add what they refer to."""
        own = {c.dimension: c for c in self.draft.filters.clauses}
        if (joined := self._both_before()) is not None:
            own[joined.dimension] = joined
        if self._takes_back(own):
            kept_out = tuple(c for c in self.keeps.filters if c.dimension not in own)
            return (*kept_out, *(c for c in own.values() if not self._excluded_before(c)))
        part = self.keeps.share.part if self.keeps.share else ()
        kept = {c.dimension: c for c in (*self.keeps.filters, *part) if c.dimension not in own}
        if self.reading.has("everywhere"):
            kept.pop("country", None)
        for group in _EXCLUSIVE:
            if group & set(own):
                for dimension in group - set(own):
                    kept.pop(dimension, None)
        if self.reading.has("exclude") and self.draft.pending:
            for dimension in (d for m in self.draft.pending for d in m.all("dimension")):
                kept.pop(dimension, None)
        if "review_stars" in own or any(self._polar(m) for m in self.draft.metrics):
            kept.pop("review_stars", None)
        if self._points_to_focus():
            assert self.focus is not None
            clause = FilterClause(self.focus.dimension, "eq", (self.focus.value,), self.focus.label)
            if clause.dimension not in own:
                kept[clause.dimension] = clause
        segment = self._segment()
        if segment is not None:
            kept[segment.dimension] = segment
        return (*kept.values(), *own.values(), *self._cuts())

    def _both_before(self) -> FilterClause | None:
        """ "Both together": the values that the last two questions had in turn, as one.

        Raises:
            Stop: nothing tells which two are meant.
        """
        if not BOTH.fullmatch(self.reading.text) or self.context is None:
            return None
        now, then = self.context, self.earlier
        last = [f for f in now.filters if then is not None and f not in then.filters]
        first = [f for f in then.filters if f not in now.filters] if then is not None else []
        alike = then is not None and now.metrics == then.metrics and now.period == then.period
        if not alike or len(last) != 1 or len(first) != 1 or last[0].dimension != first[0].dimension or {last[0].op, first[0].op} != {"eq"}:
            raise Stop(Clarify("Which two do you mean? Please name them.", slot="subject"))
        return FilterClause(last[0].dimension, "in", (*first[0].values, *last[0].values), f"{first[0].label} and {last[0].label}")

    def _takes_back(self, own: Mapping[str, FilterClause]) -> bool:
        """ "Include the UK" after "without the UK": the exclusion goes."""
        return self.reading.has("include") and any(self._excluded_before(c) for c in own.values())

    def _excluded_before(self, clause: FilterClause) -> bool:
        held = self.keeps.filter_on(clause.dimension)
        return held is not None and held.op in ("ne", "not_in") and clause.op == "eq" and clause.values[0] in held.values

    def _segment(self) -> FilterClause | None:
        """ "Revenue from new customers": new and returning customers narrow another figure instead of being counted."""
        segments = [ident for ident in self.draft.metrics if ident in _SEGMENTS]
        if not segments and self.keeps.metric in _SEGMENTS and {"they", "them", "their", "those"} & {t.text for t in self.reading.tokens}:
            segments = [self.keeps.metric]
        others = [ident for ident in self.draft.metrics if ident not in _SEGMENTS and ident != "customers"]
        if len(segments) != 1 or not others or self.reading.has("versus", "difference"):
            return None
        period = self.period()
        if period is None:
            raise Stop(Clarify("New or returning in which period? Name one, such as last month or 2011.", slot="period"))
        if segments[0] == "new_customers":
            bounds = (max(period.first, self.home.first_day).isoformat(), period.last.isoformat())
            return FilterClause("customer_since", "between", bounds, "new customers")
        return FilterClause("customer_since", "lt", (period.first.isoformat(),), "returning customers")

    def _polar(self, ident: str) -> bool:
        return bool(self.semantics.metrics[ident].share)

    def _points_to_focus(self) -> bool:
        """Whether "they", "that customer", "it" means the first row of a ranking before."""
        if self.focus is None:
            return False
        held = self.keeps.filter_on(self.focus.dimension)
        if held is not None and held.op not in ("ne", "not_in"):
            return False
        if self.keeps.tool not in ("ranking", "compare", "record"):
            return False
        answered = self.keeps.tool == "ranking" and self.keeps.ask == "label" and self._asks_amount() and not self.draft.periods
        return (self._has_pronoun() or answered) and self._ranks_others() and not self.reading.has("by_how_much")

    def _asks_amount(self) -> bool:
        """Whether "how many" or "how much" is asked; "by number of pieces" only names a measure."""
        before = (self.reading.before(m) for m in self.reading.ops("how_many", "how_much"))
        return any(mark is None or not mark.is_op("by") for mark in before)

    def _ranks_others(self) -> bool:
        """ "The top products there": what is ranked is not what the pronoun means."""
        ranked = self.draft.ranked
        return not ranked or (self.focus is not None and self.focus.dimension not in ranked and self.reading.has("that"))

    def _has_pronoun(self) -> bool:
        return any(
            (m.is_op("that") or m.text == "there")
            and m.text in _PRONOUNS | {"that", "there", "that one", "this one", "the one", *FIRST_ONES}
            for m in self.reading.marks
        ) or bool(self._pointed())

    def _pointed(self) -> tuple[Mark, ...]:
        """Nouns after "that" or "this": "that customer"."""
        found = []
        for mark in self.reading.marks:
            before = self.reading.before(mark)
            if (
                mark.all("dimension")
                and before is not None
                and before.text in ("that", "this", "those", "these")
                and mark.start not in self.used
            ):
                found.append(mark)
        return tuple(found)

    def period(self) -> Period | None:
        """The period named, else the one before, shifted where the message says so."""
        draft, kept = self.draft, self.keeps.period or self._later_side()
        if draft.periods:
            said = self._without_left_out(draft.periods[0])
            if kept is not None and said.period is not None and said.period.grain == "year" and self._same_season(kept):
                return kept.year_before(kept.first.year - said.period.first.year)
            if said.last_year and kept is not None and kept.grain != "year" and not draft.metrics and len(self.reading.tokens) <= 5:
                return kept.year_before()
            return said.period
        if draft.whole and (kept is None or any(m.text not in SUMMED for m in self.reading.of("period"))):
            return None
        if draft.shifts:
            return self.shifted(kept)
        return kept

    def _later_side(self) -> Period | None:
        """The later of two periods compared before: what "how many orders was that" goes on from."""
        sides = self.keeps.comparison.sides if self.keeps.comparison else ()
        return max((s.period for s in sides if s.period), key=lambda p: p.last, default=None)

    def _same_season(self, kept: Period) -> bool:
        """ "And in 2010?" after a season, or "the one in 2010" after any part of a year: the same part of that year."""
        words = {t.text for t in self.reading.tokens}
        return not self.draft.metrics and (kept.grain == "season" or (kept.grain not in ("year", "span") and bool(words & {"one", "same"})))

    def _without_left_out(self, said: Found) -> Found:
        """The period less one that is left out at either end of it ("2011 without December")."""
        for left_out in self.draft.left_out:
            if said.period is None or left_out.period is None:
                continue
            whole, cut = said.period, left_out.period
            if cut.last < whole.first or cut.first > whole.last:
                raise Stop(
                    Clarify(
                        f"I cannot tell who or what was there in {whole.title} but not in {cut.title}; I can give either by itself.",
                        slot="period",
                    )
                )
            if self._cut_out(whole, cut) is not None:
                continue
            if cut.last >= min(whole.last, self.home.today) and cut.first > whole.first:
                said = replace(said, period=Period(whole.first, cut.first - timedelta(days=1)))
            elif cut.first <= whole.first and cut.last < whole.last:
                said = replace(said, period=Period(cut.last + timedelta(days=1), whole.last))
            else:
                raise Stop(
                    Clarify(
                        f"I cannot leave {cut.title} out of the middle of {whole.title}; ask for the parts before and after it.",
                        slot="period",
                    )
                )
        return said

    def _cut_out(self, whole: Period, cut: Period) -> FilterClause | None:
        """A calendar unit in the middle of a period, as a filter that leaves it out; None where it is anything else."""
        inside = whole.first < cut.first and cut.last < min(whole.last, self.home.today)
        if not inside or cut.grain not in ("day", "week", "month", "quarter"):
            return None
        return FilterClause(cut.grain, "ne", (cut.first.isoformat(),), f"without {cut.title}")

    def _cuts(self) -> tuple[FilterClause, ...]:
        whole = self.draft.periods[0].period if self.draft.periods else None
        said = [f.period for f in self.draft.left_out if f.period is not None]
        return tuple(c for c in (self._cut_out(whole, p) for p in said) if c is not None) if whole else ()

    def shifted(self, base: Period | None) -> Period:
        """`base` moved as "the month before" or "a year earlier" says."""
        if base is None:
            raise Stop(Clarify("Which period do you mean? I know none to count from.", ("last month", "last year"), slot="period"))
        kind, count = self.draft.shifts[0].shift or ("step", -1)
        return base.year_before(-count) if kind == "year" else base.step(count)

    def metrics(self) -> tuple[str, ...]:
        """The metrics named, else those before, else none."""
        named = tuple(self.draft.metrics)
        if set(named) == {"orders", "cancellations"} and self.reading.has("how_many") and "and" not in self.reading.text.split():
            named = ("cancellations",)
            self.draft.metrics = list(named)
        if (
            self.draft.counted
            and len(named) > 1
            and not self.draft.lists_figures
            and not self.reading.has("more_than", "less_than", "exactly")
        ):
            named = next(((m,) for m in named[1:] if self.semantics.metrics[m].whole == named[0]), named[:1])
        if set(named) == {"gross_sales", "net_sales"}:
            named = self._gross_or_net() or named
        if set(named) >= {"returns", "units"} or (named == ("units",) and self.keeps.metric == "returns" and self._in_units()):
            named = ("returned_units",)
        if named == ("units",) and self.reading.has("came_back") and not self.reading.has("sold", "bought"):
            named = ("returned_units",)
        if named == ("returns",) and self.keeps.metric == "gross_sales" and self._taken_off():
            named = ("net_sales",)
            self.used.update(m.start for m in self.reading.ops("exclude"))
        if named == ("returns",) and self.keeps.metric == "net_sales" and self._before_returns():
            named = ("gross_sales",)
        if named == ("cancellations",) and self._by_value():
            named = ("returns",)
        named = self._per_order(named)
        if "returns" in named and self.draft.counted == "customer":
            return ("returning_customers",)
        named = self._most_specific(tuple(ident for ident in named if ident not in _SEGMENTS or not self._segment()))
        rates = self._rates() or self.draft.weighs_reviews
        if self.draft.cube == "reviews" and set(named) <= {"reviews"} and not self.reading.has("how_many", "share") and rates:
            return ("rating",)
        if not named and self.draft.cube == "sales" and MORE_OFTEN.search(self.reading.text):
            return ("orders",)
        implied = next((ident for op, ident in _METRIC_OF_OP.items() if self.reading.has(op)), "")
        if implied == "units" and set(self.draft.ranked) & {"country", "customer"} and self._bought_most():
            implied = "net_sales"
        if implied == "returns" and named in (("units",), ("returned_units",)):
            return ("returned_units",)
        if self.draft.cube == "reviews" and not named and self.reading.has("how_many") and self.draft.filters.clauses:
            named = ("reviews",) if _WRITERS & {t.text for t in self.reading.tokens} else named
        if self.draft.cube == "reviews" and set(named) <= {"reviews"} and self.reading.has("average") and self.reading.has("stars"):
            return ("rating",)
        if implied and not named:
            return (implied,)
        if self._counts_reviews() and not named:
            return ("reviews",)
        if not named and not implied and self._how_it_went() and not self.keeps.metrics:
            return ("net_sales",)
        if (
            not named
            and self.reading.has("earned")
            and not self.reading.has("how_many", "share", "came_back")
            and self.draft.cube == "sales"
        ):
            return ("returns",) if self.keeps.metric in ("cancellations", "returned_units") else ("net_sales",)
        return (
            named or self._implied_units() or self._counted_before() or (() if self.keeps.tool in _SELF_CONTAINED else self.keeps.metrics)
        )

    def _how_it_went(self) -> bool:
        """ "How did Germany do in September": what is sold is meant where nothing else is."""
        clauses = self.draft.filters.clauses
        return self.draft.cube == "sales" and bool(clauses) and HOW_IT_WENT.match(self.reading.text) is not None

    def _in_units(self) -> bool:
        """ "As pieces", "in units" after an amount of returns."""
        return len(self.reading.tokens) <= 4 and bool({"as", "in"} & {t.text for t in self.reading.tokens})

    def _taken_off(self) -> bool:
        """ "Less returns" after gross sales: what is left."""
        before = self.reading.before(self.draft.metric_marks[0])
        return before is not None and before.text in (
            "less",
            "less the",
            "minus",
            "minus the",
            "after",
            "deduct",
            "deducting",
            "net of",
            "without",
            "excluding",
        )

    def _by_value(self) -> bool:
        """ "Credit notes of March, total value": what they are worth, not how many there were."""
        words = {t.text for t in self.reading.tokens}
        return bool({"value", "worth"} & words) and not words & {"average", "avg", "mean", "over", "above", "than", "number", "many"}

    def _before_returns(self) -> bool:
        """ "Before refunds" after net sales: gross sales."""
        before = self.reading.before(self.draft.metric_marks[0]) if self.draft.metric_marks else None
        return before is not None and before.text in ("before", "ignoring", "without")

    def _per_order(self, named: tuple[str, ...]) -> tuple[str, ...]:
        """ "Spend most per order", "units ... per order": the figure of an average order."""
        if set(named) == {"aov", "units"} and self._in_pieces():
            return ("items_per_order",)
        average = {"net_sales": "aov", "gross_sales": "aov", "units": "items_per_order"}.get(named[0] if named else "")
        if average is None:
            return named
        led = [
            t.text for m in self.reading.marks if "order" in m.all("dimension") for t in self.reading.tokens[max(0, m.start - 2) : m.start]
        ]
        rated = {"per", "a", "an", "each", "every", "single"} if self.draft.ranks or self.reading.has("average") else {"per"}
        if not rated & set(led) or (self.draft.by and self.draft.by != ["order"] and not self.draft.ranks):
            return named
        self.draft.by = [d for d in self.draft.by if d != "order"]
        return (average,)

    def _in_pieces(self) -> bool:
        """ "The average order, in pieces": what it is measured in, not a second figure."""
        return any("units" in m.all("metric") and self.reading.tokens[max(0, m.start - 1)].text in ("in", "by") for m in self.reading.marks)

    def _gross_or_net(self) -> tuple[str, ...]:
        """ "Gross rev" is gross, "gross minus returns" is net: two words for one figure, side by side."""
        one, two = sorted(self.draft.metric_marks[:2], key=lambda m: m.start)
        if one.end != two.start:
            return ()
        taken_off = ("minus", "less", "after", "net of", "excluding", "without")
        return ("net_sales",) if one.text.startswith("net") or two.text.startswith(taken_off) else ("gross_sales",)

    def _rates(self) -> bool:
        """ "How do reviewers rate ...": the verb asks for the rating."""
        verbs = ("rate", "rated", "score", "scored", "rating of", "a rating of", "ratings of", "score of")
        return any(m.text in verbs and m.start not in self.used for m in self.reading.ops("stars"))

    def _bought_most(self) -> bool:
        """ "Who buys the most": money; "what is bought most": pieces."""
        return any(
            m.text.startswith(("buy", "bought", "purchase")) or m.text.endswith(("bought", "purchased"))
            for m in self.reading.ops("most_sold", "least_sold")
        )

    def _counted_before(self) -> tuple[str, ...]:
        """ "And how many?" after an amount of returns: how many documents."""
        if self.context is None or not self.reading.has("how_many") or self.draft.counted:
            return ()
        return ("cancellations",) if self.context.metric == "returns" else ()

    def _counts_reviews(self) -> bool:
        """ "How many are there" after a rating or a rate of reviews: their number."""
        before = self.semantics.metrics.get(self.keeps.metric)
        rated = before is not None and before.cube == "reviews" and before.unit in ("rating", "share")
        return rated and self.draft.cube == "reviews" and self.reading.has("how_many") and not self.reading.has("share")

    def _most_specific(self, named: tuple[str, ...]) -> tuple[str, ...]:
        """ "How many reviews are negative": of a figure and a part of it, the part is meant, unless they are set against each other."""
        for mark in self.reading.marks:
            before, ident = self.reading.before(mark), next((m for m in mark.all("metric") if m in named), "")
            if before is not None and before.text == "the":
                before = self.reading.before(before)
            if ident and before is not None and before.is_op("only"):
                self.draft.metrics = [ident]
                return (ident,)
        if len(named) < 2 or self.reading.has("share", "versus", "difference", "than"):
            return named
        generic = {"reviews"} if not self.reading.has("and_what") else set()
        named = tuple(ident for ident in named if ident not in generic) or named
        wholes = {self.semantics.metrics[ident].whole for ident in named}
        if not {"and", "&", "+", "or", ","} & {t.text for t in self.reading.tokens}:
            wholes |= {part for ident in named for part in self.semantics.metrics[ident].ratio}
        return tuple(ident for ident in named if ident not in wholes) or named

    def _implied_units(self) -> tuple[str, ...]:
        """ "How many rabbit night lights did we sell": pieces; "how much ... of it": money."""
        kept = self.semantics.metrics.get(self.keeps.metric)
        if kept is not None and kept.unit == "count" and OF_THEM.search(self.reading.text) and not self.reading.has("came_back"):
            return (kept.id,)
        if self.draft.cube == "sales" and "how many times" in self.reading.text and self.reading.has("bought", "sold"):
            return ("orders",)
        product = any(c.dimension == "product" for c in self.filters())
        came_back = self.reading.has("came_back")
        if came_back and self.reading.has("how_many") and self.keeps.metric in ("customers", "new_customers") and not product:
            return ("returning_customers",)
        if (
            self.draft.cube == "sales"
            and self.reading.has("how_many")
            and (product or self.reading.has("sold", "bought", "came_back"))
            and not self.draft.counted
        ):
            return ("returned_units",) if came_back and not self.reading.has("sold") else ("units",)
        if self.draft.cube == "sales" and "how often" in self.reading.text and self.reading.has("bought", "sold") and product:
            return ("orders",)
        if (
            self.draft.cube == "sales"
            and self.reading.has("how_many")
            and {"placed", "place", "places"} & {t.text for t in self.reading.tokens}
        ):
            return ("orders",)
        asks = self.reading.tokens[0].text in ("has", "have", "did", "does", "do") if self.reading.tokens else False
        if self.draft.cube == "sales" and asks and self.reading.has("bought") and any(c.dimension == "customer" for c in self.filters()):
            return ("net_sales",) if self.reading.has("how_much") else ("orders",)
        if self.draft.cube == "sales" and self.reading.has("how_much") and self.reading.has("came_back"):
            return ("returns",)
        if (
            self.draft.cube == "sales"
            and self.reading.has("sold", "bought")
            and {"in pounds", "in £"} & {m.text for m in self.reading.marks}
        ):
            return ("net_sales",)
        if (
            self.draft.cube == "sales"
            and (self.reading.has("how_much") or any(m.text == "how much of" for m in self.reading.ops("share")))
            and not self.keeps.metrics
            and (self.reading.has("sold", "bought", "spent") or self.filters())
        ):
            return ("net_sales",)
        if (
            self.draft.cube == "sales"
            and not self.keeps.metrics
            and self.reading.has("sold")
            and self.draft.pending
            and not self.draft.ranks
        ):
            return ("units",)
        return ()

    def base(self, tool: str, metrics: tuple[str, ...]) -> Question:
        """A question with the filters and period as they stand."""
        return Question(tool, metrics, filters=self.filters(), period=self.period())

    def rank_n(self) -> int:
        """The number of places asked for, 0 where none is said."""
        for mark in self.reading.of("number"):
            if mark.start in self.used or mark.number != int(mark.number) or not 0 < mark.number <= ALL:
                continue
            before, after = self._solid(mark, -1), self._solid(mark, 1)
            near = [m for m in (before, after) if m is not None]
            noun = after is not None and (bool(after.all("dimension")) or after.text in ("rows", "entries"))
            if (
                any(m.is_op(*RANKING_OPS, "only", "which", "rank", "together_with", "instead", "first") for m in near)
                or noun
                or (before is not None and before.all("dimension") and self.draft.ranks)
            ):
                self.used.add(mark.start)
                return int(mark.number)
        loose = [m for m in self.reading.of("number") if m.start not in self.used and 0 < m.number <= 100]
        if len(loose) == 1 and self.draft.ranks and loose[0].number == int(loose[0].number):
            self.used.add(loose[0].start)
            return int(loose[0].number)
        return 0

    def _solid(self, mark: Mark, step: int) -> Mark | None:
        move = self.reading.before if step < 0 else self.reading.after
        found = move(mark)
        while found is not None and found.kind == "word" and not found.is_op():
            found = move(found)
        return found
