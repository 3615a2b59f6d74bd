"""Records decisions: each is announced, stored and timed in one transaction, with its successor where it has one."""

from collections.abc import Sequence
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_contracts.ids import new_id
from alongside_referrals import store
from alongside_referrals.announcements import Change, announce, announce_successor
from alongside_referrals.domain.codes import Actor
from alongside_referrals.domain.commands import Request
from alongside_referrals.domain.decisions import Transitioned
from alongside_referrals.domain.machine import decide
from alongside_referrals.domain.policy import Policies
from alongside_referrals.domain.referral import Referral
from alongside_referrals.domain.reopen import successor_of
from alongside_referrals.store import AnnouncedChange


def announce_change(tx: Tx, change: Change) -> AnnouncedChange:
    """Announce a change, caused by the current event; the caller stores the result."""
    return AnnouncedChange(announce(tx, change), change.entry, tx.cause)


async def record(tx: Tx, change: Change, policies: Policies) -> None:
    """Announce and store one change of a locked referral, and its successor when the person returns to matching."""
    announced = announce_change(tx, change)
    await store.update_referrals(tx.conn, [announced], tx.now)
    if isinstance(change, Transitioned) and change.returns_to_matching:
        await _open_successor(tx, announced.referral, policies)


async def open_drafts(
    tx: Tx, drafts: Sequence[tuple[Referral, str]], policies: Policies
) -> dict[UUID, Transitioned]:
    """Request drafts, each with its support request as JSON, and store the ones that are new.

    Returns the transitions of the new ones, to be announced by the caller. Of two drafts with one id the first counts.
    """
    firsts = {draft.id: (draft, request) for draft, request in reversed(drafts)}
    moved = {referral_id: _requested(draft, tx, policies) for referral_id, (draft, _) in firsts.items()}
    rows = [(moved[referral_id].referral, firsts[referral_id][1]) for referral_id in sorted(firsts)]
    new = await store.insert_referrals(tx.conn, rows, tx.now)
    return {referral_id: change for referral_id, change in moved.items() if referral_id in new}


def _requested(draft: Referral, tx: Tx, policies: Policies) -> Transitioned:
    # A successor is requested by the network itself, which acts for the requester.
    actor = Actor.COORDINATOR if draft.replaces else Actor.REQUESTER
    decision = decide(draft, Request(actor=actor), tx.now, policies.of(draft.region))
    if not isinstance(decision, Transitioned):
        raise TypeError(f"a draft can always be requested, but the machine decided: {decision}")
    return decision


async def _open_successor(tx: Tx, ended: Referral, policies: Policies) -> None:
    draft, request = successor_of(ended, new_id()), await store.request_of(tx.conn, ended.id)
    opened = await open_drafts(tx, [(draft, request)], policies)
    announce_successor(tx, draft, ended, request)
    await store.append_timeline(tx.conn, [announce_change(tx, opened[draft.id])])
