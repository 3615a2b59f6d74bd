"""The operators' API for partners' streams: list the pauses with their reasons, resume one."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume import quarantine
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.consume.quarantine import Quarantine
from alongside_chassis.http.commands import Command
from alongside_chassis.http.dependencies import CurrentRuntime, Read, ServiceOnly
from alongside_chassis.http.operations import Sentence
from alongside_chassis.http.pages import PAGE_MAX, Page, decode_id_cursor, encode_cursor
from alongside_chassis.http.strict_route import APIRouter
from alongside_contracts.codes.fields import PauseReasonCode
from alongside_contracts.ids import PartnerId
from alongside_contracts.streams import PARTNER_REFERRALS


class QuarantineView(BaseModel):
    """One pause of a partner's stream: the limit reached, the number of refused records, the last record's problem."""

    id: UUID
    topic: str
    partner: str
    because: PauseReasonCode
    refused: int
    reason: str
    paused_at: datetime
    resumed_at: datetime | None
    resumed_by: str | None


class ResumeCommand(BaseModel):
    """The person or role that resumes a stream."""

    by: Sentence


class ResumedView(BaseModel):
    """`resumed`: whether this command ended a pause. `quarantine`: that pause, or else the partner's latest."""

    resumed: bool
    quarantine: QuarantineView | None


def quarantine_router(handlers: Handlers) -> APIRouter:
    """Build the routes below `/quarantine`; a resume is announced to the partner by `handlers`."""
    router = APIRouter(prefix="/quarantine", tags=["operations"])

    @router.get("")
    async def list_pauses(
        read: Read,
        partner: PartnerId | None = None,
        paused: bool | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    ) -> Page[QuarantineView]:
        """List the pauses of partners' streams, newest first."""
        before = decode_id_cursor(cursor)
        pauses = await quarantine.page(read.conn, before=before, limit=limit, partner=partner, paused=paused)
        next_cursor = encode_cursor(str(pauses[-1].id)) if len(pauses) == limit else None
        return Page(items=[_view(pause) for pause in pauses], next_cursor=next_cursor)

    @router.post("/{partner}/resume", response_model=ResumedView, dependencies=[ServiceOnly])
    async def resume_partner(
        partner: PartnerId, body: ResumeCommand, command: Command, runtime: CurrentRuntime
    ) -> Response:
        """Resume a partner's stream where it was paused."""
        resumed = False

        async def work(tx: Tx) -> ResumedView:
            nonlocal resumed
            view = await _resume(tx, handlers, partner, body.by)
            resumed = view.resumed
            return view

        answer = await command.run(work)
        if resumed:  # logged after the commit, by the request that resumed it
            runtime.log.info("partner-resumed", partner=partner)
        return answer

    return router


async def _resume(tx: Tx, handlers: Handlers, partner: str, by: str) -> ResumedView:
    ended = await quarantine.resume(tx.conn, PARTNER_REFERRALS.topic(partner), by=by, at=tx.now)
    if ended is None:
        latest = await quarantine.page(tx.conn, partner=partner, limit=1)
        return ResumedView(resumed=False, quarantine=_view(latest[0]) if latest else None)
    notify = handlers.resumptions.get(PARTNER_REFERRALS.name)
    if notify is not None:
        await notify(ended, tx)
    return ResumedView(resumed=True, quarantine=_view(ended))


def _view(pause: Quarantine) -> QuarantineView:
    return QuarantineView.model_validate(pause, from_attributes=True)
