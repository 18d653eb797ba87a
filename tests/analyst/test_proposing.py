"""A chat model may propose what a question means: linked, checked, said so, and never more than that."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage

from assistant.analyst.analyst import Analyst
from assistant.analyst.proposing import load_model
from assistant.config import Settings, StaffSettings
from assistant.errors import BadSettings
from assistant.types import Answer, Message, Role, Status

SAID: dict[str, Any] = {
    "understood": True,
    "tool": "series",
    "metric": "orders",
    "by": ["month"],
    "filters": [{"dimension": "country", "words": "Germany"}],
    "period_words": "2010",
}
QUESTION = "parcels hopping off to Germany monthwise throughout 2010, gimme the flurbles"


class ToolModel(FakeMessagesListChatModel):
    """A fake with structured output by tool calls, as providers' models have it; keeps what it was told."""

    told: list[list[BaseMessage]] = []  # noqa: RUF012 - a pydantic field

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Any:
        self.told.append(messages)
        return super()._generate(messages, *args, **kwargs)


def tool_model(said: Mapping[str, Any]) -> ToolModel:
    return ToolModel(responses=[AIMessage("", tool_calls=[{"name": "Question", "args": dict(said), "id": "1"}])])


def ask(folder: Path, model: Any, text: str = QUESTION, **staff: Any) -> Answer:
    settings = Settings(currency="GBP", staff=StaffSettings(parser="langchain:fake:fake", **staff))
    analyst = Analyst(folder, settings, model=(model, "fake:fake"))
    return analyst.reply(Message("1", "s", text, Role.STAFF), None, {})[0]


def plain(folder: Path, text: str) -> Answer:
    return Analyst(folder, Settings(currency="GBP")).reply(Message("1", "s", text, Role.STAFF), None, {})[0]


def test_a_proposal_is_linked_answered_and_said(shop_folder: Path) -> None:
    answer = ask(shop_folder, tool_model(SAID), "gimme the flurbles for Germany in 2010")
    assert answer.rows == plain(shop_folder, "orders in Germany in 2010 by month").rows
    assert "The model fake:fake proposed this reading" in answer.text
    assert any(stage == "proposed" for stage, _ in answer.trace)
    assert answer.receipt is not None


def test_a_model_without_structured_output_is_asked_for_json(shop_folder: Path) -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage(f"Here you are: {json.dumps(SAID)}")]))
    assert ask(shop_folder, model, "gimme the flurbles for Germany in 2010").status is Status.ANSWERED


@pytest.mark.parametrize(
    "change",
    [
        {"metric": "profit"},
        {"tool": "drop_table"},
        {"by": ["shoe_size"]},
        {"by": []},
        {"by": ["department"]},
        {"period_words": "2011"},
        {"period_words": "flurbles"},
        {"filters": [{"dimension": "country", "words": "France"}]},
        {"filters": [{"dimension": "country", "words": "flurbles"}]},
        {"understood": False},
        {"metric": None},
        {"filters": "Germany"},
    ],
)
def test_what_does_not_hold_leaves_our_own_answer(shop_folder: Path, change: dict[str, Any]) -> None:
    text = "gimme the flurbles for Germany in 2010"
    answer = ask(shop_folder, tool_model({**SAID, **change}), text)
    assert (answer.status, answer.text) == (Status.DECLINED, plain(shop_folder, text).text)


@pytest.mark.parametrize("content", ["", "no idea", "{not json}", "[1, 2]"])
def test_bad_json_leaves_our_own_answer(shop_folder: Path, content: str) -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage(content)]))
    assert ask(shop_folder, model).status is Status.DECLINED


def test_a_slow_model_is_not_waited_for(shop_folder: Path) -> None:
    answered, finished = threading.Event(), threading.Event()

    class Slow(ToolModel):
        def _generate(self, *args: Any, **kwargs: Any) -> Any:
            answered.wait(60)
            finished.set()
            return super()._generate(*args, **kwargs)

    assert ask(shop_folder, Slow(responses=[AIMessage("")]), parser_timeout_s=0.1).status is Status.DECLINED
    assert not finished.is_set()
    answered.set()


def test_only_words_and_names_leave_the_machine(shop_folder: Path) -> None:
    analyst = Analyst(shop_folder, Settings())
    customer = sorted(analyst.values.customers)[0]
    model = tool_model({**SAID, "tool": "metric", "by": [], "filters": [{"dimension": "customer", "words": "«customer 1»"}]})
    answer = ask(shop_folder, model, f"flurbles of customer {customer} in 2010, mail ann@example.com")
    told = json.dumps([str(m.content) for m in model.told[0]])
    assert customer not in told
    assert "ann@example.com" not in told
    assert not set(analyst.values.countries.values()) & set(told.split())
    assert answer.question is not None
    assert answer.question["filters"][0]["values"] == [customer]


def test_a_model_is_not_asked_where_we_understand_or_may_not(shop_folder: Path) -> None:
    model = tool_model(SAID)
    for text in ("orders in 2010", "delete all orders", "what is our margin", "sales in 2031"):
        ask(shop_folder, model, text)
    assert model.told == []


def test_what_a_role_may_not_see_is_neither_named_nor_answered(shop_folder: Path) -> None:
    model = tool_model({**SAID, "filters": []})
    answer = ask(shop_folder, model, "gimme the flurbles in 2010", denied={"analyst": ("orders",)})
    assert "orders (orders)" not in str(model.told[0][0].content)
    assert answer.status is Status.DECLINED


@pytest.mark.parametrize("setting", ["gpt", "langchain:gpt", "langchain:nobody:model"])
def test_a_wrong_setting_is_said(setting: str) -> None:
    with pytest.raises(BadSettings, match=r"staff\.parser"):
        load_model(setting, 1)
