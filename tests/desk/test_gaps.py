"""Unanswered questions are found, grouped by what they mean, drafted from what agents said, and closed by an entry that is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.desk import handoff
from assistant.desk.gaps import approve, bring_back, gaps, set_aside
from assistant.errors import BadQuestion
from assistant.store import Store
from assistant.store.records import Feedback
from assistant.testing import FakeEncoder

ENCODER = FakeEncoder(512)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as store:
        yield store


def ask(store: Store, key: str, text: str, intent: str = "unsure", **answer: object) -> None:
    store.conversations.start(key, "shopper")
    store.conversations.append(key, "customer", text)
    store.conversations.append(key, "bot", "Could you say that in other words?", {"intent": intent, "status": "clarify", **answer})


def test_only_what_found_nothing_counts_and_likes_are_grouped(store: Store) -> None:
    ask(store, "a", "Do you engrave knife handles?")
    ask(store, "b", "do you engrave the knife handles")
    ask(store, "c", "Which airport is nearest to your warehouse?", "contact_human_agent", handoff={"kind": "stuck", "reason": ""})
    ask(store, "d", "What does the mug cost?", "product_detail")
    ask(store, "e", "hm?")
    ask(store, "f", "Is the jumper machine washable?", "product_detail")
    store.feedback.add(Feedback("f", 2, -1, "Wrong", datetime.now(UTC)))
    found = gaps(store, ENCODER)
    assert found[0].question.lower().strip("?") in ("do you engrave knife handles", "do you engrave the knife handles")
    assert found[0].count == 2
    assert {gap.question for gap in found[1:]} == {"Which airport is nearest to your warehouse?", "Is the jumper machine washable?"}
    assert set(found[0].asked) == {("a", 1), ("b", 1)}


def test_a_thumb_turned_up_again_is_no_gap(store: Store) -> None:
    ask(store, "f", "Is the jumper machine washable?", "product_detail")
    for rating in (-1, 1):
        store.feedback.add(Feedback("f", 2, rating, "", datetime.now(UTC)))
    assert gaps(store, ENCODER) == []


@pytest.mark.parametrize(
    ("said", "draft"),
    [
        ("Yes, we engrave handles of wood within a week.", "Yes, we engrave handles of wood within a week."),
        ("Yes, for order W1000001 we do that within a week.", ""),
    ],
)
def test_the_draft_is_what_an_agent_said_if_others_may_hear_it(store: Store, said: str, draft: str) -> None:
    ask(store, "a", "Do you engrave knife handles?")
    handoff.ask_for_person(store, "a")
    handoff.take_over(store, "a", "mara")
    handoff.say(store, "a", "mara", said)
    assert gaps(store, ENCODER)[0].answer == draft


def test_approving_puts_the_entry_into_the_faq_and_closes_the_gap(store: Store) -> None:
    ask(store, "a", "Do you engrave knife handles?")
    ask(store, "b", "Do you engrave knife handles?")
    asked, indexed = gaps(store, ENCODER)[0].asked, []
    entry = approve(store, asked, "Do you engrave?", " Yes, within a week. ", "mara", lambda: indexed.append(store.faq.count()))
    kept = store.faq.get(entry.id)
    assert kept is not None
    assert (kept.question, kept.answer, kept.kind) == ("Do you engrave?", "Yes, within a week.", "faq")
    assert indexed == [1]
    assert gaps(store, ENCODER) == []
    assert [(e.actor, e.action, e.subject) for e in store.audit.recent(1)] == [("mara", "faq_added", entry.id)]


def test_an_empty_entry_is_refused_and_changes_nothing(store: Store) -> None:
    ask(store, "a", "Do you engrave knife handles?")
    with pytest.raises(BadQuestion):
        approve(store, [("a", 1)], "Do you engrave?", "  ", "mara", lambda: pytest.fail("indexed"))
    assert store.faq.count() == 0
    assert len(gaps(store, ENCODER)) == 1


def test_what_is_set_aside_can_be_brought_back(store: Store) -> None:
    ask(store, "a", "Do you engrave knife handles?")
    set_aside(store, [("a", 1), ("gone", 7)], "mara")
    assert gaps(store, ENCODER) == []
    bring_back(store, [("a", 1)], "mara")
    assert len(gaps(store, ENCODER)) == 1
