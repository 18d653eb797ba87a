"""Which part of a message asks: remarks in front of the question, reasons for it and courtesies after it are no part of it.

Only what names nothing is set aside. A sentence or clause with a figure, a value or a time stays, whatever else it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.analyst.reading import Reading

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
_CLAIM = re.compile(
    r"\b(?:thinks?|says?|said|claims?|believes?|reckons?|insists?|swears?|told|tells|heard|assum\w+|convinced|sure)\b", re.I
)
_SELECTING = ("exclude", "only", "include", "by", "top", "bottom", "share", "more_than", "less_than", "why", "forecast", "new", "same")
_ASKING = ("how_many", "how_much", "which", "who", "when", "why")


def asking(text: str, read: Callable[[str], Reading]) -> str:
    """`text` less what asks nothing; as it is where nothing of it would be left that names something.

    Args:
        text: a message as typed.
        read: gives the reading of a stretch of it.
    """
    text = _from_first_that_names(_after_claim(text, read), read)
    asks = list(_ASKS.finditer(text))
    if asks and _complete(read(text[asks[-1].end() :])):
        text = text[asks[-1].end() :]
    frame = _FRAME.match(text)
    if frame and not _names(read(frame[0]), loosely=True) and _names(read(text[frame.end() :])):
        text = text[frame.end() :]
    return _without_remarks(text, read)


def _after_claim(text: str, read: Callable[[str], Reading]) -> str:
    """What is asked after somebody's claim, where it stands by itself: "He says a tenth comes back; what share was returned in 2011?"."""
    parts = re.split(r"(?<=[a-z0-9]{2}[.!?;])\s+|\s+[-–]\s+", text, flags=re.IGNORECASE)
    if len(parts) < 2 or not _CLAIM.search(parts[0]):
        return text
    left = " ".join(parts[1:])
    return left if read(left).has(*_ASKING) and _complete(read(left)) else text


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
    return sure or bool(senses - {"op", "absent"} if loosely else senses - {"op"}) or (not loosely and reading.has(*_SELECTING))
