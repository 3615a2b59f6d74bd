"""Reads the offers that changed since the last read, without missing any.

Sequence numbers become visible out of order, so "everything above the last one seen" misses a transaction that
commits late. Here every changed offer carries the id of the transaction that changed it, and a reader starts again at
the oldest transaction that was unfinished at its last read: it may read a change twice, but never misses one.
Triggers on `offer` write these ids, so no writer can omit them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

_HORIZON: Final = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_SINCE: Final = f"""
    select seen.horizon, id, region, held, taken,
           said_in >= $1 or said_in is null as said, changed_in >= seen.horizon as unsettled
    from (select {_HORIZON} as horizon) as seen
    left join (
        select offer.*, changed_in, said_in from offer join offer_change on offer_id = id
        where changed_in >= $1 or offer_id = any($2::uuid[])) as changed on true
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A changed offer. `content_changed`: more than its places. `unsettled`: its transaction may still roll back."""

    offer_id: UUID
    region: str
    held: int
    taken: int
    content_changed: bool
    unsettled: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """The changed offers, and the horizon from which to read next."""

    horizon: int
    changes: Sequence[Change]


async def horizon(conn: asyncpg.Connection) -> int:
    """Return where a new reader starts: transactions that ended before are visible in the offers themselves."""
    value: int = await conn.fetchval(f"select {_HORIZON}")
    return value


async def since(conn: asyncpg.Connection, cursor: int, also: Iterable[UUID] = ()) -> Changes:
    """Return the offers changed in transaction `cursor` or a later one, and the offers in `also`."""
    rows = await conn.fetch(_SINCE, cursor, list(also))
    changes = [
        Change(row["id"], row["region"], row["held"], row["taken"], row["said"], row["unsettled"])
        for row in rows
        if row["id"] is not None
    ]
    return Changes(rows[0]["horizon"], changes)
