"""Wishes told as stories, misspelt by ear, with a budget in other words: what is wanted is found, and what is only told about is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.models.numbers import money
from assistant.shopper.shelf import Shelf
from assistant.shopper.stories import lacked, tells, wanted_first, without_places
from assistant.store import Store
from assistant.store.records import FaqEntry, Product

SHELF = Shelf(
    [
        Product("n1", "Silver Heart Necklace", "jewels", "necklaces", "", "A chain with a heart."),
        Product("p1", "Rubber Fig", "green", "plant", "", "A houseplant for a bright corner."),
        Product("p2", "Ivy Plant", "green", "plant", "", "It climbs."),
    ]
)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("my elder cousin dreams of a brass trumpet", "brass trumpet"),
        ("our kids keep asking for some roller blades", "roller blades"),
        ("grandma would love an orchid", "orchid"),
        ("she has her stove but no kettle for it yet", "kettle"),
        ("we bought a desk, no chair so far", "chair"),
        ("moving house, so I need some boxes", "boxes"),
    ],
)
def test_what_is_wanted_comes_first(text: str, first: str) -> None:
    assert wanted_first(text).strip().startswith(first)


@pytest.mark.parametrize("text", ["a trumpet for my cousin", "a kettle without a cord", "no chair with wheels please"])
def test_a_plain_wish_stays_as_it_is(text: str) -> None:
    assert wanted_first(text) == text
    assert lacked(text) == (0, 0)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a lamp over the kitchen table", False), ("something cosy on the couch", False), ("a lamp on the desk", True)],
)
def test_a_place_beside_which_a_thing_is_to_be_is_not_the_thing(text: str, kept: bool) -> None:
    assert any(place in without_places(text) for place in ("table", "couch", "desk")) is kept


def test_a_story_of_somebody_near_is_known_as_one() -> None:
    assert tells("my uncle sails every weekend, any ideas?")
    assert not tells("a book on sailing for my uncle")


@pytest.mark.parametrize(("word", "meant"), [("neckless", "necklace"), ("houseplant", "plant"), ("needless", "needless")])
def test_words_written_by_ear_and_put_together_are_corrected(word: str, meant: str) -> None:
    assert SHELF.corrected(word) == meant


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("my budget ends at 900", 900), ("my wallet allows 70", 70), ("it mustn't break the 200 mark", 200), ("60 is all I have", 60),
        ("all we've got is 45", 45), ("I put 300 aside for it", 300), ("it may cost 80", 80), ("with 120 in my pocket", 120),
        ("I don't want to go past 45", 45),
    ],
)  # fmt: skip
def test_a_budget_in_other_words_is_a_bound(text: str, most: float) -> None:
    assert [entity.value for entity in money(text) if entity.kind == "money_max"] == [most]


@pytest.mark.parametrize("text", ["I saved 20% last time", "it weighs 300 g", "a table that seats 8"])
def test_other_numbers_are_no_budget(text: str) -> None:
    assert not list(money(text))


def test_a_bound_said_apart_belongs_to_the_wish(store: Store, talk: Callable[..., Any]) -> None:
    dear = Product("b9", "Garden Bench Deluxe", "garden", "benches", "", "A bench for the garden.", 900.0, 3)
    plain = Product("b8", "Garden Bench", "garden", "benches", "", "A bench for the garden.", 90.0, 3)
    store.catalogue.upsert([dear, plain])
    store.faq.upsert([FaqEntry("pay", "How can I pay?", "We take cards.")])
    answer = talk().say("a bench for the garden. I can pay 300 at most")
    assert answer.products == ("b8",), answer.text
