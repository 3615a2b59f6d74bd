"""Stores one dead letter for a timer whose handler keeps failing; the timer is retried, more slowly, until it succeeds.

A record that cannot be handled is dead-lettered and its stream continues. A timer is different: it keeps its subject from
being forgotten, so it stays, and its dead letter only asks for a person's attention (docs/decisions/0023).
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson
from aiokafka import ConsumerRecord
from opentelemetry import trace

from alongside_chassis.announce.transaction import Cause, Tx
from alongside_chassis.consume import dead_letters
from alongside_chassis.consume.dead_letters import TIMER_PARTITION, DeadLetter, RedriveOutcome
from alongside_chassis.consume.delivery import Verdict, verdict_on
from alongside_chassis.consume.handlers import Handlers, Timer
from alongside_chassis.errors import HttpProblem
from alongside_chassis.observe.telemetry import trace_headers
from alongside_contracts.partner import Problem
from alongside_contracts.vocabulary import ProblemCode

EVENT_TYPE: Final = "timer"
_TIMER: Final = "select kind, key, id, due_at, facts from timer where kind = $1 and key = $2 and id = $3"
_DONE: Final = "delete from timer where kind = $1 and key = $2 and id = $3 returning id"
_SETTLE: Final = """
    update dead_letter set state = 'replayed', settled_at = $2
    where topic = $1 and partition = -2 and state = 'waiting' and event_id = $3
"""
_SETTLE_SUPERSEDED: Final = """
    update dead_letter set state = 'replayed', settled_at = $1
    where partition = -2 and state = 'waiting' and not exists (
        select from timer
        where kind = topic and timer.key = convert_from(dead_letter.key, 'UTF8') and timer.id::text = event_id)
"""
_FAILING: Final = """
    select topic, count(*) from dead_letter where partition = -2 and state = 'waiting' group by topic
"""


class Superseded(Exception):
    """Raised when the timer was cancelled, moved or fired meanwhile; work done for it must be rolled back."""


def counts_against_handler(error: BaseException) -> bool:
    """Return whether an error is the handler's: neither the environment's (wait) nor a lost race (retry)."""
    return verdict_on(error) not in (Verdict.WAIT, Verdict.RETRY)


def problem_of(error: BaseException, key: str) -> Problem:
    """Build the problem of a timer's dead letter: its key, an opaque id, and the error's class.

    It leaves out the error's text, which may quote a row.
    """
    return Problem(
        code=ProblemCode.HANDLER_FAILED,
        where=f"timer {key}",
        remedy=f"correct the cause of {type(error).__name__}; the timer is retried, or replay it now",
    )


async def add(conn: asyncpg.Connection, row: asyncpg.Record, error: BaseException, at: datetime) -> bool:
    """Store a timer's failure as a dead letter; return False when this timer has one already."""
    record: ConsumerRecord[bytes | None, bytes | None] = ConsumerRecord(
        topic=row["kind"],
        partition=TIMER_PARTITION,
        offset=_number(row["id"]),
        timestamp=0,
        timestamp_type=0,
        key=row["key"].encode(),
        value=row["facts"].encode(),
        checksum=None,
        serialized_key_size=len(row["key"]),
        serialized_value_size=len(row["facts"]),
        headers=(),
    )
    return await dead_letters.add(
        conn, record, problem_of(error, row["key"]), at=at, event_id=str(row["id"]), event_type=EVENT_TYPE
    )


async def settle(conn: asyncpg.Connection, kind: str, timer_id: UUID, at: datetime) -> None:
    """Settle the dead letter of a timer that fired after all."""
    await conn.execute(_SETTLE, kind, at, str(timer_id))


async def settle_superseded(conn: asyncpg.Connection, at: datetime) -> None:
    """Settle dead letters of timers that a command or an event has moved or cancelled meanwhile."""
    await conn.execute(_SETTLE_SUPERSEDED, at)


async def failing(conn: asyncpg.Connection) -> dict[str, int]:
    """Count the failing timers of each kind."""
    return {row["topic"]: row["count"] for row in await conn.fetch(_FAILING)}


async def fire(tx: Tx, handlers: Handlers, dead_letter: DeadLetter, key: str) -> RedriveOutcome:
    """Fire a failing timer now, for an operator: 1 handle; 2 delete the timer. A timer that fails again is not changed.

    The dead letter is locked first here, and last when the timer fires when due: when the two wait for each other,
    PostgreSQL ends one of them, which is retried. Raises an error that does not count against the handler; then nothing
    changes.
    """
    row = await tx.conn.fetchrow(_TIMER, dead_letter.topic, key, UUID(dead_letter.event_id))
    if row is None:
        return RedriveOutcome.DUPLICATE
    savepoint = tx.savepoint()
    try:
        async with tx.conn.transaction():
            await _handle(tx, handlers, row)
    except Superseded:
        tx.rollback_to(savepoint)
        return RedriveOutcome.DUPLICATE
    except Exception as error:
        tx.rollback_to(savepoint)
        if not counts_against_handler(error):
            raise
        await _keep_waiting(tx, dead_letter, problem_of(error, key))
        return RedriveOutcome.REFUSED
    return RedriveOutcome.HANDLED


async def _keep_waiting(tx: Tx, dead_letter: DeadLetter, problem: Problem) -> None:
    await dead_letters.mark_refused_again(
        tx.conn, dead_letter.id, problem, event_id=dead_letter.event_id, event_type=EVENT_TYPE
    )


async def _handle(tx: Tx, handlers: Handlers, row: asyncpg.Record) -> None:
    span = trace.get_current_span()
    tx.current = Cause(f"timer:{row['id']}", None, trace_headers(span), span)
    timer = Timer(row["kind"], row["key"], row["due_at"], orjson.loads(row["facts"]))
    await handlers.timers[timer.kind](timer, tx)  # 1
    if await tx.conn.fetchval(_DONE, row["kind"], row["key"], row["id"]) is None:  # 2
        raise Superseded
    await tx.flush()


def not_droppable() -> HttpProblem:
    """Build the refusal to drop a timer, which keeps its subject from being forgotten."""
    return HttpProblem(
        status=409,
        code="timer-not-droppable",
        title="A failing timer cannot be dropped",
        detail="It keeps its subject from being forgotten, and is retried until it succeeds.",
        remedy="Correct the cause and replay it, or end what the timer is for.",
    )


def _number(timer_id: UUID) -> int:
    """Return the offset of a timer's dead letter: always the same 63 bits of its id."""
    return timer_id.int & (2**63 - 1)
