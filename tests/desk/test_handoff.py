"""The handoff as a state machine: over the store, any order of events loses or doubles no message and never has two speakers."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assistant.build import PASSED_ON, Shop
from assistant.config import Settings
from assistant.desk import handoff
from assistant.desk.handoff import Event, State, may_speak, transition
from assistant.errors import NotAllowed, StoreError
from assistant.store import Store
from assistant.store.records import Mode
from assistant.testing import FakeRetriever, FakeUnderstander, ScriptedRoom
from assistant.types import Answer, Message, Status

AGENTS = st.sampled_from(["mara", "tom", "ines"])
AUTHORS = ["bot", "agent:mara", "agent:tom", "agent:ines"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as store:
        store.conversations.start("c", "web")
        yield store


@pytest.mark.parametrize(
    ("before", "event", "agent", "after"),
    [
        (State(), Event.REQUEST, "", State(Mode.WAITING)),
        (State(Mode.WAITING), Event.TAKE_OVER, "mara", State(Mode.AGENT, "mara")),
        (State(Mode.BOT), Event.TAKE_OVER, "mara", State(Mode.AGENT, "mara")),
        (State(Mode.AGENT, "mara"), Event.HAND_BACK, "mara", State(Mode.BOT)),
        (State(Mode.AGENT, "mara"), Event.PUT_BACK, "mara", State(Mode.WAITING)),
        (State(Mode.AGENT, "mara"), Event.CLOSE, "mara", State(Mode.CLOSED)),
        (State(Mode.AGENT, "mara"), Event.REQUEST, "", State(Mode.AGENT, "mara")),
        (State(Mode.CLOSED), Event.CUSTOMER_WRITES, "", State(Mode.BOT)),
        (State(Mode.WAITING), Event.CUSTOMER_WRITES, "", State(Mode.WAITING)),
    ],
)
def test_transitions(before: State, event: Event, agent: str, after: State) -> None:
    assert transition(before, event, agent) == after


@pytest.mark.parametrize("event", [Event.TAKE_OVER, Event.PUT_BACK, Event.HAND_BACK, Event.CLOSE, Event.ASSIGN])
def test_another_agents_conversation_is_left_alone(event: Event) -> None:
    with pytest.raises(NotAllowed, match="held by mara, not by tom"):
        transition(State(Mode.AGENT, "mara"), event, "tom", "tom")


@pytest.mark.parametrize("mode", [Mode.BOT, Mode.CLOSED])
@pytest.mark.parametrize("event", [Event.HAND_BACK, Event.PUT_BACK])
def test_nothing_to_give_away(mode: Mode, event: Event) -> None:
    with pytest.raises(NotAllowed, match=f"its state is {mode.value}"):
        transition(State(mode), event, "mara")


def test_assigning_passes_the_word_on(store: Store) -> None:
    handoff.take_over(store, "c", "mara")
    assert handoff.assign(store, "c", "mara", "tom").assignee == "tom"
    assert handoff.say(store, "c", "tom", "Hello, Tom here.").author == "agent:tom"
    with pytest.raises(NotAllowed, match="held by tom, not by mara"):
        handoff.say(store, "c", "mara", "Me again.")


def test_the_customer_is_told_and_every_change_is_audited_once(store: Store) -> None:
    handoff.ask_for_person(store, "c")
    handoff.ask_for_person(store, "c")
    handoff.take_over(store, "c", "mara")
    handoff.take_over(store, "c", "mara")
    joined = "A colleague from our team has joined the conversation."
    assert [turn.text for turn in store.conversations.turns("c")] == [handoff.ASKED, joined]
    audited = [(entry.actor, entry.action, entry.detail["was"]) for entry in reversed(store.audit.recent(10))]
    assert audited == [("customer", "person_requested", "bot"), ("mara", "conversation_taken", "waiting")]
    logged = [(s.by, s.event, s.was, s.now, s.assignee, s.reason) for s in store.switches.of_conversation("c")]
    assert logged == [
        ("customer", "person_requested", Mode.BOT, Mode.WAITING, None, "asked"),
        ("mara", "conversation_taken", Mode.WAITING, Mode.AGENT, "mara", ""),
    ]


def test_a_move_that_fails_half_way_leaves_no_trace(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise StoreError("No room left on the disk.")

    monkeypatch.setattr(store.audit, "append", full)
    with pytest.raises(StoreError, match="No room"):
        handoff.take_over(store, "c", "mara")
    conversation = store.conversations.get("c")
    assert conversation is not None
    assert conversation.mode is Mode.BOT
    assert store.conversations.turns("c") == []
    assert store.switches.of_conversation("c") == []


def test_watchers_hear_of_what_can_be_read_and_of_nothing_undone(store: Store) -> None:
    heard: list[tuple[str, int]] = []
    stop = store.conversations.watch(lambda key: heard.append((key, len(store.conversations.turns(key)))))
    handoff.ask_for_person(store, "c")
    assert set(heard) == {("c", 1)}
    heard.clear()
    with contextlib.suppress(NotAllowed), store.transaction():
        store.conversations.append("c", "customer", "hello")
        raise NotAllowed("no")
    assert heard == []
    stop()
    store.conversations.append("c", "customer", "hello")
    assert heard == []


def test_the_bot_gives_up_in_its_own_words(store: Store) -> None:
    assert handoff.hand_off(store, "c").mode is Mode.WAITING
    assert store.conversations.turns("c") == []
    assert [entry.action for entry in store.audit.recent(5)] == ["person_requested"]


def test_asking_for_a_person_begins_a_conversation(store: Store) -> None:
    assert handoff.ask_for_person(store, "new").mode is Mode.WAITING


def test_unknown_conversation(store: Store) -> None:
    with pytest.raises(StoreError, match="no conversation 'gone'"):
        handoff.take_over(store, "gone", "mara")


def _clerk(message: Message) -> Answer:
    passes = "person" in message.text
    return Answer(Status.HANDOFF if passes else Status.ANSWERED, f"I heard {message.text!r}.")


class Conversing(RuleBasedStateMachine):
    """Everybody talks and presses buttons in any order; `said` is the transcript that must come out, `moved` the log of the switches."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.create(Path(self.folder.name) / "shop")
        self.shop = Shop(self.store, Settings())
        room = ScriptedRoom({"": _clerk})
        self.shop.__dict__.update(understander=FakeUnderstander(), retriever=FakeRetriever([]), shopper=room)
        self.store.conversations.start("c", "shopper")
        self.said: list[tuple[str, str]] = []
        self.moved: list[tuple[Mode, Mode]] = []

    def state(self) -> State:
        conversation = self.store.conversations.get("c")
        assert conversation is not None
        return State(conversation.mode, conversation.assignee)

    def note(self, before: State) -> None:
        if self.state() != before:
            self.moved.append((before.mode, self.state().mode))

    @rule(text=st.sampled_from(["hello", "it leaks", "a person, please", "thanks"]))
    def customer_writes(self, text: str) -> None:
        before = self.state()
        answer = self.shop.answer(Message("m", "c", text))
        self.said.append(("customer", text))
        if before.mode in (Mode.WAITING, Mode.AGENT):
            assert (answer.text, self.state()) == (PASSED_ON, before)
            return
        self.said.append(("bot", answer.text))
        if before.mode is Mode.CLOSED:
            self.moved.append((Mode.CLOSED, Mode.BOT))
        if "person" in text:
            self.moved.append((Mode.BOT, Mode.WAITING))
        assert self.state() == State(Mode.WAITING if "person" in text else Mode.BOT)

    @rule(agent=AGENTS, text=st.text(min_size=1, max_size=20))
    def agent_writes(self, agent: str, text: str) -> None:
        if self.state() == State(Mode.AGENT, agent):
            handoff.say(self.store, "c", agent, text)
            self.said.append((f"agent:{agent}", text))
        else:
            with pytest.raises(NotAllowed):
                handoff.say(self.store, "c", agent, text)

    @rule(agent=AGENTS, press=st.sampled_from([handoff.take_over, handoff.put_back, handoff.hand_back, handoff.close]))
    def agent_presses(self, agent: str, press) -> None:
        before = self.state()
        try:
            press(self.store, "c", agent)
        except NotAllowed:
            assert self.state() == before
        else:
            assert before.assignee in (None, agent)
            self.note(before)

    @rule(agent=AGENTS, to=AGENTS)
    def agent_assigns(self, agent: str, to: str) -> None:
        before = self.state()
        if before.mode is Mode.AGENT and before.assignee != agent:
            with pytest.raises(NotAllowed):
                handoff.assign(self.store, "c", agent, to)
            assert self.state() == before
        else:
            assert handoff.assign(self.store, "c", agent, to).assignee == to
            self.note(before)

    @rule()
    def customer_wants_a_person(self) -> None:
        before = self.state()
        handoff.ask_for_person(self.store, "c")
        assert self.state().mode in (Mode.WAITING, Mode.AGENT)
        self.note(before)

    @precondition(lambda self: self.state().mode is Mode.CLOSED)
    @rule(agent=AGENTS)
    def closing_again_does_nothing(self, agent: str) -> None:
        turns = self.store.conversations.turns("c")
        handoff.close(self.store, "c", agent)
        assert self.state() == State(Mode.CLOSED)
        assert self.store.conversations.turns("c") == turns

    @invariant()
    def nothing_lost_or_doubled(self) -> None:
        turns = self.store.conversations.turns("c")
        assert [turn.number for turn in turns] == list(range(1, len(turns) + 1))
        assert [(turn.author, turn.text) for turn in turns if turn.author != "system"] == self.said

    @invariant()
    def the_log_tells_it_all(self) -> None:
        assert [(switch.was, switch.now) for switch in self.store.switches.of_conversation("c")] == self.moved

    @invariant()
    def never_two_speakers(self) -> None:
        state = self.state()
        assert sum(may_speak(state, author) for author in AUTHORS) <= 1
        assert (state.assignee is not None) == (state.mode is Mode.AGENT)

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


TestConversing = Conversing.TestCase
TestConversing.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
