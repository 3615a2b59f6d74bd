"""Finds interim offers for referrals that begin to wait: a group open to everyone that meets soon."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_matching.context import MatchingContext
from alongside_matching.engine.facts import Request
from alongside_matching.engine.interim import Interim, UpcomingMeeting, choose_interim, find_joinable
from alongside_matching.groups.calendar import next_meetings


async def find_interim_offers(tx: Tx, requests: Sequence[Request], context: MatchingContext) -> list[Interim]:
    """Return an interim offer for each request: 1 shortlist by weekly hours; 2 choose by the shortlist's calendars."""
    regions = {request.region for request in requests}
    half_hours = {region: context.policies.of(region).half_hour(tx.now) for region in regions}
    open_to_all = {region: context.offer_cache.open_to_all(region) for region in regions}
    shortlists = [  # 1
        find_joinable(
            request,
            open_to_all[request.region],
            context.policies.of(request.region).day(tx.now),
            half_hours[request.region],
        )
        for request in requests
    ]
    group_ids = {group.id for shortlist in shortlists for group in shortlist.groups}
    starts = await next_meetings(tx, group_ids)  # 2
    return [
        choose_interim(
            request,
            shortlist,
            _upcoming_meetings(starts, request.region, tx.now, context),
            half_hours[request.region],
        )
        for request, shortlist in zip(requests, shortlists, strict=True)
    ]


def _upcoming_meetings(
    starts: Mapping[UUID, Sequence[datetime]], region: str, now: datetime, context: MatchingContext
) -> dict[UUID, list[UpcomingMeeting]]:
    """Return the meetings of each offer in hours from now and as half hours of the region's week."""
    policy = context.policies.of(region)
    return {
        offer_id: [
            UpcomingMeeting((start - now).total_seconds() / 3600, policy.half_hour(start))
            for start in meetings
        ]
        for offer_id, meetings in starts.items()
    }
