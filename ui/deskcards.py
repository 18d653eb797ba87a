"""What stands around the open conversation on the desk: its head, the suggested replies, and the cards beside it.

Reads the store and writes HTML; refuses to know about Gradio and about who may see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from markupsafe import Markup

from assistant.analyst.wording import money
from assistant.desk import Heard, Ready
from assistant.store import Store
from assistant.store.desk_records import Note
from assistant.store.records import Conversation, Customer, Mode, Order, OrderKind
from ui.worklist import CHANNEL, ago, name_of

PAST = 5
LONGEST_NOTE, LONGEST_TAG, LONGEST_MACRO = 2000, 30, 2000
_MOVES = {
    "take": ("Take over", "t", "sc-button sc-strong"),
    "back": ("Hand back", "b", "sc-button"),
    "queue": ("Put back", "q", "sc-button"),
    "close": ("Close", "c", "sc-button"),
}
_TITLES = {
    "take": "You answer from now on; the assistant is silent",
    "back": "The assistant answers again",
    "queue": "Back into the queue, for a colleague",
    "close": "The matter is settled",
}
SHORTCUTS = (
    ("j / k", "next, previous conversation"),
    ("[ / ]", "previous, next list"),
    ("t", "take over"),
    ("b", "hand back to the assistant"),
    ("q", "put back into the queue"),
    ("c", "close"),
    ("z", "undo"),
    ("r", "write a reply"),
    ("1 2 3", "put a suggestion into the box (in the box: Alt + 1 2 3)"),
    ("Shift + 1 2 3", "send a suggestion as it is"),
    ("m", "macros"),
    ("s / f", "make the reply shorter, friendlier"),
    ("n", "write a note"),
    ("g", "add a tag"),
    ("Esc", "leave the box"),
    ("?", "this help"),
)


class Suggested(Protocol):
    """A reply that the desk proposes."""

    @property
    def text(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def band(self) -> str: ...


def heading(store: Store, conversation: Conversation | None, agent: str, colleagues: Iterable[str] = (), undo: str = "") -> str:
    """Who is on the line, who speaks to them, and what can be done. `undo` says what was just done and can be taken back."""
    if conversation is None:
        words = Markup("Choose a conversation. Those who wait longest stand first.<br>Press <kbd>?</kbd> for the keyboard shortcuts.")
        return str(Markup('<section class="sc-nothing"><h1>Your desk</h1><p>{}</p>{}</section>').format(words, _help()))
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
            '<div class="sc-talk-who"><h1>{}</h1><p class="sc-mode sc-mode-{}"><i></i>{}</p></div>'
            '<button type="button" class="sc-button sc-aside" data-aside aria-label="Customer, notes and macros">Details</button>'
            '<div class="sc-moves">{}</div></header>{}{}'
        ).format(
            conversation.id,
            name_of(customer),
            conversation.mode.value,
            speaking,
            _moves(conversation, agent, colleagues),
            _undo(undo),
            _help(),
        )
    )


def allowed(conversation: Conversation, agent: str) -> tuple[str, ...]:
    """The moves that this agent can make now."""
    mine = conversation.mode is Mode.AGENT and conversation.assignee == agent
    return {
        Mode.BOT: ("take", "close"),
        Mode.WAITING: ("take", "close"),
        Mode.AGENT: ("back", "queue", "close") if mine else (),
        Mode.CLOSED: ("take",),
    }[conversation.mode]


def suggestions(found: Iterable[Suggested], *, may_send: bool) -> str:
    """The proposed replies: a click puts one into the box, another key sends it, a third waves it away."""
    cards = [
        Markup(
            '<li><button type="button" class="sc-put" data-act="insert" data-n="{n}" title="Put into the box ({key})">'
            '<span class="sc-suggested">{text}</span><span class="sc-from"><kbd>{key}</kbd><span class="sc-of">{source}{title}</span>'
            '<meter min="0" max="1" value="{c:.2f}" aria-hidden="true"></meter>'
            '<span title="{c:.0%} sure that this answers">{band}</span></span></button>{acts}</li>'
        ).format(
            n=n,
            key=n + 1,
            text=s.text,
            source=s.source,
            title=f" · {s.title}" if s.title else "",
            c=s.confidence,
            band=s.band,
            acts=_SUGGESTION_ACTS.format(n, n + 1) if may_send else "",
        )
        for n, s in enumerate(found)
    ]
    if not cards:
        return ""
    return str(Markup('<section class="sc-suggestions"><h2>Suggested replies</h2><ul>{}</ul></section>').format(Markup("").join(cards)))


def customer_card(store: Store, conversation: Conversation | None, currency: str, now: datetime | None = None) -> str:
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
    past = [c for c in store.conversations.of_customer(customer.id) if c.id != conversation.id and c.channel == CHANNEL]
    return str(
        Markup(
            '<section class="sc-person"><h2>{name}</h2><p class="sc-hint">{email}<br>{place}</p>'
            "<dl><div><dt>Orders</dt><dd>{count}</dd></div><div><dt>Value</dt><dd>{value}</dd></div>"
            "<div><dt>Earlier chats</dt><dd>{past}</dd></div></dl>{orders}{talks}</section>"
        ).format(
            name=name_of(customer),
            email=customer.email,
            place=_place(customer),
            count=len(orders),
            value=money(sum(_total(order) for order in orders), currency),
            past=len(past),
            orders=_orders(orders, currency),
            talks=_past(store, past[:PAST], now or datetime.now(UTC)),
        )
    )


def summary_card(summary: str) -> str:
    """The conversation in short, as `Name: words` lines."""
    lines = [line.partition(": ") for line in summary.splitlines()]
    shown = [Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, words) for name, _, words in lines]
    return str(Markup('<section class="sc-short"><h2>In short</h2><dl>{}</dl></section>').format(Markup("").join(shown))) if shown else ""


def tags_card(tags: Sequence[str], known: Sequence[str]) -> str:
    """The labels of a conversation, and a field for one more."""
    shown = [
        Markup('<li>{0}<button type="button" data-act="untag" data-tag="{0}" aria-label="Take off the tag {0}">×</button></li>').format(tag)
        for tag in tags
    ]
    options = [Markup('<option value="{}">').format(tag) for tag in known if tag not in tags]
    return str(
        Markup(
            '<section class="sc-short sc-tagging"><h2>Tags</h2><ul>{}</ul><form data-form="tag"><input name="tag" maxlength="{}" '
            'list="sc-known-tags" autocomplete="off" placeholder="Add a tag" aria-label="Add a tag" data-field="tag">'
            '<datalist id="sc-known-tags">{}</datalist></form></section>'
        ).format(Markup("").join(shown), LONGEST_TAG, Markup("").join(options))
    )


def notes_card(notes: Sequence[Note], agent: str, now: datetime | None = None) -> str:
    """What agents told each other about a conversation, and a field for more."""
    now = now or datetime.now(UTC)
    shown = [
        Markup("<li><p>{}</p><small>{} · {}{}</small></li>").format(
            note.text,
            note.by,
            ago(note.at, now),
            Markup(' <button type="button" class="sc-link" data-act="unnote" data-n="{}">Remove</button>').format(note.id)
            if note.by == agent
            else "",
        )
        for note in notes
    ]
    return str(
        Markup(
            '<section class="sc-short sc-notes"><h2>Notes <small>the customer does not see them</small></h2><ul>{}</ul>'
            '<form data-form="note"><textarea name="text" rows="2" maxlength="{}" placeholder="Write a note to your colleagues" '
            'aria-label="Note" data-field="note"></textarea><button type="submit" class="sc-button">Add note</button></form></section>'
        ).format(Markup("").join(shown), LONGEST_NOTE)
    )


def readings_card(heard: Iterable[Heard], choices: Mapping[str, str]) -> str:
    """What was understood of the customer's last messages, each with a list to choose what was meant instead."""
    items = [_reading(message, choices) for message in heard]
    if not items:
        return ""
    return str(Markup('<section class="sc-short sc-heard"><h2>Understood as</h2><ul>{}</ul></section>').format(Markup("").join(items)))


def macros_card(macros: Sequence[Ready], *, may_send: bool) -> str:
    """The ready replies, the most used first, to insert, change or remove, and a form for a new one."""
    rows = [_macro(macro, may_send) for macro in macros]
    return str(
        Markup(
            '<section class="sc-short"><details class="sc-macros" data-key="macros"><summary>Macros <small>{}</small></summary>'
            '<input type="search" data-find="macros" data-field="macro-find" placeholder="Find a macro" aria-label="Find a macro">'
            "<ul>{}</ul>"
            '<details data-key="new-macro"><summary>New macro</summary>{}</details></details></section>'
        ).format(len(macros), Markup("").join(rows), _macro_form("", "", ""))
    )


_SUGGESTION_ACTS = Markup(
    '<span class="sc-suggestion-acts"><button type="button" class="sc-quiet" data-act="sendnow" data-n="{0}" '
    'title="Send as it is (Shift + {1})" aria-label="Send suggestion {1}">Send</button>'
    '<button type="button" class="sc-quiet" data-act="refuse" data-n="{0}" title="No use here" '
    'aria-label="Wave suggestion {1} away">×</button></span>'
)


def _moves(conversation: Conversation, agent: str, colleagues: Iterable[str]) -> Markup:
    can = allowed(conversation, agent)
    buttons = [
        Markup('<button type="button" id="sc-{0}" class="{1}" data-act="{0}" title="{2} ({3})">{4}</button>').format(
            move, _MOVES[move][2], _TITLES[move], _MOVES[move][1], "Reopen" if conversation.mode is Mode.CLOSED else _MOVES[move][0]
        )
        for move in can
    ]
    options = [Markup("<option>{}</option>").format(name) for name in colleagues if name not in (agent, conversation.assignee)]
    if options and can:
        buttons.append(
            Markup('<select data-assign aria-label="Assign to a colleague"><option value="">Assign …</option>{}</select>').format(
                Markup("").join(options)
            )
        )
    return Markup("").join(buttons)


def _undo(done: str) -> Markup:
    if not done:
        return Markup("")
    return Markup(
        '<p class="sc-undo" role="status">{} <button type="button" class="sc-link" data-act="undo" title="z">Undo</button></p>'
    ).format(done)


def _help() -> Markup:
    rows = [Markup("<div><dt><kbd>{}</kbd></dt><dd>{}</dd></div>").format(key, does) for key, does in SHORTCUTS]
    return Markup(
        '<dialog class="sc-help" aria-label="Keyboard shortcuts"><h2>Keyboard shortcuts</h2><dl>{}</dl>'
        '<label class="sc-check"><input type="checkbox" data-keys checked> Single keys do something</label>'
        '<form method="dialog"><button class="sc-button">Close</button></form></dialog>'
    ).format(Markup("").join(rows))


def _macro(macro: Ready, may_send: bool) -> Markup:
    used = f"used {macro.uses} times" if macro.uses > 1 else "used once" if macro.uses else ""
    put = Markup('<button type="button" class="sc-link" data-act="macro" data-id="{}">Insert</button>').format(macro.id) if may_send else ""
    return Markup(
        '<li data-name="{find}"><details data-key="macro-{id}"><summary>{title} <small>{used}</small></summary>{form}'
        '<button type="button" class="sc-link" data-act="unmacro" data-id="{id}">Remove</button></details><p>{text}</p>{put}</li>'
    ).format(
        find=f"{macro.title} {macro.text}".lower(),
        id=macro.id,
        title=macro.title,
        used=used,
        form=_macro_form(macro.id, macro.title, macro.template),
        text=macro.text,
        put=put,
    )


def _macro_form(id: str, title: str, text: str) -> Markup:
    return Markup(
        '<form data-form="macro" class="sc-macro-form"><input type="hidden" name="id" value="{0}">'
        '<label>Title<input name="title" required maxlength="80" value="{1}" data-field="macro-title-{0}"></label>'
        '<label>Text<textarea name="text" required rows="4" maxlength="{3}" data-field="macro-text-{0}">{2}</textarea></label>'
        "<small>Slots: {{customer name}}, {{first name}}, {{greeting}}, {{order id}}, {{agent}}, {{shop}}, {{email}}</small>"
        '<button type="submit" class="sc-button">Save</button></form>'
    ).format(id, title, text, LONGEST_MACRO)


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


def _place(customer: Customer) -> str:
    return ", ".join(part for part in (customer.address.city, customer.address.country) if part)


def _past(store: Store, past: Sequence[Conversation], now: datetime) -> Markup:
    rows = [
        Markup('<li><button type="button" class="sc-link" data-open="{}">{}</button><small>{}</small></li>').format(
            c.id, _first_words(store, c), ago(c.updated_at, now)
        )
        for c in past
    ]
    return Markup('<ul class="sc-past">{}</ul>').format(Markup("").join(rows)) if rows else Markup("")


def _first_words(store: Store, conversation: Conversation) -> str:
    said = next((turn.text for turn in store.conversations.turns(conversation.id, 40) if turn.author == "customer"), "")
    return said if len(said) <= 60 else f"{said[:57].rsplit(' ', 1)[0]} …"


def _orders(orders: Sequence[Order], currency: str) -> Markup:
    latest = sorted(orders, key=lambda order: (order.placed_at is not None, order.placed_at), reverse=True)[:5]
    rows = [
        Markup("<li><span>{}</span><span>{}</span><span>{}</span></li>").format(order.id, order.status, money(_total(order), currency))
        for order in latest
    ]
    return Markup('<ul class="sc-orders">{}</ul>').format(Markup("").join(rows)) if rows else Markup("")


def _total(order: Order) -> float:
    return sum(line.quantity * line.unit_price for line in order.lines)
