"""Days that trade calls by name: Black Friday, Boxing Day, Easter, Mother's Day, bank holidays, and when they fall in a year.

Knows the calendar only. What a name stands for in the shop's own country is decided here; how names are written in a message is
`period_patterns`' business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TypeAlias

Span: TypeAlias = tuple[date, date]

_MONDAY, _THURSDAY, _SUNDAY = 0, 3, 6
_MOTHERING_SUNDAY_IN = frozenset(["", "united kingdom", "eire", "ireland", "channel islands"])


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar, by the anonymous algorithm of Meeus, *Astronomical Algorithms*, chapter 8."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    """The `n`th Monday (0) .. Sunday (6) of a month; -1 is the last."""
    if n > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def _thanksgiving(year: int) -> date:
    return nth_weekday(year, 11, _THURSDAY, 4)


def _on(day: Callable[[int], date], days: int = 1, shift: int = 0) -> Callable[[int], Span]:
    def span(year: int) -> Span:
        first = day(year) + timedelta(days=shift)
        return first, first + timedelta(days=days - 1)

    return span


def _fixed(month: int, day: int) -> Callable[[int], Span]:
    return _on(lambda year: date(year, month, day))


_SPANS: Mapping[str, Callable[[int], Span]] = {
    "Thanksgiving": _on(_thanksgiving),
    "Black Friday": _on(_thanksgiving, shift=1),
    "Black Friday weekend": _on(_thanksgiving, days=3, shift=1),
    "Cyber Monday": _on(_thanksgiving, shift=4),
    "Christmas Eve": _fixed(12, 24),
    "Christmas Day": _fixed(12, 25),
    "Boxing Day": _fixed(12, 26),
    "New Year's Eve": _fixed(12, 31),
    "New Year's Day": _fixed(1, 1),
    "Valentine's Day": _fixed(2, 14),
    "St Patrick's Day": _fixed(3, 17),
    "Halloween": _fixed(10, 31),
    "Bonfire Night": _fixed(11, 5),
    "Shrove Tuesday": _on(easter, shift=-47),
    "Good Friday": _on(easter, shift=-2),
    "Easter Sunday": _on(easter),
    "Easter Monday": _on(easter, shift=1),
    "Easter weekend": _on(easter, days=4, shift=-2),
    "Mothering Sunday": _on(easter, shift=-21),
    "Mother's Day": _on(lambda year: nth_weekday(year, 5, _SUNDAY, 2)),
    "Father's Day": _on(lambda year: nth_weekday(year, 6, _SUNDAY, 3)),
    "Early May bank holiday": _on(lambda year: nth_weekday(year, 5, _MONDAY, 1)),
    "Spring bank holiday": _on(lambda year: nth_weekday(year, 5, _MONDAY, -1)),
    "Summer bank holiday": _on(lambda year: nth_weekday(year, 8, _MONDAY, -1)),
}

WRITTEN: Mapping[str, str] = {
    "Black Friday weekend": r"black friday weekend",
    "Black Friday": r"black friday",
    "Cyber Monday": r"cyber monday",
    "Thanksgiving": r"thanksgiving(?: day)?",
    "Christmas Eve": r"(?:christmas|xmas) eve",
    "Christmas Day": r"(?:christmas|xmas) day",
    "Boxing Day": r"boxing day",
    "New Year's Eve": r"new year(?:'?s)? eve",
    "New Year's Day": r"new year(?:'?s)? day",
    "Valentine's Day": r"(?:st )?valentine(?:'?s)? day",
    "St Patrick's Day": r"(?:st|saint) patrick(?:'?s)? day",
    "Bonfire Night": r"bonfire night|guy fawkes(?: night)?",
    "Shrove Tuesday": r"shrove tuesday|pancake day",
    "Good Friday": r"good friday",
    "Easter Monday": r"easter monday",
    "Easter weekend": r"(?:the )?easter (?:bank holiday )?weekend",
    "Easter Sunday": r"easter sunday|easter day",
    "Mothering Sunday": r"mother(?:'?s|ing) (?:day|sunday)",
    "Father's Day": r"father(?:'?s)? day",
    "Early May bank holiday": r"(?:early )?may day(?: bank holiday)?|early may bank holiday",
    "Spring bank holiday": r"(?:spring|late may|end of may) bank holiday",
    "Summer bank holiday": r"(?:(?:late )?august|summer) bank holiday",
}
"""How each is written, as a pattern over lower-case text; the longer before the shorter."""

ALSO_GOODS: Mapping[str, str] = {"Easter Sunday": r"easter", "Halloween": r"halloween", "Valentine's Day": r"valentine(?:'?s)?"}
"""Names that goods bear as well ("Easter basket"): days only beside a year, or after a word such as "at" or "last"."""


def occasion(name: str, year: int) -> Span | None:
    """First and last day of a named day or weekend in a year; None where the name is not known."""
    spans = _SPANS.get(name)
    return None if spans is None else spans(year)


def local_name(name: str, home: str) -> str:
    """What a name means where the shop is at home: British and Irish mothers have their day in Lent, others in May."""
    return "Mother's Day" if name == "Mothering Sunday" and home.lower() not in _MOTHERING_SUNDAY_IN else name
