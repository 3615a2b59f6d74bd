"""Events of listings, as the directory announces them."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from alongside_chassis.testing import ServiceBench
from alongside_contracts.directory import Listing, ListingChanged, ListingPublished, ListingWithdrawn
from alongside_contracts.event import Event
from alongside_contracts.vocabulary import WithdrawalEffect
from tests.builders import REGION


def a_listing(source_id: str = "s1", **given: Any) -> Listing:
    """Return a listed service for grief; by default the first of its source."""
    defaults: dict[str, Any] = {
        "source": "harbour",
        "source_id": source_id,
        "listing_id": uuid5(NAMESPACE_URL, source_id),
        "number": 1,
        "sequence": 1,
        "region": REGION,
        "kind": "service",
        "name": f"Circle {source_id}",
        "needs": ("grief",),
        "languages": ("en",),
        "position": {"latitude": 25.77, "longitude": -80.19},
    }
    return Listing(**defaults | given)


async def published_at_matching(_bench: ServiceBench) -> Event:
    """A publisher lists a service."""
    return ListingPublished(listing=a_listing())


async def changed_at_matching(bench: ServiceBench) -> Event:
    """A listed service has another name."""
    await bench.hear(ListingPublished(listing=a_listing()))
    return ListingChanged(listing=a_listing(sequence=2, name="Renamed"))


async def withdrawn_at_matching(bench: ServiceBench) -> Event:
    """A service is listed no more."""
    await bench.hear(ListingPublished(listing=a_listing()))
    return ListingWithdrawn(listing=a_listing(sequence=2, position=None), effect=WithdrawalEffect.PAUSE)
