"""Values to columns and back: JSON, times, content digests. Lossless, and the same bytes for the same value.

Times of the shop's business keep the offset they came with, or none; times of the program itself (`stamp`) are kept in UTC, so
that their text sorts as they do.
"""

from __future__ import annotations

import hashlib
import json
import marshal
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from assistant.errors import StoreError


def to_json(value: Mapping[str, Any] | list[Any] | tuple[Any, ...]) -> str:
    """Compact JSON; keys keep their order.

    Raises:
        StoreError: something in it is not JSON-able (a date, NaN).
    """
    if not value:
        return "[]" if isinstance(value, list | tuple) else "{}"
    try:
        return json.dumps(
            value if isinstance(value, list | tuple) else dict(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False
        )
    except (TypeError, ValueError) as error:
        raise StoreError(f"{value!r} cannot be kept: {error}.", hint="Give numbers, strings, booleans, lists and objects only.") from error


def from_json(text: str | None) -> Any:
    """What `to_json` wrote."""
    return {} if text is None or text == "{}" else json.loads(text)


def to_time(value: datetime | None) -> str | None:
    """ISO 8601 with a space, offset kept."""
    return None if value is None else value.isoformat(sep=" ")


def stamp(value: datetime) -> str:
    """ISO 8601 in UTC; a naive value is kept as it is."""
    return (value if value.tzinfo is None else value.astimezone(UTC)).isoformat(sep=" ")


def from_time(text: str | None) -> datetime | None:
    """What `to_time` or `stamp` wrote."""
    return None if text is None else datetime.fromisoformat(text)


def from_stamp(text: str) -> datetime:
    """What `stamp` wrote."""
    return datetime.fromisoformat(text)


def now() -> datetime:
    """The time of the program's own records, in UTC."""
    return datetime.now(UTC)


def digest(content: tuple[Any, ...]) -> bytes:
    """16 bytes that stand for nested tuples of plain column values: equal contents, equal digests."""
    # Eight times as fast as repr or JSON; version 2 is the last one whose bytes depend on nothing but the values.
    return hashlib.blake2b(marshal.dumps(content, 2), digest_size=16).digest()
