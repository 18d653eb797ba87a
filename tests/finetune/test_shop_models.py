"""Training a shop's own models: what is learnt, skipped and kept, and that nothing of the future gets in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.analyst.reviewing import ReadingReport
from assistant.models.folder import read_card
from assistant.models.propensity import snapshot
from assistant.models.recommender import ItemRecommender, load_recommender
from assistant.models.registry import find_model
from finetune import recommend, shop_models
from finetune.lifetime import Ledger
from finetune.propensity import fit_propensity
from finetune.shop_models import Trade, histories_of, train_store
from finetune.two_tower import TowerRecipe, fit_two_tower

TODAY = date(2026, 6, 30)
KINDS = 30


def trade(customers: int = 400, seed: int = 3) -> Trade:
    """Customers who go on from product n to n + 1, some often, some hardly ever."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        gap = float(rng.choice([14.0, 35.0, 120.0]))
        day, product = float(rng.integers(0, 60)), int(rng.integers(0, KINDS))
        while day < 600:
            when = np.datetime64(TODAY) - 600 + int(day)
            rows.append((f"{number}-{int(day)}", f"c{number}", f"p{product:02d}", when, 20.0))
            product, day = (product + 1) % KINDS, day + max(rng.exponential(gap), 1.0)
    rows.sort(key=lambda row: row[3])
    orders, names, products, days, money = zip(*rows, strict=True)
    return Trade(np.array(orders), np.array(names), np.array(products), np.array(days, dtype="datetime64[D]"), np.array(money), TODAY)


@pytest.fixture(autouse=True)
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop without reviews, and no model to read them; nor has it categories."""
    monkeypatch.setattr(shop_models, "read_goods", lambda warehouse: ([], []))
    monkeypatch.setattr(shop_models, "load_sentiment", lambda folder, threads: None)
    monkeypatch.setattr(shop_models, "read_all_reviews", lambda *_, **__: ReadingReport(0, 0))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = trade()
    monkeypatch.setattr(shop_models, "read_trade", lambda warehouse, today=None: replace(made, today=today or TODAY))
    monkeypatch.setattr(shop_models.Warehouse, "open", lambda folder: None)
    return tmp_path


def test_a_shop_gets_its_models_and_a_second_training_keeps_them(shop: Path) -> None:
    first = {outcome.model: outcome for outcome in train_store(shop)}
    assert first["recommender"].what == "installed"
    assert "Two towers were skipped: fewer than 20,000 orders" in first["recommender"].why
    assert first["propensity"].what == "installed"
    assert first["customer lifetime"].what == "checked"
    model = load_recommender(find_model("recommender", shop))
    assert model.recommend(["p03", "p04"], 1)[0].product_id == "p05"
    card = (find_model("recommender", shop) / "card.json").read_text()
    assert "test_ndcg@10" in card
    folder = find_model("recommender", shop)
    assert not any(b"c12" in path.read_bytes() for path in folder.rglob("*") if path.suffix == ".json")
    second = {outcome.model: outcome.what for outcome in train_store(shop)}
    assert second["recommender"] == second["propensity"] == "kept"
    assert find_model("recommender", shop) == folder


def test_two_towers_are_learnt_told_and_kept_where_orders_suffice(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommend, "FEWEST_EXAMPLES", 500)
    monkeypatch.setattr(recommend, "TowerRecipe", lambda: TowerRecipe(fewest_steps=30))
    monkeypatch.setattr(shop_models, "choose_mix", lambda model, histories, wanted: replace(model.mix, chance_share=0.4))
    first = next(iter(train_store(shop)))
    folder = find_model("recommender", shop)
    model = load_recommender(folder)
    assert model.towers is not None
    assert "Two towers have 40% of the score" in first.why
    assert model.recommend(["p03", "p04"], 1)[0].product_id == "p05"
    assert "two towers" in read_card(folder).base
    assert next(iter(train_store(shop))).what == "kept"


def test_two_towers_are_skipped_where_links_alone_do_as_well(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommend, "FEWEST_EXAMPLES", 500)
    monkeypatch.setattr(recommend, "TowerRecipe", lambda: TowerRecipe(fewest_steps=30))
    assert "Two towers were skipped: on the orders before the last, links alone did as well" in next(iter(train_store(shop))).why
    assert load_recommender(find_model("recommender", shop)).towers is None


def test_a_model_in_use_is_judged_by_its_towers_too() -> None:
    """Over other products in another order it scores as it did."""
    histories, _ = histories_of(trade())
    model = recommend.make_recommender(histories, shop_models.Recipe())
    towers = fit_two_tower(histories.customers, (), len(histories.items), TowerRecipe(fewest_steps=0))
    model = ItemRecommender(model.ids, model.links, model.recent, replace(model.mix, chance_share=0.5), model.known, towers)
    items = ("other", *reversed(histories.items))
    moved = shop_models._in_terms_of(model, replace(histories, items=items))
    scores = model.scores([[3], [4]])
    again = moved.scores([[items.index(model.ids[3])], [items.index(model.ids[4])]])
    np.testing.assert_allclose(again[1:][::-1], scores, rtol=1e-5)
    assert again[0] == 0.0


def test_too_little_is_skipped_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some = trade(customers=5)
    monkeypatch.setattr(shop_models, "read_trade", lambda warehouse, today=None: some)
    monkeypatch.setattr(shop_models.Warehouse, "open", lambda folder: None)
    outcomes = list(train_store(tmp_path))
    assert {outcome.what for outcome in outcomes} == {"skipped"}
    assert all(len(outcome.why) > 20 for outcome in outcomes)


def test_no_dates_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop_models, "read_trade", lambda warehouse, today=None: None)
    monkeypatch.setattr(shop_models.Warehouse, "open", lambda folder: None)
    assert all("no sale has a date" in outcome.why for outcome in train_store(tmp_path) if outcome.model not in ("reviews", "categories"))


def test_reviews_are_read_beforehand(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop_models, "read_all_reviews", lambda *_, **__: ReadingReport(1200, 3400))
    last = list(train_store(shop))[-1]
    assert (last.model, last.what, last.why) == ("reviews", "read", "1,200 anew, 3,400 in all")


def test_a_poisoned_future_changes_nothing() -> None:
    made = trade()
    ledger = Ledger(made.customers, made.days, made.money)
    cut = TODAY - timedelta(days=90)
    later = made.days > np.datetime64(cut)
    poisoned = Ledger(np.where(later, "mole", made.customers), made.days, np.where(later, 1e9, made.money))
    honest, spoiled = (fit_propensity(one, cut) for one in (ledger, poisoned))
    assert honest.metrics == spoiled.metrics
    np.testing.assert_array_equal(honest.model.hidden, spoiled.model.hidden)
    seen, mole = (snapshot(one.customers, one.days, one.money, cut, 30) for one in (ledger, poisoned))
    np.testing.assert_array_equal(seen.features, mole.features)


def test_propensity_beats_recency_alone() -> None:
    made = trade(customers=900)
    fitted = fit_propensity(Ledger(made.customers, made.days, made.money), TODAY)
    assert fitted.auc > fitted.recency_auc
    assert fitted.log_loss < fitted.recency_log_loss
    assert fitted.calibration_error < 0.08


def test_baskets_are_by_time_and_those_of_nobody_are_loose() -> None:
    days = np.array(["2026-01-05", "2026-01-05", "2026-01-09", "2026-01-10"], dtype="datetime64[D]")
    made = Trade(np.array(["o2", "o2", "o1", "o3"]), np.array(["a", "a", "a", ""]), np.array(["x", "y", "z", "x"]), days, np.ones(4), TODAY)
    histories, last = histories_of(made)
    assert [[histories.items[i] for i in basket] for basket in histories.customers[0]] == [["x", "y"], ["z"]]
    assert len(histories.loose) == 1
    assert last[0] == np.datetime64("2026-01-09")
