"""No street or position of a confidential place is left anywhere in what an import stores."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies

from alongside_directory.confidential.words import RowWords
from alongside_directory.documents import service_records, shared_records
from alongside_directory.listing.listing import read_directory
from alongside_directory.listing.model import Listing
from alongside_directory.source.findings import FlagKind
from alongside_directory.source.origin import Origin
from alongside_directory.source.reader import Row
from alongside_directory.source.tables import Table
from tests.unit.directory.sample_packages import GOOD_ROWS, Rows, changed_tables, like, zip_of, zipped

STREET, ZIP, PLUS_4, LATITUDE, LONGITUDE = (
    "4711 Bougainvillea Street",
    "33136",
    "33136-2208",
    "25.771234",
    "-80.194321",
)
PLACED = changed_tables(
    physical_addresses=[
        like("physical_addresses", postal_code=PLUS_4) | {"address_1": STREET, "address_2": "Suite 12B"}
    ],
    locations=[
        like("locations", latitude=LATITUDE, longitude=LONGITUDE) | {"name": "The house", "description": ""}
    ],
)
SAYING = [
    "Confidential",
    "The location is CONFIDENTIAL - call first",
    "do not publish",
    "DO NOT\nPUBLISH",
    "do_not_publish",
    "C.O.N.F.I.D.E.N.T.I.A.L",
    "Confi­dential",
    "dirección confidencial",
    "adresse confidentielle",
    "No publicar",
    "address withheld",
    "undisclosed",
    "Private address",
    "strictly confidential counselling",
    "The address is confidential. It is given by phone.",
    "LOCATION CONFIDENTIAL; ITEMS MAY BE LEFT",
    "c o n f i d e n t i a l",
    "\u0421\u043enfidential",
    "\uff23onfidential",
    "Dirección privada",
    "konfidansyèl",
    "Please don't publish",
    "Do not list",
    "do not display address",
    "The address is not published",
    "address available upon request",
    "location is kept secret",
    "Confidentiality of address required",
    "call for address",
    "safe house",
]
TABLES_THAT_SAY = (
    "organizations",
    "services",
    "locations",
    "services_at_location",
    "physical_addresses",
    "phones",
    "eligibility",
    "contacts",
    "accessibility_for_disabilities",
)


def row(**cells: str) -> Row:
    """Return a row of a location."""
    return Row(Table.LOCATIONS, Origin("locations.csv", 2, ""), cells, recoded=False)


def said_in(table: str, column: str, text: str) -> dict[str, Rows]:
    """Return a package with a street and a position, in which one table says something in one column."""
    first, *others = PLACED.get(table, [{"id": "x1", "location_id": "l1"}])
    return PLACED | {table: [{**first, column: text}, *others]}


def read(tmp_path: Path, tables: Mapping[str, Rows]) -> Listing:
    """Return the listing of a package."""
    return read_directory(zip_of(tmp_path, zipped(dict(tables))))


def stored(listing: Listing) -> Iterator[str]:
    """Yield everything an import stores of a listing: its records with their search fields, and its findings."""
    yield repr((listing.services, listing.organisations, listing.flags, listing.quarantined))
    for record in (*shared_records(listing, "s"), *service_records(listing, listing.services, "s")):
        yield json.dumps(record.document, ensure_ascii=False)
        yield repr((record.latitude, record.longitude, record.postal_code))


def test_a_place_that_is_not_confidential_is_shown_with_its_street_and_position(tmp_path: Path) -> None:
    everything = " ".join(stored(read(tmp_path, PLACED)))

    assert all(part in everything for part in (STREET, PLUS_4, LATITUDE, LONGITUDE))


@pytest.mark.parametrize("text", SAYING)
@pytest.mark.parametrize("table", TABLES_THAT_SAY)
def test_a_word_in_any_row_about_the_place_hides_it(tmp_path: Path, table: str, text: str) -> None:
    listing = read(tmp_path, said_in(table, "description", text))

    everything = " ".join(stored(listing))
    assert not [
        part
        for part in ("4711", "Bougainvillea", "Suite 12B", "2208", "25.77", "80.19")
        if part in everything
    ]
    (service,) = listing.services
    (place,) = service.places
    assert (service.coordinates, place.postal_code, place.city) == (None, ZIP, "Miami")
    assert service.phones == ("305-555-0100 x7",)
    assert FlagKind.CONFIDENTIAL_PLACE in {flag.kind for flag in listing.flags}


@given(
    table=strategies.sampled_from(TABLES_THAT_SAY),
    text=strategies.sampled_from(SAYING),
    number=strategies.integers(10, 99_999),
    words=strategies.lists(
        strategies.sampled_from(["Palmetto", "Ponce", "NW", "7th", "Bay", "Old Cutler"]),
        min_size=1,
        max_size=3,
    ),
    kind=strategies.sampled_from(["Street", "St", "Avenue", "Rd"]),
    repeated_in=strategies.sampled_from(
        [
            ("services", "description"),
            ("organizations", "description"),
            ("services", "name"),
            ("locations", "name"),
            ("services", "url"),
            ("eligibility", "eligibility"),
            ("regular_schedules", "original_text"),
        ]
    ),
    written=strategies.sampled_from(["{}", "visit us at {} today", "HTTPS://example.org/{}", "({})"]),
)
@settings(max_examples=60, deadline=None)
def test_no_text_repeats_the_street_of_a_confidential_place(
    tmp_path_factory: pytest.TempPathFactory,
    *,
    table: str,
    text: str,
    number: int,
    words: list[str],
    kind: str,
    repeated_in: tuple[str, str],
    written: str,
) -> None:
    street = f"{number} {' '.join(words)} {kind}"
    tables = said_in(table, "attention", text)
    tables["physical_addresses"] = [{**tables["physical_addresses"][0], "address_1": street}]
    where, column = repeated_in
    repeated = written.format(street if column != "url" else street.replace(" ", "+"))
    tables[where] = [{**tables[where][0], column: repeated}]

    everything = " ".join(stored(read(tmp_path_factory.mktemp("package"), tables)))

    assert street not in everything
    assert street.replace(" ", "+") not in everything
    assert f"{number} {words[0]}" not in everything


@pytest.mark.parametrize(
    "address",
    [
        "4711 Bougainvillea St.",
        "4711, Bougainvillea",
        "4711  BOUGAINVILLEA  STREET",
        "4711%20Bougainvillea%20Street",
        "4711_Bougainvillea_St",
    ],
)
def test_a_street_that_is_spelled_otherwise_is_withheld_too(tmp_path: Path, address: str) -> None:
    tables = said_in("locations", "alternate_name", "Confidential")
    tables["services"] = [like("services", description=f"Find us: {address}, behind the school.")]

    (service,) = read(tmp_path, tables).services

    assert "4711" not in service.description
    assert "behind the school" in service.description


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/maps?q=x",
        "https://maps.app.goo.gl/AbC",
        "w3w.co/a.b.c",
        "https://e.org/?ll=25.7712,-80.1943",
    ],
)
def test_a_link_to_a_map_is_withheld(tmp_path: Path, link: str) -> None:
    tables = said_in("physical_addresses", "attention", "Confidential")
    tables["services"] = [like("services", url=link, description=f"See {link} for the way.")]

    everything = " ".join(stored(read(tmp_path, tables)))

    assert link not in everything
    assert "25.77" not in everything


def test_a_confidential_location_is_hidden_for_every_service_there(tmp_path: Path) -> None:
    other = like("services", id="s2", name="Open house", organization_id="o2")
    tables = PLACED | {
        "organizations": [*PLACED["organizations"], {"id": "o2", "name": "Lighthouse"}],
        "services": [like("services", description="At a confidential place."), other],
        "services_at_location": [
            *PLACED["services_at_location"],
            {"id": "a2", "service_id": "s2", "location_id": "l1"},
        ],
    }

    listing = read(tmp_path, tables)

    assert [place.confidential for service in listing.services for place in service.places] == [True, True]
    assert "Bougainvillea" not in " ".join(stored(listing))


def test_a_row_that_is_quarantined_hides_its_place_too(tmp_path: Path) -> None:
    orphan = like("services", id="s2", organization_id="nobody", description="Do not publish.")
    tables = PLACED | {
        "services": [*PLACED["services"], orphan],
        "services_at_location": [
            *PLACED["services_at_location"],
            {"id": "a2", "service_id": "s2", "location_id": "l1"},
        ],
    }

    listing = read(tmp_path, tables)

    assert "Bougainvillea" not in " ".join(stored(listing))


@pytest.mark.parametrize(
    ("column", "cell", "hides"),
    [
        ("confidential", "true", True),
        ("Confidential", "x", True),
        ("is_private", "1", True),
        ("address_is_confidential", "Y", True),
        ("privacy_level", "staff only", True),
        ("do_not_publish", "yes", True),
        ("hide_address", "on", True),
        ("private", "False", False),
        ("confidential", "", False),
        ("is_private", "0", False),
        ("public", "yes", False),
        ("public", "", True),
        ("publish_on_web", "no", True),
        ("visibility", "members", True),
        ("publisher", "County", False),
        ("publication_date", "", False),
        ("private_insurance", "accepted", False),
        ("do_not_display", "x", True),
        ("ExcludeFromWebsite", "1", True),
        ("hide_from_map", "yes", True),
        ("street_confidential", "true", True),
    ],
)
def test_a_column_for_privacy_hides_its_row_unless_it_clearly_does_not(
    column: str, cell: str, hides: bool
) -> None:
    assert RowWords().say_confidential(row(id="l1", **{column: cell})) is hides


@pytest.mark.parametrize(
    "text", ["a waiver of confidentiality", "Oath of Confidentiality", "confidence", "a public place"]
)
def test_talks_that_are_confidential_and_other_words_hide_nothing(text: str) -> None:
    assert not RowWords().say_confidential(row(id="l1", description=text))


@pytest.mark.parametrize(
    ("written", "country", "shown"),
    [
        ("33136-2208", "", "33136"),
        ("33136", "US", "33136"),
        ("D02 AF30", "IE", "D02"),
        ("M1 1AE", "GB", "M1"),
        ("D02AF30", "IE", None),
    ],
)
def test_a_postal_code_is_shown_as_far_as_it_names_a_district(
    tmp_path: Path, written: str, country: str, shown: str | None
) -> None:
    tables = PLACED | {
        "physical_addresses": [
            like("physical_addresses", postal_code=written, country=country) | {"address_1": "Confidential"}
        ]
    }

    (service,) = read(tmp_path, tables).services

    assert service.places[0].postal_code == shown


def test_the_good_package_says_nothing_confidential(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD_ROWS).flags == ()
