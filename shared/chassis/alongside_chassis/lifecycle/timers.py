"""Durable timers: a promise to look again later that survives every restart.

A due timer's work and its deletion are one transaction, in that order: the handler locks what it works on first and
the timer row last, as every other transaction does, so that the two never wait for each other in a circle.
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

DUE_MAX: Final = 100
WORLD_PAUSE_SECONDS: Final = 5
"""The pause after a failure the handler is not to blame for."""
_DOUBLINGS_MAX: Final = 11
"""The pause after a failure doubles so often, from a second to about half an hour."""

_DUE: Final = """
    select id, kind, key, due_at, facts, trace, attempts from timer
    where due_at <= $1 and kind = any($3::text[]) order by due_at, id limit $2
"""
_TRY_LOCK: Final = """
    select pg_try_advisory_xact_lock(hashtextextended($1, 0))
           and exists (select from timer where id = $2 and due_at <= $3)
"""
_DONE: Final = "delete from timer where kind = $1 and key = $2 and id = $3 returning id"
_AGAIN: Final = """
    update timer set attempts = attempts + $5, due_at = $4 where kind = $1 and key = $2 and id = $3 returning id
"""


class Timers:
    """Fires due timers, each in a transaction of its own."""

    def __init__(
        self, dependencies: Dependencies, handlers: Handlers, *, poll_seconds: float, attempts_max: int
    ) -> None:
        self.dependencies, self.handlers = dependencies, handlers
        self.poll_seconds, self.attempts_max = poll_seconds, attempts_max
        self.waiting_for: str | None = None
        """Why no timer can fire; None when all is well."""
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Fire timers as they come due, until stopped."""
        while not self._stop.is_set():
            try:
                fired = await self.fire_due()
                self.waiting_for = None
            except Exception as error:  # noqa: BLE001  # the store is away: wait, and say so
                self.waiting_for, fired = type(error).__name__, 0
                self.dependencies.metrics.waits.labels("timers").inc()
                self.dependencies.log.warning("timers-wait", exc=error)
            if fired < DUE_MAX:
                await self._sleep()

    def stop(self) -> None:
        """Finish the timer in hand, then end."""
        self._stop.set()

    async def fire_due(self) -> int:
        """Fire what is due now, at most a bounded number; returns how many were looked at."""
        kinds = list(self.handlers.timers)
        async with connection(self.dependencies.pool) as conn:
            rows = await conn.fetch(_DUE, self.dependencies.clock.now(), DUE_MAX, kinds)
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
        """1 begin; 2 be the only one; 3 handle; 4 delete the timer, or undo it all; 5 timers and outbox; 6 commit."""
        async with self._transaction() as tx:  # 1, 5, 6
            await self._be_the_only_one(tx, row)  # 2
            tx.current = cause
            await self.handlers.timers[timer.kind](timer, tx)  # 3
            if await tx.conn.fetchval(_DONE, timer.kind, timer.key, row["id"]) is None:  # 4
                raise Superseded
            if row["attempts"]:
                await failed_timers.settle(tx.conn, timer.kind, row["id"], tx.now)

    async def _failed(self, row: asyncpg.Record, timer: Timer, cause: Cause, error: Exception) -> str:
        """Put it off, or aside once its handler failed too often; returns the outcome.

        With the store away this raises, and all timers wait.
        """
        if not failed_timers.is_ours(error):
            return await self._wait(row, error)
        if row["attempts"] + 1 < self.attempts_max:
            return await self._again(row, error)
        try:
            await self._put_aside(row, timer, cause, error)
        except Superseded:
            return "superseded"
        except Exception as trouble:
            if failed_timers.is_ours(trouble):
                raise
            return await self._wait(row, trouble)
        return "dead-lettered"

    async def _wait(self, row: asyncpg.Record, error: Exception) -> str:
        """Put it off, so that it holds up no other timer, and do not count it: the handler is not to blame."""
        self.dependencies.log.warning("timer-failed", kind=row["kind"], attempts=row["attempts"], exc=error)
        await self._put_off(row, timedelta(seconds=WORLD_PAUSE_SECONDS), counts=0)
        return "failed"

    async def _again(self, row: asyncpg.Record, error: Exception) -> str:
        """Put it off, so that it holds up no other timer, for longer each time."""
        self.dependencies.log.error("timer-failed", kind=row["kind"], attempts=row["attempts"] + 1, exc=error)
        await self._put_off(row, timedelta(seconds=2 ** min(row["attempts"], _DOUBLINGS_MAX)), counts=1)
        return "failed"

    async def _put_off(self, row: asyncpg.Record, pause: timedelta, *, counts: int) -> None:
        async with connection(self.dependencies.pool) as conn:
            await conn.execute(_AGAIN, *_place(row), self.dependencies.clock.now() + pause, counts)

    async def _put_aside(self, row: asyncpg.Record, timer: Timer, cause: Cause, error: Exception) -> None:
        """1 be the only one; 2 say who looks after it; 3 keep one dead letter; 4 try it on, more slowly; 5 commit.

        Raises Superseded, and does nothing, when somebody acted meanwhile and the timer was moved or cancelled.
        """
        async with self._transaction() as tx:
            await self._be_the_only_one(tx, row)  # 1
            again_at = tx.now + self.handlers.retry_every[timer.kind]
            tx.current = cause
            await self._attend(timer, again_at, tx)  # 2
            is_new = await failed_timers.put_aside(tx.conn, row, error, tx.now)  # 3
            if await tx.conn.fetchval(_AGAIN, *_place(row), again_at, 1) is None:  # 4
                raise Superseded
        if is_new:  # 5
            reason = ProblemCode.HANDLER_FAILED.value
            self.dependencies.metrics.dead_letters.labels("timer", reason).inc()
        self.dependencies.log.error(
            "timer-dead-lettered", kind=timer.kind, attempts=row["attempts"] + 1, exc=error
        )

    async def _attend(self, timer: Timer, again_at: datetime, tx: Tx) -> None:
        """Say who looks after it. When that fails as well, the dead letter and its alert are left to tell somebody."""
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
            if not failed_timers.is_ours(error):
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

    async def _be_the_only_one(self, tx: Tx, row: asyncpg.Record) -> None:
        """Raises Superseded when another process has this timer in hand, or it is not due any more."""
        if not await tx.conn.fetchval(_TRY_LOCK, f"{row['kind']} {row['key']}", row["id"], tx.now):
            raise Superseded

    async def _sleep(self) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), self.poll_seconds)
        except TimeoutError:
            return


def _place(row: asyncpg.Record) -> tuple[str, str, UUID]:
    return row["kind"], row["key"], row["id"]


def _headers(row: asyncpg.Record) -> Mapping[str, str]:
    headers: dict[str, str] = orjson.loads(row["trace"])
    return headers
