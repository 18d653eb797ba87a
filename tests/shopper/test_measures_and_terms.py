"""Products ranked by what they state, and wishes that are said in passing: by degree, by number of people, on the same terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.shopper.amounts import amount_of
from assistant.shopper.cues import MORE
from assistant.shopper.measures import Asked, asked, ranked
from assistant.shopper.naming import read_names
from assistant.shopper.particulars import contents_of, parts_of, size_of
from assistant.shopper.shelf import Shelf
from assistant.store import Store
from assistant.store.records import FaqEntry, Product, Review, Variant
from assistant.types import Status, Understanding


def _tarp(id: str, name: str, weight: str, waterproofing: str, price: float, *, text: str = "") -> Product:
    shape = tuple(
        Variant(f"{id}-{n}-{colour}", {"colour": colour, "capacity": f"{n} person"}, price + 40 * (n - 1), 3, True)
        for n in (1, 2, 3)
        for colour in ("teal", "ochre")
    )
    facts = {"weight": weight, "waterproofing": waterproofing, "seasons": "4-season"}
    return Product(id, name, "outdoors", "shelters", "", text or "A shelter.", price, None, attributes=facts, variants=shape)


SHELTERS = (
    _tarp("t1", "Plover Storm Shelter", "2.1 kg", "3,000 mm", 150.0),
    _tarp("t2", "Dabchick Storm Shelter", "980 g", "5,000 mm", 240.0),
    _tarp("t3", "Moorhen Trail Shelter", "1,450 g", "5,000 mm", 120.0),
    Product("t4", "Avocet Trail Shelter", "outdoors", "shelters", "", "A shelter of which little is known.", 99.0, 4),
)


@pytest.fixture
def camp(store: Store, talk: Callable[..., Any]) -> Any:
    """A conversation in a shop that sells shelters besides."""
    store.catalogue.upsert(SHELTERS)
    when = datetime(2026, 3, 1, tzinfo=UTC)
    stars = {"t1": [5.0], "t3": [5.0, 5.0, 4.0, 5.0, 5.0, 5.0], "t2": [2.0, 3.0]}
    store.reviews.upsert([Review(f"r{id}{n}", id, "", star, "", "", when) for id, given in stars.items() for n, star in enumerate(given)])
    return talk()


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("1,550 g", (1550.0, "g")),
        ("1.5 kg", (1500.0, "g")),
        ("-12 °C", (-12.0, "°c")),
        ("3 min 30 s a litre", (210.0, "s")),
        ("100 x 20 cm", (1000.0 * 200.0, "mm^2")),
        ("three pockets", (3.0, "")),
        ("AA cells", None),
    ],
)
def test_amounts_are_read_from_values(value: str, amount: tuple[float, str] | None) -> None:
    assert amount_of(value) == amount


@pytest.mark.parametrize(
    ("text", "degree", "field", "sign"),
    [
        ("the lightest of your shelters", "superlative", "weight", -1),
        ("which weighs the most", "superlative", "weight", 1),
        ("anything less heavy?", "comparative", "weight", -1),
        ("the least waterproof one", "superlative", "waterproof", -1),
        ("a cosier blanket", "comparative", "comfort temperature", -1),
        ("which has the highest battery life", "superlative", "battery life", 1),
        ("how heavy is it", "positive", "weight", 1),
    ],
)
def test_adjectives_ask_for_fields(text: str, degree: str, field: str, sign: int) -> None:
    found = asked(text)
    assert found is not None
    assert found.degree == degree
    assert (field, sign) in {(way.field, way.sign) for way in found.ways}


@pytest.mark.parametrize("text", ["is it good in heavy rain?", "a light blue shirt", "what does it cost"])
def test_other_words_ask_for_none(text: str) -> None:
    assert asked(text) is None


def test_units_are_put_on_one_scale_and_the_silent_are_left_out() -> None:
    ranking = ranked(SHELTERS, _asked("lightest"))
    assert ranking is not None
    assert [s.product.id for s in ranking.stated] == ["t2", "t3", "t1"]
    assert [p.id for p in ranking.silent] == ["t4"]
    assert ranked(SHELTERS, _asked("brightest")) is None


def test_the_lightest_is_told_with_its_weight(camp: Any) -> None:
    answer = camp.say("which shelter is the lightest?")
    assert answer.products == ("t2",)
    assert "980 g" in answer.text
    assert "of 1 more the weight is not stated" in answer.text.lower()


def test_those_that_state_the_same_are_told_together(camp: Any) -> None:
    assert set(camp.say("the most waterproof shelter please").products) == {"t2", "t3"}


def test_no_one_that_shares_the_first_place_is_passed_over(store: Store, talk: Callable[..., Any]) -> None:
    store.catalogue.upsert(
        [Product(f"s{n}", f"Cork Stool {n}", "home", "stools", "", "", 20.0, 2, attributes={"height": "40 cm"}) for n in range(5)]
    )
    text = talk().say("your tallest stool?").text
    assert "and 2 more" in text
    assert "Next" not in text


def test_more_of_a_measure_than_the_one_spoken_of(camp: Any) -> None:
    camp.say("how heavy is the Moorhen Trail Shelter?")
    answer = camp.say("anything lighter?")
    assert answer.products == ("t2",)
    assert "1,450 g" in answer.text
    assert "nothing else of that kind is lighter" in camp.say("something lighter").text


def test_many_good_reviews_beat_a_single_one(camp: Any) -> None:
    answer = camp.say("which is your best rated shelter?")
    assert answer.products == ("t3",)
    assert "4.8 of 5 stars in 6 reviews" in answer.text


def test_the_cheapest_for_so_many_people_is_priced_for_them(camp: Any) -> None:
    answer = camp.say("your cheapest shelter for 3 people")
    assert answer.products == ("t3",)
    assert answer.value == 200.0


def test_a_number_of_people_is_no_other_number(camp: Any) -> None:
    assert camp.say("a shelter for a family of 4").products == ()  # the 4 of "4-season" seats nobody


def test_two_facts_of_one_message_are_both_told(camp: Any) -> None:
    text = camp.say("how heavy is the Plover Storm Shelter and what waterproofing has it got?").text
    assert "2.1 kg" in text
    assert "3,000 mm" in text


def test_one_word_names_what_stands_beside_another_of_its_style(camp: Any) -> None:
    answer = camp.say("what's the difference between the Plover and the Dabchick storm shelter?")
    assert set(answer.products) == {"t1", "t2"}
    assert "weight 980 g" in answer.text


def test_the_list_goes_on_until_its_end(store: Store, talk: Callable[..., Any]) -> None:
    store.catalogue.upsert([Product(f"m{n}", f"Plain Doormat {n}", "home", "mats", "", "A doormat.", 10.0 + n, 5) for n in range(9)])
    chat = talk()
    listed = [chat.say(text).products for text in ("show me doormats", "i dont like any of these", "something else please")]
    assert [len(ids) for ids in listed] == [4, 4, 1]
    assert len({id for ids in listed for id in ids}) == 9
    assert "nothing more" in chat.say("more").text


def test_another_kind_on_the_same_terms(camp: Any) -> None:
    camp.say("watering cans under 30")
    answer = camp.say("and a desk lamp, same budget")
    assert answer.products == ()
    assert "nothing fits" in answer.text


@pytest.mark.parametrize("text", ["something else", "no, I don't like those", "none of these"])
def test_none_of_them_asks_for_others(text: str) -> None:
    assert MORE.search(text)


def test_a_kind_with_a_verb_is_no_missing_name() -> None:
    shelf = Shelf(SHELTERS)
    assert read_names(_said("do the storm shelters fold away"), shelf).missing == ""
    assert read_names(_said("what is your cheapest shelter for 3 people"), shelf).missing == ""
    assert read_names(_said("how much is the Falcon Bell Pavilion"), shelf).missing != ""


def test_one_word_is_no_misspelling_of_two() -> None:
    bags = Shelf([Product("b", "Lapwing Sleeping Bag", "outdoors", "bags", "", "", 90.0, 3)])
    assert read_names(_said("a vegan sleeping bag?"), bags).ids == ()
    assert read_names(_said("the lapwng sleeping bag?"), bags).ids == ("b",)


def test_the_allergic_are_not_offered_it(store: Store, talk: Callable[..., Any]) -> None:
    rugs = [
        Product("w1", "Fell Rug", "home", "rugs", "", "Woven of wool.", 50.0, 3),
        Product("w2", "Sand Rug", "home", "rugs", "", "Woven of jute.", 60.0, 3),
    ]
    store.catalogue.upsert(rugs)
    answer = talk().say("my daughter is allergic to wool, which rugs are safe?")
    assert answer.status is Status.ANSWERED
    assert answer.products == ("w2",)


def test_particulars_stand_in_sentences() -> None:
    text = "A jolly set for the garden. It includes six lanterns shaped like pears. Each hangs on a 40 cm cord."
    set_ = Product("l", "Orchard Light Set", "garden", "lights", "", text, 20.0, 3)
    assert parts_of(set_, "how many lights are in the set?") == ("It includes six lanterns shaped like pears.", 6)
    assert contents_of(set_, "what comes with it?") == "It includes six lanterns shaped like pears."
    assert size_of(set_, "how long is it?") == "Each hangs on a 40 cm cord."
    assert size_of(set_, "how heavy is it?") is None
    assert contents_of(set_, "what does it cost?") is None


def _asked(text: str) -> Asked:
    found = asked(text)
    assert found is not None
    return found


def _said(text: str) -> Understanding:
    return Understanding(text, "product_question", 0.9, (), ())


def test_named_goods_are_compared_by_what_is_asked(camp: Any) -> None:
    answer = camp.say("is the Dabchick Storm Shelter lighter than the Moorhen Trail Shelter?")
    assert answer.products[0] == "t2"
    assert "The Dabchick Storm Shelter is the lighter one." in answer.text


@pytest.mark.parametrize(
    ("load", "verdict"), [("150 kg", "Yes."), ("0.18 kg", "Yes."), ("250 kg", "No."), ("more than 180 kg", "No."), ("up to 180 kg", "Yes.")]
)
def test_a_load_is_held_against_its_limit(store: Store, talk: Callable[..., Any], load: str, verdict: str) -> None:
    store.catalogue.upsert([Product("b1", "Swing Bench", "garden", "benches", "", "", 90.0, 2, attributes={"maximum load": "180 kg"})])
    answer = talk().say(f"does the Swing Bench hold {load}?")
    assert answer.text.startswith(verdict)
    assert "180 kg" in answer.text


def test_what_was_never_named_is_asked_for(talk: Callable[..., Any]) -> None:
    answer = talk().say("is it big?")
    assert answer.status is Status.CLARIFY
    assert "Which product" in answer.text


def test_the_dearest_of_everything(camp: Any) -> None:
    assert camp.say("what is the most expensive thing in your shop").products == ("t2",)


def test_an_option_by_itself_is_asked_of_the_one_spoken_of(store: Store, talk: Callable[..., Any]) -> None:
    sizes = tuple(Variant(f"k{n}", {"size": str(n)}, 60.0, n, True) for n in (9, 10, 11))
    store.catalogue.upsert([Product("k", "Kestrel Trail Boots", "outdoors", "boots", "", "Boots.", 60.0, None, variants=sizes)])
    chat = talk()
    assert "10 in stock" in chat.say("Kestrel Trail Boots, size 10 in stock?").text
    assert "size 11" in chat.say("ok and 11").text


def test_care_is_what_washing_asks_for(store: Store, talk: Callable[..., Any]) -> None:
    store.catalogue.upsert([Product("q", "Heath Throw", "home", "throws", "", "A throw.", 60.0, 2, attributes={"care": "dry clean"})])
    chat = talk()
    chat.say("how much is the Heath Throw?")
    assert "dry clean" in chat.say("washable?").text


def test_a_thing_the_shop_has_not_is_said_to_be_missing(talk: Callable[..., Any]) -> None:
    assert "sextant" in talk().say("do you have a sextant?").text


def test_what_one_is_held_against_is_no_part_of_its_name(camp: Any) -> None:
    answer = camp.say("is the Dabchick Storm Shelter lighter than the Plover?")
    assert set(answer.products) == {"t1", "t2"}
    assert "The Dabchick Storm Shelter is the lighter one." in answer.text


def test_an_alternative_to_what_was_shown(camp: Any) -> None:
    camp.say("is the Dabchick Storm Shelter in stock?")
    answer = camp.say("what's a good alternative?")
    assert answer.products
    assert "t2" not in answer.products


def test_what_broke_is_not_answered_with_how_to_wash_it(store: Store, talk: Callable[..., Any]) -> None:
    store.faq.upsert([FaqEntry("wash", "How do I wash my waterproof jacket?", "Wash it without softener.", position=9)])
    assert "softener" not in talk().say("the zip of my waterproof jacket broke after two months").text
