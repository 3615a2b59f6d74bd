"""A harness for tests of services: deliver real bytes, use a real PostgreSQL, read the announcements. It needs no Kafka.

Pipeline, timers and HTTP API are those that run in production. Only the clock is the test's, and instead of a broker the
test delivers the records and reads the outbox.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import httpx2
import orjson
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from alongside_chassis.consume import dead_letters
from alongside_chassis.consume.dead_letters import DeadLetter
from alongside_chassis.consume.decoding import Record
from alongside_chassis.database import connection
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_chassis.lifecycle.timers import Timers
from alongside_chassis.lifecycle.unread_reader import scan
from alongside_chassis.service import Service, make_dependencies, make_http_app, make_pipeline
from alongside_contracts import cloudevents
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.event import Event, parse
from alongside_contracts.ids import new_id
from alongside_contracts.registry import event_class
from alongside_contracts.streams import Stream

Headers = Sequence[tuple[str, bytes | None]]


class ManualClock:
    """A clock whose time changes only when a test advances or sets it."""

    def __init__(self, at: datetime) -> None:
        self._at, self._seconds = at, 0.0

    def now(self) -> datetime:
        """Return the clock's time."""
        return self._at

    def monotonic(self) -> float:
        """Return by how many seconds the clock was advanced so far."""
        return self._seconds

    def advance(self, by: timedelta) -> None:
        """Advance the time, and `monotonic` as much."""
        self._at, self._seconds = self._at + by, self._seconds + by.total_seconds()

    def set_to(self, to: datetime) -> None:
        """Set the time of day, as a correction of a wrong clock does; `monotonic` does not change."""
        self._at = to


@dataclass(frozen=True, slots=True)
class Announced:
    """One row of the outbox, decoded."""

    event: Event
    id: str
    topic: str
    key: str
    trace: Mapping[str, str]


class ServiceBench:
    """A service under test, without Kafka: the test sets the clock, delivers the records and reads the outbox."""

    def __init__(self, service: Service, pool: asyncpg.Pool, clock: ManualClock) -> None:
        self.service, self.pool, self.clock = service, pool, clock
        self.spans = InMemorySpanExporter()
        tracing = TracerProvider()
        tracing.add_span_processor(SimpleSpanProcessor(self.spans))
        self.dependencies = make_dependencies(service, pool, tracing, clock)
        self.runtime = Runtime(self.dependencies, service.settings)
        self.pipeline = make_pipeline(service, self.dependencies, service.name)
        self.timers = Timers(
            self.dependencies,
            service.handlers,
            poll_seconds=60,
            attempts_max=service.settings.timer_attempts_max,
        )
        self.app: FastAPI = make_http_app(service, tracing)
        self.app.state.runtime = self.runtime
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app, raise_app_exceptions=False), base_url="http://bench"
        )
        self._offset = 0

    async def hear(
        self,
        *events: Event,
        partner: str | None = None,
        source: str | None = None,
        event_id: str | None = None,
        trace: Mapping[str, str] | None = None,
    ) -> list[str]:
        """Deliver events in one batch, as Kafka would; return their CloudEvent ids."""
        records = [
            self.record_of(event, partner=partner, source=source, event_id=event_id, trace=trace)
            for event in events
        ]
        await self.pipeline.run(records)
        return [dict(record.headers)["ce_id"].decode() for record in records]

    async def hear_raw(self, key: bytes | None, value: bytes | None, headers: Headers, topic: str) -> None:
        """Deliver one record of any bytes."""
        await self.pipeline.run([self.record(key, value, headers, topic)])

    async def hear_records(self, *records: Record) -> None:
        """Deliver records in one batch."""
        await self.pipeline.run(records)

    async def scan(self, stream: Stream, *records: Record) -> None:
        """Scan records of a stream as while it is paused; they are not read."""
        async with self.runtime.transaction() as tx:
            await scan(records, self.service.handlers, stream, tx)

    def record_of(
        self,
        event: Event,
        *,
        partner: str | None = None,
        source: str | None = None,
        event_id: str | None = None,
        trace: Mapping[str, str] | None = None,
    ) -> Record:
        """Build the record that the announcer of an event would have sent."""
        announcer = (
            f"urn:alongside:partner:{partner}" if partner else f"urn:alongside:service:{event.announced_by}"
        )
        envelope = CloudEvent(
            id=event_id or str(new_id()),
            source=source or announcer,
            type=event.type,
            data=event.model_dump_json(exclude_none=True).encode(),
            time=self.clock.now(),
            subject=event.key,
            trace=trace or {},
        )
        topic = event.stream.topic(partner if event.stream.per_partner else None)
        return self.record(event.key.encode(), envelope.data, cloudevents.encode(envelope), topic)

    def record(self, key: bytes | None, value: bytes | None, headers: Headers, topic: str) -> Record:
        """Build a Kafka record at the next offset of partition 0, sent now."""
        self._offset += 1
        size = len(value) if value is not None else -1
        return ConsumerRecord(
            topic,
            0,
            self._offset,
            int(self.clock.now().timestamp() * 1000),
            0,
            key,
            value,
            None,
            len(key or b""),
            size,
            tuple(headers),
        )

    async def announced(self, *, clear: bool = False) -> list[Announced]:
        """Return the messages in the outbox, oldest first; `clear` empties it, as the relay would."""
        rows = await self.pool.fetch("select topic, key, headers, payload from outbox order by id")
        if clear:
            await self.pool.execute("delete from outbox")
        return [_announced(row) for row in rows]

    async def dead_letters(self) -> list[DeadLetter]:
        """Return the dead letters, newest first."""
        async with connection(self.pool) as conn:
            return await dead_letters.page(conn)

    async def fire_timers(self, until: datetime) -> None:
        """Move the clock to `until` and fire everything that is due by then."""
        if until > self.clock.now():
            self.clock.advance(until - self.clock.now())
        while await self.timers.fire_due():
            pass

    def finished_spans(self) -> Sequence[ReadableSpan]:
        """Return every span that has ended."""
        return self.spans.get_finished_spans()

    async def close(self) -> None:
        """Close the HTTP client; the pool is the caller's."""
        await self.client.aclose()


@asynccontextmanager
async def on_the_bench(service: Service, clock: ManualClock) -> AsyncIterator[ServiceBench]:
    """Open a service under test on the database of its settings, which must be migrated already."""
    async with asyncpg.create_pool(
        service.settings.database_url.get_secret_value(),
        min_size=1,
        max_size=service.settings.pool_connections_max,
    ) as pool:
        bench = ServiceBench(service, pool, clock)
        try:
            yield bench
        finally:
            await bench.close()


def _announced(row: asyncpg.Record) -> Announced:
    headers = [(name, value.encode()) for name, value in orjson.loads(row["headers"])]
    envelope = cloudevents.decode(row["key"], row["payload"], headers)
    event = parse(event_class(envelope.type), envelope.data)
    return Announced(event, envelope.id, row["topic"], row["key"].decode(), envelope.trace)
