"""The greatest or the least of something."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.analyst.compile import Query, QueryResult
from assistant.analyst.narrate import label_words
from assistant.analyst.question import Having, Question, Ranking
from assistant.analyst.receipts import receipt
from assistant.analyst.scoping import outside, products_of, rows_of
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.wording import figure, subject
from assistant.types import Row, Scalar, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DEFAULT = Ranking(10)
SHOWN = 5
LEAST_REVIEWS = (20, 10, 5, 3, 2, 1)
"""Reviews that a product must have to be ranked by their mean; the next where too few have so many."""


@tool(
    examples=("Top 5 products by units in 2011", "Which country bought the least last quarter?", "Our second best month by orders"),
    reads=("metrics", "by", "filters", "period", "ranking", "having", "per", "ask"),
)
def ranking(question: Question, context: Context) -> ToolResult:
    """The first `n` groups from the top or the bottom; units of time without any sale and groups without a figure are left out.

    `value` is the first label where a name is asked for (the last dimension's: whose the biggest order was), its figure where that is.
    """
    if refusal := outside(question, context):
        return refusal
    wanted, most = question.ranking or DEFAULT, context.settings.staff.max_rows
    if len(question.by) == 2 and question.by[0] != "order":
        return _of_each(question, wanted, most, context)
    query = Query(
        question.metrics,
        by=question.by,
        filters=question.filters,
        period=question.period,
        per=question.per,
        order=wanted.direction,
        limit=min(wanted.n, most),
        skip=wanted.skip,
        having=question.having,
        drop_empty=True,
    )
    found = context.query(query)
    notes: tuple[str, ...] = ()
    if _few_say_nothing(question, context):
        found, question = _well_founded(query, question, wanted.n + wanted.skip, found, context)
        assert question.having is not None
        notes = (f"Only those with at least {question.having.value:.0f} reviews: a mean of fewer says little.",)
    made = receipt(question, found.sql, found.rows_read, context)
    rows = rows_of(found.groups)
    if not rows:
        return ToolResult(status=Status.DECLINED, text=f"{subject(question, context)}: there is nothing to rank.", receipt=made)
    value: Scalar = None
    if question.ask == "label":
        value = found.groups[0].labels[-1]
    elif question.ask == "number" or len(rows) == 1:
        value = rows[0].value
    unit = context.semantics.metric(question.metric).unit
    wished = min(wanted.n, found.groups_found - wanted.skip)
    return ToolResult(
        value=value,
        rows=rows,
        unit=unit,
        receipt=made,
        products=products_of(question, found.groups),
        notes=notes,
        groups=wished if wished > len(rows) else 0,
    )


def _of_each(question: Question, wanted: Ranking, most: int, context: Context) -> ToolResult:
    """The first places within each group of the first dimension: rows in the order of the groups, what is ranked in their names."""
    found = context.query(
        Query(
            question.metrics,
            by=question.by,
            filters=question.filters,
            period=question.period,
            order=wanted.direction,
            limit=most,
            having=question.having,
            drop_empty=True,
            each=wanted.n,
        )
    )
    made = receipt(question, found.sql, found.rows_read, context)
    if not found.groups:
        return ToolResult(status=Status.DECLINED, text=f"{subject(question, context)}: there is nothing to rank.", receipt=made)
    unit = context.semantics.metric(question.metric).unit
    outer, inner = (context.semantics.dimension(d) for d in question.by)
    rows = tuple(
        Row(g.labels[0], g.values[0] or 0, f"{g.name} ({g.labels[1]})" if g.name else label_words(g.labels[1])) for g in found.groups
    )
    told = "; ".join(f"{label_words(row.label)}: {row.name} {figure(row.value, unit, context.currency)}" for row in rows[:SHOWN])
    more = f"; and {len(rows) - SHOWN} more in the table" if len(rows) > SHOWN else ""
    order = "lowest" if wanted.direction == "bottom" else "highest"
    which = f"the {order} {inner.singular}" if wanted.n == 1 else f"the {wanted.n} {order} {inner.plural}"
    return ToolResult(
        rows=rows,
        unit=unit,
        text=f"{subject(question, context)}, {which} of each {outer.singular}: {told}{more}.",
        receipt=made,
        products=tuple(dict.fromkeys(g.labels[1] for g in found.groups)) if inner.kind == "product" else (),
    )


def _few_say_nothing(question: Question, context: Context) -> bool:
    """Whether single goods are ranked by a mean or a share of their reviews, and the message names no number of them."""
    metric, dimension = context.semantics.metric(question.metric), context.semantics.dimension(question.by[0])
    return metric.cube == "reviews" and metric.unit in ("rating", "share") and dimension.column == "product_id" and question.having is None


def _well_founded(query: Query, question: Question, wanted: int, found: QueryResult, context: Context) -> tuple[QueryResult, Question]:
    """Those with the most reviews, of `LEAST_REVIEWS`, that leave so many places as are asked for; and the question with that limit."""
    for least in LEAST_REVIEWS:
        having = Having("reviews", "ge", float(least))
        found = context.query(replace(query, having=having))
        if found.groups_found >= wanted:
            break
    return found, replace(question, having=having)
