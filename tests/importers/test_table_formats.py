"""A shop's own products, FAQ, customers, orders and reviews."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from assistant.store.records import Address, FaqEntry, OrderKind, OrderLine, Payment, Shipment, Variant

at = datetime.fromisoformat


def test_other_columns_of_a_product_become_attributes(shop: Any) -> None:
    known = {"Product ID": "7", "Product Name": "Scarf", "Department": "Apparel", "Vendor": "Loom", "Selling Price": "€12,50", "Qty": "3"}
    others = {
        "Body (HTML)": "<p>Soft &amp; warm</p>",
        "Type": "Scarves",
        "Color": "blue",
        "Care Label": "hand wash",
        "Vegan": "TRUE",
        "No": "",
    }
    row = {**known, **others}
    shop.bring("products", "p.csv", [row])
    scarf = shop.store.catalogue.get("7")
    assert (scarf.name, scarf.category, scarf.brand, scarf.price, scarf.stock) == ("Scarf", "Apparel", "Loom", 12.5, 3)
    assert scarf.description == "Soft & warm"
    assert scarf.attributes == {"type": "Scarves", "color": "blue", "care_label": "hand wash", "vegan": "TRUE"}


def test_columns_can_be_told(shop: Any) -> None:
    row = {"Artikel": "7", "Bezeichnung": "Schal", "Farbe": "blau"}
    shop.bring("products", "p.csv", [row], id="Artikel", name="Bezeichnung", **{"attr.colour": "Farbe"})
    assert shop.store.catalogue.get("7").attributes == {"colour": "blau"}


def test_a_product_without_an_id_is_known_by_its_name(shop: Any) -> None:
    shop.bring("products", "p.csv", [{"name": "Blue Mug, large"}, {"name": "blue mug  large"}])
    assert [product.id for product in shop.store.catalogue.all()] == ["blue-mug-large"]


def test_variants_of_a_product_in_json(shop: Any) -> None:
    red = {"sku": "m-red", "options": {"colour": "red"}, "price": 5, "stock": 2}
    blue = {"sku": "m-blue", "colour": "blue", "price": "4.00", "available": False}
    bad = {"id": "bad", "name": "Bad", "variants": [{"sku": "x", "price": "free"}]}
    report = shop.bring(
        "products", "p.jsonl", [{"id": "mug", "name": "Mug", "attributes": {"material": "clay"}, "variants": [red, blue]}, bad]
    )
    mug = shop.store.catalogue.get("mug")
    assert mug.variants == (Variant("m-red", {"colour": "red"}, 5.0, 2), Variant("m-blue", {"colour": "blue"}, 4.0, None, available=False))
    assert (mug.price, mug.attributes) == (5.0, {"material": "clay"})
    assert report.rejected == 1


def test_a_hidden_product_is_not_active(shop: Any) -> None:
    shop.bring("products", "p.csv", [{"id": "1", "name": "A", "published": "false"}, {"id": "2", "name": "B", "published": ""}])
    assert [product.active for product in shop.store.catalogue.all()] == [False, True]


@pytest.mark.parametrize("wrap", [lambda items: items, lambda items: {"questions": items}])
def test_faq_as_json_is_numbered_in_file_order(shop: Any, wrap: Any) -> None:
    import json

    items = [
        {"question": "How long?", "answer": "A week."},
        {"question": "How much?", "answer": ""},
        {"question": "By whom?", "answer": "Us."},
    ]
    report = shop.bring("faq", "shop_faq.json", json.dumps(wrap(items)))
    assert list(shop.store.faq.all()) == [
        FaqEntry("faq-1", "How long?", "A week.", position=1),
        FaqEntry("faq-2", "By whom?", "Us.", position=2),
    ]
    assert [bad["row"] for bad in shop.rejects(report)] == ["2"]


def test_faq_as_markdown_takes_headings_for_questions(shop: Any) -> None:
    content = "# Help\n\nIntro words.\n\n## Delivery\n### How long?\nA **week**.\n\n```\n# no heading\n```\n### How much? ###\nFree.\n"
    shop.bring("faq", "help.md", content)
    assert [(entry.question, entry.answer) for entry in shop.store.faq.all()] == [
        ("Help", "Intro words."),
        ("How long?", "A **week**.\n\n```\n# no heading\n```"),
        ("How much?", "Free."),
    ]


def test_a_second_file_of_questions_overwrites_nothing(shop: Any) -> None:
    shop.bring("faq", "faq.csv", [{"question": "A?", "answer": "a"}])
    shop.bring("faq", "Return Policy.md", "# Returns\nWithin 30 days.")
    assert shop.bring("faq", "faq.csv", [{"question": "A?", "answer": "changed"}]).changes.changed == 1
    assert [(entry.id, entry.kind) for entry in shop.store.faq.all()] == [("faq-1", "faq"), ("return-policy-1", "policy")]


def test_customers_keep_name_and_address(shop: Any) -> None:
    shop.bring(
        "customers",
        "c.csv",
        [
            {"Customer ID": 13085.0, "Full Name": "Ada Lovelace King", "E-Mail": "Ada@example.com", "Postcode": "SW1", "Loyalty": "gold"},
            {"Customer ID": "", "Full Name": "Bo", "E-Mail": "Bo@example.com", "Postcode": "", "Loyalty": ""},
        ],
    )
    ada, bo = shop.store.customers.all()
    assert (ada.id, ada.first_name, ada.last_name, ada.address.zip, ada.attributes) == (
        "13085",
        "Ada Lovelace",
        "King",
        "SW1",
        {"loyalty": "gold"},
    )
    assert (bo.id, bo.first_name, bo.last_name) == ("bo@example.com", "Bo", "")


def test_a_customer_nobody_could_name_is_rejected(shop: Any) -> None:
    report = shop.bring("customers", "c.csv", [{"name": "Ada", "email": ""}, {"name": "Bo", "email": "at home"}])
    assert [bad["reason"] for bad in shop.rejects(report)] == ["no id", "'at home' is no e-mail address"]


def test_rows_of_an_order_need_not_be_together(shop: Any) -> None:
    shop.store.customers.upsert([])
    rows = [
        {
            "Order ID": "1",
            "Order Date": "2024-05-01",
            "SKU": "a",
            "Qty": 2,
            "Price": "1.50",
            "Email": "Ada@example.com",
            "Status": "Shipped",
        },
        {"Order ID": "2", "Order Date": "2024-05-02", "SKU": "b", "Qty": -1, "Price": "3", "Email": "", "Status": ""},
        {"Order ID": "1", "Order Date": "2024-05-01", "SKU": "b", "Qty": 1, "Price": "3", "Email": "Ada@example.com", "Status": "Shipped"},
        {"Order ID": "1", "Order Date": "2024-05-01", "SKU": "c", "Qty": "some", "Price": "3", "Email": "", "Status": ""},
    ]
    report = shop.bring("orders", "o.csv", rows)
    first, second = shop.store.orders.get("1"), shop.store.orders.get("2")
    assert [(line.product_id, line.quantity, line.unit_price) for line in first.lines] == [("a", 2, 1.5), ("b", 1, 3.0)]
    assert (first.placed_at, first.customer_id, first.status) == (at("2024-05-01"), "ada@example.com", "shipped")
    assert second.kind is OrderKind.CREDIT
    assert [(bad["row"], bad["column"]) for bad in shop.rejects(report)] == [("5", "Qty")]


def test_an_order_as_one_object(shop: Any) -> None:
    order = {
        "order_id": "#9", "customer": "ada", "created_at": "2024-05-01T10:00:00Z", "total": 7, "tracking_number": "T1, T2", "city": "York",
        "items": [{"sku": "a", "name": "Mug", "qty": 2, "price": 3.5, "options": {"colour": "red"}}],
    }  # fmt: skip
    shop.bring("orders", "o.jsonl", [order])
    kept = shop.store.orders.get("9")
    assert kept.lines == (OrderLine("a", "Mug", 2, 3.5, options={"colour": "red"}),)
    assert kept.payments == (Payment("payment", 7.0, "", at("2024-05-01 10:00")),)
    assert kept.shipments == (Shipment(("T1", "T2")),)
    assert kept.address == Address(city="York")


def test_one_date_decides_for_the_whole_file_whether_the_month_comes_first(shop: Any) -> None:
    rows = [{"id": "1", "date": "03/04/2024"}, {"id": "2", "date": "04/25/2024"}]
    shop.bring("orders", "o.csv", [{**row, "sku": "a", "qty": 1, "price": 1} for row in rows])
    assert [order.placed_at for order in shop.store.orders.all()] == [at("2024-03-04"), at("2024-04-25")]


def test_dates_that_could_be_either_are_said_to_be_read_day_first(shop: Any) -> None:
    report = shop.bring("orders", "o.csv", [{"id": "1", "date": "03/04/2024", "sku": "a", "qty": 1, "price": 1}])
    assert shop.store.orders.get("1").placed_at == at("2024-04-03")
    assert "read as day/month/year" in str(report)


def test_reviews_find_their_columns_and_keep_the_others_to_filter_by(shop: Any) -> None:
    row = {"": 0, "Clothing ID": 767, "Age": 33, "Title": "", "Review Text": "Runs  small", "Rating": 4, "Recommended IND": 1,
           "Positive Feedback Count": 0, "Division Name": "General", "Department Name": "Tops", "Class Name": "Knits"}  # fmt: skip
    shop.bring("reviews", "Our Reviews.csv", [row, {**row, "Rating": "great"}, {**row, "Review Text": "", "Rating": ""}])
    (review,) = shop.store.reviews.all()
    assert (review.id, review.product_id, review.rating, review.title, review.text) == ("our-reviews-2", "767", 4.0, "", "Runs  small")
    assert review.attributes == {
        "age": 33, "recommended": 1, "positive_feedback": 0, "division": "General", "department": "Tops", "class": "Knits",
    }  # fmt: skip


def test_equal_reviews_all_count(shop: Any) -> None:
    assert shop.bring("reviews", "r.csv", [{"text": "fine", "rating": 3}] * 3).changes.added == 3
