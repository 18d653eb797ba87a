"""What times are reckoned from: the data's first day, the as-of day, and the period of the message before.

Makes the atoms that the patterns of time ask for; knows no pattern and no text beyond the match it is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from assistant.analyst.calendar_words import Atom, month, quarter
from assistant.analyst.question import Period


class Reckoning:
    """`anchor` is the period of the message before, for what is said relative to it; `home` the shop's own country, whose named days
    are meant."""

    def __init__(self, first_day: date, as_of: date, anchor: Period | None = None, home: str = "") -> None:
        self.first_day = first_day
        self.as_of = as_of
        self.anchor = anchor
        self.home = home

    def year(self, match: re.Match[str]) -> int | None:
        """The year that a match names, directly or as "last year"; None where it names none."""
        groups = match.groupdict()
        said = groups.get("year")
        if said:
            return 2000 + int(said[1:]) if said.startswith("'") else int(said)
        before = (groups.get("before") or "").strip().removeprefix("of ").removeprefix("in ").removeprefix("the ")
        if not before:
            return None
        if before.startswith("this"):
            return self.as_of.year
        if before.startswith("last"):
            return self.as_of.year - 1
        return (self.anchor.first.year if self.anchor else self.as_of.year) - 1

    def dated(self, match: re.Match[str], build: Callable[[int], Period], year: int | None = None) -> Atom | None:
        """An atom whose year may be missing; None where the day does not exist."""
        year = year or self.year(match)
        try:
            build(year or 2012)
        except ValueError:
            return None
        return Atom(match.start(), match.end(), build, year)

    def fixed(self, match: re.Match[str], period: Period, *, last_year: bool = False) -> Atom:
        """An atom that needs no year."""
        return Atom(match.start(), match.end(), lambda year: period, period.first.year, period, last_year=last_year)

    def unit(self, unit: str, day: date) -> Period:
        """The calendar day, week, month, quarter or year that holds `day`."""
        if unit == "day":
            return Period(day, day, "day")
        if unit == "week":
            monday = day - timedelta(days=day.weekday())
            return Period(monday, monday + timedelta(days=6), "week")
        if unit == "month":
            return month(day.year, day.month)
        if unit == "quarter":
            return quarter(day.year, (day.month + 2) // 3)
        return Period(date(day.year, 1, 1), date(day.year, 12, 31), "year")
