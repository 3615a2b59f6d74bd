"""Replaces requests by their amended form: matches those that wait again, and takes back proposals that no longer suit.

Every function here expects that its caller has locked the requests (lock order: see `alongside_matching`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_contracts.event import Event
from alongside_contracts.ids import OfferId, ProposalId, ReferralId
from alongside_contracts.intake import SubmissionAmended
from alongside_contracts.matching import MatchWithdrawn
from alongside_contracts.vocabulary import Reason
from alongside_matching.allocation import referral_ends
from alongside_matching.allocation.proposing import PendingMatch, match_requests
from alongside_matching.allocation.request_mapping import request_from
from alongside_matching.allocation.rules.changes import Effect
from alongside_matching.allocation.rules.proposals import Proposal
from alongside_matching.allocation.rules.waiting import TrackedRequest
from alongside_matching.allocation.store import places, proposals, requests
from alongside_matching.allocation.waitlist import propose_freed_offers
from alongside_matching.allocation.waitlist_timer import sweep_soon
from alongside_matching.context import MatchingContext
from alongside_matching.engine.eligibility import excluded_once_asked
from alongside_matching.engine.facts import Request


@dataclass(frozen=True, slots=True)
class Amended:
    """A request as it was tracked, as it is now, the amendment, and what it does."""

    before: TrackedRequest
    request: Request
    amendment: SubmissionAmended
    cause: Event | None
    effect: Effect

    @property
    def referral_id(self) -> UUID:
        """Return the referral's id."""
        return self.request.referral_id

    @property
    def has_moved(self) -> bool:
        """Return whether it waits in another region now, whose waitlist may not be swept yet."""
        return self.request.region != self.before.request.region

    @property
    def pending(self) -> PendingMatch:
        """Return the amended request, to be matched."""
        return PendingMatch(replace(self.before, request=self.request), self.cause)


async def amend(tx: Tx, amended: Sequence[Amended], context: MatchingContext) -> set[UUID]:
    """Amend requests, and return those that another transaction keeps from it by a lock on their offer.

    1 find the open proposals that no longer suit; 2 lock their offers; 3 store the requests; 4 take these proposals back;
    5 match, then propose the freed places to others.
    """
    unsuited = await _unsuited_proposals(tx, amended, context)  # 1
    locked_offers = await places.lock(tx, (proposal.offer_id for proposal in unsuited.values()))  # 2
    skipped = {id_ for id_, proposal in unsuited.items() if proposal.offer_id not in locked_offers}
    followed = {each.referral_id: each for each in amended if each.referral_id not in skipped}
    await requests.amend(
        tx.conn, [(each.request, each.amendment.sequence) for each in followed.values()], tx.now
    )  # 3
    withdrawn = {id_: proposal for id_, proposal in unsuited.items() if id_ in followed}
    await _take_back(tx, withdrawn, followed)  # 4
    await _match(tx, followed, withdrawn, context)  # 5
    return skipped


async def _unsuited_proposals(
    tx: Tx, amended: Sequence[Amended], context: MatchingContext
) -> dict[UUID, Proposal]:
    """Return the open proposals whose offer a hard rule excludes from the amended request."""
    asked = {each.referral_id: each for each in amended if each.effect is Effect.CHECK_PROPOSAL}
    if not asked:
        return {}
    live = await proposals.load_live(tx.conn, asked)
    await context.offer_cache.refresh(tx.conn, {proposal.region for proposal in live.values()})
    unsuited = {}
    for referral_id, proposal in live.items():
        offer = context.offer_cache.facts(proposal.region, [proposal.offer_id]).get(proposal.offer_id)
        # As admitted, it knows no offers that were asked: that this one was asked excludes nothing.
        request = request_from(referral_id, asked[referral_id].amendment.request)
        day = context.policies.of(request.region).day(tx.now)
        if offer is not None and excluded_once_asked(offer, request, day):
            unsuited[referral_id] = proposal
    return unsuited


async def _take_back(tx: Tx, withdrawn: Mapping[UUID, Proposal], followed: Mapping[UUID, Amended]) -> None:
    """Withdraw proposals whose offers are locked, and announce it: their targets need not answer."""
    await referral_ends.withdraw_proposals(tx, list(withdrawn.values()))
    for referral_id, proposal in withdrawn.items():
        _set_cause(tx, followed[referral_id])
        tx.announce(
            MatchWithdrawn(
                referral_id=ReferralId(referral_id),
                proposal_id=ProposalId(proposal.id),
                offer_id=OfferId(proposal.offer_id),
                reason=Reason.REQUEST_CHANGED,
            )
        )


async def _match(
    tx: Tx, followed: Mapping[UUID, Amended], withdrawn: Mapping[UUID, Proposal], context: MatchingContext
) -> None:
    """Match requests that wait, or whose proposal was taken back; then propose the freed places to other referrals."""
    to_match = [
        each
        for each in followed.values()
        if each.effect is Effect.MATCH_AGAIN or each.referral_id in withdrawn
    ]
    if not to_match:
        return
    await match_requests(tx, [each.pending for each in to_match], context)
    for region in {each.request.region for each in to_match if each.has_moved}:
        sweep_soon(tx, region, context.policies.of(region))
    freed_by = {proposal.offer_id: followed[id_].cause for id_, proposal in withdrawn.items()}
    if freed_by:
        await propose_freed_offers(tx, freed_by, context.policies)


def _set_cause(tx: Tx, amended: Amended) -> None:
    if amended.cause is not None:
        tx.caused_by(amended.cause)
