"""The handoff as a state machine: over the store, any order of events loses or doubles no message and never has two speakers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assistant.desk import handoff
from assistant.desk.handoff import Event, State, may_speak, transition
from assistant.errors import NotAllowed, StoreError
from assistant.store import Store
from assistant.store.records import Mode

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
        (State(Mode.AGENT, "mara"), Event.CLOSE, "mara", State(Mode.CLOSED)),
        (State(Mode.AGENT, "mara"), Event.REQUEST, "", State(Mode.AGENT, "mara")),
        (State(Mode.CLOSED), Event.CUSTOMER_WRITES, "", State(Mode.BOT)),
        (State(Mode.WAITING), Event.CUSTOMER_WRITES, "", State(Mode.WAITING)),
    ],
)
def test_transitions(before: State, event: Event, agent: str, after: State) -> None:
    assert transition(before, event, agent) == after


@pytest.mark.parametrize("event", [Event.TAKE_OVER, Event.HAND_BACK, Event.CLOSE, Event.ASSIGN])
def test_another_agents_conversation_is_left_alone(event: Event) -> None:
    with pytest.raises(NotAllowed, match="held by mara, not by tom"):
        transition(State(Mode.AGENT, "mara"), event, "tom", "tom")


@pytest.mark.parametrize("mode", [Mode.BOT, Mode.CLOSED])
def test_nothing_to_hand_back(mode: Mode) -> None:
    with pytest.raises(NotAllowed, match=f"its state is {mode.value}"):
        transition(State(mode), Event.HAND_BACK, "mara")


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
    assert [turn.text for turn in store.conversations.turns("c")] == [handoff.ASKED, handoff.JOINED.format(name="mara")]
    audited = [(entry.actor, entry.action, entry.detail["was"]) for entry in reversed(store.audit.recent(10))]
    assert audited == [("customer", "person_requested", "bot"), ("mara", "conversation_taken", "waiting")]


def test_the_bot_gives_up_in_its_own_words(store: Store) -> None:
    assert handoff.hand_off(store, "c").mode is Mode.WAITING
    assert store.conversations.turns("c") == []
    assert [entry.action for entry in store.audit.recent(5)] == ["person_requested"]


def test_asking_for_a_person_begins_a_conversation(store: Store) -> None:
    assert handoff.ask_for_person(store, "new").mode is Mode.WAITING


def test_unknown_conversation(store: Store) -> None:
    with pytest.raises(StoreError, match="no conversation 'gone'"):
        handoff.take_over(store, "gone", "mara")


class Conversing(RuleBasedStateMachine):
    """Everybody talks and presses buttons in any order; `said` is the transcript that must come out."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.create(Path(self.folder.name) / "shop")
        self.store.conversations.start("c", "web")
        self.said: list[tuple[str, str]] = []

    def state(self) -> State:
        conversation = self.store.conversations.get("c")
        assert conversation is not None
        return State(conversation.mode, conversation.assignee)

    @rule(text=st.text(min_size=1, max_size=20))
    def customer_writes(self, text: str) -> None:
        before = self.state()
        handoff.customer_wrote(self.store, "c")
        self.store.conversations.append("c", "customer", text)
        self.said.append(("customer", text))
        assert self.state() == (State() if before.mode is Mode.CLOSED else before)

    @rule(agent=AGENTS, text=st.text(min_size=1, max_size=20))
    def agent_writes(self, agent: str, text: str) -> None:
        if self.state() == State(Mode.AGENT, agent):
            handoff.say(self.store, "c", agent, text)
            self.said.append((f"agent:{agent}", text))
        else:
            with pytest.raises(NotAllowed):
                handoff.say(self.store, "c", agent, text)

    @rule(agent=AGENTS, press=st.sampled_from([handoff.take_over, handoff.hand_back, handoff.close]))
    def agent_presses(self, agent: str, press) -> None:
        before = self.state()
        try:
            press(self.store, "c", agent)
        except NotAllowed:
            assert self.state() == before
        else:
            assert before.assignee in (None, agent)

    @rule()
    def customer_wants_a_person(self) -> None:
        handoff.ask_for_person(self.store, "c")
        assert self.state().mode in (Mode.WAITING, Mode.AGENT)

    @invariant()
    def nothing_lost_or_doubled(self) -> None:
        turns = self.store.conversations.turns("c")
        assert [turn.number for turn in turns] == list(range(1, len(turns) + 1))
        assert [(turn.author, turn.text) for turn in turns if turn.author != "system"] == self.said

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
