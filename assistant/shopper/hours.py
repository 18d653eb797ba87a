"""When a person answers, said for the moment at which a conversation is passed on.

Owns the wording of opening hours; refuses to know who is at work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.config import PeopleSettings
from assistant.errors import BadSettings

Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(?P<open>\d{1,2}:\d{2})\s*-\s*(?P<close>\d{1,2}:\d{2})")


def when_answered(people: PeopleSettings, now: datetime) -> str:
    """Whether colleagues are there at `now` (with its time zone), else when they are again; empty where the shop says no hours.

    Raises:
        BadSettings: the hours or the time zone cannot be read.
    """
    soon = f" You will usually have an answer within {people.answer_within}." if people.answer_within else ""
    if not people.hours:
        return soon
    here = now.astimezone(_zone(people.time_zone))
    hours = _all(people.hours)
    today = hours.get(_DAYS[here.weekday()])
    if today and today[0] <= here.time() < today[1]:
        return f" Colleagues are here until {today[1]:%H:%M}.{soon}"
    for ahead in range(8):
        day = here + timedelta(days=ahead)
        opens = hours.get(_DAYS[day.weekday()])
        if opens and (ahead or here.time() < opens[0]):
            name = "today" if ahead == 0 else "tomorrow" if ahead == 1 else f"on {day:%A}"
            return f" Our colleagues are not here at the moment; they are back {name} at {opens[0]:%H:%M} and will answer you then."
    return soon


def check_hours(people: PeopleSettings) -> None:
    """Read the hours once, so that a mistake in them is said when the shop opens.

    Raises:
        BadSettings: see `when_answered`.
    """
    _zone(people.time_zone)
    _all(people.hours)


def _all(hours: Mapping[Day, str]) -> dict[Day, tuple[time, time]]:
    return {day: _read(day, text) for day, text in hours.items()}


def _read(day: str, text: str) -> tuple[time, time]:
    match = _HOURS.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        opens, closes = (time.fromisoformat(match[end].rjust(5, "0")) for end in ("open", "close"))
    except ValueError:
        raise BadSettings(f"The hours of {day!r} in [people] are {text!r}.", hint='Write them as "09:00-17:30".') from None
    return opens, closes


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadSettings(f"There is no time zone {name!r} for [people].", hint="Use an IANA name, such as Europe/Berlin.") from None
