"""What must never be stored or logged is masked here, before anything else sees it.

Owns the patterns; knows nothing of stores or chats.
"""

from __future__ import annotations

import re

_DIGITS = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_CODE = re.compile(r"(?i)\b(cvv2?|cvc2?|security code)(\W{1,3})\d{3,6}\b")
_EXPIRY = re.compile(r"(?i)\b(exp(?:iry|ires?)?(?: date)?)(\W{1,3})(?:0[1-9]|1[0-2])\s?[/-]\s?\d{2,4}\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_SECRET = re.compile(r"(?i)\b(password|passwort|passcode|cvv|cvc|pin)\b(\s*(?:is|:|=)\s*)(\S+)")


def mask(text: str) -> str:
    """The text with payment card numbers (13 to 19 digits that pass the Luhn check), their codes and expiry dates, bank accounts (IBAN),
    social security numbers and spelled-out secrets starred.

    A card keeps its last four digits, so that a person can still tell which card was meant.
    """
    masked = _EXPIRY.sub(r"\1\2**/**", _CODE.sub(r"\1\2***", mask_cards(text)))
    masked = _SSN.sub("***-**-****", _IBAN.sub(lambda found: _masked_account(found.group()), masked))
    return _SECRET.sub(r"\1\2****", masked)


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


def _masked_account(found: str) -> str:
    """An IBAN starred, if it is one: its check digits are right (ISO 13616, modulo 97)."""
    plain = found.replace(" ", "")
    number = "".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])
    return f"**** **** {plain[-4:]}" if int(number) % 97 == 1 else found


def _masked_card(found: str) -> str:
    digits = re.sub(r"\D", "", found)
    return f"**** **** **** {digits[-4:]}" if passes_luhn(digits) else found
