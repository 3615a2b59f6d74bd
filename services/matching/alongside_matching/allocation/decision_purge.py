"""Forgets decisions that are older than anyone may still ask about, a bounded number at a time."""

import asyncio
from datetime import timedelta
from typing import Final

from alongside_chassis.lifecycle import Runtime
from alongside_matching.allocation.store import decisions

PURGE_SECONDS: Final = 60.0


async def purge_decisions(runtime: Runtime, decision_days: int) -> None:
    """The worker: forget a part, then look again."""
    while True:
        await purge_once(runtime, decision_days)
        await asyncio.sleep(PURGE_SECONDS)


async def purge_once(runtime: Runtime, decision_days: int) -> int:
    """Forget a part of what is too old; answers how many decisions went."""
    async with runtime.transaction() as tx:
        return await decisions.delete_before(tx.conn, tx.now - timedelta(days=decision_days))
