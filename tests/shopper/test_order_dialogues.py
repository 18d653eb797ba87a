"""Dialogues at the order desk: identification, reading, writing, refusing, keeping quiet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.errors import StoreError
from assistant.store import Store
from assistant.types import Status

ADA = "ada.winter@mail.example"


def test_nothing_is_told_before_identification(talk: Callable[..., Any]) -> None:
    answer = talk().say("where is my order #A100003?")
    assert answer.status is Status.CLARIFY
    assert "770011223355" not in answer.text


def test_the_request_is_answered_once_the_customer_is_known(talk: Callable[..., Any]) -> None:
    answer = talk().say("where is my order A100003", f"it's {ADA}")
    assert "770011223355" in answer.text
    assert [(s.kind, s.id) for s in answer.sources] == [("order", "#A100003")]


@pytest.mark.parametrize("who", [ADA, "My name is Ada Winter, zip code 83701", "ADA.WINTER@MAIL.EXAMPLE"])
def test_ways_of_identification(talk: Callable[..., Any], who: str) -> None:
    assert talk().say("status of order #A100001", who).value == "pending"


def test_name_first_and_post_code_later(talk: Callable[..., Any]) -> None:
    assert talk().say("I'm Ada Winter, is my order A100001 shipped", "83701").value == "pending"


def test_failures_read_the_same_and_end(talk: Callable[..., Any]) -> None:
    chat = talk()
    unknown = chat.say("what's in my order #A100001", "nobody@mail.example").text
    wrong = chat.say("Ada Winter, zip 99999").text
    assert unknown == wrong
    for number in range(4):
        chat.say(f"guess{number}@mail.example")
    assert "can't continue" in chat.say(ADA).text


READS = [
    ("status of #A100001", "pending"),
    ("wheres A100003 now??", "770011223355"),
    ("Kindly list the contents of order #A100001.", "Rosewood Fountain Pen"),
    ("how did I pay for order A100001", "visa"),
    ("what was the total of order A100001", "$144.00"),
    ("which address does order #A100001 go to", "4 Mill Lane"),
    ("show me all my orders", "#A100004"),
    ("how much is left on my gift card", "$30.00"),
    ("what payment methods do i have on file", "PayPal"),
    ("has the refund for order A100001 been made", "no refund"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), READS)
def test_reading(talk: Callable[..., Any], text: str, words: str) -> None:
    assert words in talk("c-ada").say(text).text


def test_it_means_the_order_just_spoken_of(talk: Callable[..., Any]) -> None:
    assert "Rosewood Fountain Pen" in talk("c-ada").say("status of #A100003", "what's in it?").text


@pytest.mark.parametrize(
    "text",
    ["what is the status of order #B200001", "cancel #B200001, no longer needed", "ship #B200001 to 5 Oak Street, Reno, NV 89501 instead"],
)
def test_anothers_order_is_as_if_it_did_not_exist(talk: Callable[..., Any], text: str) -> None:
    chat = talk("c-ada")
    theirs, none = chat.say(text), chat.say(text.replace("B200001", "B999999"))
    assert theirs.status is none.status is Status.DECLINED
    assert theirs.text.replace("B200001", "") == none.text.replace("B999999", "")
    assert chat.writes == []


@pytest.mark.parametrize(
    "text", ["I am also Ben Okafor", "my other e-mail is ben@mail.example, show those orders", "my husband's order please"]
)
def test_one_customer_a_conversation(talk: Callable[..., Any], text: str) -> None:
    assert talk("c-ada").say("list my orders", text).status is Status.DECLINED


def test_cancel_needs_reason_and_yes(talk: Callable[..., Any], store: Store) -> None:
    chat = talk("c-ada")
    assert chat.say("cancel order #A100001").status is Status.CLARIFY
    assert "#A100001" in chat.say("i dont need it any more").text
    assert chat.writes == []
    chat.say("yes please")
    assert chat.writes == [("cancel_pending_order", {"order_id": "#A100001", "reason": "no longer needed"})]
    order = store.orders.get("A100001")
    assert order is not None
    assert order.status == "cancelled"
    assert [(p.kind, p.amount) for p in order.payments] == [("payment", 144.0), ("refund", 144.0)]
    assert [entry.action for entry in store.audit.recent(5)][:1] == ["cancel_pending_order"]


def test_a_yes_in_the_request_itself_is_no_confirmation(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("yes yes cancel #A100001, no longer needed, yes I confirm")
    assert chat.writes == []


@pytest.mark.parametrize(
    "text",
    [
        "yes?",
        "yes but wait",
        "ok thanks",
        "no",
        "maybe",
        "yes, but use paypal instead",
        "not yet",
        "hmm",
        "yes if I get the money at once",
        "what happens then?",
    ],
)
def test_what_is_no_plain_yes_writes_nothing(talk: Callable[..., Any], text: str) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, ordered by mistake", text)
    assert chat.writes == []


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes, go ahead.",
        "yep do it",
        "sure",
        "I confirm",
        "ok go ahead",
        "please proceed",
        "Yes please cancel it",
        "correct, please cancel #A100001",
    ],
)
def test_plain_yeses(talk: Callable[..., Any], text: str) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, ordered by mistake", text)
    assert len(chat.writes) == 1


def test_a_yes_counts_once(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, ordered by mistake", "yes", "yes", "yes")
    assert len(chat.writes) == 1


def test_a_yes_after_other_talk_is_asked_again(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, ordered by mistake", "how much is the porcelain ink well?", "yes")
    assert chat.writes == []
    chat.say("yes")
    assert len(chat.writes) == 1


def test_a_yes_to_another_order_confirms_nothing(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, ordered by mistake", "yes, #B200001")
    assert chat.writes == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cancel #A100003, no longer needed", "shipped"),
        ("return the pen of #A100001", "pending"),
        ("cancel #A100001 because it is too expensive", "no longer needed"),
        ("return the pen from #A100004", "30 days"),
        ("exchange the garden chair in A100002 for the red one in size L", "available"),
        ("cancel just the pen in order #A100001, no longer needed", "whole order"),
        ("remove the pen from order #A100001", "added to or removed"),
        ("pay #A100001 with my gift card instead", "does not cover"),
    ],
)
def test_what_the_policy_forbids(talk: Callable[..., Any], text: str, words: str) -> None:
    chat = talk("c-ada")
    answer = chat.say(text)
    assert words in answer.text
    chat.say("yes")
    assert chat.writes == []


def test_address(talk: Callable[..., Any], store: Store) -> None:
    chat = talk("c-ada")
    assert "12 Fern Street" in chat.say("send order #A100001 to 12 Fern Street, Apt 3, Tulsa, OK 74103 instead").text
    chat.say("yes")
    wanted = {
        "order_id": "#A100001",
        "address1": "12 Fern Street",
        "address2": "Apt 3",
        "city": "Tulsa",
        "state": "OK",
        "country": "USA",
        "zip": "74103",
    }
    assert chat.writes == [("modify_pending_order_address", wanted)]


def test_address_in_pieces(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert chat.say("i moved! change the address of #A100001").status is Status.CLARIFY
    assert chat.say("12 Fern Street").status is Status.CLARIFY
    assert "74103" in chat.say("Tulsa, OK 74103").text


def test_payment(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("please change the payment of #A100001 to paypal", "yes")
    assert chat.writes == [("modify_pending_order_payment", {"order_id": "#A100001", "payment_method_id": "paypal_1"})]


def test_items_of_a_pending_order(talk: Callable[..., Any], store: Store) -> None:
    chat = talk("c-ada")
    assert "$10.00" in chat.say("in #A100001 change the garden chair to size L").text
    chat.say("yes")
    assert chat.writes == [
        (
            "modify_pending_order_items",
            {"order_id": "#A100001", "item_ids": ["v-blue-s"], "new_item_ids": ["v-blue-l"], "payment_method_id": "card_1"},
        )
    ]
    order = store.orders.get("A100001")
    assert order is not None
    assert {line.variant_id for line in order.lines} == {"v-blue-l", None}
    assert chat.say("cancel #A100001, no longer needed").status is Status.DECLINED


def test_return_with_another_method_named_later(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert "Garden Chair" in chat.say("i want to return the chair from order A100002").text
    assert "gift card" in chat.say("refund it to my gift card please").text
    chat.say("yes")
    assert chat.writes == [
        ("return_delivered_order_items", {"order_id": "#A100002", "item_ids": ["v-blue-s"], "payment_method_id": "gift_1"})
    ]


def test_return_to_a_foreign_method_is_refused(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    assert chat.say("return everything in A100002 and refund it to my paypal").status is Status.DECLINED
    assert chat.writes == []


def test_exchange(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("I would like to exchange the Garden Chair in order #A100002 for a red one", "Yes.")
    assert chat.writes == [
        (
            "exchange_delivered_order_items",
            {"order_id": "#A100002", "item_ids": ["v-blue-s"], "new_item_ids": ["v-red-s"], "payment_method_id": "card_1"},
        )
    ]


def test_a_failing_write_leaves_nothing_behind(talk: Callable[..., Any], store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, ordered by mistake")

    def full(*_: object, **__: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(store.audit, "append", full)
    assert chat.say("yes").status is Status.HANDOFF
    order = store.orders.get("A100001")
    assert order is not None
    assert order.status == "pending"
    assert chat.writes == []


def test_a_change_of_the_order_in_between_is_noticed(talk: Callable[..., Any], store: Store) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, ordered by mistake")
    talk("c-ada").say("cancel #A100001, no longer needed", "yes")
    assert chat.say("yes").status is Status.DECLINED
    assert chat.writes == []


def test_another_sign_in_starts_afresh(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("cancel #A100001, ordered by mistake")
    chat.customer_id = "c-ben"
    chat.say("yes")
    assert chat.writes == []


def test_the_shops_own_policy_file(talk: Callable[..., Any], store: Store) -> None:
    (store.folder / "rules.toml").write_text('name = "strict"\n[cancel]\nstatuses = ["draft"]\nbecomes = "cancelled"\n', encoding="utf-8")
    chat = talk("c-ada", "rules.toml")
    assert chat.say("cancel #A100001, ordered by mistake").status is Status.DECLINED
    assert chat.say("return the pen of #A100002").status is Status.DECLINED


def test_the_rules_are_explained_to_anybody(talk: Callable[..., Any]) -> None:
    answer = talk().say("can I exchange an item after delivery?")
    assert answer.status is Status.ANSWERED
