"""The calendar's words and units: month and weekday names, and the periods they stand for.

Knows no grammar: `period_patterns` says how the words stand together, `periods` resolves them.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from assistant.analyst.question import Period, add_months
from assistant.models.numbers import UNITS

MONTH_NAMES = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb febr",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}

WEEKDAY_NAMES = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thur thurs", "friday fri", "saturday sat", "sunday sun"), 1
    )
    for name in names.split()
}

ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "latter": 2, "last": -1, "final": -1}

_ORDINAL_ONES = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
_ORDINAL_TEENS = [
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]
DAY_WORDS = {
    **{word: n for n, word in enumerate((*_ORDINAL_ONES, *_ORDINAL_TEENS, "twentieth"), 1)},
    **{f"twenty {word}": 20 + n for n, word in enumerate(_ORDINAL_ONES, 1)},
    "thirtieth": 30,
    "thirty first": 31,
}
"""Days of the month in words."""

NUMBERS = UNITS | {"a": 1, "an": 1, "couple": 2, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90, "hundred": 100, "dozen": 12}

PERIOD_WORDS = frozenset(
    [
        *MONTH_NAMES,
        *WEEKDAY_NAMES,
        *ORDINALS,
        *[
            "today",
            "yesterday",
            "tomorrow",
            "ytd",
            "mtd",
            "qtd",
            "wtd",
            "christmas",
            "xmas",
            "easter",
            "boxing",
            "cyber",
            "halloween",
            "thanksgiving",
            "valentine",
            "mothering",
            "fortnight",
            "spring",
            "summer",
            "autumn",
            "winter",
            "quarter",
            "half",
            "season",
            "last",
            "past",
            "previous",
            "prior",
        ],
        *[
            "current",
            "next",
            "coming",
            "week",
            "month",
            "year",
            "day",
            "since",
            "until",
            "till",
            "through",
            "before",
            "after",
            "between",
            "during",
            "rest",
            "remainder",
            "date",
            "earlier",
            "later",
            "ago",
            "ending",
            "ended",
            "opening",
            "closing",
            "calendar",
        ],
    ]
)

Shift: TypeAlias = Literal["step", "year"]


@dataclass(frozen=True, slots=True)
class Atom:
    """One expression of time at characters `start`..`end`; `build` makes its period in a year, `period` is set where none is missing.

    `shift` and `whole` mark what is relative to another period, and the whole data.
    """

    start: int
    end: int
    build: Callable[[int], Period]
    year: int | None
    period: Period | None = None
    shift: tuple[Shift, int] | None = None
    whole: bool = False
    last_year: bool = False


def month(year: int, number: int) -> Period:
    """A calendar month."""
    return Period(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]), "month")


def quarter(year: int, number: int) -> Period:
    """A calendar quarter, 1 to 4."""
    first = date(year, 3 * number - 2, 1)
    return Period(first, add_months(first, 3) - timedelta(days=1), "quarter")


def half(year: int, number: int) -> Period:
    """January to June (1) or July to December (2)."""
    first = date(year, 1 if number == 1 else 7, 1)
    return Period(first, add_months(first, 6) - timedelta(days=1), "half")


def season(year: int, name: str) -> Period:
    """Spring is March to May, and so on; winter begins in December of `year`."""
    first = date(year, {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}[name], 1)
    return Period(first, add_months(first, 3) - timedelta(days=1), "season", f"{'autumn' if name == 'fall' else name} {year}")


def christmas(year: int) -> Period:
    """The Christmas season: 1 November to 24 December."""
    return Period(date(year, 11, 1), date(year, 12, 24), "season", f"Christmas season {year}")
