"""Sentences: what was understood, the figure in the shop's money, the comparison beside it, and warnings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from oracle import Oracle, Slice

from assistant.analyst import wording
from assistant.analyst.context import Context
from assistant.analyst.narrate import comparable, label_words, partial, sentence
from assistant.analyst.question import Comparison, FilterClause, Having, Period, Question, Ranking, Share, Side
from assistant.analyst.tools import ToolResult
from assistant.types import Receipt, Row

NOVEMBER = Period(date(2011, 11, 1), date(2011, 11, 30), "month")
DECEMBER = Period(date(2011, 12, 1), date(2011, 12, 31), "month")
FRANCE = (FilterClause("country", "eq", ("France",), "France"),)
FACTS = {"new": 110, "old": 100, "new_label": "Nov 2011", "old_label": "Nov 2010"}


def test_a_figure_says_what_was_understood_and_last_year(context: Context, oracle: Oracle) -> None:
    new, old = (oracle.measure("net_sales", Slice((f"{y}-11-01", f"{y}-11-30"), {"country": "France"}))["all"] for y in (2011, 2010))
    text = sentence(Question("metric", ("net_sales",), filters=FRANCE, period=NOVEMBER), ToolResult(value=new, unit="money"), context)
    assert text.startswith(f"Net sales, France, Nov 2011: {wording.money(new, 'GBP')}")
    assert wording.money(old, "GBP") in text
    assert wording.change(new / old - 1) in text


def test_a_running_month_is_said_to_be_running_and_held_against_the_same_days(context: Context) -> None:
    text = sentence(Question("metric", ("orders",), period=DECEMBER), ToolResult(value=50, unit="count"), context)
    assert "1 Dec–9 Dec 2010" in text
    assert "the data ends on 9 December 2011" in text


def test_no_comparison_where_the_data_does_not_reach(context: Context) -> None:
    assert comparable(Period(date(2010, 3, 1), date(2010, 3, 31), "month"), context) is None
    assert comparable(None, context) is None
    assert comparable(NOVEMBER, context) == replace(NOVEMBER, first=date(2010, 11, 1), last=date(2010, 11, 30))


def test_small_numbers_are_warned_of(context: Context) -> None:
    receipt = Receipt("m", "d", {}, (None, None), 4, None, "")
    text = sentence(Question("metric", ("rating",)), ToolResult(value=4.25, unit="rating", receipt=receipt), context)
    assert "4.25" in text
    assert "4 rows only" in text
    assert "2009" not in text


def test_series_leave_running_units_out_of_the_extremes(context: Context) -> None:
    rows = (Row("2011-10", 300.0), Row("2011-11", 500.0), Row("2011-12", 20.0))
    period = Period(date(2011, 10, 1), date(2011, 12, 31))
    text = sentence(Question("series", ("net_sales",), ("month",), period=period), ToolResult(rows=rows, unit="money"), context)
    assert "£820.00 in all" in text
    assert "lowest Oct 2011 £300.00" in text


def test_rankings_comparisons_shares_and_counts(context: Context) -> None:
    rows = tuple(Row(str(n), 100.0 - n, f"JUG {n}") for n in range(7))
    ranked = sentence(Question("ranking", ("units",), ("product",), ranking=Ranking(7)), ToolResult(rows=rows, unit="count"), context)
    assert "JUG 0 (0) 100; " in ranked
    assert "and 2 more" in ranked
    sides = (Side("Nov 2011", NOVEMBER), Side("Nov 2010", NOVEMBER.year_before()))
    compared = Question("compare", ("orders",), comparison=Comparison("growth", sides))
    text = sentence(
        compared,
        ToolResult(value=0.1, unit="share", facts=FACTS),
        context,
    )
    assert "110 (Nov 2011) against 100 (Nov 2010): up 10.0%, +10" in text
    share = Question("share", ("net_sales",), share=Share(FRANCE))
    assert "25.0% (£25.00 of £100.00)" in sentence(
        share, ToolResult(value=0.25, unit="share", facts={"part": 25.0, "whole": 100.0}), context
    )
    count = Question("count", ("customers",), ("customer",), having=Having("net_sales", "gt", 5000), period=NOVEMBER)
    assert sentence(count, ToolResult(value=12, unit="count"), context) == "12 customers with net sales over £5,000, Nov 2011."


def test_what_a_tool_says_itself_stands(context: Context) -> None:
    assert (
        sentence(Question("metric"), ToolResult(text="Not in the data.", notes=("Ask for sales.",)), context)
        == "Not in the data. Ask for sales."
    )


@pytest.mark.parametrize(
    ("label", "grain", "expected"),
    [
        ("2011-12", "month", True),
        ("2011-11", "month", False),
        ("2011-Q4", "quarter", True),
        ("2011-12-05", "week", True),
        ("Monday", "weekday", False),
    ],
)
def test_partial_units(context: Context, label: str, grain: str, expected: bool) -> None:
    assert partial(label, grain, None, context) is expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (wording.money(-1234.5, "GBP"), "−£1,234.50"),
        (wording.money(3, "CHF"), "CHF 3.00"),
        (wording.money(-0.001, "USD"), "$0.00"),
        (wording.percent(0.1234), "12.3%"),
        (wording.percent(0.00456), "0.46%"),
        (wording.change(-0.25), "down 25.0%"),
        (wording.number(1234.0), "1,234"),
        (wording.number(2.3456), "2.35"),
        (wording.figure("2011-12-09", "date", "GBP"), "9 December 2011"),
        (wording.plain_list(["a", "b", "c"]), "a, b and c"),
        (label_words("2011-Q3"), "Q3 2011"),
        (label_words("85123A"), "85123A"),
    ],
)
def test_formats(made: str, expected: str) -> None:
    assert made == expected
