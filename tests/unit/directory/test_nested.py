"""HSDS as JSON gives the same rows as the same directory in CSV."""

import json
from pathlib import Path
from typing import Any

import pytest

from alongside_contracts.vocabulary import Need
from alongside_directory.listing.listing import read_directory
from alongside_directory.source.errors import DirectoryError, NotADatapackage
from tests.unit.directory.sample_packages import GOOD_ROWS, zip_of, zipped

EXAMPLE = Path(__file__).parents[3].parent / "shared" / "data" / "hsds-3.0" / "examples" / "service_full.json"
SERVICE: dict[str, Any] = {
    "id": "s1",
    "name": "Grief circle",
    "status": "active",
    "assured_date": "2026-01-31",
    "organization": {
        "id": "o1",
        "name": "Harbour House",
        "description": "A house",
        "website": "www.example.org",
    },
    "phones": [{"id": "p1", "number": "305-555-0100", "extension": 7}],
    "schedules": [{"id": "h1", "byday": "MO,TU", "opens_at": "18:00", "closes_at": "19:30"}],
    "languages": [{"id": "g1", "name": "English", "code": "en"}],
    "service_at_locations": [
        {
            "id": "a1",
            "location": {
                "id": "l1",
                "latitude": 25.77,
                "longitude": -80.19,
                "addresses": [
                    {
                        "id": "d1",
                        "address_1": "1 Bay Street",
                        "city": "Miami",
                        "state_province": "FL",
                        "postal_code": "33136",
                        "country": "US",
                        "address_type": "physical",
                    }
                ],
            },
        }
    ],
    "attributes": [
        {
            "id": "t1",
            "link_entity": "service",
            "taxonomy_term": {"id": "PN-8100.1000", "name": "Bereavement Support Groups", "taxonomy": "AIRS"},
        }
    ],
}


def as_json(tmp_path: Path, documents: object, name: str = "services.json") -> Path:
    """Write a package of one JSON file."""
    return zip_of(tmp_path, {name: json.dumps(documents).encode()})


@pytest.mark.parametrize("wrap", [lambda it: [it], lambda it: {"contents": [it]}, lambda it: it])
def test_a_nested_service_is_read_with_everything_that_belongs_to_it(tmp_path: Path, wrap: Any) -> None:
    listing = read_directory(as_json(tmp_path, wrap(SERVICE)))

    (service,) = listing.services
    assert (service.name, service.organization_name) == ("Grief circle", "Harbour House")
    assert (service.needs, service.languages) == (frozenset({Need.GRIEF}), frozenset({"en"}))
    assert service.phones == ("305-555-0100 x7",)
    assert [(place.city, place.street, place.postal_code) for place in service.places] == [
        ("Miami", "1 Bay Street", "33136")
    ]
    assert str(service.verified_on) == "2026-01-31"
    assert not listing.quarantined


def test_a_line_per_service_is_read_too(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(SERVICE | {"id": key}) for key in ("s1", "s2"))

    listing = read_directory(zip_of(tmp_path, {"services.ndjson": lines.encode()}))

    assert [service.source_id for service in listing.services] == ["s1", "s2"]
    assert not listing.quarantined


def test_half_of_a_surrogate_pair_is_read_as_a_character_that_is_missing(tmp_path: Path) -> None:
    listing = read_directory(as_json(tmp_path, [SERVICE | {"name": "Grief \ud800circle"}]))

    assert [service.name for service in listing.services] == ["Grief \N{REPLACEMENT CHARACTER}circle"]


def test_flat_tables_as_json_say_what_they_say_as_csv(tmp_path: Path) -> None:
    tables = {f"{name}.json": json.dumps(rows).encode() for name, rows in GOOD_ROWS.items()}
    (tmp_path / "csv").mkdir()

    as_json = read_directory(zip_of(tmp_path, tables))
    as_csv = read_directory(zip_of(tmp_path / "csv", zipped(GOOD_ROWS)))

    assert as_json.services == as_csv.services
    assert {table: count.taken for table, count in as_json.counts.items()} == {
        table: count.taken for table, count in as_csv.counts.items()
    }


def test_of_a_table_in_both_formats_the_csv_is_read(tmp_path: Path) -> None:
    files = zipped(GOOD_ROWS) | {"services.json": json.dumps([SERVICE | {"id": "other"}]).encode()}

    assert [service.source_id for service in read_directory(zip_of(tmp_path, files)).services] == ["s1"]


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[1, 2]", b'"services"', b"[" * 100_000])
def test_json_that_cannot_be_read_is_refused_with_a_remedy(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotADatapackage) as refused:
        read_directory(zip_of(tmp_path, {"services.json": content}))

    assert refused.value.remedy


def test_a_nested_service_of_nobody_is_quarantined(tmp_path: Path) -> None:
    nobody = {name: value for name, value in SERVICE.items() if name != "organization"}

    listing = read_directory(as_json(tmp_path, [SERVICE, nobody | {"id": "s2"}]))

    assert [(it.source_id, it.reason.value) for it in listing.quarantined] == [
        ("s2", "organisation-not-named")
    ]


def test_a_package_of_nothing_but_terms_is_no_directory(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError):
        read_directory(as_json(tmp_path, [{"id": "t", "name": "Term"}], "taxonomy_terms.json"))


def test_the_worked_example_of_the_standard_is_read(tmp_path: Path) -> None:
    if not EXAMPLE.exists():
        pytest.skip("the HSDS 3.0 examples are not beside the repository (../shared/data/hsds-3.0/examples)")

    listing = read_directory(zip_of(tmp_path, {"service.json": EXAMPLE.read_bytes()}))

    (service,) = listing.services
    assert (service.name, service.organization_name) == ("Community Counselling", "Example Organization Inc.")
    assert (str(service.verified_on), len(service.places)) == ("2005-01-01", 1)
