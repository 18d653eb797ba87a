"""Opinions from files of several kinds, and what their labels mean in stars."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import ImportRefused
from finetune.data import Columns
from finetune.opinions import Opinions, read_opinions, stars_of


def test_lines_of_label_and_text(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text("1 a fine pot , with a lid\n0 it cracked\n")
    read = read_opinions([path])
    assert read.texts == ("a fine pot , with a lid", "it cracked")
    assert read.labels == ("1", "0")
    assert read.names == ("0", "1")


def test_three_lines_a_row_with_the_target_put_back(tmp_path: Path) -> None:
    path = tmp_path / "train.seg"
    path.write_text("The $T$ sticks.\nlid\n-1\nA $T$ for tea.\npot\n1\n")
    read = read_opinions([path])
    assert read.texts == ("The lid sticks.", "A pot for tea.")
    assert read.targets == ("lid", "pot")
    assert read.labels == ("-1", "1")


@pytest.mark.parametrize("content", ["The $T$ sticks.\nlid\n", "no slot here\nlid\n1\n", "The $T$ sticks.\nlid\nbad\n"])
def test_a_broken_seg_file_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "train.seg"
    path.write_text(content)
    with pytest.raises(ImportRefused, match=r"train\.seg"):
        read_opinions([path])


def test_a_table_of_reviews_with_titles_and_stars(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("Title,Review Text,Rating\nNice,It pours well.,5\n,Drips.,2\n,,3\n")
    read = read_opinions([path])
    assert read.texts == ("Nice. It pours well.", "Drips.")
    assert read.labels == ("5", "2")
    assert read.notes == ("reviews.csv: 1 rows without text or label left out.",)


def test_a_table_with_aspects(tmp_path: Path) -> None:
    path = tmp_path / "aspects.csv"
    path.write_text("text,aspect,label\nThe lid sticks.,lid,negative\n")
    read = read_opinions([path])
    assert (read.targets, read.labels) == (("lid",), ("negative",))


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("words,feeling\nfine,positive\n")
    assert read_opinions([path], Columns("words", "feeling")).labels == ("positive",)
    with pytest.raises(ImportRefused, match="no column 'nothing'"):
        read_opinions([path], Columns("nothing", "feeling"))


@pytest.mark.parametrize(
    ("labels", "stars"),
    [
        ({"0", "1"}, {"0": 1, "1": 5}),
        ({"-1", "0", "1"}, {"-1": 1, "0": 3, "1": 5}),
        ({"1", "2", "5"}, {"1": 1, "2": 2, "5": 5}),
        ({"Negative", "positive", "neutral"}, {"Negative": 1, "positive": 5, "neutral": 3}),
        ({"-1", "1"}, {"-1": 1, "1": 5}),
        ({"4.0"}, {"4.0": 4}),
        ({"0"}, {"0": 1}),
    ],
)
def test_what_labels_mean(labels: set[str], stars: dict[str, float]) -> None:
    assert stars_of(labels) == stars


def test_labels_that_are_no_feelings_are_told() -> None:
    with pytest.raises(ImportRefused, match="refund"):
        stars_of({"refund", "track"})


def test_a_text_is_never_on_both_sides_of_a_split() -> None:
    texts = tuple(f"text {i % 20}" for i in range(60))
    data = Opinions(texts, tuple("01"[i % 2] for i in range(60)), ("",) * 60)
    rest, part = data.split(0.2, 1)
    assert not set(rest.texts) & set(part.texts)
    assert len(rest) + len(part) == 60


def test_a_sentence_of_many_targets_takes_no_more_than_its_share_of_the_rest() -> None:
    texts = tuple(f"text {i // 5}" for i in range(1000))
    data = Opinions(texts, tuple("01"[i % 2] for i in range(1000)), ("",) * 1000)
    rest, part = data.split(0.1, 1)
    assert not set(rest.texts) & set(part.texts)
    assert 80 <= len(part) <= 120
