"""A customer is erased from the whole store folder, and the certificate says what was removed and what a person should look at."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from assistant.erasure import CERTIFICATES, erase
from assistant.errors import BadSettings
from assistant.store import Store
from assistant.store.records import Customer, Order, OrderLine, Product
from assistant.warehouse import Warehouse


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "shop"
    day = datetime.fromisoformat("2026-01-05T10:00:00")
    with Store.create(path) as store:
        store.catalogue.upsert([Product("mug", "Mug")])
        store.customers.upsert([Customer("zelda-7", "Zelda", "Lee"), Customer("bob")])
        lines = (OrderLine("mug", "Mug", 2, 5.0),)
        store.orders.upsert([Order("1", "zelda-7", day, "delivered", lines=lines), Order("2", "bob", day, "delivered", lines=lines)])
        store.conversations.start("a", "web", "zelda-7")
        Warehouse.refresh(store)
    return path


def test_the_customer_is_gone_and_the_figures_stay(folder: Path) -> None:
    (folder / "rejects").mkdir()
    (folder / "rejects" / "orders.csv").write_text('line,customer\n9,"zelda-7"\n')
    refreshed: list[Store] = []
    made = erase(folder, "zelda-7", refreshed.append)
    assert (made.customers, made.conversations, made.orders_anonymised, made.warehouse_lines) == (1, 1, 1, 0)
    assert made.left == ("rejects/orders.csv",)
    assert len(refreshed) == 1
    warehouse = Warehouse.open(folder)
    lines = warehouse.run(warehouse.table("lines").select("customer_id", "amount")).to_pylist()
    assert sorted((line["customer_id"] or "", line["amount"]) for line in lines) == [("", 10.0), ("bob", 10.0)]
    warehouse.close()


def test_the_certificate_does_not_keep_what_it_says_is_gone(folder: Path) -> None:
    made = erase(folder, "zelda-7", lambda store: None)
    (path,) = (folder / CERTIFICATES).iterdir()
    assert "zelda" not in path.read_text()
    assert json.loads(path.read_text())["orders_anonymised"] == 1
    assert "nowhere" in str(made)
    with Store.open(folder) as store:
        (entry,) = [entry for entry in store.audit.recent() if entry.action == "customer_erased"]
        assert entry.subject == made.customer


def test_somebody_unknown_changes_nothing(folder: Path) -> None:
    with pytest.raises(BadSettings, match="no customer 'nobody'"):
        erase(folder, "nobody", lambda store: None)
    assert not (folder / CERTIFICATES).exists()
