"""The analyst, asked in words about the demo shop, gives the figures that were planted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from demo_record import Demo

from assistant.analyst.analyst import Analyst
from assistant.config import Settings
from assistant.demo import shop_settings
from assistant.types import Answer, Message, Role, Status
from assistant.warehouse import refresh

Ask = Callable[[str], Answer]


@pytest.fixture(scope="module")
def ask(demo: Demo) -> Ask:
    refresh(demo.store)
    analyst = Analyst(demo.store.folder, Settings(**shop_settings()))

    def asked(text: str) -> Answer:
        answer, _ = analyst.reply(Message("1", "s", text, Role.STAFF), None, {})
        assert answer.status is Status.ANSWERED, answer.text
        assert answer.receipt is not None
        return answer

    return asked


@pytest.mark.parametrize("month", ["2024-11", "2025-06", "2026-02"])
def test_a_month(demo: Demo, ask: Ask, month: str) -> None:
    name = f"{date.fromisoformat(month + '-01'):%B %Y}"
    fact = next(fact for fact in demo.facts.months if fact.month == month)
    assert ask(f"gross sales in {name}").value == pytest.approx(fact.gross)
    assert ask(f"net sales in {name}").value == pytest.approx(fact.net)
    assert ask(f"How many orders did we get in {name}?").value == fact.orders
    assert ask(f"how many units were sold in {name}").value == fact.units
    assert ask(f"return rate in {name}").value == pytest.approx(fact.returns / fact.gross)


def test_a_series(demo: Demo, ask: Ask) -> None:
    rows = ask("net sales by month").rows
    assert {row.label: row.value for row in rows} == pytest.approx({fact.month: fact.net for fact in demo.facts.months})


def test_countries(demo: Demo, ask: Ask) -> None:
    for fact in demo.facts.countries[:3]:
        assert ask(f"net sales in {fact.country}").value == pytest.approx(fact.net)
    rows = ask("top 3 countries by gross sales").rows
    best = sorted(demo.facts.countries, key=lambda fact: -fact.gross)[:3]
    assert [(row.label, row.value) for row in rows] == [(fact.country, pytest.approx(fact.gross)) for fact in best]


def test_best_products(demo: Demo, ask: Ask) -> None:
    rows = ask("top 10 products").rows
    assert [row.label for row in rows] == [fact.id for fact in demo.facts.top_products]
    assert [row.value for row in rows] == pytest.approx([fact.net for fact in demo.facts.top_products])


def test_the_spike_day(demo: Demo, ask: Ask) -> None:
    assert demo.facts.spike is not None
    answer = ask("which day had the most orders?")
    assert str(answer.value) == demo.facts.spike.day.isoformat()


def test_what_goes_together(demo: Demo, ask: Ask) -> None:
    for pair in demo.facts.pairs:
        answer = ask(f"what is bought together with {demo.products[pair.first].name}?")
        assert (answer.rows[0].label, answer.rows[0].value) == (pair.second, pair.together)


def test_the_average_rating(demo: Demo, ask: Ask) -> None:
    stars = demo.facts.stars
    mean = sum(n * count for n, count in stars.items()) / sum(stars.values())
    assert ask("what is our average rating?").value == pytest.approx(mean)
