"""The functions of the catalogue that the directory may call; each becomes an event if the directory becomes a service.

A listed service is an offer like any other; its `source` names its directory.
"""

from collections.abc import Collection, Mapping, Sequence

import asyncpg

from alongside_chassis.announce import Tx
from alongside_matching.allocation.waitlist_timer import sweep_soon
from alongside_matching.catalogue.offer_review import review
from alongside_matching.catalogue.rules.pauses import KEPT_BY_STAFF, KEPT_REMEDY, PausedBecause
from alongside_matching.catalogue.store import offer_batches
from alongside_matching.catalogue.store.kept import Kept
from alongside_matching.catalogue.store.offer_batches import Added, ListedOffer, NewOffer
from alongside_matching.engine.policy import Policies, Policy

__all__ = [
    "KEPT_BY_STAFF",
    "KEPT_REMEDY",
    "Added",
    "Kept",
    "ListedOffer",
    "NewOffer",
    "PausedBecause",
    "add_listed_offers",
    "find_kept",
    "forget_positions",
    "load_listed",
    "sweep_after_import",
    "withdraw",
]


async def load_listed(conn: asyncpg.Connection, source: str) -> Mapping[str, ListedOffer]:
    """Return the offers of a source by its ids, without locking them."""
    return await offer_batches.load_listed(conn, source)


async def find_kept(conn: asyncpg.Connection, new: Sequence[NewOffer]) -> Sequence[Kept]:
    """Return what staff have set on offers that a directory lists otherwise."""
    return await offer_batches.find_kept_of_listed(conn, new)


async def add_listed_offers(
    tx: Tx, new: Sequence[NewOffer], policies: Policies, *, unless_held: Collection[str]
) -> Added:
    """Add or change services as a directory lists them; fields of an existing service that only staff set stay.

    Those in `unless_held`, by the source's id, stay as they are while places are held or taken there.
    """
    added = await offer_batches.add_listed(tx.conn, new, tx.now, unless_held=unless_held)
    await review(tx, added.changed, policies)
    return added


async def withdraw(tx: Tx, source: str, source_ids: Sequence[str]) -> int:
    """Pause services that a source no longer lists as offers, and return how many were not withdrawn before."""
    return len(await offer_batches.withdraw(tx.conn, source, source_ids, tx.now))


async def forget_positions(tx: Tx, source: str, source_ids: Sequence[str]) -> None:
    """Remove the positions of offers that a source lists no more, or of which it does not show the place any more."""
    await offer_batches.forget_positions(tx.conn, source, source_ids, tx.now)


def sweep_after_import(tx: Tx, region: str, policy: Policy) -> None:
    """Schedule a waitlist sweep of the region after all services of a directory were stored."""
    sweep_soon(tx, region, policy)
