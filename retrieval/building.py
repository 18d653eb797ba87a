"""Builds an index from passages, encoding only what changed since the last time.

Owns what may be reused: the vector and the term counts of every text that the current index already holds, wherever it stands.
Equal to a rebuild in every byte that matters, as long as the encoder gives a text the same vector in any company.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from retrieval.corpus import Corpus
from retrieval.dense import APPROXIMATE_FROM, train_approximate, write_faiss
from retrieval.errors import IndexCorrupt, IndexMismatch, IndexMissing
from retrieval.files import write_counts, write_passages, write_terms, write_vectors
from retrieval.index import Index, Manifest, Writers, publish, restamp, writing
from retrieval.lexical import TermCounts
from retrieval.types import Encoder, Passage, Vector

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Called as (stage, done, total)."""
BATCH = 256
TITLE_SHARE = 0.4
"""What the first line contributes to a passage's vector."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `encoded` of the `total` passages went through the encoder; `written` is False when nothing had changed."""

    total: int
    encoded: int
    removed: int
    written: bool
    seconds: float
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class _Content:
    vectors: Vector
    counts: TermCounts
    encoded: int


def build_index(
    folder: Path,
    passages: Iterable[Passage],
    encoder: Encoder,
    *,
    stamp: str = "",
    rebuild: bool = False,
    progress: Progress | None = None,
    approximate_from: int = APPROXIMATE_FROM,
) -> BuildReport:
    """Makes the index in `folder` hold exactly `passages`.

    Args:
        stamp: kept in the manifest for the caller.
        rebuild: encode everything anew, whatever is there.
        progress: told of each batch that was encoded.

    Raises:
        ValueError: two passages have one id.
        IndexUnwritable: the disk is full, or the folder may not be written; what was there stays.
    """
    began = time.perf_counter()
    corpus = Corpus(passages)
    with writing(folder):
        current = None if rebuild else _current(folder, encoder)
        if current is not None and current.corpus.passages == corpus.passages:
            manifest = restamp(folder, current.manifest, stamp)
            return BuildReport(len(corpus), 0, 0, False, time.perf_counter() - began, manifest)
        content = _content(corpus, current, encoder, progress or (lambda stage, done, total: None))
        writers = _writers(corpus, content, approximate_from)
        manifest = publish(folder, writers, encoder=encoder.id, dimension=encoder.dimension, count=len(corpus), stamp=stamp)
    removed = 0 if current is None else len(current.corpus.rows.keys() - corpus.rows.keys())
    return BuildReport(len(corpus), content.encoded, removed, True, time.perf_counter() - began, manifest)


def _current(folder: Path, encoder: Encoder) -> Index | None:
    """The index that can be built on, if there is a sound one by this encoder."""
    try:
        return Index.open(folder, encoder.id)
    except (IndexMissing, IndexMismatch, IndexCorrupt):
        return None


def _content(corpus: Corpus, current: Index | None, encoder: Encoder, progress: Progress) -> _Content:
    known = {} if current is None else {passage.text: row for row, passage in enumerate(current.corpus.passages)}
    texts = [passage.text for passage in corpus.passages]
    fresh = list(dict.fromkeys(text for text in texts if text not in known))
    added = _encode(fresh, encoder, progress)
    counted = TermCounts.of(fresh)
    place = {text: number for number, text in enumerate(fresh)}
    if current is None:
        order = np.array([place[text] for text in texts], np.int64)
        return _Content(added[order], TermCounts.of([]).take([], counted, order.tolist()), len(fresh))
    kept = sorted({known[text] for text in texts if text in known})
    row = {**{current.corpus.passages[old].text: number for number, old in enumerate(kept)}}
    order = np.array([row[text] if text in row else len(kept) + place[text] for text in texts], np.int64)
    vectors = np.concatenate([current.vectors[np.array(kept, np.int64)], added])[order]
    return _Content(vectors, current.counts.take(kept, counted, order.tolist()), len(fresh))


def _encode(texts: list[str], encoder: Encoder, progress: Progress) -> Vector:
    vectors = np.empty((len(texts), encoder.dimension), np.float32)
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        vectors[start : start + len(batch)] = passage_vectors(batch, encoder)
        progress("encoding", start + len(batch), len(texts))
    return vectors


def passage_vectors(texts: Sequence[str], encoder: Encoder) -> Vector:
    """(n texts) -> (n, dimension): each the weighted mean, of length 1, of the vectors of its first line and of the whole.

    Queries are short and name a thing, as first lines do; measured, the mean finds more than either part. A text of one line,
    as many products have, is encoded once.
    """
    titles = [text.partition("\n")[0] for text in texts]
    place = {text: number for number, text in enumerate(dict.fromkeys([*texts, *titles]))}
    vectors = encoder.encode(list(place))
    mixed = TITLE_SHARE * vectors[[place[title] for title in titles]] + (1 - TITLE_SHARE) * vectors[[place[text] for text in texts]]
    return np.asarray(mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9), np.float32)


def _writers(corpus: Corpus, content: _Content, approximate_from: int) -> Writers:
    writers: dict[str, Callable[[Path], None]] = {
        "passages.arrow": partial(write_passages, passages=corpus.passages),
        "vectors.npy": partial(write_vectors, vectors=content.vectors),
        "terms.txt": partial(write_terms, counts=content.counts),
        "counts.npz": partial(write_counts, counts=content.counts),
    }
    if len(corpus) >= approximate_from:
        writers["approximate.faiss"] = partial(write_faiss, train_approximate(content.vectors))
    return writers
