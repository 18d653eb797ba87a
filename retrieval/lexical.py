"""BM25 over words, with the first line of a passage weighing more and misspelt query words matched to the vocabulary.

Owns term counts, their weights, and the search over them. Knows nothing of vectors.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA
from scipy import sparse

from retrieval.columns import Mask
from retrieval.corpus import Corpus, best_rows
from retrieval.tokens import STOP_WORDS, fold, plural, words
from retrieval.types import Filter, Hit, Vector

K1 = 1.2
B = 0.6
TITLE_WEIGHT = 3.0
"""A word of the first line counts this often."""
SHORTEST_MENDED = 4
MENDED_WEIGHT = 0.7
"""What a word matched by spelling alone is worth, against one matched exactly."""
SYNONYM_WEIGHT = 0.8
_SURFACE = re.compile(r"[^\W_]+")
_LEAST_LIKENESS = {4: 0.75, 5: 0.8, 6: 0.8, 7: 0.7}
_LEAST_LIKENESS_LONG = 0.74


@dataclass(frozen=True, slots=True)
class TermCounts:
    """How often each term occurs in each passage: `counts` (passages, terms), CSR, float32; `terms` sorted, without unused ones."""

    terms: tuple[str, ...]
    counts: sparse.csr_array

    @classmethod
    def of(cls, texts: Iterable[str]) -> TermCounts:
        """Counts the words of `texts`, a row each."""
        number: dict[str, int] = {}
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for text in texts:
            for term, count in count_words(text).items():
                columns.append(number.setdefault(term, len(number)))
                values.append(count)
            ends.append(len(columns))
        shape = (len(ends) - 1, len(number))
        counts = sparse.csr_array((np.array(values, np.float32), np.array(columns, np.int32), np.array(ends, np.int32)), shape=shape)
        return cls(tuple(number), counts)._tidy()

    def take(self, rows: Sequence[int], more: TermCounts, order: Sequence[int]) -> TermCounts:
        """`rows` of these counts, then all of `more`, put into `order`: equal to counting those texts anew."""
        number = {term: column for column, term in enumerate(dict.fromkeys((*self.terms, *more.terms)))}
        parts = [_recolumned(self.counts[np.array(rows, np.int64)], self.terms, number), _recolumned(more.counts, more.terms, number)]
        stacked = sparse.csr_array(sparse.vstack(parts, format="csr"))
        return TermCounts(tuple(number), stacked[np.array(order, np.int64)])._tidy()

    def _tidy(self) -> TermCounts:
        """Drops unused terms and sorts the rest, so that equal texts always give equal counts."""
        used = np.unique(self.counts.indices)
        kept = sorted(((self.terms[column], column) for column in used.tolist()), key=lambda pair: pair[0])
        place = np.zeros(len(self.terms) + 1, np.int32)
        place[[column for _, column in kept]] = np.arange(len(kept))
        shape = (self.counts.shape[0], len(kept))
        counts = sparse.csr_array((self.counts.data, place[self.counts.indices], self.counts.indptr), shape=shape)
        counts.sort_indices()
        return TermCounts(tuple(term for term, _ in kept), counts)


def count_words(text: str) -> Counter[str]:
    """The words of `text` with their counts; those of its first line count `TITLE_WEIGHT` times."""
    title, _, body = text.partition("\n")
    counted: Counter[str] = Counter()
    for weight, part in ((TITLE_WEIGHT, title), (1.0, body)):
        for word in words(part):
            counted[word] += weight  # type: ignore[assignment]
    return counted


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A term of the vocabulary that a query's word stands for; `weight` under 1 where it is not the word itself."""

    column: int
    weight: float


Readings: TypeAlias = tuple[QueryTerm, ...]
"""The terms that one word may stand for; a passage is scored by the best of them that it holds."""


class LexicalIndex:
    """BM25 weights of a corpus, ready for search.

    Args:
        counts: the term counts, a row a passage.
        is_word: says of a query word that is not in the vocabulary whether it is a word at all, and so not to be mended.
        synonyms: for a word, in the form that `words` gives, others that shoppers use for it.
    """

    def __init__(
        self, counts: TermCounts, is_word: Callable[[str], bool] | None = None, synonyms: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self.terms = counts.terms
        self._column = {term: column for column, term in enumerate(counts.terms)}
        self._weights = _bm25(counts.counts)  # (terms, passages)
        self._idf = _idf(counts.counts)
        self._rarest = float(np.log(1 + (counts.counts.shape[0] + 0.5) / 0.5))
        self._is_word = is_word or (lambda word: False)
        self._synonyms = synonyms or {}
        self._mended = lru_cache(maxsize=4096)(self._mend)

    @property
    def size(self) -> int:
        """How many passages."""
        return int(self._weights.shape[1])

    def scores(self, query: str) -> tuple[Vector, float]:
        """(n,) BM25 scores, and the most that a passage could score: what words of the query weigh, found or not."""
        scores = np.zeros(self.size, np.float32)
        ceiling = 0.0
        for readings in self._words(query):
            ceiling += max((float(self._idf[term.column]) for term in readings), default=self._rarest) * (K1 + 1)
            for rows, weights in self._best_of(readings):
                scores[rows] += weights
        return scores, ceiling

    def search(self, query: str, k: int, mask: Mask | None = None) -> tuple[NDArray[np.int64], Vector]:
        """Rows and scores of the best `k` passages within `mask` that hold a word of the query."""
        scores, _ = self.scores(query)
        found = scores > 0 if mask is None else (scores > 0) & mask
        rows = np.flatnonzero(found)
        return best_rows(rows, scores[rows], k)

    def rewritten(self, query: str) -> str:
        """`query` with the words that the corpus lacks replaced by the terms that they stand for, where there are such."""
        return _SURFACE.sub(lambda match: self._replacement(match[0]), query)

    def _replacement(self, surface: str) -> str:
        found = words(surface)
        if len(found) != 1 or found[0] in self._column or found[0] in STOP_WORDS:
            return surface
        readings = self._readings(found[0])
        if not readings:
            return surface
        term = self.terms[max(readings, key=lambda reading: reading.weight).column]
        if found[0] in self._synonyms:
            return term if found[0] == fold(surface) else plural(term)
        forms = (plural(term), term) if surface.endswith("s") else (term, plural(term))
        return min(forms, key=lambda form: OSA.distance(fold(surface), form))

    def _best_of(self, readings: Readings) -> list[tuple[NDArray[np.int64], Vector]]:
        """(rows, weights) to add: of several readings only the best counts in each passage."""
        found = [self._postings(term) for term in readings]
        if len(found) < 2:
            return found
        best = np.zeros(self.size, np.float32)
        for rows, weights in found:
            best[rows] = np.maximum(best[rows], weights)
        rows = np.flatnonzero(best)
        return [(rows, best[rows])]

    def _postings(self, term: QueryTerm) -> tuple[NDArray[np.int64], Vector]:
        start, end = self._weights.indptr[term.column : term.column + 2]
        return self._weights.indices[start:end], np.float32(term.weight) * self._weights.data[start:end]

    def _words(self, query: str) -> list[Readings]:
        """The readings of each word of the query; two words that make one, as in `back pack`, and one that makes two, give more."""
        every = words(query)
        wanted = list(dict.fromkeys(word for word in every if word not in STOP_WORDS and not self._is_misspelt_stop(word))) or every
        joined = [one + other for one, other in pairwise(wanted) if one + other in self._column and one + other not in wanted]
        found = [readings for word in wanted for readings in self._split(word) or (self._readings(word),)]
        return found + [(QueryTerm(self._column[word], MENDED_WEIGHT),) for word in joined]

    def _readings(self, word: str) -> Readings:
        alike = [self._column[other] for other in self._synonyms.get(word, ()) if other in self._column]
        column = self._column.get(word)
        if column is None and not alike:
            return self._mended(word)
        itself = () if column is None else (QueryTerm(column, 1.0),)
        return itself + tuple(QueryTerm(other, SYNONYM_WEIGHT) for other in alike)

    def _mend(self, word: str) -> Readings:
        """The terms that `word`, which is not in the vocabulary, may have been meant for."""
        if len(word) < SHORTEST_MENDED or any(char.isdigit() for char in word) or self._is_word(word) or self._is_misspelt_stop(word):
            return ()
        least = _LEAST_LIKENESS.get(len(word), _LEAST_LIKENESS_LONG)
        likeness: dict[int, float] = {}
        for form in (word, f"{word}s"):  # the s may have been cut off a word such as `wireles`
            for _, alike, column in process.extract(form, self.terms, scorer=OSA.normalized_similarity, score_cutoff=least, limit=4):
                likeness[column] = max(alike, likeness.get(column, 0.0))
        best = max(likeness.values(), default=0.0)
        return tuple(QueryTerm(column, MENDED_WEIGHT * alike) for column, alike in likeness.items() if alike > best - 0.02)

    def _is_misspelt_stop(self, word: str) -> bool:
        """Whether `word`, as `somthing`, is a stop word in all but one letter."""
        if len(word) < 6 or word in self._column or self._is_word(word):
            return False
        return process.extractOne(word, STOP_WORDS, scorer=OSA.distance, score_cutoff=1) is not None

    def _split(self, word: str) -> tuple[Readings, ...]:
        """`raincoat` as `rain` and `coat`, where the vocabulary has both parts and not the whole."""
        if word in self._column or word in self._synonyms:
            return ()
        for cut in range(3, len(word) - 2):
            one, other = self._column.get(word[:cut]), self._column.get(word[cut:])
            if one is not None and other is not None:
                return (QueryTerm(one, MENDED_WEIGHT),), (QueryTerm(other, MENDED_WEIGHT),)
        return ()


class LexicalRetriever:
    """BM25 alone, as a `Retriever`."""

    def __init__(self, corpus: Corpus, index: LexicalIndex) -> None:
        self.corpus = corpus
        self.index = index

    def search(self, query: str, k: int = 10, where: Filter = (), vector: Vector | None = None) -> list[Hit]:
        """The best `k` passages that hold a word of the query; `vector` is not used."""
        if not len(self.corpus) or k < 1:
            return []
        rows, scores = self.index.search(query, k, self.corpus.columns.mask(where))
        return [Hit(self.corpus.passages[row], score, lexical=score) for row, score in zip(rows.tolist(), scores.tolist(), strict=True)]


def _recolumned(counts: sparse.csr_array, terms: Sequence[str], number: dict[str, int]) -> sparse.csr_array:
    place = np.array([number[term] for term in terms] or [0], np.int32)
    return sparse.csr_array((counts.data, place[counts.indices], counts.indptr), shape=(counts.shape[0], len(number)))


def _idf(counts: sparse.csr_array) -> Vector:
    """(terms,) after Lucene: never negative."""
    passages, terms = counts.shape
    holding = np.bincount(counts.indices, minlength=terms)
    idf: Vector = np.log(1 + (passages - holding + 0.5) / (holding + 0.5)).astype(np.float32)
    return idf


def _bm25(counts: sparse.csr_array) -> sparse.csr_array:
    """Counts (passages, terms) -> BM25 weights (terms, passages)."""
    lengths = np.asarray(counts.sum(axis=1), np.float32).ravel()
    relative = lengths / max(float(lengths.mean()), 1e-9) if len(lengths) else lengths
    of_entry = np.repeat(relative, np.diff(counts.indptr))
    data = _idf(counts)[counts.indices] * counts.data * (K1 + 1) / (counts.data + K1 * (1 - B + B * of_entry))
    weighted = sparse.csr_array((data.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)
    return sparse.csr_array(weighted.T.tocsr())
