"""Suggestions come from different sources, leak nothing of one customer to another, and change nothing; summaries only extract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.desk import Desk, handoff, summary
from assistant.desk.desk import LEAST_CONFIDENCE, MOST, SILENT, Worded, to_answer
from assistant.desk.replies import Replies, Reply, load_macros, past_replies
from assistant.errors import BadSettings
from assistant.models.relevance import curves
from assistant.store import Store
from assistant.store.records import Customer, FaqEntry, Feedback, Order, Turn
from assistant.testing import FakeEncoder, FakeRetriever
from assistant.types import Action, Answer, Source, Status
from retrieval.types import Passage

SETTINGS = Settings(shop_name="Test & Co", support_email="help@test.example.com")
FAQ = FaqEntry("faq-hours", "When is the shop open?", "We are open from ten to six.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as store:
        store.faq.upsert([FAQ])
        store.customers.upsert([Customer("ada", "Ada", "Lovell", "ada@example.com"), Customer("bo", "Bo", "Quist", "bo@example.com")])
        store.orders.upsert([Order("#W1000001", "ada", status="shipped"), Order("#W1000002", "bo", status="pending")])
        yield store


def desk(store: Store, draft=None) -> Desk:
    retriever = FakeRetriever([Passage(f"faq:{entry.id}", f"{entry.question}\n{entry.answer}", entry.kind) for entry in store.faq.all()])
    return Desk(store, retriever, SETTINGS, draft)


def talk(store: Store, id: str, *said: tuple[str, str], customer_id: str | None = None):
    conversation = store.conversations.start(id, "web", customer_id)
    for author, text in said:
        store.conversations.append(id, author, text)
    return conversation, store.conversations.turns(id)


def settle(store: Store, id: str, question: str, answer: str, customer_id: str | None = None) -> None:
    talk(store, id, ("customer", question), customer_id=customer_id)
    handoff.take_over(store, id, "mara")
    handoff.say(store, id, "mara", answer)
    handoff.close(store, id, "mara")


def test_three_sources_the_surest_first(store: Store) -> None:
    settle(store, "old", "When is the repair shop open on Sunday?", "The repair shop is closed on Sundays, sorry.")
    assistant = desk(store, lambda conversation, text: (Answer(Status.ANSWERED, f"I heard: {text}", intent="shop_question"), 0.4))
    found = assistant.suggest(*talk(store, "new", ("customer", "When is the repair shop open on Sunday?")))
    assert len(found) == MOST
    assert {"FAQ", "earlier reply", "assistant"} == {s.source for s in found}
    assert [s.confidence for s in found] == sorted((s.confidence for s in found), reverse=True)
    faq = next(s for s in found if s.source == "FAQ")
    assert (faq.text, faq.source_id, faq.title) == (FAQ.answer, FAQ.id, FAQ.question)
    assert next(s for s in found if s.source == "earlier reply").source_id == "old:3"


def test_nothing_said_nothing_suggested(store: Store) -> None:
    assert desk(store).suggest(*talk(store, "new")) == ()


def test_unsure_suggestions_are_left_out(store: Store) -> None:
    assistant = desk(store, lambda conversation, text: (Answer(Status.CLARIFY, "Hm?"), LEAST_CONFIDENCE - 0.01))
    assert assistant.suggest(*talk(store, "new", ("customer", "Zyzzyva quokka?"))) == ()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(Status.HANDOFF, "A colleague will answer."),
        Answer(Status.ANSWERED, "I have cancelled it.", actions=(Action("cancel_pending_order", {"order_id": "#W1000002"}),)),
    ],
)
def test_what_did_not_happen_is_not_proposed(store: Store, answer: Answer) -> None:
    found = desk(store, lambda conversation, text: (answer, 1.0)).suggest(*talk(store, "new", ("customer", "Yes, cancel the order please")))
    assert all(s.source != "assistant" for s in found)


def test_a_draft_changes_nothing(store: Store) -> None:
    def cancelling(conversation, text):
        order = store.orders.get("#W1000002")
        store.orders.upsert([replace(order, status="cancelled")])
        store.conversations.append(conversation.id, "bot", "Cancelled.")
        return Answer(Status.ANSWERED, "I have cancelled it.", actions=(Action("cancel_pending_order", {}),)), 1.0

    conversation, turns = talk(store, "new", ("customer", "Yes, cancel the order please"))
    token = store.changed_at()
    desk(store, cancelling).suggest(conversation, turns)
    order = store.orders.get("#W1000002")
    assert order is not None
    assert order.status == "pending"
    assert store.changed_at() == token
    assert store.conversations.turns("new") == turns


@pytest.mark.parametrize(("known", "drafted_from"), [(True, ("p1", "r1")), (False, ("r1",))])
def test_what_the_shop_does_not_know_is_not_drafted_from_the_product(store: Store, known: bool, drafted_from: tuple[str, ...]) -> None:
    sources = (Source("product", "p1"), Source("product", "besides"), Source("review", "r1"))
    said = Answer(
        Status.ANSWERED, "The description does not say.", intent="product_question", products=("p1",), sources=sources, known=known
    )
    asked: list[str] = []

    def phrase(text: str, given: Sequence[Source]) -> list[Worded]:
        asked.extend(source.id for source in given)
        return []

    desk = Desk(store, FakeRetriever([]), SETTINGS, lambda conversation, text: (said, 0.8), None, phrase)
    found = desk.suggest(*talk(store, "new", ("customer", "Does it keep out heavy rain?")))
    assert tuple(asked) == drafted_from
    (own,) = [s for s in found if s.source == "assistant"]
    assert (own.title == SILENT) is not known
    assert any("does not say. I am asking" in s.text for s in found) is not known, "the macro for it"


def test_confidence_is_the_chance_that_it_answers_and_not_the_cosine(store: Store) -> None:
    retriever = FakeRetriever([Passage(f"faq:{FAQ.id}", FAQ.question, "faq")])
    found = Desk(store, retriever, SETTINGS, None, FakeEncoder(512)).suggest(*talk(store, "new", ("customer", FAQ.question)))
    faq = next(s for s in found if s.source == "FAQ")
    assert faq.confidence == pytest.approx(curves()["meant"].at(1.0, 1.0), abs=1e-3)
    assert faq.band == "likely"


def test_a_draft_that_fails_is_heard_of(store: Store) -> None:
    def failing(conversation, text):
        raise BadSettings("The responder is set to 'none'.")

    with pytest.raises(BadSettings):
        desk(store, failing).suggest(*talk(store, "new", ("customer", "Where is my order?")))


@pytest.mark.parametrize(
    "reply",
    [
        "Your order W1000001 left yesterday.",
        "I have written to ada@example.com about it.",
        "Dear Ada, your parcel is late, sorry.",
        "It costs 1200 in all, sorry.",
        "Yes.",
    ],
)
def test_private_or_empty_replies_are_not_used_again(store: Store, reply: str) -> None:
    settle(store, "old", "Where is my very late parcel?", reply, customer_id="ada")
    assert past_replies(store).all == ()


def test_disliked_and_unsettled_replies_are_not_used_again(store: Store) -> None:
    settle(store, "old", "Where is my very late parcel?", "Parcels are sometimes late, you know.")
    assert len(past_replies(store).all) == 1
    store.feedback.add(Feedback("old", 3, -1, "rude", datetime.now(UTC)))
    assert past_replies(store).all == ()
    talk(store, "open", ("customer", "Is it late?"), ("agent:mara", "I am asking the carrier about it."))
    assert past_replies(store).all == ()


def test_a_newly_closed_conversation_is_learned_from(store: Store) -> None:
    assistant = desk(store)
    question = ("customer", "Do you engrave wooden knife handles?")
    assert all(s.source != "earlier reply" for s in assistant.suggest(*talk(store, "one", question)))
    settle(store, "two", "Do you engrave knife handles?", "Yes, we engrave handles of wood within a week.")
    assert any(s.source == "earlier reply" for s in assistant.suggest(*talk(store, "one", question)))


def test_macros_fill_their_slots_only_with_the_customers_own(store: Store) -> None:
    late = ("customer", "My parcel is late, the tracking of #W1000001 has not moved")
    own = desk(store).suggest(*talk(store, "own", late, customer_id="ada"))
    assert any(s.source == "macro" and "Hello Ada," in s.text and "#W1000001" in s.text for s in own)
    for name, customer_id in (("other", "bo"), ("unknown", None)):
        found = desk(store).suggest(*talk(store, name, late, customer_id=customer_id))
        assert all("W1000001" not in s.text and "Ada" not in s.text for s in found)


def test_shipped_macros_are_whole_and_the_store_may_add(store: Store) -> None:
    slots = dict.fromkeys(("greeting", "agent", "shop", "email", "order"), "x")
    shipped = load_macros(store.folder).all
    assert len({macro.id for macro in shipped}) == len(shipped) >= 10
    assert all(macro.fill(slots) for macro in shipped)
    (store.folder / "macros.toml").write_text('[[macro]]\nid = "apology"\ntitle = "Ours"\nwhen = ["complain"]\ntext = "Oh dear."\n')
    own = {macro.id: macro for macro in load_macros(store.folder).all}
    assert own["apology"].text == "Oh dear."
    assert len(own) == len(shipped)
    (store.folder / "macros.toml").write_text('[[macro]]\nid = "apology"\n')
    with pytest.raises(BadSettings, match=r"macros\.toml"):
        load_macros(store.folder)


def test_each_macro_is_nearest_to_what_calls_for_it(store: Store) -> None:
    macros = load_macros(store.folder)
    for macro in macros.all:
        hits = sum(macros.nearest(when)[0].reply.id == macro.id for when in macro.when if macros.nearest(when))
        assert hits >= len(macro.when) - 1, macro.id


@pytest.mark.parametrize("encoder", [None, FakeEncoder(512)], ids=["by words", "by meaning"])
def test_likeness(encoder: FakeEncoder | None) -> None:
    replies = Replies([Reply(f"r{n}", "R", (f"gadget number{n} broke",), "Sorry.") for n in range(150)], encoder)
    best = replies.nearest("gadget number77 broke", 2)
    assert best[0].reply.id == "r77"
    assert best[0].likeness == pytest.approx(1.0)
    assert best[1].likeness < 0.9
    assert replies.nearest("gadget", 1)[0].likeness < 0.7
    assert Replies([Reply("a", "A", ("late parcel",), "Sorry.")], encoder).nearest("entirely unrelated") == []


def test_the_call_for_a_person_is_not_the_question(store: Store) -> None:
    said = [("customer", "My kettle leaks from the handle."), ("bot", "…"), ("customer", "I want a human")]
    assert to_answer(talk(store, "c", *said)[1]) == "My kettle leaks from the handle."
    assert to_answer(talk(store, "d", ("customer", "Agent!"))[1]) == "Agent!"


def turns_of(*said: tuple[str, str, dict | None]) -> list[Turn]:
    return [Turn("c", number, author, text, datetime.now(UTC), answer) for number, (author, text, answer) in enumerate(said, 1)]


def test_summary_extracts() -> None:
    turns = turns_of(
        ("customer", "Hi there!", None),
        ("bot", "Hello.", None),
        ("customer", "The tent I ordered, #F1000017, leaks. I want to return the tent. My mail is ada@example.com.", None),
        ("bot", "Returned.", {"actions": [{"name": "return_delivered_order_items", "arguments": {}}]}),
        ("customer", "Thanks, and when is the refund there?", None),
    )
    text = summary(turns)
    lines = dict(line.split(": ", 1) for line in text.splitlines())
    assert lines["Named"] == "#F1000017, ada@example.com"
    assert lines["Done"] == "return delivered order items"
    assert lines["Last"] == "Thanks, and when is the refund there?"
    assert "tent" in lines["Wants"]
    assert lines["Wants"] in turns[2].text


def test_summary_is_short_and_may_be_empty() -> None:
    assert summary([]) == ""
    assert summary(turns_of(("bot", "Hello.", None))) == ""
    text = summary(turns_of(("customer", "tent " * 200, None)))
    assert len(text) < 200
    assert text.endswith("…")
