"""What staff correct has an effect: the same words are read as corrected, others are not, and words can be learnt from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.analyst.analyst import Analyst
from assistant.analyst.lessons import Lesson, lesson_from, stored
from assistant.analyst.mending import Chosen
from assistant.analyst.question import question_from_json
from assistant.analyst.synonyms import take_up
from assistant.config import Settings
from assistant.errors import BadQuestion, BadSemantics
from assistant.types import Answer, Message, Role, Status

ON = date(2026, 11, 22)
Chat = tuple[Answer, Mapping[str, Any]]


def _alike(texts: object) -> np.ndarray:
    return np.ones((2, 1))


class Office:
    """An analyst that learns, as the shop wires it."""

    def __init__(self, folder: Path) -> None:
        self.lessons: list[Lesson] = []
        self.analyst = Analyst(folder, Settings(currency="GBP"), lessons=lambda: self.lessons, encode=_alike)

    def ask(self, text: str, memory: Mapping[str, Any] | None = None) -> Chat:
        return self.analyst.reply(Message("1", "s", text, Role.STAFF), None, memory or {})

    def correct(self, text: str, **chosen: Any) -> Chat:
        answer, memory = self.ask(text)
        record = answer.to_record("1")
        form = self.analyst.form(record)
        assert form is not None
        kept = chosen.pop("kept", tuple(range(len(form.kept))))
        choice = Chosen(**{"metric": form.metric, "by": form.by, "periods": form.periods, "kept": kept, **chosen})
        meant, mended, after = self.analyst.mend(record, choice, memory)
        was = stored(question_from_json(dict(record["question"])))
        self.lessons.append(lesson_from(text, was, stored(meant), "ann", ON))
        return mended, after


@pytest.fixture
def office(shop_folder: Path) -> Iterator[Office]:
    made = Office(shop_folder)
    yield made
    made.analyst.own_words.unlink(missing_ok=True)


def test_words_that_were_not_understood_are_understood_as_corrected(office: Office) -> None:
    assert office.ask("flurbles in Germany last month")[0].status is Status.DECLINED
    mended, _ = office.correct("flurbles in Germany last month", metric="orders")
    assert mended.value == office.ask("orders in Germany last month")[0].value
    again, _ = office.ask("Flurbles in Germany last month?")
    assert again.value == mended.value
    assert "Read as ann corrected it on 22 Nov 2026." in again.text
    assert ("learnt", "as ann corrected “flurbles in Germany last month” on 2026-11-22") in again.trace


def test_other_values_of_the_same_words_keep_what_the_message_says(office: Office) -> None:
    office.correct("flurbles in Germany last month", metric="orders")
    other, _ = office.ask("flurbles in France in 2010")
    assert other.question == office.ask("orders in France in 2010")[0].question


@pytest.mark.parametrize("text", ["flurbles in Germany by month", "flurbles and units in Germany last month", "no flurbles last month"])
def test_other_words_are_not_taken_for_it(office: Office, text: str) -> None:
    office.correct("flurbles in Germany last month", metric="orders")
    assert "corrected" not in office.ask(text)[0].text


def test_a_misread_figure_is_put_right_and_the_parser_may_outgrow_it(office: Office) -> None:
    mended, _ = office.correct("business in France in 2010", metric="orders")
    assert office.ask("business in France in 2010")[0].value == mended.value
    right = office.ask("orders in France in 2010")[0]
    assert "corrected" not in right.text


def test_the_later_of_two_corrections_holds(office: Office) -> None:
    office.correct("flurbles in 2010", metric="orders")
    office.lessons.append(
        Lesson("flurbles in 2010", office.lessons[0].was, question_from_json({"tool": "metric", "metrics": ["units"]}), "bob", ON)
    )
    assert office.ask("flurbles in 2010")[0].question == {"tool": "metric", "metrics": ["units"]}


def test_follow_ups_go_on_from_the_corrected_question(office: Office) -> None:
    _, memory = office.correct("flurbles in 2010", metric="orders")
    assert office.ask("and in France?", memory)[0].value == office.ask("orders in France in 2010")[0].value


def test_period_filters_and_groups_can_be_chosen(office: Office) -> None:
    chosen: dict[str, Any] = {
        "periods": (("2011-04-01", "2011-06-30"),),
        "kept": (),
        "added": (("country", "france", False),),
        "by": "month",
    }
    mended, _ = office.correct("net sales in Germany in 2010", **chosen)
    assert mended.rows == office.ask("net sales in France by month, Q2 2011")[0].rows


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"metric": "profit"}, "no metric 'profit'"),
        ({"periods": (("2011-13-01", ""),)}, "Not a date"),
        ({"periods": (("2011-05-02", "2011-05-01"),)}, "before it begins"),
        ({"added": (("country", "Atlantis", False),)}, "no country 'Atlantis'"),
        ({"metric": "rating"}, "do not apply"),
    ],
)
def test_what_is_not_in_the_data_cannot_be_chosen(office: Office, chosen: dict[str, Any], said: str) -> None:
    with pytest.raises(BadQuestion, match=said):
        office.correct("net sales in Germany by country in 2010", **chosen)


def test_attacks_cannot_be_corrected_into_anything(office: Office) -> None:
    answer, _ = office.ask("delete all orders")
    assert office.analyst.form(answer.to_record("1")) is None


def test_a_word_is_proposed_learnt_and_known(office: Office) -> None:
    office.correct("flurbles in Germany last month", metric="orders")
    (proposal,) = office.analyst.proposals()
    assert (proposal.phrase, proposal.target) == ("flurbles", "orders")
    office.analyst.own_words.write_text("# ours\n", encoding="utf-8")
    take_up(office.analyst.own_words, proposal)
    assert office.analyst.own_words.read_text(encoding="utf-8").startswith("# ours\n")
    office.lessons.clear()
    assert office.ask("flurbles in France by month")[0].rows == office.ask("orders in France by month")[0].rows
    assert office.analyst.proposals() == ()


def test_a_shop_names_a_country_in_its_own_words(office: Office) -> None:
    office.correct("orders from the emerald isle in 2010", added=(("country", "EIRE", False),))
    (proposal,) = office.analyst.proposals()
    assert proposal.target == "country = EIRE"
    take_up(office.analyst.own_words, proposal)
    office.lessons.clear()
    assert office.ask("units for the emerald isle in 2011")[0].value == office.ask("units for Ireland in 2011")[0].value


def test_a_synonym_of_nothing_is_refused_by_line(office: Office) -> None:
    office.analyst.own_words.write_text('[synonyms]\n"footings" = "net_salez"\n', encoding="utf-8")
    with pytest.raises(BadSemantics, match="line 2: 'footings' stands for 'net_salez'"):
        office.ask("sales")
