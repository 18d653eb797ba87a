"""A warehouse behind a URL answers as the store's own does; slow queries end at the limit and say so."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import ibis
import pytest
from test_warehouse import FakeStore

from assistant.analyst.analyst import Analyst
from assistant.analyst.question import Question
from assistant.config import Settings, StaffSettings
from assistant.errors import StoreError, WarehouseMissing
from assistant.types import Status
from assistant.warehouse import LinkedWarehouse, Warehouse


@pytest.fixture
def own(tmp_path: Path) -> Warehouse:
    """The store's own warehouse."""
    store = FakeStore(tmp_path / "store")
    Warehouse.refresh(store)
    return Warehouse.open(store.folder)


def linked_url(own: Warehouse, folder: Path) -> str:
    """The exported tables, loaded into another database."""
    with duckdb.connect(str(folder / "other.duckdb")) as other:
        for file in own.export(folder / "tables"):
            other.execute(f"create table {file.stem} as select * from '{file}'")
    return f"duckdb://{folder / 'other.duckdb'}"


def test_the_exported_tables_give_the_same_figures(own: Warehouse, tmp_path: Path) -> None:
    url = linked_url(own, tmp_path)
    linked = LinkedWarehouse(url)
    assert linked.info == own.info
    assert not linked.stale()
    asked = Question("breakdown", ("net_sales",), ("country",), ask="rows")
    here, there = Analyst(own.path.parent.parent, Settings()), Analyst(tmp_path, Settings(staff=StaffSettings(warehouse_url=url)))
    assert here.ask(asked).rows == there.ask(asked).rows
    linked.close()


def test_an_address_that_holds_no_tables_is_said(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(WarehouseMissing, match="has no table lines, products"):
        _ = LinkedWarehouse(f"duckdb://{tmp_path / 'empty.duckdb'}").info
    with pytest.raises(WarehouseMissing, match="cannot be opened"):
        _ = LinkedWarehouse("nosuch://here").info


def test_a_slow_query_ends_at_the_limit_and_the_next_one_runs(own: Warehouse) -> None:
    own.time_limit_s = 0.2
    numbers = ibis.range(0, 30_000).unnest().name("n").as_table()
    pairs = numbers.cross_join(numbers.view()).mutate(d=lambda t: (t.n * t.n_right + 7) % 1009)
    began = time.perf_counter()
    with pytest.raises(StoreError, match=r"longer than 0\.2 s"):
        own.run(pairs.d.nunique())
    assert time.perf_counter() - began < 5
    assert own.run(own.table("lines").count()).num_rows == 1


def test_the_analyst_says_that_it_took_too_long(own: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    analyst = Analyst(own.path.parent.parent, Settings(staff=StaffSettings(time_limit_s=0.2)))
    monkeypatch.setattr(analyst.context.warehouse, "_fetch", _slowly(analyst.context.warehouse))
    answer = analyst.ask(Question("metric", ("net_sales",)))
    assert answer.status is Status.DECLINED
    assert answer.value is None
    assert "took longer than 0.2 s" in answer.text


def _slowly(warehouse: Warehouse):  # type: ignore[no-untyped-def]
    real = Warehouse._fetch
    slow = "select count(*) from range(30000) a, range(30000) b where (a.range * b.range) % 1009 = 3"
    return lambda query, expression: real(warehouse, slow, expression)
