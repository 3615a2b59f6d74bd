"""The offer cache agrees with the database, also after a rolled-back transaction."""

from uuid import UUID

import asyncpg
import pytest

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.database import connection
from alongside_chassis.testing import ServiceBench
from alongside_matching.allocation.store import places
from alongside_matching.catalogue.offer_cache import OfferCache
from alongside_matching.catalogue.offer_cache_loader import OfferCacheLoader
from alongside_matching.catalogue.store import offers as store
from alongside_matching.engine.facts import Offer
from tests.builders import REGION
from tests.service.matching.bench import an_offer


class _RolledBackError(Exception):
    """Makes a unit of work fail."""


async def test_a_place_held_by_a_unit_of_work_that_was_undone_is_free_in_the_region_it_read(
    matching_bench: ServiceBench,
) -> None:
    supporter, offer_cache = await an_offer(matching_bench), OfferCache()
    with pytest.raises(_RolledBackError):
        async with matching_bench.runtime.transaction() as tx:
            await _hold_and_read(tx, offer_cache, supporter)

    async with matching_bench.runtime.transaction() as tx:
        await offer_cache.refresh(tx.conn, [REGION])

    assert offer_cache.facts(REGION, [supporter])[supporter].held == 0


async def test_changes_during_the_load_of_a_region_are_seen_by_the_next_refresh(
    matching_bench: ServiceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of one offer, and a change of an offer that was read already."""
    monkeypatch.setattr(store, "LOAD_PAGE_MAX", 1)
    known = [await an_offer(matching_bench) for _ in range(3)]
    offer_cache, load_page = OfferCache(), store.load_page

    async def load_page_then_change(
        conn: asyncpg.Connection, region: str, *, after: UUID | None
    ) -> list[Offer]:
        if after == known[0]:
            await pause(matching_bench, known[0])
            known.append(await an_offer(matching_bench))
        return await load_page(conn, region, after=after)

    monkeypatch.setattr(store, "load_page", load_page_then_change)

    async with connection(matching_bench.pool) as conn:
        await offer_cache.load(conn, REGION)
    async with matching_bench.runtime.transaction() as tx:
        await offer_cache.refresh(tx.conn, [REGION])

    facts = offer_cache.facts(REGION, known)
    assert [facts[offer].paused for offer in known] == [True, False, False, False]


async def test_loading_one_region_loses_no_change_of_another(matching_bench: ServiceBench) -> None:
    here, offer_cache = await an_offer(matching_bench), OfferCache()
    await an_offer(matching_bench, region="us-oh-columbus")
    async with connection(matching_bench.pool) as conn:
        await offer_cache.load(conn, REGION)
    await pause(matching_bench, here)

    async with connection(matching_bench.pool) as conn:
        await offer_cache.load(conn, "us-oh-columbus")
        await offer_cache.refresh(conn, [REGION])

    assert offer_cache.facts(REGION, [here])[here].paused


async def test_every_region_is_in_memory_before_the_first_event(matching_bench: ServiceBench) -> None:
    offers = [await an_offer(matching_bench, region=region) for region in (REGION, "us-oh-columbus")]
    offer_cache = OfferCache()
    loading = OfferCacheLoader(offer_cache)
    before = loading.unready_because

    await loading(matching_bench.runtime)

    assert before is not None
    assert loading.unready_because is None
    assert [len(offer_cache.facts(region, offers)) for region in (REGION, "us-oh-columbus")] == [1, 1]


async def pause(bench: ServiceBench, offer_id: UUID) -> None:
    """Staff pause an offer."""
    assert (await bench.client.post(f"/offers/{offer_id}/pause")).is_success


async def _hold_and_read(tx: Tx, offer_cache: OfferCache, offer_id: UUID) -> None:
    """Hold a place, refresh, and raise _RolledBackError, so that the place is not held after all."""
    await places.hold(tx, {offer_id: 1})
    await offer_cache.refresh(tx.conn, [REGION])
    assert offer_cache.facts(REGION, [offer_id])[offer_id].held == 1
    raise _RolledBackError
