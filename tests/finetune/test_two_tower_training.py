"""Learning the two towers: the examples, the loss, patterns known by construction, and when they are left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from assistant.models.two_tower import TwoTower
from finetune import recommend
from finetune.item_links import Recipe
from finetune.recommend import Histories, choose_mix, make_recommender, make_towers, measure
from finetune.two_tower import Examples, LogPartition, TowerRecipe, fit_two_tower

CHAIN = 40
QUICK = TowerRecipe(width=16, epochs=3, fewest_steps=0)


def ring(customers: int = 1000, length: int = 7, items: int = CHAIN) -> Histories:
    """Product n is followed by n + 1; more products than the ring has are never bought."""
    starts = np.random.default_rng(1).integers(0, CHAIN, customers)
    histories = tuple(tuple(np.array([(start + step) % CHAIN]) for step in range(length)) for start in starts.tolist())
    return Histories(tuple(f"p{n}" for n in range(items)), histories)


@pytest.fixture(scope="module")
def towers() -> TwoTower:
    return fit_two_tower(ring(items=CHAIN + 2).customers, (), CHAIN + 2, QUICK)


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand orders that follow others are enough, and a few steps."""
    monkeypatch.setattr(recommend, "FEWEST_EXAMPLES", 1000)
    monkeypatch.setattr(recommend, "TowerRecipe", lambda: QUICK)


def test_every_basket_but_the_first_is_an_example_of_those_before_it() -> None:
    baskets = [np.array([5, 6]), np.array([7]), np.array([8, 9]), np.array([1])]
    made = Examples([tuple(baskets), (np.array([2]),), (), (np.array([3]), np.array([4]))], window=2)
    assert len(made) == 4
    batch = made.batch(np.array([2, 0, 3]))
    assert np.split(batch.items, batch.starts[1:])[0].tolist() == [7, 8, 9]
    assert np.split(batch.ages, batch.starts[1:])[0].tolist() == [1, 0, 0]
    assert [part.tolist() for part in np.split(batch.items, batch.starts[1:])[1:]] == [[5, 6], [3]]
    assert [part.tolist() for part in np.split(batch.targets, batch.target_starts[1:])] == [[1], [7], [4]]


def test_the_loss_and_its_gradients_are_those_of_softmax() -> None:
    state, table = (torch.randn(size, 4, dtype=torch.float64, requires_grad=True) for size in (3, 7))
    torch.testing.assert_close(LogPartition.apply(state, table), torch.logsumexp(state @ table.T, dim=1))
    assert torch.autograd.gradcheck(LogPartition.apply, (state, table))


def test_what_always_comes_next_has_the_best_chance(towers: TwoTower) -> None:
    found = towers.chances([[[n], [(n + 1) % CHAIN]] for n in range(CHAIN)])
    assert [int(np.argmax(row)) for row in found] == [(n + 2) % CHAIN for n in range(CHAIN)]


def test_what_nobody_bought_is_never_learnt(towers: TwoTower) -> None:
    assert not towers.inputs[CHAIN:].any()
    assert not towers.outputs[CHAIN:].any()
    assert towers.inputs[:CHAIN].any(axis=1).all()


def test_the_same_histories_give_the_same_vectors_and_leave_the_common_chance_alone(towers: TwoTower) -> None:
    torch.manual_seed(5)
    drawn = torch.random.get_rng_state()
    again = fit_two_tower(ring(items=CHAIN + 2).customers, (), CHAIN + 2, QUICK)
    for name, array in towers.arrays().items():
        np.testing.assert_array_equal(array, again.arrays()[name])
    assert torch.equal(drawn, torch.random.get_rng_state())
    other = fit_two_tower(ring(items=CHAIN + 2).customers, (), CHAIN + 2, replace(QUICK, seed=14))
    assert not np.array_equal(other.inputs, towers.inputs)


def test_a_great_many_examples_are_drawn_from() -> None:
    stages: list[tuple[str, int, int | None]] = []
    recipe = replace(QUICK, epochs=1, most=CHAIN * 512)
    fit_two_tower(ring().customers, (), CHAIN, recipe, lambda *told: stages.append(told))
    assert stages[-1][1:] == (2, 2)


def test_few_examples_are_gone_through_more_often() -> None:
    told: list[int | None] = []
    recipe = replace(QUICK, epochs=1, fewest_steps=40)
    fit_two_tower(ring().customers, (), CHAIN, recipe, lambda stage, done, total: told.append(total))
    assert told[-1] == 48


def test_from_few_histories_nothing_is_learnt() -> None:
    few = ring()
    assert make_towers(few) is None
    made = make_recommender(few, Recipe())
    assert made.towers is None
    assert made.mix.chance_share == 0.0


def test_the_measure_scores_as_is_served(little: None) -> None:
    from finetune.recommend import _scored

    model = make_recommender(ring(), Recipe())
    history = (np.array([3, 9]), np.array([4]))
    ((fast, _),) = _scored(model, [history], [0])
    assert model.towers is not None
    np.testing.assert_allclose(fast, model.scores([basket.tolist() for basket in history]), rtol=1e-3, atol=1e-4)
    assert not np.allclose(fast, model.remixed(replace(model.mix, chance_share=0.0)).scores([[3, 9], [4]]))


def test_towers_that_lead_astray_get_no_share(little: None) -> None:
    known, wanted = ring(customers=1100).before_last()
    model = make_recommender(known, Recipe())
    assert model.towers is not None
    model.towers = replace(model.towers, outputs=np.roll(model.towers.outputs, 7, axis=0))
    assert choose_mix(model, known, [*wanted[:100], *[()] * 1000]).chance_share == 0.0


def test_towers_alone_foretell_a_pattern(little: None) -> None:
    known, wanted = ring(customers=1100).before_last()
    model = make_recommender(known, replace(Recipe(), mix=replace(Recipe().mix, chance_share=1.0)))
    made = measure(model, known, [*wanted[:200], *[()] * 900])
    assert made.ndcg > 0.9
