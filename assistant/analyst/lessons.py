"""What staff corrected, and its effect: a question asked again in the same words, or nearly, is read as it was corrected.

A lesson is an edit: the fields in which the corrected question differs from what had been understood. It applies only where
the new message says the same words (times, countries, products and numbers may be others) and was misread in the same way;
everything that the edit does not touch comes from the new message. Knows neither the store nor screens.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from assistant.analyst.lexicon import Sense
from assistant.analyst.question import FilterClause, Question, question_from_json
from assistant.analyst.reading import Mark, Reading
from assistant.errors import BadQuestion

if TYPE_CHECKING:
    import numpy as np

NEAR = 0.9
"""Least cosine of two messages with the same words in another order."""
_SLOTS = ("period", "product", "customer", "order", "number")
_VALUES = ("country", "abroad", "review_value", "category_value")
_LIGHT = frozenset(["and_what", "which", "comes_from", "that", "trading", "sold", "earned"])
"""Operators that only carry a question: the same is asked without them."""
_UNSAID = Sense("op", "")
_EDITED = tuple(f.name for f in fields(Question) if f.name not in ("filters",))

Encode = Callable[[Sequence[str]], "np.ndarray"]
"""Texts to unit vectors, (n, dimension)."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """`text` was understood as `was` and means `meant`, said `by` somebody `on` a day. `was` has no metric where nothing was understood."""

    text: str
    was: Question
    meant: Question
    by: str
    on: date


def lesson_from(text: str, was: str, meant: str, by: str, on: date) -> Lesson:
    """A lesson from its stored form, questions as JSON.

    Raises:
        BadQuestion: one of the two is no question.
    """
    try:
        return Lesson(text, question_from_json(json.loads(was)), question_from_json(json.loads(meant)), by, on)
    except (ValueError, KeyError, TypeError) as error:
        raise BadQuestion(f"The correction of {text!r} holds no question: {error}.") from error


def stored(question: Question) -> str:
    """The form in which a lesson keeps a question."""
    return json.dumps(question.to_json(), ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Wording:
    """A message without its values: `words` in order, `slots` the kinds of value that stand in it, `said` the values as typed."""

    words: tuple[str, ...]
    slots: tuple[str, ...]
    said: tuple[str, ...]


def wording_of(reading: Reading) -> Wording:
    """The words of a message that carry content, small words aside, and its values."""
    words: list[str] = []
    slots: list[tuple[str, str]] = []
    for mark in reading.marks:
        kind = _slot(mark)
        if kind:
            words.append(f"<{kind}>")
            slots.append((kind, mark.text))
        elif mark.kind != "word" and not all(s.kind == "op" and s.value in _LIGHT for s in mark.senses or (_UNSAID,)):
            words += [t.stem for t in reading.tokens[mark.start : mark.end]]
    return Wording(tuple(words), tuple(k for k, _ in slots), tuple(t for _, t in slots))


def _slot(mark: Mark) -> str:
    if mark.kind in _SLOTS and not (mark.kind == "product" and not mark.products):
        return mark.kind
    kinds = {s.kind for s in mark.senses}
    return next((kind for kind in _VALUES if kind in kinds and not kinds & {"metric", "dimension"}), "")


class Lessons:
    """The lessons of one shop, ready to be looked up.

    Args:
        given: as they came; of two for the same words the later holds.
        read: gives the reading of a message that stands alone.
        encode: tells whether the same words in another order mean the same; without it the order must be the same.
    """

    def __init__(self, given: Sequence[Lesson], read: Callable[[str], Reading], encode: Encode | None = None) -> None:
        self.given, self._encode = tuple(given), encode
        self.readings = tuple(read(lesson.text) for lesson in self.given)
        self._wordings = tuple(wording_of(reading) for reading in self.readings)
        self._near = lru_cache(maxsize=512)(self._nearness)

    def applied(self, text: str, reading: Reading, understood: Question) -> tuple[Question, Lesson] | None:
        """The question that a message means by the latest lesson that fits it, and that lesson; None where none fits.

        `understood` is what the parser made of the message, without a metric where it asked back or declined.
        """
        wording = wording_of(reading)
        for lesson, taught in zip(reversed(self.given), reversed(self._wordings), strict=True):
            if not self._same(text, wording, lesson.text, taught):
                continue
            if understood == lesson.meant:
                return None
            question = _edited(understood, lesson, same_values=wording.said == taught.said)
            if question is not None:
                return question, lesson
        return None

    def _same(self, text: str, wording: Wording, lesson_text: str, taught: Wording) -> bool:
        if wording.words == taught.words:
            return bool(wording.words)
        if self._encode is None or Counter(wording.words) != Counter(taught.words):
            return False
        return self._near(text, lesson_text) >= NEAR

    def _nearness(self, one: str, other: str) -> float:
        assert self._encode is not None
        vectors = self._encode((one, other))
        return float(vectors[0] @ vectors[1])


def _edited(understood: Question, lesson: Lesson, *, same_values: bool) -> Question | None:
    """The understood question with the lesson's edit; None where it was misread in another way than the lesson's message."""
    was, meant = lesson.was, lesson.meant
    if bool(understood.metrics) != bool(was.metrics):
        return None
    changes: dict[str, Any] = {}
    for name in _EDITED:
        before, after, now = (getattr(q, name) for q in (was, meant, understood))
        if before == after:
            continue
        if name in ("period", "comparison", "share") and not same_values:
            return None
        if now != before and not (name == "period" and same_values):
            return None
        changes[name] = after
    filters = _filters(understood, lesson, same_values=same_values)
    return None if filters is None else replace(understood, filters=filters, **changes)


def _filters(understood: Question, lesson: Lesson, *, same_values: bool) -> tuple[FilterClause, ...] | None:
    before, after = (_by_dimension(q) for q in (lesson.was, lesson.meant))
    now = _by_dimension(understood)
    for dimension in {*before, *after}:
        if before.get(dimension) == after.get(dimension):
            continue
        if dimension in before and not same_values:
            return None
        if now.get(dimension) != before.get(dimension):
            return None
        now.pop(dimension, None)
        if dimension in after:
            now[dimension] = after[dimension]
    return tuple(now.values())


def _by_dimension(question: Question) -> dict[str, FilterClause]:
    return {clause.dimension: clause for clause in question.filters}


def as_said(lesson: Lesson) -> str:
    """How an answer says that it was read by a lesson."""
    return f"Read as {lesson.by or 'staff'} corrected it on {lesson.on.day} {lesson.on:%b %Y}."


def explained(lesson: Lesson) -> Mapping[str, str]:
    """The lesson's part of an answer's trace."""
    return {"by": lesson.by, "on": lesson.on.isoformat(), "text": lesson.text}
