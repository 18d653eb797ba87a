"""The daily digest: the last whole day, the month so far, what sold, what to expect, a turn in the reviews, and the pinned questions.

Owns which questions make a digest. Every figure comes from the analyst's own tools, asked as typed questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from assistant.analyst.question import Comparison, Period, Question, Ranking, Side, add_months
from assistant.analyst.saved import SavedQuestion
from assistant.analyst.tools.sentiment import has_turned
from assistant.analyst.wording import day as day_words
from assistant.types import Answer, Status

if TYPE_CHECKING:
    from assistant.analyst.analyst import Analyst

CLOSING_HOUR = 17
"""Data that reaches to this hour of a day is taken to hold all of it."""
SHOWN_PRODUCTS = 5
MANAGER = "manager"
"""Whose eyes a digest is for, unless told otherwise: whoever runs commands on the shop's folder has all of it anyway."""


@dataclass(frozen=True, slots=True)
class Section:
    """One question of the digest with its answer."""

    title: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened up to `day`, the last whole day of the data; None where there is no dated sale."""

    day: date | None
    sections: tuple[Section, ...]

    def __str__(self) -> str:
        """Plain text, fit for a terminal or a message."""
        if self.day is None:
            return "There are no dated sales yet, so there is nothing to report."
        lines = [f"Digest for {self.day:%A}, {day_words(self.day)}", ""]
        lines += [f"{section.title}: {section.answer.text}" for section in self.sections]
        return "\n".join(lines)


def make_digest(analyst: Analyst, pinned: tuple[SavedQuestion, ...] = (), account_role: str = MANAGER) -> Digest:
    """The digest as of the data's last whole day, for somebody of that role; sections that cannot be answered are left out.

    Raises:
        WarehouseMissing: nothing was imported yet.
    """
    context = analyst.context
    if context.as_of is None:
        return Digest(None, ())
    today = context.as_of.date()
    day = today if context.as_of.hour >= CLOSING_HOUR else today - timedelta(days=1)
    asked = [(title, analyst.ask(question, account_role)) for title, question in _questions(day, today)]
    if has_turned(context):
        asked.append(("Reviews have turned", analyst.ask(Question("sentiment", ("reviews",)), account_role)))
    asked += [(saved.name, saved.ask(analyst, account_role)) for saved in pinned]
    return Digest(day, tuple(Section(title, answer) for title, answer in asked if answer.status is Status.ANSWERED))


def _questions(day: date, today: date) -> list[tuple[str, Question]]:
    """The fixed part of the digest, typed."""
    whole, week_before = Period(day, day, "day"), Period(day - timedelta(days=7), day - timedelta(days=7), "day")
    month = Period(day.replace(day=1), day, "span")
    last_week = Period(day - timedelta(days=6), day, "span")
    month_end = add_months(day.replace(day=1), 1) - timedelta(days=1)
    questions = [
        (f"Sales of {day:%A}", _against("net_sales", whole, week_before)),
        (f"Orders of {day:%A}", _against("orders", whole, week_before)),
        ("Month so far", _against("net_sales", month, month.year_before())),
        ("Returns of the last seven days", Question("metric", ("return_rate",), period=last_week)),
        (
            "Best sellers of the last seven days",
            Question("ranking", ("net_sales",), ("product",), period=last_week, ranking=Ranking(SHOWN_PRODUCTS)),
        ),
    ]
    if month_end > today:
        questions.append(("The whole month", Question("forecast", ("net_sales",), period=Period(month.first, month_end, "month"))))
    return questions


def _against(metric: str, new: Period, old: Period) -> Question:
    return Question("compare", (metric,), comparison=Comparison("growth", (Side("", new), Side("", old))))
