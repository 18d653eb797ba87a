"""Stock that does not sell: goods on hand without a sale for half a year, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.stock_on_hand import NO_STOCK, OnHand, on_hand
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

SILENT = 180
SLOW_DAYS = 365
TIMES_USUAL = 2.0
NEW_DAYS = 56
"""A product first sold so few days ago has no pace yet and is not judged."""
DEFAULT_N = 10
DEFINITION = (
    f"stock at list price of active products that are dead (on hand, no sale in the last {SILENT} days) or slow (stock for more than "
    f"{SLOW_DAYS} days at the pace of those days, and for more than {TIMES_USUAL:g} times as long as that of half of the products that "
    f"sell); products first sold within {NEW_DAYS} days are left out"
)


@tool(
    examples=("What is our dead stock?", "Which slow-moving stock do we have?", "Slow movers with the most money in stock"),
    reads=("filters", "ranking"),
)
def dead_stock(question: Question, context: Context) -> ToolResult:
    """Lists goods that lie: dead ones without a sale for half a year, and slow ones, whose stock lasts far longer than is usual here.

    Dead ones come first, then slow ones, each by the money in them at list price; `value` is that money over all. Declines without stock
    figures, or where the data spans less than half a year. Where the shop as a whole is stocked for over a year, a note says so.
    """
    held = on_hand(question, context)
    if held is None:
        return ToolResult(Status.DECLINED, text=NO_STOCK)
    if not len(held) or held.units.shape[1] < SILENT:
        return ToolResult(Status.DECLINED, text=f"That takes sales of {SILENT} days or more; fewer are known.")
    lying = _lying(held)
    money = held.stock * held.price
    order = [n for group in (lying.dead, lying.slow) for n in group[np.lexsort((group, -money[group]))].tolist()]
    receipt = accounted(question, context, "dead stock", DEFINITION, held.sql, held.rows_read)
    notes = _notes(lying, context)
    if not order:
        text = f"No stock lies: everything on hand sold within {SILENT} days, and nothing lasts far longer than is usual here."
        return ToolResult(value=0.0, unit="money", text=text, notes=notes, receipt=receipt)
    kept = order[: question.ranking.n if question.ranking else DEFAULT_N]
    groups = ((lying.dead, f"without any sale in {SILENT} days"), (lying.slow, "that sell far more slowly than is usual here"))
    parts = [f"{len(some)} {what} ({_money(money[some], context)})" for some, what in groups if len(some)]
    told = "; ".join(_told(n, held, lying) for n in kept[:5])
    head = f"{len(order)} of {len(held)} products lie, {_money(money[order], context)} at list price: {wording.plain_list(parts)}"
    return ToolResult(
        value=round(float(money[order].sum()), 2),
        rows=tuple(Row(held.ids[n], round(float(money[n]), 2), held.names[n]) for n in kept),
        unit="money",
        text=f"{head}. First: {told}.",
        notes=notes,
        products=tuple(held.ids[n] for n in kept),
        receipt=receipt,
    )


@dataclass(frozen=True, slots=True)
class _Lying:
    """Places of dead and of slow products; pieces `sold` and days that the stock `lasts`, (products,); what is `usual` of those."""

    dead: NDArray[np.int64]
    slow: NDArray[np.int64]
    sold: NDArray[np.float64]
    lasts: NDArray[np.float64]
    usual: float


def _lying(held: OnHand) -> _Lying:
    sold = held.units[:, -SILENT:].sum(axis=1)
    ever = held.units.any(axis=1)
    age = np.where(ever, held.units.shape[1] - np.argmax(held.units > 0, axis=1), held.units.shape[1])
    lasts = np.divide(held.stock * np.minimum(age, SILENT), sold, out=np.full(len(held), np.inf), where=sold > 0)
    judged = (held.stock > 0) & (age > NEW_DAYS)
    selling = judged & (sold > 0)
    usual = float(np.median(lasts[selling])) if selling.any() else 0.0
    slow = selling & (lasts > max(SLOW_DAYS, TIMES_USUAL * usual))
    return _Lying(np.flatnonzero(judged & (sold == 0)), np.flatnonzero(slow), sold, lasts, usual)


def _money(values: NDArray[np.float64], context: Context) -> str:
    return wording.money(float(values.sum()), context.currency)


def _told(n: int, held: OnHand, lying: _Lying) -> str:
    pieces = f"{held.names[n]} ({held.ids[n]}), {wording.number(held.stock[n])} on hand"
    if lying.sold[n] == 0:
        return f"{pieces}, none sold in {SILENT} days"
    return f"{pieces}, {wording.number(float(lying.sold[n]))} sold, enough for {wording.number(round(lying.lasts[n] / 365, 1), 1)} years"


def _notes(lying: _Lying, context: Context) -> tuple[str, ...]:
    if lying.usual <= SLOW_DAYS:
        return ()
    days = wording.number(round(lying.usual))
    return (f"Half of all products that sell have stock for more than {days} days: so is the shop as a whole stocked.",)
