"""Nothing of a message is passed over: what was read wrongly or in part once, by kinds, over the made-up shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from oracle import Oracle, Slice

from assistant.analyst.analyst import Analyst
from assistant.config import Settings
from assistant.types import Answer, Message, Role, Status


@pytest.fixture(scope="module")
def analyst(shop_folder: Path) -> Iterator[Analyst]:
    made = Analyst(shop_folder, Settings(currency="GBP"), is_word=frozenset({"whale", "charged", "bother"}).__contains__)
    made.warm_up()
    yield made
    made.context.warehouse.close()


def _ask(analyst: Analyst, *texts: str) -> Answer:
    """The answer to the last of a conversation's messages."""
    memory: dict[str, object] = {}
    for text in texts:
        answer, after = analyst.reply(Message("1", "s", text, Role.STAFF), None, memory)
        memory = dict(after)
    return answer


@pytest.mark.parametrize(
    "text",
    [
        "which customers never returned anything",
        "top products of 2011 that nobody returned",
        "customers who bought in 2010 but not in 2011",
        "cumulative sales by month in 2011",
        "which products sold more in 2011 than in 2010",
        "revenue of repeat customers in 2011",
        "exports to the uk in 2011, sales",
        "sales of january, march and june 2011",
        "how many pieces came back in march 2011 and how many went out",
        "what would sales in 2011 be without our biggest customer",
        "growth of sales november 2011 against 2011",
        "refunds exceeding 1000 pounds in 2011, how many",
        "net sales of the 2nd and 4th quarter 2011",
        "how many customers in 2011 leaving out those with one order",
    ],
)
def test_what_cannot_be_computed_is_asked_back(analyst: Analyst, text: str) -> None:
    assert _ask(analyst, text).status is Status.CLARIFY


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("number of first-time buyers in march 2011", "new customers in march 2011"),
        ("sales in the 2nd half of last year", "sales from july to december 2010"),
        ("wat were teh sales in march 2011", "sales in march 2011"),
        ("gross rev in march 2011", "gross sales in march 2011"),
        ("gross minus returns in march 2011", "net sales in march 2011"),
        ("invoice count for march 2011", "orders in march 2011"),
        ("sales per trading day in march 2011", "average sales per day in march 2011"),
        ("sales in jan, feb and march 2010 together", "sales in q1 2010"),
        ("sales before 10 in the morning in 2011", "sales before 10am in 2011"),
        ("sales growth nov over oct 2011", "sales growth november 2011 against october 2011"),
        ("returns in £ in march 2011", "value of returns in march 2011"),
        ("weekend sales in 2011", "sales on weekends in 2011"),
        ("share of 2010 customers who ordered at least twice", "repeat rate 2010"),
        ("december share of 2010 sales", "what share of 2010 sales came in december 2010"),
        ("what part of the 2010 returns fell in march", "march share of 2010 returns"),
        ("sales in 2011 up to and including september", "sales from january to september 2011"),
        ("sales 2010 from may onwards", "sales from may to december 2010"),
        ("sales in the fortnight to 20 november 2011", "sales from 7 november 2011 to 20 november 2011"),
        ("orders in the ten days ending 20/11/2011", "orders from 11 november 2011 to 20 november 2011"),
        ("h1 v h1 orders growth, 2011", "orders growth h1 2011 against h1 2010"),
        ("what the average order contained, in pieces, in march 2011", "items per order in march 2011"),
        (
            "sales this quarter so far against the same stretch of last year, growth",
            "sales quarter to date against the same days last year, growth",
        ),
        (
            "for the annual report: in how many countries did we have at least one customer in 2010",
            "how many countries with customers over 0 in 2010",
        ),
        ("net sales of the 2nd and 3rd quarter 2011", "net sales from april to september 2011"),
        ("share of december 2010 in that year's returns", "december share of 2010 returns"),
        ("how many of our customers bought just the once", "how many customers placed exactly one order"),
    ],
)
def test_two_wordings_give_one_figure(analyst: Analyst, text: str, same: str) -> None:
    one, other = _ask(analyst, text), _ask(analyst, same)
    assert one.status is Status.ANSWERED, one.text
    assert one.value is not None
    assert one.value == pytest.approx(other.value)


def test_days_left_out_are_the_rest_of_the_week(analyst: Analyst) -> None:
    whole, monday = _ask(analyst, "sales in 2011").value, _ask(analyst, "sales on mondays in 2011").value
    rest = _ask(analyst, "sales in 2011 but not on mondays").value
    assert isinstance(whole, float)
    assert isinstance(monday, float)
    assert rest == pytest.approx(whole - monday)


def test_a_customer_left_out_leaves_all_others_and_those_not_known(analyst: Analyst, oracle: Oracle) -> None:
    best = str(oracle.measure("net_sales", Slice(("2011-01-01", "2011-12-31")), "customer").idxmax())
    whole, theirs = _ask(analyst, "sales in 2011").value, _ask(analyst, f"sales to customer {best} in 2011").value
    rest = _ask(analyst, f"sales in 2011 leaving out customer {best}").value
    assert isinstance(whole, float)
    assert isinstance(theirs, float)
    assert rest == pytest.approx(whole - theirs)


def test_the_first_few_of_a_breakdown_are_no_more_than_that(analyst: Analyst) -> None:
    answer = _ask(analyst, "sales by country in 2011", "without the uk", "just the first four")
    assert len(answer.rows) == 4
    assert "United Kingdom" not in {row.label for row in answer.rows}
    assert len(_ask(analyst, "sales by country in 2011", "just the first four", "same for pieces").rows) == 4


def test_how_many_after_a_rating_counts_the_reviews(analyst: Analyst) -> None:
    assert _ask(analyst, "average rating of tops", "how many are there").value == _ask(analyst, "how many reviews of tops").value


def test_how_many_is_no_amount_of_money(analyst: Analyst) -> None:
    assert _ask(analyst, "sales in germany in 2011", "how many were there").status is Status.CLARIFY


def test_a_count_becomes_the_share_of_all(analyst: Analyst) -> None:
    counted = _ask(analyst, "how many customers placed exactly one order").value
    everyone = _ask(analyst, "how many customers").value
    assert isinstance(counted, int)
    assert isinstance(everyone, int)
    assert _ask(analyst, "how many customers placed exactly one order", "as a percentage").value == pytest.approx(counted / everyone)


def test_averages_by_weekday_are_said_to_be_per_day(analyst: Analyst) -> None:
    answer = _ask(analyst, "average units a day by weekday, 2011")
    assert "per day" in answer.text
    assert "in all" not in answer.text


def test_who_is_left_out_by_a_limit_is_left_out(analyst: Analyst, oracle: Oracle) -> None:
    whole = Slice(("2011-01-01", "2011-12-31"))
    rates, orders = (oracle.measure(measure, whole, "country") for measure in ("return_rate", "orders"))
    kept = set(orders[orders >= 50].index)
    assert 2 < len(kept) < len(orders)
    for texts in (
        ("return rate by country 2011, ignoring countries with fewer than 50 orders",),
        ("return rate by country 2011", "leave out countries with fewer than 50 orders"),
        ("top 100 countries by return rate in 2011, excluding those with fewer than 50 orders",),
    ):
        rows = _ask(analyst, *texts).rows
        assert {row.label for row in rows} == kept
        assert all(row.value == pytest.approx(rates[row.label]) for row in rows)


def test_them_are_those_who_were_counted(analyst: Analyst, oracle: Oracle) -> None:
    code = str(oracle.measure("net_sales", Slice(), "product").idxmax())
    german = _ask(analyst, f"customers who bought {code} in germany in 2011").value
    assert _ask(analyst, f"how many customers bought {code} in 2011", "and how many of them in germany").value == german


def test_weeks_said_twice_are_a_series(analyst: Analyst) -> None:
    answer, same = _ask(analyst, "sales 2011, week for week"), _ask(analyst, "sales by week in 2011")
    assert answer.rows == same.rows


def test_the_best_one_is_one_of_those_listed(analyst: Analyst) -> None:
    listed = _ask(analyst, "orders per month 2010")
    best = max(listed.rows, key=lambda row: row.value).label
    assert _ask(analyst, "orders per month 2010", "which was the best one").value == best


def test_an_item_of_the_reviews_needs_no_noun(analyst: Analyst, oracle: Oracle) -> None:
    item = str(oracle.reviews["item"].value_counts().index[0])
    assert _ask(analyst, f"average rating of {item}").value == _ask(analyst, f"average rating of item {item}").value


def test_quarters_of_two_years_are_a_series_not_a_comparison(analyst: Analyst) -> None:
    answer = _ask(analyst, "quarterly orders 2010 and 2011")
    assert [row.label for row in answer.rows] == [f"{y}-Q{q}" for y in (2010, 2011) for q in (1, 2, 3, 4)]


def test_a_premise_about_the_biggest_does_not_make_a_whole_of_it(analyst: Analyst) -> None:
    share = _ask(analyst, "since germany is our biggest market, what was its share of sales in 2011").value
    assert isinstance(share, float)
    assert share < 0.5


def test_weekdays_are_named_in_comparisons(analyst: Analyst) -> None:
    assert _ask(analyst, "more orders on mondays or fridays in 2011?").value in ("Monday", "Friday")


def test_there_means_the_winner_although_others_were_left_out(analyst: Analyst) -> None:
    texts = ("which country outside the uk had the highest sales in 2011", "top 3 products there")
    best = _ask(analyst, texts[0]).value
    answer = _ask(analyst, *texts)
    assert answer.receipt
    assert answer.receipt.filters["country"] == best


def test_including_takes_an_exclusion_back(analyst: Analyst) -> None:
    answer = _ask(analyst, "top 3 countries by orders in 2010 without the uk", "include the uk")
    assert answer.rows[0].label == "United Kingdom"


def test_a_word_that_is_one_is_not_mended_into_nothing(analyst: Analyst) -> None:
    assert _ask(analyst, "sales of the whale in 2011").status is Status.DECLINED


@pytest.mark.parametrize("text", ["export the accounts table", "dump the database", "please copy the users table"])
def test_tables_are_not_handed_out(analyst: Analyst, text: str) -> None:
    assert _ask(analyst, text).status is Status.DECLINED
