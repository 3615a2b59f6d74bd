"""Looks at what a supporter's record amounts to now, and writes it to the offer, where the rules find it.

Done after every change to a record, and again by a durable timer on the first day on which time alone may change it: a
self-check grows old, supervision becomes overdue, a certificate runs out. The offers are locked by then (see `store`).
"""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from alongside_chassis.transaction import Tx
from alongside_matching.domain.certificates import standing
from alongside_matching.domain.policy import Policies, Policy
from alongside_matching.domain.wellbeing import eased
from alongside_matching.store import supporters
from alongside_matching.store.supporters import Reviewed

OFFER_REVIEW: Final = "offer-review"


async def review(tx: Tx, offer_ids: Sequence[UUID], policies: Policies) -> list[UUID]:
    """Bring these supporters' effective capacity and endorsements up to date; answers who has more places now.

    Other kinds of offers are left alone. Lowering below what is promised keeps every promise and makes no more.
    """
    strains = await supporters.strains(tx.conn, offer_ids, tx.now.date())
    held = await supporters.certificates(tx.conn, list(strains))
    reviewed = []
    for offer_id, (region, strain) in strains.items():
        policy = policies.of(region)
        today = policy.day(tx.now)
        easing, certified = eased(strain, policy.norms, today), standing(held[offer_id], today)
        reviewed.append(Reviewed(offer_id, easing.places, certified.certified_until, certified.endorsements))
        _look_again(tx, offer_id, policy, easing.look_again_on, certified.look_again_on)
    return await supporters.ease(tx.conn, reviewed, tx.now)


def _look_again(tx: Tx, offer_id: UUID, policy: Policy, *days: date | None) -> None:
    """Set the timer for the first of some days; without any, a timer of an earlier review goes."""
    first = min((day for day in days if day is not None), default=None)
    if first is None:
        tx.no_longer(OFFER_REVIEW, str(offer_id))
    else:
        tx.later(OFFER_REVIEW, str(offer_id), policy.begin_of(first))
