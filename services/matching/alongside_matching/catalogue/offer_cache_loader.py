"""Loads the offers of every region before the first event is consumed, so that no referral waits for it."""

from typing import Final

from alongside_chassis.database import connection
from alongside_chassis.lifecycle import Runtime
from alongside_matching.catalogue.offer_cache import OfferCache
from alongside_matching.catalogue.store import offers
from alongside_matching.names import OFFERS_LOADED

_LOADING: Final = "offers are being loaded"


class OfferCacheLoader:
    """Preparation before the service consumes. `unready_because` reports progress; None when loading is done."""

    def __init__(self, offer_cache: OfferCache) -> None:
        self._offer_cache = offer_cache
        self.unready_because: str | None = _LOADING

    async def __call__(self, runtime: Runtime) -> None:
        """Load the regions one by one, and log each."""
        async with connection(runtime.pool) as conn:
            regions = await offers.regions(conn)
        for loaded, region in enumerate(regions):
            self.unready_because = f"{_LOADING}: {loaded} of {len(regions)} regions"
            began = runtime.clock.monotonic()
            async with connection(runtime.pool) as conn:
                count = await self._offer_cache.load(conn, region)
            seconds = round(runtime.clock.monotonic() - began, 3)
            runtime.log.info(OFFERS_LOADED, region=region, offers=count, seconds=seconds)
        self.unready_because = None
