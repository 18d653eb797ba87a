"""The shopper's page: a chat that needs no sign-in, with product cards, sources, thumbs and a way to a person.

Owns the page's widgets and what happens on each event. What is said is decided by `Shop.answer`, how it looks by `render`,
who is asking by `access`. While a person has the conversation the page only listens.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import gradio as gr
from markupsafe import Markup

from assistant.api import MAX_TEXT
from assistant.desk import handoff
from assistant.shopper.lines import line
from assistant.store.records import Conversation, Mode, Turn
from assistant.types import Message
from ui import feedback
from ui.access import Access
from ui.render import FAILED, Paper, growing, thread, welcome
from ui.theme import script

if TYPE_CHECKING:
    from assistant.build import Shop
    from assistant.config import Settings
    from assistant.store import Store

POLL_BOT_S, POLL_PERSON_S = 10.0, 3.0
"""How often the page looks by itself. It is told at once (see `ui.live`) of what this process writes; this finds what others write."""
WORDS_S = 0.03
"""Between two steps of an answer that is being said; eight steps at most."""
_TOP = Markup(
    '<header class="sc-top"><a class="sc-brand" href="/"><span class="sc-mark"></span><span>{}</span></a><nav>'
    '<button type="button" class="sc-quiet" data-person aria-label="Talk to a person">'
    '<span class="sc-wide">Talk to a person</span><span class="sc-narrow">A person</span></button>'
    '<form method="post" action="/new"><button type="submit" class="sc-quiet">New chat</button></form></nav></header>'
)
_JS_TOP = "element.addEventListener('click', (event) => { if (event.target.closest('[data-person]')) trigger('person'); });"


class ShopperPage:
    """The page's handlers over one shop.

    Args:
        shop: answers and keeps the turns.
        access: finds the conversation of a request.
    """

    def __init__(self, shop: Shop, access: Access) -> None:
        self._shop = shop
        self._access = access
        self._paper = Paper(shop.store, shop.settings.currency, photos=shop.settings.pictures)

    def build(self) -> gr.Blocks:
        """The page's widgets and events."""
        events: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        with gr.Blocks(title=self._shop.settings.shop_name, analytics_enabled=False, fill_width=True) as page:
            seen = gr.State("")
            top = gr.HTML(_TOP.format(self._shop.settings.shop_name), js_on_load=_JS_TOP, apply_default_css=False, elem_id="sc-top")
            talk = gr.HTML("", js_on_load=script("thread.js"), apply_default_css=False, elem_id="sc-talk", live="/live")
            with gr.Row(elem_id="sc-composer"):
                box = gr.Textbox(
                    placeholder="Ask about a product or an order",
                    label="Your message",
                    show_label=False,
                    submit_btn=True,
                    max_lines=6,
                    max_length=MAX_TEXT,
                    container=False,
                    autofocus=True,
                )
                gr.HTML(self._small_print(), apply_default_css=False, elem_id="sc-foot")
            timer = gr.Timer(POLL_BOT_S)
            shown = [talk, seen, timer]
            page.load(self.load, None, shown, **events)
            typed = box.submit(self.say, [box], [box, *shown], trigger_mode="multiple", **events)
            for asked in (typed, talk.say(self.choose, None, shown, **events)):
                asked.failure(self.recover, None, shown, **events)
            talk.rate(self.rate, None, None, **events)
            talk.verdict(self.judge, None, shown, **events)
            top.person(self.ask_for_person, None, shown, **events)
            timer.tick(self.poll, [seen], shown, **events)
            talk.refresh(self.refresh, [seen], shown, **events)
        return page

    def load(self, request: gr.Request) -> tuple[Any, ...]:
        """What was said before, or a welcome."""
        return self._show(self._access.shopper_conversation(request))

    def say(self, text: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """A typed message: shown at once with a sign of work, then with the answer as it is said.

        The box is emptied once, at the start: what is typed meanwhile is the next message.
        """
        key = self._access.shopper_conversation(request)
        text = text.strip()
        if not text:
            yield "", *(gr.skip(),) * 3
            return
        conversation, turns = self._read(key)
        with_bot = conversation is None or conversation.mode in (Mode.BOT, Mode.CLOSED)
        yield "", thread(self._paper, conversation, turns, pending=text) if with_bot else gr.skip(), gr.skip(), gr.skip()
        answer = self._shop.answer(Message(uuid4().hex, key, text))
        for said in growing(answer.text) if with_bot else ():
            yield gr.skip(), thread(self._paper, conversation, turns, pending=text, saying=said), gr.skip(), gr.skip()
            time.sleep(WORDS_S)
        yield gr.skip(), *self._show(key)

    def recover(self, request: gr.Request) -> tuple[Any, ...]:
        """After an error: what is stored, and a word about it in place of an endless sign of work."""
        key = self._access.shopper_conversation(request)
        conversation, turns = self._read(key)
        return thread(self._paper, conversation, turns, notice=FAILED), *self._show(key)[1:]

    def choose(self, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """A clicked reply is a message like any other; what stands in the box stays there."""
        for _, *shown in self.say(str(event._data.get("text", ""))[:MAX_TEXT], request):
            yield tuple(shown)

    def rate(self, event: gr.EventData, request: gr.Request) -> None:
        """A thumb up or down on one of the bot's answers."""
        key = self._access.shopper_conversation(request)
        feedback.keep_rating(self._shop.store, key, event._data)

    def judge(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """What the shopper says of the whole conversation."""
        key = self._access.shopper_conversation(request)
        feedback.keep_verdict(self._shop.store, key, event._data)
        return self._show(key)

    def ask_for_person(self, request: gr.Request) -> tuple[Any, ...]:
        """Put the conversation in the desk's queue; the bot is silent from here on."""
        key = self._access.shopper_conversation(request)
        handoff.ask_for_person(self._shop.store, key)
        return self._show(key)

    def poll(self, seen: str, request: gr.Request) -> tuple[Any, ...]:
        """What others said meanwhile; nothing is sent while nothing happened."""
        key = self._access.shopper_conversation(request)
        conversation = self._shop.store.conversations.get(key)
        return (gr.skip(),) * 3 if _mark(conversation) == seen else self._show(key)

    def refresh(self, seen: str, request: gr.Request) -> tuple[Any, ...]:
        """What a person said meanwhile, at once. The bot's own answers come from `say`, word by word, and are not overtaken here."""
        key = self._access.shopper_conversation(request)
        return self.poll(seen, request) if by_a_person(self._shop.store, key) else (gr.skip(),) * 3

    def _read(self, id: str) -> tuple[Conversation | None, list[Turn]]:
        conversation = self._shop.store.conversations.get(id)
        return conversation, self._shop.store.conversations.turns(id) if conversation else []

    def _show(self, id: str) -> tuple[Any, ...]:
        conversation, turns = self._read(id)
        with_person = conversation is not None and conversation.mode in (Mode.WAITING, Mode.AGENT)
        html = drawn(self._shop, conversation, turns) if turns else self._welcome()
        return html, _mark(conversation), gr.Timer(POLL_PERSON_S if with_person else POLL_BOT_S)

    def _small_print(self) -> str:
        """The privacy notice, and the way to take the conversation along."""
        settings = self._shop.settings
        notice = settings.privacy_notice.replace("{days}", str(settings.retention_days))
        keep = line("transcript_link", settings)
        return str(Markup('<p class="sc-small">{} <a href="/transcript" download>{}</a></p>').format(notice, keep))

    def _welcome(self) -> str:
        settings = self._shop.settings
        return welcome(f"Welcome to {settings.shop_name}", first_words(settings), prompts(self._shop.store))


def drawn(shop: Shop, conversation: Conversation | None, turns: Sequence[Turn]) -> str:
    """A shopper's conversation as the page shows it."""
    store, id = shop.store, conversation.id if conversation else ""
    paper = Paper(store, shop.settings.currency, rated=feedback.ratings(store, id), photos=shop.settings.pictures)
    return thread(paper, conversation, turns, after=feedback.verdict_form(shop.settings, conversation, turns, store.satisfaction.get(id)))


def by_a_person(store: Store, id: str) -> bool:
    """Whether the last turn is not the bot's, whose answers the page shows word by word as they come."""
    turns = store.conversations.turns(id, 1)
    return bool(turns) and turns[-1].author != "bot"


def first_words(settings: Settings) -> str:
    """What the clerk says before anybody has asked anything."""
    return settings.shopper.greeting or "I know every product, every policy and your orders. What can I do for you?"


def prompts(store: Store) -> list[str]:
    """Questions to click where nothing was asked yet."""
    looking = [f"What do you have in {style.lower()}?" for style in store.catalogue.categories()[:2]]
    return [*looking, "Where is my order?", "What is your return policy?"]


def _mark(conversation: Conversation | None) -> str:
    return f"{conversation.updated_at.isoformat()} {conversation.mode}" if conversation else ""
