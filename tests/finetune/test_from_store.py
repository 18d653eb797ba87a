"""A shop's corrections become its model: judged first, put to use, listed, taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("onnx")

from assistant.commands import app as shop_app
from assistant.config import Settings
from assistant.corrections import correct
from assistant.errors import BadSettings, ImportRefused, ModelWorse
from assistant.intents import load_catalogue
from assistant.models.registry import WEIGHTS, find_model
from assistant.store import Store
from assistant.types import Role
from assistant.understand import load_understander
from finetune import from_store
from finetune.commands import app
from finetune.from_store import gather, learn_from_store
from finetune.shipped_data import own_examples

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (WEIGHTS / "encoder" / "card.json").is_file(), reason="the shipped model is not here"),
]

WORDS = ("kettle", "lamp", "jacket", "boots", "mug", "rug", "tent", "stove", "rope", "bowl")
TAUGHT = [(f"do the glimmer with my {word}", "exchange_items") for word in WORDS]
WRONG = [("where is my parcel", "greeting"), ("track my order please", "greeting"), ("hello", "get_refund"), ("good morning", "get_refund")]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An empty shop; fewer reminders and a smaller guard than a real run has, for time."""
    monkeypatch.setattr(from_store, "PATTERNS", 1)
    monkeypatch.setattr(from_store, "FOLDS", 2)

    def fewer(*arguments: object) -> tuple[object, object]:
        train, held = own_examples(*arguments)  # type: ignore[arg-type]
        return train, held.take(range(0, len(held), 4))

    monkeypatch.setattr(from_store, "own_examples", fewer)
    with Store.create(tmp_path / "shop") as made:
        yield made


def teach(store: Store, pairs: Sequence[tuple[str, str]]) -> None:
    for text, label in pairs:
        correct(store, "intent", text, label, by="ada")


def test_what_agents_teach_is_learnt_put_to_use_and_can_be_taken_back(store: Store) -> None:
    teach(store, TAUGHT)
    before = load_understander(store, Settings())
    assert before.understand("do the glimmer with my bench", Role.SHOPPER).intent != "exchange_items"
    learnt = learn_from_store(store, Settings())
    assert (learnt.model.name, learnt.after.corrections) == ("encoder-1", len(TAUGHT))
    assert learnt.after.accuracy >= learnt.before.accuracy
    assert learnt.after.on_corrections > 0.9 > learnt.before.on_corrections
    after = load_understander(store, Settings())
    assert after.understand("do the glimmer with my bench", Role.SHOPPER).intent == "exchange_items"
    assert after.encoder.id == before.encoder.id
    assert learnt.model.card.data[-1].rows == len(TAUGHT)
    listed = CliRunner().invoke(shop_app, ["models", "--store", str(store.folder), "--json"])
    assert [(m["name"], m["in_use"]) for m in map(json.loads, listed.stdout.splitlines()) if m["name"].startswith("encoder")] == [
        ("encoder", False),
        ("encoder-1", True),
    ]
    back = CliRunner().invoke(shop_app, ["models", "rollback", "--store", str(store.folder)])
    assert back.exit_code == 0, back.output
    assert find_model("encoder", store.folder) == WEIGHTS / "encoder"
    assert [e.action for e in store.audit.recent(2)] == ["model_taken_back", "model_installed"]


def test_a_model_that_would_be_worse_is_refused_with_both_figures(store: Store) -> None:
    teach(store, WRONG)
    with pytest.raises(ModelWorse, match=r"right on \d+\.\d% of \d+ messages.* the one in use on \d+\.\d%"):
        learn_from_store(store, Settings(), pull=1e-6)
    assert find_model("encoder", store.folder) == WEIGHTS / "encoder"
    assert not list((store.folder / "models").glob("encoder-*"))


def test_what_was_told_is_never_among_what_guards(store: Store) -> None:
    catalogue = load_catalogue()
    teach(store, [("a new one", "greeting")])
    guard = gather(store, catalogue).guard.texts
    teach(store, [(guard[0], "greeting"), ("a new one", "thanks"), ("gone", "no_such_intent")])
    lesson = gather(store, catalogue)
    assert dict(zip(lesson.told.texts, lesson.told.labels, strict=True)) == {"a new one": "thanks", guard[0]: "greeting"}
    assert guard[0] not in lesson.guard.texts
    assert not {text.casefold() for text in lesson.own.texts} & {text.casefold() for text in lesson.guard.texts + lesson.told.texts}
    assert "1 corrections to unknown intents" in lesson.notes[0]


def test_nothing_to_learn_from_and_an_encoder_of_ones_own_are_told(store: Store) -> None:
    result = CliRunner().invoke(app, ["finetune", "intent", "--from-store", str(store.folder)])
    assert isinstance(result.exception, ImportRefused)
    assert "Nothing to learn from" in str(result.exception)
    with pytest.raises(BadSettings, match="refine the shipped model"):
        learn_from_store(store, Settings(encoder="some/folder"))
