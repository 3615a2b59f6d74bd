"""Follows referrals from outside, on the journey stream: when was each referrer told what became of their referral?

A referrer is first told that a referral was requested. What counts here is the notice after that: about the offer that
was asked, or the waitlist. It is found by its cause, the id of the status change it tells.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from alongside_chassis.kafka import Kafka
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.notifications import NoticeDelivered
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_contracts.streams import JOURNEY
from alongside_contracts.vocabulary import BusinessStatus, Channel, RecipientRole

_PLACED: Final = (BusinessStatus.AWAITING_RESPONSE.value, BusinessStatus.WAITLISTED.value)
Arrived = Callable[[str, float], None]
"""Told the partner's reference, and when (time.monotonic) its notice was seen."""


class Arrivals:
    """Hears the journey of every referral up to its notice, and forgets it then."""

    def __init__(self, arrived: Arrived) -> None:
        self._arrived = arrived
        self._references: dict[str, str] = {}
        self._causes: set[str] = set()
        self.waitlisted = 0
        """Referrals nobody could be asked for."""

    def hear(self, kind: str, event_id: str, value: bytes, at: float) -> None:
        """Take in one record of the journey."""
        if kind == SubmissionAdmitted.type:
            event = orjson.loads(value)
            self._references[event["referral_id"]] = event["reference"]
        elif kind == ReferralStatusChanged.type:
            self._placed(orjson.loads(value), event_id)
        elif kind == NoticeDelivered.type:
            self._told(orjson.loads(value), at)

    def _placed(self, event: Mapping[str, Any], event_id: str) -> None:
        if event.get("business_status") in _PLACED:
            self._causes.add(event_id)
            self.waitlisted += event["business_status"] == BusinessStatus.WAITLISTED.value

    def _told(self, event: Mapping[str, Any], at: float) -> None:
        ours = event["role"] == RecipientRole.REFERRER.value and event["channel"] == Channel.IN_APP.value
        if ours and event["cause"] in self._causes:
            self._causes.discard(event["cause"])
            reference = self._references.pop(event["referral_id"], None)
            if reference is not None:
                self._arrived(reference, at)


@asynccontextmanager
async def following(kafka: Kafka, arrived: Arrived) -> AsyncIterator[Arrivals]:
    """Follow everything from now on, for as long as the block lasts."""
    consumer = AIOKafkaConsumer(
        **kafka.options(), group_id=None, enable_auto_commit=False, fetch_max_wait_ms=20
    )
    await consumer.start()
    places = [TopicPartition(JOURNEY.topic(), number) for number in range(JOURNEY.partitions)]
    consumer.assign(places)
    await consumer.seek_to_end(*places)
    for place in places:
        await consumer.position(place)  # waits until the seek is done
    arrivals = Arrivals(arrived)
    hearing = asyncio.create_task(_hear(consumer, arrivals))
    try:
        yield arrivals
        if hearing.done():
            hearing.result()
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        await consumer.stop()


async def _hear(consumer: AIOKafkaConsumer, arrivals: Arrivals) -> None:
    while True:
        polled: Mapping[Any, list[ConsumerRecord[bytes, bytes]]] = await consumer.getmany(timeout_ms=200)
        now = time.monotonic()
        for records in polled.values():
            for record in records:
                headers = dict(record.headers)
                arrivals.hear(
                    headers["ce_type"].decode(), headers["ce_id"].decode(), record.value or b"", now
                )
