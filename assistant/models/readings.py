"""What was read in many texts, kept on disk so that a question need not read them again: feelings, opinions, embeddings.

Owns the files (one Parquet file a kind of text, replaced by rename) and what is new since. Knows no store and no question: texts come
with an id, and what is kept is numbers and places in the text, never the text.

    readings/reviews.parquet     one row a review
    readings/messages.parquet    one row a message of a customer
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.models.aspects import opinions
from assistant.models.sentiment import CloseReader, CloseReading
from assistant.types import Progress
from retrieval.types import Vector

FOLDER = "readings"
REVIEWS = "reviews"
MESSAGES = "messages"
CHUNK = 512


@dataclass(frozen=True, slots=True)
class Said:
    """An opinion on an aspect at [start, end) of a text: -1 (negative) to 1 (positive)."""

    aspect: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Read:
    """What one text was read as. `embedding` (dimension,) is empty where the model gives none."""

    id: str
    digest: str
    negative: float
    neutral: float
    positive: float
    rating: float
    said: tuple[Said, ...]
    embedding: Vector

    @property
    def polarity(self) -> str:
        """The likeliest of negative, neutral and positive."""
        chances = {"negative": self.negative, "neutral": self.neutral, "positive": self.positive}
        return max(chances, key=lambda name: chances[name])


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """What an update did: texts read anew, and all that there are."""

    read: int
    total: int


class Readings:
    """The readings of one kind, by the id of the text."""

    def __init__(self, rows: Mapping[str, Read], model: str) -> None:
        self._rows = rows
        self.model = model

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, id: str, text: str) -> Read | None:
        """The reading of this text; None where it was not read, or was another text then."""
        found = self._rows.get(id)
        return found if found is not None and found.digest == digest_of_text(text) else None

    @cached_property
    def rows(self) -> tuple[Read, ...]:
        """All, in the order of their ids."""
        return tuple(self._rows[id] for id in sorted(self._rows))


def open_readings(folder: Path, kind: str = REVIEWS) -> Readings | None:
    """What was read of this kind of text; None where nothing was."""
    path = folder / FOLDER / f"{kind}.parquet"
    if not path.is_file():
        return None
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    model = (table.schema.metadata or {}).get(b"model", b"").decode()
    return Readings({row.id: row for row in map(_from_row, _rows_of(table))}, model)


def update_readings(
    folder: Path,
    texts: Iterable[tuple[str, str]],
    reader: CloseReader,
    kind: str = REVIEWS,
    *,
    most: int | None = None,
    progress: Progress | None = None,
) -> ReadingReport:
    """Reads the texts, given with their ids, that are new or changed, or all where the model is another; forgets those that are gone.

    With more than `most` to read, an even sample of that many is read, and others the next time.
    """
    model = reader.id
    before = open_readings(folder, kind)
    known = before if before is not None and before.model == model else None
    wanted = {id: text for id, text in texts if text.strip()}
    kept = {id: found for id, text in wanted.items() if known is not None and (found := known.get(id, text)) is not None}
    fresh = sorted(((id, text) for id, text in wanted.items() if id not in kept), key=lambda item: digest_of_text(item[0]))[:most]
    if before is not None and not fresh and len(kept) == len(before) and known is not None:
        return ReadingReport(0, len(kept))
    for start in range(0, len(fresh), CHUNK):
        chunk = fresh[start : start + CHUNK]
        kept.update({row.id: row for row in read_texts(chunk, reader)})
        if progress:
            progress(f"reading {kind}", min(start + CHUNK, len(fresh)), len(fresh))
    _write(folder / FOLDER / f"{kind}.parquet", [kept[id] for id in sorted(kept)], model)
    return ReadingReport(len(fresh), len(kept))


def read_texts(texts: Sequence[tuple[str, str]], reader: CloseReader) -> list[Read]:
    """These texts, given with their ids, read now."""
    readings = reader.read_all([text for _, text in texts])
    return [_read(id, text, reading) for (id, text), reading in zip(texts, readings, strict=True)]


def digest_of_text(text: str) -> str:
    """Tells a text from another."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _read(id: str, text: str, reading: CloseReading) -> Read:
    whole = reading.whole
    said = tuple(Said(one.aspect, *one.sentence, one.feeling.score) for one in opinions(reading))
    return Read(
        id, digest_of_text(text), whole.negative, whole.neutral, whole.positive, whole.rating, said, reading.embedding.astype(np.float16)
    )


def _write(path: Path, rows: Sequence[Read], model: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    said = pa.list_(pa.struct([("aspect", pa.string()), ("start", pa.int32()), ("end", pa.int32()), ("score", pa.float32())]))
    kinds = {"negative": pa.float32(), "neutral": pa.float32(), "positive": pa.float32(), "rating": pa.float32()}
    columns: dict[str, Any] = {name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in ("id", "digest")}
    columns |= {name: pa.array([getattr(row, name) for row in rows], kind) for name, kind in kinds.items()}
    columns["said"] = pa.array([[{name: getattr(one, name) for name in Said.__slots__} for one in row.said] for row in rows], said)
    columns["embedding"] = pa.array([row.embedding.tobytes() for row in rows], pa.binary())
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    pq.write_table(pa.table(columns).replace_schema_metadata({"model": model}), fresh, compression="zstd")
    with fresh.open("rb") as stream:
        os.fsync(stream.fileno())
    fresh.replace(path)


def _rows_of(table: Any) -> Iterable[tuple[Any, ...]]:
    columns = [
        table.column(name).to_pylist() for name in ("id", "digest", "negative", "neutral", "positive", "rating", "said", "embedding")
    ]
    return zip(*columns, strict=True)


def _from_row(row: tuple[Any, ...]) -> Read:
    id, digest, negative, neutral, positive, rating, said, embedding = row
    return Read(id, digest, negative, neutral, positive, rating, tuple(Said(**one) for one in said), np.frombuffer(embedding, np.float16))


def embeddings_of(rows: Sequence[Read]) -> NDArray[np.float32]:
    """(n, dimension), of length 1, of readings that have one."""
    return np.stack([row.embedding for row in rows]).astype(np.float32)
