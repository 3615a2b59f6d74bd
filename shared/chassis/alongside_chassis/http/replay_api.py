"""The door to a replay: what a service can build anew, and the building, told line by line while it goes on."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from typing import Final

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel
from starlette.types import Receive, Scope, Send

from alongside_chassis.errors import HttpProblem
from alongside_chassis.http.api import CurrentRuntime, ServiceOnly
from alongside_chassis.lifecycle.replay import NotRebuilt, Progress, ProjectionOf, Replay
from alongside_chassis.lifecycle.runtime import Runtime

LINES_AHEAD_MAX: Final = 10
"""How many lines a replay may be ahead of whoever reads them."""


class ReplayCommand(BaseModel):
    """From when on to read, and whether only to count what would change."""

    since: AwareDatetime
    dry_run: bool = False


def replay_router(projection: ProjectionOf) -> APIRouter:
    """`POST /projection/replay`: one JSON object a line; the last has `done` true, or a `problem`."""
    router = APIRouter(prefix="/projection", tags=["operations"])

    @router.post("/replay", dependencies=[ServiceOnly])
    async def replay(command: ReplayCommand, runtime: CurrentRuntime) -> Response:
        if isinstance(projection, NotRebuilt):
            raise _refused(projection)
        run = Replay(runtime, projection(), since=command.since, dry_run=command.dry_run)
        return _Told(runtime, run)

    return router


class _Told(StreamingResponse):
    """The lines of one replay, which ends when its caller hangs up.

    It works in a task of its own. Inside the answer, a caller's hanging up would cancel each of its last steps as well:
    closing the consumer, letting go of the lock.
    """

    def __init__(self, runtime: Runtime, replay: Replay) -> None:
        self._runtime, self._replay = runtime, replay
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue(LINES_AHEAD_MAX)
        super().__init__(self._told(), media_type="application/x-ndjson")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        work = asyncio.create_task(self._work())
        try:
            await super().__call__(scope, receive, send)
        finally:
            work.cancel()
            await asyncio.wait({work})

    async def _work(self) -> None:
        async with aclosing(_lines(self._runtime, self._replay)) as lines:
            async for line in lines:
                await self._lines.put(line)
        await self._lines.put(None)

    async def _told(self) -> AsyncIterator[bytes]:
        while (line := await self._lines.get()) is not None:
            yield line


async def _lines(runtime: Runtime, replay: Replay) -> AsyncGenerator[bytes, None]:
    """Tell how far it is. The answer has begun, so what goes wrong is told in its last line."""
    try:
        async with aclosing(replay.run()) as told:
            async for progress in told:
                yield _line(asdict(progress))
    except HttpProblem as problem:
        yield _line({"problem": problem.body()})
    except Exception as error:  # noqa: BLE001  # told and logged; what was written stands, and is written once
        runtime.log.error("replay-failed", exc=error, **_facts(replay.progress))
        yield _line({"problem": _broke_off(error).body()})
    else:
        runtime.log.info("replayed", dry_run=replay.dry_run, **_facts(replay.progress))


def _facts(progress: Progress) -> dict[str, int]:
    return {"read": progress.read, "unreadable": progress.unreadable, "changed": progress.changed}


def _line(facts: object) -> bytes:
    return orjson.dumps(facts) + b"\n"


def _refused(projection: NotRebuilt) -> HttpProblem:
    return HttpProblem(
        status=409,
        code="nothing-to-rebuild",
        title="Nothing of this service can be built anew from the streams",
        detail=projection.because,
        remedy="Restore its database from the last backup; the streams then bring it up to date.",
    )


def _broke_off(error: Exception) -> HttpProblem:
    return HttpProblem(
        status=503,
        code="replay-broke-off",
        title=f"The replay broke off: {type(error).__name__}",
        remedy="Look whether Kafka and the database are up, then replay again; what was written stands.",
    )
