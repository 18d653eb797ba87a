"""One demo shop for all tests of this room; read it, do not write to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_record import TODAY, Demo

from assistant.demo import build_demo
from assistant.store import Store
from assistant.store.records import OrderKind


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder: Path = tmp_path_factory.mktemp("demo") / "shop"
    with Store.create(folder) as store:
        facts = build_demo(store, products=240, customers=1200, today=TODAY)
        orders = list(store.orders.all())
        yield Demo(
            store,
            facts,
            {product.id: product for product in store.catalogue.all()},
            {order.id: order for order in orders if order.kind is OrderKind.SALE},
            {order.id: order for order in orders if order.kind is OrderKind.CREDIT},
            tuple(store.reviews.all()),
        )
