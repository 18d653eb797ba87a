"""The grammar of time, as of 9 December 2011."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.analyst.calendar_words import month
from assistant.analyst.periods import PeriodGrammar
from assistant.analyst.question import Period

GRAMMAR = PeriodGrammar(date(2009, 12, 1), date(2011, 12, 9))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("takings in march 2010", "2010-03-01", "2010-03-31"),
        ("in 03/2010", "2010-03-01", "2010-03-31"),
        ("on 7/4/2011", "2011-04-07", "2011-04-07"),
        ("on 4/27/2011", "2011-04-27", "2011-04-27"),
        ("last month", "2011-11-01", "2011-11-30"),
        ("last quarter", "2011-07-01", "2011-09-30"),
        ("last year", "2010-01-01", "2010-12-31"),
        ("this week", "2011-12-05", "2011-12-09"),
        ("last week", "2011-11-28", "2011-12-04"),
        ("next week", "2011-12-12", "2011-12-18"),
        ("the last 14 days", "2011-11-26", "2011-12-09"),
        ("mtd", "2011-12-01", "2011-12-09"),
        ("ytd last year", "2010-01-01", "2010-12-09"),
        ("yesterday", "2011-12-08", "2011-12-08"),
        ("q2 10", "2010-04-01", "2010-06-30"),
        ("2010 q2", "2010-04-01", "2010-06-30"),
        ("the second half of 2010", "2010-07-01", "2010-12-31"),
        ("christmas season 2010", "2010-11-01", "2010-12-24"),
        ("from april to june 2011", "2011-04-01", "2011-06-30"),
        ("november - february 2011", "2010-11-01", "2011-02-28"),
        ("between 5 may and 20 june 2010", "2010-05-05", "2010-06-20"),
        ("3 to 9 october 2010", "2010-10-03", "2010-10-09"),
        ("since september 2011", "2011-09-01", "2011-12-09"),
        ("week of 14 september 2011", "2011-09-12", "2011-09-18"),
        ("november last year", "2010-11-01", "2010-11-30"),
        ("rest of the month", "2011-12-10", "2011-12-31"),
    ],
)
def test_a_period_is_resolved_against_the_as_of_day(text: str, first: str, last: str) -> None:
    found = [f for f in GRAMMAR.find(text) if f.period]
    assert len(found) == 1
    assert found[0].period is not None
    assert (found[0].period.first.isoformat(), found[0].period.last.isoformat()) == (first, last)


def test_two_months_share_the_year_that_is_named_once() -> None:
    titles = [f.period.title for f in GRAMMAR.find("june and july 2010") if f.period]
    assert titles == ["Jun 2010", "Jul 2010"]


def test_a_month_without_a_year_takes_the_conversations() -> None:
    anchored = PeriodGrammar(date(2009, 12, 1), date(2011, 12, 9), month(2010, 5))
    assert [f.period and f.period.title for f in anchored.find("and in june")] == ["Jun 2010"]


@pytest.mark.parametrize(
    ("text", "shift"), [("the month before", ("step", -1)), ("same period last year", ("year", -1)), ("a year earlier", ("year", -1))]
)
def test_what_is_said_relative_to_another_period_is_a_shift(text: str, shift: tuple[str, int]) -> None:
    assert [f.shift for f in GRAMMAR.find(text)] == [shift]


def test_may_is_a_month_only_where_one_can_stand() -> None:
    assert GRAMMAR.find("how may i put this") == []
    assert len(GRAMMAR.find("sales in may")) == 1


def test_leap_days_and_short_months_step_to_real_days() -> None:
    assert Period(date(2012, 2, 29), date(2012, 2, 29), "day").year_before().first == date(2011, 2, 28)
    assert month(2011, 3).step(-1) == month(2011, 2)
