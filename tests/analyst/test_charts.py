"""Charts: Plotly takes every figure, the kind fits the question's shape, axes do not mislead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from assistant.analyst.charts import figure
from assistant.analyst.compile import Query
from assistant.analyst.context import Context
from assistant.analyst.question import Comparison, FilterClause, Period, Question, Ranking, Side
from assistant.analyst.tools import ToolResult
from assistant.analyst.tools.forecast import forecast
from assistant.analyst.tools.why import why
from assistant.types import Row, Status

YEAR = Period(date(2011, 1, 1), date(2011, 12, 31), "year")
FACTS = {"new": 110, "old": 100, "new_label": "Nov 2011", "old_label": "Nov 2010"}


def _drawn(question: Question, result: ToolResult, context: Context) -> Mapping[str, Any]:
    import plotly.graph_objects as go

    made = figure(question, result, context)
    assert made is not None
    go.Figure(json.loads(json.dumps(made)))
    return made


def _rows(question: Question, context: Context, order: str = "label", limit: int | None = None) -> ToolResult:
    found = context.query(Query(question.metrics, question.by, question.filters, question.period, order=order, limit=limit))  # type: ignore[arg-type]
    rows = tuple(Row(g.labels[0], g.values[0], g.name) for g in found.groups)
    return ToolResult(rows=rows, unit=context.semantics.metric(question.metric).unit)


def test_a_year_by_month_is_bars_from_zero_with_the_running_month_hatched(context: Context) -> None:
    question = Question("series", ("net_sales",), ("month",), period=YEAR)
    made = _drawn(question, _rows(question, context), context)
    (trace,) = made["data"]
    assert trace["type"] == "bar"
    assert trace["marker"]["pattern"]["shape"] == [""] * 11 + ["/"]
    assert made["layout"]["yaxis"]["rangemode"] == "tozero"
    assert made["layout"]["yaxis"]["tickprefix"] == "£"
    assert "hatched" in made["layout"]["title"]["text"]


def test_many_weeks_are_a_line_over_dates(context: Context) -> None:
    question = Question("series", ("orders",), ("week",))
    made = _drawn(question, _rows(question, context), context)
    assert made["data"][0]["mode"] == "lines"
    assert made["layout"]["xaxis"]["type"] == "date"


def test_a_ranking_is_horizontal_with_the_first_on_top(context: Context) -> None:
    question = Question("ranking", ("net_sales",), ("product",), ranking=Ranking(10))
    result = _rows(question, context, "top", 10)
    (trace,) = _drawn(question, result, context)["data"]
    assert trace["orientation"] == "h"
    assert trace["x"][-1] == result.rows[0].value
    assert trace["text"][-1].startswith("£")


def test_shares_are_shown_in_per_cent(context: Context) -> None:
    question = Question("share", ("net_sales",), ("country",))
    result = ToolResult(rows=(Row("France", 0.25), Row("Spain", 0.1)), unit="share")
    made = _drawn(question, result, context)
    assert made["layout"]["xaxis"]["tickformat"].endswith("%")
    assert made["data"][0]["text"] == ["10.0%", "25.0%"]


def test_two_periods_are_paired_bars_in_time_order(context: Context) -> None:
    sides = (Side("Nov 2011", Period(date(2011, 11, 1), date(2011, 11, 30), "month")), Side("Nov 2010", None))
    question = Question("compare", ("orders",), comparison=Comparison("growth", sides))
    made = _drawn(
        question,
        ToolResult(value=0.1, unit="share", facts=FACTS),
        context,
    )
    assert made["data"][0]["x"] == ["Nov 2010", "Nov 2011"]
    assert made["data"][0]["y"] == [100.0, 110.0]


def test_a_change_is_a_waterfall_that_ends_at_the_new_figure(context: Context) -> None:
    question = Question("why", ("net_sales",), period=Period(date(2011, 1, 1), date(2011, 1, 31), "month"))
    result = why(question, context)
    (trace,) = _drawn(question, result, context)["data"]
    assert trace["measure"][0] == "absolute"
    assert sum(trace["y"][:-1]) == pytest.approx(trace["y"][-1])


def test_a_forecast_stands_after_its_history_with_both_ends(context: Context) -> None:
    question = Question("forecast", ("net_sales",), period=Period(date(2012, 1, 1), date(2012, 1, 31), "month"))
    result = forecast(question, context)
    history, point = _drawn(question, result, context)["data"]
    assert history["mode"] == "lines"
    assert history["x"][-1] == "Nov 2011"
    ends = {row.label: row.value for row in result.rows}
    assert point["y"][0] + point["error_y"]["array"][0] == pytest.approx(ends["high"])
    assert point["y"][0] - point["error_y"]["arrayminus"][0] == pytest.approx(ends["low"])


@pytest.mark.parametrize(
    "result",
    [
        ToolResult(value=3),
        ToolResult(rows=(Row("France", 1.0),)),
        ToolResult(status=Status.DECLINED, rows=(Row("a", 1), Row("b", 2))),
    ],
)
def test_nothing_is_drawn_where_there_is_nothing_to_draw(context: Context, result: ToolResult) -> None:
    question = Question("metric", ("net_sales",), filters=(FilterClause("country", "eq", ("France",)),))
    assert figure(question, result, context) is None
