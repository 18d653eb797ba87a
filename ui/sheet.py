"""The sheet beside a staff conversation: the figure, the table, the receipt, and the table as CSV.

Reads the stored record of an answer and nothing else, so that what is shown today is what was answered then.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

from assistant.analyst.narrate import label_words
from assistant.analyst.wording import day, figure
from ui.render import prose

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SHOWN_ROWS = 200
EMPTY = (
    '<section class="sc-nothing"><h1>Figures, each with its receipt</h1>'
    "<p>The answer, its chart, its table and how it was counted appear here.</p></section>"
)


def headline(record: Mapping[str, Any], question: str, currency: str, turn: int = 0, kept: str = "") -> str:
    """The question, the figure that answers it, the sentence, and how to keep the question; `kept` says that it was kept just now."""
    value = record.get("value")
    shown = Markup("") if value is None else Markup('<p class="sc-figure">{}</p>').format(_value(value, record, currency))
    return str(
        Markup('<section class="sc-headline"><p class="sc-asked">{}</p>{}{}{}</section>').format(
            question, shown, prose(str(record.get("text", ""))), _keeping(record, turn, kept)
        )
    )


def table(record: Mapping[str, Any], turn: int, currency: str) -> str:
    """The rows with a link to the same as CSV; empty where the answer has none."""
    rows = record.get("rows") or []
    if not rows:
        return ""
    lines = [_row(row, record, currency) for row in rows[:SHOWN_ROWS]]
    more = f"{len(rows) - SHOWN_ROWS} more rows are in the file." if len(rows) > SHOWN_ROWS else ""
    return str(
        Markup(
            '<section class="sc-rows"><header><h2>{} rows</h2><a class="sc-button" href="csv/{}" download>Download CSV</a></header>'
            '<div class="sc-scroll" tabindex="0" role="region" aria-label="Rows"><table><thead><tr><th scope="col">{}</th>{}'
            '<th scope="col" class="sc-number">{}</th></tr></thead><tbody>{}</tbody></table></div><p class="sc-hint">{}</p></section>'
        ).format(len(rows), turn, _grouped(record), _name_head(rows), _measure(record), Markup("").join(lines), more)
    )


def receipt(record: Mapping[str, Any]) -> str:
    """How the figure came about, folded."""
    found = record.get("receipt")
    if not found:
        return ""
    lines = {
        "Metric": words_of(found["metric"]),
        "Definition": found["definition"],
        "Period": period_words(found["period"]),
        "Filters": _filters(found["filters"]),
        "Rows read": f"{found['rows_read']:,}",
        "As of": _moment(found["as_of"]),
    }
    body = [Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value) for name, value in lines.items() if value]
    return str(
        Markup(
            '<details class="sc-receipt" data-key="receipt"><summary>Receipt <span>{}</span></summary><dl>{}</dl>'
            '<details class="sc-query" data-key="query"><summary>Query</summary><pre tabindex="0"><code>{}</code></pre></details></details>'
        ).format(f"{found['rows_read']:,} rows read", Markup("").join(body), found["query"])
    )


def to_csv(record: Mapping[str, Any]) -> str:
    """The rows as CSV. A label that a spreadsheet would run as a formula is quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["label", "name", "value"])
    for row in record.get("rows") or []:
        writer.writerow([_inert(str(row["label"])), _inert(str(row.get("name", ""))), row["value"]])
    return out.getvalue()


def _keeping(record: Mapping[str, Any], turn: int, kept: str) -> Markup:
    """Buttons to save and to pin what can be asked again."""
    if not record.get("question") or record.get("status") != "answered":
        return Markup("")
    if kept:
        return Markup('<p class="sc-keep" role="status">{} <a href="/insights/board">Open the dashboard</a></p>').format(kept)
    return Markup(
        '<p class="sc-keep"><button type="button" class="sc-button" data-keep="{0}">Save question</button>'
        '<button type="button" class="sc-button" data-keep="{0}" data-pin="1">Pin to dashboard</button></p>'
    ).format(turn)


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _value(value: Any, record: Mapping[str, Any], currency: str) -> str:
    return figure(value, str(record.get("unit", "")), currency)


def _row(row: Mapping[str, Any], record: Mapping[str, Any], currency: str) -> Markup:
    name = Markup("<td>{}</td>").format(row.get("name", "")) if _named(record["rows"]) else Markup("")
    value = figure(row["value"], str(row.get("unit") or record.get("row_unit") or record.get("unit", "")), currency)
    return Markup('<tr><td>{}</td>{}<td class="sc-number">{}</td></tr>').format(label_words(str(row["label"])), name, value)


def _grouped(record: Mapping[str, Any]) -> str:
    """What the rows are by: "Month", "Country"; else no more than that they have labels."""
    by = (record.get("question") or {}).get("by") or ()
    return words_of(by[0]) if by else "Label"


def _name_head(rows: list[Mapping[str, Any]]) -> Markup:
    return Markup('<th scope="col">Name</th>') if _named(rows) else Markup("")


def _named(rows: list[Mapping[str, Any]]) -> bool:
    return any(row.get("name", row["label"]) != row["label"] for row in rows)


def _measure(record: Mapping[str, Any]) -> str:
    found = record.get("receipt")
    return words_of(found["metric"]) if found else "Value"


def words_of(name: str) -> str:
    words = str(name).replace("_", " ")
    return words[:1].upper() + words[1:]


def period_words(ends: list[str | None]) -> str:
    first, last = (day(date.fromisoformat(end)) if end else None for end in ends)
    if first and last:
        return first if first == last else f"{first} to {last}"
    return f"from {first}" if first else f"up to {last}" if last else "all data"


def _filters(filters: Mapping[str, Any]) -> str:
    shown = (f"{words_of(name)}: {', '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in filters.items())
    return "; ".join(shown) or "none"


def _moment(stamp: str | None) -> str:
    return (stamp or "").replace("T", " ")[:16]
