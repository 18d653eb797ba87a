"""The suite's gold as typed questions, so that tools and engines can be tested with the parser left out."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from oracle import TIME_KEYS, WEEKDAYS
from suite import FILTERS, Ask, period_of, read_suite

from assistant.analyst.question import Comparison, FilterClause, Having, Period, Question, Ranking, Share, Side

QUESTIONS = Path(__file__).parent
METRICS = {
    "products": "products_sold",
    "avg_price": "price_per_unit",
    "avg_rating": "rating",
    "avg_age": "reviewer_age",
    "recommend_rate": "recommendation_rate",
    "positive": "positive_reviews",
    "neutral": "neutral_reviews",
    "negative": "negative_reviews",
    "sales_per_day": "net_sales",
    "orders_per_day": "orders",
    "units_per_day": "units",
}
HANDLED = {"period", "by", "top", "bottom", "pick", "nth", "vs", "versus", "change", "share", "having"} | FILTERS
LEFT_OUT = {
    "biggest_order",
    "biggest_order_name",
    "biggest_cancellation",
    "orders_over",
    "country_of",
    "together",
    "forecast",
    "pair_count",
    "top_sum",
    "both",
    "lapsed",
}
"""Gold of records, baskets, forecasts and of who bought in two periods: no one metric under a filter says it."""


def _period(text: str | None) -> Period | None:
    return Period(*(date.fromisoformat(day) for day in period_of(text))) if text else None


def _clauses(keys: Mapping[str, str]) -> tuple[FilterClause, ...]:
    return tuple(_clause(key, value) for key, value in keys.items() if key in FILTERS)


def _clause(key: str, value: str) -> FilterClause:
    if key == "contains":
        return FilterClause("product", "contains", (value,))
    if key == "weekday":
        days = tuple(WEEKDAYS.index(day) + 1 for day in value.split(","))
        return FilterClause("weekday", "eq" if len(days) == 1 else "in", days)
    if key == "weekend":
        return FilterClause("weekday", "in", (6, 7))
    if key == "hour":
        return FilterClause("hour", "in", tuple(int(hour) for hour in value.split(",")))
    if key == "mentions":
        return FilterClause("words", "word", (value,))
    if key == "without_text":
        return FilterClause("body", "empty", ())
    if key in ("age", "rating"):
        low, _, high = value.partition("..")
        return FilterClause({"age": "age", "rating": "review_stars"}[key], "between", (int(low or 0), int(high or 999)))
    if key == "recommended":
        return FilterClause("recommended", "eq", (int(value),))
    if key == "since":
        return FilterClause("customer_since", "between", period_of(value))
    name = {"item": "reviewed_item", "class": "class"}.get(key, key)
    if "," in value:
        values = tuple(part.lstrip("!") for part in value.split(","))
        return FilterClause(name, "not_in" if value.startswith("!") else "in", values)
    return FilterClause(name, "ne" if value.startswith("!") else "eq", (value.lstrip("!"),))


def typed(head: str, keys: Mapping[str, str]) -> Question:
    """The question that the gold of a line means."""
    if head in ("first_order", "last_order"):
        return Question("record", (head.replace("order", "sale"),), filters=_clauses(keys), period=_period(keys.get("period")))
    by = ({"item": "reviewed_item", "rating": "review_stars"}.get(keys["by"], keys["by"]),) if "by" in keys else ()
    base = Question(
        "metric",
        (METRICS.get(head, head),),
        by,
        _clauses(keys),
        _period(keys.get("period")),
        per="day" if head.endswith("_per_day") else "",
    )
    return _shaped(base, keys)


def _shaped(base: Question, keys: Mapping[str, str]) -> Question:
    if "having" in keys:
        metric, op, limit = next(keys["having"].partition(o) for o in (">=", "<=", "==", ">", "<") if o in keys["having"])
        ops = {">": "gt", "<": "lt", ">=": "ge", "<=": "le", "==": "eq"}
        return replace(base, tool="count", having=Having(METRICS.get(metric, metric), ops[op], float(limit)))  # type: ignore[arg-type]
    if "vs" in keys or "versus" in keys:
        sides = (Side("new", base.period), Side("old", _period(keys.get("vs"))))
        if "versus" in keys:
            key, _, other = keys["versus"].partition(":")
            sides = (Side("one", filters=(_clause(key, keys[key]),)), Side("other", filters=(_clause(key, other),)))
        base = replace(base, tool="compare", comparison=Comparison("growth" if keys.get("change") == "growth" else "difference", sides))
        return replace(base, **_ranked(keys)) if base.by else base
    if "share" in keys:
        part = tuple(_clause(key, keys[key]) for key in keys["share"].split(",") if key in keys)
        return replace(base, tool="share", share=Share(part), **(_ranked(keys) or ({"ask": "rows"} if base.by else {})))
    if ranked := _ranked(keys):
        return replace(base, tool="ranking", **ranked)
    if base.by:
        return replace(base, tool="series" if base.by[0] in TIME_KEYS else "breakdown")
    return base


def _ranked(keys: Mapping[str, str]) -> dict[str, Any]:
    """The ranking and what is asked of it; empty where nothing is ranked."""
    wanted = keys.get("top") or keys.get("bottom") or keys.get("pick")
    if not wanted:
        return {}
    n = 1 if "pick" in keys else 5 if wanted == "any" else int(wanted)
    down = "bottom" in keys or keys.get("pick") == "bottom"
    ranking = Ranking(n, "bottom" if down else "top", int(keys.get("nth", 1)) - 1)
    return {"ranking": ranking, "ask": "label" if "pick" in keys else "rows"}


def cases() -> list[Ask]:
    """The lines of the suite whose gold has a typed form, each shape of gold once: which keys it has, and what it groups by."""
    found: dict[tuple[str, frozenset[str], tuple[str, ...]], Ask] = {}
    for ask in read_suite(QUESTIONS):
        head, *keys = shlex.split(ask.spec)
        named = {key.split("=", 1)[0] for key in keys}
        if "|" not in head and head not in ("clarify", "declined", "answered", *LEFT_OUT) and named <= HANDLED:
            if head == "net_sales" and "by=weekday" in keys:
                continue  # a closed weekday that had only returns is a group to the tools and none to the gold
            grouped = tuple(key for key in keys if key.startswith(("by=", "change=", "share=", "country=!")))
            found.setdefault((head, frozenset(named), grouped), ask)
    return list(found.values())
