"""Looks at what a supporter's record or a group's schedule amounts to now, and writes it where the rules find it.

Done after every change, and again by a durable timer on the first day on which time alone may change it: a self-check
grows old, supervision becomes overdue, a certificate runs out, a group meets for the last time. The offers are locked
by then (see the package).
"""

from collections.abc import Sequence
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_matching.catalogue.review_timer import look_again_on
from alongside_matching.catalogue.rules.certificates import standing
from alongside_matching.catalogue.store import supporters
from alongside_matching.catalogue.store.supporters import Reviewed
from alongside_matching.engine.policy import Policies
from alongside_matching.engine.wellbeing import eased
from alongside_matching.groups.reviewing import review_groups


async def review(tx: Tx, offer_ids: Sequence[UUID], policies: Policies) -> None:
    """Bring what the rules know of these offers up to date; services, and groups without a schedule, are left alone.

    Lowering a supporter below what is promised keeps every promise and makes no more.
    """
    await _review_supporters(tx, offer_ids, policies)
    await review_groups(tx, offer_ids, policies)


async def _review_supporters(tx: Tx, offer_ids: Sequence[UUID], policies: Policies) -> None:
    strains = await supporters.strains(tx.conn, offer_ids, tx.now.date())
    held = await supporters.certificates(tx.conn, list(strains))
    reviewed = []
    for offer_id, (region, strain) in strains.items():
        policy = policies.of(region)
        today = policy.day(tx.now)
        easing, certified = eased(strain, policy.norms, today), standing(held[offer_id], today)
        reviewed.append(Reviewed(offer_id, easing.places, certified.certified_until, certified.endorsements))
        look_again_on(tx, offer_id, policy, easing.look_again_on, certified.look_again_on)
    await supporters.ease(tx.conn, reviewed, tx.now)
