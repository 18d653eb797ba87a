"""When something happened first or last."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from assistant.analyst.compile import Query
from assistant.analyst.question import Question
from assistant.analyst.receipts import receipt
from assistant.analyst.scoping import outside
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.wording import subject
from assistant.types import Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context


@tool(examples=("When was the cakestand last sold?", "When did customer 12347 first order?"), reads=("metrics", "filters", "period"))
def record(question: Question, context: Context) -> ToolResult:
    """The day of the first or the last sale (metrics `first_sale`, `last_sale`) under filters, as an ISO date."""
    if refusal := outside(question, context):
        return refusal
    found = context.query(Query(question.metrics, filters=question.filters, period=question.period))
    made = receipt(question, found.sql, found.rows_read, context)
    if not isinstance(found.value, date):
        return ToolResult(status=Status.DECLINED, text=f"{subject(question, context)}: there was no sale.", receipt=made)
    return ToolResult(value=found.value.isoformat(), unit="date", receipt=made)
