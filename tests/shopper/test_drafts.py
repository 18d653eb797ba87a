"""Drafts for a person: several ways of saying it, each guarded and with its source; shorter and friendlier without a new claim."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.config import Settings
from assistant.models.relevance import Relevance
from assistant.models.responder import Phrasing
from assistant.models.slots import Request
from assistant.shopper.drafts import Drafter
from assistant.shopper.respond import GuardedResponder
from assistant.store import Store
from assistant.store.records import Product
from assistant.testing import FakeEncoder
from assistant.types import Source

LAMP, FAQ = Source("product", "p7"), Source("faq", "faq-1")


class Manifold:
    """Says several things at once, the surest first."""

    def __init__(self, *texts: str) -> None:
        self.ways = [Phrasing(text, -0.1 * (place + 1), True) for place, text in enumerate(texts)]
        self.asked: list[Request] = []

    def warm_up(self) -> None:
        """Nothing to load."""

    def phrase(self, request: Request) -> Phrasing:
        self.asked.append(request)
        return self.ways[0]

    def phrase_all(self, requests: Sequence[Request]) -> list[Phrasing]:
        return [self.phrase(request) for request in requests]

    def alternatives(self, request: Request, count: int) -> list[Phrasing]:
        return self.ways[1 : count + 1]


def drafter(store: Store, *texts: str) -> Drafter:
    return Drafter(store, GuardedResponder(Manifold(*texts) if texts else None), Settings())


def test_drafts_differ_are_guarded_and_say_where_they_come_from(store: Store) -> None:
    found = drafter(
        store,
        "The cable is two metres long.",
        "The cable is 5 metres long.",
        "Its cable is two metres long.",
        "The lamp has a linen shade.",
    ).drafts("how long is the cable of the lamp?", [LAMP, LAMP])
    texts = [draft.text for draft in found]
    assert "The cable is two metres long." in texts
    assert "The lamp has a linen shade." in texts
    assert not [text for text in texts if "5" in text]
    assert "Its cable is two metres long." not in texts, "too like another"
    assert {draft.source for draft in found} == {LAMP}
    assert [draft.confidence for draft in found] == sorted((draft.confidence for draft in found), reverse=True)
    assert all(0 < draft.confidence <= 1 for draft in found)


def test_the_shops_own_texts_come_word_for_word_and_orders_not_at_all(store: Store) -> None:
    model = drafter(store, "Delivery takes a while.")
    (draft,) = model.drafts("how long does delivery take", [FAQ, Source("order", "1"), Source("policy", "line")])
    assert draft.text == "Standard delivery takes 4 working days."
    assert not draft.by_model


def test_prices_and_stock_are_not_the_models_to_say(store: Store) -> None:
    responder = Manifold("The lamp has a linen shade.")
    Drafter(store, GuardedResponder(responder), Settings()).drafts("does the lamp have a linen shade, and what does it cost?", [LAMP])
    assert responder.asked
    assert not any("120" in str(fact) or "stock" in str(fact) for request in responder.asked for fact in request.evidence)


def test_an_attribute_is_found_by_what_is_meant(store: Store) -> None:
    store.catalogue.upsert([Product("t1", "Curlew Tent", "tents", "", "", "Goes up fast.", 90.0, 4, attributes={"material": "canvas"})])
    found = drafter(store, "It is made of canvas.").drafts("what is it made of?", [Source("product", "t1")])
    assert [draft.text for draft in found] == ["It is made of canvas."]


@pytest.mark.parametrize(("question", "weight_is_meant"), [
    ("does it keep out heavy rain?", False), ("I hike in heavy snow, will it do?", False),
    ("how heavy is it?", True), ("is the jacket really heavy?", True), ("what does it weigh?", True),
])  # fmt: skip
def test_heavy_rain_is_no_question_of_weight(store: Store, question: str, weight_is_meant: bool) -> None:
    jacket = Product("j1", "Cove Jacket", "coats", "", "", "A hood rolls into the collar.", 90.0, 4, attributes={"weight": "300 g"})
    store.catalogue.upsert([jacket])
    found = drafter(store, "It weighs 300 g.").drafts(question, [Source("product", "j1")])
    assert bool(found) is weight_is_meant


def test_confidence_is_of_the_source_and_not_of_the_words(store: Store) -> None:
    responder, relevance = GuardedResponder(Manifold("The cable is two metres long.")), Relevance(FakeEncoder(512))
    near = Drafter(store, responder, Settings(), relevance).drafts("how long is the cable of this lamp?", [LAMP])
    far = Drafter(store, responder, Settings(), relevance).drafts("would linen suit a party for my mother's birthday in spring?", [LAMP])
    assert near
    assert far
    assert max(d.confidence for d in far) < min(d.confidence for d in near)


def test_what_no_source_speaks_of_gets_no_draft(store: Store) -> None:
    assert drafter(store, "It flies.").drafts("can it fly to the moon?", [LAMP, Source("product", "gone")]) == ()


def test_without_a_model_the_sources_own_words_are_the_draft(store: Store) -> None:
    (draft,) = drafter(store).drafts("how long is the cable?", [LAMP])
    assert "two metres" in draft.text
    assert not draft.by_model


@pytest.mark.parametrize(
    ("text", "message", "shorter"),
    [
        ("Thank you for asking. The cable is 2 metres long. We love our lamps.", "how long is the cable?", "The cable is 2 metres long."),
        ("The cable is long. It may not be used outdoors.", "is the cable long?", None),
        ("Hello Ada. The shade is linen. Let me know if you need more.", "what is the shade made of", "The shade is linen."),
        ("We are glad.", "", None),
    ],
)
def test_shorter_leaves_out_what_neither_answers_nor_limits(store: Store, text: str, message: str, shorter: str | None) -> None:
    assert drafter(store).reworded(text, "shorter", message) == shorter


def test_friendlier_adds_courtesies_once_and_changes_no_word(store: Store) -> None:
    kind = drafter(store).reworded("Hello Ada, the cable is 2 metres long.", "friendlier")
    assert kind is not None
    assert kind.startswith("Hello Ada, thank you")
    assert ". The cable is 2 metres long. " in kind
    assert drafter(store).reworded(kind, "friendlier") is None
