"""Deletes decisions older than the retention period, a bounded number at a time."""

import asyncio
from datetime import timedelta
from typing import Final

from alongside_chassis.lifecycle import Runtime
from alongside_matching.allocation.store import decisions

PURGE_SECONDS: Final = 60.0


async def purge_decisions(runtime: Runtime, decision_days: int) -> None:
    """Worker: delete one batch of old decisions, then wait and repeat."""
    while True:
        await purge_once(runtime, decision_days)
        await asyncio.sleep(PURGE_SECONDS)


async def purge_once(runtime: Runtime, decision_days: int) -> int:
    """Delete one batch of old decisions, and return how many were deleted."""
    async with runtime.transaction() as tx:
        return await decisions.delete_before(tx.conn, tx.now - timedelta(days=decision_days))
