"""Detects that Kafka no longer answers a consumer: aiokafka retries for ever in silence, and its polls stay empty."""

from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError

from alongside_chassis.clock import Clock
from alongside_chassis.kafka.access import Kafka
from alongside_chassis.kafka.connection_diagnosis import diagnose_connection

ANSWER_SECONDS_MAX: Final = 5.0
"""A fetch is answered within a second, records or none; a new leader is found within two seconds."""
DIAGNOSIS_PAUSE_SECONDS: Final = 5.0


class BrokerLiveness:
    """Watches one consumer by the times of its latest fetches, which aiokafka keeps for each partition."""

    def __init__(self, kafka: Kafka, clock: Clock) -> None:
        self._kafka, self._clock = kafka, clock
        self._latest: int | None = None
        self._answered_at = self._diagnosed_at = clock.monotonic()
        self._reason: str | None = None
        self._silent_seconds = 0.0

    @property
    def silent_seconds(self) -> float:
        """Seconds without an answered fetch, as of the latest check."""
        return self._silent_seconds

    async def lost_because(self, consumer: AIOKafkaConsumer, *, handled: bool) -> str | None:
        """Return why fetches are not answered; None while they are, or while there is nothing to fetch.

        `handled` means that records have just been handled: however long that took, Kafka is not the cause.
        """
        fetching = consumer.assignment() - consumer.paused()
        latest = max((consumer.last_poll_timestamp(partition) or 0 for partition in fetching), default=None)
        if handled or latest is None or latest != self._latest:
            self._latest, self._answered_at, self._reason = latest, self._clock.monotonic(), None
        self._silent_seconds = self._clock.monotonic() - self._answered_at
        if self._silent_seconds > ANSWER_SECONDS_MAX:
            await self._diagnose()
        return self._reason

    async def _diagnose(self) -> None:
        now = self._clock.monotonic()
        if self._reason is None or now - self._diagnosed_at > DIAGNOSIS_PAUSE_SECONDS:
            self._diagnosed_at = now
            diagnosis = await diagnose_connection(KafkaConnectionError(), self._kafka)
            silent = "Kafka, which has not answered for some seconds"
            self._reason = silent if diagnosis == KafkaConnectionError.__name__ else diagnosis
