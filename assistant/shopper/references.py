"""What "the second one", "it", "both" and "the black one" point at: products that the clerk showed or spoke of.

Pure functions of the message and the dialogue state; refuses to search.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.shopper import cues, spelling
from assistant.shopper.fields import field_of
from assistant.shopper.ratings import asks_opinion
from assistant.shopper.reply import is_plural, lowest_price
from assistant.shopper.shelf import Shelf, stems
from assistant.shopper.state import DialogueState
from assistant.shopper.variants import read_options
from assistant.shopper.words import word_list
from assistant.store.records import Product
from assistant.types import Understanding

_ONE = re.compile(r"\b(?:the|that|this)\s+(?P<words>(?:[a-z-]+\s+){1,3})ones?\b", re.IGNORECASE)
_THE = re.compile(r"\b(?:the|that|this|those|these)\s+(?P<words>[a-z][a-z' -]+)", re.IGNORECASE)
_FIRST_N = re.compile(r"\b(?:the\s+)?(?P<end>first|last|top)\s+(?P<count>two|three|four|2|3|4)\b", re.IGNORECASE)
_NTH = re.compile(
    r"\b(?:first|second|third|fourth|fifth|last|\d+(?:st|nd|rd|th)) (?:one|product|item|result)\b|"
    r"\bnumber (?:\d|one|two|three|four)\b|^\W*(?:the )?\w+\W*$",
    re.IGNORECASE,
)
_ONES = re.compile(r"\bones?\b|^\W*(?:and |got |have |is )?(?:that |it )?in\b", re.IGNORECASE)
_WHICH_ONE = re.compile(
    r"\bwhich(?:'s| one| one's)? (?:is |has |are )?(?:the )?(?:light|heavi|warm|"
    r"bigg|larg|small|thick|thinn|long|short|strong|wid|tall|bright)(?:er|est)\b|"
    r"\bwhich (?:one )?(?:weighs|holds|lasts|(?:should|would|do) (?:i|you) (?:take|get|buy|choose|pick|recommend|suggest|go for))\b",
    re.IGNORECASE,
)
_PRICED = re.compile(
    r"\bthe (?:(?P<cheap>cheap(?:er|est)|less expensive)|(?P<dear>dear(?:er|est)|pric(?:ier|iest)|(?:more|most) expensive)) one\b",
    re.IGNORECASE,
)
_ASKED_OF = re.compile(
    r"\W*(?:(?:and|ok|but|so)\W+)*(?:(?:does|do|is|are|has|have|can|could|will|would|how)\b|what\b(?!(?:'s| is| are)? the\b))",
    re.IGNORECASE,
)
_OF_US = re.compile(r"\b(?:you|your|u|ur)\b", re.IGNORECASE)
_THEY = re.compile(r"\b(?:they|them)\b", re.IGNORECASE)
_HOW_MANY_LEFT = re.compile(r"^\W*(?:and |ok )?how many (?:are |is |do you have )?(?:left|there|in stock|available)\b", re.IGNORECASE)
_FEW, _SHORT, _BRIEF = 4, 7, 10
_COUNTS = {"two": 2, "three": 3, "four": 4}


@dataclass(frozen=True, slots=True)
class Reference:
    """The ids pointed at. `way` says how: ordinal, description, pronoun, group; empty: the message points at nothing.

    `beyond` is set where an ordinal points past the end of what was shown.
    """

    ids: tuple[str, ...] = ()
    way: str = ""
    beyond: bool = False


def refer(understanding: Understanding, state: DialogueState, shelf: Shelf) -> Reference:
    """What the message points at among the products of the conversation."""
    text = spelling.plain(understanding.text)
    shown = tuple(id for id in state.shown if id in shelf.products)
    if not shown:
        return Reference(way="ordinal" if understanding.of_kind("ordinal") and _NTH.search(text) else "")
    pointed = (
        _first_n(text, shown)
        or _ordinal(understanding, shown)
        or _by_price(text, state, shown, shelf)
        or _described(text, shown, shelf)
        or _pronoun(
            text,
            state,
            shown,
            tuple(str(e.value) for e in understanding.of_kind("category", "product")),
            counted=bool(understanding.of_kind("quantity")),
            focused=shelf.many(state.focus[:1]),
        )
    )
    return pointed if pointed.ids or pointed.way else _by_field(text, state, shown, shelf) or pointed


def brief_opinion(text: str) -> bool:
    """Whether a few words ask if the thing spoken of is any good."""
    return asks_opinion(text) and len(text.split()) <= _SHORT


def _first_n(text: str, shown: tuple[str, ...]) -> Reference | None:
    match = _FIRST_N.search(text)
    if not match:
        return None
    count = _COUNTS.get(match["count"].lower()) or int(match["count"])
    if count > len(shown):
        return Reference(way="ordinal", beyond=True)
    return Reference(shown[-count:] if match["end"].lower() == "last" else shown[:count], "group")


def _ordinal(understanding: Understanding, shown: tuple[str, ...]) -> Reference | None:
    places = [int(e.value) for e in understanding.of_kind("ordinal") if isinstance(e.value, int | float)]
    if not places:
        return None
    good = [shown[n - 1] if n > 0 else shown[n] for n in places if n <= len(shown) and n >= -1]
    return Reference(tuple(dict.fromkeys(good)), "ordinal", beyond=len(good) < len(places))


def _by_price(text: str, state: DialogueState, shown: tuple[str, ...], shelf: Shelf) -> Reference | None:
    """ "the dearer one" of those spoken of or shown, where something is asked of it."""
    match = _PRICED.search(text)
    among = [p for p in shelf.many(state.focus if len(state.focus) > 1 else shown) if lowest_price(p) is not None]
    if match is None or len(among) < 2 or not _ASKED_OF.match(text):
        return None
    ranked = sorted(among, key=lambda p: lowest_price(p) or 0.0)
    return Reference((ranked[-1 if match["dear"] else 0].id,), "price")


def _by_field(text: str, state: DialogueState, shown: tuple[str, ...], shelf: Shelf) -> Reference | None:
    """Those spoken of or shown, where a few words ask for something that they state: "how many lumens?", "what are the poles made of"."""
    spoken = shelf.many(tuple(id for id in state.focus if id in shown) or shown)
    brief = len(text.split()) <= _BRIEF and not cues.SEEKS.search(text) and not _OF_US.search(text) and not cues.PRONOUN.search(text)
    stated = (field for product in spoken if (field := field_of(product, text)) is not None and field[0] in product.attributes)
    if not brief or state.subject != "product" or next(stated, None) is None:
        return None
    return Reference(tuple(p.id for p in spoken), "group" if len(spoken) > 1 else "pronoun")


def _described(text: str, shown: tuple[str, ...], shelf: Shelf) -> Reference | None:
    """ "the leather one", or "the backpack" where one of those shown is a backpack."""
    for pattern, narrow in ((_ONE, False), (_THE, True)):
        for match in pattern.finditer(text):
            words = [w for w in stems(match["words"]) if w not in word_list("filler")]
            if not words:
                continue
            words = words[:4]
            fitting = tuple(id for id in shown if all(shelf.synonyms(w) & shelf.labels[id].everything for w in words))
            if narrow:  # "the bulb" of a lamp is no lamp
                fitting = tuple(
                    id for id in fitting if any(shelf.synonyms(w) & (shelf.labels[id].name | shelf.labels[id].kind) for w in words)
                )
            if not fitting and narrow:
                fitting = tuple(id for id in shown if shelf.synonyms(words[0]) & (shelf.labels[id].name | shelf.labels[id].kind))
            if fitting and (not narrow or len(fitting) < max(2, len(shown))):
                return Reference(fitting[:1] if narrow else fitting, "description")
    return None


def _pronoun(
    text: str, state: DialogueState, shown: tuple[str, ...], wish_words: tuple[str, ...], *, counted: bool, focused: Sequence[Product]
) -> Reference:
    several = any(is_plural(product.name) for product in focused)
    focus = tuple(id for id in state.focus if id in shown) or state.focus
    if counted and len(focus) == 1:
        return Reference(focus, "pronoun")
    if several and len(focus) == 1 and _THEY.search(text):  # "how much are they" of one pair of boots
        return Reference(focus, "pronoun")
    if _HOW_MANY_LEFT.search(text) and not focus:
        return Reference(shown, "group")
    if cues.PLURAL.search(text) or (len(shown) > 1 and _WHICH_ONE.search(text)):
        return Reference(focus if len(focus) > 1 else shown, "group")
    if cues.PRONOUN.search(text):
        return Reference(focus[:1] or shown[:1], "pronoun")
    if brief_opinion(text):
        return Reference(focus[:1] or shown[:1], "pronoun")
    few = len(text.split()) <= _FEW
    if len(focus) == 1 and (few or _ONES.search(text)) and any(product.variants and read_options(product, text) for product in focused):
        return Reference(focus, "pronoun")  # "the leather ones in 12"
    brief = len(text.split()) <= _BRIEF and not wish_words
    if focus and brief and (cues.PRICE.search(text) or cues.STOCK.search(text) or cues.OPTIONS.search(text)):
        return Reference(focus, "group") if len(focus) > 1 else Reference(focus, "pronoun")
    return Reference()
