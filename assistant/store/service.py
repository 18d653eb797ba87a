"""Figures of the service that customers got, reckoned by the database from what was said and done; each comes with its query.

Owns the queries; what a figure is called and how it is worded is `assistant.analyst.service`. A conversation that was swept is not counted
any more, but its switches of the speaker are. `<<column>>` in a query stands for what it is narrowed down to, by that column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.store.codec import stamp
from assistant.store.database import Database

_IN = "at >= :start AND at < :end"
_TALKS = """WITH talks AS (
  SELECT t.conversation_id AS id, min(t.at) AS began, count(*) AS turns
  FROM turns t JOIN conversations c ON c.id = t.conversation_id AND c.channel != 'staff'
  WHERE t.author = 'customer' AND t.at >= :start AND t.at < :end <<t.conversation_id>> GROUP BY t.conversation_id
)"""
_HANDED = f"FROM switches WHERE now = 'waiting' AND was IN ('bot', 'closed') AND {_IN} <<conversation_id>>"
_PASSED = "EXISTS (SELECT 1 FROM switches s WHERE s.conversation_id = talks.id AND s.now = 'waiting' AND s.was IN ('bot', 'closed'))"
_BY_BOT = """EXISTS (SELECT 1 FROM turns b WHERE b.conversation_id = talks.id AND b.author = 'bot'
                AND json_extract(b.answer, '$.status') = 'answered')
    AND NOT EXISTS (SELECT 1 FROM switches s WHERE s.conversation_id = talks.id AND s.now IN ('waiting', 'agent'))"""
_WAITS = f"""WITH waits AS (
  SELECT (julianday((SELECT min(t.at) FROM turns t
                     WHERE t.conversation_id = s.conversation_id AND <<author>> AND t.at >= s.at))
          - julianday(s.at)) * 86400 AS seconds
  FROM switches s WHERE s.now = 'waiting' AND s.was IN ('bot', 'closed') AND {_IN} <<s.conversation_id>>
), ranked AS (
  SELECT seconds, row_number() OVER (ORDER BY seconds) AS place, count(*) OVER () AS many FROM waits WHERE seconds IS NOT NULL
)"""
_SENT = f"""WITH sent AS (
  SELECT max(outcome != 'refused') AS used, max(CASE WHEN outcome != 'refused' THEN source ELSE '' END) AS source
  FROM suggestions WHERE turn > 0 AND {_IN} <<conversation_id by>> GROUP BY conversation_id, turn
)"""

FIGURES: Mapping[str, str] = {
    "conversations": f"{_TALKS}\nSELECT count(*), sum(turns) FROM talks",
    "handed_off": f"SELECT count(DISTINCT conversation_id), count(*) {_HANDED}",
    "handoff_rate": f"{_TALKS}\nSELECT avg({_PASSED}), count(*) FROM talks",
    "resolved_by_bot": f"{_TALKS}\nSELECT count(*), count(*) FROM talks\nWHERE {_BY_BOT}",
    "resolution_rate": f"{_TALKS}\nSELECT avg({_BY_BOT}), count(*) FROM talks",
    "satisfaction": f"SELECT avg(score), count(*) FROM satisfaction WHERE {_IN} <<conversation_id>>",
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
    ("satisfaction", "score"): f"SELECT score, count(*) FROM satisfaction WHERE {_IN} <<conversation_id>> GROUP BY score ORDER BY score",
}
"""By name and dimension, a query of (label, figure) rows."""
AMONG: Mapping[str, str] = {
    "channel": "{id} LIKE :channel || ':%'",
    "agent": "{id} IN (SELECT had.conversation_id FROM switches had WHERE had.assignee = :agent)",
    "topic": "({id} IN (SELECT b.conversation_id FROM turns b WHERE b.author = 'bot' AND json_extract(b.answer, '$.intent') IN (:topic))"
    " OR {id} IN (SELECT g.conversation_id FROM tags g WHERE g.tag IN (:topic)))",
}
"""What figures can be narrowed down to: how a customer came, which agent had the conversation, what it was about or is tagged with."""
_MARK = re.compile(r" ?<<(?P<id>[\w.]+)(?P<by> by)?>>")
Values = Mapping[str, str | Sequence[str]]


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

    def topics(self) -> list[str]:
        """What conversations were about: the intents of the assistant's answers and the agents' tags, the most frequent first."""
        intents = """SELECT json_extract(answer, '$.intent') AS topic, count(*) AS many FROM turns
            WHERE author = 'bot' AND coalesce(topic, '') != '' GROUP BY topic"""
        tags = "SELECT tag, count(*) FROM tags GROUP BY tag"
        return [
            str(row[0]) for row in self._db.rows(f"SELECT topic, sum(many) FROM ({intents} UNION ALL {tags}) GROUP BY 1 ORDER BY 2 DESC, 1")
        ]

    def agents(self) -> dict[str, str]:
        """The logins of those who had conversations, and of who may, by login and by the name that customers read."""
        rows = self._db.rows("SELECT username, shown_as FROM accounts UNION SELECT assignee, '' FROM switches WHERE assignee IS NOT NULL")
        return {str(called): str(login) for login, shown_as in rows for called in (login, shown_as) if called}

    def figure(self, name: str, start: datetime, end: datetime, by: str = "", among: Values | None = None) -> Reckoned:
        """The figure of that name from `start` on and before `end`; with `by`, its rows as well; `among` narrows it, see `AMONG`.

        Both ends carry their offset from UTC; days are those of `start`'s.

        Raises:
            KeyError: there is no such figure, or it is not kept by that.
        """
        among = among or {}
        bounds: dict[str, str | Sequence[str]] = {"start": stamp(start), "end": stamp(end), **among}
        total = _written(_narrowed(FIGURES[name], among), bounds)
        row = self._db.row(total)
        value, read = (row[0], int(row[1] or 0)) if row else (None, 0)
        if not by:
            return Reckoned(value, read, total)
        offset = start.utcoffset()
        minutes = int(offset.total_seconds() // 60) if offset else 0
        query = _written(_narrowed(BREAKDOWNS[name, by], among), {**bounds, "zone": f"{minutes:+d} minutes"})
        return Reckoned(value, read, query, tuple((str(label), float(figure)) for label, figure in self._db.rows(query)))


def _narrowed(query: str, among: Values) -> str:
    """A query with its marks replaced by what it is narrowed down to."""

    def conditions(mark: re.Match[str]) -> str:
        if mark["id"] == "author":
            return " t.author = 'agent:' || :agent" if "agent" in among else " t.author LIKE 'agent:%'"
        own = {"agent": "by = :agent"} if mark["by"] else {}
        return "".join(f" AND {own.get(name) or AMONG[name].replace('{id}', mark['id'])}" for name in among)

    return _MARK.sub(conditions, query)


def _written(query: str, values: Values) -> str:
    """A query with its values in place, quoted: a receipt shows what was run. All are put in at once, so that none is read twice."""

    def quoted(name: re.Match[str]) -> str:
        value = values[name[1]]
        return ", ".join("'" + text.replace("'", "''") + "'" for text in ([value] if isinstance(value, str) else value))

    return re.sub(rf":({'|'.join(values)})\b", quoted, query)
