"""Dates and periods in shoppers' words: "12 May", "yesterday", "last week", "in 2023".

Owns a small English grammar of the calendar; the analyst's questions have their own, richer one. Nothing here reads the clock:
the caller says what day it is.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.types import Entity

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_MONTH = "|".join(sorted((name for name in _MONTHS if name != "may"), key=len, reverse=True))
_ANY_MONTH = f"{_MONTH}|may"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d{2}))?"

_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)")
_SLASHED = re.compile(r"(?<![\d/.])(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<year>(?:19|20)?\d{2})(?![\d/])")
_DAY_MONTH = re.compile(rf"\b{_DAY}\s+(?:of\s+)?(?P<month>{_ANY_MONTH})\.?\b{_YEAR}", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"\b(?P<month>{_ANY_MONTH})\.?\s+(?:the\s+)?{_DAY}\b(?!\s*(?:€|£|\$|dollars|bucks)){_YEAR}", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?P<word>today|yesterday|tomorrow|the day before yesterday)\b", re.IGNORECASE)
_WEEKDAY = re.compile(rf"\b(?P<last>last\s+|next\s+|this\s+|on\s+|by\s+)?(?P<name>{'|'.join(_DAYS)})\b", re.IGNORECASE)
_UNIT_PERIOD = re.compile(r"\b(?P<which>last|this|previous|past|current|next)\s+(?P<unit>week|month|quarter|year)\b", re.IGNORECASE)
_LAST_N = re.compile(
    r"\b(?:last|past|previous)\s+(?P<n>\d{1,3}|two|three|four|five|six|ten|twelve)\s+(?P<unit>days?|weeks?|months?|years?)\b", re.IGNORECASE
)
_AGO = re.compile(r"\b(?P<n>\d{1,3}|an?|two|three|four|five|six|ten)\s+(?P<unit>days?|weeks?|months?|years?)\s+ago\b", re.IGNORECASE)
_IN_MONTH = re.compile(
    rf"\b(?:(?:in|during|since|of)\s+(?P<month>{_ANY_MONTH})|(?P<alone>{_MONTH}))\b(?!\s+\d{{1,2}}\b){_YEAR}", re.IGNORECASE
)
_IN_YEAR = re.compile(r"\b(?:in|during|of|since|year)\s+(?P<year>(?:19|20)\d{2})\b", re.IGNORECASE)
_NUMBERS = {"a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "twelve": 12}


def dates(text: str, today: date, *, day_first: bool = True) -> Iterator[Entity]:
    """Single days, as `date` values. A day without a year is the latest one that is not after `today`."""
    for pattern in (_ISO, _DAY_MONTH, _MONTH_DAY):
        for match in pattern.finditer(text):
            yield from _date(match, today)
    for match in _SLASHED.finditer(text):
        a, b, year = int(match["a"]), int(match["b"]), int(match["year"])
        month, day = (b, a) if (day_first and b <= 12) or a > 12 else (a, b)
        yield from _entity(match, year + 2000 if year < 100 else year, month, day)
    for match in _RELATIVE.finditer(text):
        shift = {"today": 0, "yesterday": -1, "tomorrow": 1}.get(match["word"].lower(), -2)
        yield _day(match, today + timedelta(days=shift))
    for match in _WEEKDAY.finditer(text):
        back = (today.weekday() - _DAYS[match["name"].lower()]) % 7 or 7
        future = (match["last"] or "").strip().lower() in {"next", "by"}
        yield _day(match, today - timedelta(days=back - 7 if future else back))
    for match in _AGO.finditer(text):
        yield _day(match, _back(today, _count(match["n"]), match["unit"]))


def periods(text: str, today: date) -> Iterator[Entity]:
    """Spans of days, as "first/last" in ISO form, both included."""
    for match in _UNIT_PERIOD.finditer(text):
        yield _period(match, *_unit_period(match["which"].lower(), match["unit"].lower(), today))
    for match in _LAST_N.finditer(text):
        yield _period(match, _back(today, _count(match["n"]), match["unit"]) + timedelta(days=1), today)
    for match in _IN_MONTH.finditer(text):
        month = _MONTHS[(match["month"] or match["alone"]).lower()]
        year = int(match["year"]) if match["year"] else today.year - (month > today.month)
        yield _period(match, date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    for match in _IN_YEAR.finditer(text):
        yield _period(match, date(int(match["year"]), 1, 1), date(int(match["year"]), 12, 31))


def _count(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word.lower()]


def _back(today: date, count: int, unit: str) -> date:
    if unit.lower().startswith("day"):
        return today - timedelta(days=count)
    if unit.lower().startswith("week"):
        return today - timedelta(weeks=count)
    months = today.year * 12 + today.month - 1 - count * (12 if unit.lower().startswith("year") else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _unit_period(which: str, unit: str, today: date) -> tuple[date, date]:
    shift = {"this": 0, "current": 0, "next": 1}.get(which, -1)
    if unit == "week":
        first = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
        return first, first + timedelta(days=6)
    length = {"month": 1, "quarter": 3, "year": 12}[unit]
    block = (today.year * 12 + today.month - 1) // length + shift
    return _month_start(block * length), _month_start((block + 1) * length) - timedelta(days=1)


def _month_start(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _date(match: re.Match[str], today: date) -> Iterator[Entity]:
    month = int(match["month"]) if match["month"].isdigit() else _MONTHS[match["month"].lower()]
    day = int(match["day"])
    year = int(match["year"]) if match["year"] else today.year - ((month, day) > (today.month, today.day))
    yield from _entity(match, year, month, day)


def _entity(match: re.Match[str], year: int, month: int, day: int) -> Iterator[Entity]:
    if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
        yield _day(match, date(year, month, day))


def _day(match: re.Match[str], day: date) -> Entity:
    return Entity("date", match[0], day, match.start(), match.end())


def _period(match: re.Match[str], first: date, last: date) -> Entity:
    return Entity("period", match[0], f"{first.isoformat()}/{last.isoformat()}", match.start(), match.end())
