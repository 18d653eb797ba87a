"""The handoff as a state machine: over the store, any order of events loses or doubles no message and never has two speakers."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assistant.desk.handoff import Event, Handoff, State, may_speak, transition
from assistant.errors import HandoffRefused
from assistant.store import Store
from assistant.store.records import Mode

AGENTS = st.sampled_from(["mara", "tom", "ines"])
AUTHORS = ["bot", "agent:mara", "agent:tom", "agent:ines"]


@pytest.mark.parametrize(
    ("before", "event", "actor", "after"),
    [
        (State(), Event.REQUEST, None, State(Mode.WAITING)),
        (State(Mode.WAITING), Event.TAKE_OVER, "mara", State(Mode.AGENT, "mara")),
        (State(Mode.BOT), Event.TAKE_OVER, "mara", State(Mode.AGENT, "mara")),
        (State(Mode.AGENT, "mara"), Event.HAND_BACK, "mara", State(Mode.BOT)),
        (State(Mode.AGENT, "mara"), Event.CLOSE, "mara", State(Mode.CLOSED)),
        (State(Mode.AGENT, "mara"), Event.REQUEST, None, State(Mode.AGENT, "mara")),
        (State(Mode.CLOSED), Event.CUSTOMER_WRITES, None, State(Mode.BOT)),
        (State(Mode.WAITING), Event.CUSTOMER_WRITES, None, State(Mode.WAITING)),
    ],
)
def test_transitions(before: State, event: Event, actor: str | None, after: State) -> None:
    assert transition(before, event, actor) == after


@pytest.mark.parametrize("event", [Event.TAKE_OVER, Event.HAND_BACK, Event.CLOSE, Event.ASSIGN])
def test_another_agents_conversation_is_left_alone(event: Event) -> None:
    with pytest.raises(HandoffRefused, match="mara has the conversation"):
        transition(State(Mode.AGENT, "mara"), event, "tom", "tom")


@pytest.mark.parametrize("mode", [Mode.BOT, Mode.CLOSED])
def test_nothing_to_hand_back(mode: Mode) -> None:
    with pytest.raises(HandoffRefused, match="Hand back is not possible"):
        transition(State(mode), Event.HAND_BACK, "mara")


def test_agents_events_need_an_agent() -> None:
    with pytest.raises(HandoffRefused, match="needs an agent"):
        transition(State(), Event.TAKE_OVER)


def test_assigning_passes_the_word_on(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        store.conversations.start("c", "web")
        handoff = Handoff(store)
        handoff.take_over("c", "mara")
        assert handoff.assign("c", "mara", "tom") == State(Mode.AGENT, "tom")
        assert handoff.say("c", "tom", "Hello, Tom here.").number == 1
        with pytest.raises(HandoffRefused, match="mara does not have this conversation; tom does"):
            handoff.say("c", "mara", "Me again.")


def test_every_change_is_audited_once(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        store.conversations.start("c", "web")
        handoff = Handoff(store)
        handoff.request_person("c", "asked for one")
        handoff.request_person("c", "asked again")
        handoff.take_over("c", "mara")
        actions = [(entry.actor, entry.action) for entry in store.audit.recent(10)]
        assert sorted(actions) == [("customer", "request_person"), ("mara", "take_over")]


def test_unknown_conversation(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store, pytest.raises(HandoffRefused, match="no conversation 'gone'"):
        Handoff(store).take_over("gone", "mara")


class Conversing(RuleBasedStateMachine):
    """Everybody talks and presses buttons in any order; `said` is the transcript that must come out."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.create(Path(self.folder.name) / "shop")
        self.store.conversations.start("c", "web")
        self.handoff = Handoff(self.store)
        self.said: list[tuple[str, str]] = []

    def state(self) -> State:
        conversation = self.store.conversations.get("c")
        assert conversation is not None
        return State(conversation.mode, conversation.assignee)

    @rule(text=st.text(min_size=1, max_size=20))
    def customer_writes(self, text: str) -> None:
        before = self.state()
        self.handoff.customer_wrote("c")
        self.store.conversations.append("c", "customer", text)
        self.said.append(("customer", text))
        assert self.state().mode is not Mode.CLOSED
        if before.mode is not Mode.CLOSED:
            assert self.state() == before

    @rule(agent=AGENTS, text=st.text(min_size=1, max_size=20))
    def agent_writes(self, agent: str, text: str) -> None:
        if self.state() == State(Mode.AGENT, agent):
            self.handoff.say("c", agent, text)
            self.said.append((f"agent:{agent}", text))
        else:
            with pytest.raises(HandoffRefused):
                self.handoff.say("c", agent, text)

    @rule(agent=AGENTS, event=st.sampled_from(["take_over", "hand_back", "close"]))
    def agent_presses(self, agent: str, event: str) -> None:
        before = self.state()
        try:
            getattr(self.handoff, event)("c", agent)
        except HandoffRefused:
            assert self.state() == before

    @rule()
    def customer_wants_a_person(self) -> None:
        self.handoff.request_person("c")
        assert self.state().mode in (Mode.WAITING, Mode.AGENT)

    @invariant()
    def nothing_lost_or_doubled(self) -> None:
        assert [(turn.author, turn.text) for turn in self.store.conversations.turns("c")] == self.said

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
