"""Every row of a datapackage is listed, quarantined with a reason, or kept with a flag: none is lost."""

from pathlib import Path

import pytest

from alongside_contracts.vocabulary import Format, Need, OfferKind
from alongside_directory.listing.listing import read_directory
from alongside_directory.listing.model import Coordinates, Listing
from alongside_directory.policy import Area
from alongside_directory.source.findings import REMEDIES, FlagKind, QuarantineReason
from alongside_directory.source.tables import Table
from tests.unit.directory.sample_packages import (
    GOOD_ROWS,
    Rows,
    changed_tables,
    csv_text,
    folder_of,
    like,
    zip_of,
    zipped,
)

_G = GOOD_ROWS
MIAMI = Area(latitude=25.77, longitude=-80.19, km=250)

QUARANTINES: dict[QuarantineReason, list[tuple[Table, dict[str, Rows]]]] = {
    QuarantineReason.ID_MISSING: [
        (Table.SERVICES, changed_tables(services=[*_G["services"], like("services", id="")])),
        (
            Table.ORGANIZATIONS,
            changed_tables(organizations=[*_G["organizations"], like("organizations", id=" ")]),
        ),
    ],
    QuarantineReason.ID_REPEATED: [
        (Table.SERVICES, changed_tables(services=[*_G["services"], like("services", name="Again")])),
        (
            Table.ORGANIZATIONS,
            changed_tables(organizations=[*_G["organizations"], like("organizations", name="Other")]),
        ),
        (Table.TERMS, changed_tables(taxonomy=[*_G["taxonomy"], like("taxonomy", name="Otherwise")])),
        (
            Table.ADDRESSES,
            changed_tables(
                physical_addresses=[*_G["physical_addresses"], like("physical_addresses", city="Naples")]
            ),
        ),
    ],
    QuarantineReason.NAME_MISSING: [
        (Table.SERVICES, changed_tables(services=[*_G["services"], like("services", id="s2", name="")])),
    ],
    QuarantineReason.ORGANISATION_NOT_NAMED: [
        (
            Table.SERVICES,
            changed_tables(services=[*_G["services"], like("services", id="s2", organization_id="")]),
        ),
    ],
    QuarantineReason.ORGANISATION_MISSING: [
        (
            Table.SERVICES,
            changed_tables(services=[*_G["services"], like("services", id="s2", organization_id="o9")]),
        ),
    ],
    QuarantineReason.SERVICE_NOT_NAMED: [
        (
            Table.ELIGIBILITY,
            changed_tables(eligibility=[*_G["eligibility"], like("eligibility", service_id="")]),
        ),
        (Table.PHONES, changed_tables(phones=[*_G["phones"], like("phones", service_id="")])),
    ],
    QuarantineReason.SERVICE_MISSING: [
        (Table.LANGUAGES, changed_tables(languages=[*_G["languages"], like("languages", service_id="s9")])),
        (
            Table.SERVICES_AT_LOCATION,
            changed_tables(
                services_at_location=[
                    *_G["services_at_location"],
                    like("services_at_location", service_id="s9"),
                ]
            ),
        ),
        (
            Table.PHONES,
            changed_tables(
                phones=[*_G["phones"], like("phones", service_id="", service_at_location_id="a9")]
            ),
        ),
    ],
    QuarantineReason.LOCATION_MISSING: [
        (
            Table.SERVICES_AT_LOCATION,
            changed_tables(
                services_at_location=[
                    *_G["services_at_location"],
                    like("services_at_location", location_id="l9"),
                ]
            ),
        ),
        (
            Table.ADDRESSES,
            changed_tables(
                physical_addresses=[*_G["physical_addresses"], like("physical_addresses", location_id="")]
            ),
        ),
    ],
    QuarantineReason.TERM_MISSING: [
        (
            Table.SERVICE_TERMS,
            changed_tables(
                services_taxonomy=[*_G["services_taxonomy"], like("services_taxonomy", taxonomy_id="ZZ-1")]
            ),
        ),
    ],
}

_FLAGGED: dict[FlagKind, tuple[Table, dict[str, Rows]]] = {
    FlagKind.NO_COORDINATES: (Table.LOCATIONS, changed_tables(locations=[like("locations", latitude="")])),
    FlagKind.BAD_COORDINATES: (Table.LOCATIONS, changed_tables(locations=[like("locations", latitude="91")])),
    FlagKind.SWAPPED_COORDINATES: (
        Table.LOCATIONS,
        changed_tables(locations=[like("locations", latitude="-80.19", longitude="25.77")]),
    ),
    FlagKind.UNSIGNED_COORDINATES: (
        Table.LOCATIONS,
        changed_tables(locations=[like("locations", longitude="80.19")]),
    ),
    FlagKind.FAR_COORDINATES: (
        Table.LOCATIONS,
        changed_tables(locations=[like("locations", latitude="40.71", longitude="-74.01")]),
    ),
    FlagKind.CONFIDENTIAL_PLACE: (
        Table.ADDRESSES,
        changed_tables(physical_addresses=[like("physical_addresses", address_1="Confidential")]),
    ),
    FlagKind.FOR_FAMILIES: (
        Table.SERVICES,
        changed_tables(services=[like("services", name="Al-Anon family group")]),
    ),
    FlagKind.HOTLINE: (Table.SERVICES, changed_tables(services=[like("services", name="24-hour hotline")])),
    FlagKind.LOCATION_ORGANISATION_MISSING: (
        Table.LOCATIONS,
        changed_tables(locations=[like("locations", organization_id="l1")]),
    ),
    FlagKind.BAD_POSTAL_CODE: (
        Table.ADDRESSES,
        changed_tables(physical_addresses=[like("physical_addresses", postal_code="G1M 3H6")]),
    ),
    FlagKind.NO_LOCATION: (
        Table.SERVICES,
        changed_tables(services_at_location=[like("services_at_location", location_id="l9")]),
    ),
    FlagKind.SCHEDULE_WITHOUT_TIMES: (
        Table.SCHEDULES,
        changed_tables(regular_schedules=[like("regular_schedules", opens_at="")]),
    ),
    FlagKind.SCHEDULE_TIME_UNREADABLE: (
        Table.SCHEDULES,
        changed_tables(regular_schedules=[like("regular_schedules", closes_at="6:300pm")]),
    ),
    FlagKind.LANGUAGE_NOT_RECOGNISED: (
        Table.LANGUAGES,
        changed_tables(languages=[like("languages", language="")]),
    ),
    FlagKind.PHONE_BLANK: (Table.PHONES, changed_tables(phones=[like("phones", number="")])),
    FlagKind.DESCRIPTION_BLANK: (Table.SERVICES, changed_tables(services=[like("services", description="")])),
    FlagKind.BAD_DATE: (
        Table.SERVICES,
        changed_tables(services=[like("services") | {"assured_date": "last spring"}]),
    ),
    FlagKind.BAD_URL: (Table.SERVICES, changed_tables(services=[like("services", url="releasethesilence")])),
    FlagKind.NOT_ACTIVE: (Table.SERVICES, changed_tables(services=[like("services", status="defunct")])),
    FlagKind.NO_TERMS: (
        Table.SERVICES,
        changed_tables(services_taxonomy=[like("services_taxonomy", taxonomy_id="ZZ-1")]),
    ),
    FlagKind.MOJIBAKE_REPAIRED: (
        Table.SERVICES,
        changed_tables(services=[like("services", description="itGÇÖs")]),
    ),
    FlagKind.MOJIBAKE_NOT_REPAIRABLE: (
        Table.SERVICES,
        changed_tables(services=[like("services", description="+¦tiles")]),
    ),
    FlagKind.ESCAPE_REPAIRED: (
        Table.SERVICES,
        changed_tables(services=[like("services", description="one\\ntwo")]),
    ),
    FlagKind.AREA_MARKER_LIFTED: (
        Table.SERVICES,
        changed_tables(services=[like("services", description="a ###MON###")]),
    ),
}


def _read(tmp_path: Path, tables: dict[str, Rows]) -> Listing:
    return read_directory(folder_of(tmp_path, tables), area=MIAMI)


def test_a_sound_package_is_listed_whole_and_without_a_remark(tmp_path: Path) -> None:
    listing = _read(tmp_path, GOOD_ROWS)

    (service,) = listing.services
    assert listing.quarantined == ()
    assert listing.flags == ()
    assert (service.source_id, service.organization_id, service.organization_name) == (
        "s1",
        "o1",
        "Harbour House",
    )
    assert (service.name, service.description) == ("Grief circle", "A weekly circle.")
    assert service.url == "www.example.org/grief"
    assert service.is_active
    assert service.kind is OfferKind.GROUP
    assert service.needs == {Need.GRIEF}
    assert service.formats == {Format.GROUP}
    assert service.languages == {"en"}
    assert (service.postal_codes, service.states, service.counties) == (("33136",), ("FL",), ("Miami-Dade",))
    assert service.coordinates == Coordinates(25.77, -80.19)
    assert service.phones == ("305-555-0100 x7",)
    assert service.eligibility == "Adults"
    assert [schedule.text for schedule in service.schedules] == ["6:00pm-7:30pm, Mon"]


def test_every_quarantine_reason_has_an_example_and_a_remedy() -> None:
    assert set(QUARANTINES) | {QuarantineReason.ROW_MALFORMED} == set(QuarantineReason) == set(REMEDIES)


@pytest.mark.parametrize(
    ("reason", "table", "tables"),
    [(reason, table, tables) for reason, examples in QUARANTINES.items() for table, tables in examples],
)
def test_an_invalid_row_is_quarantined_and_its_neighbours_are_listed(
    tmp_path: Path, reason: QuarantineReason, table: Table, tables: dict[str, Rows]
) -> None:
    listing = _read(tmp_path, tables)

    (found,) = listing.quarantined
    assert (found.table, found.line, found.reason) == (table, 3, reason)
    assert found.source_id == tables[table][1]["id"].strip()
    assert found.remedy
    assert [service.source_id for service in listing.services] == ["s1"]


def test_a_row_that_cannot_be_split_into_its_columns_is_quarantined(tmp_path: Path) -> None:
    files = zipped(GOOD_ROWS)
    files["data/services.csv"] += b"s2,o1\n"

    listing = read_directory(zip_of(tmp_path, files))

    (found,) = listing.quarantined
    assert (found.table, found.line, found.reason) == (Table.SERVICES, 3, QuarantineReason.ROW_MALFORMED)


def test_every_flag_has_an_example() -> None:
    assert set(_FLAGGED) | {FlagKind.NOT_UTF8} == set(FlagKind)


@pytest.mark.parametrize(
    ("kind", "table", "tables"), [(kind, *example) for kind, example in _FLAGGED.items()]
)
def test_unusual_but_usable_rows_are_kept_with_a_flag(
    tmp_path: Path, kind: FlagKind, table: Table, tables: dict[str, Rows]
) -> None:
    listing = _read(tmp_path, tables)

    (flag,) = listing.flags
    assert (flag.table, flag.line, flag.source_id, flag.kind) == (table, 2, tables[table][0]["id"], kind)
    assert [service.source_id for service in listing.services] == ["s1"]


def test_a_row_with_bytes_that_are_not_utf_8_is_kept_with_a_flag(tmp_path: Path) -> None:
    files = zipped(GOOD_ROWS)
    files["data/organizations.csv"] = b"id,name\no1,Caf\xe9\n"

    listing = read_directory(zip_of(tmp_path, files))

    assert [flag.kind for flag in listing.flags] == [FlagKind.NOT_UTF8]
    assert listing.services[0].organization_name == "Café"


def test_parts_of_a_quarantined_service_are_counted_with_it(tmp_path: Path) -> None:
    listing = _read(tmp_path, changed_tables(services=[like("services", organization_id="o9")]))

    assert listing.services == ()
    assert [found.reason for found in listing.quarantined] == [QuarantineReason.ORGANISATION_MISSING]
    assert listing.counts[Table.PHONES].with_service == 1
    assert listing.counts[Table.SERVICE_TERMS].with_service == 1


def test_a_row_finds_its_service_through_the_location_too(tmp_path: Path) -> None:
    by_place = like(
        "phones", id="p2", service_id="", service_at_location_id="a1", number="305-555-0101", extension=""
    )
    by_location = {
        **by_place,
        "id": "p3",
        "service_at_location_id": "",
        "location_id": "l1",
        "number": "305-555-0102",
    }
    of_organisation = {**by_location, "id": "p4", "location_id": "", "organization_id": "o1"}

    listing = _read(tmp_path, changed_tables(phones=[by_place, by_location, of_organisation]))

    assert listing.services[0].phones == ("305-555-0101", "305-555-0102")
    assert listing.counts[Table.PHONES].elsewhere == 1


def test_a_row_equal_to_an_earlier_one_is_counted_as_repeated(tmp_path: Path) -> None:
    repeated = {table: [rows[0], rows[0]] for table, rows in GOOD_ROWS.items() if table != "services"}

    listing = _read(tmp_path, changed_tables(**repeated))

    assert listing.quarantined == ()
    assert {count.repeated for table, count in listing.counts.items() if table is not Table.SERVICES} == {1}


def test_every_row_read_is_accounted_for_exactly_once(tmp_path: Path) -> None:
    tables = {table: [*rows, {**rows[0], "id": "x"}] for table, rows in GOOD_ROWS.items()}

    listing = _read(tmp_path, tables)

    for count in listing.counts.values():
        outcomes = (count.taken, count.quarantined, count.repeated, count.with_service, count.elsewhere)
        assert count.read == sum(outcomes) == 2


def test_the_content_hash_changes_exactly_when_the_content_does(tmp_path: Path) -> None:
    first = _read(tmp_path / "1", GOOD_ROWS).services[0].content_hash
    again = _read(tmp_path / "2", GOOD_ROWS).services[0].content_hash
    renamed = (
        _read(tmp_path / "3", changed_tables(services=[like("services", name="Loss circle")]))
        .services[0]
        .content_hash
    )
    reworded = _read(
        tmp_path / "4", changed_tables(languages=[like("languages", language="Spanish")])
    ).services[0]

    assert first == again
    assert len({first, renamed, reworded.content_hash}) == 3


def test_a_package_of_the_two_required_tables_alone_is_listed(tmp_path: Path) -> None:
    files = {f"{name}.csv": csv_text(GOOD_ROWS[name]).encode() for name in ("organizations", "services")}

    listing = read_directory(zip_of(tmp_path, files))

    assert [flag.kind for flag in listing.flags] == [FlagKind.NO_LOCATION, FlagKind.NO_TERMS]
    assert list(listing.counts) == [Table.ORGANIZATIONS, Table.SERVICES]
