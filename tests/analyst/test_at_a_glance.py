"""A time at a glance, groups beside each other over two periods, and figures that few reviews cannot carry, over the made-up shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from oracle import Oracle, Slice

from assistant.analyst.analyst import Analyst
from assistant.analyst.tools.headlines import FIGURES
from assistant.config import Settings, StaffSettings
from assistant.types import Answer, Message, Role, Status

YEAR, YEAR_BEFORE = ("2011-01-01", "2011-12-09"), ("2010-01-01", "2010-12-09")


@pytest.fixture(scope="module")
def analyst(shop_folder: Path) -> Iterator[Analyst]:
    made = Analyst(shop_folder, Settings(currency="GBP"))
    made.warm_up()
    yield made
    made.context.warehouse.close()


def ask(analyst: Analyst, *texts: str, role: str = "manager") -> Answer:
    """The answer to the last of a conversation's messages."""
    memory: dict[str, object] = {}
    for text in texts:
        answer, after = analyst.reply(Message("1", "s", text, Role.STAFF, account_role=role), None, memory)
        memory = dict(after)
    return answer


def figure(oracle: Oracle, name: str, period: tuple[str, str], **where: str) -> float:
    return float(oracle.measure(name, Slice(period, where)).iloc[0])


# ---------------------------------------------------------------------------------------------------- at a glance


@pytest.mark.parametrize(
    "text",
    [
        "summary of October 2011",
        "how did we do in October 2011?",
        "key figures for October 2011",
        "recap of October 2011 please",
        "monthly report for October 2011",
        "how did October 2011 go",
    ],
)
def test_a_time_is_told_at_a_glance(analyst: Analyst, oracle: Oracle, text: str) -> None:
    answer = ask(analyst, text)
    october = ("2011-10-01", "2011-10-31")
    assert answer.tool == "headlines"
    assert answer.value == pytest.approx(figure(oracle, "net_sales", october))
    rows = {row.label: (row.value, row.unit) for row in answer.rows}
    assert len(rows) == len(FIGURES)
    assert rows["orders"] == (figure(oracle, "orders", october), "count")
    assert rows["return rate"] == (pytest.approx(figure(oracle, "returns", october) / figure(oracle, "gross_sales", october)), "share")
    assert "Oct 2010" in answer.text


def test_a_glance_goes_on_to_another_country_and_month(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "summary of October 2011", "and in Germany?", "and the month before?")
    assert answer.tool == "headlines"
    assert answer.value == pytest.approx(figure(oracle, "net_sales", ("2011-09-01", "2011-09-30"), country="Germany"))


def test_what_names_a_figure_is_no_glance(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "report on returns in October 2011")
    assert (answer.tool, answer.value) == ("metric", pytest.approx(figure(oracle, "returns", ("2011-10-01", "2011-10-31"))))
    assert ask(analyst, "summary of sales by month in 2011").tool == "series"


def test_a_glance_at_no_time_is_asked_back(analyst: Analyst) -> None:
    assert ask(analyst, "summary please").status is Status.CLARIFY


def test_a_glance_leaves_out_what_a_role_may_not_see(shop_folder: Path) -> None:
    closed = Analyst(shop_folder, Settings(currency="GBP", staff=StaffSettings(denied={"analyst": ("returns", "product")})))
    answer = ask(closed, "summary of October 2011", role="analyst")
    assert answer.status is Status.ANSWERED
    assert "return rate" not in {row.label for row in answer.rows}
    assert "Best seller" not in answer.text


def test_a_glance_at_one_product_has_no_order_values(analyst: Analyst, oracle: Oracle) -> None:
    code = str(oracle.measure("units", Slice(YEAR), "product").idxmax())
    answer = ask(analyst, f"how did {code} do in 2011")
    assert answer.tool == "headlines"
    assert {"average order value", "new customers"}.isdisjoint(row.label for row in answer.rows)


def test_this_month_is_set_beside_the_same_days_of_the_year_before(analyst: Analyst, oracle: Oracle) -> None:
    now, before = (figure(oracle, "net_sales", (f"{year}-12-01", f"{year}-12-09")) for year in (2011, 2010))
    answer = ask(analyst, "sales this month")
    assert answer.value == pytest.approx(now)
    assert f"{abs(now / before - 1):.1%} on 1 Dec–9 Dec 2010" in answer.text


# ---------------------------------------------------------------------------------------------------- groups over two periods


@pytest.mark.parametrize("text", ["revenue YTD vs last YTD by country", "revenue by country, year to date against last year to date"])
def test_the_year_to_date_is_compared_by_group(analyst: Analyst, oracle: Oracle, text: str) -> None:
    now, before = (oracle.measure("net_sales", Slice(period), "country") for period in (YEAR, YEAR_BEFORE))
    answer = ask(analyst, text)
    assert answer.status is Status.ANSWERED
    assert {row.label for row in answer.rows} == {c for c in now.index if now[c] > 0 and before.get(c, 0) > 0}
    for row in answer.rows:
        assert row.value == pytest.approx(now[row.label] / before[row.label] - 1, abs=1e-6)
    assert answer.rows[0].label == now.idxmax()


def test_months_of_two_years_stand_beside_each_other(analyst: Analyst, oracle: Oracle) -> None:
    now, before = (oracle.measure("orders", Slice((f"{year}-01-01", f"{year}-12-31")), "month") for year in (2011, 2010))
    answer = ask(analyst, "orders by month, 2011 against 2010")
    assert [row.label for row in answer.rows][:3] == ["January", "February", "March"]
    assert answer.rows[2].value == pytest.approx(now["2011-03"] / before["2010-03"] - 1)
    assert "2011 is not over" in answer.text


def test_weeks_of_two_years_are_asked_back(analyst: Analyst) -> None:
    assert ask(analyst, "sales by week 2011 vs 2010").status is Status.CLARIFY


def test_all_of_a_time_together_is_no_comparison_any_more(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "sales yesterday vs the day before", "and all of last week together")
    assert answer.tool == "metric"
    assert answer.value == pytest.approx(figure(oracle, "net_sales", ("2011-11-28", "2011-12-04")))


# ---------------------------------------------------------------------------------------------------- few reviews


@pytest.mark.parametrize("text", ["best rated items", "which items have the best reviews"])
def test_the_best_rated_have_reviews_enough_and_the_answer_says_how_many(analyst: Analyst, oracle: Oracle, text: str) -> None:
    answer = ask(analyst, text)
    least = int(answer.text.split("at least ")[1].split(" ")[0])
    counts, means = (oracle.measure(name, Slice(), "item") for name in ("reviews", "avg_rating"))
    enough = means[counts >= least]
    assert least > 1
    assert answer.rows[0].value == pytest.approx(enough.max())
    assert all(counts[row.label] >= least for row in answer.rows)


def test_a_number_of_reviews_that_is_named_holds(analyst: Analyst) -> None:
    assert "a mean of fewer" not in ask(analyst, "best rated items with at least 2 reviews").text
    assert "a mean of fewer" not in ask(analyst, "which items have the most reviews").text
    assert "a mean of fewer" not in ask(analyst, "best rated department").text


# ---------------------------------------------------------------------------------------------------- the first of each


def test_the_best_of_each_group(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "top 2 products by units in each country in 2011")
    assert answer.status is Status.ANSWERED
    for country in ("Germany", "France"):
        best = oracle.measure("units", Slice(YEAR, {"country": country}), "product").sort_values(ascending=False)
        assert [row.value for row in answer.rows if row.label == country] == list(best.iloc[:2])


def test_the_best_month_of_each_year_and_what_follows(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "best selling product by month in 2011", "by units instead")
    months = oracle.measure("units", Slice(("2011-03-01", "2011-03-31")), "product")
    assert {row.label: row.value for row in answer.rows}["2011-03"] == months.max()


def test_figures_in_a_row_are_all_given(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "orders, customers and units in May 2011")
    names = {"orders": "orders", "customers": "customers", "units sold": "units"}
    assert {row.label: row.value for row in answer.rows} == {
        label: figure(oracle, name, ("2011-05-01", "2011-05-31")) for label, name in names.items()
    }


def test_what_a_customer_cancelled_is_no_order(analyst: Analyst, oracle: Oracle) -> None:
    customer = oracle.credit.dropna(subset=["customer"])["customer"].value_counts().index[0]
    answer = ask(analyst, f"how many orders did customer {customer} cancel")
    assert answer.value == float(oracle.measure("cancellations", Slice(None, {"customer": str(customer)})).iloc[0])


def test_one_of_several_countries_is_picked(analyst: Analyst, oracle: Oracle) -> None:
    units = oracle.measure("units", Slice(YEAR), "country")
    answer = ask(analyst, "which of Germany, France and Spain bought the most units in 2011")
    assert answer.value == units[["Germany", "France", "Spain"]].idxmax()


def test_days_of_a_quarter_under_way_meet_the_same_days_of_the_one_before(analyst: Analyst, oracle: Oracle) -> None:
    answer = ask(analyst, "sales this quarter vs the same days last quarter")
    now, before = figure(oracle, "net_sales", ("2011-10-01", "2011-12-09")), figure(oracle, "net_sales", ("2011-07-01", "2011-09-09"))
    assert answer.value == pytest.approx(now / before - 1)
