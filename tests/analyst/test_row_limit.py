"""Where the row limit cuts an answer, it says so, and states nothing of the rows that it left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.analyst.context import Context
from assistant.analyst.narrate import sentence
from assistant.analyst.question import Having, Question, Ranking, Share
from assistant.analyst.tools import tools
from assistant.config import Settings, StaffSettings

ASKED = {
    "series": Question("series", ("net_sales",), ("month",), ask="rows"),
    "breakdown": Question("breakdown", ("net_sales",), ("country",), ask="rows"),
    "ranking": Question("ranking", ("net_sales",), ("product",), ranking=Ranking(10), ask="rows"),
    "share": Question("share", ("net_sales",), ("country",), share=Share(), ask="rows"),
    "count": Question("count", by=("customer",), having=Having("orders", "ge", 2), ask="rows"),
}


def told(question: Question, context: Context, most: int) -> tuple[int, str]:
    limited = replace(context, settings=Settings(currency="GBP", staff=StaffSettings(max_rows=most)))
    result = tools()[question.tool].run(limited.semantics.checked(question), limited)
    return len(result.rows), sentence(question, result, limited)


@pytest.mark.parametrize("question", ASKED.values(), ids=ASKED)
def test_a_cut_is_said(question: Question, context: Context) -> None:
    rows, text = told(question, context, 3)
    assert rows == 3
    assert "Only the first 3 of " in text
    assert " in all" not in text
    assert "lowest" not in text
    assert "Only the first" not in told(question, context, 1000)[1]


def test_a_ranking_says_how_many_were_wanted(context: Context) -> None:
    assert "Only the first 3 of 10 rows are shown." in told(ASKED["ranking"], context, 3)[1]
