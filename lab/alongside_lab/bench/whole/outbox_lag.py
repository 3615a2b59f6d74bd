"""Samples every service's outbox during a run: the number of waiting rows, and the age of the oldest."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import asyncpg

from alongside_lab.bench.summary_statistics import percentile

POLL_SECONDS: Final = 0.25
_SAMPLE: Final = """
    select (select count(*) from outbox) as rows,
        coalesce((select extract(epoch from clock_timestamp() - created_at) from outbox order by id limit 1), 0)::float
            as seconds
"""


class OutboxLag:
    """The samples so far, by service."""

    def __init__(self) -> None:
        self._rows: dict[str, list[float]] = {}
        self._seconds: dict[str, list[float]] = {}

    def add_sample(self, service: str, rows: int, seconds: float) -> None:
        """Add one sample."""
        self._rows.setdefault(service, []).append(rows)
        self._seconds.setdefault(service, []).append(seconds)

    def as_json(self) -> dict[str, Any]:
        """Return median and maximum, by service."""
        return {
            service: {
                "rows_p50": int(percentile(rows, 0.5)),
                "rows_max": int(max(rows)),
                "oldest_ms_p50": round(percentile(self._seconds[service], 0.5) * 1000),
                "oldest_ms_max": round(max(self._seconds[service]) * 1000),
            }
            for service, rows in self._rows.items()
        }


@asynccontextmanager
async def watch_outboxes(urls: Mapping[str, str]) -> AsyncIterator[OutboxLag]:
    """Sample the outboxes of the databases `urls` (by service) for as long as the block lasts."""
    lag = OutboxLag()
    async with AsyncExitStack() as connections:
        conns = {}
        for service, url in urls.items():
            conns[service] = await asyncpg.connect(url)
            connections.push_async_callback(conns[service].close)
        sampling = asyncio.create_task(_sample(conns, lag))
        try:
            yield lag
            if sampling.done():
                sampling.result()
        finally:
            sampling.cancel()
            await asyncio.gather(sampling, return_exceptions=True)


async def _sample(conns: Mapping[str, asyncpg.Connection], lag: OutboxLag) -> None:
    while True:
        for service, conn in conns.items():
            row = await conn.fetchrow(_SAMPLE)
            if row is not None:
                lag.add_sample(service, row["rows"], row["seconds"])
        await asyncio.sleep(POLL_SECONDS)
