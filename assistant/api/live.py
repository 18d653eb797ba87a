"""A conversation as a stream: events in the form that browsers know (server-sent events), and waiting for what is said next."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from anyio import to_thread
from fastapi.responses import StreamingResponse

from assistant.api.forms import Said, Talk
from assistant.api.service import Service
from assistant.store.records import Mode

LOOK_S = 5.0
"""Between two looks while nothing is heard: for what another process wrote. Proxies close a stream that is silent for a minute."""
MOST_LISTENERS = 2000


def event(name: str, data: Any) -> str:
    """One event. `data` is JSON, so it never holds a line break."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def stream(events: AsyncIterator[str]) -> StreamingResponse:
    """The answer that carries them; proxies must not hold it back."""
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


def talk_of(service: Service, token: str, id: str, after: int) -> Talk:
    """What was said after turn `after`; a conversation not yet begun is empty."""
    store = service.shop.store
    conversation = store.conversations.get(id)
    if conversation is None:
        return Talk(conversation=token, mode=Mode.BOT.value)
    turns = store.conversations.turns(id)
    gone = [turn.number for turn in turns if turn.author == "system" and not turn.text]
    said = [Said.of(turn, store.accounts.shown) for turn in turns if turn.number > after and turn.number not in gone]
    person = store.accounts.shown(conversation.assignee) if conversation.assignee else ""
    return Talk(conversation=token, mode=conversation.mode.value, person=person, said=said, taken_back=gone)


async def follow(service: Service, token: str, id: str, after: int) -> AsyncIterator[str]:
    """`talk` events whenever something was said or another speaks, `typing` while a person writes; comments keep the line open."""
    seen = ""
    service.metrics.listeners += 1
    try:
        # the ear is there before the first look, or what is said between the two would be heard late
        with service.shop.hub.ear(id) as ear:
            while True:
                talk = await to_thread.run_sync(talk_of, service, token, id, after)
                mark = f"{talk.mode} {talk.person}"
                if talk.said or mark != seen:
                    seen, after = mark, max((said.number for said in talk.said), default=after)
                    yield event("talk", talk.model_dump(mode="json"))
                while (signal := await ear.hear(LOOK_S)) is not None and signal.kind == "typing":
                    if signal.who != "customer":
                        yield event("typing", {"who": await to_thread.run_sync(service.shop.store.accounts.shown, signal.who)})
                if signal is None:
                    yield ": still here\n\n"
    finally:
        service.metrics.listeners -= 1
