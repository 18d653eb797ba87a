"""The office's room: one staff message in, one answer with its receipt out.

Owns the turn: parse, run the tool, narrate, draw, remember. Loads the warehouse, the semantic layer and the shop's values when
first asked, and again when the warehouse was rebuilt.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.analyst.context import Context
from assistant.analyst.lessons import Encode, Lesson, Lessons, as_said
from assistant.analyst.lexicon import Lexicon, load_lexicon
from assistant.analyst.mending import Chosen, Form, Mender
from assistant.analyst.outcome import Clarify, Refuse
from assistant.analyst.parse import Memory, Parsed, Parser, memory_from_json
from assistant.analyst.permits import Permits, load_permits, refusal
from assistant.analyst.proposing import Proposer, load_model
from assistant.analyst.question import FilterClause, Question, question_from_json
from assistant.analyst.semantics import Semantics, load_semantics
from assistant.analyst.service import MEMORY as SERVICE
from assistant.analyst.service import ServiceRoom
from assistant.analyst.surroundings import Focus
from assistant.analyst.synonyms import Proposal, proposals
from assistant.analyst.talk import TalkRoom
from assistant.analyst.tools import Tool, ToolResult, tools
from assistant.analyst.values import Values, lexicon_with, load_values
from assistant.config import Settings
from assistant.errors import BadQuestion, StoreError, WarehouseMissing
from assistant.types import Answer, Message, Status, Understanding
from assistant.warehouse import LinkedWarehouse, PseudonymousWarehouse, Warehouse, pseudonym_key

_OF_CUSTOMERS = ("at_risk", "customer_value", "likely_buyers")
"""Tools whose rows are customers."""
if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

OWN_FILE = "semantics.toml"
"""The shop's own semantic file in the store, unless `staff.semantics` names another."""
_FOCUSABLE = ("customer", "product", "country", "order", "department", "class", "reviewed_item")


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What one state of the warehouse gives to every turn."""

    context: Context
    parser: Parser
    values: Values
    tools: Mapping[str, Tool]
    permits: Permits
    written: float

    def seen_by(self, account_role: str) -> _Loaded:
        """The same with what that role may not see marked in the context."""
        return replace(self, context=replace(self.context, denied=self.permits.denied_to(account_role)))


class Analyst:
    """Answers staff questions over the store in `folder`. Cheap to make; safe to use from several threads.

    `is_word` says of an unknown word whether it is one at all, and so not a misspelling of a small word. `lessons` gives what
    staff corrected so far; `encode` tells whether a message says nearly the same as one of them. `model`, with its name, takes the place
    of the one that `staff.parser` names. `service` answers what is asked about conversations,
    `talk` what they are about.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        is_word: Callable[[str], bool] | None = None,
        lessons: Callable[[], Sequence[Lesson]] = tuple,
        encode: Encode | None = None,
        model: tuple[BaseChatModel, str] | None = None,
        service: ServiceRoom | None = None,
        talk: TalkRoom | None = None,
    ) -> None:
        self.folder, self.settings, self._is_word = folder, settings, is_word
        self._given, self._encode = lessons, encode
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self._veiled: tuple[_Loaded, _Loaded] | None = None
        self._lessons: tuple[Parser, Lessons] | None = None
        self._worded: tuple[float, Semantics, Lexicon] | None = None
        self._model = model
        self._service, self._talk = service, talk

    def warm_up(self) -> None:
        """Load everything now, so that the first question is as fast as the rest.

        Raises:
            WarehouseMissing: nothing was imported yet.
            BadSemantics: the shop's own semantic file is malformed.
            BadSettings: `staff.denied` names what is not in the semantic layer.
        """
        self._ready()

    @property
    def context(self) -> Context:
        """The warehouse, the semantic layer and the reach of the data, for screens that ask typed questions."""
        return self._ready().context

    @property
    def values(self) -> Values:
        """What of the shop's own can be named in a question."""
        return self._ready().values

    def reply(self, message: Message, understanding: Understanding | None, memory: Mapping[str, Any]) -> tuple[Answer, Mapping[str, Any]]:
        """The answer to a message, and the conversation's memory after it; where nothing was imported yet, it says so."""
        began = time.perf_counter()
        for room in (self._service, self._talk):
            if room is not None and (of_the_counter := room.reply(message.text, memory)) is not None:
                return of_the_counter
        memory = {name: value for name, value in memory.items() if name != SERVICE}
        try:
            loaded, before = self._shown_to(message.account_role), memory_from_json(memory)
        except WarehouseMissing as missing:
            said = f"There are no figures to read yet. {missing.hint or missing}"
            return Answer(Status.DECLINED, said, intent="empty", latency_ms=(time.perf_counter() - began) * 1000), memory
        parsed, lesson = self._taught(loaded.parser.parse(message.text, before), message.text, loaded)
        parsed, model = self._proposed(parsed, loaded)
        answer, after = self._answered(parsed, before, loaded)
        if answer.status is Status.ANSWERED and (lesson or model):
            said = as_said(lesson) if lesson else f"The model {model} proposed this reading; the figures are the shop's own."
            answer = replace(answer, text=f"{answer.text} {said}")
        took = (time.perf_counter() - began) * 1000
        return replace(answer, latency_ms=took, trace=(*parsed.trace, *answer.trace)), {**memory, **after.to_json()}

    def ask(self, question: Question, account_role: str = "") -> Answer:
        """The answer to a typed question, as screens and saved questions ask it for somebody of that role.

        Raises:
            BadQuestion: it names a tool, metric or dimension that does not exist.
        """
        loaded = self._shown_to(account_role)
        return self._run(loaded.context.semantics.checked(question), loaded)[0]

    def form(self, record: Mapping[str, Any], account_role: str = "") -> Form | None:
        """What may be chosen in place of what a stored answer's message was understood as; None where nothing can be mended."""
        loaded = self._shown_to(account_role)
        question = _question_of(record)
        return None if question is None else self._mender(loaded).form(question)

    def mend(
        self, record: Mapping[str, Any], chosen: Chosen, memory: Mapping[str, Any], account_role: str = ""
    ) -> tuple[Question, Answer, Mapping[str, Any]]:
        """The corrected question of a stored answer, its answer, and the conversation's memory, which goes on from it.

        Raises:
            BadQuestion: what was chosen is not in the data or does not go together, or the answer rests on no question.
        """
        began = time.perf_counter()
        loaded, question = self._shown_to(account_role), _question_of(record)
        if question is None:
            raise BadQuestion("This answer rests on no question that could be corrected.", hint="Ask in other words.")
        meant = self._mender(loaded).mended(question, chosen)
        answer, result = self._run(meant, loaded)
        before = memory_from_json(memory)
        after = Memory(meant, _focus(meant, result), earlier=before.question) if answer.status is Status.ANSWERED else before
        trace = (("corrected", repr(meant.to_json())), *answer.trace)
        return meant, replace(answer, trace=trace, latency_ms=(time.perf_counter() - began) * 1000), {**memory, **after.to_json()}

    def proposals(self) -> tuple[Proposal, ...]:
        """Words that the corrections show the meaning of, and that the shop's file does not hold yet."""
        loaded = self._ready()
        return proposals(self._learnt(loaded), loaded.context.semantics)

    @property
    def own_words(self) -> Path:
        """The shop's semantic file, which takes up what it teaches; it need not exist."""
        return self.folder / (self.settings.staff.semantics or OWN_FILE)

    # ------------------------------------------------------------------ one turn

    def _taught(self, parsed: Parsed, text: str, loaded: _Loaded) -> tuple[Parsed, Lesson | None]:
        """The message as it was corrected before, where it was; and by which lesson."""
        lessons = self._learnt(loaded)
        if not lessons.given or (isinstance(parsed.outcome, Refuse) and parsed.outcome.reason in ("attack", "denied")):
            return parsed, None
        found = lessons.applied(text, parsed.reading, loaded.parser.understood(parsed))
        if found is None:
            return parsed, None
        question, lesson = found
        learnt = ("learnt", f"as {lesson.by or 'staff'} corrected “{lesson.text}” on {lesson.on.isoformat()}")
        return replace(parsed, outcome=question, trace=(*parsed.trace, learnt)), lesson

    def _proposed(self, parsed: Parsed, loaded: _Loaded) -> tuple[Parsed, str]:
        """The message as a language model reads it, where the shop has one and the parser did not understand; and the model's name."""
        outcome = parsed.outcome
        lost = (isinstance(outcome, Refuse) and outcome.reason == "unknown") or (isinstance(outcome, Clarify) and outcome.slot != "product")
        if not lost or not self.settings.staff.parser:
            return parsed, ""
        if self._model is None:
            self._model = load_model(self.settings.staff.parser, self.settings.staff.parser_timeout_s)
        model, name = self._model
        proposer = Proposer(model, name, self._mender(loaded), loaded.parser.period, self.settings.staff.parser_timeout_s)
        proposed = proposer.propose(parsed.reading)
        if proposed is None:
            return parsed, ""
        trace = (*parsed.trace, ("proposed", f"{name}: {proposed.question.to_json()}"))
        return replace(parsed, outcome=proposed.question, trace=trace), name

    def _learnt(self, loaded: _Loaded) -> Lessons:
        """The lessons given so far, as this state of the shop's words reads them."""
        given, kept = tuple(self._given()), self._lessons
        if kept is None or kept[0] is not loaded.parser or kept[1].given != given:
            kept = self._lessons = (loaded.parser, Lessons(given, loaded.parser.alone, self._encode))
        return kept[1]

    @staticmethod
    def _mender(loaded: _Loaded) -> Mender:
        return Mender(loaded.context.semantics, loaded.values, loaded.tools, loaded.context.denied)

    def _answered(self, parsed: Parsed, before: Memory, loaded: _Loaded) -> tuple[Answer, Memory]:
        outcome = parsed.outcome
        partly = loaded.parser.understood(parsed).to_json()
        if isinstance(outcome, Clarify):
            answer = Answer(Status.CLARIFY, outcome.text, intent="clarify", choices=outcome.choices, question=partly)
            return answer, replace(before, pending=parsed.text, choices=outcome.choices)
        if isinstance(outcome, Refuse):
            mendable = partly if outcome.reason not in ("attack", "denied") else None
            answer = Answer(Status.DECLINED, outcome.text, intent=outcome.reason, choices=outcome.choices, question=mendable)
            return answer, replace(before, pending="", choices=())
        try:
            question = loaded.context.semantics.checked(outcome)
        except BadQuestion as error:
            answer = Answer(Status.DECLINED, str(error), intent="unknown", tool=outcome.tool)
            return answer, replace(before, pending="", choices=())
        answer, result = self._run(question, loaded)
        if answer.status is not Status.ANSWERED:
            return answer, replace(before, pending="", choices=())
        return answer, Memory(outcome, _focus(outcome, result), earlier=before.question)

    def _run(self, question: Question, loaded: _Loaded) -> tuple[Answer, ToolResult]:
        from assistant.analyst import charts, narrate

        context = loaded.context
        denied = refusal(question, context.denied, context.semantics)
        if denied is not None:
            refused = ToolResult(Status.DECLINED, text=denied.text)
            return Answer(Status.DECLINED, denied.text, intent=denied.reason, tool=question.tool), refused
        try:
            result = loaded.tools[question.tool].run(question, context)
        except StoreError as error:
            result = ToolResult(Status.DECLINED, text=str(error))
            return Answer(Status.DECLINED, str(error), intent=question.tool, tool=question.tool), result
        result = replace(result, rows=result.rows[: self.settings.staff.max_rows])
        answer = Answer(
            status=result.status,
            text=narrate.sentence(question, result, context),
            value=result.value,
            rows=result.rows,
            unit=result.unit,
            row_unit=result.row_unit,
            receipt=result.receipt,
            intent=question.tool,
            tool=question.tool,
            products=result.products,
            choices=result.choices,
            chart=charts.figure(question, result, context),
            question=question.to_json(),
            trace=(("question", repr(question.to_json())),),
        )
        return answer, result

    # ------------------------------------------------------------------ loading

    def _ready(self) -> _Loaded:
        with self._lock:
            if self._loaded is not None and (self._loaded.context.warehouse.stale() or self._loaded.written != _written(self.own_words)):
                self._loaded.context.warehouse.close()
                self._loaded = None
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _shown_to(self, account_role: str) -> _Loaded:
        """What that role is shown: under pseudonyms where the settings say so, and what it is denied marked.

        A sender whose role is not known is shown pseudonyms where any role is.
        """
        loaded, veiled = self._ready(), self.settings.staff.pseudonyms
        if account_role in veiled or (veiled and not account_role):
            with self._lock:
                if self._veiled is None or self._veiled[0] is not loaded:
                    hidden = PseudonymousWarehouse(loaded.context.warehouse, pseudonym_key(self.folder))
                    self._veiled = loaded, self._over(hidden)
                loaded = self._veiled[1]
        return loaded.seen_by(account_role)

    def _load(self) -> _Loaded:
        staff = self.settings.staff
        return self._over(
            LinkedWarehouse(staff.warehouse_url) if staff.warehouse_url else Warehouse.open(self.folder, time_limit_s=staff.time_limit_s)
        )

    def _over(self, warehouse: Warehouse) -> _Loaded:
        staff = self.settings.staff
        written, semantics, words = self._words()
        info, values = warehouse.info, load_values(warehouse)
        lexicon = lexicon_with(words, values)
        today = info.as_of.date() if info.as_of else date.today()  # noqa: DTZ011 - a shop without dated sales still asks about "today"
        parser = Parser(semantics, lexicon, values, info.first_day or today, today, self._is_word, self.settings.currency)
        context = Context(warehouse, semantics, self.settings, info.first_day, info.as_of)
        permits = load_permits({str(role): names for role, names in staff.denied.items()}, semantics)
        return _Loaded(context, parser, values, tools(), permits, written)

    def _words(self) -> tuple[float, Semantics, Lexicon]:
        """The semantic layer and the words of asking, read anew only when the shop's own file has changed: they take a second."""
        written = _written(self.own_words)
        if self._worded is None or self._worded[0] != written:
            semantics = load_semantics(self.own_words if self.settings.staff.semantics or self.own_words.exists() else None)
            self._worded = written, semantics, load_lexicon(semantics)
        return self._worded


def _written(path: Path) -> float:
    """When a file was last written, 0 where there is none."""
    return path.stat().st_mtime if path.exists() else 0.0


def _question_of(record: Mapping[str, Any]) -> Question | None:
    """The question that a stored answer rests on, in whole or in part."""
    typed = record.get("question")
    try:
        return question_from_json(dict(typed)) if typed else None
    except (ValueError, KeyError, TypeError):
        return None


def _focus(question: Question, result: ToolResult) -> Focus | None:
    """What "it" means in the next message: the first row of a ranking, the winner of a comparison, else the one value asked about."""
    of_each = len(question.by) == 2 and question.by[0] != "order"
    if question.tool == "ranking" and result.rows and question.by[0] in _FOCUSABLE and not of_each:
        row = result.rows[0]
        return Focus(question.by[0], row.label, row.name or row.label)
    if question.tool == "compare" and question.comparison and question.comparison.kind == "winner":
        won = next((s for s in question.comparison.sides if s.label == result.value and s.filters), None)
        if won is not None:
            return _of_clause(won.filters[0])
    if question.tool in _OF_CUSTOMERS and result.rows:
        return Focus("customer", result.rows[0].label, result.rows[0].name or result.rows[0].label)
    single = [c for c in question.filters if c.op == "eq" and c.dimension in _FOCUSABLE]
    return _of_clause(single[-1]) if single else None


def _of_clause(clause: FilterClause) -> Focus:
    value = clause.values[0]
    return Focus(clause.dimension, value if isinstance(value, str | int) else str(value), clause.label)
