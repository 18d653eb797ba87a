"""Through the whole turn: the bot hands over, stays silent while a person has the conversation, and is back after closing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.build import Shop
from assistant.config import Settings
from assistant.desk import handoff
from assistant.store import Store
from assistant.store.records import Mode
from assistant.testing import FakeRetriever, FakeUnderstander
from assistant.types import Answer, Message, Status


class Clerk:
    """Hands over whoever says `person`; counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def reply(self, message: Message, understanding: Any, memory: Any) -> tuple[Answer, dict[str, Any]]:
        self.asked.append(message.text)
        status = Status.HANDOFF if "person" in message.text else Status.ANSWERED
        return Answer(status, f"Answer to {message.text!r}."), {"n": memory.get("n", 0) + 1}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(Store.create(tmp_path / "shop"), Settings())
    shop.__dict__.update(understander=FakeUnderstander(), retriever=FakeRetriever([]), shopper=Clerk())
    yield shop
    shop.close()


def say(shop: Shop, text: str) -> Answer:
    return shop.answer(Message("m", "c", text))


def mode(shop: Shop) -> Mode:
    conversation = shop.store.conversations.get("c")
    assert conversation is not None
    return conversation.mode


def test_the_whole_way_round(shop: Shop) -> None:
    assert say(shop, "hello").status is Status.ANSWERED
    assert say(shop, "a person please").status is Status.HANDOFF
    assert mode(shop) is Mode.WAITING
    assert say(shop, "anybody there?").status is Status.HANDOFF
    handoff.take_over(shop.store, "c", "mara")
    assert say(shop, "it leaks").status is Status.HANDOFF
    handoff.say(shop.store, "c", "mara", "I am sorry to hear that.")
    handoff.close(shop.store, "c", "mara")
    assert say(shop, "thanks").status is Status.ANSWERED
    assert mode(shop) is Mode.BOT
    assert shop.shopper.asked == ["hello", "a person please", "thanks"]
    said = [turn.text for turn in shop.store.conversations.turns("c") if turn.author == "customer"]
    assert said == ["hello", "a person please", "anybody there?", "it leaks", "thanks"]
    assert [entry.action for entry in reversed(shop.store.audit.recent(9))] == [
        "person_requested",
        "conversation_taken",
        "conversation_closed",
        "conversation_reopened",
    ]


def test_an_answer_made_while_an_agent_took_over_is_not_spoken(shop: Shop) -> None:
    say(shop, "hello")
    reply = shop.shopper.reply

    def slow(message: Message, understanding: Any, memory: Any) -> Any:
        handoff.take_over(shop.store, "c", "mara")
        return reply(message, understanding, memory)

    shop.shopper.reply = slow
    assert say(shop, "where is it?").status is Status.HANDOFF
    assert mode(shop) is Mode.AGENT
    assert [turn.text for turn in shop.store.conversations.turns("c") if turn.author == "bot"] == ["Answer to 'hello'."]


def test_the_desk_drafts_with_the_clerk(shop: Shop) -> None:
    shop.store.conversations.start("c", "shopper")
    shop.store.conversations.append("c", "customer", "Do you sell very tall lamps?")
    conversation = shop.store.conversations.get("c")
    assert conversation is not None
    found = shop.desk.suggest(conversation, shop.store.conversations.turns("c"))
    assert ("assistant", "Answer to 'Do you sell very tall lamps?'.") in [(s.source, s.text) for s in found]
    assert len(shop.store.conversations.turns("c")) == 1
