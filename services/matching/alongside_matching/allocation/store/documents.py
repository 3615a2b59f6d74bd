"""Converts requests to JSON documents and back: the facts that have no column. Empty facts are omitted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from alongside_contracts.codes import installed
from alongside_matching.engine.facts import Point, Request

_CODES: Final = (
    "needs",
    "formats",
    "modes",
    "avoid_needs",
    "hopes",
    "interests",
    "identities",
    "identifies_as",
    "organisations_avoided",
)
_LIST_OF: Final = {
    "needs": "needs",
    "hopes": "hopes",
    "interests": "interests",
    "identities": "identities",
    "identifies_as": "identities",
}
"""The facts of a request that include broader codes, and their lists."""


def request_to_document(request: Request) -> dict[str, Any]:
    """Return the facts of a request that have no column; id, region, asked offers and start of waiting have columns.

    Of the codes, the broader ones are left out: the lists of the day on which it is read say them.
    An empty `consent_offers` covers no offer and is stored; an absent one covers the whole network.
    """
    lists = installed()
    document: dict[str, Any] = {name: sorted(getattr(request, name)) or None for name in _CODES} | {
        name: sorted(lists[list_name].narrowest(getattr(request, name))) or None
        for name, list_name in _LIST_OF.items()
    }
    near, consent_offers = request.near, request.consent_offers
    document |= {
        "languages": request.languages,
        "urgency": request.urgency,
        "age_band": request.age_band,
        "availability": f"{request.availability:x}" if request.availability else None,
        "near": [near.latitude, near.longitude] if near else None,
        "distance_km_max": request.distance_km_max,
        "guardian_consent": request.guardian_consent or None,
        "consent_offers": None if consent_offers is None else sorted(map(str, consent_offers)),
        "continue_with": str(request.continue_with) if request.continue_with else None,
        "priority": request.priority or None,
    }
    return {name: value for name, value in document.items() if value is not None}


def request_from_document(
    document: Mapping[str, Any],
    *,
    referral_id: UUID,
    region: str,
    asked: frozenset[UUID],
    waiting_since: datetime | None,
) -> Request:
    """Return the request of a document that `request_to_document` made, with what the code lists say by now."""
    near, consent_offers, continue_with = map(document.get, ("near", "consent_offers", "continue_with"))
    lists = installed()
    codes = {name: frozenset(document.get(name, ())) for name in _CODES}
    broader = {name: lists[_LIST_OF[name]].with_broader(codes[name]) for name in _LIST_OF}
    return Request(
        referral_id=referral_id,
        region=region,
        languages=tuple(document["languages"]),
        urgency=document["urgency"],
        age_band=document.get("age_band"),
        asked=asked,
        availability=int(document.get("availability", "0"), 16),
        near=Point(*near) if near else None,
        distance_km_max=document.get("distance_km_max"),
        guardian_consent=document.get("guardian_consent", False),
        consent_offers=None if consent_offers is None else frozenset(map(UUID, consent_offers)),
        continue_with=UUID(continue_with) if continue_with else None,
        waiting_since=waiting_since,
        priority=document.get("priority", 0),
        unknown_needs=codes["needs"] - lists["needs"].names,
        **codes | broader,
    )
