"""A published directory becomes offers: with progress, repeatable, and finished by any process after a crash."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from alongside_contracts.vocabulary import Need
from alongside_directory.importing import ATTEMPTS_MAX, Importer, import_next
from alongside_directory.policy import read_directory_policies
from alongside_directory.settings import Settings
from tests.builders import REGION
from tests.conftest import SERVICE_TOKEN
from tests.polling import poll_until
from tests.service.listing_pair import ListingPair
from tests.service.matching.bench import admit, last_proposal, story
from tests.service.matching.test_groups import TUESDAYS
from tests.unit.directory.sample_packages import GOOD_ROWS, Rows, like, tables_about, zip_of, zipped

MIAMI = Path(__file__).parents[3].parent / "shared" / "data" / "miami-hsds.zip"
UPLOAD = {"content-type": "application/zip"}
OF_HARBOUR = {"region": REGION, "source": "harbour"}


def services(*names: str, **first: str) -> dict[str, Rows]:
    """Return a package with one service per name; the first has some columns changed, and the place and phone."""
    rows = [like("services", id=name, name=f"Circle {name}") for name in names]
    rows[0] |= first
    terms = [{"id": f"t{name}", "service_id": name, "taxonomy_id": "PN-8100.1000"} for name in names]
    return tables_about(names[0], services=rows, services_taxonomy=terms)


async def upload(bench: ListingPair, package: bytes, **query: str) -> dict[str, Any]:
    """Upload a package, and return the queued import."""
    answer = await bench.client.post(
        "/directory/imports", params=OF_HARBOUR | query, content=package, headers=UPLOAD
    )
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/directory/imports/{answer.json()['id']}"
    return dict(answer.json())


async def work(bench: ListingPair, **settings: Any) -> bool:
    """Let the worker import one waiting package, if any."""
    has_worked = await import_next(bench.runtime, importer(bench, **settings))
    await bench.forward()
    return has_worked


def importer(bench: ListingPair, **settings: Any) -> Importer:
    """Return what the worker needs."""
    assert isinstance(bench.service.settings, Settings)
    chosen = bench.service.settings.model_copy(update=settings)
    return Importer(read_directory_policies(chosen.directory_policy_file), chosen)


async def imported(
    bench: ListingPair, tmp_path: Path, tables: dict[str, Rows], **query: str
) -> dict[str, Any]:
    """Upload and import a package, and return the finished import."""
    queued = await upload(bench, zip_of(tmp_path, zipped(tables)).read_bytes(), **query)
    assert await work(bench)
    return await seen(bench, queued)


async def confirmed(
    bench: ListingPair, tmp_path: Path, tables: dict[str, Rows], **query: str
) -> dict[str, Any]:
    """Import a package that is held, confirm it, and return the finished import."""
    held = await imported(bench, tmp_path, tables, **query)
    assert held["state"] == "held"
    return await imported(bench, tmp_path, tables, confirm=held["confirmation"], **query)


async def seen(bench: ListingPair, queued: dict[str, Any]) -> dict[str, Any]:
    """Return the progress of an import."""
    return dict((await bench.client.get(f"/directory/imports/{queued['id']}")).json())


async def attempts(bench: ListingPair) -> int:
    """Return how often the only import was begun."""
    return int(await bench.pool.fetchval("select attempts from directory_import"))


async def listed(bench: ListingPair) -> list[dict[str, Any]]:
    """Return every offer."""
    return list((await bench.matching.client.get("/offers", params={"limit": 200})).json()["items"])


async def test_a_listed_group_becomes_an_offer_that_is_proposed(pair: ListingPair, tmp_path: Path) -> None:
    done = await imported(pair, tmp_path, GOOD_ROWS)

    referral = await admit(pair.matching, needs=(Need.GRIEF,))

    assert (done["state"], done["read"], done["of"], done["created"]) == ("done", 1, 1, 1)
    (offer,) = await listed(pair)
    assert (offer["name"], offer["kind"], offer["needs"], offer["capacity"]) == (
        "Grief circle",
        "group",
        ["grief"],
        5,
    )
    assert str((await last_proposal(pair.matching, referral)).offer_id) == offer["id"]


async def test_a_queued_import_is_noticed_once(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, GOOD_ROWS)

    assert await work(pair) is False


async def test_a_second_import_changes_nothing(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    before = await listed(pair)

    second = await imported(pair, tmp_path, services("a", "b"))

    assert (second["created"], second["changed"], second["unchanged"]) == (0, 0, 2)
    assert await listed(pair) == before


async def test_a_changed_service_is_changed_and_keeps_the_places_staff_gave_it(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    offer = (await listed(pair))[0]
    await pair.matching.client.patch(f"/offers/{offer['id']}", json={"capacity": 2})

    second = await imported(pair, tmp_path, services("a", "b", name="Renamed circle"))

    assert (second["created"], second["changed"], second["unchanged"]) == (0, 1, 1)
    renamed = (await listed(pair))[0]
    assert (renamed["id"], renamed["name"], renamed["capacity"]) == (offer["id"], "Renamed circle", 2)


async def test_a_changed_service_keeps_the_ages_staff_set(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a"))
    offer = (await listed(pair))[0]
    changes = {"age_bands": ["26-64"], "eligibility": ["veteran"], "check_required": True}
    await pair.matching.client.patch(f"/offers/{offer['id']}", json=changes)

    again = await imported(pair, tmp_path, services("a", name="Renamed circle"))

    assert again["changed"] == 1
    renamed = (await listed(pair))[0]
    assert {name: renamed[name] for name in changes} == changes


async def test_a_vanished_service_is_paused_unless_keeping_is_asked_for(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"))

    kept = await confirmed(pair, tmp_path, services("a"), vanished="keep")
    after_keeping = [offer["paused_because"] for offer in await listed(pair)]
    paused = await confirmed(pair, tmp_path, services("a"))

    assert (kept["vanished"], after_keeping) == (0, [None, None])
    assert paused["vanished"] == 1
    assert [offer["paused_because"] for offer in await listed(pair)] == [None, "vanished"]


async def test_a_listed_group_that_meets_no_more_is_not_asked_again_because_its_listing_changed(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, GOOD_ROWS)
    group = (await listed(pair))[0]["id"]
    ended = TUESDAYS | {"meeting_state": "ended"}
    await pair.matching.client.put(f"/groups/{group}/schedule", json=ended)

    renamed = GOOD_ROWS | {"services": [GOOD_ROWS["services"][0] | {"name": "Renamed circle"}]}
    again = await imported(pair, tmp_path, renamed)

    assert again["changed"] == 1
    assert (await listed(pair))[0]["paused_because"] == "not-meeting"


async def test_an_offer_is_resumed_when_its_service_is_listed_again(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    paused = await confirmed(pair, tmp_path, services("a"), vanished="pause")

    await imported(pair, tmp_path, services("a", "b"))

    assert paused["vanished"] == 1
    assert [offer["paused_because"] for offer in await listed(pair)] == [None, None]


async def test_a_pause_by_staff_stays_whatever_the_directory_says(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a"))
    offer = (await listed(pair))[0]["id"]
    await pair.matching.client.post(f"/offers/{offer}/pause")

    await imported(pair, tmp_path, services("a", name="Renamed circle"))

    assert (await listed(pair))[0]["paused_because"] == "staff"


async def test_a_service_that_is_not_active_is_listed_but_not_asked(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", status="inactive"))

    referral = await admit(pair.matching, needs=(Need.GRIEF,))

    assert (await listed(pair))[0]["paused_because"] == "not-active"
    assert await story(pair.matching, referral) == ["MatchWaitlisted"]


async def test_the_report_names_every_quarantined_line(pair: ListingPair, tmp_path: Path) -> None:
    done = await imported(pair, tmp_path, services(*"abcdef", organization_id="nobody"))

    report = await pair.client.get(f"/directory/imports/{done['id']}/report", params={"kind": "quarantined"})

    assert (done["read"], done["quarantined"], done["created"]) == (6, 1, 5)
    line = next(line for line in report.json()["items"] if line["file"] == "services")
    assert (line["line"], line["source_id"], line["code"]) == (2, "a", "organisation-missing")
    assert line["remedy"]


async def test_waiting_referrals_are_matched_after_a_directory_import(
    pair: ListingPair, tmp_path: Path
) -> None:
    waiting = await admit(pair.matching, needs=(Need.GRIEF,))

    await imported(pair, tmp_path, GOOD_ROWS)
    await pair.matching.fire_timers(pair.clock.now() + timedelta(seconds=2))

    assert await story(pair.matching, waiting) == ["MatchWaitlisted", "MatchProposed"]


async def test_a_file_that_is_no_zip_is_refused_on_upload(pair: ListingPair) -> None:
    answer = await pair.client.post("/directory/imports", params=OF_HARBOUR, content=b"id,name\n1,a\n")

    assert (answer.status_code, answer.json()["code"]) == (422, "not-a-zip")
    assert await work(pair) is False


async def test_a_file_may_be_larger_than_other_bodies(bench_of: Any, tmp_path: Path) -> None:
    package = zip_of(tmp_path, zipped(services("first"))).read_bytes()

    async with bench_of("directory", http_body_bytes_max=len(package) - 1) as bench:
        bench.client.headers["Authorization"] = f"Bearer {SERVICE_TOKEN}"
        other = await bench.client.post("/directory/announcements", content=bytes(len(package)))
        queued = await upload(bench, package)

    assert (other.status_code, queued["state"]) == (413, "queued")


async def test_a_file_over_the_limit_is_refused_on_upload(bench_of: Any) -> None:
    async with bench_of("directory", directory_bytes_max=2_000) as bench:
        bench.client.headers["Authorization"] = f"Bearer {SERVICE_TOKEN}"
        answer = await bench.client.post(
            "/directory/imports", params=OF_HARBOUR, content=b"PK\x03\x04" + bytes(2_000)
        )

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


async def test_a_damaged_package_fails_with_its_remedy_and_is_not_tried_again(
    pair: ListingPair,
) -> None:
    queued = await upload(pair, b"PK\x03\x04 and then nothing a zip would have")

    await work(pair)

    failed = (await pair.client.get(f"/directory/imports/{queued['id']}")).json()
    assert (failed["state"], failed["read"]) == ("failed", 0)
    assert failed["problem"]
    assert failed["remedy"]
    assert await work(pair) is False


async def test_a_package_without_services_fails_and_names_the_missing_table(
    pair: ListingPair, tmp_path: Path
) -> None:
    tables = {name: rows for name, rows in GOOD_ROWS.items() if name != "services"}

    failed = await imported(pair, tmp_path, tables)

    assert failed["state"] == "failed"
    assert "services" in failed["problem"]


async def test_an_unknown_import_is_not_found(pair: ListingPair) -> None:
    for path in ("", "/report"):
        answer = await pair.client.get(f"/directory/imports/{uuid4()}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "import-not-found")


async def test_an_interrupted_import_is_finished_by_the_next_worker(
    pair: ListingPair, tmp_path: Path
) -> None:
    names = [f"s{number}" for number in range(10, 30)]
    await imported(pair, tmp_path, services(*names))
    renamed = services(*names)
    for row in renamed["services"]:
        row["name"] += " (new)"
    queued = await upload(pair, zip_of(tmp_path, zipped(renamed)).read_bytes())

    async with pair.runtime.transaction() as tx:
        await tx.conn.execute("select from directory_listing where source_id = 's17' for update")
        dying = asyncio.create_task(work(pair, directory_batch_max=1))
        half = await poll_until(lambda: seen(pair, queued), lambda it: it["read"] == 7, "seven services")
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
    assert await work(pair)

    done = await seen(pair, queued)
    assert (half["state"], half["changed"]) == ("storing", 7)
    assert (done["state"], done["read"], done["created"], done["changed"], done["unchanged"]) == (
        "done",
        20,
        0,
        20,
        0,
    )


async def test_an_import_that_kills_every_worker_is_given_up_and_says_so(
    pair: ListingPair, tmp_path: Path
) -> None:
    queued = await upload(pair, zip_of(tmp_path, zipped(GOOD_ROWS)).read_bytes())

    async with pair.runtime.transaction() as tx:
        await tx.conn.execute("lock table directory_import_line in exclusive mode")
        for attempt in range(1, ATTEMPTS_MAX + 1):
            dying = asyncio.create_task(work(pair))
            await poll_until(lambda: attempts(pair), attempt.__eq__, f"attempt {attempt}")
            dying.cancel()
            await asyncio.gather(dying, return_exceptions=True)
    await work(pair)

    given_up = await seen(pair, queued)
    assert given_up["state"] == "failed"
    assert f"{ATTEMPTS_MAX} times" in given_up["problem"]
    assert await work(pair) is False


async def test_two_workers_never_import_the_same_file(pair: ListingPair, tmp_path: Path) -> None:
    await upload(pair, zip_of(tmp_path, zipped(services("a", "b"))).read_bytes())

    outcomes = await asyncio.gather(*(work(pair) for _ in range(3)))

    assert sorted(outcomes) == [False, False, True]


async def test_the_whole_miami_directory_is_imported_once_and_its_services_are_proposed(
    pair: ListingPair,
) -> None:
    if not MIAMI.exists():
        pytest.skip("the Miami directory is not beside the repository (../shared/data/miami-hsds.zip)")
    package = MIAMI.read_bytes()

    first = await upload(pair, package)
    async with asyncio.timeout(60):
        await work(pair)
    second = await upload(pair, package)
    await import_next(pair.runtime, importer(pair))
    announced_again = await pair.forward()
    referrals = [await admit(pair.matching, needs=(need,)) for need in (Need.SUBSTANCE_USE, Need.GRIEF)]

    counts = ("state", "of", "read", "created", "changed", "unchanged", "quarantined")
    outcomes = [
        {name: (await pair.client.get(f"/directory/imports/{one['id']}")).json()[name] for name in counts}
        for one in (first, second)
    ]
    found = await pair.client.get("/services", params={"hotline": "true", "per_page": 1})
    offers = await pair.matching.pool.fetchval("select count(*) from offer")
    assert found.json()["total_items"] == 3_642 - offers > 20
    whole = {"state": "done", "of": 4_089, "read": 4_089, "changed": 0, "quarantined": 447}
    assert announced_again == []
    assert outcomes == [
        whole | {"created": 3_642, "unchanged": 0},
        whole | {"created": 0, "unchanged": 3_642},
    ]
    for need, referral in zip(("substance-use", "grief"), referrals, strict=True):
        proposal = await last_proposal(pair.matching, referral)
        offer = (await pair.matching.client.get(f"/offers/{proposal.offer_id}")).json()
        assert need in offer["needs"]
        assert (offer["kind"] in {"service", "group"}, offer["source"]) == (True, "directory:harbour")
