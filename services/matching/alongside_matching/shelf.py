"""Every offer of a region in memory, where a search costs no question to PostgreSQL.

What is here may be behind: another process moves places, a transaction of our own is undone. That is harmless,
because a place is held by a conditional write alone. Each unit of work begins with `refresh`, which reads what changed
(`store/changes.py` says why it misses nothing); what it read of transactions that had not ended it reads once more.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import asyncpg

from alongside_matching.domain.facts import Offer, Request
from alongside_matching.domain.index import RegionIndex
from alongside_matching.domain.policy import Policy
from alongside_matching.domain.ranking import Ranking
from alongside_matching.store import changes, offers
from alongside_matching.store.changes import Change


class _Region:
    """One region's offers: as facts, for what is decided, and as an index, for what is searched."""

    def __init__(self, name: str, found: Iterable[Offer]) -> None:
        self.index = RegionIndex(name)
        self.offers: dict[UUID, Offer] = {}
        for offer in found:
            self.put(offer)

    def put(self, offer: Offer) -> None:
        self.offers[offer.id] = offer
        self.index.put(offer)

    def occupy(self, offer: Offer, held: int, taken: int) -> None:
        self.offers[offer.id] = replace(offer, held=held, taken=taken)
        self.index.occupancy(offer.id, held=held, taken=taken)

    def drop(self, offer_id: UUID) -> None:
        self.offers.pop(offer_id, None)
        self.index.remove(offer_id)


class Shelf:
    """The offers of the regions this process was asked about."""

    def __init__(self) -> None:
        self._regions: dict[str, _Region] = {}
        self._cursor = 0
        self._unsettled: dict[UUID, bool] = {}
        """Offers read in a state that may be undone, and whether it was more than their places."""
        self._one_at_a_time = asyncio.Lock()

    async def refresh(self, conn: asyncpg.Connection, regions: Collection[str]) -> None:
        """Bring these regions up to what `conn` sees: 1 what changed where we are; 2 regions we had not yet.

        Step 1 is there for the first region too: what `conn` itself has changed in it may yet be undone.
        """
        async with self._one_at_a_time:
            if not self._regions:
                self._cursor = await changes.horizon(conn)
            await self._catch_up(conn)  # 1
            for region in set(regions) - self._regions.keys():  # 2
                self._regions[region] = _Region(region, await offers.facts_of(conn, region=region))

    def search(self, request: Request, policy: Policy, now: datetime) -> Ranking:
        """Those who may be asked, the best first; or why nobody can be."""
        return self._regions[request.region].index.search(request, policy, on=policy.day(now))

    def facts(self, region: str, offer_id: UUID) -> Offer | None:
        """An offer as the last search saw it; None when it is gone."""
        return self._regions[region].offers.get(offer_id)

    def open_to_all(self, region: str) -> Iterable[Offer]:
        """Offers of a region where nobody needs a place."""
        return (offer for offer in self._regions[region].offers.values() if offer.open_to_all)

    def moved(self, region: str, wanted: Mapping[UUID, int], held: Mapping[UUID, int]) -> None:
        """Places were held, or were gone: an offer that gave fewer than was wanted counts as full until read again."""
        for offer_id, places in wanted.items():
            offer, got = self.facts(region, offer_id), held.get(offer_id, 0)
            if offer is None:
                continue
            full = offer.capacity is not None and got < places
            now_held = max(offer.held, (offer.capacity or 0) - offer.taken) if full else offer.held + got
            self._regions[region].occupy(offer, now_held, offer.taken)
            self._unsettled.setdefault(offer_id, False)

    async def _catch_up(self, conn: asyncpg.Connection) -> None:
        """Others may note what they moved while we read: that is read once more the next time."""
        before, self._unsettled = self._unsettled, {}
        try:
            found = await changes.since(conn, self._cursor, before)
            ours = [change for change in found.of if change.region in self._regions]
            said = [change.offer_id for change in ours if self._is_news(change, before)]
            offers_said = await offers.facts_of(conn, ids=said) if said else ()
        except BaseException:
            self._unsettled = before | self._unsettled
            raise
        for change in ours:
            self._count(change)
        for offer in offers_said:
            self._regions[offer.region].put(offer)
        for undone in before.keys() - {change.offer_id for change in found.of}:
            for region in self._regions.values():
                region.drop(undone)
        self._cursor = found.horizon
        self._unsettled = {c.offer_id: c.said for c in found.of if c.unsettled} | self._unsettled

    def _is_news(self, change: Change, before: Mapping[UUID, bool]) -> bool:
        """Whether more than the places of an offer has to be read."""
        unknown = self.facts(change.region, change.offer_id) is None
        return change.said or unknown or before.get(change.offer_id, False)

    def _count(self, change: Change) -> None:
        offer = self.facts(change.region, change.offer_id)
        if offer is not None:
            self._regions[change.region].occupy(offer, change.held, change.taken)
