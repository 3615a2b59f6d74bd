"""An id that names another service now keeps what it was until somebody confirms it: people may have been referred there."""

from pathlib import Path
from typing import Any

import pytest

from alongside_contracts.vocabulary import Need
from tests.service.directory.test_directory_brake import asked
from tests.service.directory.test_directory_import import imported, listed, services, upload, work
from tests.service.listing_pair import ListingPair
from tests.service.matching.bench import admit, last_proposal
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


async def lines(bench: ListingPair, done: dict[str, Any], code: str) -> list[tuple[str, str]]:
    """Return kind and source id of the report's lines with a code."""
    report = await bench.client.get(f"/directory/imports/{done['id']}/report")
    return [(it["kind"], it["source_id"]) for it in report.json()["items"] if it["code"] == code]


async def test_an_id_that_names_another_service_keeps_what_it_was_until_it_is_confirmed(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a"))
    referral = await admit(pair.matching, needs=(Need.GRIEF,))
    offer_id = str((await last_proposal(pair.matching, referral)).offer_id)

    kept = await imported(pair, tmp_path, reused())
    before = {it["id"]: it["name"] for it in await listed(pair)}
    shown = [it["name"] for it in (await pair.client.get("/services")).json()["contents"]]
    done = await imported(pair, tmp_path, reused(), confirm=kept["confirmation"])

    assert (kept["state"], kept["created"], asked(kept)) == ("done", 1, {("ids-moved", "a")})
    assert (before[offer_id], sorted(shown)) == ("Circle a", ["Circle a", "Circle b"])
    assert await lines(pair, kept, "ids-moved") == [("quarantined", "a")]
    assert (done["changed"], await lines(pair, done, "ids-moved")) == (1, [("flagged", "a")])
    assert {it["id"]: it["name"] for it in await listed(pair)}[offer_id] == "Tax advice"


@pytest.mark.parametrize(
    "tables",
    [reused(name="CIRCLE  A"), reused(organisation="o1"), reused(term="PN-8100.1000")],
    ids=["same name", "same organisation", "same terms"],
)
async def test_an_id_of_which_something_stays_has_not_moved(
    pair: ListingPair, tmp_path: Path, tables: dict[str, Rows]
) -> None:
    await imported(pair, tmp_path, services("a", "b"))

    done = await imported(pair, tmp_path, tables)

    assert await lines(pair, done, "ids-moved") == []


async def test_a_confirmed_import_that_is_interrupted_is_finished_as_it_was_confirmed(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    referral = await admit(pair.matching, needs=(Need.GRIEF,))
    await last_proposal(pair.matching, referral)
    held = await imported(pair, tmp_path, reused() | {"services": reused()["services"][:1]})
    await upload(
        pair,
        zip_of(tmp_path, zipped(reused() | {"services": reused()["services"][:1]})).read_bytes(),
        confirm=held["confirmation"],
    )

    await pair.pool.execute(  # as a process leaves it that was killed after the decision
        "update directory_import set state = 'reading', moved = '{a}', kept = '{}' where state = 'queued'"
    )
    await work(pair)

    names = {it["source_id"]: (it["name"], it["paused_because"]) for it in await listed(pair)}
    assert names == {"a": ("Tax advice", None), "b": ("Circle b", "vanished")}


async def test_a_kept_id_is_kept_by_the_process_that_continues(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    tables = reused()
    tables |= {
        "organizations": tables["organizations"][1:],
        "services": [row | {"organization_id": "o2"} for row in tables["services"]],
        "taxonomy": tables["taxonomy"][1:],
        "services_taxonomy": [row | {"taxonomy_id": "BH-1800"} for row in tables["services_taxonomy"]],
    }
    await upload(pair, zip_of(tmp_path, zipped(tables)).read_bytes())
    await pair.pool.execute(
        "update directory_import set state = 'storing', moved = '{}', kept = '{a}' where state = 'queued'"
    )

    await work(pair)

    assert [it["name"] for it in await listed(pair)] == ["Circle a", "Circle b"]
    organisations = (await pair.client.get("/organizations")).json()["contents"]
    terms = (await pair.client.get("/taxonomy_terms")).json()["contents"]
    assert sorted(it["name"] for it in organisations) == ["Another House", "Harbour House"]
    assert sorted(it["code"] for it in terms) == ["BH-1800", "PN-8100.1000"]


async def test_a_kept_id_that_would_be_a_hotline_is_not_paused(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a"))
    await last_proposal(pair.matching, await admit(pair.matching, needs=(Need.GRIEF,)))

    done = await imported(pair, tmp_path, reused(name="Night hotline"))

    offers = {it["source_id"]: (it["name"], it["paused_because"]) for it in await listed(pair)}
    assert (done["state"], done["vanished"], offers["a"]) == ("done", 0, ("Circle a", None))
