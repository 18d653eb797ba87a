"""Measures of products: which field an adjective asks for ("lightest", "warmer", "highest capacity"), and what its values amount to.

Owns the adjectives with their fields; refuses to know the conversation and to put anything into words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, TypeAlias

from assistant.shopper.amounts import LONGEST, amount_of
from assistant.shopper.variants import to_be_had
from assistant.store.records import Product

Degree: TypeAlias = Literal["positive", "comparative", "superlative"]

_DEGREES: tuple[Degree, ...] = ("superlative", "comparative", "positive")
_SHORTEST_LONG_WORD = 8
"""Letters from which an adjective is raised by "more" and "most"."""
_VOWELS = "aeiou"
_PHRASE = 4
"""Words of a phrase that is no mere adjective."""


@dataclass(frozen=True, slots=True)
class _Measure:
    """Adjectives of one measure. `fields`: parts of the names of fields that state it, the likeliest first, each with 1 where more of the
    field is more of the adjectives `up`, -1 where it is less. `bare`: those said of a thing without a degree ("is it heavy?");
    `also`: other ways to ask for it, which name no direction; `most`, `least`: superlatives of another form."""

    fields: tuple[tuple[str, int], ...]
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    least: tuple[str, ...] = ()


_LOAD = r"(?:heav(?:y|ier|iest)|bigg(?:er|est)|most|greatest|highest|max(?:imum)?) (?:load|weight)"
_HOLDS = (
    r"(?:hold|carry|take|support|bear)s? (?:up to |at least |(?P<beyond>more than |over ))?"
    r"(?P<load>\d[\d,.]*\s?(?:kgs?|kilos?|lbs?|pounds))"
)
_MEASURES = (
    _Measure(
        (("load", 1), ("weight limit", 1), ("capacity", 1), ("limit", 1)),
        also=(r"how much (?:weight )?(?:can|will|does|do) [^.?!]{2,60}? (?:take|hold|carry|bear|support)", "weight limit", _LOAD, _HOLDS),
        most=(_LOAD, r"(?:holds?|carr(?:y|ies)|takes?|supports?) (?:the )?most(?: weight)?"),
    ),
    _Measure(
        (("weight", 1),),
        up=("heavy",),
        down=("light",),
        bare=("heavy",),
        also=("weigh(?:s|t)?",),
        most=("weighs? (?:the )?most",),
        least=("weighs? (?:the )?least",),
    ),
    _Measure(
        (("comfort temperature", -1), ("temperature", -1), ("warmth", 1), ("r-value", 1), ("filling", 1)),
        up=("warm", "cosy", "cozy"),
        bare=("warm", "how cold"),
    ),
    _Measure(
        (("capacity", 1), ("volume", 1), ("size", 1), ("dimensions", 1), ("diameter", 1)),
        bare=("roomy", "spacious", "how (?:big|large|small)"),
    ),
    _Measure(
        (("capacity", 1), ("volume", 1), ("size", 1), ("dimensions", 1), ("diameter", 1), ("screen", 1), ("width", 1)),
        up=("big", "large", "roomy", "spacious"),
        down=("small", "compact"),
        most=("(?:holds?|fits?|sleeps?) (?:the )?most",),
    ),
    _Measure((("thickness", 1),), up=("thick",), down=("thin",), bare=("thick",)),
    _Measure(
        (("run time", 1), ("burn time", 1), ("battery", 1)),
        also=("how long (?:does|do|will)", "lasts"),
        most=("lasts? (?:the )?longest", "longest[- ]lasting"),
    ),
    _Measure(
        (("length", 1), ("run time", 1), ("burn time", 1), ("battery", 1)), up=("long",), down=("short",), bare=("how long (?:is|are)",)
    ),
    _Measure((("depth", 1),), up=("deep",), down=("shallow",), bare=("deep",)),
    _Measure((("width", 1),), up=("wide",), down=("narrow",), bare=("wide", "narrow")),
    _Measure((("height", 1),), up=("tall", "high"), down=("low",), bare=("tall", "how high")),
    _Measure(
        (("waterproof", 1),),
        up=("waterproof", "rainproof", "dry"),
        bare=("waterproof", "rainproof", "keeps? (?:out )?(?:the |heavy )?(?:rain|water|wet)", "keeps? (?:my feet |me |you |us )?dry"),
    ),
    _Measure((("brightness", 1),), up=("bright",), bare=("bright",)),
    _Measure((("strength", 1), ("load", 1), ("power", 1), ("output", 1)), up=("powerful", "strong"), down=("mild", "weak")),
    _Measure((("boil time", -1),), up=("fast", "quick"), most=("boils? (?:the )?(?:fastest|quickest)",)),
)
_NO_WEIGHT = r"(?! (?:rain|snow|wind|use|duty|loads?|traffic))"
"""What is heavy besides goods."""
_OF_A_FIELD = re.compile(
    r"\b(?:(?P<most>highest|greatest|largest|biggest|longest|most|max(?:imum)?|best)|(?P<least>lowest|least|smallest|shortest|fewest|"
    r"min(?:imum)?)) (?P<field>[a-z]+(?:[ -][a-z]+)?)\b",
    re.IGNORECASE,
)
_LIMITS = re.compile(r"\b(?:load|limit|capacity)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Way:
    """A field that may be asked for: part of its name, in which `word`, and 1 where its amount is to be high, -1 where low."""

    field: str
    sign: int
    word: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A measure that `text[start:end]` asks for, in the `ways` it may be meant, the likeliest first. `noun` is the end of the word behind
    it, which may be the field's own name: "highest capacity"."""

    degree: Degree
    ways: tuple[Way, ...]
    start: int
    end: int
    noun: int


@dataclass(frozen=True, slots=True)
class Stated:
    """What a product states of a measure: the value as the shop writes it, and its amount times the sign asked for."""

    product: Product
    value: str
    amount: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Products by one field, the one with most of what was asked for first; `silent` are those that do not state it comparably."""

    field: str
    word: str
    stated: tuple[Stated, ...]
    silent: tuple[Product, ...]

    @property
    def first(self) -> tuple[Stated, ...]:
        """Those with the most; several where they state the same."""
        return tuple(s for s in self.stated if s.amount == self.stated[0].amount)


@lru_cache(maxsize=256)
def asked(text: str) -> Asked | None:
    """The first measure that a text asks for: a superlative before a comparative before the bare word.

    Kept for a while, since a turn asks it of one text several times.
    """
    named = _OF_A_FIELD.search(text)
    for degree in _DEGREES:
        found = next(((m, fields) for pattern, fields in _patterns(degree) if (m := pattern.search(text)) is not None), None)
        match, fields = found or (None, ())
        own = named if degree == "superlative" and named is not None and (match is None or match.start() == named.start()) else None
        if match is None and own is None:
            continue
        ways = (*_named(own), *(Way(name, sign, match[0]) for name, sign in fields if match is not None))
        start, end = match.span() if match is not None else (own.start(), own.start("field")) if own is not None else (0, 0)
        return Asked(degree, ways, start, end, own.end("field") if own is not None else end)
    return None


def fields_of(text: str) -> tuple[str, ...]:
    """Parts of the names of the fields that a text asks for by a measure; empty where it asks for none."""
    found = asked(text)
    return tuple(way.field for way in found.ways) if found is not None else ()


def asks_at_length(text: str) -> bool:
    """Whether a measure is asked for by a phrase in which another field may be named: "how much weight can it hold?"."""
    found = asked(text)
    return found is not None and len(text[found.start : found.end].split()) >= _PHRASE


def holds(product: Product, text: str) -> bool | None:
    """Whether a product bears the load that a question names ("does it hold 150 kg?"); None where none is named, or no limit is stated."""
    match = re.search(_HOLDS, text, re.IGNORECASE)
    load = amount_of(match["load"].replace("kgs", "kg")) if match is not None else None
    limit = next((amount_of(str(value)) for name, value in product.attributes.items() if _LIMITS.search(name)), None)
    if match is None or load is None or limit is None or load[1] != limit[1]:
        return None
    return load[0] < limit[0] if match["beyond"] else load[0] <= limit[0]


def ranked(products: Iterable[Product], measure: Asked) -> Ranking | None:
    """The products by the first field that two of them state comparably; None where there is none."""
    pool = tuple(products)
    for way in measure.ways:
        name = next((n for p in pool for n in _numbered(p) if way.field in n.casefold()), "")
        read = [(p, stated) for p in pool if (stated := _stated(p, name, way.sign) if name else _told(p, way.field)) is not None]
        if len(read) < min(2, len(pool)) or not read:
            continue
        unit = Counter(unit for _, (_, _, unit) in read).most_common(1)[0][0]
        kept = sorted(
            (Stated(p, value, amount * way.sign) for p, (value, amount, at) in read if at == unit),
            key=lambda s: (-s.amount, s.product.name),
        )
        told = {s.product.id for s in kept}
        return Ranking(name.replace("_", " ") or way.field, way.word, tuple(kept), tuple(p for p in pool if p.id not in told))
    return None


def _numbered(product: Product) -> Iterator[str]:
    """Names of the product's fields and options in which an amount may stand."""
    yield from (name for name, value in product.attributes.items() if len(str(value)) <= LONGEST)
    yield from dict.fromkeys(name for variant in product.variants for name in variant.options)


def _stated(product: Product, name: str, sign: int) -> tuple[str, float, str] | None:
    """Value, amount and unit of a field; of an option the value of the variant to be had that has most of what is asked for."""
    if name in product.attributes:
        value = str(product.attributes[name])
        read = amount_of(value)
        return (value, *read) if read is not None else None
    values = {v.options[name] for v in product.variants if name in v.options and to_be_had(v)}
    read_all = [(value, *read) for value in sorted(values) if (read := amount_of(value)) is not None]
    return max(read_all, key=lambda entry: entry[1] * sign, default=None)


def _told(product: Product, field: str) -> tuple[str, float, str] | None:
    """The same of a figure that the description puts behind the measure's name: "Strength 4 of 5"."""
    match = re.search(
        rf"\b{re.escape(field)}:? (?P<value>\d+(?:\.\d+)?(?: (?:of|out of) \d+)?)(?![\w.]*\d)", product.description, re.IGNORECASE
    )
    return (match["value"], float(match["value"].split()[0]), "") if match is not None else None


def _named(match: re.Match[str] | None) -> tuple[Way, ...]:
    """The field of "highest battery life", by both of its words and by the first alone."""
    if match is None:
        return ()
    first = re.split(r"[ -]", match["field"])[0]
    return tuple(
        Way(name.casefold().removesuffix("s"), 1 if match["most"] else -1, match[0]) for name in dict.fromkeys((match["field"], first))
    )


@cache
def _patterns(degree: Degree) -> Sequence[tuple[re.Pattern[str], tuple[tuple[str, int], ...]]]:
    """The patterns of a degree, each with the fields it asks for and their signs."""
    found = []
    for measure in _MEASURES:
        turned = tuple((name, -sign) for name, sign in measure.fields)
        if degree == "positive":
            ways = [*measure.bare, *measure.also]
            found.append((_either(ways), measure.fields))
            continue
        above, below = ("more", "less") if degree == "comparative" else ("most", "least")
        up = [form for word in measure.up for form in _forms(word, above)] + [rf"{below} {word}" for word in measure.down]
        down = [form for word in measure.down for form in _forms(word, above)] + [rf"{below} {word}" for word in measure.up]
        if degree == "superlative":
            up, down = [*measure.most, *up], [*measure.least, *down]
        found += [(_either(words), fields) for words, fields in ((up, measure.fields), (down, turned)) if words]
    return tuple((pattern, fields) for pattern, fields in found if pattern.pattern)


def _either(words: Sequence[str]) -> re.Pattern[str]:
    guarded = [f"{word}{_NO_WEIGHT}" if word.startswith("heav") else word for word in words]
    return re.compile(rf"\b(?:{'|'.join(guarded)})\b" if words else "", re.IGNORECASE)


def _forms(adjective: str, raised: Literal["more", "most"] | str) -> tuple[str, ...]:
    """The comparative or superlative of an adjective: "heavier", "biggest", "more waterproof"."""
    ending = "er" if raised == "more" else "est"
    if len(adjective) >= _SHORTEST_LONG_WORD or adjective == "compact":
        return (f"{raised} {adjective}",)
    stem = adjective
    if adjective.endswith("y"):
        stem = f"{adjective[:-1]}i"
    elif adjective.endswith("e"):
        stem = adjective[:-1]
    elif adjective[-1] not in f"{_VOWELS}wxy" and adjective[-2] in _VOWELS and adjective[-3] not in _VOWELS:
        stem = f"{adjective}{adjective[-1]}"
    return (f"{stem}{ending}", f"{raised} {adjective}")
