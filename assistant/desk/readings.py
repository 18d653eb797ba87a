"""What the assistant understood of a customer's messages, shown to the agent, who may say what was meant instead.

Owns which messages are shown and the check of a choice; what is chosen becomes training data (see `assistant.corrections`). Changes
nothing in the conversation. Refuses to know about screens and models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.corrections import correct
from assistant.errors import BadQuestion, StoreError
from assistant.intents import Catalogue
from assistant.store import Store
from assistant.store.records import Correction, Turn
from assistant.types import Role, Understanding

TASK = "intent"
SHOWN = 3


class Understands(Protocol):
    """Says what a text means."""

    def understand(self, text: str, role: Role) -> Understanding: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of the customer as it was understood; once corrected, `intent` is the agent's word and `confidence` 1."""

    turn: int
    text: str
    intent: str
    confidence: float
    corrected: bool = False


class Readings:
    """How messages were understood, and what agents make of it.

    Args:
        reader: the understander that also answers; asked anew, so that what is shown is what a retrained model says.
    """

    def __init__(self, store: Store, reader: Understands, catalogue: Catalogue) -> None:
        self._store = store
        self._reader = reader
        self._choices = {intent.name: intent.description for intent in catalogue.of_role(Role.SHOPPER)}

    @property
    def choices(self) -> Mapping[str, str]:
        """The intents that a customer can have, with their descriptions, by name."""
        return self._choices

    def of(self, conversation: str, turns: Sequence[Turn], most: int = SHOWN) -> tuple[Heard, ...]:
        """The customer's last messages, the latest first."""
        said = [turn for turn in turns if turn.author == "customer" and turn.text.strip()][-most:]
        corrections = self._store.corrections.of_conversation(conversation, TASK) if said else {}
        return tuple(self._heard(turn, corrections.get(turn.number)) for turn in reversed(said))

    def correct(self, conversation: str, turn: int, intent: str, agent: str) -> Correction:
        """The agent says what the customer meant by that turn.

        Raises:
            BadQuestion: no customer has such an intent.
            StoreError: there is no such turn of the customer's.
        """
        if intent not in self._choices:
            raise BadQuestion(f"There is no intent {intent!r} that a customer can have.", hint="Choose one of the list.")
        said = next((t for t in self._store.conversations.turns(conversation) if t.number == turn and t.author == "customer"), None)
        if said is None:
            raise StoreError(f"Turn {turn} of conversation {conversation!r} is no message of the customer's.", hint="Refresh the page.")
        was = self._reader.understand(said.text, Role.SHOPPER).intent
        return correct(self._store, TASK, said.text, intent, by=agent, was=was, conversation_id=conversation, turn=turn)

    def _heard(self, turn: Turn, correction: Correction | None) -> Heard:
        if correction is not None:
            return Heard(turn.number, turn.text, correction.label, 1.0, corrected=True)
        read = self._reader.understand(turn.text, Role.SHOPPER)
        return Heard(turn.number, turn.text, read.intent, read.confidence)
