"""Changes to what is on offer, each followed by a look at who waits for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_matching.allocation.waitlist import propose_freed_offer
from alongside_matching.allocation.waitlist_timer import sweep_soon
from alongside_matching.catalogue.offer_review import review
from alongside_matching.catalogue.rules.certificates import Unsound, check_recordable
from alongside_matching.catalogue.rules.pauses import PausedBecause
from alongside_matching.catalogue.rules.places import BelowPromised, Fits, fits
from alongside_matching.catalogue.store import offer_batches, offers
from alongside_matching.catalogue.store.offer_batches import Added, NewOffer
from alongside_matching.catalogue.store.offers import OfferProfile, StoredOffer
from alongside_matching.engine.policy import Policies

OFFER_RESUME: Final = "offer-resume"


@dataclass(frozen=True, slots=True)
class Conflict:
    """An offer of a batch, by its index, that cannot become what was sent."""

    index: int
    field: str
    code: str
    remedy: str


@dataclass(frozen=True, slots=True)
class InThePast:
    """A moment that had to lie ahead does not."""


async def add(tx: Tx, new: NewOffer, policies: Policies) -> Added | Sequence[Conflict]:
    """Add one offer and propose it to those who wait; or say what is wrong with it."""
    added = await add_many(tx, [new], policies, sweeping=False)
    if isinstance(added, Added):
        await propose_freed_offer(tx, new.id, policies)
    return added


async def add_many(
    tx: Tx, new: Sequence[NewOffer], policies: Policies, *, sweeping: bool = True
) -> Added | Sequence[Conflict]:
    """Add or change offers, all or none; those who wait in their regions are looked at soon after."""
    touched = {offer.region for offer in new}
    if conflicts := await find_conflicts(tx, new, policies):
        return conflicts
    added = await offer_batches.add(tx.conn, new, tx.now)
    await review(tx, [*added.created, *added.changed], policies)
    if sweeping and (added.created or added.changed):
        for region in sorted(touched):
            sweep_soon(tx, region, policies.of(region))
    return added


async def lock_offer(tx: Tx, offer_id: UUID) -> StoredOffer | None:
    """An offer as it stands now that nobody moves its places; None when there is no such offer."""
    return await offers.lock(tx.conn, offer_id)


async def change(
    tx: Tx,
    offer: StoredOffer,
    profile: OfferProfile,
    capacity: int | None,
    *,
    email: str | None,
    policies: Policies,
) -> Fits | BelowPromised:
    """Give an offer, which is locked, these words and places; an `email` replaces the contact that is known."""
    decision = fits(capacity, promised=offer.promised)
    if isinstance(decision, Fits):
        await offers.change(tx.conn, offer.id, profile, tx.now)
        await offers.set_capacity(tx.conn, offer.id, capacity, tx.now)
        if email:
            await offers.set_contact(tx.conn, offer.id, email)
        await review_and_propose(tx, offer.id, policies)
    return decision


async def set_agreed_places(
    tx: Tx, offer: StoredOffer, capacity: int | None, policies: Policies
) -> Fits | BelowPromised:
    """Agree on how many places an offer, which is locked, has."""
    decision = fits(capacity, promised=offer.promised)
    if isinstance(decision, Fits):
        await offers.set_capacity(tx.conn, offer.id, capacity, tx.now)
        await review_and_propose(tx, offer.id, policies)
    return decision


async def set_availability(tx: Tx, offer_id: UUID, mask: int, policies: Policies) -> None:
    """Write when an offer, which is locked, is free."""
    await offers.set_availability(tx.conn, offer_id, mask, tx.now)
    await propose_freed_offer(tx, offer_id, policies)


async def pause(tx: Tx, offer_id: UUID, until: datetime | None) -> bool | InThePast:
    """Ask this offer no more, until a moment if one is given; False when there is no such offer."""
    offer = await lock_offer(tx, offer_id)
    if offer is None:
        return False
    if until is not None and until <= tx.now:
        return InThePast()
    await offers.pause(tx.conn, offer_id, PausedBecause.STAFF, tx.now, until=until)
    if until is None:
        tx.cancel_timer(OFFER_RESUME, str(offer_id))
    else:
        tx.set_timer(OFFER_RESUME, str(offer_id), until)
    return True


async def resume(tx: Tx, offer_id: UUID, policies: Policies) -> bool:
    """Ask this offer again; False when there is no such offer."""
    offer = await lock_offer(tx, offer_id)
    if offer is None:
        return False
    await offers.pause(tx.conn, offer_id, None, tx.now)
    tx.cancel_timer(OFFER_RESUME, str(offer_id))
    await review_and_propose(tx, offer_id, policies)
    return True


async def end_pause(tx: Tx, offer_id: UUID, policies: Policies) -> None:
    """The moment came until which an offer was paused; one that was resumed or paused anew meanwhile stays as it is."""
    offer = await lock_offer(tx, offer_id)
    if offer is not None and offer.paused_until is not None and offer.paused_until <= tx.now:
        await offers.pause(tx.conn, offer_id, None, tx.now)
        await review_and_propose(tx, offer_id, policies)


async def review_due_offer(tx: Tx, offer_id: UUID, policies: Policies) -> None:
    """A day came on which time alone may have changed what an offer can do."""
    if await lock_offer(tx, offer_id) is not None:
        await review_and_propose(tx, offer_id, policies)


async def review_and_propose(tx: Tx, offer_id: UUID, policies: Policies) -> None:
    """Bring what follows from a changed offer, which is locked, up to date, and propose it to those who wait."""
    await review(tx, [offer_id], policies)
    await propose_freed_offer(tx, offer_id, policies)


async def find_conflicts(tx: Tx, new: Sequence[NewOffer], policies: Policies) -> list[Conflict]:
    """Offers that would move to another region, have fewer places than are promised, or hold what cannot count."""
    names = [(offer.source or "", offer.source_id or "") for offer in new]
    existing = await offer_batches.lock_existing(tx.conn, names)
    conflicts = []
    for index, (name, offer) in enumerate(zip(names, new, strict=True)):
        current = existing.get(name)
        if current is not None and current.region != offer.region:
            remedy = f"It belongs to {current.region}; give it a source_id of its own in another region."
            conflicts.append(Conflict(index, "region", "region-cannot-change", remedy))
        elif current is not None and isinstance(
            fits(offer.capacity, promised=current.promised), BelowPromised
        ):
            remedy = f"Send {current.promised} or more: so many places are held or taken."
            conflicts.append(Conflict(index, "capacity", "capacity-below-promised", remedy))
        conflicts += _unsound(index, offer, policies.of(offer.region).day(tx.now))
    return conflicts


def _unsound(index: int, offer: NewOffer, today: date) -> Iterator[Conflict]:
    held = offer.record.certificates if offer.record else ()
    for number, certificate in enumerate(held):
        decision = check_recordable(certificate, today)
        if isinstance(decision, Unsound):
            yield Conflict(index, f"certificates.{number}.{decision.field}", decision.code, decision.remedy)
