"""Metrics of mail: notices that wait, and the result of each attempt. A dead mail relay shows here, not in `ready`."""

from typing import Final, Literal, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge

Outcome: TypeAlias = Literal["delivered", "once-more", "given-up", "no-route", "superseded"]

_LANES: Final = {True: "urgent", False: "normal"}


class MailMetrics:
    """The metrics of both lanes, registered once per process, however often a lane restarts."""

    def __init__(self) -> None:
        self.attempts = Counter(
            "alongside_mail_attempts", "Attempts to send a notice by e-mail.", ["outcome"], registry=None
        )
        self.waiting = Gauge(
            "alongside_mail_waiting_notices", "Notices not yet sent, by lane.", ["lane"], registry=None
        )
        self._registry: CollectorRegistry | None = None

    def register_on(self, registry: CollectorRegistry) -> None:
        """Add these metrics to a service's metrics page."""
        if self._registry is not registry:
            registry.register(self.attempts)
            registry.register(self.waiting)
            self._registry = registry

    def set_waiting(self, by_urgency: dict[bool, int]) -> None:
        """Set how many notices wait in each lane."""
        for urgent, lane in _LANES.items():
            self.waiting.labels(lane).set(by_urgency.get(urgent, 0))
