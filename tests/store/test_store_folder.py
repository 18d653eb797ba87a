"""Making, opening and migrating a store; what happens when the disk is full, another writes, the power goes."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from assistant.errors import StoreBusy, StoreError, StoreExists, StoreFull, StoreMissing, StoreNewer
from assistant.store import Store, schema
from assistant.store.database import Database
from assistant.store.records import Order, Product

CRASHING = """
import os, sys
from pathlib import Path
from assistant.store import Store
from assistant.store.records import Order, OrderLine
store = Store.open(Path(sys.argv[1]))
with store.transaction():
    store.orders.upsert(Order(str(n), lines=(OrderLine("1", "thing", 1, 1.0),) * 50) for n in range(400))
    print("written", flush=True)
    sys.stdin.readline()
"""


def products(n: int) -> list[Product]:
    return [Product(str(i), f"thing {i}", description="words " * 50) for i in range(n)]


def _order_and_products(store: Store, n: int, then: Callable[[], object] = lambda: None) -> None:
    with store.transaction():
        with store.transaction():
            store.orders.upsert([Order("1")])
        store.catalogue.upsert(products(n))
        then()


def test_a_new_store_is_private_and_empty(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "shop"
    with Store.create(folder) as store:
        assert store.catalogue.count() == store.orders.count() == 0
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "shop.db").stat().st_mode & 0o077 == 0


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    Store.create(tmp_path / "shop").close()
    with pytest.raises(StoreExists, match="holds a store already"):
        Store.create(tmp_path / "shop")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    with pytest.raises(StoreExists, match="not an empty folder"):
        Store.create(tmp_path / "photos")


def test_a_missing_store_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="shopclerk init"):
        Store.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    Store.create(tmp_path / "shop").close()
    path = tmp_path / "shop" / "shop.db"
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 999")
    before = path.read_bytes()
    with pytest.raises(StoreNewer, match="schema 999"):
        Store.open(tmp_path / "shop")
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_bytes(b"no database at all " * 100)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(tmp_path)


def test_an_older_store_is_migrated_once_and_keeps_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.create(tmp_path / "shop") as store:
        store.catalogue.upsert(products(3))
    later = (*schema.MIGRATIONS, lambda db: db["products"].add_column("colour", str))
    monkeypatch.setattr(schema, "MIGRATIONS", later)
    with pytest.raises(StoreError, match="Open it once for writing"):
        Store.open(tmp_path / "shop", read_only=True)
    for _ in range(2):
        with Store.open(tmp_path / "shop") as store:
            assert store.catalogue.count() == 3
    with sqlite3.connect(tmp_path / "shop" / "shop.db") as raw:
        assert "colour" in [row[1] for row in raw.execute("PRAGMA table_info(products)")]
        assert raw.execute("PRAGMA user_version").fetchone() == (len(later),)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.create(tmp_path / "shop").close()

    def failing(db: object) -> None:
        db["products"].add_column("colour", str)  # type: ignore[index]
        raise RuntimeError("half way")

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, failing))
    with pytest.raises(RuntimeError, match="half way"):
        Store.open(tmp_path / "shop")
    monkeypatch.undo()
    with Store.open(tmp_path / "shop") as store:
        store.catalogue.upsert(products(1))
    with sqlite3.connect(tmp_path / "shop" / "shop.db") as raw:
        assert "colour" not in [row[1] for row in raw.execute("PRAGMA table_info(products)")]


def test_two_that_open_an_older_store_at_once_migrate_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.create(tmp_path / "shop").close()
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, lambda db: db["products"].add_column("colour", str)))
    errors: list[BaseException] = []

    def open_it() -> None:
        try:
            Store.open(tmp_path / "shop").close()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_full_disk_undoes_the_transaction_and_says_so(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        store.catalogue.upsert(products(2))
        pages = store._db.row("PRAGMA page_count")[0]
        store._db.execute(f"PRAGMA max_page_count = {pages + 5}")
        with pytest.raises(StoreFull, match="No room left"):
            _order_and_products(store, 2000)
        assert (store.catalogue.count(), store.orders.count()) == (2, 0)
        store._db.execute("PRAGMA max_page_count = 1000000")
        store.catalogue.upsert(products(2000))
        assert store.catalogue.count() == 2000


def test_a_writer_that_waits_too_long_says_who_is_in_the_way(tmp_path: Path) -> None:
    Store.create(tmp_path / "shop").close()
    hurried = Store(tmp_path / "shop", Database(tmp_path / "shop" / "shop.db", busy_s=0.1))
    with Store.open(tmp_path / "shop") as store, store.transaction():
        assert hurried.catalogue.count() == 0
        with pytest.raises(StoreBusy, match="Another process"):
            hurried.catalogue.upsert(products(1))
    hurried.catalogue.upsert(products(1))
    hurried.close()


def test_a_process_killed_in_a_transaction_leaves_nothing_of_it(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        store.orders.upsert([Order("before")])
    child = subprocess.Popen(
        [sys.executable, "-c", CRASHING, str(tmp_path / "shop")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "written\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    with Store.open(tmp_path / "shop") as store:
        assert [order.id for order in store.orders.all()] == ["before"]
        assert store._db.row("PRAGMA integrity_check") == ("ok",)
        store.orders.upsert([Order("after")])


def test_a_transaction_is_all_or_nothing_and_nested_ones_join(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        with pytest.raises(ZeroDivisionError):
            _order_and_products(store, 1, then=lambda: 1 // 0)
        assert (store.catalogue.count(), store.orders.count()) == (0, 0)
        with store.transaction():
            store.catalogue.upsert(products(1))
        assert store.catalogue.count() == 1


def test_an_upsert_that_fails_half_way_writes_nothing(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        start = store.changed_at()
        with pytest.raises(ZeroDivisionError):
            store.catalogue.upsert(Product(str(n), str(1 / (1200 - n))) for n in count())
        assert store.catalogue.count() == 0
        assert store.changed_at() == start


def test_a_read_only_store_reads_and_refuses_to_write(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        store.catalogue.upsert(products(1))
    with Store.open(tmp_path / "shop", read_only=True) as store:
        assert store.catalogue.count() == 1
        with pytest.raises(StoreError, match="cannot be written"):
            store.catalogue.upsert(products(2))


def test_readers_see_the_last_commit_while_another_thread_writes(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        store.catalogue.upsert(products(1))
        seen: list[int] = []
        with store.transaction():
            store.catalogue.upsert(products(10))
            reader = threading.Thread(target=lambda: seen.append(store.catalogue.count()))
            reader.start()
            reader.join()
        assert seen == [1]
        assert store.catalogue.count() == 10


def test_the_connection_of_a_thread_that_ended_is_closed(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        for _ in range(20):
            thread = threading.Thread(target=store.catalogue.count)
            thread.start()
            thread.join()
        deadline = time.monotonic() + 5
        while len(store._db._open) > 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(store._db._open) == 1


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "shop")
    store.close()
    with pytest.raises(StoreError, match="was closed"):
        store.catalogue.count()
