"""What is missing in the catalogue: products without a category, brand, price, style or stock figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.analyst import wording
from assistant.analyst.goods import ATTRIBUTES, goods_of
from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

SHOWN = 5
DEFINITION = "products on offer, services left out, for which the attribute is empty in the catalogue"


@tool(examples=("What is missing in the catalogue?", "Which products have no category?"), reads=("per",))
def gaps(question: Question, context: Context) -> ToolResult:
    """Counts the products that lack an attribute, by attribute in `rows`; with `per` naming one, lists the products without it."""
    goods = goods_of(context)
    if not goods.rows:
        return ToolResult(Status.DECLINED, text="The catalogue holds no products.")
    receipt = accounted(question, context, "gaps in the catalogue", DEFINITION, goods.sql, len(goods.rows))
    whole = wording.number(len(goods.rows))
    if question.per:
        wanted = question.per
        lacking = [good for good in goods.rows if wanted in good.missing]
        if len(lacking) == len(goods.rows):
            return ToolResult(Status.DECLINED, text=f"The catalogue gives no {wanted} for any of its {whole} products.")
        told = "; ".join(f"{good.name} ({good.id})" for good in lacking[:SHOWN])
        text = f"{wording.number(len(lacking))} of {whole} products have no {wanted}{': ' + told if told else ''}."
        rows = tuple(Row(good.id, 1, good.name) for good in lacking)
        return ToolResult(value=len(lacking), unit="count", rows=rows, text=text, receipt=receipt)
    counts = {name: sum(name in good.missing for good in goods.rows) for name in ATTRIBUTES}
    told = "; ".join(f"no {name}: {wording.number(count)}" for name, count in sorted(counts.items(), key=lambda item: -item[1]))
    complete = sum(not good.missing for good in goods.rows)
    return ToolResult(
        value=len(goods.rows) - complete,
        unit="count",
        rows=tuple(Row(name, counts[name]) for name in sorted(counts, key=lambda name: (-counts[name], name))),
        text=f"Of {whole} products {wording.number(complete)} are complete; {told}.",
        receipt=receipt,
    )
