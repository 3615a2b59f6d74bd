"""Watches an output topic: the number of records so far, and afterwards the time of each."""

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
    """The records of one run, by time; `stamps_ms` are the record timestamps in milliseconds."""

    stamps_ms: tuple[int, ...]
    distinct: int

    @property
    def per_second(self) -> float:
        """Records per second after the first timestamp, so that the start-up is not included."""
        first, last = self.stamps_ms[0], self.stamps_ms[-1]
        after_first = sum(stamp > first for stamp in self.stamps_ms)
        return after_first / max((last - first) / 1000, 0.001)


class TopicWatcher:
    """Counts and reads the records added to one topic."""

    def __init__(self, consumer: AIOKafkaConsumer, topic_partitions: Sequence[TopicPartition]) -> None:
        self._consumer, self._topic_partitions = consumer, topic_partitions

    async def end_offsets(self) -> Offsets:
        """Return the end offset of every partition now."""
        ends: Offsets = await self._consumer.end_offsets(self._topic_partitions)
        return ends

    async def count_since(self, begin: Offsets) -> int:
        """Return the number of records added since `begin`."""
        ends = await self.end_offsets()
        return sum(ends[partition] - begin[partition] for partition in self._topic_partitions)

    async def read_since(self, begin: Offsets, count: int) -> ProducedRecords:
        """Read `count` records added since `begin`. Raises BenchFailed after READ_SECONDS_MAX."""
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
            raise BenchFailed(
                f"Only {len(records)} of {count} produced records could be read within {READ_SECONDS_MAX:g} s."
            ) from None
        identities = Counter(_identity(record) for record in records)
        return ProducedRecords(tuple(sorted(record.timestamp for record in records)), len(identities))


@asynccontextmanager
async def watch_topic(kafka: Kafka, topic: str, partitions: int) -> AsyncIterator[TopicWatcher]:
    """Open a watcher of one topic."""
    topic_partitions = [TopicPartition(topic, number) for number in range(partitions)]
    consumer = AIOKafkaConsumer(**kafka.options(), group_id=None, enable_auto_commit=False)
    await consumer.start()
    try:
        yield TopicWatcher(consumer, topic_partitions)
    finally:
        await consumer.stop()


def _identity(record: ConsumerRecord[bytes, bytes]) -> bytes:
    """Return the event's id; the tutorial sends none, so return its body, which contains a unique id."""
    return dict(record.headers).get("ce_id") or record.value or b""
