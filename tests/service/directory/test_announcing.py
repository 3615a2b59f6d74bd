"""What an import announces: every change with the whole state, and nothing else; and everything again when asked."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest
from opentelemetry.sdk.trace import TracerProvider

from alongside_chassis.service import make_public_app
from alongside_chassis.testing import Announced, ServiceBench
from alongside_contracts.directory import Listing, ListingChanged, ListingPublished, ListingWithdrawn
from alongside_directory.announcing import SLOT
from alongside_directory.importing import import_next
from tests.builders import REGION
from tests.conftest import SERVICE_TOKEN
from tests.polling import poll_until
from tests.service.directory.test_directory_import import importer, services, upload
from tests.service.directory.test_directory_sources import waiting_for_locks
from tests.service.listing_pair import ListingPair
from tests.unit.directory.sample_packages import Rows, zip_of, zipped


async def announced(
    pair: ListingPair, tmp_path: Path, tables: dict[str, Rows], **query: str
) -> list[Announced]:
    """Import a package, confirmed if it is held, and return what is announced."""
    package = zip_of(tmp_path, zipped(tables)).read_bytes()
    queued = await upload(pair, package, **query)
    await import_next(pair.runtime, importer(pair))
    done = (await pair.client.get(f"/directory/imports/{queued['id']}")).json()
    if done["state"] == "held":
        await upload(pair, package, confirm=done["confirmation"], **query)
        await import_next(pair.runtime, importer(pair))
    return list(await pair.forward())


def listings(news: list[Announced], contract: type[Any]) -> dict[str, Listing]:
    """Return the listings of the events of one type, by the source's id."""
    found = [it.event for it in news if isinstance(it.event, contract)]
    return {event.listing.source_id: event.listing for event in found}


async def test_a_first_import_publishes_every_service_with_its_whole_state(
    pair: ListingPair, tmp_path: Path
) -> None:
    news = await announced(pair, tmp_path, services("a", "b", name="24-hour hotline"))

    assert {(it.topic, it.key) for it in news} == {
        ("directory.network.listings.v1", "harbour/a"),
        ("directory.network.listings.v1", "harbour/b"),
    }
    published = listings(news, ListingPublished)
    assert sorted(it.number for it in published.values()) == [1, 2]
    assert (published["a"].hotline, published["b"].hotline) == (True, False)
    circle = published["b"]
    assert (circle.region, circle.kind, circle.name, circle.needs) == (
        REGION,
        "group",
        "Circle b",
        ("grief",),
    )
    shown = (await pair.client.get(f"/services/{circle.listing_id}")).json()
    assert shown["name"] == "Circle b"


async def test_only_what_changed_is_announced_with_a_larger_sequence(
    pair: ListingPair, tmp_path: Path
) -> None:
    first = listings(await announced(pair, tmp_path, services(*"abcdef")), ListingPublished)

    again = await announced(pair, tmp_path, services(*"abcdef"))
    news = await announced(pair, tmp_path, services(*"abcdeg", name="Renamed"))

    assert again == []
    changed, withdrawn = listings(news, ListingChanged), listings(news, ListingWithdrawn)
    assert (set(changed), set(withdrawn), set(listings(news, ListingPublished))) == ({"a"}, {"f"}, {"g"})
    assert changed["a"].sequence > first["a"].sequence
    assert withdrawn["f"].sequence > first["f"].sequence
    assert (changed["a"].number, withdrawn["f"].number) == (first["a"].number, first["f"].number)
    assert listings(news, ListingPublished)["g"].number == 7


@pytest.mark.parametrize("vanished", ["pause", "hide"])
async def test_a_withdrawal_says_what_it_means_and_a_place_to_which_nobody_goes_has_no_position(
    pair: ListingPair, tmp_path: Path, vanished: str
) -> None:
    await announced(pair, tmp_path, services(*"abcdef"))

    query = {"vanished": "keep" if vanished == "hide" else "pause"}
    news = await announced(pair, tmp_path, services(*"bcdef"), **query)
    again = await announced(pair, tmp_path, services(*"bcdef"), **query)

    (event,) = [it.event for it in news if isinstance(it.event, ListingWithdrawn)]
    assert (event.listing.source_id, event.effect) == ("a", vanished)
    assert (event.listing.position is None) == (vanished == "pause")
    assert again == []


async def test_a_hidden_listing_is_withdrawn_again_when_nobody_is_to_be_referred_there_any_more(
    pair: ListingPair, tmp_path: Path
) -> None:
    await announced(pair, tmp_path, services(*"abcdef"))
    await announced(pair, tmp_path, services(*"bcdef"), vanished="keep")

    news = await announced(pair, tmp_path, services(*"bcdef"))
    back = await announced(pair, tmp_path, services(*"abcdef"))

    (event,) = [it.event for it in news]
    assert isinstance(event, ListingWithdrawn)
    assert event.effect == "pause"
    assert set(listings(back, ListingPublished)) == {"a"}


async def test_a_place_that_becomes_confidential_is_announced_without_its_position(
    pair: ListingPair, tmp_path: Path
) -> None:
    before = listings(await announced(pair, tmp_path, services("a")), ListingPublished)["a"]

    news = await announced(pair, tmp_path, services("a", description="Confidential shelter"))

    after = listings(news, ListingChanged)["a"]
    assert before.position is not None
    assert after.position is None


async def test_everything_is_announced_again_as_it_is_and_changes_nothing_for_who_has_it(
    pair: ListingPair, tmp_path: Path
) -> None:
    await announced(pair, tmp_path, services(*"abcdef"))
    await announced(pair, tmp_path, services(*"bcdef"))
    before = await pair.matching.pool.fetch("select * from listing order by 1, 2")

    answer = await pair.client.post("/directory/announcements", json={})
    news = list(await pair.forward())

    assert (answer.status_code, answer.json()) == (200, {"announced": 6, "next": None})
    assert set(listings(news, ListingPublished)) == set("bcdef")
    assert set(listings(news, ListingWithdrawn)) == {"a"}
    assert await pair.matching.pool.fetch("select * from listing order by 1, 2") == before


async def test_announcing_goes_on_after_a_page_and_can_be_about_one_source(
    pair: ListingPair, tmp_path: Path
) -> None:
    names = [f"s{number}" for number in range(501)]
    await announced(pair, tmp_path, services(*names))
    await announced(pair, tmp_path, services("a"), source="lighthouse", new_source="true")

    first = (await pair.client.post("/directory/announcements", json={"source": "harbour"})).json()
    second = await pair.client.post(
        "/directory/announcements", json={"source": "harbour", "after": first["next"]}
    )
    unknown = await pair.client.post("/directory/announcements", json={"source": "harbor"})

    assert (first["announced"], second.json()) == (500, {"announced": 1, "next": None})
    assert {it.key.split("/")[0] for it in await pair.forward()} == {"harbour"}
    assert (unknown.status_code, unknown.json()["code"]) == (404, "source-not-found")


async def test_a_sequence_grows_after_a_restored_database_too(pair: ListingPair, tmp_path: Path) -> None:
    first = listings(await announced(pair, tmp_path, services("a")), ListingPublished)["a"]
    renamed = listings(await announced(pair, tmp_path, services("a", name="B")), ListingChanged)["a"]
    await pair.pool.execute(  # as an older backup has it
        "update directory_listing set sequence = $1, content_hash = 'x'", first.sequence
    )

    pair.clock.set_to(pair.clock.now().replace(hour=23))
    news = await announced(pair, tmp_path, services("a", name="C"))

    assert listings(news, ListingChanged)["a"].sequence > renamed.sequence


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/directory/imports"),
        ("GET", "/directory/imports/019ad7e0-0000-7000-8000-000000000000"),
        ("GET", "/directory/imports/019ad7e0-0000-7000-8000-000000000000/report"),
        ("GET", "/directory/sources"),
        ("POST", "/directory/sources/harbour/rename"),
        ("POST", "/directory/announcements"),
    ],
)
async def test_only_the_service_token_imports_and_announces_and_reads_reports(
    directory_bench: ServiceBench, method: str, path: str
) -> None:
    answers = [
        await directory_bench.client.request(method, path, json={}, headers={"Authorization": header})
        for header in ("", "Bearer wrong", f"Basic {SERVICE_TOKEN}")
    ]

    assert {(it.status_code, it.json()["code"]) for it in answers} == {(401, "service-token-required")}


@pytest.mark.parametrize("path", ["/services", "/organizations", "/service_at_locations", "/taxonomies"])
async def test_the_directory_is_read_without_a_token(directory_bench: ServiceBench, path: str) -> None:
    answer = await directory_bench.client.get(path, headers={"Authorization": ""})

    assert (answer.status_code, answer.json()["contents"]) == (200, [])


async def test_some_listings_are_announced_again_after_an_import_that_changed_something_and_only_then(
    pair: ListingPair, tmp_path: Path
) -> None:
    timers = "select key from timer where kind = 'listings-again'"
    await announced(pair, tmp_path, services("a", "b"))
    after_import = await pair.pool.fetch(timers)

    await pair.directory.fire_timers(pair.clock.now() + 2 * SLOT)
    again = list(await pair.forward())
    after_again = await pair.pool.fetch(timers)
    await announced(pair, tmp_path, services("a", "b"))

    assert len(after_import) == 1
    assert {it.key for it in again} == {"harbour/a", "harbour/b"}
    assert after_again == await pair.pool.fetch(timers) == []


async def test_what_is_announced_again_waits_for_a_change_that_is_being_stored(
    pair: ListingPair, tmp_path: Path
) -> None:
    before = listings(await announced(pair, tmp_path, services("a")), ListingPublished)["a"]

    async with pair.runtime.transaction() as tx:
        await tx.conn.execute("update directory_listing set sequence = sequence + 5")
        again = asyncio.create_task(pair.client.post("/directory/announcements", json={}))
        await poll_until(lambda: waiting_for_locks(pair), lambda it: it == 1, "the announcement waits")
    await again

    (event,) = [it.event for it in await pair.forward()]
    assert isinstance(event, ListingPublished)
    assert event.listing.sequence == before.sequence + 5


async def test_a_name_that_is_too_long_is_cut(pair: ListingPair, tmp_path: Path) -> None:
    news = await announced(pair, tmp_path, services("a", name="n" * 1_200))

    assert listings(news, ListingPublished)["a"].name == "n" * 1_000


async def test_the_public_port_shows_the_directory_and_nothing_of_operators(
    directory_bench: ServiceBench,
) -> None:
    public = make_public_app(directory_bench.service, TracerProvider())
    public.state.runtime = directory_bench.runtime
    token = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=public), base_url="http://public", headers=token
    ) as client:
        shown = [(await client.get(path)).status_code for path in ("/", "/services", "/openapi.json")]
        hidden = [
            (await client.get(path)).status_code
            for path in ("/directory/sources", "/dead-letters", "/codes", "/metrics", "/docs")
        ]
        upload_status = (await client.post("/directory/imports", content=b"PK")).status_code

    assert shown == [200] * 3
    assert {*hidden, upload_status} == {404}


async def test_imports_that_follow_one_another_do_not_delay_what_is_announced_again(
    pair: ListingPair, tmp_path: Path
) -> None:
    timers = "select due_at from timer where kind = 'listings-again' order by 1"
    await announced(pair, tmp_path, services("a"))
    (first,) = await pair.pool.fetch(timers)

    pair.clock.advance(SLOT)
    await announced(pair, tmp_path, services("a", name="Renamed"))

    assert (await pair.pool.fetch(timers))[0] == first
    assert SLOT < first["due_at"] - (pair.clock.now() - SLOT) <= 2 * SLOT
