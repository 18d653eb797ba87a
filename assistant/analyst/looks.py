"""Which customers a staff answer shows, for the audit log: those that the question names, and those that its rows are.

Refuses to know about the log, and about who looks.
"""

from __future__ import annotations

from assistant.types import Answer, Status

DIMENSION = "customer"


def customers_shown(answer: Answer) -> tuple[str, ...]:
    """The ids, as question and rows have them, each once; none where the answer asks back or declines."""
    question = answer.question or {}
    if answer.status is not Status.ANSWERED:
        return ()
    named = [
        str(value)
        for clause in question.get("filters", ())
        if clause.get("dimension") == DIMENSION and clause.get("op") in ("eq", "in")
        for value in clause.get("values", ())
    ]
    listed = [row.label for row in answer.rows] if DIMENSION in question.get("by", ()) else []
    return tuple(dict.fromkeys([*named, *listed]))
