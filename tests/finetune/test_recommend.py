"""The recommender: patterns known by construction, reasons, newcomers, new products, and files out of form."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.errors import ImportRefused, ModelCorrupt
from assistant.models.folder import Card, write_card
from assistant.models.recommender import TASK, ItemRecommender, load_recommender, save_recommender
from finetune.commands import app
from finetune.item_links import Recipe
from finetune.recommend import Histories, choose_mix, evaluate_sequences, make_recommender, measure, read_sequences

CHAIN = 40
"""Product n is followed by n + 1, in a ring."""


def ring(customers: int = 600, length: int = 8, seed: int = 1) -> Histories:
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, CHAIN, customers)
    histories = tuple(tuple(np.array([(start + step) % CHAIN]) for step in range(length)) for start in starts.tolist())
    return Histories(tuple(f"p{n}" for n in range(CHAIN)), histories)


@pytest.fixture(scope="module")
def model() -> ItemRecommender:
    return make_recommender(ring(), Recipe(next_ridge=5.0, near_ridge=5.0))


def test_what_always_comes_next_is_recommended_first(model: ItemRecommender) -> None:
    assert model.recommend(["p3", "p4", "p5"], 1)[0].product_id == "p6"


def test_the_basis_and_what_is_excluded_or_not_allowed_is_never_shown(model: ItemRecommender) -> None:
    shown = {one.product_id for one in model.recommend(["p3", "p4", "p5"], CHAIN, exclude=["p6"], allowed=lambda one: one != "p7")}
    assert not shown & {"p3", "p4", "p5", "p6", "p7"}
    assert "p8" in shown


def test_the_measure_is_perfect_for_a_perfect_pattern_and_chance_for_none() -> None:
    known, wanted = ring().before_last()
    made = measure(make_recommender(known, Recipe(next_ridge=5.0, near_ridge=5.0)), known, wanted)
    assert made.ndcg > 0.95 > 0.5 > made.popular_ndcg
    assert made.coverage == 1.0


def test_the_last_basket_is_not_seen_in_training() -> None:
    known, wanted = ring().before_last()
    rng = np.random.default_rng(2)
    shuffled = tuple((rng.integers(0, CHAIN, 1),) for _ in wanted)
    one = make_recommender(known, Recipe())
    assert measure(one, known, wanted).ndcg > measure(one, known, shuffled).ndcg
    assert len(known.customers[0]) == 7


def test_products_of_one_order_are_told_with_the_number_of_orders() -> None:
    together = tuple((np.array([0, 1]), np.array([2])) for _ in range(30))
    made = make_recommender(Histories(("tent", "mat", "lamp"), together), Recipe(next_ridge=1.0, near_ridge=1.0))
    first = made.recommend(["tent"], 2)
    reasons = {one.product_id: one.reason for one in first}
    assert (reasons["mat"].kind, reasons["mat"].product_id, reasons["mat"].count) == ("together", "tent", 30)
    assert (reasons["lamp"].kind, reasons["lamp"].count) == ("after", 30)


def test_a_newcomer_sees_what_is_bought_lately(model: ItemRecommender) -> None:
    recent = np.zeros(CHAIN, dtype=np.int32)
    recent[[7, 9]] = 3, 8
    shown = ItemRecommender(model.ids, model.links, recent, model.mix, model.known).recommend([], 5)
    assert [one.product_id for one in shown] == ["p9", "p7"]
    assert shown[0].reason.kind == "popular"
    assert shown[0].reason.count == 8


def test_a_product_without_history_is_reached_by_its_text() -> None:
    histories = ring()
    vectors = np.eye(CHAIN + 1, dtype=np.float32)
    vectors[CHAIN] = vectors[5]
    made = make_recommender(Histories((*histories.items, "new"), histories.customers), Recipe(), vectors=vectors)
    reached = {one.product_id: one.reason.kind for one in made.recommend(["p5"], CHAIN)}
    assert reached["new"] == "similar"
    assert made.recommend(["new"], 1)[0].product_id == "p5"


def test_the_short_list_scores_as_the_measure_does(model: ItemRecommender) -> None:
    from finetune.recommend import _scored

    history = ring().customers[0]
    ((fast, _),) = _scored(model, [history], [0])
    np.testing.assert_allclose(fast, model.scores([basket.tolist() for basket in history]), rtol=1e-4, atol=1e-5)


def test_a_saved_model_is_the_same_model(model: ItemRecommender, tmp_path: Path) -> None:
    write_card(tmp_path, Card(TASK, "recommender", settings=save_recommender(tmp_path, model)))
    again = load_recommender(tmp_path)
    assert again.recommend(["p1"], 3) == model.recommend(["p1"], 3)
    (tmp_path / "items.json").write_text('["x"]')
    with pytest.raises(ModelCorrupt):
        load_recommender(tmp_path)


def test_the_mix_is_chosen_for_what_came(model: ItemRecommender) -> None:
    known, wanted = ring().before_last()
    assert choose_mix(model, known, wanted).next_share in (0.2, 0.35, 0.5, 0.7, 0.85)


def test_a_file_of_sequences(tmp_path: Path) -> None:
    path = tmp_path / "sequences.txt"
    path.write_text("".join(f"{n} {' '.join(str((n + step) % 12) for step in range(6))}\n" for n in range(60)))
    made = evaluate_sequences(path)
    assert made.customers == 60
    assert set(made.to_json()) >= {"ndcg@10", "hr@10", "coverage"}


def test_the_command_prints_the_measure_and_says_what_it_skipped(tmp_path: Path) -> None:
    path = tmp_path / "sequences.txt"
    path.write_text("".join(f"{n} {' '.join(str((n + step) % 12) for step in range(6))}\n" for n in range(60)))
    done = CliRunner().invoke(app, ["evaluate", "recommend", "--sequences", str(path), "--json"])
    assert done.exit_code == 0, done.output
    assert {"ndcg@10", "hr@10", "coverage"} <= set(json.loads(done.stdout))
    assert "two towers were skipped, fewer than 20,000 products follow another" in done.stderr


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_last_products_of_beauty(shared: Path) -> None:
    found = evaluate_sequences(shared / "data" / "recommend" / "s3rec_beauty.txt")
    assert found.ndcg >= 0.065
    assert found.coverage > 0.8


@pytest.mark.parametrize("text", ["", "1 5\n2 6\n", "only words without end"[:4]])
def test_files_without_sequences_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sequences.txt"
    path.write_text(text)
    with pytest.raises(ImportRefused):
        evaluate_sequences(path)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no file"):
        read_sequences(tmp_path / "absent.txt")
