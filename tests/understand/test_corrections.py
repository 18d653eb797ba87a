"""What people correct is kept, masked, audited, and goes with its conversation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.corrections import MOST_CHARACTERS, correct
from assistant.errors import BadQuestion, StoreError
from assistant.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as made:
        made.conversations.start("talk", "shopper")
        made.conversations.append("talk", "customer", "where has it got to")
        made.conversations.append("talk", "bot", "I do not know.")
        yield made


def test_a_correction_is_kept_with_who_said_it_and_what_the_model_said(store: Store) -> None:
    correct(store, "intent", " where has it got to ", "track_order", by="ada", was="greeting", conversation_id="talk", turn=1)
    correct(store, "sentiment", "broke at once", "negative", by="ben", was="positive")
    (kept,) = store.corrections.all("intent")
    assert (kept.text, kept.label, kept.was, kept.by, kept.turn) == ("where has it got to", "track_order", "greeting", "ada", 1)
    assert [c.text for c in store.corrections.all("sentiment")] == ["broke at once"]
    entry = next(e for e in store.audit.recent() if e.action == "intent_corrected")
    assert (entry.actor, entry.subject, entry.detail) == ("ada", "talk", {"turn": 1, "was": "greeting", "label": "track_order"})


def test_the_last_word_on_a_turn_holds(store: Store) -> None:
    for label in ("track_order", "delivery_period"):
        correct(store, "intent", "where has it got to", label, by="ada", conversation_id="talk", turn=1)
    assert store.corrections.of_conversation("talk", "intent")[1].label == "delivery_period"
    assert store.corrections.of_conversation("talk", "sentiment") == {}


def test_cards_and_secrets_are_masked_and_length_is_bounded(store: Store) -> None:
    kept = correct(store, "intent", "my card is 4242 4242 4242 4242 " + "x" * 9000, "payment_issue", by="ada")
    assert "4242 4242 4242" not in kept.text
    assert len(kept.text) <= MOST_CHARACTERS


@pytest.mark.parametrize(("text", "label"), [("", "greeting"), ("   ", "greeting"), ("hello", ""), ("hello", " ")])
def test_nothing_is_no_correction(store: Store, text: str, label: str) -> None:
    with pytest.raises(BadQuestion, match="needs a text and a label"):
        correct(store, "intent", text, label, by="ada")


@pytest.mark.parametrize(("conversation", "turn"), [("talk", 7), ("talk", None), ("nobody", 1)])
def test_a_turn_that_is_not_there_is_told_and_nothing_is_written(store: Store, conversation: str, turn: int | None) -> None:
    with pytest.raises(StoreError, match="no turn"):
        correct(store, "intent", "hello", "greeting", by="ada", conversation_id=conversation, turn=turn)
    assert store.corrections.all("intent") == []
    assert not [entry for entry in store.audit.recent() if entry.action == "intent_corrected"]


def test_corrections_go_with_their_conversation(store: Store) -> None:
    correct(store, "intent", "where has it got to", "track_order", by="ada", conversation_id="talk", turn=1)
    correct(store, "intent", "hello", "greeting", by="ada")
    store.conversations.sweep(store.conversations.recent()[0].updated_at + timedelta(seconds=1))
    assert [c.text for c in store.corrections.all("intent")] == ["hello"]
