"""What to order now: products at or under their reorder point for the lead time and the service level of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.stock_on_hand import FEWEST_DAYS, NO_STOCK, on_hand
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted
from assistant.models.restock import demand
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DEFAULT_N = 10
DEFINITION = (
    "reorder point: the pieces that suffice over the lead time (`staff.lead_days`) in so many cases as `staff.service_level` says; the "
    "demand of the lead time is negative binomial, its mean the level of the last 56 days times the category's season, its spread that "
    "of past forecasts"
)


@tool(
    examples=("What should we reorder?", "Reorder point of 22423", "Which products are under their reorder point?"),
    reads=("filters", "ranking"),
)
def reorder(question: Question, context: Context) -> ToolResult:
    """Lists products whose stock no longer covers the lead time at the service level, with the pieces that are missing.

    For one product `value` is its reorder point. Lead time and service level are settings. Declines without stock figures.
    """
    held = on_hand(question, context)
    if held is None:
        return ToolResult(Status.DECLINED, text=NO_STOCK)
    if not len(held):
        return ToolResult(Status.DECLINED, text="No active product with a known stock fits that.")
    if held.units.shape[1] < FEWEST_DAYS:
        return ToolResult(Status.DECLINED, text="Too few days of sales are known to tell what will be needed.")
    staff = context.settings.staff
    ahead = demand(held.units, held.seasons, staff.lead_days)
    point = ahead.quantile(staff.service_level)
    terms = f"{staff.lead_days} days until new goods come, {wording.percent(staff.service_level)} service"
    receipt = accounted(question, context, "reorder point", DEFINITION, held.sql, held.rows_read)
    if len(held) == 1:
        text = (
            f"{held.names[0]} ({held.ids[0]}): reorder at {wording.number(point[0])} ({terms}); {wording.number(held.stock[0])} in stock, "
            f"{wording.number(round(float(ahead.mean[0]), 1), 1)} expected to sell in that time."
        )
        return ToolResult(value=int(point[0]), unit="count", text=text, products=held.ids, receipt=receipt)
    missing = point - held.stock
    short = np.flatnonzero((missing > 0) & (ahead.mean > 0))
    order = short[np.lexsort((short, -missing[short] * np.maximum(held.price[short], 0.01)))]
    kept = order[: question.ranking.n if question.ranking else DEFAULT_N].tolist()
    rows = tuple(Row(held.ids[n], int(missing[n]), held.names[n]) for n in kept)
    if not rows:
        return ToolResult(text=f"Nothing is under its reorder point ({terms}).", receipt=receipt)
    told = [f"{held.names[n]} ({held.ids[n]}), {wording.number(held.stock[n])} left of {wording.number(point[n])} needed" for n in kept[:5]]
    return ToolResult(
        rows=rows,
        row_unit="count",
        text=f"{len(short)} of {len(held)} products are under their reorder point ({terms}): {'; '.join(told)}.",
        products=tuple(row.label for row in rows),
        receipt=receipt,
    )
