"""Signing in and out: the form, its check, the session cookie; and by the company's own accounts where they are set up.

Owns the routes /signin, /signin/elsewhere, /signout, /alive and /new (a fresh conversation). Passwords are checked by
`assistant.accounts`, tokens made by `assistant.tokens`, the other site is spoken to by `ui.oidc`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from assistant.accounts import INSIGHTS_ROLES, Accounts
from assistant.api import SESSION_COOKIE, service_of
from assistant.api.callers import address_of
from assistant.errors import NotAllowed
from assistant.store.records import Account
from assistant.tokens import ERRAND_LASTS, FORM_LASTS
from ui.access import ASK_COOKIE, CHAT_COOKIE, ROOMS, is_secure, set_cookie
from ui.oidc import Elsewhere, SignInFailed
from ui.pages import html_page, sign_in_page

FORM_COOKIE = "shopclerk_form"
ERRAND_COOKIE = "shopclerk_errand"
STALE = "The form had grown old. Please send it again."
PAGES_AFTER = {*ROOMS, "/account"}
"""Where somebody may be sent after signing in: nowhere but here, whatever a link says."""
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
    if not is_ours(request, form):
        return _form(request, next, username=username, error=STALE, status=403)
    accounts: Accounts = request.app.state.accounts
    try:
        account = await run_in_threadpool(accounts.sign_in, username, password, address_of(request))
    except NotAllowed as error:
        return _form(request, next, username=username, error=str(error), status=401)
    return let_in(request, account, next)


@router.get("/signin/elsewhere")
async def go_elsewhere(request: Request, next: str = "") -> Response:
    """To the company's own sign-in, with a note of what to expect from there."""
    try:
        url, noted = await _elsewhere(request).begin(_way_back(request))
    except SignInFailed as error:
        return _form(request, next, error=str(error), status=502)
    response = RedirectResponse(url, 303)
    errand = service_of(request).tokens.new_errand({**noted, "next": next if next in PAGES_AFTER else ""})
    set_cookie(response, ERRAND_COOKIE, errand, ERRAND_LASTS.seconds, is_secure(request))
    return response


@router.get("/signin/elsewhere/back")
async def come_back(request: Request, code: str = "", state: str = "", error: str = "") -> Response:
    """From the company's own sign-in: let in whom it vouches for and who may."""
    noted = service_of(request).tokens.errand_in(request.cookies.get(ERRAND_COOKIE))
    accounts: Accounts = request.app.state.accounts
    try:
        if noted is None or not code or state != noted["state"]:
            raise SignInFailed("You were not signed in there." if error else "That took too long, or did not begin here. Please try again.")
        name, role = await _elsewhere(request).finish(code, noted, _way_back(request))
        account = await run_in_threadpool(accounts.sign_in_elsewhere, name, role, address_of(request))
    except (SignInFailed, NotAllowed) as failed:
        return _form(request, noted["next"] if noted else "", error=str(failed), status=401)
    response = let_in(request, account, noted["next"])
    response.delete_cookie(ERRAND_COOKIE)
    return response


@router.post("/signout")
def leave(request: Request) -> Response:
    """Forget who is signed in."""
    service_of(request).tokens.end(request.cookies.get(SESSION_COOKIE))
    response = RedirectResponse("/signin", 303)
    response.delete_cookie(SESSION_COOKIE)
    response.delete_cookie(ASK_COOKIE)
    return response


@router.post("/alive", status_code=204)
def stay(request: Request) -> None:
    """Somebody is at the screen: their session goes on. Pages that refresh themselves do not count as somebody."""
    service_of(request).tokens.touch(request.cookies.get(SESSION_COOKIE))


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


def let_in(request: Request, account: Account, next: str) -> Response:
    """The answer that signs somebody in and opens a page that is theirs."""
    response = RedirectResponse(_page_for(account, next), 303)
    tokens = service_of(request).tokens
    session = tokens.session_of(account, address_of(request))
    set_cookie(response, SESSION_COOKIE, session, int(tokens.session_lasts.total_seconds()), is_secure(request))
    response.delete_cookie(FORM_COOKIE)
    return response


def is_ours(request: Request, form: str) -> bool:
    """Whether a form's hidden token is the one that our page brought, together with its cookie."""
    return service_of(request).tokens.form_holds(form, request.cookies.get(FORM_COOKIE))


def with_form(request: Request, response: Response, token: str) -> Response:
    """A page's answer with the cookie that its form must come back with."""
    set_cookie(response, FORM_COOKIE, token, FORM_LASTS.seconds, is_secure(request))
    return response


def _form(request: Request, next: str, *, username: str = "", error: str = "", status: int = 200) -> Response:
    service = service_of(request)
    settings, token = service.shop.settings, service.tokens.new_form()
    elsewhere = settings.oidc.name if settings.oidc.issuer else ""
    after = next if next in PAGES_AFTER else ""
    page = sign_in_page(settings.shop_name, token, after, username=username, error=error, elsewhere=elsewhere)
    return with_form(request, html_page(page, status), token)


def _page_for(account: Account, next: str) -> str:
    if next in ROOMS and account.role in ROOMS[next]:
        return f"{next}/"
    if next in PAGES_AFTER and next not in ROOMS:
        return next
    return "/insights/" if account.role in INSIGHTS_ROLES else "/desk/"


def _elsewhere(request: Request) -> Elsewhere:
    elsewhere: Elsewhere | None = request.app.state.elsewhere
    if elsewhere is None:
        raise HTTPException(404, "Signing in elsewhere is not set up here.")
    return elsewhere


def _way_back(request: Request) -> str:
    base = service_of(request).shop.settings.serve.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/signin/elsewhere/back"
