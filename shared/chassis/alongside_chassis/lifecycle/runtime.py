"""A service while it runs: what its doors, workers and timers are given to work with."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import asyncpg

from alongside_chassis.announce.transaction import Tx, transaction
from alongside_chassis.clock import Clock
from alongside_chassis.consume.pipeline import Tools
from alongside_chassis.database import connection
from alongside_chassis.observe.logs import Log
from alongside_chassis.settings import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything that lives as long as the process serves."""

    tools: Tools
    settings: Settings

    @property
    def pool(self) -> asyncpg.Pool:
        """Connections to the service's own database."""
        return self.tools.pool

    @property
    def clock(self) -> Clock:
        """The service's clock."""
        return self.tools.clock

    @property
    def log(self) -> Log:
        """The service's log."""
        return self.tools.log

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """A unit of work that commits when its block ends well."""
        tools = self.tools
        return transaction(tools.pool, service=tools.service, now=tools.clock.now(), shards=tools.shards)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection for reading only."""
        async with connection(self.tools.pool) as conn, conn.transaction(readonly=True):
            yield conn
