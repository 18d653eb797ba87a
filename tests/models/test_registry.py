"""A shop's own models: put to use, listed, taken back, whatever happens in between."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from assistant.errors import ModelCorrupt, ModelError, ModelMissing
from assistant.models import registry
from assistant.models.folder import CARD_FILE, Card, write_card
from assistant.models.registry import draft_folder, find_model, install, installed, models_in_use, roll_back, use


def model_at(folder: Path, weights: str = "w", task: str = "encoder") -> Path:
    folder.mkdir(parents=True)
    (folder / "weights.bin").write_text(weights)
    write_card(folder, Card(task=task, name=weights, metrics={"cosine_to_torch_mean": 0.99, "valid_accuracy": 0.875}))
    return folder


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store's folder; `encoder` and `responder` ship."""
    monkeypatch.setattr(registry, "WEIGHTS", tmp_path / "shipped")
    model_at(tmp_path / "shipped" / "encoder", "base")
    model_at(tmp_path / "shipped" / "responder", "words", "responder")
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


def installs(store: Path, weights: str, slot: str = "encoder") -> str:
    with draft_folder(store, slot) as draft:
        model_at(draft, weights)
        return install(store, slot, draft, f"trained as {weights}").name


def test_the_shops_own_model_comes_first_and_slots_do_not_mix(store: Path) -> None:
    assert find_model("encoder", store) == find_model("encoder") == registry.WEIGHTS / "encoder"
    assert installs(store, "first") == "encoder-1"
    assert find_model("encoder", store) == store / "models" / "encoder-1"
    assert find_model("encoder") == registry.WEIGHTS / "encoder"
    assert find_model("responder", store) == registry.WEIGHTS / "responder"
    with pytest.raises(ModelMissing, match="unheard"):
        find_model("unheard", store)


def test_going_back_and_forth(store: Path) -> None:
    for weights in ("first", "second", "third"):
        installs(store, weights)
    assert roll_back(store, "encoder").name == "encoder-2"
    assert use(store, "encoder").name == "encoder"
    assert find_model("encoder", store) == registry.WEIGHTS / "encoder"
    assert [roll_back(store, "encoder").name for _ in range(3)] == ["encoder-2", "encoder-1", "encoder"]
    with pytest.raises(ModelMissing, match="nothing to go back to"):
        roll_back(store, "encoder")
    assert installs(store, "fourth") == "encoder-4"


def test_the_list_says_what_is_in_use_since_when_and_why(store: Path) -> None:
    installs(store, "first")
    installs(store, "second")
    listed = {model.name: model for model in installed(store)}
    assert list(listed) == ["encoder", "encoder-1", "encoder-2", "responder"]
    assert [name for name, model in listed.items() if model.active] == ["encoder-2", "responder"]
    assert listed["encoder-2"].why == "trained as second"
    assert listed["encoder-2"].since
    assert listed["encoder-1"].figures == "accuracy 0.875"
    assert [line.partition(":")[0] for line in models_in_use(store)] == ["encoder-2", "responder"]


def test_a_damaged_model_is_neither_installed_nor_used_and_what_serves_stays(store: Path) -> None:
    installs(store, "first")
    installs(store, "second")
    (store / "models" / "encoder-1" / "weights.bin").write_text("altered")
    with pytest.raises(ModelCorrupt):
        use(store, "encoder-1")
    with draft_folder(store, "encoder") as draft, pytest.raises(ModelMissing):
        install(store, "encoder", draft)
    assert find_model("encoder", store).name == "encoder-2"
    assert sorted(path.name for path in (store / "models").iterdir()) == [".lock", "encoder-1", "encoder-2", "encoder.json"]


def test_names_that_are_none_are_refused_with_those_that_are(store: Path) -> None:
    installs(store, "first")
    for name in ("encoder-7", "../shop", "nothing", ""):
        with pytest.raises(ModelMissing, match="encoder, encoder-1, responder"):
            use(store, name)


def test_a_model_in_use_that_was_deleted_is_told_with_the_way_back(store: Path) -> None:
    installs(store, "first")
    installs(store, "second")
    (store / "models" / "encoder-2" / CARD_FILE).unlink()
    with pytest.raises(ModelMissing, match="rollback encoder"):
        find_model("encoder", store)
    assert roll_back(store, "encoder").name == "encoder-1"


def test_a_broken_card_or_history_does_not_hide_the_others(store: Path) -> None:
    installs(store, "first")
    (store / "models" / "encoder-1" / CARD_FILE).write_text(json.dumps({"format": 1}))
    lines = models_in_use(store)
    assert "malformed" in lines[0]
    assert lines[1].startswith("responder: responder")
    (store / "models" / "encoder.json").write_text("{")
    with pytest.raises(ModelCorrupt, match=r"encoder\.json"):
        find_model("encoder", store)


def test_two_that_install_at_once_get_a_number_each(store: Path) -> None:
    names: list[str] = []
    threads = [threading.Thread(target=lambda n=n: names.append(installs(store, f"model{n}"))) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names) == [f"encoder-{n}" for n in range(1, 7)]
    assert find_model("encoder", store).name in names


def test_what_cannot_be_written_is_said_plainly(store: Path) -> None:
    (store / "models").write_text("a file where a folder should be")
    with pytest.raises(ModelError, match="could not be written"), draft_folder(store, "encoder"):
        pass
