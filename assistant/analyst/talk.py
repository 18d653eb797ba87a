"""What customers write to the shop about: topics of their messages, named by their own words, and which of them are new.

Owns the small grammar of that question and its answer. Messages come from whoever has them and stay there: only their embeddings are
remembered, by a digest. What could tell who wrote (figures, addresses, names) is never quoted.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any, TypeAlias

import numpy as np

from assistant.analyst.periods import PeriodGrammar
from assistant.analyst.question import Period
from assistant.analyst.tools.topics import QUOTED, grown, quote_of
from assistant.analyst.wording import percent
from assistant.models.readings import digest_of_text
from assistant.models.topics import LEAST, Topic, topics_of
from assistant.types import Answer, Receipt, Row, Status
from retrieval.types import Vector

MOST = 600
"""Messages that are looked at, the newest: what is read while somebody waits."""
FEWEST_WORDS = 3
"""Shorter messages ("yes please", "thanks") are about nothing by themselves."""
DEFINITION = (
    "customers' messages of three words or more, grouped by the likeness of their embeddings and named by the words that set a group "
    "apart; one topic a message"
)
Encode: TypeAlias = Callable[[Sequence[str]], Vector]

_THEY = r"(?:customers?|shoppers?|people|buyers?|users?|they)"
_TALK = (
    r"(?:(?:support|customers?|shoppers?|chat|service)(?:'s?|s')? )?"
    r"(?:messages?|conversations?|chats?|questions|requests|enquiries|inquiries|tickets)"
)
_ASKED = re.compile(
    rf"\bwhat (?:are|were) (?:the |our |all )?{_TALK} (?:mostly |mainly )?about\b"
    rf"|\bwhat (?:do|did|are) {_THEY} (?:mostly |mainly |usually )?"
    r"(?:(?:writ(?:e|ing)|talk(?:ing)?|chat(?:ting)?|turn(?:ing)?) to (?:us|support|the (?:bot|shop|assistant))"
    r"|contact(?:ing)? (?:us|support)|ask(?:ing)?(?: us| support| the (?:bot|shop|assistant))?)(?: (?:about|for|with))?"
    rf"|\bwhy (?:do|did|are) {_THEY} (?:contact(?:ing)?|writ(?:e|ing) to) (?:us|support)\b"
    rf"|\b(?:new |main |top |common |frequent |recurring )?(?:topics?|themes?|subjects?) (?:of|in|from|among) (?:the |our |all )?{_TALK}\b"
)
_SMALL = frozenset("what are is the our main in of for on during since last this and new please show me most mostly over time".split())  # noqa: SIM905
_WORD = re.compile(r"[^\W\d_]+")
_TELLING = re.compile(r"[\d@]|https?:|(?<=[a-z,] )[A-Z][a-z]")
"""Figures, addresses, and what may be a name."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a customer."""

    text: str
    day: date | None


class TalkRoom:
    """Answers what customers write about. Safe to use from several threads.

    Args:
        messages: the customers' messages of a span of days (None: all), the newest last.
        encode: texts to unit vectors.
        now: the time, with its offset; the machine's own by default.
    """

    def __init__(
        self,
        messages: Callable[[Period | None], Sequence[Message]],
        encode: Encode,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._messages, self._encode, self._now = messages, encode, now
        self._known: OrderedDict[str, Vector] = OrderedDict()
        self._lock = Lock()

    def reply(self, text: str, memory: Mapping[str, Any]) -> tuple[Answer, Mapping[str, Any]] | None:
        """The answer and the memory after it; None where the message is about something else."""
        said = " ".join(text.lower().replace("’", "'").split()).strip(" ?!.")
        asked = _ASKED.search(said)
        if asked is None or re.search(r"\breviews?\b", said):
            return None
        today = self._now().date()
        rest = f"{said[: asked.start()]} {said[asked.end() :]}"
        found = PeriodGrammar(date(today.year - 10, 1, 1), today).find(rest)
        bare = "".join(" " if any(f.start <= n < f.end for f in found) else sign for n, sign in enumerate(rest))
        left = [word for word in _WORD.findall(bare) if word not in _SMALL]
        if left or len(found) > 1:
            narrowed = f" by “{' '.join(left)}”" if left else " to several times at once"
            text = f"I can tell what customers write about over any time, but cannot narrow that down{narrowed}."
            return Answer(Status.CLARIFY, text, intent="talk", tool="talk", choices=("What do customers write to us about?",)), memory
        return self.answer(found[0].period if found else None), memory

    def answer(self, period: Period | None) -> Answer:
        """The topics of a span of whole days, or of all that is kept, with the receipt."""
        written = [one for one in self._messages(period) if len(one.text.split()) >= FEWEST_WORDS]
        looked, when = written[-MOST:], f" in {period.title}" if period else ""
        if len(looked) < LEAST:
            text = f"{len(looked)} messages of customers{when} are too few to tell topics; it takes {LEAST}."
            return Answer(Status.DECLINED, text, intent="talk", tool="talk")
        found = topics_of([one.text for one in looked], self._embedded([one.text for one in looked]))
        told = "; ".join(f"“{topic.name}” {percent(len(topic.members) / len(looked))}" for topic in found)
        quotes = [_quoted(looked, topic) for topic in found[:QUOTED] if topic.words]
        days = [one.day for one in looked if one.day is not None]
        span = (period.first if period else min(days, default=None), period.last if period else max(days, default=None))
        notes = list(grown(looked, found))
        if len(written) > len(looked):
            notes.append(f"The newest {len(looked)} of {len(written):,} messages were looked at.")
        text = f"What customers write about{when}, by {len(looked):,} of their messages: {told}."
        return Answer(
            Status.ANSWERED,
            " ".join([text, *filter(None, quotes), *notes]),
            rows=tuple(Row(topic.name, len(topic.members)) for topic in found),
            receipt=Receipt("topics of messages", DEFINITION, {}, span, len(looked), self._now(), "the customers' turns of conversations"),
            unit="count",
            intent="talk",
            tool="talk",
        )

    def _embedded(self, texts: Sequence[str]) -> Vector:
        """(n, dimension), those seen before from memory."""
        keys = [digest_of_text(text) for text in texts]
        with self._lock:
            known = {key: self._known[key] for key in keys if key in self._known}
        fresh = [n for n, key in enumerate(keys) if key not in known]
        if fresh:
            known |= {keys[n]: vector for n, vector in zip(fresh, self._encode([texts[n] for n in fresh]), strict=True)}
        with self._lock:
            self._known.update(known)
            while len(self._known) > 4 * MOST:
                self._known.popitem(last=False)
        return np.stack([known[key] for key in keys])


def _quoted(looked: Sequence[Message], topic: Topic) -> str:
    """A typical message that does not tell who wrote it, under the topic's first word; empty where each of them might."""
    plain = tuple(place for place in topic.members[:20] if not _TELLING.search(looked[place].text))
    return f"{topic.words[0].capitalize()}: “{quote_of(looked, Topic(topic.words, plain))}”" if plain else ""
