"""What agents make of suggested replies: sent as they were, sent changed, or not at all. Kept as training data for the responder.

Owns which suggestion a sent text is taken to come from, and how far it was changed. Refuses to know how suggestions are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from rapidfuzz.distance import Levenshtein

from assistant.privacy import mask
from assistant.store import Store
from assistant.store.desk_records import Outcome, UsedSuggestion
from assistant.types import Source

LIKE = 0.3
"""A text that nobody inserted comes from a suggestion if no more of it differs: agents retype and paste."""
REWRITTEN = 0.7
"""An inserted suggestion of which more was changed was not used."""


class Suggested(Protocol):
    """A suggestion as it was shown."""

    @property
    def text(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def source_id(self) -> str: ...
    @property
    def sources(self) -> tuple[Source, ...]: ...


def distance(suggested: str, sent: str) -> float:
    """Levenshtein's distance over the longer text's length, in [0, 1]; differences of spacing count for nothing."""
    return float(Levenshtein.normalized_distance(" ".join(suggested.split()), " ".join(sent.split())))


def keep_sent(
    store: Store,
    conversation: str,
    asked: tuple[str, str],
    shown: Sequence[Suggested],
    sent: tuple[int, str],
    by: str,
    inserted: int | None = None,
) -> None:
    """Keep, of the suggestions shown when an agent wrote, which one was used and that the others were not.

    Args:
        asked: what the customer had said, and its intent.
        sent: the agent's turn, and its text.
        inserted: the place of the one that was put into the box.
    """
    if not shown:
        return
    turn, text = sent
    far = [distance(suggestion.text, text) for suggestion in shown]
    best = inserted if inserted is not None and inserted < len(shown) else min(range(len(shown)), key=far.__getitem__)
    used = far[best] <= (REWRITTEN if best == inserted else LIKE)
    for place, suggestion in enumerate(shown):
        chosen = used and place == best
        outcome: Outcome = ("accepted" if far[place] == 0 else "edited") if chosen else "refused"
        _keep(store, conversation, asked, suggestion, (turn, text if chosen else ""), (outcome, far[place] if chosen else 1.0), by)
        if chosen and suggestion.source == "macro":
            store.macros.count_use(suggestion.source_id)


def keep_refused(store: Store, conversation: str, asked: tuple[str, str], suggestion: Suggested, by: str) -> None:
    """Keep that an agent waved a suggestion away."""
    _keep(store, conversation, asked, suggestion, (0, ""), ("refused", 1.0), by)


def _keep(
    store: Store,
    conversation: str,
    asked: tuple[str, str],
    suggestion: Suggested,
    sent: tuple[int, str],
    outcome: tuple[Outcome, float],
    by: str,
) -> None:
    store.suggestions.add(
        UsedSuggestion(
            conversation,
            sent[0],
            mask(asked[0]),
            asked[1],
            suggestion.source,
            suggestion.source_id,
            tuple((source.kind, source.id) for source in suggestion.sources),
            suggestion.text,
            sent[1],
            outcome[0],
            outcome[1],
            by,
            datetime.now(UTC),
        )
    )
