"""The digest and the saved questions: figures are pandas', files survive, bad ones are named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from oracle import Oracle, Slice

from assistant.analyst import digest, wording
from assistant.analyst.analyst import Analyst
from assistant.analyst.digest import Digest, make_digest
from assistant.analyst.question import Period, Question, question_from_json
from assistant.analyst.saved import FILE, SavedQuestion, SavedQuestions, worded
from assistant.config import Settings
from assistant.errors import BadQuestion
from assistant.types import Message, Role

TYPED = Question("metric", ("orders",), period=Period(date(2011, 11, 1), date(2011, 11, 30), "month"))


@pytest.fixture(scope="module")
def analyst(shop_folder: Path) -> Analyst:
    return Analyst(shop_folder, Settings(currency="GBP"))


def test_the_digest_tells_of_the_last_whole_day(analyst: Analyst, oracle: Oracle) -> None:
    digest = make_digest(analyst)
    text = str(digest)
    assert digest.day == date(2011, 12, 8)
    assert "Digest for Thursday, 8 December 2011" in text
    for period in (("2011-12-08", "2011-12-08"), ("2011-12-01", "2011-12-08"), ("2010-12-01", "2010-12-08")):
        assert wording.money(oracle.measure("net_sales", Slice(period))["all"], "GBP") in text
    assert "Best sellers" in text
    assert "Forecast of net sales, Dec 2011" in text


def test_pinned_questions_are_asked_anew(analyst: Analyst, oracle: Oracle) -> None:
    pinned = (SavedQuestion("November orders", question=TYPED), SavedQuestion("Sales last month", text="net sales last month"))
    text = str(make_digest(analyst, pinned))
    assert f"November orders: Orders, Nov 2011: {oracle.measure('orders', Slice(('2011-11-01', '2011-11-30')))['all']:,.0f}" in text
    assert wording.money(oracle.measure("net_sales", Slice(("2011-11-01", "2011-11-30")))["all"], "GBP") in text


def test_no_dated_sales_is_said_plainly() -> None:
    assert "no dated sales" in str(Digest(None, ()))


def test_saved_questions_are_kept_replaced_pinned_and_removed(tmp_path: Path) -> None:
    kept = SavedQuestions(tmp_path)
    assert kept.all() == ()
    kept.save(SavedQuestion("a", text="sales last month"))
    kept.save(SavedQuestion("b", question=TYPED))
    kept.save(SavedQuestion("a", text="orders last month"))
    kept.pin("b")
    again = SavedQuestions(tmp_path)
    assert [saved.name for saved in again.all()] == ["a", "b"]
    assert again.all()[0].text == "orders last month"
    assert again.pinned() == (SavedQuestion("b", question=TYPED, pinned=True),)
    again.remove("a")
    assert [saved.name for saved in kept.all()] == ["b"]
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_what_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    kept = SavedQuestions(tmp_path)
    with pytest.raises(BadQuestion, match="needs a name"):
        kept.save(SavedQuestion("", text="sales"))
    with pytest.raises(BadQuestion, match="No saved question is called 'x'"):
        kept.pin("x")
    (tmp_path / FILE).write_text("{nonsense", encoding="utf-8")
    with pytest.raises(BadQuestion, match="no list of saved questions"):
        kept.all()


def test_a_saved_question_is_kept_in_words_where_words_bring_it_back(analyst: Analyst) -> None:
    texts = ["net sales last month", "how about Spain?"]
    memory: Mapping[str, Any] = {}
    for text in texts:
        answer, memory = analyst.reply(Message("1", "s", text, Role.STAFF), None, memory)
    assert answer.question is not None
    kept = worded(["orders in 2010", *texts], answer.question, analyst)
    assert kept.name == "net sales last month · how about Spain?"
    assert (kept.text, kept.question) == ("net sales last month\nhow about Spain?", None)
    assert kept.ask(analyst).value == answer.value
    typed = worded(["hello"], answer.question, analyst)
    assert (typed.text, typed.question) == ("", question_from_json(dict(answer.question)))
    assert typed.ask(analyst).value == answer.value


def test_keeping_twice_keeps_once_and_names_do_not_clash(tmp_path: Path) -> None:
    kept = SavedQuestions(tmp_path)
    kept.keep(SavedQuestion("how about Spain?", question=TYPED, pinned=True))
    kept.keep(SavedQuestion("how about Spain?", question=TYPED))
    kept.keep(SavedQuestion("how about Spain?", text="sales in Spain", saved_by="ada"))
    assert [(saved.name, saved.pinned, saved.saved_by) for saved in kept.all()] == [
        ("how about Spain?", True, ""),
        ("how about Spain? (2)", False, "ada"),
    ]


def test_a_turn_in_the_reviews_is_reported_where_there_is_one(analyst: Analyst, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Reviews have turned" not in str(make_digest(analyst))
    monkeypatch.setattr(digest, "has_turned", lambda context: True)
    asked: list[Question] = []
    real = analyst.ask
    monkeypatch.setattr(analyst, "ask", lambda question, role="": asked.append(question) or real(question, role))
    make_digest(analyst)
    assert Question("sentiment", ("reviews",)) in asked
