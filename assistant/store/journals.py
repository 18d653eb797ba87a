"""What is only ever added to: the audit log and the list of imports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.store.codec import from_json, from_stamp, now, stamp, to_json
from assistant.store.database import Database
from assistant.store.records import AuditEntry, ImportRecord

_IMPORT = "at, format, path, sha256, added, changed, unchanged, rejected, mapping, changed_at"


class Audit:
    """Who did what to whom."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def append(self, actor: str, action: str, subject: str, **detail: Any) -> AuditEntry:
        """Write an entry, dated now. `detail` must hold no secret and no card number."""
        entry = AuditEntry(now(), actor, action, subject, detail)
        self._db.execute(
            "INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
            (stamp(entry.at), actor, action, subject, to_json(detail)),
        )
        return entry

    def count(self, action: str) -> int:
        """How often something was done, ever."""
        row = self._db.row("SELECT count(*) FROM audit WHERE action = ?", (action,))
        return int(row[0]) if row else 0

    def recent(self, limit: int = 100) -> list[AuditEntry]:
        """The last entries, the latest first."""
        rows = self._db.rows("SELECT at, actor, action, subject, detail FROM audit ORDER BY id DESC LIMIT ?", (limit,))
        return [AuditEntry(from_stamp(at), actor, action, subject, from_json(detail)) for at, actor, action, subject, detail in rows]


class Imports:
    """Which files came in, when, and what they changed."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def append(self, record: ImportRecord) -> None:
        """Note one run of an importer."""
        r = record
        self._db.execute(
            f"INSERT INTO imports ({_IMPORT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (stamp(r.at), r.format, r.path, r.sha256, r.added, r.changed, r.unchanged, r.rejected, to_json(r.mapping), r.changed_at),
        )

    def all(self) -> Iterator[ImportRecord]:
        """Every run, as they happened."""
        for row in self._db.rows(f"SELECT {_IMPORT} FROM imports ORDER BY id"):
            at, name, path, sha256, added, changed, unchanged, rejected, mapping, changed_at = row
            counts = (added, changed, unchanged, rejected)
            yield ImportRecord(from_stamp(at), name, path, sha256, *counts, from_json(mapping), changed_at)
