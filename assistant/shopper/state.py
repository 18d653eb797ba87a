"""What the clerk remembers of one conversation, and its JSON form. Refuses to know how it is stored.

`DialogueState` is frozen: every turn makes a new one. The verified customer's id stands at the top level of the JSON form under
`customer_id`, for whoever keeps the conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from assistant.types import Entity, Understanding

REMEMBERED = 12
"""Products of one list that can be referred to."""


@dataclass(frozen=True, slots=True)
class Held:
    """A request that waits for the customer to be identified; replayed as it was understood."""

    text: str
    intent: str
    confidence: float
    entities: tuple[Entity, ...] = ()

    @classmethod
    def of(cls, understanding: Understanding) -> Held:
        plain = tuple(replace(e, value=e.value.isoformat()) if isinstance(e.value, date) else e for e in understanding.entities)
        return cls(understanding.text, understanding.intent, understanding.confidence, plain)

    def understanding(self) -> Understanding:
        """The request as it came in, without its embedding."""
        return Understanding(self.text, self.intent, self.confidence, ((self.intent, self.confidence),), self.entities)


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One line of an order in a draft: the item bought, and the options or the item wanted instead."""

    item_id: str
    wanted: Mapping[str, str] = field(default_factory=dict)
    new_item_id: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A write that is being talked about. Complete or not, nothing is done until `Pending` is confirmed."""

    action: str
    order_id: str = ""
    reason: str = ""
    items: tuple[ItemDraft, ...] = ()
    payment_method_id: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    asked: str = ""
    """The detail that the clerk asked for last."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A write, repeated back to the customer, that waits for an explicit yes. `token` makes carrying it out idempotent."""

    action: str
    arguments: Mapping[str, Any]
    token: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What the customer has said of themselves so far."""

    email: str = ""
    first_name: str = ""
    last_name: str = ""
    zip: str = ""


@dataclass(frozen=True, slots=True)
class DialogueState:
    """One conversation. `shown` are the products last listed, in their order; `focus` those last spoken of;
    `subject` is what the last answer was about, `product` or `order`."""

    customer_id: str = ""
    identity: Identity = Identity()
    identifying: bool = False
    failed_identifications: int = 0
    held: Held | None = None
    order_id: str = ""
    item_id: str = ""
    """The item of that order last spoken of by itself."""
    draft: Draft | None = None
    pending: Pending | None = None
    aside: Pending | None = None
    """What was repeated back before a question aside about the same order."""
    read: str = ""
    """What was last read of an order: its refund, its address."""
    asked: Held | None = None
    """The last request to have something done with an order."""
    later: tuple[Held, ...] = ()
    """Requests of one message that wait for the one before them to be settled."""
    either: tuple[Held, ...] = ()
    """Requests of one message of which an order allows only one, until it is said which."""
    done: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    focus: tuple[str, ...] = ()
    wish: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""
    misses: int = 0
    angry: int = 0
    """Angry messages in a row."""
    upset: bool = False
    """Whether the customer has complained in this conversation."""
    told: tuple[str, ...] = ()
    """Products recommended unasked, and `told_at`, the turn in which something was last recommended, asked or not."""
    told_at: int = 0
    turns: int = 0

    def showing(self, products: tuple[str, ...], wish: Mapping[str, Any] | None = None) -> DialogueState:
        """The state after a list of products was shown."""
        kept = products[:REMEMBERED]
        return replace(self, shown=kept, focus=kept[:1] if len(kept) == 1 else (), wish=self.wish if wish is None else wish)

    def speaking_of(self, products: tuple[str, ...]) -> DialogueState:
        """The state after these products were spoken of; a list that holds them stays what "the second one" refers to."""
        listed = self.shown if set(products) <= set(self.shown) else products[:REMEMBERED]
        return replace(self, focus=products[:REMEMBERED], shown=listed)

    def to_memory(self) -> Mapping[str, Any]:
        """The JSON-able form."""
        return {name: value for name, value in asdict(self).items() if value or name == "customer_id"}

    @classmethod
    def from_memory(cls, memory: Mapping[str, Any]) -> DialogueState:
        """The state that `to_memory` wrote; names that this version does not know are dropped."""
        known = {name: value for name, value in memory.items() if name in cls.__dataclass_fields__}
        for name, build in (
            ("identity", _identity),
            ("held", _held),
            ("asked", _held),
            ("draft", _draft),
            ("pending", _pending),
            ("aside", _pending),
        ):
            if known.get(name):
                known[name] = build(known[name])
        for name in ("later", "either"):
            known[name] = tuple(_held(value) for value in known.get(name) or ())
        for name in ("done", "shown", "focus", "told"):
            known[name] = tuple(known.get(name) or ())
        return cls(**known)


def _identity(value: Mapping[str, Any]) -> Identity:
    return Identity(**value)


def _held(value: Mapping[str, Any]) -> Held:
    return Held(value["text"], value["intent"], value["confidence"], tuple(Entity(**entity) for entity in value.get("entities", ())))


def _draft(value: Mapping[str, Any]) -> Draft:
    return Draft(**{**value, "items": tuple(ItemDraft(**item) for item in value.get("items", ()))})


def _pending(value: Mapping[str, Any]) -> Pending:
    return Pending(**value)
