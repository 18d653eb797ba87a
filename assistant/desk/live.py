"""What happens in conversations, told at once to whoever looks at them: new turns, changes of the speaker, signs of typing.

Owns the way from a writing thread to the listening event loops of this process. Tells that something happened and never what: a listener
reads the store, so that nothing is seen here that is not written there. What other processes write is not heard of; pages look
again now and then by themselves. Refuses to know about HTTP.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

Kind: TypeAlias = Literal["changed", "typing"]


class Watchable(Protocol):
    """Tells which conversation changed, see `assistant.store.conversations.Conversations.watch`."""

    def watch(self, watcher: Callable[[str], None]) -> Callable[[], None]: ...


@dataclass(frozen=True, slots=True)
class Signal:
    """Something happened in a conversation. `who` types: `customer` or an agent's name; empty where the conversation changed."""

    kind: Kind
    conversation: str
    who: str = ""


@dataclass(eq=False)
class Ear:
    """One page's ear, see `Hub.ear`. Signals that it has not taken yet are kept once each."""

    conversation: str
    loop: asyncio.AbstractEventLoop
    waiting: dict[Signal, None] = field(default_factory=dict)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, signal: Signal) -> None:
        """For the hub, on the listener's own loop."""
        self.waiting[signal] = None
        self.heard.set()

    async def hear(self, idle_s: float) -> Signal | None:
        """The next signal, the oldest first; None after `idle_s` without any."""
        try:
            await asyncio.wait_for(self.heard.wait(), idle_s)
        except TimeoutError:
            return None
        signal = next(iter(self.waiting))
        del self.waiting[signal]
        if not self.waiting:
            self.heard.clear()
        return signal


class Hub:
    """Passes signals on. Safe to use from any thread; cheap where nobody listens.

    Args:
        conversations: where changes are heard of.
    """

    def __init__(self, conversations: Watchable) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Ear, ...] = ()
        self._stop = conversations.watch(lambda key: self._tell(Signal("changed", key)))

    @property
    def listeners(self) -> int:
        """How many are listening."""
        return len(self._listeners)

    def typing(self, conversation: str, who: str) -> None:
        """Somebody is writing and has not sent anything yet."""
        self._tell(Signal("typing", conversation, who))

    @contextmanager
    def ear(self, conversation: str = "") -> Iterator[Ear]:
        """Hears from the first line of the block on what happens in a conversation, or in all of them where none is named.

        Several equal signals that come before the first is taken are one.
        """
        ear = Ear(conversation, asyncio.get_running_loop())
        with self._lock:
            self._listeners = (*self._listeners, ear)
        try:
            yield ear
        finally:
            with self._lock:
                self._listeners = tuple(known for known in self._listeners if known is not ear)

    def close(self) -> None:
        """Hear of nothing any more."""
        self._stop()

    def _tell(self, signal: Signal) -> None:
        for listener in self._listeners:
            if listener.conversation in ("", signal.conversation) and not listener.loop.is_closed():
                listener.loop.call_soon_threadsafe(listener.tell, signal)
