"""Looks at what a supporter's record or a group's schedule amounts to now, and writes it where the rules find it.

Done after every change, and again by a durable timer on the first day on which time alone may change it: a self-check
grows old, supervision becomes overdue, a certificate runs out, a group meets for the last time. The offers are locked
by then (see `store`).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_contracts.vocabulary import Mode
from alongside_matching.domain.certificates import standing
from alongside_matching.domain.policy import Policies, Policy
from alongside_matching.domain.week import packed
from alongside_matching.domain.wellbeing import eased
from alongside_matching.groups.schedule import free_mask, upcoming
from alongside_matching.store import groups, supporters
from alongside_matching.store.groups import Group
from alongside_matching.store.supporters import Reviewed

OFFER_REVIEW: Final = "offer-review"
AVAILABILITY_GOOD_FOR: Final = timedelta(weeks=1)
"""How long a group's half hours in the region's week hold good: where clocks change on different days, they shift."""


async def review(tx: Tx, offer_ids: Sequence[UUID], policies: Policies) -> None:
    """Bring what the rules know of these offers up to date; services, and groups without a schedule, are left alone.

    Lowering a supporter below what is promised keeps every promise and makes no more.
    """
    await _review_supporters(tx, offer_ids, policies)
    await _review_groups(tx, offer_ids, policies)


async def _review_supporters(tx: Tx, offer_ids: Sequence[UUID], policies: Policies) -> None:
    strains = await supporters.strains(tx.conn, offer_ids, tx.now.date())
    held = await supporters.certificates(tx.conn, list(strains))
    reviewed = []
    for offer_id, (region, strain) in strains.items():
        policy = policies.of(region)
        today = policy.day(tx.now)
        easing, certified = eased(strain, policy.norms, today), standing(held[offer_id], today)
        reviewed.append(Reviewed(offer_id, easing.places, certified.certified_until, certified.endorsements))
        _look_again(tx, offer_id, policy, easing.look_again_on, certified.look_again_on)
    await supporters.ease(tx.conn, reviewed, tx.now)


async def _review_groups(tx: Tx, offer_ids: Sequence[UUID], policies: Policies) -> None:
    for offer_id, group in (await groups.groups(tx.conn, offer_ids)).items():
        policy = policies.of(group.region)
        mask = free_mask(group.schedule, policy.zone, tx.now)
        more_to_come = bool(upcoming(group.schedule, tx.now, 1))
        takes = takes_people(group, more_to_come=more_to_come)
        await groups.meets(tx.conn, offer_id, packed(mask), takes_people=takes, now=tx.now)
        again = policy.day(tx.now) + AVAILABILITY_GOOD_FOR if more_to_come else None
        last = group.schedule.until
        _look_again(tx, offer_id, policy, again, last and last + timedelta(days=1))


def takes_people(group: Group, *, more_to_come: bool) -> bool:
    """Whether somebody can come to its meetings: it meets, newcomers are welcome, and there is a way to attend.

    A closed place is no reason to stop while the group can be attended another way.
    """
    only_there = group.modes == {Mode.IN_PERSON}
    reachable = not (group.place_closed and only_there)
    return group.meeting_state == "meeting" and group.newcomers and more_to_come and reachable


def _look_again(tx: Tx, offer_id: UUID, policy: Policy, *days: date | None) -> None:
    """Set the timer for the first of these days that lies ahead; without any, a timer of an earlier review goes.

    A day that is over would fire at once, and again at once after that.
    """
    today = policy.day(tx.now)
    first = min((day for day in days if day is not None and day > today), default=None)
    if first is None:
        tx.no_longer(OFFER_REVIEW, str(offer_id))
    else:
        tx.later(OFFER_REVIEW, str(offer_id), policy.begin_of(first))
