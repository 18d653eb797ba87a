"""Stock and price sensitivity by the shop's own categories, on little shops whose answers are known."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.analyst.business import asked_task
from assistant.analyst.question import FilterClause, Question, Ranking
from assistant.analyst.tools.price_sensitivity import price_sensitivity
from assistant.analyst.tools.stock import stock
from assistant.types import Status
from tests.little_shops import LittleShop, Row, line, product

TODAY = datetime(2026, 6, 30, 12)  # noqa: DTZ001 - the warehouse keeps the shop's own time
BY = Question("stock", by=("category",), ask="rows")


def sold(id: str, every: int) -> list[Row]:
    """A piece each `every` days over 400 days."""
    return [line(f"{id}-{ago}", id, TODAY - timedelta(days=ago)) for ago in range(400, -1, -every)]


def test_stock_by_category_what_runs_out_first_comes_first(tmp_path: Path) -> None:
    goods = [
        product("a", category="Tea", stock=90),
        product("b", category="Tea", stock=10),
        product("c", category="Cups", stock=20),
        product("d", category="Cups", stock=0),
    ]
    lines = [row for id, every in (("a", 4), ("b", 4), ("c", 2), ("d", 2)) for row in sold(id, every)]
    context = LittleShop(tmp_path, lines, goods).context()
    found = stock(BY, context)
    assert [(row.label, row.value) for row in found.rows] == [("Cups", 20), ("Tea", 100)]
    assert "1 of 2 out" in found.text
    assert found.receipt is not None
    assert [row.label for row in stock(Question("stock", by=("category",), ranking=Ranking(1)), context).rows] == ["Cups"]


def test_stock_of_a_catalogue_without_categories_is_declined(tmp_path: Path) -> None:
    context = LittleShop(tmp_path, sold("a", 3), [product("a", category=None, stock=5)]).context()
    assert stock(BY, context).status is Status.DECLINED


def test_the_more_sensitive_category_comes_first_and_a_thin_one_is_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    strong = {**{f"s{n}": ("Socks", -3.0) for n in range(4)}, **{f"h{n}": ("Hats", -0.2) for n in range(4)}, "lone": ("Lamps", -1.0)}
    lines: list[Row] = []
    for week in range(80):
        for n, (id, (_, elasticity)) in enumerate(strong.items()):
            price = 8.0 if (week // 8 + n) % 2 else 10.0
            for order in range(rng.poisson(5 * (price / 10.0) ** elasticity)):
                day = TODAY - timedelta(days=7 * (80 - week) + int(rng.integers(0, 5)))
                lines.append(line(f"{id}-{week}-{order}", id, day, unit_price=price, amount=price))
    context = LittleShop(tmp_path, lines, [product(id, category=name) for id, (name, _) in strong.items()]).context()
    found = price_sensitivity(Question("price_sensitivity", by=("category",), ask="rows"), context)
    values = {row.label: row.value for row in found.rows}
    assert [row.label for row in found.rows] == ["Socks", "Hats"]
    assert values["Socks"] == pytest.approx(-3.0, abs=0.6)
    assert values["Hats"] == pytest.approx(-0.2, abs=0.6)
    assert "Lamps" in " ".join(found.notes)
    only = Question("price_sensitivity", filters=(FilterClause("category", "eq", ("Socks",), "Socks"),), ask="rows")
    assert {row.label for row in price_sensitivity(only, context).rows} <= {"s0", "s1", "s2", "s3"}


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("which categories are low on stock", "stock"),
        ("top 5 products with the lowest stock", "stock"),
        ("stock by category", "stock"),
        ("price sensitivity by category", "price_sensitivity"),
    ],
)
def test_words_reach_the_tool(text: str, tool: str) -> None:
    hit = asked_task(text)
    assert hit is not None
    assert hit[0].tool == tool
    assert hit[0].groups == ("category",)
