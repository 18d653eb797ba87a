"""Questions about what reviewers feel and write: found by their phrases, the rest of the message read as one about reviews.

Owns the phrases (`opinions.toml`) and what they ask for. Filters, periods and groups are the ordinary parser's: it gets the message with
the phrase taken out, and declines or asks back as ever.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from assistant.analyst.outcome import Clarify, Refuse
from assistant.analyst.question import Direction, Question, Ranking

TOOLS = frozenset(["sentiment", "topics"])
SHOWN = 8
_PLAIN = frozenset(["metric", "series", "breakdown", "ranking"])
_FOLLOWS = re.compile(r"^\s*(?:and|what about|how about|now|only|just|by|for|in|the same|same)\b", re.IGNORECASE)
_ASKS_OTHERWISE = re.compile(
    r"\b(?:how many|how much|sales?|revenue|orders?|rating|stars?|units|forecast|why|share|average|returns?|customers?)\b", re.IGNORECASE
)
_NOUN = re.compile(r"\breviews?\b", re.IGNORECASE)
_TIMELESS = re.compile(r"\b(?:over time|trend(?:ing)?|changing|developing)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a message asks of the reviews: the tool, which end is meant (`bottom`: dislikes, `top`: likes), and what else it says."""

    tool: str
    direction: Direction | None
    rest: str

    def outcome(self, read: Question | Clarify | Refuse) -> Question | Clarify | Refuse:
        """The question, from what the rest of the message was read as."""
        if not isinstance(read, Question):
            return read
        if read.tool not in _PLAIN or read.metrics != ("reviews",):
            return Refuse(
                "What reviewers feel and write can be asked by product, department, class, age or time, and for one figure at a time.",
                "unknown",
                ("what do customers dislike", "sentiment by department", "what are the reviews about"),
            )
        ranking = Ranking(read.ranking.n if read.ranking else SHOWN, self.direction) if self.direction else None
        by = read.by if self.tool == "sentiment" and ranking is None else ()
        return Question(self.tool, ("reviews",), by, read.filters, read.period, ranking, ask="rows" if ranking or by else "number")


def asked(text: str, previous: Question | None) -> Wanted | None:
    """What the message asks of the reviews, if it does; a short follow-up goes on with what was asked before."""
    for tool, direction, pattern in _kinds():
        found = pattern.search(text)
        if found is not None:
            return Wanted(tool, direction, _about_reviews(f"{text[: found.start()]} reviews {_linked(text[found.end() :])}"))
    if previous is not None and previous.tool in TOOLS and _FOLLOWS.match(text) and not _ASKS_OTHERWISE.search(text):
        return Wanted(previous.tool, previous.ranking.direction if previous.ranking else None, text)
    return None


def as_plain(previous: Question | None) -> Question | None:
    """The question before as the ordinary parser can go on from it."""
    if previous is None or previous.tool not in TOOLS:
        return previous
    return replace(previous, tool="breakdown" if previous.by else "metric", ranking=None, ask="number")


def _linked(rest: str) -> str:
    """ "the dresses in May" with "of" before it, where it does not begin with a word that links."""
    bare = rest.strip()
    if not bare.strip("?!. ") or re.match(
        r"(?:by|of|for|in|on|about|from|since|over|per|last|this|during|with|and|between)\b", bare, re.IGNORECASE
    ):
        return rest
    return f"of {bare}"


def _about_reviews(text: str) -> str:
    """The message with "reviews" said once."""
    first, *others = _NOUN.split(text)
    joined = f"{first} reviews {' '.join(others)}" if others else text
    return re.sub(r"\b(of|for|in|about) (?=(?:by|of|for|in)\b)", "", " ".join(_TIMELESS.sub("by month", joined).split()))


@cache
def _kinds() -> tuple[tuple[str, Direction | None, re.Pattern[str]], ...]:
    content = tomllib.loads(files("assistant.analyst").joinpath("opinions.toml").read_text(encoding="utf-8"))
    slots = content["slots"]
    return tuple(
        (kind["tool"], kind["direction"] or None, re.compile(rf"(?<!\w){_filled(pattern, slots)}(?!\w)", re.IGNORECASE))
        for kind in content["kind"]
        for pattern in kind["patterns"]
    )


def _filled(pattern: str, slots: dict[str, str]) -> str:
    """A pattern with its slots put in; blanks beside what may be absent may be absent too."""
    for name, choice in slots.items():
        pattern = pattern.replace(f"{{{name}}}", choice)
    return pattern.replace(" (?:", r"\s*(?:").replace(")? ", r")?\s*").replace(" ", r"\s+")
