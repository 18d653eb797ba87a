"""Labelled texts from files of all sorts, good and bad."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from assistant.errors import ImportRefused
from assistant.intents import load_catalogue
from finetune.augment import altered, augmented
from finetune.data import Columns, Labelled, has_split, match_labels, read_labelled, split_off
from finetune.shop_talk import ShopTalk


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "text,intent\nwhere is it,track\nhello,greet\n"),
        ("b.csv", "\ufeffflags,utterance,category,intent\nX,where is it,ORDER,track\nY,hello,TALK,greet\n"),
        ("c.tsv", "Query\tLabel\nwhere is it\ttrack\nhello\tgreet\n"),
        ("d.jsonl", '{"text": "where is it", "label": "track"}\n\n{"text": "hello", "label": "greet"}\n'),
        ("e.json", '[{"message": "where is it", "intent": "track"}, {"message": "hello", "intent": "greet"}]'),
        ("f.json", '{"train": [["where is it", "track"]], "oos_train": [["hello", "greet"]], "val": [["x", "y"]]}'),
        ("g.csv", "text;label\nwhere is it;track\nhello;greet\n"),
    ],
)
def test_columns_and_layouts_are_guessed(tmp_path: Path, name: str, content: str) -> None:
    data = read_labelled([written(tmp_path / name, content)])
    assert data.texts == ("where is it", "hello")
    assert data.labels == ("track", "greet")


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "body,kind\nhi,greet\n")
    assert read_labelled([path], Columns("body", "kind")).labels == ("greet",)
    with pytest.raises(ImportRefused, match="--text"):
        read_labelled([path])
    with pytest.raises(ImportRefused, match="no column 'boddy'"):
        read_labelled([path], Columns("boddy", "kind"))


def test_latin_1_and_line_breaks_inside_fields(tmp_path: Path) -> None:
    data = read_labelled([written(tmp_path / "a.csv", 'text,label\n"où est\nmon colis",suivi\n'.encode("latin-1"))])
    assert data.texts == ("où est mon colis",)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"PK\x03\x04\x00\x00binary", "binary"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"text,label\n", "No labelled text"),
        ("a.json", b"{", "not valid JSON"),
        ("a.json", b"3", "not a list"),
        ("a.json", b'{"words": [1]}', "none for 'train'"),
        ("a.jsonl", b'{"text": "a", "label": "b"}\n{oops\n', "line 2"),
        ("a.jsonl", b"[1, 2, 3]\n", "row 1"),
        ("a.xlsx", b"text", "ending"),
    ],
)
def test_files_that_cannot_be_read_say_why(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    with pytest.raises(ImportRefused, match=told):
        read_labelled([written(tmp_path / name, content)])


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no file"):
        read_labelled([tmp_path / "none.csv"])
    with pytest.raises(ImportRefused, match="folder"):
        read_labelled([tmp_path])


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    rows = [
        {"text": "a", "label": "x"},
        {"text": "  ", "label": "x"},
        {"text": "b", "label": ""},
        {"text": "A", "label": "y"},
        {"text": None, "label": "y"},
    ]
    data = read_labelled([written(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)))])
    assert data.texts == ("a", "A")
    told = " ".join(data.notes)
    assert "2 rows without text" in told
    assert "1 rows without label" in told
    assert "2 labels have one example only" in told
    assert "more than one label" in told


def test_a_split_is_stratified_and_seeded() -> None:
    data = Labelled(tuple(f"t{i}" for i in range(101)), ("a",) * 60 + ("b",) * 40 + ("lonely",))
    rest, part = split_off(data, 0.1, seed=5)
    assert sorted(part.labels) == ["a"] * 6 + ["b"] * 4
    assert "lonely" in rest.labels
    assert set(rest.texts) | set(part.texts) == set(data.texts)
    assert not set(rest.texts) & set(part.texts)
    assert split_off(data, 0.1, seed=5)[1] == part


def test_labels_are_matched_but_for_case_plural_and_the_names_of_outside() -> None:
    matched = match_labels(["check_invoice", "Track-Order", "ood", "novel"], ["check_invoices", "track_order", "oos"])
    assert matched.to_model == {"check_invoice": "check_invoices", "Track-Order": "track_order", "ood": "oos"}
    assert matched.unknown == ("novel",)
    assert len(matched.notes) == 3


def test_splits_of_a_json_file_are_seen(tmp_path: Path) -> None:
    path = written(tmp_path / "c.json", '{"train": [], "val": [["x", "y"]]}')
    assert has_split(path, "valid")
    assert not has_split(path, "test")


def test_augmentation_keeps_originals_and_labels_and_is_seeded() -> None:
    data = Labelled(("where is my parcel please", "I want to cancel my order"), ("track", "cancel"))
    more = augmented(data, copies=5, seed=3)
    assert more.texts[:2] == data.texts
    assert more.labels == data.labels * 6
    assert len(set(more.texts)) > 6
    assert augmented(data, copies=5, seed=3) == more
    chooser = random.Random(1)
    assert all(altered("x", chooser) for _ in range(50))


def test_shop_talk_covers_the_catalogue_and_fills_every_slot() -> None:
    talk = ShopTalk(seed=7)
    assert set(talk.intents) == set(load_catalogue().names)
    messages = talk.messages(20)
    assert all(messages.labels.count(intent) >= 8 for intent in talk.intents)
    assert not [text for text in messages.texts if any(mark in text for mark in "{}|") or not text.strip()]
    assert ShopTalk(seed=7).messages(20) == messages
