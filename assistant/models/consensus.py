"""Which of several ways to say one thing to take: likely, and like what the others say.

Owns the order of a beam's replies where nothing was asked and evidence is only put into words. Without a question there is nothing to be
likely about but the wording, and people word an attribute in many ways; what most replies of a wide beam agree on is then the safer one
(minimum Bayes risk, by the likeness of the texts), as long as it keeps the figures. With a question it costs, so it is not done there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from assistant.models.notation import is_notation
from assistant.models.slots import Request, as_sentence

if TYPE_CHECKING:
    from assistant.models.responder import Phrasing

WIDER = 3
"""How many times as many replies are then kept in view, unless the model is to be greedy."""

KEEPING = 0.5
"""What a reply's share of the evidence's figures weighs beside its likelihood and its likeness to the others."""
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def only_worded(request: Request) -> bool:
    """Whether a request asks nothing and gives attributes as a catalogue writes them."""
    return not request.message.strip() and all(isinstance(fact, str) and is_notation(fact) for fact in request.evidence)


def agreed(phrasing: Phrasing, request: Request) -> Phrasing:
    """The same replies with the one first, as the phrasing, that is likely, most like the others, and has the evidence's figures."""
    figures = frozenset(_FIGURE.findall("\n".join(map(as_sentence, request.evidence))))
    found = [replace(phrasing, rivals=()), *phrasing.rivals]
    texts = [each.text.lower() for each in found]
    worth = [each.score + _likeness(place, texts) + KEEPING * _kept(each.text, figures) for place, each in enumerate(found)]
    best, *others = (found[place] for place in sorted(range(len(found)), key=lambda place: -worth[place]))
    return replace(best, rivals=tuple(others))


def _kept(text: str, figures: frozenset[str]) -> float:
    """Share of the figures that a text has; 1 where there are none."""
    return len(figures & set(_FIGURE.findall(text))) / len(figures) if figures else 1.0


def _likeness(place: int, texts: Sequence[str]) -> float:
    """Mean likeness of a text to all, itself included, in [0, 1]."""
    return sum(fuzz.ratio(texts[place], text) for text in texts) / (100.0 * len(texts))
