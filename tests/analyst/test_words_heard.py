"""A word is heard where its sibling asks something else; one that is not is asked back, and what was understood can be clicked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.analyst.analyst import Analyst
from assistant.analyst.hearing import unheard
from assistant.analyst.outcome import Clarify
from assistant.analyst.parse import Memory, Outcome, Parser
from assistant.analyst.question import Question
from assistant.analyst.respoken import respoken
from assistant.config import Settings


@pytest.fixture(scope="module")
def parser(shop_folder: Path) -> Parser:
    """The parser of the made-up shop."""
    return Analyst(shop_folder, Settings(currency="GBP"))._ready().parser


def _heard(parser: Parser, text: str, sees: Callable[[str], Outcome]) -> str:
    """What was not heard of `text` by a parser whose further readings are `sees`."""
    parsed = parser.parse(text, Memory())
    assert isinstance(parsed.outcome, Question), parsed.outcome
    return unheard(text, parsed.reading, parsed.outcome, sees)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("orders on mondays in 2011", "mondays"),
        ("top 3 products in 2011", "top"),
        ("net sales by month in 2011", "month"),
        ("net sales in 2011 without Germany", "without"),
        ("which month of 2011 had the most orders", "month"),
    ],
)
def test_a_word_whose_sibling_changes_nothing_was_not_heard(parser: Parser, text: str, word: str) -> None:
    deaf = parser.parse(text, Memory()).outcome
    assert _heard(parser, text, lambda _: deaf) == word
    assert _heard(parser, text, lambda other: parser.parse(other, Memory()).outcome) == ""


def test_every_occurrence_is_exchanged_at_once(parser: Parser) -> None:
    said: list[str] = []

    def another(other: str) -> Outcome:
        said.append(other)
        return Clarify("another question")

    assert _heard(parser, "net sales month by month in 2011", another) == ""
    assert said == ["net sales week by week in 2011"]


@pytest.mark.parametrize("text", ["net sales in the 4 weeks to 30 June 2011", "orders in March 2011", "new customers in 2011 in Germany"])
def test_times_numbers_of_times_and_what_was_understood_stay(parser: Parser, text: str) -> None:
    assert _heard(parser, text, lambda other: parser.parse(other, Memory()).outcome) == ""


def test_a_word_passed_over_is_asked_back_with_what_was_understood_to_click(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.analyst.parse.unheard", lambda *_: "mondays")
    asked = parser.parse("net sales in Germany in 2011", Memory()).outcome
    assert isinstance(asked, Clarify)
    assert "mondays" in asked.text
    monkeypatch.undo()
    assert parser.parse(asked.choices[0], Memory()).outcome == parser.parse("net sales in Germany in 2011", Memory()).outcome


@pytest.mark.parametrize(
    "text",
    [
        "net sales in Germany in 2011",
        "top 3 products by units in 2011",
        "orders by month in 2010",
        "returns in Q3 2011",
        "average orders per day in 2011",
    ],
)
def test_a_question_said_again_is_read_as_itself(parser: Parser, text: str) -> None:
    question = parser.parse(text, Memory()).outcome
    assert isinstance(question, Question)
    assert parser.parse(respoken(question, parser.semantics), Memory()).outcome == question


def test_what_does_not_fit_in_few_words_is_not_said_again(parser: Parser) -> None:
    compared = parser.parse("net sales in 2011 against 2010", Memory()).outcome
    assert isinstance(compared, Question)
    assert compared.comparison is not None
    assert respoken(compared, parser.semantics) == ""


@pytest.mark.parametrize(
    "text", ["same thing but number of orders", "which of them was the best seller", "and the same for 2010", "net sales this season"]
)
def test_what_builds_on_nothing_is_asked_back(parser: Parser, text: str) -> None:
    assert not isinstance(parser.parse(text, Memory()).outcome, Question)


def test_credit_notes_by_their_value_are_not_counted(parser: Parser) -> None:
    said = [parser.parse(text, Memory()).outcome for text in ("credit notes of 2011, total value", "number of credit notes in 2011")]
    assert isinstance(said[0], Clarify)
    assert "returns" in said[0].choices
    assert isinstance(said[1], Question)
    assert said[1].metric == "cancellations"
