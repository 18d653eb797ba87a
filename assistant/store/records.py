"""What a shop's store holds, as frozen values. Repositories take and return these and nothing else.

Knows no SQL and no file format. Money is in the shop's currency; `None` means that the shop's data does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Attributes = Mapping[str, str]


class ProductKind(StrEnum):
    GOODS = "goods"
    SERVICE = "service"
    """Postage, fees, vouchers, manual corrections: they count in sales but are no product of a ranking."""


class OrderKind(StrEnum):
    SALE = "sale"
    CREDIT = "credit"
    """A cancellation or return, booked on its own date; its lines have negative quantities."""
    ADJUSTMENT = "adjustment"
    """Book-keeping; never counted."""


class Mode(StrEnum):
    """Who speaks to the customer. A state of the conversation, never read out of a reply."""

    BOT = "bot"
    WAITING = "waiting"
    AGENT = "agent"
    CLOSED = "closed"


class AccountRole(StrEnum):
    AGENT = "agent"
    ANALYST = "analyst"
    MANAGER = "manager"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Variant:
    """One buyable form of a product. `stock` None: unknown; `available` False: not to be had, whatever the stock."""

    id: str
    options: Attributes
    price: float | None = None
    stock: int | None = None
    available: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """`category` is the shop's department, `style` the kind of thing within it. `price` of a product with variants is the lowest."""

    id: str
    name: str
    category: str = ""
    style: str = ""
    brand: str = ""
    description: str = ""
    price: float | None = None
    stock: int | None = None
    image: str = ""
    kind: ProductKind = ProductKind.GOODS
    active: bool = True
    attributes: Attributes = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """`kind` is `faq` or `policy`; entries keep the order of their file in `position`."""

    id: str
    question: str
    answer: str
    kind: str = "faq"
    position: int = 0


@dataclass(frozen=True, slots=True)
class Address:
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    zip: str = ""


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """`source` is `credit_card`, `paypal`, `gift_card`, ...; a card's number is never kept, only its last four digits."""

    id: str
    source: str
    brand: str = ""
    last_four: str = ""
    balance: float | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    address: Address = Address()
    created_at: datetime | None = None
    payment_methods: tuple[PaymentMethod, ...] = ()
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`quantity` times `unit_price` is the amount; both are as booked, returns negative.

    `booked_at` is set only where the line has another time than its order.
    """

    product_id: str
    name: str
    quantity: int
    unit_price: float
    variant_id: str | None = None
    options: Attributes = field(default_factory=dict)
    booked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """`kind` is `payment` or `refund`; `amount` is positive in both."""

    kind: str
    amount: float
    method_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """`items` are variant ids where the order has them, else product ids."""

    tracking_ids: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    carrier: str = ""
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    status: str
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order, or a credit note (see `kind`).

    `status`: pending, processed, shipped, delivered, cancelled, and what actions add to them.

    `attributes` hold what actions leave behind (cancel_reason, return_items, exchange_new_items, ...), as JSON-able values.
    """

    id: str
    customer_id: str | None = None
    placed_at: datetime | None = None
    status: str = ""
    kind: OrderKind = OrderKind.SALE
    country: str = ""
    address: Address | None = None
    lines: tuple[OrderLine, ...] = ()
    payments: tuple[Payment, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    history: tuple[StatusChange, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Review:
    """`product_id` need not be in the catalogue: review sets often stand alone. `attributes`: age, recommended, department, ..."""

    id: str
    product_id: str = ""
    customer_id: str | None = None
    rating: float | None = None
    title: str = ""
    text: str = ""
    created_at: datetime | None = None
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the shop's staff. `password_hash` is argon2's own encoded form; `shown_as` is the name that customers read, empty where
    none was chosen: the login is never shown to them."""

    username: str
    password_hash: str
    role: AccountRole
    created_at: datetime
    disabled: bool = False
    failed_sign_ins: int = 0
    locked_until: datetime | None = None
    shown_as: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in at one browser. `key` is the hash of what the browser's cookie says; `seen_at` is the last sign of a person."""

    key: str
    username: str
    began_at: datetime
    seen_at: datetime
    address: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that lets one person choose a password, once. `key` is the hash of what the link says."""

    key: str
    username: str
    role: AccountRole
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program's way in. `secret_hash` is all that is kept of the secret; `role` decides what staff answers may show it."""

    id: str
    name: str
    secret_hash: str
    scopes: tuple[str, ...]
    role: AccountRole
    made_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """`memory` is the dialogue's own state, JSON-able, opaque to the store; `customer_id` is set once verified."""

    id: str
    channel: str
    started_at: datetime
    updated_at: datetime
    mode: Mode = Mode.BOT
    assignee: str | None = None
    customer_id: str | None = None
    subject: str = ""
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance.

    `author` is `customer`, `bot`, `staff`, `system` or `agent:<username>`; `answer` is the protocol form of a bot's answer.
    """

    conversation_id: str
    number: int
    author: str
    text: str
    at: datetime
    answer: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """`rating` is +1 or -1; `turn` is the turn's number."""

    conversation_id: str
    turn: int
    rating: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What a customer said of a whole conversation: `score` from 1 to 5, `words` if they liked to."""

    conversation_id: str
    score: int
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says that a text means, where a model said otherwise: training data.

    `task` is the model's (`intent`, `sentiment`, ...); `label` the right one, `was` the model's; `by` an account's name. Of two
    corrections of one text the later holds.
    """

    task: str
    text: str
    label: str
    was: str
    by: str
    at: datetime
    conversation_id: str | None = None
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to whom. `detail` never holds a secret or a card number."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One run of an importer: which file (sha256), what it changed, what it rejected.

    `mapping` are the columns it was told; `changed_at` is the store's token of that name right after it.
    """

    at: datetime
    format: str
    path: str
    sha256: str
    added: int
    changed: int
    unchanged: int
    rejected: int
    mapping: Mapping[str, str] = field(default_factory=dict)
    changed_at: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an upsert did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: Changes) -> Changes:
        return Changes(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)
