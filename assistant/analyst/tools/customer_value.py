"""What customers will still bring: expected purchases and money of the next year."""

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
YEAR = 52.0
DEFINITION = (
    "expected gross money of the next 52 weeks, not discounted: expected purchase days (BG/NBD) times the expected money of one "
    "(Gamma-Gamma), both fitted to this shop's known customers"
)


@tool(
    examples=("Lifetime value of customer 12345", "Top customers by lifetime value", "What will our customers bring in the next year?"),
    reads=("filters", "ranking", "ask"),
)
def customer_value(question: Question, context: Context) -> ToolResult:
    """Expects the money of the next year for one customer (`value`), for the best ones (`rows`), or for all together.

    BG/NBD and Gamma-Gamma; declines where too few customers came back, or where it knows the customer not at all.
    """
    try:
        models = lifetime(context)
    except TooFewCustomers as error:
        return ToolResult(Status.DECLINED, text=str(error))
    known, bought = history(context), purchases(context)
    money = models.value(known, YEAR)
    if money is None:
        return ToolResult(Status.DECLINED, text="Too few customers came back with money to tell what a purchase will bring.")
    receipt = accounted(question, context, "expected customer value", DEFINITION, bought.sql, bought.rows_read)
    clause = question.filter_on("customer")
    if clause is not None:
        return _one(str(clause.values[0]), question, context, receipt)
    if question.ranking is None:
        total = float(money.sum())
        text = (
            f"The {wording.number(len(known))} known customers should bring about {wording.money(total, context.currency)} in the next "
            f"52 weeks, {wording.money(total / len(known), context.currency)} each on average; new customers come on top."
        )
        return ToolResult(value=total, unit="money", text=text, receipt=receipt)
    best = np.argsort(-money, kind="stable")[: question.ranking.n]
    rows = tuple(Row(known.customers[n], round(float(money[n]), 2)) for n in best.tolist())
    told = "; ".join(f"{row.label} {wording.money(row.value, context.currency)}" for row in rows[:5])
    return ToolResult(rows=rows, unit="money", text=f"Highest expected value of the next 52 weeks: {told}.", receipt=receipt)


def _one(customer: str, question: Question, context: Context, receipt: object) -> ToolResult:
    from dataclasses import replace

    models, known = lifetime(context), history(context)
    if customer not in known.customers:
        return ToolResult(Status.DECLINED, text=f"Customer {customer} has no dated order, so there is nothing to expect from.")
    place = known.customers.index(customer)
    only = replace(
        known, customers=(customer,), **{name: getattr(known, name)[place : place + 1] for name in ("frequency", "recency", "age", "spend")}
    )
    money = models.value(only, YEAR)
    value = float(money[0]) if money is not None else 0.0
    expected, alive = float(models.buying.expected(only, YEAR)[0]), float(models.buying.alive(only)[0])
    text = (
        f"Customer {customer} should bring about {wording.money(value, context.currency)} in the next 52 weeks: "
        f"{wording.number(round(expected, 1), 1)} purchases expected, {wording.percent(alive)} likely to still be a customer."
    )
    return ToolResult(value=round(value, 2), unit="money", text=text, receipt=receipt)  # type: ignore[arg-type]
