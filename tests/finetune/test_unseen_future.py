"""Training as of a day never sees later days: whatever is written into the future, every model comes out the same to the byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.models import forecaster
from assistant.models.forecaster import Task
from assistant.models.registry import find_model
from finetune import recommend, shop_models
from finetune.lifetime import Ledger, judge
from finetune.recommend import Histories, make_recommender, measure
from finetune.shop_models import train_store
from finetune.two_tower import TowerRecipe
from tests.fake_sentiment import WordSentiment
from tests.little_shops import LittleShop, Row, line, product

CUT = date(2026, 3, 31)
KINDS = 24


def rows(seed: int = 5) -> list[Row]:
    """Customers who go on from product n to n + 1, before and after the cut."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(260):
        gap, day, item = float(rng.choice([12.0, 30.0, 90.0])), float(rng.integers(0, 60)), int(rng.integers(0, KINDS))
        while day < 560:
            when = datetime(2024, 12, 1, 9) + timedelta(days=int(day))  # noqa: DTZ001 - the warehouse keeps the shop's own time
            made.append(line(f"{number}-{int(day)}", f"p{item:02d}", when, f"c{number}"))
            item, day = (item + 1) % KINDS, day + max(rng.exponential(gap), 1.0)
    return made


def poisoned(lines: list[Row]) -> list[Row]:
    """After the cut one mole buys the same dear thing over and over."""
    return [
        line(row["order_id"], "p00", row["placed_at"], "mole", unit_price=1e6) if row["placed_at"].date() > CUT else row for row in lines
    ]


@pytest.fixture(autouse=True)
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop_models, "load_sentiment", lambda folder, threads: WordSentiment())


def test_training_as_of_a_day_is_blind_to_what_came_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommend, "FEWEST_EXAMPLES", 500)
    monkeypatch.setattr(recommend, "TowerRecipe", lambda: TowerRecipe(fewest_steps=30))
    monkeypatch.setattr(shop_models, "choose_mix", lambda model, histories, wanted: replace(model.mix, chance_share=0.4))
    goods = [product(f"p{n:02d}") for n in range(KINDS)]
    told, weights = [], []
    for name, lines in (("honest", rows()), ("poisoned", poisoned(rows()))):
        shop = LittleShop(tmp_path / name, lines, goods)
        shop.folder.mkdir()
        shop.context().warehouse.close()
        told.append([str(outcome) for outcome in train_store(shop.folder, today=CUT)])
        weights.append({slot: (find_model(slot, shop.folder) / "model.safetensors").read_bytes() for slot in ("recommender", "propensity")})
    assert told[0] == told[1]
    assert "Two towers have 40%" in told[0][0]
    assert weights[0] == weights[1]


def test_a_recommender_is_judged_on_baskets_that_it_never_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    """The baskets left out may be anything: the model judged on them is the same, and scores of others' hold no trace of them."""
    monkeypatch.setattr(recommend, "FEWEST_EXAMPLES", 500)
    monkeypatch.setattr(recommend, "TowerRecipe", lambda: TowerRecipe(fewest_steps=30))
    rng = np.random.default_rng(1)
    customers = tuple(tuple(np.array([(start + step) % 30]) for step in range(6)) for start in rng.integers(0, 30, 200).tolist())
    spoiled = tuple((*history[:-1], np.array([29])) for history in customers)
    made = []
    for histories in (customers, spoiled):
        known, _ = Histories(tuple(f"p{n}" for n in range(30)), histories).before_last()
        made.append(make_recommender(known, shop_models.Recipe()))
    np.testing.assert_array_equal(made[0].links.next, made[1].links.next)
    np.testing.assert_array_equal(made[0].links.near, made[1].links.near)
    assert made[0].towers is not None
    assert made[1].towers is not None
    np.testing.assert_array_equal(made[0].towers.inputs, made[1].towers.inputs)
    np.testing.assert_array_equal(made[0].towers.outputs, made[1].towers.outputs)
    known, wanted = Histories(made[0].ids, customers).before_last()
    assert measure(made[0], known, wanted) == measure(made[1], known, wanted)


def test_what_is_expected_of_customers_rests_on_the_first_part_alone() -> None:
    lines = rows()
    days = np.array([row["placed_at"].date() for row in lines], dtype="datetime64[D]")
    who, money = np.array([row["customer_id"] for row in lines]), np.full(len(lines), 10.0)
    later = days > np.datetime64(CUT)
    honest, spoiled = judge(Ledger(who, days, money), CUT), judge(Ledger(who, days, np.where(later, 1e9, money)), CUT)
    assert honest.expected == spoiled.expected
    assert honest.to_json() == spoiled.to_json()


def test_a_forecast_tried_on_the_past_knows_the_past_alone() -> None:
    """Every member, from every moment that the backtest tries, says the same when all later days are poisoned."""
    rng = np.random.default_rng(2)
    days = 50 + 10 * np.sin(np.arange(900) / 58) + rng.normal(0, 3, 900)
    tried = forecaster._origins(Task(days, 902, 930, season=days * 9))
    assert len(tried) > 4
    for number, honest in enumerate(tried):
        known = len(honest.task.history)
        spoiled = np.where(np.arange(900) < known, days, 1e7)
        again = forecaster._origins(Task(spoiled, 902, 930, season=spoiled * 9))[number].task
        for name, model in forecaster.MODELS.items():
            assert model(again) == model(honest.task), name
