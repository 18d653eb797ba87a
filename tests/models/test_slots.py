"""What becomes a slot, and that filling gives back what was taken out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.slots import SLOT_COUNTS, Delexicaliser, Kind, Request, as_sentence, fill

DELEX = Delexicaliser(lambda word: word.startswith("zyg"))
WORDS = st.sampled_from(
    ["the", "Jacket", "two", "Nimbus Rain", "1.6", "32x27", '6"', "$25.99", "3 1/2", "SHP-10234", "me@shop.com", "www.shop.com/a?b=1",
     "[NUM0]", "[UP]", "9:30 am", "March 3, 2024", "2024-03-01", "zygote", "½", "5-year-old", "#W99", "+44 20 7946 0958",
     ".", ",", "(", "It's", "The Oak Table", "１２", "€3"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=20).map(" ".join), st.lists(WORDS, max_size=20).map("".join)))
def test_filling_gives_back_the_text(text: str) -> None:
    template = DELEX.template(text)
    assert fill(template.text, template.slots) == text


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_no_digit_is_left_but_in_slots_while_slots_last(text: str) -> None:
    left = re.sub(r"\[[A-Z]+\d+\]", "", DELEX.template(text).text)
    assert not any(character.isdigit() for character in left)


@pytest.mark.parametrize(
    ("text", "kind", "surface"),
    [
        ("it weighs 1.6 kg", Kind.NUMBER, "1.6"),
        ("holds twenty-five cards", Kind.NUMBER, "twenty-five"),
        ("a 180mah battery", Kind.NUMBER, "180"),
        ("the mcx2 battery", Kind.CODE, "mcx2"),
        ("order SHP-10234 was sent", Kind.CODE, "SHP-10234"),
        ("order #W2378156 was sent", Kind.CODE, "#W2378156"),
        ("that is $1,299.50 in all", Kind.MONEY, "$1,299.50"),
        ("arrives on 3 May 2024, I think", Kind.DATE, "3 May 2024"),
        ("open till 9:30 am.", Kind.DATE, "9:30 am"),
        ("see https://shop.example/a-b.", Kind.LINK, "https://shop.example/a-b"),
        ("write to help@shop.example!", Kind.EMAIL, "help@shop.example"),
        ("we sell the Nimbus Rain Jacket here", Kind.NAME, "Nimbus Rain Jacket"),
        ("a zygomorphic flower", Kind.WORD, "zygomorphic"),
    ],
)
def test_values_become_slots_of_their_kind(text: str, kind: Kind, surface: str) -> None:
    (slot,) = DELEX.template(text).slots
    assert (slot.kind, slot.surface) == (kind, surface)


def test_a_slot_that_somebody_types_is_data() -> None:
    template = DELEX.template("say [NUM0] twice: [NUM0]")
    assert {slot.surface for slot in template.slots} == {"[NUM0]"}
    assert template.text == "say [WORD0] twice: [WORD0]"


def test_message_and_evidence_share_the_slot_of_a_value() -> None:
    prompt = DELEX.prompt(Request("does it hold two litres?", ("It holds 2 litres.",)))
    assert prompt.text == "[BRIEF] [ASK] does it hold [NUM0] litres? [FACT] It holds [NUM0] litres."


def test_only_the_evidence_is_emittable() -> None:
    prompt = DELEX.prompt(Request("order 991, is it 40 euros?", ({"price": 39.0},), "order_status", "Which one?", "full"))
    assert prompt.text == "[FULL] order status [LAST] Which one? [ASK] order [NUM1], is it [NUM2] euros? [FACT] price: [NUM0]"
    assert prompt.emittable == {"[NUM0]"}


def test_names_and_rare_words_are_shown_to_the_encoder() -> None:
    prompt = DELEX.prompt(Request("is the trail boot zygomorphic?", ({"product": "Trail Boot"}, "a zygomorphic sole")))
    asked, *facts = prompt.text.split(" [FACT] ")
    assert asked == "[BRIEF] [ASK] is the [NAME0] Trail Boot [WORD0] zygomorphic?"
    assert facts == ["product: [NAME0] Trail Boot", "a [WORD0] zygomorphic sole"]


def test_a_target_with_a_value_that_the_evidence_lacks_is_none() -> None:
    prompt = DELEX.prompt(Request("is it 7 cm?", ("It is 6.0 cm wide.",)))
    assert DELEX.target("No, it is 6 cm wide.", prompt) == "No, it is [NUM0] cm wide."
    assert DELEX.target("It is 7 cm wide.", prompt) is None


def test_sizes_are_numbers_with_their_marks() -> None:
    assert DELEX.template('32x27x5 cm, 6"').text == '[NUM0]x[NUM1]x[NUM2] cm, [NUM3]"'
    prompt = DELEX.prompt(Request("", ("It has 64GB and .5 kg.",)))
    assert DELEX.target("0.5 kg, 64 GB", prompt) == "[NUM1] kg, [NUM0] GB"


def test_slots_run_out_without_loss() -> None:
    text = " ".join(str(number) for number in range(100, 100 + SLOT_COUNTS[Kind.NUMBER] + 3))
    template = DELEX.template(text)
    assert len(template.slots) == SLOT_COUNTS[Kind.NUMBER]
    assert fill(template.text, template.slots) == text


def test_short_values_of_attributes_are_names() -> None:
    prompt = DELEX.prompt(Request("", ('compatible_models: { value:"iPhone 11" }; { value:"Galaxy S10+" }', 'size: { value:"64 GB" }')))
    assert [slot.surface for slot in prompt.slots] == ["iPhone 11", "Galaxy S10+", "64"]
    prompt = DELEX.prompt(Request("", ({"shape": "Circular", "brand": "acme", "material": "solid oak, steel"},)))
    assert [slot.surface for slot in prompt.slots] == ["Circular", "acme"]


def test_attributes_are_read_as_words() -> None:
    assert as_sentence({"is_waterproof": True, "weight_kg": 1.0}) == "is waterproof: yes; weight kg: 1"
    notation = "num_batteries:  { quantity:4, type:lithium_metal }; { quantity:1.0, type:aa }"
    assert as_sentence(notation) == "num batteries: quantity 4, type lithium metal; quantity 1, type aa"
    measured = "width:{ unit:centimeters, normalized_value:{ unit:inches, value:6.0 }, value:15.24 }, depth:{ unit:inches, value:.5 }"
    assert as_sentence(f"size: {{ {measured} }}") == "size: width 6 inches (15.24 centimeters), depth .5 inches"
    assert as_sentence('brand: { value:"Trail & Co" }') == "brand: Trail & Co"
