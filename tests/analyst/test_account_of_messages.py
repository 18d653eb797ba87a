"""What a message names and its question lacks is asked back; what the question holds in another form is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.analyst.analyst import Analyst
from assistant.analyst.mending import Mender
from assistant.analyst.parse import Memory, Parsed
from assistant.analyst.question import Period, Question
from assistant.analyst.tools import tools
from assistant.config import Settings
from assistant.types import Message, Role, Status


@pytest.fixture(scope="module")
def parse(shop_folder: object) -> Callable[[str], Parsed]:
    """The parser of the made-up shop, each message by itself."""
    parser = Analyst(shop_folder, Settings(currency="GBP"))._ready().parser  # type: ignore[arg-type]
    return lambda text: parser.parse(text, Memory())


@pytest.mark.parametrize(
    "text",
    [
        "top customers or top products in 2011",
        "orders or customers?",
        "top 5 products in 2011 with the most orders by country and weekday",
        "customers who didn't buy in 2011",
        "is november our best month? best month of 2010 please",
        "how many units before {product} was sold",
        "longest gap between two orders in 2011",
        "is the business worth a million?",
        "the third order of 2011",
    ],
)
def test_what_would_be_passed_over_is_asked_back(parse: Callable[[str], Parsed], text: str) -> None:
    assert not isinstance(parse(text).outcome, Question), text


@pytest.mark.parametrize(
    ("text", "metric", "tool"),
    [
        ("how many of our customers in 2011 were new", "new_customers", "metric"),
        ("are returns worse? return rate by quarter for 2011", "return_rate", "series"),
        ("units that came back in 2010", "returned_units", "metric"),
        ("how many people bought for the first time in september 2011?", "new_customers", "metric"),
        ("average rating of reviewers under 30", "rating", "metric"),
        ("refunds relative to gross sales in 2010", "return_rate", "metric"),
        ("which department gets the most negative reviews, in percent", "negative_share", "ranking"),
        ("sls 2011", "net_sales", "metric"),
        ("credit notes issued in h1 2011, number of", "cancellations", "metric"),
    ],
)
def test_what_is_held_in_another_form_is_answered(parse: Callable[[str], Parsed], text: str, metric: str, tool: str) -> None:
    question = parse(text).outcome
    assert isinstance(question, Question), question
    assert (question.metric, question.tool) == (metric, tool)


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("sales november 2011 vs 2010", ("2011-11-01", "2011-11-30", "2010-11-01", "2010-11-30")),
        ("sales jan-mar 2010 and 2011, growth", ("2010-01-01", "2010-03-31", "2011-01-01", "2011-03-31")),
        ("sales this quarter vs the same period last year", ("2011-10-01", "2011-12-09", "2010-10-01", "2010-12-09")),
        ("sales this month vs the same days last november", ("2011-12-01", "2011-12-09", "2011-11-01", "2011-11-09")),
        ("growth of units 2010 to 2011 in first half", ("2011-01-01", "2011-06-30", "2010-01-01", "2010-06-30")),
    ],
)
def test_periods_of_a_kind_are_set_side_by_side(parse: Callable[[str], Parsed], text: str, sides: tuple[str, ...]) -> None:
    question = parse(text).outcome
    assert isinstance(question, Question), question
    assert question.comparison is not None
    periods = [side.period for side in question.comparison.sides]
    assert tuple(day.isoformat() for p in periods if p for day in (p.first, p.last)) == sides


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("net sales in the first quarter of this year", "2011-01-01", "2011-03-31"),
        ("net revenue as at 30 June 2011, year to date", "2011-01-01", "2011-06-30"),
        ("total refunds for q3 2011, by tomorrow", "2011-07-01", "2011-09-30"),
        ("sunday sales in november and december 2010", "2010-11-01", "2010-12-31"),
        ("revenue the day before yesterday", "2011-12-07", "2011-12-07"),
    ],
)
def test_times_are_what_they_are_called(parse: Callable[[str], Parsed], text: str, first: str, last: str) -> None:
    question = parse(text).outcome
    assert isinstance(question, Question), question
    assert question.period is not None
    assert (question.period.first.isoformat(), question.period.last.isoformat()) == (first, last)


def test_the_form_calls_a_whole_year_by_its_name(shop_folder: object) -> None:
    loaded = Analyst(shop_folder, Settings(currency="GBP"))._ready()  # type: ignore[arg-type]
    mender = Mender(loaded.context.semantics, loaded.values, tools())
    year = loaded.parser.parse("net sales in 2011", Memory()).outcome
    assert isinstance(year, Question)
    assert mender.form(year).spoken == ("2011",)
    assert mender.form(Question("metric", ("net_sales",))).spoken == ("all data",)
    odd = Question("metric", ("net_sales",), period=Period(year.period.first, year.period.first) if year.period else None)
    assert mender.form(odd).spoken == ("1 Jan 2011",)


def test_a_new_shop_says_that_there_is_nothing_yet(tmp_path: Path) -> None:
    message = Message(id="1", session="s", text="net sales in 2011", role=Role.STAFF)
    answer, memory = Analyst(tmp_path, Settings(currency="GBP")).reply(message, None, {})
    assert answer.status is Status.DECLINED
    assert "shopclerk import" in answer.text
    assert memory == {}
