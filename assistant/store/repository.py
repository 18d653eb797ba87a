"""What the repositories of the shop's data share: a main table, child tables, and an upsert that counts what it changed.

A record becomes one main row and rows of child tables; a digest of all of them is kept with the main row, so that an
upsert writes only what differs. Knows no particular table.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import ClassVar, Generic, TypeVar

from assistant.store.codec import digest
from assistant.store.database import Database, Row
from assistant.store.records import Changes

Record = TypeVar("Record")
Children = tuple[tuple[Row, ...], ...]

CHUNK = 500
"""Records read or written at a time; bounds memory, and the length of an IN list."""


@dataclass(frozen=True)
class Child:
    """A table whose rows belong to a main row by `parent`, in the order of `position`; `columns` are the others."""

    name: str
    parent: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A main table; `columns` begin with the id and leave out the digest."""

    name: str
    columns: tuple[str, ...]
    children: tuple[Child, ...] = field(default=())


class Repository(ABC, Generic[Record]):
    """Records of one type. Subclasses say which table and how a record becomes rows."""

    table: ClassVar[Table]

    def __init__(self, database: Database) -> None:
        self._db = database

    @abstractmethod
    def _encode(self, record: Record) -> tuple[Row, Children]:
        """The main row (id first) and the rows of each child table, without their parent and position."""

    @abstractmethod
    def _decode(self, row: Row, children: Children) -> Record:
        """What `_encode` was given."""

    def upsert(self, records: Iterable[Record]) -> Changes:
        """Add the new, replace the changed, leave the equal alone; all of them, or none if anything fails.

        Where an id comes twice, the later record wins.
        """
        changes = Changes()
        with self._db.transaction():
            for chunk in _chunks(records, CHUNK):
                encoded = {row[0]: (row, children) for row, children in map(self._encode, chunk)}
                changes += self._write(encoded)
            if changes.added or changes.changed:
                touch(self._db, self.table.name)
        return changes

    def get(self, id: str) -> Record | None:
        """The record with this id."""
        return self.many([id]).get(id)

    def many(self, ids: Iterable[str]) -> dict[str, Record]:
        """Those of `ids` that exist, in the order asked for."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Record] = {}
        for chunk in _chunks(wanted, CHUNK):
            found.update(self._read("id IN (SELECT value FROM json_each(?))", (json.dumps(chunk),)))
        return {key: found[key] for key in wanted if key in found}

    def all(self) -> Iterator[Record]:
        """Every record, in the order in which they were first added; others may write meanwhile."""
        last = -1
        while rows := self._db.rows(f"SELECT rowid, id FROM {self.table.name} WHERE rowid > ? ORDER BY rowid LIMIT {CHUNK}", (last,)):
            yield from self.many(str(row[1]) for row in rows).values()
            last = rows[-1][0]

    def count(self) -> int:
        """How many records there are."""
        row = self._db.row(f"SELECT count(*) FROM {self.table.name}")
        return int(row[0]) if row else 0

    def _read(self, where: str, parameters: Sequence[object]) -> dict[str, Record]:
        """The records of the rows that satisfy `where`, by id."""
        rows = self._db.rows(f"SELECT {', '.join(self.table.columns)} FROM {self.table.name} WHERE {where}", parameters)
        children = [self._read_children(child, [row[0] for row in rows]) for child in self.table.children]
        return {row[0]: self._decode(row, tuple(tuple(of.get(row[0], ())) for of in children)) for row in rows}

    def _read_children(self, child: Child, ids: list[str]) -> dict[str, list[Row]]:
        grouped: dict[str, list[Row]] = {}
        sql = (
            f"SELECT {child.parent}, {', '.join(child.columns)} FROM {child.name} "
            f"WHERE {child.parent} IN (SELECT value FROM json_each(?)) ORDER BY {child.parent}, position"
        )
        for row in self._db.rows(sql, (json.dumps(ids),)) if ids else ():
            grouped.setdefault(row[0], []).append(row[1:])
        return grouped

    def _write(self, encoded: dict[str, tuple[Row, Children]]) -> Changes:
        """Write what differs from the file, and count."""
        digests = {key: digest(content) for key, content in encoded.items()}
        known = self._digests(list(encoded))
        changed = [key for key, old in known.items() if old != digests[key]]
        written = [key for key in encoded if known.get(key) != digests[key]]
        self._db.execute_many(self._upsert_sql, ((*encoded[key][0], digests[key]) for key in written))
        for number, child in enumerate(self.table.children):
            self._db.execute_many(f"DELETE FROM {child.name} WHERE {child.parent} = ?", ((key,) for key in changed))
            rows = ((key, position, *row) for key in written for position, row in enumerate(encoded[key][1][number]))
            self._db.execute_many(_insert(child.name, (child.parent, "position", *child.columns)), rows)
        return Changes(added=len(written) - len(changed), changed=len(changed), unchanged=len(encoded) - len(written))

    def _digests(self, ids: list[str]) -> dict[str, bytes]:
        sql = f"SELECT id, digest FROM {self.table.name} WHERE id IN (SELECT value FROM json_each(?))"
        return {str(key): bytes(old) for key, old in self._db.rows(sql, (json.dumps(ids),))}

    @property
    def _upsert_sql(self) -> str:
        names = (*self.table.columns, "digest")
        return f"{_insert(self.table.name, names)} ON CONFLICT (id) DO UPDATE SET {_replacing(names[1:])}"


def touch(database: Database, *tables: str) -> None:
    """Note that these main tables have changed, for `Store.changed_at`."""
    database.execute_many("UPDATE revisions SET number = number + 1 WHERE name = ?", ((table,) for table in tables))


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _replacing(columns: Sequence[str]) -> str:
    return ", ".join(f"{column} = excluded.{column}" for column in columns)


def _chunks(items: Iterable[Record], size: int) -> Iterator[list[Record]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
