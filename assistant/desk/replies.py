"""What agents have said before and what they keep ready: past replies of settled conversations, and macros with slots.

Owns what counts as a reply fit to be used again, and which is nearest to what a customer now says. Nothing of one
customer may reach another: replies that carry numbers, addresses or the customer's name are left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from assistant.desk.handoff import AGENT_PREFIX
from assistant.errors import BadSettings
from assistant.store import Store
from assistant.store.desk_records import OwnMacro
from assistant.store.records import Conversation, Customer, Mode, Turn
from retrieval.tokens import STOP_WORDS, words
from retrieval.types import Encoder, Vector

MACROS_FILE = "macros.toml"
LATEST = 500
"""So many settled conversations are learned from."""
CANDIDATES = 100
"""Of more things to compare with, only those with the most words in common are compared by meaning."""
_SHORTEST = 4
"""Replies of fewer words say nothing by themselves."""
_PRIVATE = re.compile(r"\d{3,}|\S+@\S+|#\w*\d")
_SLOT = re.compile(r"{([a-z][a-z _]*)}")


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to say when a customer says something like one of `when`; `text` may have slots in braces."""

    id: str
    title: str
    when: tuple[str, ...]
    text: str

    def fill(self, slots: Mapping[str, str]) -> str | None:
        """The text with its slots filled, or None where one has no value."""
        filled = filled_in(self.text, slots)
        return None if open_slots(filled) else filled


def filled_in(text: str, slots: Mapping[str, str]) -> str:
    """A text with those slots filled that have a value; the others stay, for the agent to see."""
    return _SLOT.sub(lambda slot: slots.get(slot[1].replace("_", " ")) or slot[0], text)


def open_slots(text: str) -> list[str]:
    """The slots of a text, as they are written: `{order id}`."""
    return [slot[0] for slot in _SLOT.finditer(text)]


@dataclass(frozen=True, slots=True)
class Nearest:
    """A reply with how like what it is for, the nearest of its `when`, is to what the customer says, in [0, 1]."""

    reply: Reply
    likeness: float
    when: str


class Replies:
    """A set of replies, searched by what the customer says.

    Args:
        encoder: compares by meaning; without one, likeness is the share of telling words in common.
    """

    def __init__(self, replies: Iterable[Reply], encoder: Encoder | None = None) -> None:
        self.all = tuple(replies)
        self._encoder = encoder
        self._rows = [(reply, when, frozenset(telling(when))) for reply in self.all for when in reply.when]
        self._vectors: dict[str, Vector] = {}

    def nearest(self, text: str, count: int = 1) -> list[Nearest]:
        """The best replies, each once, as far as they are like `text` at all."""
        said = frozenset(telling(text))
        rows = self._rows
        if len(rows) > CANDIDATES:
            rows = sorted(rows, key=lambda row: -_shared(said, row[2]))[:CANDIDATES]
        likenesses = self._by_meaning(text, [when for _, when, _ in rows]) if self._encoder else [_shared(said, row[2]) for row in rows]
        found: dict[str, Nearest] = {}
        for likeness, (reply, when, _) in sorted(zip(likenesses, rows, strict=True), key=lambda pair: -pair[0]):
            if likeness <= 0 or len(found) == count:
                break
            found.setdefault(reply.id, Nearest(reply, min(1.0, likeness), when))
        return list(found.values())

    def _by_meaning(self, text: str, whens: list[str]) -> list[float]:
        """Cosines; what was encoded once is kept."""
        new = list(dict.fromkeys(when for when in (text, *whens) if when not in self._vectors))
        assert self._encoder is not None
        self._vectors.update(zip(new, self._encoder.encode(new), strict=True))
        query = self._vectors[text] if text in whens else self._vectors.pop(text)
        return [float(query @ self._vectors[when]) for when in whens]


def _shared(some: frozenset[str], others: frozenset[str]) -> float:
    """Dice's coefficient."""
    return 2 * len(some & others) / max(1, len(some) + len(others))


def telling(text: str) -> list[str]:
    """The words of a text that say something."""
    return [word for word in words(text) if word not in STOP_WORDS]


def load_macros(store_folder: Path, encoder: Encoder | None = None, own_ones: Iterable[OwnMacro] = ()) -> Replies:
    """The shipped macros, those of the store's file, which win, and those made on the desk, which win over both.

    Raises:
        BadSettings: the store's file is malformed.
    """
    shipped = (files("assistant.desk") / MACROS_FILE).read_text(encoding="utf-8")
    macros = {macro.id: macro for macro in _parse(shipped)}
    own = store_folder / MACROS_FILE
    if own.is_file():
        try:
            macros |= {macro.id: macro for macro in _parse(own.read_text(encoding="utf-8"))}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
            raise BadSettings(
                f"{own} is no list of macros: {error}.", hint="Each [[macro]] needs id, title, when (a list) and text."
            ) from error
    for made in own_ones:
        macros.pop(made.id, None)
        if not made.removed:
            macros[made.id] = Reply(made.id, made.title, made.when, made.text)
    return Replies(macros.values(), encoder)


def past_replies(store: Store, encoder: Encoder | None = None) -> Replies:
    """What agents answered in the latest settled conversations, except where a customer's thumb went down."""
    disliked = {(rating.conversation_id, rating.turn) for rating in store.feedback.all() if rating.rating < 0}
    found: list[Reply] = []
    for conversation in store.conversations.recent(Mode.CLOSED, LATEST):
        customer = store.customers.get(conversation.customer_id) if conversation.customer_id else None
        turns = store.conversations.turns(conversation.id)
        found.extend(_exchanges(conversation, [t for t in turns if (conversation.id, t.number) not in disliked], customer))
    return Replies(found, encoder)


def _exchanges(conversation: Conversation, turns: Sequence[Turn], customer: Customer | None) -> Iterable[Reply]:
    """Each agent's reply with what the customer had said since anybody last answered."""
    asked: list[str] = []
    for turn in turns:
        if turn.author == "customer":
            asked.append(turn.text)
        elif turn.author.startswith(AGENT_PREFIX):
            if asked and fit_to_repeat(turn.text, customer):
                yield Reply(f"{conversation.id}:{turn.number}", "Said before", (" ".join(asked),), turn.text)
            asked = []


def fit_to_repeat(text: str, customer: Customer | None) -> bool:
    """Whether what an agent said to one customer may be said to others: it says something, and nothing of theirs."""
    names = {name.lower() for name in (customer.first_name, customer.last_name) if name} if customer else set()
    spoken = set(words(text))
    return len(words(text)) >= _SHORTEST and not _PRIVATE.search(text) and not names & spoken


def _parse(text: str) -> list[Reply]:
    return [Reply(block["id"], block["title"], tuple(block["when"]), block["text"]) for block in tomllib.loads(text)["macro"]]
