"""What a period is set against: the days of it that are over, the period before it, the two as sides of a comparison.

Owns reckoning on periods alone; which of them a message means is decided by `comparing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from assistant.analyst.question import Period, Side, add_months
from assistant.analyst.reckoning import Reckoning


def over_by(period: Period, today: date) -> Period:
    """A period still under way ends on `today`, so that it is set against the same days."""
    whole = period.grain in ("week", "month", "quarter", "year") and Reckoning(today, today).unit(period.grain, period.first).last
    if period.first <= today <= period.last and (today < period.last or (whole and whole > today)):
        return replace(period, last=today, grain="span", label=f"{period.title} to {today.day} {today:%b}")
    return period


def as_far(one: Period, two: Period, today: date) -> tuple[Period, Period]:
    """A period under way and the days of the other that are as far; both as they are where nothing makes them alike."""
    under_way = over_by(one, today)
    if under_way == one:
        return one, two
    if one.grain == two.grain and one.grain in ("week", "month", "quarter") and two.last < one.first:
        months = {"week": 0, "month": 1, "quarter": 3}[one.grain]
        last = add_months(under_way.last, -months) if months else under_way.last - timedelta(days=7)
        return under_way, Period(two.first, min(last, two.last))
    years = one.first.year - two.first.year
    before = one.year_before(years)
    return (under_way, under_way.year_before(years)) if (before.first, before.last) == (two.first, two.last) else (one, two)


def base_of(period: Period) -> Period:
    """What a change without a named base is measured against: the month before a month, the same days of the year before otherwise."""
    if period.grain in ("month", "quarter", "half", "week", "day"):
        return period.step(-1)
    return period.year_before()


def sides(new: Period, old: Period) -> tuple[Side, ...]:
    """Two periods as the sides of a comparison."""
    return (Side(new.title, new), Side(old.title, old))


def last_complete(today: date, unit: str) -> Period:
    """The calendar unit before the one that `today` lies in."""
    return Reckoning(today, today).unit(unit, today).step(-1)


def within_a_year(compared: Sequence[Side]) -> bool:
    """Whether each side lies within one calendar year, so that each of its months comes once."""
    return all(side.period is not None and side.period.first.year == side.period.last.year for side in compared)
