"""What is said beside a request: who one is, that all stays, when something came, another's card, a letter too few."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from assistant.models.identity import names, zips
from assistant.shopper import spelling
from assistant.shopper.orders.asks import read_ask
from assistant.store import Store
from assistant.types import Entity, Status, Understanding


def test_the_post_code_of_an_account_is_no_part_of_the_new_address(talk: Callable[..., Any]) -> None:
    chat = talk()
    text = chat.say("Ada Winter, zip 83701. #A100001 should go to my profile's home address, that one is wrong").text
    assert "4 Mill Lane" in text
    assert "Ada" not in text
    chat = talk()
    text = chat.say("Ada Winter, zip 83701. please ship #A100001 to 12 Oak Street, Salem, OR 97301 instead").text
    assert "12 Oak Street, Salem, OR 97301" in text


@pytest.mark.parametrize(
    "text", ["Ada Winter, my zip in your books is 83701", "Ada Winter, the zip on file is 83701", "Ada Winter; the zip you have is 83701"]
)
def test_a_post_code_is_said_in_many_ways(text: str) -> None:
    codes = list(zips(text))
    assert [code.value for code in codes][:1] == ["83701"]
    assert "Ada Winter" in [name.value for name in names(text, codes)]


@pytest.mark.parametrize("text", ["then leave the order the way it is", "ok, keep everything as it was", "oh, leave my order alone"])
def test_all_may_stay_as_it_is(talk: Callable[..., Any], text: str) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001")
    assert "haven't changed anything" in chat.say(text).text


def test_an_item_that_stays_as_it_is_calls_nothing_off(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert "Garden Chair" in chat.say("return the chair and the pen of #A100002", "leave the pen as it is").text


def test_another_product_is_not_exchanged_for(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    answer = chat.say("can I exchange the chair of #A100002 for a Porcelain Ink Well?")
    assert answer.status is Status.DECLINED
    assert "same product" in answer.text
    assert "becomes color red" in chat.say("then the chair in red please").text


def test_a_card_of_somebody_else_is_not_used(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("return the pen of #A100002 to gift_77, which is my sister's")
    assert "not on your account" in answer.text
    assert "Which payment method" in answer.text


def test_the_only_way_to_pay_is_proposed_where_another_is_not_ones_own(store: Store, talk: Callable[..., Any]) -> None:
    order = store.orders.get("#B200001")
    assert order is not None
    store.orders.upsert([replace(order, status="delivered")])
    answer = talk("c-ben").say("return the pen of #B200001 to gift_77")
    assert "not on your account" in answer.text
    assert "PayPal" in answer.text
    assert answer.choices == ("Yes", "No")


def test_when_something_arrived_is_told_or_not_known(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert "was delivered on" in chat.say("on what date did #A100002 arrive?").text
    assert "has not arrived yet" in chat.say("when did #A100003 get delivered?").text


def test_the_one_that_holds_something_is_the_one_spoken_of(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    text = chat.say("I have some pending orders, which one has the garden chair?").text
    assert "#A100001" in text
    assert "reason" in chat.say("cancel that one please").text


def test_the_rule_told_aside_keeps_the_question_open(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    aside = chat.say("return the pen of #A100002", "how do i send it back?")
    assert "Shall I request the return" in aside.text
    chat.say("ok then yes")
    assert [name for name, _ in chat.writes] == ["return_delivered_order_items"]


def test_a_yes_to_both_requests_goes_on_to_the_second(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("return the pen of #A100002, refund to my visa. Also ship #A100001 to 12 Oak Street, Salem, OR 97301")
    second = chat.say("yes to both")
    assert [name for name, _ in chat.writes] == ["return_delivered_order_items"]
    assert "12 Oak Street" in second.text
    chat.say("yes")
    assert len(chat.writes) == 2


def test_a_reason_moves_along_to_the_right_order(store: Store, talk: Callable[..., Any]) -> None:
    order = store.orders.get("#A100001")
    assert order is not None
    store.orders.upsert([replace(order, id="#A100009")])
    chat = talk("c-ada")
    text = chat.say("cancel #A100001, no longer needed", "stop, wrong number, cancel #A100009").text
    assert "Cancel order #A100009 (reason: no longer needed)" in text


def test_what_has_been_done_is_asked_about_and_not_asked_for() -> None:
    order = Entity("order_id", "A1", "A1", 18, 21)
    ask = read_ask(Understanding("You cancelled my #A1, where did the money go?", "refund", 0.9, (), (order,)))
    assert ask is not None
    assert not ask.write


def test_one_wrong_letter_is_mended_and_a_word_is_left_alone() -> None:
    assert spelling.mended("trakcing nr") == "tracking nr"
    assert spelling.mended("my refnud") == "my refund"
    assert spelling.mended("a turn of the packages, returns") == "a turn of the packages, returns"


@pytest.mark.parametrize("text", ["what address do you have for Nora Field?", "which orders do you have for Nora Field"])
def test_anothers_address_is_not_told(talk: Callable[..., Any], text: str) -> None:
    assert talk("c-ada").say(text).status is Status.DECLINED


def test_a_variant_that_is_asked_for_beside_an_order_is_looked_up(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert "no Garden Chair with size L" in chat.say("my #A100001 holds a blue chair, is there a large red one?").text


def test_the_post_code_of_a_new_address_is_kept_where_an_e_mail_identifies(talk: Callable[..., Any]) -> None:
    text = talk().say("ada.winter@mail.example here, ship #A100001 to 12 Oak Street, Salem, OR 97301 instead").text
    assert "12 Oak Street, Salem, OR 97301" in text


def test_a_cancelled_order_named_only_for_its_address_bars_nothing(store: Store, talk: Callable[..., Any]) -> None:
    order = store.orders.get("#A100001")
    assert order is not None
    store.orders.upsert([replace(order, id="#A100009")])
    text = talk("c-ada").say("Cancel #A100009, ordered by mistake. For #A100001 change the address to the same as #A100009.").text
    assert "Cancel order #A100009" in text
