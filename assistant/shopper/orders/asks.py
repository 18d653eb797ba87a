"""What a message asks of the order desk: which reading or which write, and whether it asks how things work in general.

Owns how changes (`requests`), questions (`questions`) and the classifier's label are weighed against one another: wording comes first,
the label where it is silent. Refuses to know orders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.shopper import cues, spelling
from assistant.shopper.orders import questions
from assistant.shopper.orders.requests import TRAITS, WRITES, requested, wants_refund, wishes_trait
from assistant.shopper.orders.scope import BY_INTENT, ORDERISH, in_general, orderish
from assistant.shopper.state import Held
from assistant.types import Understanding

_I = re.IGNORECASE
_ASKS_ABOUT = re.compile(r"^(?:\S+@\S+\W+)?\W*(?:is|are|was|were|does|did|which|what|where|when) ", _I)
_IS_THERE = re.compile(
    r"\b(?:is|are) there (?:still |also )?(?:an?|any|one|another)\b|\bdo you (?:also |still )?(?:have|do) (?:it|one|that|them|an?)\b", _I
)
"""A question for another variant of what one ordered; what can be had is offered, what cannot is told."""
_E_MAIL = re.compile(r"\be-?mail address(?:es)?\b", _I)
_OTHERWISE = re.compile(r"[a-z]\s*[:=]\s*\w|\b(?:better|too \w+|instead|rather|please|pls|plz)\b", _I)
"""What tells, beside an order's number and a trait, that the trait is wished for: "W1, lamp: blue"."""
_IN_THERE = re.compile(r"\b(?:in|of|from|inside) (?:it|there|that|them|those|(?:the|my|that|this) (?:\w+ )?(?:order|parcel|one))\b", _I)
_LEAST = 0.35
"""Confidence under which a change that no word asks for is not begun."""
_THEN = re.compile(r"\bthen\b|\bat least\b|\brather\b|\binstead\b", _I)
_MEANT = re.compile(r"\b(?:meant|rather|instead|chang\w*|switch\w*|put it|better)\b", _I)
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
_TOO = re.compile(r"^\W*(?:oh |ok |now )*(?:and|also|plus|then)\b|\b(?:too|as well|also)\W*(?:please|pls)?\W*$", _I)


@dataclass(frozen=True, slots=True)
class OrderAsk:
    """`topic` is a read or a write; `general` asks how it works rather than to have it done; `own` is about the account, not an order;
    `wanted` says that a refund is asked for and not just asked about, `of_item` that no more than an item is named ("and the lamp").
    """

    topic: str
    write: bool
    general: bool = False
    own: bool = False
    wanted: bool = False
    of_item: bool = False


def read_ask(understanding: Understanding, *, in_order: bool = False) -> OrderAsk | None:
    """What the message asks of the order desk, or None where it asks nothing of it.

    `in_order`: the last answer was about an order, so that "what's in it?" is about one too.
    """
    text = _E_MAIL.sub("e-mail", _DECIMAL.sub(",", spelling.mended(spelling.plain(understanding.text))))
    general = in_general(understanding, text)
    topic = requested(understanding, text, general=general, in_order=in_order)
    if topic:
        return OrderAsk(topic, write=True, general=general)
    if questions.by_price(text) and ((in_order and _IN_THERE.search(text)) or (understanding.of_kind("order_id") and "?" in text)):
        return OrderAsk("contents", write=False)
    elliptic = in_order and questions.goes_on(understanding, text)
    if not elliptic and not orderish(understanding, text) and not (in_order and cues.PAST.search(text)):
        return None
    reads = questions.readings(understanding, text)
    if not reads and in_order and questions.of_item(text):
        return OrderAsk("contents", write=False, of_item=True)
    topic = next(iter(reads), "") or BY_INTENT.get(understanding.intent, "")
    if not reads and topic.rstrip("!") in WRITES and understanding.confidence < _LEAST:  # too little to begin a change on
        topic = ""
    if topic in {"list", "count"} and understanding.of_kind("order_id"):
        topic = "contents"
    elif topic == "list" and understanding.of_kind("product") and questions.whereabouts(text):
        topic = "tracking"
    if not topic and understanding.of_kind("order_id") and "?" not in text and understanding.of_kind(*TRAITS) and not general:
        topic = "modify" if _OTHERWISE.search(text) or understanding.of_kind("payment_method") else ""
    if understanding.of_kind("order_id") and understanding.of_kind(*TRAITS) and _IS_THERE.search(text) and topic in ("", "status"):
        return OrderAsk("modify", write=True)
    if not topic:
        return OrderAsk("status", write=False) if understanding.of_kind("order_id") else None
    if topic.rstrip("!") in WRITES and topic != "address" and not (understanding.of_kind("order_id") or ORDERISH.search(text)):
        return None
    if topic.rstrip("!") in WRITES and (topic != "address") and _ASKS_ABOUT.match(text):  # the classifier's guess only, and a question
        return OrderAsk("contents", write=False)
    if (topic in WRITES and topic != "address") or topic.endswith("!"):
        return OrderAsk(topic.rstrip("!"), write=True, general=general)
    own = questions.own_address(text) and topic == "address"
    wanted = topic == "refund" and (wants_refund(text) or questions.wishes_refund(text))
    return OrderAsk(topic, write=False, general=general, own=own, wanted=wanted)


def read_on(understanding: Understanding, asked: Held | None) -> OrderAsk | None:
    """What was asked for last, asked for another item of the same order: "and the kettle in black too"; else None.

    With a trait it is a change of that item, also after a refusal: "then the kettle in black at least".
    """
    text = spelling.plain(understanding.text)
    other = bool(understanding.of_kind(*TRAITS)) and (wishes_trait(understanding, text) or ("?" not in text and bool(_THEN.search(text))))
    before = read_ask(asked.understanding(), in_order=True) if asked is not None else None
    if before is not None and before.topic == "payment" and understanding.of_kind("payment_method"):
        return before if _MEANT.search(text) else None
    if asked is None or not (other or ("?" not in text and _TOO.search(text))):
        return None
    if before is None or not before.write or before.topic not in ("return", "exchange", "modify"):
        return None
    return OrderAsk("modify", write=True) if other and before.topic == "return" else before
