"""One unit of work, one transaction, one commit: the only place in the platform that commits."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from opentelemetry import trace
from opentelemetry.trace import Span

from alongside_chassis.announce import outbox
from alongside_chassis.announce.outbox import OutboxMessage
from alongside_chassis.database import connection
from alongside_chassis.observe.telemetry import id_attributes, trace_headers
from alongside_chassis.origin import RecordOrigin
from alongside_contracts import cloudevents
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.event import Event
from alongside_contracts.ids import new_id, new_id_text

# A timer that is due at once is due by the database's clock too: our clock may be ahead today and correct tomorrow.
_SET_TIMER: Final = """
    insert into timer (kind, key, id, due_at, facts, trace)
    select kind, key, id, case when due_at <= $7 then least(due_at, now()) else due_at end, facts, trace
    from unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $5::jsonb[], $6::jsonb[])
        as new (kind, key, id, due_at, facts, trace)
    on conflict (kind, key) do update
        set id = excluded.id, due_at = excluded.due_at, facts = excluded.facts, trace = excluded.trace, attempts = 0
"""
_DROP_TIMER: Final = "delete from timer where kind = $1 and key = $2"


class Cause(NamedTuple):
    """The cause of an announcement: the event handled, its record, and the trace headers to pass on.

    `value` is the record's, as it was sent; it may be personal.
    """

    event_id: str
    origin: RecordOrigin | None
    trace: Mapping[str, str]
    span: Span
    value: bytes | None = None


@dataclass(slots=True)
class _TimerChange:
    kind: str
    key: str
    due_at: datetime | None
    facts: Mapping[str, str]
    trace: Mapping[str, str]


class Savepoint(NamedTuple):
    """How many messages, timers and `first` calls a transaction had at some moment."""

    messages: int
    timers: int
    done: int


@dataclass(slots=True)
class Tx:
    """An open transaction. Handlers, timers and HTTP commands receive one; none of them ends it.

    `now` is the UTC time at which the unit of work began and does not change. `announce`, `set_timer` and `cancel_timer`
    take effect with the commit, or not at all.
    """

    conn: asyncpg.Connection
    now: datetime
    service: str
    shards: int
    causes: dict[int, Cause] = field(default_factory=dict)
    current: Cause | None = None
    messages: list[OutboxMessage] = field(default_factory=list)
    timers: list[_TimerChange] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    @property
    def cause(self) -> str | None:
        """The id of the event being handled; None outside event handlers and timers."""
        return self.current.event_id if self.current else None

    @property
    def record(self) -> RecordOrigin | None:
        """The record being handled; None outside event handlers."""
        return self.current.origin if self.current else None

    def cause_of(self, event: Event) -> str:
        """Return the id of an event of the current batch. Raises KeyError for any other event."""
        return self.causes[id(event)].event_id

    def value_of(self, event: Event) -> bytes:
        """Return the bytes in which an event of the current batch was sent. Raises KeyError for any other event."""
        return self.causes[id(event)].value or b""

    def caused_by(self, event: Event) -> None:
        """Make `event` the cause of everything announced from now on, and its trace the parent; for batch handlers."""
        self.current = self.causes[id(event)]

    def announce(self, event: Event, *, partner: str | None = None) -> str:
        """Announce a fact with this commit; return its event id.

        `partner` names the topic of a per-partner stream. Raises ValueError when it is missing for such a stream, or given
        for another.
        """
        event_id, key = new_id_text(), event.key
        envelope = CloudEvent(
            id=event_id,
            source=f"urn:alongside:service:{self.service}",
            type=event.type,
            data=event.__pydantic_serializer__.to_json(event, exclude_none=True),
            time=self.now,
            subject=key,
            trace=self.current.trace if self.current else trace_headers(),
        )
        topic = event.stream.topic(partner)
        self.messages.append(
            OutboxMessage(topic, key.encode(), cloudevents.header_texts(envelope), envelope.data)
        )
        span = self.current.span if self.current else trace.get_current_span()
        if span.is_recording():
            span.set_attributes(id_attributes(event))
        return event_id

    def set_timer(
        self, kind: str, key: str, due_at: datetime, facts: Mapping[str, str] | None = None
    ) -> None:
        """Set the durable timer (`kind`, `key`); setting it again moves it."""
        headers = self.current.trace if self.current else trace_headers()
        self.timers.append(_TimerChange(kind, key, due_at, facts or {}, headers))

    def cancel_timer(self, kind: str, key: str) -> None:
        """Cancel the timer (`kind`, `key`); nothing happens when there is none."""
        self.timers.append(_TimerChange(kind, key, None, {}, {}))

    def first(self, what: str) -> bool:
        """Return whether this is the transaction's first call with `what`; calls of a rolled back savepoint do not count."""
        if what in self.done:
            return False
        self.done.append(what)
        return True

    def savepoint(self) -> Savepoint:
        """Return the current counts of messages, timers and `first` calls, for `rollback_to`."""
        return Savepoint(len(self.messages), len(self.timers), len(self.done))

    def rollback_to(self, savepoint: Savepoint) -> None:
        """Drop what was announced, timed and called `first` since `savepoint`, after the database rolled back to it."""
        del self.messages[savepoint.messages :], self.timers[savepoint.timers :], self.done[savepoint.done :]

    async def flush(self) -> None:
        """Write the announcements and timers so far: 1 timers; 2 outbox. The chassis calls it, handlers never do.

        Called inside a savepoint, a write that fails is attributed to that savepoint alone.
        """
        timers, messages = self.timers, self.messages
        self.timers, self.messages = [], []
        await _store_timers(self.conn, timers, self.now)  # 1
        await outbox.put(self.conn, messages, self.shards)  # 2


@asynccontextmanager
async def transaction(pool: asyncpg.Pool, *, service: str, now: datetime, shards: int) -> AsyncIterator[Tx]:
    """Open a transaction and commit it.

    1 begin; 2 the caller's work; 3 timers and outbox; 4 commit. An exception anywhere rolls all of it back.
    """
    async with connection(pool) as conn:
        unit = conn.transaction()
        await unit.start()  # 1
        try:
            tx = Tx(conn=conn, now=now, service=service, shards=shards)
            yield tx  # 2
            await tx.flush()  # 3
        except BaseException:
            if not conn.is_closed():
                await unit.rollback()
            raise
        await unit.commit()  # 4


async def _store_timers(conn: asyncpg.Connection, changes: Sequence[_TimerChange], now: datetime) -> None:
    """Write the latest change of each timer, in key order so that two transactions seldom wait for each other."""
    last = {(change.kind, change.key): change for change in changes}
    cancelled = [timer_key for timer_key in sorted(last) if last[timer_key].due_at is None]
    to_set = [last[timer_key] for timer_key in sorted(last) if last[timer_key].due_at is not None]
    if cancelled:
        await conn.executemany(_DROP_TIMER, cancelled)
    if to_set:
        await conn.execute(_SET_TIMER, *zip(*map(_timer_row, to_set), strict=True), now)


def _timer_row(change: _TimerChange) -> tuple[str, str, UUID, datetime | None, str, str]:
    facts, headers = orjson.dumps(dict(change.facts)).decode(), orjson.dumps(dict(change.trace)).decode()
    return change.kind, change.key, new_id(), change.due_at, facts, headers
