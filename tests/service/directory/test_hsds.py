"""The directory in HSDS 3.0: answers validate against the standard, also for a real directory."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.builders import REGION
from tests.service.directory.test_directory_import import MIAMI, confirmed, imported, services, upload, work
from tests.service.listing_pair import ListingPair
from tests.unit.directory.sample_packages import GOOD_ROWS, like, tables_about

SCHEMAS = Path(__file__).parents[3].parent / "shared" / "data" / "hsds-3.0" / "schema"
LISTS = {
    "/services": "compiled/service_list.json",
    "/services?full=true": "compiled/service.json",
    "/organizations": "compiled/organization_list.json",
    "/organizations?full_service=true": "compiled/organization.json",
    "/service_at_locations": "compiled/service_at_location_list.json",
    "/service_at_locations?full=true": "compiled/service_at_location.json",
    "/taxonomies": "taxonomy.json",
    "/taxonomy_terms": "taxonomy_term.json",
}
ONES = {
    "/services": "compiled/service.json",
    "/organizations": "compiled/organization.json",
    "/service_at_locations": "compiled/service_at_location.json",
    "/taxonomies": "taxonomy.json",
    "/taxonomy_terms": "taxonomy_term.json",
}


def problems(schema: str, document: Any) -> Iterator[str]:
    """Yield the violations of the standard in a document, formats of ids and dates included."""
    if not SCHEMAS.exists():
        pytest.skip("the HSDS 3.0 schemas are not beside the repository (../shared/data/hsds-3.0/schema)")
    known = {
        file.name: Resource.from_contents(json.loads(file.read_text()), default_specification=DRAFT202012)
        for file in SCHEMAS.glob("*.json")
    }
    validator = jsonschema.Draft202012Validator(
        json.loads((SCHEMAS / schema).read_text()),
        registry=Registry().with_resources(known.items()),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    for error in validator.iter_errors(document):
        yield f"{schema} {list(error.absolute_path)}: {error.message[:200]}"


async def listed(bench: ListingPair, path: str, **query: Any) -> dict[str, Any]:
    """Return one page of a list."""
    answer = await bench.client.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def names(bench: ListingPair, path: str, **query: Any) -> list[str]:
    """Return the names on one page."""
    return [
        it.get("name") or it["service"]["name"] for it in (await listed(bench, path, **query))["contents"]
    ]


async def test_everything_a_small_directory_shows_validates(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, GOOD_ROWS)

    found: list[str] = []
    for path, schema in LISTS.items():
        page = await listed(pair, path)
        assert page["contents"], path
        found += [problem for document in page["contents"] for problem in problems(schema, document)]
    for path, schema in ONES.items():
        key = (await listed(pair, path))["contents"][0]["id"]
        found += problems(schema, await listed(pair, f"{path}/{key}"))

    assert found == []


async def test_a_service_is_shown_with_everything_that_belongs_to_it(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, GOOD_ROWS)

    (service,) = (await listed(pair, "/services", full="true"))["contents"]

    assert service["organization"]["name"] == "Harbour House"
    assert [(it["number"], it["extension"]) for it in service["phones"]] == [("305-555-0100", 7)]
    (hours,) = service["schedules"]
    assert (hours["byday"], hours["opens_at"], hours["closes_at"]) == ("MO", "18:00:00", "19:30:00")
    assert service["url"] == "http://www.example.org/grief"
    (at_location,) = service["service_at_locations"]
    assert (at_location["location"]["latitude"], at_location["location"]["longitude"]) == (25.77, -80.19)
    assert service["attributes"][0]["taxonomy_term"]["code"] == "PN-8100.1000"


async def test_pages_say_how_many_there_are_and_each_service_is_on_one(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b", "c"))

    first = await listed(pair, "/services", per_page=2)
    last = await listed(pair, "/services", per_page=2, page=2)
    beyond = await listed(pair, "/services", per_page=2, page=3)

    page_fields = ("total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty")
    assert [first[name] for name in page_fields] == [3, 2, 1, 2, True, False, False]
    assert [last[name] for name in page_fields] == [3, 2, 2, 1, False, True, False]
    assert [beyond[name] for name in page_fields] == [3, 2, 3, 0, False, True, True]
    assert len({it["id"] for page in (first, last) for it in page["contents"]}) == 3


async def test_minimal_full_and_lines_show_more_or_less_of_the_same(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"))

    minimal = (await listed(pair, "/services", minimal="true"))["contents"]
    plain = (await listed(pair, "/services"))["contents"]
    lines = await pair.client.get("/services", params={"format": "ndjson", "full": "true"})

    assert {tuple(sorted(it)) for it in minimal} == {("id", "last_modified")}
    assert not any("phones" in it or "schedules" in it for it in plain)
    assert [json.loads(line)["id"] for line in lines.text.splitlines()] == [it["id"] for it in plain]


async def test_words_find_a_service_by_name_text_organisation_and_term(
    pair: ListingPair, tmp_path: Path
) -> None:
    rows = [
        like("services", id="a", name="Evening circle", description="For those who grieve"),
        like("services", id="b", name="Grieving together", description="Weekly"),
        like("services", id="c", name="Food pantry", description="Groceries"),
    ]
    terms = [{"id": "t", "service_id": "a", "taxonomy_id": "PN-8100.1000"}]
    await imported(pair, tmp_path, tables_about("a", services=rows, services_taxonomy=terms))

    assert await names(pair, "/services", search="grieving") == [
        "Grieving together",
        "Evening circle",
    ]
    assert await names(pair, "/services", search="bereavement") == ["Evening circle"]
    assert await names(pair, "/services", search="grocery -circle") == ["Food pantry"]
    assert len(await names(pair, "/services", search="harbour house")) == 3
    assert await names(pair, "/organizations", search="harbour") == ["Harbour House"]


async def test_terms_taxonomies_organisations_and_dates_narrow_a_list(
    pair: ListingPair, tmp_path: Path
) -> None:
    tables = services("a", "b")
    tables["services_taxonomy"] = tables["services_taxonomy"][:1]
    await imported(pair, tmp_path, tables)
    term = (await listed(pair, "/taxonomy_terms"))["contents"][0]
    organisation = (await listed(pair, "/organizations"))["contents"][0]["id"]
    in_the_future = pair.clock.now().replace(year=2100).isoformat()

    assert await names(pair, "/services", taxonomy_term_id=term["id"]) == ["Circle a"]
    assert await names(pair, "/services", taxonomy_id=term["taxonomy_id"]) == ["Circle a"]
    assert len(await names(pair, "/services", organization_id=organisation)) == 2
    assert await names(pair, "/services", organization_id=str(uuid4())) == []
    assert await names(pair, "/services", modified_after=in_the_future) == []
    assert await names(pair, "/services", region="us-oh-columbus") == []


async def test_distance_is_counted_in_metres_around_a_point_or_a_postcode(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, GOOD_ROWS)
    near = {"latitude": 25.78, "longitude": -80.19}  # 1.1 km to the north

    async def found(**query: Any) -> int:
        return len(await names(pair, "/service_at_locations", **query))

    assert (await found(**near, proximity=1_200), await found(**near, proximity=1_000)) == (1, 0)
    assert (await found(postcode="33136"), await found(postcode="33136", proximity=1)) == (1, 1)


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/service_at_locations", {"postcode": "99999"}, 422, "postcode-unknown"),
        ("/service_at_locations", {"proximity": "500"}, 422, "around-what"),
        ("/service_at_locations", {"latitude": "25"}, 422, "around-what"),
        ("/services", {"per_page": "501"}, 422, "too-many-per-page"),
        ("/services", {"per_page": "0"}, 422, "invalid-request"),
        ("/services", {"taxonomy_term_id": "PN-8100"}, 422, "invalid-request"),
        ("/services", {"colour": "red"}, 422, "invalid-request"),
        ("/services/00000000-0000-4000-8000-000000000000", {}, 404, "not-listed"),
    ],
)
async def test_an_invalid_query_is_refused(
    pair: ListingPair, path: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = await pair.client.get(path, params=query)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["remedy"]


async def test_a_vanished_record_leaves_a_tombstone_and_may_come_back(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    ids = {it["name"]: it["id"] for it in (await listed(pair, "/services"))["contents"]}

    await confirmed(pair, tmp_path, services("a"))
    gone = await pair.client.get(f"/services/{ids['Circle b']}")
    buried = await listed(pair, f"/directory/provenance/service/{ids['Circle b']}")
    await imported(pair, tmp_path, services("a", "b"))
    back = await listed(pair, f"/directory/provenance/service/{ids['Circle b']}")

    assert (gone.status_code, gone.json()["code"]) == (410, "no-longer-listed")
    assert buried["removed_at"] is not None
    assert (back["removed_at"], back["source_id"]) == (None, "b")
    assert {it["id"] for it in (await listed(pair, "/services"))["contents"]} == set(ids.values())


async def test_an_import_that_changes_nothing_changes_no_date_and_a_changed_record_only_its_own(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    before = await listed(pair, "/services", minimal="true")

    await imported(pair, tmp_path, services("a", "b"))
    same = await listed(pair, "/services", minimal="true")
    await imported(pair, tmp_path, services("a", "b", name="Renamed"))
    renamed = await listed(pair, "/services", minimal="true")

    assert same == before
    assert sum(it not in before["contents"] for it in renamed["contents"]) <= 1
    assert await names(pair, "/services", search="renamed") == ["Renamed"]


async def test_a_verified_date_is_the_publishers_and_no_date_of_ours(
    pair: ListingPair, tmp_path: Path
) -> None:
    rows = [
        like("services", id="a") | {"assured_date": "2025-11-30"},
        like("services", id="b") | {"assured_date": "last spring"},
    ]
    terms = [{"id": "t", "service_id": "a", "taxonomy_id": "PN-8100.1000"}]
    done = await imported(pair, tmp_path, tables_about("a", services=rows, services_taxonomy=terms))
    shown = {it["name"] + it["id"]: it for it in (await listed(pair, "/services"))["contents"]}

    dates = sorted(str(it.get("assured_date")) for it in shown.values())
    report = await listed(pair, f"/directory/imports/{done['id']}/report", kind="flagged")

    assert dates == ["2025-11-30", "None"]
    assert "bad-date" in {line["code"] for line in report["items"]}


async def test_the_whole_miami_directory_is_shown_as_the_standard_wants_it(
    pair: ListingPair,
) -> None:
    if not MIAMI.exists():
        pytest.skip("the Miami directory is not beside the repository (../shared/data/miami-hsds.zip)")
    await upload(pair, MIAMI.read_bytes())
    await work(pair)

    totals = {path: (await listed(pair, path, per_page=1))["total_items"] for path in ONES}
    minimal = await listed(pair, "/services", minimal="true")
    sample = {
        path: await listed(pair, path, **({"per_page": 100} if "?" not in path else {})) for path in LISTS
    }
    found = [
        problem
        for path, schema in LISTS.items()
        for it in sample[path]["contents"]
        for problem in problems(schema, it)
    ]

    assert totals == {
        "/services": 3_642,
        "/organizations": 1_074,
        "/service_at_locations": 3_642,
        "/taxonomies": 1,
        "/taxonomy_terms": 1_991,  # 1,994 rows, of which three repeat an id
    }
    assert minimal["size"] == 3_642
    assert found == []
    assert (await listed(pair, "/services", search="bereavement support"))["total_items"] > 10
    near = await listed(pair, "/service_at_locations", region=REGION, postcode="33136", proximity=2_000)
    assert 0 < near["total_items"] < 1_000


async def test_the_root_names_the_standard_and_where_this_api_is_described(bench_of: Any) -> None:
    async with bench_of("directory", directory_public_url="https://directory.example/") as bench:
        root = (await bench.client.get("/")).json()

    assert root["version"] == "3.0"
    assert root["profile"].startswith("https://")
    assert root["openapi_url"] == "https://directory.example/openapi.json"
