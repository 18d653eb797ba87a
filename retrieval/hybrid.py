"""Dense and lexical search fused into one ranking.

Owns the fusion. Each part proposes candidates; every candidate then gets both its scores, and the final score is their weighted mean:
the cosine, and the share of the query's weight that the passage covers. Both are absolute, so that scores of different queries compare.
"""

from __future__ import annotations

import numpy as np

from retrieval.corpus import Corpus, best_rows
from retrieval.dense import DenseIndex
from retrieval.lexical import LexicalIndex
from retrieval.types import Encoder, Filter, Hit, Vector

DENSE_WEIGHT = 0.6
CANDIDATES = 100


class HybridRetriever:
    """The fusion of both searches over one corpus.

    Args:
        weight: the dense part's share of the score, in [0, 1].
    """

    def __init__(self, corpus: Corpus, dense: DenseIndex, lexical: LexicalIndex, encoder: Encoder, *, weight: float = DENSE_WEIGHT) -> None:
        self.corpus = corpus
        self.dense = dense
        self.lexical = lexical
        self.encoder = encoder
        self.weight = weight

    def search(self, query: str, k: int = 10, where: Filter = (), vector: Vector | None = None) -> list[Hit]:
        """The best `k` passages; each hit carries its cosine and its BM25 score as well."""
        if not len(self.corpus) or k < 1:
            return []
        mask = self.corpus.columns.mask(where)
        query_vector = self._vector(query, vector)
        depth = max(CANDIDATES, 2 * k)
        near, _ = self.dense.search(query_vector, depth, mask)
        bm25, ceiling = self.lexical.scores(query)
        holding = np.flatnonzero(bm25 > 0 if mask is None else (bm25 > 0) & mask)
        worded, _ = best_rows(holding, bm25[holding], depth)
        rows = np.union1d(near, worded)
        cosine = self.dense.scores(query_vector, rows)
        covered = bm25[rows] / max(ceiling, 1e-9)
        rows, scores = best_rows(rows, np.round(self.weight * cosine + (1 - self.weight) * covered, 6).astype(np.float32), k)
        cosine = self.dense.scores(query_vector, rows)
        parts = zip(rows.tolist(), scores.tolist(), cosine.tolist(), bm25[rows].tolist(), strict=True)
        return [Hit(self.corpus.passages[row], score, dense, lexical) for row, score, dense, lexical in parts]

    def _vector(self, query: str, vector: Vector | None) -> Vector:
        """The query's vector. A given one is of no use where words were rewritten: an encoder reads a misspelt word as another."""
        rewritten = self.lexical.rewritten(query)
        if vector is not None and rewritten == query:
            return vector
        encoded: Vector = self.encoder.encode([rewritten])[0]
        return encoded
