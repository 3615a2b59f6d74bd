"""A running service as its routes, workers and timers see it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from alongside_chassis.announce.transaction import Tx, transaction
from alongside_chassis.clock import Clock
from alongside_chassis.consume.pipeline import Dependencies
from alongside_chassis.database import connection
from alongside_chassis.lifecycle.turns import Turns
from alongside_chassis.observe.logs import Log
from alongside_chassis.settings import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """The objects that exist for as long as the process serves."""

    dependencies: Dependencies
    settings: Settings
    turns: Turns = field(default_factory=Turns)
    """Where requests about the same thing wait for each other."""

    @property
    def pool(self) -> asyncpg.Pool:
        """Connections to the service's own database."""
        return self.dependencies.pool

    @property
    def clock(self) -> Clock:
        """The service's clock."""
        return self.dependencies.clock

    @property
    def log(self) -> Log:
        """The service's log."""
        return self.dependencies.log

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """Open a unit of work that commits when its block ends without an error."""
        dependencies = self.dependencies
        return transaction(
            dependencies.pool,
            service=dependencies.service,
            now=dependencies.clock.now(),
            shards=dependencies.shards,
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[asyncpg.Connection]:
        """Open a read-only connection."""
        async with connection(self.dependencies.pool) as conn, conn.transaction(readonly=True):
            yield conn
