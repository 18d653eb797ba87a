"""One SQLite file: connections, transactions, and its errors in our words.

Owns the pragmas, one connection per thread, and the translation of SQLite's failures into `assistant.errors`. Knows no
table; the schema is in `schema.py`, the meaning of rows in the repositories.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database as SqliteUtils

from assistant.errors import StoreBusy, StoreError, StoreFull

Row = tuple[Any, ...]

_CACHE_KB = 8_192
"""Pages that each connection keeps. Every thread has one, so this many times threads is what a long-lived server grows by; the
operating system keeps the file's pages for all of them."""

_FULL = {sqlite3.SQLITE_FULL}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class _Connection:
    """One thread's connection. The connection closes when the thread's reference goes."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self.depth = 0
        self.afterwards: list[Callable[[], None]] = []
        self.close = weakref.finalize(self, raw.close)


class Database:
    """The connections to one SQLite file, one for each thread that asks.

    `busy_s` is how long a writer waits for another one before it gives up with StoreBusy. The constructor opens nothing.
    """

    def __init__(self, path: Path, *, read_only: bool = False, busy_s: float = 30.0) -> None:
        self.path = path
        self.read_only = read_only
        self._busy_s = busy_s
        self._local = threading.local()
        self._open: weakref.WeakSet[_Connection] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def sqlite_utils(self) -> SqliteUtils:
        """This thread's connection as sqlite-utils sees it: for migrations."""
        return SqliteUtils(self._connection().raw, execute_plugins=False)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """One statement; on its own it is its own transaction."""
        with self._translated():
            return self._connection().raw.execute(sql, parameters)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement for each of `rows`."""
        with self._translated():
            self._connection().raw.executemany(sql, rows)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        with self._translated():
            return self._connection().raw.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        with self._translated():
            first: Row | None = self._connection().raw.execute(sql, parameters).fetchone()
            return first

    def batches(self, sql: str, parameters: Sequence[Any] = (), size: int = 50_000) -> Iterator[list[Row]]:
        """The rows of a query in lists of at most `size`, read from one snapshot of the file."""
        with self._translated():
            cursor = self._connection().raw.execute(sql, parameters)
            while rows := cursor.fetchmany(size):
                yield rows

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written, or nothing. Takes the write lock at once; a call inside another joins it."""
        connection = self._connection()
        if connection.depth:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        connection.depth = 1
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            connection.afterwards.clear()
            # SQLite has already rolled back by itself where the disk is full.
            if connection.raw.in_transaction:
                connection.raw.execute("ROLLBACK")
            raise
        finally:
            connection.depth = 0
        afterwards, connection.afterwards = connection.afterwards, []
        for call in afterwards:
            call()

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call it once what is being written is there for others to read; never, where it is undone. It must not raise."""
        connection = self._connection()
        if connection.depth:
            connection.afterwards.append(call)
        else:
            call()

    def copy_to(self, path: Path) -> None:
        """A copy of the whole file, of one moment, while others read and write.

        Raises:
            StoreFull, StoreError: it cannot be written.
        """
        with self._translated(), closing(sqlite3.connect(path)) as copy:
            self._connection().raw.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it

    def close(self) -> None:
        """Close every thread's connection. The object cannot be used again."""
        with self._lock:
            self._closed = True
            for connection in list(self._open):
                connection.close()

    def _connection(self) -> _Connection:
        connection: _Connection | None = getattr(self._local, "connection", None)
        if connection is None or self._closed:
            connection = self._connect()
            self._local.connection = connection
        return connection

    def _connect(self) -> _Connection:
        if self._closed:
            raise StoreError(f"The store {self.path.parent} was closed.", hint="Open it again.")
        mode = "ro" if self.read_only else "rwc"
        with self._translated():
            # Only its own thread uses a connection; `close` may come from another.
            raw = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False)
            raw.execute(f"PRAGMA busy_timeout = {int(self._busy_s * 1000)}")
            raw.execute("PRAGMA foreign_keys = ON")
            if not self.read_only:
                raw.execute("PRAGMA journal_mode = WAL")
                raw.execute("PRAGMA synchronous = NORMAL")
            raw.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        connection = _Connection(raw)
        with self._lock:
            self._open.add(connection)
        return connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._in_our_words(error) from error

    def _in_our_words(self, error: sqlite3.Error) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _FULL:
            return StoreFull(
                f"No room left on the disk for {self.path}; nothing was changed.", hint="Free some space and run the command again."
            )
        if code == sqlite3.SQLITE_IOERR:
            return StoreError(
                f"{self.path} could not be written or read: {error}; nothing was changed.",
                hint="See whether the disk has room and is sound. Free some space and run the command again.",
            )
        if code in _BUSY:
            return StoreBusy(
                f"Another process has been writing to {self.path} for more than {self._busy_s:g} s.",
                hint="Wait for it (an import?) or stop it, then try again.",
            )
        if code in _DAMAGED:
            return StoreError(f"{self.path} is damaged or no Shopclerk store: {error}.", hint="Bring the folder back from a backup.")
        if code == sqlite3.SQLITE_READONLY:
            return StoreError(f"{self.path} cannot be written: {error}.", hint="Check the permissions of the store's folder.")
        if code == sqlite3.SQLITE_CANTOPEN:
            return StoreError(
                f"{self.path} cannot be opened: {error}.", hint="Check that the folder exists and that you may read and write in it."
            )
        return StoreError(f"{self.path}: {error}.")
