"""Second thoughts that take something out again, "everything" with an exception, a yes said in other ways, and changes wished for
without a word for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.shopper import cues
from assistant.shopper.orders.asks import read_ask
from assistant.shopper.orders.slots import ambiguous_items, let_go, only_mentioned, read_items
from assistant.shopper.variants import read_options
from assistant.store.records import Order, OrderLine, Product, Variant
from assistant.types import Entity, Status, Understanding

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


def _entities(text: str, **of: str) -> tuple[Entity, ...]:
    return tuple(Entity(kind, value, value, text.find(value), text.find(value) + len(value)) for kind, value in of.items())


@pytest.mark.parametrize(
    ("text", "of", "topic"),
    [
        ("#A100001, chair: red please", {"order_id": "#A100001", "colour": "red"}, "modify"),
        ("the chair in #A100001 is too dull, red would be better", {"order_id": "#A100001", "colour": "red"}, "modify"),
        ("that chair of mine, can it be red?", {"product": "chair", "colour": "red"}, "modify"),
        ("can it be red?", {"colour": "red"}, None),
        ("#A100001 came in a red box", {"order_id": "#A100001", "colour": "red"}, "status"),
        ("call the whole thing off", {"order_id": "#A100001"}, "cancel"),
        ("could I have that one sent to 12 Fern Court", {"order_id": "#A100001"}, "address"),
        ("have I got anything still open with you?", {}, "list"),
        ("did you give me back the money for #A100001", {"order_id": "#A100001"}, "refund"),
        ("how is #A100001 paid?", {"order_id": "#A100001"}, "paid_with"),
    ],
)
def test_what_is_asked_without_the_usual_word(text: str, of: dict[str, str], topic: str | None) -> None:
    ask = read_ask(Understanding(text, "", 0.0, (), _entities(text, **of)))
    assert (ask.topic if ask else None) == topic


def test_an_item_named_by_the_way_is_no_wish() -> None:
    text = "Last week we ordered all sorts (a stove too). The barrel should be larger."
    assert only_mentioned(text, text.find("stove"))
    assert not only_mentioned(text, text.find("barrel"))


def test_namesakes_that_stay_are_not_asked_about() -> None:
    twins = tuple(OrderLine("p9", "Camp Chair", 1, 10.0, id, {"color": colour}) for id, colour in (("v1", "red"), ("v2", "blue")))
    order = Order("#A2", "c", "pending", lines=(*CAMP.lines, *twins))
    assert ambiguous_items("swap the stove and the chair", order) == twins
    assert ambiguous_items("swap the stove, camp chairs untouched", order) == ()
    assert [line.name for line, _ in read_items("stove: steel // camp chairs untouched", order)] == ["Camping Stove"]


def test_values_are_read_by_their_first_figure_and_in_the_plural() -> None:
    powers, fits = ("40W equivalent", "80W equivalent"), ("screw", "bayonet")
    lamp = Product("l", "Bulb", variants=tuple(Variant(power + fit, {"power": power, "fit": fit}) for power in powers for fit in fits))
    assert {one.value for one in read_options(lamp, "the 80W one, with bayonets")} == {"80W equivalent", "bayonet"}


def test_a_change_goes_on_after_a_refusal(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert chat.say("remove the pen from my order #A100001").status is Status.DECLINED
    assert "color red" in chat.say("fine, then the chair in red at least").text
    chat.say("indeed")
    assert [write[1]["new_item_ids"] for write in chat.writes] == [["v-red-s"]]


def test_questions_of_two_orders_are_both_answered(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("what is the status of #A100002 and has #A100003 been shipped?")
    assert "770011223344" in answer.text
    assert "770011223355" in answer.text


def test_a_wish_before_two_numbers_is_not_lost(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("I want to return the pen. The number is #A100003 I believe. If not, it is #A100002 instead.")
    assert answer.intent == "return_delivered_order_items"


def test_what_a_change_costs_is_told_with_the_question_kept(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("exchange the garden chair of #A100002 for the blue one in size L", "what will that cost me extra?")
    assert "$10.00" in chat.answers[-1].text
    chat.say("ok book it")
    assert [write[1]["new_item_ids"] for write in chat.writes] == [["v-blue-l"]]


def test_what_comes_next_after_a_return_is_told(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada", "tau-retail")
    chat.say("return the pen from #A100002", "yes")
    assert "e-mail" in chat.say("what's next?").text
