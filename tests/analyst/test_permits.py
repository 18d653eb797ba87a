"""What a role is denied is declined with the reason, however it is asked, and never shown on the side."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.analyst.analyst import Analyst
from assistant.analyst.permits import load_permits
from assistant.analyst.question import Question, Ranking
from assistant.analyst.semantics import load_semantics
from assistant.config import Settings, StaffSettings, load_settings, write_settings
from assistant.errors import BadSettings
from assistant.types import Answer, Message, Role, Status

DENIED = {"analyst": ("customer", "returns"), "manager": ()}


@pytest.fixture(scope="module")
def analyst(shop_folder: Path) -> Analyst:
    return Analyst(shop_folder, Settings(currency="GBP", staff=StaffSettings(denied=DENIED)))


def said(analyst: Analyst, text: str, account_role: str) -> Answer:
    return analyst.reply(Message("1", "s", text, Role.STAFF, account_role=account_role), None, {})[0]


@pytest.mark.parametrize(
    "text",
    [
        "top 10 customers by net sales",
        "net sales of customer 12001",
        "returns last month",
        "return rate in 2011",
        "returns as a share of gross sales in 2011",
        "returns in November vs October 2011",
    ],
)
def test_what_is_denied_is_declined_with_the_reason(analyst: Analyst, text: str) -> None:
    answer = said(analyst, text, "analyst")
    assert answer.status is not Status.ANSWERED
    assert answer.value is None
    assert answer.rows == ()
    if answer.status is Status.DECLINED:
        assert answer.intent == "denied"
        assert "Your role may not see" in answer.text


@pytest.mark.parametrize("text", ["top 10 customers by net sales", "returns last month"])
def test_another_role_sees_it(analyst: Analyst, text: str) -> None:
    assert said(analyst, text, "manager").status is Status.ANSWERED


def test_counting_customers_names_nobody(analyst: Analyst) -> None:
    assert said(analyst, "how many customers last month", "analyst").status is Status.ANSWERED


def test_who_is_not_known_sees_nothing_that_anybody_is_denied(analyst: Analyst) -> None:
    assert said(analyst, "top 10 customers by net sales", "").intent == "denied"


def test_typed_questions_are_judged_alike(analyst: Analyst) -> None:
    typed = Question("ranking", ("net_sales",), ("customer",), ranking=Ranking(5), ask="rows")
    assert analyst.ask(typed, "analyst").intent == "denied"
    assert len(analyst.ask(typed, "manager").rows) == 5


def test_why_names_no_denied_customer(analyst: Analyst) -> None:
    asked = "why did net sales change in November 2011?"
    assert "; customer " in said(analyst, asked, "manager").text
    answer = said(analyst, asked, "analyst")
    assert answer.status is Status.ANSWERED
    assert "Largest movers" in answer.text
    assert "; customer " not in answer.text


def test_a_metric_made_of_a_denied_one_gives_it_away_and_is_denied_too() -> None:
    permits = load_permits({"analyst": ("gross_sales",)}, load_semantics())
    assert {"gross_sales", "aov", "return_rate"} <= permits.denied_to("analyst")
    assert "orders" not in permits.denied_to("analyst")
    assert permits.denied_to("manager") == frozenset()


def test_a_name_that_is_no_metric_is_named(shop_folder: Path) -> None:
    analyst = Analyst(shop_folder, Settings(staff=StaffSettings(denied={"analyst": ("profit",)})))
    with pytest.raises(BadSettings, match=r"staff\.denied\.analyst' names 'profit'"):
        analyst.warm_up()


def test_denials_are_read_from_the_file_and_survive_other_writes(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[staff.denied]\nanalyst = ["customer"]\n', encoding="utf-8")
    write_settings(tmp_path, {"currency": "EUR"})
    assert load_settings(tmp_path).staff.denied == {"analyst": ("customer",)}
    (tmp_path / "settings.toml").write_text('[staff.denied]\nboss = ["customer"]\n', encoding="utf-8")
    with pytest.raises(BadSettings, match=r"staff\.denied\.boss"):
        load_settings(tmp_path)
