"""Matches pending requests with offers: holds places and announces proposals, or puts referrals on the waitlist.

Every function here expects that its caller has locked the requests (lock order: see `alongside_matching`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final, TypeAlias
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_contracts.event import Event
from alongside_contracts.ids import OfferId, ProposalId, ReferralId, new_id
from alongside_contracts.matching import MatchProposed, MatchWaitlisted
from alongside_contracts.vocabulary import OfferKind
from alongside_matching.allocation.interim import find_interim_offers
from alongside_matching.allocation.rules.proposals import Proposal, ProposalState
from alongside_matching.allocation.rules.waiting import RequestState, TrackedRequest
from alongside_matching.allocation.store import decisions, places, proposals, requests
from alongside_matching.allocation.store.requests import ProposedPair
from alongside_matching.allocation.waitlist_timer import sweep_soon
from alongside_matching.context import MatchingContext
from alongside_matching.engine.assign import Arrival, Assignment, assign, claim_of, one_by_one
from alongside_matching.engine.decisions.coarse import coarsen
from alongside_matching.engine.decisions.decision import NAMED_MAX, Decision, decide
from alongside_matching.engine.facts import Request
from alongside_matching.engine.interim import Interim
from alongside_matching.engine.policy import Policies, Policy
from alongside_matching.engine.ranking import Candidate, Ranking

PROPOSAL_EXPIRY: Final = "proposal-expiry"
_ROUNDS_MAX: Final = 10
_ORDER_WEIGHT: Final = 1e-9
"""Cost of one position in the order of requests; so small that the sum over a window never outweighs another cost."""
_Assign: TypeAlias = Callable[[Sequence[Ranking], Policy, datetime], Assignment]


@dataclass(frozen=True, slots=True)
class PendingMatch:
    """A request to be matched, and the event that caused it, if any."""

    tracked: TrackedRequest
    cause: Event | None = None

    @property
    def request(self) -> Request:
        """Return the request."""
        return self.tracked.request


@dataclass(frozen=True, slots=True)
class MatchDecision:
    """The decision about a pending request: an offer to ask, or none."""

    pending: PendingMatch
    decision: Decision

    @property
    def chosen(self) -> Candidate:
        """Return the offer to ask. Raises ValueError when no offer was chosen."""
        candidate = self.decision.candidate
        if candidate is None:
            raise ValueError("no offer was chosen")
        return candidate

    def without_choice(self) -> "MatchDecision":
        """Return the decision without its offer: the chosen offer had no place left."""
        return MatchDecision(self.pending, replace(self.decision, chosen=None))


async def match_requests(
    tx: Tx, pending_matches: Sequence[PendingMatch], context: MatchingContext, *, in_order: bool = False
) -> None:
    """Match pending requests with offers, region by region.

    Requests are assigned together at the least total cost; with `in_order` each gets its best offer, in the order
    given.
    """
    assign_window = _in_order if in_order else _at_least_cost
    ordered = sorted(pending_matches, key=lambda pending: pending.request.region)
    await context.offer_cache.refresh(tx.conn, {pending.request.region for pending in ordered})
    with_place: list[MatchDecision] = []
    to_wait: list[MatchDecision] = []
    for region, group in groupby(ordered, key=lambda pending: pending.request.region):
        served, unserved = await _assign_and_hold(tx, region, list(group), context, assign_window)
        with_place += served
        to_wait += unserved
    await propose(tx, with_place, context.policies)
    await _add_to_waitlist(tx, to_wait, context)


async def propose(tx: Tx, with_place: Sequence[MatchDecision], policies: Policies) -> None:
    """Store and announce proposals for held places; each is open until it is answered or expires."""
    if not with_place:
        return
    new_proposals = [
        (_proposal(tx, match_decision, policies), match_decision) for match_decision in with_place
    ]
    pairs = [ProposedPair(proposal.referral_id, proposal.offer_id) for proposal, _ in new_proposals]
    await requests.mark_proposed(tx.conn, pairs, tx.now)
    await proposals.add(
        tx.conn, [(proposal, match_decision.decision) for proposal, match_decision in new_proposals], tx.now
    )
    new_decisions = [
        decisions.NewDecision(match_decision.decision, proposal.id)
        for proposal, match_decision in new_proposals
    ]
    await decisions.add(tx.conn, new_decisions, policies, tx.now)
    for proposal, match_decision in new_proposals:
        _set_cause(tx, match_decision.pending)
        tx.announce(_proposed(proposal, match_decision.decision))
        tx.set_timer(PROPOSAL_EXPIRY, str(proposal.id), proposal.expires_at)


async def _assign_and_hold(
    tx: Tx, region: str, window: Sequence[PendingMatch], context: MatchingContext, assign_window: _Assign
) -> tuple[list[MatchDecision], list[MatchDecision]]:
    """Return the decisions with a held place, and those that have to wait: 1 search and assign; 2 hold places.

    Repeated for requests whose place was gone, until none has a candidate left. After `_ROUNDS_MAX` rounds the
    remaining requests wait, and the next waitlist sweep retries them soon.
    """
    with_place: list[MatchDecision] = []
    to_wait: list[MatchDecision] = []
    remaining, without_place = list(window), list[MatchDecision]()
    for _ in range(_ROUNDS_MAX):
        match_decisions = _decide(tx, region, remaining, context, assign_window)  # 1
        held = await _hold(tx, region, match_decisions, context)  # 2
        served, unserved = _split_by_place(match_decisions, held)
        with_place += served
        to_wait += [missed for missed in unserved if not missed.decision.eligible]
        without_place = [missed for missed in unserved if missed.decision.eligible]
        remaining = [missed.pending for missed in without_place]
        if not remaining:
            break
    return with_place, to_wait + [missed.without_choice() for missed in without_place]


def _decide(
    tx: Tx, region: str, window: Sequence[PendingMatch], context: MatchingContext, assign_window: _Assign
) -> list[MatchDecision]:
    """Return the offer to ask for each request, as far as the offer cache knows."""
    policy = context.policies.of(region)
    rankings = [context.offer_cache.search(pending.request, policy, tx.now) for pending in window]
    chosen = assign_window(rankings, policy, tx.now).chosen
    named = {candidate.offer_id for ranking in rankings for candidate in ranking.candidates[:NAMED_MAX]}
    facts = context.offer_cache.facts(
        region, named | {candidate.offer_id for candidate in chosen.values() if candidate}
    ).get
    return [
        MatchDecision(pending, decide(ranking, chosen[ranking.request.referral_id], facts))
        for pending, ranking in zip(window, rankings, strict=True)
    ]


def _at_least_cost(rankings: Sequence[Ranking], policy: Policy, now: datetime) -> Assignment:
    """Assign all requests at the least total cost; among equals, the earlier request comes first."""
    claims = (claim_of(ranking.request, policy, now) for ranking in rankings)
    return assign(
        [
            Arrival(ranking, claim - _ORDER_WEIGHT * position)
            for position, (ranking, claim) in enumerate(zip(rankings, claims, strict=True))
        ],
        policy,
    )


def _in_order(rankings: Sequence[Ranking], policy: Policy, _now: datetime) -> Assignment:
    """Assign each request its best offer, in the order given."""
    return one_by_one([Arrival(ranking, -position) for position, ranking in enumerate(rankings)], policy)


async def _hold(
    tx: Tx, region: str, match_decisions: Iterable[MatchDecision], context: MatchingContext
) -> dict[UUID, int]:
    wanted = Counter(
        match_decision.decision.chosen
        for match_decision in match_decisions
        if match_decision.decision.chosen is not None
    )
    held = await places.hold(tx, wanted)
    context.offer_cache.record_holds(region, wanted, held)
    return held


def _split_by_place(
    match_decisions: Sequence[MatchDecision], held: dict[UUID, int]
) -> tuple[list[MatchDecision], list[MatchDecision]]:
    """Return the decisions that got their place, and those that did not."""
    served, unserved = [], []
    for match_decision in match_decisions:
        chosen = match_decision.decision.chosen
        if chosen is not None and held.get(chosen, 0) > 0:
            held[chosen] -= 1
            served.append(match_decision)
        else:
            unserved.append(match_decision)
    return served, unserved


async def _add_to_waitlist(tx: Tx, to_wait: Sequence[MatchDecision], context: MatchingContext) -> None:
    """Put referrals on the waitlist. Referrals that wait already keep waiting and are not announced again."""
    newly_waiting = [
        match_decision
        for match_decision in to_wait
        if match_decision.pending.tracked.state is not RequestState.WAITING
    ]
    if not newly_waiting:
        return
    waiting_ids = [match_decision.pending.request.referral_id for match_decision in newly_waiting]
    await requests.set_state(tx.conn, waiting_ids, RequestState.WAITING, tx.now)
    new_decisions = []
    interims = await find_interim_offers(
        tx, [match_decision.pending.request for match_decision in newly_waiting], context
    )
    for match_decision, interim in zip(newly_waiting, interims, strict=True):
        new_decisions.append(decisions.NewDecision(match_decision.decision, interim=interim))
        _set_cause(tx, match_decision.pending)
        tx.announce(_waitlisted(match_decision.decision, interim))
    await decisions.add(tx.conn, new_decisions, context.policies, tx.now)
    for region in {match_decision.pending.request.region for match_decision in newly_waiting}:
        sweep_soon(tx, region, context.policies.of(region))


def _set_cause(tx: Tx, pending: PendingMatch) -> None:
    """Link the following announcements to the event that caused the request, if any."""
    if pending.cause is not None:
        tx.caused_by(pending.cause)


def _proposal(tx: Tx, match_decision: MatchDecision, policies: Policies) -> Proposal:
    request = match_decision.pending.request
    return Proposal(
        id=new_id(),
        referral_id=request.referral_id,
        offer_id=match_decision.chosen.offer_id,
        offer_kind=match_decision.chosen.kind,
        region=request.region,
        attempt=match_decision.pending.tracked.attempts + 1,
        state=ProposalState.OPEN,
        expires_at=policies.of(request.region).answer_due(request.urgency, tx.now),
    )


def _waitlisted(decision: Decision, interim: Interim) -> MatchWaitlisted:
    coarse_counts = coarsen(decision.excluded, decision.eligible)
    return MatchWaitlisted(
        referral_id=ReferralId(decision.snapshot.request.referral_id),
        excluded=dict(coarse_counts.counts),
        excluded_few=coarse_counts.few,
        considered=coarse_counts.total,
        interim_offer_id=None if interim.offer_id is None else OfferId(interim.offer_id),
    )


def _proposed(proposal: Proposal, decision: Decision) -> MatchProposed:
    return MatchProposed(
        referral_id=ReferralId(proposal.referral_id),
        proposal_id=ProposalId(proposal.id),
        offer_id=OfferId(proposal.offer_id),
        offer_kind=OfferKind(proposal.offer_kind),
        attempt=proposal.attempt,
        reasons=decision.reasons,
        expires_at=proposal.expires_at,
    )
