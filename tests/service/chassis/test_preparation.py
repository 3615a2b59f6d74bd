"""A service with a preparation consumes nothing before it is complete, reports it, and can be stopped meanwhile."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers, Timer
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_chassis.service import build_app
from alongside_chassis.testing import ServiceBench
from tests.polling import poll_until
from tests.service.chassis.conftest import BareBench
from tests.service.chassis.test_running import unused_address


class Loading:
    """A preparation that waits for the test's signal and fails as often as the test asks."""

    def __init__(self, failures: int = 0) -> None:
        self.unready_because: str | None = "still reading"
        self.all_read = asyncio.Event()
        self.failures = failures

    async def __call__(self, runtime: Runtime) -> None:
        await self.all_read.wait()
        if self.failures:
            self.failures -= 1
            raise OSError("the store went away")
        self.unready_because = None


async def test_nothing_is_consumed_before_the_preparation_is_done(bare: BareBench) -> None:
    fired: list[str] = []
    reading = Loading(failures=1)
    async with bare(handlers(fired), kafka=unused_address(), timer_poll_seconds=0.02) as bench:
        await set_a_timer(bench)
        app = build_app(replace(bench.service, preparation=reading))
        async with app.router.lifespan_context(app):
            before = await health(app)
            reading.all_read.set()
            await poll_until(lambda: health(app), lambda status: bool(fired), "the timer")
            after = await health(app)

    assert (before["live"], "still reading" in before["reasons"]) == (True, True)
    assert "still reading" not in after["reasons"]
    assert fired == ["it"]


async def test_a_service_stopped_during_its_preparation_stops_at_once_and_has_consumed_nothing(
    bare: BareBench,
) -> None:
    fired: list[str] = []
    async with bare(handlers(fired), kafka=unused_address()) as bench:
        await set_a_timer(bench)
        app = build_app(replace(bench.service, preparation=Loading()))
        async with app.router.lifespan_context(app):
            began = time.monotonic()
        seconds = time.monotonic() - began

    assert seconds < 8
    assert fired == []


def handlers(fired: list[str]) -> Handlers:
    """Register one timer handler that notes each firing."""
    registry = Handlers()

    @registry.on_timer("look")
    async def look(timer: Timer, _tx: Tx) -> None:
        fired.append(timer.key)

    return registry


async def set_a_timer(bench: ServiceBench) -> None:
    """A timer that is due."""
    async with bench.runtime.transaction() as tx:
        tx.set_timer("look", "it", tx.now - timedelta(days=1))


async def health(app: FastAPI) -> dict[str, Any]:
    """Return the answers of `/health/live` and `/health/ready`."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://bench") as client:
        live, ready = [(await client.get(f"/health/{question}")).json() for question in ("live", "ready")]
    return {"live": live["live"], "reasons": ready["reasons"]}
