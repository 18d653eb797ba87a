"""Sales by category, style and brand, where the shop's products have them: as filters, in rankings and from one question to the next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from assistant.analyst.analyst import Analyst
from assistant.analyst.own_money import in_own_money
from assistant.config import Settings
from assistant.types import Answer, Message, Role, Status
from assistant.warehouse import Warehouse
from tests.little_shops import LittleShop, line, product, review

MARCH = datetime(2026, 3, 2, 10)  # noqa: DTZ001 - the warehouse keeps the shop's own time
GOODS = (
    product("p1", "Teal Storm Parka", category="Clothing", style="Parkas", brand="Ravenglass"),
    product("p2", "Ochre Town Parka", category="Clothing", style="Parkas", brand="Holm"),
    product("p3", "Fell Boot", category="Footwear", style="Boots", brand="Ravenglass"),
    product("p4", "Tin Lantern", category="Camping", style="Lights", brand="Holm"),
)
SOLD = {"p1": 6, "p2": 2, "p3": 5, "p4": 3}
"""Pieces of 10.00 each in March; in April one of each."""


@pytest.fixture(scope="module")
def analyst(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analyst]:
    folder = tmp_path_factory.mktemp("outfitter")
    march = [line(f"m{id}{n}", id, MARCH + timedelta(days=n), f"c{n % 3}") for id, count in SOLD.items() for n in range(count)]
    april = [line(f"a{id}", id, MARCH + timedelta(days=35), "c2", country="Canada" if id == "p1" else "United States") for id in SOLD]
    kinds = {"p1": "Clothing", "p3": "Footwear"}
    told = [
        {**review(f"r{id}", id, "fine", stars, MARCH), "attributes": f'{{"department": "{kinds[id]}"}}'}
        for id, stars in (("p1", 2.0), ("p3", 4.0))
    ]
    people = [{"id": f"c{n}"} for n in range(3)]
    Warehouse.refresh(LittleShop(folder, [*march, *april], GOODS, told, people))
    made = Analyst(folder, Settings(currency="EUR"))
    yield made
    made.context.warehouse.close()


class Asking:
    """One conversation with the analyst."""

    def __init__(self, analyst: Analyst) -> None:
        self.analyst, self.memory = analyst, {}

    def say(self, *texts: str) -> Answer:
        for text in texts:
            answer, memory = self.analyst.reply(Message("1", "s", text, Role.STAFF), None, self.memory)
            self.memory = dict(memory)
        return answer


@pytest.fixture
def asking(analyst: Analyst) -> Asking:
    return Asking(analyst)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("net sales of parkas in march", 80.0),
        ("sales of clothing in march 2026", 80.0),  # "clothing" is an item of reviews elsewhere
        ("how many boots did we sell in march", 5),
        ("sales of Ravenglass products in march", 110.0),
        ("net sales without footwear in march", 110.0),
    ],
)
def test_a_kind_narrows_a_figure(asking: Asking, text: str, value: float) -> None:
    answer = asking.say(text)
    assert answer.status is Status.ANSWERED
    assert answer.value == pytest.approx(value)


def test_kinds_are_compared(asking: Asking) -> None:
    text = asking.say("compare clothing and footwear in march").text
    assert "80.00" in text
    assert "50.00" in text


@pytest.mark.parametrize(("text", "first"), [("best selling parka in march", "p1"), ("worst selling clothing product in march", "p2")])
def test_the_best_of_a_kind_is_a_product(asking: Asking, text: str, first: str) -> None:
    assert asking.say(text).products[:1] == (first,)


def test_who_bought_most_of_a_kind_is_a_customer(asking: Asking) -> None:
    assert "c2" in asking.say("who bought the most boots in april").text


def test_a_kind_is_added_to_the_question_before(asking: Asking) -> None:
    answer = asking.say("what sold best in march", "only footwear")
    assert answer.products[:1] == ("p3",)
    assert "Footwear" in answer.text


def test_reviews_are_grouped_by_the_same_kinds(asking: Asking) -> None:
    text = asking.say("average rating by category").text
    assert "Footwear 4" in text
    assert "Clothing 2" in text


def test_the_country_that_is_set_against_another(asking: Asking) -> None:
    text = asking.say("orders from canada vs us in april").text
    assert "1 (Canada) against 3 (United States)" in text


def test_the_first_of_a_ranking_is_taken_up(asking: Asking) -> None:
    asking.say("who are our best customers in march")
    answer = asking.say("how much did the top one spend")
    assert answer.value == pytest.approx(60.0)
    assert "Teal Storm Parka" in asking.say("what did they buy").text


def test_what_customers_ordered_most_are_products(asking: Asking) -> None:
    assert asking.say("what did our customers order most in march").products[:1] == ("p1",)


def test_those_that_were_counted_are_asked_back(asking: Asking) -> None:
    asking.say("how many customers spent more than 50")
    assert asking.say("and of those, by category").status is Status.CLARIFY


@pytest.mark.parametrize("text", ["why was april so high", "customers who havent bought since march", "how long do we take to ship"])
def test_turns_of_speech_are_no_goods(asking: Asking, text: str) -> None:
    answer = asking.say(text)
    assert "nothing in the shop's data for" not in answer.text
    assert "Several products fit" not in answer.text


def test_a_part_of_the_year_and_the_year_apart_are_one_period(asking: Asking) -> None:
    assert "Mar 2025 lies outside the data" in asking.say("march sales 2025").text
    assert asking.say("march sales 2026").value == pytest.approx(160.0)


def test_a_period_is_not_compared_with_itself(asking: Asking) -> None:
    text = asking.say("net sales in april 2026", "and how does that compare with last april").text
    assert "(Apr 2026) against" not in text or "(Apr 2025)" in text


def test_what_will_be_is_forecast_and_not_looked_up(asking: Asking) -> None:
    told = str(asking.say("will we sell more in march than last year").trace)
    assert "'tool': 'forecast'" in told
    assert "2027-03" in told


def test_the_rated_are_ranked_by_their_stars(asking: Asking) -> None:
    assert "Teal Storm Parka" in asking.say("worst rated products").text.split(";")[0]
    assert "Fell Boot" in asking.say("best rated boot").text


def test_reviews_are_told_of_a_product_by_its_name(asking: Asking) -> None:
    assert asking.say("average rating of the Fell Boot").value == pytest.approx(4.0)
    assert "no reviews of Tin Lantern" in asking.say("average rating of the Tin Lantern").text


@pytest.mark.parametrize(
    ("text", "currency", "read"),
    [
        ("orders over $500", "USD", "orders over £500"),
        ("orders over 500 bucks", "USD", "orders over 500 pounds"),
        ("orders over €500", "EUR", "orders over £500"),
        ("orders from Canada $500 or more", "USD", "orders from Canada £500 or more"),
        ("a bonus $5", "USD", "a bonus £5"),
        ("sales in usd", "CAD", "sales in usd"),
        ("orders over $500", "GBP", "orders over $500"),
        ("orders over £500", "USD", "orders over euros 500"),
    ],
)
def test_the_shops_own_money_is_read_as_money(text: str, currency: str, read: str) -> None:
    assert in_own_money(text, currency) == read


def test_a_limit_in_the_shops_own_money(asking: Asking) -> None:
    assert asking.say("how many orders over €5 in april").value == 4
    assert asking.say("how many orders over $5 in april").status is Status.DECLINED
