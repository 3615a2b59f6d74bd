"""Read from the journey stream when each referral was handled: its result was notified, or it took a step such as its proposal."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from alongside_chassis.kafka import Kafka
from alongside_contracts.event import Event
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.notifications import NoticeDelivered
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_contracts.streams import JOURNEY
from alongside_contracts.vocabulary import BusinessStatus, Channel, RecipientRole

_ROLES_BY_RESULT: Final[Mapping[str, frozenset[str]]] = {
    BusinessStatus.AWAITING_RESPONSE.value: frozenset({RecipientRole.TARGET.value}),
    BusinessStatus.WAITLISTED.value: frozenset({RecipientRole.PERSON.value, RecipientRole.REFERRER.value}),
}
"""Whose notice counts, by the result of the search. A person who referred themselves is notified as the referrer."""
OnHandled = Callable[[str, float], None]
"""Called with the partner's reference and the time (time.monotonic) at which the last event was seen."""


class JourneyTracker(Protocol):
    """Something that reads the journey stream."""

    def add_record(self, kind: str, event_id: str, value: bytes, at: float, /) -> None:
        """Process one record of the journey stream."""


class StepTracker:
    """Tracks each referral from its admission to its first event of one type, such as its proposal or its closed loop."""

    def __init__(self, step: type[Event], on_step: OnHandled) -> None:
        self._step, self._on_step = step, on_step
        self._references: dict[str, str] = {}

    def add_record(self, kind: str, _event_id: str, value: bytes, at: float, /) -> None:
        """Process one record of the journey stream."""
        if kind == SubmissionAdmitted.type:
            event = orjson.loads(value)
            self._references[event["referral_id"]] = event["reference"]
        elif kind == self._step.type:
            reference = self._references.pop(orjson.loads(value)["referral_id"], None)
            if reference is not None:
                self._on_step(reference, at)


class NoticeTracker:
    """Tracks each referral from its admission until somebody was notified of the result of the search.

    That is the target, of the proposal, or the person, of the waiting list. The tracker finds the notice by its cause, the id
    of the status change. Earlier notices, such as the person's of the request, do not count.
    """

    def __init__(self, on_notice: OnHandled) -> None:
        self._on_notice = on_notice
        self._references: dict[str, str] = {}
        self._roles_by_cause: dict[str, frozenset[str]] = {}
        self.waitlisted = 0
        """The number of waitlisted referrals."""

    def add_record(self, kind: str, event_id: str, value: bytes, at: float, /) -> None:
        """Process one record of the journey stream."""
        if kind == SubmissionAdmitted.type:
            event = orjson.loads(value)
            self._references[event["referral_id"]] = event["reference"]
        elif kind == ReferralStatusChanged.type:
            self._add_status_change(orjson.loads(value), event_id)
        elif kind == NoticeDelivered.type:
            self._add_notice(orjson.loads(value), at)

    def _add_status_change(self, event: Mapping[str, Any], event_id: str) -> None:
        result = str(event.get("business_status"))
        if result in _ROLES_BY_RESULT:
            self._roles_by_cause[event_id] = _ROLES_BY_RESULT[result]
            self.waitlisted += result == BusinessStatus.WAITLISTED.value

    def _add_notice(self, event: Mapping[str, Any], at: float) -> None:
        roles = self._roles_by_cause.get(event["cause"], frozenset())
        if event["role"] in roles and event["channel"] == Channel.IN_APP.value:
            del self._roles_by_cause[event["cause"]]
            reference = self._references.pop(event["referral_id"], None)
            if reference is not None:
                self._on_notice(reference, at)


@asynccontextmanager
async def follow_journeys(kafka: Kafka, tracker: JourneyTracker) -> AsyncIterator[None]:
    """Give the tracker all records of the journey stream from now on, for as long as the block lasts."""
    consumer = AIOKafkaConsumer(
        **kafka.options(), group_id=None, enable_auto_commit=False, fetch_max_wait_ms=20
    )
    await consumer.start()
    topic_partitions = [TopicPartition(JOURNEY.topic(), number) for number in range(JOURNEY.partitions)]
    consumer.assign(topic_partitions)
    await consumer.seek_to_end(*topic_partitions)
    for partition in topic_partitions:
        await consumer.position(partition)  # waits until the seek is done
    reading = asyncio.create_task(_read(consumer, tracker))
    try:
        yield
        if reading.done():
            reading.result()
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, tracker: JourneyTracker) -> None:
    while True:
        polled: Mapping[Any, list[ConsumerRecord[bytes, bytes]]] = await consumer.getmany(timeout_ms=200)
        now = time.monotonic()
        for records in polled.values():
            for record in records:
                headers = dict(record.headers)
                tracker.add_record(
                    headers["ce_type"].decode(), headers["ce_id"].decode(), record.value or b"", now
                )
