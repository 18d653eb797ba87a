"""The age that goods are wanted for, and the one that a product is for from: "for my 8 month old", "not for children under 12 months".

Owns the reading of both, in months; refuses to guess an age that nobody states, and to read a cheese's age as a child's.
"""

from __future__ import annotations

import re

from assistant.models.numbers import parse_number
from assistant.shopper.sentences import sentences_of
from assistant.store.records import Product

_I = re.IGNORECASE
_NUMBER = r"(?P<number>\d{1,2}(?:\.5)?|[a-z]+)"
_OLD = re.compile(rf"\b{_NUMBER}[ -]?(?P<unit>weeks?|months?|mths?|years?|yrs?|yo|y/o)(?:[ -]olds?\b|(?<=yo)\b|(?<=y/o)\b)", _I)
_AGED = re.compile(
    rf"\b(?:aged?|turning|turns|who is|is turning) {_NUMBER}(?: (?P<unit>weeks?|months?|years?))?\b(?! ?(?:cm|kg|%|€|\$|£))", _I
)
_CALLED = (("newborn", 0.0), ("new born", 0.0), ("baby", 11.0), ("babies", 11.0), ("infant", 11.0), ("toddler", 24.0))
"""What children are called, with the age in months to which that may be said."""
_CHILDREN = r"(?:children|kids?|child|babies|baby|infants?|toddlers?|newborns?|persons?|people|anyone|those)"
_NOT_UNDER = re.compile(
    rf"\b(?:not|never|unsuitable|isn't)\b[^.;]{{0,40}}?\b{_CHILDREN}?[^.;]{{0,15}}?"
    rf"\b(?:under|below|younger than|less than)(?: the age of)? {_NUMBER}[ -]?(?P<unit>months?|years?)?\b",
    _I,
)
_FROM = re.compile(
    rf"\b(?:{_CHILDREN}|suitable|recommended|ages?|play|toy)\b[^.;]{{0,25}}?"
    rf"\b(?:from|over|above)(?: the age of)? {_NUMBER}[ -]?(?P<unit>months?|years?)?\b|"
    r"\b(?:for )?ages? (?P<ages>\d{1,2})(?: ?(?:\+|to|-|–|and (?:up|over|above)))(?: ?(?P<of>months?|years?))?|"
    rf"\b{_CHILDREN} (?:of|aged) (?P<grown>\d{{1,2}}|[a-z]+)(?: (?P<in2>months?|years?))? (?:and|or) (?:over|up|older|above)\b|"
    r"\b(?P<up>\d{1,2}) ?(?P<in>months?|years?) ?(?:\+|and (?:up|over|above|older))|(?P<plus>\d{1,2})\+ ?(?P<of2>months?|years?)",
    _I,
)
_FIELD = re.compile(r"(?P<number>\d{1,2})\s*(?P<unit>m(?:onths?)?\b|mths?|y(?:ears?|rs?)?\b)?", _I)


def wanted(text: str) -> float | None:
    """The age in months that goods are wanted for; None where a message says none."""
    for match in (*_OLD.finditer(text), *_AGED.finditer(text)):
        number = parse_number(match["number"])
        if number is not None:
            return _months(number, match["unit"])
    return next((months for word, months in _CALLED if re.search(rf"\bfor (?:\w+ ){{0,3}}{word}s?\b|\bmy {word}\b", text, _I)), None)


def least(product: Product) -> tuple[float, str] | None:
    """From what age in months a product is said to be, and the words that say it; None where it says nothing."""
    for name, value in product.attributes.items():
        if re.search(r"\b(?:min\w*|from|recommended)?_?ages?(?:_|\b)", name, _I) and (match := _FIELD.search(str(value))):
            return _months(float(match["number"]), match["unit"] or ("months" if "month" in name.lower() else "years")), str(value)
    for sentence in sentences_of(product):
        match = _NOT_UNDER.search(sentence)
        number = parse_number(match["number"]) if match else None
        if match is not None and number is not None:
            return _months(number, match["unit"]), sentence
        for found in _FROM.finditer(sentence):
            said = next((found[name] for name in ("number", "ages", "grown", "up", "plus") if found[name]), "")
            number = parse_number(said)
            if number is not None:
                return _months(number, next((found[name] for name in ("unit", "of", "in2", "in", "of2") if found[name]), None)), sentence
    return None


def too_young(product: Product, months: float) -> bool:
    """Whether a product says that it is for older ones."""
    limit = least(product)
    return limit is not None and months < limit[0]


def _months(number: float, unit: str | None) -> float:
    letter = (unit or "y")[:1].lower()
    return number if letter == "m" else number / 4 if letter == "w" else number * 12
