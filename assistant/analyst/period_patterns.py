"""How expressions of time are written: patterns and what each makes, first match wins its characters.

Each maker takes the reckoning (the as-of day, the conversation's period) and a match, and gives an `Atom` or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
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
from assistant.analyst.named_days import ALSO_GOODS, WRITTEN, local_name, occasion
from assistant.analyst.question import Period, add_months
from assistant.analyst.reckoning import Reckoning

_M = rf"(?P<month>{'|'.join(sorted(MONTH_NAMES, key=len, reverse=True))})"

_Y = r"(?:of |in )?(?:the year |year )?(?P<year>(?:19|20)\d\d|'\d\d)"

_YO = rf"(?: {_Y})?"

_YB = (
    r"(?P<before>(?: of| in)?(?:(?: the)? (?:year before|previous year|prior year|year earlier)| a year (?:earlier|before|ago)| last "
    r"(?:year|yr)| this (?:year|yr)))?"
)

_YBM = _YB[:-1]

_D = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"

_DW = rf"(?P<day>{'|'.join(sorted(DAY_WORDS, key=len, reverse=True))})"

_ORD = r"(?P<ord>first|1st|second|2nd|third|3rd|fourth|4th|last|final|latter)"

_ORD1 = r"(?P<ord>first|1st|second|2nd|third|3rd|fourth|4th)"

_UNIT = r"(?P<unit>days?|weeks?|wks?|months?|mths?|quarters?|qtrs?|years?|yrs?|weekends?)"

_COUNT = rf"(?P<count>\d+|{'|'.join(NUMBERS)})"

_SEASON = r"(?P<season>spring|summer|autumn|fall|winter)"

_XMAS = r"(?:christmas|xmas|x mas|holiday|festive)(?: (?:shopping|trading|selling))?"

_WD = rf"(?:(?:{'|'.join(WEEKDAY_NAMES)}) (?:the )?)?"

_FINER = {"week": ("day",), "month": ("day", "week"), "quarter": ("day", "week", "month")}
_UNIT_OF = {"d": "day", "w": "week", "m": "month", "q": "quarter", "y": "year"}


_Maker: TypeAlias = Callable[[Reckoning, re.Match[str]], Atom | None]


def _numeric(g: Reckoning, m: re.Match[str]) -> Atom | None:
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


def _numeric_month(g: Reckoning, m: re.Match[str]) -> Atom | None:
    one, two = (int(x) for x in re.split(r"[/-]", m.group(0)))
    year, number = (one, two) if one > 1000 else (two, one)
    return g.fixed(m, month(year, number)) if 1 <= number <= 12 else None


def _year_span(g: Reckoning, m: re.Match[str]) -> Atom:
    return g.fixed(m, Period(date(int(m["one"]), 1, 1), date(int(m["two"]), 12, 31)))


def _days_of_month(g: Reckoning, m: re.Match[str]) -> Atom | None:
    number, one, two = MONTH_NAMES[m["month"]], int(m["one"]), int(m["two"])
    return g.dated(m, lambda y: Period(date(y, number, one), date(y, number, two)))


def _day(g: Reckoning, m: re.Match[str]) -> Atom | None:
    number, day = MONTH_NAMES[m["month"]], int(m["day"]) if m["day"].isdigit() else DAY_WORDS[m["day"]]
    return g.dated(m, lambda y: Period(date(y, number, day), date(y, number, day), "day"))


def _week_of(g: Reckoning, m: re.Match[str]) -> Atom | None:
    inner = _numeric(g, re.match(r".*", m["num"])) if m.groupdict().get("num") else None  # type: ignore[arg-type]
    ending = "end" in m["how"] if m["how"] else False
    if inner is not None and inner.period:
        return g.fixed(m, _week(g, inner.period.first, ending))
    number, day = MONTH_NAMES[m["month"]], int(m["day"])
    return g.dated(m, lambda y: _week(g, date(y, number, day), ending))


def _week(g: Reckoning, day: date, ending: bool) -> Period:
    return Period(day - timedelta(days=6), day, "week") if ending else g.unit("week", day)


def _iso_week(g: Reckoning, m: re.Match[str]) -> Atom | None:
    number = int(m["week"])
    return g.dated(m, lambda y: g.unit("week", date.fromisocalendar(y, number, 1)))


def _part_of_month(g: Reckoning, m: re.Match[str]) -> Atom | None:
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


def _month_year(g: Reckoning, m: re.Match[str]) -> Atom | None:
    number = MONTH_NAMES[m["month"]]
    if m.group(0) == "may" and not re.search(
        r"(?:^|\b(?:in|of|for|since|from|to|and|or|vs|than|during|by|until|before|after|about|against|on|with|over)|-|->) $",
        m.string[: m.start()],
    ):
        return None
    return g.dated(m, lambda y: month(y, number))


def _short_year(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """`nov 11` is a month of 2011 where the data has such a year, unless "on" makes it a day."""
    year, number = 2000 + int(m["short"]), MONTH_NAMES[m["month"]]
    if not g.first_day.year <= year <= g.as_of.year or m.string[: m.start()].rstrip().endswith(" on"):
        return None
    return g.fixed(m, month(year, number))


def _quarter(g: Reckoning, m: re.Match[str]) -> Atom | None:
    groups = m.groupdict()
    number = int(groups["q"]) if groups.get("q") else ORDINALS[m["ord"]]
    number = 4 if number == -1 else number
    return g.dated(m, lambda y: quarter(y, number))


def _short_quarter(g: Reckoning, m: re.Match[str]) -> Atom | None:
    year = 2000 + int(m["short"])
    return g.fixed(m, quarter(year, int(m["q"]))) if g.first_day.year <= year <= g.as_of.year else None


def _half(g: Reckoning, m: re.Match[str]) -> Atom | None:
    groups = m.groupdict()
    number = int(groups["h"]) if groups.get("h") else ORDINALS[m["ord"]]
    return g.dated(m, lambda y: half(y, 1 if number == 1 else 2))


def _season(g: Reckoning, m: re.Match[str]) -> Atom | None:
    name = m["season"]
    return g.dated(m, lambda y: season(y, name))


def _christmas(g: Reckoning, m: re.Match[str]) -> Atom | None:
    return g.dated(m, christmas)


def _relative_season(g: Reckoning, m: re.Match[str]) -> Atom:
    name = m.groupdict().get("season")
    build = (lambda y: season(y, name)) if name else christmas
    year = g.as_of.year
    if m["which"] in ("last", "previous", "past"):
        year = year if build(year).last < g.as_of else year - 1
    elif m["which"] in ("next", "coming"):
        year = year if build(year).first > g.as_of else year + 1
    return g.fixed(m, build(year))


def _relative_month(g: Reckoning, m: re.Match[str]) -> Atom:
    number, year = MONTH_NAMES[m["month"]], g.as_of.year
    if m["which"] in ("last", "previous", "past"):
        year = year if month(year, number).last < g.as_of else year - 1
    elif m["which"] in ("next", "coming"):
        year = year if month(year, number).first > g.as_of else year + 1
    return g.fixed(m, month(year, number))


def _relative_weekday(g: Reckoning, m: re.Match[str]) -> Atom:
    number = WEEKDAY_NAMES[m["weekday"]]
    back = (g.as_of.isoweekday() - number) % 7
    day = g.as_of - timedelta(days=back if m["which"] == "this" else back or 7)
    return g.fixed(m, Period(day, day, "day"))


def _to_date(g: Reckoning, m: re.Match[str]) -> Atom:
    unit = _UNIT_OF[(m.groupdict().get("short") or m.groupdict().get("unit") or m["unit2"])[0]]
    year = g.year(m)
    last = g.as_of if year is None else add_months(g.as_of, 12 * (year - g.as_of.year))
    first = g.unit(unit, last).first
    return g.fixed(m, Period(first, last, "span", f"{unit} to {last.day} {last:%b} {last.year}"))


def _to_that_day(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "Year to date as at 30 June 2011": from the first day of the unit to the day named."""
    unit, year = _UNIT_OF[(m.groupdict().get("short") or m["unit"])[0]], g.year(m)
    try:
        last = date(year or g.as_of.year, MONTH_NAMES[m["month"]], int(m["day"]))
    except ValueError:
        return None
    return g.fixed(m, Period(g.unit(unit, last).first, last, "span", f"{unit} to {last.day} {last:%b} {last.year}"))


def _this_last_next(g: Reckoning, m: re.Match[str]) -> Atom:
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


def _last_n(g: Reckoning, m: re.Match[str]) -> Atom | None:
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


def _more_days(g: Reckoning, m: re.Match[str]) -> Atom | None:
    """ "Last 90", said after the last 30 days."""
    days = g.anchor is not None and g.anchor.grain == "span" and g.anchor.last == g.as_of and g.anchor.days > 1
    return g.fixed(m, Period(g.as_of - timedelta(days=int(m["count"]) - 1), g.as_of)) if days and int(m["count"]) > 6 else None


def _fortnight(g: Reckoning, m: re.Match[str]) -> Atom:
    """Fourteen days that end, or begin after, the as-of day."""
    if m["which"] in ("next", "coming", "following"):
        return g.fixed(m, Period(g.as_of + timedelta(days=1), g.as_of + timedelta(days=14)))
    return g.fixed(m, Period(g.as_of - timedelta(days=13), g.as_of))


def _ago(g: Reckoning, m: re.Match[str]) -> Atom | None:
    count = int(m["count"]) if m["count"].isdigit() else NUMBERS[m["count"]]
    unit = _UNIT_OF[m["unit"][0]]
    if unit == "year" and count == 1:
        return Atom(m.start(), m.end(), lambda y: month(y, 1), None, shift=("year", -1))
    if unit == "day":
        day = g.as_of - timedelta(days=count)
        return g.fixed(m, Period(day, day, "day"))
    return g.fixed(m, g.unit(unit, g.as_of).step(-count))


def _named_day(g: Reckoning, m: re.Match[str]) -> Atom:
    shift = {"today": 0, "yesterday": -1, "tomorrow": 1, "day before yesterday": -2}[m.group(0)]
    day = g.as_of + timedelta(days=shift)
    return g.fixed(m, Period(day, day, "day"))


def _rest(g: Reckoning, m: re.Match[str]) -> Atom | None:
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


def _year_only(g: Reckoning, m: re.Match[str]) -> Atom:
    year = g.year(m)
    assert year is not None
    return g.fixed(m, Period(date(year, 1, 1), date(year, 12, 31), "year"))


def _whole(g: Reckoning, m: re.Match[str]) -> Atom:
    return Atom(m.start(), m.end(), lambda y: month(y, 1), None, whole=True)


def _year_shift(g: Reckoning, m: re.Match[str]) -> Atom:
    return Atom(m.start(), m.end(), lambda y: month(y, 1), None, shift=("year", -1))


def _step_shift(g: Reckoning, m: re.Match[str]) -> Atom:
    unit, later = m["unit"], any(w in m.group(0) for w in ("after", "later", "following", "next"))
    step = 1 if later else -1
    whole = _UNIT_OF.get(unit[0], "")
    if g.anchor is not None and g.anchor.grain in _FINER.get(whole, ()):
        return g.fixed(m, g.unit(whole, g.anchor.first).step(step))
    if unit.startswith("y"):
        return Atom(m.start(), m.end(), lambda y: month(y, 1), None, shift=("year", step))
    return Atom(m.start(), m.end(), lambda y: month(y, 1), None, shift=("step", step))


def _occasion(name: str) -> _Maker:
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


_WHICH = r"(?P<which>last|previous|past|prior|this|the current|current|next|coming|following)"
_ALL = (
    r"all[ -]time|of all time|ever|overall|all the data|all (?:of )?(?:our |the )?data|(?:the |over the |in the )?(?:whole|entire|full|"
    r"complete) (?:period|time|data(?: ?set)?|range|history|time ?span|record)"
    r"|since (?:the )?(?:beginning|start|launch|we started|we opened|day one)(?! of)|from the (?:very )?beginning|in total|altogether|"
    r"lifetime|(?:the )?full history|all years|both years|across (?:all )?the years"
    r"|for all dates|any ?time|to date|throughout|all dates|since records began|on record|in the records|all periods|up to now|until "
    r"now|so far|historically|in all|across all time|at all times"
)

_NOT_RANKED = r"(?<!best )(?<!worst )(?<!biggest )(?<!highest )(?<!lowest )(?<!busiest )(?<!strongest )(?<!top )(?<!weakest )"
""" "The best month to date" is a month of all the data."""
_BESIDE = r"(?P<beside>(?:the )?week (?:before|after|following|of|leading up to|up to) (?:the )?)"
_AT = r"(?:(?<=\bat )|(?<=\bover )|(?<=\bduring )|(?<=\baround )|(?<=\bsince )|(?<=\bbefore )|(?<=\bafter ))"

_OCCASIONS: tuple[tuple[str, _Maker], ...] = tuple(
    (pattern, _occasion(name))
    for name, written, goods in (*((n, w, False) for n, w in WRITTEN.items()), *((n, w, True) for n, w in ALSO_GOODS.items()))
    for pattern in (
        rf"{_BESIDE}(?:{written}){_YO}{_YB}",
        rf"{_WHICH} (?:{written})(?P<week> week)?",
        rf"{_Y} (?:{written})(?P<week> week)?",
        rf"(?:{written})(?P<week> week)? {_Y}",
        rf"{_AT}(?:{written})(?P<week> week)?(?! [a-z])" if goods else rf"(?:{written})(?P<week> week)?{_YB}",
    )
)

PATTERNS: tuple[tuple[re.Pattern[str], _Maker], ...] = tuple(
    (re.compile(rf"(?<![\w'/.-])(?:{pattern})(?![\w/])"), make)
    for pattern, make in (
        *_OCCASIONS,
        (
            r"(?P<how>(?:week|wk) (?:of|starting|commencing|beginning|from|ending)(?: on)?|w/c|wc|w/e|we|week) (?:the )?"
            + _WD
            + r"(?P<num>\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4})",
            _week_of,
        ),
        (
            r"(?P<how>(?:week|wk) (?:of|starting|commencing|beginning|from|ending)(?: on)?|w/c|wc|w/e) (?:the )?"
            + _WD
            + _D
            + r"(?: of)? "
            + _M
            + _YO,
            _week_of,
        ),
        (
            r"(?P<how>(?:week|wk) (?:of|starting|commencing|beginning|from|ending)(?: on)?|w/c|wc|w/e) (?:the )?"
            + _WD
            + _M
            + " "
            + _D
            + _YO,
            _week_of,
        ),
        (
            _WD + r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}",
            lambda g, m: _numeric(g, m) if m.group(0)[0].isdigit() else _numeric_after_weekday(g, m),
        ),
        (r"(?:\d{1,2}/(?:19|20)\d\d|(?:19|20)\d\d[-/](?:0[1-9]|1[0-2]))", _numeric_month),
        (r"(?P<one>(?:19|20)\d\d) ?[-/–] ?(?P<two>(?:19|20)\d\d)", _year_span),
        (
            _WD
            + r"(?P<one>[0-3]?\d)(?:st|nd|rd|th)? (?:to|until|till|through|and|-|–) (?:the )?"
            + _WD
            + r"(?P<two>[0-3]?\d)(?:st|nd|rd|th)?(?: of)? "
            + _M
            + _YO,
            _days_of_month,
        ),
        (
            _M + r" (?P<one>[0-3]?\d)(?:st|nd|rd|th)? (?:to|until|till|through|-|–) (?:the )?(?P<two>[0-3]?\d)(?:st|nd|rd|th)?" + _YO,
            _days_of_month,
        ),
        (r"(?:week|wk) (?P<week>[0-5]?\d)(?: of)?" + _YO, _iso_week),
        (r"(?:the )?" + _ORD + r" (?P<part>half|week) of " + _M + _YO, _part_of_month),
        (_WD + r"(?:the )?" + _D + r"(?: of)? " + _M + _YO + r"(?! ?\d)", _day),
        (_WD + r"(?:the )?" + _DW + r"(?: day)?(?: of)? " + _M + _YO + r"(?! ?\d)", _day),
        (_M + r"(?: of)? " + _Y, _month_year),
        (_Y + " " + _M, _month_year),
        (_WD + _M + r" (?P<day>[0-3]?\d)(?:st|nd|rd|th) " + _Y, _day),
        (_WD + _M + r" (?P<day>[0-3]?\d)(?:st|nd|rd|th)?" + r" " + _Y, _day),
        (_M + r" (?:- )?'?(?P<short>\d\d)(?!\d|st|nd|rd|th)", _short_year),
        (_WD + _M + " " + r"(?:the )?" + _D + r"(?! \d{4})", _day),
        (r"(?:rest|remainder|balance) of (?:the |this )?(?:" + _M + _YO + r"|(?:current )?(?P<unit>week|month|quarter|year))", _rest),
        (_WHICH + " " + _M, _relative_month),
        (_WHICH + " " + _SEASON, _relative_season),
        (_WHICH + " " + _XMAS + r"(?: (?:season|period|run up|time))?", _relative_season),
        (_WHICH + rf" (?P<weekday>{'|'.join(WEEKDAY_NAMES)})", _relative_weekday),
        (_Y + r" ?(?:q|quarter )(?P<q>[1-4])", _quarter),
        (r"(?:q|quarter )(?P<q>[1-4]) (?:- )?'?(?P<short>\d\d)(?!\d)", _short_quarter),
        (r"(?:q|quarter |qtr |qtr)(?P<q>[1-4])" + "(?: of)?" + _YO + _YB, _quarter),
        (r"(?P<q>[1-4])q" + _YO, _quarter),
        (r"(?:the )?" + _ORD + r" (?:quarter|qtr)(?: of)? " + _Y, _quarter),
        (r"(?:the )?" + _ORD1 + r" (?:quarter|qtr)" + _YB, _quarter),
        (_Y + r" h(?P<h>[12])", _half),
        (r"h(?P<h>[12])" + _YO + _YB, _half),
        (r"(?:the )?" + _ORD + r" half(?: of)?(?: the)? " + _Y, _half),
        (r"(?:the )?" + _ORD1 + r" half" + _YB, _half),
        (r"(?:the )?run up to " + _XMAS + _YO + _YB, _christmas),
        (_XMAS + r"(?: (?:season|period|run up|time|quarter))? " + _Y, _christmas),
        (_Y + " " + _XMAS + r"(?: (?:season|period|run up))?", _christmas),
        (_XMAS + r" (?:season|period|run up)" + _YB, _christmas),
        (_SEASON + r"(?: of)? " + _Y, _season),
        (_M + "(?: of| in)?" + _YBM, _month_year),
        (_SEASON + "(?: of| in)?" + _YBM, _season),
        (r"(?P<short>[ymqw])td(?: of| in| for)?" + _YO + _YB, _to_date),
        (
            r"(?:(?P<short>[ymq])td|(?P<unit>year|month|quarter) to date) (?:as )?(?:at|to|of|until|up to|on) (?:the )?"
            + _D
            + r"(?: of)? "
            + _M
            + " "
            + _Y,
            _to_that_day,
        ),
        (
            r"as (?:at|of|per|on) (?:the )?"
            + _D
            + r"(?: of)? "
            + _M
            + " "
            + _Y
            + r" (?:(?P<short>[ymq])td|(?P<unit>year|month|quarter) to date)",
            _to_that_day,
        ),
        (_NOT_RANKED + r"(?P<unit>year|month|quarter|week) to date" + _YO + _YB, _to_date),
        (r"so far (?:this|in this|in the current) (?P<unit>year|month|quarter|week)", _to_date),
        (r"this (?P<unit>year|month|quarter|week) (?:so far|to date|till now|until now)", _to_date),
        (_Y + r" (?:so far|to date|ytd|year to date)", lambda g, m: _year_only(g, m)),
        (
            r"(?:the |our )?"
            + _WHICH
            + " "
            + _COUNT
            + r"(?: full| complete| whole)? "
            + r"(?P<unit>days?|weeks?|wks?|months?|mths?|quarters?|qtrs?|years?|yrs?)",
            _last_n,
        ),
        (_WHICH + r" (?:calendar|full|complete|whole|financial) (?P<unit>months?|quarters?|years?)", _this_last_next),
        (r"(?P<which>trailing|rolling) " + _COUNT + r" (?P<unit>days?|weeks?|months?|quarters?|years?)", _last_n),
        (_COUNT + r" (?P<unit>days?|weeks?|months?|quarters?|years?|yrs?) (?:ago|back)", _ago),
        (
            (
                r"(?:in |over |during |from )?(?:the |at the )?same (?:period|time|month|months|quarter|week|days?|date|dates|span|"
                r"season)(?: of| in)? (?:the )?(?:last|previous|prior|preceding) (?:year|yr)"
            ),
            _year_shift,
        ),
        (
            (
                r"(?:the )?same (?:period|time|month|months|quarter|week|days?|date|dates|span|season)(?: of| in)? (?:the |a )?(?:year|yr) "
                r"(?:before|earlier|ago|prior)"
            ),
            _year_shift,
        ),
        (r"lytd|pytd|(?:ly|py) ytd|(?:last|prior|previous) ytd", _year_shift),
        (r"(?:the |one |a )?(?:year|yr) (?:before|earlier|prior|previously|ago)(?: that| then)?", _year_shift),
        (r"(?:the )?(?:previous|prior|preceding) (?:year|yr)", _year_shift),
        (
            r"(?:the )?(?:(?:same|previous|prior|preceding) )?"
            + _COUNT
            + r" (?P<unit>days?|weeks?|months?|quarters?|years?) (?:before|prior|earlier|preceding)(?: that| those| them)?",
            _step_shift,
        ),
        (r"the (?:previous|prior|preceding) " + _COUNT + r" (?P<unit>days?|weeks?|months?|quarters?)", _step_shift),
        (r"(?:the )?same (?:month|period|quarter|week|time)(?: as)? (?:before|earlier)", _year_shift),
        (
            r"(?:the |one |a )?(?P<unit>day|week|month|quarter|year) (?:before|after|earlier|later|prior|following)(?: that| it)?",
            _step_shift,
        ),
        (r"(?:the )?(?P<unit>one|ones) (?:before|after|prior|previous)(?: that| it| them)?", _step_shift),
        (r"the (?:previous|prior|preceding|following|next) (?P<unit>day|week|month|quarter|period)", _step_shift),
        (r"(?:previous|prior|preceding) (?P<unit>period)", _step_shift),
        (_WHICH + r" (?P<fortnight>fortnight)", _fortnight),
        (_WHICH + " " + _UNIT, _this_last_next),
        (r"day before yesterday|today|yesterday|tomorrow", _named_day),
        (_M + _YB, _month_year),
        (r"(?P<season>spring|summer|autumn|winter)" + _YB, _season),
        (r"(?:fy|cy)? ?(?:the year |calendar year |year |fiscal year )?(?P<year>(?:19|20)\d\d|'\d\d)", _year_only),
        (_ALL, _whole),
        (r"(?:the )?(?:last|past) (?P<count>\d+)", _more_days),
    )
)


def _numeric_after_weekday(g: Reckoning, m: re.Match[str]) -> Atom | None:
    inner = re.search(r"\d.*$", m.group(0))
    atom = _numeric(g, inner) if inner else None
    return None if atom is None or atom.period is None else g.fixed(m, atom.period)
