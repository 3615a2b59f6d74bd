"""The one door to a region's places."""

from typing import Final

import asyncpg

_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('region:' || $1, 0))"


async def lock(conn: asyncpg.Connection, *regions: str) -> None:
    """Wait for our turn to move places in these regions; it lasts until the transaction ends."""
    for region in sorted(set(regions)):
        await conn.execute(_LOCK, region)
