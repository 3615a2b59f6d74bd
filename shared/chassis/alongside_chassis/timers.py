"""Durable timers: a promise to look again later that survives every restart.

A due timer's work and its deletion are one transaction, in that order: the handler locks what it works on first and
the timer row last, as every other transaction does, so that the two never wait for each other in a circle.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import asyncpg
import orjson
from opentelemetry.trace import Status, StatusCode

from alongside_chassis import telemetry
from alongside_chassis.database import connection
from alongside_chassis.handlers import Handlers, Timer
from alongside_chassis.pipeline import Tools
from alongside_chassis.transaction import Cause, transaction

DUE_MAX: Final = 100
RETRY_SECONDS_MAX: Final = 3_600

_DUE: Final = """
    select id, kind, key, due_at, facts, trace, attempts from timer
    where due_at <= $1 and kind = any($3::text[]) order by due_at, id limit $2
"""
_TRY_LOCK: Final = """
    select pg_try_advisory_xact_lock(hashtextextended($1, 0))
           and exists (select from timer where id = $2 and due_at <= $3)
"""
_DONE: Final = "delete from timer where kind = $1 and key = $2 and id = $3 returning id"
_AGAIN: Final = "update timer set attempts = attempts + 1, due_at = $2 where id = $1"


class _Superseded(Exception):
    """Another transaction cancelled, moved or fired this timer meanwhile; what we did must not count."""


class Timers:
    """Fires due timers, each in a transaction of its own."""

    def __init__(self, tools: Tools, handlers: Handlers, poll_seconds: float) -> None:
        self.tools, self.handlers, self.poll_seconds = tools, handlers, poll_seconds
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
                self.tools.metrics.waits.labels("timers").inc()
                self.tools.log.warning("timers-wait", exc=error)
            if fired < DUE_MAX:
                await self._sleep()

    def stop(self) -> None:
        """Finish the timer in hand, then end."""
        self._stop.set()

    async def fire_due(self) -> int:
        """Fire what is due now, at most a bounded number; returns how many were looked at."""
        kinds = list(self.handlers.timers)
        async with connection(self.tools.pool) as conn:
            rows = await conn.fetch(_DUE, self.tools.clock.now(), DUE_MAX, kinds)
        for row in rows:
            if self._stop.is_set():
                break
            await self._fire(row)
        return len(rows)

    async def _fire(self, row: asyncpg.Record) -> None:
        timer = Timer(row["kind"], row["key"], row["due_at"], orjson.loads(row["facts"]))
        outcome = "fired"
        span = self.tools.tracer.start_span(
            f"timer {timer.kind}",
            links=telemetry.link_to(_headers(row)),
            attributes={"alongside.timer.key": timer.key},
        )
        try:
            await self._work(
                row, timer, Cause(f"timer:{row['id']}", None, telemetry.trace_headers(span), span)
            )
        except _Superseded:
            outcome = "superseded"
        except Exception as error:  # noqa: BLE001  # tried again later, and counted; a timer is never dropped
            outcome = "failed"
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            await self._again(row, error)
        finally:
            span.end()
        self.tools.metrics.timers_fired.labels(timer.kind, outcome).inc()

    async def _work(self, row: asyncpg.Record, timer: Timer, cause: Cause) -> None:
        """1 begin; 2 be the only one; 3 handle; 4 delete the timer, or undo it all; 5 timers and outbox; 6 commit."""
        tools = self.tools
        async with transaction(  # 1, 5, 6
            tools.pool, service=tools.service, now=tools.clock.now(), shards=tools.shards
        ) as tx:
            if not await tx.conn.fetchval(_TRY_LOCK, f"{timer.kind} {timer.key}", row["id"], tx.now):  # 2
                raise _Superseded
            tx.current = cause
            await self.handlers.timers[timer.kind](timer, tx)  # 3
            if await tx.conn.fetchval(_DONE, timer.kind, timer.key, row["id"]) is None:  # 4
                raise _Superseded

    async def _again(self, row: asyncpg.Record, error: Exception) -> None:
        """Put it off, so that it holds up no other timer. With the store away this raises, and all of them wait."""
        delay = timedelta(seconds=min(RETRY_SECONDS_MAX, 2 ** min(row["attempts"], 12)))
        self.tools.log.error("timer-failed", kind=row["kind"], attempts=row["attempts"] + 1, exc=error)
        async with connection(self.tools.pool) as conn:
            await conn.execute(_AGAIN, row["id"], self.tools.clock.now() + delay)

    async def _sleep(self) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), self.poll_seconds)
        except TimeoutError:
            return


def _headers(row: asyncpg.Record) -> Mapping[str, str]:
    headers: dict[str, str] = orjson.loads(row["trace"])
    return headers
