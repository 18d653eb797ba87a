"""What is left after a process dies at any moment, a disk fills, a file is damaged, or something is not there: everything that was
acknowledged, nothing half done, and words that say what to do.

The moments are drawn anew at each run; SHOPCLERK_TEST_REPEAT=20 tries twenty times as many.
"""

from __future__ import annotations

import csv
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.build import Shop, open_shop
from assistant.config import Settings
from assistant.errors import StoreBusy, StoreError
from assistant.importers import run_import
from assistant.indexing import passages_of
from assistant.shopper.respond import GuardedResponder
from assistant.store import Store
from assistant.store.database import Database
from assistant.store.schema import MIGRATIONS
from assistant.types import Message, Role
from assistant.warehouse import Warehouse
from retrieval.building import build_index
from retrieval.errors import IndexCorrupt
from retrieval.index import Index
from retrieval.testing import HashEncoder

ROWS = 1500
Times = Callable[[int], range]
_AGAIN = multiprocessing.get_context("forkserver")
_AGAIN.set_forkserver_preload(["assistant.importers", "assistant.warehouse", "retrieval.building", "retrieval.testing"])


_LASTED: dict[Any, float] = {}
"""How long each work takes the whole way, in seconds."""


def killed_at(share: float, work: Callable[..., None], *arguments: Any) -> None:
    """Runs `work` in a process of its own, and ends it by SIGKILL after `share` of the time that it took the whole way before."""
    process = _AGAIN.Process(target=work, args=(*arguments, _LASTED[work] * share))
    process.start()
    process.join()


def _doomed(after_s: float) -> None:
    """Kills this process later on, whatever it does then."""
    timer = threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGKILL))
    timer.daemon = True
    timer.start()


def _import(folder: Path, file: Path, after_s: float) -> None:
    with Store.open(folder) as store:
        _doomed(after_s)
        run_import(store, "products", file)


def _index(folder: Path, count: int, after_s: float) -> None:
    _doomed(after_s)
    build_index(folder, _passages(count), HashEncoder(16))


def _migrate(folder: Path, after_s: float) -> None:
    _doomed(after_s)
    Store.open(folder).close()


def _warehouse(folder: Path, after_s: float) -> None:
    with Store.open(folder) as store:
        _doomed(after_s)
        Warehouse.refresh(store, force=True)


def _passages(count: int) -> list[Any]:
    from retrieval.types import Passage

    return [Passage(f"p{n:05d}", f"thing number {n} of {count}", "product", {"price": n}) for n in range(count)]


@pytest.fixture
def products_file(tmp_path: Path) -> Path:
    path = tmp_path / "products.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "price", "description"])
        writer.writerows([f"p{n}", f"Thing {n}", n / 10, "words " * 20] for n in range(ROWS))
    return path


def test_killed_imports_are_whole_or_not_there(tmp_path: Path, products_file: Path, many_times: Times) -> None:
    began = time.perf_counter()
    with Store.create(tmp_path / "timing") as store:
        run_import(store, "products", products_file)
    _LASTED[_import] = 1.2 * (time.perf_counter() - began)
    for number in many_times(6):
        folder = tmp_path / f"shop{number}"
        Store.create(folder).close()
        killed_at(random.random(), _import, folder, products_file)
        with Store.open(folder) as store:
            assert store.catalogue.count() in (0, ROWS)
            assert [record.added for record in store.imports.all()] == [ROWS] * (store.catalogue.count() // ROWS)
            run_import(store, "products", products_file)
            assert store.catalogue.count() == ROWS


def test_killed_index_builds_leave_the_old_or_the_new(tmp_path: Path, many_times: Times) -> None:
    folder, encoder = tmp_path / "index", HashEncoder(16)
    began = time.perf_counter()
    build_index(folder, _passages(400), encoder)
    _LASTED[_index] = 1.2 * (time.perf_counter() - began)
    for number in many_times(6):
        killed_at(random.random(), _index, folder, 401 + number)
        index = Index.open(folder, encoder.id)
        assert len(index.corpus) in (400, *range(401, 402 + number))
        assert index.corpus.passages == tuple(_passages(len(index.corpus)))
    build_index(folder, _passages(30), encoder)
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) == sorted(
        ["manifest.json", Index.open(folder).manifest.version]
    )


def test_killed_migrations_go_on_where_they_stood(tmp_path: Path, many_times: Times) -> None:
    _LASTED[_migrate] = 0.1
    for number in many_times(6):
        folder = tmp_path / f"shop{number}"
        folder.mkdir()
        database = Database(folder / "shop.db")
        done = random.randint(1, len(MIGRATIONS) - 1)
        for version, migration in enumerate(MIGRATIONS[:done], start=1):
            with database.transaction():
                migration(database.sqlite_utils)
                database.execute(f"PRAGMA user_version = {version}")
        database.execute("INSERT INTO audit (at, actor, action, subject, detail) VALUES ('2026-01-01', 'me', 'kept', 'x', '{}')")
        database.close()
        killed_at(random.random(), _migrate, folder)
        with Store.open(folder) as store:
            assert store.catalogue.count() == 0
        with closing(sqlite3.connect(folder / "shop.db")) as raw:
            assert raw.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
            assert raw.execute("SELECT count(*) FROM audit WHERE action = 'kept'").fetchone()[0] == 1
            assert raw.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_killed_warehouse_builds_leave_one_that_answers(shop_folder: Path, many_times: Times) -> None:
    with closing(Warehouse.open(shop_folder)) as before:
        lines = before.info.lines
    _LASTED[_warehouse] = 1.0
    for _ in many_times(4):
        killed_at(random.random(), _warehouse, shop_folder)
        with closing(Warehouse.open(shop_folder)) as warehouse:
            assert warehouse.info.lines == lines
    with Store.open(shop_folder) as store:
        Warehouse.refresh(store, force=True)
    assert [path.name for path in (shop_folder / "warehouse").iterdir()] == ["shop.duckdb"]


@pytest.mark.slow
def test_a_killed_server_keeps_every_turn_it_answered(shop_folder: Path, many_times: Times) -> None:
    from server import serving

    for _ in many_times(1):
        acknowledged: list[str] = []
        with serving(shop_folder) as server:
            threading.Timer(random.uniform(0.5, 3), server.process.kill).start()
            try:
                while server.process.poll() is None:
                    text = f"do you have hats? {len(acknowledged)}"
                    server.ask(text)
                    acknowledged.append(text)
            except OSError:
                pass  # the server died while it answered: that message was not acknowledged
        with closing(sqlite3.connect(shop_folder / "shop.db")) as raw:
            kept = dict(raw.execute("SELECT text, conversation_id FROM turns WHERE author = 'customer'").fetchall())
            assert set(acknowledged) <= set(kept)
            answered = {row[0] for row in raw.execute("SELECT conversation_id FROM turns WHERE author = 'bot'")}
            assert set(kept.values()) == answered, "a question was kept without its answer"


@pytest.mark.slow
def test_two_servers_share_a_store_and_its_conversations(shop_folder: Path) -> None:
    from server import serving

    with serving(shop_folder) as one, serving(shop_folder) as other:
        first = one.ask("do you have a warm hat?")
        second = other.ask("and a cheaper one?", first["conversation"])
        third = one.ask("thanks", second["conversation"])
        assert len({answer["conversation"] for answer in (first, second, third)}) == 1
    with closing(sqlite3.connect(shop_folder / "shop.db")) as raw:
        authors = [row[0] for row in raw.execute("SELECT author FROM turns ORDER BY conversation_id, number")]
    assert authors == ["customer", "bot"] * 3


def _within(limit: int, work: Callable[[], None]) -> None:
    """Runs `work` where no file may grow beyond `limit` bytes: what a full disk does, without filling one."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    work()


def _import_in_little_room(folder: Path, file: Path, answer: Any) -> None:
    def work() -> None:
        with Store.open(folder) as store:
            try:
                run_import(store, "products", file)
            except StoreError as error:
                answer.put(str(error))

    _within(300_000, work)


def test_a_full_disk_is_said_and_changes_nothing(tmp_path: Path, products_file: Path) -> None:
    Store.create(tmp_path / "shop").close()
    answer = _AGAIN.Queue()
    process = _AGAIN.Process(target=_import_in_little_room, args=(tmp_path / "shop", products_file, answer))
    process.start()
    process.join()
    assert "Free some space" in answer.get(timeout=10)
    with Store.open(tmp_path / "shop") as store:
        assert store.catalogue.count() == 0


def _warehouse_in_little_room(folder: Path, answer: Any) -> None:
    def work() -> None:
        with Store.open(folder) as store:
            try:
                Warehouse.refresh(store, force=True)
            except StoreError as error:
                answer.put(str(error))

    _within(60_000, work)


def test_a_full_disk_leaves_the_old_warehouse(shop_folder: Path) -> None:
    answer = _AGAIN.Queue()
    process = _AGAIN.Process(target=_warehouse_in_little_room, args=(shop_folder, answer))
    process.start()
    process.join()
    assert "Free some space" in answer.get(timeout=10)
    with closing(Warehouse.open(shop_folder)) as warehouse:
        assert warehouse.info.lines > 0
    assert [path.name for path in (shop_folder / "warehouse").iterdir()] == ["shop.duckdb"]


def test_each_damaged_file_of_an_index_is_named_with_what_helps(shop_folder: Path, shopclerk: str) -> None:
    version = next(path for path in (shop_folder / "index").iterdir() if path.name.startswith("v"))
    for file in sorted(version.iterdir()):
        whole = file.read_bytes()
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 255]))
        with pytest.raises(IndexCorrupt, match=file.name):
            Index.open(shop_folder / "index")
        file.write_bytes(whole)
    file.write_bytes(b"")
    ran = subprocess.run([shopclerk, "ask", "a hat?", "--store", str(shop_folder)], capture_output=True, text=True)
    assert ran.returncode == 2
    assert "shopclerk index --rebuild" in ran.stderr
    with Store.open(shop_folder) as store:
        build_index(shop_folder / "index", passages_of(store), HashEncoder(16))  # a damaged one is replaced
    assert len(Index.open(shop_folder / "index").corpus) > 40


def test_a_damaged_model_is_named(shop_folder: Path, shopclerk: str) -> None:
    shipped = Path(__file__).resolve().parents[2] / "assistant" / "models" / "weights" / "encoder"
    folder = shop_folder / "broken"
    shutil.copytree(shipped, folder)
    weights = bytearray((folder / "model.onnx").read_bytes())
    weights[len(weights) // 2] ^= 1
    (folder / "model.onnx").write_bytes(weights)
    environment = {**os.environ, "SHOPCLERK_ENCODER": str(folder)}
    ran = subprocess.run([shopclerk, "ask", "a hat?", "--store", str(shop_folder)], capture_output=True, text=True, env=environment)
    assert ran.returncode == 2
    assert "model.onnx" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_locked_database_is_busy_for_writers_and_open_to_readers(shop_folder: Path) -> None:
    with closing(sqlite3.connect(shop_folder / "shop.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        database = Database(shop_folder / "shop.db", busy_s=0.1)
        assert database.row("SELECT count(*) FROM products")
        with pytest.raises(StoreBusy, match="try again"), database.transaction():
            pytest.fail("two writers at once")
        database.close()


def test_a_warehouse_that_went_away_is_said_and_taken_up_when_it_is_back(shop_folder: Path) -> None:
    with closing(open_shop(shop_folder)) as shop:
        before = _staff(shop, "how many orders")
        (shop_folder / "warehouse").rename(shop_folder / "gone")
        with closing(open_shop(shop_folder)) as other:
            text = _staff_text(other, "how many orders")
            assert "import" in text.lower()
        (shop_folder / "gone").rename(shop_folder / "warehouse")
        assert _staff(shop, "how many orders") == before


def _staff(shop: Shop, text: str) -> Any:
    return shop.answer(Message("1", f"s{time.monotonic_ns()}", text, Role.STAFF, account_role="manager")).value


def _staff_text(shop: Shop, text: str) -> str:
    from retrieval.errors import ShopclerkError

    try:
        return shop.answer(Message("1", "s", text, Role.STAFF, account_role="manager")).text
    except ShopclerkError as error:
        return str(error)


def test_turns_keep_their_order_when_the_clock_jumps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime, timedelta

    from assistant.store import conversations

    now = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    jumps = iter([timedelta(0), timedelta(days=400), timedelta(days=-4000), timedelta(hours=1), timedelta(0), timedelta(days=-1)] * 4)
    monkeypatch.setattr(conversations, "now", lambda: now + next(jumps))
    with Store.create(tmp_path / "shop") as store:
        store.conversations.start("c", "shopper")
        for n in range(8):
            store.conversations.append("c", "customer", f"message {n}")
        assert [turn.text for turn in store.conversations.turns("c")] == [f"message {n}" for n in range(8)]


class _Hanging:
    """A chat model that never answers."""

    def __init__(self) -> None:
        self.asked = 0

    def invoke(self, messages: Any) -> Any:
        self.asked += 1
        time.sleep(30)


def test_a_model_that_hangs_costs_its_limit_and_no_answer() -> None:
    from assistant.models.responder_langchain import LangChainResponder
    from assistant.models.slots import Request

    hanging = _Hanging()
    responder = GuardedResponder(LangChainResponder("x:y", hanging, time_limit_s=0.2), Settings().shopper.style)
    began = time.perf_counter()
    (wording,) = responder.word_all([Request("is it warm?", ("It is made of wool and keeps you warm.",))])
    assert "wool" in wording.text
    assert hanging.asked == 1
    assert time.perf_counter() - began < 20, "it waited for the model"
