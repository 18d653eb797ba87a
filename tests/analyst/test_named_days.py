"""Days that trade calls by name fall where the calendar has them, and goods of the same name stay goods."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.analyst.named_days import easter, occasion
from assistant.analyst.periods import PeriodGrammar

GRAMMAR = PeriodGrammar(date(2009, 12, 1), date(2011, 12, 9))


@pytest.mark.parametrize(
    "day",
    [date(1961, 4, 2), date(2000, 4, 23), date(2008, 3, 23), date(2010, 4, 4), date(2011, 4, 24), date(2024, 3, 31), date(2038, 4, 25)],
)
def test_easter(day: date) -> None:
    assert easter(day.year) == day


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("black friday 2011", "2011-11-25", "2011-11-25"),
        ("takings on black friday", "2011-11-25", "2011-11-25"),
        ("black friday last year", "2010-11-26", "2010-11-26"),
        ("cyber monday 2010", "2010-11-29", "2010-11-29"),
        ("boxing day 2010", "2010-12-26", "2010-12-26"),
        ("sales at easter", "2011-04-24", "2011-04-24"),
        ("the week before easter 2011", "2011-04-17", "2011-04-23"),
        ("easter weekend 2011", "2011-04-22", "2011-04-25"),
        ("mother's day week 2011", "2011-03-28", "2011-04-03"),
        ("father's day 2011", "2011-06-19", "2011-06-19"),
        ("august bank holiday 2011", "2011-08-29", "2011-08-29"),
        ("next easter", "2012-04-08", "2012-04-08"),
        ("christmas day 2010", "2010-12-25", "2010-12-25"),
        ("the run up to christmas 2010", "2010-11-01", "2010-12-24"),
        ("the first of june 2011", "2011-06-01", "2011-06-01"),
        ("last fortnight", "2011-11-26", "2011-12-09"),
    ],
)
def test_a_named_day(text: str, first: str, last: str) -> None:
    (found,) = GRAMMAR.find(text)
    assert found.period is not None
    assert (found.period.first.isoformat(), found.period.last.isoformat()) == (first, last)


def test_goods_of_the_same_name_are_no_day() -> None:
    assert [f.period.title for f in GRAMMAR.find("easter basket sales in 2011") if f.period] == ["2011"]


def test_the_day_of_another_year_is_the_occasion_not_the_date() -> None:
    (found,) = GRAMMAR.find("black friday 2011")
    assert found.period is not None
    before = found.period.step(-1)
    assert before == found.period.year_before()
    assert before.title == "Black Friday 2010 (26 Nov)"


def test_mothers_have_their_day_where_the_shop_is() -> None:
    abroad = PeriodGrammar(date(2009, 12, 1), date(2011, 12, 9), home="Canada")
    (found,) = abroad.find("mother's day 2011")
    assert found.period is not None
    assert found.period.first == date(2011, 5, 8)
    assert occasion("Festivus", 2011) is None
