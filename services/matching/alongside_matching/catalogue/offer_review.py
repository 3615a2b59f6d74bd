"""Reviews a supporter's record or a group's schedule, and writes the result to the offer, where the rules read it.

The review runs after every change, and by a durable timer on the first day on which time alone may change the result: a
self-check expires, supervision becomes overdue, a certificate expires, a group meets for the last time. The caller
has locked the offers (lock order: see `alongside_matching`).
"""

from collections.abc import Sequence
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_matching.catalogue.review_timer import set_review_timer
from alongside_matching.catalogue.rules.certificates import certification_status
from alongside_matching.catalogue.store import supporters
from alongside_matching.catalogue.store.supporters import SupporterReview
from alongside_matching.engine.policy import Policies
from alongside_matching.engine.wellbeing import effective_places
from alongside_matching.groups.group_review import review_groups


async def review(tx: Tx, offer_ids: Sequence[UUID], policies: Policies) -> None:
    """Update the facts of these offers; services, and groups without a schedule, are left unchanged.

    When a supporter's places fall below those held or taken, these stay and no new ones are promised.
    """
    await _review_supporters(tx, offer_ids, policies)
    await review_groups(tx, offer_ids, policies)


async def _review_supporters(tx: Tx, offer_ids: Sequence[UUID], policies: Policies) -> None:
    strains = await supporters.load_strains(tx.conn, offer_ids, tx.now.date())
    certificates = await supporters.load_certificates(tx.conn, list(strains))
    reviewed = []
    for offer_id, (region, strain) in strains.items():
        policy = policies.of(region)
        today = policy.day(tx.now)
        effective = effective_places(strain, policy.norms, today)
        certification = certification_status(certificates[offer_id], today)
        reviewed.append(
            SupporterReview(
                offer_id, effective.places, certification.certified_until, certification.endorsements
            )
        )
        set_review_timer(tx, offer_id, policy, effective.review_on, certification.review_on)
    await supporters.write_reviews(tx.conn, reviewed, tx.now)
