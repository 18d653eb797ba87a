"""Types of columns and the conditions that they refuse."""

from __future__ import annotations

import pytest

from retrieval.columns import Columns
from retrieval.errors import BadFilter
from retrieval.types import Condition, Passage

PASSAGES = [
    Passage("A", "", "product", {"price": 5, "size": "10", "brand": "Élan", "mixed": 3, "empty": None, "new": True}),
    Passage("a", "", "product", {"price": 7.5, "size": "9", "brand": "élan", "mixed": "three", "empty": None, "new": False}),
    Passage("c", "", "faq"),
]


def rows(*conditions: Condition) -> list[int]:
    mask = Columns(PASSAGES).mask(conditions)
    assert mask is not None
    return mask.nonzero()[0].tolist()


def test_types() -> None:
    types = Columns(PASSAGES).types
    assert types == {
        "price": "number",
        "size": "text",
        "brand": "text",
        "mixed": "text",
        "empty": "text",
        "new": "boolean",
        "kind": "text",
        "id": "text",
    }


def test_no_conditions_no_mask() -> None:
    assert Columns(PASSAGES).mask(()) is None


def test_text_ignores_case_but_ids_do_not() -> None:
    assert rows(Condition("brand", "eq", "ÉLAN")) == [0, 1]
    assert rows(Condition("id", "eq", "A")) == [0]


def test_mixed_values_are_text() -> None:
    assert rows(Condition("mixed", "in", ("3", "THREE"))) == [0, 1]


def test_missing_satisfies_only_the_negations() -> None:
    assert rows(Condition("price", "ne", 5)) == [1, 2]
    assert rows(Condition("price", "not_in", (5, 7.5))) == [2]
    assert rows(Condition("price", "eq", None)) == []
    assert rows(Condition("empty", "eq", "x")) == []
    assert rows(Condition("empty", "lt", 3)) == []
    assert rows(Condition("empty", "ne", "x")) == [0, 1, 2]


def test_conditions_are_joined_by_and() -> None:
    assert rows(Condition("price", "ge", 5), Condition("price", "lt", 7.5)) == [0]
    assert rows(Condition("size", "eq", "9"), Condition("new", "eq", True)) == []


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Condition("weight", "eq", 1), "no field 'weight'"),
        (Condition("price", "eq", "5"), "'price' is a number"),
        (Condition("price", "eq", True), "'price' is a number"),
        (Condition("new", "eq", 1), "'new' is a boolean"),
        (Condition("new", "lt", True), "cannot be ordered"),
        (Condition("price", "lt", None), "cannot be ordered"),
        (Condition("price", "in", 5), "take a tuple"),
        (Condition("price", "eq", (5,)), "take a tuple"),
        (Condition("price", "lt", (5,)), "'price' is a number"),
    ],
)
def test_refused(condition: Condition, message: str) -> None:
    with pytest.raises(BadFilter, match=message):
        Columns(PASSAGES).mask((condition,))
