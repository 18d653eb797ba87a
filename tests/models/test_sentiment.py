"""How a close reading is taken apart: whole, parts, words, ratings; sentences, clauses and aspects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.errors import BadSettings, ModelMissing
from assistant.models.aspects import clause_around, load_aspects, opinions
from assistant.models.sentiment import CloseReading, TrainedSentiment, sentences, weights_of_words
from tests.fake_sentiment import WordSentiment


def _read(text: str) -> CloseReading:
    return WordSentiment().read_all([text])[0]


def test_the_parts_of_a_text_feel_differently_from_the_whole() -> None:
    reading = _read("The fabric is lovely. The zip broke on the second day of all days.")
    first, second = sentences(reading.text)
    assert reading.part(*first).polarity == "positive"
    assert reading.part(*second).polarity == "negative"
    assert reading.part(*first).score > reading.whole.score > reading.part(*second).score


def test_chances_sum_to_one_and_the_rating_halves_them() -> None:
    scores = np.log(np.array([[0.1, 0.1, 0.25, 0.2, 0.35]], np.float32))
    whole = CloseReading("x", scores, ((0, 1),), (1, 2, 3, 4, 5), np.empty(0, np.float32)).whole
    assert whole.negative == pytest.approx(0.2)
    assert whole.neutral == pytest.approx(0.25)
    assert whole.positive == pytest.approx(0.55)
    assert whole.rating == 4.0
    assert whole.polarity == "positive"


def test_the_words_that_decided_are_named() -> None:
    text = "The lid broke at once"
    weights = weights_of_words(WordSentiment(), text)
    assert [text[one.start : one.end] for one in weights] == ["The", "lid", "broke", "at", "once"]
    single = {one.word: one.weight for one in weights}
    assert min(single, key=lambda word: single[word]) == "broke"
    assert single["broke"] < -5


def test_a_part_without_a_token_is_read_as_the_whole() -> None:
    reading = _read("lovely")
    assert reading.part(100, 120) == reading.whole


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("no end", ["no end"]),
        ("It cost 3.50 in all.", ["It cost 3.50 in all."]),
        ("line one\nline two", ["line one", "line two"]),
        ("Wow!!! Great.", ["Wow!!!", "Great."]),
        ("", []),
        ("...", []),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    assert [text[start:end].strip() for start, end in sentences(text)] == parts


def test_a_clause_ends_at_its_but() -> None:
    text = "The fabric is lovely but the zip broke at once, sadly."
    start = text.index("zip")
    clause = text[slice(*clause_around(text, start, start + 3))]
    assert "broke" in clause
    assert "lovely" not in clause


def test_opinions_name_the_aspect_and_feel_its_clause() -> None:
    found = {one.aspect: one.feeling.polarity for one in opinions(_read("The fabric is lovely, but the zip broke. Great price."))}
    assert found["material"] == "positive"
    assert found["quality"] == "negative"
    assert found["price"] == "positive"


def test_plurals_and_capitals_of_a_term_are_found() -> None:
    aspect = load_aspects()["quality"]
    assert aspect.words.search("The ZIPPERS jam")
    assert not aspect.words.search("chemistry")


def test_a_broken_file_of_aspects_is_told(tmp_path: Path) -> None:
    path = tmp_path / "aspects.toml"
    path.write_text("[fit]\nterms = ['fit']\n")
    with pytest.raises(BadSettings, match="no aspects"):
        load_aspects(path)


def test_a_model_that_is_not_there_is_missed_when_it_is_first_needed(tmp_path: Path) -> None:
    reader = TrainedSentiment(tmp_path / "nothing")
    with pytest.raises(ModelMissing):
        reader.read(["x"])
