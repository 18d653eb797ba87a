"""Words, plurals, synonyms, misspellings, and the BM25 scores that come of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from retrieval.lexical import K1, TITLE_WEIGHT, B, LexicalIndex, TermCounts
from retrieval.tokens import plural, singular, synonym_table, words

TEXTS = [
    "canvas backpack\nwith leather straps",
    "rain coat\nkeeps you dry",
    "wireless headphones\nthirty hours of music",
    "leather boots",
    "soup bowl\nfor soup and salad, soup, soup",
]


def index(**options: object) -> LexicalIndex:
    return LexicalIndex(TermCounts.of(TEXTS), **options)  # type: ignore[arg-type]


def best(query: str, **options: object) -> str | None:
    rows, _ = index(**options).search(query, 1)
    return TEXTS[rows[0]].split("\n")[0] if len(rows) else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Red BOOTS", ["red", "boot"]),
        ("crème brûlée", ["creme", "brulee"]),
        ("a T-shirt", ["a", "t", "shirt", "tshirt"]),
        ("women's shoes", ["women", "shoe"]),
        ("don't", ["dont"]),
        ("batteries, dresses & watches", ["battery", "dress", "watch"]),
        ("500ml", ["500ml"]),
        ("茶碗 mug", ["茶", "碗", "mug"]),
        ("_-'", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("word", "expected"), [("glass", "glass"), ("bus", "bus"), ("ties", "ty"), ("boxes", "box"), ("gas", "gas"), ("iris", "iris")]
)
def test_singular(word: str, expected: str) -> None:
    assert singular(word) == expected


@pytest.mark.parametrize("word", ["boot", "battery", "dress", "watch", "box", "toy", "sunglass"])
def test_plural_is_taken_off_again(word: str) -> None:
    assert singular(plural(word)) == word


def test_bm25_is_the_formula() -> None:
    """Checked by hand for one word in one passage: 'soup' stands once in the title and three times below it."""
    counts = [2 * TITLE_WEIGHT + 3, 2 * TITLE_WEIGHT + 3, 2 * TITLE_WEIGHT + 4, 2 * TITLE_WEIGHT, 2 * TITLE_WEIGHT + 6]
    frequency = TITLE_WEIGHT + 3
    idf = math.log(1 + (5 - 1 + 0.5) / (1 + 0.5))
    length = counts[4] / (sum(counts) / 5)
    expected = idf * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length))
    scores, ceiling = index().scores("soup")
    assert scores[4] == pytest.approx(expected, rel=1e-5)
    assert np.count_nonzero(scores) == 1
    assert scores[4] < ceiling == pytest.approx(idf * (K1 + 1), rel=1e-5)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("backpak", "canvas backpack"),
        ("bakcpack", "canvas backpack"),
        ("hedphones", "wireless headphones"),
        ("headphnoes", "wireless headphones"),
        ("lether boot", "leather boots"),
        ("back pack", "canvas backpack"),
        ("raincoat", "rain coat"),
        ("head phones", "wireless headphones"),
        ("wireles", "wireless headphones"),
        ("somthing lether", "leather boots"),
        ("xyzzy", None),
        ("b00ts", None),
    ],
)
def test_misspelt_and_differently_parted(query: str, expected: str | None) -> None:
    assert best(query) == expected


def test_a_word_that_the_shop_lacks_is_not_mended() -> None:
    assert best("boats") == "leather boots"
    assert best("boats", is_word={"boat"}.__contains__) is None


def test_synonyms_count_less_than_the_word_itself() -> None:
    table = synonym_table(["boots, wellies  # rubber", "rucksack, backpack, knapsack"])
    assert best("wellies", synonyms=table) == "leather boots"
    assert best("rucksack", synonyms=table) == "canvas backpack"
    direct, _ = index(synonyms=table).scores("boots")
    other, _ = index(synonyms=table).scores("wellies")
    assert 0 < other[3] < direct[3]


def test_synonym_table_is_symmetrical_and_passes_over_phrases() -> None:
    table = synonym_table(["sofa, couch", "couch, settee, chaise longue", "t-shirt, tee", "# nothing", ""])
    assert table["couch"] == ("sofa", "settee")
    assert table["tshirt"] == ("tee",)
    assert "chaise" not in table


def test_rewritten_replaces_only_what_the_corpus_lacks() -> None:
    table = synonym_table(["rucksack, backpack"])
    assert (
        index(synonyms=table).rewritten("A canvas rucksack, plese, with lether straps!") == "A canvas backpack, plese, with leather straps!"
    )


def test_stop_words_count_where_there_is_nothing_else() -> None:
    assert index().search("with", 5)[0].tolist() == [0]
    assert index().search("with boots", 5)[0].tolist() == [3]


def test_taking_and_adding_equals_counting_anew() -> None:
    counts = TermCounts.of(TEXTS)
    changed = counts.take([0, 3], TermCounts.of(["new lamp", "leather lamp"]), [3, 0, 2, 1])
    anew = TermCounts.of(["leather lamp", TEXTS[0], "new lamp", TEXTS[3]])
    assert changed.terms == anew.terms
    assert (changed.counts != anew.counts).nnz == 0
