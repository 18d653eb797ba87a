"""A language model's reading of a question that our own parser did not understand: names and words, never figures, never queries.

What leaves the machine is the question's text, with customers and orders masked, and the names of metrics and dimensions. What comes
back are ids of the semantic layer and stretches of the question's own words; dates and values are linked here, by the same grammar
and the same lists as ever, and whatever does not link is no proposal. Runs only where a shop sets `staff.parser`.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.analyst.mending import FILTERED, Mender
from assistant.analyst.question import Comparison, FilterClause, Period, Question, Ranking, Side
from assistant.errors import BadQuestion, BadSettings
from assistant.privacy import mask

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from assistant.analyst.reading import Reading

PREFIX = "langchain:"
TOOLS = ("metric", "series", "breakdown", "ranking", "compare", "why")
_MOST_ROWS = 100
_LOG = logging.getLogger(__name__)
_ADDRESS = re.compile(r"\S+@\S+\.\w+")
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
_ASK = """\
You read questions that a shop's staff ask about sales and reviews. You never answer them, never state a figure and never write a
query: you only say which of the given metrics, dimensions and tools a question means. Copy the words that name a time or a value from
the question as they stand, such as «customer 1». If the question cannot be told from these names alone, or builds on a message before
it, say understood = false.

Metrics: {metrics}

Dimensions: {dimensions}

Tools: metric (one figure), series (over time), breakdown (by groups), ranking (the first n groups), compare (two periods), why (why a
figure rose or fell in a period)."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A question that a model proposes, already linked and checked; `model` is its name, for the answer."""

    question: Question
    model: str


def load_model(setting: str, timeout_s: float) -> tuple[BaseChatModel, str]:
    """The chat model that `staff.parser` names as `langchain:provider:model`, and its name.

    Raises:
        BadSettings: the setting has another form, or the provider's package is not installed.
    """
    name = setting.removeprefix(PREFIX)
    if not setting.startswith(PREFIX) or ":" not in name:
        raise BadSettings(f"Setting 'staff.parser' is {setting!r}.", hint="Write langchain:provider:model, or leave it empty.")
    try:
        from langchain.chat_models import init_chat_model

        return init_chat_model(name, timeout=timeout_s, max_retries=0), name
    except (ImportError, ValueError) as error:
        raise BadSettings(f"Setting 'staff.parser' names {name!r}: {error}", hint="Install the provider's LangChain package.") from error


class Proposer:
    """Asks a chat model for readings.

    Args:
        model: any LangChain chat model; one without structured output is asked for plain JSON.
        name: what an answer calls it.
        mender: links values and checks questions, for the role of whoever asks.
        period: resolves the words of a time; None where they name none.
        timeout_s: how long to wait before our own question back is given.
    """

    def __init__(self, model: BaseChatModel, name: str, mender: Mender, period: Callable[[str], Period | None], timeout_s: float) -> None:
        self._model, self._name, self._mender, self._period, self._timeout_s = model, name, mender, period, timeout_s

    def propose(self, reading: Reading) -> Proposed | None:
        """The question that the model reads in a message; None where it reads none, is too slow, or names what is not there."""
        text, hidden = masked(reading)
        waiting = ThreadPoolExecutor(1, thread_name_prefix="proposal")
        try:
            said = waiting.submit(self._ask, text).result(self._timeout_s)
            question = self._linked(said, text, hidden)
        except TooSlow:
            _LOG.warning("%s did not propose a reading within %.0f s.", self._name, self._timeout_s)
            return None
        except BadQuestion as error:
            _LOG.info("%s proposed what does not hold: %s", self._name, error)
            return None
        except Exception as error:  # noqa: BLE001 - whatever a provider raises, staff get our own question back
            _LOG.warning("%s failed: %s", self._name, type(error).__name__)
            return None
        finally:
            waiting.shutdown(wait=False, cancel_futures=True)
        return None if question is None else Proposed(question, self._name)

    def _ask(self, text: str) -> Mapping[str, Any]:
        """What the model says, as the schema's object."""
        from langchain_core.messages import HumanMessage, SystemMessage

        schema = self.schema()
        told = _ASK.format(
            metrics="; ".join(f"{m.id} ({m.name})" for m in self._metrics()),
            dimensions="; ".join(schema["properties"]["by"]["items"]["enum"]),
        )
        messages = [SystemMessage(told), HumanMessage(text)]
        try:
            said = self._model.with_structured_output(schema).invoke(messages)
        except NotImplementedError:
            wanted = f"{told}\n\nAnswer with one JSON object of this schema and nothing else:\n{json.dumps(schema)}"
            content = str(self._model.invoke([SystemMessage(wanted), HumanMessage(text)]).content)
            found = _OBJECT.search(content)
            said = json.loads(found[0]) if found else {}
        if not isinstance(said, Mapping):
            raise BadQuestion(f"Not an object: {type(said).__name__}.")
        return said

    def _metrics(self) -> list[Any]:
        return [m for m in self._mender.semantics.metrics.values() if not m.hidden and m.id not in self._mender.denied]

    def schema(self) -> dict[str, Any]:
        """The question's form for the model: names from the semantic layer, and words of the question for times and values."""
        dimensions = [d for d in self._mender.semantics.dimensions if d not in self._mender.denied]
        words = {"type": "string", "description": "words of the question that name a time, copied; empty where there are none"}
        clause = {
            "type": "object",
            "properties": {
                "dimension": {"type": "string", "enum": [d for d in FILTERED if d in dimensions]},
                "words": {"type": "string", "description": "words of the question that name the value, copied"},
                "excluded": {"type": "boolean"},
            },
            "required": ["dimension", "words"],
        }
        return {
            "title": "Question",
            "description": "A typed question over the shop's semantic layer.",
            "type": "object",
            "properties": {
                "understood": {"type": "boolean"},
                "tool": {"type": "string", "enum": list(TOOLS)},
                "metric": {"type": "string", "enum": [m.id for m in self._metrics()]},
                "by": {"type": "array", "items": {"type": "string", "enum": dimensions}},
                "filters": {"type": "array", "items": clause},
                "period_words": words,
                "against_words": words,
                "first": {"type": "integer", "description": "how many places of a ranking"},
                "lowest": {"type": "boolean", "description": "whether the ranking begins with the lowest"},
            },
            "required": ["understood", "tool", "metric"],
        }

    # ------------------------------------------------------------------ linking

    def _linked(self, said: Mapping[str, Any], text: str, hidden: Mapping[str, FilterClause]) -> Question | None:
        """The question, its words linked to the calendar and to the shop's own values.

        Raises:
            BadQuestion: it names what is not there, or words that the question does not hold.
        """
        if not said.get("understood", True):
            return None
        semantics = self._mender.semantics
        tool, metric = str(said.get("tool", "")), semantics.metric(str(said.get("metric", "")))
        if tool not in TOOLS:
            raise BadQuestion(f"There is no tool {tool!r} to propose.")
        by = tuple(semantics.dimension(str(d)).id for d in said.get("by") or ())[:1]
        period, against = (self._time(str(said.get(name) or ""), text) for name in ("period_words", "against_words"))
        clauses = tuple(self._clause(dict(c), text, hidden) for c in said.get("filters") or ())
        question = Question(tool, (metric.id,), by, clauses, period)
        return semantics.checked(_shaped(question, against, said))

    def _time(self, words: str, text: str) -> Period | None:
        if not words.strip():
            return None
        period = self._period(words.lower()) if _within(words, text) else None
        if period is None:
            raise BadQuestion(f"{words!r} names no time in the question.")
        return period

    def _clause(self, said: Mapping[str, Any], text: str, hidden: Mapping[str, FilterClause]) -> FilterClause:
        words, dimension = str(said.get("words", "")), str(said.get("dimension", ""))
        if words in hidden:
            return replace(hidden[words], op="ne") if said.get("excluded") else hidden[words]
        if not _within(words, text):
            raise BadQuestion(f"{words!r} is not in the question.")
        return self._mender.clause(dimension, words, negated=bool(said.get("excluded")))


def _shaped(question: Question, against: Period | None, said: Mapping[str, Any]) -> Question:
    """The parts that a tool needs, and no others.

    Raises:
        BadQuestion: a part that the tool cannot do without is missing.
    """
    tool, period = question.tool, question.period
    if tool == "metric":
        return replace(question, by=())
    if tool in ("series", "breakdown", "ranking") and not question.by:
        raise BadQuestion(f"A {tool} needs something to group by.")
    if tool == "ranking":
        n = int(said.get("first") or 1)
        ranking = Ranking(min(max(n, 1), _MOST_ROWS), "bottom" if said.get("lowest") else "top")
        return replace(question, ranking=ranking, ask="label" if n == 1 else "rows")
    if tool in ("series", "breakdown"):
        return replace(question, ask="rows")
    if period is None:
        raise BadQuestion(f"{tool} needs a period.")
    old = against or (period.step(-1) if tool == "why" else period.year_before())
    comparison = Comparison("growth", (Side(period.title, period), Side(old.title, old)))
    return replace(question, by=(), period=period if tool == "why" else None, comparison=comparison)


def _within(words: str, text: str) -> bool:
    return bool(words.strip()) and " ".join(words.lower().split()) in " ".join(text.lower().split())


def masked(reading: Reading) -> tuple[str, Mapping[str, FilterClause]]:
    """The message as it may leave the machine, and what the placeholders in it stand for."""
    words = [t.text for t in reading.tokens]
    hidden: dict[str, FilterClause] = {}
    for mark in (*reading.of("customer"), *reading.of("order")):
        name = f"«{mark.kind} {len(hidden) + 1}»"
        label = f"{mark.kind} {mark.value}"
        hidden[name] = FilterClause(mark.kind, "eq", (mark.value,), label)
        words[mark.start : mark.end] = [name, *[""] * (mark.end - mark.start - 1)]
    return _ADDRESS.sub("«address»", mask(" ".join(word for word in words if word))), hidden
