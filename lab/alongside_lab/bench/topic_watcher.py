"""Watches what a peer produces: how much so far, and afterwards when each record was made."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from alongside_chassis.kafka import Kafka
from alongside_lab.bench.errors import BenchFailed

READ_SECONDS_MAX: Final = 30.0
Offsets = dict[TopicPartition, int]


@dataclass(frozen=True, slots=True)
class ProducedRecords:
    """Records of one turn in the order of their making; `stamps_ms` are the broker's or producer's own times."""

    stamps_ms: tuple[int, ...]
    distinct: int

    @property
    def per_second(self) -> float:
        """How many followed those of the first moment, per second until the last: start-up is not in it."""
        first, last = self.stamps_ms[0], self.stamps_ms[-1]
        followed = sum(stamp > first for stamp in self.stamps_ms)
        return followed / max((last - first) / 1000, 0.001)


class TopicWatcher:
    """One topic, seen from its end."""

    def __init__(self, consumer: AIOKafkaConsumer, topic_partitions: Sequence[TopicPartition]) -> None:
        self._consumer, self._topic_partitions = consumer, topic_partitions

    async def end_offsets(self) -> Offsets:
        """Where every partition ends now."""
        ends: Offsets = await self._consumer.end_offsets(self._topic_partitions)
        return ends

    async def count_since(self, begin: Offsets) -> int:
        """How many records were added since."""
        ends = await self.end_offsets()
        return sum(ends[partition] - begin[partition] for partition in self._topic_partitions)

    async def read_since(self, begin: Offsets, count: int) -> ProducedRecords:
        """Read the `count` records added since. Raises BenchFailed when they cannot be had."""
        self._consumer.assign(self._topic_partitions)
        for partition in self._topic_partitions:
            self._consumer.seek(partition, begin[partition])
        records: list[ConsumerRecord[bytes, bytes]] = []
        try:
            async with asyncio.timeout(READ_SECONDS_MAX):
                while len(records) < count:
                    polled = await self._consumer.getmany(timeout_ms=200)
                    records += [record for batch in polled.values() for record in batch]
        except TimeoutError:
            raise BenchFailed(f"{len(records)} of {count} produced records could be read.") from None
        identities = Counter(_identity(record) for record in records)
        return ProducedRecords(tuple(sorted(record.timestamp for record in records)), len(identities))


@asynccontextmanager
async def watch_topic(kafka: Kafka, topic: str, partitions: int) -> AsyncIterator[TopicWatcher]:
    """A view on one topic."""
    topic_partitions = [TopicPartition(topic, number) for number in range(partitions)]
    consumer = AIOKafkaConsumer(**kafka.options(), group_id=None, enable_auto_commit=False)
    await consumer.start()
    try:
        yield TopicWatcher(consumer, topic_partitions)
    finally:
        await consumer.stop()


def _identity(record: ConsumerRecord[bytes, bytes]) -> bytes:
    """The event's id; the tutorial sends none, so there the whole body, which holds a fresh id of its own."""
    return dict(record.headers).get("ce_id") or record.value or b""
