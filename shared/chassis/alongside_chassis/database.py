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
"""All that a question to PostgreSQL may raise instead of an answer; TimeoutError is an OSError."""


def open_pool(settings: Settings) -> asyncpg.Pool:
    """A pool that is not yet connected; await it, or use it in `async with`."""
    return asyncpg.create_pool(
        settings.database_url.get_secret_value(),
        min_size=1,
        max_size=settings.pool_connections_max,
        timeout=10,
        command_timeout=30,
        server_settings={
            "timezone": "UTC",
            "jit": "off",
        },  # our statements are short: compiling one costs more
        reset=_nothing_to_reset,
    )


async def _nothing_to_reset(_conn: asyncpg.Connection) -> None:
    """Nothing of ours outlives a transaction, so a connection goes back as it is: asyncpg would ask the server first.

    Whoever takes a lock for longer gives it back.
    """


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    """A pool for as long as the block lasts; at its end nobody who still holds a connection is waited for long."""
    pool = open_pool(settings)
    await pool
    try:
        yield pool
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), CLOSE_SECONDS_MAX)  # terminates the rest


@asynccontextmanager
async def connection(
    pool: asyncpg.Pool, *, seconds_max: float = ACQUIRE_SECONDS_MAX
) -> AsyncIterator[asyncpg.Connection]:
    """A connection out of the pool, typed as what its proxy forwards to."""
    async with pool.acquire(timeout=seconds_max) as conn:
        yield cast("asyncpg.Connection", conn)
