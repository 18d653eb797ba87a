"""What a writer meant to type: blanks and quotation marks made plain, and the misspellings that an order desk hears mended.

Owns spellings alone; refuses to know what is asked.
"""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from assistant.models.words import common_words

_MISSPELT = {
    "adress": "address",
    "addres": "address",
    "adres": "address",
    "cancle": "cancel",
    "canel": "cancel",
    "cansel": "cancel",
    "cancell": "cancel",
    "exchage": "exchange",
    "exchnage": "exchange",
    "refnd": "refund",
    "refound": "refund",
    "retrun": "return",
    "retun": "return",
    "hw": "how",
    "hav": "have",
    "hve": "have",
    "u": "you",
    "ur": "your",
    "shud": "should",
    "cud": "could",
    "wud": "would",
    "wot": "what",
    "pric": "price",
    "prise": "price",
    "prcie": "price",
    "pirce": "price",
    "stok": "stock",
    "stck": "stock",
    "reciept": "receipt",
    "mny": "many",
    "mch": "much",
    "oder": "order",
    "ordr": "order",
    "orders's": "orders",
    "paymnet": "payment",
    "payed": "paid",
    "recieve": "receive",
    "recieved": "received",
    "delivary": "delivery",
    "trackin": "tracking",
    "pakage": "package",
    "packege": "package",
    "wich": "which",
    "wat": "what",
    "wher": "where",
    "wheres": "where's",
    "whats": "what's",
    "ive": "i've",
    "didnt": "didn't",
    "dont": "don't",
    "doesnt": "doesn't",
    "cant": "can't",
    "isnt": "isn't",
    "wont": "won't",
    "havent": "haven't",
    "hasnt": "hasn't",
}
_WORDS = re.compile(r"[A-Za-z']+")
_DESK_WORDS = (
    "address",
    "cancel",
    "contents",
    "delivery",
    "exchange",
    "package",
    "parcel",
    "payment",
    "refund",
    "return",
    "status",
    "tracking",
)
_LONG = 6
"""Letters from which a word that is none may be one of the desk's, misspelt."""


def mended(text: str) -> str:
    """The text with the misspellings of what people ask of an order desk put right: the common ones, and those of one letter."""
    return _WORDS.sub(lambda word: _MISSPELT.get(word[0].lower()) or _nearly(word[0]), text)


def _nearly(word: str) -> str:
    """The desk's word of which this is one letter off, where it is no word itself; else the word."""
    said = word.lower()
    if len(said) < _LONG or said in common_words() or word[:1].isupper():
        return word
    return next(
        (known for known in _DESK_WORDS if abs(len(known) - len(said)) < 2 and OSA.distance(known, said, score_cutoff=1) <= 1), word
    )


def plain(text: str) -> str:
    """The message with straight apostrophes and single blanks."""
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')).strip()
