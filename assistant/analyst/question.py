"""The typed question: what a staff message was understood to ask, as one frozen value.

Owns the shape of questions, their edits and their JSON form (kept in the conversation's memory). Knows no text, no
query and no figures: names of metrics and dimensions are ids of the semantic layer, and only `semantics` can vouch for them.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias

from assistant.analyst.named_days import occasion

FilterOp: TypeAlias = Literal["eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "between", "contains", "word", "empty"]
"""`contains`: the name holds all the words of the value; `word`: the text holds that whole word; `empty`: there is no value."""

FilterValue: TypeAlias = str | int | float
Grain: TypeAlias = Literal["day", "week", "month", "quarter", "half", "year", "season", "occasion", "span"]
Direction: TypeAlias = Literal["top", "bottom"]
Ask: TypeAlias = Literal["number", "label", "date", "rows"]
ComparisonKind: TypeAlias = Literal["growth", "difference", "winner", "both"]

_MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def add_months(day: date, months: int) -> date:
    """`day` moved by whole calendar months; the 31st becomes the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days from `first` to `last`, both included. `grain` says what was named ("span": anything else); `label` names a
    season, a to-date span, or an occasion with its year ("Black Friday 2011")."""

    first: date
    last: date
    grain: Grain = "span"
    label: str = ""

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def title(self) -> str:
        """What a person calls it: `Nov 2011`, `Q3 2011`, `2010`, `1 Mar–9 Apr 2011`."""
        first = self.first
        if self.grain == "occasion":
            return f"{self.label} ({_day_month(first)}{'' if first == self.last else f'–{_day_month(self.last)}'})"
        if self.label:
            return self.label
        if self.grain == "year":
            return str(first.year)
        if self.grain == "half":
            return f"H{1 if first.month < 7 else 2} {first.year}"
        if self.grain == "quarter":
            return f"Q{(first.month + 2) // 3} {first.year}"
        if self.grain == "month":
            return f"{first:%b} {first.year}"
        if first == self.last:
            return f"{first.day} {first:%b} {first.year}"
        return f"{_day_month(first)}{'' if first.year == self.last.year else f' {first.year}'}–{_day_month(self.last)} {self.last.year}"

    def year_before(self, years: int = 1) -> Period:
        """The same calendar days `years` earlier (a negative number: later)."""
        if self.grain == "occasion":
            return self._occasion_in(self.first.year - years)
        first, last = add_months(self.first, -12 * years), add_months(self.last, -12 * years)
        if self.grain in _MONTHS_OF:
            last = add_months(first, _MONTHS_OF[self.grain]) - timedelta(days=1)
        return Period(first, last, self.grain, "" if not self.label else _other_year(self.label, self.first.year, years))

    def _occasion_in(self, year: int) -> Period:
        """The same occasion in another year: it has a date of its own in each."""
        name = self.label.removesuffix(f" {self.first.year}")
        first, last = occasion(name, year) or (self.first.replace(year=year), self.last.replace(year=year))
        return Period(first, last, "occasion", f"{name} {year}")

    def step(self, count: int) -> Period:
        """The period of the same length `count` steps later (negative: earlier): months to months, weeks to weeks, spans to
        the days next to them."""
        if self.grain in _MONTHS_OF:
            months = _MONTHS_OF[self.grain]
            first = add_months(self.first.replace(day=1), count * months)
            return Period(first, add_months(first, months) - timedelta(days=1), self.grain)
        if self.grain in ("season", "occasion"):
            return self.year_before(-count)
        shift = timedelta(days=self.days * count)
        return Period(self.first + shift, self.last + shift, self.grain)

    def clipped(self, first: date, last: date) -> Period | None:
        """The part within `first`..`last`; None where nothing is left."""
        start, end = max(self.first, first), min(self.last, last)
        return None if start > end else replace(self, first=start, last=end)


def _day_month(day: date) -> str:
    return f"{day.day} {day:%b}"


def _other_year(label: str, year: int, years: int) -> str:
    return label.replace(str(year), str(year - years)) if str(year) in label else ""


@dataclass(frozen=True, slots=True)
class FilterClause:
    """`dimension op values`; one value for the comparing ops, two for `between`. `label` is what a person reads, without the
    dimension's name."""

    dimension: str
    op: FilterOp
    values: tuple[FilterValue, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: what differs from the question as a whole (None or empty: nothing)."""

    label: str
    period: Period | None = None
    filters: tuple[FilterClause, ...] = ()
    metric: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sides in the order they were named. `growth`: (new - old) / old; `difference`: new - old for periods, first-named -
    second-named else;
    `winner`: which side has more (or less, by `direction`); `both`: the sides beside each other."""

    kind: ComparisonKind
    sides: tuple[Side, ...]
    direction: Direction = "top"


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first `n` groups after leaving out `skip`, from the greatest (`top`) or the least (`bottom`)."""

    n: int
    direction: Direction = "top"
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """`part` filters over the question without them; or the question's metric over the metric `of` where that is named."""

    part: tuple[FilterClause, ...] = ()
    of: str = ""


@dataclass(frozen=True, slots=True)
class Having:
    """Groups whose `metric` is `op` `value` (customers with more than 5 orders)."""

    metric: str
    op: Literal["lt", "le", "gt", "ge", "eq", "ne"]
    value: float


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `period` None means the whole data.

    `by` are the dimensions to group by, `per` the unit of an average (`day`, `order`, ...), `ask` what `Answer.value` should be:
    the number, the label of the first row (which, who, when), a date, or nothing but rows.
    """

    tool: str
    metrics: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    filters: tuple[FilterClause, ...] = ()
    period: Period | None = None
    ranking: Ranking | None = None
    comparison: Comparison | None = None
    share: Share | None = None
    per: str = ""
    having: Having | None = None
    ask: Ask = "number"

    @property
    def metric(self) -> str:
        """The first metric's id, empty where there is none."""
        return self.metrics[0] if self.metrics else ""

    def filter_on(self, dimension: str) -> FilterClause | None:
        """The clause on `dimension`, or None."""
        return next((f for f in self.filters if f.dimension == dimension), None)

    def with_filter(self, clause: FilterClause) -> Question:
        """The same question with `clause` in place of whatever was said of its dimension."""
        return replace(self, filters=(*(f for f in self.filters if f.dimension != clause.dimension), clause))

    def without_filter(self, dimension: str) -> Question:
        """The same question saying nothing of `dimension`."""
        return replace(self, filters=tuple(f for f in self.filters if f.dimension != dimension))

    def to_json(self) -> dict[str, Any]:
        """JSON-able; fields at their defaults are left out. `question_from_json` reads it back."""
        parts: dict[str, Any] = {"tool": self.tool}
        for name, values in (("metrics", self.metrics), ("by", self.by)):
            if values:
                parts[name] = list(values)
        if self.filters:
            parts["filters"] = [_clause_json(f) for f in self.filters]
        if self.period:
            parts["period"] = _period_json(self.period)
        if self.ranking:
            parts["ranking"] = {"n": self.ranking.n, "direction": self.ranking.direction, "skip": self.ranking.skip}
        if self.comparison:
            parts["comparison"] = _comparison_json(self.comparison)
        if self.share:
            parts["share"] = {"part": [_clause_json(f) for f in self.share.part], "of": self.share.of}
        if self.having:
            parts["having"] = {"metric": self.having.metric, "op": self.having.op, "value": self.having.value}
        return parts | ({"per": self.per} if self.per else {}) | ({"ask": self.ask} if self.ask != "number" else {})


def question_from_json(data: dict[str, Any]) -> Question:
    """The inverse of `Question.to_json`.

    Raises:
        KeyError, TypeError, ValueError: the data is no question; callers that read foreign JSON turn these into BadQuestion.
    """
    ranking, comparison, share, having = (data.get(name) for name in ("ranking", "comparison", "share", "having"))
    return Question(
        tool=data["tool"],
        metrics=tuple(data.get("metrics", ())),
        by=tuple(data.get("by", ())),
        filters=_clauses(data.get("filters", ())),
        period=_period(data.get("period")),
        ranking=Ranking(**ranking) if ranking else None,
        comparison=_comparison(comparison) if comparison else None,
        share=Share(_clauses(share["part"]), share["of"]) if share else None,
        per=data.get("per", ""),
        having=Having(**having) if having else None,
        ask=data.get("ask", "number"),
    )


def _clause_json(clause: FilterClause) -> dict[str, Any]:
    return {"dimension": clause.dimension, "op": clause.op, "values": list(clause.values), "label": clause.label}


def _period_json(period: Period | None) -> dict[str, Any] | None:
    if period is None:
        return None
    return {"first": period.first.isoformat(), "last": period.last.isoformat(), "grain": period.grain, "label": period.label}


def _comparison_json(comparison: Comparison) -> dict[str, Any]:
    sides = [
        {"label": s.label, "period": _period_json(s.period), "filters": [_clause_json(f) for f in s.filters], "metric": s.metric}
        for s in comparison.sides
    ]
    return {"kind": comparison.kind, "sides": sides, "direction": comparison.direction}


def _clauses(data: Any) -> tuple[FilterClause, ...]:
    return tuple(FilterClause(c["dimension"], c["op"], tuple(c["values"]), c.get("label", "")) for c in data)


def _period(data: Any) -> Period | None:
    if not data:
        return None
    return Period(date.fromisoformat(data["first"]), date.fromisoformat(data["last"]), data.get("grain", "span"), data.get("label", ""))


def _comparison(data: Any) -> Comparison:
    sides = tuple(Side(s["label"], _period(s.get("period")), _clauses(s.get("filters", ())), s.get("metric", "")) for s in data["sides"])
    return Comparison(data["kind"], sides, data.get("direction", "top"))
