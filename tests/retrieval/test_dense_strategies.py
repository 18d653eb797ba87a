"""Each way of searching vectors finds what the plain product finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.building import build_index
from retrieval.dense import GATHERED, DenseIndex, nearest_neighbours, read_faiss, train_approximate, write_faiss
from retrieval.index import Index
from retrieval.testing import HashEncoder
from retrieval.types import Condition, Passage, Vector


def clustered(size: int, dimension: int = 24, seed: int = 1) -> Vector:
    """Unit vectors about fifty centres, as texts are, not spread evenly."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((50, dimension))
    vectors = centres[rng.integers(0, 50, size)] + 0.5 * rng.standard_normal((size, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


VECTORS = clustered(3 * GATHERED)


@pytest.mark.parametrize("share", [1.0, 0.9, 0.2, 0.01, 0.002, 0.0])
def test_filtered_search_is_exact(share: float) -> None:
    index = DenseIndex(VECTORS)
    mask = np.random.default_rng(2).random(len(VECTORS)) < share
    for query in clustered(5, seed=3):
        rows, scores = index.search(query, 10, mask)
        plain = np.where(mask, VECTORS @ query, -np.inf)
        assert rows.tolist() == np.argsort(-plain, kind="stable")[: min(10, mask.sum())].tolist()
        np.testing.assert_allclose(scores, plain[rows], atol=1e-5)


@pytest.mark.parametrize("masked", [False, True])
def test_ties_go_by_row_even_at_the_cut(masked: bool) -> None:
    vectors = np.tile(VECTORS[:1], (200, 1))
    mask = np.arange(200) >= 50 if masked else None
    rows, _ = DenseIndex(vectors).search(VECTORS[0], 3, mask)
    assert rows.tolist() == ([50, 51, 52] if masked else [0, 1, 2])


@pytest.mark.parametrize("share", [1.0, 0.6, 0.4])
def test_approximate_search_finds_nearly_all(share: float, tmp_path: Path) -> None:
    write_faiss(train_approximate(VECTORS, lists=32), tmp_path / "a.faiss")
    index = DenseIndex(VECTORS, read_faiss(tmp_path / "a.faiss"))
    mask = None if share == 1 else np.random.default_rng(2).random(len(VECTORS)) < share
    queries = list(range(0, len(VECTORS), 200))
    found = 0
    for query, truth in zip(queries, nearest_neighbours(VECTORS, queries, 400), strict=True):
        expected = [row for row in truth.tolist() if mask is None or mask[row]][:10]
        rows, scores = index.search(VECTORS[query], 10, mask)
        assert mask is None or mask[rows].all()
        assert (np.diff(scores) <= 0).all()
        found += len(set(rows.tolist()) & set(expected))
    assert found / (10 * len(queries)) >= 0.95


def test_no_faiss_file() -> None:
    with pytest.raises(ValueError, match=r"faiss"):
        read_faiss(Path(__file__))


def test_large_index_is_written_with_its_approximate_part(tmp_path: Path) -> None:
    encoder = HashEncoder(16)
    passages = [Passage(f"p{number:05d}", f"word{number} thing", "product", {"price": number}) for number in range(3000)]
    build_index(tmp_path, passages, encoder, approximate_from=3000)
    index = Index.open(tmp_path)
    assert "approximate.faiss" in index.manifest.files
    hits = index.hybrid(encoder).search("word1234", 3, (Condition("price", "ge", 100),))
    assert hits[0].passage.id == "p01234"
