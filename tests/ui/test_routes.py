"""Who may call what: every route that there is, Gradio's included, as everybody that there is, against one declared table.

A route that the table does not name fails, and so does a name that is no route any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from served import FAST, Site
from starlette.routing import Mount, Route

from assistant.accounts import Accounts
from assistant.api import SESSION_COOKIE
from assistant.store.records import AccountRole
from assistant.tokens import Tokens
from ui.access import CHAT_COOKIE

CALLERS = {"nobody", "shopper", "agent", "analyst", "manager", "chief"}
ANYBODY = frozenset(CALLERS)
SHOPPER = frozenset({"shopper"})
DESK = frozenset({"agent", "manager", "chief"})
OFFICE = frozenset({"analyst", "manager", "chief"})
KEEPERS = frozenset({"manager", "chief"})
ADMINS = frozenset({"chief"})
NONE: frozenset[str] = frozenset()
ROOMS = {"": ANYBODY, "/desk": DESK, "/insights": OFFICE}

TABLE: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "GET /api/openapi.json",
            "GET /api/docs",
            "POST /api/v1/chat",
            "POST /api/v1/chat/stream",
            "GET /api/v1/chat/messages",
            "GET /api/v1/chat/events",
            "POST /api/v1/chat/person",
            "POST /api/v1/chat/typing",
            "GET /api/v1/search",
            "POST /api/v1/feedback",
            "GET /api/v1/health",
            "GET /api/v1/ready",
            "GET /signin",
            "GET /signin/elsewhere",
            "GET /invite/{secret}",
            "POST /signout",
            "POST /alive",
            "POST /new",
            "GET /transcript",
            "GET /widget.js",
            "GET /widget/config",
            "POST /widget/conversation",
            "GET /widget/cards",
            "GET /store",
            "GET /store/{id:path}",
            "GET /ui-assets/{digest}/{name}",
            "GET /account",
            "POST /account",
            "POST /account/name",
        ),
        ANYBODY,
    ),
    # forms: what they refuse without their token, they refuse to all
    "POST /signin": ANYBODY,
    "POST /invite/{secret}": ANYBODY,
    "GET /signin/elsewhere/back": NONE,
    "POST /api/v1/staff/ask": OFFICE,
    "GET /api/v1/suggestions": DESK,
    "POST /api/v1/import/{format}": KEEPERS,
    "GET /api/v1/metrics": KEEPERS,
    "GET /insights/service": KEEPERS,
    "GET /people": ADMINS,
    "POST /people": ADMINS,
    "GET /live": SHOPPER,
    "POST /live/typing": SHOPPER,
}
"""Our own routes. What lies below /desk and /insights and is not named here belongs to the room."""

GRADIO = {
    "GET /",
    "GET /config",
    "GET /config/",
    "GET /svelte/{path:path}",
    "GET /static/{path:path}",
    "GET /assets/{path:path}",
    "GET /favicon.ico",
    "GET /theme.css",
    "GET /robots.txt",
    "GET /gradio_api/user",
    "GET /gradio_api/user/",
    "GET /gradio_api/login_check",
    "GET /gradio_api/login_check/",
    "POST /gradio_api/reset",
    "POST /gradio_api/reset/",
    "GET /gradio_api/heartbeat/{session_hash}",
    "POST /gradio_api/queue/join",
    "GET /gradio_api/queue/data",
    "POST /gradio_api/cancel",
    "GET /gradio_api/startup-events",
    "GET /gradio_api/theme.css",
}
"""What our pages use of Gradio; the rest of what it offers is shut for everybody."""


def own_routes(site: Site) -> set[str]:
    """ "METHOD /path" of the app's routes, less those of the Gradio apps."""
    return {route for route, mount in routes(site) if mount is None}


def routes(site: Site) -> Iterator[tuple[str, str | None]]:
    """("METHOD /path", the Gradio app's path or None) of everything; HEAD goes with GET."""

    def walk(found: list[object], prefix: str, mount: str | None) -> Iterator[tuple[str, str | None]]:
        for route in found:
            if isinstance(route, Mount):
                yield from walk(list(route.routes), prefix + route.path, prefix + route.path)
            elif hasattr(route, "original_router"):  # FastAPI's included router
                yield from walk(list(route.original_router.routes), prefix + route.include_context.prefix, mount)
            else:
                assert isinstance(route, Route), f"a route of a kind that the walk does not know: {route!r}"
                yield from ((f"{method} {prefix}{route.path}", mount) for method in (route.methods or {"GET"}) - {"HEAD"})

    return walk(list(site.app.routes), "", None)


def expected(route: str, mount: str | None) -> frozenset[str] | None:
    """Who may; None where the table says nothing."""
    method, _, path = route.partition(" ")
    if mount is not None:
        return ROOMS[mount] if f"{method} {path.removeprefix(mount)}" in GRADIO else NONE
    if route in TABLE:
        return TABLE[route]
    room = next((room for room in ROOMS if room and path.startswith(f"{room}/")), None)
    return ROOMS[room] if room else None


@pytest.fixture(scope="module")
def cookies(site: Site) -> dict[str, dict[str, str]]:
    """What each caller's browser would send."""
    store, tokens = site.shop.store, Tokens(site.shop.store)
    if store.accounts.get("chief") is None:
        Accounts(store, FAST).create("chief", AccountRole.ADMIN)
    found: dict[str, dict[str, str]] = {"nobody": {}, "shopper": {CHAT_COOKIE: tokens.new_conversation("web")}}
    for name in sorted(CALLERS - set(found)):
        account = store.accounts.get(name)
        assert account is not None
        found[name] = {SESSION_COOKIE: tokens.session_of(account)}
    return found


def test_every_route_is_in_the_table_and_nothing_else(site: Site) -> None:
    ours = own_routes(site)
    unknown = {route for route in ours if expected(route, None) is None}
    assert not unknown, f"say in TABLE who may call {unknown}"
    assert set(TABLE) <= ours
    walked = {route for route, mount in routes(site) if mount == "/desk"}
    assert {f"{route.split(' ')[0]} /desk{route.split(' ')[1]}" for route in GRADIO} <= walked
    assert len(list(routes(site))) > 250


def test_everybody_gets_what_the_table_says(site: Site, cookies: dict[str, dict[str, str]]) -> None:
    wrong = []
    with httpx.Client(base_url=site.url, timeout=30) as client:
        for route, mount in sorted(set(routes(site)), key=str):
            allowed = expected(route, mount)
            assert allowed is not None, route
            method, _, template = route.partition(" ")
            path = re.sub(r"\{[^}]*\}", "1", template)
            for name in sorted(CALLERS):
                if path == "/signout" and name not in ("nobody", "shopper"):
                    continue  # it would sign them out of the rest of the walk
                headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies[name].items())}
                with client.stream(method, path, headers=headers) as response:
                    status = response.status_code
                if not right(status, name, route, mount, allowed):
                    wrong.append((name, route, status))
    assert not wrong


def right(status: int, name: str, route: str, mount: str | None, allowed: frozenset[str]) -> bool:
    """Whether the answer is what the table asks for: through to the route, or shut in the way that tells least."""
    form = route in ("POST /signin", "POST /invite/{secret}", "POST /account", "POST /account/name", "POST /people")
    if name in allowed:
        return status not in (401, 500) and (status != 403 or form)
    if mount is not None and not allowed:
        return status == 404
    if not allowed:
        return status == 401
    return status in ((401,) if name in ("nobody", "shopper") or allowed is SHOPPER else (403,))


def test_a_key_or_a_cookie_of_another_shop_is_nobodys(site: Site) -> None:
    for header in ({"Cookie": f"{SESSION_COOKIE}=made-up"}, {"Authorization": "Bearer sck_1_2"}):
        assert httpx.get(f"{site.url}/api/v1/metrics", headers=header).status_code == 401
