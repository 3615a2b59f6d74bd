"""Caches every offer of a region in memory, so that a search needs no query.

The cache may be stale: another process moves places, or a transaction of this process rolls back. That is harmless,
because a place is held only by a conditional write. Each unit of work begins with `refresh`, which reads the changes
(`store/changes.py` explains why none is missed) and reads changes of unfinished transactions again later.

Offers are stored only in the columns of the index, and become objects again when a decision names them: a million
objects would take several times the memory.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

import asyncpg

from alongside_matching.catalogue.store import changes, offers
from alongside_matching.catalogue.store.changes import Change
from alongside_matching.engine.facts import Offer, Request
from alongside_matching.engine.index import RegionIndex
from alongside_matching.engine.policy import Policy
from alongside_matching.engine.ranking import Ranking


class OfferCache:
    """The offers of all regions: loaded at the start, or at the first search for a new region."""

    def __init__(self) -> None:
        self._regions: dict[str, RegionIndex] = {}
        self._cursor = 0
        self._unsettled: dict[UUID, bool] = {}
        """Offers read in a state that may be rolled back, and whether more than their places changed."""
        self._lock = asyncio.Lock()

    async def load(self, conn: asyncpg.Connection, region: str) -> int:
        """Load one region into memory outside any unit of work, and return its number of offers.

        1 note where changes begin; 2 read; 3 let the next `refresh` read all changes since then, in every region.
        """
        horizon = await changes.horizon(conn)  # 1
        index = await _read(conn, region)  # 2
        async with self._lock:  # 3
            self._cursor = min(self._cursor, horizon) if self._regions else horizon
            self._regions[region] = index
        return len(index)

    async def refresh(self, conn: asyncpg.Connection, regions: Collection[str]) -> None:
        """Update these regions to what `conn` sees: 1 changes in loaded regions; 2 regions not loaded yet.

        Step 1 also runs for the first region: changes that `conn` itself made there may still be rolled back.
        """
        async with self._lock:
            if not self._regions:
                self._cursor = await changes.horizon(conn)
            await self._apply_changes(conn)  # 1
            for region in set(regions) - self._regions.keys():  # 2
                self._regions[region] = await _read(conn, region)

    def search(self, request: Request, policy: Policy, now: datetime) -> Ranking:
        """Rank the offers that may be asked, best first; the ranking counts the excluded ones by rule."""
        return self._regions[request.region].search(request, policy, on=policy.day(now))

    def facts(self, region: str, offer_ids: Iterable[UUID]) -> dict[UUID, Offer]:
        """Return offers as the last search saw them, without deleted ones. Many at once cost little more than one."""
        return self._regions[region].offers(offer_ids)

    def open_to_all(self, region: str) -> list[Offer]:
        """Return the offers of a region that are open to everyone."""
        return self._regions[region].open_to_all()

    def record_holds(self, region: str, wanted: Mapping[UUID, int], held: Mapping[UUID, int]) -> None:
        """Update cached occupancy after a hold.

        If fewer places were granted than wanted, count the offer as full until the next refresh.
        """
        index = self._regions[region]
        for offer_id, offer in index.offers(wanted).items():
            granted = held.get(offer_id, 0)
            full = offer.capacity is not None and granted < wanted[offer_id]
            now_held = max(offer.held, (offer.capacity or 0) - offer.taken) if full else offer.held + granted
            index.occupancy(offer_id, held=now_held, taken=offer.taken)
            self._unsettled.setdefault(offer_id, False)

    async def _apply_changes(self, conn: asyncpg.Connection) -> None:
        """Apply the changes since the last refresh. Holds recorded while this reads are read again by the next
        refresh."""
        unsettled, self._unsettled = self._unsettled, {}
        try:
            latest = await changes.since(conn, self._cursor, unsettled)
            changes_here = [change for change in latest.changes if change.region in self._regions]
            changed_ids = [change.offer_id for change in changes_here if self._must_reload(change, unsettled)]
            changed_offers = await offers.load_facts(conn, changed_ids) if changed_ids else ()
        except BaseException:
            self._unsettled = unsettled | self._unsettled
            raise
        for change in changes_here:
            self._regions[change.region].occupancy(change.offer_id, held=change.held, taken=change.taken)
        for offer in changed_offers:
            self._regions[offer.region].put(offer)
        for rolled_back in unsettled.keys() - {change.offer_id for change in latest.changes}:
            for region in self._regions.values():
                region.remove(rolled_back)
        self._cursor = latest.horizon
        self._unsettled = {
            change.offer_id: change.content_changed for change in latest.changes if change.unsettled
        } | self._unsettled

    def _must_reload(self, change: Change, unsettled: Mapping[UUID, bool]) -> bool:
        """Return whether more than the places of an offer must be read."""
        unknown = change.offer_id not in self._regions[change.region]
        return change.content_changed or unknown or unsettled.get(change.offer_id, False)


async def _read(conn: asyncpg.Connection, region: str) -> RegionIndex:
    """Read a region's offers page by page, and let other tasks, such as health checks, run after each page."""
    index, last_id = RegionIndex(region), None
    while page := await offers.load_page(conn, region, after=last_id):
        for offer in page:
            index.put(offer)
        last_id = page[-1].id
        await asyncio.sleep(0)
    return index
