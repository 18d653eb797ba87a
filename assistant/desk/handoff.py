"""Who speaks to the customer: bot → waiting → agent → bot or closed, and open again when the customer writes.

`transition` is the whole rule, a pure function; the functions below it apply it to the store. Every move is one transaction,
logged (who, when, from what to what, and why) in `store.switches` and in the audit log, and leaves a `system` turn where the customer
should know; a move that is taken back at once takes that line with it. Of two agents who take over at
once, one gets the conversation and the other is refused. Refuses to know about screens, and never reads a state out of a reply.

    from       request    take over    assign    put back     hand back    close     customer writes
    bot        waiting    agent        agent     refused      refused      closed    bot
    waiting    waiting    agent        agent     waiting      bot          closed    waiting
    agent      agent      agent *      agent *   waiting *    bot *        closed *  agent
    closed     waiting    agent        agent     refused      refused      closed    bot

    * by the agent who has it; anybody else is refused
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from assistant.errors import NotAllowed, StoreError
from assistant.store import Store
from assistant.store.desk_records import Switch
from assistant.store.records import Conversation, Mode, Turn

ASKED = "You asked for a person. A colleague will answer here as soon as one is free."
JOINED = "{name} from our team has joined the conversation."
PUT_BACK = "{name} had to leave. You are still in the queue: the next free colleague will answer here."
RETURNED = "{name} has left the conversation; the assistant is back."
CLOSED = "This conversation is closed. Write again at any time."
AGENT_PREFIX = "agent:"


class Event(StrEnum):
    """What can happen to a conversation; the value is its name in the audit log."""

    REQUEST = "person_requested"
    TAKE_OVER = "conversation_taken"
    ASSIGN = "conversation_assigned"
    PUT_BACK = "conversation_put_back"
    HAND_BACK = "conversation_handed_back"
    CLOSE = "conversation_closed"
    CUSTOMER_WRITES = "conversation_reopened"


@dataclass(frozen=True, slots=True)
class State:
    """Who has the conversation; `assignee` is set exactly while `mode` is agent."""

    mode: Mode = Mode.BOT
    assignee: str | None = None


_GOES_TO: dict[Event, dict[Mode, Mode]] = {
    Event.REQUEST: {Mode.BOT: Mode.WAITING, Mode.WAITING: Mode.WAITING, Mode.AGENT: Mode.AGENT, Mode.CLOSED: Mode.WAITING},
    Event.TAKE_OVER: dict.fromkeys(Mode, Mode.AGENT),
    Event.ASSIGN: dict.fromkeys(Mode, Mode.AGENT),
    Event.PUT_BACK: {Mode.WAITING: Mode.WAITING, Mode.AGENT: Mode.WAITING},
    Event.HAND_BACK: {Mode.WAITING: Mode.BOT, Mode.AGENT: Mode.BOT},
    Event.CLOSE: dict.fromkeys(Mode, Mode.CLOSED),
    Event.CUSTOMER_WRITES: {Mode.BOT: Mode.BOT, Mode.WAITING: Mode.WAITING, Mode.AGENT: Mode.AGENT, Mode.CLOSED: Mode.BOT},
}
_BY_THE_CUSTOMER = frozenset({Event.REQUEST, Event.CUSTOMER_WRITES})


def transition(state: State, event: Event, agent: str = "", to: str = "") -> State:
    """The state after `event`.

    Args:
        agent: who presses the button; nobody for a request and for the customer's writing.
        to: who gets the conversation, for `ASSIGN`.

    Raises:
        NotAllowed: the event is not possible in this state, or the conversation is another agent's.
    """
    if event not in _BY_THE_CUSTOMER and state.mode is Mode.AGENT and state.assignee != agent:
        raise NotAllowed(
            f"This conversation is held by {state.assignee}, not by {agent or 'nobody'}.", hint="Ask them to assign it to you."
        )
    if state.mode not in _GOES_TO[event]:
        raise NotAllowed(f"This conversation is held by nobody; its state is {state.mode.value}.", hint="Take it over first.")
    mode = _GOES_TO[event][state.mode]
    if mode is not Mode.AGENT:
        return State(mode)
    return State(mode, {Event.TAKE_OVER: agent, Event.ASSIGN: to}.get(event, state.assignee))


def may_speak(state: State, author: str) -> bool:
    """Whether `author` (`customer`, `bot`, `system` or `agent:<username>`) may add a turn now."""
    if author == "bot":
        return state.mode is Mode.BOT
    if author.startswith(AGENT_PREFIX):
        return state.mode is Mode.AGENT and author == f"{AGENT_PREFIX}{state.assignee}"
    return True


def ask_for_person(store: Store, id: str, channel: str = "shopper") -> Conversation:
    """The customer wants a person. Begins the conversation where there is none; changes nothing if one is on the way or here."""
    with store.transaction():
        store.conversations.start(id, channel)
        return _move(store, id, Event.REQUEST, words=ASKED, reason="asked")


def hand_off(store: Store, id: str, reason: str = "") -> Conversation:
    """The bot gives up, and has told the customer so itself; `reason` is the kind of its `Handoff`.

    Raises:
        StoreError: there is no such conversation.
    """
    return _move(store, id, Event.REQUEST, reason=reason)


def take_over(store: Store, id: str, agent: str) -> Conversation:
    """The agent speaks from now on, and the bot is silent.

    Raises:
        NotAllowed: another agent has the conversation.
        StoreError: there is no such conversation.
    """
    return _move(store, id, Event.TAKE_OVER, agent, words=_named(JOINED, store, agent))


def assign(store: Store, id: str, agent: str, to: str) -> Conversation:
    """The agent gives the conversation to a colleague.

    Raises:
        NotAllowed: another agent has the conversation.
        StoreError: there is no such conversation.
    """
    return _move(store, id, Event.ASSIGN, agent, to, words=_named(JOINED, store, to))


def say(store: Store, id: str, agent: str, text: str) -> Turn:
    """The agent's words to the customer.

    Raises:
        NotAllowed: the conversation is not this agent's.
        StoreError: there is no such conversation.
    """
    with store.transaction():
        state = _state(_must(store, id))
        if not may_speak(state, AGENT_PREFIX + agent):
            raise NotAllowed(f"This conversation is held by {state.assignee or 'nobody'}, not by {agent}.", hint="Take it over first.")
        return store.conversations.append(id, AGENT_PREFIX + agent, text)


def put_back(store: Store, id: str, agent: str) -> Conversation:
    """The agent gives the conversation back to the queue.

    Raises:
        NotAllowed: the conversation is another agent's, or nobody's.
        StoreError: there is no such conversation.
    """
    return _move(store, id, Event.PUT_BACK, agent, words=_named(PUT_BACK, store, agent))


def hand_back(store: Store, id: str, agent: str) -> Conversation:
    """The bot answers again.

    Raises:
        NotAllowed: the conversation is another agent's, or nobody's.
        StoreError: there is no such conversation.
    """
    return _move(store, id, Event.HAND_BACK, agent, words=_named(RETURNED, store, agent))


def close(store: Store, id: str, agent: str) -> Conversation:
    """The matter is settled. An agent may close their own conversations and those that nobody has.

    Raises:
        NotAllowed: another agent has the conversation.
        StoreError: there is no such conversation.
    """
    return _move(store, id, Event.CLOSE, agent, words=CLOSED)


def take_back(store: Store, id: str, agent: str, to: Mode) -> Conversation:
    """Undo one's own last move: back to `to`. Where nothing was said since, its line to the customer goes as well, and no other comes.

    Raises:
        NotAllowed: another agent has the conversation by now, or it cannot go back there.
        StoreError: there is no such conversation.
    """
    events = {Mode.AGENT: Event.TAKE_OVER, Mode.WAITING: Event.PUT_BACK, Mode.BOT: Event.HAND_BACK, Mode.CLOSED: Event.CLOSE}
    said = {Mode.AGENT: JOINED, Mode.WAITING: PUT_BACK, Mode.BOT: RETURNED, Mode.CLOSED: CLOSED}
    with store.transaction():
        last = next(iter(store.conversations.turns(id, 1)), None)
        moves = store.switches.of_conversation(id)
        quiet = last is not None and last.author == "system" and bool(moves) and moves[-1].by == agent
        if quiet and last is not None and last.text:
            store.conversations.withdraw(id, last.number)
        return _move(store, id, events[to], agent, words="" if quiet else _named(said[to], store, agent))


def customer_wrote(store: Store, id: str) -> Conversation:
    """Reopens a closed conversation and changes nothing else; whoever received the message appends its turn.

    Raises:
        StoreError: there is no such conversation.
    """
    return _move(store, id, Event.CUSTOMER_WRITES)


def _named(words: str, store: Store, agent: str) -> str:
    """Words to the customer with the agent's name as customers read it."""
    said = words.format(name=store.accounts.shown(agent))
    return said[:1].upper() + said[1:]


def _move(store: Store, id: str, event: Event, agent: str = "", to: str = "", words: str = "", reason: str = "") -> Conversation:
    with store.transaction():
        before = _state(_must(store, id))
        after = transition(before, event, agent, to)
        if after != before:
            store.conversations.switch(id, after.mode, assignee=after.assignee)
            if words:
                store.conversations.append(id, "system", words)
            by = agent or "customer"
            store.switches.append(Switch(id, datetime.now(UTC), by, event.value, before.mode, after.mode, after.assignee, reason))
            store.audit.append(by, event.value, id, was=before.mode.value, now=after.mode.value, **({"to": to} if to else {}))
        return _must(store, id)


def _must(store: Store, id: str) -> Conversation:
    conversation = store.conversations.get(id)
    if conversation is None:
        raise StoreError(f"There is no conversation {id!r}.", hint="It may have been swept; refresh the list.")
    return conversation


def _state(conversation: Conversation) -> State:
    return State(conversation.mode, conversation.assignee)
