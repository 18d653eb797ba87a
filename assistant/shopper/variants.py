"""Options of a product's variants as people say them: "size 10", "the 1 TB one", "waterproof", "in blue".

Owns the reading of option values from text; refuses to know orders and prices' meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from assistant.models.words import common_words
from assistant.store.records import Product, Variant

_TOKEN = re.compile(r"[^\W_]+(?:\.\d+)?%?(?:\"|'(?=\s|$))?", re.UNICODE)
SIZES = {"small": "s", "medium": "m", "large": "l", "extra large": "xl", "extra small": "xs"}
_UNITS = {
    "litre": "l",
    "litres": "l",
    "liter": "l",
    "liters": "l",
    "gigabyte": "gb",
    "gigabytes": "gb",
    "terabyte": "tb",
    "inches": "inch",
    '"': "inch",
    "foot": "ft",
    "feet": "ft",
    "millilitres": "ml",
    "milliliters": "ml",
    "pounds": "lbs",
    "pound": "lbs",
    "lb": "lbs",
    "persons": "person",
    "people": "person",
    "man": "person",
    "men": "person",
}
_SPELT = {"gray": "grey", "colour": "color"} | {
    word: str(number)
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1
    )
}
_TOWARDS = re.compile(
    r"\b(?:to|into|in|for|want|need|take|wear|make it|rather|(?:must|should|to|could|can) be)\s+(?:an?\s+|the\s+|size\s+)?$", re.IGNORECASE
)
_ALONE = re.compile(
    r"\W*$|\s*[.,;:!?)]|\s+(?:please|pls|plz|instead|rather|not|and|or|from|then|now|thanks?|one|ones|if|would|is|with|but|in|on)\b",
    re.IGNORECASE,
)
_STAYS_AFTER = re.compile(
    r"(?:,? (?:and|or|&) (?:the )?\w+(?: \w+)?)?\s+(?:(?:is|are|should|shall|can|may|must|to|has|have|be|all|both|just|please)\s+)*"
    r"(?:stay\w*|remain\w*|kept|unchanged|identical|untouched|(?:the )?same|as (?:is|it is|before))\b",
    re.IGNORECASE,
)
_STAYS_BEFORE = re.compile(
    r"\b(?:keep|keeping|leave|leaving|same|identical|unchanged)\s+(?:the\s+|its\s+)?(?:[\w ]{2,25} (?:and|&) (?:the )?)?$", re.IGNORECASE
)
_WHICHEVER_AFTER = re.compile(r"\s+or (?:not|no)\b", re.IGNORECASE)
_WHICHEVER_BEFORE = re.compile(r"\b(?:care|matters?|mind|bother\w*)\s+(?:about|if|whether)?[\s\w']{0,20}$", re.IGNORECASE)
_LEADS = frozenset(
    ("ok", "okay", "and", "or", "so", "then", "what", "how", "about", "got", "have", "is", "it", "there", "in", "a", "please")
)
"""Words before an option's value that say nothing of what is wanted."""
_LONG_ENOUGH, _ALIKE = 4, 80.0
_NOT = re.compile(r"\b(?:not|non|isn't|without|no)[\s-]+(?:\w+\s+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """An option value found at `start` of a text; `value` as the catalogue writes it."""

    option: str
    value: str
    start: int
    end: int


def read_options(product: Product, text: str) -> tuple[Said, ...]:
    """The option values of `product` that a text names, in its order; of two that overlap the longer."""
    found: list[Said] = []
    for option in options_of(product):  # the "bagged" in "bagged/bagless" is the option and no value of it
        if "/" in option:
            text = re.sub(re.escape(option), lambda match: " " * len(match[0]), text, flags=re.IGNORECASE)
    tokens = [(_norm(m[0]), m.start(), m.end()) for m in _TOKEN.finditer(text.replace("’", "'").replace("-", " "))]
    for option, values in options_of(product).items():
        for value in values:
            found.extend(_find(option, value, tokens, text, values))
    found = found or list(_misspelt(product, tokens))
    kept: list[Said] = []
    for said in sorted(found, key=lambda s: (-(s.end - s.start), not _beside_name(s, tokens), not _sized(s), s.start)):
        if not any(other.start < said.end and said.start < other.end for other in kept):
            kept.append(said)
    return tuple(sorted(kept, key=lambda s: s.start))


def options_of(product: Product) -> dict[str, tuple[str, ...]]:
    """Every option with its values, in the order of the variants."""
    found: dict[str, dict[str, None]] = {}
    for variant in product.variants:
        for option, value in variant.options.items():
            found.setdefault(option, {})[value] = None
    return {option: tuple(values) for option, values in found.items()}


def matching(product: Product, wanted: Mapping[str, str], *, available: bool = False) -> tuple[Variant, ...]:
    """The variants that have all these option values."""
    return tuple(
        v for v in product.variants if all(v.options.get(o) == value for o, value in wanted.items()) and (not available or to_be_had(v))
    )


def to_be_had(variant: Variant) -> bool:
    """Whether a variant can be bought now."""
    return variant.available and variant.stock != 0


def described(options: Mapping[str, str]) -> str:
    """Options in words: "color blue, size M"."""
    return ", ".join(f"{name} {value}" for name, value in options.items())


def _find(option: str, value: str, tokens: list[tuple[str, int, int]], text: str, values: Iterable[str]) -> Iterable[Said]:
    if value.lower() in {"yes", "no"}:
        yield from _flag(option, tokens, text, values)
        return
    if value.lower() == "none":
        for match in re.finditer(rf"\b(?:no|without(?: an?| any)?)\s+{re.escape(option.split()[0])}\w*", text, re.IGNORECASE):
            yield Said(option, value, match.start(), match.end())
    words = [_norm(word) for word in _TOKEN.findall(value.replace("-", " "))]
    whole = "".join(words)
    named = words[-1:] != [] and (words[-1] in option.lower() or words[0] in {"not", "no", "non"})
    if (
        len(words) == 2
        and not named
        and all(word.isalpha() for word in words)
        and sum(other.lower().endswith(words[1]) for other in values) == 1
    ):
        yield from (Said(option, value, start, end) for word, start, end in tokens if word == words[1])  # "green" for "moss green"
    if (
        len(words) == 2
        and re.fullmatch(r"\d+[a-z]+", words[0])
        and sum(_norm(_TOKEN.findall(other)[0]) == words[0] for other in values if _TOKEN.findall(other)) == 1
    ):
        yield from (Said(option, value, start, end) for word, start, end in tokens if word == words[0])  # "100W" for "100W equivalent"
    for first in range(len(tokens)):
        for count in range(1, min(5, len(tokens) - first) + 1):
            window = tokens[first : first + count]
            said = "".join(word for word, _, _ in window)
            if count == 1 and said == f"{whole}s" and len(whole) >= _LONG_ENOUGH and whole.isalpha():  # "one with capsules"
                yield Said(option, value, window[0][1], window[-1][2])
            if said == whole and (count > 1 or not _weak(whole) or _labelled(option, tokens, first, text)):
                yield Said(option, value, window[0][1], window[-1][2])
            if len(said) > len(whole):
                break
    for spoken, short in SIZES.items():
        if whole == short and "size" in option.lower():
            for match in re.finditer(rf"(?<!extra )\b{spoken}\b", text, re.IGNORECASE):
                yield Said(option, value, match.start(), match.end())


def _misspelt(product: Product, tokens: list[tuple[str, int, int]]) -> Iterable[Said]:
    """Values of one word that a word which is none stands for: "blak"."""
    values = [
        (option, value) for option, of in options_of(product).items() for value in of if len(value) >= _LONG_ENOUGH and value.isalpha()
    ]
    for word, start, end in tokens:
        if len(word) < _LONG_ENOUGH or not word.isalpha() or word in common_words():
            continue
        alike = [(fuzz.ratio(word, value.lower()), option, value) for option, value in values if value[0].lower() == word[0]]
        score, option, value = max(alike, default=(0.0, "", ""))
        if score >= _ALIKE:
            yield Said(option, value, start, end)


def _beside_name(said: Said, tokens: list[tuple[str, int, int]]) -> bool:
    """Whether the option's own name stands right before or after the value: "medium ventilation" is no size."""
    names = {_norm(part) for part in said.option.split()}
    before = [word for word, _, end in tokens if end <= said.start][-1:]
    after = [word for word, start, _ in tokens if start >= said.end][:1]
    return bool(names & {*before, *after})


def _sized(said: Said) -> bool:
    return "size" in said.option.lower()


def _flag(option: str, tokens: list[tuple[str, int, int]], text: str, values: Iterable[str]) -> Iterable[Said]:
    named = [_norm(word)[:6] for word in option.split()]
    for first in range(len(tokens) - len(named) + 1):
        window = tokens[first : first + len(named)]
        if all(word.startswith(name) for (word, _, _), name in zip(window, named, strict=True)):
            start, end = window[0][1], window[-1][2]
            if _WHICHEVER_AFTER.match(text[end:]) or _WHICHEVER_BEFORE.search(text[:start]):
                continue
            if _STAYS_AFTER.match(text[end:]) or _STAYS_BEFORE.search(text[:start]):  # "battery and water resistance remain identical"
                continue
            value = "no" if _NOT.search(text[:start]) or re.match(r"[\s:='\"]+no\b", text[end:], re.IGNORECASE) else "yes"
            actual = next((v for v in values if v.lower() == value), None)
            if actual:
                yield Said(option, actual, start, end)


def _weak(word: str) -> bool:
    """Whether a value is too short to stand for itself in running text."""
    return len(word) == 1 or (word.isdigit() and len(word) < 4)


def _labelled(option: str, tokens: list[tuple[str, int, int]], place: int, text: str) -> bool:
    """Whether a weak value is said with its option ("size 10", "a 500 piece one"), as what is wanted ("in 10"), or is a lone capital."""
    word, start, end = tokens[place]
    around = {token[0] for token in tokens[max(0, place - 2) : place + 3]}
    names = {_norm(part) for part in option.split()} | {"size"} if "size" in option.lower() else {_norm(part) for part in option.split()}
    if all(other in _LEADS for number, (other, _, _) in enumerate(tokens) if number != place):  # "ok and 11"
        return True
    if around & (names | {name.rstrip("s") for name in names}):
        return True
    if word.isdigit() and text[start:end].isdigit() and _TOWARDS.search(text[:start]) and _ALONE.match(text[end:]):
        return True
    return len(word) == 1 and word.isalpha() and text[start:end].isupper() and word != "i"


def _norm(word: str) -> str:
    lowered = word.lower()
    return _SPELT.get(lowered) or _UNITS.get(lowered) or re.sub(r"(?<=\d)\"$", "inch", lowered)
