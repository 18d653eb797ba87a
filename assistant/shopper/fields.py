"""The field of a product that a question is about: the one whose name it says, or whose value is in the unit it asks for.

Owns the matching of a question's words to the names and units of attributes and options; refuses to put the value into words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.shopper import cues
from assistant.shopper.amounts import LONGEST, amounts_in, base_of
from assistant.shopper.shelf import stems
from assistant.shopper.variants import options_of
from assistant.shopper.words import word_list
from assistant.store.records import Product

_MEANT = {"care": frozenset({"wash", "washable", "washing", "washed", "clean", "cleaning", "cleaned", "iron", "ironed", "laundry"})}
"""What is asked of a field whose name is another word."""
_ASKS_UNIT = re.compile(r"\bhow many (?P<many>[a-z]+)\b|\bin (?P<unit>[a-z]+)\b", re.IGNORECASE)
_YES_OR_NO = re.compile(rf"^\W*(?:and |ok |so |but )*{cues.WHETHER}", re.IGNORECASE)
_ROOT = 5
"""Letters from which a word is the other with an ending: "waterproof" and "waterproofing"."""


def field_of(product: Product, text: str) -> tuple[str, str] | None:
    """Name and value of the field that a question asks for; None for a yes or no, or where no field is it."""
    return _in_unit(product, text) or (None if _YES_OR_NO.search(text) else _by_name(product, text))


def _stated(product: Product) -> Iterator[tuple[str, str]]:
    yield from ((name, str(value)) for name, value in product.attributes.items() if len(str(value)) <= LONGEST)
    yield from ((name, ", ".join(values)) for name, values in options_of(product).items())


def _in_unit(product: Product, text: str) -> tuple[str, str] | None:
    for match in _ASKS_UNIT.finditer(text):
        unit = base_of(match["many"] or match["unit"])
        fitting = [(name, value) for name, value in _stated(product) if unit and any(at == unit for _, at in amounts_in(value))]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _by_name(product: Product, text: str) -> tuple[str, str] | None:
    """The field most of whose name's words the question says."""
    own = set(stems(product.name)) | set(stems(product.style))
    asked = [word for word in stems(text) if word not in word_list("filler") and word not in own]
    scored = []
    for name, value in _stated(product):
        words = [word for word in stems(name) if word not in word_list("filler")]
        if set(words) & _MEANT.keys() and any(word in _MEANT[key] for key in words if key in _MEANT for word in asked):
            return name, value
        said = sum(any(_same(word, other) for other in asked) for word in words)
        if said and said * 2 >= len(words):
            scored.append((said / len(words), said, name, value))
    best = max(scored, key=lambda entry: entry[:2], default=None)
    return (best[2], best[3]) if best else None


def _same(word: str, other: str) -> bool:
    return word == other or (min(len(word), len(other)) >= _ROOT and (word.startswith(other) or other.startswith(word)))
