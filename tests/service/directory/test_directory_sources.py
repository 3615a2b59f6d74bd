"""Each source has its own directory: no import changes what another publisher lists."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid5

import pytest

from alongside_chassis.database import connection
from alongside_directory.documents import NAMESPACE
from alongside_directory.store import imports
from tests.builders import REGION
from tests.polling import poll_until
from tests.service.directory.test_directory_import import (
    OF_HARBOUR,
    UPLOAD,
    confirmed,
    imported,
    listed,
    seen,
    services,
    upload,
    work,
)
from tests.service.listing_pair import ListingPair
from tests.unit.directory.sample_packages import zip_of, zipped

LIGHTHOUSE = {"source": "lighthouse"}
NEW_LIGHTHOUSE = LIGHTHOUSE | {"new_source": "true"}
RENAME = "/directory/sources/harbour/rename"


async def records(bench: ListingPair, source: str) -> list[Any]:
    """Return every record of a source, tombstones too, without the import that saw it last."""
    columns = "id, source_id, document, search, first_import, changed_at, removed_at, latitude"
    query = f"select {columns} from directory_record where source = $1 order by id"
    return await bench.pool.fetch(query, source)


async def offers_of(bench: ListingPair, source: str) -> list[Any]:
    """Return every offer of a source."""
    return [offer for offer in await listed(bench) if offer["source"] == f"directory:{source}"]


async def refused(bench: ListingPair, tmp_path: Path, **query: str) -> tuple[int, str]:
    """Upload a package that is refused, and return status and code."""
    package = zip_of(tmp_path, zipped(services("a"))).read_bytes()
    params = {name: value for name, value in (OF_HARBOUR | query).items() if value}
    answer = await bench.client.post("/directory/imports", params=params, content=package, headers=UPLOAD)
    problem = answer.json()
    assert problem.get("remedy") or problem["errors"][0]["remedy"]
    return answer.status_code, problem["code"]


async def test_a_second_package_of_a_region_leaves_the_first_publishers_listings_alone(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b", "c"))
    before = await records(pair, "harbour"), await offers_of(pair, "harbour")

    done = await imported(pair, tmp_path, services("a", "z"), **NEW_LIGHTHOUSE)

    assert (done["state"], done["created"], done["vanished"]) == ("done", 2, 0)
    assert (await records(pair, "harbour"), await offers_of(pair, "harbour")) == before
    names = [it["name"] for it in (await pair.client.get("/services")).json()["contents"]]
    assert sorted(names) == ["Circle a", "Circle a", "Circle b", "Circle c", "Circle z"]


async def test_what_vanishes_from_one_source_stays_listed_by_another(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    await imported(pair, tmp_path, services("a", "b"), **NEW_LIGHTHOUSE)
    before = await records(pair, "lighthouse"), await offers_of(pair, "lighthouse")

    await confirmed(pair, tmp_path, services("a"))

    assert (
        await records(pair, "lighthouse"),
        await offers_of(pair, "lighthouse"),
    ) == before
    assert [it["paused_because"] for it in await offers_of(pair, "harbour")] == [None, "vanished"]


async def test_ids_derive_from_the_source_and_the_sources_id(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a"))

    ids = {it["id"] for it in await records(pair, "harbour")}
    shown = (await pair.client.get("/services")).json()["contents"][0]["id"]
    provenance = (await pair.client.get(f"/directory/provenance/service/{shown}")).json()

    assert uuid5(NAMESPACE, "harbour\x1fservice\x1fa") in ids
    assert (provenance["source"], provenance["source_id"], provenance["region"]) == ("harbour", "a", REGION)


async def test_the_directory_of_before_sources_had_names_keeps_its_ids_under_any_name(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"), source=REGION)
    before = (
        {it["id"] for it in await records(pair, REGION)},
        await offers_of(pair, REGION),
    )

    renamed = await pair.client.post(
        f"/directory/sources/{REGION}/rename", json={"name": "harbour"}, headers={"Idempotency-Key": "1"}
    )
    again = await imported(pair, tmp_path, services("a", "b"))

    assert uuid5(NAMESPACE, f"{REGION}\x1fservice\x1fa") in before[0]
    assert (renamed.status_code, again["state"], again["created"], again["changed"]) == (200, "done", 0, 0)
    assert {it["id"] for it in await records(pair, REGION)} == before[0]
    assert await offers_of(pair, REGION) == before[1]
    sources = (await pair.client.get("/directory/sources")).json()["items"]
    assert [(it["name"], it["region"], it["services"]) for it in sources] == [("harbour", REGION, 2)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"region": ""}, (422, "invalid-request")),
        ({"source": ""}, (422, "invalid-request")),
        ({"source": "Harbour House"}, (422, "invalid-request")),
        ({"region": "de-berlin"}, (422, "region-unknown")),
        ({"surprise": "1"}, (422, "invalid-request")),
        ({"source": "harbor"}, (409, "source-new")),
        ({"region": "ie-dublin"}, (409, "source-of-another-region")),
    ],
    ids=str,
)
async def test_a_package_of_an_unclear_source_or_region_is_refused(
    pair: ListingPair, tmp_path: Path, query: dict[str, str], expected: tuple[int, str]
) -> None:
    await imported(pair, tmp_path, services("a", "b"))

    assert await refused(pair, tmp_path, **query) == expected
    assert await work(pair) is False


async def test_a_name_that_a_source_has_had_is_given_to_no_other(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a"))
    await imported(pair, tmp_path, services("a"), **NEW_LIGHTHOUSE)
    body, key = {"name": "harbour-house"}, {"Idempotency-Key": "1"}

    await pair.client.post(RENAME, json=body, headers=key)
    repeated = await pair.client.post(RENAME, json=body, headers=key)
    unknown = await pair.client.post(RENAME, json={"name": "x"}, headers={"Idempotency-Key": "2"})
    taken = await pair.client.post(
        "/directory/sources/lighthouse/rename", json={"name": "harbour"}, headers={"Idempotency-Key": "3"}
    )

    assert (repeated.status_code, repeated.json()["name"]) == (200, "harbour-house")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "source-not-found")
    assert (taken.status_code, taken.json()["code"]) == (409, "source-name-taken")
    assert await refused(pair, tmp_path, new_source="true") == (409, "source-name-taken")


async def rename(bench: ListingPair, name: str, new_name: str) -> tuple[int, str]:
    """Rename a source, and return the status and code or name."""
    path, key = f"/directory/sources/{name}/rename", f"{name}-{new_name}"
    answer = await bench.client.post(path, json={"name": new_name}, headers={"Idempotency-Key": key})
    return answer.status_code, answer.json().get("code") or answer.json()["name"]


async def test_a_package_stays_its_sources_when_that_is_renamed_before_it_is_imported(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    await rename(pair, "harbour", "house")
    package = zip_of(tmp_path, zipped(services("a", "b", "c"))).read_bytes()
    queued = await upload(pair, package, source="house")

    renamed = await rename(pair, "house", "harbour-house")
    await work(pair)

    sources = (await pair.client.get("/directory/sources")).json()["items"]
    assert renamed == (200, "harbour-house")
    assert (await seen(pair, queued))["created"] == 1
    assert [(it["name"], it["services"]) for it in sources] == [("harbour-house", 3)]
    assert len(await listed(pair)) == 3


async def test_a_new_source_and_a_renamed_one_never_become_one(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    package = zip_of(tmp_path, zipped(services("z"))).read_bytes()
    await upload(pair, package, **NEW_LIGHTHOUSE)

    taken = await rename(pair, "harbour", "lighthouse")
    await work(pair)

    assert taken == (409, "source-name-taken")
    assert [len(await offers_of(pair, name)) for name in ("harbour", "lighthouse")] == [2, 1]
    assert {it["removed_at"] for it in await records(pair, "harbour")} == {None}


async def test_two_renames_to_one_name_and_one_back(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a"))
    await imported(pair, tmp_path, services("a"), **NEW_LIGHTHOUSE)

    outcomes = await asyncio.gather(rename(pair, "harbour", "same"), rename(pair, "lighthouse", "same"))
    winner = "harbour" if outcomes[0][0] == 200 else "lighthouse"
    back = await rename(pair, "same", winner)

    assert sorted(outcomes) == [(200, "same"), (409, "source-name-taken")]
    assert back == (200, winner)


async def test_the_second_new_source_of_a_region_must_be_said_to_be_new_before_the_first_is_imported(
    pair: ListingPair, tmp_path: Path
) -> None:
    await upload(pair, zip_of(tmp_path, zipped(services("a"))).read_bytes())

    assert await refused(pair, tmp_path, source="harbor") == (409, "source-new")


async def test_a_dry_run_adds_no_source(pair: ListingPair, tmp_path: Path) -> None:
    dry = await imported(pair, tmp_path, services("a"), dry_run="true")

    assert (dry["state"], dry["created"]) == ("done", 1)
    assert (await pair.client.get("/directory/sources")).json()["items"] == []


async def test_many_packages_of_one_source_keep_no_other_source_waiting(
    pair: ListingPair, tmp_path: Path
) -> None:
    package = zip_of(tmp_path, zipped(services("a"))).read_bytes()
    for _ in range(21):
        await upload(pair, package)
    other = await upload(pair, package, **NEW_LIGHTHOUSE)

    async with connection(pair.pool) as conn:
        assert await imports.claim(conn) is not None
        await work(pair)

    assert (await seen(pair, other))["state"] == "done"


async def waiting_for_locks(bench: ListingPair) -> int:
    """Return how many connections to the database wait for a lock."""
    query = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return int(await bench.pool.fetchval(query))


async def test_a_process_that_lost_its_claim_changes_nothing_more(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    queued = await upload(pair, zip_of(tmp_path, zipped(services("a", "b", "c"))).read_bytes())

    async with pair.runtime.transaction() as tx:
        await tx.conn.execute("select from directory_listing where source_id = 'a' for update")
        slow = asyncio.create_task(work(pair, directory_batch_max=1))
        await poll_until(lambda: seen(pair, queued), lambda it: it["state"] == "storing", "storing")
        begun = asyncio.create_task(  # as another process does; it waits for the batch that is being stored
            pair.pool.execute("update directory_import set attempts = attempts + 1")
        )
        await poll_until(lambda: waiting_for_locks(pair), lambda it: it == 2, "both wait")
    await begun
    assert await slow is True

    assert (await seen(pair, queued))["state"] == "storing"
    assert await pair.pool.fetchval("select count(*) from directory_listing") == 2


async def test_two_packages_of_a_source_are_imported_one_after_another(
    pair: ListingPair, tmp_path: Path
) -> None:
    names = [f"s{number}" for number in range(20)]
    await imported(pair, tmp_path, services(*names))
    package = zip_of(tmp_path, zipped(services(*names, "new"))).read_bytes()
    queued = [await upload(pair, package) for _ in range(3)]

    outcomes = await asyncio.gather(*(work(pair, directory_batch_max=2) for _ in range(3)))
    while await work(pair):
        pass

    done = [await seen(pair, each) for each in queued]
    assert sum(outcomes) >= 1
    assert [(it["state"], it["created"], it["vanished"]) for it in done] == [
        ("done", 1, 0),
        ("done", 0, 0),
        ("done", 0, 0),
    ]
    assert {it["removed_at"] for it in await records(pair, "harbour")} == {None}


async def test_a_tombstone_keeps_the_names_only(pair: ListingPair, tmp_path: Path) -> None:
    tables = services("a", "b", description="4711 Bougainvillea Street")
    await imported(pair, tmp_path, tables)

    await confirmed(pair, tmp_path, services("b"))

    removed = [it for it in await records(pair, "harbour") if it["removed_at"]]
    assert {it["source_id"] for it in removed} == {"a", "a@l1"} or {it["source_id"] for it in removed} == {
        "a"
    }
    assert not [it for it in removed if "Bougainvillea" in it["document"] or it["latitude"] is not None]


async def test_a_process_that_lost_its_claim_fails_no_import_that_another_has_finished(
    pair: ListingPair, tmp_path: Path
) -> None:
    queued = await upload(pair, zip_of(tmp_path, zipped(services("a"))).read_bytes())

    async with connection(pair.pool) as conn:
        import_id = await imports.claim(conn)
        assert import_id is not None
        stale = await imports.begin(conn, import_id)
    await work(pair)
    async with pair.runtime.transaction() as tx:
        with pytest.raises(imports.ClaimLost):
            await imports.lock_claimed(tx.conn, stale)

    assert (await seen(pair, queued))["state"] == "done"


@pytest.mark.parametrize("key", ["abc", "xy" * 16, "ab" * 15, "a" * 33, "ab" * 65])
async def test_a_digest_key_that_cannot_be_used_is_refused(
    pair: ListingPair, tmp_path: Path, key: str
) -> None:
    package = zip_of(tmp_path, zipped(services("a"))).read_bytes()

    answer = await pair.client.post(
        "/directory/imports", params=OF_HARBOUR, content=package, headers=UPLOAD | {"Digest-Key": key}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
