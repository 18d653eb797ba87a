"""Customers in segments by how lately, how often and for how much they bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted, purchases, remembered
from assistant.models.segments import MEANING, Scored, score
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

FEWEST = 20
DEFINITION = (
    "RFM: recency, frequency and money of each known customer in quintiles over all data; a segment is a field of the grid of recency and "
    "frequency; gross sales"
)


@tool(
    examples=("Segment our customers", "How many champions and how many lost customers do we have?", "RFM segments, Germany"),
    reads=("filters",),
)
def segments(question: Question, context: Context) -> ToolResult:
    """Puts every known customer into one of six segments by recency and frequency, and says what each is worth.

    `rows` count the customers of each segment; the sentence gives their share of sales. Declines under twenty customers.
    """
    bought = purchases(context, question.filters)
    names = np.unique(bought.customers)
    if context.today is None or len(names) < FEWEST:
        text = f"Known customers with dated orders: {len(names)}, too few to make segments of; it takes {FEWEST}."
        return ToolResult(Status.DECLINED, text=text)
    scored, money = scored_customers(question, context)
    rows, parts = [], []
    for name in MEANING:
        inside = scored.segment == name
        if inside.any():
            rows.append(Row(name, int(inside.sum()), MEANING[name]))
            share = wording.percent(float(money[inside].sum() / max(money.sum(), 1e-9)))
            parts.append(f"{wording.number(int(inside.sum()))} {name} ({MEANING[name]}; {share} of sales)")
    scope = "".join(f", {wording.clause_words(clause, context)}" for clause in question.filters)
    return ToolResult(
        rows=tuple(rows),
        unit="count",
        text=f"{wording.number(len(names))} customers{scope} by recency and frequency: {'; '.join(parts)}.",
        receipt=accounted(question, context, "customers by segment", DEFINITION, bought.sql, bought.rows_read),
    )


def scored_customers(question: Question, context: Context) -> tuple[Scored, NDArray[np.float64]]:
    """Scores of the customers, by id, and the money of each, (customers,)."""
    bought = purchases(context, question.filters)

    def make() -> tuple[Scored, NDArray[np.float64]]:
        names, whose = np.unique(bought.customers, return_inverse=True)
        last = np.zeros(len(names), dtype="datetime64[D]")
        np.maximum.at(last, whose, bought.days)
        money, orders = (np.bincount(whose, weights).astype(np.float64) for weights in (bought.money, bought.orders.astype(np.float64)))
        return score((np.datetime64(context.today) - last).astype(np.float64), orders, money), money

    return remembered(context, ("segments", question.filters), make)
