"""Orders spoken of in other words: what stays, one part of an address put right, two orders in one message, open questions answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from assistant.models.identity import names, zips
from assistant.shopper import cues
from assistant.shopper.orders.asks import read_ask
from assistant.shopper.orders.postal import corrects_part, in_city, read_address
from assistant.shopper.orders.slots import ambiguous_items, read_items
from assistant.store import Store
from assistant.store.records import Address, Order, OrderLine, Variant
from assistant.types import Entity, Status, Understanding

CAMP = Order(
    "#A1",
    "c",
    "delivered",
    lines=tuple(
        OrderLine(f"p{n}", name, 1, 10.0) for n, name in enumerate(["Garden Lantern", "Picnic Basket", "Camping Stove", "Rain Barrel"])
    ),
)
HOME = {"address1": "18 Elm Road", "address2": "", "city": "Salem", "state": "OR", "zip": "97301", "country": "USA"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("I send back the lantern and the basket. Stove and barrel stay here.", "Lantern Basket"),
        ("lantern and basket go back, stove and barrel stay with me", "Lantern Basket"),
        ("return everything, but I'm keeping the stove and the barrel", "Lantern Basket"),
        ("keep the stove and return the barrel", "Barrel"),
        ("the stove goes back and the barrel stays", "Stove"),
        ("return the lantern. The picnic basket is fine.", "Lantern"),
        ("don't touch the stove; the lantern and barrel are to be returned", "Lantern Barrel"),
        ("please return the lantern, and leave the stove alone", "Lantern"),
        ("keep the stove and the barrel, send back the basket", "Basket"),
        ("not the barrel, the lantern", "Lantern"),
        ("I keep the lantern, the stove and the barrel, send back the basket", "Basket"),
        ("keep the lantern, the stove goes back", "Stove"),
        ("I only keep the lantern", ""),
        ("keep the lantern and the stove, the rest goes back", "Basket Barrel"),
        ("the one with the barrel: send the stove back", "Stove"),
        ("lantern + basket back pls, the stove is ok, barrel i like", "Lantern Basket"),
        ("return the lantern, the stove stays", "Lantern"),
        ("I no longer want the lantern or the barrel; the stove and the basket are great", "Lantern Barrel"),
        ("the lantern, the stove and the barrel stay, so just the basket", "Basket"),
        ("all of that apart from the stove and the barrel", "Lantern Basket"),
    ],
)
def test_what_stays_is_not_sent_back(text: str, named: str) -> None:
    assert [line.name.split()[-1] for line, _ in read_items(text, CAMP)] == named.split()


def test_a_namesake_that_is_to_be_left_alone_is_not_meant() -> None:
    lamps = tuple(
        OrderLine("lamp-77", "Reading Lamp", 1, 20.0, f"l-{c}", {"color": c, "height": h}) for c, h in (("green", "40"), ("grey", "60"))
    )
    order = replace(CAMP, lines=lamps)
    text = "there are two lamps, I want the green one in 60. leave the grey one alone"
    assert [line.variant_id for line, _ in read_items(text, order)] == ["l-green"]
    assert ambiguous_items(text, order) == ()
    assert [line.variant_id for line, _ in read_items("the grey lamp should be taller, the green one I keep as it is", order)] == ["l-grey"]


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("sorry, the zip is 97305", {"zip": "97305"}),
        ("post code should be 97305", {"zip": "97305"}),
        ("the state is WA", {"state": "WA"}),
        ("the house number is 20 not 18", {"address1": "20 Elm Road"}),
        ("city is Portland, not Salem", {"city": "Portland"}),
        ("the unit is 9", {"address2": "unit 9"}),
        ("and the city should be Bend", {"city": "Bend"}),
        ("the unit is full of boxes", {}),
        ("no, number 20 i mean", {"address1": "20 Elm Road"}),
        ("number 20 not 18", {"address1": "20 Elm Road"}),
        ("the zip is wrong", {}),
        ("the state is in a mess", {}),
    ],
)
def test_one_part_of_an_address_is_put_right(text: str, changed: dict[str, str]) -> None:
    found = read_address(text, HOME)
    assert {part: value for part, value in found.items() if HOME[part] != value} == changed
    assert corrects_part(text) is bool(changed) or "number 20" in text


def test_a_corrected_post_code_is_repeated_back_with_the_rest(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("send #A100001 to 7 Hill Street, Bend, OR 97701, USA", "oh no, the zip is 97703")
    assert "7 Hill Street, Bend, OR 97703" in chat.answers[-1].text
    chat.say("now it's right, go")
    assert chat.writes[0][1]["zip"] == "97703"


def test_the_post_code_of_an_order_is_changed_alone(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("please correct the address of #A100001: the zip should be 83705")
    assert "4 Mill Lane, Boise, ID 83705" in answer.text


def test_a_question_about_one_order_and_a_request_for_another(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    answer = chat.say("two things: 1) has #A100003 left yet? 2) cancel #A100001, I don't need it any more")
    assert "#A100003 is shipped" in answer.text or "770011223355" in answer.text
    assert answer.choices == ("Yes", "No")
    chat.say("yes")
    assert [write[1]["order_id"] for write in chat.writes] == ["#A100001"]


def test_the_other_way_round_as_well(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("Cancel #A100001, ordered by mistake. Where is #A100003?")
    assert "770011223355" in answer.text
    assert "Cancel order #A100001" in answer.text


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("where is it heading?", "address"),
        ("where did you send it", "address"),
        ("what's the destination of it", "address"),
        ("whats left on that card", "balance"),
        ("what do i still have on the gift card", "balance"),
        ("is there anything on my gift card", "balance"),
        ("what was in the cancelled one", "contents"),
        ("was it sent to my home address?", "address"),
    ],
)
def test_readings_in_other_words(text: str, topic: str) -> None:
    ask = read_ask(Understanding(text, "", 0.0, (), ()), in_order=True)
    assert ask is not None
    assert (ask.topic, ask.write) == (topic, False)


def test_a_payment_that_should_be_charged_elsewhere_is_a_change() -> None:
    text = "I should like #A100001 to be charged to my Visa rather than to PayPal. My e-mail address is ada.winter@mail.example."
    entities = (Entity("order_id", "#A100001", "A100001", 15, 23), Entity("payment_method", "Visa", "credit_card", 46, 50))
    ask = read_ask(Understanding(text, "", 0.0, (), entities))
    assert ask is not None
    assert (ask.topic, ask.write) == ("payment", True)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("send it to my Reno address please", "Reno"),
        ("it should go to the LA one", "Los Angeles"),
        ("to my Chicago address", ""),
        ("to my other address", ""),
    ],
)
def test_an_address_is_told_by_its_city(text: str, city: str) -> None:
    known = [Address("9 Elm Road", "", "Reno", "NV", "USA", "89501"), Address("2 Bay Street", "", "Los Angeles", "CA", "USA", "90001")]
    assert "".join(address.city for address in in_city(text, known)) == city


def test_the_address_of_a_city_that_is_not_known_is_asked_for(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("send #A100001 to my Chicago address, it is on file")
    assert answer.choices == ()
    assert "4 Mill Lane" not in answer.text
    assert "4 Mill Lane" in talk("c-ada").say("send #A100001 to my Boise address").text


def test_a_request_is_for_the_order_named_with_it(talk: Callable[..., Any]) -> None:
    text = "About #A100002, the chair is lovely by the way. Please cancel order #A100001 because it was ordered by mistake."
    assert "Cancel order #A100001" in talk("c-ada").say(text).text


def test_who_wants_money_back_for_what_arrived_is_led_to_a_return(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("The pen of #A100002 that I received is scratched and I want to get a refund")
    assert "Return from order #A100002" in answer.text


def test_a_surname_given_before_the_post_code(talk: Callable[..., Any]) -> None:
    chat = talk()
    chat.say("ada winter. what is in #A100001?")
    assert "#A100001" in chat.say("83701").text


def test_a_refused_gift_card_is_told_with_its_balance(talk: Callable[..., Any]) -> None:
    assert "$30.00, does not cover the amount of $144.00" in talk("c-ada").say("pay #A100001 with my gift card instead").text


def test_what_is_no_longer_wanted_of_a_delivered_order_goes_back(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("from #A100002 I no longer want the pen, the chair is lovely")
    assert "Return from order #A100002:\n- Rosewood Fountain Pen" in answer.text
    assert "Garden Chair" not in answer.text


def test_a_changed_house_number_is_repeated_back(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert "9 Hill Street" in chat.say("send #A100001 to 7 Hill Street, Bend, OR 97701, USA", "number 9 i mean").text


def test_an_order_is_picked_by_what_is_in_it_with_the_reason(talk: Callable[..., Any], store: Store) -> None:
    pen = OrderLine("p6", "Beekeeper's Veil Hat", 1, 41.0)
    first = store.orders.get("#A100001")
    assert first is not None
    store.orders.upsert([replace(first, id="#A100008", lines=(pen,))])
    chat = talk("c-ada")
    assert chat.say("please cancel my order").status is Status.CLARIFY
    assert "#A100008" in chat.say("the one with the hat, as I said. I don't need it any longer").text


def test_another_item_may_take_the_place_of_the_one_asked_about(talk: Callable[..., Any], store: Store) -> None:
    order = store.orders.get("#A100002")
    assert order is not None
    hat = store.catalogue.get("p6")
    assert hat is not None
    hats = (Variant("h-1", {"brim": "wide"}, 41.0), Variant("h-2", {"brim": "narrow"}, 41.0), Variant("h-3", {"brim": "none"}, 41.0))
    store.catalogue.upsert([replace(hat, name="Straw Hat", variants=hats)])
    worn = OrderLine("p6", "Straw Hat", 1, 41.0, "h-1", {"brim": "wide"})
    store.orders.upsert([replace(order, id="#A100007", lines=(order.lines[0], worn))])
    chat = talk("c-ada")
    assert chat.say("I'd like to exchange the hat in #A100007").status is Status.CLARIFY
    answer = chat.say("what about the chair, blue in size L")
    assert "Garden Chair" in answer.text
    assert "Straw Hat" not in answer.text


def test_what_is_sold_out_is_said_to_be_so(talk: Callable[..., Any], store: Store) -> None:
    order = store.orders.get("#A100002")
    assert order is not None
    large = replace(order.lines[0], variant_id="v-blue-l", options={"color": "blue", "size": "L"})
    store.orders.upsert([replace(order, id="#A100006", lines=(large, order.lines[1]))])
    answer = talk("c-ada").say("exchange the chair of #A100006 for the same one in red")
    assert "color red, size L is not available at the moment" in answer.text
    assert "color red, size S" in answer.text
    assert answer.choices == ()


def test_after_what_is_sold_out_another_wish_takes_its_place(talk: Callable[..., Any], store: Store) -> None:
    chair, order = store.catalogue.get("p11"), store.orders.get("#A100002")
    assert chair is not None
    assert order is not None
    more = (
        Variant("v-green-s", {"color": "green", "size": "S"}, 80.0),
        Variant("v-green-l", {"color": "green", "size": "L"}, 80.0, None, False),
    )
    store.catalogue.upsert([replace(chair, variants=(*chair.variants, *more))])
    small = replace(order.lines[0], variant_id="v-red-s", options={"color": "red", "size": "S"})
    store.orders.upsert([replace(order, id="#A100005", lines=(small, order.lines[1]))])
    chat = talk("c-ada")
    assert "not available at the moment" in chat.say("exchange the chair of #A100005 for one in size L").text
    assert "color green, size S" in chat.say("ok what about green then").text


def test_a_size_is_taken_back_for_another_by_its_number_alone(talk: Callable[..., Any], store: Store) -> None:
    pens = tuple(Variant(f"n-{n}", {"nib": f"{n} mm"}, 64.0) for n in (1, 2, 3))
    pen, order = store.catalogue.get("p10"), store.orders.get("#A100001")
    assert pen is not None
    assert order is not None
    store.catalogue.upsert([replace(pen, variants=pens)])
    own = OrderLine("p10", pen.name, 1, 64.0, "n-1", {"nib": "1 mm"})
    store.orders.upsert([replace(order, id="#A100004", lines=(order.lines[0], own))])
    chat = talk("c-ada")
    assert "becomes nib 2 mm" in chat.say("change the pen of #A100004 to nib 2 mm, everything else the same").text
    assert "becomes nib 3 mm" in chat.say("actually 3").text


def test_wait_also_this_is_no_refusal(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("return the pen of #A100002", "wait. also the garden chair")
    assert "Garden Chair" in answer.text
    assert answer.choices == ("Yes", "No")


def test_a_goodbye_in_the_middle_of_a_request_ends_nothing(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("exchange the chair of #A100002", "that's it for now")
    assert answer.status is Status.CLARIFY
    assert "Garden Chair" in answer.text


@pytest.mark.parametrize("text", ["now it's right, go", "that looks correct now", "this is fine, do it", "all good", "that is all. yes"])
def test_these_say_yes_too(text: str) -> None:
    assert cues.agrees(text)


@pytest.mark.parametrize("text", ["is that right now?", "that's right but in blue", "it's right that you wait"])
def test_these_do_not(text: str) -> None:
    assert not cues.agrees(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Winter, Ada, 83701. Where is my order?", "Ada Winter"),
        ("Okafor, Ben (89501)", "Ben Okafor"),
        ("Boise, ID, 83701", ""),
        ("yes, 83701", ""),
    ],
)
def test_a_surname_may_come_first(text: str, name: str) -> None:
    assert next((str(found.value) for found in names(text, list(zips(text)))), "") == name
