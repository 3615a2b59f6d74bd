"""An id that names another service now keeps what it was while places are held there, until somebody confirms it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.vocabulary import Need
from tests.polling import poll_until
from tests.service.matching.bench import admit, last_proposal
from tests.service.matching.test_directory_brake import asked
from tests.service.matching.test_directory_import import imported, listed, seen, services, upload, work
from tests.unit.directory.sample_packages import Rows, like, tables_about, zip_of, zipped


def reused(name: str = "Tax advice", organisation: str = "o2", term: str = "BH-1800") -> dict[str, Rows]:
    """Return two services, the first of which has another name, organisation or term than in `services("a", "b")`."""
    rows = [
        like("services", id="a", name=name, organization_id=organisation),
        like("services", id="b", name="Circle b"),
    ]
    return tables_about(
        "a",
        organizations=[{"id": "o1", "name": "Harbour House"}, {"id": "o2", "name": "Another House"}],
        services=rows,
        taxonomy=[{"id": "PN-8100.1000", "name": "Bereavement"}, {"id": "BH-1800", "name": "Shelter"}],
        services_taxonomy=[
            {"id": "ta", "service_id": "a", "taxonomy_id": term},
            {"id": "tb", "service_id": "b", "taxonomy_id": "PN-8100.1000"},
        ],
    )


async def lines(bench: ServiceBench, done: dict[str, Any], code: str) -> list[tuple[str, str]]:
    """Return kind and source id of the report's lines with a code."""
    report = await bench.client.get(f"/directory/imports/{done['id']}/report")
    return [(it["kind"], it["source_id"]) for it in report.json()["items"] if it["code"] == code]


async def test_an_id_that_names_another_service_keeps_what_it_was_while_places_are_held(
    matching_bench: ServiceBench, tmp_path: Path
) -> None:
    await imported(matching_bench, tmp_path, services("a"))
    referral = await admit(matching_bench, needs=(Need.GRIEF,))
    offer_id = str((await last_proposal(matching_bench, referral)).offer_id)

    kept = await imported(matching_bench, tmp_path, reused())
    before = {it["id"]: it["name"] for it in await listed(matching_bench)}
    shown = [it["name"] for it in (await matching_bench.client.get("/services")).json()["contents"]]
    done = await imported(matching_bench, tmp_path, reused(), confirm=kept["confirmation"])

    assert (kept["state"], kept["created"], asked(kept)) == ("done", 1, {("ids-moved", "a")})
    assert (before[offer_id], sorted(shown)) == ("Circle a", ["Circle a", "Circle b"])
    assert await lines(matching_bench, kept, "ids-moved") == [("quarantined", "a")]
    assert (done["changed"], await lines(matching_bench, done, "ids-moved")) == (1, [("flagged", "a")])
    assert {it["id"]: it["name"] for it in await listed(matching_bench)}[offer_id] == "Tax advice"


async def test_an_id_that_names_another_service_is_flagged_and_applied_where_no_place_is_held(
    matching_bench: ServiceBench, tmp_path: Path
) -> None:
    await imported(matching_bench, tmp_path, services("a", "b"))

    done = await imported(matching_bench, tmp_path, reused())

    assert (done["state"], done["questions"]) == ("done", [])
    assert await lines(matching_bench, done, "ids-moved") == [("flagged", "a")]
    assert (await listed(matching_bench))[0]["name"] == "Tax advice"


@pytest.mark.parametrize(
    "tables",
    [reused(name="CIRCLE  A"), reused(organisation="o1"), reused(term="PN-8100.1000")],
    ids=["same name", "same organisation", "same terms"],
)
async def test_an_id_of_which_something_stays_has_not_moved(
    matching_bench: ServiceBench, tmp_path: Path, tables: dict[str, Rows]
) -> None:
    await imported(matching_bench, tmp_path, services("a", "b"))

    done = await imported(matching_bench, tmp_path, tables)

    assert await lines(matching_bench, done, "ids-moved") == []


async def test_a_confirmed_import_that_is_interrupted_is_finished_as_it_was_confirmed(
    matching_bench: ServiceBench, tmp_path: Path
) -> None:
    await imported(matching_bench, tmp_path, services("a", "b"))
    referral = await admit(matching_bench, needs=(Need.GRIEF,))
    await last_proposal(matching_bench, referral)
    held = await imported(matching_bench, tmp_path, reused() | {"services": reused()["services"][:1]})
    await upload(
        matching_bench,
        zip_of(tmp_path, zipped(reused() | {"services": reused()["services"][:1]})).read_bytes(),
        confirm=held["confirmation"],
    )

    await matching_bench.pool.execute(  # as a process leaves it that was killed after the decision
        "update directory_import set state = 'reading', moved = '{a}', kept = '{}', released = '{a}' where state = 'queued'"
    )
    await work(matching_bench)

    names = {it["source_id"]: (it["name"], it["paused_because"]) for it in await listed(matching_bench)}
    assert names == {"a": ("Tax advice", None), "b": ("Circle b", "vanished")}


async def test_a_kept_id_is_kept_by_the_process_that_continues(
    matching_bench: ServiceBench, tmp_path: Path
) -> None:
    await imported(matching_bench, tmp_path, services("a", "b"))
    tables = reused()
    tables |= {
        "organizations": tables["organizations"][1:],
        "services": [row | {"organization_id": "o2"} for row in tables["services"]],
        "taxonomy": tables["taxonomy"][1:],
        "services_taxonomy": [row | {"taxonomy_id": "BH-1800"} for row in tables["services_taxonomy"]],
    }
    await upload(matching_bench, zip_of(tmp_path, zipped(tables)).read_bytes())
    await matching_bench.pool.execute(
        "update directory_import set state = 'storing', moved = '{}', kept = '{a}', released = '{}' where state = 'queued'"
    )

    await work(matching_bench)

    assert [it["name"] for it in await listed(matching_bench)] == ["Circle a", "Circle b"]
    organisations = (await matching_bench.client.get("/organizations")).json()["contents"]
    terms = (await matching_bench.client.get("/taxonomy_terms")).json()["contents"]
    assert sorted(it["name"] for it in organisations) == ["Another House", "Harbour House"]
    assert sorted(it["code"] for it in terms) == ["BH-1800", "PN-8100.1000"]


async def test_a_place_that_is_taken_during_the_import_keeps_its_service_whatever_was_confirmed(
    matching_bench: ServiceBench, tmp_path: Path
) -> None:
    await imported(matching_bench, tmp_path, services("a", "b", "c", "d", "e"))
    tables = reused()
    held = await imported(matching_bench, tmp_path, tables)
    package = zip_of(tmp_path, zipped(tables)).read_bytes()
    queued = await upload(matching_bench, package, confirm=held["confirmation"])

    async with matching_bench.runtime.transaction() as tx:
        await tx.conn.execute("update offer set held = 1 where source_id = 'a'")
        importing = asyncio.create_task(work(matching_bench))
        await poll_until(lambda: seen(matching_bench, queued), lambda it: it["state"] == "storing", "storing")
    await importing

    done = await seen(matching_bench, queued)
    assert asked(held) >= {("retires", "service")}
    assert await lines(matching_bench, done, "ids-moved") == [("quarantined", "a")]
    assert (done["flagged"], done["lines_quarantined"]) == (
        held["flagged"] - 1,
        held["lines_quarantined"] + 1,
    )
    assert {it["source_id"]: it["name"] for it in await listed(matching_bench)}["a"] == "Circle a"
    shown = [it["name"] for it in (await matching_bench.client.get("/services")).json()["contents"]]
    assert sorted(shown) == ["Circle a", "Circle b"]


async def test_a_kept_id_that_would_be_a_hotline_is_not_paused(
    matching_bench: ServiceBench, tmp_path: Path
) -> None:
    await imported(matching_bench, tmp_path, services("a"))
    await last_proposal(matching_bench, await admit(matching_bench, needs=(Need.GRIEF,)))

    done = await imported(matching_bench, tmp_path, reused(name="Night hotline"))

    offers = {it["source_id"]: (it["name"], it["paused_because"]) for it in await listed(matching_bench)}
    assert (done["state"], done["vanished"], offers["a"]) == ("done", 0, ("Circle a", None))
