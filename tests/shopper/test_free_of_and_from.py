"""What goods are free of, from what age they are, and where they come from: read off wishes and products, and never guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.shopper import ages, freedom, origin
from assistant.shopper.assurances import head
from assistant.shopper.freedom import Stated, asked_of, reading, terms
from assistant.shopper.shelf import Shelf
from assistant.shopper.wish import Wish
from assistant.store import Store
from assistant.store.records import Product
from assistant.types import Status


def _loaf(id: str, name: str, text: str, style: str = "loaves", **facts: str) -> Product:
    return Product(id, name, "bakery", style, "", text, 5.0, 7, attributes=facts)


LOAVES = (
    _loaf("b1", "Miller's Rye Loaf", "Baked in a wood oven.", allergens="gluten (rye), sesame", country="Austria"),
    _loaf("b2", "Buckwheat Loaf", "Gluten free, made of buckwheat only.", diet="vegan", country="DE"),
    _loaf("b3", "Oatmeal Loaf", "Soft and mild.", country="Denmark"),
    _loaf("b4", "Butter Brioche Loaf", "With fresh butter.", allergens="gluten (wheat), milk, egg, may contain nuts", country="France"),
    _loaf("b5", "Walnut Cake", "Contains no alcohol. Not for children under 3 years.", "cakes", allergens="nuts, egg", diet="vegetarian"),
    _loaf("b6", "Sherry Trifle Cake", "Contains alcohol.", "cakes", allergens="milk, egg", diet="not vegetarian"),
    _loaf("b7", "Date Cake", "Sweetened with dates, without sugar or eggs. Made in Italy.", "cakes", diet="vegan"),
)  # fmt: skip


def _of(id: str) -> Product:
    return next(loaf for loaf in LOAVES if loaf.id == id)


def _like(text: str, **facts: str) -> Product:
    return _loaf("x", "Thing", text, **facts)


@pytest.fixture
def bakery(store: Store, talk: Callable[..., Any]) -> Any:
    """A conversation in a shop that bakes besides."""
    store.catalogue.upsert(LOAVES)
    return talk()


@pytest.mark.parametrize(
    ("id", "key", "stated"),
    [
        ("b1", "gluten", Stated.CONTAINS),
        ("b2", "gluten", Stated.FREE),
        ("b3", "gluten", Stated.SILENT),
        ("b5", "gluten", Stated.LISTED),
        ("b4", "nuts", Stated.TRACES),
        ("b2", "milk", Stated.FREE),
        ("b4", "lactose", Stated.CONTAINS),
        ("b5", "alcohol", Stated.FREE),
        ("b6", "alcohol", Stated.CONTAINS),
        ("b5", "vegetarian", Stated.FREE),
        ("b6", "vegetarian", Stated.CONTAINS),
        ("b2", "vegetarian", Stated.FREE),
        ("b5", "vegan", Stated.CONTAINS),
        ("b7", "sugar", Stated.FREE),
        ("b7", "egg", Stated.FREE),
        ("b3", "vegan", Stated.SILENT),
    ],
)
def test_what_a_product_states(id: str, key: str, stated: Stated) -> None:
    assert reading(_of(id), key).stated is stated


@pytest.mark.parametrize(
    ("text", "key", "stated"),
    [
        ("Naturally free of caffeine.", "caffeine", Stated.FREE),
        ("Decaffeinated with spring water.", "caffeine", Stated.FREE),
        ("Free from parabens, silicones and mineral oil.", "silicone", Stated.FREE),
        ("0 % sugar.", "sugar", Stated.FREE),
        ("No gelling sugar.", "sugar", Stated.MENTIONED),
        ("Not gluten free.", "gluten", Stated.CONTAINS),
        ("Not suitable for vegans.", "vegan", Stated.CONTAINS),
        ("May contain traces of nuts.", "nuts", Stated.TRACES),
        ("Chocolate and hazelnut notes.", "nuts", Stated.MENTIONED),
        ("A buttery taste.", "milk", Stated.SILENT),
        ("Hand cream with coconut milk.", "milk", Stated.SILENT),
        ("Lactose free, from whole milk.", "lactose", Stated.FREE),
        ("BPA free bottle.", "bpa", Stated.FREE),
        ("No subscription needed.", "subscription", Stated.FREE),
    ],
)
def test_what_a_description_states(text: str, key: str, stated: Stated) -> None:
    assert reading(_like(text), key).stated is stated


@pytest.mark.parametrize(
    ("facts", "key", "stated"),
    [
        ({"gluten_free": "yes"}, "gluten", Stated.FREE),
        ({"gluten_free": "no"}, "gluten", Stated.CONTAINS),
        ({"vegan": "TRUE"}, "vegan", Stated.FREE),
        ({"contains_nuts": "no"}, "nuts", Stated.FREE),
        ({"ingredients": "wheat flour, water, salt"}, "gluten", Stated.CONTAINS),
        ({"diet": "vegan", "allergens": "may contain milk"}, "milk", Stated.TRACES),
        ({"labels": "vegan, cruelty-free"}, "cruelty-free", Stated.FREE),
    ],
)
def test_what_fields_state(facts: dict[str, str], key: str, stated: Stated) -> None:
    assert reading(_like("A thing.", **facts), key).stated is stated


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("gluten-free bread", ["gluten"]),
        ("my dad is coeliac, what bread can he have", ["gluten"]),
        ("I'm allergic to nuts and eggs, which cakes can I eat", ["nuts", "egg"]),
        ("a cake without milk or eggs", ["milk", "egg"]),
        ("something for a nut allergy", ["nuts"]),
        ("lactose intolerant, what loaves do you recommend", ["lactose"]),
        ("unscented cream", ["fragrance"]),
        ("BPA free bottle", ["bpa"]),
        ("vegan leather bag", []),
        ("is delivery free?", []),
        ("not leather", []),
        ("sofa without cushions", []),
        ("does it contain gluten", []),
    ],
)
def test_what_a_message_insists_on(text: str, keys: list[str]) -> None:
    shelf = Shelf([*LOAVES, Product("w", "Steel bottle", "bottles", description="BPA free.")])
    assert [term.key for term in terms(text, shelf)] == keys


def test_an_allergy_is_told_from_a_taste() -> None:
    assert [term.allergic for text in ("allergic to sesame", "without sesame") for term in terms(text)] == [True, False]


def test_yes_or_no_is_asked_of_a_presence_or_of_an_absence() -> None:
    assert [(q.key, q.absence) for text in ("is it vegan?", "does it contain nuts", "how long does it keep") for q in asked_of(text)] == [
        ("vegan", True),
        ("nuts", False),
    ]


def test_only_what_is_stated_is_offered_and_silence_is_named(bakery: Any) -> None:
    answer = bakery.say("do you have gluten free loaves")
    assert answer.products == ("b2",)
    assert "stated to be free of gluten" in answer.text
    assert "description of the Oatmeal Loaf does not say" in answer.text
    assert "list on the pack" in answer.text


def test_an_allergy_gets_no_guess(bakery: Any) -> None:
    answer = bakery.say("I'm allergic to sesame, which loaves can I eat?")
    assert answer.products == ()
    assert "nothing of that kind that is stated to be free of sesame" in answer.text
    assert "What is listed for the Butter Brioche Loaf does not name sesame" in answer.text
    assert "Rye" not in answer.text
    assert "it is what counts" in answer.text


def test_what_may_hold_traces_is_never_offered_to_the_allergic(bakery: Any) -> None:
    assert "Brioche" not in bakery.say("a loaf without nuts, I have a nut allergy").text


def test_a_wish_is_narrowed_by_what_it_must_be_free_of(bakery: Any) -> None:
    assert bakery.say("cakes please", "without alcohol please").products == ("b5",)


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("is the Buckwheat Loaf vegan?", "Yes, the Buckwheat Loaf is stated to be vegan (diet: vegan)."),
        ("does the Miller's Rye Loaf contain gluten?", "Yes, the Miller's Rye Loaf contains gluten (allergens: gluten (rye), sesame)."),
        ("is the Buckwheat Loaf gluten free?", "Yes. About the Buckwheat Loaf, the description says: “Gluten free"),
        ("does the Sherry Trifle Cake contain alcohol?", "Yes. About the Sherry Trifle Cake, the description says: “Contains alcohol.”"),
        ("does the Butter Brioche Loaf contain nuts?", "The Butter Brioche Loaf may contain traces of it"),
        ("is the Oatmeal Loaf vegan?", "I'm sorry, the description of the Oatmeal Loaf does not say whether it is vegan."),
    ],
)
def test_a_yes_or_no_names_where_it_stands(bakery: Any, text: str, begins: str) -> None:
    assert bakery.say(text).text.startswith(begins)


def test_it_is_said_of_which_of_those_shown(bakery: Any) -> None:
    text = bakery.say("cakes please", "which of them are vegetarian?").text
    assert "Walnut Cake is stated to be vegetarian" in text
    assert "the Sherry Trifle Cake is not vegetarian" in text


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("honey for my 8 month old baby", 8.0),
        ("a toy for a two year old", 24.0),
        ("present for my 6-year-old", 72.0),
        ("a rattle for a newborn", 0.0),
        ("cheese aged 18 months", None),
        ("a 3 year warranty", None),
        ("the cheapest one you have", None),
    ],
)
def test_the_age_goods_are_wanted_for(text: str, months: float | None) -> None:
    if text.startswith("cheese"):
        assert ages.least(_like("Cheese aged 18 months in the cellars.")) is None
    else:
        assert ages.wanted(text) == months


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("Not for children under 12 months.", 12.0),
        ("Suitable from 6 months.", 6.0),
        ("For ages 3 and up.", 36.0),
        ("Ages 4-8.", 48.0),
        ("The upper bed is for children of six and over.", 72.0),
        ("Not suitable for kids below 10 years.", 120.0),
        ("Best within 14 days of opening.", None),
    ],
)
def test_the_age_a_product_is_for(text: str, months: float | None) -> None:
    limit = ages.least(_like(text))
    assert (limit[0] if limit else None) == months


def test_a_field_of_the_age_is_read_in_its_unit() -> None:
    assert [ages.least(_like("", age=value)) for value in ("3+", "6 months+")] == [(36.0, "3+"), (6.0, "6 months+")]


def test_goods_for_older_children_are_not_offered_and_the_reason_is_told(bakery: Any) -> None:
    answer = bakery.say("cakes for my 2 year old daughter")
    assert "b5" not in answer.products
    assert "Not for that age: the Walnut Cake. It says: “Not for children under 3 years.”" in answer.text


def test_where_a_product_is_from() -> None:
    assert origin.stated(_of("b2")) == origin.Origin(("Germany",), "country", "DE")
    assert origin.stated(_of("b7")) == origin.Origin(("Italy",), "", "Made in Italy.")
    assert origin.stated(_like("In the Italian manner.")) is None


@pytest.mark.parametrize(
    ("text", "wanted", "barred"),
    [
        ("loaves from Austria", ("Austria",), ()),
        ("french loaf", ("France",), ()),
        ("a loaf not from Denmark", (), ("Denmark",)),
        ("cakes made in italy or austria", ("Italy", "Austria"), ()),
        ("do you ship loaves to France", (), ()),
        ("I am from Austria, do you deliver", (), ()),
    ],
)
def test_the_countries_of_a_message(text: str, wanted: tuple[str, ...], barred: tuple[str, ...]) -> None:
    found = origin.wanted(text, Shelf(LOAVES))
    assert (found.wanted, found.barred) == (wanted, barred)


def test_a_country_in_a_product_s_name_is_no_origin() -> None:
    shelf = Shelf([*LOAVES, _loaf("b9", "French Press", "A pot.", "pots", country="China")])
    assert origin.wanted("a french press", shelf).wanted == ()


def test_goods_are_found_by_country_and_others_are_named_where_none_is(bakery: Any) -> None:
    assert bakery.say("danish loaf").products == ("b3",)
    answer = bakery.say("loaves from Portugal")
    assert (answer.status, answer.products) == (Status.ANSWERED, ())
    assert "nothing of that kind that is stated to be from Portugal" in answer.text
    assert "Oatmeal Loaf - $5.00, 7 in stock; from Denmark" in answer.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("where does the Oatmeal Loaf come from?", "The country of the Oatmeal Loaf is Denmark."),
        ("is the Buckwheat Loaf from Germany?", "Yes. The country of the Buckwheat Loaf is Germany."),
        ("is the Oatmeal Loaf from France?", "No. The country of the Oatmeal Loaf is Denmark."),
        ("is the Date Cake made in Italy?", "Yes. About the Date Cake, the description says: “Made in Italy.”"),
        ("where is the Walnut Cake from?", "I'm sorry, the description of the Walnut Cake does not say where it is from."),
    ],
)
def test_where_one_is_from(bakery: Any, text: str, says: str) -> None:
    assert bakery.say(text).text == says


def test_what_a_product_says_it_has_none_of_is_a_no(store: Store, talk: Callable[..., Any]) -> None:
    store.catalogue.upsert([Product("d1", "Porch Bell Camera", "bells", description="No subscription needed.", price=80.0, stock=3)])
    assert talk().say("does the Porch Bell Camera need a subscription?").text == (
        "No. About the Porch Bell Camera, the description says: “No subscription needed.”"
    )


def test_a_mention_that_denies_is_no_reason_to_leave_a_product_out() -> None:
    assert freedom.lacks(Product("d1", "Bell", description="No subscription needed."), "subscription")
    assert not freedom.lacks(Product("d2", "Bell", description="Needs a subscription."), "subscription")


def test_a_label_that_is_not_wanted_is_left_out(bakery: Any) -> None:
    assert "b2" not in bakery.say("loaves that are not vegan").products


def test_a_first_half_of_a_name_is_no_matter() -> None:
    shelf = Shelf([*LOAVES, _loaf("b8", "Milk Frother", "For foam.", "frothers")])
    assert [t.key for t in terms("a machine without milk frother", shelf)] == []
    assert [t.key for t in terms("a machine without milk please", shelf)] == ["milk"]


def test_a_yes_or_no_on_the_few_of_a_kind_is_told_of_each(bakery: Any) -> None:
    text = bakery.say("do any of your cakes contain egg?").text
    assert "Yes, the Walnut Cake contains egg (allergens: nuts, egg)." in text
    assert "No. About the Date Cake, the description says: “Sweetened with dates, without sugar or eggs.”" in text


def test_a_head_says_what_nothing_is_called() -> None:
    wish = Wish(core=("drink",), free=("vegan", "gluten"))
    assert head(wish, 1) == "This is stated to be vegan and free of gluten:"
    assert head(wish, 2, "drinks") == "I have nothing by the name of “drinks”; these are stated to be vegan and free of gluten:"


def test_a_wish_keeps_its_terms_over_the_turns(bakery: Any) -> None:
    assert bakery.say("cakes without alcohol", "anything cheaper than that one?").products == ()
    assert tuple(bakery.memory["wish"]["free"]) == ("alcohol",)
