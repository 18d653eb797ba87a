"""From a store to something that can be found: passages, freshness, and the errors that name a command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.indexing import index_state, open_index, passages_of, product_passage, synonyms_of, update_index
from assistant.store import Store
from assistant.store.records import FaqEntry, Order, OrderLine, Product, ProductKind, Review, Variant
from retrieval.errors import IndexMismatch, IndexMissing
from retrieval.testing import HashEncoder
from retrieval.types import Condition

MUG = Product("m1", "Harbour Mug", "kitchen", "mug", "Saltline", "Stoneware with a blue glaze.", 14.5, 3, attributes={"colour": "blue"})
SHIRT = Product(
    "s1",
    "Field Shirt",
    "clothing",
    "shirt",
    price=40.0,
    variants=(
        Variant("s1-1", {"size": "M", "colour": "green"}, 40.0, 2),
        Variant("s1-2", {"size": "L", "colour": "green"}, 42.0, 0, available=False),
    ),
)
POSTAGE = Product("post", "Postage", kind=ProductKind.SERVICE)
RETURNS = FaqEntry("faq-1", "Can I send something back?", "Within thirty days.")
TERMS = FaqEntry("terms-1", "Refunds", "To the card that paid.", kind="policy", position=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as store:
        store.catalogue.upsert([MUG, SHIRT, POSTAGE])
        store.faq.upsert([RETURNS, TERMS])
        yield store


def test_passages(store: Store) -> None:
    store.reviews.upsert([Review("r1", "m1", rating=5), Review("r2", "m1", rating=4), Review("r3", "gone", rating=1), Review("r4", "s1")])
    passages = {passage.id: passage for passage in passages_of(store)}
    assert {passage.id: passage.kind for passage in passages.values()} == {
        "product:m1": "product",
        "product:s1": "product",
        "faq:faq-1": "faq",
        "faq:terms-1": "policy",
    }
    assert passages["product:m1"].text == "Harbour Mug, Saltline, mug, kitchen\ncolour: blue\nStoneware with a blue glaze."
    assert passages["product:m1"].fields == {
        "name": "Harbour Mug",
        "price": 14.5,
        "stock": 3,
        "category": "kitchen",
        "style": "mug",
        "brand": "Saltline",
        "active": True,
        "available": True,
        "rating": 4.5,
        "attr.colour": "blue",
    }
    assert "size: M, L; colour: green" in passages["product:s1"].text
    assert passages["product:s1"].fields["stock"] == 2


@pytest.mark.parametrize(
    ("product", "available"),
    [
        (MUG, True),
        (replace(MUG, stock=0), False),
        (replace(MUG, stock=None), True),
        (replace(MUG, active=False), False),
        (SHIRT, True),
        (replace(SHIRT, variants=SHIRT.variants[1:]), False),
    ],
)
def test_available(product: Product, available: bool) -> None:
    assert product_passage(product).fields["available"] is available


def test_long_attributes_are_no_fields() -> None:
    passage = product_passage(replace(MUG, attributes={"care": "Wash by hand, " * 10, "empty": ""}))
    assert "attr.care" not in passage.fields
    assert "Wash by hand" in passage.text


def test_built_found_and_followed(store: Store) -> None:
    encoder = HashEncoder()
    seen: list[tuple[str, int, int | None]] = []
    report = update_index(store, encoder, lambda *step: seen.append(step))
    assert str(report).startswith("Index: 4 passages, 4 of them encoded")
    assert seen == [("encoding", 4, 4)]
    index = open_index(store.folder, encoder)
    assert index.search("a blue mug", where=(Condition("price", "le", 20),))[0].passage.id == "product:m1"
    assert index.search("cup", where=(Condition("kind", "eq", "product"),))[0].passage.id == "product:m1"
    store.catalogue.upsert([Product("l1", "Reading Lamp", price=9.0)])
    assert update_index(store, encoder).encoded == 1
    assert index.search("reading lamp")[0].passage.id == "product:l1"


def test_what_does_not_concern_the_index_writes_nothing(store: Store) -> None:
    encoder = HashEncoder()
    update_index(store, encoder)
    encoded = encoder.encoded
    assert not update_index(store, encoder).changed
    store.orders.upsert([Order("W1", lines=(OrderLine("m1", "Harbour Mug", 1, 14.5),))])
    report = update_index(store, encoder)
    assert (report.changed, encoder.encoded) == (False, encoded)
    assert str(report) == "Index: 4 passages, up to date."


def test_state(store: Store) -> None:
    assert index_state(store) == f"none: run shopclerk index --store {store.folder}"
    update_index(store, HashEncoder())
    assert index_state(store) == "4 passages, encoder hash:48, up to date"
    store.catalogue.upsert([replace(MUG, stock=2)])
    assert "out of date: run shopclerk index --store" in index_state(store)
    (store.folder / "index" / "manifest.json").write_text("{")
    assert index_state(store).startswith("unusable")
    update_index(store, HashEncoder())
    assert index_state(store).endswith("up to date")


def test_errors_name_the_command(store: Store) -> None:
    command = f"`shopclerk index --rebuild --store {store.folder}`"
    with pytest.raises(IndexMissing, match=command):
        open_index(store.folder, HashEncoder())
    update_index(store, HashEncoder(8))
    with pytest.raises(IndexMismatch, match=command):
        open_index(store.folder, HashEncoder(16))
    assert update_index(store, HashEncoder(16)).encoded == 4
    open_index(store.folder, HashEncoder(16))


def test_rebuild_encodes_everything(store: Store) -> None:
    update_index(store, HashEncoder())
    assert update_index(store, HashEncoder(), rebuild=True).encoded == 4


def test_a_shop_without_products_may_be_asked_for_prices(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        store.faq.upsert([RETURNS])
        update_index(store, HashEncoder())
        assert open_index(store.folder, HashEncoder()).search("mug", where=(Condition("price", "le", 20),)) == []


def test_orders_do_not_age_the_index(store: Store) -> None:
    update_index(store, HashEncoder())
    store.orders.upsert([Order("W1")])
    assert index_state(store).endswith("up to date")


def test_a_shop_adds_its_own_synonyms(store: Store) -> None:
    (store.folder / "synonyms.txt").write_text("mug, schooner\n")
    table = synonyms_of(store.folder)
    assert "schooner" in table["mug"]
    assert "cup" in table["mug"]
