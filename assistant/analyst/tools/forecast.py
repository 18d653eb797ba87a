"""What is to come: sales, orders or units over days that lie ahead, with an interval and last year's figure beside it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from assistant.analyst import wording
from assistant.analyst.question import Period, Question
from assistant.analyst.receipts import receipt
from assistant.analyst.tools import ToolResult, tool
from assistant.models import forecaster
from assistant.types import Receipt, Row, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.analyst.compile import QueryResult
    from assistant.analyst.context import Context

PER_DOCUMENT = ("orders", "cancellations")
"""Counts of documents add up over days as well, a document having one date."""
CALENDAR = ("month", "quarter", "half", "year", "season")
REMEMBERED = 128

UNSURE = 8
"""From this ratio of the interval's ends on, the reader is told that the forecast says little."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A forecast of the days to come, what is booked of the span already, and the query behind both."""

    outlook: forecaster.Outlook
    booked: float
    sql: str
    rows_read: int


_remembered: OrderedDict[tuple[Any, ...], _Made] = OrderedDict()
_lock = threading.Lock()


@tool(
    examples=("How much will we sell next month?", "Forecast orders for next week", "What will France bring in the rest of December?"),
    reads=("metrics", "filters", "period"),
)
def forecast(question: Question, context: Context) -> ToolResult:
    """Forecasts a figure that adds up over days (sales, orders, units, returns) for a span that ends after the as-of day.

    An ensemble chosen by backtest on the shop's own days; `low` and `high` hold the figure nine times in ten. What has been booked
    since the span began counts as it is. Declines where the history is too short, or the figure does not add up.
    """
    today = context.today
    metric = context.semantics.metric(question.metric or "net_sales")
    question = replace(question, metrics=(metric.id,))
    if today is None:
        return _declined("No sale has a date, so there is nothing to forecast from.")
    if metric.cube != "sales" or not (metric.additive or metric.id in PER_DOCUMENT):
        return _declined(f"{metric.name[:1].upper()}{metric.name[1:]} cannot be forecast; sales, orders, units and returns can be.")
    asked = question.period or Period(today.replace(day=1), today.replace(day=1), "month").step(1)
    if asked.last <= today:
        return _declined(f"{asked.title} is over: its figures are in the data, nothing is left to forecast.")
    try:
        made = _recalled(question, asked, today, context)
    except forecaster.TooShort as error:
        return _declined(f"No forecast of {metric.name} for {asked.title}: {error}")
    return _told(question, asked, made, context)


def _declined(text: str) -> ToolResult:
    return ToolResult(status=Status.DECLINED, text=text)


def _recalled(question: Question, asked: Period, today: date, context: Context) -> _Made:
    """The forecast, made once for each figure, filters, span and state of the data."""
    key = (
        str(context.warehouse.path),
        context.warehouse.view,
        context.warehouse.info.token,
        context.as_of,
        question.metric,
        question.filters,
        asked,
    )
    with _lock:
        if key in _remembered:
            _remembered.move_to_end(key)
            return _remembered[key]
    made = _make(question, asked, today, context)
    with _lock:
        _remembered[key] = made
        while len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
    return made


def _make(question: Question, asked: Period, today: date, context: Context) -> _Made:
    """The as-of day itself may not be over: it counts as booked and is left out of the history."""
    first_day = context.first_day or today
    start = max(asked.first, today + timedelta(days=1))
    found = _by_day(question, context)
    own = _days(found, first_day, today)
    season = _days(_by_day(replace(question, filters=()), context), first_day, today)[:-1] if question.filters else None
    lag = (start - _year_before(start)).days if asked.grain in CALENDAR or asked.days >= 20 else forecaster.YEAR
    ahead = ((start - first_day).days, (asked.last - first_day).days + 1)
    outlook = forecaster.forecast(own[:-1], *ahead, lag=lag, season=season)
    booked = float(own[max((asked.first - first_day).days, 0) :].sum()) if asked.first <= today else 0.0
    return _Made(outlook, booked, found.sql, found.rows_read)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _by_day(question: Question, context: Context) -> QueryResult:
    from assistant.analyst.compile import Query

    return context.query(Query((question.metric,), by=("day",), filters=question.filters))


def _days(found: QueryResult, first_day: date, today: date) -> NDArray[Any]:
    """The figure of every calendar day, (days from `first_day` to `today`,); zero where nothing was booked."""
    import numpy as np

    days = np.zeros((today - first_day).days + 1)
    for group in found.groups:
        day = group.keys[0]
        if isinstance(day, date) and first_day <= day <= today:
            days[(day - first_day).days] = float(group.values[0] or 0)
    return days


def _told(question: Question, asked: Period, made: _Made, context: Context) -> ToolResult:
    unit, outlook, booked = context.semantics.metric(question.metric).unit, made.outlook, made.booked
    value, low, high = (figure + booked for figure in (outlook.value, outlook.low, outlook.high))
    return ToolResult(
        value=value,
        rows=(Row("low", low), Row("high", high)),
        unit=unit,
        facts={
            "low": low,
            "high": high,
            "booked": booked,
            "naive": outlook.naive,
            "error": outlook.error,
            "naive_error": outlook.naive_error,
        },
        text=_sentence(question, asked, outlook, booked, context),
        notes=_notes(outlook),
        receipt=_receipt(question, asked, made, context),
    )


def _sentence(question: Question, asked: Period, outlook: forecaster.Outlook, booked: float, context: Context) -> str:
    metric = context.semantics.metric(question.metric)

    def shown(value: float) -> str:
        return wording.figure(float(round(value)) if metric.unit == "count" else value, metric.unit, context.currency)

    head = ", ".join([f"Forecast of {metric.name}", *(wording.clause_words(f, context) for f in question.filters), asked.title])
    value, low, high = (shown(figure + booked) for figure in (outlook.value, outlook.low, outlook.high))
    text = f"{head}: about {value}; nine times in ten between {low} and {high}."
    if booked:
        text += f" Of that, {shown(booked)} is booked until {wording.day(context.today) if context.today else ''}."
    if outlook.naive is not None:
        text += f" The same days a year before brought {shown(outlook.naive)}{' for the rest' if booked else ''}."
    return text


def _notes(outlook: forecaster.Outlook) -> tuple[str, ...]:
    """How good such forecasts were on the past, and what makes this one weak."""
    beside = f"; repeating the year before missed by {_missed(outlook.naive_error)}" if outlook.naive_error is not None else ""
    notes = [f"In {outlook.origins} tries on the past it missed by {_missed(outlook.error)} on average{beside}."]
    if outlook.naive is None:
        notes.append("There is no year before to go by, so the season is a guess.")
    if outlook.high > UNSURE * max(outlook.low, 1e-9):
        notes.append("The range is wide: take the figure as a guess.")
    return tuple(notes)


def _missed(error: float) -> str:
    return wording.percent(error) if error < 1 else f"a factor of {wording.number(1 + error, 1)}"


def _receipt(question: Question, asked: Period, made: _Made, context: Context) -> Receipt:
    """What the forecast rests on: all days read, the members of the ensemble in the definition."""
    base = receipt(replace(question, period=None), made.sql, made.rows_read, context)
    members = "; ".join(f"{name} {wording.percent(weight)}" for name, weight in made.outlook.models.items())
    definition = f"{base.definition}; forecast for {asked.first.isoformat()} to {asked.last.isoformat()} from the daily figures: {members}"
    return replace(base, metric=f"forecast of {base.metric}", definition=definition)
