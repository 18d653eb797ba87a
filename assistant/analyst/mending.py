"""A typed question as a form: what staff may choose in place of what was understood, and the question that their choice makes.

Owns which parts of a question can be chosen and from what; every choice is checked against the semantic layer and the shop's own
values. Knows no HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from assistant.analyst.question import Comparison, FilterClause, FilterOp, Period, Question, Side
from assistant.errors import BadQuestion

if TYPE_CHECKING:
    from assistant.analyst.semantics import Metric, Semantics
    from assistant.analyst.tools import Tool
    from assistant.analyst.values import Values

PLAIN = ("metric", "series", "breakdown", "ranking")
"""Tools that are one question seen by different groups; choosing another group chooses among them."""
FILTERED = ("country", "product", "customer", "category", "style", "brand", "weekday", "department", "division", "class", "review_stars")


@dataclass(frozen=True, slots=True)
class Choice:
    """`value` is what is sent back, `title` what a person reads, `group` the heading it stands under."""

    value: str
    title: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What can be chosen for one question. Empty choices: that part does not matter to its tool.

    `kept` are its filters, by position; `periods` the ends of its period, and of the one it is compared with, as ISO dates, and
    `spoken` what a person calls each.
    `dimensions` can be filtered by; `values` are suggestions for those that have few.
    """

    metric: str
    metrics: tuple[Choice, ...]
    by: str
    groups: tuple[Choice, ...]
    periods: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    dimensions: tuple[Choice, ...]
    values: Mapping[str, tuple[str, ...]]
    spoken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose: see `Form`. `added` are new filters as (dimension, value, whether all but that value)."""

    metric: str = ""
    by: str = ""
    periods: tuple[tuple[str, str], ...] = ()
    kept: tuple[int, ...] = ()
    added: tuple[tuple[str, str, bool], ...] = ()


class Mender:
    """Forms and mended questions of one shop; `denied` is what whoever asks may not see."""

    def __init__(self, semantics: Semantics, values: Values, tools: Mapping[str, Tool], denied: frozenset[str] = frozenset()) -> None:
        self.semantics, self.values, self.tools, self.denied = semantics, values, tools, denied

    def form(self, question: Question) -> Form:
        """What can be chosen in place of this question's parts."""
        reads = set(self.tools[question.tool].reads) if question.tool in self.tools else set()
        sided = any(side.metric for side in question.comparison.sides) if question.comparison else False
        metrics = [m for m in self.semantics.metrics.values() if not m.hidden and m.id not in self.denied]
        cube = self.semantics.metrics[question.metric].cube if question.metric in self.semantics.metrics else "sales"
        groups = [d for d in self.semantics.dimensions.values() if self._fits(d.id, cube)]
        periods = _periods(question) if "period" in reads or question.comparison else ()
        return Form(
            metric=question.metric,
            metrics=tuple(Choice(m.id, m.title, _heading(m)) for m in metrics) if "metrics" in reads and not sided else (),
            by=question.by[0] if question.by else "",
            groups=tuple(Choice(d.id, d.singular) for d in groups) if question.tool in PLAIN else (),
            periods=tuple(_ends(p) for p in periods),
            spoken=tuple(_spoken(p) for p in periods),
            kept=tuple(_said(c) for c in question.filters) if "filters" in reads else (),
            dimensions=tuple(Choice(d, self.semantics.dimensions[d].singular) for d in FILTERED if self._fits(d, cube, either=True))
            if "filters" in reads
            else (),
            values={"country": tuple(sorted(self.values.countries.values())), **self.values.review_values, **self.values.sales_values},
        )

    def _fits(self, dimension: str, cube: str, *, either: bool = False) -> bool:
        found = self.semantics.dimensions.get(dimension)
        return found is not None and dimension not in self.denied and (either or found.cube == cube)

    def mended(self, question: Question, chosen: Chosen) -> Question:
        """The question with what was chosen, checked.

        Raises:
            BadQuestion: a value is not in the data, a date is none, or the parts do not go together.
        """
        form = self.form(question)
        if form.metrics:
            if not chosen.metric:
                raise BadQuestion("Choose the figure that you mean.")
            if chosen.metric != question.metric:
                question = replace(question, metrics=(self.semantics.metric(chosen.metric).id,))
        if form.periods and chosen.periods and chosen.periods != form.periods:
            question = _dated(question, tuple(_period(*ends) for ends in chosen.periods))
        kept = tuple(c for n, c in enumerate(question.filters) if n in chosen.kept) if form.dimensions else question.filters
        added = [self.clause(dimension, said, negated=negated) for dimension, said, negated in chosen.added if said.strip()]
        fresh = {c.dimension for c in added}
        question = _shared(replace(question, filters=(*(c for c in kept if c.dimension not in fresh), *added)))
        if form.groups and chosen.by != form.by:
            question = self._grouped(question, chosen.by)
        return self.semantics.checked(question)

    def _grouped(self, question: Question, by: str) -> Question:
        if not by:
            return replace(question, tool="metric", by=(), ranking=None, ask="number")
        dimension = self.semantics.dimension(by)
        if dimension.kind in ("time", "ordinal"):
            return replace(question, tool="series", by=(by,), ranking=None, ask="rows")
        return replace(question, tool="ranking" if question.ranking else "breakdown", by=(by,), ask="rows")

    def clause(self, dimension: str, said: str, *, negated: bool = False) -> FilterClause:
        """A filter on a value said in words, in the data's own form.

        Raises:
            BadQuestion: there is no such dimension, or no such value in the data, or several fit.
        """
        value, label = self._value(self.semantics.dimension(dimension).id, said.strip())
        op: FilterOp = "ne" if negated else "eq"
        return FilterClause(dimension, op, (value,), f"outside {label}" if negated else label)

    def _value(self, dimension: str, said: str) -> tuple[str | int, str]:
        """The value in the data's own form, and its label."""
        if dimension == "product":
            return self._product(said)
        if dimension == "customer":
            if said not in self.values.customers:
                raise BadQuestion(f"There is no customer {said!r} with a purchase in the data.")
            return said, f"customer {said}"
        if dimension in ("weekday", "review_stars"):
            return self._numbered(dimension, said)
        known = {
            "country": tuple(self.values.countries.values()),
            **self.values.review_values,
            **self.values.sales_values,
        }.get(dimension, ())
        found = next((v for v in known if v.lower() == said.lower()), None)
        if found is None:
            raise BadQuestion(f"There is no {self.semantics.dimensions[dimension].singular} {said!r} in the data.")
        return found, found

    def _product(self, said: str) -> tuple[str, str]:
        from assistant.analyst.values import name_stems

        code = said.rsplit("(", 1)[-1].rstrip(")").strip().upper()
        one = self.values.by_code.get(code) or self.values.by_code.get(said.upper())
        found = (one,) if one else self.values.named_exactly(name_stems(said)) or self.values.products_with(name_stems(said))
        if len(found) != 1:
            near = "; ".join(f"{p.name} ({p.id})" for p in found[:4])
            raise BadQuestion(f"Which product is {said!r}? {f'Several fit: {near}.' if found else 'None in the data is called so.'}")
        return found[0].id, found[0].name

    @staticmethod
    def _numbered(dimension: str, said: str) -> tuple[int, str]:
        from assistant.analyst.calendar_words import WEEKDAY_NAMES

        if dimension == "weekday" and said.lower() in WEEKDAY_NAMES:
            return WEEKDAY_NAMES[said.lower()], said.title()
        if dimension == "review_stars" and said in ("1", "2", "3", "4", "5"):
            return int(said), f"{said} star{'s' if said != '1' else ''}"
        raise BadQuestion(f"{said!r} is no {'day of the week' if dimension == 'weekday' else 'number of stars from 1 to 5'}.")


def _shared(question: Question) -> Question:
    """A share whose part was chosen anew; without any part left it is the plain figure."""
    if question.share is None or not question.share.part:
        return question
    dimensions = {c.dimension for c in question.share.part}
    part = tuple(c for c in question.filters if c.dimension in dimensions)
    return replace(question, share=replace(question.share, part=part)) if part else replace(question, tool="metric", share=None)


def _heading(metric: Metric) -> str:
    return "Reviews" if metric.cube == "reviews" else "Sales"


def _said(clause: FilterClause) -> str:
    return clause.label or f"{clause.dimension} {clause.op} {', '.join(map(str, clause.values))}"


def _periods(question: Question) -> Sequence[Period | None]:
    sides = question.comparison.sides if question.comparison else ()
    dated = [side.period for side in sides if side.period]
    return dated if len(dated) == 2 else [question.period]


def _ends(period: Period | None) -> tuple[str, str]:
    return ("", "") if period is None else (period.first.isoformat(), period.last.isoformat())


def _spoken(period: Period | None) -> str:
    """What a person calls a period: a span of dates that is a whole year is that year."""
    if period is None:
        return "all data"
    named = period if period.label else _period(*_ends(period))
    return named.title if named else "all data"


def _period(first: str, last: str) -> Period | None:
    """A period from two ISO dates, named as a calendar unit where it is one; None from two empty ones."""
    if not first and not last:
        return None
    try:
        begun, ended = date.fromisoformat(first or last), date.fromisoformat(last or first)
    except ValueError as error:
        raise BadQuestion(f"Not a date: {first!r} to {last!r}.", hint="Write dates as 2011-11-30.") from error
    if begun > ended:
        raise BadQuestion(f"The period ends ({ended}) before it begins ({begun}).")
    span = Period(begun, ended)
    if begun == ended:
        return replace(span, grain="day")
    for grain in ("month", "quarter", "half", "year"):
        whole = replace(span, grain=grain)
        if begun.day == 1 and begun.month in _STARTS[grain] and whole.step(0) == whole:
            return whole
    return span


_STARTS = {"month": tuple(range(1, 13)), "quarter": (1, 4, 7, 10), "half": (1, 7), "year": (1,)}


def _dated(question: Question, periods: tuple[Period | None, ...]) -> Question:
    if len(periods) == 1:
        return replace(question, period=periods[0])
    if not question.comparison or None in periods:
        raise BadQuestion("A comparison needs both of its periods.")
    sides = tuple(Side(p.title, p, s.filters, s.metric) for p, s in zip(periods, question.comparison.sides, strict=True) if p)
    return replace(
        question,
        period=periods[0] if question.period else None,
        comparison=Comparison(question.comparison.kind, sides, question.comparison.direction),
    )
