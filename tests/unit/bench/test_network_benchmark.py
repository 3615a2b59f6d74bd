"""Today's laboratory fills the network of an older revision as well."""

import json

import httpx2

from alongside_cli.network import Network
from alongside_lab.bench.whole.network_benchmark import fill_network
from alongside_localstack.sample.partners import partners

KNOWN_TO_THE_OLD = {"name", "setting", "region", "contact_email"}


async def test_partners_are_registered_at_an_older_intake_that_knows_no_channels() -> None:
    registered: list[str] = []

    def old_services(request: httpx2.Request) -> httpx2.Response:
        if "/partners/" not in request.url.path:
            return httpx2.Response(200, json={"created": 1, "changed": 0, "unchanged": 0})
        if unknown := json.loads(request.content).keys() - KNOWN_TO_THE_OLD:
            return httpx2.Response(422, json={"title": f"unknown: {unknown}"})
        registered.append(request.url.path.rpartition("/")[2])
        return httpx2.Response(204)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(old_services)) as client:
        await fill_network(Network(client, {"intake": "http://intake", "matching": "http://matching"}))

    assert registered == [partner.id for partner in partners()]
