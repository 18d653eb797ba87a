"""The figures of a time at a glance: what sold, to how many, what came back, each beside the same days of the year before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.analyst import wording
from assistant.analyst.compile import Query
from assistant.analyst.narrate import comparable
from assistant.analyst.question import Question
from assistant.analyst.receipts import receipt
from assistant.analyst.scoping import nothing_note, outside
from assistant.analyst.tools import ToolResult, tool
from assistant.types import Row, Scalar

if TYPE_CHECKING:
    from assistant.analyst.context import Context
    from assistant.analyst.semantics import Metric

FIGURES = ("net_sales", "orders", "customers", "new_customers", "units", "aov", "return_rate")
_OF_WHOLE_ORDERS = frozenset(("new_customers", "aov"))
"""What says nothing of single products."""
_OF_MANY = frozenset(("customers", "new_customers"))
"""What says nothing of one customer."""
_GOODS = frozenset(("product", "category", "style", "brand"))


@tool(
    examples=("Summary of last month", "How did we do in October?", "Key figures for 2010 in France"),
    reads=("filters", "period"),
)
def headlines(question: Question, context: Context) -> ToolResult:
    """The headline figures of a period: `value` is net sales, `rows` are all of them, each in its own unit.

    Figures that the role may not see are left out, as are those that mean nothing for what the filters leave. Beside each stands the
    change on the same days of the year before where the data holds them.
    """
    if refusal := outside(question, context):
        return refusal
    narrowed = {clause.dimension for clause in question.filters}
    unfit = set(context.denied)
    unfit |= _OF_WHOLE_ORDERS if narrowed & _GOODS else set()
    unfit |= _OF_MANY if "customer" in narrowed else set()
    names = tuple(name for name in FIGURES if name not in unfit)
    found = context.query(Query(names, filters=question.filters, period=question.period))
    span = comparable(question.period, context)
    before = context.query(Query(names, filters=question.filters, period=span)).groups[0].values if span else (None,) * len(names)
    now = found.groups[0].values
    metrics = [context.semantics.metric(name) for name in names]
    told = [_told(*figures, context) for figures in zip(metrics, now, before, strict=True)]
    against = f" (in brackets the change on {span.title})" if span and any(before) else ""
    best = "" if narrowed & _GOODS or "product" in context.denied else _best(question, context)
    return ToolResult(
        value=now[0] or 0,
        rows=tuple(Row(m.name, value or 0, unit=m.unit) for m, value in zip(metrics, now, strict=True)),
        unit=metrics[0].unit,
        text=f"{', '.join(wording.scope(question, context))}{against}: {wording.plain_list(told)}.{best}",
        receipt=receipt(replace(question, metrics=names[:1]), found.sql, found.rows_read, context),
        notes=nothing_note(question, found.rows_read, context),
    )


def _told(metric: Metric, now: Scalar, before: Scalar, context: Context) -> str:
    said = f"{metric.name} {wording.figure(now or 0, metric.unit, context.currency)}"
    if not isinstance(now, int | float) or not isinstance(before, int | float) or not before:
        return said
    change = f"from {wording.figure(before, metric.unit, context.currency)}" if metric.unit == "share" else wording.change(now / before - 1)
    return f"{said} ({change})"


def _best(question: Question, context: Context) -> str:
    """The best seller of the time, as a sentence; empty where nothing was sold."""
    top = context.query(
        Query(("net_sales",), by=("product",), filters=question.filters, period=question.period, order="top", limit=1, drop_empty=True)
    )
    if not top.groups:
        return ""
    first = top.groups[0]
    return f" Best seller: {first.name or first.labels[0]} ({wording.figure(first.values[0], 'money', context.currency)})."
