"""Joins locations and addresses to places. Nothing is looked up: what the publisher omitted stays absent, flagged."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from alongside_matching.directory.listing.checked_columns import read_text
from alongside_matching.directory.listing.model import Coordinates, ServiceLocation
from alongside_matching.directory.listing.row_audit import RowAudit, RowOutcome, index_by_id
from alongside_matching.directory.source.findings import FlagKind, QuarantineReason
from alongside_matching.directory.source.reader import Row
from alongside_matching.directory.source.tables import Table

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


def places_of(audit: RowAudit, organisations: Collection[str]) -> Mapping[str, ServiceLocation]:
    """Return every location with the first address given for it, by location id."""

    def parse_location(row: Row) -> ServiceLocation:
        organisation = row.text("organization_id")
        if organisation and organisation not in organisations:
            # Kept: services name their own organisation, so nothing depends on the location's.
            audit.flag(row, FlagKind.LOCATION_ORGANISATION_MISSING, "organization_id", organisation)
        return _location(audit, row)

    locations = index_by_id(audit, Table.LOCATIONS, parse_location)
    addresses = _addresses(audit, locations)
    return {
        location: _with_address(place, addresses.get(location, _Address()))
        for location, place in locations.items()
    }


def _location(audit: RowAudit, row: Row) -> ServiceLocation:
    """Return a location without its address."""
    return ServiceLocation(
        location_id=row.text("id"),
        city="",
        county="",
        state="",
        postal_code=None,
        coordinates=_coordinates(audit, row),
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


def _coordinates(audit: RowAudit, row: Row) -> Coordinates | None:
    written = row.text("latitude"), row.text("longitude")
    if not all(written):
        audit.flag(row, FlagKind.NO_COORDINATES)
        return None
    try:
        latitude, longitude = map(float, written)
    except ValueError:
        latitude = longitude = math.nan
    on_earth = abs(latitude) <= 90 and abs(longitude) <= 180
    if not on_earth or (latitude, longitude) == (0, 0):
        audit.flag(row, FlagKind.BAD_COORDINATES, detail=", ".join(written)[:80])
        return None
    return Coordinates(latitude, longitude)


def _addresses(audit: RowAudit, locations: Mapping[str, ServiceLocation]) -> dict[str, _Address]:
    addresses: dict[str, _Address] = {}
    for row in audit.rows(Table.ADDRESSES):
        location, address = row.text("location_id"), _address(audit, row)
        if row.text("address_type") == "postal":  # HSDS 3.0: a mailing address, not the place of the service
            audit.record_outcome(row, RowOutcome.ELSEWHERE)
        elif location not in locations:
            audit.quarantine(
                row, QuarantineReason.LOCATION_MISSING, f"no location has the id {location or '(blank)'}"
            )
        elif location not in addresses:
            addresses[location] = address
            audit.record_outcome(row, RowOutcome.TAKEN)
        elif addresses[location] == address:
            audit.record_outcome(row, RowOutcome.REPEATED)
        else:
            detail = f"location {location} has an address already; the first was read"
            audit.quarantine(row, QuarantineReason.ID_REPEATED, detail)
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
        audit.flag(row, FlagKind.BAD_POSTAL_CODE, "postal_code", written or "blank")
        return None
    return written
