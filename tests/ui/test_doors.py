"""What the doors let through besides roles (see test_routes.py): forged forms, bent tokens, other people's conversations, headers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from served import Site

from assistant.api import SESSION_COOKIE
from assistant.tokens import Tokens
from ui.access import ASK_COOKIE, CHAT_COOKIE


@pytest.fixture
def tokens(site: Site) -> Tokens:
    return Tokens(site.shop.store)


@pytest.fixture
def clients(site: Site, tokens: Tokens) -> Iterator[dict[str, httpx.Client]]:
    """A browser for nobody and for each role; they follow no redirects."""
    found = {"nobody": httpx.Client(base_url=site.url)}
    for name in site.passwords:
        account = site.shop.store.accounts.get(name)
        assert account is not None
        found[name] = httpx.Client(base_url=site.url, cookies={SESSION_COOKIE: tokens.session_of(account)})
    yield found
    for client in found.values():
        client.close()


def test_what_gradio_offers_and_we_do_not_use_is_shut_for_everybody(site: Site, clients: dict[str, httpx.Client]) -> None:
    for path in (
        "upload",
        "file=/etc/passwd",
        "proxy=https://example.com",
        "call/say",
        "run/say",
        "info",
        "openapi.json",
        "process_recording",
    ):
        for room in ("", "/desk", "/insights"):
            for client in clients.values():
                assert client.get(f"{room}/gradio_api/{path}").status_code == 404
                assert client.post(f"{room}/gradio_api/{path}").status_code == 404
    assert clients["manager"].get("/desk/monitoring").status_code == 404


def test_staff_questions_over_http_need_an_analyst(clients: dict[str, httpx.Client]) -> None:
    codes = {name: client.post("/api/v1/staff/ask", json={"text": "sales"}).status_code for name, client in clients.items()}
    assert codes == {"nobody": 401, "agent": 403, "analyst": 200, "manager": 200}


def test_a_reader_without_a_session_is_sent_to_the_form_and_back(site: Site, clients: dict[str, httpx.Client]) -> None:
    answer = clients["nobody"].get("/desk/", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin?next=/desk")
    assert "not yours" in clients["analyst"].get("/desk/", headers={"Accept": "text/html"}).text


def sign_in(site: Site, username: str, password: str, **extra: str) -> httpx.Response:
    with httpx.Client(base_url=site.url) as client:
        page = client.get("/signin?next=/insights")
        form = re.search(r'name="form" value="([^"]+)"', page.text)
        assert form is not None
        return client.post("/signin", data={"username": username, "password": password, "form": form[1], "next": "/insights", **extra})


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    answer = sign_in(site, "analyst", site.passwords["analyst"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/insights/")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(SESSION_COOKIE))
    assert {"httponly", "samesite=lax", "max-age=43200", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}


def test_a_form_that_is_not_ours_is_refused(site: Site) -> None:
    forged = sign_in(site, "analyst", site.passwords["analyst"], form="forged")
    assert forged.status_code == 403
    assert SESSION_COOKIE not in forged.headers.get("set-cookie", "")
    bare = httpx.post(f"{site.url}/signin", data={"username": "analyst", "password": site.passwords["analyst"]})
    assert bare.status_code == 403
    elsewhere = httpx.post(f"{site.url}/signout", headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403


def test_after_signing_in_nobody_is_sent_to_another_site(site: Site) -> None:
    assert sign_in(site, "analyst", site.passwords["analyst"], next="https://evil.example").headers["location"] == "/insights/"
    assert sign_in(site, "analyst", site.passwords["analyst"], next="/desk").headers["location"] == "/insights/"


def test_a_bent_token_opens_nothing(site: Site, tokens: Tokens) -> None:
    account = site.shop.store.accounts.get("agent")
    assert account is not None
    good = tokens.session_of(account)
    for bad in ("", "x", good[:-2] + "AA", tokens.new_conversation("web"), tokens.new_form()):
        assert httpx.get(f"{site.url}/desk/", cookies={SESSION_COOKIE: bad}).status_code == 401


def test_conversation_cookies_are_given_once_and_cannot_be_made_up(site: Site, tokens: Tokens) -> None:
    first = httpx.get(site.url)
    cookie = first.cookies[CHAT_COOKIE]
    assert tokens.conversation_in(cookie, "web")
    assert CHAT_COOKIE not in httpx.get(site.url, cookies={CHAT_COOKIE: cookie}).cookies
    assert CHAT_COOKIE in httpx.get(site.url, cookies={CHAT_COOKIE: "web:somebody-elses"}).cookies


def test_a_table_is_only_for_whose_conversation_it_is_in(site: Site, clients: dict[str, httpx.Client], tokens: Tokens) -> None:
    clients["manager"].cookies.set(ASK_COOKIE, tokens.new_conversation("insights:analyst"))
    assert clients["manager"].get("/insights/csv/2").status_code == 404
    assert clients["analyst"].get("/insights/csv/2").status_code == 404


def test_pages_say_what_browsers_should_not_do(clients: dict[str, httpx.Client]) -> None:
    headers = clients["nobody"].get("/").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"


def test_assets_are_ours_alone(clients: dict[str, httpx.Client]) -> None:
    nobody = clients["nobody"]
    assert nobody.get("/ui-assets/x/shopclerk.css").headers["content-type"].startswith("text/css")
    for name in ("..%2Fapp.py", "thread.py", "pictures.toml", "%2Fetc%2Fpasswd"):
        assert nobody.get(f"/ui-assets/x/{name}").status_code == 404
