"""Customers' words answer where the description does not, as theirs and with their source; never where it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant.store import Store
from assistant.store.records import Review
from assistant.types import Source


def test_a_review_answers_what_the_description_does_not(talk: Callable[..., Any], store: Store) -> None:
    store.reviews.upsert(
        [Review("r1", "p7", text="Lovely. The switch is on the cord. It arrived quickly."), Review("r2", "p8", text="Nice.")]
    )
    answer = talk().say("Where is the switch of the Harbour Brass Desk Lamp?")
    assert "“The switch is on the cord.”" in answer.text
    assert "The description of the Harbour Brass Desk Lamp does not say, but customers do." in answer.text
    assert Source("review", "r1") in answer.sources


def test_without_such_a_review_nothing_is_claimed(talk: Callable[..., Any], store: Store) -> None:
    store.reviews.upsert([Review("r1", "p7", text="Lovely lamp, it arrived quickly.")])
    answer = talk().say("Where is the switch of the Harbour Brass Desk Lamp?")
    assert "does not say" in answer.text
    assert "customers do" not in answer.text


def test_the_description_comes_first(talk: Callable[..., Any], store: Store) -> None:
    store.reviews.upsert([Review("r1", "p7", text="The cable is only a metre long.")])
    answer = talk().say("How long is the cable of the Harbour Brass Desk Lamp?")
    assert "two metres long" in answer.text
    assert "only a metre" not in answer.text
