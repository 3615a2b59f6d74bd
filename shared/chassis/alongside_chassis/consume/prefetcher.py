"""Polls and decodes the next batch while the database works on the current one, and lets small batches grow.

Decoding is most of a record's cost before its transaction, and a transaction is mostly waiting. A prefetched record has
no effect before it is taken: its offset is committed with its batch, and when a partition's position moves (a rebalance,
a seek back) its prefetched records are discarded and polled again.
"""

import asyncio
from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from aiokafka import AIOKafkaConsumer

from alongside_chassis.clock import Clock
from alongside_chassis.consume.decoding import Decoded, Record

SLICE_RECORDS: Final = 25
"""Records decoded before other tasks may run, such as one whose database answer has arrived: well under a millisecond."""
GATHERED_RECORDS: Final = 100
"""So many records are worth a batch at once."""
Partition: TypeAlias = tuple[str, int]
"""Topic and partition; aiokafka's TopicPartition is such a tuple."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Polled records, in order per partition. `decoded` is shorter than `records` while some are not decoded yet."""

    records: list[Record] = field(default_factory=list)
    decoded: list[Decoded] = field(default_factory=list)

    def offsets(self) -> dict[Partition, int]:
        """Return each partition's next offset once the whole batch is handled."""
        return {(record.topic, record.partition): record.offset + 1 for record in self.records}

    def where(self, is_kept: Callable[[Partition], bool]) -> "Batch":
        """Return the records of the partitions that `is_kept` accepts; records that are not decoded yet remain last."""
        kept = [is_kept((record.topic, record.partition)) for record in self.records]
        return Batch(
            [record for record, keep in zip(self.records, kept, strict=True) if keep],
            [decoded for decoded, keep in zip(self.decoded, kept, strict=False) if keep],
        )


class Prefetcher:
    """Holds the records one consumer has polled and not handled yet: at most one batch."""

    def __init__(
        self, consumer: AIOKafkaConsumer, decode: Callable[[Record], Decoded], records_max: int, clock: Clock
    ) -> None:
        self._consumer, self._decode, self._records_max = consumer, decode, records_max
        self._clock = clock
        self._batch = Batch()
        self._taken_at = float("-inf")

    @property
    def is_empty(self) -> bool:
        """Whether no polled record waits to be taken."""
        return not self._batch.records

    async def gather(self, seconds: float, stopping: asyncio.Event) -> None:
        """Let more records arrive until `seconds` after the latest batch was taken, unless enough have, or it is time to stop.

        A transaction, its announcements and their acknowledgements cost nearly the same for one record as for many.
        """
        remaining = self._taken_at + seconds - self._clock.monotonic()
        if remaining > 0 and len(self._batch.records) < GATHERED_RECORDS:
            with suppress(TimeoutError):
                async with asyncio.timeout(remaining):
                    await stopping.wait()

    async def poll(self, timeout_ms: int = 0) -> None:
        """Poll up to a batch and decode it a slice at a time.

        There is no await between `getmany` and the append, so a record is always in the consumer or in the batch.
        """
        if room := self._records_max - len(self._batch.records):
            polled = await self._consumer.getmany(timeout_ms=timeout_ms, max_records=room)
            for records in polled.values():
                self._batch.records.extend(records)
        while self._decode_slice():  # noqa: ASYNC110  # lets other tasks run; nothing is waited for
            await asyncio.sleep(0)

    def take(self, assigned: AbstractSet[Partition]) -> Batch:
        """Remove and return the batch, without records of partitions that are no longer assigned to this consumer."""
        while self._decode_slice():
            pass
        batch, self._batch = self._batch, Batch()
        if batch.records:
            self._taken_at = self._clock.monotonic()
        return batch if batch.offsets().keys() <= assigned else batch.where(assigned.__contains__)

    def discard(self, partitions: Collection[Partition]) -> None:
        """Drop the prefetched records of these partitions; they are polled again from the partition's position."""
        self._batch = self._batch.where(lambda partition: partition not in partitions)

    def _decode_slice(self) -> bool:
        """Decode the next slice; return whether there was one."""
        batch = self._batch
        done = len(batch.decoded)
        batch.decoded.extend(map(self._decode, batch.records[done : done + SLICE_RECORDS]))
        return len(batch.decoded) > done
