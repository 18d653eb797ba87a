"""What agents leave behind: switches of the speaker, notes, tags, macros, what became of suggestions, settled questions."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from assistant.errors import StoreError
from assistant.store.codec import from_stamp, now, stamp
from assistant.store.database import Database, Row
from assistant.store.desk_records import Note, OwnMacro, SettledGap, Switch, UsedSuggestion
from assistant.store.records import Mode

_SWITCH = "conversation_id, at, by, event, was, now, assignee, reason"
_NOTE = "id, conversation_id, by, text, at"
_MACRO = '"id", title, "when", text, by, at, removed'
_USED = "conversation_id, turn, message, intent, source, source_id, sources, suggested, sent, outcome, edit_distance, by, at"


class Switches:
    """Every change of who speaks, append-only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def append(self, switch: Switch) -> None:
        """Keep one; in the transaction that makes the change."""
        s = switch
        self._db.execute(
            f"INSERT INTO switches ({_SWITCH}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (s.conversation_id, stamp(s.at), s.by, s.event, s.was.value, s.now.value, s.assignee, s.reason),
        )

    def of_conversation(self, id: str) -> list[Switch]:
        """A conversation's, as they happened."""
        return [_switch(row) for row in self._db.rows(f"SELECT {_SWITCH} FROM switches WHERE conversation_id = ? ORDER BY id", (id,))]

    def between(self, start: datetime, end: datetime) -> list[Switch]:
        """Those from `start` on and before `end`, as they happened."""
        sql = f"SELECT {_SWITCH} FROM switches WHERE at >= ? AND at < ? ORDER BY id"
        return [_switch(row) for row in self._db.rows(sql, (stamp(start), stamp(end)))]


class Notes:
    """What agents tell each other about a conversation."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, conversation_id: str, by: str, text: str) -> Note:
        """Keep a note, dated now.

        Raises:
            StoreError: there is no such conversation.
        """
        at = now()
        cursor = self._db.execute(
            "INSERT INTO notes (conversation_id, by, text, at) VALUES (?, ?, ?, ?)", (conversation_id, by, text, stamp(at))
        )
        return Note(int(cursor.lastrowid or 0), conversation_id, by, text, at)

    def remove(self, id: int, by: str) -> None:
        """Take back one's own note.

        Raises:
            StoreError: there is no such note of theirs.
        """
        if self._db.execute("DELETE FROM notes WHERE id = ? AND by = ?", (id, by)).rowcount == 0:
            raise StoreError(f"{by} has no note {id}.", hint="Only who wrote a note can take it back.")

    def of_conversation(self, id: str) -> list[Note]:
        """A conversation's notes, as they were written."""
        rows = self._db.rows(f"SELECT {_NOTE} FROM notes WHERE conversation_id = ? ORDER BY id", (id,))
        return [Note(key, conversation_id, by, text, from_stamp(at)) for key, conversation_id, by, text, at in rows]


class Tags:
    """Short labels on conversations."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, conversation_id: str, tag: str, by: str) -> None:
        """Label a conversation; nothing changes where it has the label.

        Raises:
            StoreError: there is no such conversation.
        """
        sql = "INSERT INTO tags (conversation_id, tag, by, at) VALUES (?, ?, ?, ?) ON CONFLICT (conversation_id, tag) DO NOTHING"
        self._db.execute(sql, (conversation_id, tag, by, stamp(now())))

    def remove(self, conversation_id: str, tag: str) -> None:
        """Take a label off."""
        self._db.execute("DELETE FROM tags WHERE conversation_id = ? AND tag = ?", (conversation_id, tag))

    def of_conversation(self, id: str) -> list[str]:
        """A conversation's labels, in the order in which they came."""
        return [str(row[0]) for row in self._db.rows("SELECT tag FROM tags WHERE conversation_id = ? ORDER BY at, tag", (id,))]

    def in_use(self, most: int = 50) -> list[str]:
        """All labels, the most used first."""
        return [str(row[0]) for row in self._db.rows("SELECT tag FROM tags GROUP BY tag ORDER BY count(*) DESC, tag LIMIT ?", (most,))]


class Macros:
    """Ready replies of the desk's own, and how often each macro, shipped or own, was sent."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def save(self, macro: OwnMacro) -> None:
        """Keep a macro, in place of an earlier one of the same id."""
        m = macro
        names = _MACRO.split(", ")
        self._db.execute(
            f"INSERT INTO macros ({_MACRO}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            + ", ".join(f"{name} = excluded.{name}" for name in names[1:]),
            (m.id, m.title, json.dumps(m.when, ensure_ascii=False), m.text, m.by, stamp(m.at), int(m.removed)),
        )

    def all(self) -> list[OwnMacro]:
        """Every one, those removed among them."""
        rows = self._db.rows(f"SELECT {_MACRO} FROM macros ORDER BY title, id")
        return [
            OwnMacro(key, title, tuple(json.loads(when)), text, by, from_stamp(at), bool(removed))
            for key, title, when, text, by, at, removed in rows
        ]

    def count_use(self, id: str) -> None:
        """It was sent once more."""
        self._db.execute("INSERT INTO macro_uses (id, uses) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET uses = uses + 1", (id,))

    def uses(self) -> dict[str, int]:
        """How often each was sent, by id."""
        return {str(key): int(uses) for key, uses in self._db.rows("SELECT id, uses FROM macro_uses")}


class Suggestions:
    """What agents made of suggested replies, append-only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, used: UsedSuggestion) -> None:
        """Keep one.

        Raises:
            StoreError: there is no such conversation.
        """
        u = used
        sources = json.dumps(u.sources, ensure_ascii=False)
        head = (u.conversation_id, u.turn, u.message, u.intent, u.source, u.source_id, sources)
        self._db.execute(
            f"INSERT INTO suggestions ({_USED}) VALUES ({', '.join('?' * 13)})",
            (*head, u.suggested, u.sent, u.outcome, u.edit_distance, u.by, stamp(u.at)),
        )

    def used(self) -> list[UsedSuggestion]:
        """Those that were sent, as they were or changed, as it happened: what a responder can learn from."""
        return self._read("outcome != 'refused'")

    def of_conversation(self, id: str) -> list[UsedSuggestion]:
        """A conversation's, as it happened."""
        return self._read("conversation_id = ?", id)

    def between(self, start: datetime, end: datetime) -> list[UsedSuggestion]:
        """Those from `start` on and before `end`, as it happened."""
        return self._read("at >= ? AND at < ?", stamp(start), stamp(end))

    def _read(self, where: str, *values: Any) -> list[UsedSuggestion]:
        return [_used(row) for row in self._db.rows(f"SELECT {_USED} FROM suggestions WHERE {where} ORDER BY id", values)]


class Gaps:
    """Which unanswered questions have been dealt with."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def settle(self, gap: SettledGap) -> None:
        """Keep that it was; the last word stands.

        Raises:
            StoreError: there is no such conversation.
        """
        self._db.execute(
            "INSERT INTO settled_gaps (conversation_id, turn, faq_id, by, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (conversation_id, turn) "
            "DO UPDATE SET faq_id = excluded.faq_id, by = excluded.by, at = excluded.at",
            (gap.conversation_id, gap.turn, gap.faq_id, gap.by, stamp(gap.at)),
        )

    def settled(self) -> set[tuple[str, int]]:
        """(conversation, turn) of those dealt with."""
        return {(str(key), int(turn)) for key, turn in self._db.rows("SELECT conversation_id, turn FROM settled_gaps")}

    def unsettle(self, conversation_id: str, turn: int) -> None:
        """It is open again."""
        self._db.execute("DELETE FROM settled_gaps WHERE conversation_id = ? AND turn = ?", (conversation_id, turn))

    def unanswered(self, limit: int = 2000) -> list[tuple[str, int, str, datetime, str]]:
        """(conversation, turn, the customer's words, when, why) of what the bot found no answer to, the latest first.

        `why` is `unsure` (it asked back, because it did not understand), `stuck` (it passed the conversation on) or `thumb down`.
        """
        rows = self._db.rows(
            """
            SELECT asked.conversation_id, asked.number, asked.text, asked.at,
                   CASE WHEN json_extract(said.answer, '$.handoff.kind') = 'stuck' THEN 'stuck'
                        WHEN json_extract(said.answer, '$.intent') = 'unsure' THEN 'unsure' ELSE 'thumb down' END
            FROM turns said JOIN turns asked ON asked.conversation_id = said.conversation_id AND asked.number = said.number - 1
            JOIN conversations c ON c.id = said.conversation_id AND c.channel != 'staff'
            WHERE said.author = 'bot' AND asked.author = 'customer'
              AND (json_extract(said.answer, '$.intent') = 'unsure' OR json_extract(said.answer, '$.handoff.kind') = 'stuck'
                   OR (SELECT rating FROM feedback f WHERE f.conversation_id = said.conversation_id AND f.turn = said.number
                       ORDER BY f.id DESC LIMIT 1) < 0)
            ORDER BY asked.at DESC LIMIT ?
            """,
            (limit,),
        )
        return [(str(key), int(turn), str(text), from_stamp(at), str(why)) for key, turn, text, at, why in rows]


def _switch(row: Row) -> Switch:
    conversation_id, at, by, event, was, became, assignee, reason = row
    return Switch(conversation_id, from_stamp(at), by, event, Mode(was), Mode(became), assignee, reason)


def _used(row: Row) -> UsedSuggestion:
    conversation_id, turn, message, intent, source, source_id, sources, suggested, sent, outcome, distance, by, at = row
    rests_on = tuple((str(kind), str(key)) for kind, key in json.loads(sources))
    asked = (conversation_id, turn, message, intent)
    return UsedSuggestion(*asked, source, source_id, rests_on, suggested, sent, outcome, distance, by, from_stamp(at))
