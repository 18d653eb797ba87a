"""Attributes in braces as plain words: amounts with their units, tables whole, nothing twice, and what is no notation left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.notation import is_notation, plain_attributes


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('colour: { value:"Sea Green" }; { value:teal }', "colour: Sea Green; teal"),
        ("rope: { length:[ { unit:feet, decimal_value:12.0 } ], type:[ { value:jute_mix } ] }", "rope: length: 12 feet, type: jute mix"),
        ('rope: { length:[ { unit:feet, string_value:"12 feet", decimal_value:12.0 } ] }', "rope: length: 12 feet"),
        ("waist: { unit:centimeters, normalized_value:{ unit:inches, value:30.0 }, value:76.2 }", "waist: 30 inches (76.2 centimeters)"),
        ('opening: { value:"3.5\'\' x 2\'\'" }', "opening: 3.5'' x 2''"),
        ('width: { value:"24\\" at most" }', 'width: 24" at most'),
        ("is_sealed: { value:false }", "is sealed: no"),
        ('shade: { standardized_values:[ "Red" ], value:"red" }', "shade: red"),
        ("pace: { unit:unknown_modifier, value:8. }", "pace: 8"),
        ('port: { value:"Usb 2.0" }', "port: Usb 2.0"),
        ("lining: { }", "lining:"),
    ],
)  # fmt: skip
def test_an_attribute_is_said_as_it_is_meant(text: str, plain: str) -> None:
    assert is_notation(text)
    assert plain_attributes(text) == plain


def test_a_table_keeps_every_entry_with_its_own_unit() -> None:
    table = (
        "nutrition: { minerals:[ { unit:milligrams, nutrient:zinc, value:3. } ], serving_quantity:30.0, serving_unit:grams, "
        'fat:[ { total:5.0, unit:grams, saturated:1.5, total_string:"5 grams" } ], energy:[ { unit:calories, content:90.0 } ] }'
    )
    assert plain_attributes(table) == (
        "nutrition: minerals: zinc 3 milligrams, serving quantity 30 grams, fat: 5 grams, saturated 1.5 grams, energy: 90 calories"
    )


@pytest.mark.parametrize("text", ["a note: [...] it is 18 x 2 cm.", "size: { value:3", "size: [ } ]"])
def test_what_only_looks_like_it_keeps_its_words(text: str) -> None:
    words = plain_attributes(text)
    assert not {"{", "["} & set(words)
    assert [w for w in ("18", "3", "size") if w in text] == [w for w in ("18", "3", "size") if w in words]


@given(st.text(st.sampled_from('{}[]:;,"ab1. _'), max_size=60))
def test_no_text_stops_it(text: str) -> None:
    assert plain_attributes(f"size: {{ {text}").startswith("size:")
