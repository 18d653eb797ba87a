"""Which of the shop's own categories a new product belongs to, from its name and what else is said of it.

Owns the classifier: words with Bayes' rule, complemented so that small categories are not drowned (Rennie et al. 2003), fitted in
milliseconds to the shop's own catalogue, with its accuracy told by cross-validation. Knows no store.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import ShopclerkError
from retrieval.tokens import singular

LEAST_PRODUCTS = 20
FEWEST_IN_CATEGORY = 3
FOLDS = 5
SMOOTHING = 0.3
_WORD = re.compile(r"[a-z]+")


class TooFewProducts(ShopclerkError):
    """The catalogue holds too little to learn categories from."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A category and its chance; `words` are those of the text that spoke for it, the strongest first."""

    category: str
    chance: float
    words: tuple[str, ...]


class Categories:
    """Learns the categories of named products.

    `accuracy` is that on products held out, each once; `usual` that of always saying the largest category.
    """

    def __init__(self, texts: Sequence[str], categories: Sequence[str]) -> None:
        """`texts` and their `categories`, side by side.

        Raises:
            TooFewProducts: fewer than two categories of some products, or hardly any products.
        """
        sizes = Counter(categories)
        kept = [i for i, category in enumerate(categories) if category and sizes[category] >= FEWEST_IN_CATEGORY]
        names = sorted({categories[i] for i in kept})
        if len(kept) < LEAST_PRODUCTS or len(names) < 2:
            raise TooFewProducts(
                f"{len(kept)} products in {len(names)} categories (of {FEWEST_IN_CATEGORY} or more each) are too few to tell them apart.",
                hint=f"It takes {LEAST_PRODUCTS} products in two categories.",
            )
        self.names = tuple(names)
        words = [_words(texts[i]) for i in kept]
        truth = np.array([names.index(categories[i]) for i in kept])
        self._vocabulary = {word: n for n, word in enumerate(sorted({word for row in words for word in row}))}
        counts = self._counted(words)
        self._weights = _fitted(counts, truth, len(names))
        folds = np.arange(len(kept)) % FOLDS
        right = [
            (counts[folds == fold] @ _fitted(counts[folds != fold], truth[folds != fold], len(names))).argmax(axis=1)
            == truth[folds == fold]
            for fold in range(FOLDS)
        ]
        self.accuracy = float(np.concatenate(right).mean())
        self.usual = max(sizes[name] for name in names) / len(kept)

    def guess(self, text: str, count: int = 3) -> list[Guess]:
        """The likeliest categories; none where no word of the text is known."""
        words = _words(text)
        row = self._counted([words])
        if not row.nnz:
            return []
        scores = np.asarray(row @ self._weights)[0]
        spread = np.exp(scores - scores.max())
        chances = spread / spread.sum()
        best = np.argsort(-chances, kind="stable")[:count]
        return [Guess(self.names[n], float(chances[n]), self._speaking(words, int(n))) for n in best.tolist()]

    def _speaking(self, words: Sequence[str], category: int) -> tuple[str, ...]:
        gains = {word: float(self._weights[self._vocabulary[word], category]) for word in words if word in self._vocabulary}
        return tuple(sorted((word for word in gains if gains[word] > 0), key=lambda word: (-gains[word], word))[:3])

    def _counted(self, rows: Sequence[Sequence[str]]) -> Any:
        """(n, words), sparse, each row of length 1."""
        from scipy.sparse import csr_matrix

        known = [[self._vocabulary[word] for word in row if word in self._vocabulary] for row in rows]
        places = np.array([place for row in known for place in row], np.int64)
        lengths = np.array([len(row) for row in known])
        data = np.repeat(1.0 / np.sqrt(np.maximum(lengths, 1)), lengths)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        return csr_matrix((data, places, starts), shape=(len(rows), len(self._vocabulary)))


def _fitted(counts: Any, truth: NDArray[np.int64], categories: int) -> NDArray[np.float64]:
    """(words, categories): how much a word speaks for a category, by how rare it is in all others."""
    everywhere = np.asarray(counts.sum(axis=0)).ravel()  # (words,)
    inside = np.stack([np.asarray(counts[truth == n].sum(axis=0)).ravel() for n in range(categories)], axis=1)  # (words, categories)
    outside = everywhere[:, None] - inside + SMOOTHING
    ours = inside + SMOOTHING
    weights = np.log(ours / ours.sum(axis=0)) - np.log(outside / outside.sum(axis=0))
    return np.asarray(weights * math.sqrt(2))


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(singular(word) for word in _WORD.findall(text.lower()) if len(word) > 2))
