"""Joins locations and addresses to places. Nothing is looked up: what the publisher omitted stays absent, flagged."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from alongside_directory.listing.checked_columns import read_text
from alongside_directory.listing.coordinates import read_coordinates
from alongside_directory.listing.model import Coordinates, ServiceLocation
from alongside_directory.listing.row_audit import RowAudit, RowOutcome, index_by_id
from alongside_directory.policy import Area
from alongside_directory.source.findings import FlagKind, QuarantineReason
from alongside_directory.source.reader import Row
from alongside_directory.source.tables import Table

_US_POSTAL_CODE = re.compile(r"\d{5}(-\d{4})?")
_US = ("", "US", "USA", "UNITED STATES")  # publishers of 211 data leave the country blank


@dataclass(frozen=True, slots=True)
class _Address:
    city: str = ""
    county: str = ""
    state: str = ""
    postal_code: str | None = None
    street: str = ""
    street_2: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """Every location with the first address given for it, by location id; the location ids of organisations; and the lines of
    all addresses of a location, also of those that were not read."""

    by_id: Mapping[str, ServiceLocation]
    of_organisation: Mapping[str, list[str]]
    lines: Mapping[str, list[str]]


def places_of(audit: RowAudit, organisations: Collection[str], area: Area | None) -> Places:
    """Read the locations and their addresses; coordinates far from `area` are not used."""
    of_organisation: dict[str, list[str]] = {}

    def parse_location(row: Row) -> ServiceLocation:
        organisation = row.text("organization_id")
        if organisation and organisation not in organisations:
            # Kept: services name their own organisation, so nothing depends on the location's.
            audit.flag(row, FlagKind.LOCATION_ORGANISATION_MISSING, "organization_id")
        of_organisation.setdefault(organisation, []).append(row.text("id"))
        return _location(audit, row, area)

    locations = index_by_id(audit, Table.LOCATIONS, parse_location)
    lines: dict[str, list[str]] = {}
    addresses = _addresses(audit, locations, lines)
    by_id = {
        location: _with_address(place, addresses.get(location, _Address()))
        for location, place in locations.items()
    }
    return Places(by_id, of_organisation, lines)


def _location(audit: RowAudit, row: Row, area: Area | None) -> ServiceLocation:
    """Return a location without its address."""
    return ServiceLocation(
        location_id=row.text("id"),
        city="",
        county="",
        state="",
        postal_code=None,
        coordinates=_coordinates(audit, row, area),
        name=read_text(audit, row, "name").text,
        alternate_name=read_text(audit, row, "alternate_name").text,
        description=read_text(audit, row, "description").text,
        transportation=read_text(audit, row, "transportation").text,
    )


def _with_address(place: ServiceLocation, address: _Address) -> ServiceLocation:
    return replace(
        place,
        city=address.city,
        county=address.county,
        state=address.state,
        postal_code=address.postal_code,
        street=address.street,
        street_2=address.street_2,
        country=address.country,
    )


def _coordinates(audit: RowAudit, row: Row, area: Area | None) -> Coordinates | None:
    found = read_coordinates(row.text("latitude"), row.text("longitude"), area)
    if isinstance(found, FlagKind):
        audit.flag(row, found)
        return None
    return found


def _addresses(
    audit: RowAudit, locations: Mapping[str, ServiceLocation], lines: dict[str, list[str]]
) -> dict[str, _Address]:
    addresses: dict[str, _Address] = {}
    for row in audit.rows(Table.ADDRESSES):
        location, address = row.text("location_id"), _address(audit, row)
        lines.setdefault(location, []).extend((address.street, address.street_2))
        if row.text("address_type") == "postal":  # HSDS 3.0: a mailing address, not the place of the service
            audit.record_outcome(row, RowOutcome.ELSEWHERE)
        elif location not in locations:
            audit.quarantine(row, QuarantineReason.LOCATION_MISSING)
        elif location not in addresses:
            addresses[location] = address
            audit.record_outcome(row, RowOutcome.TAKEN)
        elif addresses[location] == address:
            audit.record_outcome(row, RowOutcome.REPEATED)
        else:
            audit.quarantine(row, QuarantineReason.ID_REPEATED)
    return addresses


def _address(audit: RowAudit, row: Row) -> _Address:
    return _Address(
        city=row.text("city"),
        county=row.text("region"),
        state=row.text("state_province").upper(),
        postal_code=_postal_code(audit, row),
        street=row.text("address_1"),
        street_2=row.text("address_2"),
        country=row.text("country").upper(),
    )


def _postal_code(audit: RowAudit, row: Row) -> str | None:
    written = row.text("postal_code")
    is_us = row.text("country").upper() in _US
    if not written or (is_us and not _US_POSTAL_CODE.fullmatch(written)):
        audit.flag(row, FlagKind.BAD_POSTAL_CODE, "postal_code")
        return None
    return written
