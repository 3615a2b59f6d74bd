"""Rebuilds what listings decide from the stream's beginning: the newest states, and the offers that follow them.

Ids of offers, places held or taken, and what staff have set stay; nobody is asked. The stream keeps the newest event of every
listing, so it is whole or the rebuild refuses: a part of it would leave offers to which nobody is to be referred any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from alongside_chassis.consume import ReceivedEvent
from alongside_chassis.errors import StreamNotWhole
from alongside_contracts import streams
from alongside_contracts.directory import ListingChanged, ListingPublished, ListingWithdrawn
from alongside_contracts.event import Event
from alongside_contracts.streams import Stream
from alongside_matching.catalogue import listed_offers
from alongside_matching.engine.policy import Policies
from alongside_matching.listings import store
from alongside_matching.listings.offers_of_listings import (
    ListingEvent,
    find_refused,
    newest_of,
    offers_of,
    state_in,
    without_offers,
)
from alongside_matching.listings.store import Key, ListingState

_REMEDY: Final = "Run `alongside directory announce`, which announces every listing again; then replay again."


@dataclass(slots=True)
class ListingsProjection:
    """The listings during a rebuild. Everything is read before anything is written."""

    policies: Policies
    streams: Sequence[Stream] = (streams.LISTINGS,)
    hears: frozenset[type[Event]] = frozenset({ListingPublished, ListingChanged, ListingWithdrawn})
    _newest: dict[Key, ListingState] = field(default_factory=dict)

    async def hear(self, received: Sequence[ReceivedEvent], conn: asyncpg.Connection) -> int:  # noqa: ARG002  (the signature of Projection)
        """Keep the newest state of each listing; write nothing yet."""
        events = [item.event for item in received if isinstance(item.event, ListingEvent)]
        for it in newest_of([*self._newest.values(), *map(state_in, events)]):
            self._newest[it.key] = it
        return 0

    async def settle(self, conn: asyncpg.Connection) -> int:
        """Write the states that are newer and not refused, and let offers follow. Raises StreamNotWhole."""
        await self._require_whole(conn)
        refused = await find_refused(conn, list(self._newest.values()), self.policies)
        states = [it for key, it in self._newest.items() if key not in refused]
        now = await store.now(conn)
        newer = await store.upsert(conn, states, now)
        await listed_offers.lock(conn, [it.offer_key for it in states])
        changed = await listed_offers.rewrite(conn, offers_of(states, self.policies), now)
        for source, ids in without_offers(states):
            changed += await listed_offers.withdraw(conn, source, ids, now)
        return len(newer) + changed

    async def _require_whole(self, conn: asyncpg.Connection) -> None:
        """Compare the numbers of each source's listings: they have no gaps, and none that is known may be missing."""
        known = await store.load_numbers(conn)
        found: dict[str, set[int]] = {source: set() for source in known}
        for it in self._newest.values():
            found.setdefault(it.listing.source, set()).add(it.listing.number)
        lacking = sum(
            len({*range(1, max(numbers, default=0)), *known.get(source, ())} - numbers)
            for source, numbers in found.items()
        )
        if lacking:
            raise StreamNotWhole(streams.LISTINGS.topic(), missing=lacking, remedy=_REMEDY)
