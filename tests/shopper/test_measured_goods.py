"""Goods of a shop that states figures in columns of its own (`width_cm`, `seats`): limits, units, and yes or no by what is stated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.shopper.amounts import in_words
from assistant.shopper.limits import read_limits
from assistant.shopper.wish import Wish
from assistant.store import Store
from assistant.store.records import Product, Variant


def _made(id: str, name: str, style: str, price: float, description: str, **columns: str) -> Product:
    return Product(id, name, "workshop", style, "", description, price, 5, attributes=columns)


GOODS = (
    _made(
        "w1",
        "Ledger Workbench",
        "workbenches",
        180.0,
        "A bench. Folds to 9 cm.",
        width_cm="120",
        weight_kg="24",
        max_load_kg="200",
        colour="Green",
    ),
    _made(
        "w2", "Tally Workbench", "workbenches", 260.0, "A bench for two.", width_cm="180", weight_kg="41", max_load_kg="350", colour="Red"
    ),
    _made(
        "w3", "Quill Workbench", "workbenches", 140.0, "A small bench.", width_cm="90", weight_kg="15", max_load_kg="100", colour="Green"
    ),
    _made("d1", "Burr Drill", "drills", 90.0, "Runs at 18 V. The chuck opens by hand.", battery_hours="3", sockets="USB-C, mains"),
    _made("d2", "Auger Drill", "drills", 150.0, "Runs at 36 V.", battery_hours="6", sockets="mains, Schuko"),
    _made("d3", "Gimlet Drill", "drills", 40.0, "Turned by hand.", sockets="none"),
    _made("b1", "Mess Bench", "benches", 75.0, "For the yard.", seats="3"),
    _made("b2", "Chapter Bench", "benches", 120.0, "For the hall.", seats="6"),
)


@pytest.fixture
def workshop(store: Store, talk: Callable[..., Any]) -> Any:
    store.catalogue.upsert(GOODS)
    return talk()


@pytest.mark.parametrize(
    ("asked", "fit"),
    [
        ("a workbench no wider than 130 cm", {"w1", "w3"}),
        ("workbench of at most 1 m width", {"w3"}),
        ("a workbench wider than 1.2 m", {"w2"}),
        ("workbench lighter than 20 kg", {"w3"}),
        ("a workbench that holds 300 kg", {"w2"}),
        ("workbench between 100 and 150 cm wide", {"w1"}),
        ("a 90 cm workbench", {"w3"}),
        ("a drill with at least 5 hours of battery", {"d2"}),
        ("a drill of 36 V", {"d2"}),
        ("a bench for five people", {"b2"}),
        ("a green workbench of 110 cm or more", {"w1"}),
    ],
)
def test_only_what_keeps_the_limit_is_shown(workshop: Any, asked: str, fit: set[str]) -> None:
    answer = workshop.say(asked)
    assert set(answer.products) == fit, answer.text
    assert "fit" in answer.text


def test_where_nothing_keeps_it_the_nearest_are_told_as_such(workshop: Any) -> None:
    answer = workshop.say("a workbench wider than 3 m")
    assert not answer.products
    assert "differ in what they measure" in answer.text


def test_a_limit_narrows_what_was_shown(workshop: Any) -> None:
    assert set(workshop.say("workbenches please", "only those under 30 kg").products) == {"w1", "w3"}


def test_a_limit_outlives_the_turn() -> None:
    wish = Wish(core=("bench",), limits=tuple(limit for limit, _ in read_limits("at least 120 cm wide")))
    assert Wish.from_memory(dict(wish.to_memory())) == wish


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("how wide is the Tally Workbench?", "180 cm"),
        ("how much weight can the Quill Workbench hold?", "100 kg"),
        ("how heavy is the Ledger Workbench", "24 kg"),
        ("how deep is the Ledger Workbench when folded?", "9 cm"),
        ("does the Tally Workbench come in green?", "Not by our details. The colour of the Tally Workbench is Red."),
        ("does the Auger Drill have USB?", "Not by our details. The sockets of the Auger Drill are mains, Schuko."),
        ("is the Burr Drill with usb?", "Yes. The sockets of the Burr Drill are USB-C, mains."),
        ("which drill has the longest battery life", "Auger Drill comes first: 6 hours"),
        ("what is the heaviest thing you sell", "Tally Workbench: weight 41 kg"),
    ],
)
def test_what_is_stated_is_told_with_its_unit(workshop: Any, asked: str, said: str) -> None:
    assert said in workshop.say(asked).text


def test_names_of_columns_are_put_into_words() -> None:
    columns = {"width_cm": "90", "Weight (kg)": "2.1", "ram_gb": "8", "assembly": "by two", "made in": "Oslo", "size": "5", "size_in": "3"}
    assert in_words(columns) == {
        "width": "90 cm", "Weight": "2.1 kg", "RAM": "8 GB", "assembly": "by two", "made in": "Oslo", "size": "5", "size_in": "3 inches",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["a 5g phone", "at least 3 in stock", "delivered in 2 days", "up to 50 euros", "a sleeve for a 15 inch laptop"]
)
def test_other_numbers_are_no_limits(text: str) -> None:
    assert read_limits(text) == ()


@pytest.mark.parametrize(
    ("asked", "fit"),
    [
        ("a drill with a chuck", {"d1"}),
        ("drills with usb", {"d1"}),
        ("a bench in wood", {"b3"}),
        ("a drill that has mains sockets", {"d1", "d2"}),
    ],
)
def test_what_a_thing_must_have_leaves_out_what_has_it_not(store: Store, talk: Callable[..., Any], asked: str, fit: set[str]) -> None:
    store.catalogue.upsert([*GOODS, _made("b3", "Vestry Bench", "benches", 99.0, "Planks on two feet.", material="oak")])
    assert set(talk().say(asked).products) == fit


CRATED = (
    _made("c1", "Vellum Easel", "easels", 60.0, "Easel for boards of 60 x 80 cm. Tray included, board not included."),
    _made("c2", "Folio Tablet", "tablets", 80.0, "Tablet with stylus support; stylus sold separately."),
    _made("c3", "Quarto Lamp", "readers", 30.0, "Takes two cells, not included."),
)


@pytest.mark.parametrize(
    ("asked", "no"),
    [
        ("does the Vellum Easel come with a board?", True),
        ("is a tray included with the Vellum Easel?", False),
        ("does the Folio Tablet come with a stylus?", True),
        ("are cells included with the Quarto Lamp?", True),
    ],
)
def test_what_a_thing_is_for_does_not_come_with_it(store: Store, talk: Callable[..., Any], asked: str, no: bool) -> None:
    store.catalogue.upsert(CRATED)
    said = talk().say(asked).text
    assert said.startswith("No") is no, said


def test_sides_are_held_to_and_the_price_of_a_kilogram_is_reckoned(store: Store, talk: Callable[..., Any]) -> None:
    ground = _made("k1", "Mill Coffee 6 months", "coffees", 6.0, "Ground.", net_weight="250 g")
    store.catalogue.upsert([*CRATED, _made("c4", "Duodecimo Easel", "easels", 20.0, "Easel for boards of 30 x 40 cm."), ground])
    assert talk().say("an easel for 60x80 boards").products == ("c1",)
    answer = talk().say("what does the Mill Coffee cost per kilo?")
    assert answer.value == 24.0
    assert "Mill Coffee 6 months costs" in answer.text


def test_a_load_told_in_the_description_and_a_length_in_the_name_are_held_to(store: Store, talk: Callable[..., Any]) -> None:
    short = _made("l1", "Tether 2 m", "tethers", 9.0, "For animals up to 40 kg.")
    store.catalogue.upsert([short, _made("l2", "Tether 5 m", "tethers", 9.0, "For animals up to 25 kg.")])
    assert talk().say("a tether for a 30 kg dog").products == ("l1",)
    assert talk().say("a tether longer than 3 m").products == ("l2",)


def test_shares_are_held_to_and_what_a_list_leaves_out_is_not_denied(store: Store, talk: Callable[..., Any]) -> None:
    bars = [_made("x1", "Bar 85 %", "bars", 3.0, "Bitter.", composition="cocoa, sugar"), _made("x2", "Bar 45 %", "bars", 3.0, "Mild.")]
    store.catalogue.upsert([*bars, _made("x3", "Wheat Biscuit", "biscuits", 2.0, "Crisp.", composition="wheat, malt")])
    assert talk().say("a bar with at least 70% cocoa").products == ("x1",)
    assert "Not by our details" not in talk().say("does the Bar 85 % contain malt?").text


def test_a_measure_told_in_a_sentence_ranks_and_a_name_that_says_it_all_comes_first(store: Store, talk: Callable[..., Any]) -> None:
    roasts = [
        _made(f"r{n}", f"{name} Roast", "roasts", 9.0, f"Beans. Strength {n} of 5.") for n, name in ((2, "Dawn"), (5, "Dusk"), (3, "Noon"))
    ]
    plugs = [_made("p1", "Kestrel Plug", "plugs", 8.0, "Has DIN and RCA."), _made("p2", "DIN to RCA Plug", "plugs", 8.0, "For old radios.")]
    store.catalogue.upsert([*roasts, *plugs])
    answer = talk().say("the strongest roast")
    assert answer.products == ("r5",)
    assert "strength 5 of 5" in answer.text
    assert talk().say("which roast is the mildest?").products == ("r2",)
    assert talk().say("a plug DIN to RCA").products[0] == "p2"


def test_one_variant_must_keep_the_limit_and_the_price_together(store: Store, talk: Callable[..., Any]) -> None:
    def tub(id: str, name: str, small: float, large: float) -> Product:
        forms = (Variant(f"{id}s", {"capacity": "20 l"}, small, 3), Variant(f"{id}l", {"capacity": "60 l"}, large, 3))
        return Product(id, name, "workshop", "tubs", "", "A tub.", small, variants=forms)

    store.catalogue.upsert([tub("v1", "Brook Tub", 20.0, 90.0), tub("v2", "Beck Tub", 25.0, 45.0)])
    assert talk().say("a tub of at least 50 litres under 50").products == ("v2",)
