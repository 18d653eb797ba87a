"""What an account's role may not see: metrics and dimensions that the shop's settings deny it.

Owns the reading of `[staff.denied]` against the semantic layer, and the judgement of one typed question. Knows neither accounts
nor sign-in: whoever asks says the role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assistant.analyst.outcome import Refuse
from assistant.analyst.question import FilterClause, Question
from assistant.analyst.semantics import Semantics
from assistant.errors import BadSettings


@dataclass(frozen=True, slots=True)
class Permits:
    """Ids of metrics and dimensions by the role they are denied to. Metrics that are computed from a denied one are among them."""

    denied: Mapping[str, frozenset[str]]

    def denied_to(self, account_role: str) -> frozenset[str]:
        """What that role may not see; a message whose sender's role is not known may see nothing that any role is denied."""
        if not account_role:
            return frozenset().union(*self.denied.values())
        return self.denied.get(account_role, frozenset())


def load_permits(denied: Mapping[str, tuple[str, ...]], semantics: Semantics) -> Permits:
    """The permits that the settings mean in this shop's semantic layer.

    Raises:
        BadSettings: a name is neither a metric nor a dimension.
    """
    known = {*semantics.metrics, *semantics.dimensions}
    for role, names in denied.items():
        for name in names:
            if name not in known:
                raise BadSettings(
                    f"Setting 'staff.denied.{role}' names {name!r}, which is neither a metric nor a dimension.",
                    hint=f"Known: {', '.join(sorted(known))}.",
                )
    return Permits({role: frozenset(names) | _computed_from(frozenset(names), semantics) for role, names in denied.items()})


def refusal(question: Question, denied: frozenset[str], semantics: Semantics) -> Refuse | None:
    """Why the question may not be answered for somebody with these denials; None where it may."""
    for id in _named(question):
        if id in denied:
            name = semantics.metrics[id].name if id in semantics.metrics else semantics.dimensions[id].plural
            return Refuse(f"Your role may not see {name}; the shop's settings say so (`staff.denied`).", "denied")
    return None


def _computed_from(denied: frozenset[str], semantics: Semantics) -> frozenset[str]:
    """Metrics that give a denied one away, because they are made of it."""
    found: frozenset[str] = frozenset()
    while True:
        more = frozenset(m.id for m in semantics.metrics.values() if {*m.ratio, *m.difference} & (denied | found))
        if more <= found:
            return found
        found |= more


def _named(question: Question) -> Iterator[str]:
    """Every metric and dimension whose figures or values an answer would show or narrow by."""
    sides = question.comparison.sides if question.comparison else ()
    part = question.share.part if question.share else ()
    clauses: tuple[FilterClause, ...] = (*question.filters, *part, *(clause for side in sides for clause in side.filters))
    yield from question.metrics
    yield from (side.metric for side in sides if side.metric)
    if question.share and question.share.of:
        yield question.share.of
    if question.having:
        yield question.having.metric
    yield from question.by
    yield from (clause.dimension for clause in clauses)
