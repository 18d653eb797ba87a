"""Server-sent events that make pages look again, and the signs that somebody is typing.

Owns the routes /live (the shopper's own conversation) and /desk/live (all conversations, for the desk). The shopper's events bring the
conversation as it is drawn, so that an agent's words need no second request; it is the one that the cookie stands for. An agent's events
say only that something happened and in which conversation: the desk then asks its own handler, which checks who is asking. `Doors` has
seen to the role of everybody below /desk; it is asked again here.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse

from assistant.accounts import DESK_ROLES
from assistant.api import service_of
from assistant.desk.live import Hub
from assistant.store.records import Account, Mode
from ui.access import CHAT_COOKIE, Access
from ui.shopper import by_a_person, drawn

if TYPE_CHECKING:
    from assistant.build import Shop

router = APIRouter(include_in_schema=False)
IDLE_S = 15.0
"""Proxies close a line that is silent for a minute."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def hub_of(request: Request) -> Hub:
    """The shop's hub."""
    return service_of(request).shop.hub


def shopper_key(request: Request) -> str:
    """The conversation of the caller's cookie.

    Raises:
        HTTPException: 401, there is none of ours.
    """
    access: Access = request.app.state.access
    known = access.tokens.conversation_in(request.cookies.get(CHAT_COOKIE), "web")
    if known is None:
        raise HTTPException(401, "There is no conversation in your cookies.")
    return known


def agent_account(request: Request) -> Account:
    """The signed-in agent.

    Raises:
        HTTPException: 403, nobody is signed in whose role opens the desk.
    """
    access: Access = request.app.state.access
    account = access.account(request)
    if account is None or account.role not in DESK_ROLES:
        raise HTTPException(403, "The desk is for agents.")
    return account


Key = Annotated[str, Depends(shopper_key)]
Agent = Annotated[Account, Depends(agent_account)]


@router.get("/live")
async def shopper_events(request: Request, key: Key) -> Response:
    """Changes of the shopper's conversation, and signs that the agent types."""
    return _stream(_shopper_lines(service_of(request).shop, key))


@router.post("/live/typing", status_code=204)
def shopper_types(request: Request, key: Key) -> None:
    """The shopper is writing."""
    hub_of(request).typing(key, "customer")


@router.get("/desk/live")
async def desk_events(request: Request, account: Agent) -> Response:
    """Changes of all conversations, and signs that customers type."""
    return _stream(_desk_lines(hub_of(request), account.username))


@router.post("/desk/live/typing", status_code=204)
def agent_types(request: Request, account: Agent, conversation: Annotated[str, Form(max_length=200)]) -> None:
    """The agent is writing; told to nobody unless the conversation is theirs."""
    found = service_of(request).shop.store.conversations.get(conversation)
    if found is not None and found.mode is Mode.AGENT and found.assignee == account.username:
        hub_of(request).typing(conversation, account.username)


def _stream(lines: AsyncIterator[str]) -> Response:
    return StreamingResponse(lines, media_type="text/event-stream", headers=_HEADERS)


async def _shopper_lines(shop: Shop, key: str) -> AsyncIterator[str]:
    with shop.hub.ear(key) as ear:
        yield _line("changed", "")
        while True:
            signal = await ear.hear(IDLE_S)
            if signal is None:
                yield ": still here\n\n"
            elif signal.kind == "changed":
                yield _line("changed", "", html=await run_in_threadpool(_news, shop, key))
            elif signal.who != "customer":
                yield _line("typing", "", who=await run_in_threadpool(shop.store.accounts.shown, signal.who))


def _news(shop: Shop, key: str) -> str:
    """The conversation as it is drawn, if a person had the last word; else nothing."""
    if not by_a_person(shop.store, key):
        return ""
    return drawn(shop, shop.store.conversations.get(key), shop.store.conversations.turns(key))


async def _desk_lines(hub: Hub, agent: str) -> AsyncIterator[str]:
    with hub.ear() as ear:
        yield _line("changed", "")
        while True:
            signal = await ear.hear(IDLE_S)
            if signal is None:
                yield ": still here\n\n"
            elif signal.kind == "changed" or signal.who != agent:
                yield _line(signal.kind, signal.conversation, who=signal.who)


def _line(kind: str, conversation: str, **more: str) -> str:
    return f"event: {kind}\ndata: {json.dumps({'conversation': conversation, **more})}\n\n"
