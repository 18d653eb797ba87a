"""Which epoch is kept: the later one, unless it is really worse; and harm, not standstill, ends a run."""

from __future__ import annotations

import numpy as np

from finetune.selection import Selection, really_worse


def read_rightly(count: int, of: int = 500, start: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    right = np.zeros(of, np.bool_)
    right[start : start + count] = True
    return right


def test_the_last_of_equal_epochs_is_kept_and_nothing_stops() -> None:
    selection = Selection(patience=1)
    assert [selection.keeps(read_rightly(466), epoch) for epoch in (1, 2, 3)] == [True, True, True]
    assert (selection.epoch, selection.accuracy, selection.over) == (3, 0.932, False)


def test_a_text_or_two_fewer_do_not_count_but_many_do() -> None:
    best = read_rightly(466)
    assert not really_worse(read_rightly(465), best)
    assert not really_worse(read_rightly(465, start=5), best)
    assert really_worse(read_rightly(455), best)
    assert not really_worse(best, read_rightly(455))


def test_many_small_losses_are_one_large_one() -> None:
    selection = Selection(patience=2)
    kept = [selection.keeps(read_rightly(466 - epoch), epoch) for epoch in range(1, 6)]
    assert kept == [True, True, False, False, False]
    assert selection.over
    assert (selection.epoch, selection.accuracy) == (2, 0.928)


def test_harm_must_last() -> None:
    selection = Selection(patience=2)
    for epoch, count in enumerate((466, 400, 465, 400), start=1):
        selection.keeps(read_rightly(count), epoch)
    assert not selection.over
    assert selection.epoch == 3


def test_a_selection_goes_on_from_its_state() -> None:
    one, other = Selection(patience=2), Selection(patience=2)
    one.keeps(read_rightly(466), 1)
    one.keeps(read_rightly(400), 2)
    other.restore(one.state())
    assert not other.keeps(read_rightly(400), 3)
    assert other.over
