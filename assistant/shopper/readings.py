"""The question back where a message reads two ways: the two likeliest intents, each in words that a customer can click.

Owns `readings.toml`; refuses to choose between them.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from assistant.types import Understanding

CLOSE = 0.15
"""How near the second intent's chance must be to the first's."""
LIKELY = 0.2
"""Chance that both must have."""


def two_readings(understanding: Understanding) -> tuple[str, ...]:
    """What a customer would say for each of two near-equal intents; empty where one leads, or none is likely."""
    best = understanding.candidates[:2]
    if len(best) < 2 or min(chance for _, chance in best) < LIKELY or abs(best[0][1] - best[1][1]) > CLOSE:
        return ()
    said = dict.fromkeys(_words().get(intent, "") for intent, _ in best)
    return tuple(said) if len(said) == 2 and all(said) else ()


@cache
def _words() -> dict[str, str]:
    content: dict[str, str] = tomllib.loads(files("assistant.shopper").joinpath("readings.toml").read_text(encoding="utf-8"))
    return content
