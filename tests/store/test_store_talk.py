"""Conversations, ratings, journals; the sweep and the right to be forgotten; the Arrow export."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from assistant.errors import StoreError
from assistant.store import Erased, Store
from assistant.store.records import (
    Address,
    Customer,
    Feedback,
    Mode,
    Order,
    OrderKind,
    OrderLine,
    Payment,
    Product,
    Review,
    Shipment,
    StatusChange,
)

at = datetime.fromisoformat
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as made:
        yield made


def table(batches: Iterator[pa.RecordBatch]) -> list[dict[str, object]]:
    return pa.Table.from_batches(list(batches)).to_pylist()


def test_turns_are_numbered_without_gaps_when_threads_append_at_once(store: Store) -> None:
    store.conversations.start("a", "web")
    store.conversations.start("b", "web")

    def talk(author: str) -> None:
        for n in range(20):
            store.conversations.append("ab"[n % 2], author, f"{author} {n}")

    threads = [threading.Thread(target=talk, args=(f"agent:{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for conversation in "ab":
        turns = store.conversations.turns(conversation)
        assert [turn.number for turn in turns] == list(range(1, 61))
        for author in {turn.author for turn in turns}:
            said = [int(turn.text.split()[-1]) for turn in turns if turn.author == author]
            assert said == sorted(said)


def test_a_conversation_is_started_once(store: Store) -> None:
    first = store.conversations.start("a", "web", "zelda")
    assert (first.mode, first.customer_id, first.memory) == (Mode.BOT, "zelda", {})
    assert store.conversations.start("a", "phone") == first


def test_the_last_turns_come_in_order(store: Store) -> None:
    store.conversations.start("a", "web")
    for n in range(5):
        store.conversations.append("a", "customer", str(n))
    assert [turn.text for turn in store.conversations.turns("a", limit=2)] == ["3", "4"]
    assert store.conversations.turns("nobody") == []


def test_a_turn_needs_its_conversation(store: Store) -> None:
    with pytest.raises(StoreError, match="no conversation 'a'"):
        store.conversations.append("a", "customer", "hello")
    with pytest.raises(StoreError):
        store.feedback.add(Feedback("a", 1, 1, "", NOW))


def test_a_conversation_moves_up_when_something_is_said(store: Store) -> None:
    for name in "abc":
        store.conversations.start(name, "web")
    store.conversations.append("a", "customer", "hello?")
    assert [c.id for c in store.conversations.recent()] == ["a", "c", "b"]
    store.conversations.switch("b", Mode.WAITING)
    assert [c.id for c in store.conversations.recent(Mode.WAITING)] == ["b"]
    assert len(store.conversations.recent(limit=2)) == 2


def test_of_two_agents_who_take_over_at_once_one_succeeds(store: Store) -> None:
    store.conversations.start("a", "web")
    store.conversations.switch("a", Mode.WAITING)
    taken: list[str] = []

    def take(agent: str) -> None:
        if store.conversations.switch("a", Mode.AGENT, assignee=agent, expected=Mode.WAITING):
            taken.append(agent)

    threads = [threading.Thread(target=take, args=(f"agent {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [store.conversations.get("a").assignee] == taken


def test_memory_is_replaced_without_touching_who_speaks(store: Store) -> None:
    store.conversations.start("a", "web")
    store.conversations.switch("a", Mode.AGENT, assignee="mia")
    store.conversations.remember("a", {"wish": ["mug", 2]})
    conversation = store.conversations.get("a")
    assert (conversation.memory, conversation.mode, conversation.assignee) == ({"wish": ["mug", 2]}, Mode.AGENT, "mia")


def test_the_sweep_takes_old_conversations_that_nobody_is_in(store: Store) -> None:
    for name in ("old", "waiting", "fresh"):
        store.conversations.start(name, "web")
    store.conversations.append("old", "customer", "hello")
    store.feedback.add(Feedback("old", 1, -1, "slow", NOW))
    store.conversations.switch("waiting", Mode.WAITING)
    cut = store.conversations.get("waiting").updated_at + timedelta(microseconds=1)
    store.conversations.append("fresh", "customer", "hi")
    assert store.conversations.sweep(cut) == 1
    assert {c.id for c in store.conversations.recent()} == {"waiting", "fresh"}
    assert store.conversations.turns("old") == []
    assert list(store.feedback.all()) == []


def test_a_forgotten_customer_leaves_figures_and_nothing_else(store: Store) -> None:
    order = Order(
        "1", "zelda", at("2024-01-01"), "delivered", address=Address("1 Elm St", zip="80279"), attributes={"note": "ring twice"},
        lines=(OrderLine("mug", "Mug", 2, 5.0),), payments=(Payment("payment", 10.0, "paypal_zelda"),),
        shipments=(Shipment(("track-zelda",)),), history=(StatusChange("delivered", None, "left with zelda"),),
    )  # fmt: skip
    store.customers.upsert([Customer("zelda", "Zelda", "Lee", "zelda@example.com"), Customer("bob")])
    store.orders.upsert([order, Order("2", "bob")])
    store.reviews.upsert([Review("r", "mug", "zelda", 5.0, text="good")])
    store.conversations.start("a", "web", "zelda")
    store.conversations.append("a", "customer", "I am Zelda Lee")
    assert store.erase_customer("zelda") == Erased(customers=1, conversations=1, orders_anonymised=1, reviews_anonymised=1)
    dump = "\n".join(store._db._connection().raw.iterdump()).casefold()
    assert "zelda" not in dump
    assert "elm st" not in dump
    assert store.orders.get("1").lines == order.lines
    assert store.reviews.get("r").rating == 5.0
    assert store.orders.get("2").customer_id == "bob"
    assert not store.erase_customer("zelda")


def test_the_journals_keep_their_order(store: Store) -> None:
    for n in range(3):
        store.audit.append("mia", "cancel", f"#W{n}", reason="no longer needed", items=[n])
    latest = store.audit.recent(2)
    assert [entry.subject for entry in latest] == ["#W2", "#W1"]
    assert latest[0].detail == {"reason": "no longer needed", "items": [2]}
    store.conversations.start("a", "web")
    rating = Feedback("a", 1, -1, "wrong", NOW)
    store.feedback.add(rating)
    assert list(store.feedback.all()) == [rating]


def test_order_lines_are_exported_with_the_head_of_their_order(store: Store) -> None:
    late = at("2010-01-01 10:01")
    lines = (OrderLine("1", "one", 2, 1.5, "1-red"), OrderLine("2", "two", 1, 0.0, booked_at=late))
    store.orders.upsert(
        [
            Order("B", None, None, kind=OrderKind.ADJUSTMENT, lines=(OrderLine("B", "debt", 1, -5.0),)),
            Order("A", "zelda", at("2010-01-01 10:00"), "shipped", country="France", lines=lines),
            Order("C", "bob", at("2010-01-02 23:30-05:00"), lines=lines[:1]),
        ]
    )
    rows = table(store.export.order_lines(batch_size=2))
    assert [(row["order_id"], row["line_no"]) for row in rows] == [("A", 0), ("A", 1), ("B", 0), ("C", 0)]
    assert rows[0] == {
        "order_id": "A", "order_kind": "sale", "status": "shipped", "customer_id": "zelda", "country": "France",
        "placed_at": at("2010-01-01 10:00"), "product_id": "1", "quantity": 2, "unit_price": 1.5, "line_no": 0, "variant_id": "1-red",
    }  # fmt: skip
    assert rows[1]["placed_at"] == late
    assert (rows[2]["order_kind"], rows[2]["placed_at"], rows[2]["unit_price"]) == ("adjustment", None, -5.0)
    assert rows[3]["placed_at"] == at("2010-01-02 23:30")


def test_the_other_exports_are_typed_and_leave_private_things_out(store: Store) -> None:
    store.catalogue.upsert([Product("1", "One", price=2.5, active=False, attributes={"colour": "red"})])
    store.customers.upsert([Customer("zelda", "Zelda", "Lee", "zelda@example.com", Address("1 Elm St", city="York", zip="Y1"))])
    store.reviews.upsert([Review("r", "1", rating=4, attributes={"age": 33})])
    store.orders.upsert([Order("1", "zelda", payments=(Payment("payment", 10.0), Payment("refund", 4.0)))])
    store.conversations.start("a", "web")
    store.feedback.add(Feedback("a", 1, -1, "", NOW))
    (product,), (customer,), (review,), (order,), (talk,) = (
        table(getattr(store.export, name)()) for name in ("products", "customers", "reviews", "orders", "conversations")
    )
    assert (product["price"], product["active"], product["stock"], product["attributes"]) == (2.5, False, None, '{"colour":"red"}')
    assert (customer["city"], customer["zip"], customer["created_at"]) == ("York", "Y1", None)
    assert not {"email", "address", "address1"} & customer.keys()
    assert json.loads(str(review["attributes"])) == {"age": 33}
    assert (order["paid"], order["refunded"]) == (10.0, 4.0)
    assert (talk["turns"], talk["thumbs_down"]) == (0, 1)


def test_an_empty_store_exports_nothing(store: Store) -> None:
    assert list(store.export.order_lines()) == []
