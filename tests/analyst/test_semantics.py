"""The semantic layer's file: what it must hold, and errors that name the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.analyst.question import FilterClause, Question
from assistant.analyst.semantics import load_semantics
from assistant.errors import BadQuestion, BadSemantics

BLOCK = """
[[metric]]
id = "big_baskets"
name = "big baskets"
cube = "sales"
definition = "orders with a lot in them"
unit = "{unit}"
{way}
"""


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_shop_adds_a_metric(tmp_path: Path) -> None:
    semantics = load_semantics(_file(tmp_path, BLOCK.format(unit="count", way='distinct = "order_id"\nrows = "sale"')))
    assert semantics.metric("big_baskets").conditions == (("sale", "eq", True),)
    assert "net_sales" in semantics.metrics


@pytest.mark.parametrize(
    ("unit", "way", "line", "says"),
    [
        ("apples", 'sum = "amount"', 7, "unknown unit 'apples'"),
        ("count", "", 3, "exactly one way"),
        ("count", 'ratio = ["orders", "nothing"]', 8, "unknown metric 'nothing'"),
        ("count", 'sum = "amount"\nrows = "sold_out"', 9, "no rows 'sold_out'"),
        ("count", 'sum = "amount"\ncolour = "red"', 9, "unknown key 'colour'"),
    ],
)
def test_a_bad_block_is_refused_with_its_line(tmp_path: Path, unit: str, way: str, line: int, says: str) -> None:
    with pytest.raises(BadSemantics, match=rf"line {line}: .*{says}"):
        load_semantics(_file(tmp_path, BLOCK.format(unit=unit, way=way)))


def test_a_broken_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSemantics, match="not valid TOML"):
        load_semantics(_file(tmp_path, "[[metric]\nid = 1"))
    with pytest.raises(BadSemantics, match="does not exist"):
        load_semantics(tmp_path / "none.toml")


def test_every_metric_is_defined_and_belongs_to_a_cube() -> None:
    semantics = load_semantics()
    assert all(m.definition and m.cube in semantics.cubes for m in semantics.metrics.values())
    words = [w for m in semantics.metrics.values() if not m.hidden for w in m.synonyms]
    assert all(w == w.strip().lower() for w in words)


def test_a_typed_question_is_checked_against_the_layer() -> None:
    semantics = load_semantics()
    with pytest.raises(BadQuestion, match="no metric 'profit'"):
        semantics.checked(Question("metric", ("profit",)))
    with pytest.raises(BadQuestion, match="do not apply"):
        semantics.checked(Question("metric", ("rating",), filters=(FilterClause("country", "eq", ("France",)),)))
