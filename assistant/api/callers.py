"""Who calls, and whether they may: an API key with its scopes, an account that is signed in, or anybody where the route is open.

`Allowed(scope)` is the dependency that every route has; there is no other way in. Owns limits by caller; knows no route.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from assistant.accounts import DESK_ROLES, INSIGHTS_ROLES, KEEPER_ROLES
from assistant.api.service import Service, service_of
from assistant.keys import Scope
from assistant.store.records import Account, AccountRole

SESSION_COOKIE = "shopclerk_session"
OPEN_SCOPES = frozenset({Scope.CHAT, Scope.SEARCH, Scope.FEEDBACK})
"""Free to anybody, as the shop's page is, while the setting `api.public` holds."""

ROLES: dict[Scope, frozenset[AccountRole]] = {
    Scope.SUGGEST: DESK_ROLES,
    Scope.STAFF: INSIGHTS_ROLES,
    Scope.IMPORT: KEEPER_ROLES,
    Scope.METRICS: KEEPER_ROLES,
}
"""Which accounts may do it without a key, when they are signed in."""

_WORDS = {
    Scope.SUGGEST: "see suggested replies",
    Scope.STAFF: "ask about the shop's figures",
    Scope.IMPORT: "bring in data",
    Scope.METRICS: "read the server's metrics",
}
_bearer = HTTPBearer(auto_error=False, description="an API key: `shopclerk keys create NAME --scope SCOPE`")


@dataclass(frozen=True, slots=True)
class Caller:
    """`name` goes to the audit log and into conversation ids; `role` decides what staff answers may show, "" for shoppers."""

    name: str
    role: str = ""


class Allowed:
    """A dependency: the caller, if they may do what `scope` says.

    Raises:
        HTTPException: 401 where a key is wrong or none is given, 403 where key or role may not, 429 over the limit.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __call__(self, request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Caller:
        service = service_of(request)
        if sent is not None:
            return self._by_key(service, sent.credentials)
        account = account_of(request)
        if self._scope in OPEN_SCOPES:
            return self._anybody(request, service, account)
        if account is None:
            raise _unknown(f"Send an API key with the scope {self._scope}, or sign in first, at /signin.")
        if account.role not in ROLES[self._scope]:
            raise _may_not(account, self._scope)
        service.rates.count(f"account {account.username}", service.shop.settings.api.key_per_minute)
        return Caller(account.username, account.role.value)

    def _by_key(self, service: Service, text: str) -> Caller:
        key = service.keys.known(text)
        if key is None:
            raise _unknown("This API key is not one of this shop's, or was revoked.")
        if self._scope not in key.scopes:
            raise HTTPException(
                status.HTTP_403_FORBIDDEN, f"The key {key.id} has the scopes {', '.join(key.scopes)}; this needs {self._scope}."
            )
        service.rates.count(f"key {key.id}", service.shop.settings.api.key_per_minute)
        return Caller(f"key-{key.id}", key.role.value)

    def _anybody(self, request: Request, service: Service, account: Account | None) -> Caller:
        settings = service.shop.settings.api
        if not settings.public and account is None and not _in_conversation(request, service):
            raise _unknown(f"Send an API key with the scope {self._scope}.")
        service.rates.count(f"address {address_of(request)}", settings.per_minute)
        return Caller("anybody")


def account_of(request: Request) -> Account | None:
    """Who is signed in."""
    return service_of(request).tokens.account_in(request.cookies.get(SESSION_COOKIE))


def address_of(request: Request) -> str:
    """Where a call comes from. Behind a proxy on this machine it is what the proxy says (`X-Forwarded-For`)."""
    return request.client.host if request.client else ""


def staff_account(request: Request) -> Account:
    """The signed-in account, allowed to ask about figures.

    Raises:
        HTTPException: 401 where nobody is signed in, 403 where the role may not.
    """
    account = account_of(request)
    if account is None:
        raise _unknown("Sign in first, at /signin.")
    if account.role not in INSIGHTS_ROLES:
        raise _may_not(account, Scope.STAFF)
    return account


def _in_conversation(request: Request, service: Service) -> bool:
    """Whether the caller has a conversation that one of our pages began; the body is not read for it."""
    return service.tokens.shopper_conversation(request.headers.get("x-conversation")) is not None


def _unknown(words: str) -> HTTPException:
    return HTTPException(status.HTTP_401_UNAUTHORIZED, words, headers={"WWW-Authenticate": "Bearer"})


def _may_not(account: Account, scope: Scope) -> HTTPException:
    return HTTPException(status.HTTP_403_FORBIDDEN, f"The role {account.role.value} may not {_WORDS[scope]}.")
