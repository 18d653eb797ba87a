"""The contract of model folders: cards, sums, and what is said when they do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import ModelCorrupt, ModelMissing
from assistant.models.folder import CARD_FILE, Card, Dataset, open_model, read_card, write_card

CARD = Card(
    task="encoder",
    name="tiny",
    base="nothing",
    labels={"intent": ("a", "b")},
    data=(Dataset("own sentences", "Apache-2.0", 12),),
    metrics={"accuracy": 0.5},
    settings={"max_tokens": 8},
    licence="Apache-2.0",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "weights.bin").write_bytes(bytes(range(256)))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "words.txt").write_text("one\ntwo\n")
    write_card(tmp_path, CARD)
    return tmp_path


def test_round_trip(folder: Path) -> None:
    model = open_model(folder, "encoder")
    assert set(model.card.files) == {"weights.bin", "sub/words.txt"}
    assert (model.card.labels, model.card.data, model.card.metrics) == (CARD.labels, CARD.data, CARD.metrics)
    assert model.file("sub/words.txt").read_text() == "one\ntwo\n"


def test_id_follows_the_weights(folder: Path) -> None:
    before = read_card(folder).id
    assert before.startswith("tiny:")
    assert write_card(folder, CARD).id == before
    (folder / "weights.bin").write_bytes(b"other")
    assert write_card(folder, CARD).id != before


@pytest.mark.parametrize(("damage", "message"), [(b"short", "5 bytes"), (bytes(256), "differs from the sum"), (None, "is missing")])
def test_damage(folder: Path, damage: bytes | None, message: str) -> None:
    path = folder / "weights.bin"
    path.unlink() if damage is None else path.write_bytes(damage)
    with pytest.raises(ModelCorrupt, match=message):
        open_model(folder)


@pytest.mark.parametrize("text", ["", "[]", "null", '{"format": 1}', '{"format": "1"}', '{"format": 9}'])
def test_malformed_card(folder: Path, text: str) -> None:
    (folder / CARD_FILE).write_text(text)
    with pytest.raises(ModelCorrupt, match=CARD_FILE):
        read_card(folder)


def test_missing_and_of_another_task(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"nowhere"):
        open_model(tmp_path / "nowhere")
    with pytest.raises(ModelMissing, match=r"'encoder', not for 'responder'"):
        open_model(folder, "responder")


def test_file_that_the_card_does_not_name(folder: Path) -> None:
    (folder / "stray").write_text("")
    with pytest.raises(ModelCorrupt, match="stray"):
        open_model(folder).file("stray")
