"""From text to a typed question, or to a question back, or to a refusal: the parser's front door.

Owns the order of the steps and what is remembered of a conversation. Each step has a module of its own: `guard`, `reading`,
`filters`, `draft`, `assemble`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeAlias

from assistant.analyst.assemble import Assembler
from assistant.analyst.business import business_question
from assistant.analyst.catalogue_turn import catalogue_question
from assistant.analyst.draft import RANKING_OPS
from assistant.analyst.drafter import Drafter
from assistant.analyst.filters import FilterReader
from assistant.analyst.guard import refused
from assistant.analyst.hearing import unheard
from assistant.analyst.lexicon import Lexicon
from assistant.analyst.opinion_turn import as_plain, asked
from assistant.analyst.outcome import Clarify, Refuse, Stop
from assistant.analyst.own_money import OTHER_MONEY, in_own_money
from assistant.analyst.periods import PeriodGrammar
from assistant.analyst.question import FilterClause, Period, Question, question_from_json
from assistant.analyst.reading import Reader, Reading
from assistant.analyst.respoken import respoken
from assistant.analyst.restated import restated, second_thought
from assistant.analyst.semantics import Semantics
from assistant.analyst.sentences import asking
from assistant.analyst.surroundings import Focus
from assistant.analyst.text import tokenize
from assistant.analyst.vague_times import vague_time
from assistant.analyst.values import NAME_STOP, Values

MOST = 2000
"""Characters of a message that are read."""
_REVIEWERS = frozenset(["women", "woman", "ladies", "females", "female"])
"""All who reviewed women's clothes: no filter among reviews."""
_REVIEWING = frozenset(["review", "reviewer", "rate", "rating", "rated", "recommend", "star", "stars", "department", "division", "class"])
_REPLY_WORDS = frozenset(
    ["the", "a", "an", "one", "that", "this", "i", "mean", "meant", "please", "pls", "it", "and", "just", "no", "yes", "of", "sorry"]
)
_GOES_ON = frozenset(["and", "same", "for", "or", "but", "also", "then"])
"""First words that build on the message before."""

Outcome: TypeAlias = Question | Clarify | Refuse


@dataclass(frozen=True, slots=True)
class Memory:
    """What a conversation carries on: the last question and the one before it, what "it" means, and a message that waits for
    an answer to our question back."""

    question: Question | None = None
    focus: Focus | None = None
    pending: str = ""
    choices: tuple[str, ...] = ()
    earlier: Question | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON-able, for the store."""
        focus = None if self.focus is None else {"dimension": self.focus.dimension, "value": self.focus.value, "label": self.focus.label}
        question = None if self.question is None else self.question.to_json()
        earlier = None if self.earlier is None else self.earlier.to_json()
        return {"question": question, "earlier": earlier, "focus": focus, "pending": self.pending, "choices": list(self.choices)}


def memory_from_json(data: Mapping[str, Any]) -> Memory:
    """The inverse of `Memory.to_json`; an empty mapping is a conversation that begins."""
    focus, question = data.get("focus"), data.get("question")
    return Memory(
        question=question_from_json(question) if question else None,
        focus=Focus(focus["dimension"], focus["value"], focus["label"]) if focus else None,
        pending=data.get("pending", ""),
        choices=tuple(data.get("choices", ())),
        earlier=question_from_json(data["earlier"]) if data.get("earlier") else None,
    )


@dataclass(frozen=True, slots=True)
class Parsed:
    """An outcome with how it was reached; `text` is what was parsed in the end (a reply to a choice stands for the whole question)."""

    outcome: Outcome
    text: str
    reading: Reading
    trace: tuple[tuple[str, str], ...] = field(default=())


class Parser:
    """Parses the messages of one shop."""

    def __init__(
        self,
        semantics: Semantics,
        lexicon: Lexicon,
        values: Values,
        first_day: date,
        today: date,
        is_word: Callable[[str], bool] | None = None,
        currency: str = "GBP",
    ) -> None:
        self.currency = currency
        self.semantics, self.lexicon, self.values = semantics, lexicon, values
        self.first_day, self.today = first_day, today
        self.reader = Reader(lexicon, values, is_word)
        self.drafter = Drafter(semantics, values)
        self.assembler = Assembler(semantics, first_day, today, reviews_dated=values.reviews_dated)

    def parse(self, text: str, memory: Memory) -> Parsed:
        """The outcome of a message in its conversation; never raises for what people type."""
        text = " ".join(text.split())[:MOST]  # patterns of phrases cost the square of a run of blanks
        of_catalogue = catalogue_question(text)
        if of_catalogue is not None:
            return Parsed(of_catalogue, text, self.alone(text))
        wanted = None if memory.pending else asked(text, memory.question)
        if wanted is not None:
            parsed = self._parsed(wanted.rest, replace(memory, question=as_plain(memory.question)))
            return replace(parsed, outcome=wanted.outcome(parsed.outcome), text=text)
        said = asking(text, lambda part: self._read(part, memory))
        thought = None if memory.pending else second_thought(said, lambda part: self._read(part, memory))
        if thought is not None:
            first = self._parsed(thought[0], memory).outcome
            if isinstance(first, Question):
                return replace(self._parsed(thought[1], Memory(first, earlier=memory.question)), text=text)
        text = self._variant(restated(said, lambda part: self._read(part, memory)), memory)
        filled = self._filled(text, memory)
        if filled:
            parsed = self._parsed(filled, memory)
            if not isinstance(parsed.outcome, Clarify):
                return parsed
            alone = self._parsed(text, memory)
            return parsed if isinstance(alone.outcome, Clarify) else alone
        return self._parsed(text, memory)

    def alone(self, text: str) -> Reading:
        """The reading of a message that stands by itself."""
        return self._read(text[:MOST], Memory())

    def period(self, text: str) -> Period | None:
        """The one period that a stretch of text names; None where it names none or several."""
        found = PeriodGrammar(self.first_day, self.today, home=self.values.home).find(text)
        return found[0].period if len(found) == 1 else None

    def understood(self, parsed: Parsed) -> Question:
        """What of a message was understood: the question; where we asked back or declined, its period, values and figure."""
        if isinstance(parsed.outcome, Question):
            return parsed.outcome
        said = [m.period.period for m in parsed.reading.of("period") if m.period is not None and m.period.period is not None]
        try:
            clauses = FilterReader(parsed.reading, self.values, reviews=False).read().clauses
        except Stop:
            clauses = []
        figures = {ident for m in parsed.reading.marks for ident in m.all("metric")[:1]}
        metrics = tuple(figures) if len(figures) == 1 else ()
        return Question("metric", metrics, filters=tuple(clauses), period=said[0] if said else None)

    def _variant(self, text: str, memory: Memory) -> str:
        """ "And the large?" after the small one: the message with the code of the product that differs in just that word."""
        clause = memory.question.filter_on("product") if memory.question and not memory.pending else None
        held = self.values.by_code.get(str(clause.values[0]).upper()) if clause and clause.op == "eq" else None
        said = {t.stem for t in tokenize(text)}
        if held is None or len(said) > 8:
            return text
        words = set(held.words)
        found = [
            p for p in self.values.products if len(words - set(p.words)) == 1 == len(set(p.words) - words) and set(p.words) - words <= said
        ]
        if len(found) != 1 or words & said - NAME_STOP:
            return text
        differing = set(found[0].words) - words
        another = any(set(m.words) - differing for m in self._read(text, memory).of("product"))
        return text if another else f"{text} {found[0].id}"

    def _filled(self, text: str, memory: Memory) -> str:
        """The message that waited, with the reply to our question back put in; empty where the reply is something else."""
        if not memory.pending or len(text.split()) > 12:
            return ""
        reply = text.strip().strip(".?!").lower()
        for choice in memory.choices:
            if reply == choice.lower() or (
                choice.endswith(")") and reply in (choice.lower().rsplit(" (", 1)[0], choice.lower().rsplit("(", 1)[1].rstrip(")"))
            ):
                code = choice.rsplit("(", 1)[1].rstrip(")") if choice.endswith(")") and "(" in choice else ""
                return f"{memory.pending} {code}" if code else choice
        fitting = [c for c in memory.choices if c.endswith(")") and self._named_by(reply, c)]
        if len(fitting) == 1:
            return f"{memory.pending} {fitting[0].rsplit('(', 1)[1].rstrip(')')}"
        return f"{memory.pending} {text}" if len(text.split()) <= 4 else ""

    def _named_by(self, reply: str, choice: str) -> bool:
        """Whether every word of the reply that says something is in the choice."""
        words = [t.stem for t in tokenize(reply) if t.text not in _REPLY_WORDS]
        return bool(words) and set(words) <= {t.stem for t in tokenize(choice)}

    def _parsed(self, text: str, memory: Memory) -> Parsed:
        """What `text` is read as, or a question back about a word of it that makes no difference to that."""
        parsed = self._taken(text, memory)
        if not isinstance(parsed.outcome, Question):
            return parsed
        word = unheard(parsed.text, parsed.reading, parsed.outcome, lambda other: self._taken(other, memory).outcome)
        return replace(parsed, outcome=self._passed_over(word, parsed.outcome)) if word else parsed

    def _passed_over(self, word: str, question: Question) -> Clarify:
        said = respoken(question, self.semantics)
        if not said or self._taken(said, Memory()).outcome != question:
            return Clarify(f"I understood most of that, but “{word}” changes nothing in it. Can you say it in other words?", slot="subject")
        return Clarify(f"I read that as “{said}”, in which “{word}” is lost. Is that what you mean?", (said,), slot="subject")

    def _taken(self, text: str, memory: Memory) -> Parsed:
        previous, text = memory.question, text[:MOST]
        reading = self._read(text, memory)
        if previous is not None and previous.tool == "forecast" and _complete(reading):
            memory = Memory()
            reading = self._read(text, memory)
        trace = (("read", _account(reading)),)
        try:
            outcome: Outcome = self._outcome(reading, memory)
        except Stop as stop:
            outcome = stop.outcome
        return Parsed(outcome, text, reading, trace)

    def _read(self, text: str, memory: Memory) -> Reading:
        anchor = memory.question.period if memory.question else None
        return self.reader.read(in_own_money(text, self.currency), PeriodGrammar(self.first_day, self.today, anchor, self.values.home))

    def _outcome(self, reading: Reading, memory: Memory) -> Outcome:
        refusal = refused(reading, self.lexicon)
        if refusal is not None:
            return refusal
        asked = business_question(reading, lambda rest: self.drafter.draft(rest, None), _held(memory.focus), self.today)
        if asked is not None:
            return asked
        refusal = self._absent(reading, memory.question)
        if refusal is not None:
            return refusal
        if (ages := self._ages_of_customers(reading)) is not None:
            return ages
        vague = vague_time(reading, follows=memory.question is not None)
        if vague is not None and self.drafter.cube_of(reading, memory.question) != "reviews":
            return vague
        draft = self.drafter.draft(reading, memory.question)
        return self.assembler.question(draft, memory.question, memory.focus, memory.earlier)

    @staticmethod
    def _ages_of_customers(reading: Reading) -> Refuse | None:
        """ "How old is our average customer": only reviewers say their age."""
        age = any("reviewer_age" in m.all("metric") for m in reading.marks)
        words = {t.stem for t in reading.tokens} if age else set()
        if words & _REVIEWING or not words & {"customer", "client", "buyer", "shopper", "purchaser"}:
            return None
        return Refuse("The shop's data does not hold customers' ages; reviewers give theirs.", "absent", ("average age of reviewers",))

    def _absent(self, reading: Reading, previous: Question | None) -> Refuse | None:
        """Things that the data cannot tell, whatever else the message says; a phrase with another sense as well is left to the parser."""
        for mark in reading.marks:
            sense = mark.sense("absent")
            if mark.text in _REVIEWERS and self.drafter.cube_of(reading, previous) == "reviews":
                continue
            if sense is not None and all(s.kind == "absent" for s in mark.senses):
                said = "" if sense.value == OTHER_MONEY else f" (you asked about “{mark.text}”)"
                text = (
                    f"The shop's data does not hold {sense.value}{said}. It holds sales, returns, orders, "
                    f"units, customers, products, countries and reviews."
                )
                return Refuse(text, "absent", ("sales last month", "return rate this year", "top 10 products by units"))
        return None


def _held(focus: Focus | None) -> FilterClause | None:
    """What "they" and "it" mean, as a filter."""
    return None if focus is None else FilterClause(focus.dimension, "eq", (focus.value,), focus.label)


def _complete(reading: Reading) -> bool:
    """Whether a message says all that a question needs, so that it does not ask for another forecast just because one went before."""
    if reading.tokens[:1] and reading.tokens[0].text in _GOES_ON:
        return False
    if reading.has("together_with", "why", *RANKING_OPS):
        return True
    return any(m.sense("metric") for m in reading.marks) and bool(reading.of("period")) and not reading.has("forecast")


def _account(reading: Reading) -> str:
    """What each stretch of the message was taken for, for the answer's trace."""
    parts = []
    for mark in reading.marks:
        if mark.kind == "word":
            continue
        said = "/".join(f"{s.kind}:{s.value}" for s in mark.senses) or (mark.products[0].id if mark.products else mark.value) or mark.kind
        parts.append(f"{mark.text}={said}")
    mended = [f"{wrong}→{right}" for wrong, right in reading.mended]
    return "; ".join([*parts, *mended])
