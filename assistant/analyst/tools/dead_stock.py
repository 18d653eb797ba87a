"""Stock that does not sell: goods on hand without a sale for half a year, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.stock_on_hand import NO_STOCK, on_hand
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

SILENT = 180
SLOW_DAYS = 365
DEFAULT_N = 10
DEFINITION = (
    f"stock at list price of active products with no sale in the last {SILENT} days, or with stock for more than {SLOW_DAYS} days at the "
    f"pace of those days"
)


@tool(
    examples=("What is our dead stock?", "Which slow-moving stock do we have?", "Slow movers with the most money in stock"),
    reads=("filters", "ranking"),
)
def dead_stock(question: Question, context: Context) -> ToolResult:
    """Lists goods that lie: no sale for half a year, or stock for over a year, by the money in them at list price.

    `value` is that money over all of them. Declines without stock figures, or where the data spans less than half a year.
    """
    held = on_hand(question, context)
    if held is None:
        return ToolResult(Status.DECLINED, text=NO_STOCK)
    if not len(held) or held.units.shape[1] < SILENT:
        return ToolResult(Status.DECLINED, text=f"That takes sales of {SILENT} days or more; fewer are known.")
    sold = held.units[:, -SILENT:].sum(axis=1)
    lasts = np.divide(held.stock * SILENT, sold, out=np.full(len(held), np.inf), where=sold > 0)
    lying = np.flatnonzero((held.stock > 0) & (lasts > SLOW_DAYS))
    money = held.stock * held.price
    order = lying[np.lexsort((lying, -money[lying]))]
    kept = order[: question.ranking.n if question.ranking else DEFAULT_N].tolist()
    receipt = accounted(question, context, "dead stock", DEFINITION, held.sql, held.rows_read)
    if not kept:
        return ToolResult(value=0.0, unit="money", text="No stock lies: everything on hand sells within a year.", receipt=receipt)
    whole = float(money[lying].sum())
    silent = int((sold[lying] == 0).sum())
    told = [
        f"{held.names[n]} ({held.ids[n]}), {wording.number(held.stock[n])} pieces, "
        f"{'none sold' if sold[n] == 0 else wording.number(float(sold[n])) + ' sold'} in {SILENT} days"
        for n in kept[:5]
    ]
    text = (
        f"{len(lying)} of {len(held)} products lie, {silent} of them without any sale in {SILENT} days; "
        f"{wording.money(whole, context.currency)} at list price. Most money in: {'; '.join(told)}."
    )
    return ToolResult(
        value=round(whole, 2), rows=tuple(Row(held.ids[n], round(float(money[n]), 2), held.names[n]) for n in kept), unit="money",
        text=text, products=tuple(held.ids[n] for n in kept), receipt=receipt,
    )  # fmt: skip
