"""Receipts: how a figure came about, in the form that every answer carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.analyst.question import Period, Question
from assistant.types import Receipt, Scalar

if TYPE_CHECKING:
    from assistant.analyst.context import Context


def receipt(question: Question, sql: str, rows_read: int, context: Context, *, metric: str = "", period: Period | None = None) -> Receipt:
    """The receipt of a figure; `metric` and `period` where they are not the question's own.

    The period is what was read: the part of the question's period inside the data, or the whole data.
    """
    definition = context.semantics.metric(metric or question.metric)
    asked = period or question.period
    first, last = context.first_day, context.today
    if asked is not None and first and last:
        inside = asked.clipped(first, last)
        first, last = (inside.first, inside.last) if inside else (asked.first, asked.last)
    if definition.cube != "sales" and asked is None:
        first = last = None
    return Receipt(
        metric=definition.name,
        definition=definition.definition,
        filters=filters_of(question),
        period=(first, last),
        rows_read=rows_read,
        as_of=context.as_of if definition.cube == "sales" else None,
        query=sql,
    )


def filters_of(question: Question) -> dict[str, Scalar | tuple[Scalar, ...]]:
    """The filters by dimension, as a person reads them: one value, several, or an operator before it; a limit by its metric."""
    words = {
        "ne": "not",
        "not_in": "none of",
        "lt": "under",
        "le": "at most",
        "gt": "over",
        "ge": "at least",
        "word": "mentions",
        "contains": "name contains",
    }
    found: dict[str, Scalar | tuple[Scalar, ...]] = {}
    for clause in question.filters:
        if clause.op in ("eq", "in"):
            found[clause.dimension] = clause.values[0] if len(clause.values) == 1 else tuple(clause.values)
        else:
            found[clause.dimension] = " ".join([words.get(clause.op, clause.op), *(str(v) for v in clause.values)])
    if question.having is not None:
        limit = f"{question.having.value:g}"
        found[question.having.metric] = f"{words.get(question.having.op, 'exactly')} {limit}"
    return found
