"""Whether a message speaks of orders at all, of one of the writer's own or of how things work in general.

Owns the words that tell an order from goods and a rule from a request; refuses to read what is asked of the order.
"""

from __future__ import annotations

import re

from assistant.shopper import cues
from assistant.types import Understanding

_I = re.IGNORECASE
_POLICY_WORD = re.compile(
    r"\b(?:polic(?:y|ies)|fees?|penalt(?:y|ies)|rules?|terms|allowed to|deadline|window|in general|usually|normally)\b", _I
)
ORDERISH = re.compile(
    r"\b(?:my|the|this|that|an?|last|latest|recent|first|pending|delivered|"
    r"#?w\d{5,})\s*(?:\w+\s+){0,2}(?:orders?|purchases?|parcels?|packages?|shipments?|deliver(?:y|ies))\b|"
    r"\bi(?:'?ve| have)? (?:ordered|bought|purchased|received|paid|returned)\b|\bgift\s?card balance\b|"
    r"\bgift\s?card (?:that )?i(?:'ve| have)\b|"
    r"\bbalance (?:of|on|left)\b|^\W*(?:my )?(?:gift ?card )?balance\W*$|\bthe status\b|"
    r"\b(?:anything|something) (?:still |else |left |at all )*(?:open|pending|outstanding|on order|under ?way|to come)\b|"
    r"\bof mine\b|\bmoney (?:left )?on (?:the|my)\b|\b(?:did|have) i (?:ever |"
    r"just )?(?:order|buy|purchase|ordered|bought)\b|"
    r"\bon file\b|\bwhere (?:do |did )?i live\b|\b(?:list|show|see) (?:me )?mine\b|\bgift one\b|"
    r"\bmy (?:account|profile|gift\s?card|address|payment|refund|items?|money)\b|\bmy (?:\w+ )?(?:pending|"
    r"delivered)\b|\border (?:number|id|status|history|no)\b|\btracking\b|\byou (?:have|hold|keep|store|got) (?:of|for|about|on) me\b",
    _I,
)
BY_INTENT = {
    "track_order": "tracking",
    "order_status": "status",
    "order_contents": "contents",
    "order_list": "list",
    "payment_info": "paid_with",
    "track_refund": "refund",
    "cancel_order": "cancel",
    "change_order": "modify",
    "change_shipping_address": "address!",
    "modify_items": "modify",
    "return_items": "return",
    "exchange_items": "exchange",
    "change_payment": "payment",
    "get_refund": "refund",
}
_OPENING = re.compile(
    r"^\W*(?:(?:hi|hiya|hello|hey|good (?:morning|day|afternoon|evening)|please|so|ok|okay|and|thanks?|well|um+)\b\W*)*", _I
)
_WHERE_I_LIVE = re.compile(r"\bwhere (?:do |did )?i live\b", _I)
HOUSE = re.compile(r"\b\d{1,5}[a-z]? (?:\w+ ){1,3}(?:street|st|road|rd|lane|ln|avenue|ave|drive|court|place|way|square|row)\b", _I)


def in_general(understanding: Understanding, text: str) -> bool:
    """Whether it is asked how something works rather than to have it done."""
    asks = bool(cues.GENERAL.match(_OPENING.sub("", text)))
    return bool(_POLICY_WORD.search(text)) or (asks and not _specific(understanding, text))


def orderish(understanding: Understanding, text: str) -> bool:
    """Whether a message speaks of an order, by its number, by its words or as the classifier reads it."""
    return (
        bool(understanding.of_kind("order_id"))
        or bool(ORDERISH.search(text))
        or (understanding.intent in BY_INTENT and understanding.confidence >= 0.5)
    )


def _specific(understanding: Understanding, text: str) -> bool:
    """Whether the message speaks of an order of the writer's own rather than of orders at large."""
    if understanding.of_kind("order_id", "reason", "first_last_name", "email") or HOUSE.search(text) or _WHERE_I_LIVE.search(text):
        return True
    return (
        bool(re.search(r"\b(?:my|this|that|these|those|it|them|the) (?:\w+ ){0,3}(?:orders?|purchases?|packages?|parcels?)?\b", text, _I))
        and not re.search(r"\b(?:an?|any|orders|items|products) (?:order|item|product|purchase)\b", text, _I)
        and bool(re.search(r"\b(?:my|this|that|it)\b", text, _I))
    )
