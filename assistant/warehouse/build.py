"""Rebuilds the warehouse from a store: beside the old file, then swapped by rename, so that readers never see half of it.

Owns the rebuild and the moment of the swap; what the facts are is `schema.sql`. Knows nothing of questions.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.errors import StoreFull
from assistant.types import Progress
from assistant.warehouse.engine import ENGINE, warehouse_file

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

FORMAT = 2
"""Rises with every change of `schema.sql`; a warehouse of another format is rebuilt."""

_BATCH = 65_536


class Export(Protocol):
    """The store's rows as Arrow batches."""

    def order_lines(self, batch_size: int) -> Iterator[pa.RecordBatch]: ...
    def products(self, batch_size: int) -> Iterator[pa.RecordBatch]: ...
    def reviews(self, batch_size: int) -> Iterator[pa.RecordBatch]: ...
    def customers(self, batch_size: int) -> Iterator[pa.RecordBatch]: ...


class Source(Protocol):
    """What a rebuild needs of a store."""

    @property
    def folder(self) -> Path: ...
    @property
    def export(self) -> Export: ...
    def changed_at(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh did. `rebuilt` False: the warehouse was fresh already; the counts are those it holds."""

    rebuilt: bool
    lines: int
    products: int
    customers: int
    reviews: int
    seconds: float

    def __str__(self) -> str:
        done = f"built in {self.seconds:.1f} s" if self.rebuilt else "up to date"
        return (
            f"Warehouse {done}: {self.lines:,} lines, {self.products:,} products, {self.customers:,} customers, {self.reviews:,} reviews."
        )


def refresh(store: Source, progress: Progress | None = None, *, force: bool = False) -> RefreshReport:
    """Bring the warehouse of `store` up to date; nothing is done where the store has not changed since the last rebuild.

    Raises:
        StoreFull: there is no room, or the disk is not sound; the old warehouse stays as it was.
        OSError: the folder cannot be written; likewise.
    """
    import duckdb

    began = time.perf_counter()
    target, token = warehouse_file(store.folder), store.changed_at()
    if not force and target.exists():
        known = stamp(target)
        if known is not None and known[0] == token and known[1] == FORMAT:
            return RefreshReport(False, *known[2:], seconds=time.perf_counter() - began)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.{os.getpid()}.new")
    _clear_drafts(target)
    try:
        with duckdb.connect(str(beside), config=ENGINE) as connection:
            counts = _fill(connection, store, token, progress)
            connection.execute("force checkpoint")  # closing does it too, but says nothing where it fails
        beside.replace(target)
    except (duckdb.OperationalError, duckdb.FatalException) as error:
        raise StoreFull(
            f"The warehouse in {target.parent} could not be written: {error}. The old one, if any, is unchanged.",
            hint=f"Free some space, then run `shopclerk index --store {store.folder}`.",
        ) from error
    finally:
        beside.unlink(missing_ok=True)
        beside.with_name(f"{beside.name}.wal").unlink(missing_ok=True)
    return RefreshReport(True, *counts, seconds=time.perf_counter() - began)


def _clear_drafts(target: Path) -> None:
    """Remove what processes left that died while they built, this one's number among them, which a process had before."""
    for draft in target.parent.glob(f"{target.name}.*.new*"):
        number = draft.name.removeprefix(f"{target.name}.").partition(".")[0]
        if number == str(os.getpid()) or not (number.isdigit() and _lives(int(number))):
            draft.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stamp(target: Path) -> tuple[str, int, int, int, int, int] | None:
    """(token, format, lines, products, customers, reviews) of the file, None where it is no warehouse of ours or is being swapped."""
    import duckdb

    try:
        with duckdb.connect(str(target), read_only=True, config=ENGINE) as connection:
            found = connection.execute("select token, format, lines, products, customers, reviews from about").fetchone()
    except duckdb.Error:
        return None
    return None if found is None else tuple(found)


def _fill(connection: duckdb.DuckDBPyConnection, store: Source, token: str, progress: Progress | None) -> tuple[int, int, int, int]:
    report = progress or (lambda stage, done, total: None)
    staged = {
        "staged_products": (store.export.products(_BATCH), _PRODUCTS),
        "staged_customers": (store.export.customers(_BATCH), _CUSTOMERS),
        "staged_reviews": (store.export.reviews(_BATCH), _REVIEWS),
        "staged_lines": (store.export.order_lines(_BATCH), _LINES),
    }
    for done, (name, (batches, columns)) in enumerate(staged.items()):
        report("warehouse", done, len(staged) + 1)
        _stage(connection, name, batches, columns)
    connection.begin()
    connection.execute(files("assistant.warehouse").joinpath("schema.sql").read_text(encoding="utf-8"))
    counts = tuple(_count(connection, table) for table in ("lines", "products", "customers", "reviews"))
    connection.execute(
        "create table about as select ? as token, ? as format, ? as lines, ? as products, ? as customers, ? as reviews, "
        "(select max(sold_at) from lines) as as_of, (select min(day) from lines) as first_day, now()::timestamp as built_at",
        [token, FORMAT, *counts],
    )
    connection.commit()
    for name in staged:
        connection.execute(f"drop table {name}")
    report("warehouse", len(staged) + 1, len(staged) + 1)
    return counts[0], counts[1], counts[2], counts[3]


def _stage(connection: duckdb.DuckDBPyConnection, name: str, batches: Iterable[pa.RecordBatch], columns: dict[str, str]) -> None:
    """Load `batches` into a temporary table of exactly `columns`; a column that the export lacks is null."""
    import pyarrow as pa

    iterator = iter(batches)
    first = next(iterator, None)
    if first is None:
        connection.execute(f"create temp table {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
        return
    reader = pa.RecordBatchReader.from_batches(first.schema, _chain(first, iterator))
    picked = ", ".join(
        f"cast({column if column in first.schema.names else 'null'} as {kind}) as {column}" for column, kind in columns.items()
    )
    connection.register("arriving", reader)
    connection.execute(f"create temp table {name} as select {picked} from arriving")
    connection.unregister("arriving")


def _chain(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"select count(*) from {table}").fetchone()
    return int(found[0]) if found else 0


_LINES = {
    "order_id": "varchar",
    "order_kind": "varchar",
    "status": "varchar",
    "customer_id": "varchar",
    "country": "varchar",
    "placed_at": "timestamp",
    "product_id": "varchar",
    "quantity": "integer",
    "unit_price": "double",
}
_PRODUCTS = {
    "id": "varchar",
    "name": "varchar",
    "kind": "varchar",
    "category": "varchar",
    "style": "varchar",
    "brand": "varchar",
    "price": "double",
    "stock": "integer",
    "active": "boolean",
}
_CUSTOMERS = {"id": "varchar", "first_name": "varchar", "last_name": "varchar"}
_REVIEWS = {
    "id": "varchar",
    "product_id": "varchar",
    "customer_id": "varchar",
    "rating": "double",
    "title": "varchar",
    "text": "varchar",
    "created_at": "timestamp",
    "attributes": "json",
}
