"""The HTTP API under /api/v1: health, readiness, chat, search, staff questions. JSON in and out, described at /api/docs.

A router over one `Service`, which the app that includes it puts at `app.state.service`. Answers have the form of
`Answer.to_record`. Refuses to know about pages and sign-in forms; it reads the session that the sign-in page gave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import uuid4

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, HTTPException, Query, Request, status
from pydantic import BaseModel, Field

from assistant.accounts import INSIGHTS_ROLES
from assistant.store.records import Account
from assistant.tokens import Tokens
from assistant.types import Message, Role
from retrieval.types import Condition, Hit

if TYPE_CHECKING:
    from assistant.build import Shop

SESSION_COOKIE = "shopclerk_session"
MAX_TEXT = 4000
QUEUE_PER_LANE = 8
T = TypeVar("T")


class Lanes:
    """So many turns in work at once, so many more waiting; the rest are told to come back.

    Args:
        width: turns in work at once.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._limiter: CapacityLimiter | None = None

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """`work(*arguments)` in a thread, when a lane is free.

        Raises:
            HTTPException: 503, the queue is full.
        """
        # A limiter belongs to the event loop that it is made in.
        self._limiter = self._limiter or CapacityLimiter(self._width)
        if self._limiter.statistics().tasks_waiting >= QUEUE_PER_LANE * self._width:
            raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "Too many questions at once.", headers={"Retry-After": "2"})
        return await to_thread.run_sync(work, *arguments, limiter=self._limiter)


@dataclass(frozen=True, slots=True)
class Service:
    """What the routes need: the shop, its tokens, its lanes."""

    shop: Shop
    tokens: Tokens
    lanes: Lanes


class Question(BaseModel):
    """One message. Send back the `conversation` of the last answer to go on with it."""

    text: str = Field(min_length=1, max_length=MAX_TEXT)
    conversation: str | None = Field(default=None, description="the token from the answer before; a new conversation without one")
    id: str = Field(default_factory=lambda: uuid4().hex, max_length=64, description="comes back with the answer")


class Reply(BaseModel):
    """An answer in the protocol's form, with the token that continues its conversation."""

    conversation: str
    id: str
    status: str
    text: str
    value: str | float | int | bool | None
    rows: list[dict[str, Any]]
    receipt: dict[str, Any] | None
    intent: str
    tool: str
    products: list[str]
    sources: list[dict[str, str]]
    actions: list[dict[str, Any]]
    choices: list[str]
    chart: dict[str, Any] | None
    unit: str
    row_unit: str
    latency_ms: float


class Found(BaseModel):
    """A product or an entry of the help pages that a search found."""

    id: str
    kind: str
    score: float
    text: str
    fields: dict[str, str | int | float | bool | None]


class Health(BaseModel):
    """Whether the process runs, and which version it is."""

    status: str
    version: str


def service_of(request: Request) -> Service:
    """The service that the app put in place."""
    service: Service = request.app.state.service
    return service


def staff_account(request: Request) -> Account:
    """The signed-in account, allowed to ask about figures.

    Raises:
        HTTPException: 401 where nobody is signed in, 403 where the role may not.
    """
    account = service_of(request).tokens.account_in(request.cookies.get(SESSION_COOKIE))
    if account is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Sign in first, at /signin.")
    if account.role not in INSIGHTS_ROLES:
        raise HTTPException(status.HTTP_403_FORBIDDEN, f"The role {account.role.value} may not ask about the shop's figures.")
    return account


router = APIRouter(prefix="/api/v1")
Serving = Annotated[Service, Depends(service_of)]


@router.get("/health", tags=["operation"])
def health() -> Health:
    """The process runs."""
    return Health(status="ok", version=version("shopclerk"))


@router.get("/ready", tags=["operation"])
def ready(service: Serving) -> Health:
    """The store answers. The server listens only once models and index are loaded."""
    service.shop.store.changed_at()
    return Health(status="ready", version=version("shopclerk"))


@router.post("/chat", tags=["shopper"])
async def chat(question: Question, service: Serving) -> Reply:
    """A shopper's message to the clerk."""
    return await _ask(service, question, "api", Role.SHOPPER)


@router.get("/search", tags=["shopper"])
async def search(
    service: Serving,
    q: Annotated[str, Query(min_length=1, max_length=400, description="what to look for")],
    k: Annotated[int, Query(ge=1, le=50, description="how many at most")] = 10,
    kind: Annotated[str, Query(pattern="^(product|faq|policy)?$", description="only these; everything without")] = "",
) -> list[Found]:
    """Products and help entries, best first."""
    where = (Condition("kind", "eq", kind),) if kind else ()
    hits = await service.lanes.run(lambda: service.shop.retriever.search(q, k, where))
    return [_found(hit) for hit in hits]


@router.post("/staff/ask", tags=["staff"], responses={401: {"description": "Nobody is signed in."}, 403: {"description": "Another role."}})
async def ask(question: Question, service: Serving, account: Annotated[Account, Depends(staff_account)]) -> Reply:
    """A question about the shop's figures; the answer comes with its receipt."""
    return await _ask(service, question, f"insights-api:{account.username}", Role.STAFF, account.role.value)


async def _ask(service: Service, question: Question, kind: str, role: Role, account_role: str = "") -> Reply:
    token = question.conversation or service.tokens.new_conversation(kind)
    session = service.tokens.conversation_in(token, kind)
    if session is None:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "The conversation token is not one of this shop's; leave it out to begin anew.")
    answer = await service.lanes.run(service.shop.answer, Message(question.id, session, question.text, role, account_role=account_role))
    return Reply(conversation=token, **answer.to_record(question.id))


def _found(hit: Hit) -> Found:
    passage = hit.passage
    return Found(id=passage.id, kind=passage.kind, score=round(hit.score, 4), text=passage.text, fields=dict(passage.fields))
