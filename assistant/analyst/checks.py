"""What is checked before a question is believed: references, unknown words, unused numbers and operators, averages, periods.

Every word with content must have been taken up; what was not is asked back or declined, never passed over.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.analyst.outcome import Clarify, Refuse, Stop
from assistant.analyst.question import Question
from assistant.analyst.reading import Mark
from assistant.analyst.special_turn import SpecialTurn
from assistant.analyst.surroundings import FIRST_ONES

_VAGUE = frozenset(
    (
        *("over", "above", "under", "below", "up to", "v", "past", "or more", "or less", "next to", "ahead of", "behind", "short of"),
        *("in £", "in pounds"),
    )
)
_LIGHT = frozenset(["not", "not in", "not to", "not from", "ex", "non", "bar", "besides", "beyond"])
"""Words of leaving out that are often only said; the others must have left something out."""


_LOOSE = re.compile(r"\b(?:was|is|were|are|does|did|makes?) (?:that|this|those|these)\b(?! (?:the|a|an|our|my|how)\b)")
_BUILDS_ON = re.compile(
    r"^(?:(?:and|but|so|ok|now|then) )*(?:(?:the |do the )?same\b|(?:which|how many|what|who) (?:one )?of (?:them|those|these)\b)"
)
"""First words that mean nothing without the message before."""
_PERSONAL = frozenset(["customers", "products_sold", "new_customers", "returning_customers", "repeat_customers"])
"""Figures that name whom or what "they" and "their" mean."""
_NEVER = frozenset(["never", "nobody", "none", "neither", "nothing"])


class CheckedTurn(SpecialTurn):
    """A turn that knows what it has not understood."""

    def _averaged(self, question: Question) -> Question:
        """ "Average daily sales": divide by days; an average of nothing in particular is asked back."""
        if question.tool not in ("metric", "series", "breakdown", "ranking", "compare"):
            return question
        metric = self.semantics.metric(question.metric)
        plain = bool(metric.aggregate) and metric.aggregate != "mean"
        if self.draft.per and plain:
            return replace(question, per=self.draft.per)
        inherits = self.context is not None and bool(self.context.per) and not self.reading.has("total")
        if inherits and plain and question.tool == self.keeps.tool:
            return replace(question, per=self.keeps.per)
        if not self.reading.has("average") or not plain:
            return question
        if question.tool in ("series", "breakdown", "ranking") and question.by and question.by[0] in ("weekday", "hour", "month_of_year"):
            return replace(question, per="day")
        if question.tool == "ranking" or question.tool == "series":
            return question
        if metric.id == "orders" and not self.draft.metric_marks[0].text.endswith("s") if self.draft.metric_marks else False:
            return replace(question, metrics=("aov",))
        name = metric.name
        raise Stop(
            Clarify(
                f"Average {name} per what: per day, per month, per order or per customer?",
                (f"average {name} per day", f"average {name} per month"),
                slot="per",
            )
        )

    def _check_reference(self) -> None:
        """Pronouns with nothing before them to refer to."""
        if self.context is not None:
            return
        pointed = self._pointed()
        words = {t.text for t in self.reading.tokens}
        entity = bool(
            self.draft.filters.clauses or self.draft.ranked or self.draft.by or (self.draft.metrics and _PERSONAL & set(self.draft.metrics))
        )
        loose = not entity and not self.draft.periods and not self.draft.whole and _LOOSE.search(self.reading.text) is not None
        personal = bool(words & {"they", "them", "their", "theirs", "he", "she", "him", "his", "her"}) and not entity
        it = (
            bool(words & {"it", "its", "those", "these"})
            and not entity
            and not (self.draft.metrics and (self.draft.periods or self.draft.whole))
        )
        one = any(
            m.text in ("the one", "that one", "this one", "the same one", "the other one", *FIRST_ONES) for m in self.reading.marks
        ) or any(words in self.reading.text for words in ("other one", "that one", "this one"))
        pointed = tuple(
            m for m in pointed if not (self.draft.periods and set(m.all("dimension")) & {"day", "week", "month", "quarter", "year"})
        )
        if pointed:
            noun = pointed[0].text
            raise Stop(Clarify(f"Which {noun} do you mean? Nothing was asked about one before.", (), slot="subject"))
        if personal or it or one or loose or _BUILDS_ON.match(self.reading.text):
            raise Stop(Clarify("What do you refer to? Nothing was asked before that I could take up; please name it.", (), slot="subject"))

    def _check_known(self) -> None:
        """Every word with content must have been understood."""
        unknown = [m for m in self.reading.marks if m.start not in self.used and (m.kind == "unknown" or _is_value(m))]
        unknown += self.draft.unknown
        if unknown:
            said = "”, “".join(self.reading.tokens[m.start].fixed or m.text for m in unknown)
            raise Stop(
                Refuse(
                    f"I find nothing in the shop's data for “{said}”, so I would rather not guess.",
                    "unknown",
                    ("sales last month", "top 10 products this year", "orders by country"),
                )
            )

    def _check_operators(self, question: Question) -> None:
        """A plain figure may not stand in for a comparison or an exclusion that was asked for and not understood."""
        if question.tool not in ("metric", "series", "breakdown", "record", "ranking"):
            return
        for mark in self.reading.ops("versus", "difference", "than", "more_than", "less_than", "older", "younger", "exclude"):
            if any(self._claimed(m) for m in self.reading.of("number") if 0 <= m.start - mark.end <= 1):
                continue
            if question.tool == "ranking" and not mark.is_op("difference"):
                continue
            weighty = not mark.is_op("exclude") or mark.text not in _LIGHT or self._negates_verb(mark)
            if weighty and mark.start not in self.used and mark.text not in _VAGUE:
                what = "leave out" if mark.is_op("exclude") else "compare"
                raise Stop(
                    Clarify(f"What should I {what}? I understood “{mark.text}”, but not the two things it is about.", slot="subject")
                )

    def _negates_verb(self, mark: Mark) -> bool:
        after = self.reading.after(mark)
        return mark.text == "not" and after is not None and after.is_op("sold", "bought")

    def _check_negation(self) -> None:
        """What never happened cannot be looked up here, and a "never" that is passed over turns an answer into its opposite."""
        words = [t.text for t in self.reading.tokens]
        for mark in self.reading.marks:
            if mark.kind == "phrase" and mark.all("metric"):
                words[mark.start : mark.end] = [""] * (mark.end - mark.start)
        never = [w for n, w in enumerate(words) if w in _NEVER and words[n + 1 : n + 2] not in (["mind"], ["else"], ["more"], ["fancy"])]
        if never:
            raise Stop(
                Clarify(
                    f"I can look up what happened, but not who or what “{never[0]}” did; which figure may I give instead?",
                    ("new customers this year", "return rate by product", "products sold this year"),
                    slot="subject",
                )
            )

    def _check_of_those(self, question: Question) -> None:
        """ "Of those, by category" after a count under a condition: the condition would be lost."""
        if self.context is None or self.context.tool != "count" or question.tool == "count":
            return
        if not self.draft.metrics or any(m.is_op("that") for m in self.reading.marks):
            noun = self.semantics.dimension(self.context.by[0]).plural if self.context.by else "those"
            raise Stop(
                Clarify(f"I can count {noun} under a condition, but tell nothing else of just them. What of all of them?", slot="subject")
            )

    def _check_combined(self, question: Question) -> None:
        """Customers by how often they bought stand alone; running totals and what holds for both of two products are not computed."""
        words = {t.text for t in self.reading.tokens}
        several = any(c.op == "in" and len(c.values) > 1 and c.dimension == "product" for c in question.filters)
        if question.tool == "series" and words & {"cumulative", "cumulated", "running"}:
            raise Stop(
                Clarify("I give each period by itself, not a running total; is that what you want?", ("sales by month",), slot="subject")
            )
        if "both" in words and several and question.tool in ("metric", "breakdown", "ranking"):
            raise Stop(Clarify("Orders that hold both, or the figure of each? I can count the orders that hold both.", (), slot="subject"))
        repeats = [m for m in question.metrics if self.semantics.metrics[m].repeat]
        if repeats and len(question.metrics) > 1:
            name = self.semantics.metrics[repeats[0]].name
            others = " and ".join(self.semantics.metrics[m].name for m in question.metrics if m not in repeats)
            raise Stop(Clarify(f"I cannot give {others} of {name} alone; shall I give one of the two?", (name, others), slot="metric"))

    def _check_numbers(self) -> None:
        """A number that no part of the question took up may not be passed over."""
        numbers = [m for m in self.reading.of("number") if m.start not in self.used and not self._spelled(m)]
        if numbers:
            raise Stop(Clarify(f"What does {numbers[0].text} stand for: a product, a customer, or a number of places?", (), slot="subject"))

    def _spelled(self, mark: Mark) -> bool:
        """Number words are often only words: "one", "the two countries", "these three": of as many as were named."""
        if mark.number in (1.0, 2.0, 100.0) or self._claimed(mark):
            return True
        named = {len(self.draft.periods), len(self.draft.metrics), *(len(placed) for placed in self.draft.filters.at.values())}
        return not mark.text[0].isdigit() and mark.number in named

    def _claimed(self, mark: Mark) -> bool:
        """ "They say we sold more than ten thousand: how many were there?": a number that is doubted, and asked for."""
        asked = self.reading.ops("how_many", "how_much")
        doubted = [m for m in self.reading.ops("more_than", "less_than") if m.start < mark.start and not self._narrows(m)]
        return bool(doubted) and any(m.start > mark.start for m in asked)

    def _narrows(self, mark: Mark) -> bool:
        """ "Refunds exceeding 1000 pounds": a limit on what is named before it, not a claim about its number."""
        before = self.reading.before(mark)
        return before is not None and bool(before.all("metric")) and not before.is_op("spent")

    def _check_periods(self, question: Question) -> None:
        if question.tool == "forecast":
            return
        cube = self.semantics.metric(question.metric).cube if question.metric else "sales"
        sides = question.comparison.sides if question.comparison else ()
        named = [p for p in (question.period, *(side.period for side in sides)) if p]
        if cube == "reviews" and named and not self.home.reviews_dated:
            raise Stop(
                Refuse("The reviews carry no dates, so they cannot be asked about by period.", "period", ("average rating by department",))
            )
        for period in named:
            if cube == "sales" and period.grain == "span" and period.last.year > self.home.today.year + 1:
                raise Stop(Clarify(f"I read {period.title}, which the data does not reach; from when to when do you mean?", slot="period"))
            if cube == "sales" and period.clipped(self.home.first_day, self.home.today) is None:
                reach = f"{self.home.first_day.day} {self.home.first_day:%b %Y} to {self.home.today.day} {self.home.today:%b %Y}"
                raise Stop(
                    Refuse(
                        f"{period.title} lies outside the data, which runs from {reach}.", "period", ("sales last month", "sales this year")
                    )
                )

    def _no_metric(self) -> Clarify:
        reading = self.reading
        if self.draft.cube == "reviews":
            return Clarify(
                "What about the reviews: how many, the average rating, or the share that is negative?",
                ("how many reviews", "average rating", "share of negative reviews"),
                slot="metric",
            )
        said = bool(self.draft.filters.clauses or self.draft.periods)
        if said:
            subject = reading.text
            return Clarify(
                "Which figure do you mean: sales, orders, units or customers?",
                (f"sales {subject}", f"orders {subject}", f"units {subject}"),
                slot="metric",
            )
        return Clarify(
            "What would you like to know? Name a figure, such as sales, orders, units, customers or returns, and if you like a period.",
            ("sales last month", "top 10 products this year", "orders by month"),
        )


def _is_value(mark: Mark) -> bool:
    """A department, class or category named where it means nothing: it may not be passed over."""
    return bool(mark.senses) and all(s.kind in ("review_value", "category_value") for s in mark.senses)
