"""`finetune intent` and `evaluate intent` as a person types them: odd data, bad files, other labels."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

pytest.importorskip("torch")

from assistant.errors import ImportRefused
from assistant.models.folder import open_model
from finetune.commands import app

pytestmark = pytest.mark.slow

WORDS = {"track": ("parcel", "package", "shipment"), "refund": ("money", "refund", "cash")}
FRAMES = ("where is the {}", "tell me about my {}", "{} please", "the {}?", "any news of the {}", "what of that {}")
ROWS = [(frame.format(word), label) for label, words in WORDS.items() for word in words for frame in FRAMES]
ODD = [
    ("one of its kind", "lonely"),
    ("", "track"),
    ("   ", "refund"),
    ("unlabelled", ""),
    ("parcel " * 1_430, "track"),
    ("📦📦 where 📦", "track"),
    ("где моя посылка", "track"),
    ("我的退款在哪里", "refund"),
    ("money\x07back", "refund"),
]


def written(path: Path, rows: list[tuple[str, str]], header: tuple[str, str] = ("text", "label")) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def model(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A model trained on odd data, and what was printed."""
    folder = tmp_path_factory.mktemp("odd")
    data = written(folder / "odd.csv", ROWS + ODD)
    options = ("--base", tiny, "--tuning", "branch", "--epochs", 2, "--batch", 8, "--threads", 1, "--max-tokens", 32, "--no-int8")
    return folder / "model", run("finetune", "intent", "--train", data, "--out", folder / "model", *options)


def test_lone_labels_empty_long_and_foreign_texts_are_told_or_taken(model: tuple[Path, Result]) -> None:
    folder, result = model
    assert result.exit_code == 0, result.output
    assert "2 rows without text left out" in result.stderr
    assert "1 rows without label left out" in result.stderr
    assert "1 labels have one example only (lonely)" in result.stderr
    assert open_model(folder).card.labels["intent"] == ("lonely", "refund", "track")
    assert "3 labels" in result.stdout


def test_odd_texts_are_judged_like_others(model: tuple[Path, Result], tmp_path: Path) -> None:
    result = run("evaluate", "intent", "--model", model[0], "--data", written(tmp_path / "odd.csv", ODD), "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["examples"] == 6


def test_labels_that_the_model_does_not_know_are_refused_or_told(model: tuple[Path, Result], tmp_path: Path) -> None:
    none = run("evaluate", "intent", "--model", model[0], "--data", written(tmp_path / "none.csv", [("hello", "greet")]))
    assert isinstance(none.exception, ImportRefused)
    assert "none of the model's" in str(none.exception)
    some = run(
        "evaluate", "intent", "--model", model[0], "--data", written(tmp_path / "some.csv", [("hello", "greet"), ("cash", "Refund")])
    )
    assert some.exit_code == 0
    assert "1 texts with labels that the model does not know left out: greet" in some.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04\x00\x00\x08\x00", "binary"),
        (b"", "empty"),
        (b"body,kind\nhello,greet\n", "--text"),
        (b"text,colour\nhello,red\n", "--label"),
        (b"text,label\nhello,greet\nhi,greet\n", "two labels"),
        (b"text,label\nhello,greet\nmoney,refund\n", "validate"),
    ],
)
def test_files_that_nothing_can_be_learnt_from_say_why(tiny: Path, tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    result = run("finetune", "intent", "--train", path, "--out", tmp_path / "model", "--base", tiny)
    assert isinstance(result.exception, ImportRefused)
    assert told in str(result.exception)
    assert not (tmp_path / "model").exists()


def test_without_data_or_a_place_to_go_the_command_says_what_it_needs(tmp_path: Path) -> None:
    for words in ((), ("--train", tmp_path / "a.csv"), ("--out", tmp_path / "m")):
        result = run("finetune", "intent", *words)
        assert result.exit_code == 2
        assert "--from-store" in result.output
