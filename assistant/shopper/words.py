"""Reads `words.toml`: the word lists of the counter. Refuses to know what they are used for."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def word_list(name: str) -> frozenset[str]:
    """The words of the list `name`.

    Raises:
        KeyError: there is no such list.
    """
    content: dict[str, str] = tomllib.loads(files("assistant.shopper").joinpath("words.toml").read_text(encoding="utf-8"))
    return frozenset(content[name].split())
