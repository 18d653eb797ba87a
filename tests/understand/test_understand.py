"""From text to understanding: roles, confidence, new intents, entities of the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.intents import OUT_OF_SCOPE, Catalogue, Intent
from assistant.models.intent import NearestExamples, Reading, Scope, WithNewIntents, calibrated, scope_features, softmax
from assistant.store import Store
from assistant.store.records import Order, Product, ProductKind
from assistant.testing import FakeEncoder
from assistant.types import Role
from assistant.understand import CatalogueWords, Understander
from retrieval.types import Encoder

CATALOGUE = Catalogue(
    (
        Intent("greeting", "", ("hello there", "good morning"), (Role.SHOPPER, Role.STAFF)),
        Intent("track", "", ("where is my parcel", "track my parcel"), (Role.SHOPPER,)),
        Intent("sales", "", ("sales last month", "total sales"), (Role.STAFF,)),
        Intent(OUT_OF_SCOPE, "", ("weather tomorrow", "tell the capital"), (Role.SHOPPER, Role.STAFF)),
    )
)


class FixedReader:
    """Gives the same probabilities to every text."""

    labels = ("greeting", "track", "sales", OUT_OF_SCOPE)

    def __init__(self, row: Sequence[float]) -> None:
        self.row = row
        self.encoder: Encoder = FakeEncoder()

    def read(self, texts: Sequence[str]) -> Reading:
        return Reading(self.encoder.encode(texts), np.array([self.row] * len(texts), dtype=np.float32))


@pytest.fixture
def nearest() -> Understander:
    return Understander(NearestExamples(FakeEncoder(512), CATALOGUE.intents), CATALOGUE)


def test_the_nearest_example_decides(nearest: Understander) -> None:
    read = nearest.understand("where is my big parcel", Role.SHOPPER)
    assert read.intent == "track"
    assert read.confidence == read.candidates[0][1] > 0.5
    assert read.embedding is not None
    assert np.linalg.norm(read.embedding) == pytest.approx(1.0, abs=1e-5)


def test_a_role_means_only_what_it_may_mean() -> None:
    understander = Understander(FixedReader((0.1, 0.2, 0.6, 0.1)), CATALOGUE)
    shopper, staff = (understander.understand("x", role) for role in (Role.SHOPPER, Role.STAFF))
    assert (shopper.intent, staff.intent) == ("track", "sales")
    assert shopper.confidence == pytest.approx(0.5)
    assert staff.confidence == pytest.approx(0.75)
    assert "sales" not in dict(shopper.candidates)


@pytest.mark.parametrize("text", ["", "   ", "???", "🛒🛒🛒", "\n\t", "где мой заказ", "我的订单在哪里"])
def test_nothing_readable_is_out_of_scope(nearest: Understander, text: str) -> None:
    read = nearest.understand(text, Role.SHOPPER)
    assert read.intent == OUT_OF_SCOPE
    assert read.entities == ()


def test_very_long_and_foreign_texts_are_read(nearest: Understander) -> None:
    for text in ("parcel " * 5000, "où est mon colis déjà payé", "\x00\x01 binary", "12345"):
        read = nearest.understand(text, Role.SHOPPER)
        assert read.text == text
        assert 0 <= read.confidence <= 1


def test_a_batch_reads_like_one_by_one(nearest: Understander) -> None:
    texts = ["hello there friend", "track my parcel", ""]
    batch = nearest.understand_batch(texts, Role.SHOPPER)
    assert [b.intent for b in batch] == [nearest.understand(text, Role.SHOPPER).intent for text in texts]
    assert nearest.understand_batch([], Role.SHOPPER) == []


def test_an_intent_unknown_to_the_trained_model_works_at_once() -> None:
    encoder = FakeEncoder(512)
    reader = FixedReader((0.7, 0.2, 0.05, 0.05))
    reader.encoder = encoder
    registry = Intent("registry", "", ("open a wedding list", "wedding list please"), (Role.SHOPPER,))
    both = WithNewIntents(reader, NearestExamples(encoder, [registry]))
    near, far = both.read(["open a wedding list please", "hello there"]).probabilities
    assert both.labels[int(near.argmax())] == "registry"
    assert both.labels[int(far.argmax())] == "greeting"
    assert near.sum() == pytest.approx(1.0, abs=1e-5)
    assert far.sum() == pytest.approx(1.0, abs=1e-5)


def test_probabilities_turn_outside_exactly_at_the_threshold() -> None:
    logits = np.random.default_rng(3).normal(0, 3, (400, 6)).astype(np.float32)
    scope = Scope((-0.6, -0.2, 0.1, 0.3, 0.8), 0.2, 0.35)
    chance = scope.chance(scope_features(logits, None, 5, 1.3))
    probabilities = calibrated(logits, None, 5, 1.3, scope)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert ((probabilities.argmax(axis=1) == 5) == (chance >= 0.35)).all()
    assert 0.05 < (chance >= 0.35).mean() < 0.95
    inside = probabilities.argmax(axis=1) != 5
    assert (probabilities[inside].argmax(axis=1) == logits[inside, :5].argmax(axis=1)).all()


def test_a_model_without_such_a_label_gains_one() -> None:
    logits = np.eye(3, dtype=np.float32) * 4
    probabilities = calibrated(logits, None, None, 1.0, Scope((0.0, 0.0, 0.0, 0.0), 2.0, 0.5))
    assert probabilities.shape == (3, 4)
    assert (probabilities.argmax(axis=1) == 3).all()
    assert np.allclose(softmax(logits).sum(axis=1), 1)


def test_the_words_of_a_store_follow_its_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.understand.REFRESH_SECONDS", 0.0)
    with Store.create(tmp_path / "shop") as store:
        store.catalogue.upsert(
            [Product("a1", "Copper Garden Lantern", category="garden"), Product("s1", "Copper Shipping", kind=ProductKind.SERVICE)]
        )
        store.orders.upsert([Order("#Z90001"), Order("#Z90002")])
        understander = Understander(FixedReader((0.4, 0.4, 0.1, 0.1)), CATALOGUE, CatalogueWords(store))
        read = understander.understand("is the copper garden lantern of Z90001 in stock? I have the moss bench too", Role.SHOPPER)
        assert [e.value for e in read.of_kind("product")] == ["a1"]
        assert [e.value for e in read.of_kind("order_id")] == ["Z90001"]
        store.catalogue.upsert([Product("a2", "Moss Bench")])
        later = understander.understand("the moss bench", Role.SHOPPER)
        assert [e.value for e in later.of_kind("product")] == ["a2"]
