"""What comes next: products that customers bought in a later order after a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DEFAULT_N = 10
LEAST = 3
DEFINITION = (
    "known customers who bought the second product on a later day than their first purchase of the first one; lift is that over what "
    "the second product's part of all customers would give; the first product itself and services are left out"
)


@tool(
    examples=("What do customers buy after 22423?", "What comes next after a tent?", "What comes after 22423?"),
    reads=("filters", "ranking"),
)
def next_purchases(question: Question, context: Context) -> ToolResult:
    """Counts what customers bought on later days after their first purchase of a product; `rows` are customers, best lift first.

    Pairs that are no more frequent than chance are left out. Declines without a product, or where hardly anybody came back.
    """
    import ibis

    clause = question.filter_on("product")
    if clause is None:
        return ToolResult(Status.CLARIFY, text="After which product? Name it, or give its code.")
    codes = [str(v) for v in clause.values]
    lines = context.warehouse.table("lines")
    goods = lines.filter(lines["sale"], ~lines["service"], lines["customer_id"].notnull())
    firsts = goods.filter(goods["product_id"].isin(codes)).group_by("customer_id").aggregate(since=ibis._.day.min())
    later = goods.join(firsts, "customer_id").filter(ibis._.day > ibis._.since, ~ibis._.product_id.isin(codes))
    after = later.group_by("product_id").aggregate(name=later["product"].max(), customers=later["customer_id"].nunique())
    everybody = goods.group_by("product_id").aggregate(all_customers=goods["customer_id"].nunique())
    expression = after.join(everybody, "product_id").order_by([ibis.desc("customers"), "product_id"])
    found = context.warehouse.run(expression).to_pylist()
    totals = goods.aggregate(all=goods["customer_id"].nunique(), read=goods.count())
    (whole,) = context.warehouse.run(totals).to_pylist()
    base = int(context.warehouse.run(later.aggregate(n=later["customer_id"].nunique()))["n"][0].as_py() or 0)
    name = clause.label or " and ".join(codes)
    rules = []
    for row in found:
        expected = base * int(row["all_customers"]) / max(int(whole["all"]), 1)
        count = int(row["customers"])
        if count >= LEAST and count > expected + 3 * expected**0.5 + 1:
            rules.append((count / max(expected, 1e-9), count, row))
    rules.sort(key=lambda rule: (-rule[0] * min(rule[1], 20), rule[2]["product_id"]))
    kept = rules[: question.ranking.n if question.ranking else DEFAULT_N]
    if not kept:
        text = (
            f"{wording.number(base)} customers bought anything on a later day after {name}; no product stands out among what they bought."
        )
        return ToolResult(Status.DECLINED, text=text)
    told = "; ".join(
        f"{row['name']} ({row['product_id']}), {wording.number(count)} customers, {wording.number(round(lift, 1), 1)} times the usual"
        for lift, count, row in kept[:5]
    )
    return ToolResult(
        rows=tuple(Row(str(row["product_id"]), count, str(row["name"])) for _, count, row in kept),
        row_unit="count",
        text=f"After {name}, {wording.number(base)} customers bought again; they went on to: {told}.",
        products=tuple(str(row["product_id"]) for _, _, row in kept),
        receipt=accounted(question, context, "later purchases", DEFINITION, context.warehouse.sql(expression), int(whole["read"])),
    )
