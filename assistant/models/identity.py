"""Who is writing and about which order: e-mails, phones, post codes, names, order ids, ways of payment.

Owns patterns; refuses to know whether such a person or order exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.models.words import word_list
from assistant.types import Entity

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.UNICODE)
_PHONE = re.compile(r"(?<![\w#])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{2,4}\)[\s.-]?)?\d{2,4}(?:[\s.-]\d{2,4}){1,4}(?!\w)")
_ZIP_WORD = r"(?:zip|post(?:al)?)\s*-?\s*(?:code)?|postcode"
_ZIP_FORMS = (r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}", r"[A-Z]\d[A-Z]\s?\d[A-Z]\d", r"[A-Z]\d[\dW]\s?[A-Z\d]{4}", r"\d{4}\s?[A-Z]{2}")
"""British, Canadian, Irish, Dutch."""
_ZIP_SAID = re.compile(
    rf"\b(?:{_ZIP_WORD})\b(?:['’]s)?(?:\s+(?:(?:(?:in|on|with|from)\s+(?:your|my|the)\s+\w+|on\s+file|you\s+have)\s+)?(?:is|was|of\s+mine))?\s*[:=]?\s*(?P<zip>{'|'.join(_ZIP_FORMS)}|\d{{4,6}}(?:-\d{{4}})?)\b",
    re.IGNORECASE,
)
_ZIP_BARE = re.compile(r"(?<![\w#$€£.,-])(?P<zip>\d{5}(?:-\d{4})?)(?![\w%€£]|[.,]\d)")
_ZIP_LETTERED = re.compile(r"\b(?P<zip>{})\b".format("|".join(_ZIP_FORMS[:3]).replace(r"\s?", r"\s")))
_ORDER_SAID = re.compile(
    r"\b(?:orders?|purchases?|invoices?|bills?)(?:\s*(?:number|nr|no|num|id|code|ref(?:erence)?))?\.?(?:\s+(?:is|was))?\s*[:#]?\s*#?(?P<id>(?=[\w-]*\d)[A-Z]{0,5}-?\d[\w-]{2,}|(?=[\w-]*\d)[A-Z0-9][\w-]{3,})\b",
    re.IGNORECASE,
)
_ORDER_HASH = re.compile(r"(?<!\w)#\s?(?P<id>(?=[\w-]*\d)[\w-]{3,})", re.IGNORECASE)
_AND_ORDER = re.compile(r"(?:\s*,\s*|\s*(?:and|&|or)\s*)#?(?P<id>(?=[\w-]*\d)[A-Z0-9][\w-]{3,})\b", re.IGNORECASE)

_NAME_WORD = r"[A-Z][a-zà-öø-ÿA-Z'’-]+"
_PARTICLE = r"(?:(?:van|von|de|der|den|del|la|le|di|da|dos|bin|al|el|st\.?)\s+)*"
_NAME = rf"{_NAME_WORD}(?:\s+(?:[A-Z]\.|{_NAME_WORD}))?\s+{_PARTICLE}{_NAME_WORD}"
_LOWER_NAME = r"[^\W\d_][\w'’-]+\s+[^\W\d_][\w'’-]+"
_NAME_SAID = re.compile(
    rf"(?i:\b(?:my\s+(?:full\s+)?name\s*(?:is|'s|:)|name\s*[:=]|i\s+am(?:\s+called)?|i['’]?m|this\s+is|it['’]?s|under\s+the\s+name(?:\s+of)?|on\s+behalf\s+of|name\s+is|here\s+is))\s+(?P<name>{_NAME})"
)
_NAME_SAID_LOWER = re.compile(
    rf"(?i)\b(?:my\s+(?:full\s+)?name\s*(?:is|'s|:)|name\s*[:=]|under\s+the\s+name(?:\s+of)?)\s+(?P<name>{_LOWER_NAME})"
)
_NAME_THEN = re.compile(
    rf"(?P<name>{_NAME})(?=,?\s+(?i:speaking|here|writing|is\s+(?:the|my)\s+(?:full\s+)?name|is\s+(?:what\s+)?i['’]?m\s+called)\b)"
)
_NAME_THEN_LOWER = re.compile(
    rf"(?:^|[.,;:!?\n]\s*)(?:(?i:hi|hello|hey|hiya|good\s+(?:morning|day|evening)|yes|ok)[\s,!.:]+)*"
    rf"(?P<name>{_LOWER_NAME})(?=,?\s+(?i:speaking|is\s+my\s+(?:full\s+)?name)\b)"
)
"""As on the telephone: "Ada Winter speaking"."""
_NAME_BARE = re.compile(rf"(?i:\bname)\s+(?P<name>{_NAME})")
_BETWEEN_NAME_AND_ZIP = (
    rf"[\s,.;:/()|-]*(?:(?i:here|again|speaking|calling|writing|i|and|my|with|from|in|at|the|is|of|on|live|living|lives|based|resident|your|books|"
    rf"records|files?|you\s+have|account|(?:{_ZIP_WORD})(?:['’]s)?|:)[\s,;:/()|-]*)*$"
)
_NAME_BEFORE = re.compile(rf"(?P<name>{_NAME}){_BETWEEN_NAME_AND_ZIP}")
_NAME_AND_TOWN = re.compile(
    rf"(?:^|[.!?:\n]\s*|(?i:\b(?:i\s+am|i['’]?m|this\s+is)\s+))(?P<name>{_NAME})\s*,\s*{_NAME_WORD}(?:\s{_NAME_WORD})?,?\s+$"
)
"""As on a letter: "Ada Winter, Salem 97301"."""
_NAME_BEFORE_LOWER = re.compile(
    rf"(?:^|[.,;:!?()\n]\s*|\s-+\s*)"
    rf"(?:(?i:hi|hello|helo|hallo|hey|hiya|yes|sure|ok|its|it's|i'm|im|i am|my|this is|name|is|from|for)[\s,!.:]+)*"
    rf"(?P<name>{_LOWER_NAME}){_BETWEEN_NAME_AND_ZIP}"
)
_NAME_REVERSED = re.compile(
    rf"(?:^|[.!?:\n]\s*)(?P<last>{_PARTICLE}{_NAME_WORD})\s*,\s*(?P<first>(?![A-Z]{{2}}\b){_NAME_WORD})\s*[,;(-]?\s*(?i:(?:{_ZIP_WORD})\s*:?\s*)?\(?$"
)
"""As on a form: "Winter, Ada, 97301"."""
_NAME_AFTER = re.compile(
    rf"^[\s,;:/()|-]*(?:(?i:and|my|name|is|it's|i'm|i am|here)[\s,;:]+)*(?P<name>{_NAME})(?=\s*(?:$|[.,;!?()-]|here\b))"
)

_METHODS = (
    ("paypal", r"pay\s?pal|pa?ypall?|papal"),
    ("gift_card", r"gift\s?-?cards?|giftcard"),
    ("store_credit", r"store\s+credit"),
    ("apple_pay", r"apple\s?pay"),
    ("google_pay", r"google\s?pay|g\s?pay"),
    ("klarna", r"klarna"),
    ("bank_transfer", r"bank\s+transfer|wire\s+transfer|sepa"),
    ("cash", r"cash(?:\s+on\s+delivery)?(?!\s*back)"),
    ("cheque", r"che(?:que|ck)s?\b(?=\s*(?:$|[?.,!]|please))"),
    ("debit_card", r"debit\s+cards?|maestro"),
    ("credit_card", r"credit\s+cards?|visa|master\s?card|amex|american\s+express|(?:my|the|same|other|different|another)\s+card"),
    ("original", r"(?:original|same|initial)\s+(?:payment|method|way|form)(?:\s+(?:method|of\s+payment))?"),
    (
        "as_paid",
        r"(?:the\s+)?(?:way|method|card|one)\s+(?:that\s+)?i\s+(?:paid|used)(?:\s+with)?|(?:where|what|how)\s+i\s+paid\s+(?:with|from)",
    ),
)  # fmt: skip
_METHOD = re.compile(
    r"\b(?:(?P<id>(?:credit_card|paypal|gift_card|card|gift)_\d\w*)|"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _METHODS)
    + r")"
    r"(?:\s+(?:card\s+)?(?:(?:that\s+)?(?:ending|ends|end)(?:\s+(?:in|with|on))?|no\.?|number)?\s*(?P<digits>\d{4})(?!\d))?",
    re.IGNORECASE,
)


def emails(text: str) -> Iterator[Entity]:
    """E-mail addresses, lower-cased."""
    for match in _EMAIL.finditer(text):
        surface = match[0].rstrip(".-")
        yield Entity("email", surface, surface.lower(), match.start(), match.start() + len(surface))


def phones(text: str) -> Iterator[Entity]:
    """Telephone numbers of seven to fifteen digits, digits only."""
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 7 <= len(digits) <= 15 and not re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{1,2}[.-]\d{1,2}[.-]\d{4}|\d{5}-\d{4}", match[0]):
            yield Entity("phone", match[0], digits, match.start(), match.end())


def zips(text: str) -> Iterator[Entity]:
    """Post codes: said to be one, or of American, British, Canadian or Irish form."""
    for pattern, score in ((_ZIP_SAID, 1.0), (_ZIP_LETTERED, 0.9), (_ZIP_BARE, 0.8)):
        for match in pattern.finditer(text):
            yield Entity("zip", match["zip"], match["zip"].upper(), match.start("zip"), match.end("zip"), score)


def names(text: str, zips_found: Iterable[Entity]) -> Iterator[Entity]:
    """First and last names: introduced as such, or standing before a post code."""
    for pattern in (_NAME_SAID, _NAME_SAID_LOWER, _NAME_BARE, _NAME_THEN, _NAME_THEN_LOWER):
        for match in pattern.finditer(text):
            yield from _name(text, match.start("name"), match.end("name"))
    for code in zips_found:
        before = text[: code.start]
        found = (
            next(reversed(list(_NAME_BEFORE.finditer(before))), None)
            or _NAME_BEFORE_LOWER.search(before)
            or next(reversed(list(_NAME_AND_TOWN.finditer(before))), None)
        )
        turned = _NAME_REVERSED.search(before)
        if turned and not {_folded(turned["last"]), _folded(turned["first"])} & _not_a_name():
            yield Entity(
                "first_last_name",
                before[turned.start("last") : turned.end("first")],
                f"{turned['first']} {turned['last']}",
                turned.start("last"),
                turned.end("first"),
            )
        elif found:
            yield from _name(text, found.start("name"), found.end("name"))
        elif code.score == 1.0 or not before.strip():
            after = _NAME_AFTER.search(text[code.end :])
            if after:
                yield from _name(text, code.end + after.start("name"), code.end + after.end("name"))


def _name(text: str, start: int, end: int) -> Iterator[Entity]:
    surface = re.sub(r"['’]s?$", "", text[start:end])
    words = surface.split()
    while words and _folded(words[0]) in _not_a_name():
        start += len(words[0]) + len(text[start + len(words[0]) :]) - len(text[start + len(words[0]) :].lstrip())
        words = words[1:]
    if len(words) < 2 or any(_folded(word) in _not_a_name() for word in words):
        return
    surface = text[start : start + len(" ".join(words))]
    value = surface if surface != surface.lower() else " ".join(word.capitalize() for word in words)
    yield Entity("first_last_name", surface, value, start, start + len(surface))


def order_ids(text: str, shapes: re.Pattern[str] | None = None) -> Iterator[Entity]:
    """Order numbers, without a leading '#', upper-cased: said to be one, after '#', or of the shapes that this shop uses."""
    patterns = [(_ORDER_HASH, 1.0), (_ORDER_SAID, 1.0)] if shapes is None else [(shapes, 1.0), (_ORDER_HASH, 1.0), (_ORDER_SAID, 0.9)]
    for pattern, score in patterns:
        for match in pattern.finditer(text):
            yield _order(match, score)
            follower = _AND_ORDER.match(text, match.end("id"))
            if follower:
                yield _order(follower, score)


def _order(match: re.Match[str], score: float) -> Entity:
    return Entity("order_id", match["id"], match["id"].upper(), match.start("id"), match.end("id"), score)


def order_shapes(ids: Iterable[str], most: int = 20) -> re.Pattern[str] | None:
    """A pattern for ids like these: letters stand for themselves, digits for digits. None if there are none but short plain numbers."""
    shapes: dict[str, int] = {}
    for order_id in ids:
        shape = re.sub(r"\d+", lambda digits: rf"\d{{{len(digits[0])}}}", re.escape(order_id.lstrip("#")).replace(r"\-", "-"))
        shape = re.sub(r"^([A-Z]{1,3}-?)(?=\\d\{(?:[6-9]|1\d)\}$)", r"(?:\1)?", shape)  # people leave the letters out
        shapes[shape] = shapes.get(shape, 0) + 1
    telling = [shape for shape in shapes if not re.fullmatch(r"\\d\{[1-5]\}", shape)]
    best = sorted(telling, key=lambda shape: -shapes[shape])[:most]
    return re.compile(rf"(?<![\w$€£.-])#?(?P<id>{'|'.join(best)})(?![\w-])", re.IGNORECASE) if best else None


def payment_methods(text: str) -> Iterator[Entity]:
    """Ways to pay: `credit_card`, `paypal`, ..., `original`; with four digits said `credit_card:4412`; a full id stands for itself."""
    for match in _METHOD.finditer(text):
        groups = match.groupdict()
        kind = groups["id"] or next(name for name, _ in _METHODS if groups[name]).replace("as_paid", "original")
        value = f"{kind}:{groups['digits']}" if groups["digits"] and not groups["id"] else kind
        yield Entity("payment_method", match[0].strip(), value, match.start(), match.start() + len(match[0].strip()))
    for match in re.finditer(r"\bcard\b[^.?!]{0,20}?\bend(?:ing|s)\s+(?:(?:in|with|on)\s+)?(?P<digits>\d{4})\b", text, re.IGNORECASE):
        yield Entity("payment_method", match[0], f"credit_card:{match['digits']}", match.start(), match.end())


def _folded(word: str) -> str:
    return word.lower().replace("’", "'").strip(".,")


def _not_a_name() -> frozenset[str]:
    return word_list("not_a_name")
