"""What answers, time and the end of a referral do to a proposal and to the place it holds."""

from dataclasses import dataclass
from uuid import UUID

from alongside_chassis.transaction import Tx
from alongside_contracts.ids import OfferId, ProposalId, ReferralId
from alongside_contracts.matching import MatchAccepted, MatchDeclined, MatchLapsed
from alongside_contracts.vocabulary import OfferKind, Reason
from alongside_matching.asking import PROPOSAL_EXPIRY, ask_next
from alongside_matching.domain import proposals as rules
from alongside_matching.domain.policy import Policies
from alongside_matching.domain.proposals import (
    Accepted,
    AlreadyAnswered,
    Declined,
    Lapsed,
    NotYet,
    Proposal,
    ProposalState,
    Stale,
    TooLate,
    Withdrawn,
)
from alongside_matching.domain.waiting import Close, RequestState, Standing, hear_status
from alongside_matching.store import offers, proposals, regions, requests
from alongside_matching.waking import offer_freed


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
        await offers.take(tx.conn, proposal.offer_id, tx.now)
        await requests.move(tx.conn, proposal.referral_id, RequestState.MATCHED, tx.now)
        tx.announce(_accepted(proposal))
    return decision


async def decline(
    tx: Tx, proposal_id: UUID, reason: Reason, policies: Policies
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
        await _give_to_the_next(tx, proposal, standing, policies)
    return decision


async def lapse(tx: Tx, proposal_id: UUID, policies: Policies) -> Lapsed | NotYet | Stale:
    """Nobody answered in time: as with a decline, the next candidate is asked."""
    found = await _locked(tx, proposal_id)
    if found is None:
        return Stale()
    proposal, standing = found
    decision = rules.lapse(proposal.state, proposal.expires_at, tx.now)
    if isinstance(decision, Lapsed):
        await _answered(tx, proposal, ProposalState.LAPSED)
        tx.announce(_lapsed(proposal))
        await _give_to_the_next(tx, proposal, standing, policies)
    elif isinstance(
        decision, NotYet
    ):  # another process's clock runs ahead of ours: look again when it is time
        tx.later(PROPOSAL_EXPIRY, str(proposal.id), proposal.expires_at)
    return decision


async def hear_end(tx: Tx, referral_id: UUID, status: str, policies: Policies) -> None:
    """A referral moved. At its end, give back what it held or had taken, and take it off the waitlist."""
    region = await requests.region_of(tx.conn, referral_id)
    if region is None:
        return
    await regions.lock(tx.conn, region)
    standing = await requests.lock(tx.conn, referral_id)
    if not isinstance(hear_status(standing.state if standing else None, status), Close):
        return
    await requests.move(tx.conn, referral_id, RequestState.CLOSED, tx.now)
    proposal = await proposals.live_of(tx.conn, referral_id)
    if proposal is not None:
        await _withdraw(tx, proposal, policies)


async def _locked(tx: Tx, proposal_id: UUID) -> tuple[Proposal, Standing] | None:
    """A proposal to decide on: 1 its region, 2 its request, 3 the proposal as it stands now that nobody moves it."""
    before = await proposals.proposal(tx.conn, proposal_id)
    if before is None:
        return None
    await regions.lock(tx.conn, before.region)  # 1
    standing = await requests.lock(tx.conn, before.referral_id)  # 2
    proposal = await proposals.proposal(tx.conn, proposal_id)  # 3
    return (proposal, standing) if proposal and standing else None


async def _answered(
    tx: Tx, proposal: Proposal, state: ProposalState, *, declined_because: str | None = None
) -> None:
    await proposals.answer(tx.conn, proposal.id, state, tx.now, declined_because=declined_because)
    if state is not ProposalState.LAPSED:  # the timer that lapsed it is deleted by whoever fired it
        tx.no_longer(PROPOSAL_EXPIRY, str(proposal.id))


async def _give_to_the_next(tx: Tx, proposal: Proposal, standing: Standing, policies: Policies) -> None:
    """The referral looks for somebody else before its old place goes to others: it will not be asked again."""
    await offers.free(tx.conn, proposal.offer_id, tx.now, taken=False)
    await ask_next(tx, standing, policies)
    await offer_freed(tx, proposal.offer_id, policies)


async def _withdraw(tx: Tx, proposal: Proposal, policies: Policies) -> None:
    match rules.withdraw(proposal.state):
        case Withdrawn(was_taken=was_taken):
            await _answered(tx, proposal, ProposalState.WITHDRAWN)
            await offers.free(tx.conn, proposal.offer_id, tx.now, taken=was_taken)
            await offer_freed(tx, proposal.offer_id, policies)
        case Stale():
            pass  # it was given back before


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
