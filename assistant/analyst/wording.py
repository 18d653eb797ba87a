"""How figures are written for people: money, counts, shares, changes, and what a question was about.

Owns formats only. Rounds for the eye and never computes; the unrounded figure stays in the answer's value and rows.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from assistant.types import Scalar

if TYPE_CHECKING:
    from assistant.analyst.context import Context
    from assistant.analyst.question import FilterClause, Having, Period, Question

SYMBOLS = {"GBP": "£", "USD": "$", "EUR": "€", "JPY": "¥", "INR": "₹", "CAD": "CA$", "AUD": "A$"}
MINUS = "−"


def money(value: float, currency: str) -> str:
    """`−£1,234.50`; a currency without a symbol of its own is written out: `CHF 1,234.50`."""
    sign = MINUS if round(value, 2) < 0 else ""
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{sign}{symbol}{abs(value):,.2f}"


def number(value: float, decimals: int = 2) -> str:
    """`1,234` where whole, else with `decimals`."""
    sign = MINUS if value < 0 else ""
    return f"{sign}{abs(value):,.0f}" if float(value).is_integer() else f"{sign}{abs(value):,.{decimals}f}"


def percent(value: float) -> str:
    """A fraction as `12.3%`, with a second decimal below one per cent."""
    sign = MINUS if value < 0 else ""
    share = abs(value) * 100
    return f"{sign}{share:,.{2 if 0 < share < 1 else 1}f}%"


def change(value: float) -> str:
    """A growth in words: `up 12.3%`, `down 4.0%`, `unchanged`."""
    if abs(value) < 5e-5:
        return "unchanged"
    return f"{'up' if value > 0 else 'down'} {percent(abs(value))}"


def day(value: date) -> str:
    """`9 December 2011`."""
    return f"{value.day} {value:%B %Y}"


def figure(value: Scalar, unit: str, currency: str) -> str:
    """`value` as people read it; `unit` as in `ToolResult.unit`. Text is returned as it is."""
    if isinstance(value, datetime):
        return f"{day(value)} at {value:%H:%M}"
    if isinstance(value, date):
        return day(value)
    if value is None or isinstance(value, str):
        return _iso_day(value) if unit == "date" and value else str(value or "nothing")
    if unit == "money":
        return money(float(value), currency)
    return percent(float(value)) if unit == "share" else number(float(value))


def signed(value: float, unit: str, currency: str) -> str:
    """A difference with its sign: `+£1,234.50`."""
    return ("+" if value > 0 else "") + figure(value, unit, currency)


def subject(question: Question, context: Context) -> str:
    """What the question was understood to be about: `Net sales, France, Nov 2011`."""
    name = context.semantics.metric(question.metric).name if question.metric else question.tool
    return ", ".join([name[:1].upper() + name[1:], *scope(question, context)])


def scope(question: Question, context: Context) -> list[str]:
    """The filters and the period in words; with none named, the span of the sales data; nothing for what has no dates."""
    words = [clause_words(clause, context) for clause in question.filters]
    if question.having is not None and question.tool != "count":
        words.append(limit(question.having, context))
    undated = bool(question.metric) and context.semantics.metric(question.metric).cube != "sales" and question.period is None
    return words if undated else [*words, period_words(question.period, context)]


def limit(having: Having, context: Context) -> str:
    """A condition on a figure in words: `orders at least 50`, `net sales over £1,000`."""
    metric = context.semantics.metric(having.metric)
    return f"{metric.name} {_LIMITS[having.op]} {figure(having.value, metric.unit, context.currency).removesuffix('.00')}"


_LIMITS = {"gt": "over", "ge": "at least", "lt": "under", "le": "at most", "eq": "exactly", "ne": "other than"}


def clause_words(clause: FilterClause, context: Context) -> str:
    """One filter in words: `France`, `without United Kingdom`, `age 30–39`."""
    if clause.label:
        said = clause.label.split(" ")[0] in ("outside", "without", "not", "excluding", "except", "all")
        return f"without {clause.label}" if clause.op in ("ne", "not_in") and not said else clause.label
    singular = context.semantics.dimension(clause.dimension).singular
    values = [str(v) for v in clause.values]
    if clause.op == "between":
        return f"{singular} {values[0]}–{values[-1]}"
    if clause.op in ("eq", "in"):
        return f"{singular} {' or '.join(values)}"
    return f"{singular} {_OPS.get(clause.op, clause.op)} {' or '.join(values)}".rstrip()


_OPS = {
    "ne": "other than",
    "not_in": "other than",
    "lt": "under",
    "le": "at most",
    "gt": "over",
    "ge": "at least",
    "contains": "containing",
    "word": "mentioning",
    "empty": "left empty",
}


def period_words(period: Period | None, context: Context) -> str:
    """A period's title; for None the whole span of the data."""
    if period is not None:
        return period.title
    if context.first_day is None or context.today is None:
        return "all data"
    return f"all data ({context.first_day.day} {context.first_day:%b %Y}–{context.today.day} {context.today:%b %Y})"


def plain_list(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def _iso_day(text: str) -> str:
    try:
        return day(date.fromisoformat(text[:10]))
    except ValueError:
        return text
