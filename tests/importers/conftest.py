"""A store to import into, and a way to write files."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.importers import ImportReport, run_import
from assistant.store import Store

Rows = list[dict[str, Any]]


class Shop:
    """A store with shortcuts for tests."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder

    def file(self, name: str, content: str | bytes | Rows) -> Path:
        """A file of text, bytes, or rows as CSV, JSON Lines, JSON or Parquet."""
        path = self.folder / name
        if isinstance(content, list):
            _write_rows(path, content)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def bring(self, format: str, name: str, content: str | bytes | Rows, /, **mapping: str) -> ImportReport:
        """Write a file and import it."""
        return run_import(self.store, format, self.file(name, content), mapping=mapping)

    def rejects(self, report: ImportReport) -> list[dict[str, str]]:
        """The rejects file of a run."""
        if report.rejects_path is None:
            return []
        with report.rejects_path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def _write_rows(path: Path, rows: Rows) -> None:
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
            writer.writeheader()
            writer.writerows(rows)
    else:
        lines = [json.dumps(row) for row in rows]
        path.write_text("\n".join(lines) if path.suffix == ".jsonl" else f"[{','.join(lines)}]", encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    (tmp_path / "files").mkdir()
    with Store.create(tmp_path / "shop") as store:
        yield Shop(store, tmp_path / "files")


@pytest.fixture
def everything(shop: Shop) -> Callable[[], list[object]]:
    """What a store holds, all of it."""
    store = shop.store
    return lambda: [list(room.all()) for room in (store.catalogue, store.faq, store.customers, store.orders, store.reviews, store.imports)]
