"""What customers write about: topics, what is new, what is never quoted, and what is left to other rooms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.analyst.analyst import Analyst
from assistant.analyst.question import Period
from assistant.analyst.talk import MOST, Message, TalkRoom
from assistant.config import Settings
from assistant.types import Message as MessageIn
from assistant.types import Role, Status
from retrieval.types import Vector
from tests.fake_sentiment import WordSentiment

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
ABOUT = {
    "parcel": ("where is my parcel", "my parcel is late", "the parcel never came"),
    "refund": ("when comes my refund", "the refund is missing", "i wait for a refund"),
    "size": ("which size fits me", "the size runs small", "is the size true"),
}


def encode(texts: Sequence[str]) -> Vector:
    return np.stack([one.embedding for one in WordSentiment().read_all(texts)])


def written(*subjects: str, each: int = 24, ago: int = 200) -> list[Message]:
    day = NOW.date() - timedelta(days=ago)
    return [Message(f"{ABOUT[name][n % 3]} {'so' * (n % 2)}", day) for name in subjects for n in range(each)]


class Desk:
    """Hands out messages, and keeps what was asked for and what was embedded."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages, self.spans, self.embedded = messages, list[Period | None](), list[str]()

    def read(self, period: Period | None) -> Sequence[Message]:
        self.spans.append(period)
        return [m for m in self.messages if period is None or (m.day is not None and period.first <= m.day <= period.last)]

    def encode(self, texts: Sequence[str]) -> Vector:
        self.embedded += texts
        return encode(texts)

    @property
    def room(self) -> TalkRoom:
        return TalkRoom(self.read, self.encode, lambda: NOW)


@pytest.mark.parametrize(
    "text",
    [
        "What do customers write to us about?",
        "what are the support messages about",
        "What are the topics of the chats?",
        "why do people contact us",
        "New topics in the customers' messages since March",
        "what are shoppers asking the bot about this year",
    ],
)
def test_it_is_asked_in_many_words(text: str) -> None:
    found = Desk(written("parcel", "refund", "size")).room.reply(text, {})
    assert found is not None
    assert found[0].status in (Status.ANSWERED, Status.DECLINED)


@pytest.mark.parametrize(
    "text", ["what are the reviews about", "how many conversations today", "what do people write about", "sales last month", "top topics"]
)
def test_other_questions_are_left_to_others(text: str) -> None:
    assert Desk([]).room.reply(text, {}) is None


def test_each_subject_is_a_topic_under_its_own_word() -> None:
    answer = Desk(written("parcel", "refund", "size")).room.answer(None)
    assert {row.value for row in answer.rows} == {24}
    assert all(any(name in row.label for row in answer.rows) for name in ABOUT)
    assert answer.receipt is not None
    assert answer.receipt.rows_read == 72


def test_a_period_is_passed_on_and_other_words_are_not_passed_over() -> None:
    desk = Desk(written("parcel", "refund", "size", ago=40))
    found = desk.room.reply("what do customers write to us about in May 2026?", {})
    assert found is not None
    assert desk.spans == [Period(date(2026, 5, 1), date(2026, 5, 31), "month")]
    assert "May" in found[0].text
    clarify = desk.room.reply("what do customers in Austria write to us about", {}) or desk.room.reply(
        "what are the chats about in Austria", {}
    )
    assert clarify is not None
    assert clarify[0].status is Status.CLARIFY
    assert "austria" in clarify[0].text


def test_what_grew_of_late_is_told() -> None:
    messages = [
        *written("parcel", "size", each=60, ago=300),
        *written("parcel", "size", each=10, ago=20),
        *written("refund", each=40, ago=20),
    ]
    assert "More often since" in Desk(messages).room.answer(None).text


def test_who_wrote_is_never_quoted() -> None:
    telling = [Message(f"my parcel {n} went to Ms Harrow, write to a{n}@b.example", None) for n in range(40)]
    text = Desk(telling).room.answer(None).text
    assert "Harrow" not in text
    assert "@" not in text
    assert "“my parcel" not in text


def test_few_messages_are_said_to_be_few() -> None:
    answer = Desk([*written("size", each=12), Message("thanks", None)]).room.answer(None)
    assert answer.status is Status.DECLINED
    assert "12 messages" in answer.text


def test_the_newest_are_looked_at_and_none_is_embedded_twice() -> None:
    desk = Desk([Message(f"the parcel number {n} came late", None) for n in range(MOST + 50)])
    room = desk.room
    assert f"newest {MOST} of" in room.answer(None).text
    room.answer(None)
    assert len(desk.embedded) == MOST


def test_the_office_passes_the_question_on(tmp_path: Path) -> None:
    analyst = Analyst(tmp_path, Settings(), talk=Desk(written("parcel", "refund", "size")).room)
    answer, memory = analyst.reply(MessageIn("1", "s", "What do customers write to us about?", Role.STAFF), None, {"kept": 1})
    assert answer.tool == "talk"
    assert memory == {"kept": 1}
