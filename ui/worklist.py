"""The agents' queue: who waits, since when, for what and in which mood; who is with whom; what was closed.

Reads the store and writes HTML; refuses to know about Gradio and about who may see it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from assistant.desk.handoff import AGENT_PREFIX
from assistant.desk.summary import about
from assistant.store import Store
from assistant.store.records import Conversation, Customer, Mode, Turn

CHANNEL = "shopper"
LISTED = 200
READ = 20
"""So many turns of a conversation are read for its line."""
UPSET, UNHAPPY = 0.85, 0.6
"""Chances that the customer's last words are negative from which the line says so."""
FILTERS = {"waiting": "Waiting", "mine": "Mine", "others": "Colleagues", "bot": "Assistant", "closed": "Closed"}
_MODE_OF = {"waiting": Mode.WAITING, "mine": Mode.AGENT, "others": Mode.AGENT, "bot": Mode.BOT, "closed": Mode.CLOSED}
_EMPTY = {
    "waiting": "Nobody is waiting.",
    "mine": "You have no conversation open.",
    "others": "No colleague is in a conversation.",
    "bot": "The assistant is talking to nobody.",
    "closed": "Nothing has been closed yet.",
}
Mood = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Item:
    """One conversation of the queue with what was said last. `mood` is empty, `unhappy` or `upset`; `intent` is what it is about."""

    conversation: Conversation
    name: str
    said: str
    waits_since: datetime | None
    intent: str = ""
    mood: str = ""
    tags: tuple[str, ...] = ()


class Worklist:
    """Draws the queue; what it read of a conversation is kept until something happens in it. Safe to use from several threads.

    Args:
        mood: the chance that a text is negative; without it no mood is shown.
    """

    def __init__(self, store: Store, mood: Mood | None = None) -> None:
        self._store = store
        self._mood = mood
        self._items: dict[str, Item] = {}
        self._lock = threading.Lock()

    def queue(self, agent: str, chosen: str, opened: str, now: datetime | None = None) -> str:
        """The tabs with their counts, and the conversations of the chosen one: who waits longest stands first."""
        now = now or datetime.now(UTC)
        listed = {name: _of_filter(self._store, name, agent) for name in FILTERS}
        items = [self.item(c) for c in listed[chosen]]
        if chosen in ("waiting", "mine", "others"):
            items.sort(key=lambda item: (item.waits_since is None, item.waits_since or now))
        rows = [_row(item, opened, now) for item in items] or [Markup('<li class="sc-empty">{}</li>').format(_EMPTY[chosen])]
        tabs = [
            Markup('<button type="button" data-filter="{}" aria-pressed="{}">{} <span>{}</span></button>').format(
                name, str(name == chosen).lower(), title, len(listed[name]) if name != "closed" else ""
            )
            for name, title in FILTERS.items()
        ]
        return str(
            Markup('<nav class="sc-tabs" aria-label="Conversations">{}</nav><ul class="sc-queue">{}</ul>').format(
                Markup("").join(tabs), Markup("").join(rows)
            )
        )

    def item(self, conversation: Conversation) -> Item:
        """A conversation's line."""
        with self._lock:
            known = self._items.get(conversation.id)
        if known is not None and known.conversation == conversation:
            return known
        item = self._read(conversation)
        with self._lock:
            if len(self._items) > 4 * LISTED:
                self._items.clear()
            self._items[conversation.id] = item
        return item

    def _read(self, conversation: Conversation) -> Item:
        store, turns = self._store, self._store.conversations.turns(conversation.id, READ)
        customer = store.customers.get(conversation.customer_id) if conversation.customer_id else None
        said = next((turn.text for turn in reversed(turns) if turn.author == "customer"), "")
        waits = waits_since(turns) if conversation.mode is not Mode.BOT else None
        if conversation.mode is Mode.WAITING:
            waits = waits or conversation.updated_at
        mood = self._feels(turns) if conversation.mode in (Mode.WAITING, Mode.AGENT) else ""
        return Item(conversation, name_of(customer), said, waits, about(turns), mood, tuple(store.tags.of_conversation(conversation.id)))

    def _feels(self, turns: Sequence[Turn]) -> str:
        """By the customer's worst of the last three messages: anger does not pass with an order number."""
        said = [turn.text for turn in turns if turn.author == "customer" and len(turn.text.split()) > 1][-3:]
        if self._mood is None or not said:
            return ""
        worst = max(map(self._mood, said))
        return "upset" if worst >= UPSET else "unhappy" if worst >= UNHAPPY else ""


def name_of(customer: Customer | None) -> str:
    """The customer's name, or what to call somebody unknown."""
    return f"{customer.first_name} {customer.last_name}".strip() or customer.id if customer else "Visitor"


def waits_since(turns: Sequence[Turn]) -> datetime | None:
    """When the first customer turn that nobody has answered was written."""
    since = None
    for turn in turns:
        if turn.author == "customer":
            since = since or turn.at
        elif turn.author == "bot" or turn.author.startswith(AGENT_PREFIX):
            since = None
    return since


def ago(moment: datetime, now: datetime) -> str:
    """`now`, `4 min`, `2 h`, `3 d`."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "now"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h" if minutes < 1440 else f"{minutes // 1440} d"


def _of_filter(store: Store, name: str, agent: str) -> list[Conversation]:
    found = [c for c in store.conversations.recent(_MODE_OF[name], LISTED) if c.channel == CHANNEL]
    if name in ("mine", "others"):
        return [c for c in found if (c.assignee == agent) == (name == "mine")]
    return found


def _row(item: Item, opened: str, now: datetime) -> Markup:
    conversation = item.conversation
    waiting = item.waits_since is not None and conversation.mode in (Mode.WAITING, Mode.AGENT)
    when = ago(item.waits_since if waiting and item.waits_since else conversation.updated_at, now)
    signs = [Markup('<span class="sc-mood sc-{}">{}</span>').format(item.mood, item.mood)] if item.mood else []
    signs += [Markup('<span class="sc-about">{}</span>').format(item.intent.replace("_", " "))] if item.intent else []
    signs += [Markup('<span class="sc-tag">{}</span>').format(tag) for tag in item.tags[:3]]
    if conversation.mode is Mode.AGENT:
        signs.insert(0, Markup('<span class="sc-about">{}</span>').format(f"with {conversation.assignee}"))
    return Markup(
        '<li><button type="button" data-open="{}" aria-current="{}" class="sc-mode-{}"><span class="sc-who"><i></i>{}'
        '<time class="{}">{}</time></span><span class="sc-said">{}</span>{}</button></li>'
    ).format(
        conversation.id,
        str(conversation.id == opened).lower(),
        conversation.mode.value,
        item.name,
        "sc-waits" if waiting else "",
        f"waits {when}" if waiting and when != "now" else when,
        item.said or "…",
        Markup('<span class="sc-signs">{}</span>').format(Markup("").join(signs)) if signs else "",
    )
