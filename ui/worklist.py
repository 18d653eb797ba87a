"""What an agent sees beside the conversation: the queue, the customer's card, the suggested replies.

Reads the store and writes HTML; refuses to know about Gradio and about who may see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from markupsafe import Markup

from assistant.analyst.wording import money
from assistant.desk import Heard
from assistant.desk.handoff import AGENT_PREFIX
from assistant.store import Store
from assistant.store.records import Conversation, Customer, Mode, Order, OrderKind, Turn

CHANNEL = "shopper"
LISTED = 200
FILTERS = {"waiting": "Waiting", "mine": "Mine", "others": "Colleagues", "bot": "Assistant", "closed": "Closed"}
_MODE_OF = {"waiting": Mode.WAITING, "mine": Mode.AGENT, "others": Mode.AGENT, "bot": Mode.BOT, "closed": Mode.CLOSED}
_EMPTY = {
    "waiting": "Nobody is waiting.",
    "mine": "You have no conversation open.",
    "others": "No colleague is in a conversation.",
    "bot": "The assistant is talking to nobody.",
    "closed": "Nothing has been closed yet.",
}


class Suggested(Protocol):
    """A reply that the desk proposes."""

    @property
    def text(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Item:
    """One conversation of the queue with what was said last."""

    conversation: Conversation
    name: str
    said: str
    waits_since: datetime | None


def queue(store: Store, agent: str, chosen: str, opened: str, now: datetime | None = None) -> str:
    """The tabs with their counts, and the conversations of the chosen one: who waits longest stands first."""
    now = now or datetime.now(UTC)
    listed = {name: _of_filter(store, name, agent) for name in FILTERS}
    items = sorted((_item(store, c) for c in listed[chosen]), key=lambda item: (item.waits_since is None, item.waits_since or now))
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


def customer_card(store: Store, conversation: Conversation | None, currency: str) -> str:
    """Who the customer is, what they bought, what they asked before; only what was verified."""
    customer = store.customers.get(conversation.customer_id) if conversation and conversation.customer_id else None
    if conversation is None:
        return ""
    if customer is None:
        return str(
            Markup('<section class="sc-person"><h2>Visitor</h2><p class="sc-hint">Not identified yet. Ask for the e-mail address, or the '
                   "name and post code, that the order was placed with.</p></section>")
        )  # fmt: skip
    orders = [order for order in store.orders.of_customer(customer.id) if order.kind is OrderKind.SALE]
    past = sum(1 for c in store.conversations.of_customer(customer.id) if c.id != conversation.id)
    return str(
        Markup(
            '<section class="sc-person"><h2>{name}</h2><p class="sc-hint">{email}<br>{place}</p>'
            "<dl><div><dt>Orders</dt><dd>{count}</dd></div><div><dt>Value</dt><dd>{value}</dd></div>"
            "<div><dt>Earlier chats</dt><dd>{past}</dd></div></dl>{orders}</section>"
        ).format(
            name=name_of(customer),
            email=customer.email,
            place=", ".join(part for part in (customer.address.city, customer.address.country) if part),
            count=len(orders),
            value=money(sum(_total(order) for order in orders), currency),
            past=past,
            orders=_orders(orders, currency),
        )
    )


def summary_card(summary: str) -> str:
    """The conversation in short, as `Name: words` lines."""
    lines = [line.partition(": ") for line in summary.splitlines()]
    shown = [Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, words) for name, _, words in lines]
    return str(Markup('<section class="sc-short"><h2>In short</h2><dl>{}</dl></section>').format(Markup("").join(shown))) if shown else ""


def readings_card(heard: Iterable[Heard], choices: Mapping[str, str]) -> str:
    """What was understood of the customer's last messages, each with a list to choose what was meant instead."""
    items = [_reading(message, choices) for message in heard]
    if not items:
        return ""
    return str(Markup('<section class="sc-short sc-heard"><h2>Understood as</h2><ul>{}</ul></section>').format(Markup("").join(items)))


def suggestions(found: Iterable[Suggested]) -> str:
    """The proposed replies; a click puts one into the box."""
    cards = [
        Markup(
            '<li><button type="button" data-insert="{0}" title="Put into the box"><span class="sc-suggested">{0}</span>'
            '<span class="sc-from">{1} · {2}</span></button></li>'
        ).format(s.text, s.source, f"{s.confidence:.0%}")
        for s in found
    ]
    if not cards:
        return ""
    return str(Markup('<section class="sc-suggestions"><h2>Suggested replies</h2><ul>{}</ul></section>').format(Markup("").join(cards)))


def heading(store: Store, conversation: Conversation | None, agent: str) -> str:
    """Who is on the line and who speaks to them."""
    if conversation is None:
        words = "Choose a conversation. Those who wait longest stand first."
        return str(Markup('<section class="sc-nothing"><h1>Your desk</h1><p>{}</p></section>').format(words))
    customer = store.customers.get(conversation.customer_id) if conversation.customer_id else None
    held = "you" if conversation.assignee == agent else conversation.assignee
    speaking = {
        Mode.BOT: "The assistant is answering",
        Mode.WAITING: "Waiting for a person",
        Mode.AGENT: f"Held by {held}",
        Mode.CLOSED: "Closed",
    }[conversation.mode]
    return str(
        Markup(
            '<header class="sc-talk-head" data-conversation="{}">'
            '<button type="button" class="sc-back" data-open="" aria-label="Back to the list">←</button>'
            '<div><h1>{}</h1><p class="sc-mode sc-mode-{}"><i></i>{}</p></div></header>'
        ).format(conversation.id, name_of(customer), conversation.mode.value, speaking)
    )


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


def _item(store: Store, conversation: Conversation) -> Item:
    turns = store.conversations.turns(conversation.id, 20)
    customer = store.customers.get(conversation.customer_id) if conversation.customer_id else None
    said = next((turn.text for turn in reversed(turns) if turn.author == "customer"), "")
    waits = waits_since(turns) if conversation.mode is not Mode.BOT else None
    if conversation.mode is Mode.WAITING:
        waits = waits or conversation.updated_at
    return Item(conversation, name_of(customer), said, waits)


def _row(item: Item, opened: str, now: datetime) -> Markup:
    conversation = item.conversation
    waiting = item.waits_since is not None and conversation.mode in (Mode.WAITING, Mode.AGENT)
    when = ago(item.waits_since if waiting and item.waits_since else conversation.updated_at, now)
    return Markup(
        '<li><button type="button" data-open="{}" aria-current="{}" class="sc-mode-{}"><span class="sc-who"><i></i>{}'
        '<time class="{}">{}</time></span><span class="sc-said">{}</span></button></li>'
    ).format(
        conversation.id,
        str(conversation.id == opened).lower(),
        conversation.mode.value,
        item.name,
        "sc-waits" if waiting else "",
        f"waits {when}" if waiting else when,
        item.said or "…",
    )


def _reading(message: Heard, choices: Mapping[str, str]) -> Markup:
    named = choices if message.intent in choices else {message.intent: "", **choices}
    options = [
        Markup('<option value="{}" title="{}"{}>{}</option>').format(
            name, description, Markup(" selected") if name == message.intent else "", name.replace("_", " ")
        )
        for name, description in named.items()
    ]
    sure = "corrected" if message.corrected else f"{message.confidence:.0%} sure"
    return Markup(
        '<li><span class="sc-said">{}</span><select data-correct="{}" aria-label="What was meant">{}</select><small>{}</small></li>'
    ).format(message.text, message.turn, Markup("").join(options), sure)


def _orders(orders: Sequence[Order], currency: str) -> Markup:
    latest = sorted(orders, key=lambda order: (order.placed_at is not None, order.placed_at), reverse=True)[:5]
    rows = [
        Markup("<li><span>{}</span><span>{}</span><span>{}</span></li>").format(order.id, order.status, money(_total(order), currency))
        for order in latest
    ]
    return Markup('<ul class="sc-orders">{}</ul>').format(Markup("").join(rows)) if rows else Markup("")


def _total(order: Order) -> float:
    return sum(line.quantity * line.unit_price for line in order.lines)
