"""Deletes matching's stored decisions after `decision_days`, at most `DELETE_MAX` in one transaction."""

import asyncio
from datetime import timedelta
from typing import Final

from alongside_chassis.lifecycle import Runtime
from alongside_matching.allocation.store import decisions

PURGE_SECONDS: Final = 60.0


async def purge_decisions(runtime: Runtime, decision_days: int) -> None:
    """Delete one batch of old decisions every `PURGE_SECONDS` until the service stops."""
    while True:
        await purge_once(runtime, decision_days)
        await asyncio.sleep(PURGE_SECONDS)


async def purge_once(runtime: Runtime, decision_days: int) -> int:
    """Delete one batch of old decisions, and return how many were deleted."""
    async with runtime.transaction() as tx:
        return await decisions.delete_before(tx.conn, tx.now - timedelta(days=decision_days))
