"""Scans the records of paused streams while they wait, for what must not wait: that somebody is in danger.

It begins at the committed offsets of the group that reads the stream, admits nothing, and commits nothing for that group:
when the stream is resumed, every record is read in order as if it had never been scanned. Its own progress is committed in
a separate group, so that a restart does not scan everything again. One instance of a service scans at a time.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from opentelemetry.trace import INVALID_SPAN

from alongside_chassis.announce import inbox
from alongside_chassis.announce.transaction import Cause, Tx
from alongside_chassis.consume import dead_letters, quarantine
from alongside_chassis.consume.decoding import ReceivedEvent, Record, decode
from alongside_chassis.consume.handlers import Handlers, UnreadRecord
from alongside_chassis.consume.plan import is_different
from alongside_chassis.database import connection
from alongside_chassis.kafka import Kafka, broken_connections, tolerant_records
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_contracts import cloudevents
from alongside_contracts.streams import Stream

POLL_MS: Final = 500
BATCH_RECORDS_MAX: Final = 100
FETCH_BYTES_MAX: Final = 1024 * 1024
START_SECONDS_MAX: Final = 60.0
MINUTE_SECONDS: Final = 60.0
_TRY_LOCK: Final = "select pg_try_advisory_lock(hashtextextended('scan unread streams', 0))"
_UNLOCK: Final = "select pg_advisory_unlock(hashtextextended('scan unread streams', 0))"


@dataclass(frozen=True, slots=True)
class UnreadReader:
    """Scans the paused topics of one stream. `group` is its own consumer group, `read_by` the one that reads the stream."""

    handlers: Handlers
    stream: Stream
    group: str
    read_by: str

    async def run(self, runtime: Runtime) -> None:
        """Scan paused topics whenever there are some; the service restarts it when it fails."""
        while True:
            topics = await self._paused(runtime)
            if topics:
                async with _only_instance(runtime) as is_ours:
                    if is_ours:
                        await self._scan_while_paused(runtime, topics)
            await asyncio.sleep(runtime.settings.pauses_poll_seconds)

    async def _paused(self, runtime: Runtime) -> frozenset[str]:
        async with connection(runtime.pool) as conn:
            paused = await quarantine.paused_topics(conn)
        return frozenset(topic for topic in paused if self.stream.partner_of(topic))

    async def _scan_while_paused(self, runtime: Runtime, topics: frozenset[str]) -> None:
        """1 scan a batch; 2 commit our progress; 3 wait when too much was read in this minute; until the pauses change."""
        budget = _Budget(runtime.settings.unread_bytes_per_minute_max)
        runtime.log.info("paused-streams-scanned", group=self.group, topics=len(topics))
        async with self._consumer(runtime, topics) as consumer:
            while await self._paused(runtime) == topics:
                polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH_RECORDS_MAX)
                records = [record for batch in polled.values() for record in batch]
                async with runtime.transaction() as tx:
                    await scan(records, self.handlers, self.stream, tx)  # 1
                if records:
                    await consumer.commit(_next_offsets(records))  # 2
                await asyncio.sleep(budget.spend(records, runtime.clock.monotonic()))  # 3

    @asynccontextmanager
    async def _consumer(self, runtime: Runtime, topics: Iterable[str]) -> AsyncIterator[AIOKafkaConsumer]:
        """Open a consumer that joins no group: it causes no rebalance, whatever becomes of it."""
        kafka = runtime.settings.kafka_at(runtime.settings.kafka)
        tolerant_records.install()
        broken_connections.install()
        starts = await self._read_so_far(kafka, topics)
        consumer = AIOKafkaConsumer(
            **kafka.options(),
            client_id=self.group,
            group_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            fetch_max_wait_ms=POLL_MS,
            max_partition_fetch_bytes=FETCH_BYTES_MAX,
        )
        try:
            await asyncio.wait_for(consumer.start(), START_SECONDS_MAX)
            consumer.assign(list(starts))
            for partition, read_so_far in starts.items():
                consumer.seek(partition, max(read_so_far, await consumer.committed(partition) or 0))
            yield consumer
        finally:
            await consumer.stop()

    async def _read_so_far(self, kafka: Kafka, topics: Iterable[str]) -> Mapping[TopicPartition, int]:
        """Return the committed offsets of the group that reads the stream, for each partition of these topics."""
        admin = AIOKafkaAdminClient(**kafka.options(), client_id=self.group)
        await admin.start()
        try:
            described = await admin.describe_topics(list(topics))
            committed = await admin.list_consumer_group_offsets(self.read_by)
        finally:
            await admin.close()
        partitions = [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in described
            for partition in topic["partitions"]
        ]
        return {
            partition: max(0, committed[partition].offset) if partition in committed else 0
            for partition in partitions
        }


async def scan(records: Sequence[Record], handlers: Handlers, stream: Stream, tx: Tx) -> None:
    """Pass each record of a paused stream to the handler for unread records, in one transaction."""
    handler = handlers.unread[stream.name]
    for record in records:
        item = decode(record, handlers.events)
        if item is None:
            continue
        identity = (item.inbox_id, item.digest) if isinstance(item, ReceivedEvent) else ()
        tx.current = Cause(
            item.origin.event_id or "", item.origin, cloudevents.trace_of(record.headers), INVALID_SPAN
        )
        await handler(UnreadRecord(item.origin, record.value, *identity), tx)
    tx.current = None


async def is_read(conn: asyncpg.Connection, record: UnreadRecord) -> bool:
    """Return whether a record was handled or refused meanwhile, as after its stream was resumed.

    One whose id was used for different content is not read yet.
    """
    used = await inbox.digests_of(conn, [record.inbox_id] if record.inbox_id else [])
    if any(not is_different(record.digest, digest) for digest in used.values()):
        return True
    return await dead_letters.is_stored(conn, *record.origin[:3])


class _Budget:
    """How many bytes may still be read in this minute."""

    def __init__(self, bytes_per_minute_max: int) -> None:
        self._bytes_max, self._bytes, self._since = bytes_per_minute_max, 0, float("-inf")

    def spend(self, records: Iterable[Record], now: float) -> float:
        """Count the bytes of these records; return how many seconds to wait before the next."""
        if now - self._since >= MINUTE_SECONDS:
            self._bytes, self._since = 0, now
        self._bytes += sum(dead_letters.bytes_of(record) for record in records)
        return self._since + MINUTE_SECONDS - now if self._bytes >= self._bytes_max else 0.0


@asynccontextmanager
async def _only_instance(runtime: Runtime) -> AsyncIterator[bool]:
    """Hold the lock of the one instance that scans; yield whether it was free."""
    async with connection(runtime.pool) as conn:
        is_ours = bool(await conn.fetchval(_TRY_LOCK))
        try:
            yield is_ours
        finally:
            if is_ours and not conn.is_closed():
                await conn.execute(_UNLOCK)


def _next_offsets(records: Iterable[Record]) -> dict[TopicPartition, int]:
    return {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
