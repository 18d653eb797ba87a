"""A shop has one currency: a file's own is taken up where none was chosen, and never passes for another."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from assistant.config import load_settings
from assistant.errors import BadRecord, ImportRefused
from assistant.importers.currencies import beside, headed, named

CANDLE = {"id": "c1", "name": "Beeswax candle", "price": "9.80", "currency": "EUR"}
WICK = {"id": "c2", "name": "Cotton wick", "price": "1.20", "currency": "EUR"}
MOULD = {"id": "c3", "name": "Candle mould", "price": "14", "currency": "GBP"}


def currency(shop: Any) -> str:
    return load_settings(shop.store.folder).currency


def choose(shop: Any, code: str) -> None:
    (shop.store.folder / "settings.toml").write_text(f'currency = "{code}"\n', encoding="utf-8")


def test_an_empty_shop_takes_up_the_currency_of_its_first_file_and_says_so(shop: Any) -> None:
    report = shop.bring("products", "candles.csv", [CANDLE, WICK])
    assert (currency(shop), report.rejected) == ("EUR", 0)
    assert "The shop's currency is EUR from now on, as candles.csv has it" in str(report)
    assert shop.store.catalogue.get("c1").attributes == {}


@pytest.mark.parametrize(
    "row",
    [
        {"price": "9,80 €"},
        {"price": "EUR 9.80"},
        {"price": "9.80", "Currency Code": "euro"},
        {"Price (EUR)": "9.80"},
        {"price_eur": "9.80"},
        {"Price €": "9.80"},
    ],
)
def test_a_currency_may_stand_in_a_column_beside_the_amount_or_in_the_heading(shop: Any, row: dict[str, str]) -> None:
    shop.bring("products", "candles.csv", [{"id": "c1", "name": "Beeswax candle", **row}])
    assert (currency(shop), shop.store.catalogue.get("c1").price) == ("EUR", 9.8)


def test_what_says_nothing_of_a_currency_leaves_it_open(shop: Any) -> None:
    shop.bring("products", "candles.csv", [{"id": "c1", "name": "Candle", "price": "9.80"}, {"id": "c2", "name": "Wick", "price": "$2"}])
    assert "currency" not in load_settings(shop.store.folder).model_fields_set


def test_rows_in_another_currency_than_the_chosen_one_are_rejected_with_the_way_out(shop: Any) -> None:
    choose(shop, "EUR")
    report = shop.bring("products", "candles.csv", [CANDLE, MOULD])
    assert [p.id for p in shop.store.catalogue.all()] == ["c1"]
    assert [(bad["row"], bad["reason"], bad["column"], bad["value"]) for bad in shop.rejects(report)] == [
        ("3", "in GBP, and the shop's currency is EUR", "currency", "GBP")
    ]
    assert 'put currency = "GBP" into' in str(report)


def test_a_shop_with_prices_keeps_its_currency_whatever_comes_later(shop: Any) -> None:
    shop.bring("products", "plain.csv", [{"id": "c9", "name": "Snuffer", "price": "7"}])
    report = shop.bring("products", "candles.csv", [CANDLE])
    assert (currency(shop), report.rejected, [p.id for p in shop.store.catalogue.all()]) == ("USD", 1, ["c9"])
    assert "The shop's currency is USD" in str(report)


def test_the_same_file_is_read_again_once_the_currency_is_set(shop: Any) -> None:
    shop.bring("products", "plain.csv", [{"id": "c9", "name": "Snuffer", "price": "7"}])
    assert shop.bring("products", "candles.csv", [CANDLE]).rejected == 1
    choose(shop, "EUR")
    again = shop.bring("products", "candles.csv", [CANDLE])
    assert (again.skipped, again.changes.added) == (False, 1)


def test_a_file_of_several_currencies_is_refused_where_none_is_chosen(shop: Any) -> None:
    with pytest.raises(ImportRefused, match=r"EUR \(2 rows\) and GBP \(1 rows\).*(?s:.*)currency = \"EUR\""):
        shop.bring("products", "candles.csv", [CANDLE, WICK, MOULD])
    assert shop.store.catalogue.count() == 0


def test_a_sign_of_several_currencies_is_asked_about(shop: Any) -> None:
    with pytest.raises(ImportRefused, match="DKK or ISK or NOK or SEK"):
        shop.bring("products", "candles.csv", [{"id": "c1", "name": "Candle", "price": "98 kr"}])


def test_a_dollar_sign_is_that_of_any_dollar(shop: Any) -> None:
    choose(shop, "CAD")
    assert shop.bring("products", "candles.csv", [{"id": "c1", "name": "Candle", "price": "$9.80"}]).rejected == 0


def test_what_is_no_currency_is_rejected(shop: Any) -> None:
    report = shop.bring("products", "candles.csv", [CANDLE, {**WICK, "currency": "points"}])
    assert (currency(shop), report.rejected) == ("EUR", 1)
    assert shop.rejects(report)[0]["reason"].startswith("'points' is no currency")


def test_orders_bring_a_currency_and_are_held_to_it(shop: Any) -> None:
    line = {"order id": "1", "sku": "c1", "price": "9.80", "currency": "CHF"}
    shop.bring("orders", "orders.csv", [line])
    assert currency(shop) == "CHF"
    report = shop.bring("orders", "more.csv", [{**line, "order id": "2"}, {**line, "order id": "3", "currency": "EUR"}])
    assert ([o.id for o in shop.store.orders.all()], report.rejected) == (["1", "2"], 1)


def test_orders_as_objects_are_held_to_it_too(shop: Any) -> None:
    choose(shop, "CHF")
    order = {"id": "1", "lines": [{"sku": "c1", "price": 9.8}], "currency": "EUR"}
    assert shop.bring("orders", "orders.jsonl", [order, {**order, "id": "2", "currency": "CHF"}]).rejected == 1


def test_shopify_orders_in_two_currencies_are_refused(shop: Any) -> None:
    head = "Name,Email,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price"
    rows = [
        ["#1", "a@example.com", "CAD", "5", "2026-01-01", "1", "Wick", "5"],
        ["#2", "b@example.com", "USD", "5", "2026-01-02", "1", "Wick", "5"],
    ]
    path = shop.folder / "orders_export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head.split(","), *rows])
    with pytest.raises(ImportRefused, match=r"CAD .1 rows. and USD"):
        shop.bring("shopify", "orders_export.csv", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("words", "codes"), [("eur", {"EUR"}), ("€", {"EUR"}), ("US$", {"USD"}), ("zł", {"PLN"}), ("ZAR", {"ZAR"})])
def test_names_of_currencies(words: str, codes: set[str]) -> None:
    assert named(words) == codes


def test_what_stands_beside_an_amount() -> None:
    assert beside("1.234,50 €") == {"EUR"}
    assert beside("GBP 3") == {"GBP"}
    assert beside("12.00") == beside("12 pcs") == frozenset()
    with pytest.raises(BadRecord, match="no currency"):
        named("bonus points")


def test_a_heading_without_a_currency_stays_whole() -> None:
    assert headed("Price per unit") == ("Price per unit", frozenset())
    assert headed("price_gbp") == ("price", {"GBP"})
