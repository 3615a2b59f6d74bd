"""Every way in which a package says that a place is confidential, and every spelling of its street, is found."""

import json
from pathlib import Path
from typing import Any

import pytest

from alongside_directory.listing.listing import read_directory
from tests.unit.directory.sample_packages import like, zip_of, zipped
from tests.unit.directory.test_confidential import (
    LATITUDE,
    LONGITUDE,
    PLACED,
    PLUS_4,
    STREET,
    read,
    said_in,
    stored,
)

SHOWN = ("Bougainvillea", "25.77", "2208")


@pytest.mark.parametrize("cell", ["Private", "Withheld", "UNLISTED", "Call for address", "not published"])
def test_a_word_in_place_of_a_street_hides_the_place(tmp_path: Path, cell: str) -> None:
    tables = PLACED | {"physical_addresses": [{**PLACED["physical_addresses"][0], "address_1": cell}]}

    (service,) = read(tmp_path, tables).services

    assert (service.places[0].confidential, service.coordinates) == (True, None)


def test_a_row_that_cannot_be_split_hides_what_it_names(tmp_path: Path) -> None:
    files = zipped(PLACED)
    files["data/physical_addresses.csv"] += b"d2,l1,Confidential, do not publish,Miami\n"

    everything = " ".join(stored(read_directory(zip_of(tmp_path, files))))

    assert not [part for part in SHOWN if part in everything]


@pytest.mark.parametrize("column", ["service_id", "service_at_location_id", "location_id", "organization_id"])
def test_a_part_hides_the_place_of_what_it_names(tmp_path: Path, column: str) -> None:
    named = {"service_id": "s1", "service_at_location_id": "a1", "location_id": "l1", "organization_id": "o1"}
    blank = dict.fromkeys(named, "")
    phone = like("phones") | blank | {column: named[column], "description": "Confidential"}

    everything = " ".join(stored(read(tmp_path, PLACED | {"phones": [phone]})))

    assert not [part for part in SHOWN if part in everything]


def test_another_location_of_the_organisation_in_the_same_street_is_hidden_too(tmp_path: Path) -> None:
    address = PLACED["physical_addresses"][0]
    tables = said_in("locations", "description", "Confidential")
    tables |= {
        "services": [*PLACED["services"], like("services", id="s2", name="Office")],
        "services_at_location": [
            *PLACED["services_at_location"],
            {"id": "a2", "service_id": "s2", "location_id": "l2"},
        ],
        "physical_addresses": [
            address,
            {**address, "id": "d2", "location_id": "l2", "address_1": STREET.upper()},
        ],
        "locations": [
            *tables["locations"],
            {
                **tables["locations"][0],
                "id": "l2",
                "description": "",
                "latitude": LATITUDE,
                "longitude": LONGITUDE,
            },
        ],
    }

    listing = read(tmp_path, tables)

    everything = " ".join(stored(listing))
    assert len(listing.services) == 2
    assert "BOUGAINVILLEA" not in everything.upper()
    assert "25.77" not in everything


def test_a_second_address_and_a_street_in_the_name_are_withheld(tmp_path: Path) -> None:
    tables = said_in("locations", "name", "1234 Elm Street")
    address = tables["physical_addresses"][0] | {"address_1": "Confidential"}
    second = address | {"id": "d2", "address_1": "99 Harbour Rd", "address_type": "postal"}
    tables |= {
        "physical_addresses": [address | {"address_type": ""}, second],
        "services": [like("services", description="Write to 99 Harbour Road.")],
    }

    everything = " ".join(stored(read(tmp_path, tables)))

    assert "Elm" not in everything
    assert "99 Harbour" not in everything


@pytest.mark.parametrize(
    ("street", "written"),
    [
        ("12A Elm Street", "12a Elm St"),
        ("Flat 2, 14 Elm Road", "14 Elm Road"),
        ("Suite 200, 1234 Elm St", "1234 Elm Street"),
        ("1234 Elm Street", "Elm Street 1234"),
        ("1234 NW 5th Ave", "1234 Northwest Fifth Avenue"),
        ("Old Mill House", "the Old Mill House"),
    ],
)
def test_a_street_is_found_in_texts_however_it_is_written(tmp_path: Path, street: str, written: str) -> None:
    tables = said_in("locations", "description", "Confidential")
    tables["physical_addresses"] = [tables["physical_addresses"][0] | {"address_1": street, "address_2": ""}]
    tables["services"] = [like("services", description=f"Find us at {written}, second floor.")]

    (service,) = read(tmp_path, tables).services

    assert written not in service.description
    assert service.description.endswith("second floor.")


def test_a_street_in_the_text_of_opening_hours_is_withheld(tmp_path: Path) -> None:
    tables = said_in("locations", "description", "Confidential")
    tables["regular_schedules"] = [like("regular_schedules", original_text=f"Mondays at {STREET}")]

    everything = " ".join(stored(read(tmp_path, tables)))

    assert "Mondays at" in everything
    assert "Bougainvillea" not in everything


def test_the_full_code_of_one_house_is_withheld_in_texts(tmp_path: Path) -> None:
    tables = said_in("locations", "description", "Confidential")
    address = {"postal_code": "D02 X285", "country": "IE", "address_1": "Confidential"}
    tables["physical_addresses"] = [tables["physical_addresses"][0] | address]
    tables["services"] = [like("services", description="D02X285 and D02 X285, Dublin")]

    assert "X285" not in " ".join(stored(read(tmp_path, tables)))


@pytest.mark.parametrize(
    "part",
    [
        {"attributes": [{"id": "x", "taxonomy_term": {"id": "t", "name": "Confidential location"}}]},
        {"accessibility": [{"id": "x", "description": "confidential"}]},
        {"contacts": [{"id": "x", "title": "do not publish"}]},
        {"privacy": {"confidential": True}},
        {"tags": ["public", "confidential"]},
        {"notes": [{"text": "confidential"}, {"text": "by the sea"}]},
        {"deep": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": "confidential"}}}}}}}}},
    ],
    ids=lambda it: next(iter(it)),
)
@pytest.mark.parametrize("addresses", ["addresses", "physical_addresses"])
@pytest.mark.parametrize("as_list", [True, False])
def test_a_word_anywhere_below_a_location_in_json_hides_it(
    tmp_path: Path, part: dict[str, Any], addresses: str, *, as_list: bool
) -> None:
    address = {"id": "d1", "address_1": STREET, "city": "Miami", "postal_code": PLUS_4}
    location = {"id": "l1", "latitude": 25.771234, "longitude": -80.194321}
    shown = location | {addresses: [address] if as_list else address}

    before, after = (" ".join(stored(read_json(tmp_path, it))) for it in (shown, shown | part))

    assert [it for it in SHOWN if it in before] == list(SHOWN)
    assert not [it for it in SHOWN if it in after]


def read_json(tmp_path: Path, location: dict[str, Any]) -> Any:
    """Return the listing of a package of JSON with one service at this location."""
    service = {
        "id": "s1",
        "name": "House",
        "organization": {"id": "o1", "name": "Harbour"},
        "service_at_locations": [{"id": "a1", "location": location}],
    }
    return read_directory(zip_of(tmp_path, {"services.json": json.dumps([service]).encode()}))


def test_a_term_that_calls_a_location_confidential_hides_it_and_one_for_a_service_does_not(
    tmp_path: Path,
) -> None:
    term = {"id": "c1", "name": "Confidential location"}
    of_location = {"id": "x", "link_id": "l1", "link_entity": "location", "taxonomy_term_id": "c1"}
    tables = PLACED | {"taxonomy": [*PLACED["taxonomy"], term], "attributes": [of_location]}
    del tables["services_taxonomy"]
    shown = tables | {"attributes": [of_location | {"link_id": "s1", "link_entity": "service"}]}

    assert "Bougainvillea" not in " ".join(stored(read(tmp_path, tables)))
    assert "Bougainvillea" in " ".join(stored(read(tmp_path, shown)))


@pytest.mark.parametrize(
    "text", ["a/" * 30_000, "st " * 20_000 + "4711 "], ids=["no spaces", "words of streets"]
)
def test_a_long_text_is_searched_to_its_end(tmp_path: Path, text: str) -> None:
    tables = said_in("locations", "description", "Confidential")
    tables["services"] = [like("services", description=text + STREET)]

    (service,) = read(tmp_path, tables).services

    assert "Bougainvillea" not in service.description
