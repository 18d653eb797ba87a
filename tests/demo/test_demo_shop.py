"""The demo shop holds together: ids resolve, texts agree with fields, promises of the FAQ are kept, equal seeds give equal shops."""

from __future__ import annotations

import hashlib
import re
import tomllib
import tracemalloc
from datetime import date, timedelta
from importlib.resources import files
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from demo_record import TODAY, Demo

from assistant.config import Settings
from assistant.demo import build_demo, shop_settings
from assistant.demo.baskets import BATCH, Trade
from assistant.demo.content import Kind, load_content
from assistant.demo.people import People
from assistant.demo.products import Catalogue
from assistant.demo.season import Calendar
from assistant.errors import BadSettings
from assistant.store import Store
from assistant.store.records import Product, ProductKind, Review

CONTENT = load_content()
KINDS = {(kind.category, noun): kind for kind in CONTENT.kinds for noun in kind.nouns}


def goods(demo: Demo) -> list[Product]:
    return [product for product in demo.products.values() if product.kind is ProductKind.GOODS]


def kind_of(product: Product) -> Kind:
    return next(kind for (category, noun), kind in KINDS.items() if category == product.category and product.name.endswith(f" {noun}"))


def test_some_thirty_kinds_and_names_of_their_own(demo: Demo) -> None:
    products = goods(demo)
    assert len({product.style for product in products}) >= 30
    assert len({product.name for product in products}) == len(products)
    assert len({variant.id for product in products for variant in product.variants}) == sum(len(p.variants) for p in products)
    for product in products:
        assert len({tuple(variant.options.items()) for variant in product.variants}) == len(product.variants)
        assert product.price == min(variant.price or 0 for variant in product.variants)
        assert product.stock == sum(variant.stock or 0 for variant in product.variants)


def said_values(kind: Kind, text: str) -> set[tuple[str, str]]:
    """Every (attribute, value) that a sentence of the kind's says in the text."""
    found = set()
    for name, templates in kind.said.items():
        for template in templates:
            sentence = template[:1].upper() + template[1:]
            for value in kind.attributes[name]:
                filled = sentence.replace(f"{{{name}}}", value)
                if f" {filled[:1].upper()}{filled[1:]}" in text:
                    found.add((name, value))
    return found


def test_descriptions_agree_with_the_fields(demo: Demo) -> None:
    texts = set()
    for product in goods(demo):
        said = said_values(kind_of(product), product.description)
        assert len(said) >= 2, product.description
        assert all(product.attributes[name] == value for name, value in said), product.description
        colours = re.search(r"Comes in (.*?)(?:, in \d|\.$)", product.description)
        assert colours is not None
        listed = re.split(r", | and ", colours[1])
        assert set(listed) == {variant.options["colour"] for variant in product.variants}
        assert "{" not in product.description
        texts.add(product.description.replace(product.name, ""))
    assert len(texts) > 0.95 * len(goods(demo))


def test_every_sentence_fills() -> None:
    for kind in CONTENT.kinds:
        slots = {slot for text in (*kind.openings, *kind.closings, *sum(kind.said.values(), ())) for slot in re.findall(r"{(.*?)}", text)}
        assert slots <= {"name", "brand", *kind.attributes}
        assert kind.said.keys() == kind.attributes.keys()
        assert all(f"{{{name}}}" in template for name, templates in kind.said.items() for template in templates)
        assert set(kind.aspects) <= CONTENT.aspects.keys()
        assert any(kind.category in brand.categories for brand in CONTENT.brands)


def test_orders_refer_to_what_exists(demo: Demo) -> None:
    variants = {variant.id: variant for product in goods(demo) for variant in product.variants}
    customers = {customer.id: customer for customer in demo.store.customers.all()}
    for order in demo.sales.values():
        for line in order.lines:
            product = demo.products[line.product_id]
            assert line.name == product.name
            if product.kind is ProductKind.GOODS:
                assert line.variant_id is not None
                variant = variants[line.variant_id]
                assert variant.options == line.options
                assert 0.7 * (variant.price or 0) < line.unit_price <= (variant.price or 0)
        if order.customer_id:
            customer = customers[order.customer_id]
            assert {p.method_id for p in order.payments} <= {m.id for m in customer.payment_methods}
            assert order.address == customer.address
        assert {item for shipment in order.shipments for item in shipment.items} <= {line.variant_id for line in order.lines}
        paid = sum(payment.amount for payment in order.payments if payment.kind == "payment")
        assert paid == pytest.approx(sum(line.quantity * line.unit_price for line in order.lines))


def test_history_runs_forward_and_matches_the_status(demo: Demo) -> None:
    seen = set()
    for order in demo.sales.values():
        times = [change.at for change in order.history if change.at]
        assert times[0] == order.placed_at
        assert all(a <= b for a, b in pairwise(times))
        assert times[-1].date() <= TODAY
        assert order.history[-1].status == ("delivered" if order.status == "returned" else order.status)
        assert bool(order.shipments) == (order.status in {"shipped", "delivered", "returned"})
        seen.add(order.status)
    assert seen == {"pending", "processed", "shipped", "delivered", "cancelled", "returned"}


def test_credits_take_back_within_the_promised_days(demo: Demo) -> None:
    for credit in demo.credits.values():
        order = demo.sales[credit.attributes["return_of"]]
        ordered = {line.variant_id or line.product_id: line for line in order.lines}
        for line in credit.lines:
            sold = ordered[line.variant_id or line.product_id]
            assert (sold.quantity, sold.unit_price) == (-line.quantity, line.unit_price)
        assert credit.placed_at is not None
        if order.status == "cancelled":
            assert len(credit.lines) == len(order.lines)
        else:
            delivered = order.shipments[0].delivered_at
            assert delivered is not None
            assert timedelta(0) < credit.placed_at - delivered <= timedelta(days=30)


def test_nobody_real_is_written_to(demo: Demo) -> None:
    emails = [customer.email for customer in demo.store.customers.all()]
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\d+@example\.(com|net|org)", email) for email in emails)
    assert len(set(emails)) == len(emails) == demo.facts.customers
    assert all(re.search(r"[@.]example\.(com|net|org)\b", entry.answer) for entry in CONTENT.faq if "@" in entry.answer)
    assert str(shop_settings()["support_email"]).endswith(".example.com")


def phrases(review: Review, polarity: str) -> set[str]:
    bank = {name: (aspect.praise if polarity == "positive" else aspect.fault) for name, aspect in CONTENT.aspects.items()}
    return {name for name, sentences in bank.items() if any(sentence in review.text for sentence in sentences)}


def test_reviews_say_what_their_stars_say(demo: Demo) -> None:
    for review in demo.reviews:
        marked = dict(part.split(":") for part in str(review.attributes["aspects"]).split(";"))
        assert phrases(review, "positive") == {name for name, polarity in marked.items() if polarity == "positive"}
        assert phrases(review, "negative") == {name for name, polarity in marked.items() if polarity == "negative"}
        good = sum(polarity == "positive" for polarity in marked.values()) / len(marked)
        assert (review.rating or 0) >= 4 or good <= 0.5
        assert (review.rating or 0) <= 3 or good >= 0.5
        assert review.rating != 5.0 or good == 1.0
        assert review.title in CONTENT.stars[int(review.rating or 0)].titles


def test_the_faq_keeps_to_the_tables() -> None:
    said = " ".join(entry.answer for entry in CONTENT.faq)
    for name in ("free_from", "standard", "express", "abroad", "gift_wrap"):
        price = CONTENT.shipping[name]
        assert f"${price:.2f}".removesuffix(".00") in said, name
    countries = next(entry.answer for entry in CONTENT.faq if entry.id == "faq-countries")
    assert all(country.name in countries for country in CONTENT.countries)
    sales = next(entry.answer for entry in CONTENT.faq if entry.id == "faq-sales")
    assert all(promotion.name in sales for promotion in CONTENT.promotions)
    assert len({entry.id for entry in CONTENT.faq}) == len(CONTENT.faq)


def test_the_year_has_seasons_and_grows(demo: Demo) -> None:
    gross = {month.month: month.gross for month in demo.facts.months}
    assert gross["2025-11"] > 1.2 * gross["2025-09"]
    assert sum(gross[f"2025-{m:02d}"] for m in range(4, 13)) > 1.08 * sum(gross[f"2024-{m:02d}"] for m in range(4, 13))
    summer = sum(line.quantity for o in demo.sales.values() if o.placed_at and o.placed_at.month in (6, 7) for line in tents(demo, o.id))
    winter = sum(line.quantity for o in demo.sales.values() if o.placed_at and o.placed_at.month in (1, 2) for line in tents(demo, o.id))
    assert summer > 2 * winter


def tents(demo: Demo, order_id: str) -> list:
    return [line for line in demo.sales[order_id].lines if demo.products[line.product_id].style == "Tents"]


def fingerprint(folder: Path, seed: int) -> str:
    digest = hashlib.sha256()
    with Store.create(folder) as store:
        build_demo(store, products=60, days=120, customers=60, seed=seed, today=date(2026, 1, 31))
        for records in (store.catalogue, store.faq, store.customers, store.orders, store.reviews):
            for record in records.all():
                digest.update(repr(record).encode())
        digest.update((folder / "demo.json").read_bytes())
    return digest.hexdigest()


def test_equal_seeds_give_equal_shops(tmp_path: Path) -> None:
    first, second, other = (fingerprint(tmp_path / name, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert first == second != other


def test_settings_are_accepted() -> None:
    assert Settings(**shop_settings()).currency == "USD"


@pytest.mark.parametrize(("name", "size"), [("products", 5), ("days", 7), ("customers", 0)])
def test_too_small_a_shop_is_refused(tmp_path: Path, name: str, size: int) -> None:
    with Store.create(tmp_path / "shop") as store, pytest.raises(BadSettings, match=f"{size} {name} is too small"):
        build_demo(store, **{name: size})


def test_a_store_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        store.catalogue.upsert([Product("mine", "My one product")])
        with pytest.raises(BadSettings, match="is not empty"):
            build_demo(store, products=50)
        assert store.catalogue.count() == 1


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int | None) -> None:
        if stage == "orders":
            raise KeyboardInterrupt

    with Store.create(tmp_path / "shop") as store:
        with pytest.raises(KeyboardInterrupt):
            build_demo(store, products=50, days=60, customers=50, progress=stop)
        assert (store.catalogue.count(), store.orders.count(), store.customers.count()) == (0, 0, 0)
        assert not (tmp_path / "shop" / "demo.json").exists()


def test_a_large_shop_streams() -> None:
    """200,000 products and 600,000 orders are planned in arrays; records and batches come one at a time."""
    calendar = Calendar(CONTENT, 730, TODAY, 600_000, seed=5)
    catalogue = Catalogue(CONTENT, 200_000, 5, 730)
    people = People(CONTENT, 100_000, 5, 730, np.datetime64(calendar.first, "s"))
    trade = Trade(CONTENT, catalogue, people, calendar, 5)
    tracemalloc.start()
    names = {product.name for product in islice(catalogue.all(), 2_000)}
    sizes = [len(batch.orders.number) for batch in islice(trade.batches(), 5)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(names) == 2_000
    assert max(sizes) < BATCH + int(calendar.orders.max())
    assert peak < 30_000_000


def test_the_faq_promises_what_the_order_desk_does() -> None:
    policy = tomllib.loads((files("assistant.shopper") / "policies" / "default.toml").read_text(encoding="utf-8"))
    said = {entry.id: entry.answer for entry in CONTENT.faq}
    assert f"within {policy['return']['within_days']} days" in said["policy-return"]
    assert f"within {policy['exchange']['within_days']} days" in said["policy-exchange"]
    assert all(reason.removeprefix("was ") in said["policy-cancel"] for reason in policy["cancel"]["reasons"])
    assert all(policy[action]["statuses"] == ["pending"] for action in ("cancel", "address", "payment", "modify"))
    assert "pending" in said["policy-cancel"]
    assert "pending" in said["policy-change"]
    assert policy["refund"]["at_once"] == ["gift_card"]
    assert policy["refund"]["otherwise"].removeprefix("within ") in said["policy-refund"]


def test_baskets_keep_to_a_category(demo: Demo) -> None:
    pairs = [
        tuple(demo.products[line.product_id].category for line in order.lines[:2])
        for order in demo.sales.values()
        if sum(line.variant_id is not None for line in order.lines) >= 2
    ]
    shares = {name: sum(name in pair for pair in pairs) / (2 * len(pairs)) for name in {name for pair in pairs for name in pair}}
    by_chance = sum(share**2 for share in shares.values())
    assert sum(first == second for first, second in pairs) / len(pairs) > 1.5 * by_chance
