"""The catalogue's own questions: copies, gaps, categories; on a catalogue whose faults are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.analyst.catalogue_turn import catalogue_question
from assistant.analyst.context import Context
from assistant.analyst.goods import Good
from assistant.analyst.question import FilterClause, Question
from assistant.analyst.semantics import load_semantics
from assistant.analyst.tools.category import category
from assistant.analyst.tools.duplicates import alike, duplicates
from assistant.analyst.tools.gaps import gaps
from assistant.config import Settings
from assistant.models.categories import Categories, TooFewProducts
from assistant.store import Store
from assistant.store.records import Product
from assistant.types import Status
from assistant.warehouse import Warehouse, refresh

KINDS = {"Kitchen": ("kettle", "saucepan", "teapot"), "Garden": ("hose", "spade", "rake"), "Clothing": ("dress", "skirt", "blouse")}
TRAITS = ("red", "blue", "small", "large", "plain", "striped")


def _catalogue() -> list[Product]:
    names = [(f"{trait.title()} {noun}", kind) for kind, nouns in KINDS.items() for noun in nouns for trait in TRAITS]
    return [Product(id=f"P{i:03}", name=name, category=kind, price=10.0) for i, (name, kind) in enumerate(names)]


Make = Callable[[Sequence[Product]], Context]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(products: Sequence[Product]) -> Context:
        folder = tmp_path / "shop"
        with Store.create(folder) as store:
            store.catalogue.upsert(products)
            refresh(store)
        warehouse = Warehouse.open(folder)
        return Context(warehouse, load_semantics(), Settings(currency="GBP"), warehouse.info.first_day, warehouse.info.as_of)

    return made


def _named(*names: str) -> list[Good]:
    return [Good(f"P{i}", name, "", "", "", None, None) for i, name in enumerate(names)]


def _pairs(*names: str) -> set[frozenset[str]]:
    return {frozenset((one.name, two.name)) for one, two, _ in alike(_named(*names))}


def test_the_same_name_in_another_order_or_with_a_slip_is_a_copy() -> None:
    found = _pairs("Copper Tea Kettle", "Tea kettle, copper", "Striped garden hose", "Stripped garden hose", "Oak table")
    assert found == {frozenset(("Copper Tea Kettle", "Tea kettle, copper")), frozenset(("Striped garden hose", "Stripped garden hose"))}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Enamel mug red", "Enamel mug blue"),
        ("Candle 200 g", "Candle 300 g"),
        ("Set of 3 bowls", "Set of 4 bowls"),
        ("Wool scarf", "Silk scarf"),
        ("Pan with lid large", "Pan with lid"),
    ],
)
def test_variants_are_no_copies(one: str, two: str) -> None:
    assert not _pairs(one, two)


def test_copies_in_the_catalogue_are_listed(make: Make) -> None:
    products = [*_catalogue(), Product(id="X1", name="Kettle, red", category="Kitchen", price=11.0)]
    result = duplicates(Question("duplicates"), make(products))
    assert result.value == 1
    assert result.rows[0].label == "P000, X1"
    assert result.receipt is not None
    assert result.receipt.rows_read == len(products)


def test_a_catalogue_without_copies_says_so(make: Make) -> None:
    result = duplicates(Question("duplicates"), make(_catalogue()))
    assert result.value == 0
    assert "No two of the 54 products" in result.text


def test_gaps_are_counted_by_attribute(make: Make) -> None:
    products = _catalogue()
    products[3] = replace(products[3], category="")
    products[4] = replace(products[4], price=None)
    context = make(products)
    counts = {row.label: row.value for row in gaps(Question("gaps"), context).rows}
    assert counts["category"] == 1
    assert counts["price"] == 1
    assert counts["brand"] == len(products)
    listed = gaps(Question("gaps", per="category"), context)
    assert [row.label for row in listed.rows] == ["P003"]


def test_an_attribute_that_the_shop_does_not_keep_is_no_list(make: Make) -> None:
    result = gaps(Question("gaps", per="brand"), make(_catalogue()))
    assert result.status is Status.DECLINED
    assert "no brand for any" in result.text


def _asked(text: str) -> Question:
    return Question("category", filters=(FilterClause("product", "contains", (text,), text),), ask="label")


def test_a_new_product_gets_the_category_of_its_like(make: Make) -> None:
    result = category(_asked("green copper teapot"), make(_catalogue()))
    assert result.value == "Kitchen"
    assert "“teapot”" in result.text
    assert sum(row.value for row in result.rows) == pytest.approx(1.0)


def test_unknown_words_are_not_guessed_at(make: Make) -> None:
    result = category(_asked("zzyzx quux"), make(_catalogue()))
    assert result.status is Status.DECLINED
    assert result.value is None


@pytest.mark.parametrize("products", [[], [Product(id="P1", name="Kettle", category="Kitchen")]])
def test_a_small_catalogue_is_an_honest_sentence(make: Make, products: list[Product]) -> None:
    context = make(products)
    for result in (category(_asked("kettle"), context), duplicates(Question("duplicates"), context)):
        assert result.status is Status.DECLINED
        assert result.value is None
        assert result.text


def test_the_accuracy_is_that_of_products_held_out() -> None:
    chooser = ("left", "right")
    model = Categories([f"thing {i}" for i in range(40)], [chooser[i % 2] for i in range(40)])
    assert model.accuracy < 0.8
    texts = [f"{noun} {trait}" for nouns in KINDS.values() for noun in nouns for trait in TRAITS]
    assert Categories(texts, [kind for kind, nouns in KINDS.items() for _ in nouns for _ in TRAITS]).accuracy == 1.0


def test_one_category_is_none() -> None:
    with pytest.raises(TooFewProducts):
        Categories([f"kettle {i}" for i in range(30)], ["Kitchen"] * 30)


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("Is anything in the catalogue twice?", ""),
        ("Are there duplicates in our catalogue?", "duplicates"),
        ("which items are listed more than once", "duplicates"),
        ("products without a price", "gaps"),
        ("How complete is the catalogue?", "gaps"),
        ("What category should a tin lantern go in?", "category"),
        ("which category sold most?", ""),
        ("which products have no stock", ""),
        ("delete duplicates in the catalogue", ""),
    ],
)
def test_which_messages_are_about_the_catalogue(text: str, tool: str) -> None:
    question = catalogue_question(text)
    assert (question.tool if question else "") == tool
