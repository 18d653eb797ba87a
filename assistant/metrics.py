"""What the shop's work looks like from outside, for Prometheus: turns, how long they took, handoffs, the queue, errors.

Counts what it is told (`Watcher` of `assistant.build`, errors of the API) and reads the rest from the store when asked. One
registry for each shop, nothing global. No label holds anything that a person typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assistant.store import Store
from assistant.store.records import Mode
from assistant.types import Answer, Message

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The histogram's bounds: a turn takes tens of milliseconds on two cores, a hard figure seconds."""


class Metrics:
    """The figures of one running shop.

    Args:
        store: its conversations and its audit log are counted when the figures are read.
    """

    def __init__(self, store: Store) -> None:
        self._registry = registry = CollectorRegistry()
        self._turns = Counter("shopclerk_turns", "Messages answered.", ("role", "status"), registry=registry)
        self._seconds = Histogram("shopclerk_turn_seconds", "From message to answer.", ("role",), buckets=SECONDS, registry=registry)
        self._errors = Counter("shopclerk_errors", "Turns and calls that failed, by the error's name.", ("kind",), registry=registry)
        self.working = Gauge("shopclerk_api_working", "Calls of the API in work.", registry=registry)
        self.queued = Gauge("shopclerk_api_queued", "Calls of the API that wait for a free lane.", registry=registry)
        self._listening = Gauge("shopclerk_api_listening", "Open streams of chat messages.", registry=registry)
        self.listeners = 0
        self._listening.set_function(lambda: self.listeners)
        Gauge("shopclerk_info", "The version that runs.", ("version",), registry=registry).labels(version("shopclerk")).set(1)
        self._registry.register(_Stored(store))

    def answered(self, message: Message, answer: Answer, seconds: float) -> None:
        """Count a turn."""
        self._turns.labels(message.role.value, answer.status.value).inc()
        self._seconds.labels(message.role.value).observe(seconds)

    def failed(self, message: Message, error: Exception, seconds: float) -> None:
        """Count a turn that came to nothing."""
        self.error(error)

    def error(self, error: Exception) -> None:
        """Count an error."""
        self._errors.labels(type(error).__name__).inc()

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self._registry)


class _Stored(Collector):
    """What the store knows: conversations by who speaks, and how many were ever handed to a person."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        by_mode = GaugeMetricFamily("shopclerk_conversations", "Conversations by who speaks.", labels=("mode",))
        counted = self._store.conversations.count_by_mode()
        for mode in Mode:
            by_mode.add_metric((mode.value,), counted.get(mode, 0))
        yield by_mode
        handed = CounterMetricFamily("shopclerk_handoffs", "Conversations handed to a person, since the store was made.")
        handed.add_metric((), self._store.audit.count("person_requested"))
        yield handed
