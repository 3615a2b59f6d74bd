"""Loads the sample region into a running network; loading it again changes nothing."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from alongside_cli.network import Network
from alongside_localstack.sample.offers import SOURCE, offers
from alongside_localstack.sample.partners import SamplePartner
from alongside_localstack.sample.submissions import contact_route

OFFERS_SEED: Final = 1
AT_ONCE: Final = 8
ReportProgress = Callable[[str], None]


async def load_partners(
    network: Network, partners: Iterable[SamplePartner], report_progress: ReportProgress
) -> None:
    """Register partners, and load the offers and group schedules of their regions."""
    regions = []
    for partner in partners:
        await network.register_partner(partner.id, partner.request_body())
        if partner.region not in regions:
            regions.append(partner.region)
    for region in regions:
        added = await network.load_offers([offer.batch_entry() for offer in offers(region, OFFERS_SEED)])
        await _schedule_groups(network, region)
        report_progress(
            f"{region}: {sum(added.values())} supporters, groups and services ({added['created']} new)"
        )


async def _schedule_groups(network: Network, region: str) -> None:
    """Store the schedule of each group of a region; matching finds the groups by source and source_id."""
    groups = await network.list_all("matching", "/offers", region=region, kind="group", source=SOURCE)
    ids = {offer["source_id"]: offer["id"] for offer in groups}
    for offer in offers(region, OFFERS_SEED):
        if offer.schedule is not None:
            await network.put("matching", f"/groups/{ids[offer.source_id]}/schedule", offer.schedule)


async def load_contact_routes(network: Network, people: Iterable[tuple[SamplePartner, str]]) -> None:
    """Store a contact route for each person, given as partner and person reference."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def store(partner: SamplePartner, person_reference: str) -> None:
        async with gate:
            await network.store_contact_route(partner.id, person_reference, contact_route(person_reference))

    await asyncio.gather(*(store(partner, reference) for partner, reference in people))
