"""Messages that ask how a time went and name no figure: "summary of last month", "how did we do in October", "key figures for 2010".

Owns those words. They are taken only where nothing else is asked for: any figure, ranking or grouping that a message names goes before.
"""

from __future__ import annotations

import re

from assistant.analyst.reading import Reading

_SUMMARY = re.compile(
    r"\b(?:summar(?:y|ies|ise|ize)|sum up|overview|recap|round ?up|run ?down|wrap ?up|snapshot|digest|headlines?|highlights|"
    r"(?:key|main|headline|most important|essential|basic|overall|important) (?:figures?|numbers?|facts|metrics|indicators|results?)|kpis?|"
    r"the (?:figures|numbers|results)|at a glance|(?:daily|weekly|monthly|quarterly|yearly|annual|business|management|status) report|"
    r"report (?:for|on|of|about))\b"
)
_WENT = re.compile(
    r"^(?:(?:and|so|well|ok|okay|now|but|then|tell me|just) )*"
    r"(?:how(?:'s| is| are| was| were| did| do| does| has| have| had)|what happened)\b"
    r"(?! (?:many|much|long|often|old|far|come|to|with)\b)"
)


def asks_how_it_went(reading: Reading) -> bool:
    """Whether the message asks for a time at a glance; the time must be named, since all the years there are take more than a glance."""
    timed = any(m.period is not None and (m.period.period is not None or m.period.shift) for m in reading.of("period"))
    return timed and (wants_summary(reading) or _WENT.match(reading.text) is not None)


def wants_summary(reading: Reading) -> bool:
    """Whether a summary is asked for in so many words."""
    return _SUMMARY.search(reading.text) is not None
