"""The shop's own money under the name that the parser knows: in a shop of dollars "$500" and "500 bucks" are read as "£500" is elsewhere.

Owns the words for currencies; refuses to convert: money of another currency than the shop's stays a word that its data does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

OTHER_MONEY = "other currencies"
"""What the vocabulary calls money that is not the shop's own."""
_SIGN, _WORD = "£", "pounds"
_POUNDS = (r"£", r"(?:pounds?(?: sterling)?|gbp|quids?)")
_DOLLAR_SIGN = r"(?:\b(?:us\s?|ca?|au?))?\$"
_CURRENCIES: Mapping[str, tuple[str, str]] = {
    "GBP": _POUNDS,
    "USD": (_DOLLAR_SIGN, r"(?:(?:us )?(?:dollars?|bucks)|usd)"),
    "CAD": (_DOLLAR_SIGN, r"(?:(?:canadian )?(?:dollars?|bucks)|cad)"),
    "AUD": (_DOLLAR_SIGN, r"(?:(?:australian )?(?:dollars?|bucks)|aud)"),
    "EUR": (r"€", r"(?:euros?|eur)"),
    "JPY": (r"¥", r"(?:yen|jpy)"),
    "CHF": (r"(?:sfr|fr)\.", r"(?:(?:swiss )?francs?|chf)"),
}


def in_own_money(text: str, currency: str) -> str:
    """`text` with the signs and words of `currency` (ISO 4217) replaced by the parser's, and the parser's own by another currency's."""
    if currency == "GBP" or currency not in _CURRENCIES:
        return text
    foreign = "dollars" if currency == "EUR" else "euros"
    sign, word = _POUNDS
    text = re.sub(rf"{sign}\s?|\b(?:{word})\b(?! (?:in weight|heavy))", f"{foreign} ", text, flags=re.IGNORECASE)
    sign, word = _CURRENCIES[currency]
    text = re.sub(sign, _SIGN, text, flags=re.IGNORECASE)
    return re.sub(rf"\b(?:{word})\b", _WORD, text, flags=re.IGNORECASE)
