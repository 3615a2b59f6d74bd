"""Finds whom to ask for those who seek, holds places there, and announces it; or says why nobody can be asked.

Everything here expects the seekers' requests to be locked (see the package).
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
from alongside_contracts.vocabulary import MatchReason, OfferKind
from alongside_matching.allocation.looking import look_soon
from alongside_matching.allocation.meanwhile import tide_over
from alongside_matching.allocation.rules.proposals import Proposal, ProposalState
from alongside_matching.allocation.rules.waiting import RequestState, Standing
from alongside_matching.allocation.store import decisions, places, proposals, requests
from alongside_matching.allocation.store.requests import Proposed
from alongside_matching.desk import Desk
from alongside_matching.engine.assign import Arrival, Assignment, assign, claim_of, one_by_one
from alongside_matching.engine.decisions.coarse import coarsened
from alongside_matching.engine.decisions.decision import NAMED_MAX, Decision, decide
from alongside_matching.engine.facts import Request
from alongside_matching.engine.interim import Interim
from alongside_matching.engine.policy import Policies, Policy
from alongside_matching.engine.ranking import Candidate, Ranking

PROPOSAL_EXPIRY: Final = "proposal-expiry"
_ROUNDS_MAX: Final = 10
_PLACE_WEIGHT: Final = 1e-9
"""So little that all places of a window together outweigh nothing else."""
_Share: TypeAlias = Callable[[Sequence[Ranking], Policy, datetime], Assignment]


@dataclass(frozen=True, slots=True)
class Seeker:
    """A referral that looks for somebody, and the event that made it look, where there was one."""

    standing: Standing
    because: Event | None = None

    @property
    def request(self) -> Request:
        """What it seeks."""
        return self.standing.request


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided for a seeker: whom to ask, or that nobody can be."""

    seeker: Seeker
    decision: Decision

    @property
    def chosen(self) -> Candidate:
        """Whom to ask. Only of a decision that chose somebody."""
        candidate = self.decision.candidate
        if candidate is None:
            raise ValueError("nobody was chosen")
        return candidate

    def nobody(self) -> "Decided":
        """The same seeker after all with nobody to ask: whoever was chosen had no place left."""
        return Decided(self.seeker, replace(self.decision, chosen=None))


async def ask(tx: Tx, seekers: Sequence[Seeker], desk: Desk, *, in_turn: bool = False) -> None:
    """Share out what is on offer among those who seek together, region by region.

    At the least cost for all of them; or `in_turn`, each what is best for it, in the order given.
    """
    share = _in_turn if in_turn else _together
    ordered = sorted(seekers, key=lambda seeker: seeker.request.region)
    await desk.shelf.refresh(tx.conn, {seeker.request.region for seeker in ordered})
    booked: list[Decided] = []
    unserved: list[Decided] = []
    for region, group in groupby(ordered, key=lambda seeker: seeker.request.region):
        found, missed = await _share_out(tx, region, list(group), desk, share)
        booked += found
        unserved += missed
    await propose(tx, booked, desk.policies)
    await _wait(tx, unserved, desk)


async def propose(tx: Tx, booked: Sequence[Decided], policies: Policies) -> None:
    """Ask the targets whose places are held, each until it answers or its time is over."""
    if not booked:
        return
    made = [(_proposal(tx, decided, policies), decided) for decided in booked]
    to = [Proposed(proposal.referral_id, proposal.offer_id) for proposal, _ in made]
    await requests.proposed(tx.conn, to, tx.now)
    await proposals.add(tx.conn, [(proposal, decided.decision) for proposal, decided in made], tx.now)
    kept = [decisions.Kept(decided.decision, proposal.id) for proposal, decided in made]
    await decisions.add(tx.conn, kept, policies, tx.now)
    for proposal, decided in made:
        _follow(tx, decided.seeker)
        tx.announce(_proposed(proposal, decided.decision))
        tx.set_timer(PROPOSAL_EXPIRY, str(proposal.id), proposal.expires_at)


async def _share_out(
    tx: Tx, region: str, seekers: Sequence[Seeker], desk: Desk, share: _Share
) -> tuple[list[Decided], list[Decided]]:
    """1 search and assign; 2 hold; and again for those whose place was gone, until nobody has a candidate left.

    At `_ROUNDS_MAX` rounds the rest waits, and is looked at again soon.
    """
    booked: list[Decided] = []
    unserved: list[Decided] = []
    left, missed = list(seekers), list[Decided]()
    for _ in range(_ROUNDS_MAX):
        decided = _decide(tx, region, left, desk, share)  # 1
        served, missed = _split(decided, await _hold(tx, region, decided, desk))  # 2
        booked += served
        unserved += [each for each in missed if not each.decision.eligible]
        missed = [each for each in missed if each.decision.eligible]
        left = [each.seeker for each in missed]
        if not left:
            break
    return booked, unserved + [each.nobody() for each in missed]


def _decide(tx: Tx, region: str, seekers: Sequence[Seeker], desk: Desk, share: _Share) -> list[Decided]:
    """Whom to ask for each of them, as far as memory knows."""
    policy = desk.policies.of(region)
    rankings = [desk.shelf.search(seeker.request, policy, tx.now) for seeker in seekers]
    chosen = share(rankings, policy, tx.now).chosen
    named = {candidate.offer_id for ranking in rankings for candidate in ranking.candidates[:NAMED_MAX]}
    facts = desk.shelf.facts(region, named | {one.offer_id for one in chosen.values() if one}).get
    return [
        Decided(seeker, decide(ranking, chosen[ranking.request.referral_id], facts))
        for seeker, ranking in zip(seekers, rankings, strict=True)
    ]


def _together(rankings: Sequence[Ranking], policy: Policy, now: datetime) -> Assignment:
    """At the least cost for all of them; among equals, who was here first."""
    claims = (claim_of(ranking.request, policy, now) for ranking in rankings)
    return assign(
        [
            Arrival(ranking, claim - _PLACE_WEIGHT * place)
            for place, (ranking, claim) in enumerate(zip(rankings, claims, strict=True))
        ],
        policy,
    )


def _in_turn(rankings: Sequence[Ranking], policy: Policy, _now: datetime) -> Assignment:
    """Each what is best for it, in the order given."""
    return one_by_one([Arrival(ranking, -place) for place, ranking in enumerate(rankings)], policy)


async def _hold(tx: Tx, region: str, decided: Iterable[Decided], desk: Desk) -> dict[UUID, int]:
    wanted = Counter(each.decision.chosen for each in decided if each.decision.chosen is not None)
    held = await places.hold(tx, wanted)
    desk.shelf.moved(region, wanted, held)
    return held


def _split(decided: Sequence[Decided], held: dict[UUID, int]) -> tuple[list[Decided], list[Decided]]:
    """Who got the place chosen for it, and who has none yet."""
    served, missed = [], []
    for each in decided:
        chosen = each.decision.chosen
        if chosen is not None and held.get(chosen, 0) > 0:
            held[chosen] -= 1
            served.append(each)
        else:
            missed.append(each)
    return served, missed


async def _wait(tx: Tx, unserved: Sequence[Decided], desk: Desk) -> None:
    """Put referrals on the waitlist; those that wait already keep waiting, and nobody is told again."""
    new = [each for each in unserved if each.seeker.standing.state is not RequestState.WAITING]
    if not new:
        return
    waiting = [each.seeker.request.referral_id for each in new]
    await requests.move(tx.conn, waiting, RequestState.WAITING, tx.now)
    kept = []
    interims = await tide_over(tx, [each.seeker.request for each in new], desk)
    for each, meanwhile in zip(new, interims, strict=True):
        kept.append(decisions.Kept(each.decision, meanwhile=meanwhile))
        _follow(tx, each.seeker)
        tx.announce(_waitlisted(each.decision, meanwhile))
    await decisions.add(tx.conn, kept, desk.policies, tx.now)
    for region in {each.seeker.request.region for each in new}:
        look_soon(tx, region, desk.policies.of(region))


def _follow(tx: Tx, seeker: Seeker) -> None:
    """What is announced from here on follows from what made the seeker look."""
    if seeker.because is not None:
        tx.caused_by(seeker.because)


def _proposal(tx: Tx, decided: Decided, policies: Policies) -> Proposal:
    request = decided.seeker.request
    return Proposal(
        id=new_id(),
        referral_id=request.referral_id,
        offer_id=decided.chosen.offer_id,
        offer_kind=decided.chosen.kind,
        region=request.region,
        attempt=decided.seeker.standing.attempts + 1,
        state=ProposalState.OPEN,
        expires_at=policies.of(request.region).answer_due(request.urgency, tx.now),
    )


def _waitlisted(why: Decision, meanwhile: Interim) -> MatchWaitlisted:
    told = coarsened(why.excluded, why.eligible)
    return MatchWaitlisted(
        referral_id=ReferralId(why.snapshot.request.referral_id),
        excluded=dict(told.counts),
        excluded_few=told.few,
        considered=told.total,
        interim_offer_id=None if meanwhile.offer_id is None else OfferId(meanwhile.offer_id),
    )


def _proposed(proposal: Proposal, decision: Decision) -> MatchProposed:
    return MatchProposed(
        referral_id=ReferralId(proposal.referral_id),
        proposal_id=ProposalId(proposal.id),
        offer_id=OfferId(proposal.offer_id),
        offer_kind=OfferKind(proposal.offer_kind),
        attempt=proposal.attempt,
        reasons=tuple(MatchReason(reason) for reason in decision.reasons),
        expires_at=proposal.expires_at,
    )
