"""What the routes work with: the shop, its tokens and keys, its limits, its figures, and the lanes in which turns run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import HTTPException, Request, status
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.keys import Keys
from assistant.metrics import Metrics
from assistant.tokens import Tokens

if TYPE_CHECKING:
    from assistant.build import Shop

QUEUE_PER_LANE = 16
T = TypeVar("T")


class Lanes:
    """So many turns in work at once, so many more waiting; the rest are told to come back.

    Args:
        width: turns in work at once.
        metrics: shows how full the lanes are.
    """

    def __init__(self, width: int, metrics: Metrics | None = None) -> None:
        self._width = width
        self._limiter: CapacityLimiter | None = None
        if metrics is not None:
            metrics.working.set_function(lambda: self._limiter.borrowed_tokens if self._limiter else 0)
            metrics.queued.set_function(lambda: self._limiter.statistics().tasks_waiting if self._limiter else 0)

    def check(self) -> CapacityLimiter:
        """The limiter, if there is room in the queue.

        Raises:
            HTTPException: 503, the queue is full.
        """
        # A limiter belongs to the event loop that it is made in.
        self._limiter = self._limiter or CapacityLimiter(self._width)
        if self._limiter.statistics().tasks_waiting >= QUEUE_PER_LANE * self._width:
            raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "Too many questions at once.", headers={"Retry-After": "2"})
        return self._limiter

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """`work(*arguments)` in a thread, when a lane is free.

        Raises:
            HTTPException: 503, the queue is full.
        """
        return await to_thread.run_sync(work, *arguments, limiter=self.check())


class Rates:
    """So many calls a minute; the rest are told when to come back."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, who: str, per_minute: int) -> None:
        """Count one call of `who`; 0 is no limit.

        Raises:
            HTTPException: 429, over the limit.
        """
        if per_minute and not self._limiter.hit(RateLimitItemPerMinute(per_minute), who):
            raise HTTPException(
                status.HTTP_429_TOO_MANY_REQUESTS,
                f"More than {per_minute} calls in a minute. Wait a little.",
                headers={"Retry-After": "10"},
            )


@dataclass(frozen=True, slots=True)
class Service:
    """What the routes need: the shop, its tokens and keys, its lanes and figures."""

    shop: Shop
    tokens: Tokens
    keys: Keys
    metrics: Metrics
    lanes: Lanes
    rates: Rates = field(default_factory=Rates)

    @classmethod
    def of(cls, shop: Shop) -> Service:
        """The service over an open shop; its figures count every turn of the shop from now on."""
        metrics = Metrics(shop.store)
        shop.watchers.append(metrics)
        lanes = Lanes(shop.settings.serve.concurrency, metrics)
        return cls(shop, Tokens(shop.store, shop.settings.accounts), Keys(shop.store), metrics, lanes)


def service_of(request: Request) -> Service:
    """The service that the app put at `app.state.service`."""
    service: Service = request.app.state.service
    return service
