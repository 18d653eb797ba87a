"""A small shop of our own to talk to: garden and desk things, four customers, seven orders, a page of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Settings
from assistant.intents import load_catalogue
from assistant.models.intent import NearestExamples
from assistant.shopper.clerk import ShopperClerk
from assistant.store import Store
from assistant.store.records import Address, Customer, FaqEntry, Order, OrderLine, Payment, PaymentMethod, Product, Shipment, Variant
from assistant.testing import FakeEncoder, FakeRetriever
from assistant.types import Answer, Message, Role
from assistant.understand import CatalogueWords, Understander
from retrieval.types import Passage

YESTERDAY = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1)
LONG_AGO = YESTERDAY - timedelta(days=90)


def _goods(id: str, name: str, style: str, price: float, stock: int, description: str, category: str = "garden") -> Product:
    return Product(id, name, category, style, "", description, price, stock)


def _chairs() -> tuple[Variant, ...]:
    made = [
        ("v-blue-s", "blue", "S", 80.0, True),
        ("v-blue-l", "blue", "L", 90.0, True),
        ("v-red-s", "red", "S", 82.0, True),
        ("v-red-l", "red", "L", 95.0, False),
    ]
    return tuple(Variant(id, {"color": colour, "size": size}, price, None, available) for id, colour, size, price, available in made)


PRODUCTS = (
    _goods("p1", "Willow Trug Basket", "baskets", 34.5, 12, "A hand-woven willow basket for harvesting. It has an ash handle. Holds up to 8 kg."),  # noqa: E501
    _goods("p2", "Copper Long-Spout Watering Can", "watering", 58.0, 3, "Made of solid copper, with a long spout for pots that hang high."),
    _goods("p3", "Meadow Green Watering Can", "watering", 19.9, 40, "A light watering can of recycled plastic, in green."),
    _goods("p4", "Oxblood Leather Garden Gloves", "gloves", 27.0, 0, "Goatskin leather gloves in dark red. Machine washable."),
    _goods("p5", "Clover Cotton Garden Gloves", "gloves", 9.5, 25, "Cotton gloves with a rubber grip, in green."),
    _goods("p6", "Beekeeper's Veil Hat", "hats", 41.0, 7, "A straw hat with a fine veil."),
    _goods("p7", "Harbour Brass Desk Lamp", "lamps", 120.0, 5, "A brass lamp with a linen shade. The cable is two metres long.", "study"),
    _goods("p8", "Juniper Oak Desk Lamp", "lamps", 75.0, 9, "A lamp of oiled oak with a dimmer.", "study"),
    _goods("p9", "Porcelain Ink Well", "writing", 22.0, 14, "Glazed white porcelain.", "study"),
    _goods("p10", "Rosewood Fountain Pen", "writing", 64.0, 2, "A fountain pen with a steel nib and a rosewood barrel.", "study"),
    Product("p11", "Garden Chair", "garden", "chairs", "", "A folding chair for the lawn.", 80.0, None, variants=_chairs()),
)  # fmt: skip

FAQ = (
    FaqEntry("faq-1", "How long does delivery take?", "Standard delivery takes 4 working days.", position=1),
    FaqEntry("faq-2", "Do you offer gift wrapping?", "Yes, gift wrapping can be added at checkout.", position=2),
    FaqEntry("faq-3", "What is your return policy?", "You can return things within 30 days.", position=3),
    FaqEntry("faq-4", "Which payment methods do you accept?", "We accept cards and PayPal.", position=4),
    FaqEntry("faq-5", "How can I contact customer service?", "Write to us at [email address].", position=5),
)  # fmt: skip

HOME = Address("4 Mill Lane", "", "Boise", "ID", "USA", "83701")
CUSTOMERS = (
    Customer("c-ada", "Ada", "Winter", "ada.winter@mail.example", HOME, None, (PaymentMethod("card_1", "credit_card", "visa", "4242"), PaymentMethod("gift_1", "gift_card", balance=30.0), PaymentMethod("paypal_1", "paypal"))),  # noqa: E501
    Customer("c-ben", "Ben", "Okafor", "ben@mail.example", Address("9 Elm Road", "Apt 2", "Reno", "NV", "USA", "89501"), None, (PaymentMethod("paypal_2", "paypal"),)),  # noqa: E501
)  # fmt: skip


def _order(
    id: str,
    customer: str,
    status: str,
    *lines: tuple[str, str, str, float, dict[str, str]],
    method: str = "card_1",
    tracking: str = "",
    delivered: datetime | None = None,
) -> Order:
    bought = tuple(OrderLine(product, name, 1, price, variant or None, options) for product, variant, name, price, options in lines)
    shipments = (Shipment((tracking,), delivered_at=delivered),) if tracking else ()
    total = round(sum(line.unit_price for line in bought), 2)
    return Order(
        id, customer, YESTERDAY, status, address=HOME, lines=bought, payments=(Payment("payment", total, method),), shipments=shipments
    )


_CHAIR = ("p11", "v-blue-s", "Garden Chair", 80.0, {"color": "blue", "size": "S"})
_PEN = ("p10", "", "Rosewood Fountain Pen", 64.0, {})
ORDERS = (
    _order("#A100001", "c-ada", "pending", _CHAIR, _PEN),
    _order("#A100002", "c-ada", "delivered", _CHAIR, _PEN, tracking="770011223344", delivered=YESTERDAY),
    _order("#A100003", "c-ada", "shipped", _PEN, tracking="770011223355"),
    _order("#A100004", "c-ada", "delivered", _PEN, tracking="770011223366", delivered=LONG_AGO),
    _order("#B200001", "c-ben", "pending", _PEN, method="paypal_2"),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as made:
        made.catalogue.upsert(PRODUCTS)
        made.faq.upsert(FAQ)
        made.customers.upsert(CUSTOMERS)
        made.orders.upsert(ORDERS)
        yield made


def passages() -> list[Passage]:
    """What an index of the shop would hold."""
    goods = [
        Passage(f"product:{p.id}", f"{p.name}. {p.category} {p.style}. {p.description}", "product", {"price": p.price, "stock": p.stock})
        for p in PRODUCTS
    ]
    return goods + [Passage(f"faq:{entry.id}", f"{entry.question} {entry.answer}", "faq") for entry in FAQ]


@dataclass
class Talk:
    """One conversation with the clerk, through the real understanding on a fake encoder."""

    store: Store
    clerk: ShopperClerk
    understander: Understander
    customer_id: str | None = None
    memory: Mapping[str, Any] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    def say(self, *texts: str) -> Answer:
        """Say these one after the other; the answer to the last."""
        for text in texts:
            message = Message(str(len(self.answers)), "s", text, customer_id=self.customer_id)
            answer, self.memory = self.clerk.reply(message, self.understander.understand(text, Role.SHOPPER), self.memory)
            self.answers.append(answer)
        return self.answers[-1]

    @property
    def writes(self) -> list[tuple[str, dict[str, Any]]]:
        """All writes of the conversation."""
        return [(action.name, dict(action.arguments)) for answer in self.answers for action in answer.actions]


@pytest.fixture
def talk(store: Store) -> Callable[..., Talk]:
    catalogue = load_catalogue()
    understander = Understander(NearestExamples(FakeEncoder(512), catalogue.intents), catalogue, CatalogueWords(store))

    def begin(customer_id: str | None = None, policy: str = "default") -> Talk:
        settings = Settings(shop_name="Thistle & Nib", shopper={"policy": policy})
        clerk = ShopperClerk(store, FakeRetriever(passages()), settings, understand=understander.understand)
        return Talk(store, clerk, understander, customer_id)

    return begin
