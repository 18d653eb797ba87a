"""Which column of a file is which field: told by the user, or guessed from its name.

Knows names only; never looks at the values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.errors import ImportRefused
from assistant.importers.currencies import headed

ATTRIBUTE = "attr."
"""`--map attr.colour=Farbe` makes a column an attribute of that name."""


@dataclass(frozen=True)
class Field:
    """Something that a row may say. `synonyms` are other names for it, in any case and punctuation; the first found wins."""

    name: str
    synonyms: tuple[str, ...] = ()
    required: bool = False


def fields(required: str = "", **synonyms: str) -> tuple[Field, ...]:
    """Fields from `name="synonym, synonym"`; `required` names those that a file must have."""
    wanted = required.split()
    return tuple(Field(name, tuple(filter(None, (s.strip() for s in text.split(",")))), name in wanted) for name, text in synonyms.items())


@dataclass(frozen=True)
class Columns:
    """The column of each field found, and the columns that are no field."""

    by_field: Mapping[str, str]
    others: tuple[str, ...]


def match(seen: Sequence[str], wanted: Iterable[Field], mapping: Mapping[str, str], file: str) -> Columns:
    """Find the fields among the columns `seen`.

    Raises:
        ImportRefused: a required field has no column, or `mapping` names a field or a column that does not exist.
    """
    wanted = tuple(wanted)
    _check_mapping(seen, wanted, mapping, file)
    found = dict(mapping)
    left = [column for column in reversed(seen) if column not in mapping.values()]
    free = {plain(headed(column)[0]): column for column in left} | {plain(column): column for column in left}
    for field in wanted:
        names = (field.name, *field.synonyms)
        column = next((free[plain(name)] for name in names if plain(name) in free), None)
        if field.name not in found and column is not None:
            found[field.name] = column
            free = {name: other for name, other in free.items() if other != column}
    missing = [field.name for field in wanted if field.required and field.name not in found]
    if missing:
        raise ImportRefused(
            f"{file} has no column for {' and '.join(map(repr, missing))}. Columns seen: {', '.join(seen) or 'none'}.",
            hint=f"Say which it is: {' '.join(f'--map {name}=COLUMN' for name in missing)}.",
        )
    return Columns(found, tuple(column for column in seen if column not in found.values() and not _is_row_number(column)))


def plain(name: str) -> str:
    """A name without case, spaces and punctuation: `Customer ID`, `customer_id` and `customerId` are one."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _check_mapping(seen: Sequence[str], wanted: Sequence[Field], mapping: Mapping[str, str], file: str) -> None:
    names = [field.name for field in wanted]
    for field, column in mapping.items():
        if field not in names and not field.startswith(ATTRIBUTE):
            raise ImportRefused(
                f"--map {field}={column}: there is no field {field!r}.", hint=f"Fields: {', '.join(names)}, {ATTRIBUTE}NAME."
            )
        if column not in seen:
            raise ImportRefused(f"--map {field}={column}: {file} has no column {column!r}.", hint=f"Columns seen: {', '.join(seen)}.")


def _is_row_number(column: str) -> bool:
    return plain(column) in ("", "unnamed0", "index", "rowid", "rownumber")
