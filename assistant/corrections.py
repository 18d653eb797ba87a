"""What people correct: the one way in, for every task and every screen.

Owns masking, the check that the turn is there, and the audit entry. Knows no task's labels: whoever offers a choice checks it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from assistant.errors import BadQuestion, StoreError
from assistant.privacy import mask
from assistant.store import Store
from assistant.store.records import Correction

MOST_CHARACTERS = 4_000


def correct(
    store: Store, task: str, text: str, label: str, *, by: str, was: str = "", conversation_id: str | None = None, turn: int | None = None
) -> Correction:
    """Keeps that `text` means `label` for `task`, says `by`, where the model said `was`; it becomes training data.

    With `conversation_id` and `turn` the correction belongs to that turn, and is deleted with its conversation.

    Raises:
        BadQuestion: text or label is empty.
        StoreError: there is no such conversation or turn.
    """
    text, label = mask(text).strip()[:MOST_CHARACTERS], label.strip()
    if not text or not label:
        raise BadQuestion(f"A correction needs a text and a label; seen: {text!r} and {label!r}.", hint="Give both.")
    correction = Correction(task, text, label, was, by, datetime.now(UTC), conversation_id, turn)
    with store.transaction():
        if conversation_id is not None and not any(t.number == turn for t in store.conversations.turns(conversation_id)):
            raise StoreError(
                f"There is no turn {turn} in conversation {conversation_id!r}.", hint="It may have been swept; refresh the page."
            )
        store.corrections.add(correction)
        store.audit.append(by, f"{task}_corrected", conversation_id or "text", turn=turn, was=was, label=label)
    return correction
