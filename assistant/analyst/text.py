"""Tokens: how a message is cut into words before anything is looked up.

Owns spelling-neutral forms (case, accents, possessives, plurals). Knows no shop words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from assistant.analyst.calendar_words import MONTH_NAMES, WEEKDAY_NAMES

_TOKEN = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?![\w/])|\d{1,2}/(?:19|20)\d\d\b|(?:19|20)\d\d[-/](?:0[1-9]|1[0-2])(?![\w/-])|'\d\d\b"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w])|\d+\.\d+(?!\w)|w/[ceo]\b|[a-z]+-\d{5,}(?:-\d+)*|[^\W_]+(?:'[^\W_]+)*|->|→|=>|>=|<=|[%£$€#&+<>/=\"–-]"
)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"', "—": " - ", "−": "-", "\u00a0": " "})
_HYPHENATED = re.compile(r"(?<![\w-])([a-z]+)-([a-z]+)(?![\w-])")
_POINTS = frozenset(",;:().!?…")
_CALENDAR = frozenset((*MONTH_NAMES, *WEEKDAY_NAMES))
_OWNED = re.compile(rf"\b({'|'.join((*MONTH_NAMES, *WEEKDAY_NAMES))})'s\b")
"""A day or month that owns something: "Monday's orders"."""
_DAYS = re.compile(r"\b(last|past|previous|next) (\d{1,3})d\b")
"""A number of days in one word: "last 30d"."""
_UNIT_PRICE = re.compile(r"(?<=[a-z]) ?/ ?(?=(?:day|week|wk|month|mth|quarter|qtr|year|order|ord|customer|cust|invoice|hour|hr|country)\b)")
"""A stroke between two words that says "per"."""
_COUNTED = re.compile(r"\b(top|bottom|best|worst|first|last|past|next)(\d{1,3})\b")
"""A word of ranking or of time and its number in one: "top5"."""
_MONTH_RUN = re.compile(rf"\b({'|'.join(MONTH_NAMES)})'?((?:20)?\d\d)\b")
"""A month and its year in one word: "oct10"."""
_IRREGULAR = {
    "people": "person",
    "children": "child",
    "women": "woman",
    "men": "man",
    "was": "was",
    "is": "is",
    "has": "has",
    "does": "does",
    "this": "this",
    "skus": "sku",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign. `text` is lower case, `stem` its singular, `raw` as typed; `quoted` numbers the pair of quotes it
    stands in, 0 for none.

    `fixed` holds the word as typed where the spelling was mended; `lead` are the points and brackets that stand before it.
    """

    text: str
    raw: str
    quoted: int = 0
    fixed: str = ""
    lead: str = ""

    @property
    def stem(self) -> str:
        return stem(self.text)


def stem(word: str) -> str:
    """A crude singular, the same for both numbers of nearly all English nouns."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    word = re.sub(r"'s?$", "", word)
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1]


def plain(text: str) -> str:
    """Lower case, without accents, with typewriter quotes."""
    text = unicodedata.normalize("NFKD", text.translate(_QUOTES))
    return "".join(c for c in text if not unicodedata.combining(c)).lower()


def tokenize(text: str) -> list[Token]:
    """The words and signs of a message; quotation marks themselves are left out, what they hold is numbered."""
    if not text.isupper():
        text = re.sub(r"\bUS\b", "USA", text)
    spread = _HYPHENATED.sub(_parted, plain(text))
    spread = re.sub(r"(?<=[a-z])(?=-)(?!-\d{5})|(?<=-)(?=[a-z])", " ", spread)
    spread = re.sub(r"(?<!\d\d\d)(?<!\d{4}-\d\d)(?<=\d)-(?=[a-z]|\d{1,2}(?:st|nd|rd|th)? )|(?<=[a-z])-(?=\d)(?!\d{5})", " - ", spread)
    spread = re.sub(r"(?<=[a-z])(?='\d\d\b)", " ", spread)
    spread = _DAYS.sub(r"\1 \2 days", _OWNED.sub(r"\1", _COUNTED.sub(r"\1 \2", spread)))
    spread = _MONTH_RUN.sub(r"\1 \2", _UNIT_PRICE.sub(" per ", spread))
    tokens: list[Token] = []
    pair = opened = end = 0
    for match in _TOKEN.finditer(spread):
        word, gap, end = match.group(0), spread[end : match.start()], match.end()
        if word == '"':
            pair, opened = (pair, 0) if opened else (pair + 1, pair + 1)
            continue
        tokens.append(Token(word, word, opened, lead="".join(sign for sign in gap if sign in _POINTS)))
    return _single_quotes(tokens, spread)


def _parted(match: re.Match[str]) -> str:
    """A compound without its hyphen ("first-time buyers"); a range of months or days keeps it."""
    return match[0] if {match[1], match[2]} & _CALENDAR else f"{match[1]} {match[2]}"


def _single_quotes(tokens: list[Token], text: str) -> list[Token]:
    """Number words in 'single quotes' as well."""
    for number, match in enumerate(re.finditer(r"(?<![\w])'([a-z][^']{0,60})'(?![\w])", text), 100):
        inner = [m.group(0) for m in _TOKEN.finditer(match.group(1))]
        for start in range(len(tokens) - len(inner) + 1):
            if [t.text.strip("'") for t in tokens[start : start + len(inner)]] == inner:
                for offset, word in enumerate(inner):
                    tokens[start + offset] = replace(tokens[start + offset], text=word, raw=word, quoted=number)
                break
    return tokens


def join(tokens: list[Token]) -> tuple[str, list[int]]:
    """The tokens with single spaces between them, and where each begins; one more entry marks the end."""
    starts, position = [], 0
    for token in tokens:
        starts.append(position)
        position += len(token.text) + 1
    return " ".join(t.text for t in tokens), [*starts, position]
