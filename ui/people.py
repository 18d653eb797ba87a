"""The administrator's page: who works here, in which role, by which name customers know them; invitations, and shutting somebody out.

Owns the route /people; the rules are those of `assistant.accounts`. What a manager may not do and an administrator may is this page and
nothing else: so that who decides about people need not be who reads their figures.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from markupsafe import Markup

from assistant.accounts import Accounts
from assistant.api import service_of, staff_account
from assistant.errors import NotAllowed, StoreError
from assistant.store.records import Account, AccountRole
from ui.pages import html_page, people_page
from ui.signin import STALE, is_ours, with_form

router = APIRouter(include_in_schema=False)
_INVITED = Markup("Give this link to {} and to nobody else; it works once: <code>{}</code>")


def administrator(account: Annotated[Account, Depends(staff_account)]) -> Account:
    """The signed-in administrator.

    Raises:
        HTTPException: 403, the role is another.
    """
    if account.role is not AccountRole.ADMIN:
        raise HTTPException(403, "This page is for administrators.")
    return account


Admin = Annotated[Account, Depends(administrator)]


@router.get("/people")
def show(request: Request, account: Admin) -> Response:
    """Everybody who has an account."""
    return _page(request, account)


@router.post("/people")
async def change(
    request: Request,
    account: Admin,
    do: Annotated[str, Form(max_length=20)] = "",
    name: Annotated[str, Form(max_length=80)] = "",
    role: Annotated[str, Form(max_length=20)] = "",
    shown_as: Annotated[str, Form(max_length=200)] = "",
    form: Annotated[str, Form()] = "",
) -> Response:
    """One act: invite, link (for a new password), change (role and name for customers), disable, enable."""
    if not is_ours(request, form):
        return _page(request, account, error=STALE, status=403)
    accounts: Accounts = request.app.state.accounts
    try:
        notice = await run_in_threadpool(_done, request, accounts, account, do, name.strip(), role, shown_as)
    except (NotAllowed, StoreError) as error:
        return _page(request, account, error=str(error), status=400)
    return _page(request, account, notice=notice)


def _done(request: Request, accounts: Accounts, by: Account, do: str, name: str, role: str, shown_as: str) -> Markup:
    """Do it, and what to say about it.

    Raises:
        NotAllowed, StoreError: it cannot be done.
    """
    given = next((known for known in AccountRole if known.value == role), None)
    if do in ("invite", "link"):
        secret = accounts.invite(name, given if do == "invite" else None, by.username)
        base = service_of(request).shop.settings.serve.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        return _INVITED.format(name, f"{base}/invite/{secret}")
    if do == "change" and given is not None:
        accounts.assign(name, given, by.username)
        accounts.call(name, shown_as, by.username)
        return Markup("{} is changed.").format(name)
    if do in ("disable", "enable"):
        accounts.switch(name, disabled=do == "disable", by=by.username)
        return Markup("{} is shut out.").format(name) if do == "disable" else Markup("{} may sign in.").format(name)
    raise NotAllowed("Choose what is to be done.")


def _page(request: Request, account: Account, *, error: str = "", notice: Markup | str = "", status: int = 200) -> Response:
    service = service_of(request)
    token = service.tokens.new_form()
    page = people_page(service.shop.settings.shop_name, token, account, service.shop.store.accounts.all(), error=error, notice=notice)
    return with_form(request, html_page(page, status), token)
