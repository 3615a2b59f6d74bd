"""Finds for those who begin to wait what they may go to meanwhile: a group open to everyone that meets soon."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_matching.desk import Desk
from alongside_matching.engine.facts import Request
from alongside_matching.engine.interim import Coming, Interim, interim_for, joinable
from alongside_matching.groups.calendar import next_meetings


async def tide_over(tx: Tx, requests: Sequence[Request], desk: Desk) -> list[Interim]:
    """What each of them may go to meanwhile: 1 by what the groups say of a week; 2 by the calendars of the likeliest."""
    regions = {request.region for request in requests}
    slots = {region: desk.policies.of(region).half_hour(tx.now) for region in regions}
    open_to_all = {region: desk.shelf.open_to_all(region) for region in regions}
    found = [  # 1
        joinable(
            request,
            open_to_all[request.region],
            desk.policies.of(request.region).day(tx.now),
            slots[request.region],
        )
        for request in requests
    ]
    starts = await next_meetings(tx, {group.id for each in found for group in each.groups})  # 2
    return [
        interim_for(request, each, _coming(starts, request.region, tx.now, desk), slots[request.region])
        for request, each in zip(requests, found, strict=True)
    ]


def _coming(
    starts: Mapping[UUID, Sequence[datetime]], region: str, now: datetime, desk: Desk
) -> dict[UUID, list[Coming]]:
    """The same meetings as the rules know them, in a region's week."""
    policy = desk.policies.of(region)
    return {
        offer_id: [
            Coming((start - now).total_seconds() / 3600, policy.half_hour(start)) for start in meetings
        ]
        for offer_id, meetings in starts.items()
    }
