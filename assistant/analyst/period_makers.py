"""What each expression of time makes: from the reckoning (the as-of day, the conversation's period) and a match to an `Atom`.

Knows no patterns: `period_patterns` pairs each of these with how it is written. A maker gives None where the day does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TypeAlias

from assistant.analyst.calendar_words import (
    DAY_WORDS,
    MONTH_NAMES,
    NUMBERS,
    ORDINALS,
    WEEKDAY_NAMES,
    Atom,
    christmas,
    half,
    month,
    quarter,
    season,
)
from assistant.analyst.named_days import local_name, nth_weekday, occasion
from assistant.analyst.question import Period, add_months
from assistant.analyst.reckoning import Reckoning

_FINER = {"week": ("day",), "month": ("day", "week"), "quarter": ("day", "week", "month")}
_UNIT_OF = {"d": "day", "w": "week", "m": "month", "q": "quarter", "y": "year"}


_MODAL_AFTER = re.compile(r" (?:i|we|you|they|he|she|it|be|have|not|well|also|need|want|ask|seem|look|sound)\b")
_MODAL_BEFORE = re.compile(r"\b(?:i|we|you|they|he|she|it|who|that|there|if) $")
""" "May I", "it may be": no month."""

Maker: TypeAlias = Callable[[Reckoning, re.Match[str]], Atom | None]
_BESIDE_ANOTHER = re.compile(r"\b(?:vs|versus|v|against|over|on|than|to|with|and|from|minus)(?: the)? $")


def make_numeric(g: Reckoning, m: re.Match[str]) -> Atom | None:
    one, two, three = (int(x) for x in re.split(r"[/.-]", m.group(0)))
    if one > 31:
        year, number, day = one, two, three
    else:
        day, number, year = one, two, three
        if number > 12 and day <= 12:
            day, number = number, day
    year += 2000 if year < 100 else 0
    try:
        said = date(year, number, day)
    except ValueError:
        return None
    return g.fixed(m, Period(said, said, "day"))


def make_numeric_month(g: Reckoning, m: re.Match[str]) -> Atom | None:
    one, two = (int(x) for x in re.split(r"[/-]", m.group(0)))
    year, number = (one, two) if one > 1000 else (two, one)
    return g.fixed(m, month(year, number)) if 1 <= number <= 12 else None


def make_year_span(g: Reckoning, m: re.Match[str]) -> Atom:
    return g.fixed(m, Period(date(int(m["one"]), 1, 1), date(int(m["two"]), 12, 31)))


def make_days_of_month(g: Reckoning, m: re.Match[str]) -> Atom | None:
    number, one, two = MONTH_NAMES[m["month"]], int(m["one"]), int(m["two"])
    return g.dated(m, lambda y: Period(date(y, number, one), date(y, number, two)))


def make_day(g: Reckoning, m: re.Match[str]) -> Atom | None:
    number, day = MONTH_NAMES[m["month"]], int(m["day"]) if m["day"].isdigit() else DAY_WORDS[m["day"]]
    return g.dated(m, lambda y: Period(date(y, number, day), date(y, number, day), "day"))


def make_week_of(g: Reckoning, m: re.Match[str]) -> Atom | None:
    inner = make_numeric(g, re.match(r".*", m["num"])) if m.groupdict().get("num") else None  # type: ignore[arg-type]
    ending = "end" in m["how"] if m["how"] else False
    if inner is not None and inner.period:
        return g.fixed(m, _week(g, inner.period.first, ending))
    number, day = MONTH_NAMES[m["month"]], int(m["day"])
    return g.dated(m, lambda y: _week(g, date(y, number, day), ending))


def _week(g: Reckoning, day: date, ending: bool) -> Period:
    return Period(day - timedelta(days=6), day, "week") if ending else g.unit("week", day)


def make_iso_week(g: Reckoning, m: re.Match[str]) -> Atom | None:
    number = int(m["week"])
    return g.dated(m, lambda y: g.unit("week", date.fromisocalendar(y, number, 1)))


def make_part_of_month(g: Reckoning, m: re.Match[str]) -> Atom | None:
    number, which, unit = MONTH_NAMES[m["month"]], ORDINALS[m["ord"]], m["part"]

    def build(year: int) -> Period:
        whole = month(year, number)
        if unit == "half":
            middle = date(year, number, 15)
            return Period(whole.first, middle) if which == 1 else Period(middle + timedelta(days=1), whole.last)
        if which == -1:
            return Period(whole.last - timedelta(days=6), whole.last)
        first = whole.first + timedelta(days=7 * (which - 1))
        return Period(first, min(first + timedelta(days=6), whole.last))

    return g.dated(m, build)


def make_month_year(g: Reckoning, m: re.Match[str]) -> Atom | None:
    number = MONTH_NAMES[m["month"]]
    if (
        m.group(0) == "may"
        and not m.string[: m.start()].endswith(("month of ", " in ", "since ", "until "))
        and (_MODAL_AFTER.match(m.string[m.end() :]) or _MODAL_BEFORE.search(m.string[: m.start()]))
    ):
        return None
    return g.dated(m, lambda y: month(y, number))


def make_nth_weekday(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "The last Friday of November 2011"."""
    number, which, weekday = MONTH_NAMES[m["month"]], ORDINALS[m["ord"]], WEEKDAY_NAMES[m["weekday"]] - 1

    def build(year: int) -> Period:
        day = nth_weekday(year, number, weekday, which)
        return Period(day, day, "day")

    return g.dated(m, build)


def make_edge_of_month(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "The last ten days of November", "the first day of March"."""
    number, count = MONTH_NAMES[m["month"]], _count(m)
    return g.dated(m, lambda y: _edge(month(y, number), m["edge"], count)) if 0 < count <= 28 else None


def make_edge_of_year(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "The first 100 days of 2011"."""
    year, count = g.year(m), _count(m)
    assert year is not None
    return g.fixed(m, _edge(g.unit("year", date(year, 1, 1)), m["edge"], count)) if 0 < count <= 365 else None


def make_months_of_year(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "The first nine months of 2011", "the last two quarters of 2010"."""
    count = _count(m) * (3 if m["unit"].startswith("quarter") else 1)
    if not 0 < count <= 12:
        return None

    def build(year: int) -> Period:
        whole = g.unit("year", date(year, 1, 1))
        if m["edge"] in ("first", "opening"):
            return Period(whole.first, add_months(whole.first, count) - timedelta(days=1))
        return Period(add_months(whole.last + timedelta(days=1), -count), whole.last)

    return g.dated(m, build)


def _count(m: re.Match[str]) -> int:
    said = m.groupdict().get("count") or "1"
    return int(said) if said.isdigit() else NUMBERS[said]


def _edge(whole: Period, edge: str, count: int) -> Period:
    """The first or the last `count` days of a period."""
    if edge in ("first", "opening"):
        return Period(whole.first, whole.first + timedelta(days=count - 1), "day" if count == 1 else "span")
    return Period(whole.last - timedelta(days=count - 1), whole.last, "day" if count == 1 else "span")


_MONTHS_IN = {"year": 12, "half year": 6, "quarter": 3, "month": 1}


def make_months_to(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "The three months to the end of October 2011", "the year ended 30 June 2011": whole months up to the one named."""
    number, unit = MONTH_NAMES[m["month"]], m["unit"]
    count = _MONTHS_IN.get(unit) or _count(m) * (3 if unit == "quarters" else 1)

    def build(year: int) -> Period:
        last = month(year, number)
        return Period(add_months(last.first, 1 - count), last.last)

    return g.dated(m, build) if 0 < count <= 36 else None


def make_days_to(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "The fortnight to 9 December 2011", "the ten days ending 5/11/2011": so many days, the last of them named."""
    days = {"fortnight": 14, "week": 7}.get(m["length"] or "") or _count(m) * (7 if m["unit"] == "weeks" else 1)
    if not 0 < days <= 400:
        return None
    if m["num"]:
        ending = make_numeric(g, re.match(r".*", m["num"]))  # type: ignore[arg-type]
        return ending if ending is None or ending.period is None else g.fixed(m, _edge(ending.period, "last", days))
    number, day = MONTH_NAMES[m["month"]], int(m["day"])
    return g.dated(m, lambda y: _edge(Period(date(y, number, day), date(y, number, day)), "last", days))


def make_short_year(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """`nov 11` is a month of 2011 where the data has such a year, unless "on" makes it a day."""
    year, number = 2000 + int(m["short"]), MONTH_NAMES[m["month"]]
    if not g.first_day.year <= year <= g.as_of.year or m.string[: m.start()].rstrip().endswith(" on"):
        return None
    return g.fixed(m, month(year, number))


def make_quarter(g: Reckoning, m: re.Match[str]) -> Atom | None:
    groups = m.groupdict()
    number = int(groups["q"]) if groups.get("q") else ORDINALS[m["ord"]]
    number = 4 if number == -1 else number
    return g.dated(m, lambda y: quarter(y, number))


def make_quarters(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "The second and third quarter of 2011", which follow each other."""
    one, two = ORDINALS[m["one"]], ORDINALS[m["two"]]
    if two <= one or (two > one + 1 and f"{m['one']} and" in m.group(0)):
        return None
    return g.dated(m, lambda y: Period(quarter(y, one).first, quarter(y, two).last))


def make_short_quarter(g: Reckoning, m: re.Match[str]) -> Atom | None:
    year = 2000 + int(m["short"])
    return g.fixed(m, quarter(year, int(m["q"]))) if g.first_day.year <= year <= g.as_of.year else None


def make_short_half(g: Reckoning, m: re.Match[str]) -> Atom | None:
    year = 2000 + int(m["short"])
    return g.fixed(m, half(year, int(m["h"]))) if g.first_day.year <= year <= g.as_of.year else None


def make_half(g: Reckoning, m: re.Match[str]) -> Atom | None:
    groups = m.groupdict()
    number = int(groups["h"]) if groups.get("h") else ORDINALS[m["ord"]]
    return g.dated(m, lambda y: half(y, 1 if number == 1 else 2))


def make_season(g: Reckoning, m: re.Match[str]) -> Atom | None:
    name = m["season"]
    return g.dated(m, lambda y: season(y, name))


def make_christmas(g: Reckoning, m: re.Match[str]) -> Atom | None:
    return g.dated(m, christmas)


def make_relative_season(g: Reckoning, m: re.Match[str]) -> Atom:
    name = m.groupdict().get("season")
    build = (lambda y: season(y, name)) if name else christmas
    year = g.as_of.year
    if m["which"] in ("last", "previous", "past"):
        year = year if build(year).last < g.as_of else year - 1
    elif m["which"] in ("next", "coming"):
        year = year if build(year).first > g.as_of else year + 1
    return g.fixed(m, build(year))


def make_one_before(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "The autumn before that", "the Q3 before that": the last one that ended before the time of the message before."""
    if g.anchor is None:
        return None
    groups = m.groupdict()
    if name := groups.get("month"):
        build: Callable[[int], Period] = partial(month, number=MONTH_NAMES[name])
    elif name := groups.get("season"):
        build = partial(season, name=name)
    else:
        build = partial(quarter, number=int(groups["q"])) if groups.get("q") else christmas
    year = g.anchor.first.year
    return g.fixed(m, build(year if build(year).last < g.anchor.first else year - 1))


def make_relative_month(g: Reckoning, m: re.Match[str]) -> Atom:
    number, year = MONTH_NAMES[m["month"]], g.as_of.year
    if m["which"] in ("last", "previous", "past"):
        year = year if month(year, number).last < g.as_of else year - 1
    elif m["which"] in ("next", "coming"):
        year = year if month(year, number).first > g.as_of else year + 1
    return g.fixed(m, month(year, number))


def make_relative_weekday(g: Reckoning, m: re.Match[str]) -> Atom:
    number = WEEKDAY_NAMES[m["weekday"]]
    back = (g.as_of.isoweekday() - number) % 7
    day = g.as_of - timedelta(days=back if m["which"] == "this" else back or 7)
    return g.fixed(m, Period(day, day, "day"))


def make_to_date(g: Reckoning, m: re.Match[str]) -> Atom:
    unit = _UNIT_OF[(m.groupdict().get("short") or m.groupdict().get("unit") or m["unit2"])[0]]
    year = g.year(m)
    last = g.as_of if year is None else add_months(g.as_of, 12 * (year - g.as_of.year))
    first = g.unit(unit, last).first
    return g.fixed(m, Period(first, last, "span", f"{unit} to {last.day} {last:%b} {last.year}"))


def make_to_date_before(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "LYTD", "last YTD", "prior MTD", "against last year to date": as many days of the unit before, or of the year before where a year is
    named. "Last year to date" is that only beside another time, which it is held against."""
    groups = m.groupdict()
    unit = _UNIT_OF[(groups.get("short") or m["unit"])[0]]
    if groups.get("unit") and not _BESIDE_ANOTHER.search(m.string[: m.start()]):
        return None
    yearly = unit == "year" or m["how"][-1] == "y" or "year" in m["how"]
    last = add_months(g.as_of, -12 if yearly else -3 if unit == "quarter" else -1) if unit != "week" else g.as_of - timedelta(days=7)
    return g.fixed(m, Period(g.unit(unit, last).first, last, "span", f"{unit} to {last.day} {last:%b} {last.year}"))


def make_to_that_day(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "Year to date as at 30 June 2011": from the first day of the unit to the day named."""
    unit, year = _UNIT_OF[(m.groupdict().get("short") or m["unit"])[0]], g.year(m)
    try:
        last = date(year or g.as_of.year, MONTH_NAMES[m["month"]], int(m["day"]))
    except ValueError:
        return None
    return g.fixed(m, Period(g.unit(unit, last).first, last, "span", f"{unit} to {last.day} {last:%b} {last.year}"))


def make_this_last_next(g: Reckoning, m: re.Match[str]) -> Atom:
    unit, which = m["unit"], m["which"]
    step = -1 if which in ("last", "previous", "past", "prior") else 1 if which in ("next", "coming", "following") else 0
    if unit.startswith("weekend"):
        saturday = g.unit("week", g.as_of).first + timedelta(days=5 + 7 * step)
        return g.fixed(m, Period(saturday, saturday + timedelta(days=1)))
    unit = _UNIT_OF[unit[0]]
    if unit == "day":
        day = g.as_of + timedelta(days=step)
        return g.fixed(m, Period(day, day, "day"))
    period = g.unit(unit, g.as_of).step(step)
    if step == 0:
        period = replace(period, last=g.as_of) if period.last > g.as_of else period
    return g.fixed(m, period, last_year=unit == "year" and step == -1)


def make_last_n(g: Reckoning, m: re.Match[str]) -> Atom | None:
    count = int(m["count"]) if m["count"].isdigit() else NUMBERS[m["count"]]
    unit, future = _UNIT_OF[m["unit"][0]], m["which"] in ("next", "coming", "following")
    if not count or count > 1000:
        return None
    if unit == "day":
        if future:
            return g.fixed(m, Period(g.as_of + timedelta(days=1), g.as_of + timedelta(days=count)))
        return g.fixed(m, Period(g.as_of - timedelta(days=count - 1), g.as_of))
    now = g.unit(unit, g.as_of)
    if future:
        return g.fixed(m, Period(now.step(1).first, now.step(count).last))
    complete = now.last == g.as_of
    return g.fixed(m, Period(now.step(1 - count).first, now.last) if complete else Period(now.step(-count).first, now.step(-1).last))


def make_more_days(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "Last 90", said after the last 30 days."""
    days = g.anchor is not None and g.anchor.grain == "span" and g.anchor.last == g.as_of and g.anchor.days > 1
    return g.fixed(m, Period(g.as_of - timedelta(days=int(m["count"]) - 1), g.as_of)) if days and int(m["count"]) > 6 else None


def make_fortnight(g: Reckoning, m: re.Match[str]) -> Atom:
    """Fourteen days that end, or begin after, the as-of day."""
    if m["which"] in ("next", "coming", "following"):
        return g.fixed(m, Period(g.as_of + timedelta(days=1), g.as_of + timedelta(days=14)))
    return g.fixed(m, Period(g.as_of - timedelta(days=13), g.as_of))


def make_ago(g: Reckoning, m: re.Match[str]) -> Atom | None:
    count = int(m["count"]) if m["count"].isdigit() else NUMBERS[m["count"]]
    unit = _UNIT_OF[m["unit"][0]]
    if unit == "year" and count == 1:
        return Atom(m.start(), m.end(), lambda y: month(y, 1), None, shift=("year", -1))
    if unit == "day":
        day = g.as_of - timedelta(days=count)
        return g.fixed(m, Period(day, day, "day"))
    return g.fixed(m, g.unit(unit, g.as_of).step(-count))


def make_named_day(g: Reckoning, m: re.Match[str]) -> Atom:
    """ "Yesterday"; "the last trading day" is the newest that the data has."""
    shift = {"yesterday": -1, "tomorrow": 1, "day before yesterday": -2}.get(m.group(0).removeprefix("the "), 0)
    day = g.as_of + timedelta(days=shift)
    return g.fixed(m, Period(day, day, "day"))


def make_rest(g: Reckoning, m: re.Match[str]) -> Atom | None:
    name = m.groupdict().get("month")
    if name:
        said = g.year(m)
        whole = month(said or g.as_of.year, MONTH_NAMES[name])
    elif m.groupdict().get("year"):
        whole = g.unit("year", date(int(m["year"].strip("'")), 1, 1))
    else:
        whole = g.unit(_UNIT_OF[m["unit"][0]], g.as_of)
    first = max(whole.first, g.as_of + timedelta(days=1))
    return g.fixed(m, Period(first, whole.last)) if first <= whole.last else None


def make_year_only(g: Reckoning, m: re.Match[str]) -> Atom:
    year = g.year(m)
    assert year is not None
    return g.fixed(m, Period(date(year, 1, 1), date(year, 12, 31), "year"))


def make_whole(g: Reckoning, m: re.Match[str]) -> Atom:
    return Atom(m.start(), m.end(), lambda y: month(y, 1), None, whole=True)


def make_year_shift(g: Reckoning, m: re.Match[str]) -> Atom:
    return Atom(m.start(), m.end(), lambda y: month(y, 1), None, shift=("year", -1))


def make_week_earlier(g: Reckoning, m: re.Match[str]) -> Atom:
    """The same day of the week before, beside a day that is named."""
    return Atom(m.start(), m.end(), lambda y: month(y, 1), None, shift=("step", -7))


def make_step_shift(g: Reckoning, m: re.Match[str]) -> Atom:
    unit, later = m["unit"], m.group(0).endswith(" on") or any(w in m.group(0) for w in ("after", "later", "following", "next"))
    step = 1 if later else -1
    whole = _UNIT_OF.get(unit[0], "")
    if whole == "week" and g.anchor is not None and g.anchor.first == g.anchor.last and m.group(0).startswith(("a ", "one ")):
        return Atom(m.start(), m.end(), lambda y: month(y, 1), None, shift=("step", 7 * step))
    if g.anchor is not None and g.anchor.grain in _FINER.get(whole, ()):
        return g.fixed(m, g.unit(whole, g.anchor.first).step(step))
    if unit.startswith("y"):
        return Atom(m.start(), m.end(), lambda y: month(y, 1), None, shift=("year", step))
    return Atom(m.start(), m.end(), lambda y: month(y, 1), None, shift=("step", step))


def make_occasion(name: str) -> Maker:
    """A maker for a named day: in the year it is said with, the one before or after today, or a year yet to be found."""

    def make(g: Reckoning, m: re.Match[str]) -> Atom | None:
        meant = local_name(name, g.home)

        def build(year: int) -> Period:
            first, last = occasion(meant, year) or (date(year, 1, 1), date(year, 1, 1))
            return _beside(
                Period(first, last, "occasion", f"{meant} {year}"), m.groupdict().get("beside") or m.groupdict().get("week") or ""
            )

        which, year = m.groupdict().get("which") or "", g.as_of.year
        if which in ("next", "coming", "following"):
            return g.fixed(m, build(year if build(year).first > g.as_of else year + 1))
        if which:
            return g.fixed(m, build(year if build(year).last < g.as_of or which.startswith("this") else year - 1))
        return g.dated(m, build)

    return make


def _beside(day: Period, words: str) -> Period:
    """The week that holds a named day, or the seven days before or after it."""
    if "before" in words or "up to" in words or "leading" in words:
        return Period(day.first - timedelta(days=7), day.first - timedelta(days=1))
    if "after" in words or "following" in words:
        return Period(day.last + timedelta(days=1), day.last + timedelta(days=7))
    if not words:
        return day
    monday = day.first - timedelta(days=day.first.weekday())
    return Period(monday, monday + timedelta(days=6), "week")


def make_numeric_after_weekday(g: Reckoning, m: re.Match[str]) -> Atom | None:
    inner = re.search(r"\d.*$", m.group(0))
    atom = make_numeric(g, inner) if inner else None
    return None if atom is None or atom.period is None else g.fixed(m, atom.period)
