"""Reports whether the process should keep running (`/health/live`) and whether it can work (`/health/ready`).

Live checks that every loop makes progress, which a ping of the broker would not show. Ready names each reason why the
service cannot work.
"""

import asyncio
from dataclasses import dataclass, field

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from alongside_chassis.announce.relay import Relay
from alongside_chassis.consume.listener import Listener
from alongside_chassis.consume.pauses import describe
from alongside_chassis.consume.pipeline import Dependencies
from alongside_chassis.database import UNANSWERED, connection
from alongside_chassis.http.strict_route import APIRouter
from alongside_chassis.lifecycle.preparation import NothingToPrepare, Preparation
from alongside_chassis.lifecycle.timers import Timers

DATABASE_SECONDS_MAX = 2.0


@dataclass(slots=True)
class Health:
    """The parts of a service whose state makes up its health."""

    dependencies: Dependencies
    relay: Relay
    timers: Timers
    listeners: list[Listener] = field(default_factory=list)
    loops: list[asyncio.Task[None]] = field(default_factory=list)
    preparation: Preparation = field(default_factory=NothingToPrepare)

    def dead(self) -> list[str]:
        """Return the loops that make no progress for an unknown reason, and the loops that ended unexpectedly."""
        silent = [f"{listener.group} consumes nothing" for listener in self.listeners if not listener.alive]
        stopped = {listener.group for listener in self.listeners if listener.stopped_because}
        ended = [task.get_name() for task in self.loops if task.done() and task.get_name() not in stopped]
        return silent + [f"{name} has ended" for name in ended]

    async def unready(self) -> list[str]:
        """Return every reason why the service cannot work now."""
        reasons = [self.preparation.unready_because] if self.preparation.unready_because else []
        reasons += [
            f"{item.group}: {item.unready_because}" for item in self.listeners if item.unready_because
        ]
        reasons += [f"relay {self.relay.unready_because}"] if self.relay.unready_because else []
        reasons += [f"timers wait for {self.timers.waiting_for}"] if self.timers.waiting_for else []
        return reasons + await self._database()

    def remarks(self) -> list[str]:
        """Return notes that do not make the service unready: partners whose streams are paused."""
        return describe(topic for listener in self.listeners for topic in listener.pauses.topics)

    async def _database(self) -> list[str]:
        try:
            async with connection(self.dependencies.pool, seconds_max=DATABASE_SECONDS_MAX) as conn:
                await conn.fetchval("select 1", timeout=DATABASE_SECONDS_MAX)
        except UNANSWERED as error:
            return [f"database: {type(error).__name__}"]
        return []


class LiveView(BaseModel):
    """Whether the process should keep running, and the loops that make no progress."""

    live: bool
    reasons: list[str]


class ReadyView(BaseModel):
    """Whether the process can work. `remarks` do not make it unready."""

    ready: bool
    reasons: list[str]
    remarks: list[str]


def live_router(health: Health) -> APIRouter:
    """Build the route `/health/live`."""
    router = APIRouter(tags=["operations"])

    @router.get("/health/live", responses={503: {"model": LiveView, "description": "It should be restarted"}})
    async def check_live(response: Response) -> LiveView:
        """Report whether this process should keep running."""
        dead = health.dead()
        response.status_code = 503 if dead else 200
        return LiveView(live=not dead, reasons=dead)

    return router


def health_router(health: Health) -> APIRouter:
    """Build the routes `/health/live`, `/health/ready` and `/metrics`."""
    router = live_router(health)

    @router.get("/health/ready", responses={503: {"model": ReadyView, "description": "It cannot work now"}})
    async def check_ready(response: Response) -> ReadyView:
        """Report whether this process can work, and each reason why it cannot."""
        reasons = await health.unready()
        response.status_code = 503 if reasons else 200
        return ReadyView(ready=not reasons, reasons=reasons, remarks=health.remarks())

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        health.dependencies.metrics.ready.set(not await health.unready())
        return Response(generate_latest(health.dependencies.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router
