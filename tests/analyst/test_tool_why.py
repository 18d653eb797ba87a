"""Why: the growth is pandas', the contributions add up, a wrong premise is corrected."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from oracle import Oracle, Slice

from assistant.analyst.context import Context
from assistant.analyst.question import Comparison, FilterClause, Period, Question, Side, add_months
from assistant.analyst.tools.why import why
from assistant.types import Status


def _month(year: int, month: int) -> Period:
    return Period(date(year, month, 1), add_months(date(year, month, 1), 1) - timedelta(days=1), "month")


@pytest.mark.parametrize("by", [(), ("country",), ("product",), ("customer",)])
@pytest.mark.parametrize("metric", ["net_sales", "gross_sales"])
def test_contributions_add_up(context: Context, metric: str, by: tuple[str, ...]) -> None:
    result = why(Question("why", (metric,), by, period=_month(2011, 1)), context)
    facts = result.facts or {}
    assert sum(row.value for row in result.rows) == pytest.approx(facts["difference"])
    assert isinstance(facts["new"], float)
    assert facts["growth"] == result.value


def test_growth_is_against_the_month_before(context: Context, oracle: Oracle) -> None:
    new = oracle.measure("net_sales", Slice(("2011-01-01", "2011-01-31")))["all"]
    old = oracle.measure("net_sales", Slice(("2010-12-01", "2010-12-31")))["all"]
    result = why(Question("why", ("net_sales",), period=_month(2011, 1)), context)
    assert result.value == pytest.approx((new - old) / old)
    assert "Dec 2010" in result.text


def test_a_named_comparison_is_kept(context: Context, oracle: Oracle) -> None:
    sides = (Side("Nov 2011", _month(2011, 11)), Side("Nov 2010", _month(2010, 11)))
    result = why(Question("why", ("orders",), comparison=Comparison("growth", sides)), context)
    new = oracle.measure("orders", Slice(("2011-11-01", "2011-11-30")))["all"]
    old = oracle.measure("orders", Slice(("2010-11-01", "2010-11-30")))["all"]
    assert result.value == pytest.approx((new - old) / old)
    assert sum(row.value for row in result.rows) == pytest.approx(new - old)


def test_a_claimed_fall_that_was_a_rise_is_corrected(context: Context) -> None:
    sides = (Side("", _month(2011, 9)), Side("", _month(2011, 8)))
    result = why(Question("why", ("net_sales",), comparison=Comparison("growth", sides, "bottom")), context)
    assert isinstance(result.value, float)
    assert result.value > 0
    assert "other way round" in result.text


def test_a_rate_is_told_by_its_two_figures(context: Context) -> None:
    result = why(Question("why", ("aov",), period=_month(2011, 3)), context)
    assert result.rows == ()
    assert "gross sales" in result.text
    assert "orders" in result.text


def test_a_running_month_is_held_against_as_many_days(context: Context) -> None:
    result = why(Question("why", ("net_sales",), period=_month(2011, 12)), context)
    assert "1 Nov–9 Nov 2011" in result.text


def test_without_a_period_before_it_declines(context: Context) -> None:
    result = why(Question("why", ("net_sales",), period=_month(2009, 12)), context)
    assert result.status is Status.DECLINED
    assert "Dec 2009" in result.text


def test_filters_are_kept_and_their_dimension_is_not_a_mover(context: Context, oracle: Oracle) -> None:
    france = (FilterClause("country", "eq", ("France",), "France"),)
    result = why(Question("why", ("net_sales",), filters=france, period=_month(2011, 10)), context)
    new = oracle.measure("net_sales", Slice(("2011-10-01", "2011-10-31"), {"country": "France"}))["all"]
    assert (result.facts or {})["new"] == pytest.approx(new)
    assert "country" not in result.text
