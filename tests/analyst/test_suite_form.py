"""The suite of questions is well formed, large enough, and every gold can be worked out."""

from __future__ import annotations

from pathlib import Path

import pytest
from names import Names
from oracle import Oracle
from suite import GoldBook, period_of, read_suite

QUESTIONS = Path(__file__).parent / "questions"


def test_every_question_has_gold_over_the_made_up_shop(oracle: Oracle) -> None:
    book = GoldBook(oracle, Names(oracle))
    asks = read_suite(QUESTIONS)
    golds = [book.gold(ask) for ask in asks]
    assert len(asks) >= 300
    assert sum(ask.followup for ask in asks) >= 60
    assert sum(gold.kind == "status" for gold in golds) >= 60
    assert all("{" not in book.text(ask) for ask in asks)
    assert all(gold.value == gold.value and (gold.kind != "rows" or gold.rows) for gold in golds)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2011", ("2011-01-01", "2011-12-31")),
        ("2011-02", ("2011-02-01", "2011-02-28")),
        ("2011-Q3", ("2011-07-01", "2011-09-30")),
        ("2011-10..2011-11-04", ("2011-10-01", "2011-11-04")),
    ],
)
def test_periods_of_gold(text: str, days: tuple[str, str]) -> None:
    assert period_of(text) == days


def test_a_line_out_of_form_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("? how much\n! 12\n", encoding="utf-8")
    with pytest.raises(ValueError, match="bad:2"):
        read_suite(tmp_path)
