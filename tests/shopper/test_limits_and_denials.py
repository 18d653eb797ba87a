"""Limits that a list must keep, a count that claims no more than was looked at, and no denial of what is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.types import Status


@pytest.mark.parametrize("text", ["gloves, less then 10$", "some garden gloves, 15 or so max", "gloves, I can't spend more than 12"])
def test_a_limit_of_price_is_kept_however_it_is_said(talk: Callable[..., Any], text: str) -> None:
    assert talk().say(text).products == ("p5",)


@pytest.mark.parametrize("text", ["a watering can, at least 10 of them in stock", "watering cans, 12 or more in stock"])
def test_a_limit_of_stock_is_kept(talk: Callable[..., Any], text: str) -> None:
    assert talk().say(text).products == ("p3",)


def test_the_nearest_to_a_stock_that_nothing_has_differs_in_how_many_there_are(talk: Callable[..., Any]) -> None:
    assert "in how many there are" in talk().say("a desk lamp, at least 30 of them in stock").text


def test_what_was_not_looked_at_is_not_said_to_fit(talk: Callable[..., Any]) -> None:
    assert talk().say("a watering can").text.startswith("These fit:")
    assert talk().say("a watering can with a thermometer").text.startswith("These come closest:")
    assert talk().say("a copper watering can").text.startswith("This fits:")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hw much r u asking for the Porcelain Ink Well", "$22.00"),
        ("kindly tell me how many pieces of the Porcelain Ink Well remain", "14 available"),
        ("Porcelain Ink Well, whats the stok like", "14 available"),
    ],
)
def test_price_and_stock_are_told_whatever_the_words(talk: Callable[..., Any], text: str, told: str) -> None:
    assert told in talk().say(text).text


def test_after_a_question_that_the_fields_do_not_answer_what_is_known_is_told(talk: Callable[..., Any]) -> None:
    answer = talk().say("the Porcelain Ink Well: what about its provenance")
    assert "does not say" in answer.text
    assert "$22.00, 14 in stock" in answer.text
    assert "What I can tell you" not in talk().say("is the Porcelain Ink Well dishwasher proof?").text


def test_cheaper_than_nothing_shown_is_asked_back(talk: Callable[..., Any]) -> None:
    assert talk().say("hmm, got anything cheaper?").status is Status.CLARIFY


def test_the_thing_that_is_not_found_is_named(talk: Callable[..., Any]) -> None:
    answer = talk().say("do you sell snow shovels?")
    assert "can't find" in answer.text
    assert "shovels" in answer.text


def test_one_of_a_thing_told_of_before_is_that_thing(talk: Callable[..., Any]) -> None:
    answer = talk().say("my daughter took up writing with a pen, a starter one not over 70")
    assert answer.products
    assert answer.products[0] == "p10"


def test_a_name_in_two_parts_is_a_name(talk: Callable[..., Any]) -> None:
    assert talk().say("the brass lamp for the desk, that Harbour one - what colour is it?").products == ("p7",)


def test_what_came_by_mistake_is_no_search(talk: Callable[..., Any]) -> None:
    assert not talk().say("I got green gloves, I'd ordered leather ones!").text.startswith("These")


def test_goods_that_are_named_are_nobody_elses_data(talk: Callable[..., Any]) -> None:
    answer = talk().say("number of Willow Trug Basket in stock please")
    assert answer.status is Status.ANSWERED
    assert "12" in answer.text
