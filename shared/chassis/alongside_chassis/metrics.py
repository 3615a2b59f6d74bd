"""Every metric of the chassis, in one place, on a registry of the service's own."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The numbers a service tells. Labels are bounded: streams, event types and reason codes, never ids."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.events = Counter(
            "alongside_events",
            "Records by what became of them: handled, duplicate, ignored, refused.",
            ["stream", "outcome"],
            registry=self.registry,
        )
        self.batch_seconds = Histogram(
            "alongside_batch_seconds",
            "From poll to committed offsets, per batch.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.dead_letters = Counter(
            "alongside_dead_letters", "Records put aside.", ["stream", "reason"], registry=self.registry
        )
        self.waits = Counter(
            "alongside_waits",
            "Times work waited for infrastructure to return.",
            ["what"],
            registry=self.registry,
        )
        self.lag = Gauge(
            "alongside_consumer_lag_records",
            "Records not yet read.",
            ["topic", "partition"],
            registry=self.registry,
        )
        self.outbox_rows = Gauge("alongside_outbox_rows", "Rows waiting to be sent.", registry=self.registry)
        self.outbox_sent = Counter("alongside_outbox_sent", "Rows sent and deleted.", registry=self.registry)
        self.timers_fired = Counter(
            "alongside_timers_fired",
            "Timers by kind and outcome.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.http_seconds = Histogram(
            "alongside_http_seconds",
            "HTTP requests by route and status class.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=self.registry,
        )
