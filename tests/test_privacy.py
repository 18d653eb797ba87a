from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.privacy import mask, passes_luhn


@pytest.mark.parametrize("card", ["4242 4242 4242 4242", "4242-4242-4242-4242", "378282246310005", "6011111111111117"])
def test_a_card_number_keeps_only_its_last_four_digits(card: str) -> None:
    masked = mask(f"my card is {card}, is it safe?")
    digits = card.replace(" ", "").replace("-", "")
    assert digits not in masked.replace(" ", "").replace("-", "")
    assert digits[-4:] in masked


@pytest.mark.parametrize("text", ["order #W2378156", "tracking 874467659752", "item 1151293680", "call 020 7946 0000", "1234567890123456"])
def test_other_numbers_stay(text: str) -> None:
    assert mask(text) == text


def test_a_spelled_out_secret_is_starred() -> None:
    assert mask("my password is hunter2 ok") == "my password is **** ok"


@given(st.text(alphabet="0123456789", min_size=12, max_size=18))
def test_the_luhn_check_accepts_exactly_one_last_digit(body: str) -> None:
    assert sum(passes_luhn(body + digit) for digit in "0123456789") == 1
