"""What people write in a hurry: by comparison, misspelt, with a thumb, corrected on the way; and questions of degree and of opinion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from assistant.shopper import cues
from assistant.shopper.comparison import aspect_of, by_aspect
from assistant.shopper.orders.asks import read_ask
from assistant.shopper.orders.postal import read_address
from assistant.shopper.orders.steps import limits, picked
from assistant.shopper.orders.wants import read_new_items, wanted_options
from assistant.shopper.ratings import asks_opinion
from assistant.shopper.variants import read_options
from assistant.store import Store
from assistant.store.records import OrderLine, Product, Review, Variant
from assistant.types import Status, Understanding

KETTLE = Product(
    "k",
    "Stove Kettle",
    variants=tuple(
        Variant(f"k{n}", {"capacity": capacity, "color": colour}, price)
        for n, (capacity, colour, price) in enumerate(
            [
                ("1 liter", "moss green", 30.0),
                ("1.5 liters", "moss green", 34.0),
                ("2 liters", "moss green", 40.0),
                ("2 liters", "black", 39.0),
            ]
        )
    ),
)
BOOT = Product("b", "Boot", variants=tuple(Variant(f"b{size}", {"size": size, "material": "leather"}) for size in ("9", "10", "11")))
SHIRT = Product("s", "Shirt", variants=tuple(Variant(size, {"size": size}) for size in ("XL", "S", "M", "L")))
OWN = OrderLine("k", "Stove Kettle", 1, 30.0, "k0", {"capacity": "1 liter", "color": "moss green"})


@pytest.mark.parametrize(
    ("product", "text", "said"),
    [
        (KETTLE, "the two litre one", {"capacity": "2 liters"}),
        (KETTLE, "is there one in green?", {"color": "moss green"}),
        (KETTLE, "i want it in blak", {"color": "black"}),
        (BOOT, "the boots to 11 please", {"size": "11"}),
        (BOOT, "got them in 10?", {"size": "10"}),
        (BOOT, "it took 10 days", {}),
        (BOOT, "I have 11 orders", {}),
    ],
)
def test_options_are_read_as_people_write_them(product: Product, text: str, said: dict[str, str]) -> None:
    assert {one.option: one.value for one in read_options(product, text)} == said


@pytest.mark.parametrize(
    ("product", "own", "text", "wanted"),
    [
        (KETTLE, {"capacity": "1.5 liters"}, "a bigger one please", {"capacity": ("2 liters",)}),
        (KETTLE, {"capacity": "2 liters"}, "the next smaller", {"capacity": ("1.5 liters", "1 liter")}),
        (KETTLE, {"capacity": "1 liter"}, "it is too small for us", {"capacity": ("1.5 liters", "2 liters")}),
        (SHIRT, {"size": "M"}, "one size up", {"size": ("L", "XL")}),
        (SHIRT, {"size": "M"}, "too loose", {"size": ("S",)}),
        (SHIRT, {"size": "M"}, "a nicer one", {}),
    ],
)
def test_a_comparison_goes_on_from_ones_own(product: Product, own: dict[str, str], text: str, wanted: object) -> None:
    assert limits(text, product, own) == wanted


def test_one_of_a_list_is_picked_by_place_or_price() -> None:
    assert picked("the second one", [2], KETTLE.variants) is KETTLE.variants[1]
    assert picked("whichever is cheapest", [], KETTLE.variants) is KETTLE.variants[0]
    assert picked("the most expensive of them", [], KETTLE.variants) is KETTLE.variants[2]
    assert picked("the ninth", [9], KETTLE.variants) is None


def test_what_is_thought_better_of_is_not_wanted() -> None:
    assert wanted_options("2 liters... or rather black", OWN, KETTLE) == {"color": "black"}
    assert wanted_options("2 liters and black", OWN, KETTLE) == {"capacity": "2 liters", "color": "black"}
    assert read_new_items("in black, no wait, 2 liters", ((OWN, 0),), {"k": KETTLE})[0].wanted == {"capacity": "2 liters"}


def test_an_address_ends_where_its_post_code_does() -> None:
    found = read_address("to 30 Quarry Lane #7, Salem OR 97301. ada winter 83701", {})
    assert (found["address1"], found["address2"], found["city"], found["zip"]) == ("30 Quarry Lane", "#7", "Salem", "97301")


@pytest.mark.parametrize("text", ["👍", "ok 👌", "go on", "works for me", "I agree.", "is ok", "makes sense"])
def test_these_say_yes(text: str) -> None:
    assert cues.agrees(text)


@pytest.mark.parametrize("text", ["👎", "is it ok?", "right now?", "i agree to disagree", "👎👍", "go on then but in red"])
def test_these_do_not(text: str) -> None:
    assert not cues.agrees(text)


@pytest.mark.parametrize(
    ("text", "topic", "write"),
    [
        ("is it cancelled or what", "status", False),
        ("which card did the refund go to", "refund", False),
        ("by which means was it paid?", "paid_with", False),
        ("when will I have my money?", "refund", False),
        ("to where?", "address", False),
        ("show me mine", "list", False),
        ("the identical one again please, for my order", "exchange", True),
        ("I'd like another lamp in place of the one in my order", "exchange", True),
    ],
)
def test_what_is_asked_of_an_order(text: str, topic: str, write: bool) -> None:
    ask = read_ask(Understanding(text, "", 0.0, (), ()), in_order=True)
    assert ask is not None
    assert (ask.topic, ask.write) == (topic, write)


def test_a_correction_at_the_confirmation_is_repeated_back(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert chat.say("exchange the garden chair of #A100002 for the blue one in size L").choices == ("Yes", "No")
    answer = chat.say("no wait, red in S")
    assert answer.status is Status.CLARIFY
    assert "red" in answer.text
    chat.say("👍")
    assert [write[1]["new_item_ids"] for write in chat.writes] == [["v-red-s"]]


def test_a_thumb_down_changes_nothing(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, I no longer need it", "👎", "👍")
    assert chat.writes == []


def test_of_two_items_only_the_named_one_is_kept(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("return everything in #A100002", "only the pen actually", "yes")
    assert [write[1]["item_ids"] for write in chat.writes] == [["p10"]]


def test_which_of_two_namesakes_is_answered_with_a_trait(talk: Callable[..., Any], store: Store) -> None:
    order = store.orders.get("#A100002")
    assert order is not None
    chairs = [OrderLine("p11", "Garden Chair", 1, price, id, options) for id, price, options in (
        ("v-blue-s", 80.0, {"color": "blue", "size": "S"}), ("v-red-s", 82.0, {"color": "red", "size": "S"}),
    )]  # fmt: skip
    store.orders.upsert([replace(order, id="#A100009", lines=(*chairs, *order.lines[1:]))])
    chat = talk("c-ada")
    assert "red" in chat.say("I want to return the chair of #A100009").text
    assert "color red" in chat.say("the red one").text
    chat.say("yup")
    assert [write[1]["item_ids"] for write in chat.writes] == [["v-red-s"]]


def test_another_item_may_be_asked_for_as_well(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("return the pen from #A100002")
    answer = chat.say("and the chair too please")
    assert "Garden Chair" in answer.text
    assert "Rosewood Fountain Pen" in answer.text
    assert chat.writes == []


TENTS = tuple(Product(id, name, "camping", "tents", attributes={"weight": weight}) for id, name, weight in (
    ("t1", "Heron Tent", "2,100 g"), ("t2", "Wren Tent", "1,450 g"),
))  # fmt: skip


def test_degrees_are_answered_from_what_is_stated() -> None:
    assert aspect_of(TENTS[0], "how heavy is it?") == ("weight", "2,100 g")
    assert aspect_of(TENTS[0], "is it any good in heavy rain?") is None
    assert aspect_of(TENTS[0], "how wide is it?") is None
    told = "Weight: Heron Tent 2,100 g; Wren Tent 1,450 g."
    assert by_aspect(TENTS, "USD", "which one is the lightest?") == (TENTS[1], f"The Wren Tent is the lightest one. {told}")
    assert by_aspect(TENTS, "USD", "which is lighter?") == (TENTS[1], f"The Wren Tent is the lighter one. {told}")
    unstated = (*TENTS, Product("t3", "Owl Tent", "camping", "tents"))
    assert by_aspect(unstated, "USD", "which is the lightest?") == (None, f"{told.removesuffix('.')}; Owl Tent not stated.")


@pytest.mark.parametrize(
    ("text", "asks"), [("any good?", True), ("is it worth it", True), ("how do I write a review?", False), ("is it red", False)]
)
def test_opinions_are_asked_for(text: str, asks: bool) -> None:
    assert asks_opinion(text) is asks


def test_whether_something_is_any_good_is_for_its_customers_to_say(talk: Callable[..., Any], store: Store) -> None:
    store.reviews.upsert(
        [
            Review("r1", "p7", None, 5.0, "", "Bright and steady on my desk. I like it."),
            Review("r2", "p7", None, 2.0, "", "The cable is much too short for me."),
        ]
    )
    answer = talk().say("how much is the Harbour Brass Desk Lamp", "is it any good?")
    assert "3.5 of 5 stars, in 2 reviews" in answer.text
    assert "Bright and steady" in answer.text
    assert "much too short" in answer.text
    assert {source.kind for source in answer.sources} == {"product", "review"}


def test_what_nobody_reviewed_is_said_to_be_so(talk: Callable[..., Any]) -> None:
    assert "no reviews of the Porcelain Ink Well" in talk().say("how much is the Porcelain Ink Well", "any good?").text
