"""Comparisons, thumbs with reasons, the question at the end of a chat, and taking the chat along."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from served import EVIL, Site

from assistant.config import Settings
from assistant.store.records import Conversation, Mode, Satisfaction, Turn
from ui import cards, feedback
from ui.access import CHAT_COOKIE

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CHAT = Conversation("c", "shopper", NOW, NOW)


def bot(intent: str) -> Turn:
    return Turn("c", 2, "bot", "...", NOW, {"intent": intent})


def test_a_comparison_marks_what_differs_and_says_what_is_not_stated() -> None:
    table = {"columns": ["Tent", EVIL], "rows": [["Weight", ["2 kg", "3 kg"]], ["Poles", ["", "steel"]]], "differing": ["Weight"]}
    html = str(cards.comparison(table))
    assert html.count("sc-differs") == 1
    assert "not stated" in html
    assert "<script>" not in html
    assert str(cards.comparison(None)) == ""


@pytest.mark.parametrize(
    ("intent", "mode", "asked"), [("goodbye", Mode.BOT, True), ("product_search", Mode.BOT, False), ("product_search", Mode.CLOSED, True)]
)
def test_the_question_comes_when_a_conversation_has_ended(intent: str, mode: Mode, asked: bool) -> None:
    chat = Conversation("c", "shopper", NOW, NOW, mode)
    assert ("How was this conversation?" in feedback.verdict_form(Settings(), chat, [bot(intent)], None)) is asked


def test_the_question_comes_once() -> None:
    assert "Thank you" in feedback.verdict_form(Settings(), CHAT, [bot("goodbye")], Satisfaction("c", 4, "", NOW))


def test_the_question_is_put_in_the_shops_own_words() -> None:
    own = Settings(lines={"verdict": "Wie war es?", "verdict_5": "Sehr gut", "verdict_thanks": "Danke!", "verdict_send": EVIL})
    html = feedback.verdict_form(own, CHAT, [bot("goodbye")], None)
    assert "Wie war es?" in html
    assert html.count("Sehr gut") == 2
    assert "<script>" not in html
    assert "Danke!" in feedback.verdict_form(own, CHAT, [bot("goodbye")], Satisfaction("c", 4, "", NOW))


def test_the_pressed_thumb_is_shown_again(site: Site) -> None:
    html = str(feedback.thumbs(4, cards.Markup("+"), cards.Markup("-"), -1))
    assert 'data-rate="-1" data-turn="4" aria-label="Not helpful" title="Not helpful" aria-pressed="true"' in html
    assert all(reason in html for reason in feedback.REASONS)


def test_a_shopper_takes_only_their_own_chat_along(site: Site) -> None:
    browser, stranger = TestClient(site.app), TestClient(site.app)
    browser.get("/")
    assert browser.get("/transcript").status_code == 404
    key = site.app.state.access.tokens.conversation_in(browser.cookies[CHAT_COOKIE], "web")
    site.shop.store.conversations.start(key, "shopper")
    site.shop.store.conversations.append(key, "customer", "do you have tents?")
    taken = browser.get("/transcript")
    assert taken.headers["content-type"].startswith("message/rfc822")
    assert "do you have tents?" in taken.text
    assert stranger.get("/transcript").status_code == 404
