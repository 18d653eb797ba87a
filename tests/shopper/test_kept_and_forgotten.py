"""What is kept of a conversation, what is masked in it, how it is taken along, and when it is forgotten."""

from __future__ import annotations

import email
import logging
import re
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path

import pytest

from assistant.build import Shop
from assistant.config import Settings
from assistant.errors import StoreError
from assistant.housekeeping import Housekeeping, sweep
from assistant.store import Store
from assistant.store.records import Mode, Satisfaction
from assistant.testing import FakeEncoder, FakeUnderstander, ScriptedRoom
from assistant.transcript import file_name, transcript
from assistant.types import Answer, Message, Role, Status
from assistant.warehouse import Warehouse
from ui import feedback

CARD, CODE, IBAN = "4111 1111 1111 1111", "cvv 987", "DE89 3704 0044 0532 0130 00"
SECRETS = (CARD, CARD.replace(" ", ""), "987", IBAN, IBAN.replace(" ", ""), "hunter2")
TELLS_ALL = f"my card is {CARD} {CODE}, my account {IBAN} and my password is hunter2"

_A_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T][\d:.+]+Z?")


@pytest.fixture
def shop(store: Store) -> Shop:
    made = Shop(store, Settings(shop_name="Thistle & Nib", support_email="help@thistle.example", retention_days=30))
    room = ScriptedRoom({}, lambda message: Answer(Status.DECLINED, f"You wrote: {message.text}"))  # type: ignore[arg-type]
    made.__dict__.update(understander=FakeUnderstander(), shopper=room, analyst=room)
    return made


def said(shop: Shop, session: str, text: str = TELLS_ALL, role: Role = Role.SHOPPER) -> None:
    shop.answer(Message("1", session, text, role))


def test_no_secret_reaches_any_text_of_the_store_or_the_log(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said(shop, "a")
    said(shop, "staff:1", role=Role.STAFF)
    shop.store.conversations.switch("a", Mode.WAITING)
    said(shop, "a")
    feedback.keep_rating(shop.store, "a", {"turn": 2, "rating": -1, "reason": TELLS_ALL})
    feedback.keep_verdict(shop.store, "a", {"score": 2, "words": TELLS_ALL})
    database = sqlite3.connect(shop.store.folder / "shop.db")
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    cells = [cell for table in tables for row in database.execute(f'SELECT * FROM "{table}"') for cell in row if isinstance(cell, str)]
    words = [cell for cell in cells if not _A_TIME.fullmatch(cell)]  # whose microseconds may hold any three digits
    assert any("**** 1111" in text for text in words)
    for place, texts in (("store", words), ("log", [record.getMessage() for record in caplog.records])):
        for secret in SECRETS:
            assert not [text for text in texts if secret in text], (place, secret)


def test_a_transcript_is_an_e_mail_to_the_known_customer_without_secrets(shop: Shop) -> None:
    said(shop, "a", "hello, do you sell ink?")
    said(shop, "a")
    conversation = shop.store.conversations.get("a")
    assert conversation is not None
    shop.store.conversations.save(
        type(conversation)(**{**{n: getattr(conversation, n) for n in conversation.__slots__}, "customer_id": "c-ada"})
    )
    message = email.message_from_bytes(transcript(shop.store, "a", shop.settings), policy=default)
    assert message["To"] == "ada.winter@mail.example"
    assert "Thistle" in message["Subject"]
    body = message.get_content()
    assert "do you sell ink?" in body
    assert not [secret for secret in SECRETS if secret in body]
    assert file_name("Thistle & Nib", datetime(2026, 11, 22, tzinfo=UTC)) == "thistle-nib-2026-11-22.eml"


def test_a_transcript_is_worded_by_the_shop(shop: Shop) -> None:
    said(shop, "a", "hello, do you sell ink?")
    lines = {"transcript_subject": "Ihr Gespräch\nmit {shop}", "transcript_customer": "Sie", "transcript_head": "{shop}, {day}"}
    message = email.message_from_bytes(transcript(shop.store, "a", shop.settings.model_copy(update={"lines": lines})), policy=default)
    assert message["Subject"] == f"Ihr Gespräch mit {shop.settings.shop_name}"
    assert "] Sie:" in message.get_content()
    assert "begun on" not in message.get_content()


def test_a_transcript_of_nothing_is_refused(shop: Shop) -> None:
    with pytest.raises(StoreError, match="nowhere"):
        transcript(shop.store, "nowhere", shop.settings)


def test_sweeping_forgets_what_is_old_with_all_that_was_said_of_it(shop: Shop) -> None:
    said(shop, "old")
    shop.store.satisfaction.save(Satisfaction("old", 5, "", datetime.now(UTC)))
    assert sweep(shop.store, shop.settings, datetime.now(UTC)) == 0
    assert sweep(shop.store, shop.settings, datetime.now(UTC) + timedelta(days=31)) == 1
    assert shop.store.conversations.get("old") is None
    assert list(shop.store.satisfaction.all()) == []
    assert shop.store.audit.recent(1)[0].detail["count"] == 1


def test_figures_follow_what_was_changed_in_chat(store: Store) -> None:
    settings = Settings(serve={"refresh_after_s": 0.2})
    with Housekeeping(store, settings, FakeEncoder()):
        until = time.monotonic() + 60
        while "up to date" not in Warehouse.state(store) and time.monotonic() < until:
            time.sleep(0.05)
    assert "up to date" in Warehouse.state(store)


def test_the_command_writes_the_file(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from assistant.commands import app

    said(shop, "a", "hello")
    out = tmp_path / "talk.eml"
    done = CliRunner().invoke(app, ["transcript", "a", "--store", str(shop.store.folder), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert b"hello" in out.read_bytes()
    assert "Deleted 0" in CliRunner().invoke(app, ["sweep", "--store", str(shop.store.folder)]).output


def test_a_verdict_replaces_the_one_before_and_nonsense_is_ignored(shop: Shop) -> None:
    said(shop, "a", "hello")
    for score in (2, 5, 9, "4", None):
        feedback.keep_verdict(shop.store, "a", {"score": score, "words": ""})
    feedback.keep_verdict(shop.store, "nowhere", {"score": 3})
    assert [verdict.score for verdict in shop.store.satisfaction.all()] == [5]
