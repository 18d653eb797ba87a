"""One run of an importer: rows in, records out, and what could not be taken.

A format's function gets a `Job`, says which fields it wants and how a row becomes a record; the job matches columns, counts,
rejects bad rows and repeated ids, and writes through the store's repositories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar

from assistant.errors import BadRecord
from assistant.importers import values
from assistant.importers.columns import ATTRIBUTE, Columns, Field, match, plain
from assistant.importers.reading import RawRow, Source, open_source
from assistant.importers.rejects import Rejects
from assistant.privacy import mask_cards
from assistant.store import Store
from assistant.store.records import Changes
from assistant.types import Progress

_REPORT_EVERY = 1_000
_DATE_SAMPLE = 1_000
_SECRET_COLUMNS = ("cardnumber", "creditcard", "ccnumber", "cvv", "cvc", "iban", "password", "passwort", "pin")


class HasId(Protocol):
    """Any record that a repository takes."""

    @property
    def id(self) -> str: ...


Record = TypeVar("Record", bound=HasId)
Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class Row:
    """One row, asked for by field. The readers raise BadRecord with the column and the value."""

    number: int
    cells: Mapping[str, Any]
    columns: Columns
    day_first: bool = True

    def raw(self, name: str) -> Any:
        """The cell as the file has it; None where there is no such column."""
        column = self.columns.by_field.get(name)
        return None if column is None else self.cells.get(column)

    def text(self, name: str) -> str:
        """Text without outer space; empty where there is none."""
        return values.text(self.raw(name))

    def must(self, name: str) -> str:
        """Text that may not be empty."""
        words = self.text(name)
        if not words:
            raise BadRecord(f"no {name}", column=self.columns.by_field.get(name, name))
        return words

    def key(self, name: str) -> str:
        """An id, as text."""
        return values.key(self.raw(name))

    def prose(self, name: str) -> str:
        """Text without HTML."""
        return values.prose(self.raw(name))

    def money(self, name: str, *, negative: bool = False) -> float | None:
        """An amount; below zero only where `negative` allows it."""
        value = self._parsed(name, values.money)
        self._refuse_below_zero(name, None if negative else value)
        return value

    def whole(self, name: str, *, negative: bool = False) -> int | None:
        """A whole number; below zero only where `negative` allows it."""
        value = self._parsed(name, values.whole)
        self._refuse_below_zero(name, None if negative else value)
        return value

    def time(self, name: str) -> datetime | None:
        """A point in time on the shop's clock."""
        return self._parsed(name, lambda cell: values.time(cell, day_first=self.day_first))

    def flag(self, name: str) -> bool | None:
        """Yes or no."""
        return self._parsed(name, values.flag)

    def attributes(self) -> dict[str, Any]:
        """The columns that are no field, and those mapped to `attr.NAME`, as plain values; empty ones and secrets left out."""
        named = {key.removeprefix(ATTRIBUTE): column for key, column in self.columns.by_field.items() if key.startswith(ATTRIBUTE)}
        named |= {_attribute_name(column): column for column in self.columns.others}
        found = {name: _attribute(self.cells.get(column)) for name, column in named.items() if not is_secret(column)}
        return {name: value for name, value in found.items() if value is not None}

    def _parsed(self, name: str, parse: Callable[[Any], Parsed]) -> Parsed:
        try:
            return parse(self.raw(name))
        except BadRecord as error:
            raise BadRecord(error.message, column=self.columns.by_field.get(name, name), value=self.raw(name)) from error

    def _refuse_below_zero(self, name: str, value: float | None) -> None:
        if value is not None and value < 0:
            raise BadRecord(f"{name} {value:g} is below zero", column=self.columns.by_field.get(name, name), value=self.raw(name))


@dataclass
class Job:
    """See the module. `changes` are counted by kind; `notices` are for the person who runs the import."""

    store: Store
    path: Path
    mapping: Mapping[str, str]
    rejects: Rejects
    progress: Progress | None = None
    changes: dict[str, Changes] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    """Settings that the format brings, where the store's file sets none."""
    settled: bool = True
    """Whether the same file would be taken the same way again; not so where a setting decided."""

    @cached_property
    def source(self) -> Source:
        """The file's rows, for formats that are tables."""
        return open_source(self.path, self.notices.append)

    def upsert(self, kind: str, records: Iterable[Any]) -> None:
        """Write records of a kind (products, faq, customers, orders, reviews) and count what changed."""
        repository: Any = {"products": self.store.catalogue}.get(kind) or getattr(self.store, kind)
        self.changes[kind] = self.changes.get(kind, Changes()) + repository.upsert(records)

    def rows(self, wanted: Iterable[Field], *, quietly: bool = False) -> Iterator[Row]:
        """The file's rows with their fields found; unreadable ones are rejected, or skipped `quietly` when looking ahead."""
        columns = match(self.source.columns, wanted, self.mapping, self.path.name)
        day_first = True if quietly else self._day_first(columns)
        for count, raw in enumerate(self.source.rows(_ignore if quietly else self.rejects.add), start=1):
            if self.progress and not quietly and count % _REPORT_EVERY == 0:
                self.progress(f"reading {self.path.name}", count, None)
            yield Row(raw.number, raw.cells, columns, day_first)

    def records(self, rows: Iterable[Row], build: Callable[[Row], Record]) -> Iterator[Record]:
        """A record for each row that makes one; the others are rejected, and so is the second of two with one id."""
        seen: set[str] = set()
        for row in rows:
            try:
                record = build(row)
                if record.id in seen:
                    raise BadRecord("an earlier row of the file has this id", column=row.columns.by_field.get("id", "id"), value=record.id)
            except BadRecord as error:
                self.reject(row.number, error)
                continue
            seen.add(record.id)
            yield record

    def reject(self, number: int, error: BadRecord) -> None:
        """Put a row among the rejects."""
        self.rejects.add(number, error.message, error.column, error.value)

    def _day_first(self, columns: Columns) -> bool:
        """Whether 3/4/2024 is in April; one date of the file that only goes one way decides for all."""
        dated = [column for name, column in columns.by_field.items() if name.endswith("_at")]
        sample = [values.slashed(raw.cells.get(column)) for raw in self._head() for column in dated]
        if not any(sample):
            return True
        pairs = (values.slashed(raw.cells.get(column)) for raw in self.source.rows(_ignore) for column in dated)
        decided = next((first > 12 for first, second in filter(None, pairs) if first > 12 or second > 12), None)
        if decided is None:
            self.notices.append(f"{self.path.name}: no date tells whether day or month comes first; read as day/month/year.")
        return decided is not False

    def _head(self) -> Iterator[RawRow]:
        for count, raw in enumerate(self.source.rows(_ignore)):
            if count == _DATE_SAMPLE:
                return
            yield raw


def is_secret(column: str) -> bool:
    """Whether a column, by its name, holds what a shop's clerk must never keep."""
    name = plain(column)
    return name in _SECRET_COLUMNS or any(word in name for word in _SECRET_COLUMNS if len(word) > 4)


def text_attributes(row: Row) -> dict[str, str]:
    """The attributes of a row as texts."""
    return {name: ("yes" if value is True else "no" if value is False else str(value)) for name, value in row.attributes().items()}


def _attribute_name(column: str) -> str:
    return "_".join(column.casefold().split())


def _attribute(cell: Any) -> Any:
    if isinstance(cell, dict):
        return None
    if isinstance(cell, list | tuple):
        return ", ".join(filter(None, map(values.text, cell))) or None
    value = values.scalar(cell)
    return mask_cards(value) if isinstance(value, str) else value


def _ignore(number: int, reason: str, value: str) -> None:
    """For a look ahead, which reports nothing."""
