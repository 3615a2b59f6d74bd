"""Timers whose handler always fails, in a real database: no timer can be set again until it is mended."""

from datetime import datetime

from alongside_chassis.testing import ServiceBench

_BREAK = """
    create function fail() returns trigger language plpgsql as $$ begin raise exception 'broken on purpose'; end $$;
    create trigger broken before insert on timer for each row when (pg_trigger_depth() = 0) execute function fail()
"""
_MEND = "drop trigger broken on timer"


async def break_handlers(bench: ServiceBench) -> None:
    """Make every handler fail that sets a timer. The test's database is discarded because of this change."""
    await bench.pool.execute(_BREAK)


async def mend_handlers(bench: ServiceBench) -> None:
    """Let the handlers work again."""
    await bench.pool.execute(_MEND)


async def fail_until_dead_lettered(bench: ServiceBench) -> datetime:
    """Let the next due timer fail until it is dead-lettered; return when it is tried again."""
    for _ in range(bench.service.settings.timer_attempts_max):
        await bench.fire_timers(await next_due(bench))
    return await next_due(bench)


async def next_due(bench: ServiceBench) -> datetime:
    """Return when the next timer is due."""
    due_at: datetime = await bench.pool.fetchval("select min(due_at) from timer")
    return due_at
