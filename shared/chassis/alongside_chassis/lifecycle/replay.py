"""Rebuilds a service's projection from the streams, beside the live service and without announcing anything.

A projection is data a service only derives, so it can be derived again. A service's *decisions* cannot: the commands and
clock readings behind them are on no stream. So a projection has separate code for its rebuild, which gets a connection
and no means to announce or to set timers (docs/decisions/0015).
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, Protocol, TypeAlias

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from alongside_chassis.consume.decoding import ReceivedEvent, RefusedRecord, decode
from alongside_chassis.database import connection
from alongside_chassis.errors import HttpProblem, StreamNotWhole
from alongside_chassis.kafka import broken_connections, tolerant_records
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_contracts.event import Event
from alongside_contracts.streams import Stream

POLL_MS: Final = 200
BATCH_RECORDS_MAX: Final = 500
EMPTY_POLLS_MAX: Final = 150
"""Half a minute: a Kafka client would wait for a missing broker without limit."""
FINISH_ROUNDS_MAX: Final = 20
"""Limit on rounds of `settle`; a busy network changes rows between reading and writing once or twice, not twenty times."""
_TRY_LOCK: Final = "select pg_try_advisory_lock(hashtextextended('alongside replay', 0))"


class Projection(Protocol):
    """One projection while it is rebuilt; an instance serves one replay.

    `hear` and `settle` leave rows that are correct unchanged, and return how many rows they changed.
    """

    @property
    def streams(self) -> Sequence[Stream]:
        """The streams it is derived from; none of them per partner."""
        ...

    @property
    def hears(self) -> frozenset[type[Event]]:
        """The event types it is derived from."""
        ...

    async def hear(self, events: Sequence[ReceivedEvent], conn: asyncpg.Connection) -> int:
        """Apply events, given in the order of each partition."""
        ...

    async def settle(self, conn: asyncpg.Connection) -> int:
        """Write rows that need the end of the streams; called at the end, and again while it changes rows.

        Raises StreamNotWhole when records are missing that it needs; its transaction is rolled back, and it is called again
        if more records come. A projection that may raise it writes nothing in `hear`.
        """
        ...


@dataclass(frozen=True, slots=True)
class NotRebuilt:
    """Why a service has nothing that can be rebuilt from the streams, and what to do instead."""

    because: str
    remedy: str = "Restore its database from the last backup; the streams then bring it up to date."


NO_PROJECTION: Final = NotRebuilt("It derives nothing from what others announce.")
ProjectionOf: TypeAlias = Callable[[], Projection] | NotRebuilt


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a replay in records and rows. `of` is the number of records to read when it started, at most.

    A compacted stream holds fewer records than its offsets say.
    """

    read: int = 0
    of: int = 0
    unreadable: int = 0
    changed: int = 0
    done: bool = False


class _DryRun(Exception):
    """Raised to roll back a transaction that only counted."""


class Replay:
    """One replay of one projection. It uses neither the inbox nor the consumer group's offsets."""

    def __init__(self, runtime: Runtime, projection: Projection, *, since: datetime, dry_run: bool) -> None:
        self.runtime, self.projection = runtime, projection
        self.since, self.dry_run = since, dry_run
        self.progress = Progress()
        self._refusal: StreamNotWhole | None = None
        self._read_when_refused = 0

    async def run(self) -> AsyncGenerator[Progress, None]:
        """1 lock; 2 find the start offsets; 3 read and write to the end; 4 settle, again while that changes rows.

        Before the last `settle` every event announced so far has been read, so the live service's work meanwhile is
        included. Raises HttpProblem when another replay runs, and StreamNotWhole when the projection does in the end.
        """
        async with self._locked(), self._consumer() as consumer:  # 1
            await self._begin(consumer)  # 2
            for _ in range(FINISH_ROUNDS_MAX):
                async with aclosing(self._read_to_the_end(consumer)) as reports:  # 3
                    async for progress in reports:
                        yield progress
                if await self._settle():  # 4
                    break
            if self._refusal:
                raise self._refusal
            self.progress = replace(self.progress, done=True)
            yield self.progress

    async def _begin(self, consumer: AIOKafkaConsumer) -> None:
        ends = await consumer.end_offsets(consumer.assignment())
        starts = await self._starts(consumer, ends)
        for partition, offset in starts.items():
            consumer.seek(partition, offset)
        self.progress = Progress(of=sum(end - starts[partition] for partition, end in ends.items()))

    async def _starts(
        self, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, int]:
        """Return where to begin in each partition: at its first record since `since`, or at its end when there is none.

        A compacted stream is read from its beginning: only all its records together are the state.
        """
        compacted = {stream.topic() for stream in self.projection.streams if stream.compacted}
        firsts = await consumer.beginning_offsets(ends)
        since = await consumer.offsets_for_times(dict.fromkeys(ends, int(self.since.timestamp() * 1000)))
        return {
            **ends,
            **{partition: found.offset for partition, found in since.items() if found},
            **{partition: first for partition, first in firsts.items() if partition.topic in compacted},
        }

    async def _read_to_the_end(self, consumer: AIOKafkaConsumer) -> AsyncGenerator[Progress, None]:
        """Read to the present end. Raises TimeoutError when Kafka stops answering before it."""
        ends, polls = await consumer.end_offsets(consumer.assignment()), 0
        while [partition for partition, end in ends.items() if await consumer.position(partition) < end]:
            polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH_RECORDS_MAX)
            records = [record for batch in polled.values() for record in batch]
            polls = 0 if records else polls + 1
            if polls > EMPTY_POLLS_MAX:
                raise TimeoutError
            if records:
                decoded = [decode(record, self.projection.hears) for record in records]
                events = [item for item in decoded if isinstance(item, ReceivedEvent)]
                if events:
                    await self._write(partial(self.projection.hear, events))
                self._count(len(records), sum(isinstance(item, RefusedRecord) for item in decoded))
                yield self.progress

    async def _settle(self) -> bool:
        """Let the projection write the rows that need the end; return whether it is done.

        A refusal is final only when nothing was read after it: the live service may have written rows by records that were
        announced after the end of our reading.
        """
        if self._refusal and self._read_when_refused == self.progress.read:
            return True
        self._refusal = None
        try:
            changed = await self._write(self.projection.settle)
        except StreamNotWhole as refusal:
            self._refusal, self._read_when_refused = refusal, self.progress.read
            return False
        return not changed or self.dry_run

    async def _write(self, work: Callable[[asyncpg.Connection], Awaitable[int]]) -> int:
        """Let the projection write, in a separate transaction."""
        changed = 0
        with suppress(_DryRun):
            async with self.runtime.transaction() as tx:
                changed = await work(tx.conn)
                self._roll_back_dry_run()
        self.progress = replace(self.progress, changed=self.progress.changed + changed)
        return changed

    def _roll_back_dry_run(self) -> None:
        if self.dry_run:
            raise _DryRun

    def _count(self, records: int, unreadable: int) -> None:
        now = self.progress
        self.progress = replace(
            now,
            read=now.read + records,
            of=max(now.of, now.read + records),
            unreadable=now.unreadable + unreadable,
        )

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[None]:
        async with connection(self.runtime.pool) as conn:
            if not await conn.fetchval(_TRY_LOCK):
                raise HttpProblem(
                    status=409,
                    code="replay-runs",
                    title="A replay of this service is already running",
                    remedy="Wait until it is done, then check whether another is needed.",
                )
            try:
                yield
            finally:
                await conn.execute("select pg_advisory_unlock_all()")

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        """Open a consumer without a group, which reads all partitions: no rebalance, and no offsets change.

        Raises LookupError for a topic that is missing or that we may not read.
        """
        settings = self.runtime.settings
        topics = {stream.topic() for stream in self.projection.streams}
        tolerant_records.install()
        broken_connections.install()
        consumer = AIOKafkaConsumer(
            *topics,
            **settings.kafka_at(settings.kafka).options(),
            client_id=f"{self.runtime.dependencies.service}-replay",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            fetch_max_wait_ms=100,
        )
        try:
            await consumer.start()
            _require_visible(topics, consumer)
            yield consumer
        finally:
            await consumer.stop()


def _require_visible(topics: set[str], consumer: AIOKafkaConsumer) -> None:
    hidden = topics - {partition.topic for partition in consumer.assignment()}
    if hidden:
        raise LookupError(
            f"Kafka does not show {', '.join(sorted(hidden))}: create it, or grant the service's user to read it"
        )
