"""A question said again in few words that are read as it, for a choice to click.

Owns the order of those words. Proposes only: whoever offers them reads them first, and offers none that would be read as anything else.
"""

from __future__ import annotations

from assistant.analyst.question import Question
from assistant.analyst.semantics import Semantics


def respoken(question: Question, semantics: Semantics) -> str:
    """`net sales, Germany, Q3 2011, by country`; empty for forms of question that do not fit in so few words."""
    if not question.metric or question.comparison or question.share or question.having:
        return ""
    metric = semantics.metric(question.metric).name
    labels = [clause.label for clause in question.filters]
    if not all(labels) or len(question.metrics) > 1:
        return ""
    groups = [f"by {semantics.dimension(name).singular}" for name in question.by]
    if question.ranking is not None:
        if len(question.by) != 1 or question.ranking.skip:
            return ""
        metric = f"{question.ranking.direction} {question.ranking.n} {semantics.dimension(question.by[0]).plural} by {metric}"
        groups = []
    per = [f"per {question.per}"] if question.per else []
    when = [question.period.title] if question.period is not None else []
    return ", ".join([" ".join([metric, *per]), *labels, *when, *groups])
