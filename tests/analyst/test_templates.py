"""Compiled shapes: putting days and values into a known text gives the query that compiling anew would give, and the same figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from assistant.analyst.compile import Query, expression_of
from assistant.analyst.context import Context
from assistant.analyst.question import FilterClause, Having, Period
from assistant.analyst.templates import Templates

MARCH = Period(date(2011, 3, 1), date(2011, 3, 31), "month")
HOSTILE = "x' OR '1'='1"


def queries(period: Period | None, country: str, product: str) -> list[Query]:
    there = FilterClause("country", "eq", (country,))
    return [
        Query(("net_sales",), period=period),
        Query(("orders", "units"), ("month",), (there,), period),
        Query(("new_customers",), ("month",), (), period),
        Query(("repeat_rate",), (), (there,), period),
        Query(("net_sales",), ("product",), (FilterClause("country", "not_in", (country, "France")),), period, order="top", limit=3),
        Query(("units",), (), (FilterClause("product", "in", (product, "X")), FilterClause("weekday", "in", (1, 2))), period),
        Query(("net_sales",), (), (FilterClause("customer_since", "between", ("2011-01-01", "2011-02-01")), there), period),
        Query(("orders",), ("customer",), (), period, having=Having("orders", "gt", 2), drop_empty=True),
        Query(("units",), (), (FilterClause("product", "contains", ("RED",)), there), period),
        Query(("reviews",), (), (FilterClause("words", "word", ("soft",)),)),
        Query(("rating",), ("department",), (FilterClause("department", "ne", (country,)),)),
    ]


def plain(text: str) -> str:
    return " ".join(text.split()).replace("( ", "(").replace(" )", ")")


@pytest.mark.parametrize("place", range(11))
def test_a_known_shape_gives_the_query_that_compiling_gives(place: int, context: Context) -> None:
    fresh = replace(context, templates=Templates())
    for period, country, product in (
        (MARCH, "Germany", "21001"),
        (replace(MARCH, last=date(2011, 12, 31)), "EIRE", "a''b"),
        (MARCH, HOSTILE, ""),
    ):
        query = queries(period, country, product)[place]
        compiled = fresh.templates.compiled(query, fresh.warehouse, lambda shape: expression_of(shape, fresh))
        expression = expression_of(query, fresh)
        assert plain(compiled.text) == plain(context.warehouse.sql(expression))
        assert fresh.query(query).groups == replace(context, templates=Templates()).query(query).groups


def test_a_shape_is_built_once(context: Context) -> None:
    built: list[Query] = []

    def build(query: Query) -> Any:
        built.append(query)
        return expression_of(query, context)

    templates = Templates()
    for day in range(5):
        period = Period(date(2011, 3, 1) + timedelta(days=day), date(2011, 3, 20))
        for query in queries(period, f"Country {day}", "21001")[:5]:
            templates.compiled(query, context.warehouse, build)
    assert len(built) == 5


def test_a_value_that_closes_a_quote_stays_a_value(context: Context) -> None:
    query = Query(("orders",), (), (FilterClause("country", "eq", (HOSTILE,)),))
    assert context.query(query).value == 0
    assert "x'' OR ''1''=''1" in context.query(query).sql


def test_a_value_that_looks_like_a_stand_in_is_put_in_as_it_is(context: Context) -> None:
    query = Query(("orders",), (), (FilterClause("country", "eq", ("zqxj1zqxj",)), FilterClause("customer", "eq", ("zqxj0zqxj",))))
    assert context.query(query).value == 0
    assert "'zqxj1zqxj'" in context.query(query).sql


def test_an_id_that_reads_like_a_day_is_found_as_text(context: Context) -> None:
    query = Query(("orders",), (), (FilterClause("customer", "eq", ("2011-03-01",)),), MARCH)
    assert "'2011-03-01'" in context.query(query).sql
