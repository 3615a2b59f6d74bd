"""Whether the process should live (`/health/live`), and whether work should be sent to it (`/health/ready`).

Live asks whether every loop makes progress; a broker's ping says nothing about that. Ready names each reason why not.
"""

import asyncio
from dataclasses import dataclass, field

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from alongside_chassis.announce.relay import Relay
from alongside_chassis.consume.listener import Listener
from alongside_chassis.consume.pauses import told
from alongside_chassis.consume.pipeline import Dependencies
from alongside_chassis.database import UNANSWERED, connection
from alongside_chassis.lifecycle.preparation import NothingToPrepare, Preparation
from alongside_chassis.lifecycle.timers import Timers

DATABASE_SECONDS_MAX = 2.0


@dataclass(slots=True)
class Vitals:
    """The parts whose state makes up the service's health."""

    dependencies: Dependencies
    relay: Relay
    timers: Timers
    listeners: list[Listener] = field(default_factory=list)
    loops: list[asyncio.Task[None]] = field(default_factory=list)
    preparation: Preparation = field(default_factory=NothingToPrepare)

    def dead(self) -> list[str]:
        """The loops that make no progress and do not know why, and those that ended without being asked."""
        silent = [f"{listener.group} consumes nothing" for listener in self.listeners if not listener.alive]
        stopped = {listener.group for listener in self.listeners if listener.stopped_because}
        ended = [task.get_name() for task in self.loops if task.done() and task.get_name() not in stopped]
        return silent + [f"{name} has ended" for name in ended]

    async def unready(self) -> list[str]:
        """Every reason not to send work here."""
        reasons = [self.preparation.unready_because] if self.preparation.unready_because else []
        reasons += [
            f"{item.group}: {item.unready_because}" for item in self.listeners if item.unready_because
        ]
        reasons += [f"relay {self.relay.unready_because}"] if self.relay.unready_because else []
        reasons += [f"timers wait for {self.timers.waiting_for}"] if self.timers.waiting_for else []
        return reasons + await self._database()

    def remarks(self) -> list[str]:
        """What somebody should know though work may be sent here: partners whose streams are paused."""
        return told(topic for listener in self.listeners for topic in listener.pauses.topics)

    async def _database(self) -> list[str]:
        try:
            async with connection(self.dependencies.pool, seconds_max=DATABASE_SECONDS_MAX) as conn:
                await conn.fetchval("select 1", timeout=DATABASE_SECONDS_MAX)
        except UNANSWERED as error:
            return [f"database: {type(error).__name__}"]
        return []


def health_router(vitals: Vitals) -> APIRouter:
    """`/health/live`, `/health/ready` and `/metrics`."""
    router = APIRouter(tags=["operations"])

    @router.get("/health/live")
    async def live() -> Response:
        dead = vitals.dead()
        return JSONResponse({"live": not dead, "reasons": dead}, 503 if dead else 200)

    @router.get("/health/ready")
    async def ready() -> Response:
        reasons = await vitals.unready()
        return JSONResponse(
            {"ready": not reasons, "reasons": reasons, "remarks": vitals.remarks()}, 503 if reasons else 200
        )

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        vitals.dependencies.metrics.ready.set(not await vitals.unready())
        return Response(generate_latest(vitals.dependencies.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router
