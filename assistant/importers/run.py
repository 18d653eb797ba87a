"""The one way in: a file of a format into a store, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from assistant.config import read_settings_file, write_settings
from assistant.errors import ImportRefused
from assistant.importers.job import Job
from assistant.importers.registry import Format, format_named
from assistant.importers.rejects import Rejects
from assistant.store import Store
from assistant.store.codec import now
from assistant.store.records import Changes, ImportRecord
from assistant.types import Progress


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import did. `kinds` holds (products, faq, customers, orders or reviews; what changed) for each kind touched."""

    format: str
    file: str
    kinds: tuple[tuple[str, Changes], ...]
    rejected: int = 0
    rejects_path: Path | None = None
    notices: tuple[str, ...] = ()
    skipped: bool = False

    @property
    def changes(self) -> Changes:
        """What changed over all kinds."""
        return reduce(Changes.__add__, (changes for _, changes in self.kinds), Changes())

    def __str__(self) -> str:
        if self.skipped:
            return f"{self.file} is in the store already, unchanged since its last import."
        parts = [f"{kind}: {c.added:,} added, {c.changed:,} changed, {c.unchanged:,} unchanged" for kind, c in self.kinds]
        lines = [f"{self.file}: {'; '.join(parts) or 'nothing in it'}."]
        if self.rejected:
            lines.append(f"{self.rejected:,} rows rejected, with reasons: {self.rejects_path}")
        return "\n".join([*lines, *self.notices])


def run_import(
    store: Store, format: str, path: Path, *, mapping: Mapping[str, str] | None = None, progress: Progress | None = None
) -> ImportReport:
    """Bring `path` into the store, in one transaction. A second run changes nothing.

    `mapping` gives the column for a field whose column's name cannot be guessed. Rows that cannot be taken go to a rejects file.

    Raises:
        ImportRefused: the format is unknown, or the file as a whole cannot be read; the store is unchanged.
        StoreFull, StoreBusy: it could not be written; the store is unchanged.
    """
    chosen = format_named(format)
    columns = dict(mapping or {})
    _check_file(path, chosen)
    sha256 = _sha256(path)
    earlier = _unchanged_since(store, format, sha256, columns)
    if earlier is not None:
        return ImportReport(
            format, path.name, (("rows", Changes(unchanged=earlier.added + earlier.changed + earlier.unchanged)),), skipped=True
        )
    job = Job(store, path, columns, Rejects(store.folder, path.name), progress)
    try:
        with store.transaction():
            chosen.load(job)
            report = _report(job, format)
            _record(store, job, report, sha256)
            job.rejects.keep()
            _bring_settings(store.folder, job.settings)
    finally:
        job.rejects.drop()
    return report


def _check_file(path: Path, format: Format) -> None:
    if not path.is_file():
        raise ImportRefused(f"There is no file {path}.", hint="Check the path.")
    if path.stat().st_size == 0:
        raise ImportRefused(f"{path.name} is empty.", hint="Export or download it again.")
    if path.suffix.casefold() not in format.suffixes:
        raise ImportRefused(
            f"{path.name}: {format.name} does not read files ending in {path.suffix!r}.", hint=f"Give one of {', '.join(format.suffixes)}."
        )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}.", hint="Check that you may read it.") from error


def _unchanged_since(store: Store, format: str, sha256: str, mapping: dict[str, str]) -> ImportRecord | None:
    """The import of this very file after which nothing in the shop's data has changed."""
    token = store.changed_at()
    runs = (run for run in store.imports.all() if run.changed_at == token)
    return next((run for run in runs if (run.format, run.sha256, dict(run.mapping)) == (format, sha256, mapping)), None)


def _report(job: Job, format: str) -> ImportReport:
    return ImportReport(format, job.path.name, tuple(job.changes.items()), job.rejects.count, job.rejects.path, tuple(job.notices))


def _record(store: Store, job: Job, report: ImportReport, sha256: str) -> None:
    c = report.changes
    store.imports.append(
        ImportRecord(
            *(now(), report.format, report.file, sha256, c.added, c.changed, c.unchanged, report.rejected),
            mapping=job.mapping,
            changed_at=store.changed_at() if job.settled else "",
        )
    )


def _bring_settings(folder: Path, wanted: Mapping[str, Any]) -> None:
    """Set what the format brings and the store's file leaves open; `table.name` stands for a name in a table."""
    present = read_settings_file(folder)
    for name, value in wanted.items():
        table, _, key = name.rpartition(".")
        if value is not None and key not in (present.get(table, {}) if table else present):
            write_settings(folder, {table: {key: value}} if table else {key: value})
