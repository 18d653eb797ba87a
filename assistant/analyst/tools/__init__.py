"""The staff tools: one file a tool, one decorated function a file, one registry that everything else iterates.

A tool takes a `Question` and a `Context` and returns a `ToolResult`: figures, never prose (that is `narrate`) and never a
drawing (that is `charts`). The function's docstring is its help; its name, examples and the question's fields that it reads
make its LangChain `StructuredTool`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from assistant.analyst.question import Question, question_from_json
from assistant.types import Receipt, Row, Scalar, Status

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

    from assistant.analyst.context import Context

ToolFunction: TypeAlias = "Callable[[Question, Context], ToolResult]"


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool found.

    `value`, `rows` and `receipt` go into the answer as they are. `unit` is that of `value` and, where `row_unit` says nothing else,
    of the rows: money, count, share (a fraction), number, rating, date, label. `facts` are further figures by name for the sentence
    (`new`, `old`, `low`, `high`, ...); `notes` are warnings a reader must see (part of the period, small numbers, wrong premise).
    `groups` is how many rows there are where the row limit cut them, else 0. `text` is set only by a tool that must say something
    itself, as when it declines.
    """

    status: Status = Status.ANSWERED
    value: Scalar = None
    rows: tuple[Row, ...] = ()
    receipt: Receipt | None = None
    unit: str = "number"
    row_unit: str = ""
    facts: Mapping[str, Scalar] | None = None
    notes: tuple[str, ...] = ()
    text: str = ""
    choices: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    groups: int = 0

    @property
    def rows_unit(self) -> str:
        """What the rows are measured in."""
        return self.row_unit or self.unit


@dataclass(frozen=True, slots=True)
class Tool:
    """A registered tool. `reads` are the fields of `Question` that matter to it."""

    name: str
    function: ToolFunction
    examples: tuple[str, ...]
    reads: tuple[str, ...]

    @property
    def help(self) -> str:
        """The function's docstring."""
        return inspect.cleandoc(self.function.__doc__ or "")

    def run(self, question: Question, context: Context) -> ToolResult:
        return self.function(question, context)

    def as_langchain(self, context: Context) -> StructuredTool:
        """This tool for a LangChain agent: arguments are the question's fields in their JSON form, checked like any typed question."""
        from langchain_core.tools import StructuredTool

        def call(**fields: Any) -> dict[str, Any]:
            question = context.semantics.checked(question_from_json({"tool": self.name, **{k: v for k, v in fields.items() if v}}))
            result = self.function(question, context)
            return {
                "value": result.value,
                "rows": [(r.label, r.value) for r in result.rows],
                "notes": list(result.notes),
                "text": result.text,
            }

        properties = {name: _FIELD_SCHEMAS[name] for name in self.reads}
        schema = {"title": self.name, "description": self.help, "type": "object", "properties": properties}
        return StructuredTool.from_function(call, name=self.name, description=self.help, args_schema=schema, infer_schema=False)


_REGISTRY: dict[str, Tool] = {}

_FIELD_SCHEMAS: dict[str, dict[str, Any]] = {
    "metrics": {"type": "array", "items": {"type": "string"}, "description": "ids of metrics in the semantic layer"},
    "by": {"type": "array", "items": {"type": "string"}, "description": "ids of dimensions to group by"},
    "filters": {"type": "array", "items": {"type": "object"}, "description": "clauses {dimension, op, values}"},
    "period": {"type": "object", "description": "{first, last} as ISO dates, {grain} where it is a calendar unit"},
    "ranking": {"type": "object", "description": "{n, direction: top|bottom, skip}"},
    "comparison": {"type": "object", "description": "{kind: growth|difference|winner|both, sides: [{label, period, filters, metric}]}"},
    "share": {"type": "object", "description": "{part: clauses, of: metric id}"},
    "per": {"type": "string", "description": "unit of an average: day, week, month, order, customer"},
    "having": {"type": "object", "description": "{metric, op, value}: keep groups whose metric is so"},
    "ask": {"type": "string", "enum": ["number", "label", "date", "rows"]},
}


def tool(*, examples: tuple[str, ...], reads: tuple[str, ...] = ("metrics", "filters", "period")) -> Callable[[ToolFunction], ToolFunction]:
    """Register the decorated function as the staff tool of its own name."""

    def register(function: ToolFunction) -> ToolFunction:
        name = function.__name__
        _REGISTRY[name] = Tool(name, function, examples, reads)
        return function

    return register


def tools() -> Mapping[str, Tool]:
    """All tools by name; importing this package's files registers them, and each file is one tool."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_REGISTRY.items()))
