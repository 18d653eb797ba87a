"""Which part of a message asks: remarks in front of the question, reasons for it and courtesies after it are no part of it.

Only what names nothing is set aside. A sentence or clause with a figure, a value or a time stays, whatever else it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.analyst.calendar_words import WEEKDAY_NAMES
from assistant.analyst.reading import Mark, Reading

_END = re.compile(r"(?<=[a-z]{2}[.!?])\s+(?=\S)", re.IGNORECASE)
_CLAUSE = re.compile(r"\s*[,;]\s+|\s+[-–]\s+|\s+(?=because\b)")
_REMARK = re.compile(
    r"(?:(?:and|but|so|well|ok|okay)\s+)*(?:because|as (?:the|my|our)|since (?:the|my|our)|given that|now that|so that|in case|before i|"
    r"we are|we're|we were|i am|i'm|i have|i've|we have|we've|there is|there's|there are|don't worry|sorry if|i know|i don't need|"
    r"(?:could|can|would) you (?:please )?(?:find|look|check|get|tell|work|send) (?:me |us )?(?:that|it|this|me|us)(?! (?:how|what|which))"
    r"|no hurry|no rush|if you (?:can|could|please|don't mind))\b",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"^[^,;?!.]{3,160}?\b(?:wants?|wanted|wondering|wonders?|wondered|likes?|needs?|asks?|asked|asking|claims?|claimed|says?|said|thinks?|"
    r"believes?|reckons?|insists?|(?:tells?|told) (?:me|us))\b(?: to (?:know|see|hear|learn))?(?: me| us)?(?: that| if| whether| on|,)? "
    r"(?=\S)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:(?:i'd|i would|we'd|we would) (?:like|love) to (?:know|see|hear)|(?:i|we) (?:want|need) to (?:know|see)|(?:can|could|would) you "
    r"(?:please )?(?:tell|give|show) (?:me|us)|please (?:tell|give|show) (?:me|us)|my question is|the question is)\b:? ?(?=\S)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^[^:]{0,200}\b(?:questions?|quick one|quick thing|quickie|wonder(?:ing|ed)?|(?:want|wanted|need|like|love) to (?:know|ask)|curious|"
    r"ask(?:ing|ed)?|favou?r|tell me|help me|request|homework|task|argument|bet)\b[^:]{0,80}:\s+(?=\S)",
    re.IGNORECASE,
)
"""What leads up to a question and ends in a colon: "quick one before the meeting at ten: ..."."""
_INTRODUCTION = re.compile(
    r"^(?:(?:hi|hello|hey|(?:good )?(?:morning|afternoon))(?: (?:all|there|team|everyone))?[,!.]? )?"
    r"(?:(?:it's|it is|this is|i'm|i am|we're|we are) (?:the )?[a-z][^\d.,:;!?]{1,50}?"
    r"(?P<of> (?:from|in|of|at) (?:the )?[a-z]+(?: [a-z]+)?)?"
    r"|(?:the )?[a-z][^\d.,:;!?]{1,40}? (?:here|speaking))[.,:;!]?(?: [-–])? (?=\S)",
    re.IGNORECASE,
)
"""Who asks, said first: "Warehouse here.", "it's Ann from accounts, "."""
_PURPOSE = re.compile(
    r"^(?:for|to (?:do|finish|prepare|complete|file|fill in)|ahead of|because of) (?:the|my|our|a|an|this|their|his|her)\b"
    r"(?! (?:month|quarter|year|week|half|period|days?|time)\b)[^,;.?!:]{2,50}?,? (?:i|we|he|she|they|(?:my|our|the) \w+)"
    r"(?:'ll| will| would| do)? (?:needs?|wants?|requires?|(?:am|is|are) after|must (?:have|know)|have to (?:have|know|report|give))\b "
    r"(?:to (?:know|have|see|give|report) )?(?=\S)",
    re.IGNORECASE,
)
"""What a figure is wanted for: "for the VAT return I need ..."."""
_THEN = re.compile(
    r"\b(?:(?:in|on|over|during|for|across|within|at) )?(?:(?:those|these|that|this|the same) (?:\w+ )?"
    r"(?:days?|weeks?|weekends?|months?|dates?|periods?|time|times|event)|then)\b",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"\b(?:thinks?|says?|said|claims?|believes?|reckons?|insists?|swears?|told|tells|heard|assum\w+|convinced|sure)\b", re.I
)
_SELECTING = ("exclude", "only", "include", "by", "top", "bottom", "share", "more_than", "less_than", "why", "forecast", "new", "same")
_DAY_NAMES = frozenset(f"{name}{s}" for name in (*WEEKDAY_NAMES, "weekend") if len(name) > 3 for s in ("", "s"))
_ABOUT = frozenset(["about", "on", "of", "for", "regarding", "concerning", "with", "the"])
_ASKING = ("how_many", "how_much", "which", "who", "when", "why")


def asking(text: str, read: Callable[[str], Reading]) -> str:
    """`text` less what asks nothing; as it is where nothing of it would be left that names something.

    Args:
        text: a message as typed.
        read: gives the reading of a stretch of it.
    """
    text = _after_lead(_after_introduction(text, read), read)
    text = _from_first_that_names(_with_scene(_after_claim(text, read), read), read)
    asks = list(_ASKS.finditer(text))
    if asks and _complete(read(text[asks[-1].end() :])):
        text = text[asks[-1].end() :]
    frame = _FRAME.match(text)
    if frame and not read(frame[0]).has(*_ASKING) and not _names(read(frame[0]), loosely=True) and _names(read(text[frame.end() :])):
        text = text[frame.end() :]
    return _without_remarks(text, read)


def _after_introduction(text: str, read: Callable[[str], Reading]) -> str:
    """What follows "Warehouse here." or "This is Tom from accounts:", which names whoever asks; a country that asks may be what is asked
    about, and stays."""
    opening = _INTRODUCTION.match(text)
    if opening is None or not re.search(r"[.,:;!–-] $|\b(?:here|speaking) $", opening[0]):
        return text
    said, short = (
        read(opening[0][: opening.start("of")] if opening["of"] else opening[0]),
        opening[0].count(" ") < 4 and "here" in opening[0],
    )
    return (
        text
        if (_figure(said) and not short) or _values(read(opening[0])) or said.of("period") or not _figure(read(text[opening.end() :]))
        else text[opening.end() :]
    )


def _after_claim(text: str, read: Callable[[str], Reading]) -> str:
    """What is asked after somebody's claim, where it stands by itself: "He says a tenth comes back; what share was returned in 2011?"."""
    parts = re.split(r"(?<=[a-z0-9]{2}[.!?;])\s+|\s+[-–]\s+", text, flags=re.IGNORECASE)
    if len(parts) < 2 or not _CLAIM.search(parts[0]):
        return text
    left = " ".join(parts[1:])
    return left if read(left).has(*_ASKING) and _complete(read(left)) else text


def _after_lead(text: str, read: Callable[[str], Reading]) -> str:
    """What follows a lead or a purpose that names no value, where it says a figure."""
    for opening in (_LEAD.match(text), _PURPOSE.match(text)):
        if opening is None:
            continue
        lead, left = read(opening[0]), read(text[opening.end() :])
        timed = bool(lead.of("period")) and not left.of("period")
        doubled = opening.re is _LEAD and _figure(lead) and not _complete(left)
        if _figure(left) and not timed and not _values(lead) and not doubled:
            return text[opening.end() :]
    return text


def _with_scene(text: str, read: Callable[[str], Reading]) -> str:
    """The question with its time, where sentences before it only say when something was that the data does not hold:
    "We ran a campaign from 3 to 5 May 2011. What were net sales over those days?"."""
    parts = re.split(r"(?<=[a-z0-9]{2}[.!?])\s+", text, flags=re.IGNORECASE)
    if len(parts) < 2:
        return text
    said, asks = read(" ".join(parts[:-1])), read(parts[-1])
    foreign = any(m.kind == "unknown" or m.sense("absent") for m in said.marks)
    if not foreign or not _figure(asks) or _figure(said) or _values(said) or said.has(*_ASKING):
        return text
    times = [m.text for m in said.of("period") if m.period is not None and m.period.period is not None]
    if len(times) != 1 or asks.of("period"):
        return text
    placed, count = _THEN.subn(f"in {times[0]}", parts[-1])
    return placed if count else f"{parts[-1].rstrip(' ?.!')} in {times[0]}"


def _figure(reading: Reading) -> bool:
    return any(m.sense("metric") for m in reading.marks)


def _values(reading: Reading) -> bool:
    """Whether a product, customer, order or country is named, or a value of the reviews."""
    held = any(m.kind in ("customer", "order") or (m.kind == "product" and _surely_named(reading, m)) for m in reading.marks)
    return held or any(m.sense(kind) for m in reading.marks for kind in ("country", "abroad", "review_value", "category_value"))


def _surely_named(reading: Reading, mark: Mark) -> bool:
    """Whether a product is meant and not a word that one product's name happens to hold ("I was talking to")."""
    pointed = mark.start > 0 and reading.tokens[mark.start - 1].text in _ABOUT
    return bool(mark.products) and (bool(mark.value) or len(mark.words) > 1 or pointed)


def _complete(reading: Reading) -> bool:
    """Whether a stretch says a figure and a time, and points back at nothing."""
    figure = any(m.sense("metric") for m in reading.marks)
    return (
        figure
        and bool(reading.of("period"))
        and not any(m.text in ("it", "they", "that", "there", "he", "she") for m in reading.ops("that"))
    )


def _from_first_that_names(text: str, read: Callable[[str], Reading]) -> str:
    parts = _END.split(text)
    for n, part in enumerate(parts[:-1]):
        if _names(read(part)):
            return " ".join(
                (part, *(p for p in parts[n + 1 :] if _names(read(p)) or read(p).has("instead", "more", "less", "fall", "growth")))
            )
    return parts[-1] if len(parts) > 1 and _names(read(parts[-1])) else text


def _without_remarks(text: str, read: Callable[[str], Reading]) -> str:
    """Without clauses that open like a reason, a statement about oneself or a courtesy, and name nothing."""
    parts = _CLAUSE.split(text)
    if not any(_REMARK.match(part) for part in parts):
        return text
    kept = [part for part in parts if not _REMARK.match(part) or _names(read(part), loosely=True) or read(part).has(*_ASKING)]
    left = ", ".join(kept)
    return left if len(kept) < len(parts) and _names(read(left)) else text


def _names(reading: Reading, *, loosely: bool = False) -> bool:
    """Whether anything of the data is named; `loosely`: things that the data does not hold, numbers and selecting words aside."""
    kinds = ("product", "customer", "order", "period") if loosely else ("product", "customer", "order", "period", "number")
    sure = any(m.kind in kinds and (m.kind != "product" or m.products) for m in reading.marks)
    senses = {s.kind for m in reading.marks for s in m.senses if not m.is_op("that", "and_what")}
    sure = sure or any(t.text in _DAY_NAMES for t in reading.tokens)
    return sure or bool(senses - {"op", "absent"} if loosely else senses - {"op"}) or (not loosely and reading.has(*_SELECTING))
