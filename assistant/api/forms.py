"""What goes in and out, as the OpenAPI document shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from pydantic import BaseModel, Field

from assistant.desk.handoff import AGENT_PREFIX
from assistant.store.records import Turn

MAX_TEXT = 4000


class Question(BaseModel):
    """One message. Send back the `conversation` of the last answer to go on with it."""

    text: str = Field(min_length=1, max_length=MAX_TEXT)
    conversation: str | None = Field(default=None, description="the token from the answer before; a new conversation without one")
    id: str = Field(default_factory=lambda: uuid4().hex, max_length=64, description="comes back with the answer")


class Reply(BaseModel):
    """An answer in the protocol's form, with the token that continues its conversation."""

    conversation: str
    id: str
    status: str
    text: str
    value: str | float | int | bool | None
    rows: list[dict[str, Any]]
    receipt: dict[str, Any] | None
    intent: str
    tool: str
    products: list[str]
    sources: list[dict[str, str]]
    actions: list[dict[str, Any]]
    choices: list[str]
    chart: dict[str, Any] | None
    unit: str
    row_unit: str
    latency_ms: float


class Said(BaseModel):
    """One thing that was said. `name` is the person's at the desk; `note` is the house's own word ("... has joined")."""

    number: int
    author: Literal["customer", "assistant", "person", "note"]
    name: str = ""
    text: str
    at: datetime
    products: list[str] = []
    choices: list[str] = []
    status: str = ""

    @classmethod
    def of(cls, turn: Turn, called: Callable[[str], str]) -> Said:
        """A stored turn, as its customer may see it; `called` gives the name that customers read for an agent's login."""
        answer = turn.answer or {}
        person = turn.author.startswith(AGENT_PREFIX)
        author: Any = "person" if person else {"customer": "customer", "bot": "assistant"}.get(turn.author, "note")
        return cls(
            number=turn.number,
            author=author,
            name=called(turn.author.removeprefix(AGENT_PREFIX)) if person else "",
            text=turn.text,
            at=turn.at,
            products=list(answer.get("products", ())),
            choices=list(answer.get("choices", ())),
            status=str(answer.get("status", "")),
        )


class Talk(BaseModel):
    """A conversation as its customer sees it: who speaks (`bot`, `waiting`, `agent`, `closed`), and what was said after a number."""

    conversation: str
    mode: str
    person: str = Field(default="", description="who at the desk has it, by the name that customers read")
    said: list[Said] = []
    taken_back: list[int] = Field(default=[], description="numbers of notes that no longer hold; take them off the screen")


class Found(BaseModel):
    """A product or an entry of the help pages that a search found."""

    id: str
    kind: str
    score: float
    text: str
    fields: dict[str, str | int | float | bool | None]


class Opinion(BaseModel):
    """What somebody thinks: a thumb on one answer (by the answer's `id` or turn number), or a score for the whole conversation."""

    conversation: str
    answer: str | None = Field(default=None, max_length=64, description="the `id` of the answer meant; the last one without")
    turn: int | None = Field(default=None, description="or its number")
    rating: Literal[1, -1] | None = None
    reason: str = Field(default="", max_length=500)
    score: int | None = Field(default=None, ge=1, le=5, description="of the whole conversation")
    words: str = Field(default="", max_length=500)


class Suggestion(BaseModel):
    """A reply that an agent might send, with where it comes from and how sure it is."""

    text: str
    source: str
    confidence: float


class Imported(BaseModel):
    """What an import changed, by kind; rejected rows are kept in the store's folder `rejects`, with reasons."""

    format: str
    file: str
    kinds: dict[str, dict[str, int]]
    rejected: int
    skipped: bool = Field(description="the same file was imported before and nothing has changed since")
    notices: list[str]
