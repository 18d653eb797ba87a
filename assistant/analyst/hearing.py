"""Whether every word was heard: exchanged for its sibling, it must make another question of the message.

"Sales on Mondays" and "sales on Tuesdays" ask different things; where both give the same question, the day was passed over, and the figure
would be to a plainer question than the one asked. Knows neither grammar nor lexicon, only words that exclude each other and a way to read
a message again, so it finds what the rules of reading and of the account have in common. Words of times, names and values are
held against the question itself (`account`); here are those whose meaning lies in how they are used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from assistant.analyst.carried import OF_RETURNS
from assistant.analyst.question import Question
from assistant.analyst.reading import Mark, Reading

if TYPE_CHECKING:
    from assistant.analyst.parse import Outcome

READ_AGAIN = 6
"""Exchanges tried for one message: each costs another reading, and more words than this are prose around a question."""
_TOOLS = frozenset(("headlines", "metric", "series", "breakdown", "ranking", "compare", "share", "count", "record"))
_NAMED = frozenset(("period", "product", "customer", "order"))
"""Kinds of marks whose words belong to a time, a name or an id."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _pairs(words: str) -> dict[str, str]:
    return {word: sibling for word, _, sibling in (pair.partition(":") for pair in words.split())}


_GRADES = _pairs(
    "most:least least:most highest:lowest lowest:highest best:worst worst:best top:bottom bottom:top biggest:smallest largest:smallest "
    "smallest:largest busiest:quietest quietest:busiest strongest:weakest weakest:strongest cheapest:dearest"
)
_SIBLINGS: Mapping[str, str] = {
    **{day: _DAYS[(n + 2) % 7] for n, day in enumerate(_DAYS)},
    **{f"{day}s": f"{_DAYS[(n + 2) % 7]}s" for n, day in enumerate(_DAYS)},
    **_pairs("first:third second:fourth third:first fourth:second fifth:third 1st:3rd 2nd:4th 3rd:1st 4th:2nd 5th:3rd"),
    **_pairs("two:four three:five four:six five:seven six:eight seven:nine eight:six nine:seven ten:eight twelve:ten twenty:thirty"),
    **_pairs("daily:weekly weekly:monthly monthly:weekly quarterly:monthly yearly:monthly hourly:daily"),
    **_pairs("last:next latest:earliest earliest:latest oldest:newest newest:oldest new:returning returning:new once:twice twice:once"),
    **_pairs("without:with excluding:including except:including dropping:keeping"),
    **_pairs("abroad:domestic foreign:domestic overseas:domestic morning:evening afternoon:morning evening:morning"),
    **_GRADES,
}
_UNITS = {"day": "month", "week": "month", "month": "week", "quarter": "month", "year": "month", "hour": "day", "weekday": "month"}
_WITH_NEIGHBOUR: Mapping[str, tuple[str, int, frozenset[str]]] = {
    "leaving": ("keeping", 1, frozenset(("out", "aside", "off"))),
    "leave": ("keep", 1, frozenset(("out", "aside", "off"))),
    "back": ("out", -1, frozenset(("came", "come", "comes", "coming", "went", "go", "goes", "going", "sent", "send", "sends", "brought"))),
}
"""Words that have a sibling only beside one of these (1: after it, -1: before it)."""
_PAPERS = frozenset(("report", "review", "summary", "digest", "overview", "meeting", "update", "figure", "number"))
"""What is called after how often it comes: a "monthly report" of October is no figure by month."""
_EACH = frozenset(("by", "per", "each", "every", "which", "what", "for", "after", "to"))
"""Words before a unit of time that make it say how a figure is divided."""


def unheard(text: str, reading: Reading, question: Question, read_again: Callable[[str], Outcome]) -> str:
    """The first word of `text` whose sibling in its place gives the same `question`; empty where every word was heard.

    `read_again` gives the outcome of a message in the same conversation.
    """
    if question.tool not in _TOOLS:
        return ""
    for tried, (word, sibling) in enumerate(_exchanges(reading, question)):
        if tried == READ_AGAIN:
            return ""
        other = re.sub(rf"(?<![\w']){re.escape(word)}(?![\w'])", sibling, text, flags=re.IGNORECASE)
        if other != text and read_again(other) == question:
            return word
    return ""


def _exchanges(reading: Reading, question: Question) -> Iterator[tuple[str, str]]:
    """Words of the message outside names and times, each with its sibling; a word that comes twice is exchanged in both places."""
    said: set[str] = set()
    for mark in reading.marks:
        if mark.kind in _NAMED:
            continue
        for n in range(mark.start, mark.end):
            word = reading.tokens[n].raw.lower()
            sibling = _sibling(word, n, mark, reading)
            if sibling and word not in said and not _said_otherwise(word, n, reading, question):
                said.add(word)
                yield word, sibling


def _said_otherwise(word: str, n: int, reading: Reading, question: Question) -> bool:
    """Whether a word may well change nothing: "at least", "went back in refunds", the greater of two that are compared anyway."""
    if word in _GRADES:
        return question.tool in ("share", "compare") or (n > 0 and reading.tokens[n - 1].text == "at")
    return word == "back" and question.metric in OF_RETURNS


def _sibling(word: str, n: int, mark: Mark, reading: Reading) -> str:
    """What a word may be exchanged for; empty for words that no other one excludes."""
    after = reading.tokens[n + 1].stem if n + 1 < len(reading.tokens) else ""
    if word.endswith("ly") and after in _PAPERS:
        return ""
    if mark.kind == "number" and (mark.end - mark.start > 1 or after in _UNITS):
        return ""
    if mark.kind == "number" and re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d+", word):
        return str(int(word.replace(",", "")) + 9)
    if word in _UNITS:
        before = reading.tokens[n - 1].text if n else ""
        return _UNITS[word] if before in _EACH or before in _GRADES else ""
    if word in _WITH_NEIGHBOUR:
        sibling, step, beside = _WITH_NEIGHBOUR[word]
        return sibling if 0 <= n + step < len(reading.tokens) and reading.tokens[n + step].text in beside else ""
    return _SIBLINGS.get(word, "")
