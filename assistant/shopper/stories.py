"""Wishes told as stories: "off to the Alps, need a warm hat", "my son dreams of a guitar", "I have the gown but no shoes for it".

Owns where in a story the thing is that is wanted; refuses to know any goods.
"""

from __future__ import annotations

import re
from functools import cache

from assistant.shopper import cues
from assistant.shopper.words import word_list

_SEEKS_AT_LAST = re.compile(
    r"[a-z]{3}\s*(?:[,.;!?-]+|\s(?:so|and|but)\b)\s*(?:(?:so|and|but|i|we|im|i'm|am|are|now|just|really|hence|therefore|do|you|have)\s+)*"
    r"(?:need|want|looking for|searching for|hunting for|after|could do with|require|got any|have any|sell any|show me|find me)\s+"
    r"(?:(?:an?|some|any|me)\s+)+",
    re.IGNORECASE,
)
_DESIRED = re.compile(
    r"^(?=(?:[^,.;?!]*\b)?(?:he|she|they|my|our|his|her|their)\b|\W*(?:mum|mom|dad|grandpa|grandma|granny|wife|husband|son|daughter)\b)[^,.;?!]*?"
    r"\b(?:dream(?:s|t|ing|ed)? (?:of|about)|keeps? (?:on )?asking for|ask(?:s|ed|ing) for|would (?:love|like)|wish(?:es|ed)? for|"
    r"set (?:his|her|their) heart on|(?:is |are |'s |'re )?(?:crazy|mad|nuts|wild) about|obsessed with|long(?:s|ed)? for|"
    r"hop(?:es?|ing) for|"
    r"could (?:use|do with)|(?:has|have|had|'s|'ve) been after)\s+(?!to\b)(?:(?:an?|some|the|his|her|their|own|new|of)\s+)*",
    re.IGNORECASE,
)
"""Somebody's wish told as a story, up to the thing: "my son dreams of an electric guitar"."""
_LACKS = re.compile(
    r"\b(?:have|has|had|got|own|bought|'ve)\b[^.?!]{0,60}?(?:\bbut|\band|,)\s*(?:still |there(?:'s| are| is) |i have |we have )*"
    r"(?:no|not any|without)\s+"
    r"(?P<what>[\w'-]+(?: [\w'-]+)?)(?=\W*$|\W*[,.;:!?)]|\s+(?:for|to|yet|at all|so far|with|on|in|under)\b)",
    re.IGNORECASE,
)
"""What is missing is wanted: "I have the gown but no shoes for it yet"."""
_ONE = re.compile(r"(?:[a-z-]+\s+){0,2}ones?\b", re.IGNORECASE)
_PLACED = re.compile(
    r"\b(?P<at>on|over|above|under|beneath|behind|beside|next to|in front of) (?:the|my|our|his|her|a) [a-z]+"
    r"(?: (?:table|bed|desk|sofa|couch|island|door|window|wall|shelf|floor))?\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\W*(?:hi|hello|hey|so|well)?\W*(?:we|i|my [a-z]+|our [a-z]+|he|she)(?:'re|'m|'s| are| am| is| just| have| has| got|'ve)\b"
    r"(?! (?:looking|searching|after|in need|hunting|interested|trying))|"
    r"\W*(?:my|our) (?!budget|limit|max)[a-z]+ (?!needs|wants)[a-z]+(?:s|ed)\b",
    re.IGNORECASE,
)


@cache
def _of_another() -> re.Pattern[str]:
    return re.compile(
        rf"\W*(?:(?:my|our|his|her|the)\s+)?(?:[a-z-]+\s+){{0,2}}?(?:{'|'.join(sorted(word_list('persons')))})s?"
        r"(?:'s|\s+(?:just |always |often |recently |really |also )?(?!needs\b|wants\b|was\b)[a-z]+(?:s|ed)\b)",
        re.IGNORECASE,
    )


def seeks_at_last(text: str) -> bool:
    """Whether a text ends in what is sought, after something else."""
    return _SEEKS_AT_LAST.search(text) is not None


def tells(text: str) -> bool:
    """Whether a text begins by telling of somebody's life."""
    return _TELLS.match(text) is not None or tells_of_another(text)


def tells_of_another(text: str) -> bool:
    """Whether it begins by telling what somebody near to the writer is or does: "grandpa goes fishing every Sunday"."""
    return _of_another().match(text) is not None


def lacked(text: str) -> tuple[int, int]:
    """Where a text names what is missing, which is wanted; an empty span where it names nothing such."""
    match = _LACKS.search(text)
    return match.span("what") if match is not None else (0, 0)


def wanted_first(text: str) -> str:
    """A text with what is wanted put before the story around it."""
    sought = _SEEKS_AT_LAST.search(text)
    if sought is not None and not _ONE.match(text[sought.end() :]):  # "the clock is broken, I want a new one"
        return f"{text[sought.end() :]} . {text[: sought.start() + 3]}"
    if (missing := _LACKS.search(text)) is not None:
        return f"{missing['what']} . {text[: missing.start('what')]} . {text[missing.end() :]}"
    if (desired := _DESIRED.match(text)) is not None:
        return f"{text[desired.end() :]} . {text[: desired.end()]}"
    return text


def without_places(text: str) -> str:
    """A text without the places beside which a thing is to be ("over our dining table"); of "something" without those on which, too."""
    mood = cues.MOOD.search(text) is not None
    return _PLACED.sub(lambda match: " . " if mood or match["at"].casefold() != "on" else match[0], text)
