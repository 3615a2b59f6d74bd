"""Changes of offers, each followed by proposals to waiting referrals where a place may be free."""

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
from alongside_matching.catalogue.store import kept, offer_batches, offers
from alongside_matching.catalogue.store.kept import keep
from alongside_matching.catalogue.store.offer_batches import Added, NewOffer
from alongside_matching.catalogue.store.offers import (
    CODE_FIELDS,
    PROFILE_FIELDS,
    OfferProfile,
    StoredOffer,
)
from alongside_matching.engine.policy import Policies
from alongside_matching.listings.offers_of_listings import follow_again

OFFER_RESUME: Final = "offer-resume"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why the offer at `index` of a batch cannot be stored as sent."""

    index: int
    field: str
    code: str
    remedy: str


@dataclass(frozen=True, slots=True)
class InThePast:
    """The end of the pause is not in the future, so the pause is refused."""


async def add(tx: Tx, new: NewOffer, policies: Policies) -> Added | Sequence[Conflict]:
    """Add one offer and propose it to waiting referrals; or return its conflicts."""
    added = await add_many(tx, [new], policies, sweeping=False)
    if isinstance(added, Added):
        await propose_freed_offer(tx, new.id, policies)
    return added


async def add_many(
    tx: Tx, new: Sequence[NewOffer], policies: Policies, *, sweeping: bool = True
) -> Added | Sequence[Conflict]:
    """Add or change offers, all or none; with `sweeping`, schedule waitlist sweeps of their regions."""
    regions = {offer.region for offer in new}
    if conflicts := await find_conflicts(tx, new, policies):
        return conflicts
    added = await offer_batches.add(tx.conn, new, tx.now)
    await review(tx, [*added.created, *added.changed], policies)
    if sweeping and (added.created or added.changed):
        for region in sorted(regions):
            sweep_soon(tx, region, policies.of(region))
    return added


async def lock_offer(tx: Tx, offer_id: UUID) -> StoredOffer | None:
    """Lock an offer so that nobody moves its places, and return it; None when there is no such offer."""
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
    """Set the profile and places of a locked offer; an `email` replaces its contact."""
    decision = fits(capacity, promised=offer.promised)
    if isinstance(decision, Fits):
        await offers.change(tx.conn, offer.id, profile, tx.now)
        await offers.set_capacity(tx.conn, offer.id, capacity, tx.now)
        if email:
            await offers.set_contact(tx.conn, offer.id, email)
        await keep(tx.conn, offer.id, _set_by_staff(offer, profile, capacity, email))
        await review_and_propose(tx, offer.id, policies)
    return decision


async def set_agreed_places(
    tx: Tx, offer: StoredOffer, capacity: int | None, policies: Policies
) -> Fits | BelowPromised:
    """Set the agreed number of places of a locked offer."""
    decision = fits(capacity, promised=offer.promised)
    if isinstance(decision, Fits):
        await offers.set_capacity(tx.conn, offer.id, capacity, tx.now)
        await keep(tx.conn, offer.id, ["capacity"])
        await review_and_propose(tx, offer.id, policies)
    return decision


async def follow_source(tx: Tx, offer: StoredOffer, policies: Policies) -> None:
    """Let the source of a locked offer set again what staff have set: a listing at once, any other source at its next import."""
    await kept.follow_source(tx.conn, offer.id)
    if offer.source is not None and offer.source_id is not None:
        await follow_again(tx, offer.source, offer.source_id, policies)


async def set_availability(tx: Tx, offer_id: UUID, mask: int, policies: Policies) -> None:
    """Set the free periods of a locked offer, and propose it to waiting referrals."""
    await offers.set_availability(tx.conn, offer_id, mask, tx.now)
    await keep(tx.conn, offer_id, ["availability"])
    await propose_freed_offer(tx, offer_id, policies)


async def pause(tx: Tx, offer_id: UUID, until: datetime | None) -> bool | InThePast:
    """Stop asking this offer, until a time if one is given; False when there is no such offer."""
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
    """End a pause whose time is over. An offer that was resumed or paused again in between stays unchanged."""
    offer = await lock_offer(tx, offer_id)
    if offer is not None and offer.paused_until is not None and offer.paused_until <= tx.now:
        await offers.end_pause(tx.conn, offer_id, tx.now)
        await review_and_propose(tx, offer_id, policies)


async def review_due_offer(tx: Tx, offer_id: UUID, policies: Policies) -> None:
    """Review an offer whose review timer fired: time alone may have changed its places, certification or pause."""
    if await lock_offer(tx, offer_id) is not None:
        await review_and_propose(tx, offer_id, policies)


async def review_and_propose(tx: Tx, offer_id: UUID, policies: Policies) -> None:
    """Review a changed, locked offer, and propose it to waiting referrals."""
    await review(tx, [offer_id], policies)
    await propose_freed_offer(tx, offer_id, policies)


async def find_conflicts(tx: Tx, new: Sequence[NewOffer], policies: Policies) -> list[Conflict]:
    """Return the conflicts of offers with stored ones, and invalid certificates.

    An offer must not move to another region or have fewer places than are held or taken.
    """
    keys = [(offer.source or "", offer.source_id or "") for offer in new]
    existing = await offer_batches.lock_existing(tx.conn, keys)
    conflicts = []
    for index, (key, offer) in enumerate(zip(keys, new, strict=True)):
        current = existing.get(key)
        if current is not None and current.region != offer.region:
            remedy = f"This source_id belongs to {current.region}; use another source_id in another region."
            conflicts.append(Conflict(index, "region", "region-cannot-change", remedy))
        elif (
            current is not None
            and "capacity" not in current.kept_by_staff
            and isinstance(fits(offer.capacity, promised=current.promised), BelowPromised)
        ):
            remedy = f"Send {current.promised} or more: that many places are held or taken."
            conflicts.append(Conflict(index, "capacity", "capacity-below-promised", remedy))
        conflicts += _unsound(index, offer, policies.of(offer.region).day(tx.now))
    return conflicts


def _set_by_staff(
    offer: StoredOffer, profile: OfferProfile, capacity: int | None, email: str | None
) -> Iterator[str]:
    """Yield the fields that a change sets to something else."""
    for name in ("name", *CODE_FIELDS, *PROFILE_FIELDS):
        if getattr(profile, name) != getattr(offer.profile, name):
            yield name
    if capacity != offer.capacity:
        yield "capacity"
    if email:
        yield kept.CONTACT_EMAIL


def _unsound(index: int, offer: NewOffer, today: date) -> Iterator[Conflict]:
    certificates = offer.record.certificates if offer.record else ()
    for number, certificate in enumerate(certificates):
        decision = check_recordable(certificate, today)
        if isinstance(decision, Unsound):
            yield Conflict(index, f"certificates.{number}.{decision.field}", decision.code, decision.remedy)
