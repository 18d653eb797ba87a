"""Thumbs on answers and verdicts on conversations, as they are kept: checked, masked, cut to length.

Owns what is acceptable; knows neither screens nor HTTP.
"""

from __future__ import annotations

from datetime import UTC, datetime

from assistant.privacy import mask
from assistant.store import Store
from assistant.store.records import Feedback, Satisfaction

LONGEST = 500


def keep_rating(store: Store, conversation_id: str, turn: object, rating: object, reason: str = "") -> bool:
    """Keep a thumb (+1 or -1) on a bot's turn of this conversation; anything else is ignored, and False."""
    turns = {t.number for t in store.conversations.turns(conversation_id) if t.author == "bot"}
    if not isinstance(turn, int) or turn not in turns or not isinstance(rating, int) or rating not in (1, -1):
        return False
    store.feedback.add(Feedback(conversation_id, turn, rating, mask(reason)[:LONGEST], datetime.now(UTC)))
    return True


def keep_verdict(store: Store, conversation_id: str, score: object, words: str = "") -> bool:
    """Keep what was said of the whole conversation; anything but a score from 1 to 5 is ignored, and False."""
    if not isinstance(score, int) or score not in (1, 2, 3, 4, 5) or store.conversations.get(conversation_id) is None:
        return False
    store.satisfaction.save(Satisfaction(conversation_id, score, mask(words.strip())[:LONGEST], datetime.now(UTC)))
    return True
