"""Every figure of the suite, asked as a typed question: the semantic layer and its tools against pandas, the parser left out."""

from __future__ import annotations

import shlex

import pytest
from judge import verdict
from names import Names
from oracle import Oracle
from suite import Ask, GoldBook
from typed import cases, typed

from assistant.analyst.context import Context
from assistant.analyst.tools import tools
from assistant.types import Answer


@pytest.fixture(scope="session")
def book(oracle: Oracle) -> GoldBook:
    return GoldBook(oracle, Names(oracle))


@pytest.fixture(scope="session")
def shop_names(oracle: Oracle) -> Names:
    return Names(oracle)


@pytest.mark.parametrize("ask", cases(), ids=lambda ask: ask.place)
def test_the_tools_agree_with_pandas(ask: Ask, book: GoldBook, shop_names: Names, context: Context) -> None:
    head, *words = shlex.split(shop_names.fill_spec(ask.spec))
    question = typed(head, dict(word.split("=", 1) for word in words))
    result = tools()[question.tool].run(context.semantics.checked(question), context)
    answer = Answer(result.status, result.text, value=result.value, rows=result.rows).to_protocol(ask.place)
    gold = book.gold(ask)
    assert verdict(gold, answer) == "right", f"{ask.spec}: wanted {gold.value or gold.rows[:5]}, got {answer['value']} {answer['rows'][:5]}"
    assert result.receipt is not None


def test_most_of_the_suite_is_covered() -> None:
    assert len(cases()) >= 170
