"""A conversation as a stream: events in the form that browsers know (server-sent events), and waiting for what is said next."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from anyio import to_thread
from fastapi.responses import StreamingResponse

from assistant.api.forms import Said, Talk
from assistant.api.service import Service
from assistant.store.records import Mode

LOOK_S = 0.15
"""Between two looks while a person may write; a look is one row by its key."""
REST_S = 1.0
"""Between two looks while only the assistant speaks, whose answers come with their question."""
ALIVE_S = 15.0
"""Proxies close a stream that is silent for a minute."""
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
    said = [Said.of(turn) for turn in store.conversations.turns(id) if turn.number > after]
    return Talk(conversation=token, mode=conversation.mode.value, person=conversation.assignee or "", said=said)


async def follow(service: Service, token: str, id: str, after: int) -> AsyncIterator[str]:
    """`talk` events whenever something was said or another speaks, without end; comments in between keep the line open."""
    seen, silent = "", 0.0
    service.metrics.listeners += 1
    try:
        while True:
            conversation = await to_thread.run_sync(service.shop.store.conversations.get, id)
            mark = f"{conversation.updated_at} {conversation.mode} {conversation.assignee}" if conversation else "none"
            if mark != seen:
                seen, silent = mark, 0.0
                talk = await to_thread.run_sync(talk_of, service, token, id, after)
                after = max((said.number for said in talk.said), default=after)
                yield event("talk", talk.model_dump(mode="json"))
            elif silent >= ALIVE_S:
                silent = 0.0
                yield ": still here\n\n"
            with_person = conversation is not None and conversation.mode in (Mode.WAITING, Mode.AGENT)
            pause = LOOK_S if with_person else REST_S
            silent += pause
            await asyncio.sleep(pause)
    finally:
        service.metrics.listeners -= 1
