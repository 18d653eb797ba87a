"""The values that pass through a turn: message in, understanding, evidence, answer out.

All are frozen; a stage returns a new value and never edits the one it was given. `Answer.to_protocol` is the one place
that knows the wire form of an answer (the command `ask --jsonl` and the HTTP API both use it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from retrieval.types import Vector

Scalar: TypeAlias = str | int | float | bool | date | datetime | None
Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Called by long work as (stage, done, total or None where it is not known)."""


class Role(StrEnum):
    """Who is asking."""

    SHOPPER = "shopper"
    AGENT = "agent"
    STAFF = "staff"


class Status(StrEnum):
    """How a turn ended; see `Answer.status`."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    DECLINED = "declined"
    HANDOFF = "handoff"


@dataclass(frozen=True, slots=True)
class Message:
    """One line typed by a person. Messages of one `session` are one conversation; sessions share nothing.

    `customer_id` and `account_role` (that of the staff account) are set only when the sign-in of the site vouches for them; what a
    text claims never lands here.
    """

    id: str
    session: str
    text: str
    role: Role = Role.SHOPPER
    customer_id: str | None = None
    account_role: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A span of the text that names something: `text[start:end]` is `surface`, `value` its normal form.

    `kind` is one of the names in `assistant.models.entities.KINDS`; `score` in [0, 1] is 1 for what rules found.
    """

    kind: str
    surface: str
    value: Scalar
    start: int
    end: int
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a message was understood to mean.

    `confidence` is the calibrated probability that `intent` is right; `candidates` are (label, probability), best first;
    `embedding` has shape (dimension,), L2-normalised, and serves retrieval without a second pass.
    """

    text: str
    intent: str
    confidence: float
    candidates: tuple[tuple[str, float], ...] = ()
    entities: tuple[Entity, ...] = ()
    embedding: Vector | None = None

    def of_kind(self, *kinds: str) -> tuple[Entity, ...]:
        """The entities of these kinds, in the order of the text."""
        return tuple(e for e in self.entities if e.kind in kinds)


SourceKind: TypeAlias = Literal["product", "faq", "order", "review", "policy"]


@dataclass(frozen=True, slots=True)
class Source:
    """What a sentence rests on."""

    kind: SourceKind
    id: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A source with its words and its typed facts, as the responder gets them.

    `text` is the plain sentence that says it. `facts` maps names such as `price` or `tracking_id` to values. `passages` are free text of
    the source (a description's sentences, a review's) that a model may put into its own words in the place of `text`; where there are
    none, `text` is said as it is.
    """

    source: Source
    text: str
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    passages: tuple[str | Mapping[str, Scalar], ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a figure came about. `period` is (first day, last day), both included; null ends mean open."""

    metric: str
    definition: str
    filters: Mapping[str, Scalar | tuple[Scalar, ...]]
    period: tuple[date | None, date | None]
    rows_read: int
    as_of: datetime | None
    query: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a ranking, a breakdown or a series. `name` is what a person reads where it differs from `label`, `unit` what this line
    is measured in where that is not the unit of all."""

    label: str
    value: float
    name: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Products beside one another: `columns` are their names, a row is what is compared and its value for each of them, "" where it is
    not stated. `differing` names the rows whose stated values are not all the same."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    differing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handoff:
    """What a person needs who takes a conversation over.

    `kind`: asked, angry, stuck, payment, alarm (law or safety), account, failure. `about` are (kind, value) of what the customer named.
    """

    kind: str
    reason: str
    about: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A write that was carried out for a verified customer."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, whole.

    `status`: answered; clarify (asks back); declined (cannot or may not, and says why); handoff (passes to a person).
    `value`: the one number, date or name that answers the question. Money in the shop's currency, shares and growth as
    fractions, dates ISO. `choices` are replies to click where the answer asks back, or likely next questions. `chart` is a
    Plotly figure in its JSON form. `unit` is what `value` is measured in: money, count, number, share, rating, date;
    `row_unit` is that of `rows` where it differs (a growth is a share, its two sides are money). `question` is the typed
    question that a staff answer rests on, in its JSON form; of one that asks back or declines, what of it was understood. `known` is
    false where the shop's data do not tell all that was asked, and the answer says so.
    `trace` says what each stage decided, in order, as (stage, decision).
    """

    status: Status
    text: str
    value: Scalar = None
    rows: tuple[Row, ...] = ()
    receipt: Receipt | None = None
    intent: str = ""
    tool: str = ""
    products: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    actions: tuple[Action, ...] = ()
    choices: tuple[str, ...] = ()
    chart: Mapping[str, Any] | None = None
    unit: str = ""
    row_unit: str = ""
    question: Mapping[str, Any] | None = None
    table: Table | None = None
    handoff: Handoff | None = None
    known: bool = True
    trace: tuple[tuple[str, str], ...] = ()
    latency_ms: float = 0.0

    def to_protocol(self, id: str) -> dict[str, Any]:
        """The JSON form of this answer to message `id`."""
        return {
            "id": id,
            "status": self.status.value,
            "text": self.text,
            "value": _plain(self.value),
            "rows": [
                {"label": r.label, "value": r.value, **{k: v for k, v in (("name", r.name), ("unit", r.unit)) if v}} for r in self.rows
            ],
            "receipt": None if self.receipt is None else _receipt(self.receipt),
            "intent": self.intent,
            "tool": self.tool,
            "products": list(self.products),
            "sources": [{"kind": s.kind, "id": s.id} for s in self.sources],
            "actions": [{"name": a.name, "arguments": dict(a.arguments)} for a in self.actions],
            "latency_ms": round(self.latency_ms, 2),
        }

    def to_record(self, id: str) -> dict[str, Any]:
        """What the store keeps of this answer: the protocol form, with what a screen needs to show it again."""
        chart = None if self.chart is None else dict(self.chart)
        question = None if self.question is None else dict(self.question)
        return {
            **self.to_protocol(id),
            "choices": list(self.choices),
            "chart": chart,
            "unit": self.unit,
            "row_unit": self.row_unit,
            "question": question,
            "table": None if self.table is None else asdict(self.table),
            "handoff": None if self.handoff is None else asdict(self.handoff),
        }


def _plain(value: Scalar | tuple[Scalar, ...]) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


def _row(row: Row) -> dict[str, Any]:
    return {"label": row.label, "value": row.value, **{name: said for name, said in (("name", row.name), ("unit", row.unit)) if said}}


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "metric": receipt.metric,
        "definition": receipt.definition,
        "filters": {name: _plain(value) for name, value in receipt.filters.items()},
        "period": [_plain(end) for end in receipt.period],
        "rows_read": receipt.rows_read,
        "as_of": _plain(receipt.as_of),
        "query": receipt.query,
    }
