"""Every metric of the chassis, in one place, on a registry per service."""

from collections.abc import Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The metrics of a service. Labels are bounded: streams, event types and reason codes, never ids."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = self._count("events", "Records by what became of them.", ["group", "outcome"])
        self.batch_seconds = self._time("batch_seconds", "From poll to commit, per batch.")
        self.dead_letters = self._count("dead_letters", "Records dead-lettered.", ["stream", "reason"])
        self.waits = self._count("waits", "Times work waited for infrastructure to return.", ["what"])
        self.lag = self._gauge("consumer_lag_records", "Records not yet read.", ["topic", "partition"])
        self.paused = self._gauge("stream_paused", "1 for each partner's topic that is paused.", ["topic"])
        self.outbox_rows = self._gauge("outbox_rows", "Rows waiting to be sent.")
        self.outbox_sent = self._count("outbox_sent", "Rows sent and deleted.")
        self.timers_fired = self._count("timers_fired", "Timers by what became of them.", ["kind", "outcome"])
        self.timers_failing = self._gauge("timers_failing", "Timers whose handler keeps failing.", ["kind"])
        self.ready = self._gauge("ready", "1 when the service is ready for work, 0 when it is not.")
        self.http_seconds = self._time("http_seconds", "HTTP requests.", ["method", "route", "status"])

    def _count(self, name: str, what: str, labels: Sequence[str] = ()) -> Counter:
        return Counter(f"alongside_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str, labels: Sequence[str] = ()) -> Gauge:
        return Gauge(f"alongside_{name}", what, labels, registry=self.registry)

    def _time(self, name: str, what: str, labels: Sequence[str] = ()) -> Histogram:
        return Histogram(f"alongside_{name}", what, labels, buckets=_SECONDS, registry=self.registry)
