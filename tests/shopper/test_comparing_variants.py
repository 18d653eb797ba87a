"""Another variant wished for by comparison: which option an adjective speaks of, bounds, prices, second choices, and when to ask."""

from __future__ import annotations

import pytest

from assistant.shopper.orders.choosing import compared
from assistant.shopper.orders.requests import says_write
from assistant.shopper.orders.steps import limits
from assistant.shopper.orders.wants import parts, ranked, read_new_items, wanted_options
from assistant.shopper.state import ItemDraft
from assistant.store.records import OrderLine, Product, Variant

LANTERN = Product(
    "l",
    "Porch Lantern",
    variants=tuple(
        Variant(f"l{n}", {"size": size, "brightness": light, "fuel": fuel}, price)
        for n, (size, light, fuel, price) in enumerate(
            [
                ("medium", "medium", "gas", 40.0),
                ("large", "medium", "gas", 55.0),
                ("medium", "high", "gas", 47.0),
                ("medium", "low", "wick", 31.0),
                ("medium", "high", "solar", 52.0),
                ("large", "high", "wick", 60.0),
            ]
        )
    ),
)
FLASK = Product(
    "f",
    "Tea Flask",
    variants=tuple(
        Variant(f"f{n}", {"capacity": capacity, "color": colour}, price)
        for n, (capacity, colour, price) in enumerate(
            [
                ("400ml", "red", 20.0),
                ("600ml", "red", 24.0),
                ("1 liter", "blue", 26.0),
                ("1.5 liters", "blue", 25.0),
                ("400ml", "blue", 19.0),
            ]
        )
    ),
)
MY_LANTERN = OrderLine("l", "Porch Lantern", 1, 40.0, "l0", dict(LANTERN.variants[0].options))
MY_FLASK = OrderLine("f", "Tea Flask", 1, 20.0, "f0", dict(FLASK.variants[0].options))


def _picked(text: str, line: OrderLine, product: Product, before: ItemDraft | None = None) -> str:
    item = ItemDraft(line.variant_id or "", wanted_options(text, line, product))
    return compared(item, before, line, product, text, ()).new_item_id


def test_an_adjective_speaks_of_its_own_option() -> None:
    assert limits("rather a brighter one", LANTERN, MY_LANTERN.options) == {"brightness": ("high",)}
    assert limits("a less bright one", LANTERN, MY_LANTERN.options) == {"brightness": ("low",)}
    assert limits("it is too small", LANTERN, MY_LANTERN.options) == {"size": ("large",)}
    assert limits("I no longer want it like that", LANTERN, MY_LANTERN.options) == {}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("one bigger than 600 ml", ("1 liter", "1.5 liters")),
        ("at least 600ml please", ("600ml", "1 liter", "1.5 liters")),
        ("it should hold 1 litre or more", ("1 liter", "1.5 liters")),
        ("something under a 1 liter", ("600ml", "400ml")),
        ("more than 2 litres", ()),
    ],
)
def test_bounds_are_kept(text: str, fits: tuple[str, ...]) -> None:
    assert limits(text, FLASK, MY_FLASK.options) == {"capacity": fits}
    assert "capacity" not in wanted_options(text, MY_FLASK, FLASK)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("swap the lantern for a brighter one", "l2"),
        ("a brighter one, preferably wick, otherwise solar", "l5"),
        ("a brighter one, I prefer solar > wick > gas", "l4"),
        ("a bigger one that runs on wick", "l5"),
        ("the cheapest one that is brighter", "l2"),
        ("the most expensive of the brighter ones", "l5"),
    ],
)
def test_what_is_compared_must_hold_whatever_else_is_wished(text: str, new: str) -> None:
    assert _picked(text, MY_LANTERN, LANTERN) == new


def test_a_comparison_that_fits_several_or_none_leaves_the_item_open() -> None:
    several = Product(
        "f",
        "Tea Flask",
        variants=(*FLASK.variants[:1], *FLASK.variants[2:3], Variant("f9", {"capacity": "1 liter", "color": "grey"}, 26.0)),
    )
    assert compared(ItemDraft("f0"), None, MY_FLASK, several, "a bigger flask", ()) == ItemDraft("f0")
    assert compared(ItemDraft("f0", {"color": "red"}), None, MY_FLASK, FLASK, "over 2 litres, in red", ()) == ItemDraft("f0")


def test_the_cheapest_within_bounds_is_not_the_cheapest_of_all() -> None:
    assert _picked("the cheapest one bigger than 600ml", MY_FLASK, FLASK) == "f3"
    assert _picked("the cheapest you have", MY_FLASK, FLASK) == "f4"
    assert _picked("a blue one under $20", MY_FLASK, FLASK) == "f4"
    assert _picked("a cheaper one", MY_FLASK, FLASK) == "f4"


def test_bigger_goes_on_from_what_was_repeated_back() -> None:
    proposed = ItemDraft("f0", {}, "f2")
    assert _picked("hm, make it bigger still", MY_FLASK, FLASK, proposed) == "f3"


def test_second_choices_are_read_in_their_order() -> None:
    assert ranked("ideally solar, otherwise wick", LANTERN, {}) == {"fuel": ("solar", "wick")}
    assert ranked("solar and wick", LANTERN, {}) == {}


def test_words_belong_to_the_item_last_named_however_often_it_is_named() -> None:
    text = "the flask and the lantern are both wrong. the flask should be blue and the lantern brighter"
    items = ((MY_FLASK, text.index("flask")), (MY_LANTERN, text.index("lantern")))
    said = {line.name: part for line, part in parts(text, items)}
    assert "blue" in said["Tea Flask"]
    assert "brighter" not in said["Tea Flask"]
    assert "brighter" in said["Porch Lantern"]
    assert "blue" not in said["Porch Lantern"]
    assert read_new_items(text, items, {"f": FLASK, "l": LANTERN})[0].wanted == {"color": "blue"}


def test_headphones_that_cancel_noise_are_no_cancellation() -> None:
    assert not says_write("headphones with noise cancelling under 100")
    assert says_write("the noise cancelling headphones: please cancel that order")
