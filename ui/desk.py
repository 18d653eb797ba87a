"""The agents' desk: a queue, one open conversation, suggested replies, and the moves between bot and person.

Owns the page's widgets and events. Every handler asks `Access` for the account again; every move goes through
`assistant.desk.handoff`, which refuses what the state does not allow. What a button does is in `ui.deskwork`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr
from markupsafe import Markup

from assistant.accounts import DESK_ROLES
from assistant.api import MAX_TEXT
from assistant.desk import Suggestion
from assistant.desk.handoff import AGENT_PREFIX
from assistant.store.records import Account, Conversation, Mode, Turn
from retrieval.errors import ShopclerkError
from ui.access import Access
from ui.deskcards import customer_card, heading, macros_card, notes_card, readings_card, suggestions, summary_card, tags_card
from ui.deskwork import ACTS, Hand, Undo
from ui.render import Paper, thread
from ui.theme import script
from ui.worklist import CHANNEL, FILTERS, Worklist

if TYPE_CHECKING:
    from assistant.build import Shop

POLL_S = 5.0
"""How often the page looks by itself. It is told at once (see `ui.live`) of what this process writes; this finds what others write."""


class DeskPage:
    """The page's handlers over one shop.

    Args:
        shop: its store holds the conversations, its desk suggests replies.
        access: finds the account of a request.
    """

    def __init__(self, shop: Shop, access: Access) -> None:
        self._shop = shop
        self._access = access
        self._paper = Paper(shop.store, shop.settings.currency, "desk", photos=shop.settings.pictures)
        self._worklist = Worklist(shop.store, lambda text: shop.mood(text) if shop.mood else 0.0)

    def build(self) -> gr.Blocks:
        """The page's widgets and events."""
        events: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        html: dict[str, Any] = {"js_on_load": script("thread.js"), "apply_default_css": False}
        with gr.Blocks(title=f"Desk · {self._shop.settings.shop_name}", analytics_enabled=False, fill_width=True) as page:
            opened, chosen, seen = gr.State(""), gr.State("waiting"), gr.State("")
            inserted, waved, undo = gr.State(None), gr.State(()), gr.State(None)
            gr.HTML(staff_top(self._shop.settings.shop_name, "Desk"), apply_default_css=False, elem_id="sc-top")
            with gr.Row(elem_id="sc-desk"):
                with gr.Column(elem_id="sc-list", elem_classes="sc-scrolls"):
                    worklist = gr.HTML("", **{**html, "js_on_load": html["js_on_load"] + script("desk.js")}, live="/desk/live")
                with gr.Column(elem_id="sc-open"):
                    head = gr.HTML("", **html)
                    with gr.Column(elem_id="sc-transcript", elem_classes="sc-scrolls"):
                        talk = gr.HTML("", **html)
                    proposed = gr.HTML("", **html)
                    box = gr.Textbox(
                        placeholder="Write to the customer",
                        label="Your reply",
                        show_label=False,
                        container=False,
                        submit_btn=True,
                        max_lines=8,
                        max_length=MAX_TEXT,
                        visible=False,
                        elem_id="sc-reply",
                    )
                    tools = gr.HTML(_TOOLS, visible=False, elem_id="sc-reply-tools", **html)
                with gr.Column(elem_id="sc-side", elem_classes="sc-scrolls"):
                    card = gr.HTML("", **html)
            timer = gr.Timer(POLL_S)
            shown = [worklist, head, talk, box, tools, card, seen]
            kept = [inserted, waved, undo]
            page.load(self.show, [opened, chosen], shown, **events)
            for look in (timer.tick, worklist.refresh):
                look(self.poll, [opened, chosen, seen, undo], shown, **events)
            seen.change(self.propose, [opened, waved], proposed, **events)
            for clickable in (worklist, head, card):
                clickable.open(self.open, [chosen], [opened, *kept, *shown], **events)
            worklist.filter(self.filter, [opened, undo], [chosen, *shown], **events)
            card.correct(self.correct, [opened, chosen], shown, **events)
            acting = [opened, chosen, box, *kept]
            for clickable in (head, proposed, tools, card):
                clickable.act(self.act, acting, [chosen, *kept, proposed, *shown], **events)
            box.submit(self.send, acting, [chosen, *kept, proposed, *shown], **events)
        return page

    def show(self, opened: str, chosen: str, request: gr.Request) -> tuple[Any, ...]:
        """Everything anew."""
        return self._show(self._agent(request), opened, chosen)

    def poll(self, opened: str, chosen: str, seen: str, undo: Undo | None, request: gr.Request) -> tuple[Any, ...]:
        """The queue anew; the open conversation only if something happened in it."""
        agent = self._agent(request)
        conversation = self._conversation(opened)
        if _mark(conversation) == seen:
            return self._worklist.queue(agent.username, chosen, opened), *(gr.skip(),) * 6
        if conversation and conversation.customer_id and conversation.customer_id not in seen:
            self._looked_at(agent, conversation)
        return self._show(agent, opened, chosen, undo)

    def propose(self, opened: str, waved: Sequence[str], request: gr.Request) -> str:
        """What the desk suggests to say; made apart, because it takes longer than the rest."""
        return self._suggestions(self._agent(request), opened, waved)

    def open(self, chosen: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Open a conversation of the queue, or none. A look at a known customer is written down."""
        agent = self._agent(request)
        conversation = self._conversation(str(event._data.get("id", "")))
        if conversation and conversation.customer_id:
            self._looked_at(agent, conversation)
        opened = conversation.id if conversation else ""
        shown = self._show(agent, opened, chosen)
        return opened, None, (), None, *shown[:3], {**shown[3], "value": ""}, *shown[4:]

    def filter(self, opened: str, undo: Undo | None, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Another tab of the queue."""
        name = event._data.get("name")
        chosen = name if name in FILTERS else "waiting"
        return chosen, *self._show(self._agent(request), opened, chosen, undo)

    def correct(self, opened: str, chosen: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """What the customer meant, says the agent; kept for training."""
        agent = self._agent(request)
        turn, intent = event._data.get("turn"), str(event._data.get("intent", ""))
        with _said_in_words():
            self._shop.readings.correct(opened, turn if isinstance(turn, int) else 0, intent, agent.username)
        return self._show(agent, opened, chosen)

    def send(
        self, opened: str, chosen: str, text: str, inserted: int | None, waved: Sequence[str], undo: Undo | None, request: gr.Request
    ) -> tuple[Any, ...]:
        """The agent's words to the customer."""
        return self._act("send", {}, (opened, chosen, text, inserted, waved, undo), request)

    def act(
        self,
        opened: str,
        chosen: str,
        text: str,
        inserted: int | None,
        waved: Sequence[str],
        undo: Undo | None,
        event: gr.EventData,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        """A button, a form or a key; `ui.deskwork` says what each does."""
        return self._act(str(event._data.get("do", "")), dict(event._data), (opened, chosen, text, inserted, waved, undo), request)

    def _act(self, name: str, data: dict[str, Any], state: tuple[Any, ...], request: gr.Request) -> tuple[Any, ...]:
        agent = self._agent(request)
        opened, chosen, text, inserted, waved, undo = state
        conversation = self._conversation(opened)
        act = ACTS.get(name)
        if conversation is None or act is None:
            return (gr.skip(),) * 12
        with _said_in_words():
            done = act(self._shop, Hand(agent.username, conversation, text or "", inserted, tuple(waved), undo), data)
        chosen = done.chosen or chosen
        shown = self._show(agent, opened, chosen, done.undo)
        box = shown[3] if done.box is None else {**shown[3], "value": done.box}
        return (
            chosen,
            done.inserted,
            done.waved,
            done.undo,
            self._suggestions(agent, opened, done.waved),
            *shown[:3],
            box,
            *shown[4:],
        )

    def _looked_at(self, agent: Account, conversation: Conversation) -> None:
        self._shop.store.audit.append(agent.username, "customer_viewed", conversation.customer_id or "", conversation=conversation.id)

    def _agent(self, request: gr.Request) -> Account:
        return self._access.staff(request, DESK_ROLES)

    def _conversation(self, id: str) -> Conversation | None:
        found = self._shop.store.conversations.get(id) if id else None
        return found if found and found.channel == CHANNEL else None

    def _suggestions(self, agent: Account, opened: str, waved: Sequence[str]) -> str:
        conversation = self._conversation(opened)
        turns = self._shop.store.conversations.turns(opened) if conversation else []
        if conversation is None or conversation.mode not in (Mode.WAITING, Mode.AGENT) or _answered(turns):
            return ""
        mine = _held_by(conversation, agent)
        if not mine and conversation.mode is Mode.AGENT:
            return ""
        found: list[Suggestion] = [s for s in self._shop.desk.suggest(conversation, turns) if s.text not in waved]
        return suggestions(found, may_send=mine)

    def _show(self, agent: Account, opened: str, chosen: str, undo: Undo | None = None) -> tuple[Any, ...]:
        store, desk = self._shop.store, self._shop.desk
        conversation = self._conversation(opened)
        turns = store.conversations.turns(opened) if conversation else []
        mine = conversation is not None and _held_by(conversation, agent)
        side = [_SHUT, customer_card(store, conversation, self._shop.settings.currency), summary_card(desk.summary(turns))]
        if conversation is not None:
            side += [
                tags_card(store.tags.of_conversation(opened), store.tags.in_use()),
                notes_card(store.notes.of_conversation(opened), agent.username),
                readings_card(self._shop.readings.of(opened, turns), self._shop.readings.choices),
                macros_card(desk.ready(conversation, turns), may_send=mine),
            ]
        colleagues = [a.username for a in store.accounts.all() if a.role in DESK_ROLES and not a.disabled]
        return (
            self._worklist.queue(agent.username, chosen, opened),
            heading(store, conversation, agent.username, colleagues, undo["said"] if undo else ""),
            thread(self._paper, conversation, turns) if conversation else "",
            gr.update(visible=mine),
            gr.update(visible=mine),
            "".join(side),
            _mark(conversation),
        )


class _said_in_words:  # noqa: N801 - reads as a phrase where it is used
    """What our own errors say, shown to the person; anything else is a fault of ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ShopclerkError):
            raise gr.Error(str(error), print_exception=False) from error


def staff_top(shop: str, room: str) -> str:
    """The bar over the staff's rooms."""
    return str(
        Markup(
            '<header class="sc-top"><a class="sc-brand" href="."><span class="sc-mark"></span><span>{}</span>'
            '<span class="sc-room">{}</span></a><nav><a class="sc-quiet" href="/desk/gaps">FAQ gaps</a>'
            '<button type="button" class="sc-quiet" data-help aria-label="Keyboard shortcuts">?</button>'
            '<a class="sc-quiet sc-wide" href="/account">Account</a>'
            '<form method="post" action="/signout"><button type="submit" class="sc-quiet">Sign out</button></form></nav></header>'
        ).format(shop, room)
    )


_SHUT = '<button type="button" class="sc-aside-shut" data-aside aria-label="Close the details">×</button>'
_TOOLS = (
    '<div class="sc-reply-tools"><button type="button" class="sc-quiet" data-act="shorter" title="Leave out what is not needed (s)">'
    'Shorter</button><button type="button" class="sc-quiet" data-act="friendlier" title="Add a greeting or a closing (f)">'
    "Friendlier</button></div>"
)


def _held_by(conversation: Conversation, agent: Account) -> bool:
    return conversation.mode is Mode.AGENT and conversation.assignee == agent.username


def _answered(turns: Sequence[Turn]) -> bool:
    """Whether an agent has had the last word."""
    last = next((turn.author for turn in reversed(turns) if turn.author != "system"), "")
    return last.startswith(AGENT_PREFIX)


def _mark(conversation: Conversation | None) -> str:
    return f"{conversation.id} {conversation.updated_at.isoformat()} {conversation.mode} {conversation.customer_id}" if conversation else ""
