"""Comparisons: which two sides a message sets against each other, and whether it wants growth, a difference or the winner."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.analyst.against import as_far, base_of, last_complete, over_by, within_a_year
from assistant.analyst.against import sides as sides_of
from assistant.analyst.draft import DOWNWARD, Draft
from assistant.analyst.outcome import Clarify, Stop
from assistant.analyst.periods import Found
from assistant.analyst.question import Comparison, ComparisonKind, Direction, Period, Question, Ranking, Side
from assistant.analyst.reading import Mark
from assistant.analyst.turns_of_phrase import LOWER, WHICH_OF_TWO

if TYPE_CHECKING:
    from assistant.analyst.turn import Turn

_RATES = ("yoy", "mom", "qoq", "wow")
_CHANGE = ("growth", "fall", *_RATES)
_FALLS = frozenset(["fall", "falls", "fell", "fallen"])
_INTO = frozenset(["in", "into", "on", "within", "during", "the"])
_SIDED = (
    "country",
    "product",
    "customer",
    "weekday",
    "department",
    "class",
    "division",
    "category",
    "style",
    "brand",
    "review_stars",
    "reviewed_item",
    "age",
    "hour",
)


_BY_HOW = re.compile(r"\bby how (?:much|many)\b")
_AS_ONE = re.compile(
    r"\b(?:together|combined|in total|in all|altogether|as a whole|taken as one|(?:all|the whole|the entire|whole|entire|full) (?:of )?"
    r"(?:the )?(?:last |this |previous )?(?:day|week|month|quarter|year|(?:19|20)\d\d))\b"
)


class Comparing:
    """The comparison of one turn."""

    def __init__(self, turn: Turn, draft: Draft, context: Question | None) -> None:
        self.turn, self.draft, self.context, self.reading = turn, draft, context, draft.reading

    # ------------------------------------------------------------------ signals

    @property
    def changes(self) -> bool:
        """Whether a change over time is asked for; a change that is only presupposed ("since sales doubled, how much ...") is not."""
        changed = self.reading.has(*_RATES) or any(not self._falls_within(m) for m in self.reading.ops("growth", "fall"))
        return changed and not self._presupposed() and not (self.draft.ranks and not (self.draft.ranked or self.draft.by))

    def _falls_within(self, mark: Mark) -> bool:
        """ "What part of the year's orders fell in March": a day falls into a time, which is no decline."""
        if mark.text not in _FALLS or self.draft.nested is None or not self.reading.has("share"):
            return False
        after = self.reading.after(mark)
        while after is not None and after.text in _INTO:
            after = self.reading.after(after)
        within = after is not None and after.kind == "period"
        self.draft.used |= {mark.start} if within else set()
        return within

    def _presupposed(self) -> bool:
        words = self.reading.text.split()
        changed = self.reading.ops(*_CHANGE)
        asked = [m for m in self.reading.ops("how_much", "how_many") if changed and m.start > changed[0].end]
        return bool(asked) and words[0] in ("since", "as", "given", "because", "although", "now", "after", "considering", "seeing")

    @property
    def weighs(self) -> bool:
        """Whether two things are set against each other in words."""
        return (
            self.reading.has("versus", "difference", "more_than", "less_than", "than")
            or (self.reading.has("more", "less") and " or " in f" {self.reading.text} ")
            or self._takes_off()
        )

    def _takes_off(self) -> bool:
        """ "The rate of Germany less that of France": one value's figure from another's."""
        for placed in self.draft.filters.at.values():
            starts = [start for start, _ in placed]
            if any(m.text == "less" and min(starts) < m.start < max(starts) for m in self.reading.ops("less")):
                return True
        return False

    @property
    def chooses(self) -> bool:
        """Whether the better of two is asked for."""
        words = f" {self.reading.text} "
        either = " or " in words and (
            self.reading.has("which", "who", "more", "less", "top", "bottom", "busiest", "quietest")
            or words.startswith((" was ", " is ", " did ", " were ", " do "))
        )
        return (
            either
            or WHICH_OF_TWO.fullmatch(self.reading.text) is not None
            or self.reading.has("more_than", "less_than", "than")
            or (self.reading.has("versus") and any(m.text.startswith(("which", "who")) for m in self.reading.ops("which", "who")))
        )

    # ------------------------------------------------------------------ questions

    def question(self) -> Question | None:
        """The comparison asked for, None where none is."""
        follow = self._follow_up()
        if follow is not None:
            return follow
        sides = self._sides()
        if not sides:
            return None
        metrics = self.turn.metrics() or ("net_sales",)
        period = None if sides[0].period else self.turn.period()
        named = {f.dimension for s in sides for f in s.filters}
        filters = tuple(f for f in self.turn.filters() if f.dimension not in named)
        kind = self._kind(sides)
        if kind == "winner" and sides[0].period and self.draft.asks_for_groups:
            raise Stop(
                Clarify(
                    f"Which of them changed the most between {sides[0].label} and {sides[1].label}, or how did all of them together?",
                    slot="subject",
                )
            )
        downward = self.reading.has("less", "less_than", *DOWNWARD) or LOWER.search(self.reading.text)
        direction = "bottom" if downward and kind == "winner" else "top"
        comparison = Comparison(kind, sides, direction)  # type: ignore[arg-type]
        question = Question(
            "compare", metrics[:1], filters=filters, period=period, comparison=comparison, ask="label" if kind == "winner" else "number"
        )
        if self.context is not None and self.context.per and not self.draft.metrics:
            question = replace(question, per=self.context.per)
        timed = {"day", "week", "month", "quarter", "year"} & set(self.draft.ranked)
        if timed and self.draft.ranks and sides[0].period and not self.weighs:
            return None
        if timed & set(self.draft.ranked[:1]) and sides[0].period and kind in ("growth", "difference"):
            raise Stop(
                Clarify("I compare two periods as wholes; shall I list the figures one by one, or compare two of them?", slot="period")
            )
        if (grouped := self._by_group(question, sides)) is not None:
            return grouped
        ranked = self.draft.ranked or (self.draft.by if self.draft.ranks else [])
        if ranked and kind in ("growth", "difference") and sides[0].period:
            n = self.turn.rank_n() or (10 if self.draft.plural or not self.draft.ranked else 1)
            fewest = "bottom" if self.reading.has("fall", *DOWNWARD) else "top"
            return replace(question, by=tuple(ranked[:1]), ranking=Ranking(n, fewest), ask="label" if n == 1 else "rows")  # type: ignore[arg-type]
        return question

    def _by_group(self, question: Question, sides: tuple[Side, ...]) -> Question | None:
        """ "Revenue year to date against last year by country": every group's figure in both periods; months of two years side by side.

        Raises:
            Stop: the groups are days, weeks or years, which two periods do not share.
        """
        groups = self.draft.by[:2]
        comparison = question.comparison
        if not groups or self.draft.ranks or comparison is None or len(sides) != 2 or not (sides[0].period and sides[1].period):
            return None
        by = tuple("month_of_year" if d == "month" and within_a_year(sides) else d for d in groups)
        timed = [d for d in by if self.turn.semantics.dimension(d).kind == "time"]
        if timed or len(by) > 1 or comparison.kind == "winner":
            name = self.turn.semantics.dimension((timed or by)[0]).plural
            raise Stop(
                Clarify(
                    f"I can set the two periods beside each other, but not by {name} as well; shall I list one of them?", slot="subject"
                )
            )
        kind: ComparisonKind = "difference" if comparison.kind == "difference" else "growth"
        return replace(question, by=by, comparison=replace(comparison, kind=kind), ask="rows")

    def beside(self, metrics: tuple[str, ...]) -> Question | None:
        """ "Why is Germany ahead of France": what lies between two values, which no change over time explains; None for anything else."""
        sides = self._value_sides()
        if not sides or sides[0].period:
            return None
        named = {f.dimension for s in sides for f in s.filters}
        filters = tuple(f for f in self.turn.filters() if f.dimension not in named)
        return Question("compare", metrics[:1], filters=filters, period=self.turn.period(), comparison=Comparison("difference", sides[:2]))

    def why(self, metrics: tuple[str, ...]) -> Question:
        """Why something rose or fell: the period against the one before it, or against what the message names."""
        sides = self._period_sides() or (
            self.context.comparison.sides if self.context and self.context.comparison and self.context.comparison.sides[0].period else ()
        )
        period = self.turn.period()
        if not sides:
            if period is None:
                raise Stop(
                    Clarify(
                        "Over which period do you mean?",
                        ("why did sales change last month", "why did sales change this year"),
                        slot="period",
                    )
                )
            sides = sides_of(period, base_of(period))
        fell = self.reading.has("fall", "less", "poor", "bottom") or (
            self.context is not None
            and self.context.tool == "why"
            and self.context.comparison is not None
            and self.context.comparison.direction == "bottom"
        )
        comparison = Comparison("growth", sides, "bottom" if fell else "top")
        return Question(
            "why", metrics[:1], by=tuple(self.draft.by), filters=self.turn.filters(), period=sides[0].period, comparison=comparison
        )

    def _kind(self, sides: tuple[Side, ...]) -> ComparisonKind:
        percent = self.reading.has("share")
        if self.reading.has("difference") and not percent and not self.reading.has(*_RATES):
            rises = self.reading.has("growth", "fall") and sides[0].period is not None
            return "growth" if rises and not any(m.text not in ("by how much",) for m in self.reading.ops("difference")) else "difference"
        if self._takes_off():
            return "difference"
        if self.changes or (percent and sides[0].period is not None):
            return "growth"
        if self._claims():
            return "growth" if sides[0].period is not None else "difference"
        if self.chooses:
            return "winner"
        return "both"

    def _claims(self) -> bool:
        """ "Were sales in September lower than in August?": a claim about two sides is answered with what lies between them."""
        words = self.reading.text.split()
        opens = words[0] in ("is", "are", "was", "were", "did", "do", "does", "has", "have", "had") or "true" in words[:6]
        return opens and " or " not in self.reading.text and not self.reading.has("which", "who", "how_much", "how_many", "share")

    def _follow_up(self) -> Question | None:
        """ "By how much?", "in %?" after a comparison."""
        before = self.context
        if before is None or before.comparison is None or before.tool != "compare":
            return None
        fresh = self.draft.metrics or self.draft.periods or self.draft.filters.clauses or self.draft.shifts or self.draft.ranks
        if WHICH_OF_TWO.fullmatch(self.reading.text) and not fresh and len(before.comparison.sides) == 2:
            direction: Direction = "bottom" if LOWER.search(self.reading.text) else "top"
            return replace(before, comparison=replace(before.comparison, kind="winner", direction=direction), ask="label")
        gap = _BY_HOW.search(self.reading.text) is not None and not (
            self.draft.periods or self.draft.filters.clauses or self.draft.shifts or self.draft.ranks
        )
        if gap and self.draft.metrics:
            metrics = self.turn.metrics()[:1]
            return replace(
                before, metrics=metrics, comparison=replace(before.comparison, kind="difference"), by=(), ranking=None, ask="number"
            )
        if self.reading.has("difference") and not fresh:
            return replace(before, comparison=replace(before.comparison, kind="difference"), by=(), ranking=None, ask="number")
        if (self.reading.has("share") or self.changes) and not fresh:
            return replace(before, comparison=replace(before.comparison, kind="growth"), by=(), ranking=None, ask="number")
        if self.draft.ranked or self.draft.by or self.reading.has("how_many", "how_much") or self._as_one():
            return None
        return self._edited(before)

    def _as_one(self) -> bool:
        """ "And all of last week together?" after two days were compared: a figure of that time, and no comparison any more."""
        alone = len(self.draft.periods) == 1 and not self.draft.shifts and not self.weighs and not self.changes
        return alone and _AS_ONE.search(self.reading.text) is not None

    def _edited(self, before: Question) -> Question | None:
        """The comparison before, with another metric, filter or period."""
        assert before.comparison is not None
        sides = before.comparison.sides
        if self.draft.shifts and sides[0].period and not self.weighs:
            base = sides[0].period
            return replace(before, comparison=replace(before.comparison, sides=sides_of(base, self.turn.shifted(base))))
        if len(self.draft.periods) == 1 and not self._range_of_two() and not self.weighs:
            period = self.draft.periods[0].period
            if period is not None and sides[0].period and sides[1].period:
                old = sides[0].period
                yearly = old.year_before().first == sides[1].period.first
                return replace(
                    before,
                    comparison=replace(before.comparison, sides=sides_of(period, period.year_before() if yearly else base_of(period))),
                )
            return replace(before, period=period)
        if self._sides(fresh=True):
            return None
        named = {f.dimension for s in sides for f in s.filters}
        clauses = tuple(c for c in self.draft.filters.clauses if c.dimension not in named)
        if (self.draft.filters.clauses and not clauses) or not (clauses or self.draft.metrics):
            return None
        question = replace(before, metrics=self.turn.metrics()[:1] or before.metrics)
        for clause in clauses:
            question = question.with_filter(clause)
        return question

    # ------------------------------------------------------------------ sides

    def _sides(self, *, fresh: bool = False) -> tuple[Side, ...]:
        return self._period_sides(fresh=fresh) or self._value_sides() or self._metric_sides() or self._against_before()

    def _range_of_two(self) -> bool:
        return len(self.draft.periods) == 1 and self.draft.periods[0].ends is not None

    def _period_sides(self, *, fresh: bool = False) -> tuple[Side, ...]:
        """Two periods named, one and its shift, or one alone with a word of change."""
        found = [f for f in self.draft.periods if f.period is not None]
        if self.reading.has("share") and self.draft.nested and not self.changes:
            return ()
        if (again := self._part_said_twice()) is not None:
            return sides_of(again, again.year_before())
        ends = found[0].ends if len(found) == 1 else None
        if ends and (self.reading.has("difference", "yoy", "mom", "qoq", "versus") or self.changes) and ends[0] != ends[1]:
            return sides_of(ends[1], ends[0])
        if len(found) == 2 and (parts := self._part_of_years(found)):
            return parts
        if len(found) >= 2:
            if any(f.ends for f in found) and found[-1].period is not None and found[-1].period.grain != "year":
                raise Stop(Clarify("Which two periods shall I compare? I read a range and another period beside it.", slot="period"))
            one, two = found[0].period, found[1].period
            assert one is not None
            assert two is not None
            if found[1].last_year and one.grain != "year" and one.first.year != two.first.year:
                two = one.year_before()
            one, two = self._balanced(found)
            one, two = self._same_days(one, two)
            if self.changes and one != two and (one.clipped(two.first, two.last) in (one, two)):
                raise Stop(Clarify(f"{one.title} and {two.title} hold one another; which two periods shall I compare?", slot="period"))
            return self._paired(one, two) or (Side(one.title, one), Side(two.title, two))
        if len(found) == 1 and self.draft.shifts:
            one = found[0].period
            assert one is not None
            if self.weighs or self.changes:
                return sides_of(self._clipped(one), self.turn.shifted(self._clipped(one)))
            return ()
        rate = next((r for r in _RATES if self.reading.has(r)), "")
        if len(found) == 1 and (rate or self.changes) and not self._weighs_values():
            one = found[0].period
            assert one is not None
            if self.context is not None and self.reading.has("versus") and self.context.period is not None and not rate:
                return self._against_context(one, found[0].last_year)
            one = self._clipped(one)
            return sides_of(one, one.year_before() if rate == "yoy" else base_of(one))
        if (
            len(found) == 1
            and self.context is not None
            and self.context.period is not None
            and self.reading.has("versus", "difference")
            and not self._weighs_values()
        ):
            period = found[0].period
            assert period is not None
            return self._against_context(period, found[0].last_year)
        if fresh:
            return ()
        return self._implied(rate)

    def _part_said_twice(self) -> Period | None:
        """ "H1 v H1 2011": the same part of the year named and of the year before."""
        said = [m.period for m in self.reading.of("period") if m.period is not None]
        bare = [f.period for f in said if f.bare and f.period is not None]
        if len(bare) != 2 or bare[0] != bare[1] or not self.reading.has("versus"):
            return None
        year = next((f.period for f in said if f.period is not None and f.period.grain == "year"), bare[0])
        return bare[0].year_before(bare[0].first.year - year.first.year)

    def _part_of_years(self, found: list[Found]) -> tuple[Side, ...]:
        """ "From 2010 to 2011 in the first half": one part of both years."""
        years = next((f.ends for f in found if f.ends and all(e.grain == "year" for e in f.ends)), None)
        part = next((f.period for f in found if f.bare and not f.ends), None)
        if years is None or part is None or not (self.weighs or self.changes):
            return ()
        old, new = (part.year_before(part.first.year - year.first.year) for year in years)
        return sides_of(new, old)

    def _balanced(self, found: list[Found]) -> tuple[Period, Period]:
        """Two periods of a kind: a year beside a part of another year means the same part of it ("Nov 2011 vs 2010").

        Raises:
            Stop: more than two periods, or two that nothing makes comparable.
        """
        one, two = found[0].period, found[1].period
        assert one is not None
        assert two is not None
        if len(found) > 2:
            raise Stop(Clarify("I compare two periods at a time; which two, or shall I list them all?", slot="period"))
        if two.grain == "year" != one.grain and one.first.year == one.last.year != two.first.year:
            return one, one.year_before(one.first.year - two.first.year)
        if one.grain == "year" != two.grain and two.first.year == two.last.year != one.first.year and found[0].start:
            return two.year_before(two.first.year - one.first.year), two
        unlike = one.grain != two.grain and max(one.days, two.days) > 1.5 * min(one.days, two.days) + 3
        if unlike and not self.weighs and not self.changes:
            raise Stop(
                Clarify(f"You name {one.title} and {two.title}, which are not of a length; which of them do you mean?", slot="period")
            )
        return one, two

    def _same_days(self, one: Period, two: Period) -> tuple[Period, Period]:
        """ "December so far against the same days of 2010": a period under way and the days of the other that are as far."""
        said = any(words in self.reading.text for words in ("same days", "same dates", "same period", "so far", "to date"))
        return as_far(one, two, self.turn.home.today) if said else (one, two)

    def _paired(self, one: Period, two: Period) -> tuple[Side, ...]:
        """ "Germany in 2011 against France in 2010": values and periods that go by pairs."""
        for dimension, placed in self.draft.filters.at.items():
            clauses = list(dict.fromkeys(c for _, c in sorted(placed, key=lambda p: p[0])))
            if dimension in _SIDED and len(clauses) == 2 and all(c.op == "eq" for c in clauses) and self.weighs:
                return tuple(Side(f"{c.label} {p.title}", p, (c,)) for c, p in zip(clauses, (one, two), strict=True))
        return ()

    def _against_context(self, period: Period, last_year: bool) -> tuple[Side, ...]:
        assert self.context is not None
        assert self.context.period is not None
        base = self._clipped(self.context.period)
        old = base.year_before() if (last_year and base.grain != "year") or period == base else period
        return (Side(base.title, base), Side(old.title, old))

    def _implied(self, rate: str) -> tuple[Side, ...]:
        """No period in the message: the conversation's, or the last complete month, quarter or year."""
        kept = self.context.period if self.context else None
        if self.draft.shifts and (self.weighs or self.changes) and kept is not None:
            base = self._clipped(kept)
            return sides_of(base, self.turn.shifted(base))
        if not rate and not self.changes:
            return ()
        if not rate and kept is not None and (lately := self._against_before()):
            return lately
        if self._weighs_values():
            return ()
        if kept is None and rate:
            kept = last_complete(self.turn.home.today, {"mom": "month", "qoq": "quarter", "wow": "week", "yoy": "year"}[rate])
        if kept is None:
            raise Stop(
                Clarify(
                    "Growth over which period: last month, last quarter, this year?",
                    (f"{self.reading.text} last month", f"{self.reading.text} this year"),
                    slot="period",
                )
            )
        kept = self._clipped(kept)
        return sides_of(kept, kept.year_before() if rate == "yoy" else base_of(kept))

    def _weighs_values(self) -> bool:
        return bool(self._value_sides())

    def _value_sides(self) -> tuple[Side, ...]:
        """Two values of one dimension against each other: Germany and France."""
        for dimension, placed in self.draft.filters.at.items():
            clauses = list(dict.fromkeys(c for _, c in sorted(placed, key=lambda p: p[0])))
            if dimension in _SIDED and len(clauses) >= 2 and (self.weighs or self.chooses):
                return tuple(Side(c.label, filters=(c,)) for c in clauses)
        return self._beside_context()

    def _beside_context(self) -> tuple[Side, ...]:
        """ "How does that compare with France?": the value before against the one named."""
        if self.context is None or not self.reading.has("versus", "difference"):
            return ()
        for clause in self.draft.filters.clauses:
            before = self.context.filter_on(clause.dimension)
            if before is not None and before != clause:
                return (Side(before.label, filters=(before,)), Side(clause.label, filters=(clause,)))
        return ()

    def _metric_sides(self) -> tuple[Side, ...]:
        """ "The difference between gross and net sales"."""
        metrics = self.draft.metrics
        if len(metrics) != 2 or not self.reading.has("difference", "versus", "than") or self.reading.has("share"):
            return ()
        if any(m.text == "relative to" for m in self.reading.ops("versus")):
            return ()
        return tuple(Side(self.turn.semantics.metrics[m].name, metric=m) for m in metrics)

    def _against_before(self) -> tuple[Side, ...]:
        """ "The difference between the two": the last two questions, where one period or one filter tells them apart."""
        now, earlier = self.context, self.turn.earlier
        if (
            now is None
            or earlier is None
            or now.metrics != earlier.metrics
            or not (self.reading.has("versus", "difference", "growth", "fall") or WHICH_OF_TWO.fullmatch(self.reading.text))
        ):
            return ()
        if self.draft.metrics or self.draft.filters.clauses or self.draft.periods:
            return ()
        if now.filters == earlier.filters and now.period and earlier.period and now.period != earlier.period:
            return (Side(now.period.title, now.period), Side(earlier.period.title, earlier.period))
        differing = [f for f in now.filters if f not in earlier.filters]
        others = [f for f in earlier.filters if f not in now.filters]
        if now.period == earlier.period and len(differing) == len(others) == 1 and differing[0].dimension == others[0].dimension:
            return tuple(Side(f.label, filters=(f,)) for f in (*others, *differing))
        return ()

    def _clipped(self, period: Period) -> Period:
        return over_by(period, self.turn.home.today)
