"""Limits of money in the many shapes that people give them: before the number, after it, misspelt, denied; and what is no money."""

from __future__ import annotations

import pytest

from assistant.models.numbers import money, parse_number

MOST = [
    ("a vase, cheaper then 35", 35.0),
    ("a stool for 45 or thereabouts max", 45.0),
    ("rugs, 120ish tops", 120.0),
    ("I can't afford more than 80", 80.0),
    ("we don't want to spend more than $45 on it", 45.0),
    ("it shouldn't cost over 25 dollars", 25.0),
    ("not a penny over 20", 20.0),
    ("I have 50 to spend on a teapot", 50.0),
    ("the most I can pay is 75", 75.0),
    ("a mirror, max price 40", 40.0),
    ("capped at 70", 70.0),
    ("my budget is strictly 55", 55.0),
    ("60 would be my max", 60.0),
    ("200 is the most I'd pay", 200.0),
    ("35 and below", 35.0),
    ("vases bellow 25 euro", 25.0),
    ("undr 30 dollers", 30.0),
    ("south of 50", 50.0),
    ("we won't go beyond 90", 90.0),
    ("anything under fourty", 40.0),
    ("half a grand at most", 500.0),
    ("a couple of hundred tops", 200.0),
    ("not above 2k", 2000.0),
    ("150 and not a cent more", 150.0),
    ("willing to pay 65", 65.0),
]
LEAST = [
    ("nothing below 100 please", 100.0),
    ("not cheaper than 60", 60.0),
    ("north of 200", 200.0),
    ("30 dollars upwards", 30.0),
    ("60 or higher", 60.0),
    ("no less then 15", 15.0),
]
NEITHER = [
    "a chest with at least 3 drawers",
    "a table for up to 6 persons",
    "at least 10 in stock",
    "more than 5 left",
    "with more than 4 pockets",
    "size 44 max",
    "a puzzle of over 500 pieces",
]


def _found(text: str) -> list[tuple[str, object]]:
    return [(entity.kind, entity.value) for entity in money(text)]


@pytest.mark.parametrize(("text", "amount"), MOST)
def test_most_that_may_be_paid(text: str, amount: float) -> None:
    assert _found(text) == [("money_max", amount)]


@pytest.mark.parametrize(("text", "amount"), LEAST)
def test_least_that_it_should_cost(text: str, amount: float) -> None:
    assert _found(text) == [("money_min", amount)]


@pytest.mark.parametrize("text", ["between 20 & 40", "from $20 up to $40", "in the 20 to 40 range", "over 20 but not over 40"])
def test_both_ends(text: str) -> None:
    assert sorted(_found(text)) == [("money_max", 40.0), ("money_min", 20.0)]


@pytest.mark.parametrize("text", NEITHER)
def test_counts_and_sizes_are_no_money(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(("said", "value"), [("half a hundred", 50.0), ("a couple of hundred", 200.0)])
def test_parts_in_words(said: str, value: float) -> None:

    assert parse_number(said) == value
