"""Stores which partners' streams are paused, in the service's own database: valid for every instance, across restarts.

A pause is one row, written in the transaction that dead-lettered the last refused record. While it is open no instance
handles or dead-letters a record of that partner. `resume` closes the row, which then records by whom and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.consume.limits import Tally
from alongside_contracts.ids import new_id
from alongside_contracts.streams import stream_of

_STATES: Final = """
    select asked.topic, q.id is not null as paused,
           coalesce(t.in_a_row, 0) as in_a_row, coalesce(t.window_records, 0) as window_records,
           coalesce(t.window_refused, 0) as window_refused
    from unnest($1::text[]) as asked (topic)
    left join refusal_tally t using (topic)
    left join quarantine q on q.topic = asked.topic and q.resumed_at is null
"""
_LOCK: Final = """
    insert into refusal_tally (topic) select unnest($1::text[]) order by 1
    on conflict (topic) do update set topic = excluded.topic
"""
_WAITING: Final = """
    select count(*) as records,
           coalesce(sum(coalesce(octet_length(value), 0) + coalesce(octet_length(key), 0)
                        + octet_length(headers::text)), 0)::bigint as bytes
    from dead_letter where topic = $1 and state = 'waiting'
"""
_STORE_TALLY: Final = """
    update refusal_tally set in_a_row = $2, window_records = $3, window_refused = $4 where topic = $1
"""
_PAUSE: Final = """
    insert into quarantine (id, topic, partner, because, refused, reason, paused_at) values ($1, $2, $3, $4, $5, $6, $7)
"""
_RESUME: Final = """
    update quarantine set resumed_at = $2, resumed_by = $3 where topic = $1 and resumed_at is null returning *
"""
_PURGE: Final = "delete from quarantine where resumed_at < now() - make_interval(days => $1)"
_PAUSED: Final = "select topic from quarantine where resumed_at is null"
_NEWEST: Final = """
    select * from quarantine
    where id < $1 and ($3::text is null or partner = $3) and ($4::bool is null or (resumed_at is null) = $4)
    order by id desc limit $2
"""
_MAX_ID: Final = UUID(int=2**128 - 1)
"""Above every id: the first page starts below it."""


@dataclass(frozen=True, slots=True)
class Quarantine:
    """One pause of one partner's stream. `refused` is the number of refused records, `reason` the last problem's code."""

    id: UUID
    topic: str
    partner: str
    because: str
    refused: int
    reason: str
    paused_at: datetime
    resumed_at: datetime | None = None
    resumed_by: str | None = None


@dataclass(frozen=True, slots=True)
class PartnerState:
    """State of a partner's topic: whether it is paused, and its counts."""

    paused: bool
    tally: Tally


async def partner_states(conn: asyncpg.Connection, topics: Sequence[str]) -> dict[str, PartnerState]:
    """Return the state of each topic."""
    return {
        row["topic"]: PartnerState(
            row["paused"], Tally(row["in_a_row"], row["window_records"], row["window_refused"])
        )
        for row in await conn.fetch(_STATES, topics)
    }


async def lock_partner_states(conn: asyncpg.Connection, topics: Sequence[str]) -> dict[str, PartnerState]:
    """Return the state of each topic, locked: no other transaction counts or pauses it before the commit."""
    await conn.execute(_LOCK, topics)
    return await partner_states(conn, topics)


async def waiting_dead_letters(conn: asyncpg.Connection, topic: str) -> tuple[int, int]:
    """Return how many dead letters of a topic wait, and their size in bytes."""
    row = await conn.fetchrow(_WAITING, topic)
    assert row is not None  # noqa: S101  (an aggregate has one row)
    return row["records"], row["bytes"]


async def store_tally(conn: asyncpg.Connection, topic: str, tally: Tally) -> None:
    """Store a partner's counts."""
    await conn.execute(_STORE_TALLY, topic, tally.in_a_row, tally.window_records, tally.window_refused)


async def pause(
    conn: asyncpg.Connection, topic: str, *, because: str, refused: int, reason: str, at: datetime
) -> Quarantine:
    """Pause a partner's stream from this commit on."""
    stream = stream_of(topic)
    partner = stream.partner_of(topic) if stream else None
    assert partner is not None  # noqa: S101  (only partners' topics are counted)
    created = Quarantine(new_id(), topic, partner, because, refused, reason, at)
    await conn.execute(_PAUSE, created.id, topic, partner, because, refused, reason, at)
    return created


async def resume(conn: asyncpg.Connection, topic: str, *, by: str, at: datetime) -> Quarantine | None:
    """End a pause and reset the counts; return the pause, or None when the stream was not paused."""
    await conn.execute(_LOCK, [topic])
    row = await conn.fetchrow(_RESUME, topic, at, by)
    if row is None:
        return None
    await store_tally(conn, topic, Tally())
    return _quarantine(row)


async def paused_topics(conn: asyncpg.Connection) -> frozenset[str]:
    """Return the topics that are paused now."""
    return frozenset(row["topic"] for row in await conn.fetch(_PAUSED))


async def paused_since(conn: asyncpg.Connection, topic: str, at: datetime) -> datetime | None:
    """Return since when a topic was paused at some time; None when it was not."""
    since: datetime | None = await conn.fetchval(
        "select paused_at from quarantine where topic = $1 and paused_at < $2 and (resumed_at is null or resumed_at >= $2)",
        topic,
        at,
    )
    return since


async def page(
    conn: asyncpg.Connection,
    *,
    before: UUID | None = None,
    limit: int = 100,
    partner: str | None = None,
    paused: bool | None = None,
) -> list[Quarantine]:
    """Return a page of pauses, newest first: of one partner or all; `paused` True selects open ones, False ended ones."""
    rows = await conn.fetch(_NEWEST, before or _MAX_ID, limit, partner, paused)
    return [_quarantine(row) for row in rows]


async def purge(conn: asyncpg.Connection, days: int) -> None:
    """Delete pauses that ended more than `days` ago."""
    await conn.execute(_PURGE, days)


def _quarantine(row: asyncpg.Record) -> Quarantine:
    columns = {name: row[name] for name in Quarantine.__slots__}
    return Quarantine(**columns)
