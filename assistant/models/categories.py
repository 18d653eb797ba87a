"""Which of the shop's own categories a new product belongs to, from its name and what else is said of it.

Owns two readings and their blend: words with Bayes' rule, complemented so that small categories are not drowned (Rennie et al. 2003),
fitted in milliseconds to the shop's own catalogue; and, where the shop trained it, what the text means, by a linear model over its
embedding. Their accuracy is told by cross-validation. Knows no store.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.models.folder import open_model
from retrieval.errors import ShopclerkError
from retrieval.tokens import singular

TASK = SLOT = "categories"
WEIGHTS_FILE = "model.safetensors"
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


@dataclass(frozen=True, slots=True)
class Meaning:
    """A linear model over embeddings: `weights` (dimension, categories) and `bias` (categories,), fitted to those of `encoder` (its id).

    `accuracy` is that of the blend with the words on products held out, each once, `words_accuracy` that of the words alone.
    """

    names: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    encoder: str
    accuracy: float
    words_accuracy: float

    def log_chances(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, dimension) -> (n, categories)."""
        return log_softmax((vectors @ self.weights + self.bias).astype(np.float64))


def save_meaning(folder: Path, meaning: Meaning) -> Mapping[str, Any]:
    """Write the weights into `folder`; returns the settings that the card must carry."""
    from safetensors.numpy import save_file

    save_file({name: np.ascontiguousarray(getattr(meaning, name)) for name in ("weights", "bias")}, str(folder / WEIGHTS_FILE))
    return {"encoder": meaning.encoder, "accuracy": meaning.accuracy, "words_accuracy": meaning.words_accuracy}


def load_meaning(folder: Path) -> Meaning:
    """The linear model in the model folder.

    Raises:
        ModelMissing, ModelCorrupt: see `open_model`.
    """
    from safetensors.numpy import load_file

    model = open_model(folder, TASK)
    tensors, told = load_file(str(model.file(WEIGHTS_FILE))), model.card.settings
    return Meaning(
        model.card.labels[TASK],
        tensors["weights"],
        tensors["bias"],
        told["encoder"],
        float(told["accuracy"]),
        float(told["words_accuracy"]),
    )


def log_softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores (n, categories) as logarithms of chances."""
    level = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(level - np.log(np.exp(level).sum(axis=1, keepdims=True)))


class Categories:
    """Learns the categories of named products.

    `accuracy` is that on products held out, each once; `usual` that of always saying the largest category. For whoever blends: `kept` are
    the places of the texts that were learnt from, `truth` (kept,) the numbers of their categories, `folds` (kept,) in which each was held
    out, and `held_out` (kept, categories) the logarithms of the chances it was given then.
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
        self.truth, self.folds, self.kept = truth, folds, tuple(kept)
        self.held_out = np.empty((len(kept), len(names)))
        for fold in range(FOLDS):
            mine = folds == fold
            self.held_out[mine] = log_softmax(np.asarray(counts[mine] @ _fitted(counts[~mine], truth[~mine], len(names))))
        self.accuracy = float((self.held_out.argmax(axis=1) == truth).mean())
        self.usual = max(sizes[name] for name in names) / len(kept)

    def guess(self, text: str, count: int = 3, meant: NDArray[np.float64] | None = None) -> list[Guess]:
        """The likeliest categories; none where no word of the text is known and nothing else is to go by.

        `meant` (categories,): logarithms of chances by what the text means, see `Meaning`.
        """
        words = _words(text)
        row = self._counted([words])
        if not row.nnz and meant is None:
            return []
        said = log_softmax(np.asarray(row @ self._weights))[0] if row.nnz else np.zeros(len(self.names))
        chances = np.exp(log_softmax((said if meant is None else said + meant)[None])[0])
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
