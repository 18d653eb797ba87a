"""A conversation in a few lines, in its own words: what was wanted, what was named, what was done, what was said last.

Extracts and never rephrases, so that nothing in it can be wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assistant.desk.replies import telling
from assistant.store.records import Turn

LONGEST = 160
_SAYS_NOTHING = frozenset({"unsure", "waiting_for_person", "contact_human_agent", ""})
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_NAMED = re.compile(r"#\w*\d\w*|\b[A-Z]{1,4}-?\d{4,}\b|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def summary(turns: Sequence[Turn]) -> str:
    """Up to five lines; empty where the customer has said nothing."""
    said = [turn.text for turn in turns if turn.author == "customer"]
    if not said:
        return ""
    wanted, last = _most_telling(said), said[-1]
    lines = [f"Wants: {_short(wanted)}"]
    if named := dict.fromkeys(match for text in said for match in _NAMED.findall(text)):
        lines.append(f"Named: {', '.join(named)}")
    if done := [action["name"].replace("_", " ") for turn in turns for action in (turn.answer or {}).get("actions", ())]:
        lines.append(f"Done: {', '.join(done)}")
    if passed := next((handoff for turn in reversed(turns) if (handoff := (turn.answer or {}).get("handoff"))), None):
        lines.append(f"Why: {passed['reason']}")
    if wanted not in last:
        lines.append(f"Last: {_short(last)}")
    return "\n".join(lines)


def _most_telling(said: Sequence[str]) -> str:
    """The sentence whose words come up most in all that was said; of equals, the first."""
    frequency = Counter(word for text in said for word in telling(text))
    sentences = [part.strip() for text in said for part in _SENTENCE.split(text) if part.strip()]
    return max(sentences, key=lambda sentence: sum(frequency[word] for word in set(telling(sentence))), default=said[0])


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else f"{flat[:LONGEST].rsplit(' ', 1)[0]} …"


def about(turns: Sequence[Turn]) -> str:
    """What the customer last wanted of the bot, as an intent's name; empty where it understood nothing."""
    intents = (str((turn.answer or {}).get("intent", "")) for turn in reversed(turns))
    return next((intent for intent in intents if intent not in _SAYS_NOTHING), "")
