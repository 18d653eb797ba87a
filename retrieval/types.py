"""The words of retrieval: passages, hits, filters, and the protocols that encoders and retrievers keep.

Knows text and vectors; refuses to know what a shop, a chat or a store is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float32]
FieldValue: TypeAlias = str | int | float | bool | None
Op: TypeAlias = Literal["eq", "ne", "in", "not_in", "lt", "le", "gt", "ge"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One piece of text that can be found. `id` is unique in its index; `fields` are what filters may ask about."""

    id: str
    text: str
    kind: str = ""
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """`field op value`; for `in` and `not_in` the value is a tuple. A missing or null field satisfies only `ne` and `not_in`."""

    field: str
    op: Op
    value: FieldValue | tuple[FieldValue, ...]


Filter: TypeAlias = tuple[Condition, ...]
"""All conditions must hold. The pseudo-fields `id` and `kind` may be asked about as well."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its final `score` (greater is better) and the parts it came from, where they were computed.

    `dense` is a cosine in [-1, 1]; `lexical` is a BM25 score, unbounded above.
    """

    passage: Passage
    score: float
    dense: float | None = None
    lexical: float | None = None


@runtime_checkable
class Encoder(Protocol):
    """Text to unit vectors."""

    @property
    def id(self) -> str:
        """Names the weights; an index written under another id is refused."""
        ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vector:
        """(n texts) -> (n, dimension), float32, L2-normalised, rows in the order of `texts`."""
        ...


@runtime_checkable
class Lexicon(Protocol):
    """What an encoder may offer besides: which words it has seen so often that they are no misspellings."""

    def knows(self, word: str) -> bool:
        """Whether `word`, in lower case, is a common word."""
        ...


@runtime_checkable
class Retriever(Protocol):
    """A query to hits, best first."""

    def search(self, query: str, k: int = 10, where: Filter = (), vector: Vector | None = None) -> list[Hit]:
        """The best `k` passages among those that satisfy `where`; the filter applies before the cut.

        `vector`, shape (dimension,), is the query's embedding where the caller has it already.
        """
        ...
