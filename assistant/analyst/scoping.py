"""What the generic tools share: periods outside the data, rows from groups, which groups carry products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.analyst.compile import Group
from assistant.analyst.question import Period, Question
from assistant.analyst.tools import ToolResult
from assistant.analyst.wording import period_words
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context


def outside(question: Question, context: Context, *periods: Period | None) -> ToolResult | None:
    """A refusal where the question's period (or one of `periods`) lies wholly outside the sales data, or reviews have no dates at all."""
    asked = [p for p in (question.period, *periods) if p is not None]
    first, last = context.first_day, context.today
    if not asked:
        return None
    if question.metric and context.semantics.metric(question.metric).cube == "reviews" and not _reviews_dated(context):
        return ToolResult(status=Status.DECLINED, text="The reviews carry no dates, so they cannot be asked by period.")
    for period in asked:
        if first is None or last is None or period.clipped(first, last) is None:
            return ToolResult(status=Status.DECLINED, text=f"{period.title} lies outside the data: {period_words(None, context)}.")
    return None


def _reviews_dated(context: Context) -> bool:
    reviews = context.warehouse.table("reviews")
    return bool(context.warehouse.run(reviews.aggregate(n=reviews["day"].count()))["n"][0].as_py())


def rows_of(groups: tuple[Group, ...], *, column: int = 0) -> tuple[Row, ...]:
    """One row a group, labels of several dimensions joined; groups without a figure count zero."""
    return tuple(Row(" / ".join(group.labels), _number(group.values[column]), group.name) for group in groups)


def products_of(question: Question, groups: tuple[Group, ...]) -> tuple[str, ...]:
    """The product ids among the groups, where products are what is grouped by."""
    return tuple(group.labels[0] for group in groups) if question.by[:1] == ("product",) else ()


def _number(value: Any) -> float:
    return value if isinstance(value, int) else float(value or 0)
