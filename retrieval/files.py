"""Reading and writing the files of an index folder, one function a file each way. All raise ValueError on malformed content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
from scipy import sparse

from retrieval.lexical import TermCounts
from retrieval.types import Passage, Vector


def write_passages(path: Path, passages: Sequence[Passage]) -> None:
    """Arrow, a row a passage; fields as JSON text, since each passage may have others."""
    columns = {
        "id": [passage.id for passage in passages],
        "kind": [passage.kind for passage in passages],
        "text": [passage.text for passage in passages],
        "fields": [json.dumps(dict(passage.fields), ensure_ascii=False) for passage in passages],
    }
    table = pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
    feather.write_feather(table, str(path), compression="zstd")


def read_passages(path: Path) -> list[Passage]:
    """What `write_passages` wrote."""
    table = feather.read_table(str(path), memory_map=False)
    columns = [table.column(name).to_pylist() for name in ("id", "text", "kind", "fields")]
    return [Passage(key, text, kind, json.loads(fields)) for key, text, kind, fields in zip(*columns, strict=True)]


def write_vectors(path: Path, vectors: Vector) -> None:
    """NumPy's own format, (n, dimension), float32."""
    np.save(path, vectors, allow_pickle=False)


def read_vectors(path: Path, *, mapped: bool = False) -> Vector:
    """What `write_vectors` wrote; `mapped`: read from the file as they are used."""
    vectors: Vector = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
    if vectors.ndim != 2 or vectors.dtype != np.float32:
        raise ValueError(f"{path.name} holds {vectors.dtype} of shape {vectors.shape}")
    return vectors


def write_terms(path: Path, counts: TermCounts) -> None:
    """A term a line."""
    path.write_text("\n".join(counts.terms), encoding="utf-8")


def write_counts(path: Path, counts: TermCounts) -> None:
    """The CSR arrays, without the terms."""
    matrix = counts.counts
    np.savez(path, data=matrix.data, indices=matrix.indices, indptr=matrix.indptr, shape=np.array(matrix.shape, np.int64))


def read_counts(terms: Path, counts: Path) -> TermCounts:
    """What `write_terms` and `write_counts` wrote."""
    words = tuple(terms.read_text(encoding="utf-8").split("\n")) if terms.stat().st_size else ()
    with np.load(counts, allow_pickle=False) as arrays:
        shape = tuple(arrays["shape"].tolist())
        matrix = sparse.csr_array((arrays["data"], arrays["indices"], arrays["indptr"]), shape=shape)
    if shape[1] != len(words):
        raise ValueError(f"{terms.name} holds {len(words)} terms, {counts.name} {shape[1]}")
    return TermCounts(words, matrix)
