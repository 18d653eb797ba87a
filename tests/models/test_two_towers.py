"""The served half of the two towers: chances, what brings them about, their place beside the links, and files of before they were."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.models.folder import Card, write_card
from assistant.models.recommender import (
    TASK,
    ItemRecommender,
    Links,
    Mix,
    blended,
    load_recommender,
    save_recommender,
)
from assistant.models.two_tower import TwoTower, stored_two_tower

IDS = ("tent", "mat", "lamp", "rope", "new")
AXES = np.eye(5, dtype=np.float32)


def towers(scale: float = 5.0) -> TwoTower:
    """A tent leads to a lamp, a mat to a rope; the newest basket counts twice the one before; of "new" nothing was learnt."""
    inputs, outputs = np.zeros((5, 5), dtype=np.float32), AXES.copy()
    inputs[0], inputs[1] = AXES[2], AXES[3]
    outputs[4] = 0.0
    return TwoTower(inputs, outputs, np.array([1.0, 0.5], dtype=np.float32), scale)


def recommender(beside: TwoTower | None, share: float = 0.5) -> ItemRecommender:
    """One link: tents and mats were in three orders together."""
    links = Links(
        starts=np.array([0, 1, 2, 2, 2, 2]),
        items=np.array([1, 0], dtype=np.int32),
        next=np.full(2, 0.1, dtype=np.float32),
        near=np.full(2, 0.1, dtype=np.float32),
        similar=np.zeros(2, dtype=np.float32),
        together=np.full(2, 3, dtype=np.int32),
        after=np.zeros(2, dtype=np.int32),
    )
    return ItemRecommender(IDS, links, np.zeros(5, dtype=np.int32), Mix(chance_share=share), np.array([True] * 4 + [False]), beside)


def test_the_newest_basket_counts_most_and_the_order_decides() -> None:
    first, second = towers().chances([[[0], [1]], [[1], [0]]])
    assert np.argmax(first) == 3
    assert np.argmax(second) == 2
    assert first[3] == pytest.approx(second[2])


def test_baskets_beyond_the_window_count_for_nothing() -> None:
    old, without = towers().chances([[[0], [1], [1]], [[1], [1]]])
    np.testing.assert_allclose(old, without)


def test_what_was_never_learnt_has_no_chance_and_gives_none() -> None:
    known, unknown, nothing = towers().chances([[[0]], [[4]], []])
    assert known[4] == 0.0
    assert known.sum() > 0.9
    assert not unknown.any()
    assert not nothing.any()


def test_chances_below_a_blind_draw_are_none() -> None:
    assert np.flatnonzero(towers().chances([[[0]]])[0]).tolist() == [2]


def test_what_is_told_of_a_history_adds_up_to_its_cosine() -> None:
    parts = towers().contributions([[0], [1]], 2)
    assert parts == {0: pytest.approx(0.5), 1: 0.0}


def test_vectors_keep_their_place_when_products_move() -> None:
    moved = towers().moved(np.array([3, 2, 1, 0, -1]), 4)
    assert np.flatnonzero(moved.chances([[[3]]])[0]).tolist() == [1]


def test_half_precision_changes_no_order() -> None:
    rng = np.random.default_rng(1)
    outputs = rng.normal(size=(50, 8)).astype(np.float32)
    made = TwoTower(rng.normal(size=(50, 8)).astype(np.float32), outputs / np.linalg.norm(outputs, axis=1, keepdims=True), np.ones(3), 9.0)
    again = stored_two_tower({**made.arrays(), "other": np.zeros(1)})
    np.testing.assert_allclose(again.chances([[[3], [7]]]), made.chances([[[3], [7]]]), atol=2e-3)


def test_links_and_chances_count_alike_whatever_their_size() -> None:
    links, chances = np.array([[0.0, 0.002, 0.0, 0.001]], dtype=np.float32), np.array([[0.9, 0.0, 0.36, 0.0]], dtype=np.float32)
    small, great = (blended(links * factor, chances, [np.array([0])], 0.5) for factor in (1.0, 1e4))
    np.testing.assert_allclose(small, great, rtol=1e-5)
    alone = blended(links, chances, [np.array([0])], 0.0)
    assert np.argmax(alone) == 1


def test_what_was_bought_before_does_not_set_the_measure_of_the_rest() -> None:
    links = np.array([[0.0, 0.2, 0.1] + [0.0] * 9], dtype=np.float32)
    loud = links.copy()
    loud[0, 0] = 50.0
    chances = np.array([[0.0, 0.0, 0.4] + [0.0] * 9], dtype=np.float32)
    one, other = (blended(part, chances, [np.array([0])], 0.3)[0, 1:] for part in (links, loud))
    np.testing.assert_allclose(one, other)


def test_the_towers_recommend_what_no_link_reaches_and_say_of_what() -> None:
    shown = {one.product_id: one.reason for one in recommender(towers()).recommend(["rope", "tent"], 4)}
    assert (shown["lamp"].kind, shown["lamp"].product_id, shown["lamp"].count) == ("pattern", "tent", 0)
    assert (shown["mat"].kind, shown["mat"].product_id, shown["mat"].count) == ("together", "tent", 3)
    assert {one.product_id for one in recommender(None).recommend(["rope", "tent"], 4)} == {"mat"}


def test_without_a_share_the_towers_are_left_out() -> None:
    made = recommender(towers()).remixed(Mix(chance_share=0.0))
    assert made.towers is None
    np.testing.assert_array_equal(made.scores([[0]]), recommender(None).scores([[0]]))


def test_a_model_with_towers_is_the_same_after_saving(tmp_path: Path) -> None:
    made = recommender(towers())
    write_card(tmp_path, Card(TASK, "recommender", settings=save_recommender(tmp_path, made)))
    again = load_recommender(tmp_path)
    assert again.mix == made.mix
    assert again.recommend(["rope", "tent"], 4) == made.recommend(["rope", "tent"], 4)


def test_a_model_from_before_there_were_towers_still_loads(tmp_path: Path) -> None:
    made = recommender(None, share=0.0)
    settings = {name: value for name, value in save_recommender(tmp_path, made).items() if name != "chance_share"}
    write_card(tmp_path, Card(TASK, "recommender", settings=settings))
    assert "chance_share" not in json.loads((tmp_path / "card.json").read_text())["settings"]
    again = load_recommender(tmp_path)
    assert again.towers is None
    np.testing.assert_array_equal(again.scores([[0]]), made.scores([[0]]))
