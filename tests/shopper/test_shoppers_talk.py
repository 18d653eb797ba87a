"""What a shopper would frown at: tales before wishes, refinements by what is not wanted, halves of a message left unanswered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.models.numbers import ordinals
from assistant.types import Status


def test_what_is_sought_after_a_tale_is_the_thing(talk: Callable[..., Any]) -> None:
    answer = talk().say("we're off harvesting with baskets next week, so i need a straw hat")
    assert answer.products
    assert answer.products[0] == "p6"


def test_leaving_something_out_narrows_the_last_search(talk: Callable[..., Any]) -> None:
    session = talk()
    assert set(session.say("watering can").products) == {"p2", "p3"}
    assert session.say("anything that isn't copper?").products == ("p3",)


def test_more_than_were_shown_cannot_be_compared(talk: Callable[..., Any]) -> None:
    session = talk()
    session.say("watering can")
    assert session.say("compare the first four").status is Status.CLARIFY


def test_a_measure_that_none_states_is_said_to_be_unstated(talk: Callable[..., Any]) -> None:
    session = talk()
    session.say("watering can")
    answer = session.say("which of these is the lightest?")
    assert "not stated" in answer.text
    assert "cheaper" not in answer.text


def test_a_yes_or_no_beside_a_stock_is_answered_too(talk: Callable[..., Any]) -> None:
    answer = talk().say("Clover Cotton Garden Gloves: do they have a rubber grip and how many are left?")
    assert "25 available" in answer.text
    assert "rubber grip" in answer.text


def test_a_colour_that_a_product_does_not_come_in_is_told_with_those_that_it_does(talk: Callable[..., Any]) -> None:
    session = talk()
    session.say("how much is the Garden Chair")
    answer = session.say("got it in purple?")
    assert "does not come in purple" in answer.text
    assert "blue" in answer.text


def test_two_of_what_costs_from_to_cost_twice_as_much(talk: Callable[..., Any]) -> None:
    assert "$160.00 to $180.00" in talk().say("how much would two of the Garden Chair be").text


def test_what_only_mentions_a_word_is_not_said_to_be_it(talk: Callable[..., Any]) -> None:
    answer = talk().say("do you have a dimmer")
    assert "by the name of “dimmer”" in answer.text


def test_the_words_after_the_article_name_a_product(talk: Callable[..., Any]) -> None:
    assert talk().say("which colours does the Rosewood pen come in").products == ("p10",)


@pytest.mark.parametrize(("text", "places"), [("how long does it last", []), ("the last one", [-1]), ("will the warranty last", [])])
def test_to_last_points_at_nothing(text: str, places: list[int]) -> None:
    assert [entity.value for entity in ordinals(text)] == places


def test_what_is_hated_is_left_out(talk: Callable[..., Any]) -> None:
    assert talk().say("a watering can, i hate anything copper, under 90").products == ("p3",)


@pytest.mark.parametrize("text", ["Porcelain Ink Well - got any?", "how many of the Porcelain Ink Well can you still supply?"])
def test_more_ways_to_ask_for_the_stock(talk: Callable[..., Any], text: str) -> None:
    assert "14 available" in talk().say(text).text
