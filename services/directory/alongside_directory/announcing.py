"""Announces listings: the whole state of each, as readers need it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from alongside_chassis.announce import Tx
from alongside_contracts.directory import NAME_CHARS_MAX, ListingChanged, ListingPublished, ListingWithdrawn
from alongside_directory.documents import service_id
from alongside_directory.listing.model import DirectoryService
from alongside_directory.store import listings as store
from alongside_directory.store.listings import NewListing, ToAnnounce

LISTINGS_AGAIN: Final = "listings-again"
SLOT: Final = timedelta(hours=6)
"""Longer than Kafka writes one file of the stream: a tenth of the day for which a replaced state may stay (contracts, streams.py)."""


def listing_of(service: DirectoryService, source_key: str, region: str) -> NewListing:
    """Return what readers decide by about a service of a package."""
    position = service.coordinates
    state: dict[str, Any] = {
        "listing_id": str(service_id(source_key, service.source_id)),
        "region": region,
        "kind": service.kind.value,
        "name": service.name[:NAME_CHARS_MAX],
        "needs": sorted(need.value for need in service.needs),
        "languages": sorted(service.languages),
        "formats": sorted(format_.value for format_ in service.formats),
        "hotline": service.hotline,
        "active": service.is_active,
    }
    if position is not None:
        state["position"] = {"latitude": position.latitude, "longitude": position.longitude}
    return NewListing(service.source_id, state, service.content_hash)


def announce(tx: Tx, changed: Sequence[ToAnnounce]) -> None:
    """Announce listings that have changed, and some again later, so that Kafka deletes the states they replace."""
    announce_as_they_are(tx, changed)
    if changed:
        due_at = _in_a_slot_or_two(tx.now)
        tx.set_timer(LISTINGS_AGAIN, due_at.isoformat(), due_at)


def _in_a_slot_or_two(now: datetime) -> datetime:
    """Return the end of the slot after the present one: the same for all changes within a slot, so that none delays the others'."""
    return datetime.fromtimestamp((now.timestamp() // SLOT.total_seconds() + 2) * SLOT.total_seconds(), UTC)


def announce_as_they_are(tx: Tx, listings: Iterable[ToAnnounce]) -> None:
    """Announce each listing as it is now."""
    for it in listings:
        if it.effect is not None:
            tx.announce(ListingWithdrawn(listing=it.listing, effect=it.effect))
        elif it.published:
            tx.announce(ListingPublished(listing=it.listing))
        else:
            tx.announce(ListingChanged(listing=it.listing))


async def announce_again(tx: Tx) -> None:
    """Announce the first listings again: enough for a record on every partition, which closes the file before it."""
    announce_as_they_are(tx, await store.page(tx.conn, None, store.BEFORE_ALL))
