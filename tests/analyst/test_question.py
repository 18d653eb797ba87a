"""Typed questions survive the conversation's memory."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from assistant.analyst.question import Comparison, FilterClause, Having, Period, Question, Ranking, Share, Side, question_from_json

NAMES = st.sampled_from(["net_sales", "orders", "country", "product", "month"])
DAYS = st.dates(date(2005, 1, 1), date(2030, 12, 31))
PERIODS = st.builds(lambda a, b, g: Period(min(a, b), max(a, b), g), DAYS, DAYS, st.sampled_from(["day", "month", "span", "season"]))
CLAUSES = st.builds(
    FilterClause, NAMES, st.sampled_from(["eq", "ne", "gt"]), st.tuples(st.one_of(st.text(max_size=8), st.integers())), st.text(max_size=8)
)
SIDES = st.builds(Side, st.text(max_size=5), st.none() | PERIODS, st.tuples(CLAUSES), st.just(""))
QUESTIONS = st.builds(
    Question,
    tool=st.sampled_from(["metric", "ranking", "compare", "share"]),
    metrics=st.tuples(NAMES),
    by=st.tuples() | st.tuples(NAMES),
    filters=st.tuples() | st.tuples(CLAUSES),
    period=st.none() | PERIODS,
    ranking=st.none() | st.builds(Ranking, st.integers(1, 20), st.sampled_from(["top", "bottom"]), st.integers(0, 3)),
    comparison=st.none() | st.builds(Comparison, st.sampled_from(["growth", "winner"]), st.tuples(SIDES, SIDES)),
    share=st.none() | st.builds(Share, st.tuples(CLAUSES), st.just("")),
    per=st.sampled_from(["", "day"]),
    having=st.none() | st.builds(Having, NAMES, st.sampled_from(["gt", "eq"]), st.floats(0, 100)),
    ask=st.sampled_from(["number", "label", "rows"]),
)


@given(QUESTIONS)
def test_a_question_comes_back_from_json_as_it_was(question: Question) -> None:
    assert question_from_json(json.loads(json.dumps(question.to_json()))) == question
