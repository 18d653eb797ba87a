"""What a text speaks of and how it feels about each: fit, quality, price, delivery and so on.

Owns the aspects (`aspects.toml`, and a shop's own file of the same form) and finding their words; how a clause feels is told by
`assistant.models.sentiment`. Knows no store and no question.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.errors import BadSettings
from assistant.models.sentiment import CloseReading, Sentiment, sentences

ASPECTS_FILE = Path(__file__).parent / "aspects.toml"

_CLAUSE_END = re.compile(
    r"[,;:()]|\s[-–—]+\s|\.\.+|\b(?:but|however|although|though|yet|except|whereas|while|unfortunately|sadly|otherwise)\b", re.IGNORECASE
)
LEAST_CLAUSE = 3
"""Words under which a clause says too little by itself and is read with the one before."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """Something that reviews speak of. `name` is for people, `words` finds its terms in a text."""

    id: str
    name: str
    words: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one sentence of a text says of an aspect: `word` as it stands there, the sentence's and the clause's places, the feeling."""

    aspect: str
    word: str
    sentence: tuple[int, int]
    clause: tuple[int, int]
    feeling: Sentiment


@cache
def load_aspects(path: Path = ASPECTS_FILE) -> Mapping[str, Aspect]:
    """Aspects by their ids.

    Raises:
        BadSettings: the file is absent or malformed.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return {id: Aspect(id, str(block["name"]), _pattern(block["terms"])) for id, block in content.items()}
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BadSettings(f"{path} holds no aspects: {error}.", hint="A block an aspect, with `name` and `terms`.") from error


def opinions(reading: CloseReading, aspects: Mapping[str, Aspect] | None = None) -> list[Opinion]:
    """What the text says of each aspect, each aspect at most once a sentence."""
    known, text = aspects or load_aspects(), reading.text
    found = []
    for start, end in sentences(text):
        for aspect in known.values():
            match = aspect.words.search(text, start, end)
            if match:
                clause = clause_around(text, match.start(), match.end(), (start, end))
                found.append(Opinion(aspect.id, match.group(), (start, end), clause, reading.part(*clause)))
    return found


def clause_around(text: str, start: int, end: int, sentence: tuple[int, int] | None = None) -> tuple[int, int]:
    """The place of the clause around the part [start, end) of `text`, within its sentence."""
    first, last = sentence or next((place for place in sentences(text) if place[0] <= start < place[1]), (0, len(text)))
    cuts = [match.start() for match in _CLAUSE_END.finditer(text, first, last)]
    before = [cut for cut in cuts if cut <= start]
    after = [cut for cut in cuts if cut >= end]
    left, right = (before[-1] if before else first), (after[0] if after else last)
    if len(text[left:right].split()) < LEAST_CLAUSE:
        left = before[-2] if len(before) > 1 else first
    return left, right


def _pattern(terms: list[str]) -> re.Pattern[str]:
    ordered = sorted({term.strip() for term in terms if term.strip()}, key=lambda term: (-len(term), term))
    return re.compile(r"\b(?:" + "|".join(re.escape(term) for term in ordered) + r")(?:s|es)?\b", re.IGNORECASE)
