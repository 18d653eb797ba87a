"""What was understood is shown to agents, and what they correct is kept for training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.desk.readings import SHOWN, Heard, Readings
from assistant.errors import BadQuestion, StoreError
from assistant.intents import load_catalogue
from assistant.store import Store
from assistant.testing import FakeUnderstander


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as made:
        made.conversations.start("talk", "shopper")
        for author, text in (("customer", "hello"), ("bot", "Hello!"), ("customer", "where has it got to"), ("agent:ada", "Let me look.")):
            made.conversations.append("talk", author, text)
        yield made


@pytest.fixture
def readings(store: Store) -> Readings:
    return Readings(store, FakeUnderstander("greeting"), load_catalogue())


def heard(store: Store, readings: Readings) -> tuple[Heard, ...]:
    return readings.of("talk", store.conversations.turns("talk"))


def test_the_customers_messages_the_latest_first_and_nobody_elses(store: Store, readings: Readings) -> None:
    assert heard(store, readings) == (Heard(3, "where has it got to", "greeting", 1.0), Heard(1, "hello", "greeting", 1.0))
    for n in range(SHOWN + 2):
        store.conversations.append("talk", "customer", f"more {n}")
    assert [h.text for h in heard(store, readings)] == [f"more {n}" for n in range(SHOWN + 1, 1, -1)]
    assert readings.of("talk", []) == ()


def test_a_correction_shows_at_once_and_is_kept_with_what_was_understood(store: Store, readings: Readings) -> None:
    readings.correct("talk", 3, "track_order", "ada")
    assert heard(store, readings)[0] == Heard(3, "where has it got to", "track_order", 1.0, corrected=True)
    (kept,) = store.corrections.all("intent")
    assert (kept.text, kept.label, kept.was, kept.by) == ("where has it got to", "track_order", "greeting", "ada")
    assert store.audit.recent(1)[0].action == "intent_corrected"


def test_only_intents_of_customers_may_be_chosen(store: Store, readings: Readings) -> None:
    assert "track_order" in readings.choices
    assert all(readings.choices.values())
    staff = {intent.name for intent in load_catalogue()} - set(readings.choices)
    for name in (*staff, "invented", ""):
        with pytest.raises(BadQuestion, match="no intent"):
            readings.correct("talk", 3, name, "ada")


@pytest.mark.parametrize(("conversation", "turn"), [("talk", 2), ("talk", 4), ("talk", 99), ("nobody", 1)])
def test_only_the_customers_own_words_can_be_corrected(readings: Readings, conversation: str, turn: int) -> None:
    with pytest.raises(StoreError, match="no message of the customer's"):
        readings.correct(conversation, turn, "track_order", "ada")
