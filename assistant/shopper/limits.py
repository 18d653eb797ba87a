"""Limits to what goods measure: "no wider than 170 cm", "at least 16 GB RAM", "a 27 inch monitor", "for eight people".

Owns how a limit is said, and whether a product keeps it; refuses to search. Prices are not read here, but by the entities of a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.shopper import measures
from assistant.shopper.amounts import LONGEST, SPECIFIC, UNIT, amount_of, base_of, only_amount
from assistant.shopper.variants import to_be_had
from assistant.store.records import Product

PERSON = "person"
_NUMBER = r"(?P<number>\d[\d,]*(?:\.\d+)?)"
_SECOND = r"(?P<second>\d[\d,]*(?:\.\d+)?)"
_AMOUNT = rf"{_NUMBER}(?:\s*(?:-|–|to|and)\s*{_SECOND})?[\s-]?(?P<unit>{UNIT})(?![a-z²³^]|\s?[x×]\s?\d)"
_MORE = (
    r"at least|no(?:t)? (?:less|fewer|smaller) than|not under|min(?:imum)?\.?(?: of)?|more than|over|above|from|upwards of|exceeding|>=?|"
    r"starting (?:at|from)|bigger than|larger than"
)
_LESS = (
    r"at (?:the )?most|no(?:t)? (?:more|bigger|larger|greater) than|not (?:over|above)|max(?:imum)?\.?(?: of)?|up to|under|below|less than|"
    r"fewer than|within|smaller than|<=?|not exceeding"
)
_STRICT = re.compile(
    r"^(?:more than|over|above|exceeding|bigger than|larger than|>|under|below|less than|fewer than|smaller than|<)$", re.I
)
_DEGREE = r"(?P<no>\b(?:no|not|n't|isn't|never|nothing)\s+)?\b(?P<degree>[a-z]{2,}er|(?:more|less) [a-z]{4,}) than"
_ROUGHLY = r"around|about|roughly|approximately|circa|ca\.?|some"
_HOLDS = re.compile(
    r"\b(?:holds?|holding|carry|carries|carrying|supports?|supporting|bears?|person|people|man|woman|guy|"
    r"body ?weight|(?:i|he|she|it|who|dog|cat) weighs?)\b",
    re.IGNORECASE,
)
_FOR_A_BODY = re.compile(r"\bfor (?:an?|my|our|the) (?:[a-z]+ )?[a-z]+, *$", re.IGNORECASE)
_A_BODY = re.compile(r"\s*(?:dogs?|cats?|child|kid|rider|guest|animal|pet|person|man|woman|load)\b", re.IGNORECASE)
_BODY = 3000.0
"""Grams from which a weight may be that of somebody whom the thing is for: "a lead for a 30 kg dog"."""
_SAID = re.compile(
    rf"(?:{_DEGREE}|(?P<more>(?<![\w-])(?:{_MORE}))|(?P<less>(?<![\w-])(?:{_LESS}))|\b(?P<roughly>{_ROUGHLY})|\b(?:between|from))?"
    rf"\s*(?<![\w.,-]){_AMOUNT}"
    r"(?:\s*(?:(?P<plus>\+|or (?:more|larger|bigger|longer|over|above|up)|and (?:more|up|over)|plus|upwards|min(?:imum)?\b|at least)|"
    r"(?P<minus>or (?:less|smaller|under|below|shorter|lighter)|and (?:less|under)|max(?:imum)?\b|at (?:the )?most|tops)))?",
    re.IGNORECASE,
)
_SIDES_SAID = re.compile(
    rf"(?<![\w.,])(?P<one>\d{{2,4}}(?:\.\d+)?)\s*(?:cm|mm|in|ft)?\s*[x×]\s*(?P<other>\d{{2,4}}(?:\.\d+)?)(?!\s*[x×]\s*\d)(?:\s?(?:{UNIT})(?![a-z]))?",
    re.IGNORECASE,
)
_SIDES_UNIT = "sides"
_UP_TO = re.compile(
    rf"\b(?:up to|max(?:imum|\.)?(?: load)?(?: of)?|holds?|carries|supports?)\s+\d[\d.,]*\s?(?:{UNIT})(?![a-z])", re.IGNORECASE
)
_BEFORE, _AFTER = re.compile(r"[\w' ,-]{0,28}$"), re.compile(r"^\s*(?:of |in )?(?:[a-z-]+ ?){0,2}", re.IGNORECASE)
_OF_ANOTHER = re.compile(r"\b(?:for|fits?|fitting|of|in|within|after|takes?)\s+(?:an?|my|our|the|his|her|up to)?\s*$", re.IGNORECASE)
"""Before an amount of something else than the goods: "a sleeve for a 15 inch laptop", "in 2 days"."""
_SIDES_ASKED = {
    "wide": ("width",), "width": ("width",), "deep": ("depth",), "depth": ("depth",), "high": ("height",), "tall": ("height",),
    "height": ("height",), "long": ("length",), "length": ("length",), "thick": ("thickness",), "across": ("diameter", "width"),
    "heavy": ("weight",), "weight": ("weight",), "weighs": ("weight",), "weighing": ("weight",), "ram": ("ram", "memory"),
    "memory": ("ram", "memory"), "storage": ("storage", "disk", "ssd", "capacity"), "disk": ("storage", "disk", "ssd"),
    "ssd": ("ssd", "storage", "disk"), "screen": ("screen", "display"), "display": ("screen", "display"),
    "battery": ("battery", "run time"),
}  # fmt: skip
"""Words beside an amount, with parts of the names of the fields that they mean."""
_USUAL = {
    "g": ("weight",),
    "mm": ("screen", "width", "length", "size", "diameter", "height"),
    "ml": ("capacity", "volume", "content"),
    "s": ("battery", "run time", "burn time"),
    PERSON: ("seat", "sleep", "person", "people", "capacity", "diners", "places"),
}
"""The fields that an amount of a unit is of where no word tells, the likeliest first."""
_SIDES = frozenset({"width", "depth", "height", "length", "thickness", "weight"})
_UNREAD = frozenset({PERSON, "°c", "°f"})
"""Units of limits that are read elsewhere, or mean the weather as often as the goods."""
_NO_UNITS = frozenset({"in", "s", "sec", "secs", "second", "seconds", "day", "days"})
"""What may stand behind a number without being its unit: "at least 3 in stock", "in 2 days"."""
_SELDOM_BARE = frozenset({"s", "%"})
"""Units whose bare amount is seldom the goods' own: "in 5 minutes", "20 % off"."""
_GENERATION = re.compile(r"[2-6]g", re.IGNORECASE)
"""Of mobile networks: "5G"."""
_LOADS = ("load", "limit", "capacity")
_ALIKE = 0.03
"""Share by which what is "27 inch" may differ from it."""
_NEAR = 0.1


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound to one measure. `fields` are parts of the names of fields that it may be of, the likeliest first; `unit` and the bounds are
    as `amount_of` tells them. With `exact` it is a plain "27 inch", which leaves out others only where something is so."""

    fields: tuple[str, ...]
    unit: str
    low: float | None = None
    high: float | None = None
    strict: bool = False
    exact: bool = False

    def holds(self, amount: float) -> bool:
        """Whether an amount lies within the bounds; a strict bound excludes itself."""
        above = self.low is None or (amount > self.low if self.strict else amount >= self.low)
        return above and (self.high is None or (amount < self.high if self.strict else amount <= self.high))


@lru_cache(maxsize=256)
def read_limits(text: str) -> tuple[tuple[Limit, tuple[int, int]], ...]:
    """The limits that a text sets, each with where it stands there, the words that name its field included.

    Kept for a while, since a turn asks it of one text several times.
    """
    found = [_by_sides(match) for match in _SIDES_SAID.finditer(text)]
    for match in _SAID.finditer(text):
        read = _read(match, text)
        if read is not None:
            found.append(read)
    return tuple(found)


def without_limits(text: str) -> str:
    """A text with its limits blanked, so that nothing else is read from them."""
    for _, (start, end) in read_limits(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def seats(number: int) -> Limit:
    """The limit of "for eight people", of goods that say how many they seat or sleep."""
    return Limit(_USUAL[PERSON], PERSON, low=float(number))


def kept(product: Product, limit: Limit) -> bool | None:
    """Whether a product keeps a limit; None where it does not state what is limited, or not in a comparable unit."""
    if limit.unit == _SIDES_UNIT:
        return _has_sides(product, limit)
    stated = list(_stated(product, limit))
    if stated:
        return any(limit.holds(amount) for amount in stated)
    told = _loads_told(product) if limit.fields == _LOADS else only_amount([product.name], limit.unit)
    if told is None and limit.unit in SPECIFIC:
        told = only_amount([product.description], limit.unit)
    return limit.holds(told) if told is not None else None


def _loads_told(product: Product) -> float | None:
    """The one weight up to which a description says that a thing is for, or holds, in grams."""
    return only_amount([match[0] for match in _UP_TO.finditer(product.description)], "g")


def _stated(product: Product, limit: Limit) -> Iterator[float]:
    """The amounts of the first of the limit's fields that the product states."""
    values = [(name.casefold(), str(value)) for name, value in product.attributes.items() if len(str(value)) <= LONGEST]
    values += [(name.casefold(), value) for v in product.variants if to_be_had(v) for name, value in v.options.items()]
    usual = _USUAL.get(limit.unit, ())
    for part in limit.fields or usual:
        found = [amount for name, value in values if part in name and (amount := _in(limit.unit, value)) is not None]
        if found:
            yield from found
            return
    if not limit.fields:
        yield from (a for name, value in values if not any(w in name for w in _LOADS) and (a := _in(limit.unit, value)) is not None)


def _in(unit: str, value: str) -> float | None:
    read = amount_of(value)
    return read[0] if read is not None and (read[1] == unit or (unit == PERSON and read[1] == "")) else None


def _read(match: re.Match[str], text: str) -> tuple[Limit, tuple[int, int]] | None:
    first = amount_of(f"{match['number']} {match['unit']}")
    last = amount_of(f"{match['second']} {match['unit']}") if match["second"] else None
    unit = base_of(match["unit"])
    if first is None or unit is None or unit in _UNREAD or match["unit"].casefold() in _NO_UNITS or _GENERATION.fullmatch(match[0].strip()):
        return None
    before, after = _matched(_BEFORE.search(text[: match.start()])), _matched(_AFTER.match(text[match.end() :]))
    fields, span = _fields(match, before, after)
    bounds = _bounds(match, first[0], last[0] if last is not None else None)
    body = first[0] >= _BODY and (_FOR_A_BODY.search(before) or _A_BODY.match(after))
    if unit == "g" and (body or _HOLDS.search(f"{before} {after}")):
        return Limit(_LOADS, unit, low=first[0]), span
    if bounds is None or (bounds.exact and ((not fields and _OF_ANOTHER.search(before)) or unit in _SELDOM_BARE)):
        return None
    return replace(bounds, fields=fields, unit=unit), span


def _by_sides(match: re.Match[str]) -> tuple[Limit, tuple[int, int]]:
    low, high = sorted((float(match["one"]), float(match["other"])))
    return Limit((), _SIDES_UNIT, low, high, exact=True), match.span()


def _has_sides(product: Product, limit: Limit) -> bool | None:
    """Whether a product says somewhere that it is, or is for, what has these sides; None where it names no sides at all."""
    texts = (product.name, product.description, *map(str, product.attributes.values()))
    named = [sorted((float(m["one"]), float(m["other"]))) for text in texts for m in _SIDES_SAID.finditer(text)]
    return [limit.low, limit.high] in named if named else None


def _matched(match: re.Match[str] | None) -> str:
    return match[0] if match is not None else ""


def _bounds(match: re.Match[str], first: float, last: float | None) -> Limit | None:
    """The bounds alone, without a field; None where a comparative is of no measure."""
    if last is not None:
        return Limit((), "", low=min(first, last), high=max(first, last))
    if match["degree"]:
        asked = measures.asked(match["degree"])
        if asked is None or asked.degree != "comparative":
            return None
        upward = (asked.ways[0].sign > 0) != bool(match["no"])
        return Limit((), "", low=first if upward else None, high=None if upward else first, strict=not match["no"])
    said = (match["more"] or match["less"] or "").strip()
    strict = _STRICT.match(said) is not None
    if match["more"] or match["plus"]:
        return Limit((), "", low=first, strict=strict)
    if match["less"] or match["minus"]:
        return Limit((), "", high=first, strict=strict)
    share = _NEAR if match["roughly"] else _ALIKE
    return Limit((), "", first * (1 - share), first * (1 + share), exact=True)


def _fields(match: re.Match[str], before: str, after: str) -> tuple[tuple[str, ...], tuple[int, int]]:
    """Parts of the names of fields that the words around an amount mean, and where the whole stands."""
    start, end = match.span()
    if match["degree"]:
        asked = measures.asked(match["degree"])
        own = tuple(dict.fromkeys(way.field for way in asked.ways)) if asked is not None else ()
        if own and own[0] in _SIDES:
            return own[:1], (start, end)
    for word in re.finditer(r"[a-z]+", after, re.IGNORECASE):
        if word[0].casefold() in _SIDES_ASKED:
            return _SIDES_ASKED[word[0].casefold()], (start, match.end() + word.end())
    for word in reversed(list(re.finditer(r"[a-z]+", before, re.IGNORECASE))[-4:]):
        if word[0].casefold() in _SIDES_ASKED:
            return _SIDES_ASKED[word[0].casefold()], (start - len(before) + word.start(), end)
    return (), (start, end)


def kept_by(products: Sequence[Product], limits: Sequence[Limit]) -> tuple[Product, ...]:
    """Those products that keep the limits; where some state what is limited, those alone, and where none does, all.

    An exact limit leaves nothing out where nothing is so.
    """
    left = tuple(products)
    for limit in limits:
        verdicts = {p.id: kept(p, limit) for p in left}
        if any(verdicts.values()):
            left = tuple(p for p in left if verdicts[p.id])
        elif not limit.exact:
            left = tuple(p for p in left if verdicts[p.id] is None)
    return left
