"""What agents make of suggestions is kept: which was used, how far it was changed, which were refused; macros learn their rank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Settings
from assistant.desk import Desk, Suggestion, handoff
from assistant.desk.desk import MOST
from assistant.desk.learning import distance
from assistant.errors import BadQuestion, NotAllowed
from assistant.store import Store
from assistant.store.desk_records import OwnMacro
from assistant.store.records import Customer, Order
from assistant.testing import FakeRetriever
from assistant.types import Answer, Source, Status

SHOWN = (
    Suggestion("We are open from ten to six.", "FAQ", 0.9, "faq-hours", "", (Source("faq", "faq-hours"),)),
    Suggestion("I am looking into it for you now.", "macro", 0.6, "looking-into-it"),
    Suggestion("The shop opens at ten.", "responder", 0.5, "faq-hours", "", (Source("faq", "faq-hours"),)),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as store:
        store.customers.upsert([Customer("ada", "Ada", "Lovell", "ada@example.com")])
        store.orders.upsert([Order("#W1000001", "ada", status="shipped")])
        store.conversations.start("c", "shopper")
        store.conversations.append("c", "customer", "When do you open? My card is 4111 1111 1111 1111")
        store.conversations.append("c", "bot", "Pardon?", {"intent": "store_hours", "status": "clarify"})
        store.conversations.append("c", "customer", "When is the shop open on Monday?")
        handoff.take_over(store, "c", "mara")
        yield store


def say(store: Store, text: str, inserted: int | None = None) -> list[tuple[str, str, str]]:
    conversation = store.conversations.get("c")
    assert conversation is not None
    Desk(store, FakeRetriever([]), Settings()).say(conversation, "mara", text, SHOWN, inserted)
    return [(used.source, used.outcome, used.sent) for used in store.suggestions.of_conversation("c")]


def test_sent_as_it_was(store: Store) -> None:
    assert say(store, SHOWN[0].text, 0) == [("FAQ", "accepted", SHOWN[0].text), ("macro", "refused", ""), ("responder", "refused", "")]
    (used,) = store.suggestions.used()
    assert (used.message, used.intent, used.by) == ("When is the shop open on Monday?", "store_hours", "mara")
    assert (used.sources, used.edit_distance) == ((("faq", "faq-hours"),), 0.0)
    assert used.turn == store.conversations.turns("c")[-1].number


def test_sent_changed_says_how_far(store: Store) -> None:
    text = "We are open from ten to seven."
    assert say(store, text, 0)[0] == ("FAQ", "edited", text)
    assert 0 < store.suggestions.used()[0].edit_distance < 0.2


def test_typed_anew_is_known_again_and_something_else_refuses_all(store: Store) -> None:
    assert say(store, "The shop opens at ten!")[2][1] == "edited"
    assert {outcome for _, outcome, _ in say(store, "Let me put you through to my colleague in the warehouse.")[3:]} == {"refused"}
    rewritten = say(store, "Sorry, that branch has been shut since last year; may I offer you another one nearby?", 0)[6:]
    assert {outcome for _, outcome, _ in rewritten} == {"refused"}


def test_a_used_macro_climbs_and_nothing_is_kept_of_what_was_not_said(store: Store) -> None:
    say(store, SHOWN[1].text, 1)
    assert store.macros.uses() == {"looking-into-it": 1}
    conversation = store.conversations.get("c")
    assert conversation is not None
    with pytest.raises(NotAllowed):
        Desk(store, FakeRetriever([]), Settings()).say(conversation, "tom", SHOWN[0].text, SHOWN, 0)
    assert len(store.suggestions.of_conversation("c")) == 3


def test_distance_is_of_words_and_not_of_spaces() -> None:
    assert distance("a  b\nc", "a b c") == 0
    assert distance("abcd", "abce") == pytest.approx(0.25)
    assert distance("", "abc") == 1


def test_macros_have_slots_and_one_that_is_open_is_not_sent(store: Store) -> None:
    desk = Desk(store, FakeRetriever([]), Settings(shop_name="Test & Co"))
    store.macros.save(OwnMacro("ours", "Ours", ("x",), "Dear {customer name}, order {order id} left.", "mara", datetime.now(UTC)))
    conversation = store.conversations.get("c")
    assert conversation is not None
    stranger = next(m for m in desk.ready(conversation, store.conversations.turns("c")) if m.id == "ours")
    assert stranger.text == "Dear {customer name}, order {order id} left."
    with pytest.raises(BadQuestion, match=r"\{customer name\} is not filled in"):
        desk.say(conversation, "mara", stranger.text, ())
    store.conversations.append("c", "customer", "It is order #W1000001")
    known = store.conversations.start("k", "shopper", "ada")
    store.conversations.append("k", "customer", "It is order #W1000001")
    ready = desk.ready(known, store.conversations.turns("k"))
    assert next(m for m in ready if m.id == "ours").text == "Dear Ada Lovell, order #W1000001 left."


def test_macros_of_the_desk_win_may_be_removed_and_are_ranked_by_use(store: Store) -> None:
    desk = Desk(store, FakeRetriever([]), Settings())
    conversation = store.conversations.get("c")
    assert conversation is not None
    before = [m.id for m in desk.ready(conversation, ())]
    at = datetime.now(UTC)
    store.macros.save(OwnMacro("damaged", "Damaged", ("it broke",), "Oh no.", "mara", at))
    store.macros.save(OwnMacro("wrong-item", "Wrong item", (), "", "mara", at, removed=True))
    for _ in range(3):
        store.macros.count_use("refund-wait")
    after = desk.ready(conversation, ())
    assert after[0].id == "refund-wait"
    assert {m.id for m in after} == {*before} - {"wrong-item"}
    assert next(m for m in after if m.id == "damaged").text == "Oh no."


def test_every_source_speaks_before_any_speaks_twice(store: Store) -> None:
    found = Answer(Status.ANSWERED, "It weighs two kilos.", intent="product_detail", sources=(Source("product", "p1"),))
    ways = [SHOWN[2], Suggestion("At ten.", "responder", 0.95, "faq-hours", "", SHOWN[2].sources)]

    class Way:
        def __init__(self, text: str, confidence: float) -> None:
            self.text, self.confidence, self.source = text, confidence, Source("product", "p1")

    desk = Desk(
        store, FakeRetriever([]), Settings(), lambda c, t: (found, 0.5), None, lambda t, s: [Way(w.text, w.confidence) for w in ways]
    )
    conversation = store.conversations.get("c")
    assert conversation is not None
    suggested = desk.suggest(conversation, store.conversations.turns("c"))
    assert len(suggested) <= MOST
    assert [s.text for s in suggested[:2]] == ["At ten.", "It weighs two kilos."]
    assert desk.shown("c") == suggested


def test_what_is_recommended_besides_is_no_source_for_other_ways_of_saying_the_answer(store: Store) -> None:
    both = (Source("product", "p1"), Source("product", "p2"))
    found = Answer(Status.ANSWERED, "It weighs two kilos.", intent="product_detail", sources=both, products=("p1",))
    asked: list[tuple[Source, ...]] = []

    def phrase(text: str, sources: Sequence[Source]) -> list[Any]:
        asked.append(tuple(sources))
        return []

    conversation = store.conversations.get("c")
    assert conversation is not None
    Desk(store, FakeRetriever([]), Settings(), lambda c, t: (found, 0.5), None, phrase).suggest(
        conversation, store.conversations.turns("c")
    )
    assert asked == [(Source("product", "p1"),)]
