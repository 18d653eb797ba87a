"""Wires a shop together: the only place that knows which implementation stands behind which seam.

`open_shop` gives a `Shop`; its rooms load when first used, so that a staff question never waits for the shopper's index.
A turn runs straight through: mask, understand, the room's reply, store, answer.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from assistant.analyst.analyst import Analyst
from assistant.analyst.lessons import Lesson, lesson_from, stored
from assistant.analyst.looks import customers_shown
from assistant.analyst.mending import Chosen
from assistant.analyst.question import Period, question_from_json
from assistant.analyst.service import ServiceRoom
from assistant.analyst.talk import Message as Written
from assistant.analyst.talk import TalkRoom
from assistant.config import Settings, load_settings
from assistant.corrections import correct
from assistant.desk import Desk, Readings, handoff
from assistant.desk.live import Hub
from assistant.errors import BadQuestion, ModelMissing
from assistant.indexing import open_index
from assistant.models.encoder import OnnxEncoder
from assistant.models.phrasers import SHIPPED, load_phraser
from assistant.models.recommender import SLOT as RECOMMENDER
from assistant.models.recommender import Recommender, load_recommender
from assistant.models.registry import find_model
from assistant.models.relevance import Relevance
from assistant.models.sentiment import load_sentiment
from assistant.models.slots import Style
from assistant.models.verdicts import load_verdicts
from assistant.privacy import mask
from assistant.shopper.clerk import Mood, ShopperClerk
from assistant.shopper.drafts import Draft, Drafter, Wish
from assistant.shopper.respond import GuardedResponder
from assistant.store import Store
from assistant.store.records import Account, Conversation, Mode
from assistant.types import Answer, Message, Role, Source, Status, Understanding
from assistant.understand import Understander, load_understander
from retrieval.types import Retriever

_AUTHORS = {Role.SHOPPER: "customer", Role.AGENT: "customer", Role.STAFF: "staff"}
_LANES = 64
LONGEST_MESSAGE = 4000
"""Characters; what is beyond is not read, as the pages and the API take no longer ones. What a million would cost, nobody means."""
_LONG_GAP = re.compile(r"\s{4,}")
QUESTIONS = "question"
MOST_TALKS = 2000
"""Conversations, those touched last, whose messages are looked through for what customers write about."""
"""The task under which corrections of staff questions are kept."""
_LOG = logging.getLogger(__name__)
PASSED_ON = "Your message has been passed on. A colleague is looking after this conversation and will answer you here."


class Room(Protocol):
    """One message in, one answer out; `memory` is the room's own state of the conversation, JSON-able."""

    def reply(self, message: Message, understanding: Understanding, memory: Mapping[str, Any]) -> tuple[Answer, Mapping[str, Any]]: ...


class Watcher(Protocol):
    """Told of every turn, whichever screen it came from. Must be quick."""

    def answered(self, message: Message, answer: Answer, seconds: float) -> None: ...
    def failed(self, message: Message, error: Exception, seconds: float) -> None: ...


class Shop:
    """An open store with its rooms. Safe to use from several threads.

    Args:
        store: the open store.
        settings: its settings, already read.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self.watchers: list[Watcher] = []
        self._turns = tuple(threading.Lock() for _ in range(_LANES))

    @cached_property
    def understander(self) -> Understander:
        return load_understander(self.store, self.settings)

    @cached_property
    def retriever(self) -> Retriever:
        return open_index(self.store.folder, self.understander.encoder)

    @cached_property
    def shopper(self) -> ShopperClerk:
        understand = self.understander.understand
        return ShopperClerk(self.store, self.retriever, self.settings, self.responder, understand, self._companions(), self.mood)

    def _companions(self) -> Recommender | None:
        """The shop's own recommender, where it has trained one."""
        with suppress(ModelMissing):
            return load_recommender(find_model(RECOMMENDER, self.store.folder))
        return None

    @cached_property
    def mood(self) -> Mood | None:
        """How angry a text sounds: the chance that it is negative, by the sentiment model where there is one."""
        with suppress(ModelMissing):
            reader = load_sentiment(self.store.folder)
            return lambda text: reader.read([text])[0].negative
        return None

    @cached_property
    def responder(self) -> GuardedResponder:
        try:
            return open_responder(self.settings, self.store.folder)
        except ModelMissing as error:
            if self.settings.responder != SHIPPED:
                raise
            _LOG.warning("%s Answers are in the evidence's own words.", error)
            return GuardedResponder(None)

    @cached_property
    def _drafter(self) -> Drafter:
        return Drafter(self.store, self.responder, self.settings, Relevance(self.understander.encoder))

    @cached_property
    def analyst(self) -> Analyst:
        encoder = self.understander.encoder
        is_word = encoder.knows if isinstance(encoder, OnnxEncoder) else None
        return Analyst(
            self.store.folder,
            self.settings,
            is_word,
            self._lessons,
            encoder.encode,
            service=self.service,
            talk=TalkRoom(self._written, encoder.encode),
        )

    def _written(self, period: Period | None) -> list[Written]:
        """What customers wrote in a span of days, the newest last, of the conversations touched last."""
        talks = reversed(self.store.conversations.recent(limit=MOST_TALKS))
        turns = (turn for talk in talks for turn in self.store.conversations.turns(talk.id) if turn.author == "customer")
        found = [Written(turn.text, turn.at.date()) for turn in turns]
        return [one for one in found if period is None or (one.day is not None and period.first <= one.day <= period.last)]

    @cached_property
    def service(self) -> ServiceRoom:
        return ServiceRoom(self.store.service)

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.store, self.retriever, self.settings, self._draft, self.understander.encoder, self.drafts)

    @cached_property
    def hub(self) -> Hub:
        return Hub(self.store.conversations)

    @cached_property
    def readings(self) -> Readings:
        return Readings(self.store, self.understander, self.understander.catalogue)

    def warm_up(self) -> None:
        """Load models and index now, so that the first person does not wait for them."""
        self.understander.warm_up()
        self.responder.warm_up()
        _ = self.shopper, self.analyst, self.desk

    def close(self) -> None:
        self.store.close()

    def answer(self, message: Message) -> Answer:
        """Answer one message and keep the turn.

        While a person is in charge of the conversation the bot stays silent: the message is kept for that person, and
        the answer, of status `handoff`, only says so.
        """
        began = time.perf_counter()
        try:
            answer = self._turn(replace(message, text=mask(_LONG_GAP.sub("\n\n", message.text[:LONGEST_MESSAGE]))), began)
        except Exception as error:
            for watcher in self.watchers:
                watcher.failed(message, error, time.perf_counter() - began)
            raise
        for watcher in self.watchers:
            watcher.answered(message, answer, time.perf_counter() - began)
        return answer

    def _turn(self, message: Message, began: float) -> Answer:
        with self._turns[hash(message.session) % _LANES]:
            conversation = self._conversation(message)
            if conversation.mode in (Mode.WAITING, Mode.AGENT):
                return self._pass_on(message)
            understanding = self.understander.understand(message.text, message.role)
            room: Room = self.analyst if message.role is Role.STAFF else self.shopper
            answer, memory = room.reply(message, understanding, conversation.memory)
            trace = (("understand", f"{understanding.intent} {understanding.confidence:.2f}"), *answer.trace)
            answer = replace(answer, trace=trace, latency_ms=(time.perf_counter() - began) * 1000)
            return self._keep(message, answer, memory)

    def mend(self, session: str, turn: int, chosen: Chosen, by: Account) -> Answer:
        """Answer the staff's `turn` of a conversation as somebody corrected what it was understood as, and learn from it.

        Raises:
            BadQuestion: what was chosen is not in the data, or the turn holds no question.
        """
        with self._turns[hash(session) % _LANES]:
            turns = {t.number: t for t in self.store.conversations.turns(session)}
            conversation = self.store.conversations.get(session)
            answered = turns.get(turn)
            if conversation is None or answered is None or not answered.answer:
                raise BadQuestion("This answer is no longer there.", hint="Ask the question again.")
            asked = next((turns[n].text for n in range(turn - 1, 0, -1) if n in turns and turns[n].author == "staff"), "")
            meant, answer, memory = self.analyst.mend(answered.answer, chosen, conversation.memory, by.role.value)
            with self.store.transaction():
                was = stored(question_from_json(dict(answered.answer["question"])))
                correct(self.store, QUESTIONS, asked, stored(meant), by=by.username, was=was, conversation_id=session, turn=turn)
                message = Message(uuid4().hex, session, f"I meant: {answer.text.split(':')[0]}", Role.STAFF, account_role=by.role.value)
                return self._keep(message, answer, memory)

    def drafts(self, text: str, sources: Sequence[Source], *, style: Style = "brief", count: int = 3) -> tuple[Draft, ...]:
        """Ways for a person to answer `text` from these sources, the surest first, no two alike; see `assistant.shopper.drafts`."""
        return self._drafter.drafts(text, sources, style=style, count=count)

    def reworded(self, text: str, wish: Wish, message: str = "") -> str | None:
        """A draft made shorter or friendlier without a new claim; None where there is nothing to change."""
        return self._drafter.reworded(text, wish, message)

    def _lessons(self) -> tuple[Lesson, ...]:
        """What staff corrected of how their questions were understood."""
        return tuple(lesson_from(c.text, c.was, c.label, c.by, c.at.date()) for c in self.store.corrections.all(QUESTIONS))

    def _draft(self, conversation: Conversation, text: str) -> tuple[Answer, float]:
        """What the clerk would answer, and how sure it is of the intent; the desk undoes what it writes."""
        understanding = self.understander.understand(text, Role.SHOPPER)
        message = Message("draft", conversation.id, text, Role.SHOPPER, conversation.customer_id)
        answer, _ = self.shopper.reply(message, understanding, conversation.memory)
        return answer, understanding.confidence

    def _keep(self, message: Message, answer: Answer, memory: Mapping[str, Any]) -> Answer:
        """Store the turn, unless a person took over while the answer was being made: then the bot does not speak."""
        with self.store.transaction():
            conversation = self._conversation(message)
            if conversation.mode in (Mode.WAITING, Mode.AGENT):
                return self._pass_on(message)
            handoff.customer_wrote(self.store, conversation.id)
            self.store.conversations.append(conversation.id, _AUTHORS[message.role], message.text)
            self.store.conversations.append(conversation.id, "bot", answer.text, answer.to_record(message.id))
            if answer.status is Status.HANDOFF:
                handoff.hand_off(self.store, conversation.id, answer.handoff.kind if answer.handoff else "")
            customer = memory.get("customer_id") or conversation.customer_id
            # the conversation's clock and perhaps its mode have moved, so it is read again before it is saved
            self.store.conversations.save(replace(self._conversation(message), memory=memory, customer_id=customer))
            if message.role is Role.STAFF and answer.status is Status.DECLINED:
                self.store.audit.append(f"staff:{message.session}", "question_declined", answer.intent or answer.tool, text=message.text)
            if message.role is Role.STAFF and (seen := customers_shown(answer)):
                self.store.audit.append(f"staff:{message.session}", "customer_viewed", ", ".join(seen[:20]), count=len(seen))
        return answer

    def _pass_on(self, message: Message) -> Answer:
        self.store.conversations.append(message.session, _AUTHORS[message.role], message.text)
        return Answer(Status.HANDOFF, PASSED_ON, intent="waiting_for_person", trace=(("mode", "a person is in charge"),))

    def _conversation(self, message: Message) -> Conversation:
        known = self.store.conversations.get(message.session)
        return known or self.store.conversations.start(message.session, message.role.value, message.customer_id)


def open_responder(settings: Settings, store_folder: Path | None = None) -> GuardedResponder:
    """Whoever words the answers, by the settings, under the guard.

    Raises:
        ModelMissing, ModelCorrupt: the model that the settings name is not there, or not sound.
    """
    phraser = load_phraser(settings.responder, store_folder)
    return GuardedResponder(phraser, settings.shopper.style, (settings.shop_name,), load_verdicts(store_folder))


def open_shop(folder: Path) -> Shop:
    """The shop in the store folder `folder`.

    Raises:
        StoreMissing, StoreNewer: see `Store.open`.
        BadSettings: see `load_settings`.
    """
    store = Store.open(folder)
    return Shop(store, load_settings(folder))
