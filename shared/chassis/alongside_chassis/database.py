"""Connections to the service's own PostgreSQL: asyncpg itself, because the hot path is SQL in batches
(docs/decisions/0007)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, cast

import asyncpg

from alongside_chassis.settings import Settings

ACQUIRE_SECONDS_MAX: Final = 15.0
CLOSE_SECONDS_MAX: Final = 1.0
UNANSWERED: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""The errors a query raises when PostgreSQL does not answer; TimeoutError is an OSError."""


def open_pool(settings: Settings) -> asyncpg.Pool:
    """Create a pool that is not connected yet; await it, or use it in `async with`."""
    return asyncpg.create_pool(
        settings.database_url.get_secret_value(),
        min_size=1,
        max_size=settings.pool_connections_max,
        timeout=10,
        command_timeout=30,
        server_settings={
            "timezone": "UTC",
            "jit": "off",
        },  # our statements are short: compiling one costs more than it saves
        reset=_nothing_to_reset,
    )


async def _nothing_to_reset(_conn: asyncpg.Connection) -> None:
    """Return a connection to the pool without a reset, which would be one more query: nothing outlives our transactions.

    Code that takes a lock for longer than a transaction must release it.
    """


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    """Open a pool for the duration of the block; at its end, connections still in use are waited for only briefly."""
    pool = open_pool(settings)
    await pool
    try:
        yield pool
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), CLOSE_SECONDS_MAX)  # a time-out terminates the others


@asynccontextmanager
async def connection(
    pool: asyncpg.Pool, *, seconds_max: float = ACQUIRE_SECONDS_MAX
) -> AsyncIterator[asyncpg.Connection]:
    """Take a connection from the pool, typed as the class its proxy forwards to."""
    async with pool.acquire(timeout=seconds_max) as conn:
        yield cast("asyncpg.Connection", conn)


@asynccontextmanager
async def snapshot(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    """Open a transaction that changes nothing, and in which every query sees the same moment."""
    async with connection(pool) as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        yield conn
