"""Free places go to those who wait, at once and in their order.

One transaction looks at no more than `wake_max` of them; the timer `waitlist-sweep` sees to the rest of the region.
Everything here expects the region to be locked (see `store`).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from alongside_chassis.transaction import Tx
from alongside_matching.asking import ask_next, propose
from alongside_matching.domain.choose import Choice, choose
from alongside_matching.domain.policy import Policies
from alongside_matching.store import offers, requests
from alongside_matching.store.requests import Turn

WAITLIST_SWEEP: Final = "waitlist-sweep"


async def offer_freed(tx: Tx, offer_id: UUID, policies: Policies) -> None:
    """An offer may have a place: propose it to those who wait for one like it, until it is full."""
    offer = await offers.offer(tx.conn, offer_id)
    if offer is None or offer.paused or not offer.has_place:
        return
    policy = policies.of(offer.region)
    waiting = await requests.waiting(tx.conn, offer.region, sharing=offer.needs, limit=policy.wake_max)
    for standing in waiting:
        choice = choose((offer,), standing.request, policy.weights)
        if isinstance(choice, Choice):
            await propose(tx, standing, choice, policy)
            offer = replace(offer, held=offer.held + 1)
    if len(waiting) == policy.wake_max:
        sweep_later(tx, offer.region)


def sweep_later(tx: Tx, region: str, after: Turn | None = None) -> None:
    """Have everyone who waits in a region looked at anew, from the start or from behind a turn."""
    tx.later(WAITLIST_SWEEP, region, tx.now, _facts(after))


async def sweep(tx: Tx, region: str, facts: Mapping[str, str], policies: Policies) -> None:
    """Search for everyone who waits, one bounded part of the list per transaction."""
    wake_max = policies.of(region).wake_max
    waiting = await requests.waiting(tx.conn, region, after=_turn(facts), limit=wake_max)
    for standing in waiting:
        await ask_next(tx, standing, policies)
    if len(waiting) == wake_max:
        sweep_later(tx, region, requests.turn_of(waiting[-1]))


def _facts(turn: Turn | None) -> dict[str, str]:
    if turn is None:
        return {}
    return {
        "urgency_rank": str(turn.urgency_rank),
        "waiting_since": turn.waiting_since.isoformat(),
        "referral_id": str(turn.referral_id),
    }


def _turn(facts: Mapping[str, str]) -> Turn | None:
    if not facts:
        return None
    since = datetime.fromisoformat(facts["waiting_since"])
    return Turn(int(facts["urgency_rank"]), since, UUID(facts["referral_id"]))
