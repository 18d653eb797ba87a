"""Public support responses as pairs: what they tell becomes the evidence, in a brief and a full reply.

Owns the values put into `{{placeholders}}` and the choice of the sentences that answer. Refuses to know where the files lie.
A response opens with sympathy and ends in courtesies; only its sentences of substance are evidence, so that a reply learns to say them.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from finetune.replies import Pair
from finetune.responder_noise import content_words

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}")
_STEP = re.compile(r"(?:^|\n)\s*(?:\d+[.)]|[-*•])\s*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'{])|\n+")
_COURTESY = re.compile(
    r"\b(?:sorry|apolog\w+|understand|thank|appreciat\w+|grateful|happy to|glad|rest assured|delighted|pleasure|"
    r"don't hesitate|do not hesitate|feel free|"
    r"here to (?:help|assist)|let me know|frustrat\w+|i'm on it|on the same page|no worries|don't worry|assist you|certainly|absolutely|"
    r"here's (?:what|how|a)|follow these steps|your satisfaction|valued?)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:could|can|would|may|please) (?:i|you|kindly)?\s*(?:please )?(?:provide|share|specify|tell|give|let)\b", re.IGNORECASE
)


def support_pairs(path: Path, seed: int = 13) -> Iterator[Pair]:
    """A brief and, where the response holds enough, a full pair for each row that has two sentences of substance."""
    chooser = random.Random(f"support-{seed}")
    with path.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            values: dict[str, str] = {}
            response = _PLACEHOLDER.sub(lambda match: _value(match[1], values, chooser), row["response"])  # noqa: B023 - used at once
            message = _PLACEHOLDER.sub(lambda match: _value(match[1], values, chooser), row["instruction"])  # noqa: B023 - used at once
            yield from _pairs(message, row["intent"], response, chooser)


def _pairs(message: str, intent: str, response: str, chooser: random.Random) -> Iterator[Pair]:
    parts = [" ".join(part.split()) for part in _SENTENCE.split(_STEP.sub("\n", response))]
    told = [
        part
        for part in parts
        if 4 <= len(part.split()) <= 40 and part[-1:] in ".!" and not _COURTESY.search(part) and not _ASKS.search(part)
    ]
    if len(told) < 2:
        return
    chosen = _nearest(message, told, 2 if len(told) > 3 else 1)
    shown = told[:6] if set(chosen) <= set(told[:6]) else list(dict.fromkeys([*chosen, *told]))[:6]
    evidence = tuple(chooser.sample(shown, len(shown))) if chooser.random() < 0.3 else (" ".join(shown),)
    named = intent if chooser.random() < 0.7 else ""
    yield Pair(message, evidence, " ".join(chosen), "brief", named)
    full = _up_to([part for part in shown if part in told], words=60)
    if len(full) > len(chosen):
        yield Pair(message, tuple(shown), " ".join(full), "full", named)


def _nearest(message: str, told: Sequence[str], count: int) -> list[str]:
    """The sentences that share most with the message, in their order; of equals the earlier."""
    asked = content_words(message)
    ranked = sorted(range(len(told)), key=lambda i: (-len(asked & content_words(told[i])), i))[:count]
    return [told[i] for i in sorted(ranked)]


def _up_to(parts: Sequence[str], words: int) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if sum(len(sentence.split()) for sentence in (*kept, part)) > words:
            break
        kept.append(part)
    return kept


def _value(name: str, values: dict[str, str], chooser: random.Random) -> str:
    """The same placeholder has the same value in a row; names of buttons and pages stand for themselves."""
    if name not in values:
        values[name] = next((make(chooser) for key, make in _MAKERS.items() if key in name.lower()), name)
    return values[name]


def _phone(chooser: random.Random) -> str:
    return f"+{chooser.randint(1, 48)} {chooser.randint(100, 999)} {chooser.randint(1000, 9999)}"


_SHOPS = (
    "Harbour Lane",
    "Northlight Goods",
    "Fern & Co",
    "Oakmere",
    "The Corner Shop",
    "Bluewater Supplies",
    "Pinewood Market",
    "Tidal Home",
)
_MAKERS: Mapping[str, Callable[[random.Random], str]] = {
    "phone": _phone,
    "email": lambda chooser: f"{chooser.choice(('support', 'help', 'care'))}@{chooser.choice(_SHOPS).split()[0].lower()}.example.com",
    "url": lambda chooser: f"www.{chooser.choice(_SHOPS).split()[0].lower()}.example.com",
    "availability": lambda chooser: f"from {chooser.randint(7, 10)}:00 to {chooser.randint(16, 22)}:00",
    "hours": lambda chooser: f"from {chooser.randint(7, 10)}:00 to {chooser.randint(16, 22)}:00",
    "website name": lambda chooser: chooser.choice(_SHOPS),
    "company": lambda chooser: chooser.choice(_SHOPS),
    "store": lambda chooser: chooser.choice(_SHOPS),
    "number": lambda chooser: str(chooser.randint(10_000, 9_999_999)),
    "anonymized": lambda chooser: f"SO-{chooser.randint(10_000, 999_999)}",
}
