"""Finds whom to ask for a referral, holds a place there, and announces it; or says why nobody can be asked.

Everything here expects the referral's region and request to be locked (see `store`).
"""

from typing import Final

from alongside_chassis.transaction import Tx
from alongside_contracts.ids import OfferId, ProposalId, ReferralId, new_id
from alongside_contracts.matching import MatchProposed, MatchWaitlisted
from alongside_contracts.vocabulary import MatchReason, OfferKind
from alongside_matching.domain.choose import Choice, NobodyFree, choose
from alongside_matching.domain.eligibility import may_fill_in
from alongside_matching.domain.facts import Request
from alongside_matching.domain.policy import Policies, Policy
from alongside_matching.domain.proposals import Proposal, ProposalState
from alongside_matching.domain.waiting import RequestState, Standing
from alongside_matching.store import offers, proposals, requests

PROPOSAL_EXPIRY: Final = "proposal-expiry"
_OPEN_GROUPS_MAX: Final = 50


async def ask_next(tx: Tx, standing: Standing, policies: Policies) -> None:
    """Ask the best offer that was not asked yet; put the referral on the waitlist when there is none."""
    policy = policies.of(standing.request.region)
    match await _search(tx, standing.request, policy):
        case Choice() as choice:
            await propose(tx, standing, choice, policy)
        case NobodyFree() as nobody:
            await _wait(tx, standing, nobody)


async def propose(tx: Tx, standing: Standing, choice: Choice, policy: Policy) -> None:
    """Hold a place for the referral until the target answers or its time is over."""
    request = standing.request
    proposal = Proposal(
        id=new_id(),
        referral_id=request.referral_id,
        offer_id=choice.offer.id,
        offer_kind=choice.offer.kind,
        region=request.region,
        attempt=standing.attempts + 1,
        state=ProposalState.OPEN,
        expires_at=policy.answer_due(request.urgency, tx.now),
    )
    await requests.proposed(
        tx.conn, request.referral_id, attempt=proposal.attempt, offer_id=proposal.offer_id, now=tx.now
    )
    await offers.hold(tx.conn, proposal.offer_id, tx.now)
    await proposals.add(tx.conn, proposal, choice, tx.now)
    tx.announce(_proposed(proposal, choice))
    tx.later(PROPOSAL_EXPIRY, str(proposal.id), proposal.expires_at)


async def _search(tx: Tx, request: Request, policy: Policy) -> Choice | NobodyFree:
    """Look at offers page by page, likeliest first, and stop at the first page that has somebody.

    At `pages_max` pages the search gives up: whoever comes later in the order is full, paused or asked already.
    """
    excluded: dict[str, int] = {}
    considered = 0
    for page in range(policy.pages_max):
        found = await offers.candidates(
            tx.conn, request, limit=policy.candidates_max, offset=page * policy.candidates_max
        )
        match choose(found, request, policy.weights):
            case Choice() as choice:
                return choice
            case NobodyFree() as nobody:
                excluded = {
                    rule: excluded.get(rule, 0) + nobody.excluded.get(rule, 0)
                    for rule in excluded.keys() | nobody.excluded.keys()
                }
                considered += nobody.considered
        if len(found) < policy.candidates_max:
            break
    return NobodyFree(excluded, considered)


async def _wait(tx: Tx, standing: Standing, nobody: NobodyFree) -> None:
    """Put the referral on the waitlist; one that waits already keeps waiting, and nobody is told again."""
    if standing.state is RequestState.WAITING:
        return
    request = standing.request
    await requests.move(tx.conn, request.referral_id, RequestState.WAITING, tx.now)
    groups = await offers.open_groups(tx.conn, request, limit=_OPEN_GROUPS_MAX)
    interim = next((group.id for group in groups if may_fill_in(group, request)), None)
    tx.announce(
        MatchWaitlisted(
            referral_id=ReferralId(request.referral_id),
            excluded=dict(nobody.excluded),
            considered=nobody.considered,
            interim_offer_id=None if interim is None else OfferId(interim),
        )
    )


def _proposed(proposal: Proposal, choice: Choice) -> MatchProposed:
    return MatchProposed(
        referral_id=ReferralId(proposal.referral_id),
        proposal_id=ProposalId(proposal.id),
        offer_id=OfferId(proposal.offer_id),
        offer_kind=OfferKind(proposal.offer_kind),
        attempt=proposal.attempt,
        reasons=tuple(MatchReason(reason) for reason in choice.reasons),
        expires_at=proposal.expires_at,
    )
