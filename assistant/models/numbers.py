"""Numbers in words and figures, and what they mean: money with its comparison, quantities, ordinals.

Owns the grammar; refuses to know any catalogue. All functions return entities with spans of the text they were given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.types import Entity

UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000}
_PARTS = {"half": 0.5, "couple": 2}
_MISSPELT = {"fourty": "forty", "fivety": "fifty", "fifthy": "fifty", "ninty": "ninety", "fourteeen": "fourteen", "eigthy": "eighty"}
_SMALL = "|".join([*_TENS, *_MISSPELT, *sorted(UNITS, key=len, reverse=True)])
_WORDED = (
    rf"(?:half\s+a\s+(?:hundred|thousand|grand)|(?:an?\s+)?(?:couple\s+(?:of\s+)?)?(?:hundred|thousand|grand)|(?:{_SMALL}))"
    rf"(?:[\s-]+(?:and\s+)?(?:{_SMALL}|hundred|thousand|grand))*"
)
_FIGURES = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:[.,]\d{1,2}(?!\d))?"
NUMBER = rf"(?:(?:{_FIGURES})(?:\s?k\b)?|\b{_WORDED}\b)"

_SIGN = r"(?:US\$|[$€£¥]|(?:usd|eur|gbp|cad|aud|chf)\s)"
_CURRENCY = (
    r"(?:doll?[aeo]rs?|bucks?|usd|euros?|eur|€|£|\$|pounds?(?!\s+(?:of|heavy))|quids?|gbp|cents?|francs?|chf|cad|aud|greenbacks?|smackers?)"
)
_OTHER_UNIT = (
    r"(?:kgs?|kilos?|kilograms?|g|grams?|lbs?|oz|ounces?|mm|cm|centimet\w+|m|met(?:er|re)s?|inch(?:es)?|in\b(?=\s+(?:long|wide|tall))|ft|feet|foot|"
    r"l|lit(?:er|re)s?|ml|watts?|w|volts?|v|mah|gb|tb|mb|mp|hz|hours?|hrs?|min(?:ute)?s?|days?|weeks?|months?|years?|yrs?|year-old|percent|%|degrees?|°|"
    r"people|persons?|kids|children|guests|players|pieces?|pcs|items?|units?|products?|articles?|orders?|stars?|options?|results?|of\s+(?:them|those|these|it)|"
    r"(?:left\s+)?(?:in\s+(?:your\s+)?(?:stock|store)|on\s+hand)|left\b|remaining\b|available\b|pairs?|sets?|packs?|boxes|times|x\b|st\b|nd\b|rd\b|th\b)"
)
_MONEY = rf"(?P<sign>{_SIGN}\s?)?(?P<number>{NUMBER})(?:\s?(?P<currency>{_CURRENCY})\b|(?P<mark>\s?[€£$]))?"
_NO_MONEY_IS_COUNTED_IN = (
    rf"(?!\s+(?!(?:{_CURRENCY}|is|as|this|its|his|hers|ours|us|plus|less|thus|yes|thanks|always|perhaps|across|unless|has|was|does|tops)\b)"
    r"[a-z]{2,}[^sui\W\d]s\b)"
)
"""No plural noun after a bare number: "at least 3 drawers"."""
_NOT_OTHER = rf"(?!\s?-?{_OTHER_UNIT}(?![a-z]))(?![\w-])(?!\.\d)"
_THAN = r"th[ae]n"

_UNDER = rf"under|undr|unter|uder|bel+ow|beneath|(?:less|cheaper|lower|fewer|smaller)\s+{_THAN}|south\s+of|shy\s+of|sub|<"
_OVER = (
    rf"over|above|beyond|(?:more|higher|dearer|pricier)\s+{_THAN}|more\s+expensive\s+{_THAN}|north\s+of|in\s+excess\s+of|exceed(?:s|ing)?|>"
)
_NOT = (
    r"(?:can(?:no|')?t|can\s+not|won'?t|don'?t|do\s+not|doesn'?t|does\s+not|did\s+not|shouldn'?t|mustn'?t|must\s+not|should\s+not|may\s+not|"
    r"wouldn'?t|would\s+not|will\s+not|couldn'?t|shan'?t|needn'?t|oughtn'?t|daren'?t|ain'?t|unable|refuse|refusing|hate|not|never|no(?:thing)?|isn'?t|aren'?t|without)\s+(?:(?:be|is|am|are|it|i|we|to|want|wanna|like|"
    r"need|afford|go|going|cost|costing|costs|pay|paying|spend|spending|price|priced|looking|willing|planning|prepared|rather|really|much|"
    r"should|anything|any|something|a|an|single|cents?|penny|pennies|dollar|dime|bit|too|far|way)\s+){0,6}?"
)
"""A no with what may stand between it and its bound: "can't afford to pay more than", "not a penny over"."""
_BUDGET = (
    r"(?:price|money)?\s?(?:budget|limit|cap|ceiling|maximum|max|upper\s+limit|wallet|purse|pocket\s*money|bank\s+account)(?:'s|\s+(?:is|are|was|of|at|would\s+be|to|price|"
    r"budget|amount|stands\s+at|says|allows|permits|reaches|stretches\s+to|(?:ends|stops|finishes|lies|sits|tops\s+out)\s+at|(?:goes|runs)(?:\s+up)?\s+to))?"
    r"(?:\s+(?:strictly|only|just|about|around|roughly|like|set\s+at|up\s+to|max(?:imum)?|of|is))*\s*[:=.]?"
)
_PAST = r"(?:past|tops?|topping|break(?:s|ing)?|pass(?:es|ing)?|reach(?:es|ing)?|hits?|hitting|exceed)(?:\s+the)?"
_ALL_I_HAVE = (
    r"all\s+(?:that\s+)?(?:i|we)(?:'ve)?(?:\s+(?:have|got|can\s+spend))*\s+(?:is|are)|"
    r"(?:set|put|laid)\s+aside|saved(?:\s+up)?|put\s+by|as\s+much\s+as"
)
_SPEND = (
    r"(?:can|may|could|is\s+allowed\s+to)\s+cost(?:\s+(?:me|us))?|"
    r"(?:(?:can|could|will|would|only|i'?ll|we'?ll|i'?d|we'?d|want\s+to|like\s+to|willing\s+to|ready\s+to|prepared\s+to|happy\s+to|able\s+to|going\s+to|planning\s+to|plan\s+to)\s+"
    r"(?:only\s+|just\s+|maybe\s+)?(?:spend|pay|go\s+to|stretch\s+to|go\s+up\s+to|go\s+as\s+high\s+as|afford)(?:\s+(?:up\s+to|about|around|only|max(?:imum)?))?)"
)
_MOST = (
    rf"{_NOT}(?:{_OVER}|{_PAST})|(?:{_UNDER})|{_ALL_I_HAVE}|at\s+(?:the\s+)?(?:very\s+)?most|(?:anything\s+)?up\s*(?:to|till?)|upto|within|inside|{_SPEND}|"
    rf"capped\s+at|{_BUDGET}|<=|as\s+high\s+as|"
    r"most\s+(?:that\s+)?(?:i|we)\s*(?:can|could|will|would|'ll|'d|want\s+to|am\s+willing\s+to|'m\s+willing\s+to)?\s*(?:spend|pay|go|do|afford)(?:\s+(?:is|would\s+be))?"
)
_LEAST = (
    rf"{_NOT}(?:{_UNDER})|(?:{_OVER})|at\s+(?:the\s+)?(?:very\s+)?least|min(?:imum|\.)?(?:\s+(?:of|price(?:\s+of)?|is))?:?|"
    r"starting\s+(?:at|from)|upwards?\s+of|from\s+at\s+least|>="
)
_OR_SO = r"(?:\s*(?:or\s+so|or\s+thereabouts|-?ish|odd|approx(?:imately)?|roughly)\b)?\s?,?"
_AFTER_MOST = (
    rf"(?:{_OR_SO}\s*(?:max(?:imum)?|tops?|at\s+(?:the\s+)?(?:very\s+)?most|or\s+(?:less|under|below|cheaper|lower)|and\s+(?:under|below|less|lower|down)|"
    r"(?:not|and\s+(?:no|not)|no)\s+(?:(?:a|one)\s+(?:single\s+)?(?:penny|cent|dollar)\s+)?more(?!\s+than)|"
    r"(?:is|'s|would\s+be|has\s+to\s+be|was)\s+(?:(?:my|our|the|about\s+my)\s+)?(?:\w+\s+)?(?:limit|max(?:imum)?|budget|ceiling|cap|"
    r"most\s+(?:i|we)(?:'d|'ll|\s+\w+)?\s*(?:\w+\s+)?(?:pay|spend|afford|go|do))|(?:upper\s+|price\s+)?limit|budget|to\s+(?:spend|play\s+with|blow|burn)|at\s+best|aside|saved(?:\s+up)?|"
    r"(?:is|'s)\s+all\s+(?:that\s+)?(?:i|we)\b|in\s+(?:my|our|the)\s+(?:pocket|purse|wallet|hand)))"
)
_AFTER_LEAST = (
    rf"(?:{_OR_SO}\s*(?:min(?:imum)?|at\s+(?:the\s+)?(?:very\s+)?least|or\s+(?:more|above|over|higher)|and\s+(?:up|above|over|more|higher)|plus|\+|upwards?))"
    r"(?!\s+(?:of\s+(?:them|those|these|it)|in\s+stock|left|available|pieces|units|items))"
)

_BETWEEN = re.compile(
    rf"\b(?:between|from|in\s+the\s+range\s+of|anywhere\s+from)\s+{_SIGN}?\s?(?P<low>{NUMBER})\s*{_CURRENCY}?\s*(?:and|&|to|-|–|up\s+to|till?|until)\s*"
    rf"{_SIGN}?\s?(?P<high>{NUMBER})(?:\s?{_CURRENCY})?{_NOT_OTHER}{_NO_MONEY_IS_COUNTED_IN}",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"(?:(?P<sign>{_SIGN})\s?(?P<low>{_FIGURES})\s?[-–]\s?{_SIGN}?\s?(?P<high>{_FIGURES})|(?P<low2>{_FIGURES})\s?(?:[-–]|to)\s?(?P<high2>{_FIGURES})"
    rf"\s?(?:{_CURRENCY}|(?:price\s+)?range\b))(?!\w)",
    re.IGNORECASE,
)
_BOUNDED = re.compile(
    rf"(?<![\w])(?<!people )(?<!aged )(?<!kids )(?<!children )(?<!anyone )(?<!size )"
    rf"(?:(?P<least>{_LEAST})|(?P<most>{_MOST}))[\s-]*(?:about\s+|around\s+|the\s+|like\s+|is\s+)?{_MONEY}{_NOT_OTHER}{_NO_MONEY_IS_COUNTED_IN}",
    re.IGNORECASE,
)
_BOUNDED_AFTER = re.compile(rf"(?<![\w.#-])(?<!size ){_MONEY}(?:(?P<most>{_AFTER_MOST})|(?P<least>{_AFTER_LEAST}))(?!\w)", re.IGNORECASE)
STRICTLY_BELOW = re.compile(rf"(?:{_UNDER})(?!=)", re.IGNORECASE)
"""How the surface of a `money_max` begins that excludes its own amount."""
STRICTLY_ABOVE = re.compile(rf"(?:{_OVER})(?!=)", re.IGNORECASE)
"""How the surface of a `money_min` begins that excludes its own amount."""
_PLAIN = re.compile(
    rf"(?<![\w.#-])(?:(?P<sign>{_SIGN})\s?(?P<number>{_FIGURES})(?:\s?k\b)?|(?P<number2>{NUMBER})(?:\s?-?{_CURRENCY}\b|\s?[€£]))",
    re.IGNORECASE,
)

_QUANTITY_WORDS = r"pieces?|pcs|items?|units?|pairs?|sets?|packs?|boxes|bottles?|copies|times"
_QUANTITY = re.compile(
    rf"\b(?P<of>{NUMBER})\s+(?:of\s+(?:them|'?em|those|these|it|each|the|that|this|your)\b|(?:{_QUANTITY_WORDS})\b)"
    rf"|\b(?P<several>{NUMBER})\s+for how much\b"
    rf"|\b(?:quantity|qty)(?:\s+of|\s+is|:)?\s*(?P<qty>\d+)|\bx\s?(?P<x>\d{{1,3}})\b|\b(?P<times>\d{{1,3}})\s?x(?=\s|$)"
    rf"|\b(?:take|buy|order|want|need|get|have|add|for|only|just|cost|make (?:that|it))\s+"
    rf"(?P<verb>{NUMBER})(?=\s*(?:[?.!,]|$|more\b|please\b|together\b|altogether\b))",
    re.IGNORECASE,
)
_COLLECTIVE = re.compile(
    r"\b(?:(?P<dozen>(?:half\s+)?a\s+dozen)|a\s+(?P<couple>couple|pair)\s+of|(?P<both>both|the two of them))\b", re.IGNORECASE
)

_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "last": -1, "former": 1, "latter": -1, "top": 1, "final": -1,
}  # fmt: skip
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_AFTER_ORDINAL = (
    r"(?!\s+(?:thoughts?|name|hand|floor|class|aid|time|order|purchase|week|month|year|night|day|"
    rf"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:of\s+)?(?:{_MONTHS})|\d))"
)
_ORDINAL = re.compile(
    rf"\b(?:the\s+|that\s+|your\s+)?(?:(?P<word>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|former|latter|final)|(?P<figure>\d{{1,2}})(?:st|nd|rd|th))\b{_AFTER_ORDINAL}"
    rf"|\b(?:number|no\.?|nr\.?|option|choice|item|result|#)\s*(?P<number>\d{{1,2}}|{_SMALL})\b(?!\s*-?\d)",
    re.IGNORECASE,
)


def parse_number(text: str) -> float | None:
    """The value of figures ("1,299.50", "2k", "12,5") or words ("a hundred and twenty"); None where there is none."""
    cleaned = text.strip().lower()
    if re.match(r"\d", cleaned):
        return _figures(cleaned)
    total, current, seen = 0.0, 0.0, False
    for said in re.split(r"[\s-]+", cleaned):
        word = _MISSPELT.get(said, said)
        if word in UNITS or word in _TENS:
            current, seen = current + UNITS.get(word, _TENS.get(word, 0)), True
        elif word in _PARTS:
            current = _PARTS[word]
        elif word == "hundred":
            current, seen = (current or 1) * 100, True
        elif word in _SCALES:
            total, current, seen = total + (current or 1) * 1000, 0.0, True
        elif word not in {"a", "an", "and", "of"}:
            return None
    return total + current if seen else None


def _figures(text: str) -> float | None:
    scale = 1000 if text.endswith("k") else 1
    digits = text.removesuffix("k").strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d{1,2})?", digits):
        digits = digits.replace(",", "")
    try:
        return float(digits.replace(",", ".")) * scale
    except ValueError:
        return None


def money(text: str) -> Iterator[Entity]:
    """Amounts: `money_max` and `money_min` where a comparison is said, `money` else. Values are plain numbers in the shop's currency."""
    taken: list[tuple[int, int]] = []
    for entity in _all_money(text):
        if not any(entity.start < end and start < entity.end for start, end in taken if (start, end) != (entity.start, entity.end)):
            taken.append((entity.start, entity.end))
            yield entity


def _all_money(text: str) -> Iterator[Entity]:
    for pattern in (_BETWEEN, _RANGE):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            said = [(groups.get(name) or groups.get(f"{name}2") or "") for name in ("low", "high")]
            low, high = _scaled(*said), parse_number(said[1])
            if low is not None and high is not None and low <= high:
                yield Entity("money_min", match[0], low, match.start(), match.end())
                yield Entity("money_max", match[0], high, match.start(), match.end())
    for pattern in (_BOUNDED, _BOUNDED_AFTER):
        for match in pattern.finditer(text):
            value = parse_number(match["number"])
            if value is not None:
                yield Entity("money_max" if match["most"] else "money_min", match[0], value, match.start(), match.end())
    for match in _PLAIN.finditer(text):
        value = parse_number(match["number"] or match["number2"])
        if value is not None:
            yield Entity("money", match[0], value, match.start(), match.end())


def _scaled(low: str, high: str) -> float | None:
    """The lower end of a range, in the hundreds or thousands of its upper end where it says none itself: "two to three hundred"."""
    value, most = parse_number(low), parse_number(high)
    scale = next((n for pattern, n in ((r"hundred$", 100), (r"(?:thousand|grand|\d\s?k)$", 1000)) if re.search(pattern, high.lower())), 1)
    if value is None or most is None or value >= 100 or scale == 1 or value * scale > most:
        return value
    return value * scale


def quantities(text: str) -> Iterator[Entity]:
    """How many of something: "two of them", "3 pairs", "x4", "a dozen", "take five"."""
    for match in _QUANTITY.finditer(text):
        name = match.lastgroup or ""
        value = parse_number(match[name])
        if value is not None and value == int(value) and 0 < value < 100_000:
            yield Entity("quantity", match[name], int(value), match.start(name), match.end(name))
    for match in _COLLECTIVE.finditer(text):
        value = 2 if not match["dozen"] else 6 if "half" in match[0].lower() else 12
        yield Entity("quantity", match[0], value, match.start(), match.end())


_LASTS = re.compile(
    r"\b(?:long|does|do|will|would|should|can|may|might|must|to|not|n't|(?:warranty|guarantee|battery|it|they|sale|offer|supply|charge))\s+last$",
    re.IGNORECASE,
)
"""The verb: "how long does the warranty last"."""


def ordinals(text: str) -> Iterator[Entity]:
    """Which one of a list: 1 for the first, -1 for the last."""
    for match in _ORDINAL.finditer(text):
        if match["word"] and _LASTS.search(text[: match.end()]):
            continue
        if match["word"]:
            value: int | None = _ORDINALS[match["word"].lower()]
        elif match["figure"]:
            value = int(match["figure"])
        else:
            parsed = parse_number(match["number"])
            value = None if parsed is None else int(parsed)
        if value:
            yield Entity("ordinal", match[0], value, match.start(), match.end())
