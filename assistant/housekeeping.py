"""What a served shop does by itself: forget old conversations, and bring index and warehouse after what was written in chat.

Owns when it happens; refuses to know how. One thread, which ends with the context.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant.config import Settings
from assistant.indexing import update_index
from assistant.store import Store
from assistant.warehouse import Warehouse
from retrieval.errors import ShopclerkError

if TYPE_CHECKING:
    from retrieval.types import Encoder

_LOG = logging.getLogger(__name__)
_DAY_S = 24 * 3600.0
_LOOK_S = 5.0
_REST = 10
"""After a refresh as much time again, so many times, before the next: a large shop's takes seconds of a core."""


def sweep(store: Store, settings: Settings, now: datetime) -> int:
    """Delete the conversations that are older than the shop keeps them; how many there were. Audited where there were any."""
    gone = store.conversations.sweep(now - timedelta(days=settings.retention_days))
    if gone:
        store.audit.append("shopclerk", "conversations_swept", "conversations", count=gone, retention_days=settings.retention_days)
    return gone


class Housekeeping:
    """Sweeps at once and daily; refreshes the warehouse and the index `refresh_after_s` after the store has changed.

    Args:
        store: the open store.
        settings: how long conversations are kept, and how soon figures follow.
        encoder: encodes what is new for the index.
    """

    def __init__(self, store: Store, settings: Settings, encoder: Encoder) -> None:
        self._store = store
        self._settings = settings
        self._encoder = encoder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="housekeeping", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _keep(self) -> None:
        after = self._settings.serve.refresh_after_s
        swept, rested, seen, due = -_DAY_S, 0.0, "", 0.0
        while not self._stop.wait(min(_LOOK_S, after or _LOOK_S)):
            now = time.monotonic()
            if now - swept >= _DAY_S:
                swept = now
                self._quietly(self._sweep)
            token = self._store.changed_at()
            if after and token != seen:
                seen, due = token, due or max(now + after, rested)
            if due and now >= due:
                due = 0.0
                self._quietly(self._refresh)
                done = time.monotonic()
                rested = done + _REST * (done - now)

    def _sweep(self) -> None:
        if gone := sweep(self._store, self._settings, datetime.now(UTC)):
            _LOG.info("Deleted %s conversations older than %s days.", gone, self._settings.retention_days)

    def _refresh(self) -> None:
        Warehouse.refresh(self._store)
        update_index(self._store, self._encoder)

    def _quietly(self, work: Callable[[], None]) -> None:
        """Run work; what goes wrong with it is logged, and tried again when it is due next."""
        try:
            work()
        except ShopclerkError as error:
            _LOG.warning("%s", error)
