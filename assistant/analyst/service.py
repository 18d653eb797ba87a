"""Questions about the service itself: how many conversations, handed off and why, resolved, rated, answered how fast.

Owns the small grammar of these questions, with `service_narrowing`; the figures' names, definitions and words are in `service.toml`. They
are about the shop's own counter and not about its sales: "today" is today, and the figures come from the store by way of `Figures`.
Refuses what it cannot narrow down rather than leave a word out of account.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from assistant.analyst.periods import PeriodGrammar
from assistant.analyst.question import Period
from assistant.analyst.service_narrowing import Among, Known, narrowed
from assistant.types import Answer, Receipt, Row, Status

MEMORY, NARROWED = "service", "service_among"
"""Under these names the conversation's memory keeps the last figure asked for, and what it was narrowed down to."""
EVERYTHING = Among()
MOST = 2000
"""Characters of a message that are read."""


class Counted(Protocol):
    """A figure as the store reckons it, see `assistant.store.service.Reckoned`."""

    @property
    def value(self) -> float | None: ...
    @property
    def rows_read(self) -> int: ...
    @property
    def query(self) -> str: ...
    @property
    def rows(self) -> tuple[tuple[str, float], ...]: ...


class Figures(Protocol):
    """Reckons a figure by its name, and says what it can be narrowed down to."""

    def figure(self, name: str, start: datetime, end: datetime, by: str = "", among: Mapping[str, Any] | None = None) -> Counted: ...
    def topics(self) -> list[str]: ...
    def agents(self) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of the service. `said` words it with `{value}` and `{when}`; `none` is said where there is nothing to take it over."""

    name: str
    title: str
    definition: str
    unit: str
    said: str
    none: str
    by: str
    patterns: tuple[re.Pattern[str], ...]


_KEPT_BY = {"conversations": ("day",), "handed_off": ("reason", "day"), "suggestion_acceptance": ("source",), "satisfaction": ("score",)}
_BY_DAY = re.compile(r"\b(?:by|per|each|every) day\b|\bdaily\b|\bday by day\b")
_ABOUT = re.compile(
    r"\b(?:conversations?|chats?|hand-?(?:ed|offs?|overs?)|escalat\w+|agents?|bot|assistant|suggest\w+|csat|person|human"
    r"|(?:response|reply) times?|(?:customer|average) satisfaction|satisfaction score)\b"
)
_JOINING = frozenset(["and", "what", "about", "how", "for", "in", "on", "the", "of", "same", "then", "was", "it", "or"])
_PART = re.compile(r"<(\w+)>")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class ServiceRoom:
    """Answers questions about the service. Safe to use from several threads.

    Args:
        figures: reckons.
        now: the time, with its offset; the machine's own by default.
    """

    def __init__(self, figures: Figures, now: Callable[[], datetime] = lambda: datetime.now().astimezone()) -> None:
        self._figures = figures
        self._now = now

    def reply(self, text: str, memory: Mapping[str, Any]) -> tuple[Answer, Mapping[str, Any]] | None:
        """The answer and the memory after it; None where the message is about something else."""
        said = " ".join(text.lower().replace("’", "'").split()).strip(" ?!.")[:MOST]
        measure = measure_of(said) if _ABOUT.search(said) else None
        follows = str(memory.get(MEMORY, ""))
        if measure is None and not follows:
            return None
        now = self._now()
        found = PeriodGrammar(date(now.year - 10, 1, 1), now.date()).find(said)
        known = Known(self._figures.agents(), tuple(self._figures.topics()))
        among, rest = narrowed(_without(said, [(f.start, f.end) for f in found]), known, _small())
        if measure is None and follows and found and set(_WORD.findall(rest)) <= _JOINING:
            measure = next(m for m in measures() if m.name == follows)
            among = among if among.filters else Among.of(memory.get(NARROWED, {}))
        if measure is None:
            return None
        if left := _left(rest):
            words = (
                f"I can count {measure.title} over any time, of one agent, one channel (page, widget, API) or one topic, but not narrow "
                f"them down by “{left}”."
            )
            return Answer(Status.CLARIFY, words, intent="service", tool="service", choices=(f"{measure.title.capitalize()} today",)), memory
        if len(found) > 1:
            words = f"That names several times. Which one shall I take for {measure.title}?"
            return Answer(Status.CLARIFY, words, intent="service", tool="service", choices=("Today", "This week")), {
                **memory,
                MEMORY: measure.name,
            }
        by = "day" if _BY_DAY.search(said) and "day" in _KEPT_BY.get(measure.name, ()) else measure.by
        period = found[0].period if found else None
        return self.answer(measure, period, by, among), {**memory, MEMORY: measure.name, NARROWED: among.filters}

    def answer(self, measure: Measure, period: Period | None, by: str = "", among: Among = EVERYTHING) -> Answer:
        """One figure over a period of whole days, or over all there is, of the conversations meant, with its receipt."""
        now = self._now()
        first = period.first if period else date(now.year - 10, 1, 1)
        last = min(period.last, now.date()) if period else now.date()
        start, end = (datetime.combine(day, time(), now.tzinfo) for day in (first, last + timedelta(days=1)))
        got = self._figures.figure(measure.name, start, end, by, among.filters)
        receipt = Receipt(
            measure.title, measure.definition, among.filters, (first if period else None, last), got.rows_read, now, got.query
        )
        when = f"{among.words} {_when(period, now.date())}".strip()
        if got.value is None or (measure.unit != "count" and not got.rows_read):
            return Answer(Status.ANSWERED, measure.none.format(when=when), receipt=receipt, intent="service", tool="service")
        value = int(got.value) if measure.unit == "count" else round(got.value, 4)
        text = measure.said.format(
            value=worded(value, measure),
            when=when,
            conversations="conversation was" if value == 1 else "conversations were",
            talks="conversation" if value == 1 else "conversations",
        )
        rows = tuple(Row(label, figure, _reason(label) if by == "reason" else "") for label, figure in got.rows)
        if by in ("reason", "source") and rows:
            told = ", ".join(f"{(row.name or row.label).lower()} {row.value:.0f}" for row in rows)
            text = f"{text} {'Why' if by == 'reason' else 'From'}: {told}."
        return Answer(
            Status.ANSWERED,
            text,
            value,
            rows,
            receipt,
            intent="service",
            tool="service",
            unit=measure.unit,
            row_unit="count",
            choices=_next(measure),
            trace=(("service", f"{measure.name} {first}..{last} by {by or 'nothing'}"),),
        )


@cache
def measures() -> tuple[Measure, ...]:
    """All figures, the narrower ones first."""
    file = _file()
    return tuple(_measure(block, file["parts"]) for block in file["measure"])


def measure_of(said: str) -> Measure | None:
    """The figure that a message in small letters asks for."""
    return next((measure for measure in measures() if any(pattern.search(said) for pattern in measure.patterns)), None)


def worded(value: float, measure: Measure) -> str:
    """A figure as a person reads it."""
    if measure.unit == "share":
        return f"{value:.0%}"
    if measure.name == "response_time":
        return f"{value:.0f} seconds" if value < 90 else f"{value / 60:.0f} minutes" if value < 5400 else f"{value / 3600:.1f} hours"
    return f"{value:,.0f}" if measure.unit == "count" else f"{value:.1f}"


REASONS: Mapping[str, str] = {
    "asked": "Asked for a person",
    "angry": "Angry",
    "stuck": "Not understood",
    "payment": "Payment",
    "alarm": "Law or safety",
    "account": "Account",
    "failure": "Failure of ours",
}
"""What the kinds of `assistant.types.Handoff` mean to a reader."""


def _reason(kind: str) -> str:
    return REASONS.get(kind, kind.replace("_", " ").capitalize())


def _next(measure: Measure) -> tuple[str, ...]:
    follow = {
        "handed_off": ("Handoff rate this week",),
        "conversations": ("How many were handed off today?",),
        "resolved_by_bot": ("Resolution rate this week",),
    }
    return follow.get(measure.name, ())


def _when(period: Period | None, today: date) -> str:
    if period is None:
        return "in all the time that is kept"
    if period.first == period.last == today:
        return f"today, {today.day} {today:%b %Y}"
    if period.first <= today < period.last:
        return f"in {period.title} so far" if period.grain != "week" else "this week so far"
    if period.days == 1:
        return f"on {period.title}"
    return f"{'in' if period.grain in ('month', 'quarter', 'half', 'year', 'season') else 'from'} {period.title}"


def _without(said: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        said = f"{said[:start]} {said[end:]}"
    return said


def _left(rest: str) -> str:
    """The words that nothing here understands."""
    return " ".join(word for word in _WORD.findall(rest) if word not in _small())


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(files("assistant.analyst").joinpath("service.toml").read_text(encoding="utf-8"))


@cache
def _small() -> frozenset[str]:
    return frozenset(str(_file()["words"]).split())


def _measure(block: Mapping[str, Any], parts: Mapping[str, str]) -> Measure:
    named = {name: str(block.get(name, "")) for name in ("name", "title", "definition", "unit", "said", "none", "by")}
    return Measure(**named, patterns=tuple(re.compile(_PART.sub(lambda part: parts[part[1]], text)) for text in block["patterns"]))
