"""Maps an event to the request that the rules work with."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from alongside_contracts.codes import installed
from alongside_contracts.intake import FreeHours, SupportRequest
from alongside_contracts.referrals import ReferralSucceeded
from alongside_matching.engine.facts import Point, Request
from alongside_matching.engine.week import FreeSlots, Window, parse_windows

REMATCH_PRIORITY: Final = 1
"""Priority of a referral that replaces a match that ended."""


def request_from(referral_id: UUID, form: SupportRequest) -> Request:
    """Return the request of a new referral. Offers to avoid count as already asked, so that none is proposed."""
    codes = installed()
    return Request(
        referral_id=referral_id,
        region=form.region,
        needs=codes["needs"].with_broader(form.needs),
        languages=form.languages,
        formats=frozenset(form.formats),
        modes=frozenset(form.modes),
        urgency=form.urgency.value,
        age_band=form.age_band.value if form.age_band else None,
        avoid_needs=frozenset(form.avoid_needs),
        asked=frozenset(form.offers_avoided),
        hopes=codes["hopes"].with_broader(form.hopes),
        interests=codes["interests"].with_broader(form.interests),
        identities=codes["identities"].with_broader(form.identities),
        identifies_as=codes["identities"].with_broader(form.identifies_as),
        organisations_avoided=frozenset(form.organisations_avoided),
        availability=_free_mask(form.availability),
        near=Point(form.near.latitude, form.near.longitude) if form.near else None,
        distance_km_max=form.distance_km_max,
        guardian_consent=form.guardian_consent,
        consent_offers=None if form.consent_offers is None else frozenset(form.consent_offers),
        continue_with=form.continue_with,
        unknown_needs=frozenset(form.needs) - codes["needs"].names,
    )


def request_from_successor(event: ReferralSucceeded, waiting_since: datetime | None) -> Request:
    """Return the request of a successor, with priority and without the offers that failed before.

    `waiting_since` is the start of its predecessor's wait; None when matching does not know the predecessor.
    """
    request = request_from(event.referral_id, event.request)
    return replace(
        request,
        asked=request.asked | frozenset(event.excluded_offers),
        waiting_since=waiting_since,
        priority=REMATCH_PRIORITY,
    )


def amend_request(request: Request, form: SupportRequest) -> Request:
    """Return a request with everything the amended form says; its waiting time, priority and asked offers stay."""
    amended = request_from(request.referral_id, form)
    return replace(
        amended,
        asked=request.asked | amended.asked,
        waiting_since=request.waiting_since,
        priority=request.priority,
    )


def exclude_offers(request: Request, excluded: Collection[UUID]) -> Request:
    """Count `excluded` offers as already asked, except the one that the person asks to continue with."""
    return replace(request, asked=request.asked | (frozenset(excluded) - {request.continue_with}))


def _free_mask(windows: Iterable[FreeHours]) -> int:
    """Return the half hours of all windows; overlapping windows are allowed."""
    mask = 0
    for window in windows:
        free = parse_windows((Window(window.weekday, window.starts, window.ends),))
        mask |= free.mask if isinstance(free, FreeSlots) else 0
    return mask
