"""Files to rows: encodings, syntax, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ImportRefused
from assistant.importers.columns import fields, match
from assistant.importers.reading import open_source

Bad = list[tuple[int, str, str]]


def read(path: Path) -> tuple[list[tuple[int, dict[str, Any]]], Bad, list[str]]:
    """Rows with their numbers, what was bad, what was noticed."""
    notices: list[str] = []
    bad: Bad = []
    source = open_source(path, notices.append)
    return [(row.number, row.cells) for row in source.rows(lambda *what: bad.append(what))], bad, notices


def written(tmp_path: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_of_a_csv_is_found(tmp_path: Path, encoding: str) -> None:
    rows, bad, notices = read(written(tmp_path, "a.csv", "name,price\nCafé crème,3\nPlain tea,2\n", encoding))
    assert rows == [(2, {"name": "Café crème", "price": "3"}), (3, {"name": "Plain tea", "price": "2"})]
    assert bad == []
    assert len(notices) == (encoding == "cp1252")


def test_latin_1_is_read_and_said(tmp_path: Path) -> None:
    _, _, (notice,) = read(written(tmp_path, "a.csv", "name\nTea\nCafé crème\n", "latin-1"))
    assert "not UTF-8" in notice
    assert "line 3 has 'Café crème'" in notice


@pytest.mark.parametrize(
    "content",
    ["name\n日本のお茶とお菓子の詰め合わせ\n".encode("shift-jis"), "name\nХлеб и вода\n".encode("koi8-r"), b"\x00\x01\x02\xff" * 50],
)
def test_an_encoding_that_cannot_be_told_is_refused_with_the_way_out(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ImportRefused, match=r"encoding that cannot be told.*UTF-8"):
        read(written(tmp_path, "a.csv", content))


def test_utf16_that_breaks_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="breaks off"):
        read(written(tmp_path, "a.csv", "name\ntea\n".encode("utf-16")[:-1]))


def test_a_bad_byte_far_into_a_utf8_file_is_found_and_not_taken_for_another_encoding(tmp_path: Path) -> None:
    content = "name\n" + "crème brûlée with sugar\n" * 100_000
    with pytest.raises(ImportRefused, match="line 100002 has the byte 0xE9, which is not UTF-8, but other lines are"):
        read(written(tmp_path, "a.csv", content.encode() + b"caf\xe9\n"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows, _, _ = read(written(tmp_path, "a.csv", f'a{delimiter}b\n"x{delimiter}y"{delimiter}2\n'))
    assert rows == [(2, {"a": f"x{delimiter}y", "b": "2"})]


def test_rows_know_their_line_and_odd_ones_are_reported(tmp_path: Path) -> None:
    content = 'a,b\n"one\ntwo",1\nshort\n3,4,5\n\n"x"y,1\nlast,9\n'
    rows, bad, _ = read(written(tmp_path, "a.csv", content))
    assert rows == [(2, {"a": "one\ntwo", "b": "1"}), (8, {"a": "last", "b": "9"})]
    assert [number for number, _, _ in bad] == [4, 5, 7]
    assert bad[1][1] == "3 cells where the header has 2"


def test_a_quote_that_never_closes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="never closes"):
        read(written(tmp_path, "a.csv", 'a,b\n1,2\n"3,4\n5,6\n'))


def test_a_column_that_comes_twice_gets_a_number(tmp_path: Path) -> None:
    rows, _, _ = read(written(tmp_path, "a.csv", "a,price,price\n1,2,3\n"))
    assert rows[0][1] == {"a": "1", "price": "2", "price.2": "3"}


def test_json_lines_with_a_broken_line(tmp_path: Path) -> None:
    rows, bad, _ = read(written(tmp_path, "a.jsonl", '{"a": 1}\n\n{"a": \n[1]\n{"b": 2}\n'))
    assert rows == [(1, {"a": 1}), (5, {"b": 2})]
    assert [number for number, _, _ in bad] == [3, 4]


@pytest.mark.parametrize("wrap", [lambda items: items, lambda items: {"version": 1, "products": items}])
def test_json_as_a_list_or_an_object_that_holds_one(tmp_path: Path, wrap: Any) -> None:
    rows, bad, _ = read(written(tmp_path, "a.json", json.dumps(wrap([{"a": 1}, 7, {"a": 2}]))))
    assert rows == [(1, {"a": 1}), (3, {"a": 2})]
    assert bad == [(2, "not an object", "7")]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b'{"a": [1, 2', "line 1, column 12"),
        ("a.json", b'{"a": 1}', "no list"),
        ("a.yaml", b"- a: 1\n - b: [", "not valid YAML"),
        ("a.parquet", b"PAR1 and then nothing", "cut short"),
        ("a.xlsx", b"PK", "'.xlsx' are not read"),
        ("a.csv", b"\n1,2\n", "empty line"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        read(written(tmp_path, name, content))


def test_a_parquet_file_of_which_the_end_is_missing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": range(10_000)}), path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ImportRefused, match=r"a\.parquet is cut short"):
        read(path)


def test_a_parquet_file_with_a_hole_is_refused_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [f"text {n}" for n in range(10_000)]}), path, compression="snappy", use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[100:2000] = bytes(1900)
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match="cut short or no Parquet"):
        read(path)


@given(rows=st.lists(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"))), min_size=2, max_size=2), max_size=5))
def test_what_json_lines_hold_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    cells = [{"a": first, "b": second} for first, second in rows]
    path = written(tmp_path_factory.mktemp("rows"), "a.jsonl", "".join(json.dumps(cell) + "\n" for cell in cells))
    assert [row for _, row in read(path)[0]] == cells


WANTED = fields(required="id name", id="sku, item id", name="title", price="unit price")


def test_columns_are_guessed_whatever_their_case_and_punctuation() -> None:
    found = match(["Unnamed: 0", "Item-ID", "TITLE", "unit_price", "Colour"], WANTED, {}, "a.csv")
    assert found.by_field == {"id": "Item-ID", "name": "TITLE", "price": "unit_price"}
    assert found.others == ("Colour",)


def test_what_the_user_says_wins_over_a_guess() -> None:
    found = match(["sku", "title", "Bezeichnung"], WANTED, {"name": "Bezeichnung", "attr.heading": "title"}, "a.csv")
    assert found.by_field == {"name": "Bezeichnung", "attr.heading": "title", "id": "sku"}
    assert found.others == ()


def test_the_first_synonym_wins_and_the_other_stays_an_attribute() -> None:
    found = match(["item id", "sku", "name"], WANTED, {}, "a.csv")
    assert found.by_field["id"] == "sku"
    assert found.others == ("item id",)


@pytest.mark.parametrize(
    ("seen", "mapping", "says"),
    [
        (["sku", "Bezeichnung"], {}, r"no column for 'name'\. Columns seen: sku, Bezeichnung\. .*--map name=COLUMN"),
        (["sku", "name"], {"titel": "name"}, r"no field 'titel'\. Fields: id, name, price"),
        (["sku", "name"], {"price": "Preis"}, r"no column 'Preis'\. Columns seen: sku, name"),
    ],
)
def test_columns_that_cannot_be_found_are_named(seen: list[str], mapping: dict[str, str], says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        match(seen, WANTED, mapping, "a.csv")
