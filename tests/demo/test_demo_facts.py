"""What the generator counted from its arrays is what the store's records say, and what the warehouse says."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from demo_record import Demo

from assistant.demo import DemoFacts
from assistant.store.records import Order
from assistant.warehouse import Warehouse, refresh

SERVICES = {"SHIPPING", "EXPRESS", "ABROAD", "GIFT-WRAP"}


def amount(order: Order) -> float:
    return sum(line.quantity * line.unit_price for line in order.lines)


def by(orders: dict[str, Order], key: str) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for order in orders.values():
        assert order.placed_at is not None
        sums[order.placed_at.strftime("%Y-%m") if key == "month" else order.country] += amount(order)
    return sums


def test_months(demo: Demo) -> None:
    gross, returned = by(demo.sales, "month"), by(demo.credits, "month")
    orders = Counter(f"{order.placed_at:%Y-%m}" for order in demo.sales.values())
    units: Counter[str] = Counter()
    for order in demo.sales.values():
        units[f"{order.placed_at:%Y-%m}"] += sum(line.quantity for line in order.lines if line.product_id not in SERVICES)
    assert len(demo.facts.months) == 24
    for month in demo.facts.months:
        assert month.gross == pytest.approx(gross[month.month])
        assert month.returns == pytest.approx(-returned.get(month.month, 0.0))
        assert month.net == pytest.approx(month.gross - month.returns)
        assert (month.orders, month.units) == (orders[month.month], units[month.month])


def test_countries(demo: Demo) -> None:
    gross, returned = by(demo.sales, "country"), by(demo.credits, "country")
    assert {fact.country: fact.gross for fact in demo.facts.countries} == pytest.approx(gross)
    assert {fact.country: -fact.returns for fact in demo.facts.countries if fact.returns} == pytest.approx(returned)


def test_counts(demo: Demo) -> None:
    facts = demo.facts
    assert (facts.orders, facts.credit_orders) == (len(demo.sales), len(demo.credits))
    assert facts.lines == sum(len(order.lines) for order in demo.sales.values())
    assert facts.cancelled_orders == sum(order.status == "cancelled" for order in demo.sales.values()) > 0
    assert facts.reviews == len(demo.reviews)
    assert facts.stars == Counter(int(review.rating or 0) for review in demo.reviews)
    assert facts.products == len(demo.products) - len(SERVICES)
    assert facts.faq == demo.store.faq.count() >= 60


def test_top_products(demo: Demo) -> None:
    net: dict[str, float] = defaultdict(float)
    units: Counter[str] = Counter()
    for order in (*demo.sales.values(), *demo.credits.values()):
        for line in order.lines:
            if line.product_id not in SERVICES:
                net[line.product_id] += line.quantity * line.unit_price
                units[line.product_id] += max(0, line.quantity)
    best = sorted(net, key=lambda product: -net[product])[:10]
    assert [fact.id for fact in demo.facts.top_products] == best
    assert [fact.net for fact in demo.facts.top_products] == pytest.approx([net[product] for product in best])
    assert [fact.units for fact in demo.facts.top_products] == [units[product] for product in best]


def test_planted_pairs_are_the_best_partners(demo: Demo) -> None:
    assert len(demo.facts.pairs) == 6
    baskets = [{line.product_id for line in order.lines} - SERVICES for order in demo.sales.values()]
    for pair in demo.facts.pairs:
        partners = Counter(other for basket in baskets if pair.first in basket for other in basket - {pair.first})
        assert partners.most_common(1) == [(pair.second, pair.together)]


def test_spike_and_dead_day(demo: Demo) -> None:
    days = Counter(order.placed_at.date() for order in demo.sales.values() if order.placed_at)
    assert demo.facts.spike is not None
    assert days.most_common(1) == [(demo.facts.spike.day, demo.facts.spike.orders)]
    assert demo.facts.dead_day is not None
    assert days[demo.facts.dead_day.day] == demo.facts.dead_day.orders == 0


def test_return_wave(demo: Demo) -> None:
    wave = demo.facts.return_wave
    assert wave is not None
    sold = back = 0
    for order in demo.sales.values():
        assert order.placed_at is not None
        for line in order.lines:
            if line.product_id == wave.product_id and wave.first_day <= order.placed_at.date() <= wave.last_day:
                sold += line.quantity
                whole = order.status == "cancelled"
                back += line.quantity * (whole or line.variant_id in order.attributes.get("return_items", ()))
    assert (wave.sold, wave.sent_back) == (sold, back)
    usual = sum(month.returns for month in demo.facts.months) / sum(month.gross for month in demo.facts.months)
    assert sold >= 10
    assert back / sold > 4 * usual


def test_growing_country(demo: Demo) -> None:
    growing = demo.facts.growing_country
    assert growing is not None
    last = [o for o in demo.sales.values() if o.placed_at and o.placed_at.date() > demo.facts.today - timedelta(days=growing.days)]
    assert growing.latest == sum(order.country == growing.country for order in last)
    assert growing.latest > 2 * growing.year_before > 0


def test_planted_complaint(demo: Demo) -> None:
    complaint = demo.facts.complaint
    assert complaint is not None
    reviews = [review for review in demo.reviews if review.product_id == complaint.product_id]
    faulted = [review for review in reviews if "battery" in review.text.lower() and (review.rating or 0) < 3]
    assert complaint.reviews == len(reviews) >= 10
    assert len(faulted) > 0.5 * len(reviews)
    assert complaint.faulted >= len(faulted)


def test_the_warehouse_agrees(demo: Demo) -> None:
    refresh(demo.store)
    lines = Warehouse.open(demo.store.folder)
    table = lines.table("lines")
    sums = lines.run(table.group_by(month=table.month, sale=table.sale).agg(amount=table.amount.sum(), orders=table.order_id.nunique()))
    found = {(f"{row['month']:%Y-%m}", row["sale"]): (row["amount"], row["orders"]) for row in sums.to_pylist()}
    for month in demo.facts.months:
        assert found[month.month, True] == (pytest.approx(month.gross), month.orders)
        assert found.get((month.month, False), (0.0, 0))[0] == pytest.approx(-month.returns)


def test_facts_are_kept_with_the_store(demo: Demo) -> None:
    assert DemoFacts.load(demo.store.folder) == demo.facts
    assert DemoFacts.load(demo.store.folder / "warehouse") is None


def test_guides_can_be_followed(demo: Demo) -> None:
    assert [guide.status for guide in demo.facts.guides] == ["pending", "processed", "shipped", "delivered"]
    for guide in demo.facts.guides:
        order, customer = demo.store.orders.get(guide.order_id), demo.store.customers.by_email(guide.email)
        assert order is not None
        assert customer is not None
        assert (order.status, order.customer_id, customer.address.zip) == (guide.status, customer.id, guide.zip)
