"""What the generic tools share: periods outside the data, rows from groups, which groups carry products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.analyst.compile import Group
from assistant.analyst.question import Period, Question
from assistant.analyst.tools import ToolResult
from assistant.analyst.wording import period_words, scope
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context


def outside(question: Question, context: Context, *periods: Period | None) -> ToolResult | None:
    """A refusal where the question's period (or one of `periods`) lies wholly outside the sales data, or reviews have no dates at all."""
    asked = [p for p in (question.period, *periods) if p is not None]
    first, last = context.first_day, context.today
    timed = bool(asked) or any(context.semantics.dimension(d).kind == "time" for d in question.by)
    if not timed:
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
    """One row a group, labelled by the first dimension; a second one stands in the name. Groups without a figure count zero."""
    return tuple(Row(g.labels[0], _number(g.values[column]), g.name or ", ".join(g.labels[1:])) for g in groups)


def products_of(question: Question, groups: tuple[Group, ...]) -> tuple[str, ...]:
    """The product ids among the groups, where products are what is grouped by."""
    return tuple(group.labels[0] for group in groups) if question.by[:1] == ("product",) else ()


def nothing_note(question: Question, rows_read: int, context: Context) -> tuple[str, ...]:
    """Said beside a zero that comes from there being no such lines at all."""
    if rows_read:
        return ()
    return (f"There are no such lines: {', '.join(scope(question, context)) or 'nothing was found'}.",)


def _number(value: Any) -> float:
    return value if isinstance(value, int) else float(value or 0)
