"""Gathers what several threads ask for at the same time into batches, without a thread of its own and without waiting for company.

Whoever comes first works, alone and at once. Who comes meanwhile waits, and is served with all others that wait by the first of them
whose turn it is. So a lone request is never held back, and under load the batches grow by themselves.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")


@dataclass(slots=True, eq=False)
class _Job(Generic[Asked, Given]):
    item: Asked
    result: tuple[Given] | None = None
    error: BaseException | None = None

    @property
    def done(self) -> bool:
        return self.result is not None or self.error is not None


class Batcher(Generic[Asked, Given]):
    """A function of many, called for one at a time. Safe to share between threads.

    Args:
        work: gives one result for each item, in their order.
        most: the largest batch.
    """

    def __init__(self, work: Callable[[Sequence[Asked]], Sequence[Given]], *, most: int = 16) -> None:
        self._work = work
        self._most = most
        self._waiting: deque[_Job[Asked, Given]] = deque()
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def __call__(self, item: Asked) -> Given:
        """The result for `item`.

        Raises:
            what `work` raised on the batch that held the item.
        """
        job: _Job[Asked, Given] = _Job(item)
        with self._lock:
            self._waiting.append(job)
        with self._turn:
            while not job.done:
                self._run(self._next())
        if job.error is not None:
            raise job.error
        assert job.result is not None
        return job.result[0]

    def _next(self) -> list[_Job[Asked, Given]]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]

    def _run(self, jobs: list[_Job[Asked, Given]]) -> None:
        try:
            for job, result in zip(jobs, self._work([job.item for job in jobs]), strict=True):
                job.result = (result,)
        except BaseException as error:
            for job in jobs:
                job.error = error
            if not isinstance(error, Exception):
                raise
