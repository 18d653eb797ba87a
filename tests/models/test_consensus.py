"""Of a wide beam the reply that is likely, agrees with the others and keeps the figures; only where nothing was asked."""

from __future__ import annotations

import pytest

from assistant.models.consensus import agreed, only_worded
from assistant.models.responder import Phrasing
from assistant.models.slots import Request

WEIGHT = "item_weight: { unit:pounds, value:2.5 }"


def beam(*said: tuple[str, float]) -> Phrasing:
    first, *rest = (Phrasing(text, score, True) for text, score in said)
    return Phrasing(first.text, first.score, True, tuple(rest))


@pytest.mark.parametrize(
    ("message", "evidence", "worded"),
    [
        ("", (WEIGHT,), True), ("  ", (WEIGHT, 'brand: { value:"Acme" }'), True), ("how heavy is it?", (WEIGHT,), False),
        ("", ("It weighs 2.5 pounds.",), False), ("", ({"weight": "2.5 lb"},), False),
    ],
)  # fmt: skip
def test_only_attributes_without_a_question_are_merely_worded(message: str, evidence: tuple[object, ...], worded: bool) -> None:
    assert only_worded(Request(message, evidence)) is worded  # type: ignore[arg-type]


def test_what_most_say_wins_over_a_slightly_likelier_oddity() -> None:
    found = agreed(
        beam(("Heavy thing: 2.5 pounds!", -0.20), ("The product weighs 2.5 pounds.", -0.24), ("This product weighs 2.5 pounds.", -0.26)),
        Request("", (WEIGHT,)),
    )
    assert found.text == "The product weighs 2.5 pounds."
    assert {rival.text for rival in found.rivals} == {"Heavy thing: 2.5 pounds!", "This product weighs 2.5 pounds."}
    assert not any(rival.rivals for rival in found.rivals)


def test_what_is_far_likelier_stays() -> None:
    found = agreed(
        beam(("It is 2.5 pounds.", -0.1), ("The product weighs 2.5 pounds.", -1.2), ("This weighs 2.5 pounds.", -1.3)),
        Request("", (WEIGHT,)),
    )
    assert found.text == "It is 2.5 pounds."


def test_a_reply_without_the_figure_gives_way() -> None:
    found = agreed(beam(("The product has a weight.", -0.2), ("The product has a weight of 2.5 pounds.", -0.3)), Request("", (WEIGHT,)))
    assert found.text == "The product has a weight of 2.5 pounds."


def test_a_single_reply_stays_as_it_is() -> None:
    assert agreed(beam(("Fine.", -0.5)), Request("", (WEIGHT,))) == Phrasing("Fine.", -0.5, True)
