"""The next batch, polled and read while the database works on the one in hand.

Reading is most of what a record costs this process before its transaction, and that transaction is mostly waiting.
Nothing of what is ahead counts before its turn: its offsets are committed with it, and whoever moves a partition's
position (a rebalance, a step back) forgets what was polled ahead of it, so that it is polled again.
"""

import asyncio
from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from aiokafka import AIOKafkaConsumer

from alongside_chassis.consume.decoding import Reading, Record

SLICE_RECORDS: Final = 25
"""Read at once: well under a millisecond, for which whoever has an answer of the database has to wait."""
Place: TypeAlias = tuple[str, int]
"""Topic and partition, as aiokafka's TopicPartition, which is one."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Polled records, in order per partition, and what each of them is."""

    records: list[Record] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    def offsets(self) -> dict[Place, int]:
        """Where each partition goes on when all of it is handled."""
        return {(record.topic, record.partition): record.offset + 1 for record in self.records}

    def where(self, is_kept: Callable[[Place], bool]) -> "Batch":
        """The records of some partitions. What is not read yet stands behind what is, and stays there."""
        kept = [is_kept((record.topic, record.partition)) for record in self.records]
        return Batch(
            [record for record, keep in zip(self.records, kept, strict=True) if keep],
            [reading for reading, keep in zip(self.readings, kept, strict=False) if keep],
        )


class Ahead:
    """What one consumer has polled and nobody handles yet: at most a batch."""

    def __init__(
        self, consumer: AIOKafkaConsumer, read: Callable[[Record], Reading], records_max: int
    ) -> None:
        self._consumer, self._read, self._records_max = consumer, read, records_max
        self._batch = Batch()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was polled that is not taken."""
        return not self._batch.records

    async def poll(self, timeout_ms: int = 0) -> None:
        """Add what Kafka has, as far as there is room, and read it, a little at a time.

        Nothing is awaited between what the consumer hands over and its place here: it is never in neither.
        """
        if room := self._records_max - len(self._batch.records):
            polled = await self._consumer.getmany(timeout_ms=timeout_ms, max_records=room)
            for records in polled.values():
                self._batch.records.extend(records)
        while self._read_slice():  # noqa: ASYNC110  # nothing is waited for: others go on
            await asyncio.sleep(0)

    def take(self, assigned: AbstractSet[Place]) -> Batch:
        """All of it, if it is still ours; the rest is somebody else's by now."""
        while self._read_slice():
            pass
        batch, self._batch = self._batch, Batch()
        return batch if batch.offsets().keys() <= assigned else batch.where(assigned.__contains__)

    def forget(self, places: Collection[Place]) -> None:
        """Let go of what these partitions had ahead; it will be polled again from where they stand then."""
        self._batch = self._batch.where(lambda place: place not in places)

    def _read_slice(self) -> bool:
        """Read some more; whether there was something to read."""
        batch = self._batch
        done = len(batch.readings)
        batch.readings.extend(map(self._read, batch.records[done : done + SLICE_RECORDS]))
        return len(batch.readings) > done
