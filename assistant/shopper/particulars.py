"""Particulars that only the sentences of a description give: how many parts a product has, what comes with it, how big it is.

Owns the choice of the sentence; refuses to conclude anything from it.
"""

from __future__ import annotations

import re

from assistant.models.numbers import parse_number
from assistant.shopper.measures import asked
from assistant.shopper.sentences import sentences_of
from assistant.shopper.shelf import stems
from assistant.shopper.words import word_list
from assistant.store.records import Product

_HOW_MANY = re.compile(
    r"\bnumber of (?!units|pieces|items|them|these|those|the\b|this)(?P<counted>[a-z][\w' -]{2,30})"
    r"(?=[?.,!;]|$|\s+(?:and|does|in|on)\b)"
    r"|\bhow many (?!(?:do|are|is|of|can|have|left|more|exactly|precisely|available|remain\w*|units|in)\b)"
    r"(?P<what>[\w' -]{3,40}?)"
    r"(?: (?:are|is|come|comes|does|do|can|will|has|have|in)\b|(?=[?.!]*$))"
    r"(?!.*\b(?:left|stock|available|sell|you have|you got)\b)",
    re.IGNORECASE,
)
_PARTS = frozenset({"piece", "item", "part"})
_NUMBER = r"(?:\d{1,3}|a dozen|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty)(?:-piece)?)"
_HOLDS = re.compile(
    rf"\b(?:includes?|including|contains?|comes with|set of|pack of|pair of|collection of|featur\w+)\s+(?P<number>{_NUMBER})\b",
    re.IGNORECASE,
)
_ASKS_CONTENTS = re.compile(
    r"\b(?:what|which (?:parts|pieces|items|things))(?:'s| is| are| all| else)? (?:(?:included|inside)\b|"
    r"(?:comes?|contained|in) (?:with|in)?\s*(?:it|them|this|that|the (?:box|set|pack|package|bag|kit|bundle|basket|board))\b)|"
    r"\bwhat(?:'s| is|'re| are)? (?:all )?(?:in|inside)(?: of)? (?:it|them|this|that|there|(?:the|your|this|that) [\w' -]{2,40}?)"
    r"\W*(?:$|[?.!,;])|"
    r"\bwhat (?:do|would|will) i (?:actually )?get\b"
    r"(?! (?:for|back|if|when))|\bwhat does (?:it|this|that|the [\w' -]{2,40}) (?:include|contain|come with|consist of)\b",
    re.IGNORECASE,
)
_CONTENTS = re.compile(
    r"\b(?:includ\w+|contain\w*|comes? (?:complete )?with|consists? of|accompanied by|paired with|along with|"
    r"featur\w+|set of|selection of)\b",
    re.IGNORECASE,
)
_LISTED = 2
"""Commas from which a sentence with an "and" lists things."""
_LENGTH = r"(?:mm|cm|centimet\w+|m|met(?:er|re)s?|inch(?:es)?|in|ft|foot|feet|\"|'')"
_SIZES = {
    "length": re.compile(rf"\d(?:[\d.,/]*)[\s-]?{_LENGTH}(?![a-z])", re.IGNORECASE),
    "weight": re.compile(r"\d(?:[\d.,/]*)[\s-]?(?:g|grams?|kg|kilos?|kilograms?|lbs?|pounds?|oz|ounces?)\b", re.IGNORECASE),
    "time": re.compile(r"\d(?:[\d.,/]*)[\s-]?(?:h|hrs?|hours?|min(?:ute)?s?|days?)\b", re.IGNORECASE),
    "volume": re.compile(r"\d(?:[\d.,/]*)[\s-]?(?:l|lit(?:er|re)s?|ml|cups?|gallons?|quarts?)\b", re.IGNORECASE),
}
_DRY = re.compile(r"\b(?:water|rain)[- ]?(?:proof\w*|resistan\w+|repellen\w+|tight)\b", re.IGNORECASE)
_SIZED_IN = {
    "weight": ("weight",),
    "run time": ("time",),
    "length": ("length",),
    "width": ("length",),
    "height": ("length",),
    "thickness": ("length",),
    "capacity": ("volume", "length"),
}
"""In what a description may state the field that is asked for."""


def asks_parts(text: str) -> bool:
    """Whether a text asks how many parts of some sort a product has."""
    return bool(_HOW_MANY.search(text))


def asks_contents(text: str) -> bool:
    """Whether a text asks what comes with a product."""
    return bool(_ASKS_CONTENTS.search(text))


def parts_of(product: Product, text: str) -> tuple[str, float] | None:
    """The sentence that counts the parts asked for, and their number; else the one that counts all that is in a set."""
    match = _HOW_MANY.search(text)
    if match is None:
        return None
    wanted = frozenset(word for word in stems(match["what"] or match["counted"]) if word not in word_list("filler") or word in _PARTS)
    sentences = sentences_of(product)
    for sentence in sentences:
        words = stems(sentence)
        for place, word in enumerate(words):
            before = words[max(0, place - 4) : place]
            number = next((n for said in reversed(before) if (n := parse_number(said)) is not None), None)
            if word in wanted and number is not None:
                return sentence, _whole(number)
    named = wanted & {*stems(product.name)}
    for sentence in sentences if named else ():
        held = _HOLDS.search(sentence)
        number = parse_number(held["number"].removesuffix("-piece")) if held is not None else None
        if number is not None:
            return sentence, _whole(number)
    return None


def contents_of(product: Product, text: str) -> str | None:
    """The sentence that says what a product comes with, where that is asked; None where none does."""
    if not asks_contents(text):
        return None
    sentences = sentences_of(product)
    return next(
        (s for s in sentences if _CONTENTS.search(s)), next((s for s in sentences if s.count(",") >= _LISTED and " and " in s), None)
    )


def size_of(product: Product, text: str) -> str | None:
    """The sentence with an amount in a unit of the measure that is asked for ("how big is it?"), or on how it bears water; else None."""
    measure = asked(text)
    kinds = next((_SIZED_IN[way.field] for way in measure.ways if way.field in _SIZED_IN), ()) if measure is not None else ()
    sentences = sentences_of(product)
    if measure is not None and any(way.field == "waterproof" for way in measure.ways):
        return next((sentence for sentence in sentences if _DRY.search(sentence)), None)
    return next((sentence for kind in kinds for sentence in sentences if _SIZES[kind].search(sentence)), None)


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number
