"""Effects of an answer or of time on a proposal and the place it holds.

`referral_ends` handles the end of a referral.
"""

from dataclasses import dataclass
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_contracts.ids import OfferId, ProposalId, ReferralId
from alongside_contracts.matching import MatchAccepted, MatchDeclined, MatchLapsed
from alongside_contracts.vocabulary import OfferKind
from alongside_matching.allocation.proposing import PROPOSAL_EXPIRY, PendingMatch, match_requests
from alongside_matching.allocation.rules import proposals as rules
from alongside_matching.allocation.rules.proposals import (
    Accepted,
    AlreadyAnswered,
    Declined,
    Lapsed,
    NotYetDue,
    Proposal,
    ProposalState,
    Stale,
    TooLate,
)
from alongside_matching.allocation.rules.waiting import RequestState, TrackedRequest
from alongside_matching.allocation.store import places, proposals, requests
from alongside_matching.allocation.store.places import OccupiedPlace
from alongside_matching.allocation.waitlist import propose_freed_offer
from alongside_matching.context import MatchingContext


@dataclass(frozen=True, slots=True)
class UnknownProposal:
    """No proposal has this id."""


async def accept(tx: Tx, proposal_id: UUID) -> Accepted | AlreadyAnswered | TooLate | UnknownProposal:
    """Accept a proposal for the target: the held place becomes taken."""
    locked = await _lock_proposal(tx, proposal_id)
    if locked is None:
        return UnknownProposal()
    proposal, _ = locked
    decision = rules.accept(proposal.state, proposal.expires_at, tx.now)
    if isinstance(decision, Accepted):
        await _store_answer(tx, proposal, ProposalState.ACCEPTED)
        await places.take(tx, proposal.offer_id)
        await requests.set_state(tx.conn, (proposal.referral_id,), RequestState.MATCHED, tx.now)
        tx.announce(_accepted(proposal))
    return decision


async def decline(
    tx: Tx, proposal_id: UUID, reason: str, context: MatchingContext
) -> Declined | AlreadyAnswered | UnknownProposal:
    """Decline a proposal: free its place, ask the next candidate, and offer the place to waiting referrals."""
    locked = await _lock_proposal(tx, proposal_id)
    if locked is None:
        return UnknownProposal()
    proposal, tracked = locked
    decision = rules.decline(proposal.state)
    if isinstance(decision, Declined):
        await _store_answer(tx, proposal, ProposalState.DECLINED, declined_because=reason)
        tx.announce(_declined(proposal, reason))
        await _release_and_rematch(tx, proposal, tracked, context)
    return decision


async def lapse(tx: Tx, proposal_id: UUID, context: MatchingContext) -> Lapsed | NotYetDue | Stale:
    """Lapse a proposal that was not answered in time, and ask the next candidate as after a decline."""
    locked = await _lock_proposal(tx, proposal_id)
    if locked is None:
        return Stale()
    proposal, tracked = locked
    decision = rules.lapse(proposal.state, proposal.expires_at, tx.now)
    if isinstance(decision, Lapsed):
        await _store_answer(tx, proposal, ProposalState.LAPSED)
        tx.announce(_lapsed(proposal))
        await _release_and_rematch(tx, proposal, tracked, context)
    elif isinstance(decision, NotYetDue):
        # the clock of another process runs ahead of ours: fire again when it is time
        tx.set_timer(PROPOSAL_EXPIRY, str(proposal.id), proposal.expires_at)
    return decision


async def _lock_proposal(tx: Tx, proposal_id: UUID) -> tuple[Proposal, TrackedRequest] | None:
    """Lock a proposal before deciding on it: 1 wait for its request; 2 read the proposal, which is now stable."""
    tracked = await requests.lock_request_of_proposal(tx.conn, proposal_id)  # 1
    proposal = await proposals.load(tx.conn, proposal_id)  # 2
    return (proposal, tracked) if proposal and tracked else None


async def _store_answer(
    tx: Tx, proposal: Proposal, state: ProposalState, *, declined_because: str | None = None
) -> None:
    await proposals.set_answer(tx.conn, (proposal.id,), state, tx.now, declined_because=declined_because)
    if state is not ProposalState.LAPSED:  # the chassis deletes the timer that fired
        tx.cancel_timer(PROPOSAL_EXPIRY, str(proposal.id))


async def _release_and_rematch(
    tx: Tx, proposal: Proposal, tracked: TrackedRequest, context: MatchingContext
) -> None:
    """Free the place, match the referral with another offer, then propose the freed place to other referrals."""
    await places.lock(tx, (proposal.offer_id,))
    await places.give_back(tx, (OccupiedPlace(proposal.offer_id, taken=False),))
    await match_requests(tx, (PendingMatch(tracked),), context)
    await propose_freed_offer(tx, proposal.offer_id, context.policies)


def _accepted(proposal: Proposal) -> MatchAccepted:
    return MatchAccepted(
        referral_id=ReferralId(proposal.referral_id),
        proposal_id=ProposalId(proposal.id),
        offer_id=OfferId(proposal.offer_id),
        offer_kind=OfferKind(proposal.offer_kind),
    )


def _declined(proposal: Proposal, reason: str) -> MatchDeclined:
    return MatchDeclined(
        referral_id=ReferralId(proposal.referral_id),
        proposal_id=ProposalId(proposal.id),
        offer_id=OfferId(proposal.offer_id),
        reason=reason,
    )


def _lapsed(proposal: Proposal) -> MatchLapsed:
    return MatchLapsed(
        referral_id=ReferralId(proposal.referral_id),
        proposal_id=ProposalId(proposal.id),
        offer_id=OfferId(proposal.offer_id),
    )
