"""More training texts from the ones there are: typing errors, dropped words, synonyms. Seeded; the originals stay.

Owns small lists of everyday words; refuses to know labels beyond carrying them along.
"""

from __future__ import annotations

import random
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from finetune.data import Labelled

_FILLERS = ("please", "hey", "hi,", "hello,", "so", "well,", "ok,", "um", "quick question:", "sorry,", "thanks")


def augmented(data: Labelled, copies: int, seed: int = 13) -> Labelled:
    """`data` and, after it, `copies` altered versions of each text."""
    chooser = random.Random(seed)
    texts, labels = list(data.texts), list(data.labels)
    for _ in range(copies):
        texts += [altered(text, chooser) for text in data.texts]
        labels += data.labels
    return Labelled(tuple(texts), tuple(labels), data.notes)


def altered(text: str, chooser: random.Random) -> str:
    """One altered version: one or two of the ways below, chosen at random."""
    for way in chooser.sample(_WAYS, k=chooser.choice((1, 1, 2))):
        text = way(text, chooser) or text
    return text


def typos(text: str, chooser: random.Random) -> str:
    """One or two slips of the finger: a neighbouring key, a swap, a dropped or a doubled letter."""
    letters = list(text)
    for _ in range(1 + (len(letters) > 30)):
        places = [i for i, letter in enumerate(letters[:-1]) if letter.isalpha()]
        if places:
            _slip(letters, chooser.choice(places), chooser)
    return "".join(letters)


def _slip(letters: list[str], place: int, chooser: random.Random) -> None:
    kind = chooser.randrange(4)
    if kind == 0:
        letters[place] = chooser.choice(_neighbours().get(letters[place].lower(), letters[place]))
    elif kind == 1:
        letters[place], letters[place + 1] = letters[place + 1], letters[place]
    elif kind == 2:
        letters[place] = ""
    else:
        letters[place] *= 2


def without_a_word(text: str, chooser: random.Random) -> str:
    """Drops one word of four or more."""
    words = text.split()
    if len(words) >= 4:
        del words[chooser.randrange(len(words))]
    return " ".join(words)


def synonyms(text: str, chooser: random.Random) -> str:
    """Replaces up to two words or phrases by others that mean the same."""
    fitting = [(pattern, others) for pattern, others in _swaps() if pattern.search(text)]
    for pattern, others in chooser.sample(fitting, k=min(2, len(fitting))):
        text = pattern.sub(chooser.choice(others), text, count=1)
    return text


def casual(text: str, chooser: random.Random) -> str:
    """As typed in haste: no capitals, no punctuation, or all capitals, or a filler before or after."""
    kind = chooser.randrange(5)
    if kind == 0:
        return text.lower().rstrip("?.!")
    if kind == 1:
        return re.sub(r"[^\w\s#@$€£.%-]", "", text).lower()
    if kind == 2:
        return text.upper() if chooser.random() < 0.3 else text.lower()
    filler = chooser.choice(_FILLERS)
    return f"{filler} {text}" if kind == 3 else f"{text} {filler.rstrip(',:')}"


_WAYS = (typos, without_a_word, synonyms, casual)


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _neighbours() -> dict[str, str]:
    neighbours: dict[str, str] = _content()["neighbours"]
    return neighbours


@cache
def _swaps() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """Each word or phrase as a pattern, with what may stand in its place."""
    groups: list[list[str]] = _content()["words"]["synonyms"]
    pairs = ((word, tuple(other for other in group if other != word)) for group in groups for word in group)
    return tuple((re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE), others) for word, others in pairs)
