"""Where goods come from: the country that a message asks for or about, and the one that a product states.

Owns the reading of both over `countries.toml`. A brand or a recipe is no origin: only a field of that name, or "from" and "made in" a
country, states one. Refuses to search.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.shopper.reply import about, agreeing, cited, joined
from assistant.shopper.sentences import sentences_of
from assistant.shopper.shelf import Shelf, stems
from assistant.store.records import Product
from assistant.types import Evidence

_I = re.IGNORECASE
_FIELD = re.compile(
    r"\borigins?\b|\bcountry\b|\bmade[_ ]in\b|\bproduc(?:ed|tion|t)[_ ](?:in|country)\b|\bmanufactured[_ ]in\b|herkunft", _I
)
_FIELDS = frozenset({"origin", "country", "made", "produced", "production", "manufactured", "herkunft"})
"""Stems of the names of such fields."""
_COMES = (
    r"(?:from|(?:made|produced|grown|manufactured|harvested|picked|brewed|distilled|woven|sewn|crafted|assembled|built|roasted|bottled|born|"
    r"handmade|hand-made) (?:entirely |only |by hand )?in|product of|originates? (?:from|in)|imported from|origin:?|sourced (?:from|in))"
)
_MADE = re.compile(r"\b(?:made|produced|manufactured|grown|crafted|woven) in (?:the )?$", _I)
_NOT = re.compile(r"\b(?:not|nothing|no|never|isn't|aren't|except|other than|anything but|avoid\w*)\b(?:[ ](?!only)[\w'-]+){0,3} *$", _I)
_ASKS = re.compile(
    r"\bwhere\b[^.?!]{0,40}?\b(?:come|comes|coming|from|made|produced|grown|manufactured|sourced|originate\w*|roasted)\b|"
    r"\b(?:which|what) (?:country|region|place|part of the world)\b|\bcountry of (?:origin|manufacture)\b|"
    r"\b(?:what(?:'s| is) (?:the|its) origin)\b|"
    r"^\W*(?:and )?(?:the )?origins?\W*$",
    _I,
)
_SENT = re.compile(
    r"\b(?:ship\w*|deliver\w*|send|sent|post|return\w*|order(?:ing|ed)? from|pay\w*|live|living|writing|i am from|i'm from)\b", _I
)
_WHETHER = re.compile(r"^\W*(?:(?:and|so|ok|but)\W+)*(?:is|are|was|were|does|do|did|really|from|made|produced)\b", _I)
_GOODS = frozenset({"product", "food", "good", "stuff", "one", "thing", "item", "speciality", "specialty", "delicacy"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Countries that goods must, or must not, come from, and where a message says so."""

    wanted: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """What a product states: its countries, the field (empty: the description), the words."""

    countries: tuple[str, ...]
    field: str
    words: str


@cache
def _countries() -> Mapping[str, str]:
    content: dict[str, str] = tomllib.loads(files("assistant.shopper").joinpath("countries.toml").read_text(encoding="utf-8"))
    return {
        spelled: name
        for name, words in content.items()
        for spelled in (name.casefold(), *(word.replace("-", " ").casefold() for word in words.split()[1:]))
    }


@cache
def _codes() -> Mapping[str, str]:
    content: dict[str, str] = tomllib.loads(files("assistant.shopper").joinpath("countries.toml").read_text(encoding="utf-8"))
    return {words.split()[0]: name for name, words in content.items()}


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(_countries(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?P<word>{'|'.join(map(re.escape, words))})(?:s'|'s)?(?!\w)", _I)


@cache
def _stated_pattern() -> re.Pattern[str]:
    return re.compile(rf"\b{_COMES} (?:the )?{_pattern().pattern}", _I)


@cache
def _being_pattern() -> re.Pattern[str]:
    """ "Is it Spanish", "are the teas Indian"."""
    things = r"(?:it|this|that|they|these|those|the [\w -]{2,40}?)"
    return re.compile(rf"\b(?:is|are) {things} (?:really |a |an )?{_pattern().pattern}", _I)


def wanted(text: str, shelf: Shelf) -> Wanted:
    """The countries of a message, where the shelf's goods state any: "wines from Spain", "French cheese", "nothing made in China"."""
    if _SENT.search(text):
        return Wanted()
    found = [match for match in _pattern().finditer(text) if _asks_for(text, match, shelf)]
    if not shelf.fields & _FIELDS:  # "from" may mean much where no goods have an origin, "made in" may not
        found = [match for match in found if _MADE.search(text[: match.start()])]
    if not found:
        return Wanted()
    spans = [_span(text, match) for match in found]
    barred = [bool(_NOT.search(text[:start])) for start, _ in spans]
    names = [_countries()[match["word"].casefold()] for match in found]
    return Wanted(
        tuple(dict.fromkeys(name for name, no in zip(names, barred, strict=True) if not no)),
        tuple(dict.fromkeys(name for name, no in zip(names, barred, strict=True) if no)),
        tuple(spans),
    )


def _asks_for(text: str, match: re.Match[str], shelf: Shelf) -> bool:
    """Whether a country's word says where goods are from: after "from" or "made in", or before goods where no product is called so."""
    if re.search(rf"\b{_COMES} (?:the )?(?:[\w-]+(?:,| or| and) )?$", text[: match.start()], _I):
        return True
    following = [stem for word in text[match.end() :].split()[:2] for stem in stems(word)[-1:]]
    after = following[0] if following else ""
    called = re.compile(rf"\b{re.escape(match[0])} {re.escape(after)}", _I)
    named = any(called.search(product.name) for product in shelf.many(shelf.named(after)))
    return bool(following) and not named and (after in _GOODS or any(map(shelf.is_kind, following)))


def _span(text: str, match: re.Match[str]) -> tuple[int, int]:
    lead = re.search(rf"\b{_COMES} (?:the )?$", text[: match.start()], _I)
    return (lead.start() if lead else match.start(), match.end())


def stated(product: Product) -> Origin | None:
    """Where a product says that it is from; its field of that name first. None where it says nothing."""
    if (field := _by_field(product)) is not None:
        name, value = field
        code = _codes().get(value.strip())
        return Origin((code,) if code else _named(_pattern(), value), name, value)
    for sentence in sentences_of(product):
        if found := _named(_stated_pattern(), sentence):
            return Origin(found, "", sentence)
    return None


def _named(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    """The countries that a pattern finds in a text."""
    return tuple(dict.fromkeys(_countries()[match["word"].casefold()] for match in pattern.finditer(text)))


def _by_field(product: Product) -> tuple[str, str] | None:
    return next(((name, str(value)) for name, value in product.attributes.items() if _FIELD.search(name.replace("_", " "))), None)


def keeps(product: Product, wanted: tuple[str, ...], barred: tuple[str, ...]) -> bool:
    """Whether a product states one of the countries wanted, and none of those barred."""
    origin = stated(product) if wanted or barred else None
    countries = set(origin.countries) if origin is not None else set()
    return (not wanted or bool(countries & set(wanted))) and not countries & set(barred)


def asks(text: str) -> bool:
    """Whether a text asks where something is from."""
    return bool(_ASKS.search(text)) and not _SENT.search(text)


def answer(product: Product, text: str) -> tuple[Evidence, bool] | None:
    """Where a product is from, or a yes or no on a country, and whether its fields tell it; None where neither is asked."""
    asked = _WHETHER.search(text) and not _SENT.search(text)
    countries = (*_named(_stated_pattern(), text), *_named(_being_pattern(), text)) if asked else ()
    if not countries and not asks(text):
        return None
    origin = stated(product)
    if origin is None:
        return about(product, f"I'm sorry, the description of the {product.name} does not say where it is from."), False
    verdict = "" if not countries or not origin.countries else "Yes. " if set(countries) & set(origin.countries) else "No. "
    if not origin.field:
        return about(product, verdict + cited(product, origin.words)), True
    name, words = origin.field.replace("_", " "), _codes().get(origin.words.strip(), origin.words)
    if re.search(r" in$", name, _I):
        return about(product, f"{verdict}The {product.name} {agreeing(product.name, 'is', 'are')} {name} {words}."), True
    return about(product, f"{verdict}The {name} of the {product.name} {agreeing(name, 'is', 'are')} {words}."), True


def head(countries: tuple[str, ...], count: int) -> str:
    """What stands above a list of goods from some countries."""
    return f"{'This is' if count == 1 else 'These are'} from {joined(countries, 'or')}:"
