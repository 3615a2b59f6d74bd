"""What operators may ask of every service: what was put aside and why, to replay it, to drop it.

Payloads may be personal: they have a door of their own, which like every command here asks for the service token.
"""

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, StringConstraints

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume import dead_letters
from alongside_chassis.consume.dead_letters import Kept, Outcome, State
from alongside_chassis.consume.pipeline import Pipeline
from alongside_chassis.http.api import (
    PAGE_MAX,
    Command,
    CurrentRuntime,
    Page,
    Read,
    Reader,
    ServiceOnly,
    decode_id_cursor,
    encode_cursor,
)
from alongside_chassis.lifecycle import redrive
from alongside_chassis.lifecycle.runtime import Runtime

PipelineOf = Callable[[Runtime], Pipeline]
Sentence = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$"),
]


class DeadLetterView(BaseModel):
    """One refused record: where it stands, what is wrong with it, what to do, what became of it.

    `bytes` is its payload's size, `attempts` how often it was replayed.
    """

    id: UUID
    at: datetime
    topic: str
    partition: int
    offset: int
    event_id: str | None
    event_type: str | None
    reason: str
    where: str
    remedy: str
    bytes: int | None
    state: State
    attempts: int
    settled_at: datetime | None
    because: str | None


class HeaderView(BaseModel):
    """A header's name and the size of its value; null when it has none."""

    name: str
    bytes: int | None


class DeadLetterDetail(DeadLetterView):
    """One refused record with its shape."""

    key_bytes: int | None
    headers: list[HeaderView]


class PayloadView(BaseModel):
    """A refused record's bytes, each in base64. They may be personal."""

    key: str | None
    value: str | None
    headers: list[tuple[str, str | None]]


class SettledView(BaseModel):
    """What came of a replay or a drop, and the record as it is now."""

    outcome: Outcome
    letter: DeadLetterView


class Drop(BaseModel):
    """Why a record will never be handled; name nobody."""

    because: Sentence


def operations_router(pipeline_of: PipelineOf) -> APIRouter:
    """`/dead-letters`, newest first, each with its doors; `pipeline_of` makes what replays are handled by."""
    router = APIRouter(tags=["operations"])
    _add_reads(router)
    _add_commands(router, pipeline_of)
    return router


def _add_reads(router: APIRouter) -> None:
    @router.get("/dead-letters")
    async def listing(
        read: Read,
        state: State | None = None,
        reason: Annotated[str | None, Query(max_length=100, pattern=r"^[a-z-]+$")] = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    ) -> Page[DeadLetterView]:
        letters = await dead_letters.newest(
            read.conn, before=decode_id_cursor(cursor), limit=limit, state=state, reason=reason
        )
        items = [DeadLetterView.model_validate(letter, from_attributes=True) for letter in letters]
        return Page(
            items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(items) == limit else None
        )

    @router.get("/dead-letters/{letter_id}")
    async def one(letter_id: UUID, read: Read) -> DeadLetterDetail:
        kept = await _kept(read, letter_id)
        shown = DeadLetterView.model_validate(kept.letter, from_attributes=True)
        headers = [HeaderView(name=name, bytes=_size(value)) for name, value in kept.headers]
        return DeadLetterDetail(**shown.model_dump(), key_bytes=_size(kept.key), headers=headers)

    @router.get("/dead-letters/{letter_id}/payload", dependencies=[ServiceOnly])
    async def payload(letter_id: UUID, read: Read, response: Response) -> PayloadView:
        kept = await _kept(read, letter_id)
        response.headers["Cache-Control"] = "no-store"
        headers = [(name, _base64(value)) for name, value in kept.headers]
        return PayloadView(key=_base64(kept.key), value=_base64(kept.value), headers=headers)


def _add_commands(router: APIRouter, pipeline_of: PipelineOf) -> None:
    @router.post("/dead-letters/{letter_id}/replay", response_model=SettledView, dependencies=[ServiceOnly])
    async def replay(letter_id: UUID, command: Command, runtime: CurrentRuntime) -> Response:
        async def work(tx: Tx) -> SettledView:
            return await _view(tx, letter_id, await redrive.replay(tx, pipeline_of(runtime), letter_id))

        return await command.run(work)

    @router.post("/dead-letters/{letter_id}/drop", response_model=SettledView, dependencies=[ServiceOnly])
    async def drop(letter_id: UUID, body: Drop, command: Command) -> Response:
        async def work(tx: Tx) -> SettledView:
            return await _view(tx, letter_id, await redrive.drop(tx, letter_id, body.because))

        return await command.run(work)


async def _kept(read: Reader, letter_id: UUID) -> Kept:
    kept = await dead_letters.kept(read.conn, letter_id)
    if kept is None:
        raise redrive.not_found()
    return kept


async def _view(tx: Tx, letter_id: UUID, outcome: Outcome) -> SettledView:
    kept = await dead_letters.kept(tx.conn, letter_id)
    assert kept is not None  # noqa: S101  (it is locked by this very transaction)
    return SettledView(
        outcome=outcome, letter=DeadLetterView.model_validate(kept.letter, from_attributes=True)
    )


def _size(value: bytes | None) -> int | None:
    return None if value is None else len(value)


def _base64(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()
