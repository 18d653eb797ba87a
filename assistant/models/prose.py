"""Word pieces to prose: joining, spacing, quotation marks, capitals, and the values in the place of their slots.

Owns how a reply reads; its inverse for training texts is `marked`. Knows slots, but no network. The vocabulary is lower-cased
and has split all punctuation, so spaces and capitals are restored: as the evidence writes them where it does, by rule elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.models.slots import CAPITAL, PLAIN, Kind, Prompt, Slot

_CAPITALISED = re.compile(r"(?<![\w\[#@/.&'’-])[A-Z][\w]*")
_BEGINS = re.compile(r"(?:^|(?<!\.\.)[.!?]['\")”’]*\s+|:\s*\n\s*|\n\s*)['\"(“‘]*$")
_OPENS = re.compile(r"(?:^|[.!?:;\n]['\")”’]*\s*)['\"(“‘]*$")
"""Where a capital says nothing of its word: at the start of a sentence or of an attribute's value."""
_EMPHASISED = re.compile(
    r"a|all|and|any|are|but|can|cannot|did|do|does|for|i|if|in|is|it|must|never|no|not|of|on|only|or|so|the|this|to|very|will|with|you|your"
)
"""Written in capitals for emphasis more often than as a name."""
_SENTENCE_WORDS = frozenset({Kind.WORD, Kind.NUMBER, Kind.NAME})
_CONTRACTED = frozenset({"s", "t", "re", "ve", "ll", "d", "m"})
_AFTER_WORD = frozenset(".,!?;:)]}%°™®”…")
_BEFORE_WORD = frozenset("([{$#£€¥“")
_JOINING = frozenset("-/_~")
_FLEXIBLE = frozenset("-/&.,:'\"+*")
"""Marks that are written with or without spaces: as the evidence has them, where it does."""

_A = re.compile(
    r"\b([Aa]) (?!(?:or|and|is|as|at|in|of|on|are|it|if)\b)"
    r"(?=(?:[aio]|e(?!u)|u(?!ni|s[abeiu]|rin|til|ro|\b))(?!ne\b|nce\b)[a-z]|(?:8|11|18)(?![\d.,]))",
    re.IGNORECASE,
)
_AN = re.compile(r"\b([Aa])n (?=[bcdfgjklmnpqrstvwyz][a-z])")
"""Where the other article belongs; numbers, the silent h and words of one letter are left as they are but for 8, 11 and 18."""


def marked(text: str) -> str:
    """A reply to learn from: capitals inside a sentence are noted before their word, quotation marks and dashes made plain."""
    plain = re.sub(r"\s+-+\s+", ", ", text.translate(PLAIN))

    def note(match: re.Match[str]) -> str:
        word = match[0]
        return word if word == "I" or _BEGINS.search(plain[: match.start()]) else f"{CAPITAL} {word}"

    return _CAPITALISED.sub(note, plain)


def spoken(tokens: Sequence[str], prompt: Prompt) -> str:
    """The reply that these output tokens say. Slots that the prompt lacks, and tokens of control, are passed over."""
    slots = {slot.token: slot for slot in prompt.slots}
    ink = _Evidence(prompt.evidence)
    line = _Line(ink)
    capital = False
    for piece in _words(tokens):
        if piece == CAPITAL:
            capital = True
        elif piece in slots:
            line.add(slots[piece].surface, slot=slots[piece], capital=capital)
            capital = False
        elif not (piece.startswith("[") and piece.endswith("]") and len(piece) > 2):
            line.add(piece, capital=capital)
            capital = False
    return with_articles(line.text())


def with_articles(text: str) -> str:
    """A text with "a" and "an" as the next word sounds: a value may stand there that was not chosen with its article."""
    return _A.sub(lambda match: f"{match[1]}n ", _AN.sub(lambda match: f"{match[1]} ", text))


def _words(tokens: Iterable[str]) -> list[str]:
    words: list[str] = []
    for token in tokens:
        if token.startswith("##") and len(token) > 2 and words and not words[-1].startswith("["):
            words[-1] += token[2:]
        else:
            words.append(token.removeprefix("##") if len(token) > 2 else token)
    return words


class _Evidence:
    """How the evidence writes a word, and whether it writes a mark between two words with spaces."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._whole = "\n".join(texts)
        self._lower = self._whole.lower()
        self._forms: Mapping[str, str] | None = None

    def form(self, word: str) -> str | None:
        """The word as the evidence writes it with capitals, where it does so inside a sentence, or at all when `word` is no plain word."""
        if self._forms is None:
            self._forms = dict(_forms(self._whole))
        return self._forms.get(word)

    def joins(self, left: str, mark: str, right: str) -> bool | None:
        """True: written together; False: with spaces on both sides; None: the evidence does not have it."""
        left, right = left.lower(), right.lower()
        if f"{left}{mark}{right}" in self._lower:
            return True
        return False if f"{left} {mark} {right}" in self._lower else None


def _forms(text: str) -> Iterable[tuple[str, str]]:
    """Words with capitals inside a sentence, or beyond their first letter: lower-cased, and as they are written."""
    for match in re.finditer(r"[^\W\d_]+", text):
        word = match[0]
        inner = len(word) > 1 and word[1:] != word[1:].lower()
        if inner or (word != word.lower() and not _OPENS.search(text[max(0, match.start() - 6) : match.start()])):
            yield word.lower(), word


@dataclass(slots=True)
class _Mark:
    """The last thing on the line."""

    text: str = ""
    slot: Slot | None = None
    glue: bool = True
    """Whether what follows is joined to it."""


class _Line:
    """A reply as it is put together, word by word."""

    def __init__(self, evidence: _Evidence) -> None:
        self._evidence = evidence
        self._items: list[tuple[str, Slot | None, bool]] = []

    def add(self, text: str, *, slot: Slot | None = None, capital: bool = False) -> None:
        self._items.append((text, slot, capital))

    def text(self) -> str:
        out, before, open_quotes = "", _Mark(), set[str]()
        for place, (word, slot, capital) in enumerate(self._items):
            after = self._items[place + 1][0] if place + 1 < len(self._items) else ""
            left, right = self._glue(word if slot is None else "", before, after, open_quotes)
            out += "" if left or before.glue else " "
            out += self._cased(word, slot, capital, _BEGINS.search(out) is not None)
            before = _Mark(word, slot, right)
        return out.strip()

    def _cased(self, word: str, slot: Slot | None, capital: bool, begins: bool) -> str:
        if slot is not None:
            word = slot.surface if capital or begins else _within(slot)
            return word[:1].upper() + word[1:] if begins and slot.kind in _SENTENCE_WORDS and word == word.lower() else word
        form = self._evidence.form(word) if capital or not _EMPHASISED.fullmatch(word) else None
        if form is not None and (capital or not begins or form[1:] != form[1:].lower()):
            return form
        return word[:1].upper() + word[1:] if capital or begins or word == "i" else word

    def _glue(self, mark: str, before: _Mark, after: str, open_quotes: set[str]) -> tuple[bool, bool]:
        """(joined to what is before, joined to what comes after)."""
        if before.slot is not None and before.slot.kind is Kind.NUMBER and mark.isalpha():
            times = mark == "x" and self._evidence.joins(before.text, mark, after) is True
            return times or (mark != "x" and self._evidence.joins(before.text, "", mark) is True), times
        if len(mark) != 1 or mark.isalnum():
            return False, False
        last = before.text
        if mark in _FLEXIBLE and last and after:
            together = self._evidence.joins(last, mark, after)
            if together is not None and (together or mark in "-/&+*:"):
                return together, together
        number = before.slot is not None and before.slot.kind in {Kind.NUMBER, Kind.CODE}
        if mark in "'\"":
            return _quoted(mark, last, after, number, open_quotes)
        if mark in _JOINING:
            return True, True
        if mark == "." and len(last) == 1 and last.isalpha() and len(after) == 1 and after.isalpha():
            return True, True
        if mark in _AFTER_WORD or (mark == "+" and number):
            return True, False
        return False, mark in _BEFORE_WORD


def _quoted(mark: str, last: str, after: str, number: bool, open_quotes: set[str]) -> tuple[bool, bool]:
    if mark == "'" and after in _CONTRACTED and last[-1:].isalnum():
        return True, True
    if number and mark not in open_quotes:
        return True, mark == "'" and (after[:1].isdigit() or after == "'")
    if mark == last == "'":
        return True, False
    if mark in open_quotes:
        open_quotes.discard(mark)
        return True, False
    if mark == "'" and last.endswith("s"):
        return True, False
    open_quotes.add(mark)
    return False, True


def _within(slot: Slot) -> str:
    """A slot's words inside a sentence: plain words lose the capitals of a title, or of a sentence that they began."""
    plain = slot.kind in _SENTENCE_WORDS and all(word[1:] == word[1:].lower() for word in slot.surface.split())
    return slot.surface.lower() if plain else slot.surface
