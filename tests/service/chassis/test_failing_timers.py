"""A timer whose handler always fails becomes a dead letter, is handed to a person, and is retried for ever."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.dead_letters import DeadLetterState
from alongside_chassis.consume.handlers import Handlers, Timer
from alongside_chassis.database import connection
from alongside_chassis.lifecycle import failed_timers
from alongside_chassis.testing import ServiceBench
from tests.builders import SUNDAY_NOON, an_admission
from tests.service.chassis.conftest import BareBench
from tests.service.chassis.redriving import OURS

DAY = timedelta(days=1)
SOON = SUNDAY_NOON + timedelta(minutes=1)
"""Time by which all first attempts have been made."""


@dataclass
class FaultyTimer:
    """A timer's handler and its failure handler; `error` is the exception each of them raises, if any."""

    error: Exception | None = field(default_factory=lambda: ValueError("Jane Doe"))
    failure_handler_error: Exception | None = None
    attended: list[tuple[str, datetime]] = field(default_factory=list)
    concurrently: Callable[[], Awaitable[object]] | None = None
    """A concurrent commit during the failure handler."""

    def handlers(self, retry_every: timedelta = DAY) -> Handlers:
        """Return the handlers as a service would register them."""
        handlers = Handlers()

        @handlers.on_timer("remind", retry_every=retry_every)
        async def remind(timer: Timer, tx: Tx) -> None:
            await tx.conn.execute("insert into seen (key, note) values ($1, 'fired')", timer.key)
            tx.announce(an_admission())
            if self.error:
                raise self.error

        @handlers.on_timer_failed("remind")
        async def attend(timer: Timer, again_at: datetime, tx: Tx) -> None:
            self.attended.append((timer.key, again_at))
            await tx.conn.execute("insert into seen (key, note) values ($1, 'attended')", timer.key)
            if self.concurrently:
                await self.concurrently()
            if self.failure_handler_error:
                raise self.failure_handler_error

        return handlers


async def set_timer(bench: ServiceBench, key: str = "a") -> None:
    """Set a timer that is due now."""
    async with bench.runtime.transaction() as tx:
        tx.set_timer("remind", key, SUNDAY_NOON)


async def until(bench: ServiceBench, moment: datetime) -> None:
    """Advance the clock by seconds for a minute, then in one step, firing due timers."""
    while bench.clock.now() < min(moment, SOON):
        await bench.fire_timers(bench.clock.now() + timedelta(seconds=1))
    await bench.fire_timers(moment)


async def seen(bench: ServiceBench) -> list[str]:
    """What was written, in order."""
    return [row["note"] for row in await bench.pool.fetch("select note from seen order by at")]


async def test_a_timer_that_always_fails_becomes_one_dead_letter_and_its_subject_is_handed_to_a_person(
    bare: BareBench,
) -> None:
    faulty = FaultyTimer()
    async with bare(faulty.handlers()) as bench:
        await set_timer(bench)

        await until(bench, SOON)

        (letter,) = await bench.dead_letters()
        assert (letter.topic, letter.reason, letter.where) == ("remind", "handler-failed", "timer a")
        assert "Jane" not in letter.remedy
        assert await seen(bench) == ["attended"]
        assert [key for key, _ in faulty.attended] == ["a"]
        metric = bench.dependencies.metrics.dead_letters.labels("timer", "handler-failed")
        assert metric._value.get() == 1


async def test_a_failing_timer_is_tried_daily_and_handed_over_again_but_has_one_dead_letter(
    bare: BareBench,
) -> None:
    faulty = FaultyTimer()
    async with bare(faulty.handlers()) as bench:
        await set_timer(bench)
        await until(bench, SOON)

        await until(bench, SOON + DAY)
        await until(bench, SOON + 2 * DAY)

        assert len(await bench.dead_letters()) == 1
        (first, second, third) = [again_at for _, again_at in faulty.attended]
        assert (second - first, third - second) == pytest.approx((DAY, DAY), abs=timedelta(minutes=1))


async def test_a_failing_timer_fires_once_its_handler_is_corrected_and_its_dead_letter_is_settled(
    bare: BareBench,
) -> None:
    faulty = FaultyTimer()
    async with bare(faulty.handlers()) as bench:
        await set_timer(bench)
        await until(bench, SOON)

        faulty.error = None
        await until(bench, SOON + DAY)

        (letter,) = await bench.dead_letters()
        assert letter.state is DeadLetterState.REPLAYED
        assert await seen(bench) == ["attended", "fired"]
        assert await bench.pool.fetchval("select count(*) from timer") == 0


async def test_an_infrastructure_error_never_becomes_a_dead_letter(bare: BareBench) -> None:
    faulty = FaultyTimer(error=ConnectionResetError())
    async with bare(faulty.handlers()) as bench:
        await set_timer(bench)

        await until(bench, SOON)
        faulty.error = None
        await until(bench, SOON + timedelta(seconds=10))

        assert await bench.dead_letters() == []
        assert await seen(bench) == ["fired"]


async def test_a_failing_timer_is_dead_lettered_even_when_its_failure_handler_fails(bare: BareBench) -> None:
    faulty = FaultyTimer(failure_handler_error=ValueError())
    async with bare(faulty.handlers()) as bench:
        await set_timer(bench)

        await until(bench, SOON)

        assert len(await bench.dead_letters()) == 1
        assert await seen(bench) == []


async def test_when_infrastructure_fails_during_the_failure_handler_only_that_timer_waits(
    bare: BareBench,
) -> None:
    faulty = FaultyTimer(failure_handler_error=ConnectionResetError())
    async with bare(faulty.handlers()) as bench:
        await set_timer(bench)
        await until(bench, SOON)
        assert await bench.dead_letters() == []

        faulty.failure_handler_error = None
        await until(bench, SOON + timedelta(seconds=10))

        assert await seen(bench) == ["attended"]
        assert len(await bench.dead_letters()) == 1


async def test_a_failing_timer_delays_no_other_timer(bare: BareBench) -> None:
    faulty = FaultyTimer()
    async with bare(faulty.handlers()) as bench:
        await set_timer(bench, "broken")
        await until(bench, SOON)

        faulty.error = None
        async with bench.runtime.transaction() as tx:
            tx.set_timer("remind", "sound", bench.clock.now())
        await bench.fire_timers(bench.clock.now())

        assert await bench.pool.fetchval("select key from seen where note = 'fired'") == "sound"


async def test_a_timer_kind_may_be_retried_more_often_than_daily(bare: BareBench) -> None:
    faulty = FaultyTimer()
    async with bare(faulty.handlers(retry_every=timedelta(minutes=1))) as bench:
        await set_timer(bench)
        await until(bench, SOON)

        faulty.error = None
        await until(bench, SOON + timedelta(minutes=2))

        assert await seen(bench) == ["attended", "fired"]


async def test_an_operator_fires_a_failing_timer_once_its_handler_is_corrected(bare: BareBench) -> None:
    faulty = FaultyTimer()
    async with bare(faulty.handlers(), service_token="a-token-for-tests") as bench:
        await set_timer(bench)
        await until(bench, SOON)
        path = f"/dead-letters/{(await bench.dead_letters())[0].id}"

        early = await bench.client.post(f"{path}/replay", headers=OURS)
        faulty.error = None
        done = await bench.client.post(f"{path}/replay", headers=OURS)

        assert [answer.json()["outcome"] for answer in (early, done)] == ["refused", "handled"]
        assert await seen(bench) == ["attended", "fired"]
        assert await bench.pool.fetchval("select count(*) from timer") == 0


async def test_the_dead_letter_of_a_timer_cannot_be_dropped(bare: BareBench) -> None:
    async with bare(FaultyTimer().handlers(), service_token="a-token-for-tests") as bench:
        await set_timer(bench)
        await until(bench, SOON)
        path = f"/dead-letters/{(await bench.dead_letters())[0].id}/drop"

        answer = await bench.client.post(path, json={"because": "it annoys us"}, headers=OURS)

        assert (answer.status_code, answer.json()["code"]) == (409, "timer-not-droppable")
        assert await bench.pool.fetchval("select count(*) from timer") == 1


async def test_a_timer_that_was_set_anew_leaves_no_dead_letter_waiting(bare: BareBench) -> None:
    async with bare(FaultyTimer().handlers()) as bench:
        await set_timer(bench)
        await until(bench, SOON)
        async with bench.runtime.transaction() as tx:
            tx.set_timer("remind", "a", SOON + DAY)

        async with connection(bench.pool) as conn:
            before = await failed_timers.failing(conn)
            await failed_timers.settle_superseded(conn, bench.clock.now())
            after = await failed_timers.failing(conn)

        assert (before, after) == ({"remind": 1}, {})


async def test_a_timer_cancelled_while_it_fails_is_not_dead_lettered(bare: BareBench) -> None:
    faulty = FaultyTimer()
    async with bare(faulty.handlers()) as bench:
        faulty.concurrently = partial(bench.pool.execute, "delete from timer")
        await set_timer(bench)

        await until(bench, SOON)

        assert faulty.attended
        assert (await seen(bench), await bench.dead_letters()) == ([], [])
