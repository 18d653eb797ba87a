"""Passwords, lockout, tokens."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from served import FAST

from assistant.accounts import FAILURES_ALLOWED, Accounts
from assistant.config import AccountSettings
from assistant.errors import NotAllowed, StoreError
from assistant.store import Store
from assistant.store.records import AccountRole
from assistant.tokens import KEY_FILE, Tokens


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as store:
        yield store


def test_the_first_accounts_are_made_once_with_passwords_that_nobody_can_guess(store: Store) -> None:
    made = Accounts(store, FAST).create_first()
    assert [(a.username, a.role) for a in made] == [
        ("agent", AccountRole.AGENT),
        ("analyst", AccountRole.ANALYST),
        ("manager", AccountRole.MANAGER),
    ]
    assert len({a.password for a in made}) == 3
    assert all(len(a.password) >= 16 for a in made)
    assert Accounts(store, FAST).create_first() == ()
    database = (store.folder / "shop.db").read_bytes()
    assert not any(a.password.encode() in database for a in made)


def test_names_are_taken_once(store: Store) -> None:
    accounts = Accounts(store, FAST)
    accounts.create("ada", AccountRole.AGENT)
    with pytest.raises(StoreError, match="Ada"):
        accounts.create("Ada", AccountRole.ADMIN)


def test_the_right_password_lets_in_and_others_do_not(store: Store) -> None:
    accounts = Accounts(store, FAST)
    made = accounts.create("ada", AccountRole.AGENT)
    assert accounts.sign_in(" ADA ", made.password, "1.2.3.4").username == "ada"
    for name, password in (("ada", "wrong"), ("ada", ""), ("nobody", made.password)):
        with pytest.raises(NotAllowed, match="not right"):
            accounts.sign_in(name, password, "1.2.3.4")
    assert [e.action for e in store.audit.recent(4)] == ["sign_in_refused"] * 3 + ["signed_in"]


@pytest.mark.parametrize("name", ["ada", "unknown"])
def test_too_many_failures_lock_known_and_unknown_names_alike(store: Store, name: str) -> None:
    accounts = Accounts(store, FAST)
    made = accounts.create("ada", AccountRole.AGENT)
    for _ in range(FAILURES_ALLOWED):
        with pytest.raises(NotAllowed, match="not right"):
            accounts.sign_in(name, "wrong", "1.2.3.4")
    with pytest.raises(NotAllowed, match="Too many"):
        accounts.sign_in(name, made.password, "5.6.7.8")


def test_the_lock_outlives_a_restart_and_ends(store: Store) -> None:
    made = Accounts(store, FAST).create("ada", AccountRole.AGENT)
    for _ in range(FAILURES_ALLOWED):
        with pytest.raises(NotAllowed):
            Accounts(store, FAST).sign_in("ada", "wrong", "1.2.3.4")
    with pytest.raises(NotAllowed, match="Too many"):
        Accounts(store, FAST).sign_in("ada", made.password, "1.2.3.4")
    account = store.accounts.get("ada")
    assert account is not None
    store.accounts.save(replace(account, locked_until=datetime.now(UTC) - timedelta(seconds=1)))
    welcomed = Accounts(store, FAST).sign_in("ada", made.password, "1.2.3.4")
    assert (welcomed.failed_sign_ins, welcomed.locked_until) == (0, None)


def test_one_address_cannot_try_every_name(store: Store) -> None:
    accounts = Accounts(store, FAST)
    made = accounts.create("ada", AccountRole.AGENT)
    for i in range(4 * FAILURES_ALLOWED):
        with pytest.raises(NotAllowed, match="not right"):
            accounts.sign_in(f"name{i}", "wrong", "1.2.3.4")
    with pytest.raises(NotAllowed, match="Too many"):
        accounts.sign_in("ada", made.password, "1.2.3.4")
    assert accounts.sign_in("ada", made.password, "5.6.7.8")


def test_a_disabled_account_stays_out(store: Store) -> None:
    accounts, tokens = Accounts(store, FAST), Tokens(store)
    made = accounts.create("ada", AccountRole.AGENT)
    session = tokens.session_of(accounts.sign_in("ada", made.password, ""))
    account = store.accounts.get("ada")
    assert account is not None
    store.accounts.save(replace(account, disabled=True))
    assert tokens.account_in(session) is None
    with pytest.raises(NotAllowed):
        accounts.sign_in("ada", made.password, "")


def test_older_hashes_are_renewed(store: Store) -> None:
    made = Accounts(store, FAST).create("ada", AccountRole.AGENT)
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    assert "t=2" in Accounts(store, stronger).sign_in("ada", made.password, "").password_hash


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_session_dies_with_its_password(store: Store) -> None:
    accounts, tokens = Accounts(store, FAST), Tokens(store)
    made = accounts.create("ada", AccountRole.AGENT)
    account = accounts.sign_in("ada", made.password, "")
    session = tokens.session_of(account)
    assert tokens.account_in(session) == account
    store.accounts.save(replace(account, password_hash=FAST.hash("another")))
    assert tokens.account_in(session) is None


def test_a_session_ends_when_nobody_is_there_and_at_last_in_any_case(store: Store) -> None:
    clock = Clock()
    tokens = Tokens(store, AccountSettings(idle_minutes=30, session_hours=2), clock)
    Accounts(store, FAST).create("ada", AccountRole.AGENT)
    account = store.accounts.get("ada")
    assert account is not None
    idle, busy = tokens.session_of(account), tokens.session_of(account)
    for _ in range(5):
        clock.now += timedelta(minutes=20)
        tokens.touch(busy)
        tokens.account_in(idle)  # looking alone, as a page that refreshes itself does, keeps no session alive
    assert tokens.account_in(idle) is None
    assert tokens.account_in(busy) == account
    clock.now += timedelta(minutes=20)
    assert tokens.account_in(busy) is None
    tokens.session_of(account)
    assert len(store.sessions.of_account("ada")) == 1, "those that have run out are swept"


def test_a_session_ends_by_signing_out_and_its_token_is_nowhere_in_the_store(store: Store) -> None:
    tokens = Tokens(store)
    Accounts(store, FAST).create("ada", AccountRole.AGENT)
    account = store.accounts.get("ada")
    assert account is not None
    here, there = tokens.session_of(account, "1.2.3.4"), tokens.session_of(account)
    assert {session.address for session in store.sessions.of_account("ADA")} == {"1.2.3.4", ""}
    tokens.end(here)
    assert tokens.account_in(here) is None
    assert tokens.account_in(there) == account
    assert here.encode() not in (store.folder / "shop.db").read_bytes()


def test_tokens_serve_one_store_and_one_purpose(store: Store, tmp_path: Path) -> None:
    tokens = Tokens(store)
    token = tokens.new_conversation("web")
    assert (tokens.conversation_in(token, "web") or "").startswith("web:")
    assert tokens.conversation_in(token, "api") is None
    assert tokens.account_in(token) is None
    assert Tokens(store).conversation_in(token, "web") is not None
    with Store.create(tmp_path / "other") as other:
        assert Tokens(other).conversation_in(token, "web") is None
    assert stat.S_IMODE((store.folder / KEY_FILE).stat().st_mode) == 0o600
