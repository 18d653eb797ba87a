"""The clerk's fixed lines, in the shop's name. Owns `lines.toml`; refuses to say anything with a figure in it."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from assistant.config import Settings
from assistant.errors import BadSettings
from assistant.shopper.hours import when_answered

BY_INTENT = {
    "greeting": "greeting",
    "thanks": "thanks",
    "goodbye": "goodbye",
    "chitchat": "chitchat",
    "help": "help",
    "out_of_scope": "out_of_scope",
    "abuse": "abuse",
    "prompt_attack": "prompt_attack",
    "private_data": "private_data",
}
"""The line that answers a message of an intent that asks for nothing more."""
_WAYS = {"email": "the e-mail address of your account", "name_zip": "your first name, last name and post code"}


@cache
def _lines(voice: str) -> dict[str, str]:
    """The lines of a voice: those of the file, with what its table of that name says otherwise."""
    content: dict[str, Any] = tomllib.loads(files("assistant.shopper").joinpath("lines.toml").read_text(encoding="utf-8"))
    plain = {name: text for name, text in content.items() if isinstance(text, str)}
    return {**plain, **content.get(voice, {})}


def check_lines(settings: Settings) -> None:
    """Refuse lines of the shop's that have no use or cannot be filled.

    Raises:
        BadSettings: a name is unknown, or a slot in braces is one that the line does not have.
    """
    known = _lines(settings.shopper.voice)
    for name, text in settings.lines.items():
        if name not in known:
            raise BadSettings(f"There is no line {name!r} for [lines] in settings.toml.", hint=f"Known are {', '.join(sorted(known))}.")
        slots = {slot for _, slot, _, _ in Formatter().parse(text) if slot is not None}
        allowed = {"shop", "contact", "ways"} | {slot for _, slot, _, _ in Formatter().parse(known[name]) if slot}
        if not slots <= allowed:
            raise BadSettings(
                f"The line {name!r} has {', '.join(sorted(slots - allowed))} in braces, which nothing fills.",
                hint=f"It may have {', '.join(sorted(allowed))}.",
            )


def line(name: str, settings: Settings, /, **slots: str) -> str:
    """The fixed line `name`; the shop's own greeting where the settings have one.

    Raises:
        KeyError: there is no such line.
    """
    if name == "greeting" and settings.shopper.greeting:
        return settings.shopper.greeting
    text = settings.lines.get(name) or _lines(settings.shopper.voice)[name]
    if "{when}" in text:
        slots = {"when": when_answered(settings.people, datetime.now(UTC)), **slots}
    return text.format(shop=settings.shop_name, contact=_contact(settings), ways=_ways(settings), **slots)


def _contact(settings: Settings) -> str:
    return f"Please write to {settings.support_email}." if settings.support_email else "Please ask for a colleague, and I will pass you on."


def _ways(settings: Settings) -> str:
    return ", or ".join(_WAYS[way] for way in settings.shopper.identify_by)
