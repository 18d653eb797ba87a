"""Several requests in one message ("cancel #W1, and return the lamp of #W2"), taken apart so that each is led to its end by itself.

Owns where one request ends and the next begins; refuses to know orders and to decide what is done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.shopper import spelling
from assistant.shopper.orders.asks import OrderAsk, read_ask
from assistant.shopper.orders.requests import WRITES, requested, says_write
from assistant.types import Entity, Understanding

_SENTENCE = re.compile(r"(?<=;)\s+|(?<=[.!?])\s+(?=[A-Z#]|(?:also|and|then|plus|please|now)\b)|(?<=[?])\s+|\s+(?=\(?[1-9a-c][.)]\s)|\n+")
_AND_THEN = re.compile(
    r",?\s+(?:and|also|then|plus|as well as)\s+(?=(?:also |then |please |i (?:also )?(?:want|would like|need) to |to )*"
    r"(?:cancel|return|send back|exchange|swap|replace|change|modify|update|switch|move|put)\b)",
    re.IGNORECASE,
)
_AND_ASKS = re.compile(r",?\s+(?:and|also|plus)\s+(?=(?:has|have|is|are|was|were|did|does|do|where|when|what|how|which)\b)", re.IGNORECASE)
_LATE = ("modify", "exchange")
"""After items are changed an order can no longer be changed otherwise, so these come last."""
_VERBS = {"return": "return", "exchange": "exchange", "modify": "change"}
_NEXT_ITEM = re.compile(
    r"(?:[,;.]|\b(?:and|plus|as well as)\b|&)\W*(?:(?:also|then|and|plus) )*(?:the|my|that|an?|both) \w+", re.IGNORECASE
)
"""Where the items of another order begin."""
_TELLS_ORDER = re.compile(
    r"\b(?:one|order|parcel|package|purchase) (?:with|containing|that|of|from)\b|"
    r"\b(?:other|pending|delivered|last|latest|first|second|open) (?:one|order)\b",
    re.IGNORECASE,
)
_LEADING_AND = re.compile(r"^\W*(?:(?:and|also|then|plus|as well as)\b\W*)*", re.IGNORECASE)
_ORDER = re.compile(r"#\w+|\b[A-Z]{1,3}\d{4,}\b")
_JOINT = re.compile(
    r"(?:\b(?:both )?(?:orders? )?)?(?:#?\w*\d{3,}\w*)(?:\s*(?:,|and|&|\+|/|as well as)+\s*(?:and )?(?:orders? )?#?\w*\d{3,}\w*)+",
    re.IGNORECASE,
)
_ALL_ORDERS = re.compile(
    r"\b(?:both|all|every|each)\b(?: of)?(?: (?:my|the|these|those|our))?(?: \w+)? orders?\b|"
    r"\borders\b[^?]{0,60}\b(?:cancel|return|change|send|ship|move)\w* (?:both|all|every one|each|them all|them both)\b",
    re.IGNORECASE,
)
_SHORTEST = 8
"""Words under which a message is one request."""

Understand = Callable[[str], Understanding]


def errands(understanding: Understanding, understand: Understand | None) -> tuple[Understanding, ...]:
    """The requests of a message in the order in which they can be carried out; the message itself where it holds but one."""
    text = spelling.plain(understanding.text)
    if understand is None or len(text.split()) < _SHORTEST:
        return (understanding,)
    parts = [part.strip() for sentence in _SENTENCE.split(text) for part in _AND_THEN.split(sentence) if part.strip()]
    asked = [piece.strip() for part in parts for piece in _AND_ASKS.split(part) if piece.strip()]
    if len(asked) > 1 and len(understanding.of_kind("order_id")) > 1 and (apart := _of_other_orders(asked, understand)) is not None:
        return apart
    if len(parts) < 2:
        return _by_order(understanding, understand) or (understanding,)
    found: list[tuple[OrderAsk, str]] = []
    opening: list[str] = []
    for part in parts:
        ask = _request(understand(part), outright=says_write(part))
        if ask is not None and not (found and _same(found[-1], ask, part)):
            found.append((ask, part))
        elif found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {part}")
        else:
            opening.append(part)
    if len(found) < 2 and (apart := _by_order(understanding, understand)):
        return apart
    if len(found) < 2:
        return (_of_one_order(found, understanding, understand),)
    found.sort(key=lambda entry: entry[0].topic in _LATE)
    return tuple(_of_the_order(understand(text), understanding) for _, text in found)


def _of_the_order(part: Understanding, whole: Understanding) -> Understanding:
    """A request that names neither an order nor goods, with the only order that the message names: "... W1. Could you cancel it?"."""
    named = whole.of_kind("order_id")
    if part.of_kind("order_id", "product", "category") or _TELLS_ORDER.search(part.text) or len({str(e.value) for e in named}) != 1:
        return part
    return replace(part, entities=(*part.entities, replace(named[0], start=0, end=0)))


def _of_one_order(found: Sequence[tuple[OrderAsk, str]], whole: Understanding, understand: Understand) -> Understanding:
    """The message, or its only request by itself where that names one order and the rest of the message another."""
    part = understand(found[0][1]) if len(found) == 1 else whole
    own = {str(e.value) for e in part.of_kind("order_id")}
    return part if len(own) == 1 and {str(e.value) for e in whole.of_kind("order_id")} - own else whole


def _of_other_orders(parts: Sequence[str], understand: Understand) -> tuple[Understanding, ...] | None:
    """Questions about one order each, and requests for others after them; None where a message is not just that."""
    read = [understand(part) for part in parts]
    asks = [(read_ask(u), {str(e.value) for e in u.of_kind("order_id")}, u) for u in read]
    own = [(ask, ids, u) for ask, ids, u in asks if ask is not None and ids and not ask.general]
    named = [id for _, ids, _ in own for id in ids]
    if len(own) < 2 or len(set(named)) < len(named) or all(ask.write for ask, _, _ in own):
        return None
    if any(ids and (ask is None or ask.general) for ask, ids, _ in asks):
        return None
    first = next(place for place, (ask, ids, _) in enumerate(asks) if ask is not None and ids)
    if any(says_write(part) for part in parts[:first]):  # what is wanted stands before the numbers
        return None
    joined: list[tuple[OrderAsk, str]] = []
    for part, (ask, ids, _) in zip(parts, asks, strict=True):
        if ask is not None and ids:
            joined.append((ask, part))
        elif joined:
            joined[-1] = (joined[-1][0], f"{joined[-1][1]} {part}")
    joined.sort(key=lambda entry: entry[0].write)
    return tuple(understand(text) for _, text in joined)


def for_each(understanding: Understanding, open_orders: Sequence[str]) -> tuple[Understanding, ...]:
    """A request for several orders as one request for each: those named side by side, else `open_orders` where all are meant."""
    joint = _JOINT.search(understanding.text)
    named = [str(e.value) for e in understanding.of_kind("order_id") if joint and joint.start() <= e.start < joint.end()]
    if joint and len(named) > 1:
        return tuple(_for_order(understanding, id, joint.span()) for id in dict.fromkeys(named))
    if not understanding.of_kind("order_id") and _ALL_ORDERS.search(understanding.text) and len(open_orders) > 1:
        return tuple(_for_order(understanding, id, (0, 0)) for id in open_orders)
    return (understanding,)


def _for_order(understanding: Understanding, id: str, place: tuple[int, int]) -> Understanding:
    text = f"{understanding.text[: place[0]]} {id} {understanding.text[place[1] :]}".strip()
    kept = tuple(e for e in understanding.entities if e.kind != "order_id")
    return replace(understanding, text=text, entities=(*kept, Entity("order_id", id, id, text.find(id), text.find(id) + len(id))))


def _by_order(understanding: Understanding, understand: Understand) -> tuple[Understanding, ...]:
    """One request for items of several orders as one request for each: "return the lamp of W1 and the pen of W2"; empty where it is none.

    What is said of the payment after the last order goes for all of them.
    """
    ask, text = _request(understanding, outright=True), understanding.text
    ids = sorted({e.start: e for e in understanding.of_kind("order_id")}.values(), key=lambda e: e.start)
    if ask is None or ask.topic not in _VERBS or len({str(e.value) for e in ids}) != len(ids) or len(ids) < 2:
        return ()
    cuts = [0]
    for one, other in pairwise(ids):
        turns = list(_NEXT_ITEM.finditer(text, one.end, other.start))
        if not turns or says_write(text[turns[-1].start() : other.end]):
            return ()
        cuts.append(turns[-1].start())
    methods = [e for e in understanding.of_kind("payment_method") if e.start > ids[-1].end]
    tail = max((text.rfind(mark, ids[-1].end, methods[0].start) for mark in ",.;"), default=-1) if methods else -1
    shared = text[tail:] if tail >= 0 and not any(e.end <= cuts[-1] for e in understanding.of_kind("payment_method")) else ""
    ends = [*cuts[1:], tail if shared else len(text)]
    pieces = [text[start:end] for start, end in zip(cuts, ends, strict=True)]
    verb = _VERBS[ask.topic]
    said = [pieces[0], *(f"{verb} {_LEADING_AND.sub('', piece)}" for piece in pieces[1:])]
    return tuple(understand(f"{piece.strip()}{shared}") for piece in said)


def _request(understanding: Understanding, *, outright: bool) -> OrderAsk | None:
    """What a part asks to have done; one that does not say so outright must wish it of an order by number: "W1: lamp -> blue"."""
    text = spelling.plain(understanding.text)
    if not outright and not (understanding.of_kind("order_id") and requested(understanding, text, general=False, in_order=False)):
        return None
    ask = read_ask(understanding)
    return ask if ask is not None and ask.write and not ask.general and ask.topic in WRITES else None


def _same(before: tuple[OrderAsk, str], ask: OrderAsk, part: str) -> bool:
    """Whether a part only goes on with the request before it: the same thing, for the same order."""
    topics = {before[0].topic, ask.topic}
    if ask.topic == "payment" and before[0].topic in ("return", *_LATE) and not _ORDER.search(part):
        return True
    if len(topics) > 1 and not topics <= set(_LATE):
        return False
    orders, others = set(_ORDER.findall(before[1])), set(_ORDER.findall(part))
    return not others or not orders or others <= orders
