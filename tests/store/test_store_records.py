"""Every record comes back as it went in, and an upsert writes and counts only what differs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import StoreError
from assistant.store import Store
from assistant.store.records import (
    Account,
    AccountRole,
    Address,
    Changes,
    Conversation,
    Customer,
    FaqEntry,
    Mode,
    Order,
    OrderKind,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    ProductKind,
    Review,
    Shipment,
    StatusChange,
    Variant,
)

at = datetime.fromisoformat
ROUND_TRIP = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

words = st.text(max_size=12)
ids = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
attributes = st.dictionaries(st.text(min_size=1, max_size=6), words, max_size=3)
amounts = st.floats(allow_nan=False, allow_infinity=False, width=64)
counts = st.integers(-(2**40), 2**40)
zones = st.sampled_from([None, UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=45))])
times = st.datetimes(min_value=at("1990-01-01"), max_value=at("2090-01-01"), timezones=zones)
maybe_time = st.none() | times
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | amounts | words, lambda inner: st.lists(inner, max_size=2), max_leaves=4
)
memories = st.dictionaries(st.text(min_size=1, max_size=6), json_values, max_size=3)

variants = st.builds(Variant, ids, attributes, st.none() | amounts, st.none() | counts, st.booleans())
products = st.builds(
    Product,
    *(ids, words, words, words, words, words, st.none() | amounts, st.none() | counts, words),
    kind=st.sampled_from(ProductKind),
    active=st.booleans(),
    attributes=attributes,
    variants=st.lists(variants, max_size=3).map(tuple),
)
faqs = st.builds(FaqEntry, ids, words, words, st.sampled_from(["faq", "policy"]), st.integers(0, 99))
addresses = st.builds(Address, words, words, words, words, words, words)
methods = st.builds(PaymentMethod, ids, words, words, words, st.none() | amounts)
customers = st.builds(Customer, ids, words, words, words, addresses, maybe_time, st.lists(methods, max_size=3).map(tuple), attributes)
lines = st.builds(OrderLine, ids, words, counts, amounts, st.none() | ids, attributes, maybe_time)
payments = st.builds(Payment, words, amounts, words, maybe_time)
shipments = st.builds(
    Shipment, st.lists(words, max_size=2).map(tuple), st.lists(words, max_size=2).map(tuple), words, maybe_time, maybe_time
)
orders = st.builds(
    Order,
    *(ids, st.none() | words, maybe_time, words, st.sampled_from(OrderKind), words, st.none() | addresses),
    lines=st.lists(lines, max_size=3).map(tuple),
    payments=st.lists(payments, max_size=2).map(tuple),
    shipments=st.lists(shipments, max_size=2).map(tuple),
    history=st.lists(st.builds(StatusChange, words, maybe_time, words), max_size=2).map(tuple),
    attributes=memories,
)
plain = st.integers(-(2**53), 2**53) | amounts | words | st.booleans()
reviews = st.builds(
    Review,
    *(ids, words, st.none() | words, st.none() | amounts, words, words, maybe_time),
    st.dictionaries(st.text(min_size=1, max_size=6), plain, max_size=3),
)
KINDS = {"catalogue": products, "faq": faqs, "customers": customers, "orders": orders, "reviews": reviews}


@pytest.fixture(scope="module")
def shared_store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "shop") as store:
        yield store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as made:
        yield made


@pytest.mark.parametrize("kind", KINDS)
@ROUND_TRIP
@given(data=st.data())
def test_every_record_comes_back_as_it_went_in(shared_store: Store, kind: str, data: st.DataObject) -> None:
    record = data.draw(KINDS[kind])
    repository = getattr(shared_store, kind)
    repository.upsert([record])
    assert repository.many([record.id]) == {record.id: record}
    assert repository.get(record.id) == record
    assert repository.upsert([record]) == Changes(unchanged=1)


@pytest.mark.parametrize("kind", KINDS)
@ROUND_TRIP
@given(data=st.data())
def test_an_upsert_counts_the_new_the_changed_and_the_equal(kind: str, data: st.DataObject) -> None:
    before = data.draw(st.lists(KINDS[kind], max_size=4, unique_by=lambda record: record.id))
    after = data.draw(st.lists(KINDS[kind], max_size=4, unique_by=lambda record: record.id))
    old, new = ({record.id: record for record in records} for records in (before, after))
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "shop") as store:
        repository = getattr(store, kind)
        repository.upsert(before)
        assert repository.upsert(after) == Changes(
            added=sum(key not in old for key in new),
            changed=sum(key in old and repr(old[key]) != repr(new[key]) for key in new),
            unchanged=sum(key in old and repr(old[key]) == repr(new[key]) for key in new),
        )
        assert {record.id: record for record in repository.all()} == old | new
        assert repository.count() == len(old | new)


def test_a_changed_order_loses_the_lines_it_no_longer_has(store: Store) -> None:
    order = Order("#W1", lines=tuple(OrderLine(str(n), "thing", n, 1.0) for n in range(3)), payments=(Payment("payment", 3.0),))
    store.orders.upsert([order])
    shorter = replace(order, lines=order.lines[:1], payments=())
    assert store.orders.upsert([shorter]) == Changes(changed=1)
    assert store.orders.get("#W1") == shorter
    assert [batch.num_rows for batch in store.export.order_lines()] == [1]


def test_the_later_of_two_records_with_one_id_wins(store: Store) -> None:
    store.catalogue.upsert([Product("1", "first"), Product("1", "second")])
    assert [product.name for product in store.catalogue.all()] == ["second"]


def test_orders_are_found_as_people_type_them(store: Store) -> None:
    store.orders.upsert([Order("#W2378156"), Order("C489449"), Order("c489449")])
    assert [store.orders.get(typed).id for typed in ("w2378156", "#W2378156", " W2378156 ")] == ["#W2378156"] * 3
    assert store.orders.get("c489449").id == "c489449"
    assert store.orders.get("C489449").id == "C489449"
    assert store.orders.get("W99") is None


def test_a_customers_orders_come_latest_first(store: Store) -> None:
    days = [at(f"2024-05-0{day}") for day in (2, 9, 4)]
    store.orders.upsert(
        [*(Order(str(day.day), "zelda", day) for day in days), Order("undated", "zelda"), Order("other", "bob", at("2024-06-01"))]
    )
    assert [order.id for order in store.orders.of_customer("zelda")] == ["9", "4", "2", "undated"]
    assert store.orders.last_placed_at() == at("2024-06-01")


def test_customers_are_identified_only_where_one_fits(store: Store) -> None:
    home = Address(zip="SW1A 1AA")
    store.customers.upsert(
        [
            Customer("1", "Ada", "King", "Ada@Example.com", home),
            Customer("2", "Bo", "Li", "twins@example.com", home),
            Customer("3", "Bo", "Li", "twins@example.com", home),
            Customer("4", "Ann", "", "", Address()),
        ]
    )
    assert store.customers.by_email("ADA@example.COM ").id == "1"
    assert store.customers.by_name_zip("ada", " KING", "sw1a1aa").id == "1"
    assert store.customers.by_email("twins@example.com") is None
    assert store.customers.by_name_zip("Bo", "Li", "SW1A 1AA") is None
    assert store.customers.by_email("") is None
    assert store.customers.by_name_zip("Ann", "", "") is None


def test_the_catalogue_knows_its_categories_and_variants(store: Store) -> None:
    mug = Product("mug", "Mug", "Kitchen", variants=(Variant("mug-red", {"colour": "red"}),))
    store.catalogue.upsert(
        [mug, Product("post", "Postage", "Fees", kind=ProductKind.SERVICE), Product("old", "Old", "Attic", active=False)]
    )
    assert store.catalogue.categories() == ["Kitchen"]
    assert store.catalogue.of_variant("mug-red") == mug
    assert store.catalogue.of_variant("mug-blue") is None


def test_faq_entries_come_by_position(store: Store) -> None:
    store.faq.upsert([FaqEntry("b", "B?", "b", position=2), FaqEntry("a", "A?", "a", position=1)])
    assert [entry.id for entry in store.faq.all()] == ["a", "b"]


def test_reviews_of_a_product_come_latest_first(store: Store) -> None:
    store.reviews.upsert(Review(str(day), "mug", created_at=at(f"2024-01-0{day}")) for day in (1, 3, 2))
    assert [review.id for review in store.reviews.of_product("mug", 2)] == ["3", "2"]


def test_the_token_tells_which_kind_of_data_changed(store: Store) -> None:
    start, catalogue = store.changed_at(), store.changed_at("catalogue")
    store.catalogue.upsert([Product("1", "One")])
    changed = store.changed_at()
    assert changed != start
    assert store.changed_at("catalogue") != catalogue
    store.catalogue.upsert([Product("1", "One")])
    assert store.changed_at() == changed
    catalogue = store.changed_at("catalogue", "faq")
    store.orders.upsert([Order("1")])
    assert store.changed_at() != changed
    assert store.changed_at("catalogue", "faq") == catalogue


def test_accounts_are_added_once_and_saved_again(store: Store) -> None:
    account = Account("mia", "$argon2id$...", AccountRole.MANAGER, datetime(2024, 1, 1, tzinfo=UTC))
    store.accounts.add(account)
    locked = replace(account, failed_sign_ins=3, locked_until=datetime(2024, 1, 2, tzinfo=UTC))
    store.accounts.save(locked)
    assert store.accounts.get("MIA") == locked
    assert store.accounts.all() == [locked]
    with pytest.raises(StoreError, match="'Mia'"):
        store.accounts.add(replace(account, username="Mia"))


@ROUND_TRIP
@given(
    conversation=st.builds(
        Conversation,
        *(ids, words, times.map(lambda t: t.replace(tzinfo=UTC)), times.map(lambda t: t.replace(tzinfo=UTC)), st.sampled_from(Mode)),
        assignee=st.none() | words,
        customer_id=st.none() | words,
        subject=words,
        memory=memories,
    ),
    answer=st.none() | memories,
    text=words,
)
def test_conversations_and_turns_come_back(
    shared_store: Store, conversation: Conversation, answer: dict[str, object] | None, text: str
) -> None:
    shared_store.conversations.save(conversation)
    assert shared_store.conversations.get(conversation.id) == conversation
    turn = shared_store.conversations.append(conversation.id, "bot", text, answer)
    assert shared_store.conversations.turns(conversation.id)[-1] == turn
    assert turn.answer == answer


def test_what_is_no_json_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="cannot be kept"):
        store.orders.upsert([Order("1", attributes={"when": at("2024-01-01")})])
    assert store.orders.count() == 0
