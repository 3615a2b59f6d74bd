"""Writes the log lines and metrics of a pipeline, without payloads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alongside_chassis.consume.decoding import RefusedRecord
from alongside_chassis.observe.logs import Log
from alongside_chassis.observe.metrics import Metrics
from alongside_contracts.codes import installed
from alongside_contracts.codes.unknown import unknown_codes
from alongside_contracts.event import Event


@dataclass(frozen=True, slots=True)
class Report:
    """Writes the log lines and metrics of one consumer group: one method per kind of event."""

    group: str
    metrics: Metrics
    log: Log

    def batch_handled(self, records: int, outcome: Mapping[str, int], seconds: float) -> None:
        """Report how many records had which outcome; at level debug when all were ignored."""
        self.metrics.batch_seconds.observe(seconds)
        for name, count in outcome.items():
            self.metrics.events.labels(self.group, name).inc(count)
        log = self.log.debug if outcome["ignored"] == records else self.log.info
        log("batch-handled", group=self.group, records=records, seconds=round(seconds, 4), **outcome)

    def events_handled(self, events: Iterable[Event]) -> None:
        """Count the codes in handled events that are on no list here, such as those of a newer release."""
        codes = installed()
        for event in events:
            for name in unknown_codes(event, codes):
                self.metrics.unknown_codes.labels(name, event.type).inc()

    def batch_waits(self, error: Exception, waits: int) -> None:
        """Report that a batch waits for its next try; `waits` counts them so far."""
        self.metrics.waits.labels("database").inc()
        self.log.warning("batch-waits", group=self.group, waits=waits, exc=error)

    def handler_failed(self, event_type: str, error: Exception) -> None:
        """Report that our own code failed; its record is dead-lettered all the same."""
        self.log.error("handler-failed", group=self.group, event_type=event_type, exc=error)

    def dead_lettered(self, item: RefusedRecord) -> None:
        """Report a dead-lettered record, after the commit."""
        reason, origin = item.problem.code, item.origin
        self.metrics.dead_letters.labels(item.stream.name, reason).inc()
        self.log.warning(
            "dead-lettered",
            group=self.group,
            record=f"{origin.topic}/{origin.partition}/{origin.offset}",
            reason=reason,
            where=item.problem.where,
        )
