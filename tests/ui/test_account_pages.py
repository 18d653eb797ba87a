"""Choosing a password: by invitation, on the account's own page; and staying signed in only while somebody is there."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from served import FAST, Site

from assistant.accounts import Accounts
from assistant.api import SESSION_COOKIE
from assistant.config import AccountSettings
from assistant.errors import NotAllowed, StoreError
from assistant.store import Store
from assistant.store.records import AccountRole
from assistant.tokens import Tokens

GOOD = "three calm otters"


def send(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """Open a page and send its form."""
    form = re.search(r'name="form" value="([^"]+)"', client.get(path).text)
    assert form is not None
    return client.post(path, data={"form": form[1], **fields})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "shop")


def test_an_invitation_opens_an_account_once(site: Site) -> None:
    accounts = Accounts(site.shop.store, FAST)
    path = f"/invite/{accounts.invite('nell', AccountRole.AGENT)}"
    with httpx.Client(base_url=site.url) as nell:
        weak = send(nell, path, password="password1234")
        assert weak.status_code == 400
        assert "first that anybody would try" in weak.text
        assert nell.post(path, data={"password": GOOD, "form": "forged"}).status_code == 403
        welcomed = send(nell, path, password=GOOD)
        assert (welcomed.status_code, welcomed.headers["location"]) == (303, "/desk/")
        assert nell.get("/desk/").status_code == 200
        assert nell.get(path).status_code == 404
    assert accounts.sign_in("nell", GOOD, "").role is AccountRole.AGENT
    assert [e.action for e in site.shop.store.audit.recent(2)] == ["signed_in", "invitation_accepted"]


def test_an_invitation_for_a_known_account_changes_nothing_until_it_is_used(store: Store) -> None:
    accounts = Accounts(store, FAST)
    made = accounts.create("ada", AccountRole.MANAGER)
    secret = accounts.invite("ADA")
    assert accounts.sign_in("ada", made.password, "").username == "ada"
    with pytest.raises(StoreError, match="manager already"):
        accounts.invite("ada", AccountRole.ADMIN)
    with pytest.raises(StoreError, match="no account"):
        accounts.invite("bob")
    session = Tokens(store).session_of(accounts.accept(secret, GOOD, ""))
    assert Tokens(store).account_in(session) is not None
    with pytest.raises(NotAllowed, match="not right"):
        accounts.sign_in("ada", made.password, "")
    with pytest.raises(NotAllowed, match="used before"):
        accounts.accept(secret, GOOD, "")
    assert secret.encode() not in b"".join(path.read_bytes() for path in store.folder.glob("shop.db*"))


def test_an_invitation_runs_out_and_a_second_replaces_the_first(store: Store) -> None:
    accounts = Accounts(store, FAST, AccountSettings(invitation_hours=1))
    first, second = accounts.invite("ada", AccountRole.AGENT), accounts.invite("ada", AccountRole.AGENT)
    with pytest.raises(NotAllowed):
        accounts.invited(first)
    found = accounts.invited(second)
    assert timedelta(minutes=59) < found.expires_at - datetime.now(UTC) <= timedelta(hours=1)
    store.invitations.add(type(found)(found.key, found.username, found.role, found.made_at, datetime.now(UTC)))
    with pytest.raises(NotAllowed, match="run out"):
        accounts.accept(second, GOOD, "")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "my name is ada here", "1234567890123", "x" * 201])
def test_what_anybody_would_try_is_no_password(store: Store, password: str) -> None:
    accounts = Accounts(store, FAST)
    with pytest.raises(NotAllowed, match="Choose"):
        accounts.accept(accounts.invite("ada", AccountRole.AGENT), password, "")


def test_the_command_prints_a_link_that_works(tmp_path: Path, shopclerk: str) -> None:
    Store.create(tmp_path / "shop").close()
    (tmp_path / "shop" / "settings.toml").write_text('[serve]\npublic_url = "https://chat.example.com/"\n')
    words = [shopclerk, "invite", "ada", "--role", "analyst", "--store", str(tmp_path / "shop")]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    link = re.fullmatch(r"https://chat\.example\.com/invite/(\S+)\n", ran.stdout)
    assert link is not None
    with Store.open(tmp_path / "shop") as opened:
        assert Accounts(opened, FAST).accept(link[1], GOOD, "").role is AccountRole.ANALYST
    again = subprocess.run([*words[:3], "--role", "boss", *words[5:]], capture_output=True, text=True)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert "agent, analyst, manager, admin" in again.stderr


def test_a_password_is_changed_by_whoever_knows_the_old_one_and_others_are_signed_out(site: Site) -> None:
    accounts, tokens = Accounts(site.shop.store, FAST), Tokens(site.shop.store)
    account = accounts.accept(accounts.invite("otto", AccountRole.ANALYST), GOOD, "")
    elsewhere = tokens.session_of(account)
    with httpx.Client(base_url=site.url, cookies={SESSION_COOKIE: tokens.session_of(account)}) as otto:
        assert "2 browsers" in otto.get("/account").text
        wrong = send(otto, "/account", old="not it at all", password="four calm otters")
        assert wrong.status_code == 400
        assert "present password is not right" in wrong.text
        assert otto.post("/account", data={"old": GOOD, "password": "four calm otters"}).status_code == 403
        changed = send(otto, "/account", old=GOOD, password="four calm otters")
        assert changed.status_code == 303
        del otto.cookies[SESSION_COOKIE]
        otto.cookies.set(SESSION_COOKIE, changed.cookies[SESSION_COOKIE])
        assert "is changed" in otto.get("/account?changed=true").text
    assert tokens.account_in(elsewhere) is None
    assert accounts.sign_in("otto", "four calm otters", "").username == "otto"


def test_guessing_the_present_password_locks_too(store: Store) -> None:
    accounts = Accounts(store, FAST)
    account = accounts.accept(accounts.invite("ada", AccountRole.AGENT), GOOD, "")
    for _ in range(5):
        with pytest.raises(NotAllowed, match="present password"):
            accounts.change_password(account, "wrong", "four calm otters")
    with pytest.raises(NotAllowed, match="Too many"):
        accounts.change_password(account, GOOD, "four calm otters")


def test_shutting_an_account_out_ends_its_sessions_at_once(store: Store) -> None:
    accounts, tokens = Accounts(store, FAST), Tokens(store)
    session = tokens.session_of(accounts.accept(accounts.invite("ada", AccountRole.AGENT), GOOD, ""))
    accounts.switch("ADA", disabled=True)
    assert tokens.account_in(session) is None
    with pytest.raises(NotAllowed):
        accounts.sign_in("ada", GOOD, "")
    accounts.switch("ada", disabled=False)
    assert tokens.account_in(session) is None, "the old session does not come back"
    assert accounts.sign_in("ada", GOOD, "")


def test_a_sign_of_life_is_told_and_a_poll_is_none(site: Site) -> None:
    store, tokens = site.shop.store, Tokens(site.shop.store)
    account = store.accounts.get("agent")
    assert account is not None
    session = tokens.session_of(account)
    key = tokens.session_key(session)
    long_ago = datetime.now(UTC) - timedelta(minutes=30)
    store.sessions.touch(key, long_ago)
    with httpx.Client(base_url=site.url, cookies={SESSION_COOKIE: session}) as client:
        client.get("/desk/config")
        found = store.sessions.get(key)
        assert found is not None
        assert found.seen_at == long_ago
        assert client.post("/alive").status_code == 204
        found = store.sessions.get(key)
        assert found is not None
        assert found.seen_at > long_ago


def test_cookies_go_over_https_only_where_the_site_is_reached_so(site: Site) -> None:
    with httpx.Client(base_url=site.url, headers={"X-Forwarded-Proto": "https"}) as behind_a_proxy:
        assert "secure" in behind_a_proxy.get("/signin").headers["set-cookie"].lower()
        assert "secure" in behind_a_proxy.get("/").headers["set-cookie"].lower()
    assert "secure" not in httpx.get(f"{site.url}/signin").headers["set-cookie"].lower()


def test_an_administrator_and_nobody_else_sees_to_people(site: Site) -> None:
    store, accounts = site.shop.store, Accounts(site.shop.store, FAST)
    for name, role in (("head", AccountRole.ADMIN), ("nora", AccountRole.AGENT)):
        accounts.create(name, role)
    tokens = Tokens(store)
    head, nora, manager = (store.accounts.get(name) for name in ("head", "nora", "manager"))
    assert head
    assert nora
    assert manager
    with httpx.Client(base_url=site.url, cookies={SESSION_COOKIE: tokens.session_of(manager)}) as client:
        assert client.get("/people").status_code == 403
        assert "/people" not in client.get("/account").text
        assert client.post("/people", data={"do": "disable", "name": "nora"}).status_code == 403
    with httpx.Client(base_url=site.url, cookies={SESSION_COOKIE: tokens.session_of(head)}) as client:
        assert 'href="/people"' in client.get("/account").text
        assert client.post("/people", data={"do": "disable", "name": "nora", "form": "forged"}).status_code == 403
        assert "nora is changed" in send(client, "/people", do="change", name="nora", role="analyst", shown_as="Nora").text
        changed = store.accounts.get("nora")
        assert changed
        assert (changed.role, changed.shown_as, changed.password_hash) == (AccountRole.ANALYST, "Nora", nora.password_hash)
        assert "is shut out" in send(client, "/people", do="disable", name="nora").text
        assert store.accounts.get("nora").disabled  # type: ignore[union-attr]
        assert "may sign in" in send(client, "/people", do="enable", name="nora").text
        link = re.search(r"/invite/([\w-]+)</code>", send(client, "/people", do="invite", name="nils", role="agent").text)
        assert link is not None
        assert accounts.invited(link[1]).username == "nils"
        assert re.search(r"/invite/[\w-]+</code>", send(client, "/people", do="link", name="nora").text)
        for own in ({"do": "disable"}, {"do": "change", "role": "agent"}):
            refused = send(client, "/people", name="head", **own)
            assert refused.status_code == 400
            assert "another administrator" in refused.text
        assert send(client, "/people", do="explode", name="nora").status_code == 400
        assert send(client, "/people", do="change", name="gone", role="agent").status_code == 400
    assert {"account_role_changed", "account_disabled", "account_enabled", "account_invited"} <= {
        entry.action for entry in store.audit.recent(12) if entry.actor == "head"
    }
