"""Roles under pseudonyms: no answer, receipt, chart or memory holds an id or a name, and everything can still be asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.analyst.analyst import Analyst
from assistant.analyst.question import FilterClause, Question, Ranking
from assistant.config import Settings, StaffSettings
from assistant.errors import StoreError
from assistant.types import Answer, Message, Role, Status
from assistant.warehouse import PseudonymousWarehouse, Warehouse, pseudonym_key
from tests.little_shops import LittleShop, Row, line, product

PSEUDONYM = re.compile(r"\bP[0-9A-F]{10}\b")
IDS = [f"kx{n:04d}" for n in range(150)]


def rows() -> list[Row]:
    rng = np.random.default_rng(4)
    made = []
    for id in IDS:
        day = float(rng.integers(0, 200))
        while day < 500:
            when = datetime(2025, 1, 1, 9) + timedelta(days=int(day))  # noqa: DTZ001 - the warehouse keeps the shop's own time
            made.append(line(f"{id}-o{int(day)}", f"p{rng.integers(0, 8)}", when, id, unit_price=float(rng.integers(5, 50))))
            day += max(rng.exponential(60), 1.0)
    return [{**row, "order_id": f"o{number}"} for number, row in enumerate(made)]


@pytest.fixture(scope="module")
def analyst(tmp_path_factory: pytest.TempPathFactory) -> Analyst:
    folder = tmp_path_factory.mktemp("veiled")
    people = [{"id": id, "first_name": "Zebulon", "last_name": f"Q{id}"} for id in IDS]
    Warehouse.refresh(LittleShop(folder, rows(), [product(f"p{n}") for n in range(8)], people=people))
    return Analyst(folder, Settings(currency="EUR", staff=StaffSettings(pseudonyms=("analyst",))))


def ask(analyst: Analyst, text: str, role: str = "analyst", memory: Mapping[str, Any] | None = None) -> tuple[Answer, Mapping[str, Any]]:
    return analyst.reply(Message("1", "s", text, Role.STAFF, account_role=role), None, memory or {})


def whole(answer: Answer, memory: Mapping[str, Any]) -> str:
    return json.dumps([asdict(answer), dict(memory)], default=str)


@pytest.mark.parametrize(
    "text",
    [
        "top 5 customers by sales",
        "top 5 customers by lifetime value",
        "which customers are about to leave?",
        "customers with odd returns",
        "who is likely to buy next month",
        "how many customers ordered twice",
        "why did sales change last month",
    ],
)
def test_no_id_and_no_name_is_shown(analyst: Analyst, text: str) -> None:
    said = whole(*ask(analyst, text))
    assert "kx0" not in said
    assert "Zebulon" not in said
    assert pseudonym_key(analyst.folder) not in said


def test_the_same_question_shows_others_whom_it_is_about(analyst: Analyst) -> None:
    veiled, _ = ask(analyst, "top 5 customers by sales")
    plain, _ = ask(analyst, "top 5 customers by sales", role="manager")
    assert [row.value for row in veiled.rows] == [row.value for row in plain.rows]
    assert all(PSEUDONYM.fullmatch(row.label) for row in veiled.rows)
    assert all(row.label in IDS for row in plain.rows)


def test_a_pseudonym_can_be_asked_about_and_goes_on_in_a_conversation(analyst: Analyst) -> None:
    first, memory = ask(analyst, "top 3 customers by sales")
    named, _ = ask(analyst, f"describe customer {first.rows[0].label}")
    assert named.status is Status.ANSWERED
    assert first.rows[0].label in named.text
    again, _ = ask(analyst, "describe that customer", memory=memory)
    assert again.value == named.value
    offered, _ = ask(analyst, f"what should we recommend to customer {first.rows[0].label}")
    assert "kx0" not in offered.text


def test_an_id_that_is_typed_finds_nobody(analyst: Analyst) -> None:
    question = Question("profile", filters=(FilterClause("customer", "eq", (IDS[0],), IDS[0]),))
    assert analyst.ask(question, "analyst").status is Status.DECLINED
    assert analyst.ask(question, "manager").status is Status.ANSWERED


def test_who_is_not_known_is_shown_pseudonyms(analyst: Analyst) -> None:
    answer = analyst.ask(Question("at_risk", ranking=Ranking(3)))
    assert not any(row.label in IDS for row in answer.rows)


def test_pseudonyms_last_and_differ_between_shops(analyst: Analyst, tmp_path: Path) -> None:
    inner = Warehouse.open(analyst.folder)
    same = [PseudonymousWarehouse(inner, pseudonym_key(analyst.folder)) for _ in range(2)]
    other = PseudonymousWarehouse(inner, pseudonym_key(tmp_path))
    one, two, three = (set(w.run(w.table("customers").select("customer_id"))["customer_id"].to_pylist()) for w in (*same, other))
    assert one == two
    assert len(one) == len(IDS)
    assert not one & three
    assert (tmp_path / "pseudonyms.key").stat().st_mode & 0o077 == 0
    with pytest.raises(StoreError):
        other.export(tmp_path)
