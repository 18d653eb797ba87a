"""Shopify's exports, the retail demo, the tau shop."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from assistant.config import load_settings
from assistant.store.records import Address, Payment, PaymentMethod, Shipment, Variant

at = datetime.fromisoformat

SHOPIFY_PRODUCTS = """\
Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,\
Variant SKU,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Image Src,Status
wool-hat,Wool Hat,<p>Warm <b>hat</b></p>,Knitters,Apparel > Hats,Beanies,\
"winter, wool",TRUE,Size,S,Color,Red,HAT-S,3,deny,19.99,https://x/hat.png,active
wool-hat,,,,,,,,,M,,Red,HAT-M,0,deny,17.99,,
wool-hat,,,,,,,,,L,,Red,HAT-L,-1,continue,21.00,,
wool-hat,,,,,,,,,XL,,Red,HAT-XL,1,deny,free,,
wool-hat,,,,,,,,,,,,,,,,https://x/hat2.png,
gift-card,Gift Card,,Shop,,Gift Cards,,TRUE,Title,Default Title,,,GC,,deny,25.00,,draft
no-title,,,,,,,TRUE,,,,,NT,1,deny,1.00,,active
wool-hat,Wool Hat again,,,,,,TRUE,,,,,X,1,deny,1.00,,active
"""

SHOPIFY_ORDERS = """\
Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Total,Created at,Lineitem quantity,Lineitem name,\
Lineitem price,Lineitem sku,Shipping Name,Shipping Address1,\
Shipping City,Shipping Zip,Shipping Country,Cancelled at,Payment Method,Refunded Amount
#1002,Ada@example.com,partially_refunded,,fulfilled,2024-01-07 09:00:00 -0500,CAD,62.97,2024-01-05 10:22:11 -0500,2,\
Wool Hat - S / Red,19.99,HAT-S,Ada King,1 Elm St,York,Y1,GB,,Visa,10.00
#1002,Ada@example.com,,,,,,,,1,Gift Card,25.00,,,,,,,,,
#1001,bo@example.com,pending,,unfulfilled,,CAD,5.00,2024-01-04 08:00:00 -0500,1,\
Mystery Box,5.00,,Bo,2 Oak St,Leeds,L1,GB,2024-01-05 08:00:00 -0500,,
#1001,bo@example.com,,,,,,,,none,Mystery Box,5.00,,,,,,,,,
"""


def test_shopify_products(shop: Any) -> None:
    report = shop.bring("shopify", "products_export.csv", SHOPIFY_PRODUCTS)
    hat, card = shop.store.catalogue.all()
    assert (hat.id, hat.name, hat.category, hat.style, hat.brand) == ("wool-hat", "Wool Hat", "Hats", "Beanies", "Knitters")
    assert (hat.description, hat.image, hat.price, hat.attributes) == ("Warm hat", "https://x/hat.png", 19.99, {"tags": "winter, wool"})
    assert hat.variants == (
        Variant("HAT-S", {"Size": "S", "Color": "Red"}, 19.99, 3),
        Variant("HAT-M", {"Size": "M", "Color": "Red"}, 17.99, 0, available=False),
        Variant("HAT-L", {"Size": "L", "Color": "Red"}, 21.0, 0),
    )
    assert (card.id, card.price, card.variants, card.active, card.category) == ("gift-card", 25.0, (), False, "Gift Cards")
    assert [bad["row"] for bad in shop.rejects(report)] == ["5", "8", "9"]


def test_shopify_orders(shop: Any) -> None:
    shop.bring("shopify", "products_export.csv", SHOPIFY_PRODUCTS)
    report = shop.bring("shopify", "orders_export.csv", SHOPIFY_ORDERS)
    paid, cancelled = shop.store.orders.get("1002"), shop.store.orders.get("#1001")
    assert [(line.product_id, line.variant_id, line.quantity) for line in paid.lines] == [("wool-hat", "HAT-S", 2), ("gift-card", None, 1)]
    assert (paid.status, paid.placed_at, paid.customer_id) == ("shipped", at("2024-01-05 10:22:11"), "ada@example.com")
    assert paid.payments == (Payment("payment", 62.97, "Visa", at("2024-01-05 10:22:11")), Payment("refund", 10.0, "Visa"))
    assert paid.shipments == (Shipment(shipped_at=at("2024-01-07 09:00:00")),)
    assert paid.address == Address("1 Elm St", city="York", zip="Y1", country="GB")
    assert (cancelled.status, cancelled.payments, [line.product_id for line in cancelled.lines]) == ("cancelled", (), ["mystery-box"])
    assert shop.store.customers.by_name_zip("Ada", "King", "y1").email == "Ada@example.com"
    assert [bad["row"] for bad in shop.rejects(report)] == ["5"]
    assert load_settings(shop.store.folder).currency == "CAD"


def test_shopify_orders_go_to_the_customer_the_shop_knows(shop: Any) -> None:
    shop.bring("customers", "c.csv", [{"id": "77", "email": "ada@example.com"}])
    shop.bring("shopify", "orders_export.csv", SHOPIFY_ORDERS)
    assert shop.store.orders.get("1002").customer_id == "77"
    assert {customer.id for customer in shop.store.customers.all()} == {"77", "bo@example.com"}


def test_the_retail_demo(shop: Any) -> None:
    content = """
- {id: a1, name: Mauve Daypack, category: accessories, style: backpack, description: A pack., price: 149.99, current_stock: 15,
   image: a1.jpg, where_visible: UI, gender_affinity: F, promoted: true, aliases: [pack, bag]}
- {id: a2, name: Broken, category: tools, style: saw, price: free, current_stock: 1}
"""
    report = shop.bring("retail-demo", "products.yaml", content)
    (pack,) = shop.store.catalogue.all()
    assert (pack.id, pack.category, pack.style, pack.price, pack.stock, pack.image) == (
        "a1",
        "accessories",
        "backpack",
        149.99,
        15,
        "a1.jpg",
    )
    assert pack.attributes == {"gender_affinity": "F", "promoted": "yes", "aliases": "pack, bag"}
    assert [(bad["row"], bad["value"]) for bad in shop.rejects(report)] == [("2", "free")]


TAU = {
    "products": {
        "p1": {"name": "Mug", "product_id": "p1", "variants": {
            "i1": {"item_id": "i1", "options": {"color": "red"}, "available": False, "price": 5.0},
            "i2": {"item_id": "i2", "options": {"color": "blue"}, "available": True, "price": 7.5}}},
        "p2": {"name": "Sold Out", "product_id": "p2", "variants": {
            "i3": {"item_id": "i3", "options": {}, "available": False, "price": 4.0}}},
        "p3": {"name": "No variants"},
    },
    "users": {"ada_1": {
        "user_id": "ada_1", "name": {"first_name": "Ada", "last_name": "King"}, "email": "ada@example.com", "orders": ["#W1"],
        "address": {"address1": "1 Elm St", "address2": "", "city": "York", "country": "UK", "state": "", "zip": "Y1"},
        "payment_methods": {"card_1": {"source": "credit_card", "id": "card_1", "brand": "visa", "last_four": "4111111111111111"},
                            "gift_1": {"source": "gift_card", "id": "gift_1", "balance": 50}}}},
    "orders": {"#W1": {
        "order_id": "#W1", "user_id": "ada_1", "status": "delivered", "return_items": ["i2"],
        "address": {"address1": "1 Elm St", "address2": "", "city": "York", "country": "UK", "state": "", "zip": "Y1"},
        "items": [{"name": "Mug", "product_id": "p1", "item_id": "i2", "price": 7.5, "options": {"color": "blue"}}],
        "fulfillments": [{"tracking_id": ["t1"], "item_ids": ["i2"]}],
        "payment_history": [{"transaction_type": "payment", "amount": 7.5, "payment_method_id": "card_1"}]}},
}  # fmt: skip


def test_the_tau_shop(shop: Any) -> None:
    report = shop.bring("tau-retail", "db.json", json.dumps(TAU))
    mug, gone = shop.store.catalogue.all()
    assert (mug.id, mug.name, mug.price, gone.price) == ("p1", "Mug", 7.5, 4.0)
    assert mug.variants[0] == Variant("i1", {"color": "red"}, 5.0, available=False)
    ada = shop.store.customers.get("ada_1")
    assert ada.payment_methods == (
        PaymentMethod("card_1", "credit_card", "visa", "1111"),
        PaymentMethod("gift_1", "gift_card", balance=50.0),
    )
    order = shop.store.orders.get("w1")
    assert (order.lines[0].variant_id, order.lines[0].options, order.status) == ("i2", {"color": "blue"}, "delivered")
    assert order.shipments == (Shipment(("t1",), ("i2",)),)
    assert order.attributes == {"return_items": ["i2"]}
    assert [(bad["row"], bad["column"]) for bad in shop.rejects(report)] == [("3", "p3")]
    assert load_settings(shop.store.folder).shopper.policy == "tau-retail"


def test_a_policy_that_is_set_stays(shop: Any) -> None:
    (shop.store.folder / "settings.toml").write_text('[shopper]\npolicy = "default"\n')
    shop.bring("tau-retail", "db.json", json.dumps(TAU))
    assert load_settings(shop.store.folder).shopper.policy == "default"
