"""Records changes of referrals: one transaction announces and stores a change, sets its timer and opens a successor."""

from collections.abc import Sequence
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_contracts.ids import new_id
from alongside_contracts.vocabulary import Actor
from alongside_referrals import store
from alongside_referrals.announcements import Change, announce, announce_successor
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
    await store.update_referrals(tx.conn, [announced])
    if isinstance(change, Transitioned) and change.returns_to_matching:
        await _open_successor(tx, announced.referral, policies)


async def open_drafts(
    tx: Tx, drafts: Sequence[tuple[Referral, str]], policies: Policies
) -> dict[UUID, Transitioned]:
    """Move drafts to `requested`, each with its support request as JSON, and store those that are not stored yet.

    Returns the transitions of the drafts stored now, which the caller announces. Of two drafts with one id the first
    counts. One whose person was erased is stale: only that it never began is stored.
    """
    first_drafts = {draft.id: (draft, support_request) for draft, support_request in reversed(drafts)}
    transitions = {
        referral_id: _requested(draft, tx, policies) for referral_id, (draft, _) in first_drafts.items()
    }
    rows = [
        (transitions[referral_id].referral, first_drafts[referral_id][1])
        for referral_id in sorted(first_drafts)
    ]
    inserted = await store.insert_referrals(tx.conn, rows)
    missing = {id_: draft.person_id for id_, (draft, _) in first_drafts.items() if id_ not in inserted}
    await store.note_stale_admissions(tx.conn, missing)
    return {referral_id: change for referral_id, change in transitions.items() if referral_id in inserted}


def _requested(draft: Referral, tx: Tx, policies: Policies) -> Transitioned:
    # A successor is requested by the network itself, which acts for the requester.
    actor = Actor.COORDINATOR if draft.replaces else Actor.REQUESTER
    decision = decide(draft, Request(actor=actor), tx.now, policies.of(draft.region))
    if not isinstance(decision, Transitioned):
        raise TypeError(
            f"referral {draft.id}: a draft can always be requested, but the decision is {decision}"
        )
    return decision


async def _open_successor(tx: Tx, ended: Referral, policies: Policies) -> None:
    draft, support_request = successor_of(ended, new_id()), await store.request_of(tx.conn, ended.id)
    opened = await open_drafts(tx, [(draft, support_request)], policies)
    if draft.id not in opened:
        return  # the person is being erased
    announce_successor(tx, draft, ended, support_request)
    await store.append_timeline(tx.conn, [announce_change(tx, opened[draft.id])])
