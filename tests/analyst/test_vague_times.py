"""Times that name no days are asked back; times that do, leads, scenes and second thoughts are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assistant.analyst.analyst import Analyst
from assistant.analyst.outcome import Clarify
from assistant.analyst.parse import Memory, Parsed
from assistant.analyst.question import Period, Question
from assistant.config import Settings


@pytest.fixture(scope="module")
def parse(shop_folder: Path) -> Callable[..., Parsed]:
    """The parser of the made-up shop: the last of a conversation's messages."""
    parser = Analyst(shop_folder, Settings(currency="GBP"))._ready().parser

    def said(*texts: str) -> Parsed:
        memory = Memory()
        for text in texts:
            parsed = parser.parse(text, memory)
            if isinstance(parsed.outcome, Question):
                memory = Memory(parsed.outcome, earlier=memory.question)
        return parsed

    return said


@pytest.mark.parametrize(
    "text",
    [
        "orders lately",
        "sales the other day",
        "net sales in the last few weeks",
        "orders in recent months",
        "revenue this season",
        "units sold over the holidays",
        "sales during the sale",
        "revenue at the end of the year",
        "net sales on the 12th",
        "orders a month ago",
        "units sold in FY 2010/11",
        "net sales for the month to 15 November 2011",
    ],
)
def test_a_time_without_days_is_asked_back(parse: Callable[..., Parsed], text: str) -> None:
    outcome = parse(text).outcome
    assert isinstance(outcome, Clarify), outcome
    assert outcome.slot == "period"


def test_a_time_with_days_beside_it_is_not(parse: Callable[..., Parsed]) -> None:
    outcome = parse("recently, that is in November 2011: how many orders?").outcome
    assert isinstance(outcome, Question)
    assert outcome.period is not None
    assert outcome.period.title == "Nov 2011"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("net sales for the quarter ended 30 June 2011", date(2011, 4, 1), date(2011, 6, 30)),
        ("net sales Q1 + Q2 2010", date(2010, 1, 1), date(2010, 6, 30)),
        ("orders Jan & Feb 2010 in total", date(2010, 1, 1), date(2010, 2, 28)),
        ("gross sales in 2010 excluding December", date(2010, 1, 1), date(2010, 11, 30)),
        ("For the VAT return I need gross sales for May 2011", date(2011, 5, 1), date(2011, 5, 31)),
        ("We ran a campaign from 3 to 5 May 2011. What were net sales over those days?", date(2011, 5, 3), date(2011, 5, 5)),
        ("one quick question before the meeting at ten: orders in May 2011?", date(2011, 5, 1), date(2011, 5, 31)),
        ("For the month of May we need orders", date(2011, 5, 1), date(2011, 5, 31)),
    ],
)
def test_the_days_that_are_meant(parse: Callable[..., Parsed], text: str, first: date, last: date) -> None:
    outcome = parse(text).outcome
    assert isinstance(outcome, Question), outcome
    assert outcome.tool == "metric"
    assert isinstance(outcome.period, Period)
    assert (outcome.period.first, outcome.period.last) == (first, last)


def test_a_second_thought_edits_what_was_asked(parse: Callable[..., Parsed]) -> None:
    only = parse("what are our ten largest orders of 2010... actually only the very largest").outcome
    assert isinstance(only, Question)
    assert only.ranking is not None
    assert only.ranking.n == 1
    without = parse("orders in 2011, wait, no, without the UK").outcome
    assert isinstance(without, Question)
    assert [c.op for c in without.filters] == ["ne"]


def test_both_together_are_the_last_two(parse: Callable[..., Parsed]) -> None:
    both = parse("net sales of France in 2011", "and Germany?", "both together").outcome
    assert isinstance(both, Question)
    assert both.filters[0].values == ("France", "Germany")
    assert isinstance(parse("net sales in 2011", "both together").outcome, Clarify)


def test_a_list_with_an_order_has_all_its_rows(parse: Callable[..., Parsed]) -> None:
    listed = parse("orders by country in 2011, lowest first").outcome
    assert isinstance(listed, Question)
    assert listed.ranking is not None
    assert listed.ranking.direction == "bottom"
    assert listed.ranking.n > 100
    assert listed.ask == "rows"
    assert not listed.filters
