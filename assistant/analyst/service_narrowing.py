"""What a question about the service is narrowed down to besides its time: how customers came, which agent had them, what it was about.

Owns the words for that. What there is to narrow down to, agents and topics, comes from the store; a word that names none of them is left
for the room to refuse. Refuses to count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CHANNELS: Mapping[str, str] = {"web": "on our own page", "widget": "by the widget", "api": "by the API"}
"""The kinds of conversations, by the beginning of their ids, in words."""
_CHANNEL_WORDS = (
    ("widget", r"widget|chat bubble|bubble|shop pages"),
    ("api", r"api|app|apps"),
    ("web", r"own (?:web ?)?page|chat page|web ?page|web ?site|web"),
)
_BEFORE_CHANNEL = r"\b(?:(?:on|over|by|via|through|from|in|using|of) )?(?:the |our )?"
_BEFORE_AGENT = r"\b(?:(?:by|with|of|for|from|to|did|has|have|had) )?(?:agent |colleague )?"
_TOPIC = re.compile(r"\b(?:about|concerning|regarding|tagged(?: as)?|on the (?:topic|subject) of) (?:the |an? )?(?P<words>[\w' -]+)")
_ENDS = ("ies", "es", "s", "ing", "ed", "e", "y")


@dataclass(frozen=True, slots=True)
class Known:
    """What the store can be narrowed down to: agents as {what they are called: login}, and topics (intents and tags)."""

    agents: Mapping[str, str] = field(default_factory=dict)
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Among:
    """Which conversations are meant; empty fields leave out nothing. `topics` are intents and tags, any of which will do."""

    channel: str = ""
    agent: str = ""
    topics: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """As it is said in an answer, with a space before it; empty where nothing is narrowed down."""
        topics = [topic.replace("_", " ") for topic in self.topics]
        about = f" about {', '.join(topics[:-1])} or {topics[-1]}" if len(topics) > 1 else f" about {topics[0]}" if topics else ""
        return f"{about}{f' {CHANNELS[self.channel]}' if self.channel else ''}{f' with {self.agent}' if self.agent else ''}"

    @property
    def filters(self) -> dict[str, Any]:
        """As a receipt shows it."""
        given = {"channel": self.channel, "agent": self.agent, "topic": self.topics}
        return {name: value for name, value in given.items() if value}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Among:
        """From its `filters`, as a conversation's memory keeps them."""
        return cls(str(kept.get("channel", "")), str(kept.get("agent", "")), tuple(map(str, kept.get("topic", ()))))


def narrowed(said: str, known: Known, small: Iterable[str] = ()) -> tuple[Among, str]:
    """(what a message in small letters narrows down to, the message without those words). `small` are words that name nobody."""
    channel, said = _channel(said)
    agent, said = _agent(said, known.agents, frozenset(small))
    topics, said = _topics(said, known.topics)
    return Among(channel, agent, topics), said


def _channel(said: str) -> tuple[str, str]:
    for channel, words in _CHANNEL_WORDS:
        if match := re.search(rf"{_BEFORE_CHANNEL}(?:{words})\b", said):
            return channel, _without(said, match)
    return "", said


def _agent(said: str, agents: Mapping[str, str], small: frozenset[str]) -> tuple[str, str]:
    for called in sorted(agents, key=len, reverse=True):
        match = re.search(rf"{_BEFORE_AGENT}{re.escape(called.lower())}(?:'s?)?(?!\w)", said)
        if match and not set(called.lower().split()) <= small:
            return agents[called], _without(said, match)
    return "", said


def _topics(said: str, topics: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The topics that have all words after "about", as many of those as name any."""
    match = _TOPIC.search(said)
    words = match["words"].split() if match else []
    for count in range(len(words), 0, -1):
        asked = {_stem(word) for word in words[:count]}
        found = tuple(topic for topic in topics if asked <= {_stem(word) for word in re.split(r"[_\W]+", topic.lower())})
        if found and match:
            end = match.start("words") + len(" ".join(words[:count]))
            return found, f"{said[: match.start()]} {said[end:]}"
    return (), said


def _without(said: str, match: re.Match[str]) -> str:
    return f"{said[: match.start()]} {said[match.end() :]}"


def _stem(word: str) -> str:
    return next((word[: -len(end)] for end in _ENDS if word.endswith(end) and len(word) - len(end) >= 3), word)
