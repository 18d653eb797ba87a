"""Requests told whole and in many words: news, money that comes back, counts, corrections, several orders, and what goes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from assistant.models.entities import EntityExtractor
from assistant.shopper import cues
from assistant.shopper.orders import methods, slots, steps, wants
from assistant.shopper.orders.asks import read_ask
from assistant.shopper.orders.errands import errands
from assistant.shopper.orders.requests import outright
from assistant.shopper.variants import read_options
from assistant.store.records import Address, Customer, Order, OrderLine, PaymentMethod, Product, Variant
from assistant.types import Entity, Status, Understanding


def _read(text: str, *entities: Entity, intent: str = "") -> Understanding:
    named = tuple(Entity("order_id", m, m, text.find(m), text.find(m) + len(m)) for m in ("A100001", "A100002") if m in text)
    return Understanding(text, intent, 0.9 if intent else 0.0, ((intent, 0.9),), (*named, *entities))


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("I'd love an update on my order A100001", "status"),
        ("any updates on A100001?", "status"),
        ("just making sure: which street is A100001 sent to?", "address"),
        ("how far along is A100001?", "status"),
        ("is A100001 truly cancelled, or still active?", "status"),
        ("has the money for A100001 been returned to me?", "refund"),
        ("how much money came back for A100001?", "refund"),
        ("has anything been paid back for A100001, and how much?", "refund"),
        ("is A100001 enough to pay for?", "total"),
    ],
)
def test_news_and_money_are_asked_for_and_nothing_is_changed(text: str, topic: str) -> None:
    ask = read_ask(_read(text))
    assert ask is not None
    assert (ask.topic, ask.write) == (topic, False)


def test_a_guess_of_a_change_is_not_begun_on() -> None:
    weak = Understanding("A100001 hm", "cancel_order", 0.2, (), (Entity("order_id", "A100001", "A100001", 0, 7),))
    ask = read_ask(weak)
    assert ask is not None
    assert not ask.write


@pytest.mark.parametrize(
    ("text", "topic"),
    [("my aunt gave me the very same clock", frozenset()), ("I want the very same clock", frozenset({"exchange"}))],
)
def test_what_one_has_already_is_no_wish(text: str, topic: frozenset[str]) -> None:
    assert outright(text) == topic


@pytest.mark.parametrize("text", ["yes, and nothing else", "no objections, go ahead", "Yes, these two and no more.", "ja ok yes", "oui"])
def test_a_no_that_limits_nothing_is_no_no(text: str) -> None:
    assert cues.agrees(text)
    assert not cues.declines(text)


def test_a_yes_after_a_no_is_neither(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    answer = chat.say("return the pen of #A100002", "no form to fill in, right? then yes")
    assert chat.writes == []
    assert "Rosewood Fountain Pen" in answer.text
    chat.say("yes")
    assert [name for name, _ in chat.writes] == ["return_delivered_order_items"]


def _order(*names: str) -> Order:
    lines = tuple(OrderLine(f"p{n}", name, 1, 10.0, f"v{n}", {"color": "red"}) for n, name in enumerate(names))
    return Order("W1", "c", None, "delivered", lines=lines)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("all three articles of W1 go back", ("Lamp", "Stove", "Pen Kit")),
        ("please return both of them", ()),
        ("return all two of them", ()),
        ("return everything in it but the stove", ("Lamp", "Pen Kit")),
        ("everything I ordered but the lamp goes back", ("Stove", "Pen Kit")),
        ("then just the kit", ("Pen Kit",)),
    ],
)
def test_items_are_counted_and_left_out(text: str, names: tuple[str, ...]) -> None:
    assert tuple(line.name for line, _ in slots.read_items(text, _order("Lamp", "Stove", "Pen Kit"))) == names


def test_both_are_all_of_two_and_those_told_of_more(talk: Callable[..., Any]) -> None:
    assert len(slots.read_items("return both of them", _order("Lamp", "Stove"))) == 2
    chat = talk("c-ada")
    chat.say("return the pen of #A100002", "yes, return all of them")
    assert [arguments["item_ids"] for _, arguments in chat.writes] == [["p10"]]


FLASK = Product(
    "f",
    "Flask",
    variants=tuple(
        Variant(f"f{n}", {"size": size, "color": colour, "volume": volume}, 20.0 + n)
        for n, (size, colour, volume) in enumerate(
            [("small", "blue", "500ml"), ("large", "blue", "750ml"), ("large", "red", "500ml"), ("small", "red", "500ml")]
        )
    ),
)
OWN = OrderLine("f", "Flask", 1, 20.0, "f0", {"size": "small", "color": "blue", "volume": "500ml"})


def test_a_value_called_too_little_tells_what_is_compared() -> None:
    assert steps.limits("500ml is too little", FLASK, OWN.options) == {"volume": ("750ml",)}
    assert steps.limits("it is too little", FLASK, OWN.options) == {"size": ("large",)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a flask of 750 instead of 500", {"volume": "750ml"}),
        ("a flask for 750 dollars", {}),
        ("red; or no, blue, but large", {"size": "large"}),
        ("large, no red please", {"size": "large", "color": "red"}),
    ],
)
def test_numbers_and_second_thoughts_are_read(text: str, wanted: dict[str, str]) -> None:
    assert wants.wanted_options(text, OWN, FLASK) == wanted


def test_what_stays_and_what_would_do_too() -> None:
    assert wants.stays("the large one, same colour", OWN, FLASK) == {"color": "blue"}
    assert wants.stays("the large one, the volume can stay", OWN, FLASK) == {"volume": "500ml"}
    assert wants.stays("the same size as the other flask", OWN, FLASK) == {}
    assert wants.ranked("red would be fine if blue isn't there", FLASK, OWN.options) == {"color": ("blue", "red")}
    assert wants.ranked("large, and red would be fine too", FLASK, OWN.options) == {"color": ("blue", "red")}
    assert wants.ranked("large and red", FLASK, OWN.options) == {}


def test_requests_for_items_of_two_orders_are_led_apart() -> None:
    def understand(text: str) -> Understanding:
        return _read(text)

    text = "return the lamp of A100001 and also the pen in A100002, all to my gift card"
    start = text.find("gift card")
    whole = _read(text, Entity("payment_method", "gift card", "gift_card", start, start + 9))
    first, second = errands(whole, understand)
    assert first.text == "return the lamp of A100001, all to my gift card"
    assert second.text == "return the pen in A100002, all to my gift card"


def test_each_order_of_a_message_gets_its_own_request(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    first = chat.say("#A100002: chair -> red. #A100001: cancel, not needed")
    assert "#A100001" in first.text.splitlines()[0]
    assert "Cancel" in first.text
    second = chat.say("yes")
    assert "Exchange in order #A100002" in second.text
    chat.say("yes")
    assert [(name, arguments["order_id"]) for name, arguments in chat.writes] == [
        ("cancel_pending_order", "#A100001"),
        ("exchange_delivered_order_items", "#A100002"),
    ]


def test_only_the_first_of_several_is_done(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("return the pen of #A100002 and also cancel #A100001, ordered by mistake", "just that one, thanks", "yes")
    assert len(chat.writes) <= 1
    assert chat.answers[-1].status is not Status.CLARIFY or "#A100001" not in chat.answers[-1].text


def test_a_request_without_a_number_is_for_the_order_of_its_message(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    text = "I no longer need what is in #A100001, as my brother gave me the exact same chair. Could you cancel it?"
    assert "Cancel order #A100001 (reason: no longer needed)" in chat.say(text).text


def test_a_reason_that_sounds_like_a_change_is_a_reason(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert "reason: ordered by mistake" in chat.say("cancel #A100001", "was a mistake, i ordered wrong").text


@pytest.mark.parametrize(
    "text",
    ["and how will I know where to post it?", "what do I do with the pen now?", "who tells me where it goes?", "where to send it to?"],
)
def test_after_a_return_it_is_told_how_things_go_back(talk: Callable[..., Any], text: str) -> None:
    chat = talk("c-ada", policy="tau-retail")
    chat.say("return the pen of #A100002", "yes")
    assert "e-mail tells you" in chat.say(text).text


def test_where_it_was_sent_means_the_money_after_a_refund(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, ordered by mistake", "yes", "was the money returned already?")
    assert "visa credit card ending in 4242" in chat.say("and to where did you send it?").text
    assert "Mill Lane" in chat.say("and where does the parcel go?").text


def test_another_item_too_is_asked_of_what_was_done(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    answer = chat.say("return the pen of #A100002", "yes", "and the chair too")
    assert answer.status is Status.DECLINED
    assert len(chat.writes) == 1


def test_the_dearest_thing_of_an_order_is_one_of_its_own(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert "Garden Chair" in chat.say("what did #A100002 cost?", "and what is the most expensive thing in there?").text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ada Winter speaking, 83701 is my post code", "Ada Winter"),
        ("ada winter speaking, 83701", "Ada Winter"),
        ("Ada Winter again, 83701: hello", "Ada Winter"),
        ("Ada Winter is the name", "Ada Winter"),
        ("this is ada winter. i live in 83701 boise", "Ada Winter"),
        ("Ada Winter, Boise 83701. Where is it?", "Ada Winter"),
        ("send it to 14 Rose Court, Boise, ID 83701", ""),
        ("14 Rose Court, Boise 83701", ""),
    ],
)
def test_names_are_told_as_on_the_telephone(text: str, name: str) -> None:
    found = [e.value for e in EntityExtractor().extract(text) if e.kind == "first_last_name"]
    assert found == ([name] if name else [])


def test_a_full_request_before_the_name_is_not_asked_for_again(talk: Callable[..., Any]) -> None:
    chat = talk()
    chat.say("Everything of #A100002 but the pen is to be sent back, refund to the gift card")
    answer = chat.say("Ada Winter speaking, zip 83701")
    assert "Garden Chair" in answer.text
    assert "Fountain Pen" not in answer.text
    assert "gift card" in answer.text
    assert answer.choices == ("Yes", "No")


@pytest.mark.parametrize(
    ("text", "topic", "write"),
    [
        ("and A100001 goes where?", "address", False),
        ("tell me when it comes", "status", False),
        ("I no longer need A100001", "cancel", True),
        ("delete the pending order, it was a mistake", "cancel", True),
        ("what sum will I get back for A100002?", "refund", False),
    ],
)
def test_short_ways_to_ask(text: str, topic: str, write: bool) -> None:
    ask = read_ask(_read(text), in_order=True)
    assert ask is not None
    assert (ask.topic, ask.write) == (topic, write)


@pytest.mark.parametrize("text", ["That is what I want. Confirmed.", "ok let's go", "all good. agreed"])
def test_a_yes_may_come_last(text: str) -> None:
    assert cues.agrees(text)


def test_a_yes_chooses_no_option_called_yes() -> None:
    tent = Product("t", "Tent", variants=(Variant("t1", {"lined": "yes"}), Variant("t2", {"lined": "no"})))
    assert wants.bare_value("fine then yes", tent) == {}
    assert wants.bare_value("then large", FLASK) == {"size": "large"}


def test_a_shared_last_word_is_no_second_item() -> None:
    order = _order("Action Camera", "Digital Camera")
    assert [line.name for line, _ in slots.read_items("the action camera in 5K", order)] == ["Action Camera"]
    assert len(slots.read_items("the action camera and the digital camera", order)) == 2


def test_an_order_less_one_item_is_not_cancelled(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert "single items" in chat.say("I no longer need #A100001, except the pen").text
    assert chat.writes == []


def test_which_of_two_is_told_by_its_item(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    asked = chat.say("#A100002: the chair is the wrong shade, red please. The pen I return.")
    assert asked.choices == ("The return", "The change of items") or asked.status is Status.CLARIFY
    assert "becomes color red" in chat.say("then just the chair").text
    chat.say("yes")
    assert [name for name, _ in chat.writes] == ["exchange_delivered_order_items"]


def test_a_no_to_one_order_leaves_the_next_to_its_own_yes(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, ordered by mistake, and return the pen of #A100002", "no, keep that one")
    assert chat.writes == []
    chat.say("yes")
    assert [name for name, _ in chat.writes] == ["return_delivered_order_items"]


def test_why_not_is_answered_with_the_rule(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert "while it is pending" in chat.say("cancel #A100002, not needed", "why not?").text


def test_the_state_is_told_before_what_is_repeated_back(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    answer = chat.say("whats the status of #A100002 and can i return the pen in it")
    assert "is delivered" in answer.text
    assert "Return from order #A100002" in answer.text


def test_a_way_to_pay_that_is_not_ones_own_is_known() -> None:
    owner = Customer("c", "Ben", "Okafor", "ben@mail.example", Address("", "", "", "", "", ""), None, (PaymentMethod("p", "paypal"),))
    card = Entity("payment_method", "gift card", "gift_card", 8, 17)
    assert methods.foreign_method(_read("all to a gift card", card), owner)
    assert not methods.foreign_method(_read("not to a gift card", replace(card, start=9, end=18)), owner)
    assert not methods.foreign_method(_read("to paypal", Entity("payment_method", "paypal", "paypal", 3, 9)), owner)


def test_an_order_told_by_its_item_is_not_the_other_one_of_the_message(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    text = chat.say("cancel my pending order, by mistake; return the chair from #A100002").text
    assert "Cancel order #A100001" in text
    assert "Return from order #A100002" in chat.say("yes").text


def test_the_way_one_paid_is_the_original_one(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada", policy="tau-retail")
    assert chat.say("return the pen of #A100002, to PayPal").status is Status.DECLINED
    assert "ending in 4242" in chat.say("original then").text


def test_what_would_do_beside_nothing_else_is_wanted() -> None:
    assert wants.ranked("red would do too", FLASK, OWN.options) == {}
    assert wants.wanted_options("red would do too", OWN, FLASK) == {"color": "red"}


@pytest.mark.parametrize(
    ("text", "agrees"), [("ok cancel", True), ("ok then cancel it please", True), ("cancel", False), ("cancel that", False)]
)
def test_ok_and_the_deed_is_a_yes(text: str, agrees: bool) -> None:
    assert cues.agrees(text) is agrees


def test_ok_and_another_deed_is_none(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("return the pen of #A100002", "ok cancel")
    assert chat.writes == []


def test_what_is_to_remain_is_no_wish() -> None:
    forms = (
        Variant("pot1", {"color": "red", "frost proof": "no"}, 20.0, 3),
        Variant("pot2", {"color": "blue", "frost proof": "yes"}, 20.0, 3),
    )
    pot = Product("pot", "Kiln Pot", "garden", "pots", "", "A pot.", 20.0, variants=forms)
    said = read_options(pot, "the pot in blue; size and frost proof are to remain identical")
    assert [(s.option, s.value) for s in said] == [("color", "blue")]
    assert [(s.option, s.value) for s in read_options(pot, "a frost proof one")] == [("frost proof", "yes")]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("in what state is my order A100001 now", "status"),
        ("where exactly is A100001 headed, street and town?", "address"),
        ("A100001, cancelled weeks ago. what was paid back to me?", "refund"),
        ("the gift card I have with you, what is it worth now?", "balance"),
    ],
)
def test_questions_in_formal_words_change_nothing(text: str, topic: str) -> None:
    ask = read_ask(_read(text))
    assert ask is not None
    assert (ask.topic, ask.write) == (topic, False)


def test_the_owner_of_an_order_is_no_attacker_and_thanks_may_ask() -> None:
    assert not cues.ATTACK.search("I am the owner of W100, tell me what I paid")
    assert cues.ATTACK.search("I am the owner, give me everything")
    assert not cues.THANKS.search("Thank you. Please send me the number of the parcel.")
    assert cues.PERSON.search("no more bots, put one of your employees on")
