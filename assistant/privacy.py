"""What must never be stored or logged is masked here, before anything else sees it.

Owns the patterns; knows nothing of stores or chats.
"""

from __future__ import annotations

import re

_DIGITS = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_SECRET = re.compile(r"(?i)\b(password|passwort|passcode|cvv|cvc|pin)\b(\s*(?:is|:|=)\s*)(\S+)")


def mask(text: str) -> str:
    """The text with payment card numbers (13 to 19 digits that pass the Luhn check) and spelled-out secrets starred.

    A card keeps its last four digits, so that a person can still tell which card was meant.
    """
    return _SECRET.sub(r"\1\2****", mask_cards(text))


def mask_cards(text: str) -> str:
    """The text with payment card numbers starred, and nothing else touched: for prose that is kept as it was written."""
    return _DIGITS.sub(lambda found: _masked_card(found.group()), text)


def passes_luhn(digits: str) -> bool:
    """Whether the check digit of a card number is right (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _masked_card(found: str) -> str:
    digits = re.sub(r"\D", "", found)
    return f"**** **** **** {digits[-4:]}" if passes_luhn(digits) else found
