"""Prefetched records are taken once, in order, and discarded when a partition's position moves."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition

from alongside_chassis.consume.prefetcher import GATHERED_RECORDS, SLICE_RECORDS, Prefetcher
from alongside_chassis.testing import ManualClock
from tests.builders import SUNDAY_NOON

LEFT, RIGHT = TopicPartition("journey", 0), TopicPartition("journey", 1)
BOTH = frozenset({LEFT, RIGHT})


def a_record(partition: TopicPartition, offset: int) -> ConsumerRecord[Any, Any]:
    """Build a record of which only the position matters."""
    return ConsumerRecord(*partition, offset, 0, 0, None, None, None, 0, 0, ())


def some(partition: TopicPartition, *offsets: int) -> list[ConsumerRecord[Any, Any]]:
    """Records of one partition."""
    return [a_record(partition, offset) for offset in offsets]


class Consumer:
    """Returns records as a broker would, starting at the first that was not returned yet."""

    def __init__(self, records: Mapping[TopicPartition, Sequence[ConsumerRecord[Any, Any]]]) -> None:
        self.records = {partition: list(them) for partition, them in records.items()}

    def assignment(self) -> frozenset[TopicPartition]:
        """Both partitions."""
        return BOTH

    async def getmany(
        self, *, timeout_ms: int, max_records: int
    ) -> dict[TopicPartition, list[ConsumerRecord[Any, Any]]]:
        """At most so many records, partition by partition."""
        found: dict[TopicPartition, list[ConsumerRecord[Any, Any]]] = {}
        for partition, records in self.records.items():
            found[partition] = records[:max_records]
            max_records -= len(found[partition])
            del records[: len(found[partition])]
        return found


def prefetcher_of(consumer: Consumer, records_max: int = 500, clock: ManualClock | None = None) -> Prefetcher:
    """Build the prefetcher of a pipeline that ignores every record."""
    return Prefetcher(consumer, lambda _record: None, records_max, clock or ManualClock(SUNDAY_NOON))


async def after_a_batch(clock: ManualClock, *prefetched: int) -> Prefetcher:
    """A prefetcher from which a batch was taken just now, and which has polled these offsets since."""
    consumer = Consumer({LEFT: some(LEFT, 0)})
    prefetcher = prefetcher_of(consumer, clock=clock)
    await prefetcher.poll()
    prefetcher.take(BOTH)
    consumer.records[LEFT] = some(LEFT, *prefetched)
    await prefetcher.poll()
    return prefetcher


async def test_polled_records_are_taken_once_and_in_order() -> None:
    consumer = Consumer({LEFT: some(LEFT, 1, 2)})
    prefetcher = prefetcher_of(consumer)
    await prefetcher.poll()
    consumer.records[LEFT] = some(LEFT, 3)

    await prefetcher.poll()
    batch, after = prefetcher.take(BOTH), prefetcher.take(BOTH)

    assert [record.offset for record in batch.records] == [1, 2, 3]
    assert (batch.offsets(), len(batch.decoded)) == ({LEFT: 4}, 3)
    assert (after.records, prefetcher.is_empty) == ([], True)


async def test_a_batch_holds_at_most_its_limit_and_further_records_are_polled_later() -> None:
    prefetcher = prefetcher_of(Consumer({LEFT: some(LEFT, *range(60)), RIGHT: some(RIGHT, *range(60))}), 80)

    await prefetcher.poll()
    await prefetcher.poll()
    first = prefetcher.take(BOTH)
    await prefetcher.poll()
    second = prefetcher.take(BOTH)

    assert (len(first.records), first.offsets()) == (80, {LEFT: 60, RIGHT: 20})
    assert second.offsets() == {RIGHT: 60}


async def test_records_of_partitions_that_were_reassigned_are_not_taken() -> None:
    prefetcher = prefetcher_of(Consumer({LEFT: some(LEFT, 1, 2), RIGHT: some(RIGHT, 7)}))
    await prefetcher.poll()

    batch = prefetcher.take({RIGHT})

    assert batch.offsets() == {RIGHT: 8}
    assert len(batch.decoded) == len(batch.records) == 1


async def test_discarding_a_partition_during_decoding_keeps_the_records_of_others() -> None:
    many = SLICE_RECORDS * 3
    prefetcher = prefetcher_of(Consumer({LEFT: some(LEFT, *range(many)), RIGHT: some(RIGHT, *range(many))}))
    polling = asyncio.create_task(prefetcher.poll())
    await asyncio.sleep(0)  # the first slice is decoded, the others are not

    prefetcher.discard([LEFT])
    await polling
    batch = prefetcher.take(BOTH)

    assert [(record.partition, record.offset) for record in batch.records] == [
        (1, offset) for offset in range(many)
    ]
    assert len(batch.decoded) == many


async def waits(prefetcher: Prefetcher) -> bool:
    """Return whether the prefetcher lets more records arrive; it is time to stop then, which ends the wait."""
    stopping = asyncio.Event()
    gathering = asyncio.create_task(prefetcher.gather(3_600, stopping))
    await asyncio.sleep(0)
    is_waiting = not gathering.done()
    stopping.set()
    await gathering
    return is_waiting


async def test_after_a_batch_more_records_may_arrive_until_it_is_time_to_stop() -> None:
    assert await waits(await after_a_batch(ManualClock(SUNDAY_NOON), 1))


async def test_the_first_batch_and_one_after_a_quiet_time_are_taken_at_once() -> None:
    clock = ManualClock(SUNDAY_NOON)
    after_quiet = await after_a_batch(clock, 1)
    clock.advance(timedelta(hours=1))

    assert not await waits(prefetcher_of(Consumer({}), clock=clock))
    assert not await waits(after_quiet)


async def test_enough_records_are_taken_at_once() -> None:
    assert not await waits(await after_a_batch(ManualClock(SUNDAY_NOON), *range(GATHERED_RECORDS)))
