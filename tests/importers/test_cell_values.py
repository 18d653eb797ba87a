"""Cells to values."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import BadRecord
from assistant.importers import values


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("12.99", 12.99),
        ("£1,234.50", 1234.5),
        ("1.234,50 €", 1234.5),
        ("EUR 5", 5.0),
        ("1,234", 1234.0),
        ("1,5", 1.5),
        ("1'234.50", 1234.5),
        ("1,234,567", 1234567.0),
        ("1.234.567", 1234567.0),
        ("-3.50", -3.5),
        ("\N{MINUS SIGN}3.50", -3.5),
        ("(12.00)", -12.0),
        ("$0", 0.0),
        ("7.", 7.0),
        (7, 7.0),
        ("", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_amounts_are_read_as_people_write_them(cell: object, amount: float | None) -> None:
    assert values.money(cell) == amount


@pytest.mark.parametrize("cell", ["free", "n/a", "12-13", "1.2.3,4", "inf", float("inf"), "£", "ten"])
def test_what_is_no_amount_is_refused_with_the_value(cell: object) -> None:
    with pytest.raises(BadRecord, match="is not an amount") as caught:
        values.money(cell)
    assert caught.value.value == cell


@given(st.floats(min_value=-1e12, max_value=1e12).map(lambda x: round(x, 2)))
def test_an_amount_survives_being_written_with_thousands(amount: float) -> None:
    assert values.money(f"{amount:,.2f}") == amount
    assert values.money(f"{amount:.2f}") == amount


@pytest.mark.parametrize(("cell", "number"), [("12", 12), ("12.0", 12), (12.0, 12), ("1,200", 1200), ("-3", -3), ("", None)])
def test_whole_numbers(cell: object, number: int | None) -> None:
    assert values.whole(cell) == number


@pytest.mark.parametrize("cell", ["12.5", "1e30", "many"])
def test_what_is_no_whole_number_is_refused(cell: str) -> None:
    with pytest.raises(BadRecord):
        values.whole(cell)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-01-05", "2024-01-05 00:00"),
        ("2024-1-5", "2024-01-05 00:00"),
        ("2024/01/05 10:22", "2024-01-05 10:22"),
        ("2024-01-05T10:22:11Z", "2024-01-05 10:22:11"),
        ("2024-01-05 10:22:11 -0500", "2024-01-05 10:22:11"),
        ("2024-01-05 10:22:11 UTC", "2024-01-05 10:22:11"),
        ("05/01/2024", "2024-01-05 00:00"),
        ("5.1.2024 9:05", "2024-01-05 09:05"),
        ("05/01/2024 09:05:30 PM", "2024-01-05 21:05:30"),
        ("25/12/2011", "2011-12-25 00:00"),
        ("12/25/2011", "2011-12-25 00:00"),
        ("September 3, 2014", "2014-09-03 00:00"),
        ("3 Sep 2014", "2014-09-03 00:00"),
        ("20240105", "2024-01-05 00:00"),
        ("1356048000", "2012-12-21 00:00"),
        (1356048000000, "2012-12-21 00:00"),
    ],
)
def test_times_are_read_as_exports_write_them(cell: object, moment: str) -> None:
    assert values.time(cell) == datetime.fromisoformat(moment)


def test_month_first_where_the_file_says_so() -> None:
    assert values.time("03/04/2024", day_first=False) == datetime.fromisoformat("2024-03-04")
    assert values.time("25/04/2024", day_first=False) == datetime.fromisoformat("2024-04-25")


@pytest.mark.parametrize("cell", ["yesterday", "31/02/2024", "2024-13-01", "00/00/0000", "5"])
def test_what_is_no_date_is_refused(cell: str) -> None:
    with pytest.raises(BadRecord, match="is not a date"):
        values.time(cell)


@given(st.datetimes())
def test_iso_times_come_back(moment: datetime) -> None:
    assert values.time(moment.isoformat()) == moment


@pytest.mark.parametrize(("cell", "meant"), [("TRUE", True), ("no", False), (1, True), ("0", False), (False, False), ("", None)])
def test_flags(cell: object, meant: bool | None) -> None:
    assert values.flag(cell) is meant


@pytest.mark.parametrize(("cell", "value"), [("33", 33), ("007", "007"), ("4.5", 4.5), ("Dresses", "Dresses"), ("", None), (True, True)])
def test_attributes_keep_the_plainest_type(cell: object, value: object) -> None:
    found = values.scalar(cell)
    assert (found, type(found)) == (value, type(value))


def test_html_becomes_prose() -> None:
    markup = "<style>p{}</style><p>A <b>red</b> mug &amp; saucer.</p><ul><li>Dishwasher safe</li><li>300&nbsp;ml</li></ul>"
    assert values.prose(markup) == "A red mug & saucer.\nDishwasher safe\n300 ml"
    assert values.prose("2 < 3 and 5 > 4") == "2 < 3 and 5 > 4"


@given(st.text())
def test_no_text_breaks_the_readers(cell: str) -> None:
    assert "\x00" not in values.text(cell)
    values.prose(cell)
    values.scalar(cell)
    for parse in (values.money, values.whole, values.time, values.flag):
        try:
            parse(cell)
        except BadRecord:
            continue


def test_lone_surrogates_are_replaced() -> None:
    assert values.text("caf\ud800") == "caf?"
