"""Who is asking, in terms of HTTP: cookies to accounts and conversations, and the doors that every request passes.

`Doors` is the outer wall (a role for every path below /desk and /insights, the few Gradio routes that our pages use and no
other, headers, conversation cookies); `Access` is asked again inside every handler. Refuses to know what the rooms show.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import gradio as gr
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.accounts import DESK_ROLES, INSIGHTS_ROLES
from assistant.api import SESSION_COOKIE, service_of
from assistant.store.records import Account, AccountRole
from assistant.tokens import Tokens
from ui.pages import html_page, refusal_page

CHAT_COOKIE = "shopclerk_chat"
ASK_COOKIE = "shopclerk_insights"
ROOMS = {"/desk": DESK_ROLES, "/insights": INSIGHTS_ROLES}
OPEN_TO_PAGES = ("/widget", "/api/v1/chat", "/api/v1/feedback")
"""What pages of the origins in `widget.origins` may call; no cookie takes part in it."""

COOKIE_LASTS = 180 * 24 * 3600
GRADIO_ROUTES = ("queue/join", "queue/data", "heartbeat/", "startup-events", "theme.css", "reset", "cancel", "login_check", "user")
"""What our pages ask of Gradio. Uploads, proxies, files, recordings and the call API answer 404."""

GRADIO_EXTRAS = frozenset({"login", "logout", "openapi.json", "manifest.json", "pwa_icon", "monitoring"})
"""What Gradio offers outside of its API and we do not use: its own sign-in, its description, its app for phones, its dashboard."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class Access:
    """Reads who a request comes from."""

    tokens: Tokens

    def account(self, connection: HTTPConnection) -> Account | None:
        """The signed-in account."""
        return self.tokens.account_in(connection.cookies.get(SESSION_COOKIE))

    def staff(self, request: gr.Request, roles: Iterable[AccountRole]) -> Account:
        """The signed-in account of a Gradio call.

        Raises:
            gr.Error: nobody is signed in, or the role may not; shown to the person.
        """
        account = self.account(request.request)
        if account is None:
            raise gr.Error("You are signed out. Reload the page to sign in again.", print_exception=False)
        if account.role not in frozenset(roles):
            raise gr.Error("Your role may not do this.", print_exception=False)
        return account

    def shopper_conversation(self, request: gr.Request) -> str:
        """The conversation that the browser's cookie stands for.

        Raises:
            gr.Error: there is no cookie of ours.
        """
        return self._conversation(request, CHAT_COOKIE, "web")

    def staff_conversation(self, request: gr.Request | HTTPConnection, account: Account) -> str:
        """The conversation of this account with the insights page.

        Raises:
            gr.Error: there is no cookie of ours, or it is another account's.
        """
        return self._conversation(request, ASK_COOKIE, f"insights:{account.username}")

    def _conversation(self, request: gr.Request | HTTPConnection, cookie: str, kind: str) -> str:
        connection = request.request if isinstance(request, gr.Request) else request
        known = self.tokens.conversation_in(connection.cookies.get(cookie), kind)
        if known is None:
            raise gr.Error("Your browser did not send our cookie. Allow cookies for this site and reload the page.", print_exception=False)
        return known


class Doors:
    """ASGI middleware: every HTTP request passes here before any room sees it.

    Args:
        app: what lies behind.
        access: reads who is asking.
        origins: other sites' pages that may call what the widget calls.
        public_url: our own address, where a proxy hides it.
        shop_name: for the page that says no.
    """

    def __init__(self, app: ASGIApp, access: Access, origins: tuple[str, ...] = (), public_url: str = "", shop_name: str = "") -> None:
        self._app = app
        self._access = access
        self._shop_name = shop_name
        self._origins = frozenset(origins)
        self._public_url = public_url.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, or answer in the room's stead."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refusal = self._refusal(request)
        cookies = {} if refusal else self._fresh_cookies(request)
        await (refusal or self._app)(
            scope, receive, _with_headers(send, cookies, request.url.scheme == "https" or self._public_url.startswith("https:"))
        )

    def _refusal(self, request: Request) -> Response | None:
        path = request.url.path
        if _is_closed(path):
            return PlainTextResponse("Not found", 404)
        if request.method not in ("GET", "HEAD") and self._from_elsewhere(request):
            return PlainTextResponse("Another site may not send this.", 403)
        room = next((room for room in ROOMS if path == room or path.startswith(f"{room}/")), None)
        if room is None:
            return None
        account = self._access.account(request)
        if account is None:
            wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
            return RedirectResponse(f"/signin?next={quote(room)}", 303) if wants_page else PlainTextResponse("Sign in first.", 401)
        if account.role not in ROOMS[room]:
            return html_page(refusal_page(self._shop_name, account, room), 403)
        return None

    def _from_elsewhere(self, request: Request) -> bool:
        """Whether another site's page sends this: what browsers say of it (Fetch Metadata, else Origin); programs say nothing."""
        origin = request.headers.get("origin")
        if origin is not None and origin in self._origins:
            return not request.url.path.startswith(OPEN_TO_PAGES)
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site not in ("same-origin", "none")
        return origin is not None and origin not in (f"{request.url.scheme}://{request.headers.get('host', '')}", self._public_url)

    def _fresh_cookies(self, request: Request) -> dict[str, str]:
        if request.method != "GET" or request.url.path not in ("/", "/insights/"):
            return {}
        if request.url.path == "/":
            return self._missing(request, CHAT_COOKIE, "web")
        account = self._access.account(request)
        return self._missing(request, ASK_COOKIE, f"insights:{account.username}") if account else {}

    def _missing(self, request: Request, cookie: str, kind: str) -> dict[str, str]:
        tokens = self._access.tokens
        known = tokens.conversation_in(request.cookies.get(cookie), kind)
        return {} if known else {cookie: tokens.new_conversation(kind)}


def is_secure(request: Request) -> bool:
    """Whether cookies must be sent over HTTPS only: the request came so, or the site's own address says so."""
    public_url = service_of(request).shop.settings.serve.public_url
    return request.url.scheme == "https" or public_url.startswith("https:")


def set_cookie(response: Response, name: str, value: str, seconds: int, secure: bool) -> None:
    """A cookie that scripts cannot read and other sites cannot send along."""
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure)


def _is_closed(path: str) -> bool:
    """Whether it is something that Gradio offers beside each page and that our pages do not use."""
    _, api, rest = path.partition("/gradio_api/")
    if api:
        return not rest.startswith(GRADIO_ROUTES)
    room = next((room for room in ROOMS if path.startswith(f"{room}/")), "")
    return path.removeprefix(room).partition("/")[2].partition("/")[0] in GRADIO_EXTRAS


def _with_headers(send: Send, cookies: MutableMapping[str, str], secure: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            carrier: Any = Response()
            for name, value in cookies.items():
                set_cookie(carrier, name, value, COOKIE_LASTS, secure)
                headers.append("set-cookie", carrier.headers.getlist("set-cookie")[-1])
        await send(message)

    return sending
