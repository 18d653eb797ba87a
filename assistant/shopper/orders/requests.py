"""What a message asks to have done with an order: cancel, return, exchange, or change its address, payment or items.

Owns the words that ask for a change and which change wins where several are named; refuses to read questions, and to know orders.
"""

from __future__ import annotations

import re

from assistant.shopper import spelling
from assistant.shopper.orders.scope import HOUSE, orderish
from assistant.types import Understanding

_I = re.IGNORECASE
_HISTORY = re.compile(
    r"\b(?:was|were|has been|have been|been|got|did you|why)\s+(?:\w+\s+)?(?:cancell?ed|returned|exchanged|"
    r"refunded)\b|\balready (?:cancell?ed|returned|exchanged)\b|"
    r"\b(?:cancell?ed|returned|exchanged|refunded) (?:ages|long|weeks|days|months|a (?:week|month|while|day)|\d+ \w+|yesterday|last \w+)\b|"
    r"(?:^|[.,;!?]\s*)(?:and |so |but |ok |or )?(?:is|was|are|were|has|have|did|got)\b(?![^.?!]*\b(?:possible|able|can|could|to be)\b)"
    r"[^.?!,]{0,40}\b(?:cancell?ed|returned|exchanged|refunded)\b|"
    r"\b(?:you|they)(?:'ve| have| had)? (?:just |already |recently )?(?:cancell?ed|returned|exchanged|refunded)\b|"
    r"\b(?:i|we)(?:'ve| have| had)? (?:just |recently )?(?:cancell?ed|returned|exchanged|sent (?:it|them|back))\b|"
    r"(?<!sure )(?<!that )\b(?:is|was|are|were) (?:it|this|that|they|(?:my |the |this |that )?(?:order )?#?\w*\d\w*|"
    r"(?:my|the|this|that) \w+) (?:really |actually |now |already |still |truly |in fact |indeed |been |or not |finally )*"
    r"(?:cancell?ed|returned|exchanged|refunded)\b",
    _I,
)
_DONE_ALREADY = re.compile(
    r"\b(?P<which>(?:the|my|that|this|which|a) (?:\w+ )?)(?:cancell?ed|returned|exchanged|refunded|replaced) "
    r"(?=(?:ones?|orders?|parcels?|packages?|items?|things?|stuff|goods)\b)",
    _I,
)
"""What an order or an item is called by what was done with it: "the cancelled one"."""
_WRITES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "cancel",
        re.compile(
            r"(?<!noise[ -])(?<!echo[ -])\bcancel(?:l?ing|led|l?ation)?\b(?! (?:that|this)\W*$)|"
            r"\bcall(?:ing)? (?:(?:it|this|that|everything|all of it|the (?:whole |entire )?(?:thing|order|purchase|lot)) )?off\b|"
            r"\bstop (?:the|my|this) (?:order|shipment)\b|"
            r"\b(?:get rid of|undo|drop|scrap|delete|void|annul|withdraw) (?:the|my|this|that) "
            r"(?:(?:pending|open|last|latest|first|second|other|new|whole) )*(?:order|purchase|(?<=pending )one|(?<=open )one)\b|"
            r"\b(?:no longer|not|n't) (?:need|want|require) (?:the |my |this |that )?(?:order )?#?[A-Z]{0,3}\d{4,}\b",
            _I,
        ),
    ),
    (
        "exchange",
        re.compile(
            r"\b(?:exchang\w*|swap\w*|trad(?:e|ing)|replac(?:e|ing)|replacement|in place of|same (?:one |thing |item )?again|"
            r"(?:identical|exact same|very same) (?:one|thing|item|model|product|colou?r|size)?|"
            r"send (?:me )?(?:a|another) (?:new|working) one)\b",
            _I,
        ),
    ),
    (
        "return",
        re.compile(
            r"\b(?:return(?:ing|s|ed)?|send(?:ing)? (?:it |them |this |these |the [\w ]{2,40} |my [\w ]{2,40} |"
            r"something |everything )?back|(?:giv(?:e|ing)|bring(?:ing)?|hand(?:ing)?|go(?:es)?) (?:(?:it|them|this|"
            r"that|the [\w ]{2,30}|my [\w ]{2,30}) )?back"
            r"(?! (?:to me|the money|my money))|(?:pick(?:ed)?|collect(?:ed)?|fetch(?:ed)?) (?:it |them |this |that )?(?:up )?again|"
            r"(?:collect|fetch) (?:it|them|this|that|these|those|all|everything|the|my)|"
            r"(?:(?:want|need|like|wish|prefer|are|is|should|must|have|get)\b[^.?!]{0,80}?|to be )(?<!been )(?<!was )"
            r"(?:sent|shipped|taken) back|"
            r"returnable|"
            r"(?:also|plus) (?:the |my )?(?!(?:money|it|cash|refund|get|come|write|call|send)\b)[\w'-]{3,20} back(?=\W*(?:$|[.,;!]))|"
            r"(?!(?:money|get|call|come|write|got|text|mail|hold|funds?|refund|cash|paid|me|you|us|i|hear|answer)\b)[\w']+ back "
            r"(?:pls|plz|please|to (?:you|the shop|the store))|take (?:it|them|this|that|the [\w ]{2,30}) back)\b",
            _I,
        ),
    ),
    (
        "address",
        re.compile(
            r"\b(?:chang\w*|updat\w*|modif\w*|correct\w*|edit\w*|fix|wrong|incorrect|different|new|another|other|"
            r"re-?direct\w*|re-?rout\w*|switch\w*|moved|moving)\b[^.?!]{0,60}\b(?:address|(?<!in )place(?! of)|home|apartment|"
            r"house)\b"
            r"|\b(?:ship|send|deliver|mail|redirect|forward|be (?:sent|shipped|delivered))\b"
            r"[^.?!]{0,50}\b(?:to (?:my |a |the |our )?(?:new|other|"
            r"different|another|home|office|work|default|old)|to \d+\b|to (?:my|our) [\w ]{2,25} (?:address|place|house|flat)\b|instead)|"
            r"\b(?:rather|prefer|want|like)\b[^.?!]{0,30}\b(?:at|to) (?:my|the) [^.?!]{0,20}\baddress\b|"
            r"\b(?:ship|send|deliver|mail|redirect|forward)\b[^.?!]{0,30}\bwhere (?:the|my|our|that|i)\b[^.?!]{2,40}\b(?:went|goes|live)\b|"
            r"\b(?:have|get|want)\b[^.?!]{0,25}\b(?:sent|shipped|delivered|forwarded) to \d+\b|"
            r"\bshould (?:go|be (?:sent|shipped|delivered)) to\b|\b(?:typo|mistake|"
            r"error)\b[^.?!]{0,20}\baddress\b|\b(?:use|take)\b[^.?!]{0,20}\baddress (?:on|in|"
            r"from|of) (?:my|the) (?:profile|account|file)\b|"
            r"\baddress\b[^.?!]{0,40}\b(?:is wrong|is incorrect|is (?:my |the |an )?old|is (?:out of date|"
            r"outdated)|has changed|needs|should be|changed|to be)\b|\bi(?:'ve|"
            r" have)? (?:just |recently )?moved\b",
            _I,
        ),
    ),
    (
        "payment",
        re.compile(
            r"\b(?:chang\w*|switch\w*|updat\w*|modif\w*|use|using|mov\w*|put|charge|(?:be|get|being|have it) (?:charged|billed|taken|paid)|"
            r"bill|pay)\b[^.?!]{0,60}\b(?:(?:how|the way|what with) "
            r"[^.?!]{2,40} (?:paid|pay|charged|billed)|payment(?: method)?|pay\s?pal|(?:gift|credit|debit)\s?cards?|visa|mastercard|"
            r"card)\b(?![^.?!]{0,20}\bbalance)",
            _I,
        ),
    ),
    (
        "modify",
        re.compile(
            r"\b(?:remov(?:e[sd]?|ing)|delet(?:e[sd]?|ing)|add(?:ing)?)\b[^.?!]{0,60}\b(?:from|to|in) (?:my |the |"
            r"this )?(?:\w+ )?order\b|\b(?:picked|ordered|chose|chosen|selected|took|bought|got) (?:the |a )?wrong\b|"
            r"\bwrong (?:sizes?|colou?rs?|versions?|models?|options?|variants?|shades?|tones?|lengths?|widths?|heights?)\b|"
            r"\b(?:chang\w*|switch\w*|modif\w*|"
            r"updat\w*|adjust\w*|upgrad\w*|downgrad\w*|mak(?:e|ing)|edit\w*|alter\w*|correct\w*)\b[^.?!]{0,160}\b(?:to|"
            r"into|for|instead|colou?rs?|sizes?|versions?|options?|items?|order|variant|model)\b",
            _I,
        ),
    ),
)
_NEWS = re.compile(
    r"\b(?:an?|any|some|the|latest|status|quick|short|further|more|no|your|with) updates?\b|"
    r"\bupdates? (?:on|about|regarding|concerning|as to|of (?=my|the|this))\b|\bupdate me\b|\bkeep me updated\b|"
    r"\bmak(?:e|es|ing) (?:sure|certain|sense)\b",
    _I,
)
"""Words that look like a change and are none: "an update on my order", "just making sure"."""
_MAKE_IT = re.compile(r"\b(?:make|have|do) (?:it|that|this|them|those|these|(?:the|my|that|this) [\w -]{2,30}?) ", _I)
_SAME_ONE = re.compile(r"\b(?:identical|exact same|very same|same (?:one |thing |item )?again)\b", _I)
"""What is likened: alone it wishes for a replacement, beside another request it only tells of something."""
_HAS_SUCH = re.compile(
    r"\b(?:gave|given|gifted|got me|has|had|bought|owns?|received|already)\b[^.?!]{0,25}\b(?:identical|exact same|very same)\b", _I
)
"""What somebody has already is no wish for it."""
_WENT = re.compile(
    r"\b(?:did|was|were|has|(?<!i )(?<!we )(?<!still )have|is|are)\b[^.?!]{0,60}"
    r"\b(?:send|sent|ship|shipped|deliver|delivered|go|gone|going)\b[^.?!]*\?",
    _I,
)
_SWAPPED = re.compile(
    r"\b(?:pop|put|stick|have|get|take|give me|send me|do|make it|ship)\b[^.?!]{0,60}\binstead\b|"
    r"\binstead\b[^.?!]{0,20}\b(?:have|get|take)\b",
    _I,
)
"""Another thing in the place of one in the order that is talked about: "can you put the blue one in there instead?"."""
_TO_BE = re.compile(
    r"\b(?:can|could|may|might) (?:it|they|that|this|those|these|(?:the|my) [\w ]{2,25}?) (?:still |also |please |rather |perhaps )*"
    r"(?:be|come in)\b|"
    r"\b(?:can|could) i (?:still |also |please |perhaps )*(?:have|get) (?:it|them|that|this|those|(?:the|my) [\w ]{2,25}?) in\b",
    _I,
)
"""What one's own thing might be instead: "that lamp of mine, can it be blue?"."""
_HOW_PAID = re.compile(r"\b(?:chang|switch|updat|modif)\w*\b[^.?!]{0,20}\b(?:how|the way) [^.?!]{2,40} (?:paid|pay|charged|billed)\b", _I)
_PLEASE = re.compile(r"\b(?:please|pls|plz|instead|rather)\b", _I)
_ASKS = re.compile(r"\?|\b(?:tell|show|know|check|see|what|which|how|when|where|who|why|track|status)\b", _I)
_SHOULD_BE = re.compile(
    r"\b(?:should (?:be|go|read|say)|must be|ha(?:s|ve) to be|needs? to be|make it|correct(?:ed)?|(?:right|new) (?:one|address) is)\b", _I
)
_SAME_BUT = re.compile(r"\b(?:same|(?:as|like) (?:it|that) (?:is|was)|identical)\b,? (?:\w+ )?(?:but|only|just|except)\b", _I)
_ONE_OF_THEM = re.compile(r"\b(?:can|could) (?:one|both|either|two|all) of (?:the|my|them|those|these)\b[^.?!]{0,30}\b(?:be|come in)\b", _I)
"""One's own things, spoken of in an order that is talked about: "same but in black", "can one of the two be grey?"."""
_MINE = re.compile(r"\b(?:my|of mine|(?:i|we)(?:'ve| have)? (?:just )?(?:ordered|bought|got))\b", _I)
_WANTS_REFUND = re.compile(
    r"^(?!.*\b(?:know|check|see|status|where|when|arriv\w*|received?|yet|how|track|update|did|was|has|have you|ever)\b)(?:.*\b(?:want|need|"
    r"like|get|give|request|demand)\b.*\b(?:refund(?:ed)?|money back)\b|(?:.*[.,;!:] ?)?\W*(?:please )?refund\b)",
    _I | re.DOTALL,
)
_AS_BEFORE = re.compile(r"\b(?:same|original|as before|like before|i (?:used|paid)|was used|it was paid)\b", _I)
_TO_HOUSE = re.compile(rf"\b(?:to|at)\b[^.?!]{{0,40}}{HOUSE.pattern}", _I)
_OF_DIFFERENCE = re.compile(r"\bdifference\b", _I)
_ARROW = re.compile(r"\w\s*(?:->|=>|→)\s*\w")
_WANTS = re.compile(
    r"\b(?:want(?:ed)?|prefer|need(?:ed)?|should (?:have been|be)|must be|ha(?:s|ve) to be|rather|meant|instead|(?:else|rest|other things) "
    r"(?:as is|as it is|the same|unchanged|stays?)|otherwise (?:as is|the same))\b",
    _I,
)
_GAVE_UP = re.compile(
    r"\b(?:no longer|don't|do not) (?:want|need|like) (?:the|my|this|that|these|those|a) (?!order\b|purchase\b)|"
    r"\bno (?:use|need) for (?:the|my|this|that|these|those) (?!order\b)",
    _I,
)
TRAITS = ("option", "colour", "size", "material")
"""Kinds of entities that tell of what kind a thing is."""
WRITES = frozenset(name for name, _ in _WRITES)


def requested(understanding: Understanding, text: str, *, general: bool, in_order: bool) -> str:
    """The change that a message asks for, empty where it asks for none; `in_order`: the last answer was about an order."""
    topic = _named(text, understanding)
    if topic or general:
        return topic
    goods = understanding.of_kind("product", "category")
    if _WANTS_REFUND.search(text) and (understanding.intent == "get_refund" or goods):
        return "return"
    if understanding.of_kind("order_id") and goods and _GAVE_UP.search(text):
        return "return"
    if in_order and _SWAPPED.search(text) and understanding.of_kind(*TRAITS, "product", "category"):
        return "modify"
    here = in_order or bool(understanding.of_kind("order_id"))
    if here and understanding.of_kind(*TRAITS) and _MAKE_IT.search(text) and "?" not in text:
        return "modify"
    if understanding.of_kind("order_id") and understanding.of_kind(*TRAITS) and _PLEASE.search(text) and not _ASKS.search(text):
        return "modify"
    if in_order and understanding.of_kind("zip") and HOUSE.search(text) and _SHOULD_BE.search(text) and "?" not in text:
        return "address"
    if in_order and understanding.of_kind(*TRAITS) and (_ONE_OF_THEM.search(text) or (goods and _SAME_BUT.search(text))):
        return "modify"
    own = understanding.of_kind("order_id") or (_MINE.search(text) and goods)
    return "modify" if own and wishes_trait(understanding, text) else ""


def outright(text: str) -> frozenset[str]:
    """The changes that a text names in so many words."""
    said = _told_apart(spelling.mended(spelling.plain(text)))
    return frozenset(name for name, pattern in _WRITES if pattern.search(said))


def wishes_trait(understanding: Understanding, text: str) -> bool:
    """Whether one's own thing is wished to be otherwise: "can it be blue?"."""
    return bool(_TO_BE.search(text)) and bool(understanding.of_kind(*TRAITS))


def wants_refund(text: str) -> bool:
    """Whether money back is asked for and not just asked about."""
    return bool(_WANTS_REFUND.search(text))


def says_write(text: str) -> bool:
    """Whether a text asks in so many words for something to be done with an order."""
    return bool(outright(text)) or bool(_WANTS_REFUND.search(text))


def _told_apart(text: str) -> str:
    """A text without the words that look like a change and only tell of something."""
    return _HAS_SUCH.sub(" ", _NEWS.sub(" ", _DONE_ALREADY.sub(r"\g<which>", text)))


def _named(text: str, understanding: Understanding) -> str:
    text = _told_apart(text)
    if _HISTORY.search(text) or re.search(r"\b(?:status|track) of my (?:return|exchange|refund|cancellation)\b", text, _I):
        return ""
    found = [(match.start(), place, name) for place, (name, pattern) in enumerate(_WRITES) if (match := pattern.search(text))]
    if _WENT.search(text):
        found = [entry for entry in found if entry[2] != "address"]
    names = {name for _, _, name in found}
    if "payment" in names and _OF_DIFFERENCE.search(text) and not re.search(r"\bpayment\b", text, _I):
        names.discard("payment")  # how the difference of a change is paid is a detail of the change
        found = [entry for entry in found if entry[2] != "payment"]
    if names == {"payment"} and understanding.of_kind("order_id") and understanding.of_kind(*TRAITS) and _WANTS.search(text):
        return "" if "?" in text else "modify"  # how it is paid is a detail of what is wished
    if names <= {"modify"} and _TO_HOUSE.search(text) and understanding.of_kind("zip") and orderish(understanding, text):
        return "address"
    if not names:
        traits = understanding.of_kind(*TRAITS)
        wants = understanding.of_kind("order_id") and ((traits and _WANTS.search(text)) or _ARROW.search(text))
        if _WANTS.search(text) and any(e.value == "wrong size" for e in understanding.of_kind("reason")):
            return "exchange"
        return "modify" if wants and "?" not in text else ""
    if names & {"modify", "payment", "address"} and not (names & {"cancel", "return", "exchange"}):
        return _of_changes(names, text, understanding)
    strong = [entry for entry in found if entry[2] in {"cancel", "return", "exchange"}]
    if len(strong) > 1 and (likened := _SAME_ONE.search(text)):
        strong = [entry for entry in strong if not (entry[2] == "exchange" and entry[0] == likened.start())]
    first = min(strong, default=None)
    return first[2] if first else ""


def _of_changes(names: set[str], text: str, understanding: Understanding) -> str:
    """Which of the changes to a pending order is meant: "change", "card" and "to" alone say little."""
    if "address" in names and not re.search(r"\bpayment\b", text, _I):
        return "address"
    if _HOW_PAID.search(text):
        return "payment"
    if (
        "payment" in names
        and not (_AS_BEFORE.search(text) and understanding.of_kind("product", "category", "option", "colour", "size", "material"))
        and (understanding.of_kind("payment_method") or "payment" in text.lower())
        and re.search(
            r"\b(?:chang|switch|instead|rather|updat|different|another|other|modif|move|put)\w*|^\W*(?:please |pls )?(?:pay|charge|bill)\b",
            text,
            _I,
        )
    ):
        return "payment"
    if "modify" in names and (
        orderish(understanding, text) or (understanding.intent in {"modify_items", "change_order"} and not re.search(r"\?", text))
    ):
        return "modify"
    return ""
