"""Wishes for another variant by comparison: "the bigger one", "a size up", "over 8 hours", "the cheapest of them".

Owns the order in which an option's values stand and which adjective speaks of which option; refuses to know orders, stock and payment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.shopper import cues, spelling
from assistant.shopper.variants import options_of, read_options
from assistant.store.records import Product, Variant

_SIZES = (
    "size", "capacity", "length", "height", "diameter", "screen size", "thickness", "frame size", "weight range", "kit size", "room size",
    "piece count", "storage", "pieces",
)  # fmt: skip
"""Options that "bigger" may speak of, the likeliest first."""


@dataclass(frozen=True, slots=True)
class _Way:
    """An adjective and its opposite, and the options that they may speak of, the likeliest first."""

    up: re.Pattern[str]
    down: re.Pattern[str]
    options: tuple[str, ...]


def _way(up: str, down: str, *options: str) -> _Way:
    return _Way(re.compile(rf"\b(?:{up})\b", re.IGNORECASE), re.compile(rf"\b(?:{down})\b", re.IGNORECASE), options)


_WAYS = (
    _way(
        "bigger|larger|roomier|(?:one |a |next )?sizes? up|next size|too (?:small|tight|little)",
        "smaller|(?:one |a )?sizes? down|too (?:big|large|loose)",
        *_SIZES,
    ),
    _way("(?<!no )(?<!any )longer|too short", "shorter|too long", "length", "battery life", "height", *_SIZES),
    _way("taller|too (?:low|short)", "too (?:tall|high)", "height", "backrest height", "length", *_SIZES),
    _way("brighter|too (?:dim|dark)", "dimmer|too bright", "brightness"),
    _way("thicker|too thin", "thinner|too thick", "thickness"),
    _way("wider|too narrow", "narrower|too wide", "width", *_SIZES),
    _way("heavier|too light", "lighter|too heavy", "weight range", "weight"),
)
_MORE = re.compile(r"\b(?P<way>more|higher|greater|less|lower|fewer) (?P<what>[a-z]+)", re.IGNORECASE)
_LESS = frozenset({"less", "lower", "fewer"})
BOUND = re.compile(
    r"\b(?:(?P<least>at least|no (?:less|fewer|smaller|shorter) than|minimum(?: of)?|a minimum of|min\.?)|"
    r"(?P<most>at most|no (?:more|bigger|longer|larger) than|up to|a maximum of|maximum(?: of)?|max\.?)|"
    r"(?P<above>over|above|more than|(?:bigger|larger|longer|greater|higher|taller|heavier|thicker|wider|brighter) than|exceeding)|"
    r"(?P<below>under|below|less than|fewer than|(?:smaller|shorter|lower|lighter|thinner|narrower|dimmer) than))",
    re.IGNORECASE,
)
"""What stands before an amount that bounds what is wanted."""
_AFTER = re.compile(
    r"\W*or (?:(?P<least>more|longer|bigger|larger|above|over|up|higher)|(?P<most>less|shorter|smaller|below|under|down|lower))\b",
    re.IGNORECASE,
)
_QUANTITY = r"(?P<number>\d+(?:\.\d+)?)[\s-]*(?P<unit>[a-zA-Z\"]*)"
_LADDERS = (
    ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl"),
    ("mini", "small", "portable", "medium", "large", "extra large"),
    ("low", "medium", "high"),
    ("basic", "professional"),
)
_UNITS = {
    "tb": ("gb", 1000.0), "l": ("ml", 1000.0), "liter": ("ml", 1000.0), "litre": ("ml", 1000.0), "inches": ("inch", 1.0),
    "in": ("inch", 1.0), '"': ("inch", 1.0), "feet": ("ft", 1.0), "foot": ("ft", 1.0), "h": ("hour", 1.0), "hr": ("hour", 1.0),
    "watt": ("w", 1.0), "pound": ("lb", 1.0), "pc": ("piece", 1.0),
}  # fmt: skip
"""Units that are another one, and how many of it; plurals aside."""
_OF_OTHERS = re.compile(
    r"\b(?:from|of|in|among) (?:the rest|the others|my|that|this|those)\b[^.?!,;]{0,30}"
    r"\b(?:orders?|purchases?|i (?:have|bought|own|got))\b",
    re.IGNORECASE,
)
"""What tells that "the cheapest" is one of one's own things and not of those on offer."""
_CLAUSES = re.compile(r"[,;!?]|\.(?!\d)|\b(?:so|because|but)\b", re.IGNORECASE)
_BOUNDS = ("least", "most", "above", "below")
_COSTS = re.compile(rf"{BOUND.pattern}\s+[$€£]\s?(?P<price>\d+(?:\.\d{{1,2}})?)", re.IGNORECASE)
_NUMBER = re.compile(_QUANTITY)
_BOUNDED = re.compile(rf"{BOUND.pattern}\s+(?:an? )?{_QUANTITY}", re.IGNORECASE)


def limits(text: str, product: Product, own: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The options that a text compares, each with the values that fit, the nearest to one's own first.

    A comparison that nothing fits leaves its option without a value.
    """
    found = {option: _beyond(product, option, own, up=up) for option, up in _directions(text, product).items()}
    for option, values in _bounded(text, product).items():
        found[option] = tuple(value for value in found.get(option, values) if value in values)
    return found


def price_limit(text: str, own: float | None) -> Callable[[Variant], bool] | None:
    """Whether a variant costs what a text wants it to: less or more than one's own, or within an amount; None where it says nothing."""
    plain = spelling.plain(text)
    bound = _COSTS.search(plain)
    if bound:
        way, amount = next(way for way in _BOUNDS if bound[way]), float(bound["price"])
        return lambda variant: variant.price is not None and _within(variant.price, way, amount)
    cheaper, dearer = bool(cues.CHEAPER.search(plain)), bool(cues.DEARER.search(plain))
    if own is None or cheaper == dearer:
        return None
    return lambda variant: variant.price is not None and (variant.price < own if cheaper else variant.price > own)


def picked(text: str, places: Iterable[int], offered: Sequence[Variant]) -> Variant | None:
    """The one of some variants that a text picks by its place or price: "the second", "the cheapest"; None where it picks none."""
    for place in places:
        if 0 < place <= len(offered) or (place == -1 and offered):
            return offered[place - 1 if place > 0 else -1]
    priced = sorted((v for v in offered if v.price is not None), key=lambda v: v.price or 0.0)
    plain = spelling.plain(text)
    if priced and cues.CHEAPEST.search(plain):
        return priced[0]
    return priced[-1] if priced and cues.DEAREST.search(plain) else None


def of_ones_own(text: str) -> bool:
    """Whether a text picks by price among things of one's own rather than among those on offer."""
    plain = spelling.plain(text)
    found = (match for pattern in (cues.CHEAPEST, cues.DEAREST) if (match := pattern.search(plain)))
    return any(_OF_OTHERS.search(re.split(r"[.,;!?]", plain[match.end() :])[0]) for match in found)


def _directions(text: str, product: Product) -> dict[str, bool]:
    """The options that a text wants more (true) or less (false) of; none that it wants both ways."""
    options = options_of(product)
    found: dict[str, set[bool]] = {}
    for match in _MORE.finditer(text):
        named = next((option for option in options if match["what"].lower().rstrip("s") in option.lower()), "")
        if named and len(_ranked(options[named])) > 1:
            found.setdefault(named, set()).add(match["way"].lower() not in _LESS)
    plain = _BOUNDED.sub(" ", text)
    for way in _WAYS:
        ranked = [option for option in (*way.options, *options) if option in options and len(_ranked(options[option])) > 1]
        usual = next((option for option in ranked if option in way.options), "")
        measure = next((option for option in ranked if option in _spoken_of(plain, way, product)), usual)
        said = {up for up, pattern in ((True, way.up), (False, way.down)) if pattern.search(plain)}
        if measure and said:
            found.setdefault(measure, set()).update(said)
    return {option: ways.pop() for option, ways in found.items() if len(ways) == 1}


def _spoken_of(text: str, way: _Way, product: Product) -> frozenset[str]:
    """The options of which the clause that compares names a value: "8 GB is too little" speaks of the storage."""
    clauses = [clause for clause in _CLAUSES.split(text) if way.up.search(clause) or way.down.search(clause)]
    return frozenset(said.option for clause in clauses for said in read_options(product, clause))


def _beyond(product: Product, option: str, own: Mapping[str, str], *, up: bool) -> tuple[str, ...]:
    """An option's values beyond one's own, the nearest first."""
    values = _ranked(options_of(product)[option])
    if own.get(option) not in values:
        return ()
    place = values.index(own[option])
    return tuple(values[place + 1 :] if up else reversed(values[:place]))


def _bounded(text: str, product: Product) -> dict[str, tuple[str, ...]]:
    """Options whose values are amounts of a unit that a text bounds, with those within the bounds."""
    found: dict[str, tuple[str, ...]] = {}
    for way, amount, unit in _amounts(text):
        sized = {option: {value: _amount(value) for value in values} for option, values in options_of(product).items()}
        alike = [option for option, sizes in sized.items() if all(size is not None and size[1] == unit for size in sizes.values())]
        if len(alike) == 1:
            inside = [value for value, size in sized[alike[0]].items() if size is not None and _within(size[0], way, amount)]
            ranked = _ranked(inside)
            found[alike[0]] = tuple(ranked if way in ("least", "above") else reversed(ranked))
    return found


def _within(size: float, way: str, amount: float) -> bool:
    if size == amount:
        return way in ("least", "most")
    return (size > amount) == (way in ("least", "above"))


def _amounts(text: str) -> list[tuple[str, float, str]]:
    """The bounds that a text says: which way, the number, its unit."""
    found = [(next(way for way in _BOUNDS if match[way]), *_sized(match["number"], match["unit"])) for match in _BOUNDED.finditer(text)]
    for match in _NUMBER.finditer(text):
        after = _AFTER.match(text[match.end() :])
        if after:
            found.append(("least" if after["least"] else "most", *_sized(match["number"], match["unit"])))
    return found


def _ranked(values: Iterable[str]) -> list[str]:
    """The values from small to large; empty where they have no order."""
    known = list(values)
    for ladder in _LADDERS:
        if all(value.lower() in ladder for value in known):
            return sorted(known, key=lambda value: ladder.index(value.lower()))
    sizes = {value: size for value in known if (size := _amount(value)) is not None}
    return sorted(known, key=lambda value: sizes[value][0]) if len(sizes) == len(known) else []


def _amount(value: str) -> tuple[float, str] | None:
    match = _NUMBER.match(value)
    return _sized(match["number"], match["unit"]) if match else None


def _sized(number: str, unit: str) -> tuple[float, str]:
    """An amount in the smallest unit of its kind, and that unit."""
    name = unit.lower()
    for known in (name, name.removesuffix("s")):
        if known in _UNITS:
            base, times = _UNITS[known]
            return float(number) * times, base
    return float(number), name.removesuffix("s")
