"""What surrounds an answer: comparisons, what goes with what, several requests, passing on, and never being pushy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.config import PeopleSettings, Settings
from assistant.errors import BadSettings
from assistant.shopper.clerk import ShopperClerk
from assistant.shopper.handing import ASK_FOR_PERSON
from assistant.shopper.hours import when_answered
from assistant.shopper.lines import line
from assistant.shopper.readings import two_readings
from assistant.store import Store
from assistant.testing import FakeRetriever
from assistant.types import Status, Understanding

ADA = "ada.winter@mail.example"


def test_a_comparison_brings_a_table_that_marks_what_differs_and_says_what_is_not_stated(talk: Callable[..., Any]) -> None:
    table = talk().say("compare the Garden Chair with the Harbour Brass Desk Lamp").table
    assert table is not None
    rows = dict(table.rows)
    assert set(table.columns) == {"Garden Chair", "Harbour Brass Desk Lamp"}
    assert rows["Price"] in (("$80.00 to $90.00", "$120.00"), ("$120.00", "$80.00 to $90.00"))
    assert "" in rows["Color"]
    assert {"Price", "Kind"} <= set(table.differing)
    assert "Color" not in table.differing


def test_what_goes_with_a_product_is_counted_in_orders(talk: Callable[..., Any]) -> None:
    answer = talk().say("what goes well with the Garden Chair?")
    assert answer.products == ("p10",)
    assert "bought together in 2 orders" in answer.text


def test_what_was_never_bought_together_is_not_claimed(talk: Callable[..., Any]) -> None:
    answer = talk().say("what goes with the Beekeeper's Veil Hat?")
    assert "often enough" in answer.text
    assert "bought together in" not in answer.text


def test_one_companion_is_mentioned_with_its_reason_and_not_again(talk: Callable[..., Any]) -> None:
    chat = talk()
    assert "Rosewood Fountain Pen, $64.00 (bought together in 2 orders)" in chat.say("I'll take the Garden Chair, how much is it?").text
    assert "bought together" not in chat.say("I'd like to order two of them, is it in stock?").text


def test_who_only_asks_is_not_recommended_anything(talk: Callable[..., Any]) -> None:
    chat = talk()
    for asked in ("how much is the Garden Chair?", "is it in stock?", "what is it made of?", "which colours can i get it in?"):
        assert "bought together" not in chat.say(asked).text, asked


def test_nothing_is_recommended_after_a_complaint_or_where_the_shop_does_not_want_it(talk: Callable[..., Any], store: Store) -> None:
    upset = talk()
    upset.say("this is ridiculous, the worst service ever")
    assert "bought together" not in upset.say("I'll take the Garden Chair, how much is it?").text
    unanswered = talk().say("before I order the Garden Chair: does it have a carbon frame?").text
    assert "does not say" in unanswered
    assert "bought together" not in unanswered
    plain = talk()
    plain.clerk = ShopperClerk(store, FakeRetriever([]), Settings(shopper={"recommend": False}))
    assert "bought together" not in plain.say("I'll take the Garden Chair, how much is it?").text


def test_two_requests_of_one_message_are_carried_out_one_after_the_other(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    first = chat.say("Cancel order #A100001 because I no longer need it. Also return the pen of order #A100002 please.")
    assert first.status is Status.CLARIFY
    assert "#A100001" in first.text
    assert "#A100002" not in first.text
    second = chat.say("yes")
    assert second.actions[0].name == "cancel_pending_order"
    assert second.status is Status.CLARIFY
    assert "Return from order #A100002" in second.text
    chat.say("yes")
    assert [name for name, _ in chat.writes] == ["cancel_pending_order", "return_delivered_order_items"]


def test_a_no_to_the_first_request_leaves_the_second(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("Cancel order #A100001 because I no longer need it. Also return the pen of order #A100002 please.")
    assert "Return from order #A100002" in chat.say("no").text
    assert chat.writes == []


def test_all_that_is_asked_of_an_order_is_answered(talk: Callable[..., Any]) -> None:
    answer = talk("c-ada").say("where is order #A100003, and what did it cost?")
    assert "770011223355" in answer.text
    assert "$64.00" in answer.text


def test_a_late_yes_that_names_the_write_confirms_it_after_a_question_aside(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("cancel order #A100001, ordered by mistake", "how was it paid?")
    assert chat.writes == []
    chat.say("fine, yes, cancel it")
    assert [name for name, _ in chat.writes] == ["cancel_pending_order"]


def test_a_question_aside_ends_with_what_is_still_open_and_a_yes_then_confirms_it(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    aside = chat.say("cancel order #A100001, ordered by mistake", "how was it paid?")
    assert "Shall I cancel order #A100001" in aside.text
    assert aside.choices == ("Yes", "No")
    assert chat.writes == []
    chat.say("good. so yes")
    assert [name for name, _ in chat.writes] == ["cancel_pending_order"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("You charged me twice for my order!", "payment"),
        ("the lamp caught fire", "alarm"),
        ("put me through to a human, please about order #A100002", "asked"),
    ],
)
def test_a_handoff_says_why_and_what_it_is_about(talk: Callable[..., Any], text: str, kind: str) -> None:
    answer = talk("c-ada").say(text)
    assert answer.status is Status.HANDOFF
    assert answer.handoff is not None
    assert answer.handoff.kind == kind
    assert answer.handoff.reason
    assert ("customer", "identified") in answer.handoff.about
    assert answer.to_record("1")["handoff"]["kind"] == kind
    assert ("A100002" in text) == (("order", "A100002") in answer.handoff.about)


def test_anger_twice_in_a_row_fetches_a_person(talk: Callable[..., Any]) -> None:
    chat = talk()
    assert chat.say("this is ridiculous").status is not Status.HANDOFF
    answer = chat.say("I am so fed up with you, what a joke of a shop")
    assert answer.status is Status.HANDOFF
    assert answer.handoff.kind == "angry"


def test_an_angry_request_that_can_be_served_is_served(talk: Callable[..., Any]) -> None:
    chat = talk("c-ada")
    chat.say("this is ridiculous")
    assert "770011223355" in chat.say("unacceptable!! where is order #A100003").text


def test_not_understood_twice_offers_a_person_and_the_third_time_fetches_one(talk: Callable[..., Any]) -> None:
    chat = talk()
    first, second, third = (chat.say("the thing with the other") for _ in range(3))
    assert (first.choices, second.choices) == ((), (ASK_FOR_PERSON,))
    assert third.status is Status.HANDOFF


def test_two_near_equal_intents_are_asked_back_as_two_choices() -> None:
    near = Understanding("it", "cancel_order", 0.4, (("cancel_order", 0.4), ("return_items", 0.35)))
    clear = Understanding("it", "cancel_order", 0.8, (("cancel_order", 0.8), ("return_items", 0.1)))
    assert two_readings(near) == ("Cancel my order", "Return something I bought")
    assert two_readings(clear) == ()


HOURS = PeopleSettings(hours={"mon": "09:00-17:00", "tue": "09:00-17:00"}, answer_within="ten minutes")


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (datetime(2026, 11, 23, 10, tzinfo=UTC), "until 17:00. You will usually have an answer within ten minutes"),
        (datetime(2026, 11, 23, 8, tzinfo=UTC), "back today at 09:00"),
        (datetime(2026, 11, 23, 17, tzinfo=UTC), "back tomorrow at 09:00"),
        (datetime(2026, 11, 24, 18, tzinfo=UTC), "back on Monday at 09:00"),
    ],
)
def test_who_is_passed_on_is_told_when(now: datetime, said: str) -> None:
    assert said in when_answered(HOURS, now)


def test_hours_and_lines_that_cannot_be_read_are_refused(store: Store) -> None:
    for wrong in ({"people": {"hours": {"mon": "nine to five"}}}, {"people": {"time_zone": "Mars/Base"}}, {"lines": {"greetings": "Hi"}}):
        with pytest.raises(BadSettings):
            ShopperClerk(store, FakeRetriever([]), Settings(**wrong))
    with pytest.raises(BadSettings, match="braces"):
        ShopperClerk(store, FakeRetriever([]), Settings(lines={"goodbye": "Bye, {customer}!"}))


def test_the_shop_chooses_its_voice_and_words() -> None:
    assert line("goodbye", Settings(shopper={"voice": "formal"})) != line("sorry", Settings())
    assert line("sorry", Settings(shopper={"voice": "formal"})) != line("sorry", Settings())
    assert line("goodbye", Settings(shop_name="Nib", lines={"goodbye": "Servus from {shop}"})) == "Servus from Nib"


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("a watering can, not above 20 dollars", {"p3"}),
        ("garden gloves, 5 to 15 dollars", {"p5"}),
        ("gloves but nothing in leather", {"p5"}),
        ("an ink well or a fountain pen", {"p9", "p10"}),
    ],
)
def test_wishes_in_other_words(talk: Callable[..., Any], text: str, products: set[str]) -> None:
    assert set(talk().say(text).products) == products


def test_asking_on_about_what_was_shown_is_no_question_of_the_shops_rules(talk: Callable[..., Any]) -> None:
    chat = talk()
    chat.say("a desk lamp")
    assert chat.say("anything cheaper").sources != ()
    assert all(source.kind == "product" for source in chat.answers[-1].sources)
