"""Who speaks to the customer: the moves between bot, waiting, agent and closed.

    bot ──ask_for_person──▶ waiting ──take_over──▶ agent ──hand_back──▶ bot
     └──────────take_over──────────────────────────▲  └──close──▶ closed ──(the customer writes)──▶ bot

Every move is one transaction, written to the audit log, and leaves a `system` turn where the customer should know. Of two
agents who take over at once, one gets the conversation and the other is refused. Refuses to know about screens.
"""

from __future__ import annotations

from assistant.errors import NotAllowed, StoreError
from assistant.store import Store
from assistant.store.records import Conversation, Mode, Turn

ASKED = "You asked for a person. A colleague will answer here as soon as one is free."
JOINED = "{name} from our team has joined the conversation."
RETURNED = "{name} has left the conversation; the assistant is back."
CLOSED = "This conversation is closed. Write again at any time."
AGENT_PREFIX = "agent:"


def ask_for_person(store: Store, id: str, channel: str = "shopper") -> Conversation:
    """The customer wants a person. Begins the conversation where there is none; changes nothing if one is on the way or here."""
    with store.transaction():
        conversation = store.conversations.start(id, channel)
        if conversation.mode in (Mode.WAITING, Mode.AGENT):
            return conversation
        return _move(store, conversation, Mode.WAITING, None, "customer", "person_requested", ASKED)


def take_over(store: Store, id: str, agent: str) -> Conversation:
    """The agent speaks from now on, and the bot is silent.

    Raises:
        NotAllowed: another agent has the conversation.
        StoreError: there is no such conversation.
    """
    with store.transaction():
        conversation = _must(store, id)
        if conversation.mode is Mode.AGENT:
            return _held(conversation, agent)
        return _move(store, conversation, Mode.AGENT, agent, agent, "conversation_taken", JOINED.format(name=agent))


def say(store: Store, id: str, agent: str, text: str) -> Turn:
    """The agent's words to the customer.

    Raises:
        NotAllowed: the conversation is not this agent's.
        StoreError: there is no such conversation.
    """
    with store.transaction():
        _held(_must(store, id), agent)
        return store.conversations.append(id, AGENT_PREFIX + agent, text)


def hand_back(store: Store, id: str, agent: str) -> Conversation:
    """The bot answers again.

    Raises:
        NotAllowed: the conversation is not this agent's.
        StoreError: there is no such conversation.
    """
    with store.transaction():
        conversation = _held(_must(store, id), agent)
        return _move(store, conversation, Mode.BOT, None, agent, "conversation_handed_back", RETURNED.format(name=agent))


def close(store: Store, id: str, agent: str) -> Conversation:
    """The matter is settled. An agent may close their own conversations and those that nobody has.

    Raises:
        NotAllowed: another agent has the conversation.
        StoreError: there is no such conversation.
    """
    with store.transaction():
        conversation = _must(store, id)
        if conversation.mode is Mode.CLOSED:
            return conversation
        if conversation.mode is Mode.AGENT:
            _held(conversation, agent)
        return _move(store, conversation, Mode.CLOSED, None, agent, "conversation_closed", CLOSED)


def _must(store: Store, id: str) -> Conversation:
    conversation = store.conversations.get(id)
    if conversation is None:
        raise StoreError(f"There is no conversation {id!r}.", hint="It may have been swept; refresh the list.")
    return conversation


def _held(conversation: Conversation, agent: str) -> Conversation:
    if conversation.mode is not Mode.AGENT or conversation.assignee != agent:
        holder = conversation.assignee or "nobody"
        raise NotAllowed(f"This conversation is held by {holder}, not by {agent}.", hint="Take it over first.")
    return conversation


def _move(store: Store, conversation: Conversation, mode: Mode, assignee: str | None, actor: str, action: str, words: str) -> Conversation:
    store.conversations.switch(conversation.id, mode, assignee=assignee)
    store.conversations.append(conversation.id, "system", words)
    store.audit.append(actor, action, conversation.id, was=conversation.mode.value)
    return _must(store, conversation.id)
