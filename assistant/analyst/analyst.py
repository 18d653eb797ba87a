"""The office's room: one staff message in, one answer with its receipt out.

Owns the turn: parse, run the tool, narrate, draw, remember. Loads the warehouse, the semantic layer and the shop's values when
first asked, and again when the warehouse was rebuilt.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from assistant.analyst.assemble import Focus
from assistant.analyst.context import Context
from assistant.analyst.lexicon import load_lexicon
from assistant.analyst.outcome import Clarify, Refuse
from assistant.analyst.parse import Memory, Parsed, Parser, memory_from_json
from assistant.analyst.permits import Permits, load_permits, refusal
from assistant.analyst.question import FilterClause, Question
from assistant.analyst.semantics import load_semantics
from assistant.analyst.tools import Tool, ToolResult, tools
from assistant.analyst.values import lexicon_with, load_values
from assistant.config import Settings
from assistant.errors import BadQuestion, StoreError
from assistant.types import Answer, Message, Status, Understanding
from assistant.warehouse import LinkedWarehouse, Warehouse

_FOCUSABLE = ("customer", "product", "country", "order", "department", "class", "reviewed_item")


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What one state of the warehouse gives to every turn."""

    context: Context
    parser: Parser
    tools: Mapping[str, Tool]
    permits: Permits

    def seen_by(self, account_role: str) -> _Loaded:
        """The same with what that role may not see marked in the context."""
        return replace(self, context=replace(self.context, denied=self.permits.denied_to(account_role)))


class Analyst:
    """Answers staff questions over the store in `folder`. Cheap to make; safe to use from several threads.

    `is_word` says of an unknown word whether it is one at all, and so not a misspelling of a small word.
    """

    def __init__(self, folder: Path, settings: Settings, is_word: Callable[[str], bool] | None = None) -> None:
        self.folder, self.settings, self._is_word = folder, settings, is_word
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

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

    def reply(self, message: Message, understanding: Understanding | None, memory: Mapping[str, Any]) -> tuple[Answer, Mapping[str, Any]]:
        """The answer to a message, and the conversation's memory after it.

        Raises:
            WarehouseMissing: nothing was imported yet.
        """
        began = time.perf_counter()
        loaded, before = self._ready().seen_by(message.account_role), memory_from_json(memory)
        parsed = loaded.parser.parse(message.text, before)
        answer, after = self._answered(parsed, before, loaded)
        took = (time.perf_counter() - began) * 1000
        return replace(answer, latency_ms=took, trace=(*parsed.trace, *answer.trace)), {**memory, **after.to_json()}

    def ask(self, question: Question, account_role: str = "") -> Answer:
        """The answer to a typed question, as screens and saved questions ask it for somebody of that role.

        Raises:
            BadQuestion: it names a tool, metric or dimension that does not exist.
        """
        loaded = self._ready().seen_by(account_role)
        return self._run(loaded.context.semantics.checked(question), loaded)[0]

    # ------------------------------------------------------------------ one turn

    def _answered(self, parsed: Parsed, before: Memory, loaded: _Loaded) -> tuple[Answer, Memory]:
        outcome = parsed.outcome
        if isinstance(outcome, Clarify):
            answer = Answer(Status.CLARIFY, outcome.text, intent="clarify", choices=outcome.choices)
            return answer, replace(before, pending=parsed.text, choices=outcome.choices)
        if isinstance(outcome, Refuse):
            answer = Answer(Status.DECLINED, outcome.text, intent=outcome.reason, choices=outcome.choices)
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
            if self._loaded is not None and self._loaded.context.warehouse.stale():
                self._loaded.context.warehouse.close()
                self._loaded = None
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> _Loaded:
        staff = self.settings.staff
        semantics = load_semantics(self.folder / staff.semantics if staff.semantics else None)
        warehouse = (
            LinkedWarehouse(staff.warehouse_url) if staff.warehouse_url else Warehouse.open(self.folder, time_limit_s=staff.time_limit_s)
        )
        info, values = warehouse.info, load_values(warehouse)
        lexicon = lexicon_with(load_lexicon(semantics), values)
        today = info.as_of.date() if info.as_of else date.today()  # noqa: DTZ011 - a shop without dated sales still asks about "today"
        parser = Parser(semantics, lexicon, values, info.first_day or today, today, self._is_word)
        context = Context(warehouse, semantics, self.settings, info.first_day, info.as_of)
        return _Loaded(context, parser, tools(), load_permits({str(role): names for role, names in staff.denied.items()}, semantics))


def _focus(question: Question, result: ToolResult) -> Focus | None:
    """What "it" means in the next message: the first row of a ranking, the winner of a comparison, else the one value asked about."""
    if question.tool == "ranking" and result.rows and question.by[0] in _FOCUSABLE:
        row = result.rows[0]
        return Focus(question.by[0], row.label, row.name or row.label)
    if question.tool == "compare" and question.comparison and question.comparison.kind == "winner":
        won = next((s for s in question.comparison.sides if s.label == result.value and s.filters), None)
        if won is not None:
            return _of_clause(won.filters[0])
    single = [c for c in question.filters if c.op == "eq" and c.dimension in _FOCUSABLE]
    return _of_clause(single[-1]) if single else None


def _of_clause(clause: FilterClause) -> Focus:
    value = clause.values[0]
    return Focus(clause.dimension, value if isinstance(value, str | int) else str(value), clause.label)
