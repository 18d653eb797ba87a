"""The clerk's fixed lines, in the shop's name. Owns `lines.toml`; refuses to say anything with a figure in it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from assistant.config import Settings

_WAYS = {"email": "the e-mail address of your account", "name_zip": "your first name, last name and post code"}


@cache
def _lines() -> dict[str, str]:
    content: dict[str, str] = tomllib.loads(files("assistant.shopper").joinpath("lines.toml").read_text(encoding="utf-8"))
    return content


def line(name: str, settings: Settings, **slots: str) -> str:
    """The fixed line `name`; the shop's own greeting where the settings have one.

    Raises:
        KeyError: there is no such line.
    """
    if name == "greeting" and settings.shopper.greeting:
        return settings.shopper.greeting
    return _lines()[name].format(shop=settings.shop_name, contact=_contact(settings), ways=_ways(settings), **slots)


def _contact(settings: Settings) -> str:
    return f"Please write to {settings.support_email}." if settings.support_email else "Please ask for a colleague, and I will pass you on."


def _ways(settings: Settings) -> str:
    return ", or ".join(_WAYS[way] for way in settings.shopper.identify_by)
