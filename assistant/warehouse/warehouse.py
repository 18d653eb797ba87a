"""The warehouse as readers have it: read-only tables through Ibis, one reader at a time, a time limit on every query.

Owns the connection and the facts about the facts (`WarehouseInfo`). Knows nothing of metrics or questions.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import StoreError, WarehouseMissing
from assistant.warehouse.build import FORMAT, Source, refresh, stamp
from assistant.warehouse.engine import ENGINE, warehouse_file

if TYPE_CHECKING:
    import pyarrow as pa

COMPILED = 256
"""Compiled queries kept: compiling costs more than running, and a receipt needs the query that was run."""


TABLES = ("lines", "products", "customers", "reviews", "about")
"""All that a warehouse is made of."""
ABOUT = ("token", "lines", "products", "customers", "reviews", "first_day", "as_of", "built_at")


@dataclass(frozen=True, slots=True)
class WarehouseInfo:
    """What the warehouse holds. `as_of` is the last dated line; None where no line has a date. `token` is the store's state."""

    token: str
    lines: int
    products: int
    customers: int
    reviews: int
    first_day: date | None
    as_of: datetime | None
    built_at: datetime


class Warehouse:
    """Read-only facts. One query runs at a time; `run` is safe to call from several threads.

    `view` tells apart what is remembered of the facts from what is remembered of them under another view.
    """

    view = ""
    runs_texts = True
    """Whether `rows` runs a text that `sql` gave, with other values of the same kinds in it."""

    def __init__(self, path: Path, *, time_limit_s: float = 20.0) -> None:
        self.path = path
        self.time_limit_s = time_limit_s
        self._lock = threading.RLock()
        self._connection: Any = None
        self._tables: dict[str, Any] = {}
        self._compiled: dict[Any, str] = {}
        self._info: WarehouseInfo | None = None
        self._opened: tuple[int, int] = (0, 0)

    @classmethod
    def open(cls, store: Path, *, time_limit_s: float = 20.0) -> Warehouse:
        """The warehouse of the store in folder `store`.

        Raises:
            WarehouseMissing: none was built yet.
        """
        path = warehouse_file(store)
        if not path.exists():
            raise WarehouseMissing(
                f"{store} has no warehouse yet.", hint="Import orders or reviews with `shopclerk import`; that builds it."
            )
        return cls(path, time_limit_s=time_limit_s)

    refresh = staticmethod(refresh)

    @classmethod
    def state(cls, store: Source) -> str:
        """One line for people: what the warehouse of `store` holds and whether that is up to date."""
        path = warehouse_file(store.folder)
        if not path.exists():
            return "none: import orders or reviews with `shopclerk import`"
        known = stamp(path)
        if known is None:
            return f"unreadable: run `shopclerk index --store {store.folder}`"
        fresh = "up to date" if known[:2] == (store.changed_at(), FORMAT) else f"out of date: run `shopclerk index --store {store.folder}`"
        return f"{known[2]:,} lines, {known[3]:,} products, {known[4]:,} customers, {known[5]:,} reviews, {fresh}"

    @property
    def info(self) -> WarehouseInfo:
        """What it holds and how fresh that is."""
        with self._lock:
            self._connect()
            assert self._info is not None
            return self._info

    @property
    def as_of(self) -> datetime | None:
        """The last timestamp of the sales data."""
        return self.info.as_of

    def table(self, name: str) -> Any:
        """The Ibis table `name`: lines, products, customers or reviews."""
        with self._lock:
            self._connect()
            if name not in self._tables:
                self._tables[name] = self._connection.table(name)
            return self._tables[name]

    def sql(self, expression: Any) -> str:
        """The query that `expression` compiles to."""
        with self._lock:
            self._connect()
            key = expression.op()
            if key not in self._compiled:
                if len(self._compiled) >= COMPILED:
                    self._compiled.clear()
                self._compiled[key] = str(self._connection.compile(expression.as_table(), pretty=True))
            return self._compiled[key]

    def run(self, expression: Any) -> pa.Table:
        """The rows of an Ibis expression; a scalar one gives a table of one row.

        Raises:
            StoreError: it took longer than the limit, or the warehouse was swapped for one of another form meanwhile.
        """
        return self.rows(self.sql(expression), expression)

    def rows(self, query: str, expression: Any) -> pa.Table:
        """The rows of the text of a query whose columns are those of `expression`.

        Raises:
            StoreError: as `run`.
        """
        with self._lock:
            self._connect()
            found = self._fetch(query, expression)
        return expression.as_table().__pyarrow_result__(found)

    def export(self, folder: Path) -> tuple[Path, ...]:
        """Write every table as a Parquet file into `folder`, for a warehouse elsewhere; returns the files.

        Raises:
            StoreError: a file cannot be written.
        """
        import duckdb

        folder.mkdir(parents=True, exist_ok=True)
        files = tuple(folder / f"{name}.parquet" for name in TABLES)
        with self._lock:
            self._connect()
            for file in files:
                try:
                    self._connection.con.table(file.stem).write_parquet(str(file))
                except duckdb.IOException as error:
                    raise StoreError(f"{file} cannot be written: {error}.") from error
        return files

    def stale(self) -> bool:
        """Whether the file was swapped for a newer one since it was opened."""
        return self._connection is not None and self._mark() != self._opened

    def close(self) -> None:
        """Let the file go; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.disconnect()
            self._connection, self._info = None, None
            self._tables.clear()
            self._compiled.clear()

    def _fetch(self, query: str, expression: Any) -> pa.Table:
        """The rows of the compiled `query` (that of `expression`), within the time limit."""
        import duckdb

        raw = self._connection.con
        timer = threading.Timer(self.time_limit_s, raw.interrupt)
        timer.daemon = True
        timer.start()
        try:
            return raw.sql(query).to_arrow_table()
        except duckdb.InterruptException as error:
            raise StoreError(
                f"The query took longer than {self.time_limit_s:g} s.", hint="Ask about a shorter period, or raise staff.time_limit_s."
            ) from error
        finally:
            timer.cancel()

    def _mark(self) -> tuple[int, int]:
        found = self.path.stat()
        return found.st_ino, found.st_mtime_ns

    def _connect(self) -> None:
        if self._connection is not None:
            return
        import ibis

        self._opened = self._mark()
        self._connection = ibis.duckdb.connect(str(self.path), read_only=True, **ENGINE)
        (found,) = self._connection.raw_sql(f"select {', '.join(ABOUT)} from about").fetchall()
        self._info = WarehouseInfo(*found)
