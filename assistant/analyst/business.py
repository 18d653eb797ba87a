"""Questions for the tools that rest on models: from the words that ask for one to a typed question.

Owns the table `business.toml` and the check that nothing else in the message is passed over: what a tool cannot take up (a grouping, a
filter, a comparison) is asked back, never ignored. Knows no model.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import Any, Literal, TypeAlias

from assistant.analyst.draft import Draft
from assistant.analyst.outcome import Clarify
from assistant.analyst.question import Ask, FilterClause, Period, Question, Ranking
from assistant.analyst.reading import Mark, Reading
from retrieval.tokens import singular

Span: TypeAlias = Literal["past", "ahead", "none"]

FOCUSED = "customer", "product"
MOST_ROWS = 1000
DEFAULT_ROWS = 10
_HARMLESS = frozenset(
    (
        *("how_many", "how_much", "which", "who", "when", "top", "bottom", "rank", "what", "all", "that", "and_what", "a_unit", "new"),
        *("total", "average", "busiest", "most_sold", "only", "last", "first", "forecast", "together_with", "bought", "sold", "include"),
        *("define", "help", "earned", "came_back", "instead", "same", "more", "up_down", "trading", "cheapest"),
    )
)
"""Operators that change nothing about what a task asks."""
_SMALL = frozenset(
    (
        *("is", "are", "was", "were", "be", "been", "do", "does", "did", "have", "had", "has", "the", "our", "my", "a", "an", "any", "all"),
        *("of", "for", "to", "in", "there", "we", "us", "they", "me", "please"),
    )
)


_SIGNS = re.compile(r"\\[a-z]|\?:")
_LETTERS = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True)
class Task:
    """One block of the table; see its head."""

    tool: str
    patterns: tuple[re.Pattern[str], ...]
    needs: str = ""
    takes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    nouns: frozenset[str] = field(default=frozenset())
    rows: int = 0
    ask: Ask = "rows"
    by: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    span: Span = "none"

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that its patterns are made of, in the singular."""
        said = (word for pattern in self.patterns for word in _LETTERS.findall(_SIGNS.sub(" ", pattern.pattern)))
        return frozenset(singular(word) for word in said)

    def found(self, text: str) -> tuple[int, int] | None:
        """Where in the text the task is asked for, the longest stretch; None where it is not."""
        spans = [match.span() for pattern in self.patterns for match in pattern.finditer(text)]
        return max(spans, key=lambda span: span[1] - span[0], default=None)


@lru_cache(maxsize=1)
def load_tasks() -> tuple[Task, ...]:
    """The tasks of `business.toml`, in its order."""
    data: dict[str, Any] = tomllib.loads(files("assistant.analyst").joinpath("business.toml").read_text(encoding="utf-8"))
    return tuple(_task(block) for block in data["task"])


def _task(block: Mapping[str, Any]) -> Task:
    return Task(
        tool=block["tool"],
        patterns=tuple(re.compile(pattern) for pattern in block["patterns"]),
        needs=block.get("needs", ""),
        takes=tuple(block.get("takes", ())),
        groups=tuple(block.get("groups", ())),
        nouns=frozenset(block.get("nouns", ())),
        rows=block.get("rows", 0),
        ask=block.get("ask", "rows"),
        by=(block["by"],) if block.get("by") else (),
        metrics=(block["metric"],) if block.get("metric") else (),
        span=block.get("span", "none"),
    )


def asked_task(text: str) -> tuple[Task, tuple[int, int]] | None:
    """The task that a message asks for and where it says so; of several the one with the longest words, then the first."""
    found = [(task, span) for task in load_tasks() if (span := task.found(text)) is not None]
    return max(found, key=lambda hit: hit[1][1] - hit[1][0], default=None)


def business_question(
    reading: Reading, draft: Callable[[Reading], Draft], focus: FilterClause | None, today: date
) -> Question | Clarify | None:
    """The typed question, a question back where something stands beside it that the tool cannot take up, or None: no task is asked.

    `draft` reads filters and periods of a reading; `focus` is what "they" and "it" mean.

    Raises:
        Stop: a filter's value is not in the data, or could be several.
    """
    text, starts = _as_typed(reading)
    hit = asked_task(text)
    if hit is None:
        return None
    task, span = hit
    rest = _without(reading, {n for n, start in enumerate(starts) if span[0] <= start < span[1]}, task)
    if any(m.kind == "unknown" and not _small(m, task) for m in rest.marks):
        return None
    rest, by = _divided(rest, task)
    made = draft(rest)
    clauses = {clause.dimension: clause for clause in made.filters.clauses}
    if focus is not None and focus.dimension in FOCUSED and focus.dimension in task.takes and not clauses and _points(rest):
        clauses[focus.dimension] = focus
    if task.needs and task.needs not in clauses:
        return Clarify(
            f"Which {task.needs}? Name it, or give its number or code.", slot="product" if task.needs == "product" else "subject"
        )
    refused = _not_taken(task, rest, made, clauses, today)
    if refused is not None:
        return refused
    n = _number(rest, made)
    rows = n or task.rows or (DEFAULT_ROWS if _lists(rest) and not clauses else 0)
    return Question(
        task.tool,
        task.metrics,
        by or task.by,
        filters=tuple(clauses.values()),
        period=_period(task, made, today),
        ranking=Ranking(min(rows, MOST_ROWS)) if rows else None,
        ask="number" if rest.has("how_many") and not n else task.ask,
    )


def _as_typed(reading: Reading) -> tuple[str, list[int]]:
    """The words before any was mended, with single spaces, and where each begins: "unusual" must not have become "usual"."""
    words = [token.fixed or token.text for token in reading.tokens]
    return " ".join(words), [0, *accumulate(len(word) + 1 for word in words)][:-1]


def _without(reading: Reading, inside: Set[int], task: Task) -> Reading:
    """The reading with the tokens of the task taken out of its meaning; names and ids stay, but for those that are the task's own words:
    a shop may well sell something called a pair, or a segment."""
    marks = []
    for mark in reading.marks:
        within = [n for n in range(mark.start, mark.end) if n in inside]
        whole = len(within) == mark.end - mark.start
        spoken = mark.kind in ("phrase", "unknown", "word", "number") or (
            mark.kind == "product" and whole and (not mark.products or task.words.issuperset(map(singular, mark.text.split())))
        )
        marks.append(replace(mark, kind="word", senses=(), period=None, value="") if within and spoken else mark)
    return replace(reading, marks=tuple(marks))


def _divided(rest: Reading, task: Task) -> tuple[Reading, tuple[str, ...]]:
    """The reading without the words that say what the answer is divided by, and what that is: "by category", "which categories"."""
    for mark in rest.marks:
        dimension = next((d for d in mark.all("dimension") if d in task.groups), "")
        if mark.kind == "phrase" and dimension:
            before = rest.before(mark)
            spoken = {mark.start} | ({before.start} if before is not None and before.is_op("by") else set())
            marks = tuple(replace(m, kind="word", senses=()) if m.start in spoken else m for m in rest.marks)
            return replace(rest, marks=marks), (dimension,)
    return rest, ()


def _lists(rest: Reading) -> bool:
    """Whether a list of some is asked for, and not a figure of all."""
    return rest.has("top", "rank", "who") or any(token.text == "which" for token in rest.tokens)


def _small(mark: Mark, task: Task) -> bool:
    return mark.text in task.nouns


def _points(rest: Reading) -> bool:
    return rest.has("that") or any(m.text in ("they", "them", "their", "he", "she", "him", "her", "it", "this") for m in rest.marks)


def _not_taken(task: Task, rest: Reading, made: Draft, clauses: Mapping[str, FilterClause], today: date) -> Clarify | None:
    """What the message says beside the task and the tool would have to pass over."""
    for dimension, clause in clauses.items():
        if dimension not in task.takes or clause.op not in ("eq", "in", "ne", "not_in"):
            return Clarify(f"I can tell that only without {clause.label or dimension}; shall I?", slot="subject")
    for mark in rest.marks:
        if mark.kind not in ("phrase", "unknown") or mark.start in made.filters.used or set(mark.text.split()) <= task.nouns | _SMALL:
            continue
        if mark.kind == "unknown" or any(s.kind in ("metric", "dimension", "absent", "attack") for s in mark.senses):
            return Clarify(f"I can tell that, but not together with “{mark.text}”; shall I leave that out?", slot="subject")
        if mark.senses and not mark.is_op(*_HARMLESS) and not any(s.kind in ("country", "category_value", "abroad") for s in mark.senses):
            return Clarify(f"I can tell that, but not with “{mark.text}” beside it; please ask for it alone.", slot="subject")
    said = [p.period for p in made.periods if p.period is not None]
    if task.span == "none" and said:
        return Clarify("That I can tell only as of today, from all data; shall I?", slot="period")
    if task.span == "ahead" and any(p.last <= today for p in said):
        return Clarify("That is about the time to come; a past period cannot be asked. Shall I tell it as of today?", slot="period")
    return None


def _period(task: Task, made: Draft, today: date) -> Period | None:
    said = [p.period for p in made.periods if p.period is not None]
    return said[0] if task.span == "past" and said and said[0].first <= today else None


def _number(rest: Reading, made: Draft) -> int:
    """The number of rows that is named, 0 where none is."""
    for mark in rest.of("number"):
        if mark.start not in made.filters.used and mark.number == int(mark.number) and 0 < mark.number <= MOST_ROWS:
            return int(mark.number)
    return 0
