"""Timers whose handler keeps failing: each is kept as one dead letter, and tried on, more slowly, until it succeeds.

A record that cannot be handled is put aside and its stream goes on without it. A timer is different: it is what keeps
something from being forgotten, so it stays, and its dead letter only says that somebody has to look (docs/decisions/0023).
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
from alongside_chassis.consume.dead_letters import TIMER_PARTITION, DeadLetter, Outcome
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
    """The timer was cancelled, moved or fired meanwhile; what was done for it must not count."""


def is_ours(error: BaseException) -> bool:
    """Whether a handler's failure counts against it: neither the world's (wait) nor a lost race (retry)."""
    return verdict_on(error) not in (Verdict.WAIT, Verdict.RETRY)


def problem_of(error: BaseException, key: str) -> Problem:
    """What a timer's dead letter says: its key, an opaque id, and the kind of error; never its text, which may quote a row."""
    return Problem(
        code=ProblemCode.HANDLER_FAILED,
        where=f"timer {key}",
        remedy=f"mend {type(error).__name__}; the timer is tried on by itself, or replay it",
    )


async def put_aside(
    conn: asyncpg.Connection, row: asyncpg.Record, error: BaseException, at: datetime
) -> bool:
    """Keep a timer's failure as a dead letter; False when this very timer has one."""
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
    return await dead_letters.put_aside(
        conn, record, problem_of(error, row["key"]), at=at, event_id=str(row["id"]), event_type=EVENT_TYPE
    )


async def settle(conn: asyncpg.Connection, kind: str, timer_id: UUID, at: datetime) -> None:
    """The timer fired after all: its dead letter has nothing left to say."""
    await conn.execute(_SETTLE, kind, at, str(timer_id))


async def settle_superseded(conn: asyncpg.Connection, at: datetime) -> None:
    """Settle dead letters of timers that were moved or cancelled: somebody acted meanwhile."""
    await conn.execute(_SETTLE_SUPERSEDED, at)


async def failing(conn: asyncpg.Connection) -> dict[str, int]:
    """How many timers of each kind wait for somebody to look."""
    return {row["topic"]: row["count"] for row in await conn.fetch(_FAILING)}


async def fire(tx: Tx, handlers: Handlers, letter: DeadLetter, key: str) -> Outcome:
    """Fire a failing timer now, for an operator: 1 handle; 2 delete the timer; what fails again is kept as it was.

    The letter is locked first here and last when the timer fires by itself: should the two wait for each other,
    PostgreSQL ends one of them, and it is tried again. Raises what the world is to blame for; then nothing changes.
    """
    row = await tx.conn.fetchrow(_TIMER, letter.topic, key, UUID(letter.event_id))
    if row is None:
        return Outcome.DUPLICATE
    savepoint = tx.savepoint()
    try:
        async with tx.conn.transaction():
            await _handle(tx, handlers, row)
    except Superseded:
        tx.rollback_to(savepoint)
        return Outcome.DUPLICATE
    except Exception as error:
        tx.rollback_to(savepoint)
        if not is_ours(error):
            raise
        await dead_letters.refused_again(
            tx.conn, letter.id, problem_of(error, key), event_id=letter.event_id, event_type=EVENT_TYPE
        )
        return Outcome.REFUSED
    return Outcome.HANDLED


async def _handle(tx: Tx, handlers: Handlers, row: asyncpg.Record) -> None:
    span = trace.get_current_span()
    tx.current = Cause(f"timer:{row['id']}", None, trace_headers(span), span)
    timer = Timer(row["kind"], row["key"], row["due_at"], orjson.loads(row["facts"]))
    await handlers.timers[timer.kind](timer, tx)  # 1
    if await tx.conn.fetchval(_DONE, row["kind"], row["key"], row["id"]) is None:  # 2
        raise Superseded
    await tx.flush()


def not_droppable() -> HttpProblem:
    """A timer is what keeps something from being forgotten."""
    return HttpProblem(
        status=409,
        code="timer-not-droppable",
        title="A timer that fails cannot be dropped",
        detail="It keeps what it is about from being forgotten, and is tried on by itself.",
        remedy="Mend its handler and replay it, or end what it is about.",
    )


def _number(timer_id: UUID) -> int:
    """A timer's id as the offset of its dead letter: 63 bits of it, the same each time."""
    return timer_id.int & (2**63 - 1)
