"""The staff's page: a question, its figure, a chart, a table, and the receipt that says how the figure came about.

Owns the page's widgets and events. The conversation stands on one side, the sheet of one of its answers on the other; what
is on the sheet is read from the stored answer. Every handler asks `Access` for the account again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import gradio as gr
from markupsafe import Markup

from assistant.accounts import INSIGHTS_ROLES
from assistant.analyst import charts
from assistant.analyst.mending import Chosen
from assistant.analyst.saved import SavedQuestions, worded
from assistant.analyst.synonyms import take_up
from assistant.api import MAX_TEXT
from assistant.errors import BadQuestion
from assistant.store.records import Account, Turn
from assistant.types import Message, Role
from ui import sheet
from ui.access import Access
from ui.dashboard import saved_choices
from ui.feedback import keep_rating
from ui.render import FAILED, Paper, thread, welcome
from ui.theme import script
from ui.understood import understood

if TYPE_CHECKING:
    from assistant.build import Shop

EXAMPLES = (
    "What were net sales last month?",
    "Top 10 products by net sales this year",
    "Sales by month",
    "Which countries brought the most orders last quarter?",
    "How do sales this year compare with last year?",
    "Average order value by weekday",
)
MAIN, GRID, CHART_HEIGHT = "#4a8f7b", "rgba(138,132,120,.18)", 320
"""The bars' colour stands 3:1 against the light and the dark paper."""
_TOP = Markup(
    '<header class="sc-top"><a class="sc-brand" href="."><span class="sc-mark"></span><span>{}</span>'
    '<span class="sc-room">Insights</span></a><nav><a class="sc-quiet" href="/insights/board">Dashboard</a>'
    '<form method="post" action="/insights/new"><button type="submit" class="sc-quiet">New chat</button></form>'
    '<a class="sc-quiet sc-wide" href="/account">Account</a>'
    '<form method="post" action="/signout"><button type="submit" class="sc-quiet">Sign out</button></form></nav></header>'
)


class InsightsPage:
    """The page's handlers over one shop.

    Args:
        shop: answers and keeps the turns.
        access: finds the account of a request, and its conversation.
    """

    def __init__(self, shop: Shop, access: Access) -> None:
        self._shop = shop
        self._access = access
        self._paper = Paper(shop.store, shop.settings.currency, "insights")

    def build(self) -> gr.Blocks:
        """The page's widgets and events."""
        events: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        html: dict[str, Any] = {"js_on_load": script("thread.js"), "apply_default_css": False}
        with gr.Blocks(title=f"Insights · {self._shop.settings.shop_name}", analytics_enabled=False, fill_width=True) as page:
            gr.HTML(_TOP.format(self._shop.settings.shop_name), apply_default_css=False, elem_id="sc-top")
            with gr.Row(elem_id="sc-insights"):
                with gr.Column(elem_id="sc-asking"):
                    with gr.Column(elem_id="sc-questions", elem_classes="sc-scrolls"):
                        talk = gr.HTML("", **html)
                    box = gr.Textbox(
                        placeholder="Ask about sales, orders or reviews",
                        label="Your question",
                        show_label=False,
                        container=False,
                        submit_btn=True,
                        max_lines=4,
                        max_length=MAX_TEXT,
                        autofocus=True,
                    )
                with gr.Column(elem_id="sc-answer", elem_classes="sc-scrolls"):
                    headline = gr.HTML("", **html)
                    meaning = gr.HTML("", **html)
                    chart = gr.Plot(None, show_label=False, container=False, visible=False, elem_id="sc-chart", buttons=[])
                    table = gr.HTML("", **html)
                    receipt = gr.HTML("", **html)
            shown = [headline, meaning, chart, table, receipt]
            page.load(self.load, None, [talk, *shown], **events)
            for asked in (
                box.submit(self.ask, [box], [box, talk, *shown], trigger_mode="multiple", **events),
                talk.say(self.choose, None, [talk, *shown], **events),
            ):
                asked.failure(self.recover, None, talk, **events)
            talk.sheet(self.open_sheet, None, shown, **events)
            headline.keep(self.keep, None, headline, **events)
            meaning.mend(self.mend, None, [talk, *shown], **events)
            meaning.learn(self.learn, None, meaning, **events)
            talk.rate(self.rate, None, None, **events)
        return page

    def load(self, request: gr.Request) -> tuple[Any, ...]:
        """The conversation so far, with the sheet of its last answer."""
        account, key = self._who(request)
        return self._show(key, account)

    def ask(self, text: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """A typed question. The box is emptied once, at the start: what is typed meanwhile is the next question."""
        account, key = self._who(request)
        text = text.strip()
        if not text:
            yield "", *(gr.skip(),) * 6
            return
        yield "", thread(self._paper, None, self._turns(key), pending=text), *(gr.skip(),) * 5
        self._shop.answer(Message(uuid4().hex, key, text, Role.STAFF, account_role=account.role.value))
        yield gr.skip(), *self._show(key, account)

    def recover(self, request: gr.Request) -> str:
        """After an error: what is stored, and a word about it in place of an endless sign of work."""
        _, key = self._who(request)
        return thread(self._paper, None, self._turns(key), notice=FAILED)

    def choose(self, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """A clicked example, follow-up or saved question is a question like any other; a saved one may be several, a line each."""
        for text in str(event._data.get("text", ""))[:MAX_TEXT].splitlines():
            for _, *shown in self.ask(text, request):
                yield tuple(shown)

    def open_sheet(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """The sheet of an earlier answer."""
        account, key = self._who(request)
        return self._sheet(self._turns(key), event._data.get("turn"), account)

    def keep(self, event: gr.EventData, request: gr.Request) -> str:
        """Save the question of an answer for the shop's staff, or pin it as well."""
        account, key = self._who(request)
        turns, pinned = self._turns(key), bool(event._data.get("pin"))
        found = next((i for i, turn in enumerate(turns) if turn.number == event._data.get("turn")), None)
        record = turns[found].answer if found is not None else None
        if found is None or not record or not record.get("question") or record.get("status") != "answered":
            raise gr.Error("This answer cannot be saved. Ask the question again.", print_exception=False)
        texts = [turn.text for turn in turns[:found] if turn.author == "staff"]
        saved = worded(texts, record["question"], self._shop.analyst, account.role.value)
        SavedQuestions(self._shop.store.folder).keep(replace(saved, pinned=pinned, saved_by=account.username))
        words = "Pinned to the dashboard." if pinned else "Saved for everybody at the shop."
        return sheet.headline(record, texts[-1], self._shop.settings.currency, turns[found].number, words)

    def mend(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Answer a question as it was corrected on its sheet."""
        account, key = self._who(request)
        try:
            self._shop.mend(key, int(event._data.get("turn", 0)), _chosen(event._data), account)
        except (BadQuestion, ValueError, TypeError) as error:
            raise gr.Error(str(error), title="Not answered", print_exception=False) from error
        return self._show(key, account)

    def learn(self, event: gr.EventData, request: gr.Request) -> str:
        """Take up a word that corrections taught."""
        account, key = self._who(request)
        found = next((p for p in self._shop.analyst.proposals() if p.phrase == event._data.get("phrase")), None)
        if found is None:
            raise gr.Error("That word is known already.", print_exception=False)
        take_up(self._shop.analyst.own_words, found)
        self._shop.store.audit.append(account.username, "word_learnt", found.phrase, target=found.target)
        turns = self._turns(key)
        at = next((i for i, turn in enumerate(turns) if turn.number == event._data.get("turn")), len(turns) - 1)
        return self._understood(turns, at, account)

    def rate(self, event: gr.EventData, request: gr.Request) -> None:
        """A thumb up or down on one of the answers."""
        _, key = self._who(request)
        keep_rating(self._shop.store, key, event._data)

    def _who(self, request: gr.Request) -> tuple[Account, str]:
        account = self._access.staff(request, INSIGHTS_ROLES)
        return account, self._access.staff_conversation(request, account)

    def _turns(self, id: str) -> list[Turn]:
        return self._shop.store.conversations.turns(id)

    def _show(self, id: str, account: Account) -> tuple[Any, ...]:
        turns = self._turns(id)
        if not turns:
            words = "Ask in your own words. Every figure comes with its receipt: what it means, what was counted, and how fresh it is."
            kept = saved_choices(SavedQuestions(self._shop.store.folder).all())
            return welcome("What would you like to know?", words, EXAMPLES, kept), *self._sheet((), None, account)
        last = next((t.number for t in reversed(turns) if t.author == "bot"), None)
        return thread(self._paper, None, turns), *self._sheet(turns, last, account)

    def _understood(self, turns: Sequence[Turn], found: int, account: Account) -> str:
        """What an answer's question was understood as, and what was learnt from the words of this conversation."""
        record, analyst = turns[found].answer or {}, self._shop.analyst
        if not record.get("question"):
            return ""
        said = {turn.text for turn in turns if turn.author == "staff"}
        learnt = [p for p in analyst.proposals() if p.text in said]
        return understood(record, analyst.form(record, account.role.value), turns[found].number, learnt)

    def _sheet(self, turns: Sequence[Turn], number: Any, account: Account) -> tuple[Any, ...]:
        found = next((i for i, turn in enumerate(turns) if turn.number == number and turn.answer), None)
        if found is None:
            return sheet.EMPTY, "", gr.Plot(None, visible=False), "", ""
        record = turns[found].answer or {}
        question = turns[found - 1].text if found else ""
        currency = self._shop.settings.currency
        figure = _figure(record)
        return (
            sheet.headline(record, question, currency, turns[found].number),
            self._understood(turns, found, account),
            gr.Plot(figure, visible=figure is not None),
            sheet.table(record, turns[found].number, currency),
            sheet.receipt(record),
        )


def _chosen(data: Mapping[str, Any]) -> Chosen:
    """What the sheet's form sent."""
    return Chosen(
        metric=str(data.get("metric", "")),
        by=str(data.get("by", "")),
        periods=tuple((str(first), str(last)) for first, last in data.get("periods", ())),
        kept=tuple(int(n) for n in data.get("kept", ())),
        added=tuple((str(dimension), str(value)[:200], bool(negated)) for dimension, value, negated in data.get("added", ())),
    )


def _figure(record: Mapping[str, Any]) -> Any:
    """The stored chart as a Plotly figure, in colours that stand on light and dark paper alike."""
    if not record.get("chart"):
        return None
    import plotly.graph_objects as go

    chart = json.loads(json.dumps(record["chart"]).replace(charts.MAIN, MAIN))
    figure = go.Figure(chart, skip_invalid=True)
    font = {"family": "'Source Sans Pro', system-ui, sans-serif", "size": 13, "color": "#8a8478"}
    figure.update_layout(paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", font=font, title=None, dragmode=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 12, "b": 8}, height=figure.layout.height or CHART_HEIGHT)
    figure.update_xaxes(gridcolor=GRID, automargin=True)
    figure.update_yaxes(gridcolor=GRID, automargin=True, zeroline=False)
    return figure
