"""The project's own staff questions, asked in words of the whole analyst: of the made-up shop, and of the public data where it is there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from names import Names
from oracle import Oracle
from run import Result, analyst_answerer, report, shared_questions, sit
from suite import GoldBook, read_suite

QUESTIONS = Path(__file__).parent / "questions"
SHARED = Path(__file__).parents[3] / "shared" / "data"
RIGHT, WRONG = 0.93, 0.05
"""At least so many right; at most so many answered with another figure, or answered at all where that was wrong."""


def _hold(results: list[Result]) -> None:
    tally = Counter(result.verdict for result in results)
    confidently_wrong = tally["wrong"] + tally["answered"]
    assert tally["right"] >= RIGHT * len(results), report(results)
    assert confidently_wrong <= WRONG * len(results), report(results)


@pytest.mark.slow
def test_the_made_up_shop_is_asked(oracle: Oracle, shop_folder: Path) -> None:
    names = Names(oracle)
    book = GoldBook(oracle, names)
    questions = [(ask, book.text(ask), book.gold(ask)) for ask in read_suite(QUESTIONS)]
    _hold(sit(questions, analyst_answerer(shop_folder)))


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the public data is not beside the repository")
@pytest.mark.timeout(1800)
def test_the_public_data_is_asked(tmp_path_factory: pytest.TempPathFactory) -> None:
    import pandas as pd
    from frames import warehouse_of

    folder = tmp_path_factory.mktemp("public-shop")
    lines = pd.read_parquet(SHARED / "store" / "online_retail_II.parquet")
    warehouse_of(folder, lines, pd.read_csv(SHARED / "reviews" / "womens_clothing.csv")).close()
    _hold(sit(shared_questions(SHARED), analyst_answerer(folder)))
