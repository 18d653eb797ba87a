"""What the store keeps of the agents' work, as frozen values: who spoke when, notes, tags, macros, and what became of suggestions.

Knows no SQL and no file format; see `assistant.store.records` for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from assistant.store.records import Mode

Outcome: TypeAlias = Literal["accepted", "edited", "refused"]
"""What an agent did with a suggested reply: sent it as it was, sent it changed, or sent something else or nothing of it."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One change of who speaks to the customer. `by` is an account's name, or `customer`; `reason` is the kind of a `Handoff` where
    the bot gave up. It outlives the conversation, whose words it does not hold."""

    conversation_id: str
    at: datetime
    by: str
    event: str
    was: Mode
    now: Mode
    assignee: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Words of one agent to the others; the customer never sees them."""

    id: int
    conversation_id: str
    by: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnMacro:
    """A ready reply made or changed on the desk. One with the id of a shipped macro takes its place; `removed` hides it."""

    id: str
    title: str
    when: tuple[str, ...]
    text: str
    by: str
    at: datetime
    removed: bool = False


@dataclass(frozen=True, slots=True)
class UsedSuggestion:
    """A suggested reply and what the agent made of it. `message` is what the customer had said, `sources` are (kind, id).

    `turn` is the agent's turn that was sent, 0 where it was refused outright; `sent` is empty where it was refused; `edit_distance` in
    [0, 1] is Levenshtein's over the longer text's length, 1 where it was refused.
    """

    conversation_id: str
    turn: int
    message: str
    intent: str
    source: str
    source_id: str
    sources: tuple[tuple[str, str], ...]
    suggested: str
    sent: str
    outcome: Outcome
    edit_distance: float
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SettledGap:
    """An unanswered question that somebody has dealt with: `faq_id` is the entry that now answers it, empty where it was set aside."""

    conversation_id: str
    turn: int
    faq_id: str
    by: str
    at: datetime
