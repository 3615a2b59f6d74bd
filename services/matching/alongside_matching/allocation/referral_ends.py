"""Releases what ended referrals hold: places, open proposals, waitlist positions.

Most status changes are not terminal and cost nothing. Ends of one batch are decided together and wait for no lock: a
referral or an offer that another transaction has locked is retried by a timer.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.lifecycle import add_erased
from alongside_contracts.event import Event
from alongside_contracts.ids import PersonId
from alongside_contracts.intake import PersonErased
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_matching.allocation.proposing import PROPOSAL_EXPIRY
from alongside_matching.allocation.rules import proposals as rules
from alongside_matching.allocation.rules.proposals import Proposal, ProposalState, Withdrawn
from alongside_matching.allocation.rules.waiting import RequestState, is_terminal
from alongside_matching.allocation.store import places, proposals, rematch_exclusions, requests
from alongside_matching.allocation.store.places import OccupiedPlace
from alongside_matching.allocation.waitlist import propose_freed_offers
from alongside_matching.engine.policy import Policies

REFERRAL_END: Final = "referral-end"


async def close_ended_referrals(tx: Tx, events: Sequence[ReferralStatusChanged], policies: Policies) -> None:
    """Close the referrals whose new status is terminal."""
    ended: dict[UUID, Event] = {
        event.referral_id: event for event in events if is_terminal(event.status.value)
    }
    await _close_all(tx, ended, policies)


async def close_erased_people(tx: Tx, events: Sequence[PersonErased], policies: Policies) -> Collection[UUID]:
    """Close everything that is open for people who were erased, forget whom they parted from, and return their referrals.

    What is admitted for them later is not matched.
    """
    erasures = {event.person_id: event for event in events}
    await add_erased(tx, {event.person_id: event.erased_at for event in events})
    await rematch_exclusions.delete_of(tx.conn, erasures)
    people = await requests.open_of_people(tx.conn, erasures)
    await _close_all(
        tx, {referral: erasures[PersonId(person)] for referral, person in people.items()}, policies
    )
    return people.keys()


async def _close_all(tx: Tx, ended: Mapping[UUID, Event], policies: Policies) -> None:
    if not ended:
        return
    closed = await _close(tx, ended.keys(), wait_for_locks=False)
    if not_closed := ended.keys() - closed.keys():
        await _retry_or_tombstone(tx, not_closed, ended)
    await _propose_freed(tx, closed, ended, policies)


async def close_requests(
    tx: Tx, referral_ids: Collection[UUID], causes: Mapping[UUID, Event], policies: Policies
) -> set[UUID]:
    """Close requests that are locked already, and return those whose offer, if any, could be locked as well."""
    if not referral_ids:
        return set()
    closed = await _close(tx, referral_ids, wait_for_locks=False)
    await _propose_freed(tx, closed, causes, policies)
    return set(closed)


async def close_locked_referral(tx: Tx, referral_id: UUID, policies: Policies) -> None:
    """Close a referral that was locked when its end arrived; called by the timer."""
    closed = await _close(tx, (referral_id,), wait_for_locks=True)
    await _propose_freed(tx, closed, {}, policies)


async def _close(
    tx: Tx, referral_ids: Collection[UUID], *, wait_for_locks: bool
) -> Mapping[UUID, Proposal | None]:
    """Close the referrals that can be locked, and return the proposal each gave up: 1 lock requests; 2 lock offers; 3
    write."""
    open_requests = await requests.lock_open(tx.conn, referral_ids, wait_for_locks=wait_for_locks)  # 1
    live_proposals = await proposals.load_live(tx.conn, open_requests) if open_requests else {}
    locked_offers = await places.lock(tx, (proposal.offer_id for proposal in live_proposals.values()))  # 2
    skipped = {
        referral for referral, proposal in live_proposals.items() if proposal.offer_id not in locked_offers
    }
    closed = {referral: live_proposals.get(referral) for referral in open_requests if referral not in skipped}
    if closed:  # 3
        await requests.set_state(tx.conn, closed, RequestState.CLOSED, tx.now)
        await withdraw_proposals(tx, [proposal for proposal in closed.values() if proposal])
    return closed


async def _retry_or_tombstone(tx: Tx, not_closed: Collection[UUID], ended: Mapping[UUID, Event]) -> None:
    """Retry locked referrals by a timer; store unknown referrals as closed, so a late admission is not matched.

    An admission that became a dead letter and was replayed arrives after the end of its referral.
    """
    for referral_id in await requests.find_open(tx.conn, not_closed):
        tx.caused_by(ended[referral_id])
        tx.set_timer(REFERRAL_END, str(referral_id), tx.now)
    await requests.insert_closed_tombstones(tx.conn, not_closed, tx.now)


async def withdraw_proposals(tx: Tx, withdrawn: Sequence[Proposal]) -> None:
    """Withdraw open or accepted proposals whose offers are locked: their places are free again, their timers cancelled."""
    given_back = []
    for proposal in withdrawn:
        match rules.withdraw(proposal.state):
            case Withdrawn(was_taken=was_taken):
                given_back.append(OccupiedPlace(proposal.offer_id, was_taken))
                tx.cancel_timer(PROPOSAL_EXPIRY, str(proposal.id))
            case rules.Stale():
                raise AssertionError("load_live returned a proposal that is neither open nor accepted")
    if given_back:
        await proposals.set_answer(
            tx.conn, (proposal.id for proposal in withdrawn), ProposalState.WITHDRAWN, tx.now
        )
        await places.give_back(tx, given_back)


async def _propose_freed(
    tx: Tx, closed: Mapping[UUID, Proposal | None], causes: Mapping[UUID, Event], policies: Policies
) -> None:
    freed_by = {proposal.offer_id: causes.get(referral) for referral, proposal in closed.items() if proposal}
    if freed_by:
        await propose_freed_offers(tx, freed_by, policies)
