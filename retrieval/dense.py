"""Nearest vectors by inner product, with FAISS, filtered before the cut.

Owns the choice of index and of search: exact under `APPROXIMATE_FROM` vectors, inverted lists with exact rescoring from there on;
on a GPU where faiss has one. Knows nothing of text.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.columns import Mask
from retrieval.corpus import Corpus, best_rows
from retrieval.types import Encoder, Filter, Hit, Vector

APPROXIMATE_FROM = 200_000
PROBES = 16
RESCORED = 4
"""For k results an approximate search proposes this many times k, and at least 64, which are then scored exactly."""
GATHERED = 2000
"""When a filter leaves at most this many, their vectors are multiplied outright: exact, and up to here measured faster."""
_SPARE = 16
_NEARLY = 1e-5


class DenseIndex:
    """`vectors` (n, dimension), float32, of length 1; rows are those of the corpus.

    Args:
        approximate: a FAISS index over the same rows, from `train_approximate`, or None for exact search.
    """

    def __init__(self, vectors: Vector, approximate: Any = None) -> None:
        self.vectors = np.ascontiguousarray(vectors, np.float32)
        self._approximate = approximate
        self._exact: Any = None if approximate is not None or not len(vectors) else _flat(self.vectors)

    def search(self, query: Vector, k: int, mask: Mask | None = None) -> tuple[NDArray[np.int64], Vector]:
        """Rows and cosines of the `k` nearest to `query` (dimension,) within `mask`, best first; equal ones by row."""
        size = len(self.vectors)
        if mask is not None:
            survivors = np.flatnonzero(mask)
            if len(survivors) <= max(GATHERED, k):
                return best_rows(survivors, self.scores(query, survivors), k)
        if k >= size:
            rows = np.arange(size) if mask is None else np.flatnonzero(mask)
            return best_rows(rows, self.scores(query, rows), k)
        return self._search_faiss(np.ascontiguousarray(query, np.float32).reshape(1, -1), k, mask)

    def scores(self, query: Vector, rows: NDArray[np.int64]) -> Vector:
        """(rows,) cosines of those rows with `query`.

        Row by row, not as one product: BLAS sums in an order that depends on the shape, and equal vectors must score equal.
        """
        cosines: Vector = np.vecdot(self.vectors[rows], np.asarray(query, np.float32))
        return cosines

    def _search_faiss(self, query: Vector, k: int, mask: Mask | None) -> tuple[NDArray[np.int64], Vector]:
        if self._approximate is None:
            return self._search_exact(query, k, mask)
        share = 1.0 if mask is None else float(mask.mean())
        # the fewer pass the filter, the more lists are read, so that as many candidates are seen
        probes = min(int(PROBES / share), int(self._approximate.nlist))
        _, rows = self._approximate.search(query, max(64, RESCORED * k), params=_parameters(mask, probes))
        proposed = rows[0][rows[0] >= 0]
        return best_rows(proposed, self.scores(query[0], proposed), k)

    def _search_exact(self, query: Vector, k: int, mask: Mask | None) -> tuple[NDArray[np.int64], Vector]:
        """A few more than `k` are fetched; should the tie at the cut not end among them, every vector is scored."""
        scores, rows = self._exact.search(query, min(k + _SPARE, len(self.vectors)), params=_parameters(mask, None))
        found = rows[0] >= 0
        rows, scores = rows[0][found], scores[0][found]
        if len(rows) > k and scores[-1] >= scores[k - 1] - _NEARLY:
            rows = np.arange(len(self.vectors)) if mask is None else np.flatnonzero(mask)
        return best_rows(rows, self.scores(query[0], rows), k)


class DenseRetriever:
    """Nearest vectors alone, as a `Retriever`."""

    def __init__(self, corpus: Corpus, index: DenseIndex, encoder: Encoder) -> None:
        self.corpus = corpus
        self.index = index
        self.encoder = encoder

    def search(self, query: str, k: int = 10, where: Filter = (), vector: Vector | None = None) -> list[Hit]:
        """The `k` passages nearest in meaning."""
        if not len(self.corpus) or k < 1:
            return []
        mask = self.corpus.columns.mask(where)
        query_vector = self.encoder.encode([query])[0] if vector is None else vector
        rows, scores = self.index.search(query_vector, k, mask)
        return [Hit(self.corpus.passages[row], score, dense=score) for row, score in zip(rows.tolist(), scores.tolist(), strict=True)]


def train_approximate(vectors: Vector, *, lists: int | None = None) -> Any:
    """An inverted-list FAISS index of 8-bit codes over `vectors`, for search among very many."""
    import faiss

    size, dimension = vectors.shape
    count = lists or 2 ** int(np.log2(4 * np.sqrt(size)))
    index = faiss.index_factory(dimension, f"IVF{count},SQ8", faiss.METRIC_INNER_PRODUCT)
    sample = vectors[np.random.default_rng(0).permutation(size)[: 64 * count]]
    index.train(np.ascontiguousarray(sample))
    index.add(np.ascontiguousarray(vectors))
    return index


def write_faiss(index: Any, path: Path) -> None:
    """Writes a FAISS index to `path`.

    Raises:
        OSError: it cannot be written.
    """
    import faiss

    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(str(error)) from error


def read_faiss(path: Path) -> Any:
    """Reads a FAISS index from `path`.

    Raises:
        ValueError: the file is no FAISS index.
    """
    import faiss

    try:
        return faiss.read_index(str(path))
    except RuntimeError as error:
        raise ValueError(str(error)) from error


def nearest_neighbours(vectors: Vector, queries: Sequence[int], k: int) -> NDArray[np.int64]:
    """(queries, k) exact nearest rows of `vectors` for some of its own rows: the mark for approximate search."""
    similarity = vectors[np.array(queries)] @ vectors.T
    return np.argsort(-similarity, axis=1, kind="stable")[:, :k]


def _flat(vectors: Vector) -> Any:
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    if not hasattr(faiss, "StandardGpuResources") or not faiss.get_num_gpus():
        return index
    return faiss.index_cpu_to_all_gpus(index)


def _parameters(mask: Mask | None, probes: int | None) -> Any:
    import faiss

    api: Any = faiss  # its stubs lack the keyword forms
    settings: dict[str, Any] = {} if mask is None else {"sel": api.IDSelectorBitmap(np.packbits(mask, bitorder="little"))}
    if probes is not None:
        return api.SearchParametersIVF(nprobe=probes, **settings)
    return api.SearchParameters(**settings) if settings else None
