"""Signing in and out: the form, its check, the session cookie.

Owns the routes /signin, /signout and /new (a fresh conversation). Passwords are checked by `assistant.accounts`, tokens made
by `assistant.tokens`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.accounts import INSIGHTS_ROLES, Accounts
from assistant.api import SESSION_COOKIE, service_of
from assistant.errors import NotAllowed
from assistant.store.records import Account
from assistant.tokens import FORM_LASTS
from ui.access import ASK_COOKIE, CHAT_COOKIE, ROOMS, set_cookie
from ui.pages import sign_in_page

FORM_COOKIE = "shopclerk_form"
STALE = "The form had grown old. Please sign in again."
router = APIRouter(include_in_schema=False)


@router.get("/signin")
def show(request: Request, next: str = "") -> Response:
    """The form."""
    return _form(request, next)


@router.post("/signin")
async def check(
    request: Request,
    username: Annotated[str, Form(max_length=80)],
    password: Annotated[str, Form(max_length=200)],
    form: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Let somebody in, or say why not."""
    if not service_of(request).tokens.form_holds(form, request.cookies.get(FORM_COOKIE)):
        return _form(request, next, username=username, error=STALE, status=403)
    accounts: Accounts = request.app.state.accounts
    address = request.client.host if request.client else ""
    try:
        account = await run_in_threadpool(accounts.sign_in, username, password, address)
    except NotAllowed as error:
        return _form(request, next, username=username, error=str(error), status=401)
    response = RedirectResponse(_room_for(account, next), 303)
    tokens = service_of(request).tokens
    set_cookie(response, SESSION_COOKIE, tokens.session_of(account, address), int(tokens.session_lasts.total_seconds()), _secure(request))
    response.delete_cookie(FORM_COOKIE)
    return response


@router.post("/signout")
def leave(request: Request) -> Response:
    """Forget who is signed in."""
    service_of(request).tokens.end(request.cookies.get(SESSION_COOKIE))
    response = RedirectResponse("/signin", 303)
    response.delete_cookie(SESSION_COOKIE)
    response.delete_cookie(ASK_COOKIE)
    return response


@router.post("/new")
def begin_anew(request: Request) -> Response:
    """Leave the shopper's conversation behind; the page hands out the next."""
    response = RedirectResponse("/", 303)
    response.delete_cookie(CHAT_COOKIE)
    return response


@router.post("/insights/new")
def ask_anew(request: Request) -> Response:
    """Leave the staff conversation behind; the page hands out the next."""
    response = RedirectResponse("/insights/", 303)
    response.delete_cookie(ASK_COOKIE)
    return response


def _form(request: Request, next: str, *, username: str = "", error: str = "", status: int = 200) -> HTMLResponse:
    service = service_of(request)
    token = service.tokens.new_form()
    page = sign_in_page(service.shop.settings.shop_name, token, next if next in ROOMS else "", username=username, error=error)
    response = HTMLResponse(page, status, headers={"Cache-Control": "no-store"})
    set_cookie(response, FORM_COOKIE, token, FORM_LASTS.seconds, _secure(request))
    return response


def _room_for(account: Account, next: str) -> str:
    if next in ROOMS and account.role in ROOMS[next]:
        return f"{next}/"
    return "/insights/" if account.role in INSIGHTS_ROLES else "/desk/"


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"
