"""What the promotions did: each run of reduced prices against what was to be expected without it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted, remembered
from assistant.analyst.tradedays import Promotion, promotion_runs, promotions_of
from assistant.models.anomaly import usual_level
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DEFINITION = (
    "promotions as the prices tell of them: runs of days on which many lines were sold under the products' regular prices; their goods "
    "sales a day against the level of the days around without promotion, by weekday; 95 % interval from how days without one scatter"
)


@tool(
    examples=("What did our promotions do?", "Did the Black Friday sale work?", "Which discount brought most?"),
    reads=("period", "ranking"),
)
def promotions(question: Question, context: Context) -> ToolResult:
    """Finds the promotions in the prices and says what each did to goods sales a day, with an interval; `rows` are the growth.

    No promotion is on record in sales data: what is told is what the prices show. Declines where no run of reduced prices stands out.
    """
    if context.today is None or context.first_day is None:
        return ToolResult(Status.DECLINED, text="No sale has a date, so promotions cannot be found.")
    chosen = [p for p in promotions_of(context) if question.period is None or question.period.clipped(p.first, p.last) is not None]
    if not chosen:
        scope = wording.period_words(question.period, context)
        return ToolResult(Status.DECLINED, text=f"I cannot tell of any promotion, {scope}: no run of days stands out by reduced prices.")
    sales, names, sql, read = remembered(context, ("goods by day",), lambda: _sales(context))
    runs = promotion_runs(context)
    rows, told = [], []
    for promotion in sorted(chosen, key=lambda p: p.first, reverse=True):
        mine = [n for n, name in enumerate(names) if not promotion.categories or name in promotion.categories]
        growth, low, high = _effect(sales[mine].sum(axis=0), promotion, runs, context.first_day)
        label = f"{promotion.first.isoformat()}–{promotion.last.isoformat()}"
        what = ", ".join(promotion.categories[:3]) or "all categories"
        rows.append(Row(label, round(growth, 4), what))
        off = wording.percent(promotion.discount)
        told.append(
            f"{wording.day(promotion.first)} to {wording.day(promotion.last)} ({what}, {off} off on average): "
            f"goods sales {wording.change(growth)} a day (95%: {wording.percent(low)} to {wording.percent(high)})"
        )
    n = question.ranking.n if question.ranking else len(rows)
    if question.ranking:
        order = np.argsort([-row.value for row in rows], kind="stable")[:n].tolist()
        rows, told = [rows[i] for i in order], [told[i] for i in order]
    return ToolResult(
        value=rows[0].value if len(rows) == 1 else None,
        rows=tuple(rows),
        unit="share",
        text=f"As far as prices show, {len(rows)} promotion{'s' if len(rows) > 1 else ''}: {'; '.join(told[:4])}.",
        notes=("Sales may have been moved forward from the weeks after.",),
        receipt=accounted(question, context, "effect of promotions", DEFINITION, sql, read),
    )


def _sales(context: Context) -> tuple[NDArray[np.float64], tuple[str, ...], str, int]:
    """Goods sales by category and day, (categories, days)."""
    lines = context.warehouse.table("lines")
    sold = lines.filter(lines["sale"], ~lines["service"])
    expression = sold.group_by("category", "day").aggregate(money=sold["amount"].sum(), read=sold.count()).order_by(["category", "day"])
    rows = context.warehouse.run(expression).to_pylist()
    names = tuple(sorted({str(r["category"] or "") for r in rows}))
    assert context.today is not None
    assert context.first_day is not None
    made = np.zeros((len(names), (context.today - context.first_day).days + 1))
    for r in rows:
        made[names.index(str(r["category"] or "")), (r["day"] - context.first_day).days] = r["money"]
    return made, names, context.warehouse.sql(expression), int(sum(r["read"] for r in rows))


def _effect(sales: NDArray[np.float64], promotion: Promotion, runs: NDArray[np.int64], first_day: date) -> tuple[float, float, float]:
    """Growth of the mean day over what was usual around, with the ends of its 95 % interval."""
    start = (promotion.first - first_day).days
    inside = np.arange(start, start + promotion.days)
    expected = usual_level(sales, first_day.weekday(), runs != 0)
    around = np.arange(max(0, start - 42), min(len(sales), start + promotion.days + 42))
    plain = around[(runs[around] == 0) & (expected[around] > 0)]
    # a day far above the rest of its promotion is a story of its own
    each = sales[inside] / np.maximum(expected[inside], 1e-9)
    inside = inside[each <= 3.0 * max(float(np.median(each)), 1e-9)]
    mean = max(float(expected[inside].mean()), 1e-9)
    ratio = float(sales[inside].mean()) / mean
    scatter = float(np.std(sales[plain] / expected[plain])) if len(plain) > 6 else 1.0
    reach = 1.96 * scatter * np.sqrt(max(ratio, 0.3) / len(inside) + 1.0 / max(len(plain), 1))
    return ratio - 1.0, ratio - 1.0 - reach, ratio - 1.0 + reach
