"""The functions of the catalogue for services that publishers list.

A listed service is an offer like any other; its `source` names whose listing it is.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from alongside_chassis.announce import Tx
from alongside_matching.allocation.waitlist_timer import sweep_soon
from alongside_matching.catalogue.offer_review import review
from alongside_matching.catalogue.rules.pauses import PausedBecause
from alongside_matching.catalogue.store import offer_batches
from alongside_matching.catalogue.store.offer_batches import Added, NewOffer
from alongside_matching.engine.policy import Policies

__all__ = [
    "Added",
    "NewOffer",
    "PausedBecause",
    "add_listed_offers",
    "lock",
    "rewrite",
    "sweep_soon",
    "withdraw",
]


async def add_listed_offers(tx: Tx, new: Sequence[NewOffer], policies: Policies) -> Added:
    """Add or change services as they are listed; fields of an existing service that only staff set stay."""
    added = await offer_batches.add(tx.conn, new, tx.now, as_listed=True)
    await review(tx, added.changed, policies)
    return added


async def rewrite(conn: asyncpg.Connection, listed: Sequence[NewOffer], now: datetime) -> int:
    """Write services that are stored otherwise than they are listed, and return how many. Nobody is asked because of it."""
    return await offer_batches.rewrite_listed(conn, listed, now)


async def withdraw(conn: asyncpg.Connection, source: str, source_ids: Sequence[str], now: datetime) -> int:
    """Pause services to which nobody is to be referred any more and remove their positions; return how many were changed."""
    withdrawn = await offer_batches.withdraw(conn, source, source_ids, now)
    return len({*withdrawn, *await offer_batches.forget_positions(conn, source, source_ids, now)})


async def lock(conn: asyncpg.Connection, keys: Sequence[tuple[str, str]]) -> None:
    """Lock all offers with these sources and ids, which is waited for once and in the order of their ids."""
    await offer_batches.lock_existing(conn, keys)
