"""Cells to values: text, money, whole numbers, times, yes and no.

Each function returns None for an empty cell and raises BadRecord for one that it cannot read; it never guesses past that.
"""

from __future__ import annotations

import html
import math
import re
from contextlib import suppress
from datetime import UTC, date, datetime
from datetime import time as clock
from html.parser import HTMLParser
from typing import Any

from assistant.errors import BadRecord

_CURRENCY = r"(?:[^\W\d_]{0,3}\.?\s?[^\w\s.,+()'-]?)"
_AMOUNT = re.compile(rf"(\()?([-+])?\s?{_CURRENCY}\s?([-+])?\s?(\d[\d.,' \xa0\u202f]*|[.,]\d+)\s?{_CURRENCY}(\))?")
_GROUPED = re.compile(r"\d{1,3}([.,' \xa0\u202f])(?:\d{2,3}\1)*\d{3}(?:(?!\1)[.,](\d*))?")
_SCIENTIFIC = re.compile(r"[-+]?\d+(?:\.\d+)?[eE][-+]?\d+")
_SLASH_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[ T,]+(\d{1,2}:\d{2}(?::\d{2})?)\s*([AaPp][Mm])?)?")
_YES = {"true", "yes", "y", "1", "t", "active", "published", "x"}
_NO = {"false", "no", "n", "0", "f", "inactive", "draft", "archived", "unpublished"}
_EPOCH_S = 100_000_000
_EPOCH_MS = 100_000_000_000


def text(cell: Any) -> str:
    """The cell as text without outer space; empty for none. Characters that no file can hold are replaced."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    words = cell if isinstance(cell, str) else str(cell)
    return words.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()


def key(cell: Any) -> str:
    """An id as text; `13085.0`, which is how some programs write a number of a column with gaps, is 13085."""
    return re.sub(r"^(\d+)\.0$", r"\1", text(cell))


def money(cell: Any) -> float | None:
    """An amount, currency signs aside: `£1,234.50`, `1.234,50 €`, `(12.00)` for a negative one."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return None if math.isnan(cell) else _finite(float(cell), cell)
    words = text(cell).replace("\N{MINUS SIGN}", "-")
    if not words:
        return None
    if _SCIENTIFIC.fullmatch(words):
        return _finite(float(words), words)
    found = _AMOUNT.fullmatch(words)
    digits = _with_decimal_point(found[4].rstrip(".,' \xa0")) if found else None
    if found is None or digits is None or bool(found[1]) != bool(found[5]):
        raise BadRecord(f"{words!r} is not an amount.", value=cell)
    negative = bool(found[1]) or "-" in (found[2], found[3])
    return _finite(-float(digits) if negative else float(digits), words)


def whole(cell: Any) -> int | None:
    """A whole number; `12.0` is one."""
    value = money(cell)
    if value is None:
        return None
    if not value.is_integer() or abs(value) > 2**53:
        raise BadRecord(f"{text(cell)!r} is not a whole number.", value=text(cell))
    return int(value)


def time(cell: Any, *, day_first: bool = True) -> datetime | None:
    """A point in time on the shop's clock; an offset is dropped, since exports carry the shop's own.

    ISO 8601 (with or without a time of day), `31/12/2024 23:59`, `31.12.2024`, `December 31, 2024`, seconds or milliseconds since
    1970 (UTC).
    `day_first` decides what both readings allow.
    """
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime.combine(cell, clock.min)
    words = text(cell)
    if not words:
        return None
    try:
        return _epoch(words) or _slashed(words, day_first) or _named(words) or datetime.fromisoformat(_iso(words)).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise BadRecord(f"{words!r} is not a date.", value=words) from error


def slashed(cell: Any) -> tuple[int, int] | None:
    """The first two numbers of a date such as 3/4/2024, whose order a file decides; None for any other form."""
    found = _SLASH_DATE.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return (int(found[1]), int(found[2])) if found and "/" in found.group() else None


def flag(cell: Any) -> bool | None:
    """Yes or no."""
    if isinstance(cell, bool):
        return cell
    words = text(cell).casefold()
    if not words:
        return None
    if words not in _YES | _NO:
        raise BadRecord(f"{words!r} is neither yes nor no.", value=words)
    return words in _YES


def scalar(cell: Any) -> str | int | float | bool | None:
    """The cell as the plainest JSON value: a number where it is written as one, else text; None where it is empty."""
    if isinstance(cell, bool):
        return cell
    words = text(cell)
    if re.fullmatch(r"-?(0|[1-9]\d{0,14})", words):
        return int(words)
    if re.fullmatch(r"-?(0|[1-9]\d{0,14})\.\d+", words):
        return float(words)
    return words or None


def prose(cell: Any) -> str:
    """Text without HTML: tags become spaces or line ends, entities their characters."""
    words = text(cell)
    if not re.search(r"<\w+[^<>]*>|&\w+;", words):
        return words
    reader = _Prose()
    reader.feed(words)
    reader.close()
    lines = (" ".join(line.split()) for line in html.unescape("".join(reader.parts)).splitlines())
    return "\n".join(line for line in lines if line)


class _Prose(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        self.parts.append("\n" if tag in ("p", "br", "li", "div", "tr", "h1", "h2", "h3", "ul") else "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style") and self._hidden > 0
        self.parts.append("\n" if tag in ("p", "li", "div", "tr") else "")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _finite(value: float, seen: object) -> float:
    if not math.isfinite(value):
        raise BadRecord(f"{seen!r} is not an amount.", value=seen)
    return value


def _with_decimal_point(digits: str) -> str | None:
    """Digits without separators of thousands; None where they are grouped as no amount is. `1,234` is a thousand, `0,125` a fraction."""
    if re.fullmatch(r"\d*[.,]?\d+", digits) and not re.fullmatch(r"[1-9]\d{0,2},\d{3}", digits):
        return digits.replace(",", ".")
    found = _GROUPED.fullmatch(digits)
    if found is None:
        return None
    decimals = found[2] or ""
    whole = digits[: len(digits) - len(decimals) - 1] if found[2] is not None else digits
    return f"{re.sub(r'[^0-9]', '', whole)}.{decimals or 0}"


def _epoch(words: str) -> datetime | None:
    if not re.fullmatch(r"\d{9,13}(\.\d+)?", words):
        return None
    seconds = float(words) / (1000 if float(words) >= _EPOCH_MS else 1)
    if seconds < _EPOCH_S:
        return None
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _slashed(words: str, day_first: bool) -> datetime | None:
    found = _SLASH_DATE.fullmatch(words)
    if not found:
        return None
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    day, month = (first, second) if (day_first or first > 12) and second <= 12 else (second, first)
    clock_time = found[4] or "0:00"
    at = clock.fromisoformat(clock_time if clock_time[1:2].isdigit() else f"0{clock_time}")
    if found[5]:
        at = at.replace(hour=at.hour % 12 + (12 if found[5].casefold() == "pm" else 0))
    return datetime.combine(date(year, month, day), at)


def _named(words: str) -> datetime | None:
    if words[:1].isalpha() or words[-4:].isdigit():
        for form in ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y"):
            with suppress(ValueError):
                return datetime.combine(datetime.strptime(words, form).replace(tzinfo=UTC), clock.min)
    return None


def _iso(words: str) -> str:
    """Shopify and others write `2024-01-05 10:22:11 -0500`; `fromisoformat` wants the offset joined on."""
    words = re.sub(r"\s+(?=[+-]\d{2}:?\d{2}$)", "", words.removesuffix(" UTC"))
    return re.sub(r"^(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?!\d)", lambda m: f"{m[1]}-{int(m[2]):02}-{int(m[3]):02}", words)
