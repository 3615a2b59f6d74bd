"""Reviews a group's schedule and writes the result to its offer, where the rules read it. The caller has locked the
offers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_contracts.vocabulary import Mode
from alongside_matching.catalogue.review_timer import set_review_timer
from alongside_matching.catalogue.rules.pauses import after_review
from alongside_matching.catalogue.store import offers
from alongside_matching.engine.policy import Policies
from alongside_matching.engine.week import pack_mask
from alongside_matching.groups import store as groups
from alongside_matching.groups.rules import MeetingState
from alongside_matching.groups.schedule import free_mask, upcoming
from alongside_matching.groups.store import Group

AVAILABILITY_GOOD_FOR: Final = timedelta(weeks=1)
"""How long a group's half hours in the region's week are valid: they shift when clocks change on different days."""


async def review_groups(tx: Tx, offer_ids: Sequence[UUID], policies: Policies) -> None:
    """Update when each group is free and whether it accepts people; offers without a schedule stay unchanged."""
    groups_by_id = await groups.load_groups(tx.conn, offer_ids)
    paused = await offers.pauses(tx.conn, groups_by_id) if groups_by_id else {}
    for offer_id, group in groups_by_id.items():
        policy = policies.of(group.region)
        mask = free_mask(group.schedule, policy.zone, tx.now)
        has_more_meetings = bool(upcoming(group.schedule, tx.now, 1))
        before = paused[offer_id]
        after = after_review(before, takes_people=takes_people(group, has_more_meetings=has_more_meetings))
        await offers.set_group_availability(
            tx.conn, offer_id, pack_mask(mask), paused=(before, after), now=tx.now
        )
        next_review = policy.day(tx.now) + AVAILABILITY_GOOD_FOR if has_more_meetings else None
        last_day = group.schedule.until
        set_review_timer(tx, offer_id, policy, next_review, last_day and last_day + timedelta(days=1))


def takes_people(group: Group, *, has_more_meetings: bool) -> bool:
    """Return whether a newcomer can attend the group's meetings: it meets, accepts newcomers, and can be reached.

    A closed place does not stop a group that can be attended in another mode.
    """
    in_person_only = group.modes == {Mode.IN_PERSON}
    reachable = not (group.place_closed and in_person_only)
    return group.meeting_state is MeetingState.MEETING and group.newcomers and has_more_meetings and reachable
