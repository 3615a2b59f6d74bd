"""A real regional directory with its damage: the counts that its README lists are reproduced."""

import time
from collections import Counter
from pathlib import Path

import pytest

from alongside_contracts.vocabulary import Need, OfferKind
from alongside_directory.listing.listing import read_directory
from alongside_directory.listing.model import Listing
from alongside_directory.source.findings import FlagKind, QuarantineReason
from alongside_directory.source.tables import Table

_REPOSITORY = Path(__file__).parents[3]
_MIAMI = _REPOSITORY.parent / "shared" / "data" / "miami-hsds.zip"
_SECONDS_MAX = 10


@pytest.fixture(scope="module")
def miami() -> Listing:
    """Return the Miami 211 directory, which is not part of this repository."""
    if not _MIAMI.exists():
        pytest.skip("the Miami directory is not beside the repository (../shared/data/miami-hsds.zip)")
    return read_directory(_MIAMI)


def _flagged(miami: Listing, table: Table, kind: FlagKind, column: str = "") -> int:
    return sum((flag.table, flag.kind, flag.column) == (table, kind, column) for flag in miami.flags)


def test_exactly_the_services_whose_organisation_is_missing_are_quarantined(miami: Listing) -> None:
    services = miami.counts[Table.SERVICES]
    reasons = Counter(found.reason for found in miami.quarantined if found.table is Table.SERVICES)

    assert (services.read, services.taken) == (4_089, 3_642)
    assert reasons == {QuarantineReason.ORGANISATION_MISSING: 447}


def test_every_table_has_the_rows_its_publisher_counts(miami: Listing) -> None:
    assert {table: count.read for table, count in miami.counts.items()} == {
        Table.ORGANIZATIONS: 1_074,
        Table.SERVICES: 4_089,
        Table.LOCATIONS: 4_089,
        Table.SERVICES_AT_LOCATION: 4_089,
        Table.ADDRESSES: 4_089,
        Table.PHONES: 4_089,
        Table.SCHEDULES: 11_350,
        Table.LANGUAGES: 9_364,
        Table.ELIGIBILITY: 2_244,
        Table.TERMS: 1_994,
        Table.SERVICE_TERMS: 26_259,
        Table.ACCESSIBILITY: 4_089,
    }


def test_every_row_is_accounted_for(miami: Listing) -> None:
    for count in miami.counts.values():
        outcomes = (count.taken, count.quarantined, count.repeated, count.with_service, count.elsewhere)
        assert count.read == sum(outcomes)


def test_missing_or_invalid_values_are_flagged_as_often_as_the_readme_says(miami: Listing) -> None:
    assert _flagged(miami, Table.LOCATIONS, FlagKind.NO_COORDINATES) == 1_829
    assert _flagged(miami, Table.SCHEDULES, FlagKind.SCHEDULE_WITHOUT_TIMES) == 132
    assert _flagged(miami, Table.ADDRESSES, FlagKind.BAD_POSTAL_CODE, "postal_code") == 31
    assert _flagged(miami, Table.SERVICES, FlagKind.ESCAPE_REPAIRED, "description") == 2_212


def test_more_descriptions_are_garbled_than_the_286_with_the_commonest_sign(miami: Listing) -> None:
    kinds = (FlagKind.MOJIBAKE_REPAIRED, FlagKind.MOJIBAKE_NOT_REPAIRABLE)
    garbled = {
        flag.line
        for flag in miami.flags
        if flag.table is Table.SERVICES and flag.column == "description" and flag.kind in kinds
    }

    assert len(garbled) == 303
    assert _flagged(miami, Table.SERVICES, FlagKind.MOJIBAKE_NOT_REPAIRABLE, "description") == 2
    assert not any("GÇ" in service.description or "\\n" in service.description for service in miami.services)


def test_eligibility_texts_name_no_service_and_wait_in_quarantine(miami: Listing) -> None:
    reasons = Counter(found.reason for found in miami.quarantined if found.table is Table.ELIGIBILITY)

    assert reasons == {QuarantineReason.SERVICE_NOT_NAMED: 2_244}


def test_people_in_grief_and_people_using_substances_find_groups_and_services(miami: Listing) -> None:
    found = Counter((need, service.kind) for service in miami.services for need in service.needs)

    assert found[Need.GRIEF, OfferKind.GROUP] >= 15
    assert found[Need.GRIEF, OfferKind.SERVICE] >= 25
    assert found[Need.SUBSTANCE_USE, OfferKind.GROUP] >= 10
    assert found[Need.SUBSTANCE_USE, OfferKind.SERVICE] >= 100


def test_every_need_but_hearing_voices_is_answered_by_somebody(miami: Listing) -> None:
    answered = {need for service in miami.services if not service.hotline for need in service.needs}

    assert set(Need) - answered == {Need.HEARING_VOICES}


def test_families_hotlines_and_confidential_places_are_found(miami: Listing) -> None:
    names = {service.name: service for service in miami.services}

    assert names["AL-ANON FAMILY GROUPS"].needs == {Need.CAREGIVING}
    assert names["FAMILIES ANONYMOUS"].needs == {Need.CAREGIVING}
    assert names["NATIONAL SUICIDE PREVENTION LIFELINE"].hotline
    assert not names["CHAI LIFELINE"].hotline
    (place,) = names["KIDS COME FIRST IN THE FLORIDA KEYS, INC."].places
    assert (place.confidential, place.city, place.postal_code) == (True, "Marathon", "33050")
    assert 0 < sum(place.confidential for service in miami.services for place in service.places) < 200


def test_the_whole_directory_is_read_in_seconds_and_twice_the_same(miami: Listing) -> None:
    began = time.process_time()

    again = read_directory(_MIAMI)

    assert time.process_time() - began < _SECONDS_MAX
    assert again == miami
