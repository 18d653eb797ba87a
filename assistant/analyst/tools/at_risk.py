"""Customers who used to come back and have stayed away longer than is usual for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted, history, lifetime, purchases
from assistant.models.lifetime import TooFewCustomers
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DEFAULT_N = 10
GONE = 0.5
"""Under this probability of still being a customer, one counts as at risk."""
DEFINITION = (
    "known customers with two purchase days or more whose probability of still being a customer (BG/NBD, fitted to this shop) is under "
    "50 %; the figure is the gross money a year that they used to bring"
)


@tool(
    examples=("Which customers are about to leave?", "Top 20 customers at risk of churn", "How many customers have we probably lost?"),
    reads=("ranking", "ask"),
)
def at_risk(question: Question, context: Context) -> ToolResult:
    """Ranks customers who have probably left by what they used to bring a year, with the probability that they are still there.

    With `ask` number, `value` counts them. Declines where too few customers ever came back.
    """
    try:
        models = lifetime(context)
    except TooFewCustomers as error:
        return ToolResult(Status.DECLINED, text=str(error))
    known, bought = history(context), purchases(context)
    alive = models.buying.alive(known)
    yearly = known.spend * known.frequency / np.maximum(known.recency, 4.0) * 52.0
    risky = np.flatnonzero((known.frequency >= 1) & (alive < GONE))
    came_back = int((known.frequency >= 1).sum())
    head = f"{wording.number(len(risky))} of {wording.number(came_back)} customers who ever came back have probably left"
    receipt = accounted(question, context, "customers at risk", DEFINITION, bought.sql, bought.rows_read)
    if question.ask == "number":
        return ToolResult(value=len(risky), unit="count", text=f"{head} (under 50% likely to still buy here).", receipt=receipt)
    best = risky[np.lexsort((risky, -yearly[risky]))][: question.ranking.n if question.ranking else DEFAULT_N]
    rows = tuple(Row(known.customers[n], round(float(yearly[n]), 2)) for n in best.tolist())
    told = [
        f"{known.customers[n]} ({wording.money(float(yearly[n]), context.currency)} a year, silent for "
        f"{wording.number(round(float(known.age[n] - known.recency[n])))} weeks, {wording.percent(float(alive[n]))} likely to be back)"
        for n in best[:3].tolist()
    ]
    text = f"{head}; the most valuable: {'; '.join(told)}." if rows else f"{head}."
    return ToolResult(rows=rows, unit="money", text=text, receipt=receipt)
