"""The chart of a staff answer: a Plotly figure in its JSON form, its kind chosen by the shape of the question.

Owns shapes, colours and axes; built as plain data, so that answering loads no plotting library. Bars start at zero, a period that
is not over is hatched, and what cannot be drawn honestly is not drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from assistant.analyst import wording
from assistant.analyst.narrate import label_words, partial
from assistant.analyst.question import Period, Question, add_months
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context
    from assistant.analyst.tools import ToolResult

Figure: TypeAlias = Mapping[str, Any]
Trace: TypeAlias = dict[str, Any]
Drawer: TypeAlias = "Callable[[Question, ToolResult, Context], Figure | None]"

INK, QUIET, GRID, PAPER = "#22303c", "#5b6b79", "#e3e8ec", "#ffffff"
MAIN, SECOND, FALL = "#2f6690", "#d98e04", "#a4452c"
"""Told apart by people with any of the usual colour blindnesses, and in grey; at least 3:1 against the paper."""
FONT = "Inter, 'Segoe UI', system-ui, sans-serif"
BARS_UP_TO = 24
"""More points in time than this are a line."""
LONGEST_RANKING = 25
GRAINS = ("day", "week", "month", "quarter", "year")
HISTORY_MONTHS = 24


def figure(question: Question, result: ToolResult, context: Context) -> Figure | None:
    """The figure for an answer, or None where there is nothing to draw. Reads the warehouse only for a forecast's history."""
    if result.status is not Status.ANSWERED:
        return None
    draw = _DRAWERS.get(question.tool, _breakdown)
    return draw(question, result, context)


def _breakdown(question: Question, result: ToolResult, context: Context) -> Figure | None:
    """Rows by their dimension: calendar units in time order, weekdays and hours upright, everything else as horizontal bars."""
    if len(result.rows) < 2 or len(question.by) > 1:
        return None
    kind = question.by[0] if question.by else ""
    if kind in GRAINS and question.ranking is None:
        return _series(question, result, context)
    if kind in ("weekday", "hour", "month_of_year") and question.ranking is None:
        return _upright(question, result, context)
    return _horizontal(question, result, context)


def _series(question: Question, result: ToolResult, context: Context) -> Figure:
    labels, values = [r.label for r in result.rows], [r.value for r in result.rows]
    cut = [partial(label, question.by[0], question.period, context) for label in labels]
    names = [label_words(label) for label in labels]
    hover = [_hover(name, value, result, context, part) for name, value, part in zip(names, values, cut, strict=True)]
    if len(labels) > BARS_UP_TO:
        trace = _line(names if question.by[0] not in ("day", "week") else labels, values, hover)
        zero = min(values) >= 0
    else:
        trace = _bars(names, values, hover)
        trace["marker"]["pattern"] = {"shape": ["/" if part else "" for part in cut], "fgcolor": PAPER, "size": 7}
        zero = True
    layout = _layout(wording.subject(question, context), _value_axis(result, context, zero=zero), {"type": "category" if zero else "-"})
    if len(labels) > BARS_UP_TO:
        layout["xaxis"] = {**layout["xaxis"], "type": "date" if question.by[0] in ("day", "week") else "category"}
    return {"data": [trace], "layout": _with_note(layout, "hatched: not over, or only in part asked about") if any(cut) else layout}


def _upright(question: Question, result: ToolResult, context: Context) -> Figure:
    labels, values = [r.label for r in result.rows], [r.value for r in result.rows]
    trace = _bars(labels, values, [_hover(label, value, result, context) for label, value in zip(labels, values, strict=True)])
    return {"data": [trace], "layout": _layout(wording.subject(question, context), _value_axis(result, context), {"type": "category"})}


def _horizontal(question: Question, result: ToolResult, context: Context) -> Figure:
    """The first row on top; what falls under zero in another colour."""
    rows = list(result.rows[:LONGEST_RANKING])[::-1]
    names, values = [_bar_name(row) for row in rows], [row.value for row in rows]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": values,
        "marker": {"color": [MAIN if value >= 0 else FALL for value in values]},
        "text": [wording.figure(value, result.rows_unit, context.currency) for value in values],
        "textposition": "auto",
        "cliponaxis": False,
        "hovertext": [_hover(row.name or row.label, row.value, result, context) for row in rows],
        "hoverinfo": "text",
    }
    layout = _layout(
        wording.subject(question, context), {"type": "category", "automargin": True, "showgrid": False}, _value_axis(result, context)
    )
    layout["height"] = 120 + 28 * len(rows)
    cut = len(result.rows) - len(rows)
    return {"data": [trace], "layout": _with_note(layout, f"the first {len(rows)} of {len(result.rows)}") if cut > 0 else layout}


def _bar_name(row: Row) -> str:
    name = row.name.strip() or label_words(row.label)
    short = name if len(name) <= 34 else f"{name[:32].rstrip()}…"
    return f"{short} ({row.label})" if row.name and row.name != row.label and not row.label.islower() else short


def _compare(question: Question, result: ToolResult, context: Context) -> Figure | None:
    """Sides beside each other; figures of `facts` where the rows do not hold them."""
    if len(question.by) == 1:
        return _breakdown(question, result, context)
    unit = context.semantics.metric(question.metric).unit if question.metric else result.rows_unit
    pairs = [(row.name or label_words(row.label), row.value) for row in result.rows] or _named_sides(result)
    if not 2 <= len(pairs) <= 12:
        return None
    names, values = [name for name, _ in pairs], [value for _, value in pairs]
    shown = [wording.figure(value, unit, context.currency) for value in values]
    trace = _bars(names, values, [f"{name}: {text}" for name, text in zip(names, shown, strict=True)])
    trace |= {"text": shown, "textposition": "outside", "cliponaxis": False, "width": 0.5}
    trace["marker"]["color"] = [MAIN if n == 0 else SECOND for n in range(len(names))] if len(names) == 2 else MAIN
    layout = _layout(wording.subject(question, context), _axis_of(unit, context), {"type": "category"})
    return {"data": [trace], "layout": layout}


def _named_sides(result: ToolResult) -> list[tuple[str, float]]:
    """The older or second-named side first, as time runs."""
    facts = result.facts or {}
    pairs = [(str(facts.get(f"{side}_label") or side), facts.get(side)) for side in ("old", "new")]
    return [(name, float(value)) for name, value in pairs if isinstance(value, int | float)]


def _why(question: Question, result: ToolResult, context: Context) -> Figure | None:
    """From the old figure to the new one, a step a contribution."""
    facts = result.facts or {}
    old, new = facts.get("old"), facts.get("new")
    if not result.rows or not isinstance(old, int | float) or not isinstance(new, int | float):
        return None
    unit = context.semantics.metric(question.metric).unit
    steps = [("before", old), *((row.name or row.label, row.value) for row in result.rows), ("after", new)]
    trace = {
        "type": "waterfall",
        "x": [name if len(name) <= 28 else f"{name[:26]}…" for name, _ in steps],
        "y": [value for _, value in steps],
        "measure": ["absolute", *(["relative"] * len(result.rows)), "total"],
        "increasing": {"marker": {"color": MAIN}},
        "decreasing": {"marker": {"color": FALL}},
        "totals": {"marker": {"color": QUIET}},
        "connector": {"line": {"color": GRID}},
        "hovertext": [f"{name}: {wording.figure(value, unit, context.currency)}" for name, value in steps],
        "hoverinfo": "text",
    }
    return {
        "data": [trace],
        "layout": _layout(wording.subject(question, context), _axis_of(unit, context), {"type": "category", "automargin": True}),
    }


def _forecast(question: Question, result: ToolResult, context: Context) -> Figure | None:
    """The months so far as a line, the forecast with its interval at the end."""
    facts, period = result.facts or {}, question.period
    low, high = facts.get("low"), facts.get("high")
    if not isinstance(result.value, int | float) or not isinstance(low, int | float) or not isinstance(high, int | float):
        return None
    months = _months_before(question, context)
    title = f"Forecast of {wording.subject(question, context)[:1].lower()}{wording.subject(question, context)[1:]}"
    point = {
        "type": "scatter",
        "mode": "markers",
        "name": "forecast",
        "x": [period.title if period else "next month"],
        "y": [result.value],
        "marker": {"color": SECOND, "size": 11, "symbol": "diamond"},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [high - result.value],
            "arrayminus": [result.value - low],
            "color": SECOND,
        },
        "hovertext": [_between(result.value, low, high, result, context)],
        "hoverinfo": "text",
    }
    data: list[Trace] = [point]
    if months and period is not None and period.grain == "month":
        names, values = [label_words(label) for label, _ in months], [value for _, value in months]
        data.insert(
            0, _line(names, values, [_hover(n, v, result, context) for n, v in zip(names, values, strict=True)]) | {"name": "booked"}
        )
    layout = _layout(title, _value_axis(result, context), {"type": "category"})
    return {"data": data, "layout": _with_note(layout, "the bar at the end: nine times in ten the figure lies within")}


def _between(value: float, low: float, high: float, result: ToolResult, context: Context) -> str:
    ends = [wording.figure(end, result.rows_unit, context.currency) for end in (value, low, high)]
    return f"about {ends[0]}, between {ends[1]} and {ends[2]}"


def _months_before(question: Question, context: Context) -> Sequence[tuple[str, float]]:
    """The complete months before the as-of day, oldest first."""
    from assistant.analyst.compile import Query

    if context.today is None or context.first_day is None:
        return []
    last = context.today.replace(day=1) - timedelta(days=1)
    first = max(add_months(last.replace(day=1), 1 - HISTORY_MONTHS), context.first_day)
    found = context.query(Query((question.metric,), by=("month",), filters=question.filters, period=Period(first, last)))
    return [(group.labels[0], float(group.values[0] or 0)) for group in found.groups]


def _line(names: Sequence[str], values: Sequence[float], hover: Sequence[str]) -> Trace:
    line = {"color": MAIN, "width": 2.5}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(names),
        "y": list(values),
        "line": line,
        "hovertext": list(hover),
        "hoverinfo": "text",
    }


def _bars(names: Sequence[str], values: Sequence[float], hover: Sequence[str]) -> Trace:
    marker = {"color": MAIN}
    return {"type": "bar", "x": list(names), "y": list(values), "marker": marker, "hovertext": list(hover), "hoverinfo": "text"}


def _hover(name: str, value: float, result: ToolResult, context: Context, partial: bool = False) -> str:
    return f"{name}: {wording.figure(value, result.rows_unit, context.currency)}{' (in part)' if partial else ''}"


def _value_axis(result: ToolResult, context: Context, *, zero: bool = True) -> dict[str, Any]:
    return _axis_of(result.rows_unit, context, zero=zero)


def _axis_of(unit: str, context: Context, *, zero: bool = True) -> dict[str, Any]:
    """The axis of figures: from zero, in the shop's money or in per cent."""
    axis: dict[str, Any] = {"gridcolor": GRID, "zerolinecolor": QUIET, "rangemode": "tozero" if zero else "normal", "automargin": True}
    if unit == "money":
        axis |= {"tickprefix": wording.SYMBOLS.get(context.currency, f"{context.currency} "), "tickformat": ",.4~s"}
    elif unit == "share":
        axis["tickformat"] = ",.1~%"
    else:
        axis["tickformat"] = ",.4~s" if unit == "count" else ",.2~f"
    return axis


def _layout(title: str, y: dict[str, Any], x: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": {"text": title, "x": 0, "xanchor": "left", "xref": "paper", "font": {"size": 15, "color": INK}},
        "font": {"family": FONT, "size": 13, "color": QUIET},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "margin": {"l": 16, "r": 32, "t": 52, "b": 48},
        "showlegend": False,
        "bargap": 0.28,
        "yaxis": y,
        "xaxis": {"showgrid": False, "automargin": True, **x},
        "hoverlabel": {"bgcolor": INK, "font": {"color": PAPER, "family": FONT}},
    }


def _with_note(layout: dict[str, Any], note: str) -> dict[str, Any]:
    """`layout` with a small line under the title."""
    text = f"{layout['title']['text']}<br><span style='font-size:12px;color:{QUIET}'>{note}</span>"
    return {**layout, "title": {**layout["title"], "text": text}, "margin": {**layout["margin"], "t": 68}}


_DRAWERS: Mapping[str, Drawer] = {"compare": _compare, "forecast": _forecast, "why": _why}
