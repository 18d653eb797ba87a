"""What is asked on about goods that were shown or named: by a field's name, a unit, a price, a single word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.models.numbers import money
from assistant.models.responder import Phrasing, Request
from assistant.shopper.fields import field_of
from assistant.shopper.ratings import asks_opinion
from assistant.shopper.respond import checked
from assistant.store import Store
from assistant.store.records import Product, Review, Variant
from assistant.types import Status

TORCH = Product(
    "t1", "Glow-Worm Potting Light", "garden", "lights", "", "A light for late potting. Its strap is of cotton.", 30.0, 6,
    attributes={"brightness": "240 lumens", "run time": "9 hours", "strap": "cotton", "waterproofing": "IPX4", "dimmable": "no"},
)  # fmt: skip
BEACON = Product(
    "t2", "Firefly Potting Light", "garden", "lights", "", "A bright light for late potting.", 45.0, 6,
    attributes={"brightness": "600 lumens", "run time": "4 hours", "strap": "rubber", "waterproofing": "IPX7", "dimmable": "yes"},
)  # fmt: skip


@pytest.fixture
def lit(store: Store, talk: Callable[..., Any]) -> Any:
    """A conversation in which two lights were shown, the cheaper one first or second."""
    store.catalogue.upsert([TORCH, BEACON])
    session = talk()
    assert set(session.say("a potting light please").products) == {"t1", "t2"}
    return session


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("how many lumens?", ("brightness", "240 lumens")),
        ("how many hours does it go on for", ("run time", "9 hours")),
        ("what's the strap made of", ("strap", "cotton")),
        ("what is its waterproof rating", ("waterproofing", "IPX4")),
        ("dimmable?", ("dimmable", "no")),
        ("is the strap long?", None),
        ("how many are left?", None),
    ],
)
def test_a_field_is_known_by_its_name_or_by_its_unit(question: str, field: tuple[str, str] | None) -> None:
    assert field_of(TORCH, question) == field


def test_a_word_that_only_a_field_knows_is_asked_of_what_was_shown(lit: Any) -> None:
    answer = lit.say("brightness?")
    assert "240 lumens" in answer.text
    assert "600 lumens" in answer.text
    assert set(answer.products) == {"t1", "t2"}


def test_a_measured_rating_is_no_opinion(lit: Any) -> None:
    assert "IPX" in lit.say("what's the waterproof rating").text
    assert not asks_opinion("what is its temperature rating?")
    assert asks_opinion("what rating do buyers give it?")


def test_the_dearer_one_is_the_one_that_costs_more(lit: Any) -> None:
    answer = lit.say("how many lumens does the dearer one have")
    assert answer.products == ("t2",)
    assert "600 lumens" in answer.text


def test_a_part_of_what_was_shown_is_not_taken_for_goods(lit: Any) -> None:
    lit.say("the first one")
    answer = lit.say("and what is the strap made of")
    assert answer.products[0] in {"t1", "t2"}
    assert "strap" in answer.text


def test_a_price_asked_of_several_is_asked_back(lit: Any) -> None:
    answer = lit.say("ok whats the price")
    assert answer.status is Status.CLARIFY
    assert "Firefly Potting Light" in answer.text


def test_goods_of_whom_nothing_is_said_are_told_in_one_sentence(lit: Any) -> None:
    answer = lit.say("are they good for sailors")
    assert answer.text.count("say") == 1
    assert "Glow-Worm" in answer.text
    assert "Firefly" in answer.text


def test_a_short_no_after_a_search_leaves_something_out(talk: Callable[..., Any]) -> None:
    session = talk()
    session.say("watering can")
    assert session.say("no copper please").products == ("p3",)


def test_a_size_that_there_is_not_is_told_with_those_that_there_are(talk: Callable[..., Any]) -> None:
    answer = talk().say("is the Garden Chair in stock in 44?")
    assert "not come in size 44" in answer.text
    assert "S" in answer.text


def test_the_two_cheapest_are_two_side_by_side(talk: Callable[..., Any]) -> None:
    answer = talk().say("compare your two cheapest gloves")
    assert set(answer.products) == {"p4", "p5"}
    assert answer.table is not None


def test_either_of_two_is_weighed_by_their_stock(talk: Callable[..., Any]) -> None:
    answer = talk().say("Clover Cotton Garden Gloves or Porcelain Ink Well: which of them have you got more of?")
    assert "25 in stock" in answer.text.splitlines()[0]


def test_what_is_to_go_with_something_is_searched_by_its_kind(talk: Callable[..., Any]) -> None:
    session = talk()
    session.say("how much is the Juniper Oak Desk Lamp?")
    assert session.say("and a fountain pen to go with it").products == ("p10",)


def test_a_customers_words_stay_a_customers(talk: Callable[..., Any], store: Store) -> None:
    store.reviews.upsert([Review("r1", "p8", text="It is wonderfully quiet.", rating=5.0)])
    answer = talk().say("is the Juniper Oak Desk Lamp quiet?")
    assert "customers do" in answer.text
    assert "“It is wonderfully quiet.”" in answer.text


def test_taking_a_thing_along_is_not_buying_it(talk: Callable[..., Any]) -> None:
    session = talk()
    session.say("how much is the Porcelain Ink Well?")
    assert "basket" not in session.say("can i take it on a train").text
    assert "basket" in session.say("I'll take it, please").text


@pytest.mark.parametrize(
    ("question", "evidence", "reply", "why"),
    [
        ("is it for potting or reading, what is it good for", "Made for potting.", "It is good for potting and countries.", "strange"),
        ("is the globe included", "The globe is included and can be changed.", "Yes, the Glow-Worm Light is included.", "dropped"),
        ("is the globe included", "The globe is included and can be changed.", "Yes, the globe is included.", ""),
        ("how heavy is it?", "The weight is 240 g.", "It weighs 240 g.", ""),
    ],
)  # fmt: skip
def test_a_customer_gets_no_word_from_nowhere_and_no_yes_to_less_than_was_asked(question: str, evidence: str, reply: str, why: str) -> None:
    fact = {"product": "Glow-Worm Light"}
    refused = checked(Request(question, (fact, f"description: {evidence}")), Phrasing(reply, -0.1, True), strict=True)[1]
    assert refused.partition(" ")[0] == why


def test_namesakes_that_are_all_silent_are_answered_at_once(store: Store, talk: Callable[..., Any]) -> None:
    store.catalogue.upsert([Product(f"n{n}", "Plain Harvest Stool", "garden", "chairs", "", "A stool.", 20.0 + n, 3) for n in (1, 2)])
    session = talk()
    assert session.say("does the Plain Harvest Stool float on water?").status is Status.ANSWERED
    assert session.say("how much is the Plain Harvest Stool?").status is Status.CLARIFY


def test_the_dearest_of_a_kind_is_one_of_that_kind(store: Store, talk: Callable[..., Any]) -> None:
    names = ["Amber", "Birch", "Cedar", "Dune", "Ember", "Fern", "Gale", "Hazel", "Iris", "Jade", "Kelp", "Larch"]
    hats = [Product(f"h{n}", f"{name} Straw Hat", "garden", "hats", "", "A hat.", 20.0, 3) for n, name in enumerate(names)]
    store.catalogue.upsert([*hats, Product("h99", "Velvet Evening Suit", "garden", "hats", "", "A jacket and trousers.", 400.0, 1)])
    assert "p6" in talk().say("what's your dearest hat?").products


def test_a_range_said_in_hundreds_is_in_hundreds_at_both_ends() -> None:
    bounds = {e.kind: e.value for e in money("a bench between two and three hundred")}
    assert bounds == {"money_min": 200.0, "money_max": 300.0}
    assert {e.value for e in money("from 1 to 2k")} == {1000.0, 2000.0}
    assert {e.value for e in money("between 60 and 80 dollars")} == {60.0, 80.0}
    assert {e.value for e in money("between 90 and one hundred")} == {90.0, 100.0}


def test_a_number_put_in_anothers_place_is_a_quantity(talk: Callable[..., Any]) -> None:
    session = talk()
    session.say("what does the Porcelain Ink Well cost")
    assert session.say("make that three").value == pytest.approx(66.0)


def test_parts_are_counted_where_the_description_counts_them(store: Store, talk: Callable[..., Any]) -> None:
    store.catalogue.upsert([Product("s1", "Potting Tool Set", "garden", "tools", "", "A 7-piece set with two trowels.", 30.0, 4)])
    assert talk().say("how many pieces are in the Potting Tool Set").value == 7
    assert talk().say("Potting Tool Set how many trowels?").value == 2
    assert talk().say("the Potting Tool Set, how much and how many left?").text.count("not say") == 0


def test_good_for_something_is_no_question_of_opinions() -> None:
    assert not asks_opinion("is it any good for rose beds?")
    assert asks_opinion("is it any good?")


def test_the_gap_in_price_is_no_question_of_size(talk: Callable[..., Any]) -> None:
    answer = talk().say("Juniper Oak Desk Lamp vs Harbour Brass Desk Lamp: how big is the price gap")
    assert answer.value == pytest.approx(45.0)


def test_how_much_weight_is_no_price(store: Store, talk: Callable[..., Any]) -> None:
    store.catalogue.upsert([Product("b1", "Swing Bench", "garden", "benches", "", "", 90.0, 2, attributes={"maximum load": "180 kg"})])
    answer = talk().say("how much weight can the Swing Bench take")
    assert "180 kg" in answer.text
    assert "$" not in answer.text


def test_a_material_that_it_is_not_is_answered_by_the_one_that_it_is(store: Store, talk: Callable[..., Any]) -> None:
    store.catalogue.upsert([Product("r1", "Orchard Mat", "study", "mats", "", "A mat.", 30.0, 2, attributes={"material": "jute"})])
    session = talk()
    session.say("how much is the Orchard Mat")
    assert "jute" in session.say("is it wool?").text


def test_when_goods_would_arrive_is_said_by_the_shops_text(talk: Callable[..., Any]) -> None:
    session = talk()
    session.say("watering can")
    assert "4 working days" in session.say("and how long would they take to arrive?").text


def test_the_cheapest_of_those_shown_is_no_variant_of_one_price(store: Store, talk: Callable[..., Any]) -> None:
    stools = [
        Product(
            f"k{n}", f"{name} Milking Stool", "garden", "stools", "", "", price, None,
            variants=tuple(Variant(f"k{n}-{c}", {"color": c}, price, 3, True) for c in ("red", "blue")),
        )
        for n, name, price in ((1, "Daisy", 50.0), (2, "Buttercup", 35.0))
    ]  # fmt: skip
    store.catalogue.upsert(stools)
    session = talk()
    session.say("milking stool", "what colours does the Daisy Milking Stool come in")
    assert session.say("fine, the cheapest then. how much").products == ("k2",)


def test_what_is_saved_is_the_gap_in_price(talk: Callable[..., Any]) -> None:
    answer = talk().say("how much would I save with the Juniper Oak Desk Lamp instead of the Harbour Brass Desk Lamp")
    assert "$45.00" in answer.text


def test_so_many_of_em_cost_so_many_times_as_much(talk: Callable[..., Any]) -> None:
    session = talk()
    session.say("what does the Porcelain Ink Well cost")
    assert session.say("5 of em would be").value == pytest.approx(110.0)


def test_which_metal_asks_for_the_material(talk: Callable[..., Any]) -> None:
    assert "copper" in talk().say("Copper Long-Spout Watering Can, what metal is it").text
