"""What shoppers think of it: a thumb with its reason, and one question when a conversation has ended.

Owns the widgets' HTML and what is kept of what they send; refuses to know about Gradio.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from assistant import feedback
from assistant.config import Settings
from assistant.feedback import LONGEST
from assistant.shopper.lines import line
from assistant.store.records import Conversation, Mode, Satisfaction, Turn

if TYPE_CHECKING:
    from assistant.store import Store

REASONS = ("Wrong", "Not what I asked", "Unclear", "Too long", "Something missing")
"""Why an answer was no help, to click."""
_ENDS = frozenset({"goodbye"})
_THUMBS = Markup(
    '<span class="sc-thumbs"><button type="button" data-rate="1" data-turn="{0}" aria-label="Helpful" title="Helpful" aria-pressed="{3}">'
    '{1}</button><button type="button" data-rate="-1" data-turn="{0}" aria-label="Not helpful" title="Not helpful" aria-pressed="{4}">'
    "{2}</button></span>"
)
_WHY = Markup('<span class="sc-why" data-turn="{}" role="group" aria-label="What was wrong with it?" hidden>{}</span>')
_VERDICT = Markup(
    '<form class="sc-verdict" data-verdict><fieldset><legend>{}</legend><span class="sc-scores">{}</span>'
    '<span class="sc-ends" aria-hidden="true"><small>{}</small><small>{}</small></span></fieldset>'
    '<label><span>{}</span><input name="words" maxlength="{}" autocomplete="off"></label><button type="submit">{}</button></form>'
)
_BEST = 5


def thumbs(turn: int, up: Markup, down: Markup, rating: int) -> Markup:
    """The two thumbs of a turn, the pressed one marked, and the reasons that a thumb down opens."""
    pressed = ["true" if rating == value else "false" for value in (1, -1)]
    reasons = Markup("").join(
        Markup('<button type="button" data-why="{0}" data-turn="{1}">{0}</button>').format(reason, turn) for reason in REASONS
    )
    return _THUMBS.format(turn, up, down, *pressed) + _WHY.format(turn, reasons)


def verdict_form(settings: Settings, conversation: Conversation | None, turns: Sequence[Turn], given: Satisfaction | None) -> Markup:
    """The question how it was, in the shop's words, once the conversation has ended; thanks where it is answered."""
    if conversation is None or not _ended(conversation, turns):
        return Markup("")
    if given is not None:
        return Markup('<p class="sc-note">{}</p>').format(line("verdict_thanks", settings))
    names = [line(f"verdict_{score}", settings) for score in range(1, _BEST + 1)]
    scores = Markup("").join(
        Markup('<label title="{0}"><input type="radio" name="score" value="{1}" required><span>{1}</span></label>').format(name, score)
        for score, name in enumerate(names, start=1)
    )
    ask, words, send = (line(name, settings) for name in ("verdict", "verdict_words", "verdict_send"))
    return _VERDICT.format(ask, scores, names[0], names[-1], words, LONGEST, send)


def ratings(store: Store, conversation_id: str) -> Mapping[int, int]:
    """The last thumb of each rated turn."""
    return {f.turn: f.rating for f in store.feedback.of_conversation(conversation_id)}


def keep_rating(store: Store, conversation_id: str, data: Any) -> None:
    """Store a thumb on a turn, with its reason, if it is a bot's turn of this conversation; anything else is ignored."""
    feedback.keep_rating(store, conversation_id, data.get("turn"), data.get("rating"), str(data.get("reason") or ""))


def keep_verdict(store: Store, conversation_id: str, data: Any) -> None:
    """Store what was said of the whole conversation; anything but a score from 1 to 5 is ignored."""
    feedback.keep_verdict(store, conversation_id, data.get("score"), str(data.get("words") or ""))


def _ended(conversation: Conversation, turns: Sequence[Turn]) -> bool:
    last = next((turn.answer for turn in reversed(turns) if turn.author == "bot"), None)
    return conversation.mode is Mode.CLOSED or (conversation.mode is Mode.BOT and (last or {}).get("intent") in _ENDS)
