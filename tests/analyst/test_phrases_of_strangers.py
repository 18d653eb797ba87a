"""Ways of putting a question that were misread or asked back once, each by its kind, over the made-up shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from oracle import Oracle, Slice

from assistant.analyst.analyst import Analyst
from assistant.config import Settings
from assistant.types import Answer, Message, Role, Status


@pytest.fixture(scope="module")
def analyst(shop_folder: Path) -> Iterator[Analyst]:
    made = Analyst(shop_folder, Settings(currency="GBP"))
    made.warm_up()
    yield made
    made.context.warehouse.close()


def ask(analyst: Analyst, *texts: str) -> Answer:
    """The answer to the last of a conversation's messages."""
    memory: dict[str, object] = {}
    for text in texts:
        answer, after = analyst.reply(Message("1", "s", text, Role.STAFF), None, memory)
        memory = dict(after)
    return answer


def figure(oracle: Oracle, name: str, first: str = "2009-12-01", last: str = "2011-12-09", **where: str) -> float:
    return float(oracle.measure(name, Slice((first, last), where)).iloc[0])


@pytest.mark.parametrize(
    ("text", "name", "first", "last"),
    [
        ("year to date sales as of 30 June 2011", "net_sales", "2011-01-01", "2011-06-30"),
        ("as of 30 June, year to date orders", "orders", "2011-01-01", "2011-06-30"),
        ("sales so far this year, as at 30 September", "net_sales", "2011-01-01", "2011-09-30"),
        ("orders last YTD", "orders", "2010-01-01", "2010-12-09"),
        ("Warehouse here. How many orders in May 2011?", "orders", "2011-05-01", "2011-05-31"),
        ("Hi, this is Ann from accounts. What were net sales in June 2011?", "net_sales", "2011-06-01", "2011-06-30"),
        ("How many customers do we have that first ordered in Q2 2011?", "new_customers", "2011-04-01", "2011-06-30"),
    ],
)
def test_a_figure_of_a_time(analyst: Analyst, oracle: Oracle, text: str, name: str, first: str, last: str) -> None:
    answer = ask(analyst, text)
    assert answer.value == pytest.approx(figure(oracle, name, first, last)), answer.text


def test_what_country_speaks_is_not_passed_over(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "Germany here. how many orders in May 2011")
    assert answer.value == figure(oracle, "orders", "2011-05-01", "2011-05-31", country="Germany")


def test_the_season_before_that_is_counted_from_the_one_before(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "sales in autumn 2011", "and the autumn before that?")
    assert answer.value == pytest.approx(figure(oracle, "net_sales", "2010-09-01", "2010-11-30"))
    answer = ask(analyst, "orders in Q3 2011", "and the Q3 before that")
    assert answer.value == figure(oracle, "orders", "2010-07-01", "2010-09-30")


def test_no_with_a_dot_is_a_number_and_takes_nothing_back(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "Germany, no. of orders in 2011")
    assert answer.value == figure(oracle, "orders", "2011-01-01", "2011-12-09", country="Germany")
    answer = ask(analyst, "sales in 2010, no, 2011")
    assert answer.value == pytest.approx(figure(oracle, "net_sales", "2011-01-01"))


def test_of_the_biggest_order_its_day_its_customer_and_its_country_can_be_asked(analyst: Analyst, oracle: Oracle) -> None:
    biggest = oracle.invoices(Slice(("2010-01-01", "2010-12-31")), "order").index[0]
    line = oracle.sale[oracle.sale["invoice"] == biggest].iloc[0]
    asked = "what was our biggest order of 2010"
    assert ask(analyst, asked, "When was that?").value == line["at"].date().isoformat()
    assert ask(analyst, asked, "which country did it go to?").value == line["country"]
    if not pd.isna(line["customer"]):
        assert ask(analyst, asked, "who placed it?").value == str(line["customer"])


def test_more_often_counts_orders_and_the_gap_can_be_asked_for(analyst: Analyst, oracle: Oracle) -> None:
    germany, france = (figure(oracle, "orders", country=country) for country in ("Germany", "France"))
    asked = "who orders more often, Germany or France"
    assert ask(analyst, asked).value == ("Germany" if germany > france else "France")
    assert abs(float(str(ask(analyst, asked, "by how many orders?").value))) == abs(germany - france)


def test_those_won_in_one_time_are_counted_in_another(analyst: Analyst, oracle: Oracle) -> None:
    sale = oracle.sale.dropna(subset=["customer"])
    first = sale.groupby("customer")["at"].min()
    won = first[(first >= "2010-01-01") & (first < "2010-04-01")].index
    later = sale[(sale["at"] >= "2011-01-01") & (sale["at"] < "2011-04-01")]
    for text in (
        "of the customers whose first order fell in Q1 2010, how many bought again in Q1 2011",
        "how many customers first bought in Q1 2010 and bought again in Q1 2011?",
    ):
        assert ask(analyst, text).value == later[later["customer"].isin(won)]["customer"].nunique()
    assert ask(analyst, "what share of customers won in 2010 bought again in 2011 too").status is Status.CLARIFY


def test_a_record_week_is_no_order_to_record_anything(analyst: Analyst, oracle: Oracle) -> None:
    weeks = oracle.measure("orders", Slice(), "week")
    assert ask(analyst, "Record week for number of orders?").value == weeks.idxmax()
    assert ask(analyst, "Record week for number of orders?", "and the quietest one").value == weeks[weeks > 0].idxmin()
    assert ask(analyst, "record order 500001 as paid").status is Status.DECLINED


def test_what_is_sent_back_by_customers_of_a_country(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "How much have customers in Spain sent back in value terms, both years together?")
    assert answer.value == pytest.approx(figure(oracle, "returns", country="Spain"))


def test_spread_over_the_hours_is_a_series(analyst: Analyst, oracle: Oracle) -> None:
    hours = oracle.measure("orders", Slice(("2011-11-10", "2011-11-10")), "hour")
    answer = ask(analyst, "how were orders spread over the hours of the day on 10 November 2011?")
    assert {row.label: row.value for row in answer.rows if row.value} == {str(label): value for label, value in hours.items()}


def test_another_product_is_not_taken_for_a_variant_of_the_one_before(analyst: Analyst, oracle: Oracle) -> None:
    named = [(code, name) for code, name in oracle.names.items() if code[:1].isdigit()]
    pairs = [
        (one, other, third)
        for one in named
        for other in named
        for third in named
        if set(one[1].split()[1:]) == set(other[1].split()[1:]) != set(third[1].split()[1:])
        and one[1].split()[0] != other[1].split()[0] == third[1].split()[0]
    ]
    (code, _), _, (meant, name) = pairs[0]
    answer = ask(analyst, f"units of {code} in 2011", f"what about the {name.lower()}")
    assert answer.value == figure(oracle, "units", "2011-01-01", product=meant)


def test_which_of_the_last_two_is_better_or_worse(analyst: Analyst, oracle: Oracle) -> None:
    sales = {country: figure(oracle, "net_sales", "2011-01-01", country=country) for country in ("Germany", "France")}
    asked = ("sales in Germany in 2011", "in France", "which was higher")
    assert ask(analyst, *asked).value == max(sales, key=lambda country: sales[country])
    assert ask(analyst, *asked, "and which is worse?").value == min(sales, key=lambda country: sales[country])
    assert ask(analyst, "which is better").status is Status.CLARIFY


def test_both_is_the_two_before_as_one(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "sales in Germany in 2011", "and France", "both")
    both = sum(figure(oracle, "net_sales", "2011-01-01", country=country) for country in ("Germany", "France"))
    assert answer.value == pytest.approx(both)


def test_people_who_bought_are_customers(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "how many folks bought off us in q2 2011")
    assert answer.value == figure(oracle, "customers", "2011-04-01", "2011-06-30")


def test_a_month_one_year_on_and_what_it_was_worth(analyst: Analyst, oracle: Oracle) -> None:
    asked = ("How much money came in during May 2010, refunds knocked off?", "the same month one year on?")
    assert ask(analyst, *asked).value == pytest.approx(figure(oracle, "net_sales", "2011-05-01", "2011-05-31"))
    answer = ask(analyst, "How many invoices got cancelled in Sept 2011", "worth how much altogether?")
    assert answer.value == pytest.approx(figure(oracle, "returns", "2011-09-01", "2011-09-30"))
