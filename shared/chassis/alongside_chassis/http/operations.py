"""The operators' API of every service: list dead letters with their reasons, replay one, drop one.

Payloads may be personal: they have a separate route, which like every command here requires the service token.
"""

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume import dead_letters
from alongside_chassis.consume.dead_letters import DeadLetterState, RedriveOutcome, StoredDeadLetter
from alongside_chassis.consume.pipeline import Pipeline
from alongside_chassis.http.commands import Command
from alongside_chassis.http.dependencies import CurrentRuntime, Read, Reader, ServiceOnly
from alongside_chassis.http.openapi import refuses_with
from alongside_chassis.http.pages import PAGE_MAX, Page, decode_id_cursor, encode_cursor
from alongside_chassis.http.strict_route import APIRouter
from alongside_chassis.lifecycle import redrive
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_contracts.fields.texts import Name

PipelineOf = Callable[[Runtime], Pipeline]
Sentence = Annotated[str, Name(500, chars_min=3)]


class DeadLetterView(BaseModel):
    """One refused record: its position, its problem, the remedy, and its state.

    `bytes` is its payload's size, `attempts` the number of replays.
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
    state: DeadLetterState
    attempts: int
    settled_at: datetime | None
    because: str | None


class HeaderView(BaseModel):
    """A header's name and the size of its value; null when it has none."""

    name: str
    bytes: int | None


class DeadLetterDetail(DeadLetterView):
    """One refused record with the sizes of its key and headers."""

    key_bytes: int | None
    headers: list[HeaderView]


HeaderPair = Annotated[
    tuple[str, str | None], Field(json_schema_extra={"items": {"type": ["string", "null"]}})
]
"""A header's name and value. `items` is for readers of the OpenAPI document that do not know `prefixItems`."""


class PayloadView(BaseModel):
    """Key, value and headers of a refused record, each in base64. They may be personal."""

    key: str | None
    value: str | None
    headers: list[HeaderPair]


class SettledView(BaseModel):
    """The result of a replay or a drop, and the record as it is now."""

    outcome: RedriveOutcome
    letter: DeadLetterView


class DropCommand(BaseModel):
    """The reason why a record will never be handled; it must not name a person."""

    because: Sentence


def operations_router(pipeline_of: PipelineOf) -> APIRouter:
    """Build the routes below `/dead-letters`; `pipeline_of` makes the pipeline that handles replays."""
    router = APIRouter(tags=["operations"])
    _add_reads(router)
    _add_commands(router, pipeline_of)
    return router


def _add_reads(router: APIRouter) -> None:
    @router.get("/dead-letters")
    async def list_dead_letters(
        read: Read,
        state: DeadLetterState | None = None,
        reason: Annotated[str | None, Query(max_length=100, pattern=r"^[a-z-]+$")] = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    ) -> Page[DeadLetterView]:
        """List refused records, newest first."""
        page = await dead_letters.page(
            read.conn, before=decode_id_cursor(cursor), limit=limit, state=state, reason=reason
        )
        items = [DeadLetterView.model_validate(dead_letter, from_attributes=True) for dead_letter in page]
        return Page(
            items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(items) == limit else None
        )

    @router.get("/dead-letters/{letter_id}")
    async def get_dead_letter(letter_id: UUID, read: Read) -> DeadLetterDetail:
        """Show one refused record, with the sizes of its parts."""
        stored = await _find(read, letter_id)
        view = DeadLetterView.model_validate(stored.dead_letter, from_attributes=True)
        headers = [HeaderView(name=name, bytes=_size(value)) for name, value in stored.headers]
        return DeadLetterDetail(**view.model_dump(), key_bytes=_size(stored.key), headers=headers)

    @router.get("/dead-letters/{letter_id}/payload", dependencies=[ServiceOnly])
    async def get_dead_letter_payload(letter_id: UUID, read: Read, response: Response) -> PayloadView:
        """Show what one refused record holds. It may be personal."""
        stored = await _find(read, letter_id)
        response.headers["Cache-Control"] = "no-store"
        headers = [(name, _base64(value)) for name, value in stored.headers]
        return PayloadView(key=_base64(stored.key), value=_base64(stored.value), headers=headers)


def _add_commands(router: APIRouter, pipeline_of: PipelineOf) -> None:
    @router.post(
        "/dead-letters/{letter_id}/replay",
        response_model=SettledView,
        dependencies=[ServiceOnly],
        responses=refuses_with(409),
    )
    async def replay_dead_letter(letter_id: UUID, command: Command, runtime: CurrentRuntime) -> Response:
        """Handle a refused record again, as if it came now."""

        async def work(tx: Tx) -> SettledView:
            return await _view(tx, letter_id, await redrive.replay(tx, pipeline_of(runtime), letter_id))

        return await command.run(work)

    @router.post(
        "/dead-letters/{letter_id}/drop",
        response_model=SettledView,
        dependencies=[ServiceOnly],
        responses=refuses_with(409),
    )
    async def drop_dead_letter(letter_id: UUID, body: DropCommand, command: Command) -> Response:
        """Settle a refused record that will never be handled."""

        async def work(tx: Tx) -> SettledView:
            return await _view(tx, letter_id, await redrive.drop(tx, letter_id, body.because))

        return await command.run(work)


async def _find(read: Reader, letter_id: UUID) -> StoredDeadLetter:
    stored = await dead_letters.find(read.conn, letter_id)
    if stored is None:
        raise redrive.not_found()
    return stored


async def _view(tx: Tx, letter_id: UUID, outcome: RedriveOutcome) -> SettledView:
    stored = await dead_letters.find(tx.conn, letter_id)
    assert stored is not None  # noqa: S101  (it is locked by this very transaction)
    return SettledView(
        outcome=outcome, letter=DeadLetterView.model_validate(stored.dead_letter, from_attributes=True)
    )


def _size(value: bytes | None) -> int | None:
    return None if value is None else len(value)


def _base64(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()
