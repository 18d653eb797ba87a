"""Which tokens stand how near to what a text is asked about."""

from __future__ import annotations

from assistant.models.target import ASKED, CLASSES, FAR, SIGN, UNPLACED, distance_classes


def _read(text: list[int], target: list[int]) -> list[int]:
    ids = [101, *text, 102, *target, 102]
    parts = [None, *[0] * len(text), None, *[1] * len(target), None]
    return distance_classes(ids, parts)


def test_distance_is_counted_from_either_end_of_the_target() -> None:
    assert _read([7, 8, 9, 5, 6], [8, 9]) == [SIGN, 1, 0, 0, 1, 2, SIGN, ASKED, ASKED, SIGN]


def test_the_nearest_of_several_mentions_counts() -> None:
    assert _read([5, 7, 7, 7, 5], [5])[1:6] == [0, 1, 2, 1, 0]


def test_long_ways_share_classes_and_end_in_one() -> None:
    read = _read([5, *range(30, 50)], [5])[1:22]
    assert read[:5] == [0, 1, 2, 3, 4]
    assert read[5:7] == [5, 5]
    assert read[14:16] == [7, FAR]
    assert max(read) < CLASSES


def test_a_target_that_the_text_does_not_name_leaves_all_of_it_alike() -> None:
    assert _read([5, 6, 7], [6, 5]) == [SIGN, UNPLACED, UNPLACED, UNPLACED, SIGN, ASKED, ASKED, SIGN]
    assert _read([5, 6], []) == [SIGN, UNPLACED, UNPLACED, SIGN, SIGN]
