"""The API that rebuilds a service's projection from the streams and reports its progress line by line."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from typing import Final

import orjson
from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from alongside_chassis.errors import HttpProblem
from alongside_chassis.http.dependencies import CurrentRuntime, ServiceOnly
from alongside_chassis.http.openapi import refuses_with
from alongside_chassis.http.strict_route import APIRouter
from alongside_chassis.lifecycle.replay import NotRebuilt, Progress, ProjectionOf, Replay
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_contracts.fields.times import Moment

JSON_LINES: Final = "application/x-ndjson"
LINES_AHEAD_MAX: Final = 10
"""How many lines a replay may be ahead of the client that reads them."""
_ANSWERS: Final = refuses_with(409) | {200: {"content": {JSON_LINES: {"schema": {"type": "string"}}}}}


class ReplayCommand(BaseModel):
    """The time from which to read; `dry_run` only counts the rows that would change."""

    since: Moment
    dry_run: bool = False


def replay_router(projection: ProjectionOf) -> APIRouter:
    """Build `POST /projection/replay`: one JSON object per line; the last has `done` true, or a `problem`."""
    router = APIRouter(prefix="/projection", tags=["operations"])

    @router.post("/replay", dependencies=[ServiceOnly], response_class=Response, responses=_ANSWERS)
    async def replay_projection(command: ReplayCommand, runtime: CurrentRuntime) -> Response:
        """Derive the projection again from the streams. The answer is one line of JSON for each piece of progress.

        The last line has `done` true, or a `problem`.
        """
        if isinstance(projection, NotRebuilt):
            raise _refused(projection)
        run = Replay(runtime, projection(), since=command.since, dry_run=command.dry_run)
        return _ReplayResponse(runtime, run)

    return router


class _ReplayResponse(StreamingResponse):
    """Streams the lines of one replay, and ends the replay when the client disconnects.

    The replay runs in a separate task. Inside the response, a disconnect would also cancel its last steps: closing the
    consumer and releasing the lock.
    """

    def __init__(self, runtime: Runtime, replay: Replay) -> None:
        self._runtime, self._replay = runtime, replay
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue(LINES_AHEAD_MAX)
        super().__init__(self._stream(), media_type=JSON_LINES)

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

    async def _stream(self) -> AsyncIterator[bytes]:
        while (line := await self._lines.get()) is not None:
            yield line


async def _lines(runtime: Runtime, replay: Replay) -> AsyncGenerator[bytes, None]:
    """Yield the progress. The response has started, so an error is reported in its last line."""
    try:
        async with aclosing(replay.run()) as reports:
            async for progress in reports:
                yield _line(asdict(progress))
    except HttpProblem as problem:
        yield _line({"problem": problem.body()})
    except Exception as error:  # noqa: BLE001  # reported and logged; rows already written remain valid
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
        title="This service has nothing that can be rebuilt from the streams",
        detail=projection.because,
        remedy=projection.remedy,
    )


def _broke_off(error: Exception) -> HttpProblem:
    return HttpProblem(
        status=503,
        code="replay-broke-off",
        title=f"The replay failed before its end: {type(error).__name__}",
        remedy="Check that Kafka and the database are up, and that the service may read its streams; then replay again."
        " Rows already written remain valid.",
    )
