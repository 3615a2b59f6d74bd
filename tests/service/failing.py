"""Timers whose handler always fails, in a real database: while it is broken, no timer can be set anew."""

from datetime import datetime

from alongside_chassis.testing import ServiceBench

_BREAK = """
    create function fail() returns trigger language plpgsql as $$ begin raise exception 'broken on purpose'; end $$;
    create trigger broken before insert on timer for each row when (pg_trigger_depth() = 0) execute function fail()
"""
_MEND = "drop trigger broken on timer"


async def break_handlers(bench: ServiceBench) -> None:
    """From now on every handler fails that sets a timer. The test's database is thrown away for this change."""
    await bench.pool.execute(_BREAK)


async def mend_handlers(bench: ServiceBench) -> None:
    """They work again."""
    await bench.pool.execute(_MEND)


async def fail_until_dead_lettered(bench: ServiceBench) -> datetime:
    """Let the timer that is due next fail as often as it may; returns when it is tried again."""
    for _ in range(bench.service.settings.timer_attempts_max):
        await bench.fire_timers(await next_due(bench))
    return await next_due(bench)


async def next_due(bench: ServiceBench) -> datetime:
    """When the next timer is due."""
    due_at: datetime = await bench.pool.fetchval("select min(due_at) from timer")
    return due_at
