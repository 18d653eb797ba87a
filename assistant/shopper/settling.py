"""Which yes or no a reply may say: weighs the rules for evidence against the network that reads it.

Owns the bars. A yes or no is *settled* where the evidence says it: then a reply says so, whether or not its words did. It is *likely* where
the evidence leans to it: then it stays if a model's own words say it. Else neither is said. A yes is never settled against a value that
the evidence names instead of the asked one: another colour, country, number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.models.entailment import ENOUGH, Verdict, asks_yes_or_no, clashes, entailment, said
from assistant.models.verdicts import VerdictReader

SURE = 0.9
"""The network's chance from which a verdict is settled: of held-out pairs 28 % reach it, 96 % of them rightly."""
LIKELY = 0.7
"""The network's chance from which a model's own yes or no is believed."""
LIKELY_WORDS = 0.6
"""The same by rules, where there is no network: share of the question's telling words in the evidence."""
_BACKED, _OPPOSED = 0.5, 0.3
"""By what chances of the network a verdict of the rules is settled: at least so much for it, less than so much for its contrary."""
_CONTRARY = {Verdict.YES: Verdict.NO, Verdict.NO: Verdict.YES}
_OPENERS = re.compile(
    r"(?:it|its|it's|they|this|that|these|those|there|the|a|an|you|your|we|our|all|both|each|one|some|no|none|in|on|for|with)\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(r"^\W*(?:yes|yep|yeah|no|nope)\b[,.!;:\s]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settled:
    """`verdict` is what the evidence says, `likely` what it leans to, the same where it is settled."""

    verdict: Verdict = Verdict.SILENT
    likely: Verdict = Verdict.SILENT

    def allows(self, spoken: Verdict) -> bool:
        """Whether a text that says this may say it."""
        return spoken in (Verdict.SILENT, self.verdict, self.likely)


def settle(question: str, told: Sequence[str], reader: VerdictReader | None = None, *, strict: bool = False) -> Settled:
    """What the evidence `told` says to the question. `strict`: what is only likely is nothing, as for a shop's own customers."""
    if not asks_yes_or_no(question):
        found = entailment(question, told, ENOUGH).verdict
        return Settled(found, found)
    barred = frozenset({Verdict.YES}) if clashes(question, told) else frozenset()
    settled, likely = _by_rules(question, told, strict) if reader is None else _by_both(question, told, reader, strict)
    return Settled(Verdict.SILENT if settled in barred else settled, Verdict.SILENT if likely in barred else likely)


def with_verdict(text: str, verdict: Verdict) -> str:
    """A text with the yes or no before it, unless it begins with either."""
    if verdict is Verdict.SILENT or said(text) is not Verdict.SILENT:
        return text
    word = verdict.value.capitalize()
    return f"{word}, {text[:1].lower()}{text[1:]}" if _OPENERS.match(text) else f"{word}. {text}"


def without_verdict(text: str) -> str:
    """A text without the yes or no that it begins with."""
    rest = _YES_OR_NO.sub("", text)
    return rest[:1].upper() + rest[1:]


def _by_rules(question: str, told: Sequence[str], strict: bool) -> tuple[Verdict, Verdict]:
    settled = entailment(question, told, ENOUGH).verdict
    return settled, settled if strict else entailment(question, told, LIKELY_WORDS).verdict


def _by_both(question: str, told: Sequence[str], reader: VerdictReader, strict: bool) -> tuple[Verdict, Verdict]:
    ruled = entailment(question, told, ENOUGH if strict else LIKELY_WORDS).verdict
    chances = reader.read(question, told)
    for verdict, contrary in _CONTRARY.items():
        backed = ruled is verdict and chances.of(verdict) >= _BACKED and chances.of(contrary) < _OPPOSED
        if backed or (chances.of(verdict) >= SURE and ruled is not contrary):
            return verdict, verdict
    leaning = next((v for v, contrary in _CONTRARY.items() if chances.of(v) >= LIKELY and ruled is not contrary), Verdict.SILENT)
    return Verdict.SILENT, Verdict.SILENT if strict else leaning
