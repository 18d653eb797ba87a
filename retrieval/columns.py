"""The fields of passages as columns, and conditions on them, evaluated for all passages at once.

Owns what a condition means. Knows nothing of text or vectors.

A column holds numbers, truth values or texts: whichever all its values are; mixed ones are kept as texts. Texts are compared
without regard to case. A missing or null value satisfies only `ne` and `not_in`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import BadFilter
from retrieval.types import Condition, FieldValue, Filter, Passage

Mask: TypeAlias = NDArray[np.bool_]
ColumnType: TypeAlias = Literal["number", "boolean", "text"]

_NEGATED = {"ne": "eq", "not_in": "in"}


@dataclass(frozen=True, slots=True)
class Column:
    """`codes` (n,) point into the sorted `values`; -1 is missing. A comparison of values is one of codes."""

    name: str
    type: ColumnType
    codes: NDArray[np.signedinteger[Any]]
    values: tuple[str | float | bool, ...]

    def test(self, condition: Condition) -> Mask:
        """(n,) truth of `condition`.

        Raises:
            BadFilter: the condition's value is of another type than the column.
        """
        if condition.op in _NEGATED:
            return ~self._among(condition)
        if condition.op in ("eq", "in"):
            return self._among(condition)
        if not self.values:
            return np.zeros(len(self.codes), np.bool_)
        bound: Any = self._wanted(condition, condition.value)
        if bound is None or self.type == "boolean":
            raise BadFilter(f"{self.name!r} cannot be ordered against {condition.value!r}.", hint="Use `eq`, `ne`, `in` or `not_in`.")
        values: Any = self.values
        cut = bisect_left(values, bound) if condition.op in ("lt", "ge") else bisect_right(values, bound)
        found: Mask = self.codes >= cut if condition.op in ("gt", "ge") else (self.codes < cut) & (self.codes >= 0)
        return found

    def _among(self, condition: Condition) -> Mask:
        value = condition.value
        if (condition.op in ("in", "not_in")) != isinstance(value, tuple):
            raise BadFilter(
                f"{condition.op!r} on {self.name!r} got {value!r}.", hint="`in` and `not_in` take a tuple, all others one value."
            )
        wanted = {self._wanted(condition, item) for item in (value if isinstance(value, tuple) else (value,))} - {None}
        codes = sorted(code for item in wanted if (code := self._code(item)) is not None)
        if len(codes) == 1:
            found: Mask = self.codes == codes[0]
            return found
        return np.isin(self.codes, codes)

    def _code(self, value: Any) -> int | None:
        values: Any = self.values
        place = bisect_left(values, value)
        return place if place < len(values) and values[place] == value else None

    def _wanted(self, condition: Condition, value: Any) -> str | float | bool | None:
        if value is None:
            return None
        if self.type == "text" and isinstance(value, str):
            return value if self.name == "id" else value.casefold()
        if self.type == "boolean" and isinstance(value, bool):
            return value
        if self.type == "number" and isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        if not self.values:
            return None
        raise BadFilter(
            f"{self.name!r} is a {self.type}; the condition {condition.op!r} compares it with {value!r}.", hint="Give a value of that type."
        )


class Columns:
    """The filterable fields of `passages`, in their order, with the pseudo-fields `id` and `kind`."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.size = len(passages)
        names = dict.fromkeys(name for passage in passages for name in passage.fields)
        self._columns = {name: _column(name, [passage.fields.get(name) for passage in passages]) for name in names}
        self._columns["kind"] = _column("kind", [passage.kind for passage in passages])
        self._columns["id"] = _column("id", [passage.id for passage in passages])

    @property
    def types(self) -> dict[str, ColumnType]:
        """What may be asked about, with its type."""
        return {name: column.type for name, column in self._columns.items()}

    def mask(self, where: Filter) -> Mask | None:
        """(n,) the passages that satisfy all conditions; None when there are no conditions.

        Raises:
            BadFilter: a condition names an unknown field, or a value of the wrong type.
        """
        if not where:
            return None
        first, *others = (self._named(condition.field).test(condition) for condition in where)
        for other in others:
            first &= other
        return first

    def _named(self, name: str) -> Column:
        try:
            return self._columns[name]
        except KeyError:
            raise BadFilter(f"The index has no field {name!r}.", hint=f"It has {', '.join(sorted(self._columns))}.") from None


def _column(name: str, raw: Sequence[FieldValue]) -> Column:
    kind = _type_of(value for value in raw if value is not None)
    values = [None if value is None else _plain(name, kind, value) for value in raw]
    distinct = sorted({value for value in values if value is not None})
    code = {value: number for number, value in enumerate(distinct)}
    width = np.min_scalar_type(-len(distinct) - 1)  # of the signed types the narrowest that holds them all
    codes = np.array([-1 if value is None else code[value] for value in values], width)
    return Column(name, kind, codes, tuple(distinct))


def _type_of(values: Iterable[FieldValue]) -> ColumnType:
    types = {type(value) for value in values}
    if types and types <= {bool}:
        return "boolean"
    return "number" if types and types <= {int, float} else "text"


def _plain(name: str, kind: ColumnType, value: FieldValue) -> Any:
    if kind == "number":
        return float(value)  # type: ignore[arg-type]
    if kind == "boolean":
        return value
    return str(value) if name == "id" else str(value).casefold()
