"""The forecast tool: spans, what is booked already, what it declines, and that a second asking costs nothing."""

from __future__ import annotations

import time
from datetime import date

import pytest
from oracle import Oracle, Slice

from assistant.analyst.context import Context
from assistant.analyst.question import FilterClause, Period, Question
from assistant.analyst.tools.forecast import forecast
from assistant.types import Status

JANUARY = Period(date(2012, 1, 1), date(2012, 1, 31), "month")


def test_next_month_lies_near_the_same_month_last_year(context: Context, oracle: Oracle) -> None:
    before = oracle.measure("net_sales", Slice(("2011-01-01", "2011-01-31")))["all"]
    result = forecast(Question("forecast", ("net_sales",), period=JANUARY), context)
    ends = {row.label: row.value for row in result.rows}
    assert isinstance(result.value, float)
    assert 0.6 * before < result.value < 1.7 * before
    assert ends["low"] < result.value < ends["high"]
    assert (result.facts or {})["naive"] == pytest.approx(before)
    assert "Jan 2012" in result.text
    assert result.receipt is not None
    assert "year before" in result.receipt.definition


def test_no_period_means_next_month(context: Context) -> None:
    named = forecast(Question("forecast", ("orders",), period=JANUARY), context)
    assert forecast(Question("forecast", ("orders",)), context).value == named.value


def test_what_is_booked_counts_as_it_is(context: Context, oracle: Oracle) -> None:
    booked = oracle.measure("orders", Slice(("2011-12-01", "2011-12-09")))["all"]
    result = forecast(Question("forecast", ("orders",), period=Period(date(2011, 12, 1), date(2011, 12, 31), "month")), context)
    rest = forecast(Question("forecast", ("orders",), period=Period(date(2011, 12, 10), date(2011, 12, 31))), context)
    assert (result.facts or {})["booked"] == booked
    assert result.value == pytest.approx(float(rest.value or 0) + booked)  # type: ignore[arg-type]
    assert all(row.value >= booked for row in result.rows)


def test_filters_reach_the_history(context: Context) -> None:
    germany = (FilterClause("country", "eq", ("Germany",), "Germany"),)
    part = forecast(Question("forecast", ("units",), filters=germany, period=JANUARY), context)
    whole = forecast(Question("forecast", ("units",), period=JANUARY), context)
    assert 0 < float(part.value or 0) < 0.3 * float(whole.value or 0)  # type: ignore[arg-type]
    assert "Germany" in part.text


def test_a_second_asking_is_remembered(context: Context) -> None:
    question = Question("forecast", ("gross_sales",), period=JANUARY)
    began = time.process_time()
    first = forecast(question, context)
    fitted = time.process_time()
    assert forecast(question, context) == first
    assert (time.process_time() - fitted) * 5 < fitted - began


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (Question("forecast", ("aov",), period=JANUARY), "cannot be forecast"),
        (Question("forecast", ("rating",), period=JANUARY), "cannot be forecast"),
        (Question("forecast", ("net_sales",), period=Period(date(2011, 11, 1), date(2011, 11, 30), "month")), "is over"),
        (Question("forecast", ("net_sales",), period=Period(date(2015, 1, 1), date(2015, 1, 31), "month")), "too far"),
        (Question("forecast", ("units",), filters=(FilterClause("product", "eq", ("nothing",)),), period=JANUARY), "too few"),
    ],
)
def test_declines_with_a_reason(context: Context, question: Question, says: str) -> None:
    result = forecast(question, context)
    assert result.status is Status.DECLINED
    assert says in result.text
    assert result.value is None
