"""Readings kept on disk: read once, again when the text or the model changes, forgotten with the text."""

from __future__ import annotations

from pathlib import Path

from assistant.models.readings import embeddings_of, open_readings, update_readings
from tests.fake_sentiment import WordSentiment

TEXTS = {"a": "The fabric is lovely.", "b": "The zip broke.", "c": "It came on Monday."}


def test_what_was_read_comes_back(tmp_path: Path) -> None:
    report = update_readings(tmp_path, TEXTS.items(), WordSentiment())
    assert (report.read, report.total) == (3, 3)
    kept = open_readings(tmp_path)
    assert kept is not None
    found = {id: kept.get(id, text) for id, text in TEXTS.items()}
    assert [row.polarity for row in found.values() if row] == ["positive", "negative", "neutral"]
    assert found["b"] is not None
    said = found["b"].said[0]
    assert said.aspect == "quality"
    assert TEXTS["b"][said.start : said.end] == "The zip broke."
    assert said.score < -0.9
    assert embeddings_of(kept.rows).shape == (3, 48)


def test_only_what_is_new_or_changed_is_read(tmp_path: Path) -> None:
    update_readings(tmp_path, TEXTS.items(), WordSentiment())
    reader = WordSentiment()
    report = update_readings(tmp_path, {**TEXTS, "b": "The zip is good.", "d": "Lovely."}.items(), reader)
    assert sorted(reader.texts_read) == ["Lovely.", "The zip is good."]
    assert (report.read, report.total) == (2, 4)
    kept = open_readings(tmp_path)
    assert kept is not None
    assert kept.get("b", TEXTS["b"]) is None


def test_texts_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    update_readings(tmp_path, TEXTS.items(), WordSentiment())
    update_readings(tmp_path, [("a", TEXTS["a"])], WordSentiment())
    kept = open_readings(tmp_path)
    assert kept is not None
    assert [row.id for row in kept.rows] == ["a"]


def test_another_model_reads_all_again(tmp_path: Path) -> None:
    update_readings(tmp_path, TEXTS.items(), WordSentiment("one"))
    reader = WordSentiment("two")
    assert update_readings(tmp_path, TEXTS.items(), reader).read == 3
    kept = open_readings(tmp_path)
    assert kept is not None
    assert kept.model == "two"


def test_no_text_is_kept_and_empty_ones_are_not_read(tmp_path: Path) -> None:
    update_readings(tmp_path, [("a", "A lovely secret word"), ("b", "  ")], WordSentiment())
    assert b"secret" not in (tmp_path / "readings" / "reviews.parquet").read_bytes()
    kept = open_readings(tmp_path)
    assert kept is not None
    assert len(kept) == 1


def test_the_rest_is_read_the_next_time(tmp_path: Path) -> None:
    texts = [(f"r{i}", f"lovely number {i}") for i in range(10)]
    assert update_readings(tmp_path, texts, WordSentiment(), most=6).total == 6
    assert update_readings(tmp_path, texts, WordSentiment(), most=6).total == 10


def test_nothing_was_read_yet(tmp_path: Path) -> None:
    assert open_readings(tmp_path) is None
