"""Words that a shop taught: proposals drawn from corrections, and the shop's own file that takes them up.

A word is proposed where one correction shows beyond doubt what it stands for: it alone was not understood, or it alone was
misread, and the correction changed one thing. Nothing is taken up unasked. Owns the `[synonyms]` table of the shop's semantic file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from assistant.analyst.lessons import Lesson, Lessons
from assistant.analyst.question import FilterClause, Question
from assistant.analyst.reading import Mark, Reading
from assistant.analyst.semantics import Semantics, load_semantics
from assistant.errors import StoreError

TEACHABLE = ("country", "department", "division", "class", "category", "style", "brand")
"""Dimensions whose values may have names of the shop's own."""
_HEADER = "[synonyms]"


@dataclass(frozen=True, slots=True)
class Proposal:
    """`phrase` stands for `target`: the id of a metric or a dimension, or `dimension = value`. `text` is the message that shows it."""

    phrase: str
    target: str
    text: str
    by: str
    on: date

    def __str__(self) -> str:
        return f"“{self.phrase}” means {self.target} (from “{self.text}”, corrected by {self.by or 'staff'} on {self.on.isoformat()})"


def proposals(lessons: Lessons, semantics: Semantics) -> tuple[Proposal, ...]:
    """What the lessons show, each phrase once; of two meanings of one phrase the later is proposed."""
    found: dict[str, Proposal] = {}
    for lesson, reading in zip(lessons.given, lessons.readings, strict=True):
        target = _target(lesson.was, lesson.meant)
        phrase = _phrase(reading, lesson, semantics) if target else ""
        if phrase and semantics.synonyms.get(phrase) != target:
            found[phrase] = Proposal(phrase, target, lesson.text, lesson.by, lesson.on)
    return tuple(found.values())


def _target(was: Question, meant: Question) -> str:
    """The one thing that a correction changed, where a word can stand for it; empty for anything else."""
    targets = []
    if was.metrics != meant.metrics:
        targets += list(meant.metrics)
    if was.by != meant.by:
        targets += [d for d in meant.by if d not in was.by]
    targets += [_value(c) for c in meant.filters if c not in was.filters]
    return targets[0] if len(targets) == 1 else ""


def _value(clause: FilterClause) -> str:
    simple = clause.op == "eq" and clause.dimension in TEACHABLE
    return f"{clause.dimension} = {clause.values[0]}" if simple else ""


def _phrase(reading: Reading, lesson: Lesson, semantics: Semantics) -> str:
    """The words that were not understood, where they stand together; else the ones that were taken for the wrong figure."""
    unknown = [m for m in reading.marks if m.kind == "unknown" or (m.kind == "product" and not m.products and not m.value) or _absent(m)]
    if unknown:
        together = all(one.end == two.start for one, two in pairwise(unknown))
        return " ".join(_typed(reading, m) for m in unknown) if together else ""
    if lesson.was.metrics == lesson.meant.metrics:
        return ""
    names = {m.name for m in semantics.metrics.values()}
    misread = [m for m in reading.marks if set(m.all("metric")) & set(lesson.was.metrics) and m.text not in names]
    return misread[0].text if len(misread) == 1 else ""


def _absent(mark: Mark) -> bool:
    return bool(mark.senses) and all(s.kind == "absent" for s in mark.senses)


def _typed(reading: Reading, mark: Mark) -> str:
    return " ".join(t.fixed or t.text for t in reading.tokens[mark.start : mark.end])


def take_up(path: Path, proposal: Proposal) -> None:
    """Write a proposal into the shop's semantic file at `path`, which is made where it is missing; the rest of it stays as it is.

    Raises:
        BadSemantics: the file would not load with it; it is unchanged.
        StoreError: the file cannot be written.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    line = f"{json.dumps(proposal.phrase, ensure_ascii=False)} = {json.dumps(proposal.target, ensure_ascii=False)}"
    lines = [said for said in text.splitlines() if said.split("=")[0].strip() != json.dumps(proposal.phrase, ensure_ascii=False)]
    if _HEADER in (said.strip() for said in lines):
        at = next(n for n, said in enumerate(lines) if said.strip() == _HEADER)
        lines.insert(at + 1, line)
    else:
        lines += ["", "# what our own words mean, learnt from corrections", _HEADER, line]
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text("\n".join(lines).lstrip("\n") + "\n", encoding="utf-8")
        load_semantics(beside)
        beside.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        beside.unlink(missing_ok=True)


def parsed_target(target: str) -> tuple[str, str]:
    """(id, "") of a metric or dimension, or (dimension, value)."""
    found = re.fullmatch(r"(\w+) *= *(.+)", target)
    return (found[1], found[2]) if found else (target, "")
