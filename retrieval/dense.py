"""Nearest vectors by inner product, with FAISS, filtered before the cut.

Owns the choice of the search: where few vectors are left by the filter, or there are few at all, each is scored; else inverted lists
propose, and what they propose is scored exactly. On a GPU where faiss has one. Knows nothing of text.
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
PROBES = 48
"""Lists read where everything passes; for recall@10 of 0.98 among a million, see `tests/bench/search.py`."""
RESCORED = 4
"""For k results an approximate search proposes this many times k, and at least 64, which are then scored exactly."""
GATHERED = 6000
"""When a filter leaves at most this many, they are scored outright: exact, and up to here measured as fast as reading lists."""


class DenseIndex:
    """`vectors` (n, dimension), float32, of length 1; rows are those of the corpus. They may be mapped from a file.

    Args:
        approximate: a FAISS index over the same rows, from `train_approximate`, or None for exact search.
    """

    def __init__(self, vectors: Vector, approximate: Any = None) -> None:
        self.vectors = np.ascontiguousarray(vectors, np.float32)
        self._approximate = approximate
        self._on_gpu: Any = None if approximate is not None else _gpu_copy(self.vectors)

    def search(self, query: Vector, k: int, mask: Mask | None = None) -> tuple[NDArray[np.int64], Vector]:
        """Rows and cosines of the `k` nearest to `query` (dimension,) within `mask`, best first; equal ones by row."""
        left = len(self.vectors) if mask is None else int(np.count_nonzero(mask))
        if left > max(GATHERED, k):
            if self._approximate is not None:
                return self._search_lists(query, k, mask, left)
            if self._on_gpu is not None and mask is None:
                return self._rescored(query, self._on_gpu.search(_one(query), max(64, RESCORED * k))[1][0], k)
        rows = np.arange(len(self.vectors)) if mask is None else np.flatnonzero(mask)
        return best_rows(rows, self.scores(query, rows), k)

    def scores(self, query: Vector, rows: NDArray[np.int64]) -> Vector:
        """(rows,) cosines of those rows with `query`.

        Row by row, not as one product: BLAS sums in an order that depends on the shape, and equal vectors must score equal.
        """
        import faiss

        api: Any = faiss  # its stubs lack this function
        found = np.empty(len(rows), np.float32)
        if len(rows):
            asked, chosen = _one(query), np.ascontiguousarray(rows, np.int64)  # named, so that they outlive the call that points at them
            pointers = [api.swig_ptr(array) for array in (found, asked, self.vectors, chosen)]
            api.fvec_inner_products_by_idx(*pointers, self.vectors.shape[1], 1, len(chosen))
        return found

    def _search_lists(self, query: Vector, k: int, mask: Mask | None, left: int) -> tuple[NDArray[np.int64], Vector]:
        # the fewer pass the filter, the more lists are read, so that enough candidates are seen; not as many more, since those that
        # pass lie together: filters are about what a thing is, as vectors are
        wider = (len(self.vectors) / left) ** 0.5
        probes = min(int(PROBES * wider), int(self._approximate.nlist))
        _, rows = self._approximate.search(_one(query), max(64, RESCORED * k), params=_parameters(mask, probes))
        return self._rescored(query, rows[0], k)

    def _rescored(self, query: Vector, proposed: NDArray[np.int64], k: int) -> tuple[NDArray[np.int64], Vector]:
        rows = proposed[proposed >= 0]
        return best_rows(rows, self.scores(query, rows), k)


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


def _one(query: Vector) -> Vector:
    """(dimension,) as (1, dimension), in memory as FAISS reads it."""
    return np.ascontiguousarray(query, np.float32).reshape(1, -1)


def _gpu_copy(vectors: Vector) -> Any:
    """An exact index on all GPUs, where faiss can use one; else None."""
    import faiss

    if not len(vectors) or not hasattr(faiss, "StandardGpuResources") or not faiss.get_num_gpus():
        return None
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return faiss.index_cpu_to_all_gpus(index)


def _parameters(mask: Mask | None, probes: int) -> Any:
    import faiss

    api: Any = faiss  # its stubs lack the keyword forms
    settings: dict[str, Any] = {} if mask is None else {"sel": api.IDSelectorBitmap(np.packbits(mask, bitorder="little"))}
    return api.SearchParametersIVF(nprobe=probes, **settings)
