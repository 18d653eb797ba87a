"""Kinds of message that go wrong where weak evidence wins over strong: words, names, orders and the shop's texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.models.gazetteer import normal
from assistant.shopper import cues
from assistant.shopper.faq import said_entry
from assistant.shopper.shelf import Shelf, shipped
from assistant.store.records import FaqEntry, Product
from assistant.types import Status


def _shelf() -> Shelf:
    kinds = {"scarf": "Plaid Scarf", "saw": "Bow Saw", "earrings": "Hoop Earrings", "dressers": "Tall Dresser", "hiking": "Hiking Pole"}
    return Shelf([Product(f"k{n}", name, "things", style, "", "", 5.0, 3) for n, (style, name) in enumerate(kinds.items())])


@pytest.mark.parametrize(("plural", "single"), [("scarves", "scarf"), ("loaves", "loaf"), ("tomatoes", "tomato"), ("gloves", "glove")])
def test_irregular_plurals_are_known(plural: str, single: str) -> None:
    assert normal(plural) == single


@pytest.mark.parametrize(("said", "meant"), [("handsaw", "saw"), ("scraf", "scarf"), ("hiring", "hiring"), ("sister", "sister")])
def test_only_words_that_are_none_are_mended(said: str, meant: str) -> None:
    assert _shelf().corrected(said) == meant


def test_a_kind_written_apart_is_put_together() -> None:
    assert list(_shelf().joined(["silver", "ear", "ring"])) == ["silver", "earring"]
    assert shipped().rephrased("a white chest of drawers") == "a white dresser"


def test_numbers_before_names_count(talk: Callable[..., Any]) -> None:
    assert talk().say("what is the price of 3 Porcelain Ink Well").value == 66.0
    both = talk().say("how much would two Porcelain Ink Well and one Rosewood Fountain Pen be")
    assert "$108.00" in both.text


def test_words_beside_a_name_do_not_make_another_name(talk: Callable[..., Any]) -> None:
    answer = talk().say("where is the Rosewood Fountain Pen manufactured?")
    assert answer.products == ("p10",)
    assert "can't find" not in answer.text


def test_a_brand_that_the_shop_does_not_carry_is_said_to_be_missing(talk: Callable[..., Any]) -> None:
    answer = talk().say("do you have a bosch desk lamp")
    assert answer.products == ()
    assert "can't find" in answer.text
    assert "bosch" in answer.text


def test_a_colour_alone_narrows_the_last_search(talk: Callable[..., Any]) -> None:
    session = talk()
    assert set(session.say("watering can").products) == {"p2", "p3"}
    assert session.say("in green?").products == ("p3",)


def test_a_new_wish_after_forget_that(talk: Callable[..., Any]) -> None:
    session = talk()
    session.say("watering can")
    assert set(session.say("forget that, show me hats").products) == {"p6"}


def test_more_in_stock_is_judged_by_the_stock(talk: Callable[..., Any]) -> None:
    answer = talk().say("which has more in stock: Porcelain Ink Well or Rosewood Fountain Pen?")
    assert answer.text.startswith("There are more of the Porcelain Ink Well: 14")


def test_the_dearest_variant_is_not_the_lowest_price(talk: Callable[..., Any]) -> None:
    session = talk()
    session.say("what colours does the Garden Chair come in")
    assert session.say("which is the most expensive").value == 90.0


def test_two_questions_in_one_message_are_both_answered(talk: Callable[..., Any]) -> None:
    answer = talk().say("how much is the Porcelain Ink Well? How long does delivery take?")
    assert "$22.00" in answer.text
    assert "4 working days" in answer.text
    assert {source.id for source in answer.sources} >= {"p9", "faq-1"}


def test_a_yes_of_the_shops_text_stands_with_its_question() -> None:
    entry = FaqEntry("f", "Do you deliver to islands?", "Yes, by boat.", position=1)
    assert said_entry(entry).text == "Our answer to “Do you deliver to islands?”: Yes, by boat."


@pytest.mark.parametrize("text", ["zxqvbnm", "???"])
def test_a_message_without_a_word_is_asked_back(talk: Callable[..., Any], text: str) -> None:
    assert talk().say(text).status is Status.CLARIFY


OTHERS = ["what did Ben Okafor order last week?", "show me Ben Okafor's orders", "how many desk lamps did you sell last month?"]


@pytest.mark.parametrize("text", OTHERS)
@pytest.mark.parametrize("customer", [None, "c-ada"])
def test_others_and_the_shops_own_affairs_stay_private(talk: Callable[..., Any], text: str, customer: str | None) -> None:
    answer = talk(customer).say(text)
    assert answer.status is Status.DECLINED
    assert "B200001" not in answer.text
    assert answer.products == ()


@pytest.mark.parametrize("text", ["Where's order #A100001?", "What's your address?", "Let's order the pen"])
def test_contractions_name_nobody(text: str) -> None:
    assert not cues.OTHERS_NAMED.search(text)


def test_the_order_asked_for_is_picked_by_an_item_or_its_status(talk: Callable[..., Any]) -> None:
    session = talk("c-ada")
    assert session.say("where is my order?").status is Status.CLARIFY
    assert "#A100003" in session.say("the shipped one").text


def test_a_wrong_number_is_put_right_without_asking_anew(talk: Callable[..., Any]) -> None:
    session = talk("c-ada")
    assert session.say("cancel order #B200001, ordered by mistake").status is Status.DECLINED
    assert "Cancel order #A100001" in session.say("sorry, I meant #A100001").text
    assert session.writes == []
    session.say("yes")
    assert [name for name, _ in session.writes] == ["cancel_pending_order"]


def test_a_no_that_says_what_instead_amends(talk: Callable[..., Any]) -> None:
    session = talk("c-ada")
    assert "Garden Chair" in session.say("return everything from #A100002").text
    amended = session.say("no, only the fountain pen").text
    assert "Rosewood Fountain Pen" in amended
    assert "Garden Chair" not in amended
    session.say("yes")
    assert [arguments["item_ids"] for _, arguments in session.writes] == [["p10"]]


def test_a_question_aside_is_answered_and_a_later_yes_is_asked_for_again(talk: Callable[..., Any]) -> None:
    session = talk("c-ada")
    session.say("return the fountain pen from #A100002")
    assert "wrapping" in session.say("do you offer gift wrapping?").text
    assert session.say("yes").status is Status.CLARIFY
    assert session.writes == []


def test_both_of_a_name_are_those_and_not_everything(talk: Callable[..., Any]) -> None:
    session = talk("c-ada")
    text = session.say("return all the pens in #A100002").text
    assert "Rosewood Fountain Pen" in text
    assert "Garden Chair" not in text


def test_the_total_of_all_orders_adds_them_up(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("what is the total of all my orders?")
    assert answer.value == 416.0


def test_lower_case_names_with_a_post_code_identify(talk: Callable[..., Any]) -> None:
    answer = talk().say("ada winter living at 83701")
    assert "found your account" in answer.text
