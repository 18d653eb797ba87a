"""What a product code is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.types import Receipt, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context


@tool(examples=("What is 22423?", "What is the code of the regency cakestand?"), reads=("filters", "ask"))
def lookup(question: Question, context: Context) -> ToolResult:
    """The name that belongs to a product's code; with `ask` label, the code."""
    clause = question.filter_on("product")
    if clause is None:
        return ToolResult(status=Status.CLARIFY, text="Which product do you mean?")
    products = context.warehouse.table("products")
    expression = products.filter(products["product_id"] == str(clause.values[0])).select("product_id", "product")
    found = context.warehouse.run(expression).to_pylist()
    if not found:
        return ToolResult(status=Status.DECLINED, text=f"There is no product {clause.values[0]} in the data.")
    code, name = str(found[0]["product_id"]), str(found[0]["product"])
    made = Receipt(
        "product",
        "the most frequent name on sale lines",
        {"product": code},
        (None, None),
        1,
        context.as_of,
        context.warehouse.sql(expression),
    )
    return ToolResult(
        value=code if question.ask == "label" else name, unit="label", text=f"{code} is {name}.", products=(code,), receipt=made
    )
