"""Figures of the service that customers got, reckoned by the database from what was said and done; each comes with its query.

Owns the queries; what a figure is called and how it is worded is `assistant.analyst.service`. A conversation that was swept is not counted
any more, but its switches of the speaker are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assistant.store.codec import stamp
from assistant.store.database import Database

_IN = "at >= :start AND at < :end"
_TALKS = """WITH talks AS (
  SELECT t.conversation_id AS id, min(t.at) AS began, count(*) AS turns
  FROM turns t JOIN conversations c ON c.id = t.conversation_id AND c.channel != 'staff'
  WHERE t.author = 'customer' AND t.at >= :start AND t.at < :end GROUP BY t.conversation_id
)"""
_HANDED = f"FROM switches WHERE now = 'waiting' AND was IN ('bot', 'closed') AND {_IN}"
_PASSED = "EXISTS (SELECT 1 FROM switches s WHERE s.conversation_id = talks.id AND s.now = 'waiting' AND s.was IN ('bot', 'closed'))"
_BY_BOT = """EXISTS (SELECT 1 FROM turns b WHERE b.conversation_id = talks.id AND b.author = 'bot'
                AND json_extract(b.answer, '$.status') = 'answered')
    AND NOT EXISTS (SELECT 1 FROM switches s WHERE s.conversation_id = talks.id AND s.now IN ('waiting', 'agent'))"""
_WAITS = f"""WITH waits AS (
  SELECT (julianday((SELECT min(t.at) FROM turns t
                     WHERE t.conversation_id = s.conversation_id AND t.author LIKE 'agent:%' AND t.at >= s.at))
          - julianday(s.at)) * 86400 AS seconds
  FROM switches s WHERE s.now = 'waiting' AND s.was IN ('bot', 'closed') AND {_IN}
), ranked AS (
  SELECT seconds, row_number() OVER (ORDER BY seconds) AS place, count(*) OVER () AS many FROM waits WHERE seconds IS NOT NULL
)"""
_SENT = f"""WITH sent AS (
  SELECT max(outcome != 'refused') AS used, max(CASE WHEN outcome != 'refused' THEN source ELSE '' END) AS source
  FROM suggestions WHERE turn > 0 AND {_IN} GROUP BY conversation_id, turn
)"""

FIGURES: Mapping[str, str] = {
    "conversations": f"{_TALKS}\nSELECT count(*), sum(turns) FROM talks",
    "handed_off": f"SELECT count(DISTINCT conversation_id), count(*) {_HANDED}",
    "handoff_rate": f"{_TALKS}\nSELECT avg({_PASSED}), count(*) FROM talks",
    "resolved_by_bot": f"{_TALKS}\nSELECT count(*), count(*) FROM talks\nWHERE {_BY_BOT}",
    "resolution_rate": f"{_TALKS}\nSELECT avg({_BY_BOT}), count(*) FROM talks",
    "satisfaction": f"SELECT avg(score), count(*) FROM satisfaction WHERE {_IN}",
    "response_time": f"{_WAITS}\nSELECT avg(seconds), max(many) FROM ranked WHERE place IN ((many + 1) / 2, (many + 2) / 2)",
    "suggestion_acceptance": f"{_SENT}\nSELECT avg(used), count(*) FROM sent",
}
"""By its name, a query of one row: the figure, and how many rows went into it."""

BREAKDOWNS: Mapping[tuple[str, str], str] = {
    ("conversations", "day"): f"{_TALKS}\nSELECT date(began, :zone) AS day, count(*) FROM talks GROUP BY day ORDER BY day",
    ("handed_off", "day"): f"SELECT date(at, :zone) AS day, count(DISTINCT conversation_id) {_HANDED} GROUP BY day ORDER BY day",
    ("handed_off", "reason"): (
        f"SELECT coalesce(nullif(reason, ''), 'unknown') AS why, count(DISTINCT conversation_id) AS many {_HANDED}\n"
        "GROUP BY why ORDER BY many DESC, why"
    ),
    (
        "suggestion_acceptance",
        "source",
    ): f"{_SENT}\nSELECT source, count(*) AS many FROM sent WHERE used GROUP BY source ORDER BY many DESC",
    ("satisfaction", "score"): f"SELECT score, count(*) FROM satisfaction WHERE {_IN} GROUP BY score ORDER BY score",
}
"""By name and dimension, a query of (label, figure) rows."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A figure: None where there is nothing to take it over. `rows` are (label, figure); `query` has its bounds written in."""

    value: float | None
    rows_read: int
    query: str
    rows: tuple[tuple[str, float], ...] = ()


class Service:
    """Reckons figures of the service over the operational database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def figure(self, name: str, start: datetime, end: datetime, by: str = "") -> Reckoned:
        """The figure of that name from `start` on and before `end`; with `by`, its rows as well.

        Both ends carry their offset from UTC; days are those of `start`'s.

        Raises:
            KeyError: there is no such figure, or it is not kept by that.
        """
        bounds = {"start": stamp(start), "end": stamp(end)}
        row = self._db.row(_written(FIGURES[name], bounds))
        value, read = (row[0], int(row[1] or 0)) if row else (None, 0)
        if not by:
            return Reckoned(value, read, _written(FIGURES[name], bounds))
        offset = start.utcoffset()
        minutes = int(offset.total_seconds() // 60) if offset else 0
        query = _written(BREAKDOWNS[name, by], {**bounds, "zone": f"{minutes:+d} minutes"})
        return Reckoned(value, read, query, tuple((str(label), float(figure)) for label, figure in self._db.rows(query)))


def _written(query: str, values: Mapping[str, str]) -> str:
    """A query with its values in place; they are times and offsets of ours, never anybody's words."""
    for name, value in values.items():
        query = query.replace(f":{name}", f"'{value}'")
    return query
