"""What counts as a yes or a no to what was repeated back, and what says more than that.

Owns consent: a plain yes to exactly the write that waits, a no to it, all called off; refuses to read what is wanted instead.
"""

from __future__ import annotations

import re

from assistant.shopper import cues, spelling
from assistant.shopper.orders.actions import KIND_OF, NAMES
from assistant.shopper.orders.requests import outright
from assistant.shopper.plan import Move, Plan, Sight
from assistant.shopper.state import DialogueState
from assistant.shopper.weighing import CURT

_SHORT_NO, _LONG_NO = 6, 10
"""Words up to which a no is only a no; longer where it calls off what is under way."""
_CALLED_OFF = re.compile(r"\b(?:leave|forget|cancel|stop|nothing|never|keep|don'?t|not now|later|changed my mind)\b", re.IGNORECASE)
_YES_LAST = re.compile(r"\b(?:yes|yep|yeah)\W*$", re.IGNORECASE)
_LEAVES_IT = re.compile(r"(?:^|[.?!,]\s*)(?:(?:ok|okay|then|well|so|ah|oh)\W+)*(?:leave|forget|skip|drop) (?:it|that)\W*$", re.IGNORECASE)
_INSTEAD = re.compile(r"\b(?:only|just|also|as well|plus|instead|rather|but|not the|use|to my|make it|i meant)\b", re.IGNORECASE)
_ASKS_OF_PENDING = re.compile(
    r"\bhow much (?:more|less|extra|do i|would i|will i|is (?:it|that)|(?:does|would|will) (?:it|that|this))\b|"
    r"\b(?:price )?difference\b.*\?|\bwho (?:pays|covers)\b|"
    r"\bwhat (?:would|will) i (?:pay|get)\b|\bwhat (?:will|would|does) (?:it|that|this|they|those) cost (?:me )?(?:extra|more|on top)\b|"
    r"\b(?:happens to|goes|go(?:ing)?) (?:with )?(?:the|my) money\b|\b(?:the|my) money (?:go|end up)\b|"
    r"^(?=.*\?).*\b(?:get|have|see|receive) (?:the|my) money\b|^\W*(?:how|when|where)\b.*\brefund\w*",
    re.IGNORECASE,
)
_TRAITS = ("option", "colour", "size", "material", "product")


def consent(sight: Sight, state: DialogueState) -> Plan | None:
    """The move for a yes or a no; None where a message is neither, or says more."""
    text = sight.understanding.text
    if state.pending is None:
        return _late_consent(sight, state, text) or _called_off(sight, state, text)
    named = {str(e.value).lstrip("#").upper() for e in sight.understanding.of_kind("order_id")}
    own = str(state.pending.arguments["order_id"]).lstrip("#").upper()
    if cues.agrees(text) and named <= {own} and not _names_another(text, state.pending.action):
        return Plan(Move.CONFIRM, why="explicit yes to what was repeated back")
    longest = _LONG_NO if _CALLED_OFF.search(text) else _SHORT_NO
    elsewhere = sight.ask is not None and sight.ask.write and bool(named - {own})
    if _ASKS_OF_PENDING.search(text) and not cues.agrees(text) and named <= {own}:
        return Plan(Move.CONTINUE, state.draft.action if state.draft else "", "asks about what was repeated back")
    new_address = state.draft is not None and state.draft.action == "address" and any(c.isdigit() for c in text)
    fewer = sight.of_order and state.draft is not None and len(state.draft.items) > 1  # "no, I keep the boots"
    if _YES_LAST.search(text) and not cues.agrees(text):  # "no reason needed? then yes" is neither
        return None
    if cues.declines(text) and not (amends(sight) or elsewhere or new_address or fewer) and len(text.split()) <= longest:
        return Plan(Move.DENY, why="no to what was repeated back")
    return None


def _called_off(sight: Sight, state: DialogueState, text: str) -> Plan | None:
    """A no to a request that is still being talked about: "wait, leave it"; not "don't need it any more", which is a reason."""
    begun = state.draft is not None or state.held is not None
    plain = spelling.plain(text)
    if (
        begun
        and (cues.LEAVES_AS_IS.search(plain) or _LEAVES_IT.search(plain))
        and not sight.understanding.of_kind("order_id", *_TRAITS)
        and not sight.of_order
    ):
        return Plan(Move.DENY, why="all is to stay as it is")
    under_way = state.held is not None or state.draft is not None or bool(state.either) or state.identifying
    if not under_way or sight.understanding.entities or sight.ask is not None or "?" in text:
        return None
    calls_off = cues.declines(text) and _CALLED_OFF.search(text) and len(text.split()) <= _LONG_NO and not amends(sight)
    return Plan(Move.DENY, why="calls off what was asked for") if calls_off else None


def _names_another(text: str, action: str) -> bool:
    """Whether a yes names another change than what was repeated back: "yes, cancel it", after a return was."""
    alike = {"modify", "exchange"}
    own = alike if KIND_OF[action] in alike else {KIND_OF[action]}
    named = outright(text)
    return bool(named & {"cancel", "return", "exchange"}) and not named & own


def _late_consent(sight: Sight, state: DialogueState, text: str) -> Plan | None:
    """A yes that names what was repeated back, after a question aside about the same order: "fine, yes, cancel it"."""
    aside, ask = state.aside, sight.ask
    if aside is None or ask is None or not ask.write or not cues.agrees(text) or NAMES.get(ask.topic) != aside.action:
        return None
    own = str(aside.arguments["order_id"]).lstrip("#").upper()
    named = {str(e.value).lstrip("#").upper() for e in sight.understanding.of_kind("order_id")}
    fresh = sight.understanding.of_kind("option", "payment_method", "reason", "product", "quantity")
    return Plan(Move.CONFIRM, why="explicit yes to what was repeated back before") if named <= {own} and not fresh else None


def amends(sight: Sight) -> bool:
    """Whether a no says what is wanted instead: "no, only the bicycle", "no, to my PayPal account"; not "no, just leave it"."""
    text = sight.understanding.text
    detail = sight.understanding.of_kind("option", "colour", "size", "material", "payment_method")
    return not _CALLED_OFF.search(text) and bool(detail or (_INSTEAD.search(text) and len(text.split()) > CURT))
