"""Customers read the name that an agent chose and never the login; a move taken back at once leaves no line behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.accounts import LONGEST_SHOWN, Accounts
from assistant.api.forms import Said
from assistant.config import Settings
from assistant.desk import handoff
from assistant.errors import NotAllowed, StoreError
from assistant.store import Store
from assistant.store.accounts import COLLEAGUE
from assistant.store.records import Account, AccountRole, Mode
from assistant.transcript import transcript
from ui.render import Paper, thread

LOGIN = "mara.lindqvist@example.com"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as store:
        store.accounts.add(Account(LOGIN, "!", AccountRole.AGENT, datetime.now(UTC)))
        store.conversations.start("c", "shopper")
        store.conversations.append("c", "customer", "Is anybody there?")
        handoff.ask_for_person(store, "c")
        yield store


def lines(store: Store) -> list[str]:
    return [turn.text for turn in store.conversations.turns("c") if turn.author == "system" and turn.text]


def everything_shown(store: Store) -> str:
    """What a customer can get to see: the page, the API, the file to keep."""
    conversation, turns = store.conversations.get("c"), store.conversations.turns("c")
    said = [Said.of(turn, store.accounts.shown).model_dump_json() for turn in turns]
    return thread(Paper(store, "EUR"), conversation, turns) + "".join(said) + transcript(store, "c", Settings()).decode()


@pytest.mark.parametrize(("chosen", "shown"), [("", COLLEAGUE), ("Mara", "Mara"), ("  Mara   Lind-O’Hara ", "Mara Lind-O’Hara")])
def test_customers_read_the_chosen_name_and_never_the_login(store: Store, chosen: str, shown: str) -> None:
    Accounts(store).call(LOGIN, chosen, LOGIN)
    handoff.take_over(store, "c", LOGIN)
    handoff.say(store, "c", LOGIN, "Yes, I am.")
    seen = everything_shown(store)
    assert LOGIN not in seen
    assert "mara.lindqvist" not in seen.lower()
    assert f"You are talking with {shown}." in seen
    assert lines(store)[-1] == f"{shown[:1].upper()}{shown[1:]} from our team has joined the conversation."
    assert store.audit.recent(3)[-1].action in ("account_named", "person_requested")


def test_the_desk_sees_who_it_was(store: Store) -> None:
    handoff.take_over(store, "c", LOGIN)
    handoff.say(store, "c", LOGIN, "Yes, I am.")
    assert LOGIN in thread(Paper(store, "EUR", "desk"), store.conversations.get("c"), store.conversations.turns("c"))


@pytest.mark.parametrize("name", ["M" * (LONGEST_SHOWN + 1), "<b>Mara</b>", "Mara\u202e", "mara@example.com"])
def test_what_is_no_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(NotAllowed, match="at most 40 letters"):
        Accounts(store).call(LOGIN, name)
    with pytest.raises(StoreError, match="no account 'nobody'"):
        Accounts(store).call("nobody", "Nell")


def test_a_take_over_taken_back_at_once_leaves_no_line(store: Store) -> None:
    before = lines(store)
    handoff.take_over(store, "c", LOGIN)
    back = handoff.take_back(store, "c", LOGIN, Mode.WAITING)
    assert (back.mode, back.assignee) == (Mode.WAITING, None)
    assert lines(store) == before
    assert [s.event for s in store.switches.of_conversation("c")][-2:] == ["conversation_taken", "conversation_put_back"]
    next_turn = store.conversations.append("c", "customer", "Hello?")
    assert next_turn.number == max(turn.number for turn in store.conversations.turns("c")), "no number is given twice"


@pytest.mark.parametrize("move", [handoff.close, handoff.hand_back, handoff.put_back])
def test_every_move_of_ones_own_can_be_taken_back_without_a_word(store: Store, move: object) -> None:
    handoff.take_over(store, "c", LOGIN)
    handoff.say(store, "c", LOGIN, "Yes, I am.")
    before = lines(store)
    move(store, "c", LOGIN)  # type: ignore[operator]
    assert handoff.take_back(store, "c", LOGIN, Mode.AGENT).assignee == LOGIN
    assert lines(store) == before


def test_where_somebody_spoke_meanwhile_the_customer_is_told(store: Store) -> None:
    handoff.take_over(store, "c", LOGIN)
    joined = lines(store)
    store.conversations.append("c", "customer", "Oh, hello!")
    handoff.take_back(store, "c", LOGIN, Mode.WAITING)
    assert lines(store) == [*joined, "A colleague had to leave. You are still in the queue: the next free colleague will answer here."]


def test_nobody_takes_back_what_another_did(store: Store) -> None:
    handoff.take_over(store, "c", LOGIN)
    with pytest.raises(NotAllowed, match="held by"):
        handoff.take_back(store, "c", "tom", Mode.WAITING)
    assert "A colleague from our team has joined the conversation." in lines(store)


def test_only_our_own_lines_can_be_taken_back(store: Store) -> None:
    with pytest.raises(StoreError, match="cannot be unsaid"):
        store.conversations.withdraw("c", 1)
    assert store.conversations.turns("c")[0].text == "Is anybody there?"
