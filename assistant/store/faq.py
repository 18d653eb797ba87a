"""Frequently asked questions and policies."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.store.database import Row
from assistant.store.records import FaqEntry
from assistant.store.repository import Children, Repository, Table


class Faq(Repository[FaqEntry]):
    """The shop's FAQ and policy entries."""

    table = Table("faq", ("id", "question", "answer", "kind", "position"))

    def all(self) -> Iterator[FaqEntry]:
        """Every entry, by position."""
        ids = self._db.rows("SELECT id FROM faq ORDER BY position, rowid")
        yield from self.many(str(row[0]) for row in ids).values()

    def _encode(self, record: FaqEntry) -> tuple[Row, Children]:
        return (record.id, record.question, record.answer, record.kind, record.position), ()

    def _decode(self, row: Row, children: Children) -> FaqEntry:
        return FaqEntry(*row)
