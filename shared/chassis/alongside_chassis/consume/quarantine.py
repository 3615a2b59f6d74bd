"""Partners whose stream is paused, in the service's own database: every instance sees it, and every restart keeps it.

The pause is one row, written in the transaction that put the last refused record aside. While it is open nothing of that
partner is handled or put aside, by anybody; `resume` closes the row, and it stays as the record of who did so and when.
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
from alongside_contracts.vocabulary import PauseReason

_STANDING: Final = """
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
_KEPT: Final = """
    select count(*) as records,
           coalesce(sum(coalesce(octet_length(value), 0) + coalesce(octet_length(key), 0)
                        + octet_length(headers::text)), 0)::bigint as bytes
    from dead_letter where topic = $1 and state = 'waiting'
"""
_KEEP_TALLY: Final = """
    update refusal_tally set in_a_row = $2, window_records = $3, window_refused = $4 where topic = $1
"""
_PAUSE: Final = """
    insert into quarantine (id, topic, partner, because, refused, reason, paused_at) values ($1, $2, $3, $4, $5, $6, $7)
"""
_RESUME: Final = """
    update quarantine set resumed_at = $2, resumed_by = $3 where topic = $1 and resumed_at is null returning *
"""
_FORGET: Final = "delete from quarantine where resumed_at < now() - make_interval(days => $1)"
_PAUSED: Final = "select topic from quarantine where resumed_at is null"
_NEWEST: Final = """
    select * from quarantine
    where id < $1 and ($3::text is null or partner = $3) and ($4::bool is null or (resumed_at is null) = $4)
    order by id desc limit $2
"""
_AFTER_ALL: Final = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Quarantine:
    """One pause of one partner's stream. `refused` is what was counted, `reason` the last problem's code."""

    id: UUID
    topic: str
    partner: str
    because: PauseReason
    refused: int
    reason: str
    paused_at: datetime
    resumed_at: datetime | None = None
    resumed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a partner's topic stands: whether it is paused, and what has been counted."""

    paused: bool
    tally: Tally


async def standing(conn: asyncpg.Connection, topics: Sequence[str]) -> dict[str, Standing]:
    """How each topic stands."""
    return {
        row["topic"]: Standing(
            row["paused"], Tally(row["in_a_row"], row["window_records"], row["window_refused"])
        )
        for row in await conn.fetch(_STANDING, topics)
    }


async def locked(conn: asyncpg.Connection, topics: Sequence[str]) -> dict[str, Standing]:
    """How each topic stands, and nobody else counts or pauses it before the commit."""
    await conn.execute(_LOCK, topics)
    return await standing(conn, topics)


async def kept(conn: asyncpg.Connection, topic: str) -> tuple[int, int]:
    """How many dead letters of a topic wait, and how many bytes they have."""
    row = await conn.fetchrow(_KEPT, topic)
    assert row is not None  # noqa: S101  (an aggregate has one row)
    return row["records"], row["bytes"]


async def keep_tally(conn: asyncpg.Connection, topic: str, tally: Tally) -> None:
    """Remember what was counted."""
    await conn.execute(_KEEP_TALLY, topic, tally.in_a_row, tally.window_records, tally.window_refused)


async def pause(
    conn: asyncpg.Connection, topic: str, *, because: PauseReason, refused: int, reason: str, at: datetime
) -> Quarantine:
    """Pause a partner's stream from this commit on."""
    stream = stream_of(topic)
    partner = stream.partner_of(topic) if stream else None
    assert partner is not None  # noqa: S101  (only partners' topics are watched)
    made = Quarantine(new_id(), topic, partner, because, refused, reason, at)
    await conn.execute(_PAUSE, made.id, topic, partner, because, refused, reason, at)
    return made


async def resume(conn: asyncpg.Connection, topic: str, *, by: str, at: datetime) -> Quarantine | None:
    """Let a stream be read again, counting anew; None when it was not paused."""
    await conn.execute(_LOCK, [topic])
    row = await conn.fetchrow(_RESUME, topic, at, by)
    if row is None:
        return None
    await keep_tally(conn, topic, Tally())
    return _quarantine(row)


async def paused_topics(conn: asyncpg.Connection) -> frozenset[str]:
    """The topics that are not read at present."""
    return frozenset(row["topic"] for row in await conn.fetch(_PAUSED))


async def newest(
    conn: asyncpg.Connection,
    *,
    before: UUID | None = None,
    limit: int = 100,
    partner: str | None = None,
    paused: bool | None = None,
) -> list[Quarantine]:
    """Pauses, newest first: of one partner, open or closed ones, or all."""
    rows = await conn.fetch(_NEWEST, before or _AFTER_ALL, limit, partner, paused)
    return [_quarantine(row) for row in rows]


async def forget(conn: asyncpg.Connection, days: int) -> None:
    """Delete pauses that ended so many days ago."""
    await conn.execute(_FORGET, days)


def _quarantine(row: asyncpg.Record) -> Quarantine:
    found = {name: row[name] for name in Quarantine.__slots__}
    return Quarantine(**found | {"because": PauseReason(row["because"])})
