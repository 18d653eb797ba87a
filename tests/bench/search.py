"""Filtered search among very many products: ours against FAISS's flat index, hnswlib and usearch.

All search the same vectors under the same filters; each builds its filter from the same columns. The flat index gets the filter as a
bitmap, hnswlib as a function, usearch, which has no filters in Python, more results than asked for, as many as it needs for our recall.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from goods import CACHE, Goods, Query, goods, queries
from numpy.typing import NDArray
from paired import Comparison, bandwidth, in_turns

from retrieval.columns import Columns, Mask
from retrieval.dense import GATHERED, DenseIndex, read_faiss, train_approximate, write_faiss
from retrieval.types import Passage

K = 10
RECALL = 0.98
HNSWLIB_UP_TO = 200_000
Search = Callable[[Query], NDArray[np.int64]]
Times = list[float]


def compare(size: int, rounds: int, asked: int) -> list[Comparison]:
    """Each round asks `asked` queries, a quarter of each width of filter."""
    stock = goods(size)
    questions = queries(stock, asked)
    exact = _Flat(stock)
    truth = [exact.search(query) for query in questions]
    ours = _Ours(stock)
    searches: dict[str, Search] = {"flat": exact.search, "usearch": _Usearch(stock, questions, truth).search}
    if size <= HNSWLIB_UP_TO:
        searches["hnswlib"] = _Hnswlib(stock).search
    own_recall = _recall([ours.search(query) for query in questions], truth)
    shown = _by_group({"ours": ours.search, **searches}, questions, truth)
    details = {
        "products": size, "queries_a_round": asked, "recall_at_10": own_recall, "by_filter": shown,
        "stages_ms": ours.stages(questions), "limit": _limits(stock, shown),
    }  # fmt: skip
    found = []
    for name, search in searches.items():
        times = in_turns(_all(ours.search, questions), _all(search, questions), rounds)
        recall = _recall([search(query) for query in questions], truth)
        label = f"filtered_search_{_short(size)}_vs_{name}"
        work = f"{asked} searches under filters among {size:,} products, the {K} nearest"
        aim = 10.0 if name == "flat" else 1.0
        found.append(Comparison(label, name, work, aim, *times, asked, {**details, "their_recall_at_10": recall}))
    return found


class _Columns:
    """The columns as anybody would keep them: arrays."""

    def __init__(self, stock: Goods) -> None:
        self._stock = stock
        self._category = np.unique(stock.categories, return_inverse=True)[1]
        self._code = dict(zip(stock.categories, self._category.tolist(), strict=True))
        self._categories = self._category[stock.kind].astype(np.int8)
        styles = np.unique(stock.kinds, return_inverse=True)[1]  # several kinds share a style's name
        self._style = dict(zip(stock.kinds, styles.tolist(), strict=True))
        self._styles = styles[stock.kind].astype(np.int16)

    def mask(self, query: Query) -> Mask:
        stock, mask = self._stock, np.ones(len(self._styles), np.bool_)
        for condition in query.where:
            value: Any = condition.value
            if condition.field == "available":
                mask &= stock.available
            elif condition.field == "category":
                mask &= self._categories == self._code[value]
            elif condition.field == "style":
                mask &= self._styles == self._style[value]
            else:
                column = getattr(stock, condition.field)
                mask &= column <= value if condition.op == "le" else column >= value
        return mask


class _Ours:
    """`DenseIndex` over `Columns`, with the lists that an index folder of this size has."""

    def __init__(self, stock: Goods) -> None:
        size = len(stock.vectors)
        self.columns = Columns(tuple(_passage(stock, row) for row in range(size)))
        path = CACHE / f"lists-{size}.faiss"
        if not path.exists():
            write_faiss(train_approximate(stock.vectors), path)
        self.index = DenseIndex(stock.vectors, read_faiss(path))

    def search(self, query: Query) -> NDArray[np.int64]:
        return self.index.search(query.vector, K, self.columns.mask(query.where))[0]

    def stages(self, questions: list[Query]) -> dict[str, float]:
        """Median milliseconds of what a search consists of."""
        taken: dict[str, Times] = {"filter": [], "search, few left": [], "search, lists": [], "of it: scoring exactly": []}
        for query in questions:
            began = time.perf_counter()
            mask = self.columns.mask(query.where)
            masked = time.perf_counter()
            rows, _ = self.index.search(query.vector, K, mask)
            done = time.perf_counter()
            few = mask is not None and int(np.count_nonzero(mask)) <= GATHERED
            self.index.scores(query.vector, np.resize(rows, 64))
            scored = time.perf_counter()
            taken["filter"].append(masked - began)
            taken["search, few left" if few else "search, lists"].append(done - masked)
            taken["of it: scoring exactly"].append(scored - done)
        return {stage: round(1000 * statistics.median(times), 3) for stage, times in taken.items() if times}


class _Flat:
    """`IndexFlatIP` with the filter as a bitmap: exact, and so the truth."""

    def __init__(self, stock: Goods) -> None:
        self._columns = _Columns(stock)
        self._index = faiss.IndexFlatIP(stock.vectors.shape[1])
        self._index.add(np.ascontiguousarray(stock.vectors))

    def search(self, query: Query) -> NDArray[np.int64]:
        bits = np.packbits(self._columns.mask(query), bitorder="little")
        api: Any = faiss
        found: NDArray[np.int64] = self._index.search(
            query.vector.reshape(1, -1), K, params=api.SearchParameters(sel=api.IDSelectorBitmap(bits))
        )[1][0]
        return found[found >= 0]


class _Usearch:
    """A graph of half precision; asked for so many more, by width of filter, that enough are left to reach our recall."""

    def __init__(self, stock: Goods, questions: list[Query], truth: list[NDArray[np.int64]]) -> None:
        from usearch.index import Index

        size, dimension = stock.vectors.shape
        path = CACHE / f"usearch-{size}.usearch"
        self._columns = _Columns(stock)
        self._index = Index(ndim=dimension, metric="ip", dtype="bf16", connectivity=16, expansion_add=64)
        if path.exists():
            self._index.load(str(path))
        else:
            for start in range(0, size, 50_000):
                part = np.ascontiguousarray(stock.vectors[start : start + 50_000])
                self._index.add(np.arange(start, start + len(part)), part)
            self._index.save(str(path))
        self._wanted = dict.fromkeys((query.group for query in questions), 16)
        for group in self._wanted:
            own = [number for number, query in enumerate(questions) if query.group == group]
            while self._wanted[group] < size // 4:
                if _recall([self.search(questions[n]) for n in own], [truth[n] for n in own]) >= RECALL:
                    break
                self._wanted[group] *= 2

    def search(self, query: Query) -> NDArray[np.int64]:
        mask = self._columns.mask(query)
        wanted = self._wanted[query.group]
        self._index.expansion_search = max(64, wanted)
        keys: NDArray[np.int64] = self._index.search(query.vector, wanted).keys.astype(np.int64)
        return keys[mask[keys]][:K]


class _Hnswlib:
    """A graph in full precision with the filter as a function, which it calls for every product it meets."""

    def __init__(self, stock: Goods) -> None:
        import hnswlib

        size, dimension = stock.vectors.shape
        path = CACHE / f"hnswlib-{size}.bin"
        self._columns = _Columns(stock)
        self._index: Any = hnswlib.Index(space="ip", dim=dimension)
        if path.exists():
            self._index.load_index(str(path), max_elements=size)
        else:
            self._index.init_index(max_elements=size, M=16, ef_construction=100)
            self._index.add_items(np.ascontiguousarray(stock.vectors), np.arange(size))
            self._index.save_index(str(path))
        self._index.set_ef(128)

    def search(self, query: Query) -> NDArray[np.int64]:
        mask = self._columns.mask(query)
        try:
            found: NDArray[np.int64] = self._index.knn_query(query.vector, k=K, num_threads=1, filter=lambda row: bool(mask[row]))[0][0]
        except RuntimeError:  # it met fewer than k that pass
            return np.empty(0, np.int64)
        return found.astype(np.int64)


def _passage(stock: Goods, row: int) -> Passage:
    kind = int(stock.kind[row])
    fields = {
        "price": float(stock.price[row]), "rating": float(stock.rating[row]), "available": bool(stock.available[row]),
        "style": stock.kinds[kind], "category": stock.categories[kind],
    }  # fmt: skip
    return Passage(f"{row:09d}", "", "product", fields)


def _all(search: Search, questions: list[Query]) -> Callable[[int], object]:
    return lambda number: [search(query) for query in questions]


def _recall(found: list[NDArray[np.int64]], truth: list[NDArray[np.int64]]) -> float:
    """Of the truly nearest, the share that was found."""
    hits = sum(len(set(some.tolist()) & set(true.tolist())) for some, true in zip(found, truth, strict=True))
    return round(hits / max(1, sum(map(len, truth))), 4)


def _by_group(searches: dict[str, Search], questions: list[Query], truth: list[NDArray[np.int64]]) -> dict[str, Any]:
    """Median milliseconds and recall of each, by width of filter."""
    shown: dict[str, Any] = {}
    for group in dict.fromkeys(query.group for query in questions):
        own = [number for number, query in enumerate(questions) if query.group == group]
        shown[group] = {}
        for name, search in searches.items():
            times, found = [], []
            for number in own:
                began = time.perf_counter()
                found.append(search(questions[number]))
                times.append(time.perf_counter() - began)
            recall = _recall(found, [truth[number] for number in own])
            shown[group][name] = {"ms": round(1000 * statistics.median(times), 3), "recall": recall}
    return shown


def _limits(stock: Goods, shown: dict[str, Any]) -> dict[str, float]:
    """How near the flat index is to reading all vectors at the machine's pace: a flat search cannot be faster, so ours must read less."""
    read_all = stock.vectors.shape[0] * stock.vectors.shape[1] * 4 / bandwidth()
    widest = next(iter(shown.values()))
    return {
        "reading_all_vectors_ms": round(1000 * read_all, 2),
        "flat_widest_ms": widest["flat"]["ms"],
        "ours_widest_ms": widest["ours"]["ms"],
    }


def _short(size: int) -> str:
    return f"{size // 1_000_000}m" if size >= 1_000_000 else f"{size // 1000}k"


def prepare(size: int) -> Path:
    """Make what takes long to make, for a run later on."""
    stock = goods(size)
    _Usearch(stock, [], [])
    _Ours(stock)
    return CACHE
