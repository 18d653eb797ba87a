"""The account's own page (who am I, change the password) and the page behind an invitation.

Owns the routes /account and /invite/<secret>; the rules are those of `assistant.accounts`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from assistant.accounts import Accounts
from assistant.api import service_of
from assistant.api.callers import account_of, address_of
from assistant.errors import NotAllowed
from assistant.store.records import Account
from ui.pages import account_page, html_page, invitation_page, words_page
from ui.signin import STALE, is_ours, let_in, with_form

TRIES_A_MINUTE = 20
CHANGED = "Your password is changed, and every other browser is signed out."
CALLED = "Customers now read “{name}” when you write to them."
router = APIRouter(include_in_schema=False)
Password = Annotated[str, Form(max_length=400)]


@router.get("/account")
def show(request: Request, changed: bool = False, called: bool = False) -> Response:
    """Who is signed in."""
    account = account_of(request)
    if account is None:
        return _sign_in_first()
    name = service_of(request).shop.store.accounts.shown(account.username)
    return _account(request, account, notice=CHANGED if changed else CALLED.format(name=name) if called else "")


@router.post("/account")
async def change(request: Request, old: Password, password: Password, form: Annotated[str, Form()] = "") -> Response:
    """Another password; this browser stays signed in, the others do not."""
    account = account_of(request)
    if account is None:
        return _sign_in_first()
    if not is_ours(request, form):
        return _account(request, account, error=STALE, status=403)
    accounts: Accounts = request.app.state.accounts
    try:
        account = await run_in_threadpool(accounts.change_password, account, old, password)
    except NotAllowed as error:
        return _account(request, account, error=str(error), status=400)
    response = let_in(request, account, "/account")
    response.headers["location"] = "/account?changed=true"
    return response


@router.post("/account/name")
async def call(request: Request, shown_as: Annotated[str, Form(max_length=200)] = "", form: Annotated[str, Form()] = "") -> Response:
    """Another name for customers to read."""
    account = account_of(request)
    if account is None:
        return _sign_in_first()
    if not is_ours(request, form):
        return _account(request, account, error=STALE, status=403)
    accounts: Accounts = request.app.state.accounts
    try:
        await run_in_threadpool(accounts.call, account.username, shown_as, account.username)
    except NotAllowed as error:
        return _account(request, account, error=str(error), status=400)
    return RedirectResponse("/account?called=true", 303)


@router.get("/invite/{secret}")
def invited(request: Request, secret: str) -> Response:
    """The form behind an invitation, or the word that it does not hold."""
    return _invitation(request, secret)


@router.post("/invite/{secret}")
async def accept(request: Request, secret: str, password: Password, form: Annotated[str, Form()] = "") -> Response:
    """Use the invitation up and sign in."""
    if not is_ours(request, form):
        return _invitation(request, secret, error=STALE, status=403)
    accounts: Accounts = request.app.state.accounts
    try:
        account = await run_in_threadpool(accounts.accept, secret, password, address_of(request))
    except NotAllowed as error:
        return _invitation(request, secret, error=str(error), status=400)
    return let_in(request, account, "")


def _account(request: Request, account: Account, *, error: str = "", notice: str = "", status: int = 200) -> Response:
    service = service_of(request)
    token = service.tokens.new_form()
    sessions = len(service.shop.store.sessions.of_account(account.username))
    page = account_page(service.shop.settings.shop_name, token, account, sessions, error=error, notice=notice)
    return with_form(request, html_page(page, status), token)


def _invitation(request: Request, secret: str, *, error: str = "", status: int = 200) -> Response:
    service = service_of(request)
    service.rates.count(f"invitation {address_of(request)}", TRIES_A_MINUTE)
    accounts: Accounts = request.app.state.accounts
    shop, token = service.shop.settings.shop_name, service.tokens.new_form()
    try:
        found = accounts.invited(secret)
    except NotAllowed as refused:
        return html_page(words_page(shop, "This link does not work", str(refused)), 404)
    page = invitation_page(shop, token, found.username, found.role.value, error=error)
    return with_form(request, html_page(page, status), token)


def _sign_in_first() -> Response:
    return RedirectResponse("/signin?next=/account", 303)
