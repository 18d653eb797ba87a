"""Dialogues at the order desk as hurried people have them: other names, second thoughts, several orders, a yes with more to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.config import Settings
from assistant.models.entities import EntityExtractor
from assistant.shopper.orders.postal import read_address
from assistant.shopper.orders.slots import read_items
from assistant.shopper.reply import agreeing
from assistant.shopper.shelf import Shelf, Thesaurus
from assistant.shopper.variants import read_options
from assistant.store import Store
from assistant.store.records import Order, OrderLine, Product, Variant
from assistant.synonyms import parse_synonyms
from assistant.types import Status

CANCELLED = ("cancel_pending_order", {"order_id": "#A100001", "reason": "no longer needed"})


def _held(*lines: tuple[str, str, dict[str, str]]) -> Order:
    return Order("#A1", "c", None, "delivered", lines=tuple(OrderLine(id, name, 1, 1.0, id, options) for id, name, options in lines))


ORDER = _held(
    ("b1", "Bicycle", {"colour": "red"}),
    ("k1", "Tea Kettle", {"material": "glass"}),
    ("m1", "Coffee Maker", {"capacity": "2 cups"}),
    ("v1", "Vacuum Cleaner", {"type": "upright"}),
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("send back the bike", ["b1"]),
        ("return everything but the kettle. The vacuum goes back as well", ["b1", "m1", "v1"]),
        ("take it all back apart from the kettle and the bike", ["m1", "v1"]),
        ("exchange the bicycle, and the kettle stays", ["b1"]),
        ("keep the coffee maker, return the kettle", ["k1"]),
        ("return the kettle and the bike. No, just the bike.", ["b1"]),
        ("make the refund to paypal", []),
        ("the vacuum is too loud", ["v1"]),
    ],
)
def test_items_are_read_as_they_are_meant(text: str, wanted: list[str]) -> None:
    assert sorted(line.product_id for line, _ in read_items(text, ORDER)) == wanted


def test_namesakes_are_told_apart_by_any_option() -> None:
    twins = _held(
        ("s1", "Speaker", {"water resistance": "yes", "size": "17-inch"}), ("s2", "Speaker", {"water resistance": "no", "size": "13-inch"})
    )
    assert [line.product_id for line, _ in read_items("return the speaker that is not water resistant", twins)] == ["s2"]
    assert [line.product_id for line, _ in read_items("the 17 inch speaker goes back", twins)] == ["s1"]


def test_of_two_that_are_the_same_one_is_meant_unless_both_are_said() -> None:
    same = _held(("j1", "Jacket", {"size": "M"}), ("j1", "Jacket", {"size": "M"}))
    assert len(read_items("return one of the two jackets", same)) == 1
    assert len(read_items("return both jackets", same)) == 2


def test_the_name_of_an_option_is_none_of_its_values() -> None:
    cleaner = Product("v", "Vacuum", variants=(Variant("1", {"bagged/bagless": "bagged"}), Variant("2", {"bagged/bagless": "bagless"})))
    assert [said.value for said in read_options(cleaner, "bagged/bagless: bagless")] == ["bagless"]


def test_a_value_belongs_to_the_option_beside_it() -> None:
    helmet = Product("h", "Helmet", variants=(Variant("1", {"size": "M", "ventilation": "medium"}),))
    assert {said.option for said in read_options(helmet, "medium ventilation")} == {"ventilation"}
    assert {said.option for said in read_options(helmet, "in medium please")} == {"size"}


def test_canadian_addresses_and_none_from_a_bare_request() -> None:
    found = read_address("12 Aspen Road, Ottawa, ON K1S 9Z1, Canada", {})
    assert found == {"address1": "12 Aspen Road", "address2": "", "city": "Ottawa", "state": "ON", "zip": "K1S 9Z1", "country": "Canada"}
    assert read_address("Ada Winter, I need a new delivery address", {}) == {}


@pytest.mark.parametrize(
    "text",
    ["cancel my order ada winter 83701", "hi, order status - ada winter 83701", "zip 83701 name Ada Winter", "name Ada Winter, 83701"],
)
def test_who_writes_is_read_in_any_order(text: str) -> None:
    named = [e for e in EntityExtractor().extract(text) if e.kind == "first_last_name"]
    assert [e.value.lower() for e in named if isinstance(e.value, str)][:1] in (["ada winter"], [])
    if "order ada" not in text:
        assert named


def test_what_is_still_missing_of_somebody_is_named(talk: Callable[..., Any]) -> None:
    assert "post code" in talk().say("where is my order", "my name is Ada Winter").text


def test_a_yes_to_who_are_you_is_asked_again(talk: Callable[..., Any]) -> None:
    assert "first I need to know who you are" in talk().say("where is my order", "yes please").text.replace("First", "first")


def test_a_yes_with_another_wish_is_repeated_back_first(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("return the pen from #A100002")
    answer = chat.say("yes and make the refund to my gift card")
    assert chat.writes == []
    assert "gift card" in answer.text
    chat.say("yes")
    assert chat.writes[0][1]["payment_method_id"] == "gift_1"


def test_a_yes_that_counts_other_items_confirms_nothing(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("return the pen from #A100002", "yes, return these two")
    assert chat.writes == []


def test_a_detail_with_a_return_is_no_request_of_its_own(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert "gift card" in chat.say("I'd like to return the pen of #A100002. Put the money on my gift card please.").text
    chat.say("yes")
    assert [name for name, _ in chat.writes] == ["return_delivered_order_items"]


def test_second_thoughts_within_a_message(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    answer = chat.say("change the chair in #A100001 to red, or no, actually cancel the order, I don't need it any more")
    assert "Cancel order #A100001" in answer.text
    chat.say("good, yes")
    assert chat.writes == [CANCELLED]


def test_the_same_for_another_order(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert chat.say("cancel #A100003, no longer needed").status is Status.DECLINED
    chat.say("what about #A100001, same reason", "yes")
    assert chat.writes == [CANCELLED]


def test_a_refused_detail_leaves_the_request_open(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert chat.say("return the pen of #A100002 and refund my paypal").status is Status.DECLINED
    chat.say("ok then the gift card", "yes")
    assert [arguments["payment_method_id"] for _, arguments in chat.writes] == ["gift_1"]


def test_a_house_number_alone_is_changed(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("there is a typo in the address of #A100001, it should be 14 Mill Lane", "yes")
    assert chat.writes[0][1] | {"address2": ""} == {
        "order_id": "#A100001", "address1": "14 Mill Lane", "address2": "", "city": "Boise", "state": "ID", "country": "USA", "zip": "83701"
    }  # fmt: skip


@pytest.mark.parametrize("text", ["no wait, 16 Mill Lane", "no, 16 Mill Lane"])
def test_a_no_with_another_address_is_a_correction(talk: Callable[..., Any], text: str) -> None:
    answer = talk("c-ada").say("ship #A100001 to 14 Mill Lane, Boise, ID 83701", text)
    assert "16 Mill Lane" in answer.text
    assert answer.choices == ("Yes", "No")


def test_what_is_not_understood_does_not_lose_what_is_asked(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, no longer needed")
    assert chat.say("blargh fnord zwit").choices == ("Yes", "No")
    chat.say("yes")
    assert chat.writes == [CANCELLED]


def test_an_item_broken_on_arrival_can_be_had_again(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("exchange the garden chair of #A100002 for exactly the same one", "yes")
    assert [(arguments["item_ids"], arguments["new_item_ids"]) for _, arguments in chat.writes] == [(["v-blue-s"], ["v-blue-s"])]


def test_questions_aside_of_an_item(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert "$64.00" in chat.say("how much was the pen in #A100001").text
    assert "blue" in chat.say("and the chair?").text


def test_an_explained_rule_is_followed_by_the_order(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada", policy="tau-retail")
    chat.say("how do I return something", "it's the pen of #A100002", "yes")
    assert [name for name, _ in chat.writes] == ["return_delivered_order_items"]


def test_the_shop_s_own_synonyms_count_at_the_counter(store: Store) -> None:
    (store.folder / "synonyms.txt").write_text("dibber = trug\n", encoding="utf-8")
    shelf = Shelf(store.catalogue.all(), Thesaurus.of(parse_synonyms(["dibber = trug"])))
    assert shelf.named("dibber") == {"p1"}
    assert Shelf(store.catalogue.all()).named("dibber") == frozenset()


def test_a_word_is_mended_only_where_fingers_slip() -> None:
    shelf = Shelf([Product("1", "Jungle Print", "jungle", "jungle")])
    assert shelf.corrected("jungel") == "jungle" or shelf.corrected("jungel") == "jungl"
    assert shelf.corrected("juggl") == "juggl"


@pytest.mark.parametrize(
    ("name", "verb"), [("Hiking Boots", "cost"), ("Set of Boots", "costs"), ("Canvas", "costs"), ("Desk Lamp", "costs")]
)
def test_verbs_agree_with_names(name: str, verb: str) -> None:
    assert agreeing(name, "costs", "cost") == verb


def test_settings_can_say_every_new_line() -> None:
    assert Settings(lines={"not_yet": "Nothing yet.", "identify_rest": "And {rest}?"}).lines["not_yet"] == "Nothing yet."
