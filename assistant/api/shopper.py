"""What a shopper's page or program calls: chat, as a whole or as it is said; the conversation; search; opinions."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Query, status
from fastapi.responses import StreamingResponse

from assistant import feedback
from assistant.api.callers import Allowed
from assistant.api.forms import Found, Opinion, Question, Reply, Talk
from assistant.api.live import MOST_LISTENERS, event, follow, stream, talk_of
from assistant.api.service import Service, service_of
from assistant.desk import handoff
from assistant.keys import Scope
from assistant.types import Answer, Message
from retrieval.errors import ShopclerkError
from retrieval.types import Condition, Hit

_LOG = logging.getLogger(__name__)
KIND = "api"
FAILED = "Something went wrong on our side, and the message was not answered. Please send it again."
router = APIRouter(tags=["shopper"])
Serving = Annotated[Service, Depends(service_of)]
ConversationHeader = Annotated[str, Header(alias="X-Conversation", max_length=400, description="the token of an answer's `conversation`")]
_CHAT = Depends(Allowed(Scope.CHAT))
_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "The key is wrong, or one is needed."},
    403: {"description": "The key lacks the scope."},
    429: {"description": "Too many calls; `Retry-After` says when to come back."},
}


@router.post("/chat", responses={**_REFUSALS, 503: {"description": "Too many turns at once."}}, dependencies=[_CHAT])
async def chat(question: Question, service: Serving) -> Reply:
    """A shopper's message to the clerk."""
    token, id = _conversation(service, question.conversation)
    answer = await service.lanes.run(service.shop.answer, Message(question.id, id, question.text))
    return _reply(token, question, answer)


@router.post("/chat/stream", responses={200: {"content": {"text/event-stream": {}}}, **_REFUSALS}, dependencies=[_CHAT])
async def chat_stream(question: Question, service: Serving) -> StreamingResponse:
    """The same as server-sent events: `start` at once, `words` as they are said, then the whole `answer`; or `failed`.

    Words are said once the guard has seen the whole sentence that they stand in: nothing is ever taken back.
    """
    token, id = _conversation(service, question.conversation)
    service.lanes.check()
    return stream(_said(service, token, Message(question.id, id, question.text), question))


@router.get("/chat/messages", responses=_REFUSALS, dependencies=[_CHAT])
def messages(service: Serving, conversation: ConversationHeader, after: Annotated[int, Query(ge=0)] = 0) -> Talk:
    """What was said in a conversation after turn `after`, people's words included, and who speaks now."""
    token, id = _conversation(service, conversation)
    return talk_of(service, token, id, after)


@router.get("/chat/events", responses={200: {"content": {"text/event-stream": {}}}, **_REFUSALS}, dependencies=[_CHAT])
def events(service: Serving, conversation: ConversationHeader, after: Annotated[int, Query(ge=0)] = 0) -> StreamingResponse:
    """The same, live: a `talk` event whenever something is said or another speaks. Reconnect with the last number seen."""
    token, id = _conversation(service, conversation)
    if service.metrics.listeners >= MOST_LISTENERS:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "Too many open streams.", headers={"Retry-After": "10"})
    return stream(follow(service, token, id, after))


@router.post("/chat/person", responses=_REFUSALS, dependencies=[_CHAT])
def ask_for_person(service: Serving, conversation: ConversationHeader) -> Talk:
    """Put the conversation into the desk's queue; the bot is silent from here on."""
    token, id = _conversation(service, conversation)
    handoff.ask_for_person(service.shop.store, id)
    return talk_of(service, token, id, 0)


@router.post("/chat/typing", status_code=204, responses=_REFUSALS, dependencies=[_CHAT])
def type_on(service: Serving, conversation: ConversationHeader) -> None:
    """The customer is writing: the desk shows it."""
    service.shop.hub.typing(_conversation(service, conversation)[1], "customer")


@router.get("/search", responses=_REFUSALS, dependencies=[Depends(Allowed(Scope.SEARCH))])
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


@router.post("/feedback", status_code=204, responses=_REFUSALS, dependencies=[Depends(Allowed(Scope.FEEDBACK))])
def give_feedback(opinion: Opinion, service: Serving) -> None:
    """A thumb on an answer, or a score for the whole conversation. Both train and are counted."""
    _, id = _conversation(service, opinion.conversation)
    store, kept = service.shop.store, False
    if opinion.rating is not None:
        kept = feedback.keep_rating(store, id, _turn_meant(service, id, opinion), opinion.rating, opinion.reason)
    if opinion.score is not None:
        kept = feedback.keep_verdict(store, id, opinion.score, opinion.words)
    if not kept:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "No such answer in this conversation, or neither rating nor score given.")


def _conversation(service: Service, token: str | None) -> tuple[str, str]:
    """(token, id) of the conversation that goes on, or of a new one.

    Raises:
        HTTPException: 400, the token is not one of ours.
    """
    token = token or service.tokens.new_conversation(KIND)
    id = service.tokens.shopper_conversation(token)
    if id is None:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "The conversation token is not one of this shop's; leave it out to begin anew.")
    return token, id


async def _said(service: Service, token: str, message: Message, question: Question) -> AsyncIterator[str]:
    yield event("start", {"conversation": token, "id": question.id})
    # a shopper who goes away does not undo the turn: it runs to its end and is kept
    turn = asyncio.create_task(service.lanes.run(service.shop.answer, message))
    await asyncio.wait({turn})
    if error := turn.exception():
        # the status is on its way already, so the failure must be said in the stream itself
        known = isinstance(error, ShopclerkError)
        if not known:
            _LOG.error("a turn of the API failed", exc_info=error)
        yield event("failed", {"detail": str(error) if known else FAILED})
        return
    answer = turn.result()
    for words in re.findall(r"\S+\s*", answer.text):
        yield event("words", {"text": words})
    yield event("answer", _reply(token, question, answer).model_dump(mode="json"))


def _reply(token: str, question: Question, answer: Answer) -> Reply:
    return Reply(conversation=token, **answer.to_record(question.id))


def _turn_meant(service: Service, id: str, opinion: Opinion) -> int | None:
    if opinion.turn is not None:
        return opinion.turn
    answers = [turn for turn in service.shop.store.conversations.turns(id) if turn.author == "bot"]
    meant = [turn for turn in answers if opinion.answer in (None, (turn.answer or {}).get("id"))]
    return meant[-1].number if meant else None


def _found(hit: Hit) -> Found:
    passage = hit.passage
    return Found(id=passage.id, kind=passage.kind, score=round(hit.score, 4), text=passage.text, fields=dict(passage.fields))
