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
from alongside_matching.engine.week import Free, Window, free_in

MATCH_AGAIN: Final = 1
"""The priority of a match that did not hold and is to be made good."""


def sought(referral_id: UUID, said: SupportRequest) -> Request:
    """What a new referral seeks. "Not this person" counts as asked already: nobody will ask there."""
    return Request(
        referral_id=referral_id,
        region=said.region,
        needs=_codes(said.needs),
        languages=said.languages,
        formats=_codes(said.formats),
        modes=_codes(said.modes),
        urgency=said.urgency.value,
        age_band=said.age_band.value if said.age_band else None,
        avoid_needs=_codes(said.avoid_needs),
        asked=frozenset(said.offers_avoided),
        hopes=_codes(said.hopes),
        interests=_codes(said.interests),
        identities=_codes(said.identities),
        identifies_as=_codes(said.identifies_as),
        organisations_avoided=frozenset(said.organisations_avoided),
        availability=_mask(said.availability),
        near=Point(said.near.latitude, said.near.longitude) if said.near else None,
        distance_km_max=said.distance_km_max,
        guardian_consent=said.guardian_consent,
        consent_offers=None if said.consent_offers is None else frozenset(said.consent_offers),
        continue_with=said.continue_with,
    )


def sought_again(event: ReferralSucceeded, turn: datetime | None) -> Request:
    """The person comes back: first in line, with the turn they had (None when we never knew of it), and the offers that
    failed them are not asked again."""
    before = sought(event.referral_id, event.request)
    return replace(
        before,
        asked=before.asked | frozenset(event.excluded_offers),
        waiting_since=turn,
        priority=MATCH_AGAIN,
    )


def apart(request: Request, parted_from: Collection[UUID]) -> Request:
    """The same without offers the person parted from before, unless they ask for one of them by name."""
    return replace(request, asked=request.asked | (frozenset(parted_from) - {request.continue_with}))


def _codes(codes: Iterable[StrEnum]) -> frozenset[str]:
    return frozenset(code.value for code in codes)


def _mask(windows: Iterable[FreeHours]) -> int:
    """The half hours of all windows; those that overlap say the same twice."""
    mask = 0
    for window in windows:
        free = free_in((Window(window.weekday, window.starts, window.ends),))
        mask |= free.mask if isinstance(free, Free) else 0
    return mask
