"""Staff questions in words against the same figures by pandas and by plain SQLite.

Ours starts at the words and ends at the whole answer: parsing, query, sentence, chart, receipt. Theirs starts at the figure: the line of
pandas, or the query, that somebody who knows the columns writes, over lines that are in memory, or in a SQLite file.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from goods import CACHE
from paired import Comparison, in_turns
from sales import lines_file

from assistant.analyst.analyst import Analyst
from assistant.config import Settings
from assistant.importers import run_import
from assistant.store import Store
from assistant.types import Message, Role
from assistant.warehouse import Warehouse

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


@dataclass(frozen=True, slots=True)
class Question:
    """`words` hold {month}, `frame` gives the figure of (frame, year-month), `sql` with :month; `one` where it is one figure."""

    words: str
    frame: Callable[[pd.DataFrame, str], Any]
    sql: str
    one: bool = False


def _month(frame: pd.DataFrame, month: str) -> pd.DataFrame:
    first = pd.Period(month)
    return frame[(frame.InvoiceDate.dt.year == first.year) & (frame.InvoiceDate.dt.month == first.month)]


def _net(frame: pd.DataFrame) -> Any:
    return frame.Quantity * frame.Price


def _sold(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame.Invoice.str.startswith("C") & (frame.Quantity > 0) & (frame.Price > 0)]


_SOLD = "Quantity > 0 AND Price > 0 AND Invoice NOT LIKE 'C%'"
_IN = "InvoiceDate >= :month AND InvoiceDate < date(:month || '-01', '+1 month')"
QUESTIONS = (
    Question(
        "net sales in {month} 2011",
        lambda frame, month: _net(_month(frame, month)).sum(),
        f"SELECT sum(Quantity * Price) FROM lines WHERE {_IN}",
        True,
    ),
    Question(
        "how many customers bought in {month} 2011",
        lambda frame, month: _sold(_month(frame, month))["Customer ID"].nunique(),
        f'SELECT count(DISTINCT "Customer ID") FROM lines WHERE {_SOLD} AND {_IN}',
        True,
    ),
    Question(
        "how many orders from Germany in {month} 2011",
        lambda frame, month: _sold(_month(frame[frame.Country == "Germany"], month)).Invoice.nunique(),
        f"SELECT count(DISTINCT Invoice) FROM lines WHERE Country = 'Germany' AND {_SOLD} AND {_IN}",
        True,
    ),
    Question(
        "net sales by month in 2011",
        lambda frame, month: _net(frame[frame.InvoiceDate.dt.year == 2011]).groupby(frame.InvoiceDate.dt.to_period("M")).sum(),
        "SELECT strftime('%m', InvoiceDate) AS month, sum(Quantity * Price) FROM lines WHERE InvoiceDate >= '2011' GROUP BY month",
    ),
    Question(
        "top 10 products by net sales in {month} 2011",
        lambda frame, month: _net(_month(frame, month)).groupby(frame.Description).sum().nlargest(10),
        f"SELECT Description, sum(Quantity * Price) AS net FROM lines WHERE {_IN} GROUP BY Description ORDER BY net DESC LIMIT 10",
    ),
    Question(
        "orders by country",
        lambda frame, month: _sold(frame).groupby("Country").Invoice.nunique(),
        f"SELECT Country, count(DISTINCT Invoice) FROM lines WHERE {_SOLD} GROUP BY Country",
    ),
    Question(
        "top 10 customers by net sales",
        lambda frame, month: _net(frame).groupby(frame["Customer ID"]).sum().nlargest(10),
        'SELECT "Customer ID", sum(Quantity * Price) AS net FROM lines GROUP BY "Customer ID" ORDER BY net DESC LIMIT 10',
    ),
)


def compare(size: int, rounds: int) -> list[Comparison]:
    """Each round asks every question once, of another month than the round before."""
    path = lines_file(size)
    analyst = Analyst(store_of(size), Settings(currency="GBP"))
    frame = pd.read_parquet(path)
    database = sqlite3.connect(_sqlite(size, frame))
    taken: dict[str, dict[str, list[float]]] = {question.words: {} for question in QUESTIONS}

    def ours(number: int) -> None:
        for question in QUESTIONS:
            _timed(taken[question.words], "ours", lambda q=question: _ask(analyst, q, number))

    def by_pandas(number: int) -> None:
        for question in QUESTIONS:
            _timed(taken[question.words], "pandas", lambda q=question: q.frame(frame, _stamp(number)))

    def by_sqlite(number: int) -> None:
        for question in QUESTIONS:
            _timed(taken[question.words], "sqlite", lambda q=question: database.execute(q.sql, _bound(q, number)).fetchall())

    agreed = _agree(analyst, frame, database)
    work = f"{len(QUESTIONS)} questions over {size:,} lines"
    found = []
    for name, theirs, aim in (("pandas", by_pandas, 5.0), ("sqlite", by_sqlite, 5.0)):
        times = in_turns(ours, theirs, rounds)
        shown = {words: {who: round(1000 * statistics.median(t), 2) for who, t in own.items()} for words, own in taken.items()}
        details = {"ms": shown, "same_figures": agreed, "stages_ms": _stages(analyst)}
        found.append(Comparison(f"staff_question_vs_{name}", name, work, aim, *times, len(QUESTIONS), details))
    database.close()
    return found


def store_of(size: int) -> Path:
    """A store with the lines imported and its warehouse built; made once."""
    folder = CACHE / f"store-{size}"
    if not (folder / "warehouse").exists():
        with Store.open(folder) if (folder / "shop.db").exists() else Store.create(folder) as store:
            run_import(store, "online-retail", lines_file(size))
            Warehouse.refresh(store)
    return folder


def _ask(analyst: Analyst, question: Question, number: int) -> Any:
    text = question.words.format(month=MONTHS[number % 12])
    answer, _ = analyst.reply(Message("1", "s", text, Role.STAFF), None, {})
    assert answer.status == "answered", f"{text}: {answer.text}"
    return answer.value


def _agree(analyst: Analyst, frame: pd.DataFrame, database: sqlite3.Connection) -> bool:
    """Whether all three come to the same single figures."""
    for question in filter(lambda q: q.one, QUESTIONS):
        figures = (
            _ask(analyst, question, 2),
            question.frame(frame, _stamp(2)),
            database.execute(question.sql, _bound(question, 2)).fetchone()[0],
        )
        if max(map(float, figures)) - min(map(float, figures)) > 0.01:
            return False
    return True


def _stages(analyst: Analyst) -> dict[str, float]:
    """Milliseconds of one question, by the trace of its answer; what the trace does not name is in `whole`."""
    began = time.perf_counter()
    answer, _ = analyst.reply(Message("1", "s", "net sales in June 2011", Role.STAFF), None, {})
    whole = (time.perf_counter() - began) * 1000
    query = answer.receipt.query if answer.receipt else ""
    began = time.perf_counter()
    if query:
        analyst_query(analyst, query)
    return {"whole": round(whole, 2), "the query alone": round((time.perf_counter() - began) * 1000, 2)}


def analyst_query(analyst: Analyst, query: str) -> None:
    """Run the query of a receipt again on a connection of its own."""
    import duckdb

    from assistant.warehouse import warehouse_file
    from assistant.warehouse.engine import ENGINE

    with duckdb.connect(str(warehouse_file(analyst.folder)), read_only=True, config=ENGINE) as connection:
        connection.execute(query).fetchall()


def _bound(question: Question, number: int) -> dict[str, str]:
    return {"month": _stamp(number)} if ":month" in question.sql else {}


def _stamp(number: int) -> str:
    return f"2011-{number % 12 + 1:02d}"


def _timed(into: dict[str, list[float]], who: str, work: Callable[[], Any]) -> None:
    began = time.perf_counter()
    work()
    into.setdefault(who, []).append(time.perf_counter() - began)


def _sqlite(size: int, frame: pd.DataFrame) -> Path:
    path = CACHE / f"lines-{size}.sqlite"
    if not path.exists():
        with sqlite3.connect(path) as database:
            frame.to_sql("lines", database, index=False)
            database.execute("CREATE INDEX by_date ON lines (InvoiceDate)")
    return path
