"""Publishes the records, spread over the storm; a failed send is repeated until the broker acknowledges it.

Each partner logs in as its own user. Bad records for the journey are sent as a service that may write there.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from alongside_chassis.kafka import Kafka
from alongside_contracts.access import user_of
from alongside_contracts.streams import JOURNEY
from alongside_lab.faults.fault_records import FaultRecord

PAUSE_SECONDS: Final = 0.5
_JOURNEY_WRITER: Final = "matching"


class RecordSender:
    """Publishes records at a constant pace, in order per key. `kafka_as` returns a user's connection settings."""

    def __init__(self, kafka_as: Callable[[str], Kafka]) -> None:
        self._kafka_as = kafka_as
        self._producers: dict[str, AIOKafkaProducer] = {}
        self.sent_counts: Counter[str] = Counter()
        """Acknowledged records that get a decision, counted by partner."""
        self.done = False
        self.retries = 0

    async def send(self, records: Sequence[FaultRecord], seconds: float) -> None:
        """Publish all records within about `seconds`; return when the broker has acknowledged the last."""
        loop = asyncio.get_running_loop()
        began, pace = loop.time(), seconds / max(1, len(records))
        try:
            for position, record in enumerate(records):
                await asyncio.sleep(max(0.0, began + position * pace - loop.time()))
                await self._publish(record)
                self.sent_counts[record.partner] += record.is_decided
        finally:
            self.done = True
            stops = (producer.stop() for producer in self._producers.values())
            await asyncio.gather(*stops, return_exceptions=True)

    async def _publish(self, record: FaultRecord) -> None:
        """Publish one record; after a failure repeat it with a new producer."""
        user = _JOURNEY_WRITER if record.topic == JOURNEY.topic() else user_of(record.partner)
        while True:
            producer = self._producers.get(user) or await self._start_producer(user)
            try:
                headers = list(record.headers)
                await producer.send_and_wait(record.topic, record.value, record.key, headers=headers)
            except (KafkaError, OSError):
                self.retries += 1
                del self._producers[user]
                await asyncio.gather(producer.stop(), return_exceptions=True)
            else:
                return

    async def _start_producer(self, user: str) -> AIOKafkaProducer:
        kafka = self._kafka_as(user)
        while True:
            producer = AIOKafkaProducer(
                **kafka.options(), enable_idempotence=True, acks="all", request_timeout_ms=10_000
            )
            try:
                await producer.start()
            except (KafkaError, OSError):
                await asyncio.gather(producer.stop(), return_exceptions=True)
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                self._producers[user] = producer
                return producer
