"""Conversations, their turns, what people thought of them and what they corrected."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from assistant.errors import StoreError
from assistant.store.codec import from_json, from_stamp, now, stamp, to_json
from assistant.store.database import Database, Row
from assistant.store.records import Conversation, Correction, Feedback, Mode, Satisfaction, Turn

_COLUMNS = "id, channel, started_at, updated_at, mode, assignee, customer_id, subject, memory"
_CORRECTION = "task, text, label, was, by, at, conversation_id, turn"
_TURN = "conversation_id, number, author, text, at, answer"


Watcher: TypeAlias = Callable[[str], None]


class Conversations:
    """What was said, append-only, and who speaks to the customer now."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._watchers: tuple[Watcher, ...] = ()
        self._lock = threading.Lock()

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Tell `watcher` the id of each conversation that changes, once the change is there to be read; returns the way to stop.

        It is called on the thread that wrote, which waits for it, and must not raise. What other processes write is not heard of.
        """
        with self._lock:
            self._watchers = (*self._watchers, watcher)

        def stop() -> None:
            with self._lock:
                self._watchers = tuple(known for known in self._watchers if known is not watcher)

        return stop

    def start(self, id: str, channel: str, customer_id: str | None = None) -> Conversation:
        """The conversation with this id, begun now unless it is already there."""
        at = stamp(now())
        with self._db.transaction():
            self._db.execute(
                f"INSERT INTO conversations ({_COLUMNS}) VALUES (?, ?, ?, ?, 'bot', NULL, ?, '', '{{}}') ON CONFLICT (id) DO NOTHING",
                (id, channel, at, at, customer_id),
            )
            return self._must(id)

    def get(self, id: str) -> Conversation | None:
        """The conversation with this id."""
        row = self._db.row(f"SELECT {_COLUMNS} FROM conversations WHERE id = ?", (id,))
        return _conversation(row) if row else None

    def save(self, conversation: Conversation) -> None:
        """Write the whole conversation as given, new or known.

        Inside one transaction with the `get` it came from, or somebody else's change to it is lost; see `remember` and `switch`.
        """
        c = conversation
        values = (
            c.id,
            c.channel,
            stamp(c.started_at),
            stamp(c.updated_at),
            c.mode.value,
            c.assignee,
            c.customer_id,
            c.subject,
            to_json(c.memory),
        )
        names = _COLUMNS.split(", ")
        self._db.execute(
            f"INSERT INTO conversations ({_COLUMNS}) VALUES ({', '.join('?' * len(names))}) "
            f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names[1:])}",
            values,
        )

    def remember(self, id: str, memory: Mapping[str, Any]) -> None:
        """Replace the dialogue's memory and nothing else."""
        self._db.execute("UPDATE conversations SET memory = ?, updated_at = ? WHERE id = ?", (to_json(memory), stamp(now()), id))

    def switch(self, id: str, mode: Mode, *, assignee: str | None = None, expected: Mode | None = None) -> bool:
        """Change who speaks. With `expected`, only if the mode still is that: of two who try at once, one gets True."""
        cursor = self._db.execute(
            "UPDATE conversations SET mode = ?, assignee = ?, updated_at = ? WHERE id = ? AND (? IS NULL OR mode = ?)",
            (mode.value, assignee, stamp(now()), id, expected and expected.value, expected and expected.value),
        )
        self._changed(id)
        return cursor.rowcount == 1

    def append(self, conversation_id: str, author: str, text: str, answer: Mapping[str, Any] | None = None) -> Turn:
        """Add a turn under the next number, from 1 on.

        Raises:
            StoreError: there is no such conversation.
        """
        at = now()
        with self._db.transaction():
            self._must(conversation_id)
            row = self._db.row("SELECT coalesce(max(number), 0) + 1 FROM turns WHERE conversation_id = ?", (conversation_id,))
            turn = Turn(conversation_id, int(row[0]) if row else 1, author, text, at, answer)
            self._db.execute(
                f"INSERT INTO turns ({_TURN}) VALUES (?, ?, ?, ?, ?, ?)",
                (conversation_id, turn.number, author, text, stamp(at), None if answer is None else to_json(answer)),
            )
            self._db.execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (stamp(at), conversation_id))
            self._changed(conversation_id)
        return turn

    def withdraw(self, id: str, number: int) -> None:
        """Take a line of our own back: its turn stays, so that no number is given twice, and has no words any more.

        Raises:
            StoreError: it is not one of ours; what people and the assistant said stands.
        """
        sql = "UPDATE turns SET text = '' WHERE conversation_id = ? AND number = ? AND author = 'system'"
        if self._db.execute(sql, (id, number)).rowcount == 0:
            raise StoreError(f"Turn {number} of conversation {id!r} is no line of the shop's own.", hint="What was said cannot be unsaid.")
        self._changed(id)

    def turns(self, id: str, limit: int | None = None) -> list[Turn]:
        """The turns in order; with `limit`, the last so many."""
        rows = self._db.rows(
            f"SELECT {_TURN} FROM turns WHERE conversation_id = ? ORDER BY number DESC LIMIT ?", (id, -1 if limit is None else limit)
        )
        return [_turn(row) for row in reversed(rows)]

    def recent(self, mode: Mode | None = None, limit: int = 100) -> list[Conversation]:
        """The conversations of a mode, or of any, the last touched first."""
        where, parameters = ("WHERE mode = ?", (mode.value,)) if mode else ("", ())
        sql = f"SELECT {_COLUMNS} FROM conversations {where} ORDER BY updated_at DESC, rowid DESC LIMIT ?"
        return [_conversation(row) for row in self._db.rows(sql, (*parameters, limit))]

    def count_by_mode(self) -> dict[Mode, int]:
        """How many conversations are in each mode."""
        return {Mode(mode): count for mode, count in self._db.rows("SELECT mode, count(*) FROM conversations GROUP BY mode")}

    def of_customer(self, customer_id: str) -> list[Conversation]:
        """A customer's conversations, the last touched first."""
        sql = f"SELECT {_COLUMNS} FROM conversations WHERE customer_id = ? ORDER BY updated_at DESC"
        return [_conversation(row) for row in self._db.rows(sql, (customer_id,))]

    def count(self) -> int:
        """How many conversations there are."""
        row = self._db.row("SELECT count(*) FROM conversations")
        return int(row[0]) if row else 0

    def sweep(self, before: datetime) -> int:
        """Delete, with turns and feedback, the conversations last touched before then; how many there were.

        Those where a person is waiting or an agent is speaking stay.
        """
        cursor = self._db.execute("DELETE FROM conversations WHERE updated_at < ? AND mode IN ('bot', 'closed')", (stamp(before),))
        return cursor.rowcount

    def touch(self, id: str) -> None:
        """Something beside the turns changed: a note, a tag. Moves its clock and tells the watchers."""
        self._db.execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (stamp(now()), id))
        self._changed(id)

    def _changed(self, id: str) -> None:
        def tell() -> None:
            for watcher in self._watchers:
                watcher(id)

        self._db.after_commit(tell)

    def _must(self, id: str) -> Conversation:
        conversation = self.get(id)
        if conversation is None:
            raise StoreError(f"There is no conversation {id!r}.", hint="Start it first.")
        return conversation


class Ratings:
    """Thumbs up and down, append-only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, feedback: Feedback) -> None:
        """Keep one rating.

        Raises:
            StoreError: there is no such conversation.
        """
        f = feedback
        self._db.execute(
            "INSERT INTO feedback (conversation_id, turn, rating, reason, at) VALUES (?, ?, ?, ?, ?)",
            (f.conversation_id, f.turn, f.rating, f.reason, stamp(f.at)),
        )

    def of_conversation(self, id: str) -> list[Feedback]:
        """The ratings of one conversation, as they came."""
        rows = self._db.rows("SELECT conversation_id, turn, rating, reason, at FROM feedback WHERE conversation_id = ? ORDER BY id", (id,))
        return [Feedback(conversation_id, turn, rating, reason, from_stamp(at)) for conversation_id, turn, rating, reason, at in rows]

    def all(self) -> Iterator[Feedback]:
        """Every rating, as they came."""
        for conversation_id, turn, rating, reason, at in self._db.rows(
            "SELECT conversation_id, turn, rating, reason, at FROM feedback ORDER BY id"
        ):
            yield Feedback(conversation_id, turn, rating, reason, from_stamp(at))


class Verdicts:
    """What customers said of whole conversations; the last word of each stands."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def save(self, verdict: Satisfaction) -> None:
        """Keep one, in place of an earlier one of the same conversation.

        Raises:
            StoreError: there is no such conversation.
        """
        v = verdict
        self._db.execute(
            "INSERT INTO satisfaction (conversation_id, score, words, at) VALUES (?, ?, ?, ?) ON CONFLICT (conversation_id) "
            "DO UPDATE SET score = excluded.score, words = excluded.words, at = excluded.at",
            (v.conversation_id, v.score, v.words, stamp(v.at)),
        )

    def get(self, conversation_id: str) -> Satisfaction | None:
        """What was said of a conversation."""
        row = self._db.row("SELECT conversation_id, score, words, at FROM satisfaction WHERE conversation_id = ?", (conversation_id,))
        return _verdict(row) if row else None

    def all(self) -> Iterator[Satisfaction]:
        """Every one, the earliest first."""
        for row in self._db.rows("SELECT conversation_id, score, words, at FROM satisfaction ORDER BY at, conversation_id"):
            yield _verdict(row)


class Corrections:
    """What people said that texts mean, append-only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, correction: Correction) -> None:
        """Keep one correction; `assistant.corrections.correct` is the way in that masks and audits.

        Raises:
            StoreError: it names a conversation that is not there.
        """
        c = correction
        names = _CORRECTION.split(", ")
        self._db.execute(
            f"INSERT INTO corrections ({_CORRECTION}) VALUES ({', '.join('?' * len(names))})",
            (c.task, c.text, c.label, c.was, c.by, stamp(c.at), c.conversation_id, c.turn),
        )

    def all(self, task: str) -> list[Correction]:
        """The corrections of a task, as they came."""
        return self._read("task = ?", task)

    def of_conversation(self, id: str, task: str) -> dict[int, Correction]:
        """The last correction of each corrected turn of a conversation, by the turn's number."""
        found = self._read("conversation_id = ? AND task = ?", id, task)
        return {c.turn: c for c in found if c.turn is not None}

    def _read(self, where: str, *values: str) -> list[Correction]:
        rows = self._db.rows(f"SELECT {_CORRECTION} FROM corrections WHERE {where} ORDER BY id", values)
        return [_correction(row) for row in rows]


def _conversation(row: Row) -> Conversation:
    key, channel, started_at, updated_at, mode, assignee, customer_id, subject, memory = row
    begun, touched = from_stamp(started_at), from_stamp(updated_at)
    return Conversation(key, channel, begun, touched, Mode(mode), assignee, customer_id, subject, from_json(memory))


def _turn(row: Row) -> Turn:
    conversation_id, number, author, text, at, answer = row
    return Turn(conversation_id, number, author, text, from_stamp(at), None if answer is None else json.loads(answer))


def _correction(row: Row) -> Correction:
    task, text, label, was, by, at, conversation_id, turn = row
    return Correction(task, text, label, was, by, from_stamp(at), conversation_id, turn)


def _verdict(row: Row) -> Satisfaction:
    conversation_id, score, words, at = row
    return Satisfaction(conversation_id, score, words, from_stamp(at))
