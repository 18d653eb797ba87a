"""The agents' desk: a queue, one open conversation, suggested replies, and the moves between bot and person.

Owns the page's widgets and events. Every handler asks `Access` for the account again; every move goes through
`assistant.desk.handoff`, which refuses what the state does not allow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr
from markupsafe import Markup

from assistant.accounts import DESK_ROLES
from assistant.api import MAX_TEXT
from assistant.desk import handoff
from assistant.privacy import mask
from assistant.store.records import Account, Conversation, Mode
from retrieval.errors import ShopclerkError
from ui.access import Access
from ui.render import Paper, thread
from ui.theme import script
from ui.worklist import CHANNEL, FILTERS, customer_card, heading, queue, readings_card, suggestions, summary_card

if TYPE_CHECKING:
    from assistant.build import Shop

POLL_S = 2.0
Move = Callable[..., Any]


class DeskPage:
    """The page's handlers over one shop.

    Args:
        shop: its store holds the conversations, its desk suggests replies.
        access: finds the account of a request.
    """

    def __init__(self, shop: Shop, access: Access) -> None:
        self._shop = shop
        self._access = access
        self._paper = Paper(shop.store, shop.settings.currency, "desk")

    def build(self) -> gr.Blocks:
        """The page's widgets and events."""
        events: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        html: dict[str, Any] = {"js_on_load": script("thread.js"), "apply_default_css": False}
        with gr.Blocks(title=f"Desk · {self._shop.settings.shop_name}", analytics_enabled=False, fill_width=True) as page:
            opened, chosen, seen = gr.State(""), gr.State("waiting"), gr.State("")
            gr.HTML(staff_top(self._shop.settings.shop_name, "Desk"), apply_default_css=False, elem_id="sc-top")
            with gr.Row(elem_id="sc-desk"):
                with gr.Column(elem_id="sc-list", elem_classes="sc-scrolls"):
                    worklist = gr.HTML("", **html)
                with gr.Column(elem_id="sc-open"):
                    head = gr.HTML("", **html)
                    with gr.Column(elem_id="sc-transcript", elem_classes="sc-scrolls"):
                        talk = gr.HTML("", **html)
                    with gr.Row(elem_id="sc-moves"):
                        take = gr.Button("Take over", variant="primary", size="sm", visible=False, elem_id="sc-take")
                        back = gr.Button("Hand back", size="sm", visible=False, elem_id="sc-back")
                        close = gr.Button("Close", size="sm", visible=False, elem_id="sc-close")
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
                with gr.Column(elem_id="sc-side", elem_classes="sc-scrolls"):
                    card = gr.HTML("", **html)
            timer = gr.Timer(POLL_S)
            shown = [worklist, head, talk, take, back, close, proposed, box, card, seen]
            page.load(self.show, [opened, chosen], shown, **events)
            timer.tick(self.poll, [opened, chosen, seen], shown, **events)
            for clickable in (worklist, head):
                clickable.open(self.open, [chosen], [opened, *shown], **events)
            worklist.filter(self.filter, [opened], [chosen, *shown], **events)
            proposed.insert(self.insert, None, box, **events)
            card.correct(self.correct, [opened, chosen], shown, **events)
            box.submit(self.send, [box, opened, chosen], shown, **events)
            take.click(self.take_over, [opened, chosen], [chosen, *shown], **events)
            back.click(self.hand_back, [opened, chosen], shown, **events)
            close.click(self.close, [opened, chosen], shown, **events)
        return page

    def show(self, opened: str, chosen: str, request: gr.Request) -> tuple[Any, ...]:
        """Everything anew."""
        return self._show(self._agent(request), opened, chosen)

    def poll(self, opened: str, chosen: str, seen: str, request: gr.Request) -> tuple[Any, ...]:
        """The queue anew; the open conversation only if something happened in it."""
        agent = self._agent(request)
        worklist = queue(self._shop.store, agent.username, chosen, opened)
        if _mark(self._conversation(opened)) == seen:
            return worklist, *(gr.skip(),) * 9
        shown = self._show(agent, opened, chosen)
        return *shown[:7], gr.update(visible=shown[7]["visible"]), *shown[8:]

    def open(self, chosen: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Open a conversation of the queue, or none. A look at a known customer is written down."""
        agent = self._agent(request)
        conversation = self._conversation(str(event._data.get("id", "")))
        if conversation and conversation.customer_id:
            self._shop.store.audit.append(agent.username, "customer_viewed", conversation.customer_id, conversation=conversation.id)
        opened = conversation.id if conversation else ""
        return opened, *self._show(agent, opened, chosen)

    def filter(self, opened: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Another tab of the queue."""
        name = event._data.get("name")
        chosen = name if name in FILTERS else "waiting"
        return chosen, *self._show(self._agent(request), opened, chosen)

    def insert(self, event: gr.EventData, request: gr.Request) -> str:
        """Put a suggestion into the box."""
        self._agent(request)
        return str(event._data.get("text", ""))[:MAX_TEXT]

    def correct(self, opened: str, chosen: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """What the customer meant, says the agent; kept for training."""
        turn, intent = event._data.get("turn"), str(event._data.get("intent", ""))
        number = turn if isinstance(turn, int) else 0
        return self._move(request, opened, chosen, lambda store, key, agent: self._shop.readings.correct(key, number, intent, agent))

    def send(self, text: str, opened: str, chosen: str, request: gr.Request) -> tuple[Any, ...]:
        """The agent's words to the customer."""
        if not text.strip():
            return (gr.skip(),) * 10
        return self._move(request, opened, chosen, lambda store, key, agent: handoff.say(store, key, agent, mask(text.strip())))

    def take_over(self, opened: str, chosen: str, request: gr.Request) -> tuple[Any, ...]:
        """From now on the agent speaks; the queue shows the agent's own."""
        return "mine", *self._move(request, opened, "mine", handoff.take_over)

    def hand_back(self, opened: str, chosen: str, request: gr.Request) -> tuple[Any, ...]:
        """The bot answers again."""
        return self._move(request, opened, chosen, handoff.hand_back)

    def close(self, opened: str, chosen: str, request: gr.Request) -> tuple[Any, ...]:
        """The matter is settled."""
        return self._move(request, opened, chosen, handoff.close)

    def _move(self, request: gr.Request, opened: str, chosen: str, move: Move) -> tuple[Any, ...]:
        agent = self._agent(request)
        try:
            move(self._shop.store, opened, agent.username)
        except ShopclerkError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return self._show(agent, opened, chosen)

    def _agent(self, request: gr.Request) -> Account:
        return self._access.staff(request, DESK_ROLES)

    def _conversation(self, id: str) -> Conversation | None:
        found = self._shop.store.conversations.get(id) if id else None
        return found if found and found.channel == CHANNEL else None

    def _show(self, agent: Account, opened: str, chosen: str) -> tuple[Any, ...]:
        store = self._shop.store
        conversation = self._conversation(opened)
        turns = store.conversations.turns(opened) if conversation else []
        mode = conversation.mode if conversation else None
        mine = mode is Mode.AGENT and conversation is not None and conversation.assignee == agent.username
        found = self._shop.desk.suggest(conversation, turns) if conversation and (mine or mode is Mode.WAITING) else ()
        return (
            queue(store, agent.username, chosen, opened),
            heading(store, conversation, agent.username),
            thread(self._paper, conversation, turns) if conversation else "",
            gr.update(visible=mode in (Mode.BOT, Mode.WAITING)),
            gr.update(visible=mine),
            gr.update(visible=mine or mode in (Mode.BOT, Mode.WAITING)),
            suggestions(found),
            gr.update(visible=mine, value=""),
            customer_card(store, conversation, self._shop.settings.currency)
            + summary_card(self._shop.desk.summary(turns))
            + readings_card(self._shop.readings.of(opened, turns), self._shop.readings.choices),
            _mark(conversation),
        )


def staff_top(shop: str, room: str) -> str:
    """The bar over the staff's rooms."""
    return str(
        Markup(
            '<header class="sc-top"><a class="sc-brand" href="."><span class="sc-mark"></span><span>{}</span>'
            '<span class="sc-room">{}</span></a><nav>'
            '<form method="post" action="/signout"><button type="submit" class="sc-quiet">Sign out</button></form></nav></header>'
        ).format(shop, room)
    )


def _mark(conversation: Conversation | None) -> str:
    return f"{conversation.updated_at.isoformat()} {conversation.mode}" if conversation else ""
