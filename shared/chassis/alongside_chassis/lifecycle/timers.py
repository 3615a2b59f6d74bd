"""Fires durable timers: rows that make a handler run at a given time, and survive every restart.

A due timer's work and its deletion are one transaction, in that order: the handler locks its rows first and the timer row
last, as every other transaction does, which avoids deadlocks.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
import orjson
from opentelemetry.trace import Status, StatusCode

from alongside_chassis.announce.transaction import Cause, Tx, transaction
from alongside_chassis.consume.handlers import Handlers, Timer
from alongside_chassis.consume.pipeline import Dependencies
from alongside_chassis.database import connection
from alongside_chassis.lifecycle import failed_timers
from alongside_chassis.lifecycle.failed_timers import Superseded
from alongside_chassis.observe import telemetry
from alongside_contracts.vocabulary import ProblemCode

DUE_TIMERS_MAX: Final = 100
INFRASTRUCTURE_PAUSE_SECONDS: Final = 5
"""The pause after an error of the environment or a lost race, which the handler did not cause."""
_DOUBLINGS_MAX: Final = 11
"""How often the pause after a failure doubles, from a second to about half an hour."""

# Of a kind with a longest pause, a timer that is due after it was set by a clock that was ahead. One that failed may be
# postponed for longer. Each such kind is walked by its key: an index on the due time would be walked for all kinds.
_DUE: Final = """
    (select id, kind, key, due_at, facts, trace, attempts from timer
     where due_at <= $1 and kind = any($3::text[]) order by due_at, id limit $2)
    union all
    (select wrong.* from unnest($4::text[], $5::timestamptz[]) as longest (kind, at) cross join lateral (
        select id, kind, key, due_at, facts, trace, attempts from timer
        where kind = longest.kind and due_at > longest.at and attempts = 0 order by key limit $2) as wrong
     limit $2)
"""
_TRY_LOCK: Final = """
    select pg_try_advisory_xact_lock(hashtextextended($1, 0))
           and exists (select from timer where id = $2 and (due_at <= $3 or due_at > $4))
"""
_DONE: Final = "delete from timer where kind = $1 and key = $2 and id = $3 returning id"
_RETRY: Final = """
    update timer set attempts = attempts + $5, due_at = $4 where kind = $1 and key = $2 and id = $3 returning id
"""


class Timers:
    """Fires due timers, each in a separate transaction."""

    def __init__(
        self, dependencies: Dependencies, handlers: Handlers, *, poll_seconds: float, attempts_max: int
    ) -> None:
        self.dependencies, self.handlers = dependencies, handlers
        self.poll_seconds, self.attempts_max = poll_seconds, attempts_max
        self.waiting_for: str | None = None
        """Why timers cannot fire; None while they can."""
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Fire timers as they come due, until stopped."""
        while not self._stop.is_set():
            try:
                fired = await self.fire_due()
                self.waiting_for = None
            except Exception as error:  # noqa: BLE001  # the store is unavailable: wait, and report it
                self.waiting_for, fired = type(error).__name__, 0
                self.dependencies.metrics.waits.labels("timers").inc()
                self.dependencies.log.warning("timers-wait", exc=error)
            if fired < DUE_TIMERS_MAX:
                await self._sleep()

    def stop(self) -> None:
        """Finish the current timer, then end `run`."""
        self._stop.set()

    async def fire_due(self) -> int:
        """Fire the timers that are due, at most `DUE_TIMERS_MAX`; return how many were due."""
        kinds, now, pause_max = (
            list(self.handlers.timers),
            self.dependencies.clock.now(),
            self.handlers.pause_max,
        )
        latest = [now + pause for pause in pause_max.values()]
        async with connection(self.dependencies.pool) as conn:
            rows = await conn.fetch(_DUE, now, DUE_TIMERS_MAX, kinds, list(pause_max), latest)
        for row in rows:
            if self._stop.is_set():
                break
            await self._fire(row)
        return len(rows)

    async def _fire(self, row: asyncpg.Record) -> None:
        timer = Timer(row["kind"], row["key"], row["due_at"], orjson.loads(row["facts"]))
        outcome = "fired"
        span = self.dependencies.tracer.start_span(
            f"timer {timer.kind}",
            links=telemetry.link_to(_headers(row)),
            attributes={"alongside.timer.key": timer.key},
        )
        cause = Cause(f"timer:{row['id']}", None, telemetry.trace_headers(span), span)
        try:
            await self._work(row, timer, cause)
        except Superseded:
            outcome = "superseded"
        except Exception as error:  # noqa: BLE001  # tried again later, and counted; a timer is never dropped
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            outcome = await self._failed(row, timer, cause, error)
        finally:
            span.end()
        self.dependencies.metrics.timers_fired.labels(timer.kind, outcome).inc()

    async def _work(self, row: asyncpg.Record, timer: Timer, cause: Cause) -> None:
        """1 begin; 2 lock; 3 handle; 4 delete the timer, or roll back; 5 timers and outbox; 6 commit."""
        async with self._transaction() as tx:  # 1, 5, 6
            await self._lock_due(tx, row)  # 2
            tx.current = cause
            await self.handlers.timers[timer.kind](timer, tx)  # 3
            if await tx.conn.fetchval(_DONE, timer.kind, timer.key, row["id"]) is None:  # 4
                raise Superseded
            if row["attempts"]:
                await failed_timers.settle(tx.conn, timer.kind, row["id"], tx.now)

    async def _failed(self, row: asyncpg.Record, timer: Timer, cause: Cause, error: Exception) -> str:
        """Postpone a failed timer, or dead-letter it after `attempts_max` failures; return the outcome.

        Raises while the database is unavailable; then all timers wait.
        """
        if not failed_timers.counts_against_handler(error):
            return await self._wait(row, error)
        if row["attempts"] + 1 < self.attempts_max:
            return await self._retry_later(row, error)
        try:
            await self._dead_letter(row, timer, cause, error)
        except Superseded:
            return "superseded"
        except Exception as second_error:
            if failed_timers.counts_against_handler(second_error):
                raise
            return await self._wait(row, second_error)
        return "dead-lettered"

    async def _wait(self, row: asyncpg.Record, error: Exception) -> str:
        """Postpone the timer, so that it delays no other. The attempt is not counted: the handler did not cause the error."""
        self.dependencies.log.warning("timer-failed", kind=row["kind"], attempts=row["attempts"], exc=error)
        await self._postpone(row, timedelta(seconds=INFRASTRUCTURE_PAUSE_SECONDS), counts=0)
        return "failed"

    async def _retry_later(self, row: asyncpg.Record, error: Exception) -> str:
        """Postpone the timer, for longer each time, so that it delays no other."""
        self.dependencies.log.error("timer-failed", kind=row["kind"], attempts=row["attempts"] + 1, exc=error)
        await self._postpone(row, timedelta(seconds=2 ** min(row["attempts"], _DOUBLINGS_MAX)), counts=1)
        return "failed"

    async def _postpone(self, row: asyncpg.Record, pause: timedelta, *, counts: int) -> None:
        async with connection(self.dependencies.pool) as conn:
            await conn.execute(_RETRY, *_row_key(row), self.dependencies.clock.now() + pause, counts)

    async def _dead_letter(self, row: asyncpg.Record, timer: Timer, cause: Cause, error: Exception) -> None:
        """1 lock; 2 hand over to a person; 3 store one dead letter; 4 retry more slowly; 5 commit.

        Raises Superseded, without any effect, when the timer was moved or cancelled meanwhile.
        """
        async with self._transaction() as tx:
            await self._lock_due(tx, row)  # 1
            again_at = tx.now + self.handlers.retry_every[timer.kind]
            tx.current = cause
            await self._run_failure_handler(timer, again_at, tx)  # 2
            is_new = await failed_timers.add(tx.conn, row, error, tx.now)  # 3
            if await tx.conn.fetchval(_RETRY, *_row_key(row), again_at, 1) is None:  # 4
                raise Superseded
        if is_new:  # 5
            reason = ProblemCode.HANDLER_FAILED.value
            self.dependencies.metrics.dead_letters.labels("timer", reason).inc()
        self.dependencies.log.error(
            "timer-dead-lettered", kind=timer.kind, attempts=row["attempts"] + 1, exc=error
        )

    async def _run_failure_handler(self, timer: Timer, again_at: datetime, tx: Tx) -> None:
        """Call the handler that hands the timer's subject to a person. When it fails too, the dead letter and its alert remain."""
        handler = self.handlers.timer_failures.get(timer.kind)
        if handler is None:
            return
        savepoint = tx.savepoint()
        try:
            async with tx.conn.transaction():
                await handler(timer, again_at, tx)
                await tx.flush()
        except Exception as error:
            tx.rollback_to(savepoint)
            if not failed_timers.counts_against_handler(error):
                raise
            self.dependencies.log.error("timer-unattended", kind=timer.kind, exc=error)

    def _transaction(self) -> AbstractAsyncContextManager[Tx]:
        dependencies = self.dependencies
        return transaction(
            dependencies.pool,
            service=dependencies.service,
            now=dependencies.clock.now(),
            shards=dependencies.shards,
        )

    async def _lock_due(self, tx: Tx, row: asyncpg.Record) -> None:
        """Lock the timer. Raises Superseded when another process is firing it, or it is no longer due."""
        pause_max = self.handlers.pause_max.get(row["kind"])
        latest = None if pause_max is None or row["attempts"] else tx.now + pause_max
        name = f"{row['kind']} {row['key']}"
        if not await tx.conn.fetchval(_TRY_LOCK, name, row["id"], tx.now, latest):
            raise Superseded

    async def _sleep(self) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), self.poll_seconds)
        except TimeoutError:
            return


def _row_key(row: asyncpg.Record) -> tuple[str, str, UUID]:
    return row["kind"], row["key"], row["id"]


def _headers(row: asyncpg.Record) -> Mapping[str, str]:
    headers: dict[str, str] = orjson.loads(row["trace"])
    return headers
