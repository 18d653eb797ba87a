"""Who will buy in the next weeks: customers by the probability of a purchase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted, history, lifetime, purchases, remembered, store_folder
from assistant.errors import ModelMissing
from assistant.models.lifetime import DAYS, TooFewCustomers
from assistant.models.propensity import SLOT, load_propensity, snapshot
from assistant.models.registry import find_model
from assistant.types import Row, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.analyst.context import Context

DEFAULT_N = 10
HORIZON = 30
TRAINED = "probability of a purchase in the next {days} days, by the propensity model that this shop trained; calibrated on held-out months"
EXPECTED = "probability of a purchase in the next {days} days, from the expected purchases of BG/NBD; no propensity model is trained yet"


@tool(
    examples=("Which customers are likely to buy next month?", "Top 20 customers by propensity to buy", "Who will buy again?"),
    reads=("ranking", "ask"),
)
def likely_buyers(question: Question, context: Context) -> ToolResult:
    """Ranks customers by the probability of a purchase in the next month; with `ask` number, how many buyers are to be expected.

    The shop's own propensity model where one is trained (`shopclerk train`), else BG/NBD. Declines where customers hardly come back.
    """
    if context.today is None:
        return ToolResult(Status.DECLINED, text="No sale has a date, so I cannot tell who buys when.")
    try:
        names, chances, days, definition = remembered(context, ("likely", _path(context)), lambda: _chances(context))
    except TooFewCustomers as error:
        return ToolResult(Status.DECLINED, text=str(error))
    bought = purchases(context)
    receipt = accounted(question, context, "probability of a purchase", definition.format(days=days), bought.sql, bought.rows_read)
    total = float(chances.sum())
    head = f"Of {wording.number(len(names))} known customers about {wording.number(round(total))} should buy in the next {days} days"
    if question.ask == "number":
        return ToolResult(value=round(total), unit="count", text=f"{head}.", receipt=receipt)
    best = np.argsort(-chances, kind="stable")[: question.ranking.n if question.ranking else DEFAULT_N].tolist()
    told = ", ".join(f"{names[n]} ({wording.percent(float(chances[n]))})" for n in best[:5])
    rows = tuple(Row(str(names[n]), round(float(chances[n]), 4)) for n in best)
    return ToolResult(rows=rows, row_unit="share", text=f"{head}; the likeliest: {told}.", receipt=receipt)


def _path(context: Context) -> str:
    """The folder of the shop's propensity model, empty where there is none."""
    folder = store_folder(context)
    if folder is None:
        return ""
    try:
        return str(find_model(SLOT, folder))
    except ModelMissing:
        return ""


def _chances(context: Context) -> tuple[NDArray[np.str_], NDArray[np.float64], int, str]:
    from pathlib import Path

    assert context.today is not None
    path = _path(context)
    if path:
        model = load_propensity(Path(path))
        bought = purchases(context)
        seen = snapshot(bought.customers, bought.days, bought.money, context.today, model.horizon)
        return seen.customers, model.probabilities(seen.features), model.horizon, TRAINED
    known = history(context)
    expected = lifetime(context).buying.expected(known, HORIZON / DAYS)
    return np.array(known.customers), 1.0 - np.exp(-expected), HORIZON, EXPECTED
