"""Changes to what is on offer, each followed by a look at who waits for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from alongside_chassis.transaction import Tx
from alongside_matching.domain.places import BelowPromised, Fits, fits
from alongside_matching.domain.policy import Policies
from alongside_matching.store import offer_batches, offers, regions
from alongside_matching.store.offer_batches import Added, NewOffer
from alongside_matching.waking import offer_freed, sweep_later


@dataclass(frozen=True, slots=True)
class Conflict:
    """An offer of a batch, by its index, that cannot become what was sent."""

    index: int
    field: str
    code: str
    remedy: str


async def add(tx: Tx, new: NewOffer, policies: Policies) -> None:
    """Add one offer and propose it to those who wait."""
    await regions.lock(tx.conn, new.region)
    await offer_batches.add(tx.conn, [new], tx.now)
    await offer_freed(tx, new.id, policies)


async def add_many(tx: Tx, new: Sequence[NewOffer]) -> Added | Sequence[Conflict]:
    """Add or change listed offers, all or none; those who wait in their regions are looked at right after."""
    touched = {offer.region for offer in new}
    await regions.lock(tx.conn, *touched)
    conflicts = await _conflicts(tx, new)
    if conflicts:
        return conflicts
    added = await offer_batches.add(tx.conn, new, tx.now)
    if added.created or added.changed:
        for region in sorted(touched):
            sweep_later(tx, region)
    return added


async def locked(tx: Tx, offer_id: UUID) -> asyncpg.Record | None:
    """An offer as it stands now that nobody moves its places; None when there is no such offer."""
    region = await offers.region_of(tx.conn, offer_id)
    if region is None:
        return None
    await regions.lock(tx.conn, region)
    return await offers.view(tx.conn, offer_id)


async def change(
    tx: Tx, offer_id: UUID, wanted: Mapping[str, Any], policies: Policies
) -> Fits | BelowPromised:
    """Make an offer, which is locked, what is wanted; a `contact_email` among it replaces the one known."""
    decision = fits(wanted["capacity"], promised=wanted["held"] + wanted["taken"])
    if isinstance(decision, Fits):
        await offers.change(tx.conn, offer_id, wanted, tx.now)
        if wanted.get("contact_email"):
            await offers.keep_contact(tx.conn, offer_id, wanted["contact_email"])
        await offer_freed(tx, offer_id, policies)
    return decision


async def pause(tx: Tx, offer_id: UUID) -> bool:
    """Ask this offer no more; False when there is no such offer."""
    offer = await locked(tx, offer_id)
    if offer is not None:
        await offers.pause(tx.conn, offer_id, "staff", tx.now)
    return offer is not None


async def resume(tx: Tx, offer_id: UUID, policies: Policies) -> bool:
    """Ask this offer again; False when there is no such offer."""
    offer = await locked(tx, offer_id)
    if offer is not None:
        await offers.pause(tx.conn, offer_id, None, tx.now)
        await offer_freed(tx, offer_id, policies)
    return offer is not None


async def _conflicts(tx: Tx, new: Sequence[NewOffer]) -> list[Conflict]:
    """Offers that would move to another region or have fewer places than are promised."""
    names = [(offer.source or "", offer.source_id or "") for offer in new]
    known = await offer_batches.known(tx.conn, names)
    conflicts = []
    for index, (name, offer) in enumerate(zip(names, new, strict=True)):
        before = known.get(name)
        if before is None:
            continue
        if before.region != offer.region:
            remedy = f"It belongs to {before.region}; give it a source_id of its own in another region."
            conflicts.append(Conflict(index, "region", "region-cannot-change", remedy))
        elif isinstance(fits(offer.capacity, promised=before.promised), BelowPromised):
            remedy = f"Send {before.promised} or more: so many places are held or taken."
            conflicts.append(Conflict(index, "capacity", "capacity-below-promised", remedy))
    return conflicts
