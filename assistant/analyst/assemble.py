"""From a draft and the conversation to a typed question: defaults, inheritance, and which tool answers.

A follow-up keeps what the message before had, except for what it changes. Raises `Stop` to ask back or to decline.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assistant.analyst.account import left_over
from assistant.analyst.at_a_glance import asks_how_it_went, wants_summary
from assistant.analyst.checks import CheckedTurn
from assistant.analyst.comparing import Comparing
from assistant.analyst.draft import Draft
from assistant.analyst.outcome import Clarify, Stop
from assistant.analyst.question import Question
from assistant.analyst.semantics import Semantics
from assistant.analyst.sharing import Sharing
from assistant.analyst.surroundings import Focus, Reach

__all__ = ["Assembler", "Focus"]

_PRONOUNS = frozenset(["they", "them", "their", "theirs", "he", "she", "him", "his", "her", "it", "its", "those", "these"])


class Assembler:
    """Builds questions for one shop; `first_day` and `today` bound its sales data."""

    def __init__(self, semantics: Semantics, first_day: date, today: date, *, reviews_dated: bool) -> None:
        self.semantics, self.reach = semantics, Reach(first_day, today, reviews_dated)

    def question(self, draft: Draft, previous: Question | None, focus: Focus | None, earlier: Question | None = None) -> Question:
        """The question that the draft asks in its conversation.

        Raises:
            Stop: something is missing or ambiguous, or not in the data.
        """
        return _Turn(self.semantics, self.reach, draft, self._context(draft, previous), focus, earlier).build()

    def _context(self, draft: Draft, previous: Question | None) -> Question | None:
        """The message before, where this one builds on it; None where it stands alone or is about other rows."""
        if previous is None:
            return None
        before = self.semantics.metrics.get(previous.metric)
        if before is not None and before.cube != draft.cube:
            return None
        if _linked(draft):
            return previous
        timed = bool(draft.periods) or draft.whole or draft.cube == "reviews"
        complete = draft.says_metric or draft.ranks or draft.reading.has("why", "forecast", "together_with")
        return None if complete and timed and len(draft.reading.tokens) > 4 else previous


def _linked(draft: Draft) -> bool:
    """Whether the message says that it goes on from the one before."""
    reading = draft.reading
    first = reading.marks[0] if reading.marks else None
    opens = first is not None and first.is_op("and_what", "same", "only", "instead", "that")
    return (
        opens
        or reading.has("same", "instead")
        or bool(draft.shifts)
        or any(m.is_op("that") and m.text in _PRONOUNS | {"that"} for m in reading.marks)
    )


class _Turn(CheckedTurn):
    """The whole turn: which tool answers."""

    def build(self) -> Question:
        self._check_reference()
        self._check_known()
        if self.reading.has("fresh") and not self.draft.metrics:
            return Question("record", ("last_sale",), ask="date")
        question = self._tool()
        question = self._averaged(question)
        self._check_numbers()
        self._check_negation()
        self._check_of_those(question)
        self._check_combined(question)
        self._check_operators(question)
        asked_back = left_over(self.draft, question, self.semantics)
        if asked_back is not None:
            raise Stop(asked_back)
        self._check_periods(question)
        return question

    def _tool(self) -> Question:
        for attempt in (
            self._dropped,
            self._of_that_document,
            self._cohort,
            self._why,
            self._forecast,
            self._together,
            self._record,
            self._lookup,
            self._count,
        ):
            question = attempt()
            if question is not None:
                return question
        comparing = Comparing(self, self.draft, self.context)
        question = comparing.question()
        if question is not None:
            return question
        question = Sharing(self, self.draft, self.context).question()
        if question is not None:
            return question
        return self._ranking() or self._grouped() or self._edited() or self._metric()

    def _at_a_glance(self) -> Question | None:
        """ "Summary of last month", "how did we do in October", and what only changes such a question.

        Raises:
            Stop: a summary is asked for without a time.
        """
        if self.draft.metrics or self.draft.cube != "sales" or self.reading.has("total", "share"):
            return None
        goes_on = self.keeps.tool == "headlines" and bool(self.draft.periods or self.draft.shifts or self.draft.filters.clauses)
        if goes_on or asks_how_it_went(self.reading):
            return self.base("headlines", ("net_sales",))
        if wants_summary(self.reading) and self.context is None and not self.draft.periods:
            return self._which_time()
        return None

    def _which_time(self) -> Question:
        raise Stop(
            Clarify(
                "A summary of which time: a month, a quarter, a year?",
                ("summary of last month", "summary of this year"),
                slot="period",
            )
        )

    def _metric(self) -> Question:
        if (glance := self._at_a_glance()) is not None:
            return glance
        metrics = self.metrics()
        if not metrics and self.context is not None and self.context.tool in ("ranking", "series", "breakdown", "compare", "share"):
            metrics = self.context.metrics
        if not metrics:
            raise Stop(self._no_metric())
        question = self.base("metric", metrics)
        if len(metrics) > 1:
            return replace(question, ask="rows")
        several = next((d for d, placed in self.draft.filters.at.items() if len({c for _, c in placed if c.op == "eq"}) > 1), "")
        either = " or " in self.reading.text and not self.semantics.metric(metrics[0]).additive
        if (
            several
            and not either
            and not self.reading.has("total")
            and several in ("country", "product", "customer", "department", "class")
        ):
            return replace(question, tool="breakdown", by=(several,))
        return question
