"""Questions about the service: counted by hand here, asked in words there, each with its receipt; what is not theirs is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.analyst.analyst import Analyst
from assistant.analyst.service import MEMORY, ServiceRoom
from assistant.config import Settings
from assistant.desk import handoff
from assistant.store import Store
from assistant.store.desk_records import Switch, UsedSuggestion
from assistant.store.records import Account, AccountRole, Mode, Satisfaction
from assistant.types import Answer, Message, Role, Status

NOW = datetime.now(UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Four conversations: two with the bot alone, one of them not understood; one that asked for a person; one that the bot gave up."""
    with Store.create(tmp_path / "shop") as store:
        for key, status in (("bot", "answered"), ("lost", "clarify"), ("asked", "answered"), ("stuck", "handoff")):
            store.conversations.start(key, "shopper")
            store.conversations.append(key, "customer", "Where is it?")
            store.conversations.append(key, "bot", "Here.", {"status": status})
        store.conversations.start("office", "staff")
        store.conversations.append("office", "staff", "Net sales?")
        handoff.ask_for_person(store, "asked")
        handoff.hand_off(store, "stuck", "stuck")
        handoff.take_over(store, "asked", "mara")
        turn = handoff.say(store, "asked", "mara", "It is on its way.")
        used = UsedSuggestion("asked", turn.number, "Where is it?", "order_status", "FAQ", "f", (), "x", "x", "accepted", 0.0, "mara", NOW)
        for each in (used, replace(used, source="macro", sent="", outcome="refused", edit_distance=1.0)):
            store.suggestions.add(each)
        store.suggestions.add(replace(used, turn=turn.number + 1, sent="", outcome="refused", edit_distance=1.0))
        handoff.close(store, "asked", "mara")
        for key, score in (("asked", 5), ("bot", 2)):
            store.satisfaction.save(Satisfaction(key, score, "", NOW))
        yield store


def ask(store: Store, text: str, memory: dict[str, Any] | None = None) -> Answer:
    found = ServiceRoom(store.service).reply(text, memory or {})
    assert found is not None, text
    return found[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("How many conversations were handed off today?", 2),
        ("how many handoffs did we have this week", 2),
        ("How many customers asked for a human today?", 2),
        ("How many conversations were handed off yesterday?", 0),
        ("How many conversations did we have today?", 4),
        ("How many conversations were resolved by the bot today?", 1),
        ("What is the resolution rate of the assistant today?", 0.25),
        ("handoff rate today", 0.5),
        ("What share of conversations was handed off this month?", 0.5),
        ("What was customer satisfaction today?", 3.5),
        ("suggestion acceptance today", 0.5),
    ],
)
def test_figures(store: Store, text: str, value: float) -> None:
    answer = ask(store, text)
    assert (answer.status, answer.value) == (Status.ANSWERED, value)
    assert answer.receipt is not None
    assert answer.receipt.definition
    assert "SELECT" in answer.receipt.query
    assert (answer.receipt.rows_read > 0) == bool(value)


def test_why_is_told_with_the_figure(store: Store) -> None:
    answer = ask(store, "Why were conversations handed off today?")
    assert [(row.label, row.value) for row in answer.rows] == [("asked", 1), ("stuck", 1)]
    assert "asked for a person 1" in answer.text
    assert "not understood 1" in answer.text


def test_the_response_time_is_a_median_of_those_who_were_answered(store: Store) -> None:
    began = datetime.now(UTC)
    for minutes, key in ((10, "x"), (20, "y")):
        asked = began - timedelta(minutes=minutes)
        store.conversations.start(key, "shopper")
        store.switches.append(Switch(key, asked, "customer", "person_requested", Mode.BOT, Mode.WAITING))
        handoff.take_over(store, key, "mara")
        handoff.say(store, key, "mara", "Hello.")
    answer = ask(store, "What is our first response time?")
    elapsed = (datetime.now(UTC) - began).total_seconds()
    assert isinstance(answer.value, float)
    assert 600 <= answer.value <= 600 + elapsed + 1
    assert "minutes" in answer.text


def test_by_day_and_the_follow_up(store: Store) -> None:
    daily = ask(store, "conversations per day this week")
    assert [row.value for row in daily.rows] == [4]
    follow = ask(store, "and yesterday?", {MEMORY: "handed_off"})
    assert follow.value == 0


def test_what_cannot_be_narrowed_is_asked_back_and_not_left_out(store: Store) -> None:
    answer = ask(store, "How many conversations in France were handed off today?")
    assert answer.status is Status.CLARIFY
    assert "france" in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "net sales today",
        "How many customers ordered last week?",
        "What do reviews say about satisfaction?",
        "How long do customers wait between orders?",
        "and yesterday?",
        "top 10 products handed down",
    ],
)
def test_other_questions_are_left_alone(store: Store, text: str) -> None:
    assert ServiceRoom(store.service).reply(text, {}) is None


def test_the_analyst_answers_without_a_warehouse_and_forgets_when_another_subject_comes(store: Store, tmp_path: Path) -> None:
    analyst = Analyst(store.folder, Settings(), service=ServiceRoom(store.service))
    message = Message("m", "s", "How many conversations were handed off today?", Role.STAFF, account_role="analyst")
    answer, memory = analyst.reply(message, None, {})
    assert answer.value == 2
    assert memory[MEMORY] == "handed_off"


def test_a_swept_conversation_is_still_counted_as_handed_off(store: Store) -> None:
    store.conversations.sweep(datetime.now(UTC) + timedelta(days=1))
    assert ask(store, "How many conversations were handed off today?").value == 2


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[Store]:
    """Five conversations by three channels, about two topics, three of them with agents."""
    with Store.create(tmp_path / "talks") as store:
        store.accounts.add(Account("mara.l@example.com", "!", AccountRole.AGENT, NOW, shown_as="Mara"))
        rows = (
            ("web:1", "return_policy", ""), ("web:2", "delivery_time", "tom"), ("widget:3", "return_item", "mara.l@example.com"),
            ("widget:4", "delivery_time", ""), ("api:5", "delivery_time", "mara.l@example.com"),
        )  # fmt: skip
        for key, intent, agent in rows:
            store.conversations.start(key, "shopper")
            store.conversations.append(key, "customer", "Tell me.")
            store.conversations.append(key, "bot", "So.", {"status": "answered", "intent": intent})
            if agent:
                handoff.ask_for_person(store, key)
                handoff.take_over(store, key, agent)
                handoff.say(store, key, agent, "Here I am.")
        store.tags.add("web:1", "vip", "tom")
        yield store


@pytest.mark.parametrize(
    ("text", "value", "filters"),
    [
        ("How many conversations did we have over the widget today?", 2, {"channel": "widget"}),
        ("How many chats on our web page today", 2, {"channel": "web"}),
        ("How many conversations came by the API today?", 1, {"channel": "api"}),
        ("How many conversations did Mara have today?", 2, {"agent": "mara.l@example.com"}),
        ("How many chats with tom today", 1, {"agent": "tom"}),
        ("How many conversations were about returns today?", 2, {"topic": ("return_item", "return_policy")}),
        ("How many conversations about delivery over the widget today?", 1, {"channel": "widget", "topic": ("delivery_time",)}),
        ("How many chats tagged vip today", 1, {"topic": ("vip",)}),
        ("How many conversations about delivery were handed off today?", 2, {"topic": ("delivery_time",)}),
        ("handoff rate over the widget today", 0.5, {"channel": "widget"}),
        ("How many chats about delivery did mara have by the api today?", 1,
         {"channel": "api", "agent": "mara.l@example.com", "topic": ("delivery_time",)}),
    ],
)  # fmt: skip
def test_figures_of_a_channel_an_agent_a_topic(talks: Store, text: str, value: float, filters: dict[str, Any]) -> None:
    answer = ask(talks, text)
    assert (answer.status, answer.value) == (Status.ANSWERED, value), answer.text
    assert answer.receipt is not None
    assert dict(answer.receipt.filters) == filters
    assert "<<" not in answer.receipt.query


def test_what_it_was_narrowed_down_to_is_said_and_goes_on(talks: Store) -> None:
    room = ServiceRoom(talks.service)
    found = room.reply("How many conversations over the widget today?", {})
    assert found is not None
    assert "by the widget" in found[0].text
    following = room.reply("and yesterday?", found[1])
    assert following is not None
    assert following[0].receipt is not None
    assert dict(following[0].receipt.filters) == {"channel": "widget"}
    assert following[0].value == 0


@pytest.mark.parametrize(
    "text", ["How many chats with zed today", "How many conversations about zeppelins today?", "how many chats by fax"]
)
def test_what_names_nothing_of_ours_is_refused(talks: Store, text: str) -> None:
    assert ask(talks, text).status is Status.CLARIFY


def test_a_name_with_a_quote_is_a_name(talks: Store) -> None:
    talks.accounts.add(Account("o'hara", "!", AccountRole.AGENT, NOW))
    handoff.assign(talks, "web:1", "o'hara", "o'hara")
    assert ask(talks, "How many conversations did o'hara have today?").value == 1


def test_the_response_time_of_an_agent_is_that_of_their_own_words(talks: Store) -> None:
    handoff.ask_for_person(talks, "web:1")
    handoff.take_over(talks, "web:1", "tom")
    handoff.assign(talks, "web:1", "tom", "mara.l@example.com")
    handoff.say(talks, "web:1", "mara.l@example.com", "Tom had to go.")
    answer = ask(talks, "What was the response time of mara today?")
    assert answer.receipt is not None
    assert answer.receipt.rows_read == 3
    assert "t.author = 'agent:' || 'mara.l@example.com'" in answer.receipt.query
