"""What an event says a person seeks, as the facts the rules work with."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from alongside_contracts.intake import FreeHours, SupportRequest
from alongside_contracts.referrals import ReferralSucceeded
from alongside_matching.engine.facts import Point, Request
from alongside_matching.engine.week import FreeSlots, Window, parse_windows

REMATCH_PRIORITY: Final = 1
"""The priority of a match that did not hold and is to be made good."""


def request_from(referral_id: UUID, form: SupportRequest) -> Request:
    """What a new referral seeks. "Not this person" counts as asked already: nobody will ask there."""
    return Request(
        referral_id=referral_id,
        region=form.region,
        needs=_codes(form.needs),
        languages=form.languages,
        formats=_codes(form.formats),
        modes=_codes(form.modes),
        urgency=form.urgency.value,
        age_band=form.age_band.value if form.age_band else None,
        avoid_needs=_codes(form.avoid_needs),
        asked=frozenset(form.offers_avoided),
        hopes=_codes(form.hopes),
        interests=_codes(form.interests),
        identities=_codes(form.identities),
        identifies_as=_codes(form.identifies_as),
        organisations_avoided=frozenset(form.organisations_avoided),
        availability=_free_mask(form.availability),
        near=Point(form.near.latitude, form.near.longitude) if form.near else None,
        distance_km_max=form.distance_km_max,
        guardian_consent=form.guardian_consent,
        consent_offers=None if form.consent_offers is None else frozenset(form.consent_offers),
        continue_with=form.continue_with,
    )


def request_from_successor(event: ReferralSucceeded, waiting_since: datetime | None) -> Request:
    """The person comes back: first in line, with the turn they had (None when we never knew of it), and the offers that
    failed them are not asked again."""
    request = request_from(event.referral_id, event.request)
    return replace(
        request,
        asked=request.asked | frozenset(event.excluded_offers),
        waiting_since=waiting_since,
        priority=REMATCH_PRIORITY,
    )


def exclude_offers(request: Request, excluded: Collection[UUID]) -> Request:
    """The same without offers the person parted from before, unless they ask for one of them by name."""
    return replace(request, asked=request.asked | (frozenset(excluded) - {request.continue_with}))


def _codes(codes: Iterable[StrEnum]) -> frozenset[str]:
    return frozenset(code.value for code in codes)


def _free_mask(windows: Iterable[FreeHours]) -> int:
    """The half hours of all windows; those that overlap say the same twice."""
    mask = 0
    for window in windows:
        free = parse_windows((Window(window.weekday, window.starts, window.ends),))
        mask |= free.mask if isinstance(free, FreeSlots) else 0
    return mask
