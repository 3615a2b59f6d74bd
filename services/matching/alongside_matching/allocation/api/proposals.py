"""Proposals: read, accept, decline."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alongside_chassis.announce import Tx
from alongside_chassis.http import PAGE_MAX, APIRouter, Command, Page, Read, decode_id_cursor, refuses_with
from alongside_contracts.codes.fields import ListedReason, MatchReasonCode, ReasonCode
from alongside_contracts.vocabulary import OfferKind
from alongside_matching.allocation import answers
from alongside_matching.allocation.api import refusals
from alongside_matching.allocation.rules.proposals import (
    Accepted,
    AlreadyAnswered,
    Declined,
    ProposalState,
    TooLate,
)
from alongside_matching.allocation.store import proposals
from alongside_matching.allocation.store.proposals import StoredProposal
from alongside_matching.context import MatchingContext
from alongside_matching.cursors import next_cursor


class ProposalView(BaseModel):
    """A proposal for staff: offer, referral, reasons and expiry. Each of `factors` is 0 to 1."""

    id: UUID
    referral_id: UUID
    offer_id: UUID
    offer_kind: OfferKind
    region: str
    attempt: int
    state: ProposalState
    reasons: tuple[MatchReasonCode, ...]
    score: float
    factors: dict[str, float]
    considered: int
    expires_at: datetime
    answered_at: datetime | None
    declined_because: ReasonCode | None
    created_at: datetime

    @classmethod
    def of(cls, stored: StoredProposal) -> "ProposalView":
        """Return the view of a stored proposal."""
        proposal = stored.proposal
        return cls(
            id=proposal.id,
            referral_id=proposal.referral_id,
            offer_id=proposal.offer_id,
            offer_kind=OfferKind(proposal.offer_kind),
            region=proposal.region,
            attempt=proposal.attempt,
            state=proposal.state,
            reasons=stored.reasons,
            score=stored.score,
            factors=dict(stored.factors),
            considered=stored.considered,
            expires_at=proposal.expires_at,
            answered_at=stored.answered_at,
            declined_because=stored.declined_because,
            created_at=stored.created_at,
        )


class ProposalFilter(BaseModel):
    """Filter for listing proposals; an omitted field does not filter."""

    model_config = ConfigDict(extra="forbid")

    state: ProposalState | None = None
    offer_id: UUID | None = None
    referral_id: UUID | None = None
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class DeclineForm(BaseModel):
    """Why the target declines."""

    model_config = ConfigDict(extra="forbid")

    reason: ListedReason


def router(context: MatchingContext) -> APIRouter:
    """Return the routes below `/proposals`."""
    routes = APIRouter(prefix="/proposals", tags=["proposals"])
    _add_reading(routes)
    _add_accepting(routes)
    _add_declining(routes, context)
    return routes


def _add_reading(routes: APIRouter) -> None:
    @routes.get("")
    async def list_proposals(read: Read, wanted: Annotated[ProposalFilter, Query()]) -> Page[ProposalView]:
        """List proposals in the order they were made."""
        found = await proposals.page(
            read.conn,
            after=decode_id_cursor(wanted.cursor),
            state=wanted.state,
            offer_id=wanted.offer_id,
            referral_id=wanted.referral_id,
            limit=wanted.limit,
        )
        items = [ProposalView.of(stored) for stored in found]
        return Page(items=items, next_cursor=next_cursor(items, wanted.limit))

    @routes.get("/{proposal_id}")
    async def get_proposal(proposal_id: UUID, read: Read) -> ProposalView:
        """Return one proposal."""
        return _view_or_not_found(proposal_id, await proposals.view(read.conn, proposal_id))


def _add_accepting(routes: APIRouter) -> None:
    @routes.post("/{proposal_id}/accept", response_model=ProposalView, responses=refuses_with(409))
    async def accept_proposal(proposal_id: UUID, command: Command) -> Response:
        """Accept for the target: the held place becomes taken."""

        async def work(tx: Tx) -> ProposalView:
            match await answers.accept(tx, proposal_id):
                case Accepted():
                    return await _view(tx, proposal_id)
                case AlreadyAnswered() as refused:
                    raise refusals.already_answered(refused)
                case TooLate() as refused:
                    raise refusals.too_late(refused)
                case answers.UnknownProposal():
                    raise refusals.no_proposal(proposal_id)

        return await command.run(work)


def _add_declining(routes: APIRouter, context: MatchingContext) -> None:
    @routes.post("/{proposal_id}/decline", response_model=ProposalView, responses=refuses_with(409))
    async def decline_proposal(proposal_id: UUID, form: DeclineForm, command: Command) -> Response:
        """Decline for the target: the place is free and the next candidate is asked."""

        async def work(tx: Tx) -> ProposalView:
            match await answers.decline(tx, proposal_id, form.reason, context):
                case Declined():
                    return await _view(tx, proposal_id)
                case AlreadyAnswered() as refused:
                    raise refusals.already_answered(refused)
                case answers.UnknownProposal():
                    raise refusals.no_proposal(proposal_id)

        return await command.run(work)


async def _view(tx: Tx, proposal_id: UUID) -> ProposalView:
    return _view_or_not_found(proposal_id, await proposals.view(tx.conn, proposal_id))


def _view_or_not_found(proposal_id: UUID, stored: StoredProposal | None) -> ProposalView:
    if stored is None:
        raise refusals.no_proposal(proposal_id)
    return ProposalView.of(stored)
