"""Dead and slow stock, told from what is merely new or from a shop that is stocked for long as a whole."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from assistant.analyst.question import Question, Ranking
from assistant.analyst.tools.dead_stock import dead_stock
from assistant.types import Status
from tests.little_shops import LittleShop, Row, line, product

TODAY = datetime(2026, 6, 30, 12)  # noqa: DTZ001 - the warehouse keeps the shop's own time


def sold(id: str, every: int, first: int = 400, last: int = 0) -> list[Row]:
    """A piece each `every` days, from `first` to `last` days ago."""
    return [line(f"{id}-{ago}", id, TODAY - timedelta(days=ago)) for ago in range(first, last - 1, -every)]


def shop(folder: Path, stock: int) -> LittleShop:
    """Five products that sell well, one that stopped, one that hardly sells, one that came last month."""
    good = [f"good{n}" for n in range(5)]
    lines = [row for id in good for row in sold(id, 4)]
    lines += sold("stopped", 5, last=190) + sold("slow", 60) + sold("new", 30, first=30)
    goods = [product(id, stock=stock) for id in (*good, "slow", "new")] + [
        product("stopped", stock=7),
        product("gone", stock=50, active=False),
    ]
    return LittleShop(folder, lines, goods)


def test_dead_first_then_slow_and_nothing_new(tmp_path: Path) -> None:
    found = dead_stock(Question("dead_stock"), shop(tmp_path, 30).context())
    assert [row.label for row in found.rows] == ["stopped", "slow"]
    assert found.value == 7 * 10.0 + 30 * 10.0
    assert "1 without any sale in 180 days" in found.text
    assert "none sold in 180 days" in found.text
    assert found.notes == ()


def test_a_shop_stocked_for_long_is_not_dead_as_a_whole(tmp_path: Path) -> None:
    found = dead_stock(Question("dead_stock", ranking=Ranking(5)), shop(tmp_path, 300).context())
    assert [row.label for row in found.rows] == ["stopped", "slow"]
    assert any("as a whole" in note for note in found.notes)


def test_a_young_shop_is_told_that_it_is_too_young(tmp_path: Path) -> None:
    young = LittleShop(tmp_path, sold("p", 3, first=90), [product("p", stock=500)])
    found = dead_stock(Question("dead_stock"), young.context())
    assert found.status is Status.DECLINED
    assert "180 days" in found.text


def test_where_all_sells_nothing_lies(tmp_path: Path) -> None:
    brisk = LittleShop(tmp_path, sold("p", 2) + sold("q", 3), [product("p"), product("q")])
    found = dead_stock(Question("dead_stock"), brisk.context())
    assert found.value == 0.0
    assert "No stock lies" in found.text
