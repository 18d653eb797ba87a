"""Online Retail II: what every kind of line becomes, in columns and row by row alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assistant.config import load_settings
from assistant.importers.formats.online_retail import is_service
from assistant.store.records import Changes, OrderKind, ProductKind

at = datetime.fromisoformat
COLUMNS = ("Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country")
UK = "United Kingdom"
LINES = [
    ("489434", "85048", "GLASS BALL", 12, "2009-12-01 07:45:00", 6.95, 13085, UK),
    ("489434", "79323p", " PINK LIGHTS ", 12, "2009-12-01 07:46:00", 6.75, 13085, UK),
    ("C489449", "85048", "GLASS BALL", -2, "2009-12-01 10:33:00", 6.95, 16321, "Australia"),
    ("489435", "85048", "GLASS BALLS, SILVER", 3, "2009-12-02 09:00:00", 5.0, None, UK),
    ("A506401", "B", "Adjust bad debt", 1, "2010-04-29 13:36:00", -53594.36, None, UK),
    ("489436", "79323P", None, -240, "2010-05-01 09:00:00", 0.0, None, UK),
    ("489436", "POST", "POSTAGE", 1, "2010-05-01 09:00:00", 18.0, 13085, "France"),
    ("489434", "21232", "TRINKET BOX", 1, "2009-12-01 07:45:00", 1.25, 13085, UK),
    ("489437", "85048", "GLASS BALL", 1, "2010-06-01 12:00:00", 6.95, 13085, UK),
    ("489438", "99999X", "damaged", -1, "2010-06-01 12:00:00", 0.0, None, UK),
]


def parquet(shop: Any, lines: list[tuple[Any, ...]], name: str = "retail.parquet") -> Any:
    columns = dict(zip(COLUMNS, zip(*lines, strict=True), strict=True))
    columns["InvoiceDate"] = tuple(moment and at(moment) for moment in columns["InvoiceDate"])
    table = pa.table({**columns, "StockCode": pa.array(columns["StockCode"]).dictionary_encode()})
    pq.write_table(table, shop.folder / name)
    return shop.folder / name


def rows(lines: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [{name: "" if cell is None else cell for name, cell in zip(COLUMNS, line, strict=True)} for line in lines]


@pytest.fixture(params=["parquet", "csv"])
def filled(shop: Any, request: pytest.FixtureRequest) -> Any:
    from assistant.importers import run_import

    path = parquet(shop, LINES) if request.param == "parquet" else shop.file("retail.csv", rows(LINES))
    assert run_import(shop.store, "online-retail", path).rejected == 0
    return shop


def test_invoices_become_orders_of_their_kind(filled: Any) -> None:
    kinds = {order.id: order.kind for order in filled.store.orders.all()}
    assert kinds == {
        **dict.fromkeys(("489434", "489435", "489436", "489437", "489438"), OrderKind.SALE),
        "C489449": OrderKind.CREDIT,
        "A506401": OrderKind.ADJUSTMENT,
    }


def test_lines_are_kept_as_booked_and_an_invoice_is_one_order_wherever_its_lines_are(filled: Any) -> None:
    order = filled.store.orders.get("489434")
    assert (order.customer_id, order.country, order.placed_at) == ("13085", UK, at("2009-12-01 07:45"))
    assert [(line.product_id, line.name, line.quantity, line.unit_price, line.booked_at) for line in order.lines] == [
        ("85048", "GLASS BALL", 12, 6.95, None),
        ("79323P", "PINK LIGHTS", 12, 6.75, at("2009-12-01 07:46")),
        ("21232", "TRINKET BOX", 1, 1.25, None),
    ]
    (debt,) = filled.store.orders.get("A506401").lines
    assert (debt.unit_price, debt.quantity) == (-53594.36, 1)
    assert filled.store.orders.get("489435").customer_id is None
    odd = filled.store.orders.get("489436")
    assert (odd.customer_id, [(line.quantity, line.unit_price) for line in odd.lines]) == ("13085", [(-240, 0.0), (1, 18.0)])
    assert sum(batch.num_rows for batch in filled.store.export.order_lines()) == len(LINES)


def test_products_bear_their_most_frequent_name_on_sale_lines(filled: Any) -> None:
    products = {product.id: product for product in filled.store.catalogue.all()}
    assert {code: product.name for code, product in products.items()} == {
        "85048": "GLASS BALL",
        "79323P": "PINK LIGHTS",
        "B": "Adjust bad debt",
        "POST": "POSTAGE",
        "21232": "TRINKET BOX",
        "99999X": "damaged",
    }
    assert {code for code, product in products.items() if product.kind is ProductKind.SERVICE} == {"B", "POST"}
    assert {code for code, product in products.items() if not product.active} == {"B", "99999X"}


def test_customers_live_where_most_of_their_sale_lines_went(filled: Any) -> None:
    assert {customer.id: customer.address.country for customer in filled.store.customers.all()} == {"13085": UK, "16321": "Australia"}


def test_the_shop_trades_in_pounds_unless_told_otherwise(filled: Any) -> None:
    assert load_settings(filled.store.folder).currency == "GBP"


def test_a_currency_that_is_set_stays(shop: Any) -> None:
    (shop.store.folder / "settings.toml").write_text('currency = "EUR"\n')
    shop.bring("online-retail", "retail.csv", rows(LINES))
    assert load_settings(shop.store.folder).currency == "EUR"


def test_a_changed_line_changes_one_order(shop: Any) -> None:
    shop.bring("online-retail", "retail.csv", rows(LINES))
    changed = [(*LINES[0][:3], 13, *LINES[0][4:]), *LINES[1:]]
    report = shop.bring("online-retail", "retail.csv", rows(changed))
    assert dict(report.kinds)["orders"] == Changes(changed=1, unchanged=6)
    assert shop.store.orders.get("489434").lines[0].quantity == 13


def test_parquet_and_csv_hold_the_same(shop: Any) -> None:
    from assistant.importers import run_import

    run_import(shop.store, "online-retail", parquet(shop, LINES))
    changes = shop.bring("online-retail", "retail.csv", rows(LINES)).changes
    assert (changes.added, changes.changed) == (0, 0)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_lines_that_say_too_little_are_rejected_and_the_rest_of_their_invoice_is_kept(shop: Any, suffix: str) -> None:
    from assistant.importers import run_import

    bad = [
        (None, "85048", "GLASS BALL", 1, "2009-12-01 07:45:00", 6.95, 13085, UK),
        ("489434", "  ", "GLASS BALL", 1, "2009-12-01 07:45:00", 6.95, 13085, UK),
        ("489434", "85048", "GLASS BALL", 1, None, 6.95, 13085, UK),
        ("489434", "85048", "GLASS BALL", 1, "2009-12-01 07:45:00", None, 13085, UK),
        ("489437", "85048", "GLASS BALL", 1, "2010-06-01 12:00:00", 6.95, 99999, UK),
    ]
    lines = [*LINES, *bad]
    path = parquet(shop, lines) if suffix == "parquet" else shop.file("retail.csv", rows(lines))
    report = run_import(shop.store, "online-retail", path)
    first = 11 if suffix == "parquet" else 12
    assert sorted(int(row["row"]) for row in shop.rejects(report)) == [first + place for place in range(5)]
    assert len(shop.store.orders.get("489434").lines) == 3
    assert len(shop.store.orders.get("489437").lines) == 1


@pytest.mark.parametrize("code", ["85048", "79323P", "85123a".upper(), "DCGS0058", "DCGSSBOY", "PADS", "SP1002"])
def test_goods(code: str) -> None:
    assert not is_service(code)


@pytest.mark.parametrize(
    "code", ["POST", "DOT", "M", "D", "S", "B", "C2", "BANK CHARGES", "AMAZONFEE", "ADJUST2", "GIFT_0001_10", "PADSX", "1234"]
)
def test_services(code: str) -> None:
    assert is_service(code)
