"""Durable timers: each fires once, when it is due, in whichever process."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers, Timer
from alongside_chassis.lifecycle.timers import Timers
from alongside_chassis.testing import ServiceBench
from tests.builders import SUNDAY_NOON, an_admission
from tests.service.chassis.conftest import BareBench

HOUR = timedelta(hours=1)


def reminding(*, failures: int = 0) -> Handlers:
    """Build a timer handler that stores a note and announces an event, after `failures` failed attempts."""
    handlers, left = Handlers(), iter(range(failures))

    @handlers.on_timer("remind")
    async def remind(timer: Timer, tx: Tx) -> None:
        if next(left, None) is not None:
            raise ValueError("not yet")
        await tx.conn.execute(
            "insert into seen (key, note) values ($1, $2)", timer.key, timer.facts.get("say", "now")
        )
        tx.announce(an_admission())

    return handlers


async def set_timer(bench: ServiceBench, key: str, after: timedelta = HOUR) -> None:
    """Set a timer as a handler would."""
    async with bench.runtime.transaction() as tx:
        tx.set_timer("remind", key, SUNDAY_NOON + after, {"say": f"to {key}"})


async def fired_notes(bench: ServiceBench) -> list[str]:
    """Return the fired timers, in order."""
    return [row["note"] for row in await bench.pool.fetch("select note from seen order by at")]


async def test_a_timer_fires_when_it_is_due_and_not_before(bare: BareBench) -> None:
    async with bare(reminding()) as bench:
        await set_timer(bench, "a")
        await bench.fire_timers(SUNDAY_NOON + HOUR / 2)
        assert await fired_notes(bench) == []

        await bench.fire_timers(SUNDAY_NOON + HOUR)

        assert await fired_notes(bench) == ["to a"]


async def test_a_timer_fires_once_although_many_processes_poll_it(bare: BareBench) -> None:
    async with bare(reminding()) as bench:
        await set_timer(bench, "a")
        bench.clock.advance(HOUR)
        others = [
            Timers(bench.dependencies, bench.service.handlers, poll_seconds=60, attempts_max=5)
            for _ in range(6)
        ]

        await asyncio.gather(*(timers.fire_due() for timers in others))

        assert await fired_notes(bench) == ["to a"]
        assert len(await bench.announced()) == 1


async def test_a_timer_that_is_due_at_once_fires_though_the_clock_that_set_it_was_ahead(
    bare: BareBench,
) -> None:
    async with bare(reminding()) as bench:
        real_time = await bench.pool.fetchval("select clock_timestamp()")
        bench.clock.set_to(real_time + 3 * HOUR)
        async with bench.runtime.transaction() as tx:
            tx.set_timer("remind", "at once", tx.now)
            tx.set_timer("remind", "later", tx.now + HOUR)

        bench.clock.set_to(real_time + timedelta(minutes=1))
        await bench.timers.fire_due()

        assert [row["key"] for row in await bench.pool.fetch("select key from seen")] == ["at once"]


async def test_a_timer_that_is_due_after_the_longest_pause_of_its_kind_was_set_by_a_clock_that_was_ahead(
    bare: BareBench,
) -> None:
    handlers, fired = Handlers(), list[str]()

    @handlers.on_timer("look", pause_max=HOUR / 60)
    async def look(timer: Timer, tx: Tx) -> None:
        fired.append(timer.key)

    async with bare(handlers) as bench:
        async with bench.runtime.transaction() as tx:
            tx.set_timer("look", "in time", tx.now + HOUR / 60)
        bench.clock.set_to(SUNDAY_NOON + 3 * HOUR)
        async with bench.runtime.transaction() as tx:
            tx.set_timer("look", "ahead", tx.now + HOUR / 60)

        bench.clock.set_to(SUNDAY_NOON)
        await bench.timers.fire_due()

        assert fired == ["ahead"]
        assert await bench.timers.fire_due() == 0


async def test_a_failed_timer_may_be_postponed_for_longer_than_the_longest_pause(bare: BareBench) -> None:
    handlers = Handlers()

    @handlers.on_timer("look", pause_max=timedelta(seconds=0.5))
    async def look(timer: Timer, tx: Tx) -> None:
        raise ValueError("not yet")

    async with bare(handlers) as bench:
        async with bench.runtime.transaction() as tx:
            tx.set_timer("look", "a", tx.now)
        await bench.timers.fire_due()

        assert await bench.timers.fire_due() == 0


async def test_a_cancelled_timer_does_not_fire(bare: BareBench) -> None:
    async with bare(reminding()) as bench:
        await set_timer(bench, "a")
        async with bench.runtime.transaction() as tx:
            tx.cancel_timer("remind", "a")

        await bench.fire_timers(SUNDAY_NOON + HOUR)

        assert await fired_notes(bench) == []


async def test_a_timer_set_again_moves(bare: BareBench) -> None:
    async with bare(reminding()) as bench:
        await set_timer(bench, "a")
        await set_timer(bench, "a", 2 * HOUR)

        await bench.fire_timers(SUNDAY_NOON + HOUR)
        assert await fired_notes(bench) == []

        await bench.fire_timers(SUNDAY_NOON + 2 * HOUR)
        assert await fired_notes(bench) == ["to a"]


async def test_a_timer_of_a_transaction_that_failed_was_never_set(bare: BareBench) -> None:
    async with bare(reminding()) as bench:
        with suppress(ZeroDivisionError):
            async with bench.runtime.transaction() as tx:
                tx.set_timer("remind", "a", SUNDAY_NOON + HOUR)
                await tx.conn.fetchval("select $1::int", 1 // 0)

        await bench.fire_timers(SUNDAY_NOON + HOUR)

        assert await fired_notes(bench) == []


async def test_a_timer_whose_work_fails_is_tried_again_later_and_others_fire(bare: BareBench) -> None:
    async with bare(reminding(failures=1)) as bench:
        await set_timer(bench, "a")
        await set_timer(bench, "b", HOUR + timedelta(seconds=1))

        await bench.fire_timers(SUNDAY_NOON + HOUR + timedelta(seconds=1))
        await bench.fire_timers(SUNDAY_NOON + 2 * HOUR)

        assert sorted(await fired_notes(bench)) == ["to a", "to b"]


async def test_a_timers_work_is_a_separate_trace_linked_to_the_trace_that_set_it(bare: BareBench) -> None:
    async with bare(reminding()) as bench:
        with bench.dependencies.tracer.start_as_current_span("an earlier step") as earlier:
            await set_timer(bench, "a")

        await bench.fire_timers(SUNDAY_NOON + HOUR)

        (span,) = [span for span in bench.finished_spans() if span.name == "timer remind"]
        assert [link.context.span_id for link in span.links] == [earlier.get_span_context().span_id]
        assert span.parent is None


async def test_a_timer_whose_work_waits_for_infrastructure_does_not_delay_the_others(bare: BareBench) -> None:
    handlers = Handlers()

    @handlers.on_timer("remind")
    async def remind(timer: Timer, tx: Tx) -> None:
        if timer.key == "stuck":
            raise TimeoutError
        await tx.conn.execute("insert into seen (key, note) values ($1, 'fired')", timer.key)

    async with bare(handlers) as bench:
        await set_timer(bench, "stuck")
        await set_timer(bench, "well", HOUR + timedelta(seconds=1))

        await bench.fire_timers(SUNDAY_NOON + 2 * HOUR)

        assert await fired_notes(bench) == ["fired"]


async def test_a_timer_that_another_process_has_fired_is_not_fired_again(bare: BareBench) -> None:
    handlers, begun = Handlers(), []

    @handlers.on_timer("remind")
    async def remind(timer: Timer, _tx: Tx) -> None:
        begun.append(timer.key)

    async with bare(handlers) as bench:
        await set_timer(bench, "a")
        (row,) = await bench.pool.fetch("select * from timer")
        await bench.fire_timers(SUNDAY_NOON + HOUR)

        await bench.timers._fire(row)

        assert begun == ["a"]
