"""Finds whom to ask for those who seek, holds places there, and announces it; or says why nobody can be asked.

Everything here expects the seekers' requests to be locked (see `store`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final, TypeAlias
from uuid import UUID

from alongside_chassis.transaction import Tx
from alongside_contracts.event import Event
from alongside_contracts.ids import OfferId, ProposalId, ReferralId, new_id
from alongside_contracts.matching import MatchProposed, MatchWaitlisted
from alongside_contracts.vocabulary import MatchReason, OfferKind
from alongside_matching.desk import Desk
from alongside_matching.domain.choose import Choice, Ranked
from alongside_matching.domain.eligibility import may_fill_in
from alongside_matching.domain.facts import Offer, Request
from alongside_matching.domain.policy import Policies
from alongside_matching.domain.proposals import Proposal, ProposalState
from alongside_matching.domain.waiting import RequestState, Standing
from alongside_matching.domain.window import assign
from alongside_matching.looking import look_soon
from alongside_matching.store import places, proposals, requests
from alongside_matching.store.requests import Proposed

PROPOSAL_EXPIRY: Final = "proposal-expiry"
_ROUNDS_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Seeker:
    """A referral that looks for somebody, and the event that made it look, where there was one."""

    standing: Standing
    because: Event | None = None

    @property
    def request(self) -> Request:
        """What it seeks."""
        return self.standing.request


Booked: TypeAlias = tuple[Seeker, Choice]
Unserved: TypeAlias = tuple[Seeker, Ranked]


async def ask(tx: Tx, seekers: Sequence[Seeker], desk: Desk) -> None:
    """Share out what is on offer among those who seek together, region by region, in the order given."""
    ordered = sorted(seekers, key=lambda seeker: seeker.request.region)
    await desk.shelf.refresh(tx.conn, {seeker.request.region for seeker in ordered})
    booked: list[Booked] = []
    unserved: list[Unserved] = []
    for region, group in groupby(ordered, key=lambda seeker: seeker.request.region):
        found, missed = await _share_out(tx, region, list(group), desk)
        booked += found
        unserved += missed
    await propose(tx, booked, desk.policies)
    await _wait(tx, unserved, desk)


async def propose(tx: Tx, booked: Sequence[Booked], policies: Policies) -> None:
    """Ask the targets whose places are held, each until it answers or its time is over."""
    if not booked:
        return
    made = [(_proposal(tx, seeker, choice, policies), choice) for seeker, choice in booked]
    to = [Proposed(proposal.referral_id, proposal.offer_id) for proposal, _ in made]
    await requests.proposed(tx.conn, to, tx.now)
    await proposals.add(tx.conn, made, tx.now)
    for (seeker, _), (proposal, choice) in zip(booked, made, strict=True):
        _follow(tx, seeker)
        tx.announce(_proposed(proposal, choice))
        tx.later(PROPOSAL_EXPIRY, str(proposal.id), proposal.expires_at)


async def _share_out(
    tx: Tx, region: str, seekers: Sequence[Seeker], desk: Desk
) -> tuple[list[Booked], list[Unserved]]:
    """1 search; 2 assign; 3 hold; and again for those whose place was gone.

    At `_ROUNDS_MAX` rounds they wait, and are looked at again soon.
    """
    policy = desk.policies.of(region)
    booked: list[Booked] = []
    unserved: list[Unserved] = []
    left = list(seekers)
    for _ in range(_ROUNDS_MAX):
        found = [(seeker, desk.shelf.search(seeker.request, policy, tx.now)) for seeker in left]  # 1
        chosen = assign([ranked for _, ranked in found])  # 2
        unserved += [each for each in found if not each[1].choices]
        got = await _hold(tx, region, [choice for choice in chosen if choice], desk)  # 3
        booked_now, left = _split(found, chosen, got)
        booked += booked_now
        if not left:
            return booked, unserved
    return booked, unserved + [(seeker, desk.shelf.search(seeker.request, policy, tx.now)) for seeker in left]


async def _hold(tx: Tx, region: str, chosen: Iterable[Choice], desk: Desk) -> dict[UUID, int]:
    wanted = Counter(choice.offer.id for choice in chosen)
    held = await places.hold(tx.conn, wanted)
    desk.shelf.moved(region, wanted, held)
    return held


def _split(
    found: Sequence[Unserved], chosen: Sequence[Choice | None], held: dict[UUID, int]
) -> tuple[list[Booked], list[Seeker]]:
    """Who got the place chosen for it, and who has a choice left but no place yet."""
    booked, left = [], []
    for (seeker, ranked), choice in zip(found, chosen, strict=True):
        if choice is not None and held.get(choice.offer.id, 0) > 0:
            held[choice.offer.id] -= 1
            booked.append((seeker, choice))
        elif ranked.choices:
            left.append(seeker)
    return booked, left


async def _wait(tx: Tx, unserved: Sequence[Unserved], desk: Desk) -> None:
    """Put referrals on the waitlist; those that wait already keep waiting, and nobody is told again."""
    new = [(seeker, why) for seeker, why in unserved if seeker.standing.state is not RequestState.WAITING]
    if not new:
        return
    waiting = [seeker.request.referral_id for seeker, _ in new]
    await requests.move(tx.conn, waiting, RequestState.WAITING, tx.now)
    for seeker, why in new:
        _follow(tx, seeker)
        policy = desk.policies.of(seeker.request.region)
        open_to_all = desk.shelf.open_to_all(seeker.request.region)
        interim = _interim(seeker.request, open_to_all, policy.day(tx.now))
        tx.announce(_waitlisted(seeker.request, why, interim))
    for region in {seeker.request.region for seeker, _ in new}:
        look_soon(tx, region, desk.policies.of(region))


def _interim(request: Request, open_to_all: Iterable[Offer], on: date) -> Offer | None:
    """Something to go to while waiting: where a need is shared rather than not."""
    fitting = (offer for offer in open_to_all if offer.kind == "group" and may_fill_in(offer, request, on))
    return min(fitting, key=lambda offer: (offer.needs.isdisjoint(request.needs), offer.id), default=None)


def _follow(tx: Tx, seeker: Seeker) -> None:
    """What is announced from here on follows from what made the seeker look."""
    if seeker.because is not None:
        tx.following(seeker.because)


def _proposal(tx: Tx, seeker: Seeker, choice: Choice, policies: Policies) -> Proposal:
    request = seeker.request
    return Proposal(
        id=new_id(),
        referral_id=request.referral_id,
        offer_id=choice.offer.id,
        offer_kind=choice.offer.kind,
        region=request.region,
        attempt=seeker.standing.attempts + 1,
        state=ProposalState.OPEN,
        expires_at=policies.of(request.region).answer_due(request.urgency, tx.now),
    )


def _waitlisted(request: Request, why: Ranked, interim: Offer | None) -> MatchWaitlisted:
    return MatchWaitlisted(
        referral_id=ReferralId(request.referral_id),
        excluded=dict(why.excluded),
        considered=why.considered,
        interim_offer_id=None if interim is None else OfferId(interim.id),
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
