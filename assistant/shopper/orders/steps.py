"""Relative wishes for another variant: "the bigger one", "a size up", "more storage", "the cheapest of them".

Owns the order in which an option's values stand; refuses to know orders, stock and payment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from assistant.shopper import cues
from assistant.shopper.variants import options_of
from assistant.store.records import Product, Variant

_UP = re.compile(r"\b(?:bigger|larger|longer|taller|thicker|heavier|wider|brighter|(?:one |a |next )?size up|next size)\b", re.IGNORECASE)
_DOWN = re.compile(r"\b(?:smaller|shorter|thinner|lighter|narrower|dimmer|(?:one |a )?size down)\b", re.IGNORECASE)
_MORE = re.compile(r"\b(?P<way>more|higher|greater|less|lower|fewer) (?P<what>[a-z]+)", re.IGNORECASE)
_LESS = frozenset({"less", "lower", "fewer"})
_TOO = re.compile(r"\btoo (?P<how>small|short|tight|thin|little|dim|big|large|long|wide|loose|thick|heavy)\b", re.IGNORECASE)
_WANTS_UP = frozenset({"small", "short", "tight", "thin", "little", "dim"})
_MEASURES = (
    "size", "capacity", "length", "height", "diameter", "screen size", "thickness", "frame size", "weight range", "kit size", "room size",
    "piece count", "storage", "pieces", "brightness",
)  # fmt: skip
"""Options that "bigger" may speak of, the likeliest first."""
_LADDERS = (
    ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl"),
    ("mini", "small", "portable", "medium", "large", "extra large"),
    ("low", "medium", "high"),
    ("basic", "professional"),
)
_UNIT = {"tb": 1000.0, "l": 1000.0, "liter": 1000.0, "liters": 1000.0}
_NUMBER = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[a-zA-Z]*)")


def further(text: str, product: Product, own: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """The option that a text wants more or less of, and its values beyond one's own, the nearest first; None where it wants no such."""
    wanted = _direction(text, product)
    if wanted is None:
        return None
    option, up = wanted
    ranked = _ranked(options_of(product)[option])
    if own.get(option) not in ranked:
        return None
    place = ranked.index(own[option])
    return option, tuple(ranked[place + 1 :] if up else reversed(ranked[:place]))


def picked(text: str, places: Iterable[int], offered: Sequence[Variant]) -> Variant | None:
    """The one of some variants that a text picks by its place or price: "the second", "the cheapest"; None where it picks none."""
    for place in places:
        if 0 < place <= len(offered) or (place == -1 and offered):
            return offered[place - 1 if place > 0 else -1]
    priced = sorted((v for v in offered if v.price is not None), key=lambda v: v.price or 0.0)
    plain = cues.plain(text)
    if priced and cues.CHEAPEST.search(plain):
        return priced[0]
    return priced[-1] if priced and cues.DEAREST.search(plain) else None


def _direction(text: str, product: Product) -> tuple[str, bool] | None:
    options = options_of(product)
    for match in _MORE.finditer(text):
        named = next((option for option in options if match["what"].lower().rstrip("s") in option.lower()), "")
        if named and len(_ranked(options[named])) > 1:
            return named, match["way"].lower() not in _LESS
    measure = next((m for m in _MEASURES if m in options and len(_ranked(options[m])) > 1), "")
    up, down, too = _UP.search(text), _DOWN.search(text), _TOO.search(text)
    if not measure or not (up or down or too) or (up and down):
        return None
    return measure, bool(up) if up or down else too is not None and too["how"].lower() in _WANTS_UP


def _ranked(values: Iterable[str]) -> list[str]:
    """The values from small to large; empty where they have no order."""
    known = list(values)
    for ladder in _LADDERS:
        if all(value.lower() in ladder for value in known):
            return sorted(known, key=lambda value: ladder.index(value.lower()))
    numbers = {value: _amount(value) for value in known}
    return sorted(known, key=lambda value: numbers[value] or 0.0) if None not in numbers.values() else []


def _amount(value: str) -> float | None:
    match = _NUMBER.match(value)
    return float(match["number"]) * _UNIT.get(match["unit"].lower(), 1.0) if match else None
