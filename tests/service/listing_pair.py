"""The directory and matching, which hears what the directory announces, without a broker between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import httpx2

from alongside_chassis.lifecycle import Runtime
from alongside_chassis.service import Service
from alongside_chassis.testing import Announced, ManualClock, ServiceBench


@dataclass(frozen=True, slots=True)
class ListingPair:
    """The directory, asked with the service token, and matching. What belongs to neither by name is the directory's."""

    directory: ServiceBench
    matching: ServiceBench

    @property
    def client(self) -> httpx2.AsyncClient:
        """The client of the directory."""
        return self.directory.client

    @property
    def pool(self) -> asyncpg.Pool:
        """The database of the directory."""
        return self.directory.pool

    @property
    def runtime(self) -> Runtime:
        """The running directory."""
        return self.directory.runtime

    @property
    def service(self) -> Service:
        """The definition of the directory."""
        return self.directory.service

    @property
    def clock(self) -> ManualClock:
        """The clock of both."""
        return self.directory.clock

    async def forward(self) -> Sequence[Announced]:
        """Let matching hear what the directory has announced since the last time, and return it."""
        news = await self.directory.announced(clear=True)
        records = [self.directory.record_of(it.event, event_id=it.id) for it in news]
        if records:
            await self.matching.hear_records(*records)
        return news
