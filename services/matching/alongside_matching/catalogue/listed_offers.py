"""The functions of the catalogue that the directory may call; each becomes an event if the directory becomes a service.

A listed service is an offer like any other; its `source` names its directory.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from alongside_chassis.announce import Tx
from alongside_matching.allocation.waitlist_timer import sweep_soon
from alongside_matching.catalogue.offer_review import review
from alongside_matching.catalogue.rules.pauses import (
    KEPT_BY_STAFF,
    KEPT_REMEDY,
    PausedBecause,
    too_many_missing,
)
from alongside_matching.catalogue.store import offer_batches
from alongside_matching.catalogue.store.kept import Kept
from alongside_matching.catalogue.store.offer_batches import Added, NewOffer
from alongside_matching.engine.policy import Policies, Policy

__all__ = [
    "KEPT_BY_STAFF",
    "KEPT_REMEDY",
    "Kept",
    "NewOffer",
    "PausedBecause",
    "TooManyMissing",
    "add_listed_offers",
    "pause_vanished",
    "sweep_after_import",
]


@dataclass(frozen=True, slots=True)
class TooManyMissing:
    """The list lacks so many of the offers it had that none is withdrawn."""

    missing: int
    before: int


async def add_listed_offers(tx: Tx, new: Sequence[NewOffer], policies: Policies) -> Added:
    """Add or change services as a directory lists them; fields of an existing service that only staff set stay."""
    added = await offer_batches.add(tx.conn, new, tx.now, as_listed=True)
    await review(tx, added.changed, policies)
    return added


async def pause_vanished(tx: Tx, source: str, listed_ids: Sequence[str]) -> int | TooManyMissing:
    """Pause the services of a source that it no longer lists, and return how many; none when they are more than half."""
    missing, before = await offer_batches.find_missing(tx.conn, source, listed_ids)
    if too_many_missing(len(missing), before):
        return TooManyMissing(len(missing), before)
    return len(await offer_batches.withdraw(tx.conn, source, missing, tx.now))


def sweep_after_import(tx: Tx, region: str, policy: Policy) -> None:
    """Schedule a waitlist sweep of the region after all services of a directory were stored."""
    sweep_soon(tx, region, policy)
