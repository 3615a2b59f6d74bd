"""Connections to the service's own PostgreSQL: asyncpg itself, because the hot path is SQL in batches
(docs/decisions/0007)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import asyncpg

from alongside_chassis.settings import Settings


def open_pool(settings: Settings) -> asyncpg.Pool:
    """A pool that is not yet connected; await it, or use it in `async with`."""
    return asyncpg.create_pool(
        settings.database_url.get_secret_value(),
        min_size=1,
        max_size=settings.pool_connections_max,
        timeout=10,
        command_timeout=30,
        server_settings={"timezone": "UTC"},
    )


@asynccontextmanager
async def connection(
    pool: asyncpg.Pool, *, seconds_max: float | None = None
) -> AsyncIterator[asyncpg.Connection]:
    """A connection out of the pool, typed as what its proxy forwards to."""
    async with pool.acquire(timeout=seconds_max) as conn:
        yield cast("asyncpg.Connection", conn)
