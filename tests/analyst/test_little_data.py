"""Small and broken data: every tool says an honest sentence, raises nothing, and hands out no figure that is none."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import pytest

from assistant.analyst import reviewing
from assistant.analyst.analyst import Analyst
from assistant.analyst.question import FilterClause, Question, Ranking
from assistant.analyst.tools import tools
from assistant.config import Settings
from assistant.types import Answer, Status
from assistant.warehouse import Warehouse
from tests.fake_sentiment import WordSentiment
from tests.little_shops import LittleShop, line, product, review

DAY = datetime(2026, 3, 2, 10)  # noqa: DTZ001 - the warehouse keeps the shop's own time
PLAIN = frozenset(["metric", "series", "breakdown", "ranking", "compare", "share", "count", "lookup", "record", "gaps", "why"])
"""Tools that reckon plain figures; they have tests of their own."""
MODELLED = sorted(set(tools()) - PLAIN)


def shops(folder: Path) -> dict[str, LittleShop]:
    happy = [review(f"r{n}", "p1", f"lovely and soft, number {n}", 5.0, DAY) for n in range(40)]
    return {
        "nothing": LittleShop(folder),
        "one order": LittleShop(folder, [line("o1", "p1", DAY)], [product("p1")], [], [{"id": "c1"}]),
        "no dates": LittleShop(folder, [line(f"o{n}", "p1", None, f"c{n}") for n in range(30)], [product("p1")]),
        "one product": LittleShop(folder, [line(f"o{n}", "p1", DAY.replace(day=1 + n % 28), f"c{n}") for n in range(60)], [product("p1")]),
        "nobody known": LittleShop(
            folder, [line(f"o{n}", f"p{n % 3}", DAY, None) for n in range(30)], [product(f"p{n}") for n in range(3)]
        ),
        "all in five stars": LittleShop(folder, [line("o1", "p1", DAY)], [product("p1")], happy),
        "no prices": LittleShop(folder, [line("o1", "p1", DAY, unit_price=0.0)], [product("p1", price=None, stock=None)]),
    }


@pytest.fixture(scope="module", params=sorted(shops(Path())))
def analyst(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Analyst:
    folder = tmp_path_factory.mktemp("little")
    Warehouse.refresh(shops(folder)[request.param])
    return Analyst(folder, Settings(currency="EUR"))


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewing, "_reader", lambda store: WordSentiment())


@pytest.mark.parametrize("tool", MODELLED)
def test_little_data_gets_an_honest_sentence(analyst: Analyst, tool: str) -> None:
    for question in asked(tool):
        answer = analyst.ask(question, "manager")
        assert answer.status in (Status.ANSWERED, Status.DECLINED, Status.CLARIFY), question
        assert len(answer.text) > 15, answer
        assert not {"nan", "inf", "-inf"} & set(answer.text.lower().replace("%", " ").split()), answer.text
        assert sound(answer), answer
        assert answer.status is Status.ANSWERED or not answer.rows


def asked(tool: str) -> list[Question]:
    """The tool by itself, for a ranking from either end, and for one of each thing that can be named."""
    reads = tools()[tool].reads
    metric = ("net_sales",) if "metrics" in reads else ()
    found = [Question(tool, metric)]
    if "ranking" in reads:
        found += [Question(tool, metric, ranking=Ranking(3)), Question(tool, metric, ranking=Ranking(3, "bottom"))]
    if "filters" in reads:
        for name, value in (("product", "p1"), ("customer", "c1")):
            if tool not in ("sentiment", "topics") or name == "product":
                found.append(Question(tool, metric, filters=(FilterClause(name, "eq", (value,), value),)))
    return found


def sound(answer: Answer) -> bool:
    figures = [answer.value, *(row.value for row in answer.rows)]
    return all(math.isfinite(figure) for figure in figures if isinstance(figure, float))


@pytest.mark.parametrize(
    ("shop", "tool", "said"),
    [
        ("one order", "anomalies", "8 weeks of sales"),
        ("one order", "forecast", "8 weeks with sales"),
        ("one order", "segments", "too few"),
        ("no dates", "forecast", "No sale has a date"),
        ("no dates", "profile", "Which customer"),
        ("nobody known", "at_risk", "0 of 0 known customers"),
    ],
)
def test_what_is_lacking_is_named(tmp_path: Path, shop: str, tool: str, said: str) -> None:
    Warehouse.refresh(shops(tmp_path)[shop])
    answer = Analyst(tmp_path, Settings(currency="EUR")).ask(Question(tool), "manager")
    assert answer.status is Status.DECLINED
    assert said in answer.text
