"""Every metric of the chassis, in one place; each service has a separate registry."""

from collections.abc import Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKET_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The metrics of a service. Labels are bounded: streams, event types and reason codes, never ids."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = self._counter("events", "Records by outcome.", ["group", "outcome"])
        self.batch_seconds = self._histogram("batch_seconds", "Seconds from poll to commit of a batch.")
        self.dead_letters = self._counter("dead_letters", "Records dead-lettered.", ["stream", "reason"])
        self.unknown_codes = self._counter(
            "unknown_codes", "Fields with a code that is on no list here.", ["list", "event_type"]
        )
        self.waits = self._counter("waits", "Waits for unavailable infrastructure.", ["what"])
        self.lag = self._gauge("consumer_lag_records", "Records not yet read.", ["topic", "partition"])
        self.paused = self._gauge("stream_paused", "1 for each partner's topic that is paused.", ["topic"])
        self.outbox_rows = self._gauge("outbox_rows", "Outbox rows waiting to be sent.")
        self.outbox_sent = self._counter("outbox_sent", "Outbox rows sent and deleted.")
        self.timers_fired = self._counter("timers_fired", "Timers by outcome.", ["kind", "outcome"])
        self.timers_failing = self._gauge("timers_failing", "Timers whose handler keeps failing.", ["kind"])
        self.ready = self._gauge("ready", "1 when the service is ready for work, 0 when it is not.")
        self.http_seconds = self._histogram(
            "http_seconds", "Seconds per HTTP request.", ["method", "route", "status"]
        )

    def _counter(self, name: str, description: str, labels: Sequence[str] = ()) -> Counter:
        return Counter(f"alongside_{name}", description, labels, registry=self.registry)

    def _gauge(self, name: str, description: str, labels: Sequence[str] = ()) -> Gauge:
        return Gauge(f"alongside_{name}", description, labels, registry=self.registry)

    def _histogram(self, name: str, description: str, labels: Sequence[str] = ()) -> Histogram:
        return Histogram(
            f"alongside_{name}", description, labels, buckets=_BUCKET_SECONDS, registry=self.registry
        )
