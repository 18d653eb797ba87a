"""Association rules: pairs of products that share more orders than chance gives, by lift, with a support that means something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DEFAULT_N = 10
LEAST_ORDERS = 10
"""Orders that a pair must share, whatever its lift."""
LEAST_SHARE = 0.0005
DEFINITION = (
    "lift of a pair: orders that hold both over what chance would give (orders of the one times orders of the other over all orders); "
    "ranked by the lower end of its 95 % interval; services left out"
)


@tool(
    examples=("Which products belong together most strongly?", "Association rules with lift", "Strongest product pairs by lift"),
    reads=("filters", "period", "ranking"),
)
def rules(question: Question, context: Context) -> ToolResult:
    """Ranks pairs of products by lift, those that share at least ten orders and one in two thousand; `rows` are the lift.

    Unlike the pairs bought together most often, these are pairs that chance does not explain. Declines where no pair has the support.
    """
    import ibis

    from assistant.analyst.compile import narrowed

    lines = narrowed(context.warehouse.table("lines"), question.without_filter("product").filters, question.period, context)
    goods = lines.filter(lines["sale"], ~lines["service"])
    held = goods.select("order_id", "product_id").distinct()
    (whole,) = context.warehouse.run(goods.aggregate(orders=goods["order_id"].nunique(), read=goods.count())).to_pylist()
    least = max(LEAST_ORDERS, int(LEAST_SHARE * int(whole["orders"] or 0)))
    counts = held.group_by("product_id").aggregate(orders=held.count())
    often = held.semi_join(counts.filter(counts["orders"] >= least), "product_id")
    other = often.view()
    pairs = often.join(other, [often["order_id"] == other["order_id"], often["product_id"] < other["product_id"]])
    pairs = pairs.select(a=often["product_id"], b=other["product_id"])
    grouped = pairs.group_by("a", "b").aggregate(both=pairs.count())
    grouped = grouped.filter(grouped["both"] >= least)
    single = counts.select(a=counts["product_id"], of_a=counts["orders"])
    partner = counts.select(b=counts["product_id"], of_b=counts["orders"])
    joined = grouped.join(single, "a").join(partner, "b")
    expected = joined["of_a"] * joined["of_b"] / float(whole["orders"] or 1)
    low = (joined["both"] - 1.96 * joined["both"].cast("double").sqrt()) / expected
    expression = joined.mutate(lift=joined["both"] / expected, low=low).order_by([ibis.desc("low"), "a", "b"])
    n = question.ranking.n if question.ranking else DEFAULT_N
    clause = question.filter_on("product")
    if clause is not None:
        codes = [str(v) for v in clause.values]
        expression = expression.filter(expression["a"].isin(codes) | expression["b"].isin(codes))
    found = context.warehouse.run(expression.limit(n)).to_pylist()
    if not found:
        among = wording.number(whole["orders"] or 0)
        text = f"No pair of products shares {least} orders or more, so no rule would mean anything ({among} orders)."
        return ToolResult(Status.DECLINED, text=text)
    names = _names(goods, [r[end] for r in found for end in "ab"], context)
    told = "; ".join(
        f"{names[r['a']]} ({r['a']}) and {names[r['b']]} ({r['b']}), {wording.number(round(float(r['lift']), 1), 1)} times chance, "
        f"in {wording.number(r['both'])} orders ({wording.percent(r['both'] / min(r['of_a'], r['of_b']))} of the rarer one's)"
        for r in found[:3]
    )
    return ToolResult(
        rows=tuple(Row(f"{r['a']} + {r['b']}", round(float(r["lift"]), 2), f"{names[r['a']]} + {names[r['b']]}") for r in found),
        row_unit="number",
        text=f"Strongest pairs, {', '.join(wording.scope(question, context))}: {told}.",
        receipt=accounted(question, context, "lift", DEFINITION, context.warehouse.sql(expression), int(whole["read"])),
    )


def _names(goods: Any, ids: list[str], context: Context) -> dict[str, str]:
    """The names of these products."""
    named = goods.filter(goods["product_id"].isin(ids)).group_by("product_id").aggregate(name=goods["product"].max())
    return {row["product_id"]: row["name"] for row in context.warehouse.run(named).to_pylist()}
