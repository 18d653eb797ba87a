"""Slots: numbers, codes, dates, links, names of the evidence as single tokens that a decoder copies and never spells.

Owns what becomes a slot, the text that the responder's encoder reads, and putting the values back. Knows no network and no tokenizer
beyond the question whether a word is unfamiliar; how output tokens become prose is in `assistant.models.prose`.

The encoder reads one line; slot tokens stand for values, and names and rare words follow theirs, so that their meaning is kept:

    [BRIEF] stock question [LAST] last turn [ASK] is the 42 in stock? [FACT] product: [NAME0] trail boot [FACT] size: [NUM0]; stock: [NUM1]

The reply is written in the same tokens. A slot of the message that is in no fact may be read, but is not in `Prompt.emittable`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from assistant.models.notation import is_notation, plain_attributes
from assistant.models.numbers import parse_number
from assistant.types import Scalar

Fact: TypeAlias = str | Mapping[str, Scalar]
"""One piece of evidence: a sentence, or the values of named attributes."""
Style: TypeAlias = Literal["brief", "full"]


class Kind(StrEnum):
    """What a slot stands for; the value is the stem of its tokens."""

    NUMBER = "NUM"
    MONEY = "MONEY"
    DATE = "DATE"
    CODE = "CODE"
    LINK = "LINK"
    EMAIL = "EMAIL"
    NAME = "NAME"
    WORD = "WORD"


SLOT_COUNTS: Mapping[Kind, int] = {
    Kind.NUMBER: 24, Kind.MONEY: 8, Kind.DATE: 8, Kind.CODE: 16, Kind.LINK: 6, Kind.EMAIL: 4, Kind.NAME: 16, Kind.WORD: 24,
}  # fmt: skip
"""How many tokens of each kind the vocabulary has; what comes after them in a text stays text."""

SLOT_TOKENS = tuple(f"[{kind}{number}]" for kind, count in SLOT_COUNTS.items() for number in range(count))
CAPITAL = "[UP]"
"""Written before a word that begins with a capital though no sentence begins there, and before a name that keeps its own."""
FACT, ASK, LAST = "[FACT]", "[ASK]", "[LAST]"
STYLES: Mapping[Style, str] = {"brief": "[BRIEF]", "full": "[FULL]"}
SPECIAL_TOKENS = (*SLOT_TOKENS, CAPITAL, FACT, ASK, LAST, *STYLES.values())
"""The tokens that a responder's vocabulary has beside words."""

PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u00d7": "x",
        "\u2022": " ",
        "\u00ae": " ",
        "\u2122": " ",
    }
)
"""Typographic marks as the vocabulary has them."""
_SHOWN = frozenset({Kind.NAME, Kind.WORD})
"""Kinds whose words the encoder reads beside the slot: they mean something."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A token of the vocabulary, and the words of the evidence or the message that it stands for."""

    token: str
    kind: Kind
    surface: str


@dataclass(frozen=True, slots=True)
class Request:
    """What the responder is to phrase: a message, the evidence that answers it, and how much of it to say."""

    message: str
    evidence: tuple[Fact, ...]
    intent: str = ""
    last_turn: str = ""
    style: Style = "brief"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request as the encoder reads it.

    `slots` are all in `text`, those of the evidence first; `emittable` are the tokens of the evidence's: a reply may have no other.
    `evidence` is the evidence as plain sentences, with its own values and capitals.
    """

    text: str
    slots: tuple[Slot, ...]
    emittable: frozenset[str]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A text with slots in the place of values: `fill(template.text, template.slots)` is the text."""

    text: str
    slots: tuple[Slot, ...]


_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|"
    r"aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_MIXED = r"[A-Za-z0-9]*(?:[A-Za-z]\d|\d[A-Za-z])[A-Za-z0-9]*"
_WORDED = (
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|hundred|thousand"
)
_FIGURES = r"\d+(?:,\d{3})+(?:\.\d+)?|(?:\d+[ -])?\d+/\d+(?![/\d])|\d+[.,]\d+|\d+|\.\d+"
_UNIT = (
    r"mah|[gmtk]b|[gm]?hz|[km]?g|lbs?|oz|[mck]?m|in|inch|inches|ft|feet|foot|yrs?|years?|[mk]?v|[mk]?w|watts?|volts?|amps?|ml|l|qt|mp|hrs?|hours?|"
    r"mins?|minutes?|secs?|pcs?|pieces?|packs?|ct|a{2,3}|nm|db|rpm|psi|mph|lumens?|gal|gallons?|pounds?|feets?|ply|pack|player|players|months?"
)
_VALUE = re.compile(
    r"(?P<escape>\[[A-Z]+\d*\])"
    r"|(?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<link>(?:https?://|\bwww\.)[^\s<>\"']*[^\s<>\"'.,;:!?)\]]|(?<![\w.-])(?:[\w-]+\.)+(?:com|org|net|co\.uk|io|shop|store|info)\b(?:/[^\s<>\"']*[\w/])?)"
    r"|(?P<money>(?:\bUS)?[$€£¥]\s?\d[\d,]*(?:\.\d+)?(?![\d])|(?<![\w.])\d[\d,]*(?:\.\d+)?\s?[€£](?!\w))"
    r"|(?P<date>(?<!\d)\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?(?!\d)|(?<![\d/])\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?![\d/])"
    rf"|\b{_MONTH}\b\.?\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}}\b)?|\b{_MONTH}\s\d{{4}}\b"
    rf"|(?<!\d)\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}\b(?:,?\s\d{{4}}\b)?|(?<!\d)\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s?(?:[ap]m\b|[ap]\.m\.))?(?!\d)|(?<![\w.])\d{{1,2}}\s?(?:[ap]m\b|[ap]\.m\.))"
    rf"|(?P<measure>(?<![A-Za-z0-9.])(?:{_FIGURES})(?=(?:{_UNIT})(?![A-Za-z0-9])|x\d))"
    r"|(?P<phone>\+\d[\d ()-]{6,}\d|(?<!\d)\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d))"
    rf"|(?P<code>\#\w*\d\w*(?:-\w+)*|\b{_MIXED}(?:[-_/.](?:[A-Za-z0-9]*\d[A-Za-z0-9]*|[A-Z]{{1,4}}\b))*|\b[A-Za-z]{{1,5}}[-_]\d[\dA-Za-z]*(?:-[\dA-Za-z]+)*\b)"
    rf"|(?P<number>{_FIGURES})"
    rf"|(?P<worded>\b(?:{_WORDED})\b)",
    re.IGNORECASE,
)
_HAS_VALUE = re.compile(rf"\d|[@\[]|://|www\.|\w\.\w|\b(?:{_WORDED})\b", re.IGNORECASE)
"""Cheap: whether there can be any value at all."""
_KINDS = {
    "escape": Kind.WORD, "email": Kind.EMAIL, "link": Kind.LINK, "money": Kind.MONEY, "date": Kind.DATE, "phone": Kind.CODE,
    "measure": Kind.NUMBER, "code": Kind.CODE, "number": Kind.NUMBER, "worded": Kind.NUMBER,
}  # fmt: skip
_NAME = re.compile(r"\b[A-Z][\w'’&]*(?:[ -](?:(?:of|the|de|for) )?[A-Z][\w'’&]*)+")
_RUN = re.compile(r"[^\W\d_]{5,}")
_OPENER = re.compile(
    r"(?:An?|The|Th[ie]s|That|These|Those|Its?|I|We|You|He|She|They|My|Our|Your|His|Her|Their|Is|Are|Was|Do|Does|Did|Can|Could|Will|Would|"
    r"Has|Have|Please|Yes|No|Not|If|When|While|For|From|With|In|On|At|By|To|As|And|Or|But|So|Once|Just|After|Before|Every|Each|All|Both|"
    r"Some)[ -]"
)
_NAMED_KEYS = re.compile(r"\b(?:brand|name|title|author|publisher|product|carrier|customer|manufacturer|city|country|store|shop|company)\b")
_SHORT = re.compile(r"(?=.{1,60}$)[^\W\d][^\s,;:]*(?: [^\s,;:]+){0,5}")
"""A value of at most six words that begins with a letter."""
_SLOT = re.compile(r"\[(?:" + "|".join(Kind) + r")\d+\]")


class Delexicaliser:
    """Takes values out of texts. Stateless, cheap, safe to share.

    Args:
        unfamiliar: whether a word (letters only, lower-cased) is one that a decoder could not spell, so that it becomes a slot too.
    """

    def __init__(self, unfamiliar: Callable[[str], bool] | None = None) -> None:
        self._unfamiliar = unfamiliar or (lambda word: False)

    def template(self, text: str) -> Template:
        """`text` with slots for its values."""
        book = _Book()
        return Template(self._replace(text, book.enter), book.slots())

    def prompt(self, request: Request) -> Prompt:
        """The request as the encoder reads it."""
        book = _Book()
        facts = [self._fact(fact, book) for fact in request.evidence]
        owned = book.slots()
        known = _Known(owned, book)
        message, last = (self._replace(text, known.enter, owned) for text in (request.message, request.last_turn))
        shown = {slot.token: slot.surface for slot in book.slots() if _is_shown(slot)}
        parts = [STYLES[request.style]]
        parts += [request.intent.replace("_", " ")] if request.intent else []
        parts += [LAST, last] if last else []
        parts += [ASK, message]
        for fact in facts:
            parts += [FACT, fact]
        text = _SLOT.sub(lambda match: f"{match[0]} {shown[match[0]]}" if match[0] in shown else match[0], " ".join(parts))
        return Prompt(
            " ".join(text.split()), book.slots(), frozenset(slot.token for slot in owned), tuple(map(as_sentence, request.evidence))
        )

    def target(self, reply: str, prompt: Prompt) -> str | None:
        """A reply to learn from, in the slots of its prompt; None where it has a value that the evidence lacks."""
        owned = tuple(slot for slot in prompt.slots if slot.token in prompt.emittable)
        known = _Known(owned, None)
        text = self._replace(reply, known.enter, owned)
        return None if known.missed else text

    def _fact(self, fact: Fact, book: _Book) -> str:
        if not isinstance(fact, str):
            return "; ".join(f"{_words_of(key)}: {self._attribute(key, spoken_value(value), book)}" for key, value in fact.items())
        key, colon, values = as_sentence(fact).partition(": ")
        if colon and is_notation(fact):
            return f"{key}: " + "; ".join(self._attribute(key, value, book) for value in values.split("; "))
        return self._replace(as_sentence(fact), book.enter)

    def _attribute(self, key: str, surface: str, book: _Book) -> str:
        """An attribute's value: as a whole a name where it is short and has capitals, or its key says so."""
        named = _NAMED_KEYS.search(_words_of(key)) or surface != surface.lower()
        if named and _SHORT.fullmatch(surface):
            return book.enter(Kind.NAME, surface) or surface
        return self._replace(surface, book.enter)

    def _replace(self, text: str, enter: Callable[[Kind, str], str | None], owned: Sequence[Slot] = ()) -> str:
        """`text` with `enter`'s token for each value found; where that is None the value stays. Names in `owned` are found first."""
        pieces, place = [], 0
        known = list(_mentions(text, owned))
        fresh = [
            span for span in self._values(text) if span[2] is not Kind.NAME or not any(span[0] < k[1] and k[0] < span[1] for k in known)
        ]
        for start, end, kind in _disjoint([*known, *fresh]):
            pieces += [text[place:start], enter(kind, text[start:end]) or text[start:end]]
            place = end
        return "".join([*pieces, text[place:]])

    def _values(self, text: str) -> Iterator[tuple[int, int, Kind]]:
        for match in _VALUE.finditer(text) if _HAS_VALUE.search(text) else ():
            yield match.start(), match.end(), _KINDS[str(match.lastgroup)]
        for match in _NAME.finditer(text):
            opener = _OPENER.match(match[0])
            start = match.start() + (opener.end() if opener else 0)
            if re.search(r"[ -]", text[start : match.end()]):
                yield start, match.end(), Kind.NAME
        for match in _RUN.finditer(text):
            if self._unfamiliar(match[0].lower()):
                yield match.start(), match.end(), Kind.WORD


def _is_shown(slot: Slot) -> bool:
    """Whether the encoder reads the words too: those of names and rare words, and none, which decides what is said."""
    return slot.surface == "0" or (slot.kind in _SHOWN and not _SLOT.search(slot.surface))


class _Book:
    """Slots as they are given out, numbered by first appearance within their kind."""

    def __init__(self) -> None:
        self._tokens: dict[tuple[Kind, str], str] = {}
        self._counts = dict.fromkeys(Kind, 0)

    def enter(self, kind: Kind, surface: str) -> str | None:
        """The token of these words, a new one at first sight; None when the kind has no token left."""
        if (kind, surface) in self._tokens:
            return self._tokens[kind, surface]
        number = self._counts[kind]
        if number >= SLOT_COUNTS[kind]:
            return None
        self._counts[kind] += 1
        return self._tokens.setdefault((kind, surface), f"[{kind}{number}]")

    def slots(self) -> tuple[Slot, ...]:
        return tuple(Slot(token, kind, surface) for (kind, surface), token in self._tokens.items())


class _Known:
    """Finds the evidence's slot that has the same value; what it lacks is entered into `book`, or remembered as missed."""

    def __init__(self, owned: Iterable[Slot], book: _Book | None) -> None:
        self._tokens: dict[tuple[Kind, str], str] = {}
        for slot in owned:
            self._tokens.setdefault((slot.kind, canonical(slot.kind, slot.surface)), slot.token)
        self._book = book
        self.missed: list[str] = []

    def enter(self, kind: Kind, surface: str) -> str | None:
        token = self._tokens.get((kind, canonical(kind, surface)))
        if token is None and self._book is not None:
            return self._book.enter(kind, surface)
        if token is None and kind not in _SHOWN:
            self.missed.append(surface)
        if token is not None and self._book is None and kind is Kind.NAME and surface != surface.lower():
            return f"{CAPITAL} {token}"
        return token


def unfamiliar_to(tokenizer: Any, pieces: int = 3) -> Callable[[str], bool]:
    """Whether a word breaks into so many pieces of a WordPiece vocabulary, or cannot be written in it: such words become slots."""

    @lru_cache(maxsize=100_000)
    def unfamiliar(word: str) -> bool:
        tokens = tokenizer.encode(word, add_special_tokens=False).tokens
        return len(tokens) >= pieces or "[UNK]" in tokens

    return unfamiliar


def fill(text: str, slots: Iterable[Slot]) -> str:
    """`text` with the words of each slot in the place of its token. Tokens of other slots stay."""
    surfaces = {slot.token: slot.surface for slot in slots}
    return _SLOT.sub(lambda match: surfaces.get(match[0], match[0]), text)


def canonical(kind: Kind, surface: str) -> str:
    """The same string for the same value: "Two", "2" and "2.0" of a number; any case of anything else."""
    if kind in {Kind.NUMBER, Kind.MONEY}:
        bare = surface.strip("$€£¥US ").strip()
        value = parse_number(f"0{bare}" if bare.startswith(".") else bare)
        if value is not None and "/" not in surface:
            return f"{value:g}"
    return " ".join(surface.lower().split())


def as_sentence(fact: Fact) -> str:
    """A fact as plain words: "colour: navy; stock: 3". Attributes in braces are read by `assistant.models.notation`."""
    if isinstance(fact, str):
        return plain_attributes(fact) if is_notation(fact) else fact
    return "; ".join(f"{_words_of(key)}: {spoken_value(value)}" for key, value in fact.items())


def spoken_value(value: Scalar) -> str:
    """A value as it is said: whole floats without their point, dates in ISO form, truth as yes or no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "unknown"
    if isinstance(value, float):
        return f"{value:.10g}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _words_of(key: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_.]+", " ", key).lower().strip()


def _mentions(text: str, owned: Sequence[Slot]) -> Iterator[tuple[int, int, Kind]]:
    """Where names and rare words of the evidence stand in `text`, in whatever case."""
    for slot in owned:
        if slot.kind in _SHOWN:
            for match in re.finditer(rf"(?<!\w){re.escape(slot.surface)}(?!\w)", text, re.IGNORECASE):
                yield match.start(), match.end(), slot.kind


def _disjoint(spans: Iterable[tuple[int, int, Kind]]) -> list[tuple[int, int, Kind]]:
    """Spans that do not overlap, in order: a name keeps the values inside it and yields to one that it cuts, else the longer wins."""
    found = list(spans)
    values = [span for span in found if span[2] not in _SHOWN]
    whole = [span for span in found if not any(_cuts(span, value) for value in values)]
    kept: list[tuple[int, int, Kind]] = []
    for span in sorted(whole, key=lambda s: (s[0], -s[1])):
        if span[1] > span[0] and (not kept or span[0] >= kept[-1][1]):
            kept.append(span)
    return kept


def _cuts(name: tuple[int, int, Kind], value: tuple[int, int, Kind]) -> bool:
    """Whether the two overlap and the value is not inside the name."""
    return name[2] in _SHOWN and name[0] < value[1] and value[0] < name[1] and not name[0] <= value[0] <= value[1] <= name[1]
