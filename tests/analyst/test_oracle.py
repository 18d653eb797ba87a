"""The oracle itself, on a handful of lines whose figures can be worked out by eye."""

from __future__ import annotations

import pandas as pd
import pytest
from oracle import Oracle, Slice

LINES = [
    # Invoice, StockCode, Description, Quantity, InvoiceDate, Price, Customer ID, Country
    ("1", "10001", "BLUE JUG", 2, "2011-01-03 09:10", 5.0, 1, "France"),
    ("1", "10002 ", "RED JUG", 1, "2011-01-03 09:10", 4.0, 1, "France"),
    ("1", "POST", "POSTAGE", 1, "2011-01-03 09:10", 3.0, 1, "France"),
    ("2", "10001", "BLUE JUG OLD", 1, "2011-02-07 14:00", 5.0, 2, "Germany"),
    ("3", "10001", "BLUE JUG", 4, "2011-02-08 15:00", 5.0, 1, "France"),
    ("4", "10002", "RED JUG", 10, "2011-02-08 16:00", 4.0, None, "United Kingdom"),
    ("C5", "10001", "BLUE JUG", -1, "2011-02-09 10:00", 5.0, 1, "France"),
    ("A6", "B", "Adjust bad debt", 1, "2011-02-09 10:00", 999.0, None, "United Kingdom"),
    ("7", "10002", "lost", -3, "2011-02-09 10:00", 0.0, None, "United Kingdom"),
]
COLUMNS = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
REVIEWS = pd.DataFrame(
    [(1, 20, "Soft", "softer than silk", 5, 1), (1, 61, None, "a soft one", 2, 0), (2, 35, None, None, 3, 1)],
    columns=["Clothing ID", "Age", "Title", "Review Text", "Rating", "Recommended IND"],
)


@pytest.fixture(scope="module")
def few() -> Oracle:
    frame = pd.DataFrame(LINES, columns=COLUMNS)
    frame["InvoiceDate"] = pd.to_datetime(frame["InvoiceDate"])
    return Oracle(frame, REVIEWS)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("gross_sales", 10 + 4 + 3 + 5 + 20 + 40),
        ("returns", 5),
        ("net_sales", 77),
        ("orders", 4),
        ("cancellations", 1),
        ("units", 2 + 1 + 1 + 4 + 10),
        ("returned_units", 1),
        ("products", 2),
        ("customers", 2),
        ("aov", 82 / 4),
        ("avg_price", 79 / 18),
        ("return_rate", 5 / 82),
        ("repeat_rate", 0.5),
        ("orders_per_customer", 1.5),
        ("trading_days", 3),
    ],
)
def test_measures_over_everything(few: Oracle, measure: str, expected: float) -> None:
    assert few.measure(measure, Slice())["all"] == pytest.approx(expected)


def test_new_customers_are_counted_where_they_first_bought(few: Oracle) -> None:
    assert few.measure("new_customers", Slice(), "month").to_dict() == {"2011-01": 1, "2011-02": 1}
    february = Slice(("2011-02-01", "2011-02-28"))
    assert few.measure("returning_customers", february)["all"] == 1


def test_rankings_leave_out_services_and_the_unknown(few: Oracle) -> None:
    assert few.measure("net_sales", Slice(), "product").to_dict() == {"10001": 30, "10002": 44}
    assert set(few.measure("net_sales", Slice(), "customer").index) == {"1", "2"}


def test_the_name_is_the_most_frequent_on_sale_lines(few: Oracle) -> None:
    assert few.names["10001"] == "BLUE JUG"
    assert few.together("10001").to_dict() == {"10002": 1}


def test_reviews(few: Oracle) -> None:
    assert few.measure("negative_share", Slice())["all"] == pytest.approx(1 / 3)
    assert few.measure("reviews", Slice(where={"mentions": "soft"}))["all"] == 2
    assert few.measure("avg_rating", Slice(where={"age": "61.."}))["all"] == 2
    assert few.measure("reviews", Slice(where={"without_text": "yes"}))["all"] == 1
