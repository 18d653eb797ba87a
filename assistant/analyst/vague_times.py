"""Times that name no days: "lately", "the last few weeks", "the season", "the end of the year".

Owns the words; whoever reads a message asks back about them, because a figure of all the time there is would be another one.
"""

from __future__ import annotations

import re

from assistant.analyst.outcome import Clarify
from assistant.analyst.reading import Reading

_UNITS = r"(?:days|weeks|weekends|months|quarters|seasons|years)"
_SHUT = "§"
_VAGUE = re.compile(
    r"(?<!\S)(?:"
    r"lately|recently|of late|the other (?:day|week|month)|(?:a while|a few \w+|some time|long|not long|ages) ago|these days|nowadays|"
    r"back then|(?:in |during )?(?:the|our|my) (?:early|first|old|good old) (?:days|weeks|months|years)|"
    rf"(?:in |over |during |for |within )?(?:the )?(?:last|past|previous|recent|latest) (?:few|several|some|many|couple of) {_UNITS}|"
    rf"(?:in |over |during |for )?(?:the )?(?:recent|past|latest) {_UNITS}|(?:for )?(?:a few|several|some) {_UNITS}(?= ?$)|"
    r"(?:in|over|during|for|this|last|next)(?: the| our)?(?: (?:high|low|peak|off|busy|quiet|main|holiday|festive|slow))? season|"
    r"(?:in|over|during|around|before|after)(?: the| our)?(?: school)? (?:holidays?|sales|sale|rush|festive (?:period|days))|"
    r"(?:in |at |from |towards |by |near )?the (?:end|start|beginning|middle|close) of the (?:year|quarter|month|week)|"
    r"(?:over|during|around|before|after|at) (?:christmas|xmas|easter|new year)(?: time)?|on the \d{1,2}(?:st|nd|rd|th)(?: of the month)?"
    r")(?!\S)"
)


_TWO_YEARS = re.compile(r"(?:\b(?:fy|financial|fiscal|business|tax) (?:year )?)(?:19|20)?(\d\d) ?[/-] ?(?:20)?(\d\d)\b(?! ?[/-])")
"""A year that belongs to two calendar years: "FY 2010/11"."""
_AGO = re.compile(r"(?:a|one|two|three|four|five|six|\d+) (?:weeks?|months?|quarters?|years?) ago")
_COMPARING = ("versus", "than", "more_than", "less_than", "difference", "growth", "fall", "more", "less", "same")
_TO_A_DAY = re.compile(r"\b(?:month|quarter|half year|year|week) (?:up )?(?:to|until|till|ended|ending)(?: on)?(?: the)? \d")
"""A span that ends on a day, where only the day was read: does it begin with the calendar's month, or as long before?"""


def vague_time(reading: Reading, *, follows: bool) -> Clarify | None:
    """The question back where a message names a time without days and none with days; None otherwise. `follows`: a question was asked
    before, from whose time "a year ago" counts."""
    years = _TWO_YEARS.search(reading.text)
    if years and int(years[2]) == (int(years[1]) + 1) % 100:
        return Clarify(f"When does your “{years[0]}” begin and end? Name its first and last month.", slot="period")
    ended = _TO_A_DAY.search(reading.text)
    if ended and any(p.first == p.last for m in reading.of("period") if m.period is not None and (p := m.period.period) is not None):
        return Clarify("On which day does that span begin? Name both of its ends.", slot="period")
    ago = next((m.text for m in reading.of("period") if _AGO.fullmatch(m.text)), "")
    if ago and not follows and len(reading.of("period")) == 1 and not reading.has(*_COMPARING):
        return Clarify(f"“{ago}”: that very day, or the whole of that time? Name a day, a week, a month or a year.", slot="period")
    if any(m.period is not None for m in reading.of("period")):
        return None
    words = [t.text for t in reading.tokens]
    for mark in reading.marks:
        if mark.kind == "product" and (mark.value or (len(mark.products) == 1 and len(mark.words) > 1)):
            words[mark.start : mark.end] = [_SHUT] * (mark.end - mark.start)
    found = _VAGUE.search(" ".join(words))
    if found is None:
        return None
    return Clarify(
        f"“{found[0]}” names no days. Which time do you mean? Name a month, a quarter, a year or two dates.",
        ("last month", "the last three months", "this year"),
        slot="period",
    )
