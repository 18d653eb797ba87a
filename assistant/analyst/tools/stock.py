"""What runs out when: days until the stock of each product is used up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.stock_on_hand import FEWEST_DAYS, NO_STOCK, OnHand, on_hand
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted
from assistant.models.restock import days_left
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DEFAULT_N = 10
DEFINITION = (
    "stock on hand over the expected daily demand: the level of the last 56 days times what the category's season did over the coming "
    "lead time a year before"
)


@tool(
    examples=("What runs out next?", "Which products will be out of stock in the next two weeks?", "How many of 22423 are in stock?"),
    reads=("by", "filters", "ranking", "ask"),
)
def stock(question: Question, context: Context) -> ToolResult:
    """Says which products run out first and on what day, or when one product does; those that are out already come first.

    `rows` are the days left. Declines where the shop keeps no stock figures, or too few days of sales are known.
    """
    held = on_hand(question, context)
    if held is None:
        return ToolResult(Status.DECLINED, text=NO_STOCK)
    if not len(held):
        return ToolResult(Status.DECLINED, text="No active product with a known stock fits that.")
    if context.today is None or held.units.shape[1] < FEWEST_DAYS:
        return ToolResult(Status.DECLINED, text="Too few days of sales are known to tell how long the stock will last.")
    if question.by == ("category",):
        return _by_category(held, question, context)
    left = days_left(held.stock, held.units, held.seasons)
    receipt = accounted(question, context, "days until sold out", DEFINITION, held.sql, held.rows_read)
    if len(held) == 1 and question.ask == "number":
        text = f"{held.names[0]} ({held.ids[0]}): {wording.number(held.stock[0])} in stock."
        counted = accounted(question, context, "stock on hand", "pieces on hand as the shop's catalogue has them", held.sql, held.rows_read)
        return ToolResult(value=int(held.stock[0]), unit="count", text=text, products=held.ids, receipt=counted)
    if len(held) == 1:
        only = _one(held.names[0], held.ids[0], held.stock[0], left[0], context)
        value = None if not np.isfinite(left[0]) else (context.today + timedelta(days=int(left[0]))).isoformat()
        return ToolResult(value=value, unit="date", text=only, products=held.ids, receipt=receipt)
    order = np.lexsort((-held.units[:, -28:].sum(axis=1), left))
    soon = [n for n in order.tolist() if np.isfinite(left[n])]
    kept = soon[: question.ranking.n if question.ranking else DEFAULT_N]
    rows = tuple(Row(held.ids[n], int(left[n]), held.names[n]) for n in kept)
    if not rows:
        return ToolResult(text="At the present pace nothing runs out within a year.", receipt=receipt)
    out = int((held.stock <= 0).sum())
    told = [_short(held.names[n], held.ids[n], held.stock[n], left[n], context) for n in kept[:5]]
    head = f"{out} of {len(held)} products are out of stock now. " if out else ""
    return ToolResult(
        rows=rows,
        row_unit="count",
        text=f"{head}First to run out: {'; '.join(told)}.",
        products=tuple(row.label for row in rows),
        receipt=receipt,
    )


def _by_category(held: OnHand, question: Question, context: Context) -> ToolResult:
    """Pieces on hand and how long they last, category by category; the one that runs out first comes first."""
    receipt = accounted(question, context, "stock on hand", "pieces on hand as the shop's catalogue has them", held.sql, held.rows_read)
    places: dict[str, list[int]] = {}
    for place, name in enumerate(held.categories):
        places.setdefault(name, []).append(place)
    if set(places) <= {""}:
        return ToolResult(Status.DECLINED, text="The catalogue names no categories, so I can tell stock by product only.")
    told: list[tuple[float, str, Row]] = []
    for name, of in places.items():
        part = held.pick(of)
        left = float(days_left(part.stock.sum(keepdims=True), part.units.sum(axis=0, keepdims=True), part.seasons[:1])[0])
        out = int((part.stock <= 0).sum())
        lasts = f"about {wording.number(int(left))} days" if np.isfinite(left) else "more than a year"
        said = f"{name or 'no category'} {wording.number(part.stock.sum())} pieces, {lasts}{f', {out} of {len(of)} out' if out else ''}"
        told.append((left, said, Row(name or "no category", int(part.stock.sum()))))
    told.sort(key=lambda one: (one[0], one[2].label))
    kept = told[: question.ranking.n] if question.ranking else told
    return ToolResult(
        rows=tuple(row for _, _, row in kept),
        row_unit="count",
        text=f"Stock by category, first to run out at the present pace first: {'; '.join(said for _, said, _ in kept[:8])}.",
        receipt=receipt,
    )


def _short(name: str, id: str, stock: float, left: float, context: Context) -> str:
    assert context.today is not None
    when = "out now" if stock <= 0 else f"{wording.number(stock)} left, about {wording.day(context.today + timedelta(days=int(left)))}"
    return f"{name} ({id}), {when}"


def _one(name: str, id: str, stock: float, left: float, context: Context) -> str:
    if stock <= 0:
        return f"{name} ({id}) is out of stock."
    if not np.isfinite(left):
        return f"{name} ({id}): {wording.number(stock)} in stock, which lasts more than a year at the present pace."
    return f"{_short(name, id, stock, left, context)}, at the present pace and season."
