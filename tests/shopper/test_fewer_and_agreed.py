"""Second thoughts that take something out again, "everything" with an exception, and a yes said in other ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.shopper import cues
from assistant.shopper.orders.slots import let_go, read_items
from assistant.store.records import Order, OrderLine

CAMP = Order(
    "#A1",
    "c",
    "delivered",
    lines=tuple(
        OrderLine(f"p{n}", name, 1, 10.0) for n, name in enumerate(["Garden Lantern", "Picnic Basket", "Camping Stove", "Rain Barrel"])
    ),
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("return everything with the exception of the stove", "Lantern Basket Barrel"),
        ("all of it goes back, aside from the lantern and the barrel", "Basket Stove"),
        ("everything minus the basket please", "Lantern Stove Barrel"),
        ("everything including the stove", "Lantern Basket Stove Barrel"),
        ("send back everything bar none, stove and lantern too", "Lantern Basket Stove Barrel"),
        ("my brother wants the stove after all, so only the barrel please", "Barrel"),
        ("the lantern should be red. Everything else is great", "Lantern"),
    ],
)
def test_what_is_taken_out_of_everything_is_not_meant(text: str, named: str) -> None:
    assert " ".join(line.name.split()[1] for line, _ in sorted(read_items(text, CAMP), key=lambda e: CAMP.lines.index(e[0]))) == named


def test_everything_with_an_unclear_word_before_an_item_is_asked_about() -> None:
    assert read_items("return everything wanting the stove", CAMP) == ()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("forget the stove", {"p2"}),
        ("never mind the lantern, the barrel goes back", {"p0"}),
        ("I keep the basket after all", {"p1"}),
        ("the stove is fine, just the barrel", {"p2"}),
        ("don't forget the stove", set()),
        ("and the barrel", set()),
    ],
)
def test_items_are_let_go_again(text: str, ids: set[str]) -> None:
    assert let_go(text, CAMP) == ids


@pytest.mark.parametrize("second", ["my wife says she wants the pen, so only the chair", "no, I keep the pen", "forget the pen"])
def test_an_item_let_go_is_not_sent_back(talk: Callable[..., Any], second: str) -> None:
    chat = talk("c-ada")
    assert "Fountain Pen" in chat.say("return the pen and the chair of #A100002").text
    answer = chat.say(second)
    assert "Garden Chair" in answer.text
    assert "Fountain Pen" not in answer.text
    chat.say("that is what I want, yes")
    assert [write[1]["item_ids"] for write in chat.writes] == [["v-blue-s"]]


@pytest.mark.parametrize(
    "text",
    ["the answer is yes", "that is what i wanted, yes", "Kindly do.", "lovely, do that please", "indeed", "mhm", "both correct, carry on",
     "by all means", "Splendid. Please proceed.", "ok book it"],
)  # fmt: skip
def test_a_yes_has_many_forms(text: str) -> None:
    assert cues.agrees(text)


@pytest.mark.parametrize("text", ["i didn't say yes", "is that a yes?", "do that in green", "lovely but in red", "that isn't a yes"])
def test_and_some_that_sound_like_one_are_none(text: str) -> None:
    assert not cues.agrees(text)
