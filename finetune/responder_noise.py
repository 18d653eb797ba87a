"""Exercises made of plain text, from which a network learns to find a sentence in its evidence, copy it, and mend it.

Owns the noise; knows neither tokens nor networks. Every exercise is a `Pair` like those of real data: a message, evidence, a reply.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence

from finetune.replies import Pair

_STOP = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by do does did for from had has have he her his i if in into is it its just like me my "
        "no nor not of on or our she so than that the their them then there these they this those to too very was we were will with would "
        "you your am can could also all",
    )
)
GAP = "_"
"""Stands for words that were taken out."""

_CUES = (
    "{}?", "what about the {}?", "tell me about {}", "does it say anything about {}?", "is there anything on {}?", "{}",
    "can you tell me about the {}?", "how is the {}?", "what is said of {}?",
)  # fmt: skip
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")


def sentences(text: str, least: int = 4, most: int = 32) -> list[str]:
    """The sentences of a text that have `least` to `most` words."""
    found = [" ".join(part.split()) for part in _SENTENCE_END.split(text)]
    return [part for part in found if least <= len(part.split()) <= most]


def exercises(texts: Sequence[Sequence[str]], asked: Sequence[tuple[str, str]], count: int, seed: int | str) -> Iterator[Pair]:
    """`count` exercises, always the same for a seed.

    `texts`: the sentences of each text; `asked`: real questions with a passage that may answer them, of which the first sentence is copied.
    """
    chooser = random.Random(f"exercises-{seed}")
    whole = [text for text in texts if text]
    for _ in range(count):
        draw = chooser.random()
        if draw < 0.25 and asked:
            question, passage = chooser.choice(asked)
            parts = sentences(passage, least=2, most=40)
            if parts:
                yield Pair(question, (_noised(passage, chooser) if chooser.random() < 0.3 else " ".join(parts[:2]),), parts[0], "full")
                continue
        text = chooser.choice(whole)
        yield _found(text, whole, chooser) if draw < 0.6 else _mended(text, chooser)


def _found(text: Sequence[str], texts: Sequence[Sequence[str]], chooser: random.Random) -> Pair:
    """A cue of a few words, evidence in which one sentence has them; the reply is that sentence."""
    sentence = chooser.choice(text)
    near = list(text) if chooser.random() < 0.6 else [sentence, *chooser.choice(texts)]
    near = chooser.sample(near, min(len(near), chooser.choice((1, 2, 3))))
    facts = near if sentence in near else [*near[1:], sentence]
    chooser.shuffle(facts)
    evidence = tuple(facts) if chooser.random() < 0.5 else (" ".join(facts),)
    return Pair(cue(sentence, chooser), evidence, sentence, "full")


def _mended(text: Sequence[str], chooser: random.Random) -> Pair:
    """Evidence with words lost, moved or added; the reply is the sentence as it was."""
    start = chooser.randrange(len(text))
    sentence = text[start]
    return Pair(cue(sentence, chooser) if chooser.random() < 0.5 else "", (_noised(sentence, chooser),), sentence, "full")


def content_words(text: str) -> set[str]:
    """The words of a text, lower-cased, that are no stop words."""
    return {word for word in re.findall(r"[^\W\d_]{3,}", text.lower()) if word not in _STOP}


def cue(sentence: str, chooser: random.Random) -> str:
    """A short question that names one to three of the sentence's content words."""
    content = [word for word in re.findall(r"[^\W\d_]{3,}", sentence) if word.lower() not in _STOP]
    if not content:
        return ""
    words = [word for word in content if chooser.random() < 0.35][:3] or [chooser.choice(content)]
    return chooser.choice(_CUES).format(" ".join(words).lower())


def _noised(sentence: str, chooser: random.Random) -> str:
    words = sentence.split()
    way = chooser.random()
    if way < 0.45:
        words = [word for word in words if word.lower().strip(".,!?") not in _STOP or chooser.random() < 0.4]
    elif way < 0.8:
        words = list(_masked(words, chooser))
    words = _jostled(words, chooser) if chooser.random() < 0.5 else words
    return " ".join(words) or sentence


def _masked(words: Sequence[str], chooser: random.Random) -> Iterator[str]:
    """Spans of one to three words give way to one mask, about a quarter of the words; values stay, since a reply may not invent them."""
    hidden = 0
    for word in words:
        if hidden == 0 and chooser.random() < 0.12 and word.isalpha():
            hidden = chooser.choice((1, 2, 3))
            yield GAP
        if hidden and word.strip(".,!?'\"").isalpha():
            hidden -= 1
            continue
        hidden = 0
        yield word


def _jostled(words: Iterable[str], chooser: random.Random) -> list[str]:
    """Each word moves by up to two places."""
    return [
        word for _, word in sorted(((place + chooser.random() * 2.5, word) for place, word in enumerate(words)), key=lambda item: item[0])
    ]
