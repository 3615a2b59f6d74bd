"""Remembers which events were handled, in the transaction that handles them, so that their effects happen once."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final
from uuid import UUID

import asyncpg

_REMEMBER: Final = """
    insert into inbox (event_id) select distinct unnest($1::uuid[]) on conflict do nothing returning event_id
"""
_FORGET: Final = """
    delete from inbox where event_id in (
        select event_id from inbox where received_at < now() - make_interval(days => $1) limit $2
    )
"""
FORGET_ROWS_MAX: Final = 50_000


def inbox_id(source: str, event_id: str) -> UUID:
    """CloudEvents are unique by (`source`, `id`); 128 bits of BLAKE2 make that one indexable value."""
    return UUID(bytes=blake2b(f"{source}\0{event_id}".encode(), digest_size=16).digest())


async def remember(conn: asyncpg.Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Insert the ids and return those never seen before."""
    if not ids:
        return set()
    return {row[0] for row in await conn.fetch(_REMEMBER, ids)}


async def unlearn(conn: asyncpg.Connection, ids: Sequence[UUID]) -> None:
    """Forget events that were refused after all: mended and replayed, they must be heard."""
    if ids:
        await conn.execute("delete from inbox where event_id = any($1)", ids)


async def forget(conn: asyncpg.Connection, days: int) -> int:
    """Delete ids older than `days`, a bounded number at a time; returns how many went."""
    status: str = await conn.execute(_FORGET, days, FORGET_ROWS_MAX)
    return int(status.rpartition(" ")[2])
