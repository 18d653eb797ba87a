"""An import of order lines against a loop that inserts row by row with sqlite-utils.

Ours reads the file, checks every cell, groups lines to orders, counts what changed and writes orders, products and customers, with digests.
Theirs inserts each row of the file into one table as it is.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from paired import Comparison, in_turns
from sales import lines_file
from sqlite_utils import Database

from assistant.importers import run_import
from assistant.store import Store


def compare(size: int, rounds: int) -> Comparison:
    """Each round imports `size` lines into a new store, and into a new file."""
    path = lines_file(size)
    with tempfile.TemporaryDirectory() as scratch:
        times = in_turns(lambda number: _ours(path, Path(scratch)), lambda number: _theirs(path, Path(scratch)), rounds)
    work = f"import of {size:,} order lines into an empty store"
    return Comparison("import_vs_rowwise", "sqlite-utils, a row at a time", work, 3.0, *times, size)


def _ours(path: Path, scratch: Path) -> None:
    folder = scratch / "store"
    with Store.create(folder) as store:
        run_import(store, "online-retail", path)
    shutil.rmtree(folder)


def _theirs(path: Path, scratch: Path) -> None:
    file = scratch / "rows.db"
    database = Database(file)
    for batch in pq.ParquetFile(path).iter_batches(10_000):
        for row in batch.to_pylist():
            database["lines"].insert({**row, "InvoiceDate": row["InvoiceDate"].isoformat()})
    database.close()
    file.unlink()
