"""A small shop with scripted rooms, served for real: what the screens' tests look at."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI

from assistant.accounts import Accounts
from assistant.build import Shop
from assistant.config import ApiSettings, Settings
from assistant.desk import Desk, Suggestion
from assistant.store import Store
from assistant.store.records import (
    AccountRole,
    Address,
    Conversation,
    Customer,
    FaqEntry,
    Order,
    OrderLine,
    Product,
    Review,
    Turn,
    Variant,
)
from assistant.testing import FakeRetriever, FakeUnderstander, ScriptedRoom
from assistant.types import Answer, Message, Receipt, Row, Source, Status
from retrieval.types import Passage
from ui.commands import _listen

EVIL = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
ROLES = {"agent": AccountRole.AGENT, "analyst": AccountRole.ANALYST, "manager": AccountRole.MANAGER}


class OneSuggestion(Desk):
    """A desk that always proposes the same."""

    def _all(self, conversation: Conversation, turns: Sequence[Turn], asked: str) -> list[Suggestion]:
        return [Suggestion("Thank you for waiting. I am looking into it now.", "macro", 0.8, "looking-into-it", "Looking into it")]


class ScriptedAnalyst(ScriptedRoom):
    """An analyst by script: nothing of its answers can be corrected, and it learns no words."""

    def form(self, record: Mapping[str, Any], account_role: str = "") -> None:
        return None

    def proposals(self) -> tuple[()]:
        return ()


@dataclass(frozen=True, slots=True)
class Site:
    """A served shop."""

    url: str
    app: FastAPI
    shop: Shop
    passwords: dict[str, str]


FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def make_shop(folder: Path) -> Shop:
    """A store with a few of everything, and rooms that answer by script."""
    store = Store.create(folder)
    fill(store)
    shop = Shop(store, Settings(shop_name="Test & Co", currency="GBP", api=ApiSettings(per_minute=0, key_per_minute=0)))
    passages = [Passage(f"product:{p.id}", f"{p.name} {p.description}", "product") for p in store.catalogue.all()]
    shop.__dict__.update(
        understander=FakeUnderstander(),
        retriever=FakeRetriever(passages),
        shopper=ScriptedRoom(_shopper_script()),
        analyst=ScriptedAnalyst(_staff_script()),
        desk=OneSuggestion(store, FakeRetriever([]), shop.settings),
        mood=None,
    )
    return shop


def fill(store: Store) -> None:
    """Products, help pages, a customer with an order, reviews."""
    store.catalogue.upsert(
        [
            Product("p1", "Trail Tent", "Camping", "Tents", "Alder", "A tent for two.", 189.0, 12, attributes={"weight": "2,100 g"}),
            Product("p2", "Ridge Boot", "Footwear", "Boots", "", "Leather boots.", 129.5, 3),
            Product("p3", "Enamel Mug", "Kitchen", "Mugs", "", "Holds 400 ml.", 14.0, 0),
            Product("p4", EVIL, "Home", "Candles", EVIL, EVIL, 9.0, 40, attributes={"scent": EVIL}),
            Product(
                "p5",
                "Wool Jumper",
                "Clothing",
                "Sweaters",
                price=69.0,
                variants=(Variant("v1", {"size": "S"}, 69.0, 4), Variant("v2", {"size": "L"}, 75.0, 9)),
            ),
        ]
    )
    store.faq.upsert([FaqEntry("faq-1", "How long do I have to return something?", "Thirty days from delivery.", "policy", 1)])
    store.customers.upsert([Customer("c1", "Ada", "Byron", "ada@example.com", Address(city="London", country="UK"))])
    store.orders.upsert(
        [Order("W1001", "c1", datetime(2026, 3, 1, tzinfo=UTC), "shipped", lines=(OrderLine("p1", "Trail Tent", 1, 189.0),))]
    )
    store.reviews.upsert([Review("r1", "p1", "c1", 5, "Dry", "Kept us dry."), Review("r2", "p1", None, 4, "", "Good.")])


def _explode(message: Message) -> Answer:
    raise RuntimeError(f"no answer to {message.text}")


def _shopper_script() -> dict[str, Answer | Callable[[Message], Answer]]:
    found = Answer(
        Status.ANSWERED,
        "Here is what I would take:\n- the **Trail Tent** for two\n- boots that last",
        intent="product_search",
        products=("p1", "p2", "p3", "p5"),
        sources=(Source("product", "p1"), Source("policy", "faq-1")),
        choices=("Only tents", "Under £100"),
    )
    return {
        "tent": found,
        "evil": Answer(Status.ANSWERED, EVIL, products=("p4",), sources=(Source("product", "p4"),), choices=(EVIL,)),
        "second": Answer(Status.ANSWERED, "The Ridge Boot costs £129.50.", products=("p2",)),
        "return": Answer(Status.ANSWERED, "You have thirty days from delivery.", sources=(Source("policy", "faq-1"),)),
        "explode": _explode,
        "human": Answer(Status.HANDOFF, "I am passing you to a colleague."),
    }


def _staff_script() -> dict[str, Answer]:
    receipt = Receipt(
        "net_sales",
        "what was sold minus what was returned",
        {"country": ("France", "Spain")},
        (date(2011, 11, 1), date(2011, 11, 30)),
        84711,
        datetime.fromisoformat("2011-12-09 12:50"),
        "SELECT sum(amount) FROM lines WHERE month = DATE '2011-11-01'",
    )
    rows = (Row("2011-09", 950690.2), Row("2011-10", 1035642.4), Row("2011-11", 1156205.6), Row("=cmd()", 1.0))
    chart = {
        "data": [{"type": "bar", "x": [r.label for r in rows], "y": [r.value for r in rows], "marker": {"color": "#2c5f52"}}],
        "layout": {},
    }
    return {
        "sales": Answer(
            Status.ANSWERED,
            "Net sales were £1,156,205.61 in November 2011.",
            value=1156205.61,
            rows=rows,
            receipt=receipt,
            tool="series",
            chart=chart,
            unit="money",
            question={"tool": "series", "metrics": ["net_sales"], "by": ["month"]},
            choices=("And the month before?",),
        ),
        "which": Answer(Status.CLARIFY, "Do you mean products or customers?", choices=("Products", "Customers")),
    }


@contextlib.contextmanager
def serve(shop: Shop, port: int = 0) -> Iterator[Site]:
    """The whole site on a free port, with an account of each role."""
    from ui.app import create_app

    accounts = Accounts(shop.store, FAST)
    passwords = {name: accounts.create(name, role).password for name, role in ROLES.items()}
    with _listen("127.0.0.1", port) as bound:
        app = create_app(shop, accounts)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            thread.join(0.05)
        app.router.lifespan_context = _already_running
        try:
            yield Site(f"http://127.0.0.1:{bound.getsockname()[1]}", app, shop, passwords)
        finally:
            server.should_exit = True
            thread.join(10)


@contextlib.asynccontextmanager
async def _already_running(app: FastAPI) -> AsyncIterator[None]:
    raise RuntimeError("this app is being served: a second lifespan would end by stopping its queue; use TestClient(app) without `with`")
    yield
