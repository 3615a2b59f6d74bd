"""What the end of referrals gives back: their places, their open proposals, their turns on the waitlist.

Most of what is heard is no end, and costs nothing. Ends that are heard together are decided together, and wait for
nobody: a referral or an offer that somebody else has in hand just now is left to a timer.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_contracts.event import Event
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_matching.allocation.asking import PROPOSAL_EXPIRY
from alongside_matching.allocation.rules import proposals as rules
from alongside_matching.allocation.rules.proposals import Proposal, ProposalState, Withdrawn
from alongside_matching.allocation.rules.waiting import RequestState, is_end
from alongside_matching.allocation.store import places, proposals, requests
from alongside_matching.allocation.store.places import Place
from alongside_matching.allocation.waking import offers_freed
from alongside_matching.engine.policy import Policies

REFERRAL_END: Final = "referral-end"


async def hear_ends(tx: Tx, heard: Sequence[ReferralStatusChanged], policies: Policies) -> None:
    """Referrals moved; see to those that ended."""
    ended: dict[UUID, Event] = {event.referral_id: event for event in heard if is_end(event.status.value)}
    if not ended:
        return
    closed = await _close(tx, ended.keys(), patient=False)
    if missed := ended.keys() - closed.keys():
        await _see_to(tx, missed, ended)
    await _wake(tx, closed, ended, policies)


async def end_after_all(tx: Tx, referral_id: UUID, policies: Policies) -> None:
    """A referral whose end had to wait for somebody."""
    closed = await _close(tx, (referral_id,), patient=True)
    await _wake(tx, closed, {}, policies)


async def _close(tx: Tx, referral_ids: Collection[UUID], *, patient: bool) -> Mapping[UUID, Proposal | None]:
    """Close what can be locked, and answer with the proposal each gave up: 1 requests; 2 offers; 3 write it down."""
    open_ = await requests.lock_open(tx.conn, referral_ids, patient=patient)  # 1
    live = await proposals.live_of(tx.conn, open_) if open_ else {}
    locked = await places.lock(tx, (proposal.offer_id for proposal in live.values()))  # 2
    busy = {referral for referral, proposal in live.items() if proposal.offer_id not in locked}
    closed = {referral: live.get(referral) for referral in open_ if referral not in busy}
    if closed:  # 3
        await requests.move(tx.conn, closed, RequestState.CLOSED, tx.now)
        await _withdraw(tx, [proposal for proposal in closed.values() if proposal])
    return closed


async def _see_to(tx: Tx, missed: Collection[UUID], ended: Mapping[UUID, Event]) -> None:
    """What somebody has in hand is left to a timer; what we never heard of is not to be sought for when we do.

    An admission that was put aside, mended and replayed comes after the end of its referral.
    """
    for referral_id in await requests.still_open(tx.conn, missed):
        tx.caused_by(ended[referral_id])
        tx.set_timer(REFERRAL_END, str(referral_id), tx.now)
    await requests.never_seek(tx.conn, missed, tx.now)


async def _withdraw(tx: Tx, given_up: Sequence[Proposal]) -> None:
    given_back = []
    for proposal in given_up:
        match rules.withdraw(proposal.state):
            case Withdrawn(was_taken=was_taken):
                given_back.append(Place(proposal.offer_id, was_taken))
                tx.cancel_timer(PROPOSAL_EXPIRY, str(proposal.id))
            case rules.Stale():
                raise AssertionError("a proposal that is over is not live")
    if given_back:
        await proposals.answer(
            tx.conn, (proposal.id for proposal in given_up), ProposalState.WITHDRAWN, tx.now
        )
        await places.give_back(tx, given_back)


async def _wake(
    tx: Tx, closed: Mapping[UUID, Proposal | None], because: Mapping[UUID, Event], policies: Policies
) -> None:
    freed = {proposal.offer_id: because.get(referral) for referral, proposal in closed.items() if proposal}
    if freed:
        await offers_freed(tx, freed, policies)
