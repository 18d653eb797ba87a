"""From evidence to words: the seam behind which a model may phrase what the clerk found out.

Owns the protocol, the plain implementation, and the guard that no reply gets past: every figure in a reply stands in the evidence
or in the customer's own message. Refuses to look anything up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Protocol

from assistant.types import Evidence, Scalar

_FIGURE = re.compile(r"(?<![\w.])#?[A-Z]{0,3}\d[\d,]*(?:\.\d+)?(?![\w])")


class Responder(Protocol):
    """Words for what was found."""

    def reply(self, intent: str, message: str, evidence: Sequence[Evidence]) -> str:
        """What to tell the customer: nothing that is not in `evidence`."""
        ...


class PlainResponder:
    """Says the evidence's own sentences, one after the other."""

    def reply(self, intent: str, message: str, evidence: Sequence[Evidence]) -> str:
        return "\n".join(dict.fromkeys(piece.text for piece in evidence if piece.text))


class GuardedResponder:
    """Lets another responder speak, unless it says a figure that is nowhere in the evidence: then the plain one does.

    Args:
        inner: whose words are checked.
    """

    def __init__(self, inner: Responder) -> None:
        self._inner = inner
        self._plain = PlainResponder()

    def reply(self, intent: str, message: str, evidence: Sequence[Evidence]) -> str:
        text = self._inner.reply(intent, message, evidence)
        return text if not invented(text, message, evidence) else self._plain.reply(intent, message, evidence)


def invented(text: str, message: str, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """The figures and numbers in `text` that neither the evidence nor the message holds."""
    known = {_plain(figure) for source in (message, *(e.text for e in evidence)) for figure in _FIGURE.findall(source)}
    known |= {_plain(figure) for e in evidence for value in e.facts.values() for figure in _said(value)}
    return tuple(figure for figure in _FIGURE.findall(text) if _plain(figure) not in known)


def _plain(figure: str) -> str:
    bare = figure.lstrip("#").replace(",", "").upper()
    return f"{float(bare):g}" if re.fullmatch(r"\d+(?:\.\d+)?", bare) else bare


def _said(value: Scalar) -> list[str]:
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, date):
        return [*_FIGURE.findall(value.isoformat()), str(value.day), str(value.year)]
    if isinstance(value, float):
        return [f"{value:.2f}"]
    return _FIGURE.findall(str(value))
