"""Builds a service's projection anew from what was announced, beside the live service and without a word to anybody.

A projection is what a service only derives: it can be derived again. What a service *decides* cannot, for the commands
and clocks that led to it are on no stream. So a projection has code of its own for this, and is handed a connection and
nothing to announce or to time with (docs/decisions/0015).
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, Protocol, TypeAlias

import asyncpg
from aiokafka import AIOKafkaConsumer

from alongside_chassis.consume.decoding import ReceivedEvent, RefusedRecord, read
from alongside_chassis.database import connection
from alongside_chassis.errors import HttpProblem
from alongside_chassis.kafka import broken_connections, tolerant_records
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_contracts.event import Event
from alongside_contracts.streams import Stream

POLL_MS: Final = 200
BATCH_RECORDS_MAX: Final = 500
EMPTY_POLLS_MAX: Final = 150
"""Half a minute: a client of Kafka waits for a broker that is gone as long as it is let."""
ROUNDS_MAX: Final = 20
"""A busy network changes a row or two between the end and the writing, not twenty times."""
_ALONE: Final = "select pg_try_advisory_lock(hashtextextended('alongside replay', 0))"


class Projection(Protocol):
    """One projection while it is built anew; made for one replay and thrown away.

    Both write so that what is right already is left alone, and return how many rows they changed.
    """

    @property
    def streams(self) -> Sequence[Stream]:
        """Where it is announced; no partner's streams."""
        ...

    @property
    def hears(self) -> frozenset[type[Event]]:
        """What it is derived from."""
        ...

    async def hear(self, heard: Sequence[ReceivedEvent], conn: asyncpg.Connection) -> int:
        """Take in events, in the order of each partition."""
        ...

    async def settle(self, conn: asyncpg.Connection) -> int:
        """Write what can be written only when the end is known; called at the end, again while that changes rows."""
        ...


@dataclass(frozen=True, slots=True)
class NotRebuilt:
    """Why nothing of a service can be built anew from the streams, and what to do instead."""

    because: str


NO_PROJECTION: Final = NotRebuilt("It derives nothing from what others announce.")
ProjectionOf: TypeAlias = Callable[[], Projection] | NotRebuilt


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay is. `of` is how many records there were to read when it began."""

    read: int = 0
    of: int = 0
    unreadable: int = 0
    changed: int = 0
    done: bool = False


class _DryRun(Exception):
    """Undoes a transaction whose only purpose was to count."""


class Replay:
    """One replay of one projection. What it reads and writes touches neither the inbox nor the group's offsets."""

    def __init__(self, runtime: Runtime, projection: Projection, *, since: datetime, dry_run: bool) -> None:
        self.runtime, self.projection = runtime, projection
        self.since, self.dry_run = since, dry_run
        self.progress = Progress()

    async def run(self) -> AsyncGenerator[Progress, None]:
        """1 be the only one; 2 find where to begin; 3 read and write to the end; 4 settle, as long as that changes rows.

        Before a settlement is the last, everything announced until then has been read: what the live service did
        meanwhile is in it. Raises HttpProblem when another replay runs.
        """
        async with self._alone(), self._consumer() as consumer:  # 1
            await self._begin(consumer)  # 2
            for _ in range(ROUNDS_MAX):
                async with aclosing(self._to_the_end(consumer)) as told:  # 3
                    async for progress in told:
                        yield progress
                if not await self._write(self.projection.settle) or self.dry_run:  # 4
                    break
            self.progress = replace(self.progress, done=True)
            yield self.progress

    async def _begin(self, consumer: AIOKafkaConsumer) -> None:
        """A partition with nothing so young is passed over."""
        places = consumer.assignment()
        ends = await consumer.end_offsets(places)
        found = await consumer.offsets_for_times(dict.fromkeys(places, int(self.since.timestamp() * 1000)))
        starts = {place: found[place].offset if found[place] else ends[place] for place in places}
        for place, offset in starts.items():
            consumer.seek(place, offset)
        self.progress = Progress(of=sum(ends[place] - starts[place] for place in places))

    async def _to_the_end(self, consumer: AIOKafkaConsumer) -> AsyncGenerator[Progress, None]:
        """Read what is there now. Raises TimeoutError when Kafka has nothing more to give, though there is more."""
        ends, polls = await consumer.end_offsets(consumer.assignment()), 0
        while [place for place, end in ends.items() if await consumer.position(place) < end]:
            polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH_RECORDS_MAX)
            records = [record for batch in polled.values() for record in batch]
            polls = 0 if records else polls + 1
            if polls > EMPTY_POLLS_MAX:
                raise TimeoutError
            if records:
                readings = [read(record, self.projection.hears) for record in records]
                heard = [item for item in readings if isinstance(item, ReceivedEvent)]
                if heard:
                    await self._write(partial(self.projection.hear, heard))
                self._count(len(records), sum(isinstance(item, RefusedRecord) for item in readings))
                yield self.progress

    async def _write(self, work: Callable[[asyncpg.Connection], Awaitable[int]]) -> int:
        """Let the projection write, in a transaction of its own."""
        changed = 0
        with suppress(_DryRun):
            async with self.runtime.transaction() as tx:
                changed = await work(tx.conn)
                self._undo_a_dry_run()
        self.progress = replace(self.progress, changed=self.progress.changed + changed)
        return changed

    def _undo_a_dry_run(self) -> None:
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
    async def _alone(self) -> AsyncIterator[None]:
        async with connection(self.runtime.pool) as conn:
            if not await conn.fetchval(_ALONE):
                raise HttpProblem(
                    status=409,
                    code="replay-runs",
                    title="A replay of this service runs already",
                    remedy="Wait until it is done, then look whether another is needed.",
                )
            try:
                yield
            finally:
                await conn.execute("select pg_advisory_unlock_all()")

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        """A consumer of no group has all partitions: nobody else's move, nobody's offsets change.

        Raises LookupError for a topic that is not there, or that we may not read.
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
            hidden = topics - {place.topic for place in consumer.assignment()}
            if hidden:
                raise LookupError(f"{', '.join(hidden)} cannot be seen")
            yield consumer
        finally:
            await consumer.stop()
