"""Records the ids of handled events in the transaction that handles them, so that their effects happen once."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final
from uuid import UUID

import asyncpg

_CLAIM: Final = """
    insert into inbox (event_id) select distinct unnest($1::uuid[]) on conflict do nothing returning event_id
"""
_PURGE: Final = """
    delete from inbox where event_id in (
        select event_id from inbox where received_at < now() - make_interval(days => $1) limit $2
    )
"""
PURGE_ROWS_MAX: Final = 50_000


def inbox_id(source: str, event_id: str) -> UUID:
    """Hash (`source`, `id`), which identify a CloudEvent, into one indexable value: 128 bits of BLAKE2."""
    return UUID(bytes=blake2b(f"{source}\0{event_id}".encode(), digest_size=16).digest())


async def claim(conn: asyncpg.Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Insert the ids and return those never seen before."""
    if not ids:
        return set()
    return {row[0] for row in await conn.fetch(_CLAIM, ids)}


async def is_claimed(conn: asyncpg.Connection, event_id: UUID) -> bool:
    """Return whether an id was claimed by a transaction that committed, or by this one."""
    return bool(await conn.fetchval("select exists (select from inbox where event_id = $1)", event_id))


async def release(conn: asyncpg.Connection, ids: Sequence[UUID]) -> None:
    """Delete the ids of events that were refused after all, so that a corrected replay is handled."""
    if ids:
        await conn.execute("delete from inbox where event_id = any($1)", ids)


async def purge(conn: asyncpg.Connection, days: int) -> int:
    """Delete ids older than `days`, at most `PURGE_ROWS_MAX` at a time; return how many."""
    status: str = await conn.execute(_PURGE, days, PURGE_ROWS_MAX)
    return int(status.rpartition(" ")[2])
