"""What answers and time do to a proposal and to the place it holds. What the end of a referral does is in `ending`."""

from dataclasses import dataclass
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_contracts.ids import OfferId, ProposalId, ReferralId
from alongside_contracts.matching import MatchAccepted, MatchDeclined, MatchLapsed
from alongside_contracts.vocabulary import OfferKind, Reason
from alongside_matching.allocation.asking import PROPOSAL_EXPIRY, Seeker, ask
from alongside_matching.allocation.rules import proposals as rules
from alongside_matching.allocation.rules.proposals import (
    Accepted,
    AlreadyAnswered,
    Declined,
    Lapsed,
    NotYet,
    Proposal,
    ProposalState,
    Stale,
    TooLate,
)
from alongside_matching.allocation.rules.waiting import RequestState, Standing
from alongside_matching.allocation.store import places, proposals, requests
from alongside_matching.allocation.store.places import Place
from alongside_matching.allocation.waking import offer_freed
from alongside_matching.desk import Desk


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such proposal."""


async def accept(tx: Tx, proposal_id: UUID) -> Accepted | AlreadyAnswered | TooLate | Unknown:
    """The target says yes: the held place is taken."""
    found = await _locked(tx, proposal_id)
    if found is None:
        return Unknown()
    proposal, _ = found
    decision = rules.accept(proposal.state, proposal.expires_at, tx.now)
    if isinstance(decision, Accepted):
        await _answered(tx, proposal, ProposalState.ACCEPTED)
        await places.take(tx, proposal.offer_id)
        await requests.move(tx.conn, (proposal.referral_id,), RequestState.MATCHED, tx.now)
        tx.announce(_accepted(proposal))
    return decision


async def decline(
    tx: Tx, proposal_id: UUID, reason: Reason, desk: Desk
) -> Declined | AlreadyAnswered | Unknown:
    """The target says no: the place is free, the next candidate is asked, and those who wait hear of the place."""
    found = await _locked(tx, proposal_id)
    if found is None:
        return Unknown()
    proposal, standing = found
    decision = rules.decline(proposal.state)
    if isinstance(decision, Declined):
        await _answered(tx, proposal, ProposalState.DECLINED, declined_because=reason.value)
        tx.announce(_declined(proposal, reason))
        await _give_to_the_next(tx, proposal, standing, desk)
    return decision


async def lapse(tx: Tx, proposal_id: UUID, desk: Desk) -> Lapsed | NotYet | Stale:
    """Nobody answered in time: as with a decline, the next candidate is asked."""
    found = await _locked(tx, proposal_id)
    if found is None:
        return Stale()
    proposal, standing = found
    decision = rules.lapse(proposal.state, proposal.expires_at, tx.now)
    if isinstance(decision, Lapsed):
        await _answered(tx, proposal, ProposalState.LAPSED)
        tx.announce(_lapsed(proposal))
        await _give_to_the_next(tx, proposal, standing, desk)
    elif isinstance(decision, NotYet):  # another process's clock runs ahead of ours: look when it is time
        tx.set_timer(PROPOSAL_EXPIRY, str(proposal.id), proposal.expires_at)
    return decision


async def _locked(tx: Tx, proposal_id: UUID) -> tuple[Proposal, Standing] | None:
    """A proposal to decide on: 1 wait for its request; 2 the proposal as it stands now that nobody moves it."""
    standing = await requests.of_proposal(tx.conn, proposal_id)  # 1
    proposal = await proposals.proposal(tx.conn, proposal_id)  # 2
    return (proposal, standing) if proposal and standing else None


async def _answered(
    tx: Tx, proposal: Proposal, state: ProposalState, *, declined_because: str | None = None
) -> None:
    await proposals.answer(tx.conn, (proposal.id,), state, tx.now, declined_because=declined_because)
    if state is not ProposalState.LAPSED:  # the timer that lapsed it is deleted by whoever fired it
        tx.cancel_timer(PROPOSAL_EXPIRY, str(proposal.id))


async def _give_to_the_next(tx: Tx, proposal: Proposal, standing: Standing, desk: Desk) -> None:
    """The referral looks for somebody else before its old place goes to others: it will not be asked again."""
    await places.lock(tx, (proposal.offer_id,))
    await places.give_back(tx, (Place(proposal.offer_id, taken=False),))
    await ask(tx, (Seeker(standing),), desk)
    await offer_freed(tx, proposal.offer_id, desk.policies)


def _accepted(proposal: Proposal) -> MatchAccepted:
    return MatchAccepted(
        referral_id=ReferralId(proposal.referral_id),
        proposal_id=ProposalId(proposal.id),
        offer_id=OfferId(proposal.offer_id),
        offer_kind=OfferKind(proposal.offer_kind),
    )


def _declined(proposal: Proposal, reason: Reason) -> MatchDeclined:
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
