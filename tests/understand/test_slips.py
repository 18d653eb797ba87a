"""Traits, categories and brands with a slip of the finger in them; and words that are none, left alone."""

from __future__ import annotations

import random

import pytest

from assistant.models.gazetteer import CatalogueItem, Gazetteer
from finetune.augment import typos

COLOURS = ("sand", "stone", "moss green", "charcoal", "ivory", "rust", "navy", "plum", "teal")
CATEGORIES = ("stoves", "mugs", "boots", "lamps", "cushions", "kettles", "jackets", "rucksacks", "blankets")
MATERIALS = ("wool", "linen", "walnut", "enamel", "suede", "cork", "bamboo", "steel")
BRANDS = ("Tidewater", "Nightjar", "Ferrowby", "Quillmoor")
FRAMES = {
    "colour": ("do you have it in {}", "the {} one please"),
    "category": ("I need {}", "which {} do you sell"),
    "material": ("is it made of {}", "something in {}"),
    "brand": ("anything by {}", "is {} any good"),
}
VALUES = {"colour": COLOURS, "category": CATEGORIES, "material": MATERIALS, "brand": BRANDS}


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    made = [
        CatalogueItem(f"p{n}", f"Thing {n}", (CATEGORIES[n],), BRANDS[n % 4], (("colour", COLOURS[n]), ("material", MATERIALS[n % 8])))
        for n in range(9)
    ]
    return Gazetteer(made)


def values(gazetteer: Gazetteer, text: str, kind: str) -> list[str]:
    return [str(entity.value) for entity in gazetteer.find(text) if entity.kind == kind]


@pytest.mark.parametrize(("kind", "least"), [("colour", 0.7), ("category", 0.7), ("material", 0.7), ("brand", 0.95)])
def test_most_slips_of_the_finger_are_seen_through(gazetteer: Gazetteer, kind: str, least: float) -> None:
    chooser = random.Random(5)
    tried = found = 0
    for _ in range(120):
        value = chooser.choice(VALUES[kind])
        typed = typos(value.lower(), chooser)
        tried += 1
        found += value in values(gazetteer, chooser.choice(FRAMES[kind]).format(typed), kind)
    assert found / tried >= least


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("anything in charcaol", "colour", "charcoal"),
        ("the stnoe one", "colour", "stone"),
        ("two musg please", "category", "mugs"),
        ("camping stves", "category", "stoves"),
        ("erRowby things", "brand", "Ferrowby"),
        ("is it lnien", "material", "linen"),
    ],
)
def test_a_slip_in_a_short_word_is_mended(gazetteer: Gazetteer, text: str, kind: str, value: str) -> None:
    assert value in values(gazetteer, text, kind)


@pytest.mark.parametrize(
    "text",
    [
        "i cant find it and it wasnt there", "my name is Sanda", "ask for Runa or Corka", "wha do you hav", "is taht in stoock",
        "it broke, send me a refund", "hte parcel didnt come", "ok thx bye", "steal and stole", "a boat and a root",
    ],
)  # fmt: skip
def test_names_and_everyday_words_are_not_taken_for_traits(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find(text) == []


def test_a_word_between_two_traits_is_left_alone() -> None:
    gazetteer = Gazetteer([CatalogueItem("a", "A Thing", (), "", (("colour", "zelda"), ("material", "zelna")))])
    assert gazetteer.find("in zelka") == []
