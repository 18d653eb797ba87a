"""What a wording makes of its source: a product is not what it has, a word stays with its noun, and no turn is the wording's own."""

from __future__ import annotations

import pytest

from assistant.shopper.wellformed import misshapen


@pytest.mark.parametrize(("text", "source"), [
    ("The Pocket is big keys and a torch.", "Flip phone with big keys and a torch."),
    ("The Pocket is wireless.", "Wireless charging."),
    ("The Pocket is rubber, light and for running.", "Rubber, light, for runners."),
    ("The Pocket is for run.", "For runners."),
    ("The Pocket is 26 g of fat.", "26 g of fat per 100 g."),
    ("The Pocket has 26 g per g.", "26 g of fat per 100 g."),
    ("The Pocket comes in dishwasher.", "Goes in the dishwasher."),
    ("The Pocket can be clean pages.", "Rounded corners, clean pages."),
    ("The Pocket does not have photos.", "Step by step photos."),
    ("Yes, the Pocket is pressed from calamata.", "Pressed from Calamata olives."),
])  # fmt: skip
def test_no_sentence_or_not_the_sources(text: str, source: str) -> None:
    assert misshapen(text, [f"description: {source}"], ["Pocket"], "is it?")


@pytest.mark.parametrize(("text", "source"), [
    ("The Pocket has big keys and a torch.", "Flip phone with big keys and a torch."),
    ("Yes, the Pocket is machine washable.", "Leather. Machine washable."),
    ("The Pocket is for adult cats.", "Wet food in jelly for adult cats."),
    ("The Pocket needs an E27 bulb up to 60 W.", "Takes an E27 bulb up to 60 W, not included."),
    ("It can be washed at 30 degrees.", "Covers can be washed at 30 degrees."),
])  # fmt: skip
def test_a_sentence_that_says_what_its_source_says(text: str, source: str) -> None:
    assert misshapen(text, [f"description: {source}"], ["Pocket"], "what bulb does it need?") == ""
