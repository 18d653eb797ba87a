"""What the clerk decided to do with a message, and what it had in sight when it did. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.shopper.faq import FaqMatch
from assistant.shopper.measures import Ranking
from assistant.shopper.naming import Naming
from assistant.shopper.orders.asks import OrderAsk
from assistant.shopper.references import Reference
from assistant.shopper.wish import Wish
from assistant.types import Understanding


class Move(StrEnum):
    """What can be done with a message."""

    LINE = "line"
    CONFIRM = "confirm"
    DENY = "deny"
    HANDOFF = "handoff"
    IDENTIFY = "identify"
    ORDER = "order"
    CONTINUE = "continue"
    ASK_AGAIN = "ask_again"
    EXPLAIN = "explain"
    FAQ = "faq"
    MISSING = "missing"
    FACTS = "facts"
    COMPARE = "compare"
    EXTREME = "extreme"
    MOST = "most"
    BEYOND = "beyond"
    CHEAPER = "cheaper"
    SIMILAR = "similar"
    GOES_WITH = "goes_with"
    COUNT = "count"
    SEARCH = "search"
    MORE = "more"
    RANGE = "range"
    LOST = "lost"


ABOUT_PRODUCTS = (
    Move.FACTS,
    Move.COMPARE,
    Move.EXTREME,
    Move.MOST,
    Move.BEYOND,
    Move.CHEAPER,
    Move.SIMILAR,
    Move.GOES_WITH,
    Move.COUNT,
    Move.SEARCH,
    Move.MORE,
    Move.MISSING,
)
"""Moves that speak of goods."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A move, its detail (which line, which extreme), and why, for the trace."""

    move: Move
    detail: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything that was looked up about a message before deciding; nothing here changes the store.

    `kind_known`: the shelf has products of the kind that the wish names. `desk`: the shop has orders to speak of.
    `variants`: the product named or pointed at comes in several. `readable`: at least one word of the message is one.
    `goods`: cosine of the message with the product nearest to it. `angry`: its words, or how it sounds, are those of somebody angry.
    `of_order`: it names an item of the order that is talked about. `ranking`: the products that it asks to rank by a measure, in order.
    `of_spoken`: all words that it turns on are those of one of the products spoken of.
    `of_kind`: ids of the products of the kind, where they are few and nothing else is wished of them.
    """

    understanding: Understanding
    naming: Naming
    reference: Reference
    wish: Wish
    faq: FaqMatch | None
    ask: OrderAsk | None
    kind_known: bool = False
    words_known: bool = False
    desk: bool = False
    variants: bool = False
    readable: bool = True
    goods: float = 0.0
    angry: bool = False
    of_order: bool = False
    ranking: Ranking | None = None
    of_kind: tuple[str, ...] = ()
    of_spoken: bool = False
