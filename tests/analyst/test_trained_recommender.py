"""Recommending by a model that the shop has trained: what the receipt says of it, and reasons that are no more than true."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from assistant.analyst.analyst import Analyst
from assistant.analyst.question import FilterClause, Question, Ranking
from assistant.config import Settings
from assistant.models.folder import Card, write_card
from assistant.models.recommender import SLOT, TASK, ItemRecommender, Links, Mix, save_recommender
from assistant.models.registry import draft_folder, install
from assistant.models.two_tower import TwoTower
from assistant.types import Answer
from assistant.warehouse import Warehouse
from tests.little_shops import LittleShop, line, product

IDS = ("p0", "p1", "p2", "p3")
DAY = datetime(2026, 3, 2, 10)  # noqa: DTZ001 - the warehouse keeps the shop's own time


def ask(folder: Path, towers: TwoTower | None) -> Answer:
    """What is offered to a customer who bought p3 and then p0; p0 and p1 are in three orders together, no link reaches p2."""
    nothing = np.zeros(1, dtype=np.float32)
    links = Links(
        np.array([0, 1, 1, 1, 1]), np.array([1], dtype=np.int32), nothing + 0.1, nothing, nothing, np.array([3], dtype=np.int32),
        np.zeros(1, dtype=np.int32),
    )  # fmt: skip
    model = ItemRecommender(IDS, links, np.zeros(4, dtype=np.int32), Mix(chance_share=0.5), np.ones(4, dtype=bool), towers)
    Warehouse.refresh(LittleShop(folder, [line("o1", "p3", DAY), line("o2", "p0", DAY + timedelta(days=1))], [product(id) for id in IDS]))
    with draft_folder(folder, SLOT) as draft:
        draft.mkdir()
        write_card(draft, Card(TASK, SLOT, settings=save_recommender(draft, model)))
        install(folder, SLOT, draft)
    return Analyst(folder, Settings(currency="EUR")).ask(
        Question("recommend", filters=(FilterClause("customer", "eq", ("c1",)),), ranking=Ranking(n=2)), "manager"
    )


def test_what_only_the_towers_recommend_is_told_as_a_pattern_of_what_led_there(tmp_path: Path) -> None:
    inputs, outputs = np.zeros((4, 2), dtype=np.float32), np.zeros((4, 2), dtype=np.float32)
    inputs[3], outputs[2], outputs[:2, 1] = (1.0, 0.0), (1.0, 0.0), 1.0
    answer = ask(tmp_path, TwoTower(inputs, outputs, np.ones(2, dtype=np.float32), 5.0))
    assert "Thing p2 (p2), fits what else is bought beside Thing p3 (p3)" in answer.text
    assert "Thing p1 (p1), bought together with Thing p0 (p0) in 3 orders" in answer.text
    assert answer.receipt is not None
    assert "two towers" in answer.receipt.definition


def test_a_recommender_of_links_alone_says_nothing_of_towers(tmp_path: Path) -> None:
    answer = ask(tmp_path, None)
    assert "p2" not in answer.text
    assert answer.receipt is not None
    assert "two towers" not in answer.receipt.definition
