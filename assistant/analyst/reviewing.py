"""What the tools that read reviews share: the reviews under a question's filters, with what was read in each.

Owns the join of the warehouse's rows with the readings kept beside it, and reading a sample on the spot where there are none. Computes
no figure and words no answer.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.analyst.compile import label, narrowed
from assistant.analyst.trade import remembered, store_folder
from assistant.errors import ModelMissing
from assistant.models.readings import Read, ReadingReport, Readings, open_readings, read_texts, update_readings
from assistant.models.sentiment import CloseReader, TrainedSentiment, load_sentiment
from assistant.types import Progress

if TYPE_CHECKING:
    from datetime import date

    from assistant.analyst.context import Context
    from assistant.analyst.question import Question
    from assistant.warehouse import Warehouse

ON_THE_SPOT = 120
"""Texts that are read while somebody waits; more are read beforehand, by `shopclerk train`."""
NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Review:
    """A review with words, and what was read in it, None where nothing was. `key` is the value of the dimension that is grouped by."""

    id: str
    text: str
    rating: float | None
    day: date | None
    product: str
    key: str
    read: Read | None


@dataclass(frozen=True, slots=True)
class Reviews:
    """The reviews under a question's filters: `rows` with words, `read` how many of them were read, `sampled` whether only some were."""

    rows: tuple[Review, ...]
    sql: str
    rows_read: int

    @property
    def read(self) -> tuple[Review, ...]:
        """Those that were read."""
        return tuple(row for row in self.rows if row.read is not None)

    @property
    def sampled(self) -> bool:
        return len(self.read) < len(self.rows)


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, with the 95 % interval of Wilson (1927)."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.whole:
            return 0.0, 1.0
        n, p, z = self.whole, self.value, NORMAL_95
        centre, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (centre - spread) / (1 + z * z / n)), min(1.0, (centre + spread) / (1 + z * z / n))


def reviews_of(question: Question, context: Context) -> Reviews:
    """The reviews that the question is about; where few were read beforehand, some are read now.

    Raises:
        ModelMissing: nothing was read, and there is no model to read with.
    """
    before = read_before(question, context)
    rows, unread = before.rows, [row for row in before.rows if row.read is None]
    if unread and len(rows) - len(unread) < min(ON_THE_SPOT, len(rows)):
        now = _read_now(unread, question, context)
        rows = tuple(_replaced(row, now.get(row.id)) if row.read is None else row for row in rows)
    return Reviews(rows, before.sql, before.rows_read)


def read_before(question: Question, context: Context) -> Reviews:
    """The reviews that the question is about with what was read in them beforehand; nothing is read now."""
    found, sql, rows_read = _fetched(question, context)
    kept = _kept(context)
    return Reviews(tuple(_with(row, kept) for row in found), sql, rows_read)


def reader_of(context: Context) -> TrainedSentiment:
    """The sentiment model of this shop, loaded once."""
    return _reader(store_folder(context))


@cache
def _reader(store: Path | None) -> TrainedSentiment:  # a model that the shop trains later is found after a restart
    return load_sentiment(store)


def _fetched(question: Question, context: Context) -> tuple[list[Review], str, int]:
    cube = context.semantics.cubes["reviews"]
    table = narrowed(context.warehouse.table("reviews"), question.filters, question.period, context, cube)
    dimension = context.semantics.dimension(question.by[0]) if question.by else None
    key = table[dimension.column] if dimension else table["review_id"]
    expression = table.select("review_id", "words", "rating", "day", "product", key=key).order_by("review_id")
    rows = context.warehouse.run(expression).to_pylist()
    reviews = [
        Review(
            str(row["review_id"]),
            row["words"] or "",
            row["rating"],
            row["day"],
            str(row["product"] or ""),
            label(dimension, row["key"]) if dimension and row["key"] is not None else "",
            None,
        )
        for row in rows
    ]
    return [review for review in reviews if review.text.strip()], context.warehouse.sql(expression), len(rows)


def _kept(context: Context) -> Readings | None:
    folder = store_folder(context)
    if folder is None:
        return None
    path = folder / "readings" / "reviews.parquet"
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return remembered(context, ("readings", stamp), lambda: open_readings(folder))


def _with(row: Review, kept: Readings | None) -> Review:
    return row if kept is None else _replaced(row, kept.get(row.id, row.text))


def _replaced(row: Review, read: Read | None) -> Review:
    return Review(row.id, row.text, row.rating, row.day, row.product, row.key, read)


_now: dict[tuple[str, str], Read] = {}
_lock = threading.Lock()


def _read_now(unread: Sequence[Review], question: Question, context: Context) -> dict[str, Read]:
    """A sample of the unread, the same one each time: evenly drawn, or where the worst or best are asked for, those first by stars."""
    reader = reader_of(context)
    chosen = sorted(unread, key=lambda row: (_urgency(row, question), _drawn(row.id)))[:ON_THE_SPOT]
    with _lock:
        known = {row.id: _now[(row.id, reader.id)] for row in chosen if (row.id, reader.id) in _now}
    fresh = read_texts([(row.id, row.text) for row in chosen if row.id not in known], reader)
    with _lock:
        if len(_now) > 100 * ON_THE_SPOT:
            _now.clear()
        _now.update({(read.id, reader.id): read for read in fresh})
    return known | {read.id: read for read in fresh}


def _urgency(row: Review, question: Question) -> int:
    if question.ranking is None or row.rating is None:
        return 0
    low = row.rating <= 3
    return 0 if low == (question.ranking.direction == "bottom") else 1


def _drawn(id: str) -> str:
    return hashlib.blake2b(id.encode(), digest_size=8).hexdigest()


def unread_note(reviews: Reviews, question: Question) -> tuple[str, ...]:
    """Said where only some were read."""
    if not reviews.sampled:
        return ()
    first = "" if question.ranking is None else f", those of {'three' if question.ranking.direction == 'bottom' else 'four'} stars or "
    first += "" if question.ranking is None else f"{'fewer' if question.ranking.direction == 'bottom' else 'more'} first"
    return (f"{len(reviews.read):,} of {len(reviews.rows):,} reviews were read for this{first}; `shopclerk train` reads the rest.",)


def read_all_reviews(
    folder: Path, warehouse: Warehouse, reader: CloseReader, *, most: int | None = None, progress: Progress | None = None
) -> ReadingReport:
    """Reads the reviews of a store beforehand, so that questions find them read; those read before are kept."""
    table = warehouse.table("reviews")
    rows = warehouse.run(table.select("review_id", "words")).to_pylist()
    return update_readings(folder, ((str(row["review_id"]), row["words"] or "") for row in rows), reader, most=most, progress=progress)


def no_model(error: ModelMissing) -> str:
    """Said where nothing can be read."""
    return f"Reviews cannot be read by their words here: {error} Their stars can be asked about."
