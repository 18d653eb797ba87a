"""What the desk's buttons do and how it is undone, without a browser; and who gets to the pages beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import Site, make_shop

from assistant.api import SESSION_COOKIE
from assistant.build import Shop
from assistant.desk import handoff
from assistant.errors import BadQuestion, NotAllowed
from assistant.store.records import Mode
from assistant.tokens import Tokens
from ui.deskwork import ACTS, Done, Hand
from ui.worklist import Worklist


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = make_shop(tmp_path / "shop")
    shop.store.conversations.start("c", "shopper", "c1")
    shop.store.conversations.append("c", "customer", "Where is my order W1001? This is far too late.")
    yield shop
    shop.close()


def act(shop: Shop, name: str, before: Done | None = None, *, agent: str = "mara", box: str = "", **data: Any) -> Done:
    conversation = shop.store.conversations.get("c")
    assert conversation is not None
    kept = before or Done()
    return ACTS[name](shop, Hand(agent, conversation, box, kept.inserted, kept.waved, kept.undo), data)


def mode(shop: Shop) -> Mode:
    conversation = shop.store.conversations.get("c")
    assert conversation is not None
    return conversation.mode


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        (("ask",), "take", Mode.AGENT),
        ((), "take", Mode.AGENT),
        (("take",), "back", Mode.BOT),
        (("take",), "queue", Mode.WAITING),
        (("take",), "close", Mode.CLOSED),
    ],
)
def test_every_move_can_be_taken_back(shop: Shop, before: tuple[str, ...], name: str, after: Mode) -> None:
    for step in before:
        if step == "ask":
            handoff.ask_for_person(shop.store, "c")
        else:
            act(shop, step)
    was = mode(shop)
    done = act(shop, name)
    assert mode(shop) is after
    assert act(shop, "undo", done).undo is None
    assert mode(shop) is was


def test_another_agents_conversation_stays_theirs(shop: Shop) -> None:
    act(shop, "take")
    for name in ("take", "back", "queue", "close"):
        with pytest.raises(NotAllowed):
            act(shop, name, agent="tom")
    with pytest.raises(NotAllowed):
        act(shop, "send", agent="tom", box="Hello.")
    with pytest.raises(BadQuestion, match="no colleague 'nobody'"):
        act(shop, "assign", to="nobody")


def test_a_suggestion_goes_into_the_box_and_what_is_sent_of_it_is_kept(shop: Shop) -> None:
    act(shop, "take")
    conversation = shop.store.conversations.get("c")
    assert conversation is not None
    (suggestion,) = shop.desk.suggest(conversation, shop.store.conversations.turns("c"))
    inserted = act(shop, "insert", n="0")
    assert (inserted.box, inserted.inserted) == (suggestion.text, 0)
    sent = act(shop, "send", inserted, box=f"{suggestion.text} My card: 4111 1111 1111 1111")
    assert (sent.box, sent.inserted) == ("", None)
    last = shop.store.conversations.turns("c")[-1]
    assert last.author == "agent:mara"
    assert "4111" not in last.text
    assert [used.outcome for used in shop.store.suggestions.used()] == ["edited"]


def test_a_suggestion_waved_away_is_kept_as_refused_and_comes_back(shop: Shop) -> None:
    act(shop, "take")
    conversation = shop.store.conversations.get("c")
    assert conversation is not None
    (suggestion,) = shop.desk.suggest(conversation, shop.store.conversations.turns("c"))
    done = act(shop, "refuse", n="0")
    assert done.waved == (suggestion.text,)
    assert [used.outcome for used in shop.store.suggestions.of_conversation("c")] == ["refused"]
    assert act(shop, "undo", done).waved == ()
    for bad in ("7", "-1", "x", None):
        with pytest.raises(BadQuestion, match="suggestion is gone"):
            act(shop, "insert", n=bad)


def test_notes_and_tags_are_masked_kept_and_taken_back(shop: Shop) -> None:
    done = act(shop, "note", text="  Card 4111 1111 1111 1111, call back  ")
    (note,) = shop.store.notes.of_conversation("c")
    assert "4111" not in note.text
    assert note.by == "mara"
    with pytest.raises(BadQuestion, match="not yours"):
        act(shop, "unnote", agent="tom", n=str(note.id))
    act(shop, "undo", done)
    assert shop.store.notes.of_conversation("c") == []
    for tag in ("Late  Parcel", "late parcel", " "):
        done = act(shop, "tag", tag=tag)
    assert shop.store.tags.of_conversation("c") == ["late parcel"]
    done = act(shop, "untag", tag="late parcel")
    assert shop.store.tags.of_conversation("c") == []
    act(shop, "undo", done)
    assert shop.store.tags.of_conversation("c") == ["late parcel"]


def test_a_macro_is_made_changed_removed_and_brought_back(shop: Shop) -> None:
    done = act(shop, "macro-save", title="Gift wrap", text="We wrap it, {first name}.")
    made = next(m for m in shop.desk.macros.all if m.title == "Gift wrap")
    assert act(shop, "macro", box="Hello!", id=made.id).box == "Hello!\nWe wrap it, Ada."
    changed = act(shop, "macro-save", id=made.id, title="Wrapping", text="We wrap.")
    assert act(shop, "undo", changed).undo is None
    assert next(m for m in shop.desk.macros.all if m.id == made.id).title == "Gift wrap"
    removed = act(shop, "unmacro", id=made.id)
    assert all(m.id != made.id for m in shop.desk.macros.all)
    act(shop, "undo", removed)
    assert any(m.id == made.id for m in shop.desk.macros.all)
    act(shop, "undo", done)
    assert all(m.id != made.id for m in shop.desk.macros.all)
    with pytest.raises(BadQuestion, match="title and a text"):
        act(shop, "macro-save", title="Empty", text=" ")


def test_shorter_and_friendlier_work_on_the_box_and_can_be_taken_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "reworded", lambda text, wish, message="": f"{wish}: {text}" if text != "Ok." else None, raising=False)
    done = act(shop, "shorter", box="A long reply.")
    assert done.box == "shorter: A long reply."
    assert act(shop, "undo", done).box == "A long reply."
    for text in ("", "Ok."):
        with pytest.raises(BadQuestion, match="nothing to make friendlier"):
            act(shop, "friendlier", box=text)


def test_the_queue_says_the_subject_the_mood_and_the_tags(shop: Shop) -> None:
    store = shop.store
    store.conversations.append("c", "bot", "It was shipped.", {"intent": "order_status", "status": "answered"})
    handoff.ask_for_person(store, "c")
    act(shop, "tag", tag="vip")
    heard: list[str] = []

    def mood(text: str) -> float:
        heard.append(text)
        return 0.9 if "too late" in text else 0.0

    worklist = Worklist(store, mood)
    html = worklist.queue("mara", "waiting", "c")
    for sign in ("order status", "upset", "vip", "Ada Byron"):
        assert sign in html
    worklist.queue("mara", "waiting", "c")
    assert len(heard) == 1, "what was read is kept until something happens"
    store.conversations.append("c", "customer", "Hello, anybody there?")
    worklist.queue("mara", "waiting", "c")
    assert len(heard) == 3


@pytest.mark.parametrize(
    ("method", "path", "open_to"),
    [
        ("GET", "/insights/service", {"manager"}),
        ("GET", "/desk/gaps", {"agent", "manager"}),
        ("POST", "/desk/gaps/aside", {"agent", "manager"}),
        ("POST", "/desk/gaps/approve", {"agent", "manager"}),
    ],
)
def test_the_pages_beside_the_desk_are_for_whose_they_are(site: Site, method: str, path: str, open_to: set[str]) -> None:
    tokens, accounts = Tokens(site.shop.store), site.shop.store.accounts
    for name in ("agent", "analyst", "manager"):
        account = accounts.get(name)
        assert account is not None
        cookies = {SESSION_COOKIE: tokens.session_of(account)}
        answer = httpx.request(method, f"{site.url}{path}", data={"asked": "[]"} if method == "POST" else None, cookies=cookies)
        assert (answer.status_code < 400 or answer.status_code == 422) == (name in open_to), (name, answer.status_code)
        if answer.status_code == 422:
            assert "needs a question and an answer" in answer.text
    assert httpx.request(method, f"{site.url}{path}").status_code == 401
