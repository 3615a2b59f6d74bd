"""The door to a replay: what a service can build anew, and the building, told line by line while it goes on."""

from collections.abc import AsyncIterator
from dataclasses import asdict

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel

from alongside_chassis.errors import Problem
from alongside_chassis.http import CurrentRuntime, ServiceOnly
from alongside_chassis.replay import NotRebuilt, Progress, ProjectionOf, Replay
from alongside_chassis.runtime import Runtime


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
        return StreamingResponse(_lines(runtime, run), media_type="application/x-ndjson")

    return router


async def _lines(runtime: Runtime, replay: Replay) -> AsyncIterator[bytes]:
    """Tell how far it is. The answer has begun, so what goes wrong is told in its last line."""
    try:
        async for progress in replay.run():
            yield _line(asdict(progress))
    except Problem as problem:
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


def _refused(projection: NotRebuilt) -> Problem:
    return Problem(
        status=409,
        code="nothing-to-rebuild",
        title="Nothing of this service can be built anew from the streams",
        detail=projection.because,
        remedy="Restore its database from the last backup; the streams then bring it up to date.",
    )


def _broke_off(error: Exception) -> Problem:
    return Problem(
        status=503,
        code="replay-broke-off",
        title=f"The replay broke off: {type(error).__name__}",
        remedy="Look whether Kafka and the database are up, then replay again; what was written stands.",
    )
