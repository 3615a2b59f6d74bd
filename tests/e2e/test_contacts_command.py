"""`alongside contacts check` on intake and matching: what cannot be used is marked and listed, nothing is deleted."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta

import httpx2
import pytest

from alongside_chassis.testing import ServiceBench
from alongside_cli.contacts import check_routes
from alongside_cli.network import Network
from alongside_intake.people import contacts
from alongside_intake.people.contacts import ContactRoute
from alongside_intake.people.vault import Owner, Vault
from alongside_intake.settings import Settings
from tests.conftest import PERSON_KEY, SERVICE_TOKEN
from tests.service.intake.intake_client import HOSPITAL, IntakeClient
from tests.service.matching.bench import an_offer

BAD = "an[a@example.org"


@dataclass
class Stores:
    """Intake and matching on their benches, and a client as the command line uses it."""

    intake: ServiceBench
    matching: ServiceBench
    network: Network

    async def store_before_the_rule(self, email: str) -> None:
        """Store an address at intake as a release without the rule did."""
        settings = self.intake.service.settings
        assert isinstance(settings, Settings)
        route = ContactRoute.model_construct(email=email)
        async with self.intake.runtime.transaction() as tx:
            await contacts.seal_route(tx, Vault(settings.master_key), Owner("partner", HOSPITAL), route)


@pytest.fixture
async def stores(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]],
) -> AsyncIterator[Stores]:
    """One partner with a contact route, and one offer with a contact."""
    async with bench_of("intake", person_key=PERSON_KEY) as intake, bench_of("matching") as matching:
        await IntakeClient(intake).register(HOSPITAL, contact_email="desk@hospital.example")
        await an_offer(matching, contact_email="ana@example.org")
        apps = {"http://intake": intake.app, "http://matching": matching.app}
        mounts = {url: httpx2.ASGITransport(app=app) for url, app in apps.items()}
        ours = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
        async with httpx2.AsyncClient(mounts=mounts, headers=ours) as client:
            yield Stores(
                intake, matching, Network(client, {"intake": "http://intake", "matching": "http://matching"})
            )


async def test_routes_that_can_be_used_are_counted(
    stores: Stores, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await check_routes(stores.network)

    assert code == 0
    assert capsys.readouterr().out.splitlines() == ["intake: 1 routes checked", "matching: 1 routes checked"]


async def test_what_cannot_be_used_is_listed_without_its_address_marked_and_kept(
    stores: Stores, capsys: pytest.CaptureFixture[str]
) -> None:
    await stores.store_before_the_rule(BAD)
    await stores.matching.pool.execute("update offer_contact set email = 'ana@example..org'")

    code = await check_routes(stores.network)

    printed = capsys.readouterr().out
    assert code == 1
    assert len(printed.splitlines()) == 5, "one line a route, however narrow the terminal"
    assert f"partner {HOSPITAL}: no mail can be sent to the address" in printed
    assert "offer " in printed
    assert BAD not in printed
    assert await stores.intake.pool.fetchval("select unusable_since from contact_route") is not None
    assert await stores.matching.pool.fetchval("select email from offer_contact") == "ana@example..org"


async def test_another_route_removes_the_mark_and_a_second_check_keeps_the_time_of_the_first(
    stores: Stores,
) -> None:
    await stores.store_before_the_rule(BAD)
    await check_routes(stores.network)
    first = await stores.intake.pool.fetchval("select unusable_since from contact_route")
    stores.intake.clock.advance(timedelta(hours=5))
    await check_routes(stores.network)
    assert await stores.intake.pool.fetchval("select unusable_since from contact_route") == first

    await IntakeClient(stores.intake).register(HOSPITAL, contact_email="desk@hospital.example")

    assert await stores.intake.pool.fetchval("select unusable_since from contact_route") is None
    assert await check_routes(stores.network) == 0


async def test_more_routes_than_one_page_are_all_checked(
    stores: Stores, capsys: pytest.CaptureFixture[str]
) -> None:
    offers = [
        {"kind": "supporter", "region": "us-fl-miami", "needs": ["grief"], "source": "a", "source_id": str(n)}
        | {"contact_email": f"s{n}@example.org"}
        for n in range(450)
    ]
    await stores.network.load_offers(offers)

    assert await check_routes(stores.network) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "matching: 451 routes checked"
