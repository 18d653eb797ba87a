"""Questions for the tools that rest on models: which words reach them, what is asked back, and what is left to plain figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assistant.analyst.analyst import Analyst
from assistant.analyst.business import asked_task, load_tasks
from assistant.analyst.tools import tools
from assistant.config import Settings, StaffSettings
from assistant.types import Answer, Message, Role, Status
from assistant.warehouse import Warehouse
from tests.little_shops import LittleShop, line, product


@pytest.fixture(scope="module")
def analyst(shop_folder: Path) -> Analyst:
    return Analyst(shop_folder, Settings(currency="GBP"))


def ask(analyst: Analyst, *texts: str, role: str = "manager") -> Answer:
    memory: dict[str, object] = {}
    for text in texts:
        answer, after = analyst.reply(Message("1", "s", text, Role.STAFF, account_role=role), None, memory)
        memory = dict(after)
    return answer


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("Which customers are about to leave?", "at_risk"),
        ("top 5 customers by lifetime value", "customer_value"),
        ("segment our customers", "segments"),
        ("who is likely to buy next month", "likely_buyers"),
        ("what should we show a new customer?", "recommend"),
        ("association rules", "rules"),
        ("anything unusual lately?", "anomalies"),
        ("show me suspicious orders", "anomalies"),
        ("what runs out next?", "stock"),
        ("what should we reorder", "reorder"),
        ("dead stock", "dead_stock"),
        ("which products are most sensitive to price?", "price_sensitivity"),
        ("what did our promotions do?", "promotions"),
    ],
)
def test_words_reach_the_tool(analyst: Analyst, text: str, tool: str) -> None:
    answer = ask(analyst, text)
    assert answer.tool == tool
    assert answer.status in (Status.ANSWERED, Status.DECLINED)
    assert answer.text
    assert answer.status is Status.DECLINED or answer.receipt is not None


@pytest.mark.parametrize(
    "text",
    [
        "sales last month",
        "which product is returned most",
        "how many customers ordered twice",
        "how many reviewers would recommend the item",
        "what is bought together with it",
        "return rate by country",
        "new customers in the last quarter",
        "what is the average price per unit",
    ],
)
def test_plain_figures_stay_plain(text: str) -> None:
    assert asked_task(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "churn risk by country",
        "customer lifetime value without the UK",
        "segment our customers for last month",
        "reorder points versus last year",
    ],
)
def test_what_a_tool_cannot_take_up_is_never_passed_over(analyst: Analyst, text: str) -> None:
    assert ask(analyst, text).status in (Status.CLARIFY, Status.DECLINED)


@pytest.mark.parametrize("text", ["what runs out next?", "what should we reorder", "how many are in stock", "dead stock"])
def test_a_shop_without_stock_figures_says_so(analyst: Analyst, text: str) -> None:
    answer = ask(analyst, text)
    assert answer.status is Status.DECLINED
    assert answer.value is None
    assert not answer.rows


def test_one_of_those_at_risk_can_be_described_next(analyst: Analyst) -> None:
    first = ask(analyst, "top 3 customers by lifetime value")
    if first.status is Status.DECLINED:
        pytest.skip("the made-up shop's customers do not come back")
    answer = ask(analyst, "top 3 customers by lifetime value", "describe that customer")
    assert answer.tool == "profile"
    assert first.rows[0].label in answer.text


def test_a_role_that_may_not_see_customers_gets_none(shop_folder: Path) -> None:
    staff = StaffSettings(denied={"analyst": ("customer",)})
    closed = Analyst(shop_folder, Settings(currency="GBP", staff=staff))
    for text in ("which customers are at risk", "top customers by lifetime value", "who is likely to buy next month"):
        answer = ask(closed, text, role="analyst")
        assert answer.status is Status.DECLINED
        assert not answer.rows


def test_every_task_names_a_tool_that_there_is() -> None:
    assert {task.tool for task in load_tasks()} <= set(tools())


def test_every_example_of_these_tools_asks_for_them() -> None:
    named = {task.tool for task in load_tasks()}
    missed = {
        example: name
        for name, tool in tools().items()
        if name in named
        for example in tool.examples
        if (hit := asked_task(example.lower().rstrip("?."))) is None or hit[0].tool != name
    }
    assert missed == {}


def test_a_shop_may_sell_what_a_question_is_called_by(tmp_path: Path) -> None:
    """Products named like the words of a question are no names in it; those that are named in it stay names."""
    names = {"p1": "Segment snack bowl", "p2": "Pair of socks", "p3": "Kettle"}
    lines = [line(f"o{n}", id, datetime(2026, 1, 1, 9) + timedelta(days=n), f"c{n % 9}") for n in range(90) for id in names]  # noqa: DTZ001
    Warehouse.refresh(LittleShop(tmp_path, lines, [product(id, name) for id, name in names.items()]))
    little = Analyst(tmp_path, Settings(currency="EUR"))
    for text, tool in (("segment our customers", "segments"), ("strongest product pairs by lift", "rules")):
        assert ask(little, text).tool == tool, text
    named = ask(little, "how long will the stock of the kettle last?")
    assert named.tool == "stock"
    assert named.products == ("p3",)
